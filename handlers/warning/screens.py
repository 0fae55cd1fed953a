"""The card on which a signal is checked, the publisher's board, and who in a chat has answered. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from bot.delivery.schemas import Button, Fate, InlineKeyboard, Outcomes, Screen
from bot.plan.schema import Level, WarningAct, WarningLevel
from bot.plan.service import Plan
from bot.warning.checking import KINDS
from bot.warning.drilled import speaks_of_one
from bot.warning.elements import level_lines
from bot.warning.models import Origin, SeriesState, VersionState
from bot.warning.relaying import NO_LEVEL, SEVERAL
from bot.warning.schemas import CheckView, RecipientView, SeriesView, VersionView
from bot.warning.unheld import unheld
from handlers.pages import in_rows
from handlers.paper.screens import archive_button, report_button
from messages import warning as texts
from messages.engine import label, render
from messages.warning_draft import LevelLine
from messages.warning_relay import RelayCheck

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TOWNS = 30
_MISSING_A_TOWN = 6
_UNHELD_NAMED = 4
_OTHERS = 4


_STATES = {VersionState.ISSUED: "in_force", VersionState.DISCARDED: "discarded"}


def relay_card(
    plan: Plan,
    series: SeriesView,
    version: VersionView,
    check: CheckView,
    names: Mapping[str, str],
    rev: int,
    locale: str,
) -> Screen:
    """What was recognised, to be checked and put right; one tap passes it on. `names` are the places' by code."""
    kind = plan.warning_kinds.get(series.kind_key)
    lifting = version.act in (WarningAct.LIFT, WarningAct.WITHDRAW)
    also = [plan.warning_kind(key) for key in check.also]
    payload = RelayCheck(
        act=version.act.value,
        kind=kind.words if kind else None,
        kind_en=kind.name_en if kind else None,
        level=None if lifting or check.asking == NO_LEVEL else version.level.value,
        station=series.source_words or None,
        published_at=version.published_at,
        valid_until=version.valid_until,
        document=version.document_number or "",
        places=_by_level(version, names),
        also=tuple(each.words for each in also),
        also_en=tuple(each.name_en for each in also),
        unplaced=tuple(level.value for level in check.unplaced),
        several=check.asking == SEVERAL or any(place.level is not version.level for place in version.places),
        groups=check.groups,
        people=check.people,
        advice=check.advice,
        number=series.number,
        state=_STATES.get(version.state, "draft"),
        drill=series.drill,
        speaks_of_drill=not series.drill and speaks_of_one(version.text),
    )
    text = render(payload, locale)
    if version.state is not VersionState.DRAFT:
        return Screen(text)
    if check.asking.startswith(KINDS):
        return Screen(text, InlineKeyboard(_kinds(plan, version, rev, locale)))
    words = label("warning.relay_drill" if series.drill else "warning.relay", locale)
    rows = [[Button(words, f"w.relay:{version.id}:{rev}")]]
    if not lifting:
        rows += [*_levels(version, check, rev, locale), *_places(plan, version, check, names, rev)]
    rows += _belonging(series, version, check, rev, locale)
    rows.append([Button(label("warning.not_a_warning", locale), f"w.discard:{version.id}:{rev}")])
    return Screen(text, InlineKeyboard(rows))


def _by_level(version: VersionView, names: Mapping[str, str]) -> tuple[LevelLine, ...]:
    """The places, the highest level first."""
    lines = []
    for level in sorted({place.level for place in version.places}, key=lambda level: level.rank):
        here = tuple(names[place.region_code] for place in version.places if place.level is level)
        lines.append(LevelLine(level=level.value, places=here))
    return tuple(lines)


