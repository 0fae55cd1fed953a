"""Screens of chat groups: views to payloads and keyboards, pure data."""

from __future__ import annotations

from collections.abc import Sequence

from bot.delivery.schemas import Button, InlineKeyboard, Screen
from bot.directory import rules
from bot.directory.groups import Suggestion, suggestion
from bot.directory.models import GroupState
from bot.directory.schemas import GroupView
from bot.plan.service import Plan
from handlers.pages import in_rows, page_of, pages_of, turning
from messages.engine import label, render
from messages.groups import (
    GroupAsk,
    GroupBack,
    GroupBound,
    GroupLost,
    GroupMoved,
    GroupRightsLost,
    GroupsBound,
    GroupsWaiting,
    PickRegion,
    WaitingGroup,
)

_LISTED = 10


def ask(plan: Plan, group: GroupView, found: Suggestion | None, locale: str) -> tuple[GroupAsk, InlineKeyboard]:
    """In the group: is it there? or where?"""
    payload = GroupAsk(place=_place(plan, found), tier=found.tier.value if found else None)
    return payload, InlineKeyboard([*_yes(plan, group, found, locale), *_other(group, locale)])


def group_card(plan: Plan, group: GroupView, locale: str) -> Screen | None:
    """The group's own card: the question while nobody has answered it, then where the group belongs."""
    if group.state is GroupState.LOST:
        return None
    if group.state is GroupState.BOUND:
        return Screen(render(bound(plan, group), locale), InlineKeyboard())
    payload, keyboard = ask(plan, group, suggestion(plan, group.title), locale)
    return Screen(render(payload, locale), keyboard)


def waiting(
    plan: Plan, rows: Sequence[tuple[GroupView, Suggestion | None]], bound: int, locale: str
) -> tuple[GroupsWaiting, InlineKeyboard | None]:
    """Which groups wait, and one button for all that have a suggestion."""
    shown = rows[:_LISTED]
    payload = GroupsWaiting(groups=tuple(_line(plan, *row) for row in shown), total=len(rows), bound=bound)
    if not rows:
        return payload, None
    keys = [[Button(group.title, f"dir.ask:{group.id}")] for group, _ in shown]
    every = [[Button(label("directory.button.bind_all", locale), "dir.bindall")]]
    return payload, InlineKeyboard([*(every if any(found for _, found in rows) else []), *keys])


def picking(
    plan: Plan, group: GroupView, at: str, below: Sequence[str], page: int, locale: str
) -> tuple[PickRegion, InlineKeyboard]:
    """Where one has got to: bind here, or go on to a smaller region, or back."""
    here = label("directory.button.bind_here", locale)
    words = here.format(place=rules.place_name(plan, at), tier=label(f"tier.{rules.tier_of(at).value}", locale))
    regions = [
        Button(rules.short_place_name(plan, code), f"dir.pick:{group.id}:{code}") for code in page_of(below, page)
    ]
    above = plan.ancestors(at)
    back = [Button(label("directory.button.up", locale), f"dir.pick:{group.id}:{above[0].code}")] if above else []
    rows = [
        [Button(words, f"dir.bind:{group.id}:{at}")],
        *in_rows(regions, 3),
        *turning(f"dir.pick:{group.id}:{at}", page, pages_of(below), locale),
        *([back] if back else []),
    ]
    return PickRegion(title=group.title, place=rules.place_name(plan, at)), InlineKeyboard(rows)


def bound(plan: Plan, group: GroupView) -> GroupBound:
    """It belongs there now."""
    return GroupBound(title=group.title, place=_where(plan, group) or "", tier=_tier(group) or "")


def back(plan: Plan, group: GroupView) -> GroupBack:
    """It is reached again."""
    return GroupBack(title=group.title, place=_where(plan, group) or "", tier=_tier(group) or "")


def lost(plan: Plan, group: GroupView, reason: str) -> GroupLost:
    """It is not reached any more."""
    return GroupLost(title=group.title, place=_where(plan, group), tier=_tier(group), reason=reason)


def rights_lost(plan: Plan, group: GroupView) -> GroupRightsLost:
    """The bot is a plain member now."""
    return GroupRightsLost(title=group.title, place=_where(plan, group) or "")


def moved(plan: Plan, group: GroupView) -> GroupMoved:
    """It has a new chat id."""
    return GroupMoved(place=_where(plan, group), tier=_tier(group))


def all_bound(plan: Plan, groups: Sequence[GroupView], left: int) -> GroupsBound:
    """Many belong somewhere now."""
    lines = (WaitingGroup(title=group.title, place=_where(plan, group), tier=_tier(group)) for group in groups)
    return GroupsBound(groups=tuple(lines), left=left)


def _yes(plan: Plan, group: GroupView, found: Suggestion | None, locale: str) -> list[list[Button]]:
    if found is None:
        return []
    words = label("directory.button.bind_yes", locale)
    text = words.format(place=_place(plan, found), tier=label(f"tier.{found.tier.value}", locale))
    return [[Button(text, f"dir.bind:{group.id}:{found.region_code}")]]


def _other(group: GroupView, locale: str) -> list[list[Button]]:
    return [[Button(label("directory.button.bind_other", locale), f"dir.pick:{group.id}")]]


def _line(plan: Plan, group: GroupView, found: Suggestion | None) -> WaitingGroup:
    return WaitingGroup(title=group.title, place=_place(plan, found), tier=found.tier.value if found else None)


def _place(plan: Plan, found: Suggestion | None) -> str | None:
    return rules.place_name(plan, found.region_code) if found else None


def _where(plan: Plan, group: GroupView) -> str | None:
    if group.unit_key and group.unit_key in plan.units:
        return plan.units[group.unit_key].name
    return rules.place_name(plan, group.region_code) if group.region_code else None


def _tier(group: GroupView) -> str | None:
    return group.tier.value if group.tier else None
