"""核对: what an officer puts right of a recognised text before it is relayed. The text is nobody's to change."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.access import Actor, Permission
from bot.delivery import service as delivery
from bot.plan.schema import WarningAct, WarningLevel
from bot.plan.service import Plan
from bot.warning import concerned, drilled, elements, issuing, reading, relaying, repository, telling
from bot.warning.errors import NoSuchWarning, TooLong
from bot.warning.models import Origin, Place, Series, SeriesState, Version, VersionState
from bot.warning.reading import Signal
from bot.warning.relaying import NO_LEVEL, SEVERAL
from bot.warning.rules import ENDS, act_between
from bot.warning.schemas import CheckView, SeriesName

KINDS = "kinds"
"""What a card asks for that shows the list of kinds."""

_LONGEST_STATION = 60


def recognise(plan: Plan, text: str, now: datetime) -> Signal | None:
    """What a text says; a drill's mark apart."""
    kinds = [(kind.key, kind.words) for kind in plan.warning_kinds.values()]
    return reading.read(drilled.unmarked(text), kinds, plan, now)


async def put_level(session: AsyncSession, actor: Actor, version_id: int, level: WarningLevel) -> None:
    """The colour was not the one recognised: the places that had it follow, and none stays above it."""
    series, version = await _waiting(session, actor, version_id)
    former, version.level = version.level, level
    version.asking = "" if version.asking == NO_LEVEL else version.asking
    for place in await repository.places(session, version.id):
        if place.level is former or place.level.rank < level.rank:
            place.level = level
    issued = await repository.newest_issued(session, series.id)
    if issued is not None and version.act not in (WarningAct.LIFT, WarningAct.EXTEND):
        version.act = act_between(issued.level, level)
    await _touch(session, version)


async def put_place(session: AsyncSession, actor: Actor, version_id: int, code: str) -> None:
    """One region more or less; where places have levels of their own, each lower level first."""
    _, version = await _waiting(session, actor, version_id)
    places = {place.region_code: place for place in await repository.places(session, version.id)}
    levels = tuple(WarningLevel) if version.asking == SEVERAL else (version.level,)
    place = places.get(code)
    level = elements.next_level(version, levels, place.level if place else None)
    if place is None and level is not None:
        await repository.add(session, Place(version_id=version.id, region_code=code, level=level))
    elif place is not None and level is not None:
        place.level = level
    else:
        await repository.forget_place(session, version.id, code)
    await _touch(session, version)


async def part_levels(session: AsyncSession, actor: Actor, version_id: int) -> None:
    """各地级别不同, or the same everywhere again."""
    _, version = await _waiting(session, actor, version_id)
    version.asking = "" if version.asking == SEVERAL else SEVERAL
    if not version.asking:
        for place in await repository.places(session, version.id):
            place.level = version.level
    await _touch(session, version)


async def list_kinds(session: AsyncSession, actor: Actor, version_id: int) -> None:
    """Shows the kinds on the card, or no longer."""
    _, version = await _waiting(session, actor, version_id)
    listed, _, before = version.asking.partition(":")
    version.asking = before if listed == KINDS else f"{KINDS}:{version.asking}"
    await _touch(session, version)


async def put_kind(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, version_id: int, key: str) -> None:
    """The kind was not recognised, or another. Raises NoSuchWarning for a kind the pack does not know."""
    series, version = await _waiting(session, actor, version_id)
    if key not in plan.warning_kinds:
        raise NoSuchWarning
    version.asking = version.asking.removeprefix(f"{KINDS}:")
    await _belong(session, plan, actor, now, series, version, key, series.source_words)


async def put_station(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, version_id: int, words: str
) -> None:
    """Who issues it, as written in the text or said by the officer. Raises TooLong."""
    series, version = await _waiting(session, actor, version_id)
    station = words.strip()
    if len(station) > _LONGEST_STATION:
        raise TooLong(_LONGEST_STATION)
    version.issuer = station
    await _belong(session, plan, actor, now, series, version, series.kind_key, station)


async def station_of(session: AsyncSession, actor: Actor, version_id: int) -> str:
    """Who is thought to issue it. Raises NotAllowed, or Overtaken when it does not wait to be checked any more."""
    series, _ = await _waiting(session, actor, version_id)
    return series.source_words


