"""Chat groups: met, asked where they belong, bound to a region, lost, let back in, moved by the platform.

Nobody is told anything here: each use case returns the group, and whether there is something to tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import SYSTEM, Actor, Permission
from bot.directory import repository, rules
from bot.directory.errors import ChangedMeanwhile, GroupUnknown, NoSuchRegion
from bot.directory.models import Group, GroupKind, GroupState, Tier
from bot.directory.schemas import GroupView
from bot.plan.service import Plan
from messages.engine import known


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Where a group's title says it belongs. A suggestion: an administrator confirms."""

    region_code: str
    tier: Tier


@dataclass(frozen=True, slots=True)
class Meeting:
    """The bot has been let into a group. `is_back`: it was lost and its binding holds again. `ask`: ask it, once."""

    group: GroupView
    is_back: bool
    ask: bool


# --- which groups ----------------------------------------------------------------------------------------------------


async def bound_at(session: AsyncSession, region_code: str, tier: str) -> list[GroupView]:
    """The groups bound to exactly this region and tier."""
    return [view(group) for group in await repository.groups_bound_at(session, region_code, Tier(tier))]


async def all_bound(session: AsyncSession) -> list[GroupView]:
    """Every group that belongs somewhere and has not lost the bot."""
    return [view(group) for group in await repository.groups_bound(session)]


async def locale_of(session: AsyncSession, chat_id: int) -> str | None:
    """The language of the group; None for a chat that is no group of ours."""
    group = await _found(session, chat_id)
    return group.locale if group else None


async def by_chat(session: AsyncSession, chat_id: int) -> GroupView | None:
    """The group with that chat id, also a former one."""
    group = await _found(session, chat_id)
    return view(group) if group else None


async def get(session: AsyncSession, group_id: int) -> GroupView | None:
    """The group, or None."""
    group = await repository.group(session, group_id)
    return view(group) if group else None


async def pending(session: AsyncSession, plan: Plan, actor: Actor) -> list[tuple[GroupView, Suggestion | None]]:
    """The groups nobody has bound yet that the actor may bind, each with what its title suggests.

    A group whose title suggests nothing is anybody's who may bind somewhere.

    Raises:
        NotAllowed: without group.bind anywhere.
    """
    actor.require(Permission.GROUP_BIND)
    rows = [(view(group), suggestion(plan, group.title)) for group in await _pending(session)]
    return [
        (group, found)
        for group, found in rows
        if found is None or rules.may_at(plan, actor, Permission.GROUP_BIND, found.region_code)
    ]


async def bound(session: AsyncSession, plan: Plan, actor: Actor) -> list[GroupView]:
    """The bound groups of the regions where the actor may bind.

    Raises:
        NotAllowed: without group.bind anywhere.
    """
    actor.require(Permission.GROUP_BIND)
    rows = await repository.groups_in(session, GroupState.BOUND)
    return [
        view(group)
        for group in rows
        if group.region_code and rules.may_at(plan, actor, Permission.GROUP_BIND, group.region_code)
    ]


def suggestion(plan: Plan, title: str) -> Suggestion | None:
    """What the title suggests, if it suggests one place."""
    match = plan.region_from_title(title)
    if match.region is None:
        return None
    return Suggestion(match.region.code, rules.tier_of(match.region.code))


# --- use cases -------------------------------------------------------------------------------------------------------


