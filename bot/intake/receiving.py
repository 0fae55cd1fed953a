"""Taking in what people send: which report or draft a thing belongs to, and opening a draft for what belongs to none.

Everything happens in the caller's transaction; receiving the same message again changes nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import Actor, Permission
from bot.core.bells import ring_after_commit
from bot.core.errors import NotAllowed
from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Target, Telling
from bot.directory import people
from bot.incident import deeds, sight
from bot.incident import service as incidents
from bot.incident.models import PlaceSource, Wanted
from bot.intake import filing, form, repository
from bot.intake.errors import NoSuchSite
from bot.intake.models import Draft, FileState, Item, ItemKind, Report
from bot.intake.rules import ANSWERS, DRAFT_CARD, SHOWN, draft_subject
from bot.intake.schemas import Sent
from bot.plan.regions import is_grid, parent_of
from bot.plan.schema import WaitKey
from bot.plan.service import Plan
from messages import intake as texts

_ASKED_WITHIN = timedelta(days=1)
_ANSWER_TO: dict[Wanted, tuple[ItemKind, ...]] = {
    Wanted.POSITION: (ItemKind.LOCATION, *ANSWERS),
    Wanted.PHOTO: SHOWN,
    Wanted.KIND: ANSWERS,
    Wanted.FIGURES: ANSWERS,
}
"""What answers a question of the desk without being a reply to it."""


async def receive(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, sent: Sent) -> None:
    """Takes in one thing a person sent: to the case it replies to, the album it is part of, the draft, or a new draft.

    Receiving the same message again changes nothing; an edited one changes the words on a draft, never on a report.
    """
    actor.require(Permission.REPORT_SUPPLEMENT if sent.reply_about else Permission.REPORT_FILE)
    known = await repository.item_at(session, sent.chat_id, sent.message_id)
    if known is not None:
        await _edited(session, plan, actor, now, known, sent)
        return
    asked = None if sent.reply_about else await repository.asking_draft(session, actor.person_id or 0)
    if asked is not None and sent.kind is ItemKind.TEXT:
        await form.words(session, plan, actor, now, asked, sent)
        return
    if sent.is_edit:
        # Of something that was never evidence: a menu word, an answer, what came before its sender was known.
        return
    report, draft = await _belongs_to(session, plan, actor, now, sent, asked)
    item = await repository.add(session, _item_of(actor, now, sent))
    ring_after_commit(session, "fetch")
    if report is not None:
        item.report_id = report.id
        await _supplement(session, plan, actor, now, report, item)
        own = await repository.draft_of_report(session, report.id) if sent.latitude is not None else None
        if own is not None and report.person_id == actor.person_id:
            await form.located(session, plan, actor, now, own, sent)
        return
    draft = draft or await _open_draft(session, plan, actor, now, sent.chat_id)
    item.draft_id = draft.id
    if sent.latitude is not None:
        await form.located(session, plan, actor, now, draft, sent)
    if sent.kind is ItemKind.TEXT:
        await form.linked(session, plan, actor, now, draft, sent.text)
    await delivery.touch(session, draft_subject(draft.id))


async def subject_at(session: AsyncSession, chat_id: int, message_id: int) -> str | None:
    """The report on which a message of the person's own lies: how a reply to one's own photo finds its case."""
    item = await repository.item_at(session, chat_id, message_id)
    return filing.subject_of(item.report_id) if item and item.report_id else None


async def begin(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, chat_id: int) -> None:
    """Opens an empty draft from the menu, or shows the one that is open again."""
    actor.require(Permission.REPORT_FILE)
    if draft := await repository.open_draft(session, actor.person_id or 0):
        await delivery.show_card_again(session, draft_subject(draft.id), DRAFT_CARD)
        return
    await _open_draft(session, plan, actor, now, chat_id)


async def begin_at(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, chat_id: int, site: str) -> None:
    """Opens a draft at a place somebody scanned: the code of a region or grid, or the key of a unit.

    Raises:
        NoSuchSite: the pack knows no such place; the draft that is open stays as it was.
    """
    actor.require(Permission.REPORT_FILE)
    unit = plan.units.get(site)
    code = unit.region if unit else site
    if plan.get_region(code) is None and not (is_grid(code) and plan.get_region(parent_of(code) or "")):
        raise NoSuchSite
    draft = await repository.open_draft(session, actor.person_id or 0)
    if draft is None:
        draft = await _open_draft(session, plan, actor, now, chat_id)
    else:
        await delivery.show_card_again(session, draft_subject(draft.id), DRAFT_CARD)
    draft.region_code, draft.place_source = code, PlaceSource.CODE
    draft.place_words = unit.name if unit else None
    await delivery.touch(session, draft_subject(draft.id))


async def _belongs_to(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, sent: Sent, asked: Draft | None
) -> tuple[Report | None, Draft | None]:
    person_id = actor.person_id or 0
    if replied := await _replied_to(session, actor, now, sent.reply_about):
        return replied, None
    if sent.album and (part := await repository.album_part(session, sent.chat_id, sent.album)):
        report = await repository.report(session, part.report_id) if part.report_id else None
        draft = await repository.draft(session, part.draft_id, lock=True) if part.draft_id else None
        return report, draft
    if draft := await repository.open_draft(session, person_id):
        return None, draft
    if asked is not None and asked.report_id is not None:
        return await repository.report(session, asked.report_id), None
    last = await repository.newest_report(session, person_id, now - _ASKED_WITHIN)
    if last and await _is_asked(session, last, now, sent):
        return last, None
    if last and last.filed_at >= now - plan.wait(WaitKey.HOUSEHOLDS) and _answers(last, now, sent):
        return last, None
    return None, None


async def _is_asked(session: AsyncSession, report: Report, now: datetime, sent: Sent) -> bool:
    """Whether the desk has an open question about the report that a thing of this kind answers."""
    if report.incident_id is None:
        return False
    wanted = await incidents.asked_for(session, report.incident_id, report.person_id, now)
    return any(sent.kind in _ANSWER_TO[each] for each in wanted)


async def _replied_to(session: AsyncSession, actor: Actor, now: datetime, subject: str | None) -> Report | None:
    """The report a reply belongs to: the person's own, or for the desk's people the first one of the incident."""
    kind, _, rest = (subject or "").partition(":")
    number = rest.partition(":")[0]
    if kind == "incident":
        return await _report_of(session, actor, now, int(number))
    if kind == "report":
        return await _own_report(session, actor, int(number))
    if kind == "draft":
        draft = await repository.draft(session, int(number))
        return await _own_report(session, actor, draft.report_id) if draft and draft.report_id else None
    return None


async def _report_of(session: AsyncSession, actor: Actor, now: datetime, incident_id: int) -> Report | None:
    reports = await repository.reports_of_incident(session, incident_id)
    own = next((report for report in reports if report.person_id == actor.person_id), None)
    if own or not reports:
        return own
    place = reports[0].region_code
    actor.require(Permission.INCIDENT_SEE, place)
    seen = await sight.sight_of(session, actor, now)
    if seen.units and not seen.regions and not seen.covers(await deeds.existing(session, incident_id)):
        # A company's right is given for the town it lies in; it is meant for what concerns the company.
        raise NotAllowed(Permission.INCIDENT_SEE, place)
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


async def _open_draft(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, chat_id: int) -> Draft:
    person_id = actor.person_id or 0
    home = await people.home_region(session, plan, person_id, now)
    draft = await repository.add(
        session,
        Draft(
            person_id=person_id,
            chat_id=chat_id,
            locale=actor.locale,
            place_source=PlaceSource.GRID,
            region_code=home or plan.district.code,
            opened_at=now,
            due_at=now + plan.wait(WaitKey.DRAFT_REMINDER),
        ),
    )
    await repository.ask_nothing_else(session, draft)
    target = Target(chat_id, actor.locale)
    subject = draft_subject(draft.id)
    await delivery.wish_card(session, now, subject=subject, role=DRAFT_CARD, target=target, lane=Lane.URGENT)
    return draft


async def _edited(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, item: Item, sent: Sent) -> None:
    """Edited words and a moving location count on a draft; what is filed stays as it was sent."""
    if item.kind is ItemKind.ANSWER:
        await form.reworded(session, plan, actor, now, item, sent.text)
        return
    draft = await repository.draft(session, item.draft_id, lock=True) if item.draft_id else None
    if draft is None:
        return
    if sent.latitude is not None:
        item.latitude, item.longitude, item.accuracy = sent.latitude, sent.longitude, sent.accuracy
        await form.located(session, plan, actor, now, draft, sent)
    item.text = sent.text or item.text
    await delivery.touch(session, draft_subject(draft.id))


async def _supplement(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, report: Report, item: Item
) -> None:
    await pass_on(session, plan, actor, now, report, item)
    if item.kind in ANSWERS:
        report.asking_until = None
    audit.record(session, now, actor, "report.supplement", filing.subject_of(report.id), item=item.kind.value)
    if item.chat_id != report.chat_id:
        # Said in a group, where everybody has seen it: an answer would only be noise.
        return
    # One receipt for an album: its parts come one by one, and nothing says which is the last.
    first = await repository.first_of_album(session, item.chat_id, item.album) if item.album else item.id
    how = Telling(
        filing.telling_subject(report), "supplement_received", Lane.INTERACTIVE, seq=first, drill=report.drill
    )
    received = texts.SupplementReceived(number=report.number)
    await delivery.tell(session, now, how, received, [Target(item.chat_id, actor.locale)])


async def pass_on(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, report: Report, item: Item) -> None:
    """Lets the desks see what was added to a report, and the reporter's cards count it."""
    await touch_drafts_of(session, report)
    if report.incident_id is None:
        return
    await filing.pass_on(session, plan, actor, now, report.incident_id, item, is_supplement=True)


async def touch_drafts_of(session: AsyncSession, report: Report) -> None:
    """The reporter's cards count what is on the report."""
    for draft_id in await repository.drafts_of_report(session, report.id):
        await delivery.touch(session, draft_subject(draft_id))


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
        by_copy=sent.by_copy,
        file_state=FileState.WANTED if sent.kind in SHOWN else FileState.NONE,
    )
