"""Issuing a version: the one place where a text leaves for those it concerns, whoever made it.

In one transaction: the version becomes immutable, older texts that have not left are superseded, everybody concerned
gets a row of the outbox, and everybody who must answer is written down as somebody who has not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import Actor
from bot.core.upsert import next_in_series
from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Target, Telling
from bot.plan.schema import WaitKey, WarningAct
from bot.plan.service import Plan
from bot.warning import concerned, repository, telephoning, telling
from bot.warning.errors import NoSuchWarning, Overtaken
from bot.warning.models import Recipient, Serial, Series, Version, VersionState
from bot.warning.rules import ENDS, after, end_of, hash_of, is_told_by_telephone, lane_of
from messages.engine import ZONE

BOARD = "warning.board"
"""The role of the publisher's card: who has answered and who has not."""

PURPOSE, NOTICE = telling.PURPOSE, telling.NOTICE

_REFRESH = timedelta(minutes=1)

ANSWERS_CARD = "warning.answers"
"""The role of the small card in a chat that says who there has answered."""


async def issue(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, series: Series, version: Version
) -> None:
    """Issues the version to everybody it concerns. The caller has checked that the actor may.

    Raises:
        Overtaken: the series is past it.
    """
    state = after(series.state, version.act)
    if state is None or version.state is VersionState.ISSUED:
        raise Overtaken(series.number or "")
    series.number = series.number or await _number(session, now, drill=series.drill)
    places = list(await repository.places(session, version.id))
    version.state, version.issued_at = VersionState.ISSUED, now
    version.published_at = version.published_at or now
    version.content_hash = hash_of(version, places)
    if version.act not in ENDS:
        end = end_of(version, now, plan.wait(WaitKey.WARNING_VALID))
        version.valid_ask_due_at = max(now, end - plan.wait(WaitKey.VALID_UNTIL_ASKED))
    series.state, series.board_due_at = state, now + _REFRESH
    await delivery.supersede(session, subject_of(series.id), version.number)
    await _take_away(session, now, series, version)
    told = await _recipients(session, plan, now, series, version)
    await telling.tell(session, plan, now, subject_of(series.id), series, version, told)
    if version.act in ENDS and any(map(is_told_by_telephone, told)):
        await telephoning.tell_list(session, plan, now, subject_of(series.id), series, version, told)
    await delivery.touch(session, subject_of(series.id), role=BOARD)
    board = Target(series.opened_chat, series.opened_locale)
    await delivery.wish_card(
        session, now, subject=subject_of(series.id), role=BOARD, target=board, lane=Lane.INTERACTIVE, drill=series.drill
    )
    audit.record(
        session,
        now,
        actor,
        f"warning.{version.act.value}",
        subject_of(series.id),
        drill=series.drill,
        number=series.number,
        version=version.number,
        level=version.level.value,
        hash=version.content_hash,
        pack=plan.version,
        told=len(told),
    )


def subject_of(series_id: int) -> str:
    """The name of the series in the ledger and the audit."""
    return f"warning:{series_id}"


async def existing(session: AsyncSession, series_id: int, *, lock: bool = False) -> tuple[Series, Version]:
    """The series with its newest version. Raises NoSuchWarning."""
    series = await repository.series(session, series_id, lock=lock)
    version = await repository.newest_version(session, series_id) if series else None
    if series is None or version is None:
        raise NoSuchWarning
    return series, version


async def issued(session: AsyncSession, series_id: int, *, lock: bool = False) -> tuple[Series, Version]:
    """The series with the version that holds, whatever is being drafted meanwhile. Raises NoSuchWarning."""
    series, newest = await existing(session, series_id, lock=lock)
    return series, await repository.newest_issued(session, series_id) or newest


