"""Every query on warnings. Private to warning."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, delete, exists, func, or_, update
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from bot.core.upsert import insert_new, next_in_series
from bot.plan.schema import WarningAct
from bot.warning.models import Origin, Place, Recipient, Serial, Series, SeriesState, Version, VersionState

Row = TypeVar("Row", bound=SQLModel)
_ENDS = (WarningAct.LIFT, WarningAct.WITHDRAW)


async def add(session: AsyncSession, row: Row) -> Row:
    """Stores a new row; its id is known afterwards."""
    session.add(row)
    await session.flush()
    return row


async def series(session: AsyncSession, series_id: int, *, lock: bool = False) -> Series | None:
    """The series; `lock` makes the deciding and the writing one."""
    statement = select(Series).where(Series.id == series_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    return (await session.exec(statement)).first()


async def version(session: AsyncSession, version_id: int) -> Version | None:
    """The version, or None."""
    return await session.get(Version, version_id)


async def newest_version(session: AsyncSession, series_id: int) -> Version | None:
    """The version with the highest number, discarded ones apart."""
    statement = select(Version).where(Version.series_id == series_id, Version.state != VersionState.DISCARDED)
    return (await session.exec(statement.order_by(col(Version.number).desc()).limit(1))).first()


async def newest_issued(session: AsyncSession, series_id: int) -> Version | None:
    """The version issued last."""
    statement = select(Version).where(Version.series_id == series_id, Version.state == VersionState.ISSUED)
    return (await session.exec(statement.order_by(col(Version.number).desc()).limit(1))).first()


async def version_before(session: AsyncSession, version: Version) -> Version | None:
    """The version issued before this one."""
    statement = select(Version).where(Version.series_id == version.series_id, Version.state == VersionState.ISSUED)
    statement = statement.where(col(Version.number) < version.number)
    return (await session.exec(statement.order_by(col(Version.number).desc()).limit(1))).first()


async def next_number(session: AsyncSession, series_id: int) -> int:
    """The number of the series' next version, 1 for the first."""
    highest = (await session.exec(select(func.max(Version.number)).where(Version.series_id == series_id))).one()
    return (highest or 0) + 1


async def places(session: AsyncSession, version_id: int) -> Sequence[Place]:
    """The regions of a version, by code."""
    statement = select(Place).where(Place.version_id == version_id).order_by(col(Place.region_code))
    return (await session.exec(statement)).all()


async def forget_places(session: AsyncSession, version_id: int) -> None:
    """The version concerns no region yet."""
    await session.exec(delete(Place).where(col(Place.version_id) == version_id))


async def in_force(session: AsyncSession, kind_key: str, source_words: str, *, drill: bool) -> Series | None:
    """The series of that kind and issuer that is in force, the newest if there are several; locked."""
    statement = select(Series).where(
        Series.kind_key == kind_key,
        Series.source_words == source_words,
        Series.state == SeriesState.IN_FORCE,
        Series.drill == drill,
    )
    return (await session.exec(statement.order_by(col(Series.id).desc()).limit(1).with_for_update())).first()


async def all_in_force(session: AsyncSession, *, drill: bool) -> Sequence[Series]:
    """Every series in force, oldest first; drills or what is real, never both."""
    statement = select(Series).where(Series.state == SeriesState.IN_FORCE, Series.drill == drill)
    return (await session.exec(statement.order_by(col(Series.id)))).all()


async def recipients(session: AsyncSession, series_id: int) -> Sequence[Recipient]:
    """Everybody the series was told to, in the order they were first told."""
    statement = select(Recipient).where(Recipient.series_id == series_id).order_by(col(Recipient.id))
    return (await session.exec(statement)).all()