async def put_into(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, version_id: int, series_id: int | None
) -> None:
    """It goes on with that series, or begins one of its own: a station may sign its lifting in another way."""
    series, version = await _waiting(session, actor, version_id)
    if series_id is None:
        await _move(
            session, plan, now, series, version, await relaying.new_series(session, actor, now, version, series)
        )
        return
    into = await repository.series(session, series_id, lock=True)
    if into is None or into.state is not SeriesState.IN_FORCE or into.origin is not Origin.RELAYED:
        raise NoSuchWarning
    if into.drill is series.drill:
        await _move(session, plan, now, series, version, into)


async def check_view(session: AsyncSession, plan: Plan, version_id: int) -> CheckView | None:
    """What its card says beside the version itself; None if there is none."""
    version = await repository.version(session, version_id)
    series = await repository.series(session, version.series_id) if version else None
    if version is None or series is None:
        return None
    if version.state is not VersionState.DRAFT:
        return CheckView(asking="", also=(), unplaced=(), groups=0, people=0, others=())
    signal = recognise(plan, version.text, series.opened_at) or Signal()
    told = await concerned.told_by(session, plan, series.opened_at, issuing.subject_of(series.id), series, version)
    places = await repository.places(session, version.id)
    held = {place.level for place in places}
    return CheckView(
        asking=version.asking,
        also=signal.also,
        unplaced=_unplaced(signal, held),
        groups=told.groups,
        people=told.in_private,
        others=tuple(await _others(session, plan, series)),
        advice=0 if version.act in ENDS else telling.attached(plan, series.kind_key, places),
    )


def _unplaced(signal: Signal, held: Collection[WarningLevel]) -> tuple[WarningLevel, ...]:
    """Of several levels the text names those that no place has."""
    if not signal.more_levels:
        return ()
    named = (signal.level, *signal.more_levels)
    return tuple(level for level in named if level is not None and level not in held)


async def _others(session: AsyncSession, plan: Plan, series: Series) -> list[SeriesName]:
    """Relayed series in force which the text may belong to instead: those about its kind, any if it has none."""
    names = []
    for each in await repository.all_in_force(session, drill=series.drill):
        if each.id != series.id and each.origin is Origin.RELAYED and await _is_about(session, plan, each, series):
            names.append(SeriesName(each.id, each.number or "", each.source_words))
    return names


async def _is_about(session: AsyncSession, plan: Plan, other: Series, series: Series) -> bool:
    """Whether the other series is of this kind, or its text named it as well."""
    if not series.kind_key or other.kind_key == series.kind_key:
        return True
    issued = await repository.newest_issued(session, other.id)
    signal = recognise(plan, issued.text, issued.issued_at or other.opened_at) if issued else None
    return signal is not None and series.kind_key in signal.also


async def _belong(
    session: AsyncSession,
    plan: Plan,
    actor: Actor,
    now: datetime,
    series: Series,
    version: Version,
    kind: str,
    station: str,
) -> None:
    """Puts the version where a text of that kind and station goes."""
    into = await repository.in_force(session, kind, station, drill=series.drill) if kind and station else None
    if into is not None and into.id != series.id:
        await _move(session, plan, now, series, version, into)
        return
    if series.state is not SeriesState.DRAFT:
        alone = await relaying.new_series(session, actor, now, version, series)
        alone.kind_key, alone.source_words = kind, station
        await _move(session, plan, now, series, version, alone)
        return
    series.kind_key, series.source_words = kind, station
    await _touch(session, version)


async def _move(
    session: AsyncSession, plan: Plan, now: datetime, series: Series, version: Version, into: Series
) -> None:
    if into.id != series.id:
        await relaying.discard_waiting(session, into)
        version.number = await repository.next_number(session, into.id)
        version.series_id = into.id
        await session.flush()
        if series.state is SeriesState.DRAFT:
            series.state = SeriesState.DISCARDED
    former = await repository.newest_issued(session, into.id)
    if former is not None and not await repository.places(session, version.id):
        for place in await repository.places(session, former.id):
            here = Place(version_id=version.id, region_code=place.region_code, level=place.level)
            await repository.add(session, here)
    signal = recognise(plan, version.text, now) or Signal()
    version.act = relaying.act_of(signal, former, version.level)
    if version.act in ENDS and series.kind_key and series.kind_key != into.kind_key:
        # One of the kinds its text was about is over; the series goes on.
        version.act, version.level = WarningAct.UPDATE, former.level if former else version.level
    await _touch(session, version)


async def _waiting(session: AsyncSession, actor: Actor, version_id: int) -> tuple[Series, Version]:
    actor.require(Permission.WARNING_RELAY)
    return await relaying.waiting(session, version_id)


async def _touch(session: AsyncSession, version: Version) -> None:
    await delivery.touch(session, relaying.check_subject(version.id))
