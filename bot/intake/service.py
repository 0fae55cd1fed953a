"""What a person does with his draft and his report, from the one question to taking it back."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import Actor, Permission
from bot.delivery import service as delivery
from bot.incident import service as incidents
from bot.incident.models import Threat
from bot.incident.rules import facts_of
from bot.incident.schemas import Addition
from bot.intake import filing, likeness, receiving, repository
from bot.intake.errors import ActedOn, AnotherOpen, DraftGone
from bot.intake.models import Draft, DraftState, Item, Question, Report, Via
from bot.intake.rules import DRAFT_CARD, day_of, draft_subject, evidence_of, threat_unasked
from bot.intake.schemas import DraftView, Evidence, Likely, ReportView
from bot.plan.schema import Nature, WaitKey
from bot.plan.service import Plan
from messages.engine import DEFAULT_LOCALE, label

_MAY_JOIN_WITHIN = timedelta(days=1)
_LISTED = 10
_RECENT = 4


async def answer(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, draft_id: int, threat: Threat) -> None:
    """Answers 有人受威胁吗？ A threat, or not being able to tell, files at once; else one more question."""
    draft = await _own_draft(session, actor, draft_id)
    if threat.counts:
        await filing.file(session, plan, actor, now, draft, Nature.DANGER_SIGN, threat)
        await _ask_likeness(session, plan, now, draft, Nature.DANGER_SIGN)
        return
    draft.question, draft.reminded = Question.OUTCOME, False
    draft.due_at = now + plan.wait(WaitKey.DRAFT_IDLE)
    await delivery.touch(session, draft_subject(draft.id))


async def settle(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, draft_id: int, nature: Nature) -> None:
    """Says what it is when nobody is threatened, and sends it; where it may be known already, that is asked first.

    Raises:
        TooMany: more within an hour than the pack's limit.
    """
    draft = await _own_draft(session, actor, draft_id)
    await filing.require_room(session, plan, now, draft)
    if draft.question is Question.LIKENESS or not await _ask_likeness(session, plan, now, draft, nature):
        await filing.file(session, plan, actor, now, draft, nature, threat_unasked(draft.via, nature))


async def same(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, draft_id: int, report_id: int) -> None:
    """就是这个，我也看到: joins with number, time and evidence of its own. Of what is filed the desk is told."""
    draft = await _asked_likeness(session, actor, draft_id)
    other = await repository.report(session, report_id)
    if other is None or str(report_id) not in draft.at_step.split("."):
        raise DraftGone
    draft.question, draft.at_step = Question.OUTCOME, ""
    if draft.state is DraftState.OPEN:
        nature = draft.nature or Nature.HAZARD
        await filing.file(session, plan, actor, now, draft, nature, threat_unasked(draft.via, nature), same=other)
        return
    report = await filing.report_of(session, draft)
    if report is not None and report.incident_id is not None:
        words = label("form.said_same", DEFAULT_LOCALE).format(number=other.number)
        added = Addition(-other.id, words)
        await incidents.supplement(session, plan, actor, now, report.incident_id, added)


async def distinct(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, draft_id: int) -> None:
    """不是同一处: sends what waited for the answer."""
    draft = await _asked_likeness(session, actor, draft_id)
    draft.question, draft.at_step = Question.OUTCOME, ""
    if draft.state is DraftState.OPEN:
        nature = draft.nature or Nature.HAZARD
        await filing.file(session, plan, actor, now, draft, nature, threat_unasked(draft.via, nature))
        return
    await delivery.touch(session, await filing.card_subject(session, draft))


async def keep(session: AsyncSession, actor: Actor, now: datetime, draft_id: int) -> None:
    """存草稿: puts the draft aside until its person takes it up again. Nothing of it is sent or lost."""
    draft = await _own_draft(session, actor, draft_id)
    draft.state, draft.due_at, draft.asking = DraftState.KEPT, None, None
    await delivery.touch(session, draft_subject(draft.id))
    audit.record(session, now, actor, "draft.keep", draft_subject(draft.id))


async def submit(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, draft_id: int) -> None:
    """Sends a draft that lay, as what was last said of it: a hazard, where nothing more was."""
    draft = await _own_draft(session, actor, draft_id)
    await filing.require_room(session, plan, now, draft)
    nature = draft.nature or Nature.HAZARD
    await filing.file(session, plan, actor, now, draft, nature, threat_unasked(draft.via, nature))


async def kept(session: AsyncSession, actor: Actor) -> bool:
    """Shows the person's draft again, the open one or else the one put aside last; False when there is none."""
    actor.require(Permission.REPORT_FILE)
    draft = await repository.unfinished_draft(session, actor.person_id or 0)
    if draft is None:
        return False
    await delivery.show_card_again(session, draft_subject(draft.id), DRAFT_CARD)
    return True


