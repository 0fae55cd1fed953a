"""The roster (花名册): a CSV of people, their numbers and posts, read row by row and brought in whole or not at all.

A row is one person on one post; somebody with two posts has two rows. What the roster says about a seat holds: who had
it gives it up. People it does not name stay as they are. Nobody is told here.
`RosterResult.replaced` says who lost a post.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import Actor, Permission
from bot.directory import posts, repository
from bot.directory.models import Holding, Person, PersonState, Role
from bot.directory.roster_rows import Reader, RosterError, RosterRow, clashes
from bot.directory.schemas import PlaceOfPost
from bot.plan.regions import is_grid
from bot.plan.service import Plan

HEADERS = {
    "name": ("name", "姓名", "名称", "称呼"),
    "phone": ("phone", "电话", "手机", "手机号", "手机号码", "联系电话"),
    "post": ("post", "岗位", "职务"),
    "region": ("region", "区划", "地区", "所属区划", "镇村"),
    "unit": ("unit", "单位"),
    "role": ("role", "角色", "AB岗", "A/B岗", "岗别"),
    "grid": ("grid", "网格", "网格号"),
}
_REQUIRED = ("name", "phone", "post")
_ENCODINGS = ("utf-8-sig", "gb18030")


@dataclass(slots=True)
class RosterResult:
    """What an import did: rows new, changed, unchanged; or the errors, and then it did nothing.

    `replaced` are the ids of people who gave up a post to somebody the roster names instead.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    grids: int = 0
    replaced: list[int] = field(default_factory=list)
    errors: list[RosterError] = field(default_factory=list)


def decode(content: bytes) -> str | None:
    """The file's text: UTF-8 with or without its mark, else GBK as older spreadsheets write it; None if neither."""
    for encoding in _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


async def import_csv(session: AsyncSession, actor: Actor, now: datetime, plan: Plan, text: str) -> RosterResult:
    """Brings a roster in. Importing the same again changes nothing; with any error nothing is changed at all.

    Reads and writes in bulk: on SQLite nobody else can write meanwhile.

    Raises:
        NotAllowed: without roster.import in the district.
    """
    for code in plan.info.tenant:
        actor.require(Permission.ROSTER_IMPORT, code)
    rows, errors = read(plan, text)
    result = RosterResult(errors=errors)
    if errors or not rows:
        return result
    result.grids = await _make_grids(session, actor, now, rows)
    known = await _known(session, now, rows)
    newcomers = await _people(session, now, rows, known)
    seated = await _seats(session, now, rows, known, result)
    changes = [_change(row, known, newcomers, seated) for row in rows]
    result.new, result.changed, result.unchanged = (changes.count(what) for what in ("new", "changed", "unchanged"))
    if result.new or result.changed:
        audit.record(
            session, now, actor, "roster.import", "roster", new=result.new, changed=result.changed, grids=result.grids
        )
    return result


def read(plan: Plan, text: str) -> tuple[list[RosterRow], list[RosterError]]:
    """Every row that can be read and every error, in the order of lines. Touches nothing."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    columns = _columns(next(reader, []))
    missing = [name for name in _REQUIRED if name not in columns]
    if missing:
        wanted = (f"a column {' / '.join(HEADERS[name])}" for name in missing)
        return [], [
            RosterError(1, name, "is missing", expected) for name, expected in zip(missing, wanted, strict=True)
        ]
    rows: list[RosterRow] = []
    errors: list[RosterError] = []
    lines = Reader(plan)
    for line, cells in _lines(reader, columns):
        row, found = lines.read(line, cells)
        errors.extend(found)
        if row is not None:
            rows.append(row)
    errors.extend(clashes(rows))
    return rows, sorted(errors, key=lambda error: (error.line, error.field))


def _columns(header: list[str]) -> dict[str, int]:
    wanted = {spelling.lower(): name for name, spellings in HEADERS.items() for spelling in spellings}
    named = [wanted.get("".join(cell.split()).lower()) for cell in header]
    return {name: index for index, name in reversed(list(enumerate(named))) if name}


def _lines(reader: Iterator[list[str]], columns: dict[str, int]) -> Iterator[tuple[int, dict[str, str]]]:
    for cells in reader:
        if any(cell.strip() for cell in cells):
            line: int = reader.line_num  # type: ignore[attr-defined]  # a csv reader counts its lines
            yield line, {name: cells[at].strip() if at < len(cells) else "" for name, at in columns.items()}


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database has of what the roster names: people by number, post ids, open seats by post."""

    people: dict[str, Person]
    posts: dict[PlaceOfPost, int]
    seats: dict[int, list[Holding]]
    renamed: set[str] = field(default_factory=set)


