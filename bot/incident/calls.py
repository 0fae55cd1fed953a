"""Telephone calls about an incident: what to read out (电话报告词), whom to ring, what came of it.

A call is a row, a line of the log and an audit entry. The line's text is `result:callee`, and `post:callee post` when
it becomes known who answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.access import Actor, Permission
from bot.incident import deeds, lists_repository, service
from bot.incident.deeds import Scene
from bot.incident.errors import CallNotedAlready, NoSuchIncident
from bot.incident.listing import place_of
from bot.incident.models import Call, CallResult, EntryKind, Facts, IncidentState, Threat
from bot.incident.schemas import IncidentView, Reporter
from bot.incident.sight import Desk, desk_name, desk_of
from bot.plan.schema import Level, Nature, WaitKey
from bot.plan.service import Plan

_GOVERNMENT = "government_office"
"""Key of the unit that answers for the district's government, in packs that have it."""
_LONGEST_POST = 40


@dataclass(frozen=True, slots=True)
class Callee:
    """Whom to ring. `key` names him in a button; `name` is None for the city's bureau, of which a pack knows nothing.

    `upward` tells those who must be told from those who are called back.
    """

    key: str
    name: str | None
    phone: str | None
    upward: bool = True


@dataclass(frozen=True, slots=True)
class Calling:
    """What to read into the telephone, and to whom. Figures are reported ones; None is unknown."""

    incident_id: int
    number: str
    nature: Nature
    threat: Threat
    place: str
    facts: Facts
    is_verified: bool
    opened_at: datetime
    desk: Desk
    next_report_by: datetime
    callees: tuple[Callee, ...]
    drill: bool


CITY = Callee("city", None, None)


async def calling(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, incident_id: int) -> Calling:
    """What the actor reads out about the incident, by all reports of it. Changes nothing."""
    view = await service.view(session, incident_id)
    actor.require(Permission.INCIDENT_TAKE, view.region_code)
    desk = await desk_of(session, plan, actor, now, Permission.INCIDENT_TAKE, view.region_code)
    return Calling(
        incident_id=view.id,
        number=view.number,
        nature=view.nature,
        threat=view.threat,
        place=await place_of(session, plan, view.region_code, view.unit_key, view.facts.place_words),
        facts=view.facts,
        is_verified=view.state in {IncidentState.VERIFIED, IncidentState.CLOSED},
        opened_at=view.opened_at,
        desk=desk,
        next_report_by=now + plan.wait(WaitKey.FOLLOW_UP),
        callees=(*upward(plan, desk.region_code), *_back(plan, view, desk.region_code)),
        drill=view.drill,
    )


async def note(
    session: AsyncSession,
    plan: Plan,
    actor: Actor,
    now: datetime,
    incident_id: int,
    callee_key: str,
    result: CallResult,
    *,
    city: str,
) -> Call:
    """Writes down a call to a callee of `calling`. `city` is what the city's bureau is called in the log.

    Raises:
        CallNotedAlready: the same result was written down less than a minute ago.
        NoSuchIncident: nobody of that key is rung about this incident.
    """
    told = await calling(session, plan, actor, now, incident_id)
    callee = next((each for each in told.callees if each.key == callee_key), None)
    if callee is None:
        raise NoSuchIncident
    name = callee.name or city
    before = await lists_repository.last_call(session, told.incident_id, name, actor.person_id)
    if before and before.result is result and now - before.at < plan.wait(WaitKey.UNDO):
        raise CallNotedAlready(told.number, name, before.at)
    call = await lists_repository.add_call(
        session,
        Call(
            incident_id=told.incident_id,
            at=now,
            callee=name,
            phone=callee.phone,
            result=result,
            person_id=actor.person_id,
            name=actor.name,
        ),
    )
    await _written(Scene(session, plan, actor, now), call, f"{result.value}:{name}")
    return call


async def answered(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, call_id: int, post: str
) -> tuple[Call, str]:
    """Adds to a call which post answered; the call, and the incident's number. Saying it again corrects it."""
    call = await lists_repository.call(session, call_id)
    if call is None:
        raise NoSuchIncident
    incident = await deeds.existing(session, call.incident_id)
    actor.require(Permission.INCIDENT_TAKE, incident.region_code)
    call.answered_by = " ".join(post.split())[:_LONGEST_POST]
    await _written(Scene(session, plan, actor, now), call, f"post:{call.callee} {call.answered_by}")
    return call, incident.number


def upward(plan: Plan, region_code: str) -> tuple[Callee, ...]:
    """Whom the desk of the region reports to: the desks above; for the district its government and the city's bureau.

    A desk without a number in the pack is named all the same.
    """
    above = plan.ancestors(region_code)
    if above:
        return tuple(_desk(plan, region.code) for region in above)
    unit = plan.units.get(_GOVERNMENT)
    government = (Callee(f"u{unit.key}", unit.name, unit.duty_phone),) if unit else ()
    return (*government, CITY)


def _back(plan: Plan, view: IncidentView, region_code: str) -> tuple[Callee, ...]:
    """Who is called back to hear more: the town's desk if the caller sits above it, and the first reporter."""
    towns = [region for region in plan.path(view.region_code) if region.level is Level.TOWN]
    below = [region for region in towns if region.code != region_code and plan.contains(region_code, region.code)]
    desks = [_desk(plan, region.code, upward=False) for region in below]
    return (*desks, *(_reporter(row) for row in view.reporters[:1] if row.phone))


def _desk(plan: Plan, code: str, *, upward: bool = True) -> Callee:
    return Callee(f"r{code}", desk_name(plan, code), plan.duty_phone(code), upward)


def _reporter(reporter: Reporter) -> Callee:
    return Callee(f"p{reporter.person_id}", reporter.name, reporter.phone, upward=False)


async def _written(scene: Scene, call: Call, line: str) -> None:
    incident = await deeds.existing(scene.session, call.incident_id)
    facts = {"callee": call.callee, "result": call.result.value, "answered_by": call.answered_by}
    await deeds.note(scene, incident, "call", EntryKind.CALLED, line, call=call.id, **facts)
