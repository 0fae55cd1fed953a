"""From a draft to a report: the number, the incident or the hazard it opens, and what goes with it to the desks.

Apart from `service.py` because the passes file drafts too, for people who did not answer.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import Actor
from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Target, Telling
from bot.directory import people, places
from bot.incident import audience
from bot.incident import service as incidents
from bot.incident.deeds import Scene
from bot.incident.models import Facts, Threat
from bot.incident.rules import facts_of
from bot.incident.schemas import Addition, Opening, Reporter
from bot.intake import evidence, repository
from bot.intake.errors import TooMany
from bot.intake.models import Draft, DraftState, Item, ItemKind, Report, Via
from bot.intake.rules import DRAFT_CARD, SHOWN, day_of, draft_subject, number_of
from bot.intake.schemas import ReportView
from bot.plan.schema import LimitKey, Nature, WaitKey
from bot.plan.service import Plan
from messages import form as form_texts
from messages import incident as incident_texts
from messages import intake as texts
from messages.directory import Name
from messages.engine import DEFAULT_LOCALE, label

_HOUR = timedelta(hours=1)


async def file(
    session: AsyncSession,
    plan: Plan,
    actor: Actor,
    now: datetime,
    draft: Draft,
    nature: Nature,
    threat: Threat,
    *,
    same: Report | None = None,
) -> Report:
    """Makes the draft a report. It is numbered and committed before anybody is told the number.

    `same` is somebody's report of the same thing: what is known as an incident is joined, whatever this one calls it.
    """
    nature = same.nature if same is not None and same.incident_id is not None else nature
    report = await _numbered(session, plan, now, draft, nature, threat)
    items = await repository.items_of_draft(session, draft.id)
    await repository.move_items(session, draft.id, report.id)
    draft.state, draft.report_id, draft.due_at, draft.asking = DraftState.FILED, report.id, None, None
    reporter = await _reporter(session, draft, report)
    if nature is Nature.HAZARD:
        report.same_as = (same.same_as or same.id) if same else None
        await _tell_of_hazard(session, plan, now, report, reporter, items_count=len(items), same=same)
    else:
        await _open_incident(session, plan, actor, now, draft, report, reporter, same)
        # What a pass files for somebody who did not answer was still said by him.
        speaker = replace(actor, name=reporter.name) if actor.is_system else actor
        for item in items:
            await pass_on(session, plan, speaker, now, report.incident_id or 0, item, is_supplement=False)
        await delivery.follow_subject(session, draft_subject(draft.id), DRAFT_CARD, telling_subject(report))
    await delivery.touch(session, draft_subject(draft.id))
    audit.record(
        session,
        now,
        actor,
        "report.file",
        subject_of(report.id),
        drill=report.drill,
        number=report.number,
        items=len(items),
    )
    return report


async def require_room(session: AsyncSession, plan: Plan, now: datetime, draft: Draft) -> None:
    """Raises TooMany where the person has filed as many within an hour as the pack allows; no danger sign asks this."""
    limit = plan.limit(LimitKey.REPORTS_AN_HOUR)
    if draft.via is Via.CHAT and await repository.filed_since(session, draft.person_id, now - _HOUR) >= limit:
        raise TooMany(limit)


async def report_of(session: AsyncSession, draft: Draft) -> Report | None:
    """The report the draft has become or joined, or None."""
    return await repository.report(session, draft.report_id) if draft.report_id else None


async def card_subject(session: AsyncSession, draft: Draft) -> str:
    """Whose subject the draft's card shows: its own, and once it has opened an incident that one's."""
    report = await report_of(session, draft) if draft.state is DraftState.FILED else None
    return telling_subject(report) if report is not None and report.incident_id else draft_subject(draft.id)


async def pass_on(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, incident_id: int, item: Item, *, is_supplement: bool
) -> None:
    """Lets the desks of an incident see one thing that was sent. Where a first report is, its opening said already."""
    quiet = await repository.is_later_part(session, item)
    added = Addition(item.id, item.text, is_supplement, said_in=item.chat_id, quiet=quiet)
    if item.kind in SHOWN and item.file_id:
        await evidence.show(session, plan, actor, now, incident_id, item, added)
    if item.kind is ItemKind.TEXT:
        await incidents.supplement(session, plan, actor, now, incident_id, added)
    if is_supplement and item.latitude is not None and item.longitude is not None:
        where = Facts(latitude=item.latitude, longitude=item.longitude, accuracy=item.accuracy)
        await incidents.learn(session, incident_id, where, by=Scene(session, plan, actor, now), key=item.id)


def subject_of(report_id: int) -> str:
    """The name of the report in the ledger and the audit."""
    return f"report:{report_id}"


def telling_subject(report: Report) -> str:
    """Under which name things about the report are told to its reporter: the incident's, if it opened one."""
    return incidents.subject_of(report.incident_id) if report.incident_id else subject_of(report.id)


