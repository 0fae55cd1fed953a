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
from bot.plan.warnings import WarningDeed
from bot.warning import issuing, repository, rights
from bot.warning.drilled import is_marked
from bot.warning.errors import Incomplete, NothingToLift, Overtaken
from bot.warning.models import Origin, Place, Series, SeriesState, Version, VersionState
from bot.warning.reading import Signal
from bot.warning.rules import ENDS, Step, act_between, after

SEVERAL, NO_LEVEL = "levels", "level"
"""What a version asks for whose places have levels of their own, and one whose colour was not recognised."""

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
        series = await repository.add(session, _series(actor, now, kind, station, target, drill=drill))
    await discard_waiting(session, series)
    former = await repository.newest_issued(session, series.id)
    level = signal.level or (former.level if former else WarningLevel.BLUE)
    version = await repository.add(
        session,
        Version(
            series_id=series.id,
            number=await repository.next_number(session, series.id),
            act=act_of(signal, former, level),
            level=level,
            text=text,
            issuer=station,
            document_number=signal.number,
            published_at=signal.issued_at,
            valid_until=signal.valid_until,
            drafted_by=actor.person_id,
            drafted_name=actor.name,
        ),
    )
    places = signal.places or tuple((code, level) for code in signal.regions)
    if not places and former is not None:
        places = tuple([_kept(place, former, level) for place in await repository.places(session, former.id)])
    for code, here in places:
        session.add(Place(version_id=version.id, region_code=code, level=here))
    version.asking = SEVERAL if any(here is not level for _, here in places) else ""
    if signal.level is None and version.act is WarningAct.ISSUE:
        version.asking = NO_LEVEL
    subject, lane = check_subject(version.id), Lane.INTERACTIVE
    await delivery.wish_card(session, now, subject=subject, role=RELAY_CARD, target=target, lane=lane, drill=drill)
    subject = issuing.subject_of(series.id)
    audit.record(session, now, actor, "warning.receive", subject, drill=drill, version=version.number)


async def relay(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, version_id: int) -> None:
    """核对无误，立即转发.

    Raises:
        NotYours: the pack gives it to another post.
        Incomplete: kind, station or places were not recognised and nobody has said them.
        NothingToLift: it ends what was never relayed.
        Overtaken: it has been relayed, or a newer text came.
    """
    actor.require(Permission.WARNING_RELAY)
    series, version = await waiting(session, version_id)
    if version.act in ENDS and series.state is not SeriesState.IN_FORCE:
        raise NothingToLift
    missing = tuple(
        name
        for name, known in (
            ("kind", series.kind_key),
            ("level", version.asking != NO_LEVEL),
            ("issuer", series.source_words),
            ("places", await repository.places(session, version.id)),
        )
        if not known
    )
    if missing:
        raise Incomplete(missing)
    levels = {version.level, *(place.level for place in await repository.places(session, version.id))}
    await rights.required(session, plan, actor, now, WarningDeed.RELAY, series.kind_key, levels)
    version.signed_by, version.signed_name, version.signed_at = actor.person_id, actor.name, now
    await issuing.issue(session, plan, actor, now, series, version)
    await delivery.touch(session, check_subject(version.id))


async def discard(session: AsyncSession, actor: Actor, now: datetime, version_id: int) -> None:
    """不是预警: nothing is relayed."""
    actor.require(Permission.WARNING_RELAY)
    series, version = await waiting(session, version_id)
    version.state = VersionState.DISCARDED
    series.state = after(series.state, Step.DISCARD) or series.state
    await delivery.touch(session, check_subject(version.id))
    subject = issuing.subject_of(series.id)
    audit.record(session, now, actor, "warning.discard", subject, drill=series.drill, version=version.number)


def check_subject(version_id: int) -> str:
    """The name in the ledger of the card on which a version is checked."""
    return f"relay:{version_id}"


async def waiting(session: AsyncSession, version_id: int) -> tuple[Series, Version]:
    """A version that waits to be checked, and its series, locked. Raises Overtaken."""
    version = await repository.version(session, version_id)
    series = await repository.series(session, version.series_id, lock=True) if version else None
    if version is None or series is None or version.state is not VersionState.DRAFT:
        raise Overtaken(series.number or "" if series else "")
    return series, version


async def discard_waiting(session: AsyncSession, series: Series) -> None:
    """A text of the series that waits to be checked makes room for a newer one."""
    lying = await repository.newest_version(session, series.id)
    if lying is not None and lying.state is VersionState.DRAFT:
        lying.state = VersionState.DISCARDED
        await delivery.touch(session, check_subject(lying.id))


async def new_series(session: AsyncSession, actor: Actor, now: datetime, version: Version, like: Series) -> Series:
    """A series of its own for a version that was taken for another's."""
    target = Target(like.opened_chat, like.opened_locale)
    alone = _series(actor, now, like.kind_key, version.issuer, target, drill=like.drill)
    return await repository.add(session, alone)


def _series(actor: Actor, now: datetime, kind: str, station: str, target: Target, *, drill: bool) -> Series:
    return Series(
        kind_key=kind,
        origin=Origin.RELAYED,
        source_words=station,
        opened_by=actor.person_id,
        opened_name=actor.name,
        opened_chat=target.chat_id,
        opened_locale=target.locale,
        opened_at=now,
        drill=drill,
    )


def _kept(place: Place, former: Version, level: WarningLevel) -> tuple[str, WarningLevel]:
    """A place the text does not name any more: where the level changes, it changes with it."""
    return place.region_code, place.level if level is former.level else level


def act_of(signal: Signal, former: Version | None, level: WarningLevel) -> WarningAct:
    """What the text does, by what is in force: a station writes 发布 also when it raises a level."""
    if signal.act is WarningAct.LIFT:
        return WarningAct.LIFT
    if former is None:
        return WarningAct.ISSUE
    if signal.act is WarningAct.WITHDRAW:
        return WarningAct.WITHDRAW
    if signal.act is WarningAct.EXTEND and level is former.level:
        return WarningAct.EXTEND
    return act_between(former.level, level)
