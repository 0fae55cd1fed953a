"""Lists of incidents: what is to be done, what fits the words, what the next shift must know; and opening one of them.

Reading aside, two things are written here: a card wished for in somebody's own chat, and that a shift was handed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import Actor, Permission
from bot.core.geo import Point, metres_between
from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Target
from bot.directory import people, places
from bot.directory.models import Role
from bot.directory.schemas import PersonView
from bot.incident import lists_repository, pressing, repository
from bot.incident.deeds import DESK_CARD, existing, subject_of
from bot.incident.errors import NotAtThisDesk, ShiftHandedOver
from bot.incident.models import Call, Incident, Threat, Wanted
from bot.incident.pressing import Pressing, Standing, Why, standing_of
from bot.incident.searching import read
from bot.incident.sight import Desk, Sight, desk_of, sight_of
from bot.plan.schema import Nature, WaitKey
from bot.plan.service import Plan

SHOWN = 8
"""Rows of a list on a phone."""

NEAR_METRES = 5_000
_READ_AT_MOST = 500
_SHIFT = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Listed:
    """An incident as a row. `merged_number` is the number of the one it is part of."""

    id: int
    number: str
    nature: Nature
    threat: Threat
    kind_key: str | None
    what: str | None
    place: str
    standing: Standing
    taken_name: str | None
    arrive_by: datetime | None
    opened_at: datetime
    merged_number: str | None
    drill: bool


@dataclass(frozen=True, slots=True)
class UnderWay:
    """An incident nobody has done with: where it is by code, and how it stands."""

    number: str
    region_code: str
    standing: Standing
    threatened: bool


@dataclass(frozen=True, slots=True)
class ToDo:
    """A row of what is to be done: what, and by when."""

    row: Listed
    why: Why
    due_at: datetime
    wanted: Wanted | None


@dataclass(frozen=True, slots=True)
class Found:
    """The rows shown, and how many more there are."""

    rows: tuple[Listed, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Successor:
    """Somebody who may take the shift."""

    person_id: int
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Shift:
    """What the next shift must know."""

    desk: Desk
    rows: tuple[Listed, ...]
    came: int
    closed: int
    unreached: tuple[tuple[str, Call], ...]
    """Incident number and the call that reached nobody."""
    successors: tuple[Successor, ...]


async def todo(session: AsyncSession, plan: Plan, actor: Actor, now: datetime) -> tuple[tuple[ToDo, ...], int]:
    """What waits for the actor, most pressing first, how many more than shown there are; drills last and uncounted."""
    actor.require(Permission.INCIDENT_SEE)
    sight = await sight_of(session, actor, now)
    rows = await lists_repository.open_in(session, sight.regions, _READ_AT_MOST)
    asked = await repository.open_enquiries(session, [row.id for row in rows], now)
    within = plan.wait(WaitKey.VERIFY)
    waiting: list[tuple[Incident, Pressing]] = []
    for row in rows:
        unanswered = [each for each in asked if each.incident_id == row.id and each.answered_at is None]
        if thing := pressing.pressing(row, unanswered, actor, now, within):
            waiting.append((row, thing))
    waiting.sort(key=lambda each: (each[0].drill, pressing.order(*each)))
    listed = [
        ToDo(await _listed(session, plan, row), thing.why, thing.due_at, thing.wanted) for row, thing in waiting[:SHOWN]
    ]
    more = sum(not row.drill for row, _ in waiting[SHOWN:])
    return tuple(listed), more


async def under_way(session: AsyncSession, plan: Plan) -> tuple[UnderWay, ...]:
    """Whatever in the district is under way or asked to be taken up again, oldest first; no drills."""
    rows = await lists_repository.open_in(session, plan.info.tenant, _READ_AT_MOST)
    return tuple(
        UnderWay(row.number, row.region_code, standing_of(row), row.threat.counts) for row in rows if not row.drill
    )


async def came_and_closed(session: AsyncSession, plan: Plan, since: datetime) -> tuple[int, int]:
    """How many incidents came in the district since the instant, and how many were closed; no drills."""
    return await lists_repository.came_and_closed(session, plan.info.tenant, since)


async def find(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, text: str) -> Found:
    """What fits the words among what the actor sees, newest first."""
    actor.require(Permission.REPORT_SEE_OWN)
    sight = await sight_of(session, actor, now)
    rows, total = await lists_repository.search(session, sight, read(plan, now, text), SHOWN)
    return Found(await _all_listed(session, plan, rows), total - len(rows))


async def near(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, here: Point) -> Found:
    """What lies within 5 km among what the actor sees, nearest first."""
    actor.require(Permission.REPORT_SEE_OWN)
    sight = await sight_of(session, actor, now)
    rows = await lists_repository.around(session, sight, here, NEAR_METRES)
    away = {row.id: metres_between(here, Point(row.latitude or 0, row.longitude or 0)) for row in rows}
    within = sorted((row for row in rows if away[row.id] <= NEAR_METRES), key=lambda row: away[row.id])
    return Found(await _all_listed(session, plan, within[:SHOWN]), max(0, len(within) - SHOWN))


async def show(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, incident_id: int, to: Target
) -> Listed | None:
    """Opens an incident from a list: a fresh card in the person's own chat, where his desk is concerned.

    Whoever only reported it, or belongs to the company, gets no desk's card: the row is returned instead.
    """
    actor.require(Permission.REPORT_SEE_OWN)
    incident = await existing(session, incident_id)
    sight = await sight_of(session, actor, now)
    if Sight(sight.regions, (), None).covers(incident):
        subject = subject_of(incident.id)
        lane, drill = Lane.INTERACTIVE, incident.drill
        await delivery.wish_card(session, now, subject=subject, role=DESK_CARD, target=to, lane=lane, drill=drill)
        await delivery.show_card_again(session, subject, DESK_CARD, to.chat_id)
        return None
    followed = await lists_repository.is_followed_by(session, incident.id, actor.person_id or 0)
    if not followed and not sight.covers(incident):
        actor.require(Permission.INCIDENT_TAKE, incident.region_code)
    return await _listed(session, plan, incident)


async def shift(session: AsyncSession, plan: Plan, actor: Actor, now: datetime) -> Shift:
    """Everything open at the actor's desk, drills last; what came and closed in twelve hours, whom no call reached."""
    desk = await _own_desk(session, plan, actor, now)
    regions = plan.info.tenant if desk.region_code == plan.district.code else (desk.region_code,)
    rows = sorted(await lists_repository.open_in(session, regions, _READ_AT_MOST), key=lambda row: row.drill)
    came, closed = await lists_repository.came_and_closed(session, regions, now - _SHIFT)
    numbers = {row.id: row.number for row in rows}
    calls = await lists_repository.calls_unreached(session, list(numbers))
    return Shift(
        desk=desk,
        rows=await _all_listed(session, plan, rows),
        came=came,
        closed=closed,
        unreached=tuple((numbers[call.incident_id], call) for call in calls),
        successors=await _successors(session, plan, actor, now, desk),
    )