async def _known(session: AsyncSession, now: datetime, rows: Sequence[RosterRow]) -> _Known:
    found = await repository.people_by_phone(session, [row.phone for row in rows])
    wheres = list(dict.fromkeys(row.where for row in rows))
    made = await repository.require_posts(
        session, [(at.kind, at.region_code or "", at.unit_key or "") for at in wheres]
    )
    ids = {at: made[at.kind, at.region_code or "", at.unit_key or ""] for at in wheres}
    seats: dict[int, list[Holding]] = {}
    for holding in await repository.seats_of_posts(session, list(ids.values()), now):
        seats.setdefault(holding.post_id, []).append(holding)
    return _Known({person.phone or "": person for person in found}, ids, seats)


async def _make_grids(session: AsyncSession, actor: Actor, now: datetime, rows: Sequence[RosterRow]) -> int:
    """Makes the grids that are new; how many."""
    codes = {row.where.region_code or "" for row in rows if is_grid(row.where.region_code or "")}
    new = sorted(codes - await repository.grids_among(session, sorted(codes)))
    for code in new:
        posts.add_grid(session, actor, now, code=code)
    return len(new)


async def _people(session: AsyncSession, now: datetime, rows: Sequence[RosterRow], known: _Known) -> set[str]:
    """Makes who is new, awaits who had left, calls each as the roster does; the numbers of the new ones."""
    newcomers = set()
    for row in rows:
        person = known.people.get(row.phone)
        if person is None:
            person = known.people[row.phone] = Person(name=row.name, phone=row.phone, created_at=now)
            session.add(person)
            newcomers.add(row.phone)
        if person.state is PersonState.LEFT:
            person.state = PersonState.INVITED
            newcomers.add(row.phone)
        if person.name != row.name:
            person.name = row.name
            known.renamed.add(row.phone)
    await session.flush()
    return newcomers


async def _seats(
    session: AsyncSession, now: datetime, rows: Sequence[RosterRow], known: _Known, result: RosterResult
) -> set[int]:
    """Ends what stands in the way and seats everybody; the lines that seated somebody."""
    wanted = {(known.posts[row.where], row.role): known.people[row.phone].id for row in rows}
    named_at: dict[int, set[int]] = {}
    for (post_id, _), person_id in wanted.items():
        named_at.setdefault(post_id, set()).add(person_id)
    kept: set[tuple[int, Role]] = set()
    for post_id, holdings in known.seats.items():
        named = named_at[post_id]
        for holding in holdings:
            if wanted.get((post_id, holding.role)) == holding.person_id:
                kept.add((post_id, holding.role))
            elif (post_id, holding.role) in wanted or holding.person_id in named:
                holding.ends_at = max(now, holding.starts_at)
                result.replaced += [holding.person_id] if holding.person_id not in named else []
    await session.flush()
    new = [row for row in rows if (known.posts[row.where], row.role) not in kept]
    await repository.add_seats(
        session, now, [(known.people[row.phone].id, known.posts[row.where], row.role) for row in new]
    )
    return {row.line for row in new}


def _change(row: RosterRow, known: _Known, newcomers: set[str], seated: set[int]) -> str:
    """What became of a row; a new person counts with his first one."""
    if row.phone in newcomers:
        newcomers.discard(row.phone)
        return "new"
    return "changed" if row.line in seated or row.phone in known.renamed else "unchanged"
