"""The desk's card. Pure: view in, text and buttons out."""

from __future__ import annotations

from textwrap import shorten

from bot.delivery.schemas import Button, InlineKeyboard, Screen
from bot.directory.rules import place_name
from bot.incident.models import EntryKind, IncidentState, PlaceSource
from bot.incident.rules import ARRIVALS_MINUTES, FIGURES, Deed
from bot.incident.schemas import EntryView, IncidentView
from bot.intake.schemas import Evidence
from bot.plan.schema import Nature, Unit
from bot.plan.service import Plan
from handlers.evidence import evidence_text
from handlers.naming import kind_name
from messages import incident as texts
from messages.desk import reason_words
from messages.engine import label, render

MORE = "i.more"
"""Opens the rarer deeds in private."""

_SHOWN_LINES = 6
_LONGEST_LINE = 120
"""Of a line on the card; the whole of it was told as a message of its own."""

_ROWS: tuple[tuple[Deed, ...], ...] = (
    (Deed.VERIFY, Deed.ASK),
    (Deed.SECOND, Deed.UPHOLD),
    (Deed.REOPEN, Deed.KEEP_CLOSED),
    (Deed.UNMERGE,),
)
"""The card's deeds in rows, less those whose buttons carry more than a name."""

_ENDINGS = (Deed.DOUBT, Deed.DISMISS)
RARE = (Deed.KIND, Deed.REROUTE, Deed.MERGE, Deed.CLOSE)
"""The deeds behind 更多."""


def desk_card(
    plan: Plan, view: IncidentView, evidence: Evidence, place: str, rev: int, locale: str, *, is_gone: bool = False
) -> Screen:
    """The card every desk of the place sees; its buttons are what can still be done.

    `is_gone`: it was passed on, and the card's chat is no desk of the new place.
    """
    facts = view.facts
    payload = texts.DeskCard(
        number=view.number,
        nature=view.nature.value,
        kind=kind_name(plan, facts.kind_key, locale),
        threat=view.threat.value,
        state=view.state.value,
        verified_name=view.verified_name,
        place=place,
        place_words=_short(facts.place_words),
        place_source=_source(view),
        latitude=facts.latitude,
        longitude=facts.longitude,
        accuracy=facts.accuracy,
        what=_short(facts.what),
        figures=_figures(view),
        measures=_short(facts.measures),
        reinforcement=bool(facts.reinforcement),
        occurred_at=facts.occurred_at,
        opened_at=view.opened_at,
        reporters=tuple(texts.Phone(name=row.name, number=row.phone or "") for row in view.reporters),
        contact=_contact(view),
        numbers=view.numbers,
        evidence=evidence_text(evidence, locale),
        unit=_unit(plan, view, locale),
        taken_name=view.taken_name,
        away=view.away.value if view.away else None,
        arrive_by=view.arrive_by,
        chases=view.chases,
        doubt=_doubt(view, locale),
        closed_name=view.closed_name,
        closed_at=view.closed_at,
        reopen_asked=view.reopen_asked,
        merged_number=view.merged_number,
        gone_to=place if is_gone else None,
        unreached=tuple(level.value for level in view.unreached),
        lines=tuple(_line(plan, entry, locale) for entry in _told(view)[-_SHOWN_LINES:]),
    )
    return Screen(render(payload, locale), InlineKeyboard([]) if is_gone else _keyboard(view, rev, locale))


def deed_button(view: IncidentView, deed: Deed, rev: int, locale: str) -> Button:
    """The button of a deed that needs no more than a tap to begin."""
    group = "incident" if deed in {Deed.TAKE, Deed.VERIFY} else "desk"
    return Button(label(f"{group}.{deed.value}", locale), f"i.{deed.value}:{view.id}:{rev}")


def unit_name(unit: Unit, locale: str) -> str:
    """What the unit is called."""
    return unit.name_en if locale == "en" else unit.name


def _keyboard(view: IncidentView, rev: int, locale: str) -> InlineKeyboard:
    rows: list[list[Button]] = []
    if Deed.TAKE in view.deeds:
        rows.append([deed_button(view, Deed.TAKE, rev, locale)])
    if Deed.ARRIVE in view.deeds:
        rows.append([_arrival(view, minutes, rev, locale) for minutes in ARRIVALS_MINUTES])
    for deeds in _ROWS:
        rows.append([deed_button(view, deed, rev, locale) for deed in deeds if deed in view.deeds])
    last = [deed_button(view, deed, rev, locale) for deed in _ENDINGS if deed in view.deeds]
    if view.is_under_way:
        last.append(Button(label("desk.more", locale), f"{MORE}:{view.id}:{rev}"))
    return InlineKeyboard([row for row in [*rows, last] if row])


