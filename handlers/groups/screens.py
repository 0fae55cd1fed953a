"""Screens of chat groups: views to payloads and keyboards, pure data."""

from __future__ import annotations

from collections.abc import Sequence

from bot.delivery.schemas import Button, InlineKeyboard, Screen
from bot.directory import rules
from bot.directory.groups import Suggestion, suggestion
from bot.directory.models import GroupState, Tier
from bot.directory.schemas import GroupView
from bot.plan.schema import WarningLevel
from bot.plan.service import Plan
from handlers.pages import in_rows, page_of, pages_of, turning
from messages.directory import Name
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
    LeavingOut,
    PickRegion,
    PickUnit,
    WaitingGroup,
)

_LISTED = 10
_ALL = "*"


def ask(plan: Plan, group: GroupView, found: Suggestion | None, locale: str) -> tuple[GroupAsk, InlineKeyboard]:
    """In the group: is it there? or where?"""
    payload = GroupAsk(place=_place(plan, found), tier=found.tier.value if found else None)
    return payload, InlineKeyboard([*_yes(plan, group, found, locale), *_other(group, locale)])


def group_card(plan: Plan, group: GroupView, locale: str) -> Screen | None:
    """The group's own card: the question while nobody has answered it, then where the group belongs."""
    if group.state is GroupState.LOST:
        return None
    if group.state is GroupState.BOUND:
        return Screen(
            render(bound(plan, group), locale), InlineKeyboard([*_leave_out(group, locale), _take_part(group, locale)])
        )
    payload, keyboard = ask(plan, group, suggestion(plan, group.title), locale)
    return Screen(render(payload, locale), keyboard)


def waiting(
    plan: Plan,
    rows: Sequence[tuple[GroupView, Suggestion | None]],
    units: Sequence[GroupView],
    bound: int,
    locale: str,
) -> tuple[GroupsWaiting, InlineKeyboard | None]:
    """Which groups wait, one button for all that have a suggestion, and one for each unit's group."""
    shown = rows[:_LISTED]
    lines = tuple(_line(plan, *row) for row in shown)
    payload = GroupsWaiting(groups=lines, total=len(rows), bound=bound, units=len(units))
    if not rows and not units:
        return payload, None
    keys = [[Button(group.title, f"dir.ask:{group.id}")] for group, _ in shown]
    every = [[Button(label("directory.button.bind_all", locale), "dir.bindall")]]
    words = label("directory.button.leave_out_of", locale)
    of_units = [[Button(words.format(title=group.title), f"dir.out:{group.id}")] for group in page_of(units, 1)]
    return payload, InlineKeyboard([*(every if any(found for _, found in rows) else []), *keys, *of_units])


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
    has_units = any(unit.region == at for unit in plan.units.values())
    unit = Button(label("directory.button.unit_group", locale), f"dir.units:{group.id}:{at}")
    rows = [
        [Button(words, f"dir.bind:{group.id}:{at}")],
        *([[unit]] if has_units else []),
        *in_rows(regions, 3),
        *turning(f"dir.pick:{group.id}:{at}", page, pages_of(below), locale),
        *([back] if back else []),
    ]
    return PickRegion(title=group.title, place=rules.place_name(plan, at)), InlineKeyboard(rows)


def picking_unit(plan: Plan, group: GroupView, at: str, page: int, locale: str) -> tuple[PickUnit, InlineKeyboard]:
    """The units of the region, one of which it is the group of."""
    units = [unit for unit in plan.units.values() if unit.region == at]
    names = [
        Button(unit.name if locale == "zh" else unit.name_en, f"dir.bind:{group.id}:{at}:{unit.key}")
        for unit in page_of(units, page)
    ]
    rows = [
        *in_rows(names, 2),
        *turning(f"dir.units:{group.id}:{at}", page, pages_of(units), locale),
        [Button(label("directory.button.up", locale), f"dir.pick:{group.id}:{at}")],
    ]
    return PickUnit(title=group.title, place=rules.place_name(plan, at)), InlineKeyboard(rows)


def leaving_out(plan: Plan, group: GroupView, locale: str) -> Screen:
    """What a unit's group leaves out of yellow and blue; each button says how it is, and a tap makes it otherwise."""
    payload = LeavingOut(
        title=group.title, place=_where(plan, group) or "", left_out=_left_out(plan, group), no_blue=_no_blue(group)
    )
    blue = WarningLevel.BLUE if _no_blue(group) else WarningLevel.YELLOW
    kinds = [
        Button(
            _said(kind.words if locale == "zh" else kind.name_en, kind.key not in group.left_out, locale),
            f"dir.want:{group.id}:{kind.key}:{int(kind.key in group.left_out)}",
        )
        for kind in plan.warning_kinds.values()
    ]
    every = [[Button(label("directory.button.all_wanted", locale), f"dir.want:{group.id}:{_ALL}:1")]]
    rows = [
        [
            Button(
                _said(label("directory.button.blue", locale), not _no_blue(group), locale),
                f"dir.from:{group.id}:{blue.value}",
            )
        ],
        *in_rows(kinds, 3),
        *(every if group.left_out else []),
    ]
    return Screen(render(payload, locale), InlineKeyboard(rows))


def bound(plan: Plan, group: GroupView) -> GroupBound:
    """It belongs there now."""
    is_unit = group.tier is Tier.UNIT
    return GroupBound(
        title=group.title,
        place=_where(plan, group) or "",
        tier=_tier(group) or "",
        left_out=_left_out(plan, group) if is_unit else (),
        no_blue=is_unit and _no_blue(group),
        takes_part=group.drill_opt_in,
    )


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


def _take_part(group: GroupView, locale: str) -> list[Button]:
    """参加演练, or no longer."""
    words, way = ("leave", "out") if group.drill_opt_in else ("join", "in")
    return [Button(label(f"drill.{words}", locale), f"dr.part:{group.id}:{way}")]


def _other(group: GroupView, locale: str) -> list[list[Button]]:
    return [[Button(label("directory.button.bind_other", locale), f"dir.pick:{group.id}")]]


def _leave_out(group: GroupView, locale: str) -> list[list[Button]]:
    if group.tier is not Tier.UNIT:
        return []
    return [[Button(label("directory.button.leave_out", locale), f"dir.out:{group.id}")]]


def _left_out(plan: Plan, group: GroupView) -> tuple[Name, ...]:
    kinds = [kind for kind in plan.warning_kinds.values() if kind.key in group.left_out]
    return tuple(Name(zh=kind.words, en=kind.name_en) for kind in kinds)


def _no_blue(group: GroupView) -> bool:
    return group.lowest_warning is WarningLevel.YELLOW


def _said(what: str, is_wanted: bool, locale: str) -> str:
    return label(f"directory.button.{'wanted' if is_wanted else 'unwanted'}", locale).format(what=what)


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