def _levels(version: VersionView, check: CheckView, rev: int, locale: str) -> list[list[Button]]:
    others = [level for level in WarningLevel if level is not version.level or check.asking == NO_LEVEL]
    row = [
        Button(label(f"warning.level.{level.value}", locale), f"w.level:{version.id}:{rev}:{level.value}")
        for level in others
    ]
    if check.asking == NO_LEVEL:
        return in_rows(row, 2)
    words = label("warning.check.same" if check.asking == SEVERAL else "warning.check.several", locale)
    return [row, [Button(words, f"w.parts:{version.id}:{rev}")]]


def _places(
    plan: Plan, version: VersionView, check: CheckView, names: Mapping[str, str], rev: int
) -> list[list[Button]]:
    """The towns, the whole district, and what else was recognised, so that it can be taken out."""
    held = {place.region_code: place.level for place in version.places}
    whole = plan.district

    def key(code: str, name: str) -> Button:
        mark = "" if code not in held else f"✓{_mark(held[code])}" if check.asking == SEVERAL else "✓"
        return Button(f"{mark}{name}", f"w.region:{version.id}:{rev}:{code}")

    towns = [region for region in plan.children(whole.code) if region.level is Level.TOWN]
    shown = towns if whole.code not in held or check.asking == SEVERAL else []
    listed = {whole.code, *(town.code for town in towns)}
    smaller = [key(code, names[code]) for code in held if code not in listed]
    return [
        *in_rows([key(town.code, town.short_name) for town in shown], 4),
        *in_rows(smaller, 2),
        [key(whole.code, whole.name)],
    ]


def _kinds(plan: Plan, version: VersionView, rev: int, locale: str) -> list[list[Button]]:
    keys = [
        Button(kind.words if locale == "zh" else kind.name_en, f"w.kind:{version.id}:{rev}:{kind.key}")
        for kind in plan.warning_kinds.values()
    ]
    back = Button(label("warning_draft.back", locale), f"w.kinds:{version.id}:{rev}")
    return [*in_rows(keys, 3 if locale == "zh" else 2), [back]]


def _belonging(series: SeriesView, version: VersionView, check: CheckView, rev: int, locale: str) -> list[list[Button]]:
    """Kind and issuer, and the series the text goes on with where it may be another."""
    rows = [
        [
            Button(label("warning.check.kinds", locale), f"w.kinds:{version.id}:{rev}"),
            Button(label("warning.check.station", locale), f"w.station:{version.id}:{rev}"),
        ]
    ]
    for other in check.others[:_OTHERS]:
        words = label("warning.check.into", locale).format(number=other.number, station=other.station[:8])
        rows.append([Button(words, f"w.into:{version.id}:{rev}:{other.id}")])
    if series.number:
        rows.append([Button(label("warning.check.alone", locale), f"w.into:{version.id}:{rev}:0")])
    return rows


def _mark(level: WarningLevel) -> str:
    return label(f"warning.mark.{level.value}", "zh")


