"""停产撤离 as a report: one tap numbers it, opens its incident and rings everybody, in one transaction."""

from __future__ import annotations

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import Actor, Permission
from bot.core.errors import NotAllowed
from bot.delivery.schemas import Target
from bot.directory import people
from bot.incident import service as incidents
from bot.incident import work_stop
from bot.incident.schemas import Reporter
from bot.intake import repository
from bot.intake.filing import subject_of
from bot.intake.models import Report
from bot.intake.rules import day_of, number_of
from bot.plan.schema import Unit
from bot.plan.service import Plan


async def units_of(session: AsyncSession, plan: Plan, actor: Actor, now: datetime) -> tuple[Unit, ...]:
    """The units whose work the actor may stop by work.stop: those he leads a shift of now; none for anybody else."""
    person = await people.person(session, actor.person_id, now) if actor.person_id else None
    stopping = {grant.post_id for grant in actor.grants if grant.permission is Permission.WORK_STOP}
    keys = {post.unit_key or "": None for post in person.posts if post.id in stopping} if person else {}
    return tuple(plan.units[key] for key in keys if key in plan.units)


async def stop(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, unit_key: str, leader: Target) -> Report:
    """Stops work at the unit and withdraws its people. `leader` is where the order and the number go.

    Raises:
        NotAllowed: the actor leads no shift of that unit.
        WorkStopStands: it was stopped a few minutes ago; nothing is added.
    """
    unit = next((unit for unit in await units_of(session, plan, actor, now) if unit.key == unit_key), None)
    if unit is None:
        raise NotAllowed(Permission.WORK_STOP, None)
    prefix, day = plan.number_prefix(unit.region), day_of(now)
    # Whoever asks for the next number of this day waits for the one before: two taps at once are one after the other.
    serial = await repository.next_serial(session, prefix, day)
    await work_stop.require_none(session, plan, now, unit)
    person = await people.person(session, actor.person_id or 0)
    phone = person.phone if person else None
    opening = work_stop.opening(number_of(prefix, day, serial), unit, actor.name, phone)
    report = await repository.add(
        session,
        Report(
            number=opening.number,
            prefix=prefix,
            day=day,
            serial=serial,
            person_id=actor.person_id or 0,
            chat_id=leader.chat_id,
            nature=opening.nature,
            threat=opening.threat,
            region_code=opening.region_code,
            received_at=now,
            filed_at=now,
            **opening.facts.model_dump(),
        ),
    )
    reporter = Reporter(actor.person_id or 0, actor.name, phone, leader.chat_id, leader.locale, report.number)
    incident = await incidents.open_incident(session, plan, actor, now, opening, reporter)
    report.incident_id = incident.id
    told = await work_stop.tell_company(session, plan, actor, now, incident, unit, leader)
    audit.record(
        session, now, actor, "work.stop", subject_of(report.id), number=report.number, unit=unit.key, told=told
    )
    return report
