"""Lists as texts with a button per row. Pure: views in, payloads and keyboards out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.delivery.schemas import Button, InlineKeyboard
from bot.directory.models import Role
from bot.incident.listing import Found, Listed, Shift, Successor, ToDo
from bot.incident.pressing import Why
from bot.incident.sight import Desk
from bot.plan.schema import Nature
from bot.plan.service import Plan
from messages import lists as texts
from messages.engine import Payload, label

_LONGEST_BUTTON = 30
_LONGEST_WHAT = 11


def title(plan: Plan, nature: Nature, kind_key: str | None, what: str | None, locale: str) -> str:
    """What it is called in a row: its kind, or what it is and how it was told (险情 停产撤离)."""
    if kind := plan.kinds.get(kind_key or ""):
        return kind.name if locale == "zh" else kind.name_en
    told = " ".join((what or "").split())
    told = told if len(told) <= _LONGEST_WHAT else f"{told[: _LONGEST_WHAT - 1]}…"
    return " ".join(part for part in (label(f"nature.{nature.value}", locale), told) if part)


def todo(
    plan: Plan, rows: Sequence[ToDo], more: int, draft_id: int | None, now: datetime, locale: str
) -> tuple[Payload, InlineKeyboard]:
    """What is to be done, and a button to open each."""
    payload = texts.ToDo(
        at=now,
        rows=tuple(_todo_row(plan, thing, now, locale) for thing in rows),
        more=more,
        has_draft=draft_id is not None,
    )
    buttons = _opening(plan, [thing.row for thing in rows], locale)
    if draft_id is not None:
        buttons.append([Button(label("lists.open_draft", locale), f"l.draft:{draft_id}")])
    return payload, InlineKeyboard(buttons)


def found(plan: Plan, words: str, hits: Found, locale: str) -> tuple[Payload, InlineKeyboard]:
    """What was found, and a button to open each; `words` is empty for what is near."""
    if not hits.rows:
        return texts.NothingFound(words=words), InlineKeyboard()
    rows = tuple(row_of(plan, row, locale) for row in hits.rows)
    return texts.Found(words=words, rows=rows, more=hits.more), InlineKeyboard(_opening(plan, hits.rows, locale))


def shift(plan: Plan, view: Shift, now: datetime, locale: str) -> tuple[Payload, InlineKeyboard]:
    """What the next shift must know, and who may take it."""
    payload = texts.Shift(
        desk=view.desk.name,
        post=post_name(view.desk, locale),
        at=now,
        rows=tuple(row_of(plan, row, locale) for row in view.rows),
        came=view.came,
        closed=view.closed,
        unreached=tuple(
            texts.UnreachedCall(
                number=number, callee=call.callee, phone=call.phone, result=call.result.value, at=call.at
            )
            for number, call in view.unreached
        ),
    )
    return payload, InlineKeyboard([[button] for button in _taking(view.successors, locale)])


def listed_title(plan: Plan, row: Listed, locale: str) -> str:
    """What an incident is called in a list; a drill says so first."""
    mark = label("delivery.drill", locale) if row.drill else ""
    return mark + title(plan, row.nature, row.kind_key, row.what, locale)


def row_of(plan: Plan, row: Listed, locale: str) -> texts.Row:
    """An incident as a row of a list."""
    return texts.Row(
        number=row.number,
        title=listed_title(plan, row, locale),
        place=row.place,
        standing=row.standing.value,
        taken_name=row.taken_name,
        arrive_by=row.arrive_by,
        opened_at=row.opened_at,
        merged_number=row.merged_number,
        drill=row.drill,
    )


def post_name(desk: Desk, locale: str) -> str:
    """The post somebody holds at a desk and how: 镇街值班员A岗. Empty without one."""
    name = desk.post.zh if locale == "zh" else desk.post.en
    return held_as(name, desk.role, locale)


def held_as(post: str, role: Role | None, locale: str) -> str:
    """A post and how it is held, in one expression."""
    if role is None or not post:
        return post
    how = label(f"directory.role.{role.value}", locale)
    return f"{post}{how}" if locale == "zh" else f"{post}, {how}"


def _todo_row(plan: Plan, thing: ToDo, now: datetime, locale: str) -> texts.ToDoRow:
    row = thing.row
    return texts.ToDoRow(
        number=row.number,
        title=listed_title(plan, row, locale),
        place=row.place,
        why=thing.why.value,
        threatened=row.threat.counts,
        taken_name=row.taken_name,
        arrive_by=row.arrive_by if thing.why is Why.ARRIVAL else None,
        since=_minutes(row.opened_at, now),
        left=_minutes(now, thing.due_at),
        wanted=thing.wanted.value if thing.wanted else None,
        drill=row.drill,
    )


def _minutes(start: datetime, end: datetime) -> int:
    """Whole minutes from one to the other, towards zero: half a minute over is not a minute over."""
    return int((end - start).total_seconds() / 60)


def _opening(plan: Plan, rows: Sequence[Listed], locale: str) -> list[list[Button]]:
    return [[Button(_words(plan, row, locale), f"l.show:{row.id}")] for row in rows]


def _words(plan: Plan, row: Listed, locale: str) -> str:
    """Number and kind, which fit on a small phone; what was told stands in the list above."""
    return f"{row.number} {title(plan, row.nature, row.kind_key, None, locale)}"[:_LONGEST_BUTTON]


def _taking(successors: Sequence[Successor], locale: str) -> list[Button]:
    """One button where there is one who can take the shift; else one for each, by post and name."""
    if len(successors) > 1:
        return [
            Button(
                label("lists.handed_to", locale).format(
                    role=label(f"directory.role.{each.role.value}", locale), name=each.name
                ),
                f"l.handed:{each.person_id}",
            )
            for each in successors
        ]
    taker = successors[0].person_id if successors else 0
    return [Button(label("lists.handed_over", locale), f"l.handed:{taker}")]
