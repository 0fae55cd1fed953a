"""Compares warnings.yaml with itself and with the pack: names that exist, and one answer to every question.

Who may do what is a closed table: every deed, kind and level is decided by exactly one right, so that nothing is
allowed or refused by accident. What no row decides is a problem of the pack, not a silent no.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import product

from bot.plan.checking import choice
from bot.plan.documents import Place
from bot.plan.errors import PackProblem
from bot.plan.loading import Draft, Located, Section
from bot.plan.schema import Entry, WarningLevel
from bot.plan.warnings import (
    ALL,
    PERMISSION_FOR,
    WarningDeed,
    WarningKind,
    WarningRight,
    applies,
)

_WRITING = (WarningDeed.DRAFT, WarningDeed.SIGN, WarningDeed.LIFT)
_SHOWN = 4


def warning_problems(draft: Draft) -> Iterator[PackProblem]:
    """All that does not fit between warnings.yaml and the rest of the pack.

    Completeness is judged once every name is known: a misspelt kind is one problem, not a hole in the table as well.
    """
    names = [*_unknown_names(draft)]
    yield from names
    if names or not (draft.warning_kinds.whole and draft.warning_kinds.entries):
        return
    yield from _rights(draft)
    yield from _reaches(draft)
    yield from _templates(draft)


def _unknown_names(draft: Draft) -> Iterator[PackProblem]:
    rights, reaches, advice = draft.warning_rights.entries, draft.warning_reaches.entries, draft.warning_advice.entries
    kinds, posts = draft.warning_kinds.keys, draft.posts.keys
    for located in (*rights, *reaches, *advice):
        yield from _strangers(located, "kinds", kinds, "kind of this file")
    for located in draft.warning_templates.entries:
        yield from _strangers(located, "kind", kinds, "kind of this file")
    for located in (*rights, *reaches):
        yield from _strangers(located, "posts", posts, "post of posts.yaml")
    for located in advice:
        yield from _strangers(located, "sector", draft.sectors.keys, "sector of kinds.yaml")
        yield from _strangers(located, "region", draft.regions.keys, "region of regions.csv")


def _strangers(located: Located[Entry], name: str, known: Collection[str], what: str) -> Iterator[PackProblem]:
    """A problem for every name in a field that is no key; a file that could not be read is not blamed twice."""
    value = getattr(located.entry, name)
    named: list[tuple[Place, str | None]] = [((name,), value)]
    if isinstance(value, tuple):
        named = [((name, index), item) for index, item in enumerate(value)]
    for place, item in named:
        if known and item is not None and item != ALL and item not in known:
            yield located.problem(place, f'"{item}" is no {what}', choice(known))


def _rights(draft: Draft) -> Iterator[PackProblem]:
    for located in draft.warning_rights.entries:
        yield from _stations(located, draft.warning_kinds)
        yield from _permissions(located, draft)
    if draft.warning_rights.whole and draft.warning_rights.entries:
        yield from _decided_once(draft)
        for deed in WarningDeed:
            yield from _undecided(draft, deed)


def _stations(located: Located[WarningRight], kinds: Section[WarningKind]) -> Iterator[PackProblem]:
    """What a station issues is relayed word for word: nobody else drafts, signs or lifts it."""
    right = located.entry
    if right.deed not in _WRITING or not right.posts:
        return
    for kind in (kind.entry for kind in kinds.entries):
        if kind.station is not None and (ALL in right.kinds or kind.key in right.kinds):
            found = f"{right.deed} of {kind.key} is given to posts, and it is issued by {kind.station_en} alone"
            yield located.problem(("kinds",), found, "posts: [], or kinds without a station")
            return


def _permissions(located: Located[WarningRight], draft: Draft) -> Iterator[PackProblem]:
    needed = PERMISSION_FOR[located.entry.deed]
    held = {post.entry.key: {grant.permission for grant in post.entry.permissions} for post in draft.posts.entries}
    for index, post in enumerate(located.entry.posts):
        if post in held and needed not in held[post]:
            yield located.problem(("posts", index), f'"{post}" has no {needed}', f"a post with {needed} in posts.yaml")


def _decided_once(draft: Draft) -> Iterator[PackProblem]:
    first: dict[tuple[WarningDeed, str, WarningLevel], int] = {}
    for located in draft.warning_rights.entries:
        right = located.entry
        cells = [(right.deed, kind, level) for kind, level in _cells(draft) if applies(right, kind, level)]
        again = next((cell for cell in cells if cell in first), None)
        if again is not None:
            found = f"{' of '.join((again[0], again[1]))} at {again[2]} is decided before, in line {first[again]}"
            yield located.problem(("kinds",), found, "each deed, kind and level once")
        first |= {cell: located.document.line(located.at) for cell in cells if cell not in first}


def _undecided(draft: Draft, deed: WarningDeed) -> Iterator[PackProblem]:
    rights = [located.entry for located in draft.warning_rights.entries if located.entry.deed is deed]
    holes = [cell for cell in _cells(draft) if not any(applies(right, *cell) for right in rights)]
    if holes:
        found = f"nothing says who may {deed} {_named(holes)}"
        yield PackProblem(draft.warning_rights.file, 1, "rights", found, "a right for it, with posts: [] for nobody")


def _reaches(draft: Draft) -> Iterator[PackProblem]:
    section = draft.warning_reaches
    first: dict[tuple[str, WarningLevel], int] = {}
    for located in section.entries:
        cells = [*product(located.entry.kinds, located.entry.levels)]
        again = next((cell for cell in cells if cell in first), None)
        if again is not None:
            found = f'the reach of "{again[0]}" at {again[1]} is given before, in line {first[again]}'
            yield located.problem(("levels",), found, "each kind and level once")
        first |= {cell: located.document.line(located.at) for cell in cells if cell not in first}
    holes = [level for level in WarningLevel if (ALL, level) not in first]
    if holes and section.whole and section.entries:
        found = f"nothing says whom a warning reaches at {', '.join(holes)}"
        yield PackProblem(section.file, 1, "reaches", found, 'a reach with kinds: "*" for every level')


def _templates(draft: Draft) -> Iterator[PackProblem]:
    """A text to begin with is for what somebody may draft, once for each kind and level."""
    drafting = [right.entry for right in draft.warning_rights.entries if right.entry.deed is WarningDeed.DRAFT]
    first: dict[tuple[str, WarningLevel], int] = {}
    for located in draft.warning_templates.entries:
        cell = (located.entry.kind, located.entry.level)
        if draft.warning_rights.whole and not any(right.posts and applies(right, *cell) for right in drafting):
            yield located.problem(("level",), f"nobody may draft {_named([cell])}", "what a right lets somebody draft")
        if cell in first:
            found = f"{_named([cell])} has a template before, in line {first[cell]}"
            yield located.problem(("level",), found, "each kind and level once")
        first.setdefault(cell, located.document.line(located.at))


def _cells(draft: Draft) -> Iterable[tuple[str, WarningLevel]]:
    return product((located.entry.key for located in draft.warning_kinds.entries), WarningLevel)


def _named(cells: list[tuple[str, WarningLevel]]) -> str:
    words = ", ".join(f"{kind} at {level}" for kind, level in cells[:_SHOWN])
    return f"{words}{', ...' if len(cells) > _SHOWN else ''}"
