"""Receiving what people send, asking the one question, filing. Everything happens in the caller's transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import Actor, Permission
from bot.core.bells import ring_after_commit
from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Target, Telling
from bot.directory import people
from bot.incident import service as incidents
from bot.incident.models import Threat
from bot.intake import filing, repository
from bot.intake.errors import DraftGone
from bot.intake.models import Draft, DraftState, FileState, Item, ItemKind, Question, Report
from bot.intake.rules import ANSWERS, SHOWN, evidence_of
from bot.intake.schemas import DraftView, Evidence, ReportView, Sent
from bot.plan.schema import Nature, WaitKey
from bot.plan.service import Plan
from messages import intake as texts

DRAFT_CARD = "intake.draft"
"""The role of a draft's card in the reporter's chat."""

_MAY_JOIN_WITHIN = timedelta(days=1)
_LISTED = 10


async def receive(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, sent: Sent) -> None:
    """Takes in one thing a person sent: to the case it replies to, the album it is part of, the draft, or a new draft.

    Receiving the same message again changes nothing; an edited one changes the words on a draft, never on a report.
    """
    actor.require(Permission.REPORT_SUPPLEMENT if sent.reply_about else Permission.REPORT_FILE)
    known = await repository.item_at(session, sent.chat_id, sent.message_id)
    if known is not None:
        await _edited(session, known, sent)
        return
    report, draft = await _belongs_to(session, plan, actor, now, sent)
    item = await repository.add(session, _item_of(actor, now, sent))
    ring_after_commit(session, "fetch")
    if report is not None:
        item.report_id = report.id
        await _supplement(session, plan, actor, now, report, item)
        return
    draft = draft or await _open_draft(session, plan, actor, now, sent)
    item.draft_id = draft.id
    if sent.latitude is not None:
        draft.latitude, draft.longitude = sent.latitude, sent.longitude
    await delivery.touch(session, subject_of(draft.id))


async def answer(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, draft_id: int, threat: Threat) -> None:
    """Answers 有人受威胁吗？ A threat, or not being able to tell, files at once; else one more question."""
    draft = await _own_draft(session, actor, draft_id)
    if threat.counts:
        await filing.file(session, plan, actor, now, draft, Nature.DANGER_SIGN, threat)
        return
    draft.question = Question.OUTCOME
    await delivery.touch(session, subject_of(draft.id))


async def settle(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, draft_id: int, nature: Nature) -> None:
    """Answers what it is when nobody is threatened: an accident that has happened, or only a hazard."""
    draft = await _own_draft(session, actor, draft_id)
    await filing.file(session, plan, actor, now, draft, nature, Threat.NO)


async def join(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, draft_id: int) -> None:
    """Puts what the draft holds on the person's last report instead of filing a new one."""
    draft = await _own_draft(session, actor, draft_id)
    report = await repository.newest_report(session, draft.person_id, now - _MAY_JOIN_WITHIN)
    if report is None:
        raise DraftGone
    items = await repository.items_of_draft(session, draft.id)
    await repository.move_items(session, draft.id, report.id)
    draft.state, draft.report_id, draft.due_at = DraftState.JOINED, report.id, None
    for item in items:
        await _pass_on(session, plan, actor, now, report, item)
    await delivery.touch(session, subject_of(draft.id))
    audit.record(session, now, actor, "report.supplement", filing.subject_of(report.id), items=len(items))


async def discard(session: AsyncSession, actor: Actor, now: datetime, draft_id: int) -> None:
    """Gives the draft up. What was sent stays and can be restored."""
    draft = await _own_draft(session, actor, draft_id)
    draft.state, draft.due_at = DraftState.DISCARDED, None
    await delivery.touch(session, subject_of(draft.id))
    audit.record(session, now, actor, "draft.discard", subject_of(draft.id))