async def hand_over(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, to_person_id: int | None
) -> tuple[Desk, Successor | None]:
    """Writes down that the shift was handed over and who took it; None where the desk has one telephone and one post.

    Raises:
        NotAtThisDesk: whoever should take it has no post at this desk now.
        ShiftHandedOver: the same was written down a moment ago.
    """
    desk = await _own_desk(session, plan, actor, now)
    successors = await _successors(session, plan, actor, now, desk)
    taker = next((each for each in successors if each.person_id == to_person_id), None)
    if taker is None and (to_person_id is not None or successors):
        raise NotAtThisDesk
    subject = f"desk:{desk.region_code}"
    before = [row for row in await audit.about(session, subject) if row.act == "duty.hand_over"]
    if before and now - before[-1].at < plan.wait(WaitKey.UNDO):
        raise ShiftHandedOver(before[-1].at)
    audit.record(
        session,
        now,
        actor,
        "duty.hand_over",
        subject,
        post=desk.post.zh,
        role=desk.role.value if desk.role else None,
        to=to_person_id,
        to_role=taker.role.value if taker else None,
    )
    return desk, taker


async def place_of(
    session: AsyncSession, plan: Plan, region_code: str, unit_key: str | None, place_words: str | None
) -> str:
    """Where it is in words: the region, the company, what the reporter said of the place."""
    unit = plan.units.get(unit_key or "")
    region = await places.name_of(session, plan, region_code)
    return " ".join(part for part in (region, unit.name if unit else None, place_words) if part)


async def _own_desk(session: AsyncSession, plan: Plan, actor: Actor, now: datetime) -> Desk:
    actor.require(Permission.REPORT_TELEPHONE)
    return await desk_of(session, plan, actor, now, Permission.REPORT_TELEPHONE)


async def _successors(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, desk: Desk
) -> tuple[Successor, ...]:
    """Who else holds the post at that desk: A, then 代管, then B."""
    kinds = [kind.key for kind in plan.posts.values() if kind.name == desk.post.zh]
    found = await people.on_post(session, kinds, desk.region_code, now, also_unreachable=True)
    return tuple(
        Successor(person.id, person.name, _role(person, kinds, desk.region_code))
        for person in found
        if person.id != actor.person_id
    )


def _role(person: PersonView, kinds: Sequence[str], region_code: str) -> Role:
    return next(post.role for post in person.posts if post.kind in kinds and post.region_code == region_code)


async def _all_listed(session: AsyncSession, plan: Plan, rows: Sequence[Incident]) -> tuple[Listed, ...]:
    roots = [row.merged_into for row in rows if row.merged_into is not None]
    numbers = await lists_repository.numbers_of(session, roots)
    return tuple([await _listed(session, plan, row, numbers.get(row.merged_into or 0)) for row in rows])


async def _listed(session: AsyncSession, plan: Plan, row: Incident, merged_number: str | None = None) -> Listed:
    return Listed(
        id=row.id,
        number=row.number,
        nature=row.nature,
        threat=row.threat,
        kind_key=row.kind_key,
        what=row.what,
        place=await place_of(session, plan, row.region_code, row.unit_key, row.place_words),
        standing=standing_of(row),
        taken_name=row.taken_name if row.away is None else None,
        arrive_by=row.arrive_by,
        opened_at=row.opened_at,
        merged_number=merged_number,
        drill=row.drill,
    )
