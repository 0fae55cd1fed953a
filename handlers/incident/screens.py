"""The desk's card. Pure: view in, text and buttons out."""

from __future__ import annotations

from textwrap import shorten

from bot.delivery.schemas import Button, InlineKeyboard, Screen
from bot.incident.models import EntryKind
from bot.incident.rules import ARRIVALS_MINUTES, Deed
from bot.incident.schemas import EntryView, IncidentView
from bot.intake.schemas import Evidence
from handlers.intake.screens import evidence_text
from messages import incident as texts
from messages.engine import label, render

_SHOWN_LINES = 6
_LONGEST_LINE = 120
"""Of a line on the card; the whole of it was told as a message of its own."""


def desk_card(view: IncidentView, evidence: Evidence, place: str, rev: int, locale: str) -> Screen:
    """The card every desk of the place sees; its buttons are what can still be done."""
    payload = texts.DeskCard(
        number=view.number,
        nature=view.nature.value,
        threat=view.threat.value,
        verified_name=view.verified_name,
        place=place,
        latitude=view.facts.latitude,
        longitude=view.facts.longitude,
        opened_at=view.opened_at,
        reporters=tuple(texts.Phone(name=row.name, number=row.phone or "") for row in view.reporters),
        evidence=evidence_text(evidence, locale),
        taken_name=view.taken_name,
        arrive_by=view.arrive_by,
        chases=view.chases,
        unreached=tuple(level.value for level in view.unreached),
        lines=tuple(_line(entry, locale) for entry in _supplements(view)[-_SHOWN_LINES:]),
    )
    return Screen(render(payload, locale), _keyboard(view, rev, locale))


def _keyboard(view: IncidentView, rev: int, locale: str) -> InlineKeyboard:
    rows: list[list[Button]] = []
    if Deed.TAKE in view.deeds:
        rows.append([Button(label("incident.take", locale), f"i.take:{view.id}:{rev}")])
    if Deed.ARRIVE in view.deeds:
        rows.append([_arrival(view, minutes, rev, locale) for minutes in ARRIVALS_MINUTES])
    if Deed.VERIFY in view.deeds:
        rows.append([Button(label("incident.verify", locale), f"i.verify:{view.id}:{rev}")])
    return InlineKeyboard(rows)


def _arrival(view: IncidentView, minutes: int, rev: int, locale: str) -> Button:
    return Button(label("incident.arrive", locale).format(minutes=minutes), f"i.arrive:{view.id}:{rev}:{minutes}")


def _supplements(view: IncidentView) -> list[EntryView]:
    return [entry for entry in view.entries if entry.kind is EntryKind.SUPPLEMENT]


def _line(entry: EntryView, locale: str) -> texts.Line:
    words = label(entry.text.replace(":", "."), locale) if entry.text.startswith("evidence:") else entry.text
    return texts.Line(
        at=entry.at, kind=entry.kind.value, name=entry.name, text=shorten(words, _LONGEST_LINE, placeholder="…")
    )