def board_card(
    plan: Plan,
    series: SeriesView,
    outcomes: Outcomes,
    names: Mapping[str, str],
    rev: int,
    locale: str,
    *,
    short: Outcomes | None = None,
) -> Screen:
    """Who was told, who has answered, who has not, town by town; `names` are the regions' names by code.

    `short` is what became of the short variant in channels that are no chats: sent, and no more is known.
    """
    issued = series.issued or series.newest
    kind = plan.warning_kind(series.kind_key)
    awaited = [row for row in series.recipients if row.must_answer]
    counts, in_short = outcomes.counts, (short or Outcomes()).counts
    payload = texts.Board(
        number=series.number or "",
        kind=kind.words,
        kind_en=kind.name_en,
        level=issued.level.value,
        state=series.state.value,
        version=issued.number,
        act=issued.act.value,
        issued_at=issued.issued_at or _EPOCH,
        valid_until=issued.valid_until,
        told=len(series.recipients),
        sent=counts[Fate.SENT],
        uncertain=counts[Fate.UNCERTAIN],
        failed=counts[Fate.FAILED],
        waiting=counts[Fate.WAITING],
        first_at=outcomes.first_sent_at,
        median_at=outcomes.median_sent_at,
        last_at=outcomes.last_sent_at,
        answered=sum(1 for row in awaited if not row.is_missing),
        awaited=len(awaited),
        groups=sum(row.is_group for row in series.recipients),
        groups_answered=sum(row.is_group and row.has_answered for row in series.recipients),
        places=level_lines(plan, issued.places) if len({place.level for place in issued.places}) > 1 else (),
        towns=_towns(plan, awaited, names),
        cut_off=tuple(row.name for row in series.recipients if row.is_cut_off),
        unheld=_unheld(plan, series, issued, awaited),
        short=(
            in_short[Fate.SENT],
            in_short[Fate.WAITING],
            in_short[Fate.FAILED] + in_short[Fate.UNCERTAIN],
        ),
    )
    rows = []
    phones = Button(label("warning.phones", locale), f"w.phones:{series.id}:{rev}")
    if series.state is SeriesState.IN_FORCE and any(row.is_missing for row in awaited):
        rows.append([Button(label("warning.nudge", locale), f"w.nudge:{series.id}:{rev}"), phones])
    elif payload.unheld:
        rows.append([phones])
    if series.state is SeriesState.IN_FORCE:
        rows.append(_changing(series, issued, locale))
    if series.issued:
        rows.append([report_button(series.id, locale), archive_button(series.id, locale)])
    return Screen(render(payload, locale), InlineKeyboard(rows))


def _changing(series: SeriesView, issued: VersionView, locale: str) -> list[Button]:
    """The publisher's ways on: a relayed one changes with its station's next text, and a mistake is taken back."""
    own = (("w.adjust", "warning.adjust"), ("w.lift", "warning.lift")) if series.origin is Origin.OWN else ()
    ways = (*own, ("w.withdraw", "warning.act.withdraw"))
    return [Button(label(words, locale), f"{action}:{series.id}:{issued.number}") for action, words in ways]


def answers_card(series: SeriesView, chat_id: int, locale: str) -> Screen | None:
    """Who in the chat has answered; None before anybody has."""
    lines = tuple(
        texts.AnswerLine(name=row.answered_name or row.name, answer=row.answer.value, at=row.answered_at)
        for row in series.recipients
        if row.chat_id == chat_id and row.answer and row.answered_at
    )
    return Screen(render(texts.Answers(number=series.number or "", lines=lines), locale)) if lines else None


def _towns(plan: Plan, awaited: list[RecipientView], names: Mapping[str, str]) -> tuple[texts.TownLine, ...]:
    by_town: dict[str, list[RecipientView]] = {}
    for row in awaited:
        by_town.setdefault(plan.town_of(row.region_code), []).append(row)
    lines = [
        texts.TownLine(
            place=names.get(code, code),
            answered=sum(1 for row in rows if not row.is_missing),
            awaited=len(rows),
            missing=tuple(row.name for row in rows if row.is_missing)[:_MISSING_A_TOWN],
        )
        for code, rows in sorted(by_town.items())
    ]
    return tuple(sorted(lines, key=lambda line: (not line.missing, line.place)))[:_TOWNS]


def _unheld(
    plan: Plan, series: SeriesView, issued: VersionView, awaited: list[RecipientView]
) -> tuple[texts.Unheld, ...]:
    """Where nobody is known who must answer, by level: it must not look as if everybody had answered."""
    if series.state is not SeriesState.IN_FORCE:
        return ()
    by_level: dict[Level, list[str]] = {}
    for code in unheld(plan, series.kind_key, issued.places, (row.region_code for row in awaited)):
        region = plan.region(code)
        by_level.setdefault(region.level, []).append(region.name)
    return tuple(
        texts.Unheld(level=level.value, count=len(names), names=tuple(names[:_UNHELD_NAMED]))
        for level, names in by_level.items()
    )
