"""From a draft to a report: the number, the incident or the hazard it opens, and what goes with it to the desks.

Apart from `service.py` because the passes file drafts too, for people who did not answer.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import Actor
from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Media, Target, Telling
from bot.directory import people, places
from bot.incident import audience
from bot.incident import service as incidents
from bot.incident.models import Facts, Threat
from bot.incident.rules import facts_of
from bot.incident.schemas import Addition, Opening, Reporter
from bot.intake import repository
from bot.intake.models import Draft, DraftState, Item, ItemKind, Report
from bot.intake.rules import LONGEST_CAPTION, SHOWN, day_of, number_of
from bot.intake.schemas import ReportView
from bot.plan.schema import Nature, WaitKey
from bot.plan.service import Plan
from messages import incident as incident_texts
from messages import intake as texts


async def file(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, draft: Draft, nature: Nature, threat: Threat
) -> Report:
    """Makes the draft a report. It is numbered and committed before anybody is told the number."""
    report = await _numbered(session, plan, now, draft, nature, threat)
    items = await repository.items_of_draft(session, draft.id)
    await repository.move_items(session, draft.id, report.id)
    draft.state, draft.report_id, draft.due_at = DraftState.FILED, report.id, None
    reporter = await _reporter(session, draft, report)
    if nature is Nature.HAZARD:
        await _tell_of_hazard(session, plan, now, report, reporter, items_count=len(items))
    else:
        await _open_incident(session, plan, actor, now, draft, report, reporter)
        for item in items:
            await pass_on(session, plan, actor, now, report.incident_id or 0, item, is_supplement=False)
    await delivery.touch(session, f"draft:{draft.id}")
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


async def pass_on(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, incident_id: int, item: Item, *, is_supplement: bool
) -> None:
    """Lets the desks of an incident see one thing that was sent."""
    added = Addition(item.id, item.text, is_supplement, said_in=item.chat_id)
    if item.kind in SHOWN and item.file_id:
        if len(item.text) > LONGEST_CAPTION:
            await incidents.supplement(session, plan, actor, now, incident_id, added)
            added = replace(added, text="")
        media = Media(item.kind.value, item.file_id)
        await incidents.show_media(session, plan, actor, now, incident_id, added, media)
    if item.kind is ItemKind.TEXT:
        await incidents.supplement(session, plan, actor, now, incident_id, added)
    if item.latitude is not None and item.longitude is not None:
        where = Facts(latitude=item.latitude, longitude=item.longitude, accuracy=item.accuracy)
        await incidents.learn(session, incident_id, where)


def subject_of(report_id: int) -> str:
    """The name of the report in the ledger and the audit."""
    return f"report:{report_id}"


def telling_subject(report: Report) -> str:
    """Under which name things about the report are told to its reporter: the incident's, if it opened one."""
    return incidents.subject_of(report.incident_id) if report.incident_id else subject_of(report.id)


def view_of(report: Report) -> ReportView:
    """The report as lists show it."""
    return ReportView(
        report.id,
        report.number,
        report.nature,
        report.threat,
        report.region_code,
        report.filed_at,
        report.incident_id,
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
    return Reporter(draft.person_id, name, phone, draft.chat_id, draft.locale, report.number)


async def _open_incident(
    session: AsyncSession,
    plan: Plan,
    actor: Actor,
    now: datetime,
    draft: Draft,
    report: Report,
    reporter: Reporter,
) -> None:
    opening = Opening(
        number=report.number,
        nature=report.nature,
        threat=report.threat,
        region_code=draft.region_code,
        facts=facts_of(draft),
        drill=draft.drill,
    )
    incident = await incidents.open_incident(session, plan, actor, now, opening, reporter)
    report.incident_id = incident.id
    if not report.threat.counts:
        return
    report.asking_until = now + plan.wait(WaitKey.HOUSEHOLDS)
    how = Telling(telling_subject(report), "households", Lane.INTERACTIVE, drill=report.drill)
    await delivery.tell(session, now, how, texts.Households(), [Target(draft.chat_id, draft.locale)])


async def _tell_of_hazard(
    session: AsyncSession, plan: Plan, now: datetime, report: Report, reporter: Reporter, *, items_count: int
) -> None:
    reached = await audience.of(session, plan, now, report.region_code, Nature.HAZARD)
    told = texts.HazardReported(
        number=report.number,
        place=await places.name_of(session, plan, report.region_code),
        reporter=incident_texts.Phone(name=reporter.name, number=reporter.phone or ""),
        items=items_count,
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
