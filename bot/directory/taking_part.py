"""Which groups take part in drills and link tests: use cases of whoever may bind the group (decision 0017)."""

from __future__ import annotations

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import Actor, Permission
from bot.directory import groups, repository, rules
from bot.directory.errors import ChangedMeanwhile, GroupUnknown
from bot.directory.models import GroupState
from bot.directory.schemas import GroupView
from bot.plan.service import Plan


async def set_part(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, *, group_id: int, takes_part: bool
) -> GroupView:
    """From now on the group takes part in drills, or no longer. Said twice it is so once.

    Raises:
        NotAllowed: without group.bind at the group's region.
        GroupUnknown.
        ChangedMeanwhile: it is not bound now.
    """
    actor.require(Permission.GROUP_BIND)
    group = await repository.group(session, group_id)
    if group is None:
        raise GroupUnknown
    if group.region_code:
        rules.require_at(plan, actor, Permission.GROUP_BIND, group.region_code)
    if group.state is not GroupState.BOUND:
        raise ChangedMeanwhile
    if group.drill_opt_in is not takes_part:
        group.drill_opt_in = takes_part
        audit.record(session, now, actor, "group.drill", f"group:{group.id}", takes_part=takes_part)
    return groups.view(group)


async def set_all(session: AsyncSession, plan: Plan, actor: Actor, now: datetime) -> list[GroupView]:
    """Every bound group the actor may bind takes part from now on; those that did not before.

    Raises:
        NotAllowed: without group.bind anywhere.
    """
    return [
        await set_part(session, plan, actor, now, group_id=group.id, takes_part=True)
        for group in await groups.bound(session, plan, actor)
        if not group.drill_opt_in
    ]


async def with_a_place(session: AsyncSession) -> list[GroupView]:
    """Every group that belongs somewhere, also one that has lost the bot; oldest first."""
    return [groups.view(group) for group in await repository.groups_placed(session)]