async def meant(session: AsyncSession, actor: Actor) -> int | None:
    """The draft that typed words like 返回 mean: the one asking a field, else the open one."""
    draft = await repository.asking_draft(session, actor.person_id or 0)
    draft = draft or await repository.open_draft(session, actor.person_id or 0)
    return draft.id if draft else None


async def withdraw(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, draft_id: int) -> None:
    """撤回: takes the report back as long as nobody has acted on it. It stays on record, and the desks hear of it."""
    actor.require(Permission.REPORT_FILE)
    draft = await repository.draft(session, draft_id, lock=True)
    report = await filing.report_of(session, draft) if draft and draft.person_id == actor.person_id else None
    if draft is None or report is None:
        raise DraftGone
    if report.withdrawn_at is not None:
        raise ActedOn(report.number)
    if report.incident_id is not None:
        await incidents.withdraw(session, plan, actor, now, report.incident_id, report.number)
    else:
        await filing.tell_hazard_withdrawn(session, plan, now, report)
    report.withdrawn_at, draft.asking = now, None
    await delivery.touch(session, await filing.card_subject(session, draft))
    audit.record(session, now, actor, "report.withdraw", filing.subject_of(report.id), drill=report.drill)


async def join(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, draft_id: int) -> None:
    """Puts what the draft holds on the person's last report instead of filing a new one."""
    draft = await _own_draft(session, actor, draft_id)
    report = await repository.newest_report(session, draft.person_id, now - _MAY_JOIN_WITHIN)
    if report is None:
        raise DraftGone
    items = await repository.items_of_draft(session, draft.id)
    await repository.move_items(session, draft.id, report.id)
    draft.state, draft.report_id, draft.due_at, draft.asking = DraftState.JOINED, report.id, None, None
    for item in items:
        await receiving.pass_on(session, plan, actor, now, report, item)
    await delivery.touch(session, draft_subject(draft.id))
    audit.record(session, now, actor, "report.supplement", filing.subject_of(report.id), items=len(items))


async def discard(session: AsyncSession, actor: Actor, now: datetime, draft_id: int) -> None:
    """Gives the draft up. What was sent stays and can be restored."""
    draft = await _own_draft(session, actor, draft_id)
    draft.state, draft.due_at, draft.asking = DraftState.DISCARDED, None, None
    await delivery.touch(session, draft_subject(draft.id))
    audit.record(session, now, actor, "draft.discard", draft_subject(draft.id))


async def restore(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, draft_id: int) -> None:
    """Takes up again a draft that was given up, put aside or lay; refused while another is open."""
    draft = await repository.draft(session, draft_id, lock=True)
    if draft is None or draft.person_id != actor.person_id:
        raise DraftGone
    if draft.state is DraftState.OPEN and draft.question is not Question.RESUME:
        raise DraftGone
    if draft.state not in (DraftState.OPEN, DraftState.KEPT, DraftState.DISCARDED):
        raise DraftGone
    other = await repository.open_draft(session, draft.person_id)
    if other is not None and other.id != draft.id:
        raise AnotherOpen
    asked = draft.question is Question.THREAT
    draft.question = Question.THREAT if asked else Question.OUTCOME
    draft.state, draft.reminded = DraftState.OPEN, False
    draft.due_at = now + plan.wait(WaitKey.DRAFT_REMINDER if asked else WaitKey.DRAFT_IDLE)
    await delivery.touch(session, draft_subject(draft.id))


async def draft_of_incident(session: AsyncSession, incident_id: int, chat_id: int) -> DraftView | None:
    """The draft from which a person in that chat reported the incident, as his card shows it."""
    draft = await repository.draft_of_incident(session, incident_id, chat_id)
    return await draft_view(session, draft.id) if draft else None


