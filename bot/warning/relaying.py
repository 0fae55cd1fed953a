"""转发: an official signal is pasted, recognised, checked by one officer, and passed on word for word.

Nobody approves it: whose warning it is stands in it. A later text of the same kind and station is the next version of
the same series.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import Actor, Permission
from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Target
from bot.plan.schema import WarningAct, WarningLevel
from bot.plan.service import Plan
from bot.warning import concerned, issuing, repository
from bot.warning.drilled import is_marked
from bot.warning.errors import Incomplete, Overtaken
from bot.warning.models import Origin, Place, Series, Version, VersionState
from bot.warning.reading import Signal
from bot.warning.rules import Step, act_between, after

RELAY_CARD = "warning.relay"
"""The role of the card on which an officer checks what was recognised."""


async def receive(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, target: Target, text: str, signal: Signal
) -> None:
    """Takes in a recognised text: a new series, or the next version of one in force; its card asks to be checked.

    A text that calls itself a drill is one, whoever pasted it: it opens and changes series of drills only.
    """
    actor.require(Permission.WARNING_RELAY)
    kind, station, drill = signal.kind or "", signal.station or "", is_marked(text)
    series = await repository.in_force(session, kind, station, drill=drill) if kind else None
    if series is None:
        series = await repository.add(
            session,
            Series(
                kind_key=kind,
                origin=Origin.RELAYED,
                source_words=station,
                opened_by=actor.person_id,
                opened_name=actor.name,
                opened_chat=target.chat_id,
                opened_locale=target.locale,
                opened_at=now,
                drill=drill,
            ),
        )
    await _discard_waiting(session, series)
    former = await repository.newest_issued(session, series.id)
    level = signal.level or (former.level if former else WarningLevel.BLUE)
    version = await repository.add(
        session,
        Version(
            series_id=series.id,
            number=await repository.next_number(session, series.id),
            act=_act(signal, former, level),
            level=level,
            text=text,
            issuer=station,
            published_at=signal.issued_at,
            valid_until=signal.valid_until,
            drafted_by=actor.person_id,
            drafted_name=actor.name,
        ),
    )
    former_places = await repository.places(session, former.id) if former else ()
    codes = signal.regions or tuple(place.region_code for place in former_places)
    for code in codes:
        session.add(Place(version_id=version.id, region_code=code, level=level))
    subject, lane = check_subject(version.id), Lane.INTERACTIVE
    await delivery.wish_card(session, now, subject=subject, role=RELAY_CARD, target=target, lane=lane, drill=drill)
    subject = issuing.subject_of(series.id)
    audit.record(session, now, actor, "warning.receive", subject, drill=drill, version=version.number)


async def relay(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, version_id: int) -> None:
    """核对无误，立即转发.

    Raises:
        Incomplete: kind, station or places were not recognised and nobody has said them.
        Overtaken: it has been relayed, or a newer text came.
    """
    actor.require(Permission.WARNING_RELAY)
    series, version = await _waiting(session, version_id)
    missing = tuple(
        name
        for name, known in (
            ("kind", series.kind_key),
            ("issuer", series.source_words),
            ("places", await repository.places(session, version.id)),
        )
        if not known
    )
    if missing:
        raise Incomplete(missing)
    version.signed_by, version.signed_name, version.signed_at = actor.person_id, actor.name, now
    await issuing.issue(session, plan, actor, now, series, version)
    await delivery.touch(session, check_subject(version.id))


async def put_right(
    session: AsyncSession,
    actor: Actor,
    version_id: int,
    *,
    level: WarningLevel | None = None,
    region: str | None = None,
) -> None:
    """Corrects what was recognised: the colour, or one more or less region. The text itself is nobody's to change."""
    actor.require(Permission.WARNING_RELAY)
    series, version = await _waiting(session, version_id)
    places = {place.region_code: place for place in await repository.places(session, version.id)}
    if level is not None:
        former = await repository.newest_issued(session, series.id)
        version.level = level
        if former is not None and version.act not in (WarningAct.LIFT, WarningAct.EXTEND):
            version.act = act_between(former.level, level)
        for place in places.values():
            place.level = level
    if region is not None and region in places:
        await session.delete(places[region])
    elif region is not None:
        session.add(Place(version_id=version.id, region_code=region, level=version.level))
    await delivery.touch(session, check_subject(version.id))


async def discard(session: AsyncSession, actor: Actor, now: datetime, version_id: int) -> None:
    """不是预警: nothing is relayed."""
    actor.require(Permission.WARNING_RELAY)
    series, version = await _waiting(session, version_id)
    version.state = VersionState.DISCARDED
    series.state = after(series.state, Step.DISCARD) or series.state
    await delivery.touch(session, check_subject(version.id))
    subject = issuing.subject_of(series.id)
    audit.record(session, now, actor, "warning.discard", subject, drill=series.drill, version=version.number)


async def chats_concerned(session: AsyncSession, plan: Plan, version_id: int) -> int:
    """How many groups and people a draft would be told to, as posts were held when it came in; 0 once it is issued."""
    version = await repository.version(session, version_id)
    series = await repository.series(session, version.series_id) if version else None
    if version is None or series is None or version.state is not VersionState.DRAFT:
        return 0
    told = await concerned.told_by(session, plan, series.opened_at, series, version)
    return told.groups + told.in_private


def check_subject(version_id: int) -> str:
    """The name in the ledger of the card on which a version is checked."""
    return f"relay:{version_id}"


async def _waiting(session: AsyncSession, version_id: int) -> tuple[Series, Version]:
    version = await repository.version(session, version_id)
    series = await repository.series(session, version.series_id, lock=True) if version else None
    if version is None or series is None or version.state is not VersionState.DRAFT:
        raise Overtaken(series.number or "" if series else "")
    return series, version


async def _discard_waiting(session: AsyncSession, series: Series) -> None:
    waiting = await repository.newest_version(session, series.id)
    if waiting is not None and waiting.state is VersionState.DRAFT:
        waiting.state = VersionState.DISCARDED
        await delivery.touch(session, check_subject(waiting.id))


def _act(signal: Signal, former: Version | None, level: WarningLevel) -> WarningAct:
    """What the text does, by what is in force: a station writes 发布 also when it raises a level."""
    if signal.act is WarningAct.LIFT:
        return WarningAct.LIFT
    if former is None:
        return WarningAct.ISSUE
    if signal.act is WarningAct.EXTEND and level is former.level:
        return WarningAct.EXTEND
    return act_between(former.level, level)