async def _take_away(session: AsyncSession, now: datetime, series: Series, version: Version) -> None:
    """Former versions are pinned no longer; what was sent by mistake is deleted before it is corrected."""
    subject = subject_of(series.id)
    await delivery.unpin(session, now, subject, version.number)
    if version.act is WarningAct.WITHDRAW:
        lane = lane_of(version.level, drill=series.drill)
        how = Telling(subject, "erase", lane, version=version.number, drill=series.drill)
        await delivery.erase(session, now, how, concerned.READ)


async def _recipients(
    session: AsyncSession, plan: Plan, now: datetime, series: Series, version: Version
) -> list[Recipient]:
    """Everybody to be told this version, as rows: who it concerns now, and whoever may hold a former one.

    Whom it no longer concerns must still learn that his text has changed; nothing is asked of him any more. To somebody
    whom no former text has reached nothing ends.
    """
    known = {row.chat_id: row for row in await repository.recipients(session, series.id)}
    knowing = await concerned.knowing(session, subject_of(series.id), known.values())
    if version.act in ENDS:
        return _told_on(version, now, known.values(), knowing)
    places = await repository.places(session, version.id)
    chats = await concerned.chats(session, plan, now, places, series.kind_key, drill=series.drill)
    asked = {chat.chat_id: chat.as_row() | _asked(plan, now, series, version, chat) for chat in chats}
    # All in one statement: while thousands are written down one by one, nobody else can write anything.
    told_now = {"series_id": series.id, "told_version": version.number, "told_at": now}
    new = [columns | told_now for chat_id, columns in asked.items() if chat_id not in known]
    await repository.add_recipients(session, new)
    for chat_id in asked.keys() & known.keys():
        row = known[chat_id]
        row.told_version, row.told_at = version.number, now
        for name in _ASKED:
            setattr(row, name, asked[chat_id][name])
    by_chat = {row.chat_id: row for row in await repository.recipients(session, series.id)}
    beyond = [row for row in known.values() if row.chat_id not in asked]
    for row in beyond:
        row.awaited_version = row.level = None
    return [by_chat[chat.chat_id] for chat in chats] + _told_on(version, now, beyond, knowing)


def _told_on(version: Version, now: datetime, rows: Iterable[Recipient], knowing: Collection[int]) -> list[Recipient]:
    """Of those the version asks nothing of, those who must be told it."""
    told = []
    for row in rows:
        row.nudge_due_at, row.must_answer = None, False
        if row.chat_id in knowing:
            row.told_version, row.told_at = version.number, now
            told.append(row)
    return told


_ASKED = ("level", "sectors", "must_answer", "awaited_version", "nudges", "nudge_due_at")
"""What is asked of a chat anew with every version."""


def _asked(plan: Plan, now: datetime, series: Series, version: Version, chat: concerned.Chat) -> dict[str, Any]:
    nudges = plan.reach(chat.level, series.kind_key).nudge_after if chat.must_answer else ()
    return {
        "awaited_version": version.number if chat.must_answer else None,
        "nudges": 0,
        "nudge_due_at": now + timedelta(minutes=nudges[0] if chat.reachable else 0) if nudges else None,
    }


async def leave_gap(session: AsyncSession, now: datetime, by: int) -> None:
    """Leaves out so many of the day's numbers: some may have been given that this database has never seen."""
    day = now.astimezone(ZONE).strftime("%m-%d")
    for drill in (False, True):
        await repository.leap(session, _counted_by(day, drill=drill), by)


async def _number(session: AsyncSession, now: datetime, *, drill: bool) -> str:
    """预0712-3; drills are counted by themselves, 演0712-1, so that no number of a warning is missing for them.

    It names no year and is never given again: the same day a year later goes on counting.
    """
    day = now.astimezone(ZONE).strftime("%m-%d")
    serial = await next_in_series(session, Serial, {"day": _counted_by(day, drill=drill)}, "last")
    return f"{'演' if drill else '预'}{day.replace('-', '')}-{serial}"


def _counted_by(day: str, *, drill: bool) -> str:
    return f"{day} drill" if drill else day