async def draft_view(session: AsyncSession, draft_id: int) -> DraftView | None:
    """The draft as its card shows it."""
    draft = await repository.draft(session, draft_id)
    if draft is None:
        return None
    report = await repository.report(session, draft.report_id) if draft.report_id else None
    held = repository.items_of_draft(session, draft.id) if report is None else _items_of_report(session, report)
    earlier = None
    if draft.state is DraftState.OPEN and draft.via is Via.CHAT:
        earlier = await repository.newest_report(session, draft.person_id, draft.opened_at - _MAY_JOIN_WITHIN)
    return DraftView(
        id=draft.id,
        state=draft.state,
        question=draft.question,
        asking=draft.asking,
        at_step=draft.at_step,
        via=draft.via,
        region_code=draft.region_code,
        opened_at=draft.opened_at,
        facts=facts_of(draft),
        evidence=evidence_of(await held),
        number=report.number if report else None,
        nature=report.nature if report else draft.nature,
        incident_id=report.incident_id if report else None,
        withdrawn=report is not None and report.withdrawn_at is not None,
        may_join=earlier.number if earlier else None,
        recent_kinds=await repository.recent_kinds(session, draft.person_id, _RECENT),
        likely=await _likely_of(session, draft),
    )


async def evidence_of_incident(session: AsyncSession, incident_id: int) -> Evidence:
    """What all reports of the incident hold, those merged into it included."""
    family = await incidents.family(session, incident_id)
    return evidence_of(await repository.items_of_incidents(session, family))


async def touch_cards_of(session: AsyncSession, item: Item) -> None:
    """Says that the cards showing this item have changed: its draft's, and its incident's."""
    if item.draft_id is not None:
        await delivery.touch(session, draft_subject(item.draft_id))
    report = await repository.report(session, item.report_id) if item.report_id else None
    if report is None:
        return
    await receiving.touch_drafts_of(session, report)
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
    return [await filing.view_of(session, row) for row in rows]


async def _ask_likeness(session: AsyncSession, plan: Plan, now: datetime, draft: Draft, nature: Nature) -> bool:
    """Asks whether it is what somebody reported already; False when nothing is like it."""
    likely = await likeness.candidates(session, plan, now, draft, nature)
    if not likely:
        return False
    draft.question, draft.nature, draft.asking = Question.LIKENESS, nature, None
    draft.at_step = ".".join(str(each.report_id) for each in likely)
    await likeness.show_pictures(session, plan, now, draft, likely)
    await delivery.touch(session, await filing.card_subject(session, draft))
    return True


async def leave_gap(session: AsyncSession, plan: Plan, now: datetime, by: int) -> None:
    """Leaves out so many of the day's numbers: some may have been given that this database has never seen."""
    for prefix in sorted({plan.number_prefix(code) for code in plan.regions}):
        await repository.leap(session, prefix, day_of(now), by)


async def _asked_likeness(session: AsyncSession, actor: Actor, draft_id: int) -> Draft:
    actor.require(Permission.REPORT_FILE)
    draft = await repository.draft(session, draft_id, lock=True)
    if draft is None or draft.person_id != actor.person_id or draft.question is not Question.LIKENESS:
        raise DraftGone
    if draft.state not in (DraftState.OPEN, DraftState.FILED):
        raise DraftGone
    return draft


async def _likely_of(session: AsyncSession, draft: Draft) -> tuple[Likely, ...]:
    if draft.question is not Question.LIKENESS:
        return ()
    numbers = [int(number) for number in draft.at_step.split(".") if number]
    return tuple(await likeness.of_reports(session, numbers))


async def _own_draft(session: AsyncSession, actor: Actor, draft_id: int) -> Draft:
    actor.require(Permission.REPORT_FILE)
    draft = await repository.draft(session, draft_id, lock=True)
    if draft is None or draft.person_id != actor.person_id or draft.state is not DraftState.OPEN:
        raise DraftGone
    return draft


async def _items_of_report(session: AsyncSession, report: Report) -> list[Item]:
    return list(await repository.items_of_report(session, report.id))