async def view_of(session: AsyncSession, report: Report) -> ReportView:
    """The report as lists show it."""
    incident = await incidents.view(session, report.incident_id) if report.incident_id else None
    state = "withdrawn" if report.withdrawn_at else incident.state.value if incident else "filed"
    return ReportView(
        report.id,
        report.number,
        report.nature,
        report.threat,
        report.region_code,
        report.filed_at,
        report.incident_id,
        state,
    )


async def _numbered(
    session: AsyncSession, plan: Plan, now: datetime, draft: Draft, nature: Nature, threat: Threat
) -> Report:
    prefix, day = plan.number_prefix(draft.region_code), day_of(now)
    serial = await repository.next_serial(session, prefix, day)
    return await repository.add(
        session,
        Report(
            number=number_of(prefix, day, serial),
            prefix=prefix,
            day=day,
            serial=serial,
            person_id=draft.person_id,
            chat_id=draft.chat_id,
            nature=nature,
            threat=threat,
            region_code=draft.region_code,
            via=draft.via,
            received_at=draft.opened_at,
            filed_at=now,
            drill=draft.drill,
            **facts_of(draft).model_dump(),
        ),
    )


async def _reporter(session: AsyncSession, draft: Draft, report: Report) -> Reporter:
    person = await people.person(session, draft.person_id)
    name, phone = (person.name, person.phone) if person else ("", None)
    if draft.via is Via.TELEPHONE:
        name, phone = draft.contact_name or label("form.caller", DEFAULT_LOCALE), draft.contact_phone
    return Reporter(draft.person_id, name, phone, draft.chat_id, draft.locale, report.number)


async def _open_incident(
    session: AsyncSession,
    plan: Plan,
    actor: Actor,
    now: datetime,
    draft: Draft,
    report: Report,
    reporter: Reporter,
    same: Report | None,
) -> None:
    opening = Opening(
        number=report.number,
        nature=report.nature,
        threat=report.threat,
        region_code=draft.region_code,
        facts=facts_of(draft),
        drill=draft.drill,
    )
    if same is not None and same.incident_id is not None:
        incident = await incidents.join(session, plan, actor, now, opening, reporter, same.incident_id)
    else:
        incident = await incidents.open_incident(session, plan, actor, now, opening, reporter)
    report.incident_id = incident.id
    if not report.threat.counts or draft.via is Via.TELEPHONE:
        return
    report.asking_until = now + plan.wait(WaitKey.HOUSEHOLDS)
    how = Telling(telling_subject(report), "households", Lane.INTERACTIVE, drill=report.drill)
    await delivery.tell(session, now, how, texts.Households(), [Target(draft.chat_id, draft.locale)])


async def _tell_of_hazard(
    session: AsyncSession,
    plan: Plan,
    now: datetime,
    report: Report,
    reporter: Reporter,
    *,
    items_count: int,
    same: Report | None,
) -> None:
    reached = await audience.of(session, plan, now, report.region_code, Nature.HAZARD)
    kind = plan.kinds.get(report.kind_key) if report.kind_key else None
    told = texts.HazardReported(
        number=report.number,
        place=await places.name_of(session, plan, report.region_code),
        reporter=incident_texts.Phone(name=reporter.name, number=reporter.phone or ""),
        items=items_count,
        kind=Name(zh=kind.name, en=kind.name_en) if kind else None,
        what=report.what or "",
        same=same.number if same else None,
        reporters=await repository.seen_too(session, report.same_as) + 1 if report.same_as else 1,
    )
    # Nothing else tells the desks of it: a routine message, but one worth repeating when it may not have arrived.
    how = Telling(subject_of(report.id), "hazard", Lane.ROUTINE, critical=True, drill=report.drill)
    await delivery.tell(session, now, how, told, [target for tier in reached for target in tier.targets])
    receipt = incident_texts.Filed(
        number=report.number,
        nature=report.nature.value,
        told=tuple(tier.tier.value for tier in reached if tier.targets),
        phones=audience.phones(plan, report.region_code),
    )
    answer = Telling(subject_of(report.id), "filed", Lane.INTERACTIVE, drill=report.drill)
    await delivery.tell(session, now, answer, receipt, [Target(reporter.chat_id, reporter.locale)])


async def tell_hazard_withdrawn(session: AsyncSession, plan: Plan, now: datetime, report: Report) -> None:
    """Tells village and town that the reporter has taken a hazard back."""
    reached = await audience.of(session, plan, now, report.region_code, Nature.HAZARD)
    told = form_texts.HazardWithdrawn(
        number=report.number, place=await places.name_of(session, plan, report.region_code)
    )
    how = Telling(subject_of(report.id), "withdrawn", Lane.ROUTINE, critical=True, drill=report.drill)
    await delivery.tell(session, now, how, told, [target for tier in reached for target in tier.targets])
