"""The menu of drills, which groups take part, the link test's board and the small card in a group. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.core.access import Actor, Permission
from bot.delivery.schemas import Button, Fate, InlineKeyboard, Screen
from bot.directory import rules
from bot.directory.schemas import GroupView
from bot.drill.schemas import LinkGroupView, LinkTestView, Outlook
from bot.plan.service import Plan
from handlers.pages import in_rows, page_of, pages_of, turning
from messages import drill as texts
from messages.engine import label, render

_TOWNS = 30
_SILENT_A_TOWN = 4
_APART = 8
_PER_PAGE = 20
_LONGEST_TITLE = 20


def menu(actor: Actor, outlook: Outlook, locale: str) -> tuple[texts.DrillMenu, InlineKeyboard]:
    """What the actor can hold, and who chooses which groups take part."""
    payload = texts.DrillMenu(
        taking_part=outlook.groups,
        bound=outlook.groups + len(outlook.apart.not_taking_part),
        open_since=outlook.open_since,
    )
    ways = (
        ("warning", "wd.practise", Permission.WARNING_DRAFT),
        ("link", "dr.link", Permission.DRILL_HOLD),
        ("parts", "dr.parts", Permission.GROUP_BIND),
    )
    keys = [Button(label(f"drill.{key}", locale), action) for key, action, right in ways if actor.may(right)]
    return payload, InlineKeyboard([[key] for key in keys])


def link_start(outlook: Outlook, locale: str) -> tuple[texts.LinkStart, InlineKeyboard | None]:
    """How many groups a link test would go to, and the one button that sends it."""
    payload = texts.LinkStart(
        groups=outlook.groups,
        not_taking_part=len(outlook.apart.not_taking_part),
        lost=len(outlook.apart.lost),
        night=outlook.is_night,
        open_since=outlook.open_since,
    )
    if outlook.open_since or not outlook.groups:
        return payload, None
    key, data = ("start_at_night", "dr.start:night") if outlook.is_night else ("start", "dr.start")
    return payload, InlineKeyboard([[Button(label(f"drill.{key}", locale), data)]])


def board_card(plan: Plan, test: LinkTestView, locale: str) -> Screen:
    """What was sent, where somebody has answered and where nobody; once it is over, the summary."""
    times = [group.answered_at for group in test.answered if group.answered_at]
    fates = [group.fate for group in test.groups]
    payload = texts.LinkBoard(
        started_at=test.started_at,
        closes_at=test.closes_at,
        closed_at=test.closed_at,
        tested=len(test.groups),
        answered=len(test.answered),
        first_at=min(times, default=None),
        last_at=max(times, default=None),
        sent=fates.count(Fate.SENT),
        waiting=fates.count(Fate.WAITING),
        uncertain=fates.count(Fate.UNCERTAIN),
        failed=fates.count(Fate.FAILED),
        unsent=fates.count(Fate.DROPPED) + fates.count(None),
        towns=_towns(plan, test.groups),
        lost=test.apart.lost[:_APART],
        lost_count=len(test.apart.lost),
        not_taking_part=test.apart.not_taking_part[:_APART],
        not_taking_part_count=len(test.apart.not_taking_part),
    )
    rows = [[Button(label("drill.end", locale), f"dr.end:{test.id}")]] if test.is_open else []
    return Screen(render(payload, locale), InlineKeyboard(rows))


def answer_card(name: str, at: datetime, locale: str) -> Screen:
    """In a group: somebody has answered, nobody else needs to."""
    return Screen(render(texts.LinkAnswered(name=name, at=at), locale))


def parts(groups: Sequence[GroupView], page: int, locale: str) -> tuple[texts.Parts, InlineKeyboard]:
    """Every group the actor may bind, with a mark where it takes part."""
    taking_part = sum(group.drill_opt_in for group in groups)
    keys = [
        Button(_marked(group), f"dr.part:{group.id}:{'out' if group.drill_opt_in else 'in'}:{page}")
        for group in page_of(groups, page, _PER_PAGE)
    ]
    every = [[Button(label("drill.all", locale), "dr.all")]] if taking_part < len(groups) else []
    rows = [*every, *in_rows(keys, 2), *turning("dr.parts", page, pages_of(groups, _PER_PAGE), locale)]
    return texts.Parts(taking_part=taking_part, bound=len(groups)), InlineKeyboard(rows)


def _marked(group: GroupView) -> str:
    return f"{'✓' if group.drill_opt_in else ''}{group.title[:_LONGEST_TITLE]}"


def _towns(plan: Plan, groups: Sequence[LinkGroupView]) -> tuple[texts.LinkTown, ...]:
    by_town: dict[str, list[LinkGroupView]] = {}
    for group in groups:
        by_town.setdefault(plan.town_of(group.region_code), []).append(group)
    lines = [_town(rules.place_name(plan, code), rows) for code, rows in sorted(by_town.items())]
    return tuple(sorted(lines, key=lambda line: not line.silent)[:_TOWNS])


def _town(place: str, groups: Sequence[LinkGroupView]) -> texts.LinkTown:
    silent = [group.title for group in groups if not group.answered_at]
    return texts.LinkTown(
        place=place,
        answered=len(groups) - len(silent),
        tested=len(groups),
        silent=tuple(silent[:_SILENT_A_TOWN]),
        more=max(0, len(silent) - _SILENT_A_TOWN),
    )
