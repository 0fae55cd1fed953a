"""Who holds which post: A, B, dated 代管; handing over, ending; and the grids that posts of grid workers belong to.

Rights follow from what is held at the moment of an act, so nothing else has to be changed when a post changes hands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import Actor, Permission
from bot.directory import people, repository, rules
from bot.directory.errors import BadPeriod, ChangedMeanwhile, PersonNotActive, SeatTaken
from bot.directory.models import Grid, Holding, Person, PersonState, Post, Role
from bot.directory.schemas import GridView, PersonView, PlaceOfPost, PostView, SeatView
from bot.plan.service import Plan


@dataclass(frozen=True, slots=True)
class HeldBy:
    """Somebody on a post, now or dated to come."""

    person: PersonView
    post: PostView


@dataclass(frozen=True, slots=True)
class Change:
    """A post has changed hands: who has it now, and who gave it up (None: nobody had it in that role)."""

    post: PlaceOfPost
    role: Role
    taker: PersonView
    giver: PersonView | None
    until: datetime | None = None


# --- who holds what --------------------------------------------------------------------------------------------------


async def place(session: AsyncSession, post_id: int) -> PlaceOfPost | None:
    """What the post is and where; None if there is none with that id."""
    post = await repository.post(session, post_id)
    return place_of(post) if post else None


async def holders(session: AsyncSession, post_id: int, now: datetime) -> list[HeldBy]:
    """Who holds the post now or from a date to come: A, 代管, B."""
    post = await repository.post(session, post_id)
    if post is None:
        return []
    holdings = sorted(await repository.holdings_of_post(session, post_id, now), key=lambda row: rules.turn(row.role))
    rows = await repository.people(session, [holding.person_id for holding in holdings])
    views = {view.id: view for view in await people.views(session, rows, now)}
    return [HeldBy(views[holding.person_id], people.post_view(holding, post)) for holding in holdings]


async def at(session: AsyncSession, where: PlaceOfPost, now: datetime) -> list[HeldBy]:
    """Who holds the post at that place; nobody, if there never was one."""
    post = await repository.get_post(session, where.kind, where.region_code or "", where.unit_key or "")
    return await holders(session, post.id, now) if post else []


async def grids_of(session: AsyncSession, village_code: str) -> list[GridView]:
    """The village's grids, by number."""
    rows = await repository.grids_of(session, village_code)
    return [GridView(grid.code, grid.village_code, grid.name) for grid in rows]


async def all_grids(session: AsyncSession) -> list[str]:
    """The codes of all grids there are, in order."""
    return list(await repository.all_grids(session))


async def seats(session: AsyncSession, now: datetime) -> list[SeatView]:
    """Every post somebody is on now, in the order given, with who it is and whether he can be written to."""
    return [
        SeatView(
            person_id=row.id,
            name=row.name,
            phone=row.phone,
            platform_id=row.platform_id,
            state=row.state,
            reachable=row.reachable,
            kind=row.kind,
            region_code=row.region_code or None,
            unit_key=row.unit_key or None,
            role=row.role,
        )
        for row in await repository.seats(session, now)
    ]


async def candidates(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, *, post_id: int
) -> list[PersonView]:
    """Who could get the post: active people of the same town (of the same region for the district's posts), by name.

    Raises:
        NotAllowed: without post.hand_over there.
        ChangedMeanwhile: there is no such post.
    """
    post = await _require_post(session, post_id)
    rules.require_reach(plan, actor, Permission.POST_HAND_OVER, post)
    prefixes, units = rules.neighbourhood(plan, post)
    rows = await repository.people_holding_in(session, prefixes, units, now)
    return await people.views(session, [row for row in rows if row.state is PersonState.ACTIVE], now)


# --- use cases -------------------------------------------------------------------------------------------------------


async def hand_over(
    session: AsyncSession,
    plan: Plan,
    actor: Actor,
    now: datetime,
    *,
    post_id: int,
    person_id: int,
    role: Role = Role.HOLDER,
    giver_id: int | None = None,
) -> Change:
    """Gives the post as A or B to another person; who had it in that role gives it up in the same instant.

    `giver_id` is who had it when the question was asked, 0 for nobody; None if nobody was asked.

    Raises:
        NotAllowed: without post.hand_over at the post's place, or for rights beyond the actor's own.
        ChangedMeanwhile: no such post or person, he has it already in that role, or somebody else has than `giver_id`.
        PersonNotActive.
    """
    post = await _require_post(session, post_id)
    rules.require_reach(plan, actor, Permission.POST_HAND_OVER, post)
    if role is Role.ACTING:
        raise BadPeriod
    taker = await _require_active(session, person_id)
    current = await _open_seats(session, post_id, now)
    former = next((holding for holding in current if holding.role is role), None)
    had_it = former.person_id if former else 0
    if had_it == taker.id or giver_id not in {None, had_it}:
        raise ChangedMeanwhile
    for holding in current:
        if holding is former or holding.person_id == taker.id:
            holding.ends_at = now
    await session.flush()
    await seat(session, now, person=taker, post=post, role=role)
    giver = await repository.person(session, former.person_id) if former else None
    audit.record(
        session,
        now,
        actor,
        "post.hand_over",
        f"post:{post.id}",
        role=role.value,
        giver=giver.id if giver else None,
        taker=taker.id,
    )
    return await _change(session, now, post, role, taker, giver)