async def restore(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, draft_id: int) -> None:
    """Takes a draft up again that was given up; refused while another is open."""
    draft = await repository.draft(session, draft_id, lock=True)
    if draft is None or draft.person_id != actor.person_id or draft.state is not DraftState.DISCARDED:
        raise DraftGone
    if await repository.open_draft(session, draft.person_id):
        raise DraftGone
    draft.state, draft.reminded = DraftState.OPEN, False
    draft.due_at = now + plan.wait(WaitKey.DRAFT_REMINDER)
    await delivery.touch(session, subject_of(draft.id))


async def draft_view(session: AsyncSession, draft_id: int) -> DraftView | None:
    """The draft as its card shows it."""
    draft = await repository.draft(session, draft_id)
    if draft is None:
        return None
    report = await repository.report(session, draft.report_id) if draft.report_id else None
    held = repository.items_of_draft(session, draft.id) if report is None else _items_of_report(session, report)
    earlier = None
    if draft.state is DraftState.OPEN:
        earlier = await repository.newest_report(session, draft.person_id, draft.opened_at - _MAY_JOIN_WITHIN)
    return DraftView(
        id=draft.id,
        state=draft.state,
        question=draft.question,
        region_code=draft.region_code,
        evidence=evidence_of(await held),
        number=report.number if report else None,
        nature=report.nature if report else None,
        may_join=earlier.number if earlier else None,
    )


async def evidence_of_incident(session: AsyncSession, incident_id: int) -> Evidence:
    """What all reports of the incident hold."""
    return evidence_of(await repository.items_of_incident(session, incident_id))


async def touch_cards_of(session: AsyncSession, item: Item) -> None:
    """Says that the cards showing this item have changed: its draft's, and its incident's."""
    if item.draft_id is not None:
        await delivery.touch(session, subject_of(item.draft_id))
    report = await repository.report(session, item.report_id) if item.report_id else None
    if report is None:
        return
    await _touch_drafts_of(session, report)
    if report.incident_id is not None:
        await delivery.touch(session, incidents.subject_of(report.incident_id))


async def files_idle(session: AsyncSession, now: datetime) -> tuple[bool, datetime | None]:
    """Whether no file is to be fetched now, and when the next one is tried again."""
    waiting = await repository.wanted_files(session, now, 1)
    return not waiting, await repository.next_wanted_file(session, now)


async def mine(session: AsyncSession, actor: Actor) -> list[ReportView]:
    """The person's own reports, newest first."""
    actor.require(Permission.REPORT_SEE_OWN)
    if actor.person_id is None:
        return []
    rows = await repository.reports_of(session, actor.person_id, _LISTED)
    return [filing.view_of(row) for row in rows]


def subject_of(draft_id: int) -> str:
    """The name of the draft in the ledger and the audit."""
    return f"draft:{draft_id}"


async def _belongs_to(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, sent: Sent
) -> tuple[Report | None, Draft | None]:
    person_id = actor.person_id or 0
    if replied := await _replied_to(session, actor, sent.reply_about):
        return replied, None
    if sent.album and (part := await repository.album_part(session, sent.chat_id, sent.album)):
        report = await repository.report(session, part.report_id) if part.report_id else None
        draft = await repository.draft(session, part.draft_id, lock=True) if part.draft_id else None
        return report, draft if draft and draft.state is DraftState.OPEN else None
    if draft := await repository.open_draft(session, person_id):
        return None, draft
    lately = await repository.newest_report(session, person_id, now - plan.wait(WaitKey.HOUSEHOLDS))
    if lately and _answers(lately, now, sent):
        return lately, None
    return None, None


async def _replied_to(session: AsyncSession, actor: Actor, subject: str | None) -> Report | None:
    """The report a reply belongs to: the person's own, or for the desk's people the first one of the incident."""
    kind, _, rest = (subject or "").partition(":")
    number = rest.partition(":")[0]
    if kind == "incident":
        return await _report_of(session, actor, int(number))
    if kind == "report":
        return await _own_report(session, actor, int(number))
    if kind == "draft":
        draft = await repository.draft(session, int(number))
        return await _own_report(session, actor, draft.report_id) if draft and draft.report_id else None
    return None


