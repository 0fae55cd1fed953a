"""People: who an account is, what he may do now, how to reach him; suspending, leaving, language.

Accounts are linked in `joining`, posts change hands in `posts`. Nobody is told anything here: each use case returns
the people concerned.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import SYSTEM, Actor, Permission, covers
from bot.directory import repository, rules
from bot.directory.errors import ChangedMeanwhile, NotYourself
from bot.directory.models import Holding, Person, PersonState, Post
from bot.directory.schemas import PersonView, PostView
from bot.plan.service import Plan
from messages.engine import known

ADMINISTRATOR = "administrator"
DISTRICT_DUTY = "district_duty"

_AT_HOME = (PersonState.ACTIVE, PersonState.SUSPENDED)


# --- who is it -------------------------------------------------------------------------------------------------------


async def actor_of(session: AsyncSession, plan: Plan, platform_id: int, now: datetime) -> Actor | None:
    """The account's person with the rights of the posts held now; None for a stranger.

    Somebody suspended is known and may do nothing. Who has left has no account with us and is a stranger again.
    """
    found = await repository.account(session, platform_id, now)
    if found is None or found[0].state not in _AT_HOME:
        return None
    person, posts = found
    held = posts if person.state is PersonState.ACTIVE else ()
    grants = tuple(grant for post in held for grant in rules.grants_of(plan, post, post.id))
    return Actor(person.id, person.name, person.locale, grants)


async def person_by_platform(session: AsyncSession, platform_id: int, now: datetime | None = None) -> PersonView | None:
    """The account's person with the posts he holds at `now`; without it, those he holds without an end."""
    person = await repository.person_by_platform(session, platform_id)
    return (await views(session, [person], now))[0] if person else None


async def person(session: AsyncSession, person_id: int, now: datetime | None = None) -> PersonView | None:
    """The person with the posts he holds at `now`; without it, those he holds without an end."""
    found = await repository.person(session, person_id)
    return (await views(session, [found], now))[0] if found else None


async def home_region(session: AsyncSession, plan: Plan, person_id: int, now: datetime) -> str | None:
    """The code of the narrowest region of the posts he holds now; None without a post."""
    held = await repository.held_by(session, [person_id], now)
    places = (rules.place_of(plan, post) for _, post in held)
    return rules.narrowest(place for place in places if place)


async def on_post(
    session: AsyncSession,
    kinds: Sequence[str],
    region_code: str,
    now: datetime,
    *,
    also_unreachable: bool = False,
) -> list[PersonView]:
    """Who holds a post of these kinds exactly at that region now: A first, then 代管, then B, each person once.

    Only active people who can be written to, unless `also_unreachable` (for the list of who must be telephoned).
    """
    rows = await repository.holders(session, kinds, now, region_code)
    ordered = sorted(rows, key=lambda row: rules.turn(row[0].role))
    people = list({person.id: person for _, person, _ in ordered if person.state is PersonState.ACTIVE}.values())
    return [view for view in await views(session, people, now) if view.reachable or also_unreachable]


async def of_unit(session: AsyncSession, unit_key: str, now: datetime) -> list[PersonView]:
    """Who holds a post of the unit now and can be written to."""
    found = await repository.people_holding_in(session, [], [unit_key], now)
    active = [person for person in found if person.state is PersonState.ACTIVE]
    return [view for view in await views(session, active, now) if view.reachable]


async def everybody_of_unit(session: AsyncSession, unit_key: str, now: datetime) -> list[PersonView]:
    """Whoever is on a post of the unit now, by name, also who has not come yet, is suspended or cannot be reached."""
    return await views(session, await repository.people_holding_in(session, (), (unit_key,), now), now)


async def holding(
    session: AsyncSession, kinds: Sequence[str], now: datetime, also: Collection[int] = ()
) -> list[tuple[PersonView, PostView]]:
    """Everybody active who holds a post of these kinds now, reachable or not, with that post; A before B.

    Of those who have not come yet, whoever stands in `also`.
    """
    rows = [row for row in await repository.holders(session, kinds, now) if _is_there(row[1], also)]
    seen = {view.id: view for view in await views(session, [person for _, person, _ in rows], now)}
    ordered = sorted(rows, key=lambda row: rules.turn(row[0].role))
    return [(seen[person.id], post_view(held, post)) for held, person, post in ordered]


async def administrators(session: AsyncSession, now: datetime, region_code: str) -> list[PersonView]:
    """The administrators of the region or of one it lies in, who can be written to."""
    return await _covering(session, now, (ADMINISTRATOR,), region_code)


async def watchers(session: AsyncSession, now: datetime, region_code: str) -> list[PersonView]:
    """Who is told when a group or person can no longer be reached: the administrators and the district's duty desk."""
    return await _covering(session, now, (ADMINISTRATOR, DISTRICT_DUTY), region_code)


async def in_regions(session: AsyncSession, plan: Plan, actor: Actor, now: datetime) -> list[PersonView]:
    """Everybody who holds a post where the actor may see people, by name.

    Raises:
        NotAllowed: without person.see anywhere.
    """
    actor.require(Permission.PERSON_SEE)
    prefixes = [plan.district.code, *plan.info.tenant] if actor.is_system else _where(actor, Permission.PERSON_SEE)
    units = [key for key, unit in plan.units.items() if any(covers(prefix, unit.region) for prefix in prefixes)]
    return await views(session, await repository.people_holding_in(session, prefixes, units, now), now)


async def views(session: AsyncSession, people: Sequence[Person], now: datetime | None) -> list[PersonView]:
    """The people as other rooms see them, in the same order."""
    held = await repository.held_by(session, [person.id for person in people], now)
    posts: dict[int, list[PostView]] = {}
    for holding, post in held:
        posts.setdefault(holding.person_id, []).append(post_view(holding, post))
    return [_view(person, tuple(posts.get(person.id, ()))) for person in people]