async def act_for(
    session: AsyncSession,
    plan: Plan,
    actor: Actor,
    now: datetime,
    *,
    post_id: int,
    person_id: int,
    starts_at: datetime,
    ends_at: datetime,
    scope_note: str = "",
) -> Change:
    """Dated 代管: a person holds the post from `starts_at` until before `ends_at` beside its A and B.

    `scope_note` says in words for what; the rights are the post's.

    Raises:
        NotAllowed, ChangedMeanwhile, PersonNotActive: as for `hand_over`.
        BadPeriod: it ends before it begins, or has ended.
    """
    post = await _require_post(session, post_id)
    rules.require_reach(plan, actor, Permission.POST_HAND_OVER, post)
    if ends_at <= max(now, starts_at):
        raise BadPeriod
    taker = await _require_active(session, person_id)
    holdings = await repository.holdings_of_post(session, post_id, now)
    if any(holding.person_id == taker.id for holding in holdings):
        raise ChangedMeanwhile
    await seat(
        session,
        now,
        person=taker,
        post=post,
        role=Role.ACTING,
        starts_at=starts_at,
        ends_at=ends_at,
        scope_note=scope_note,
    )
    audit.record(
        session,
        now,
        actor,
        "post.act_for",
        f"post:{post.id}",
        taker=taker.id,
        starts_at=starts_at.isoformat(),
        ends_at=ends_at.isoformat(),
        scope_note=scope_note,
    )
    return await _change(session, now, post, Role.ACTING, taker, None, until=ends_at)


async def end(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, *, holding_id: int) -> HeldBy:
    """Ends what somebody holds, now. The row stays.

    Raises:
        NotAllowed: without post.hand_over at the post's place, or for rights beyond the actor's own.
        ChangedMeanwhile: it has ended already.
    """
    holding = await repository.holding(session, holding_id)
    if holding is None or (holding.ends_at and holding.ends_at <= now):
        raise ChangedMeanwhile
    post = await _require_post(session, holding.post_id)
    rules.require_reach(plan, actor, Permission.POST_HAND_OVER, post)
    holding.ends_at = max(now, holding.starts_at)
    await session.flush()
    audit.record(session, now, actor, "post.end", f"post:{post.id}", person=holding.person_id, role=holding.role.value)
    rows = await repository.people(session, [holding.person_id])
    return HeldBy((await people.views(session, rows, now))[0], people.post_view(holding, post))


# --- for directory's own rooms ---------------------------------------------------------------------------------------


async def require_grid(session: AsyncSession, actor: Actor, now: datetime, *, code: str) -> None:
    """Makes the grid unless it is there. Rights are the caller's to check."""
    if await repository.grid(session, code) is None:
        add_grid(session, actor, now, code=code)
        await session.flush()


def add_grid(session: AsyncSession, actor: Actor, now: datetime, *, code: str) -> None:
    """Makes a grid that is not there yet, called by its number."""
    name = rules.grid_name(code)
    session.add(Grid(code=code, village_code=code.partition("-")[0], name=name, created_at=now))
    audit.record(session, now, actor, "grid.make", f"grid:{code}", name=name)


async def seat(
    session: AsyncSession,
    now: datetime,
    *,
    person: Person,
    post: Post,
    role: Role,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    scope_note: str = "",
) -> bool:
    """Puts the person on the post; False if he is on it already in that role. Rights are the caller's to check.

    Raises:
        SeatTaken: somebody else is, or was quicker by an instant.
    """
    taken = [] if role is Role.ACTING else [row for row in await _open_seats(session, post.id, now) if row.role is role]
    if taken and taken[0].person_id == person.id:
        return False
    if taken or not await repository.add_holding(
        session,
        person_id=person.id,
        post_id=post.id,
        role=role,
        starts_at=starts_at or now,
        ends_at=ends_at,
        scope_note=scope_note,
    ):
        holder = await repository.person(session, taken[0].person_id) if taken else None
        raise SeatTaken(role=role.value, holder=holder.name if holder else "")
    return True


def place_of(post: Post) -> PlaceOfPost:
    """The row as a value."""
    return PlaceOfPost(post.kind, post.region_code or None, post.unit_key or None)


async def _open_seats(session: AsyncSession, post_id: int, now: datetime) -> Sequence[Holding]:
    rows = await repository.holdings_of_post(session, post_id, now)
    return [holding for holding in rows if holding.role is not Role.ACTING]


async def _require_post(session: AsyncSession, post_id: int) -> Post:
    post = await repository.post(session, post_id)
    if post is None:
        raise ChangedMeanwhile
    return post


async def _require_active(session: AsyncSession, person_id: int) -> Person:
    person = await repository.person(session, person_id)
    if person is None:
        raise ChangedMeanwhile
    if person.state is not PersonState.ACTIVE:
        raise PersonNotActive(person.name)
    return person


async def _change(
    session: AsyncSession,
    now: datetime,
    post: Post,
    role: Role,
    taker: Person,
    giver: Person | None,
    *,
    until: datetime | None = None,
) -> Change:
    views = await people.views(session, [taker, *([giver] if giver else [])], now)
    return Change(place_of(post), role, views[0], views[1] if giver else None, until)
