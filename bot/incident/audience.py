"""Who hears of an incident: the groups of the place concerned, up the map, and where there is none, the duty posts.

A tier where nobody is reached is part of the answer: it is shown on the card and written into the log.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.access import Actor, Permission
from bot.delivery.schemas import Target
from bot.directory import groups, people, rules
from bot.incident.schemas import TierReached
from bot.plan.regions import is_grid
from bot.plan.schema import Level, Nature
from bot.plan.service import Plan
from messages.incident import Phone

_DUTY_POSTS: dict[Level, tuple[str, ...]] = {
    Level.VILLAGE: ("village_duty", "village_cadre"),
    Level.TOWN: ("town_duty",),
    Level.DISTRICT: ("district_duty",),
}


async def of(
    session: AsyncSession, plan: Plan, now: datetime, region_code: str, nature: Nature
) -> tuple[TierReached, ...]:
    """One entry per tier the pack rings for the nature, nearest first, as far as the place has such a tier."""
    tiers = {level: code for level, code in _levels(plan, region_code).items() if level in plan.ring(nature).tiers}
    return tuple([await _reached(session, now, level, code) for level, code in tiers.items()])


def phones(plan: Plan, region_code: str) -> tuple[Phone, ...]:
    """The duty desks to phone, nearest first."""
    known = ((region, plan.duty_phone(region.code)) for region in reversed(plan.path(region_code)))
    return tuple(Phone(name=f"{region.name}值班", number=number) for region, number in known if number)


def who_may(plan: Plan, permission: Permission, place: str, actor: Actor) -> tuple[str, ...]:
    """The posts that hold the right at the place, nearest first, by name in the actor's language."""
    names = rules.posts_with(plan, permission, place)
    return tuple(name.en if actor.locale == "en" else name.zh for name in names)


async def _reached(session: AsyncSession, now: datetime, level: Level, code: str) -> TierReached:
    bound = await groups.bound_at(session, code, level.value)
    if bound:
        targets = tuple(Target(group.chat_id, group.locale, group.thread_id) for group in bound)
        return TierReached(level, code, targets, are_groups=True)
    officers = await people.on_post(session, _DUTY_POSTS.get(level, ()), code, now)
    private = tuple(
        Target(person.platform_id, person.locale) for person in officers if person.platform_id and person.reachable
    )
    return TierReached(level, code, private, are_groups=False)


def _levels(plan: Plan, region_code: str) -> dict[Level, str]:
    levels = {region.level: region.code for region in reversed(plan.path(region_code))}
    return {Level.GRID: region_code, **levels} if is_grid(region_code) else levels
