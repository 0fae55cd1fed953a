"""What a unit's group leaves out of yellow and blue warnings: use cases of whoever may bind the group.

A group that administers a place leaves nothing out, and nobody anything orange or red (decision 0016).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import Actor, Permission
from bot.directory import groups, repository, rules
from bot.directory.errors import ChangedMeanwhile, GroupUnknown, MustHear
from bot.directory.models import Group, GroupState, Tier
from bot.directory.schemas import GroupView
from bot.plan.schema import WarningLevel
from bot.plan.service import Plan


async def units(session: AsyncSession, plan: Plan, actor: Actor) -> list[GroupView]:
    """The groups of units whose choice the actor may make, oldest first.

    Raises:
        NotAllowed: without group.bind anywhere.
    """
    return [group for group in await groups.bound(session, plan, actor) if group.tier is Tier.UNIT]


async def chosen(session: AsyncSession, plan: Plan, actor: Actor, group_id: int) -> GroupView:
    """The group, for whoever may choose what it leaves out.

    Raises: as `want`.
    """
    return groups.view(await _group(session, plan, actor, group_id))


async def want(
    session: AsyncSession,
    plan: Plan,
    actor: Actor,
    now: datetime,
    *,
    group_id: int,
    kinds: Collection[str],
    wanted: bool,
) -> GroupView:
    """From now on the group is told these kinds also in yellow and blue, or no longer. Said twice it is so once.

    Raises:
        NotAllowed: without group.bind at the group's region.
        GroupUnknown.
        ChangedMeanwhile: it is not bound now, or the pack has no such kind.
        MustHear: it administers a place.
    """
    group = await _group(session, plan, actor, group_id, lock=True)
    if not set(kinds) <= set(plan.warning_kinds):
        raise ChangedMeanwhile
    before = groups.view(group).left_out
    after = before - set(kinds) if wanted else before | set(kinds)
    if after != before:
        group.left_out = ",".join(sorted(after)) or None
        audit.record(session, now, actor, "group.leave_out", f"group:{group.id}", kinds=sorted(after))
    return groups.view(group)


async def want_from(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, *, group_id: int, level: WarningLevel
) -> GroupView:
    """From now on the group is told nothing below the level, which is blue or yellow.

    Raises: as `want`; ChangedMeanwhile for a level that nobody may leave out.
    """
    group = await _group(session, plan, actor, group_id, lock=True)
    if level not in (WarningLevel.BLUE, WarningLevel.YELLOW):
        raise ChangedMeanwhile
    lowest = level if level is WarningLevel.YELLOW else None
    if lowest is not group.lowest_warning:
        group.lowest_warning = lowest
        audit.record(session, now, actor, "group.lowest_warning", f"group:{group.id}", level=level.value)
    return groups.view(group)


async def _group(session: AsyncSession, plan: Plan, actor: Actor, group_id: int, *, lock: bool = False) -> Group:
    actor.require(Permission.GROUP_BIND)
    group = await repository.group(session, group_id, lock=lock)
    if group is None:
        raise GroupUnknown
    if group.region_code:
        rules.require_at(plan, actor, Permission.GROUP_BIND, group.region_code)
    if group.state is not GroupState.BOUND or not group.region_code:
        raise ChangedMeanwhile
    if group.tier is not Tier.UNIT:
        raise MustHear(rules.place_name(plan, group.region_code))
    return group