async def add_recipients(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Stores new recipients, thousands at once; a chat that is one already stays as it is."""
    await insert_new(session, Recipient, rows)


async def recipient_in(session: AsyncSession, series_id: int, chat_id: int, *, lock: bool = True) -> Recipient | None:
    """The chat as a recipient of the series, locked unless it is only to be looked at."""
    statement = select(Recipient).where(Recipient.series_id == series_id, Recipient.chat_id == chat_id)
    return (await session.exec(_locked(statement) if lock else statement)).first()


async def recipient_of(session: AsyncSession, series_id: int, person_id: int) -> Recipient | None:
    """The person as a recipient of the series in his private chat, locked."""
    statement = select(Recipient).where(Recipient.series_id == series_id, Recipient.person_id == person_id)
    return (await session.exec(_locked(statement))).first()


async def elsewhere(session: AsyncSession, row: Recipient) -> Sequence[Recipient]:
    """The same chat in the other series that are in force, locked."""
    statement = select(Recipient).join(Series, col(Series.id) == col(Recipient.series_id))
    statement = statement.where(Recipient.chat_id == row.chat_id, Recipient.id != row.id)
    statement = statement.where(Series.state == SeriesState.IN_FORCE)
    return (await session.exec(_locked(statement))).all()


async def move_recipients(session: AsyncSession, old_chat_id: int, new_chat_id: int) -> None:
    """The chat's rows under its new id; where a series was told there already, its old row stays what it was."""
    twin = aliased(Recipient)
    told = exists().where(col(twin.series_id) == col(Recipient.series_id), col(twin.chat_id) == new_chat_id)
    moved = update(Recipient).where(col(Recipient.chat_id) == old_chat_id, ~told)
    await session.exec(moved.values(chat_id=new_chat_id, thread_id=None))


async def recipient(session: AsyncSession, recipient_id: int) -> Recipient | None:
    """The recipient, locked, or None."""
    statement = select(Recipient).where(Recipient.id == recipient_id)
    return (await session.exec(_locked(statement))).first()


async def due_for_nudge(session: AsyncSession, now: datetime, limit: int) -> Sequence[Recipient]:
    """Who must answer, has not, and is to be asked again now; the oldest of them.

    Locked as whoever issues locks, their series first: nobody is reminded of what is just being lifted.
    """
    is_due = col(Recipient.nudge_due_at) <= now
    theirs = select(Series.id).where(col(Series.id).in_(select(Recipient.series_id).where(is_due)))
    locked = (await session.exec(theirs.order_by(col(Series.id)).with_for_update())).all()
    oldest = select(Recipient.id).where(is_due, col(Recipient.series_id).in_(locked))
    oldest = oldest.order_by(col(Recipient.nudge_due_at)).limit(limit)
    # Who answers while we wait for his row is due no longer.
    return (await session.exec(_locked(select(Recipient).where(is_due, col(Recipient.id).in_(oldest))))).all()


async def to_be_nudged(session: AsyncSession, series_id: int) -> Sequence[Recipient]:
    """Everybody of the series who must answer, locked."""
    statement = select(Recipient).where(Recipient.series_id == series_id, col(Recipient.must_answer))
    return (await session.exec(_locked(statement))).all()


async def hold(
    session: AsyncSession,
    series_id: int,
    person_id: int | None,
    *,
    chat_id: int | None = None,
    recipient_id: int | None = None,
) -> None:
    """Locks what the person's answer in the chat or for the recipient may change, as everybody locks recipients."""
    answered = col(Recipient.id) == recipient_id if chat_id is None else col(Recipient.chat_id) == chat_id
    theirs = or_(answered, col(Recipient.person_id) == person_id)
    await session.exec(_locked(select(Recipient).where(Recipient.series_id == series_id, theirs)))


async def any_due_for_nudge(session: AsyncSession, series_id: int, now: datetime, after: int) -> bool:
    """Whether somebody of the series who has been asked again so often is to be asked once more now."""
    statement = select(Recipient.id).where(Recipient.series_id == series_id, col(Recipient.nudge_due_at) <= now)
    return (await session.exec(statement.where(col(Recipient.nudges) >= after).limit(1))).first() is not None


async def next_nudge(session: AsyncSession) -> datetime | None:
    """When somebody is asked again next."""
    return (await session.exec(select(func.min(Recipient.nudge_due_at)))).one()


async def boards_due(session: AsyncSession, now: datetime, limit: int) -> Sequence[Series]:
    """Series whose board is to be painted again, because what it counts changes without anybody's act."""
    statement = select(Series).where(col(Series.board_due_at) <= now).order_by(col(Series.board_due_at))
    return (await session.exec(statement.limit(limit).with_for_update())).all()


async def next_board(session: AsyncSession) -> datetime | None:
    """When the next board is painted again."""
    return (await session.exec(select(func.min(Series.board_due_at)))).one()


async def to_be_asked_about(session: AsyncSession, now: datetime, limit: int) -> Sequence[Version]:
    """What is in force and whose publisher is to be asked now whether it goes on."""
    statement = select(Version).join(Series, col(Series.id) == col(Version.series_id))
    statement = statement.where(*_holds_now(), col(Version.valid_ask_due_at) <= now)
    ordered = statement.order_by(col(Version.valid_ask_due_at)).limit(limit)
    return (await session.exec(ordered.with_for_update(of=Version))).all()


async def next_to_be_asked_about(session: AsyncSession) -> datetime | None:
    """When a publisher is asked next."""
    statement = select(func.min(Version.valid_ask_due_at)).join(Series, col(Series.id) == col(Version.series_id))
    return (await session.exec(statement.where(*_holds_now()))).one()


def _holds_now() -> tuple[ColumnElement[bool], ...]:
    """The version that holds in a series in force: nobody is asked about a former one."""
    newer = aliased(Version)
    overtaken = exists().where(
        col(newer.series_id) == col(Version.series_id),
        col(newer.number) > col(Version.number),
        col(newer.state) == VersionState.ISSUED,
    )
    issued = col(Version.state) == VersionState.ISSUED
    return col(Series.state) == SeriesState.IN_FORCE, issued, ~overtaken


async def version_numbered(session: AsyncSession, series_id: int, number: int) -> Version | None:
    """That version of the series, or None."""
    statement = select(Version).where(Version.series_id == series_id, Version.number == number)
    return (await session.exec(statement)).first()


async def forget_place(session: AsyncSession, version_id: int, region_code: str) -> None:
    """The version does not concern that region."""
    chosen = delete(Place).where(col(Place.version_id) == version_id, col(Place.region_code) == region_code)
    await session.exec(chosen)


async def unfinished(session: AsyncSession, *, drill: bool) -> Sequence[tuple[Series, Version]]:
    """The district's own texts that are being written or wait for a signature, the newest first; drills apart."""
    statement = select(Series, Version).join(Version, col(Version.series_id) == col(Series.id))
    statement = statement.where(Series.origin == Origin.OWN, Series.drill == drill)
    statement = statement.where(col(Version.state).in_((VersionState.DRAFT, VersionState.PROPOSED)))
    return (await session.exec(statement.order_by(col(Version.id).desc()))).all()


async def due_for_countersigning(session: AsyncSession, now: datetime, limit: int) -> Sequence[Version]:
    """Versions issued on oral consent whose leader is to be asked for his signature now."""
    statement = select(Version).where(col(Version.countersign_due_at) <= now)
    ordered = statement.order_by(col(Version.countersign_due_at)).limit(limit)
    return (await session.exec(ordered.with_for_update())).all()


async def next_countersigning(session: AsyncSession) -> datetime | None:
    """When somebody is asked for a missing signature next."""
    return (await session.exec(select(func.min(Version.countersign_due_at)))).one()


async def versions(session: AsyncSession, series_id: int) -> Sequence[Version]:
    """Every version of the series in its order, discarded ones too."""
    statement = select(Version).where(Version.series_id == series_id).order_by(col(Version.number))
    return (await session.exec(statement)).all()


async def leap(session: AsyncSession, day: str, by: int) -> None:
    """Leaves out so many numbers of the day."""
    await next_in_series(session, Serial, {"day": day}, "last", by=by)


async def series_numbered(session: AsyncSession, number: str) -> Series | None:
    """The series of that number, or None."""
    return (await session.exec(select(Series).where(Series.number == number))).first()


async def issued_lately(session: AsyncSession, limit: int) -> Sequence[Series]:
    """Series that have a number, the newest first."""
    statement = select(Series).where(col(Series.number).is_not(None)).order_by(col(Series.id).desc())
    return (await session.exec(statement.limit(limit))).all()


async def last_issued(session: AsyncSession, limit: int, *, drill: bool) -> Sequence[tuple[Series, Version]]:
    """The versions issued last, the newest first; of drills or of the others."""
    statement = select(Series, Version).join(Version, col(Version.series_id) == col(Series.id))
    statement = statement.where(Version.state == VersionState.ISSUED, col(Version.issued_at).is_not(None))
    newest = statement.where(col(Series.drill).is_(drill)).order_by(
        col(Version.issued_at).desc(), col(Version.id).desc()
    )
    return (await session.exec(newest.limit(limit))).all()


async def ended_since(session: AsyncSession, since: datetime) -> Sequence[tuple[Series, Version]]:
    """Series that were lifted or withdrawn since the instant, with the version that did it, oldest first; no drills."""
    statement = select(Series, Version).join(Version, col(Version.series_id) == col(Series.id))
    statement = statement.where(col(Version.issued_at) > since, col(Version.act).in_(_ENDS))
    statement = statement.where(Version.state == VersionState.ISSUED, col(Series.drill).is_(False))
    return (await session.exec(statement.order_by(col(Version.issued_at), col(Version.id)))).all()


async def unsigned(session: AsyncSession) -> Sequence[tuple[Series, Version]]:
    """Versions issued on oral consent that nobody has signed since, oldest first; no drills."""
    statement = select(Series, Version).join(Version, col(Version.series_id) == col(Series.id))
    statement = statement.where(col(Version.oral_words).is_not(None), col(Version.countersigned_at).is_(None))
    statement = statement.where(Version.state == VersionState.ISSUED, col(Series.drill).is_(False))
    return (await session.exec(statement.order_by(col(Version.id)))).all()


def _locked(statement: SelectOfScalar[Recipient]) -> SelectOfScalar[Recipient]:
    """Locks the recipients, and reads anew what the session may have read before somebody else answered there.

    Everybody locks them by id: a tick and an answer that hold one each would else wait for each other.
    """
    in_order = statement.order_by(col(Recipient.id)).with_for_update(of=Recipient)
    return in_order.execution_options(populate_existing=True)