async def met(
    session: AsyncSession,
    now: datetime,
    *,
    chat_id: int,
    title: str,
    kind: str,
    is_forum: bool,
    bot_status: str,
    locale: str,
    by: Actor = SYSTEM,
) -> Meeting:
    """The bot is in the group and may write there: just added, let back in, or its rights there have changed.

    What is told late about a chat the platform has closed since is no new group: nothing changes.
    """
    group = await repository.group_by_chat(session, chat_id)
    if group is None and (moved := await repository.group_once_at(session, chat_id)):
        return Meeting(view(moved), is_back=False, ask=False)
    was_lost = group is not None and group.state is GroupState.LOST
    if group is None:
        group = Group(chat_id=chat_id, title=title, locale=known(locale), created_at=now)
        await repository.add(session, group)
        audit.record(session, now, by, "group.met", f"group:{group.id}", title=title)
    group.title, group.kind, group.is_forum = title, GroupKind(kind), is_forum
    group.bot_status, group.lost_reason = bot_status, None
    if was_lost:
        group.state = GroupState.BOUND if group.tier else GroupState.PENDING
        audit.record(session, now, by, "group.back", f"group:{group.id}", state=group.state.value)
    ask = group.state is GroupState.PENDING and (group.asked_at is None or was_lost)
    group.asked_at = now if ask else group.asked_at
    return Meeting(view(group), is_back=was_lost and group.state is GroupState.BOUND, ask=ask)


async def bind(
    session: AsyncSession,
    plan: Plan,
    actor: Actor,
    now: datetime,
    *,
    group_id: int,
    region_code: str,
    unit_key: str | None = None,
) -> GroupView:
    """From now on the group gets what concerns the region (or the unit, in its region). The tier is the region's.

    Binding again to the same place changes nothing; to another place, moves it, and it leaves out nothing any more.

    Raises:
        NotAllowed: without group.bind at the region, and at the one it is bound to now.
        GroupUnknown, NoSuchRegion.
        ChangedMeanwhile: the group is lost, or bound there already; or the pack has no such unit there.
    """
    rules.require_at(plan, actor, Permission.GROUP_BIND, region_code)
    group = await repository.group(session, group_id)
    if group is None:
        raise GroupUnknown
    if rules.level_of(plan, region_code) is None:
        raise NoSuchRegion(region_code)
    if unit_key and (unit_key not in plan.units or plan.units[unit_key].region != region_code):
        raise ChangedMeanwhile
    if group.region_code:
        rules.require_at(plan, actor, Permission.GROUP_BIND, group.region_code)
    tier = Tier.UNIT if unit_key else rules.tier_of(region_code)
    same = (group.region_code, group.unit_key, group.tier) == (region_code, unit_key, tier)
    if group.state is GroupState.LOST or (same and group.state is GroupState.BOUND):
        raise ChangedMeanwhile
    group.region_code, group.unit_key, group.tier = region_code, unit_key, tier
    group.left_out, group.lowest_warning = None, None
    group.state, group.bound_at, group.bound_by = GroupState.BOUND, now, actor.person_id
    audit.record(session, now, actor, "group.bind", f"group:{group.id}", region=region_code, tier=tier.value)
    return view(group)


async def bind_suggested(session: AsyncSession, plan: Plan, actor: Actor, now: datetime) -> list[GroupView]:
    """Binds every pending group to what its title suggests, as far as the actor may; those bound now.

    Raises:
        NotAllowed: without group.bind anywhere.
    """
    return [
        await bind(session, plan, actor, now, group_id=group.id, region_code=found.region_code)
        for group, found in await pending(session, plan, actor)
        if found is not None
    ]


async def lost(
    session: AsyncSession, now: datetime, chat_id: int, reason: str, *, by: Actor = SYSTEM
) -> GroupView | None:
    """The bot was removed from the chat, or may not write there any more. The binding is kept for when it comes back.

    None if it is no group of ours or was lost already. A former chat id is not the group: the platform closes the old
    chat when it moves a group.
    """
    group = await repository.group_by_chat(session, chat_id)
    if group is None or group.state is GroupState.LOST:
        return None
    group.state, group.lost_reason = GroupState.LOST, reason
    audit.record(session, now, by, "group.lost", f"group:{group.id}", reason=reason)
    return view(group)


