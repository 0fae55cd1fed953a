"""停产撤离: what a stopped unit's incident is, whether one stands, and telling everybody of the company at once.

Nobody approves it (plan 4.3(1)). Numbering and filing are intake's: `bot/intake/stopping.py`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.access import Actor
from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Target, Telling
from bot.directory import people, places
from bot.directory.schemas import PersonView
from bot.incident import audience, lists_repository
from bot.incident.deeds import subject_of
from bot.incident.errors import WorkStopStands
from bot.incident.models import Facts, Incident, Threat
from bot.incident.schemas import Opening
from bot.plan.schema import Nature, Unit
from bot.plan.service import Plan
from messages import work_stop as texts
from messages.incident import Phone

WHAT = "停产撤离"
_MEASURES = "已下令停产撤离"
_STANDS_FOR = timedelta(minutes=10)


def opening(number: str, unit: Unit, name: str, phone: str | None) -> Opening:
    """The incident a stop opens: a danger sign at the unit, people threatened."""
    return Opening(
        number=number,
        nature=Nature.DANGER_SIGN,
        threat=Threat.YES,
        region_code=unit.region,
        facts=Facts(what=WHAT, measures=_MEASURES, contact_name=name, contact_phone=phone),
        drill=False,
    )


async def require_none(session: AsyncSession, plan: Plan, now: datetime, unit: Unit) -> None:
    """Raises WorkStopStands if the unit was stopped within the last ten minutes."""
    before = await lists_repository.of_unit_since(session, unit.key, WHAT, now - _STANDS_FOR)
    if before is not None:
        phones = audience.phones(plan, unit.region)
        raise WorkStopStands(before.number, unit.name, before.contact_name or "", before.opened_at, phones)


async def tell_company(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, incident: Incident, unit: Unit, leader: Target
) -> list[int]:
    """Marks whose incident it is and rings everybody on a post of the unit; the leader hears who was told.

    Returns the ids of the people told.
    """
    incident.unit_key = unit.key
    others = [
        person for person in await people.everybody_of_unit(session, unit.key, now) if person.id != actor.person_id
    ]
    reached = [person for person in others if person.reachable]
    place = await places.name_of(session, plan, incident.region_code)
    order = texts.StopWork(
        number=incident.number,
        unit=unit.name,
        place=place,
        name=actor.name,
        at=now,
        phones=audience.phones(plan, incident.region_code),
    )
    subject = subject_of(incident.id)
    how = Telling(subject, "work_stop", Lane.URGENT, critical=True, drill=incident.drill)
    await delivery.tell(session, now, how, order, [_target(person) for person in reached])
    told = texts.CompanyTold(
        number=incident.number,
        unit=unit.name,
        place=place,
        told=tuple(person.name for person in reached),
        unreachable=tuple(Phone(name=row.name, number=row.phone or "") for row in others if not row.reachable),
    )
    answer = Telling(subject, "company_told", Lane.URGENT, critical=True, drill=incident.drill)
    await delivery.tell(session, now, answer, told, [leader])
    await delivery.touch(session, subject)
    return [person.id for person in reached]


def _target(person: PersonView) -> Target:
    return Target(person.platform_id or 0, person.locale)
