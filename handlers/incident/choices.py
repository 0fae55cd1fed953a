"""What an officer chooses from in his private chat: what to ask, why not, what kind, whither, which other. Pure.

A list's button is `action:incident:rev`, then where in the list it leads or what it chooses.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.access import Actor
from bot.delivery.schemas import Button, InlineKeyboard
from bot.incident.models import Wanted
from bot.incident.rules import RIGHTS, Deed, kinds_to_choose, natures_of, units_to_choose
from bot.incident.schemas import IncidentView, LikelySame
from bot.plan.schema import Level
from bot.plan.service import Plan
from handlers.incident.screens import RARE, deed_button, unit_name
from handlers.pages import in_rows, page_of, pages_of, turning
from messages.desk import REASONS
from messages.engine import label

ROWS = 8
"""Of a page: what a small phone shows without scrolling."""


def asking(view: IncidentView, rev: str, locale: str) -> InlineKeyboard:
    """The one thing to ask the reporters for."""
    buttons = [
        Button(label(f"desk.wanted.{wanted.value}", locale), f"i.ask:{view.id}:{rev}:{wanted.value}")
        for wanted in Wanted
    ]
    return InlineKeyboard(in_rows(buttons, 2))


def reasons(view: IncidentView, rev: str, locale: str) -> InlineKeyboard:
    """Why it is not so, for who has no hand free to write."""
    return InlineKeyboard(
        [[Button(label(f"desk.reason.{key}", locale), f"i.doubt:{view.id}:{rev}:{key}")] for key in REASONS]
    )


def more(view: IncidentView, actor: Actor, rev: str, locale: str) -> InlineKeyboard:
    """The rarer deeds that the actor may do now, and the telephone."""
    open_to_him = [deed for deed in RARE if deed in view.deeds and actor.may(RIGHTS[deed], view.region_code)]
    buttons = [deed_button(view, deed, int(rev), locale) for deed in open_to_him]
    if actor.may(RIGHTS[Deed.TAKE], view.region_code):
        buttons.append(Button(label("calls.open", locale), f"c.open:{view.id}:{rev}"))
    return InlineKeyboard(in_rows(buttons, 2))


def sectors(plan: Plan, view: IncidentView, rev: str, page: int, locale: str) -> InlineKeyboard:
    """The sectors that have kinds to choose."""
    used = {kind.sector for kind in kinds_to_choose(plan)}
    buttons = [
        Button(sector.name_en if locale == "en" else sector.name, f"i.kind:{view.id}:{rev}:s:{sector.key}:1")
        for sector in plan.sectors.values()
        if sector.key in used
    ]
    return _paged(buttons, f"i.kind:{view.id}:{rev}:p", page, locale, columns=2)


def kinds(plan: Plan, view: IncidentView, rev: str, sector: str, page: int, locale: str) -> InlineKeyboard:
    """The kinds of a sector."""
    found = [kind for kind in kinds_to_choose(plan) if kind.sector == sector]
    buttons = [
        Button(kind.name_en if locale == "en" else kind.name, f"i.kind:{view.id}:{rev}:k:{kind.key}") for kind in found
    ]
    return _paged(buttons, f"i.kind:{view.id}:{rev}:s:{sector}", page, locale)


def natures(plan: Plan, view: IncidentView, rev: str, kind_key: str, locale: str) -> InlineKeyboard:
    """What an incident of the kind may be."""
    buttons = [
        Button(label(f"nature.{nature.value}", locale), f"i.kind:{view.id}:{rev}:k:{kind_key}:{nature.value}")
        for nature in natures_of(plan.kind(kind_key))
    ]
    return InlineKeyboard([buttons])


def whither(view: IncidentView, rev: str, locale: str) -> InlineKeyboard:
    """A town or a unit."""
    base = f"i.reroute:{view.id}:{rev}"
    town = Button(label("desk.to_town", locale), f"{base}:t:1")
    return InlineKeyboard([[town, Button(label("desk.to_unit", locale), f"{base}:u:1")]])


def towns(plan: Plan, view: IncidentView, rev: str, page: int, locale: str) -> InlineKeyboard:
    """The district's towns, less the one it is in."""
    base = f"i.reroute:{view.id}:{rev}"
    buttons = [
        Button(region.short_name, f"{base}:to:{region.code}")
        for region in plan.children(plan.district.code)
        if region.level is Level.TOWN and not plan.contains(region.code, view.region_code)
    ]
    return _paged(buttons, f"{base}:t", page, locale, columns=3)


def units(plan: Plan, view: IncidentView, rev: str, page: int, locale: str) -> InlineKeyboard:
    """The units that can be phoned, less the one that has it."""
    base = f"i.reroute:{view.id}:{rev}"
    buttons = [
        Button(unit_name(unit, locale), f"{base}:for:{unit.key}")
        for unit in units_to_choose(plan)
        if unit.key != view.unit_key
    ]
    return _paged(buttons, f"{base}:u", page, locale)


def others(view: IncidentView, rev: str, found: Sequence[LikelySame]) -> InlineKeyboard:
    """The other incidents it may be the same as."""
    return InlineKeyboard([[Button(other.number, f"i.merge:{view.id}:{rev}:{other.id}")] for other in found])


def _paged(buttons: Sequence[Button], data: str, page: int, locale: str, *, columns: int = 1) -> InlineKeyboard:
    size = columns * ROWS
    shown = page_of(buttons, page, size)
    return InlineKeyboard([*in_rows(shown, columns), *turning(data, page, pages_of(buttons, size), locale)])