def _arrival(view: IncidentView, minutes: int, rev: int, locale: str) -> Button:
    return Button(label("incident.arrive", locale).format(minutes=minutes), f"i.arrive:{view.id}:{rev}:{minutes}")


def _source(view: IncidentView) -> str | None:
    facts = view.facts
    if facts.place_source is None and facts.latitude is not None:
        return PlaceSource.LOCATION.value
    return facts.place_source.value if facts.place_source else None


def _figures(view: IncidentView) -> tuple[texts.Figure, ...]:
    """The five figures, unknown ones as such; none where it is no accident and nobody speaks of people."""
    figures = tuple(texts.Figure(key=name, count=getattr(view.facts, name)) for name in FIGURES)
    if view.nature is not Nature.ACCIDENT and all(figure.count is None for figure in figures):
        return ()
    return figures


def _contact(view: IncidentView) -> texts.Phone | None:
    name, phone = view.facts.contact_name, view.facts.contact_phone
    reporters = {row.phone for row in view.reporters}
    if not (name or phone) or (phone and phone in reporters):
        return None
    return texts.Phone(name=name or "", number=phone or "")


def _unit(plan: Plan, view: IncidentView, locale: str) -> texts.Phone | None:
    unit = plan.units.get(view.unit_key or "")
    if unit is None:
        return None
    return texts.Phone(name=unit_name(unit, locale), number=unit.duty_phone or "")


def _doubt(view: IncidentView, locale: str) -> texts.DoubtLine | None:
    doubt = view.doubt
    if doubt is None:
        return None
    reason = shorten(reason_words(doubt.reason, locale), _LONGEST_LINE, placeholder="…")
    wants = doubt.wants_second and view.state is IncidentState.DOUBTED
    return texts.DoubtLine(name=doubt.name, reason=reason, seconded_name=doubt.seconded_name, wants_second=wants)


_TOLD = (
    EntryKind.SUPPLEMENT,
    EntryKind.ASKED,
    EntryKind.KIND,
    EntryKind.REROUTED,
    EntryKind.UNMERGED,
    EntryKind.JOINED,
    EntryKind.UPHELD,
    EntryKind.REOPENED,
    EntryKind.REOPEN_ASKED,
)
"""Lines of the log that stand on the card; the others are what the rest of the card says."""


_SHOWN_CALLS = 2


def _told(view: IncidentView) -> list[EntryView]:
    """What is told of on the card, and the last calls: a desk that was busy six times must not hide what was added."""
    calls = [entry for entry in view.entries if entry.kind is EntryKind.CALLED][-_SHOWN_CALLS:]
    return [entry for entry in view.entries if entry.kind in _TOLD or entry in calls]


def _line(plan: Plan, entry: EntryView, locale: str) -> texts.Line:
    words = _words(plan, entry, locale)
    return texts.Line(
        at=entry.at, kind=entry.kind.value, name=entry.name, text=shorten(words, _LONGEST_LINE, placeholder="…")
    )


def _words(plan: Plan, entry: EntryView, locale: str) -> str:
    if entry.kind is EntryKind.CALLED:
        result, _, callee = entry.text.partition(":")
        return label(f"calls.line.{result}", locale).format(what=callee)
    if entry.kind is EntryKind.SUPPLEMENT:
        return label(entry.text.replace(":", "."), locale) if entry.text.startswith("evidence:") else entry.text
    return label(f"desk.entry.{entry.kind.value}", locale).format(what=_what(plan, entry, locale)).strip()


def _what(plan: Plan, entry: EntryView, locale: str) -> str:
    """What the line is about: the log keeps keys, people read names."""
    if entry.kind is EntryKind.ASKED:
        return label(f"desk.asked.{entry.text}", locale)
    if entry.kind is EntryKind.KIND:
        return kind_name(plan, entry.text, locale) or ""
    what, _, key = entry.text.partition(":")
    if entry.kind is EntryKind.REROUTED and what == "unit":
        unit = plan.units.get(key)
        return unit_name(unit, locale) if unit else key
    return place_name(plan, key) if entry.kind is EntryKind.REROUTED else entry.text


def _short(words: str | None) -> str | None:
    return shorten(words, _LONGEST_LINE, placeholder="…") if words else None
