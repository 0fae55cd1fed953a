"""Whom a version concerns now: reads groups and posts, and lets `targeting` decide by division code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.delivery import briefing
from bot.delivery import service as delivery
from bot.directory import groups, people
from bot.directory.models import PersonState, Role
from bot.directory.schemas import GroupView, PersonView, PostView
from bot.plan.schema import Level, WarningLevel
from bot.plan.service import Plan
from bot.warning import drilled, repository, targeting
from bot.warning.models import PhoneResult, Place, Recipient, Series, Version
from bot.warning.rules import ENDS, has_account, nowhere
from bot.warning.targeting import Concerned, GroupRow, PersonRow, PlaceRow

READ = ("warning", "notice", "nudge", "deputise")
"""What may be read on phones of a version, as purposes in the ledger."""

_SAID = (PhoneResult.REACHED, PhoneResult.MESSENGER)


@dataclass(frozen=True, slots=True)
class Chat:
    """A chat that is to be told, and who answers for it; `level` holds there, `sectors` are keys parted by commas.

    One that is not `reachable` is on the list and reads nothing: he has not come, or has blocked the bot.
    """

    chat_id: int
    person_id: int | None
    name: str
    phone: str | None
    locale: str
    thread_id: int | None
    region_code: str
    tier: Level
    must_answer: bool
    level: WarningLevel
    sectors: str
    reachable: bool = True

    def as_row(self) -> dict[str, Any]:
        """The columns of a recipient."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "reachable"}


@dataclass(frozen=True, slots=True)
class Counts:
    """How many chats are told, groups and people apart."""

    groups: int
    in_private: int


async def chats(
    session: AsyncSession, plan: Plan, now: datetime, places: Sequence[Place], kind_key: str, *, drill: bool = False
) -> list[Chat]:
    """Every chat that the places concern: groups first, then who must answer, then the others; each once.

    Of a post's holders only the first (A, then 代管) is told; the deputy is asked when he is needed. A drill reaches
    only groups that said they take part, and people whose nearest group did.
    """
    everywhere = await groups.all_bound(session)
    bound = {group.chat_id: group for group in everywhere if group.drill_opt_in or not drill}
    held = await _held(session, plan, now, places, kind_key)
    if drill:
        held = _of_those_who_take_part(plan, held, everywhere)
    everybody = {person.id: person for person, _, _ in held}
    units: defaultdict[int, set[str | None]] = defaultdict(set)
    for person, post, _ in held:
        units[person.id].add(post.unit_key)
    found = targeting.concerned(
        kind_key,
        [PlaceRow(place.region_code, place.level) for place in places],
        [
            GroupRow(
                group.chat_id,
                group.region_code,
                Level(group.tier.value),
                group.left_out,
                group.lowest_warning,
            )
            for group in bound.values()
            if group.region_code and group.tier
        ],
        [PersonRow(person.id, post.kind, region) for person, post, region in held],
        reach_of=lambda level: plan.reach(level, kind_key),
        contains=plan.contains,
    )
    told = []
    for one in found:
        if one.chat_id is not None:
            group = bound[one.chat_id]
            tier = Level(group.tier.value) if group.tier else plan.region(one.region_code).level
            told.append(
                Chat(
                    group.chat_id,
                    None,
                    group.title,
                    None,
                    group.locale,
                    group.thread_id,
                    one.region_code,
                    tier,
                    must_answer=False,
                    level=one.level,
                    sectors=_sectors(plan, {group.unit_key}),
                )
            )
        elif one.person_id is not None:
            sectors = _sectors(plan, units[one.person_id])
            told.append(_private(plan, everybody[one.person_id], one, sectors))
    return told


def _of_those_who_take_part(
    plan: Plan, held: Sequence[tuple[PersonView, PostView, str]], everywhere: Sequence[GroupView]
) -> list[tuple[PersonView, PostView, str]]:
    decided: dict[str, bool] = {}
    for group in everywhere:
        place = group.unit_key or group.region_code or ""
        decided[place] = decided.get(place, False) or group.drill_opt_in
    return [
        (person, post, region)
        for person, post, region in held
        if drilled.takes_part(_path(plan, post.unit_key, region), decided)
    ]


def _path(plan: Plan, unit_key: str | None, region: str) -> list[str]:
    above = [each.code for each in plan.ancestors(region)]
    return [*([unit_key] if unit_key else []), region, *above]


async def knowing(session: AsyncSession, subject: str, rows: Iterable[Recipient]) -> set[int]:
    """The chats of those who may know of the series: a text may have arrived, or somebody has told them.

    Who has no account is told by telephone, and the list of numbers goes on naming him.
    """
    read = await delivery.may_have_read(session, subject, READ)
    return {row.chat_id for row in rows if row.chat_id in read or not has_account(row) or row.phoned in _SAID}


async def told_by(
    session: AsyncSession, plan: Plan, now: datetime, subject: str, series: Series, version: Version
) -> Counts:
    """How many groups and people issuing the version would tell: whom it concerns, and whoever may know of a former."""
    rows = {row.chat_id: row for row in await repository.recipients(session, series.id)}
    known = await knowing(session, subject, rows.values())
    told = {chat_id: row.person_id is not None for chat_id, row in rows.items() if chat_id in known}
    if version.act not in ENDS:
        places = await repository.places(session, version.id)
        found = await chats(session, plan, now, places, series.kind_key, drill=series.drill)
        told |= {chat.chat_id: chat.person_id is not None for chat in found}
    in_private = sum(told.values())
    return Counts(len(told) - in_private, in_private)


async def _held(
    session: AsyncSession, plan: Plan, now: datetime, places: Sequence[Place], kind_key: str
) -> list[tuple[PersonView, PostView, str]]:
    """Whoever comes first on each post that any of the levels reaches, with the post's region.

    Somebody who has not joined comes after all who have, and only if a channel reaches him.
    """
    kinds = {post for level in {place.level for place in places} for post in plan.reach(level, kind_key).posts}
    first: dict[int, tuple[PersonView, PostView, str]] = {}
    held = await people.holding(session, sorted(kinds), now, await briefing.people_with_one(session))
    for person, post in sorted(held, key=lambda row: row[0].state is PersonState.INVITED):
        unit = plan.units.get(post.unit_key or "")
        region = post.region_code or (unit.region if unit else None)
        if region and post.role is not Role.DEPUTY:
            first.setdefault(post.id, (person, post, region))
    return list(first.values())


def _sectors(plan: Plan, units: set[str | None]) -> str:
    """The trades of the units, of those the pack knows."""
    known = (plan.units[key] for key in units if key is not None and key in plan.units)
    return ",".join(sorted({sector for unit in known for sector in unit.sectors}))


def _private(plan: Plan, person: PersonView, one: Concerned, sectors: str) -> Chat:
    levels = [region.level for region in plan.path(one.region_code)]
    return Chat(
        person.platform_id or nowhere(person.id),
        person.id,
        person.name,
        person.phone,
        person.locale,
        None,
        one.region_code,
        levels[-1] if levels else Level.DISTRICT,
        must_answer=one.must_answer,
        level=one.level,
        sectors=sectors,
        reachable=person.reachable,
    )