async def _report_of(session: AsyncSession, actor: Actor, incident_id: int) -> Report | None:
    reports = await repository.reports_of_incident(session, incident_id)
    own = next((report for report in reports if report.person_id == actor.person_id), None)
    if own or not reports:
        return own
    actor.require(Permission.INCIDENT_SEE, reports[0].region_code)
    return reports[0]


async def _own_report(session: AsyncSession, actor: Actor, report_id: int) -> Report | None:
    report = await repository.report(session, report_id)
    return report if report and report.person_id == actor.person_id else None


def _answers(report: Report, now: datetime, sent: Sent) -> bool:
    """Whether something sent shortly after a report belongs to it although it is no reply."""
    if sent.kind is ItemKind.LOCATION:
        return True
    asked = report.asking_until is not None and now <= report.asking_until
    return asked and sent.kind in ANSWERS


async def _open_draft(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, sent: Sent) -> Draft:
    person_id = actor.person_id or 0
    home = await people.home_region(session, plan, person_id, now)
    draft = await repository.add(
        session,
        Draft(
            person_id=person_id,
            chat_id=sent.chat_id,
            locale=actor.locale,
            region_code=home or plan.district.code,
            opened_at=now,
            due_at=now + plan.wait(WaitKey.DRAFT_REMINDER),
        ),
    )
    target = Target(sent.chat_id, actor.locale)
    subject = subject_of(draft.id)
    await delivery.wish_card(session, now, subject=subject, role=DRAFT_CARD, target=target, lane=Lane.URGENT)
    return draft


async def _own_draft(session: AsyncSession, actor: Actor, draft_id: int) -> Draft:
    actor.require(Permission.REPORT_FILE)
    draft = await repository.draft(session, draft_id, lock=True)
    if draft is None or draft.person_id != actor.person_id or draft.state is not DraftState.OPEN:
        raise DraftGone
    return draft


async def _edited(session: AsyncSession, item: Item, sent: Sent) -> None:
    if item.draft_id is None or not sent.text:
        return
    item.text = sent.text
    await delivery.touch(session, subject_of(item.draft_id))


async def _supplement(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, report: Report, item: Item
) -> None:
    await _pass_on(session, plan, actor, now, report, item)
    if item.kind in ANSWERS:
        report.asking_until = None
    audit.record(session, now, actor, "report.supplement", filing.subject_of(report.id), item=item.kind.value)
    if item.chat_id != report.chat_id:
        # Said in a group, where everybody has seen it: an answer would only be noise.
        return
    how = Telling(
        filing.telling_subject(report), "supplement_received", Lane.INTERACTIVE, seq=item.id, drill=report.drill
    )
    received = texts.SupplementReceived(number=report.number)
    await delivery.tell(session, now, how, received, [Target(item.chat_id, actor.locale)])


async def _pass_on(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, report: Report, item: Item) -> None:
    await _touch_drafts_of(session, report)
    if report.incident_id is None:
        return
    await filing.pass_on(session, plan, actor, now, report.incident_id, item, is_supplement=True)


async def _touch_drafts_of(session: AsyncSession, report: Report) -> None:
    """The reporter's cards count what is on the report."""
    for draft_id in await repository.drafts_of_report(session, report.id):
        await delivery.touch(session, subject_of(draft_id))


async def _items_of_report(session: AsyncSession, report: Report) -> list[Item]:
    return list(await repository.items_of_report(session, report.id))


def _item_of(actor: Actor, now: datetime, sent: Sent) -> Item:
    return Item(
        person_id=actor.person_id or 0,
        chat_id=sent.chat_id,
        message_id=sent.message_id,
        kind=sent.kind,
        text=sent.text,
        album=sent.album,
        latitude=sent.latitude,
        longitude=sent.longitude,
        accuracy=sent.accuracy,
        sent_at=sent.sent_at,
        received_at=now,
        file_id=sent.file_id,
        size=sent.size,
        file_state=FileState.WANTED if sent.kind in SHOWN else FileState.NONE,
    )