async def regained(session: AsyncSession, now: datetime, chat_id: int) -> GroupView | None:
    """The group was not lost after all: its binding holds again. None if nothing changed."""
    group = await repository.group_by_chat(session, chat_id)
    if group is None or group.state is not GroupState.LOST:
        return None
    group.state, group.lost_reason = GroupState.BOUND if group.tier else GroupState.PENDING, None
    audit.record(session, now, SYSTEM, "group.back", f"group:{group.id}", state=group.state.value)
    return view(group)


async def migrate(session: AsyncSession, now: datetime, old_chat_id: int, new_chat_id: int) -> GroupView | None:
    """The platform has made a supergroup of the group: it has a new chat id. None if that was known, or is not ours.

    The bot may have met the new chat before it is told that it is the old one: then the two rows become one, and the
    binding that exists stays. A group lost because the old chat was closed is found again.
    """
    group = await repository.group_by_chat(session, old_chat_id)
    if group is None or old_chat_id == new_chat_id:
        return None
    newer = await repository.group_by_chat(session, new_chat_id)
    if newer is not None:
        _take_over_binding(group, newer)
        await repository.absorb_group(session, newer, into=group)
    group.chat_id, group.kind, group.thread_id = new_chat_id, GroupKind.SUPERGROUP, None
    if group.state is GroupState.LOST:
        group.state = GroupState.BOUND if group.tier else GroupState.PENDING
        group.lost_reason = None
    await repository.add_alias(session, old_chat_id, group.id, now)
    audit.record(session, now, SYSTEM, "group.migrate", f"group:{group.id}", old=old_chat_id, new=new_chat_id)
    return view(group)


async def retitled(session: AsyncSession, chat_id: int, title: str) -> GroupView | None:
    """The group is called otherwise now; the binding does not follow the title. None if nothing changed."""
    group = await _found(session, chat_id)
    if group is None or group.title == title:
        return None
    group.title = title
    return view(group)


async def set_language(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, *, chat_id: int, locale: str
) -> str:
    """Speaks to the group in that language from now on; the locale taken.

    Raises:
        NotAllowed: without group.bind at the group's region (anywhere, while it has none).
        GroupUnknown.
    """
    actor.require(Permission.GROUP_BIND)
    group = await _found(session, chat_id)
    if group is None:
        raise GroupUnknown
    if group.region_code:
        rules.require_at(plan, actor, Permission.GROUP_BIND, group.region_code)
    group.locale = known(locale)
    audit.record(session, now, actor, "group.language", f"group:{group.id}", locale=group.locale)
    return group.locale


def view(group: Group) -> GroupView:
    """The group as other rooms see it."""
    return GroupView(
        id=group.id,
        chat_id=group.chat_id,
        title=group.title,
        locale=group.locale,
        thread_id=group.thread_id,
        state=group.state,
        region_code=group.region_code,
        unit_key=group.unit_key,
        tier=group.tier,
        drill_opt_in=group.drill_opt_in,
        bot_status=group.bot_status,
        asked=group.asked_at is not None,
        left_out=frozenset(filter(None, (group.left_out or "").split(","))),
        lowest_warning=group.lowest_warning,
    )


def _take_over_binding(group: Group, newer: Group) -> None:
    if group.tier is None and newer.tier is not None:
        group.region_code, group.unit_key, group.tier = newer.region_code, newer.unit_key, newer.tier
        group.bound_at, group.bound_by = newer.bound_at, newer.bound_by
        group.left_out, group.lowest_warning = newer.left_out, newer.lowest_warning
        group.drill_opt_in = newer.drill_opt_in
        group.state = GroupState.BOUND
    group.title, group.is_forum, group.bot_status = newer.title, newer.is_forum, newer.bot_status


async def _pending(session: AsyncSession) -> list[Group]:
    return list(await repository.groups_in(session, GroupState.PENDING))


async def _found(session: AsyncSession, chat_id: int) -> Group | None:
    return await repository.group_by_chat(session, chat_id) or await repository.group_once_at(session, chat_id)