def _is_there(person: Person, also: Collection[int]) -> bool:
    return person.state is PersonState.ACTIVE or (person.state is PersonState.INVITED and person.id in also)


# --- use cases -------------------------------------------------------------------------------------------------------


async def set_language(session: AsyncSession, actor: Actor, now: datetime, *, locale: str) -> str:
    """Speaks to the actor in that language from now on; the locale taken. A stranger's wish is kept nowhere."""
    taken = known(locale)
    person = await repository.person(session, actor.person_id) if actor.person_id else None
    if person and person.locale != taken:
        person.locale = taken
        audit.record(session, now, actor, "person.language", f"person:{person.id}", locale=taken)
    return taken


async def suspend(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, *, person_id: int) -> PersonView:
    """Takes all rights from a person until reinstated; the posts stay his.

    Raises:
        NotAllowed: without person.suspend wherever he holds a post.
        NotYourself, ChangedMeanwhile.
    """
    person = await _person_to_judge(session, plan, actor, now, person_id)
    if person.id == actor.person_id:
        raise NotYourself
    if person.state is not PersonState.ACTIVE:
        raise ChangedMeanwhile
    person.state = PersonState.SUSPENDED
    audit.record(session, now, actor, "person.suspend", f"person:{person.id}")
    return (await views(session, [person], now))[0]


async def reinstate(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, *, person_id: int) -> PersonView:
    """Gives a suspended person his rights back. One who gave up the account meanwhile is awaited as if invited.

    Raises:
        NotAllowed, ChangedMeanwhile.
    """
    person = await _person_to_judge(session, plan, actor, now, person_id)
    if person.state is not PersonState.SUSPENDED:
        raise ChangedMeanwhile
    person.state = PersonState.ACTIVE if person.platform_id else PersonState.INVITED
    audit.record(session, now, actor, "person.reinstate", f"person:{person.id}")
    return (await views(session, [person], now))[0]


async def leave(session: AsyncSession, actor: Actor, now: datetime) -> PersonView:
    """The actor leaves: all his posts end now and the account is unlinked. The view shows what he held.

    The phone number stays, so that a roster finds the same person again. Leaving does not lift a suspension.

    Raises:
        ChangedMeanwhile: he is no longer with us.
    """
    person = await repository.person(session, actor.person_id) if actor.person_id else None
    if person is None or person.state not in _AT_HOME:
        raise ChangedMeanwhile
    before = (await views(session, [person], now))[0]
    for holding in await repository.lasting_holdings(session, person.id, now):
        holding.ends_at = max(now, holding.starts_at)
    person.state = PersonState.LEFT if person.state is PersonState.ACTIVE else person.state
    person.platform_id = None
    audit.record(session, now, actor, "person.leave", f"person:{person.id}", posts=[post.id for post in before.posts])
    return before


async def unreachable(
    session: AsyncSession, now: datetime, platform_id: int, reason: str, *, by: Actor = SYSTEM
) -> PersonView | None:
    """The account cannot be written to any more (403, or the person blocked the bot).

    None if it is nobody of ours, or was known already: told once, not at every message.
    """
    person = await repository.person_by_platform(session, platform_id)
    if person is None or not person.reachable:
        return None
    person.reachable, person.unreachable_reason = False, reason
    audit.record(session, now, by, "person.unreachable", f"person:{person.id}", reason=reason)
    return (await views(session, [person], now))[0]


async def reachable_again(
    session: AsyncSession, now: datetime, platform_id: int, *, by: Actor = SYSTEM
) -> PersonView | None:
    """The person writes to us or has let the bot back in. None if nothing changed."""
    person = await repository.person_by_platform(session, platform_id)
    if person is None or person.reachable:
        return None
    person.reachable, person.unreachable_reason = True, None
    audit.record(session, now, by, "person.reachable", f"person:{person.id}")
    return (await views(session, [person], now))[0]


async def _person_to_judge(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, person_id: int) -> Person:
    """The person, if the actor may suspend him everywhere he holds a post; one without posts is the district's."""
    person = await repository.person(session, person_id)
    held = await repository.held_by(session, [person_id], now)
    places = {rules.place_of(plan, post) for _, post in held} - {None} or {plan.district.code}
    for place in sorted(place for place in places if place):
        rules.require_at(plan, actor, Permission.PERSON_SUSPEND, place)
    if person is None:
        raise ChangedMeanwhile
    return person


async def _covering(session: AsyncSession, now: datetime, kinds: Sequence[str], region_code: str) -> list[PersonView]:
    rows = await repository.holders(session, kinds, now)
    people = {
        person.id: person
        for _, person, post in rows
        if person.state is PersonState.ACTIVE and covers(post.region_code, region_code)
    }
    return [view for view in await views(session, list(people.values()), now) if view.reachable]


def _where(actor: Actor, permission: Permission) -> list[str]:
    return sorted({grant.region for grant in actor.grants if grant.permission is permission})


def _view(person: Person, posts: tuple[PostView, ...]) -> PersonView:
    reachable = person.reachable and person.platform_id is not None
    return PersonView(
        person.id, person.name, person.phone, person.platform_id, person.locale, person.state, reachable, posts
    )


def post_view(holding: Holding, post: Post) -> PostView:
    """The post as that person holds it."""
    return PostView(
        post.id,
        post.kind,
        post.region_code or None,
        post.unit_key or None,
        holding.role,
        holding.id,
        holding.starts_at,
        holding.ends_at,
        holding.scope_note,
    )
