"""Issuing a version: the one place where a text leaves for those it concerns, whoever made it.

In one transaction: the version becomes immutable, older texts that have not left are superseded, everybody concerned
gets a row of the outbox, and everybody who must answer is written down as somebody who has not.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import Actor
from bot.core.upsert import next_in_series
from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Button, InlineKeyboard, Screen, Target, Telling
from bot.plan.schema import LimitKey, WarningLevel
from bot.plan.service import Plan
from bot.warning import concerned, repository
from bot.warning.errors import NoSuchWarning, Overtaken
from bot.warning.models import Answer, Audience, Origin, Recipient, Serial, Series, Version, VersionState
from bot.warning.rules import ENDS, after, has_account, hash_of, lane_of
from messages import warning as texts
from messages.engine import ZONE, label

BOARD = "warning.board"
"""The role of the publisher's card: who has answered and who has not."""

PURPOSE, NOTICE = "warning", "notice"
"""What a version is told as: to who must answer, and to who is only to know."""

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
    series.state, series.board_due_at = state, now + _REFRESH
    await delivery.supersede(session, subject_of(series.id), version.number)
    told = await _recipients(session, plan, now, series, version)
    await _tell(session, plan, now, series, version, told)
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


async def _recipients(
    session: AsyncSession, plan: Plan, now: datetime, series: Series, version: Version
) -> list[Recipient]:
    """Everybody to be told this version, as rows: who it concerns now, and whoever holds a former one.

    Whom it no longer concerns must still learn that his text has changed; nothing is asked of him any more.
    """
    known = {row.chat_id: row for row in await repository.recipients(session, series.id)}
    if version.act in ENDS:
        for row in known.values():
            row.told_version, row.told_at, row.nudge_due_at, row.must_answer = version.number, now, None, False
        return list(known.values())
    reach = plan.reach(version.level, series.kind_key)
    first_nudge = now + timedelta(minutes=reach.nudge_after[0]) if reach.nudge_after else None
    places = await repository.places(session, version.id)
    chats = await concerned.chats(session, plan, now, places, series.kind_key, drill=series.drill)
    # All in one statement: while thousands are written down one by one, nobody else can write anything.
    told_now = {"series_id": series.id, "told_version": version.number, "told_at": now, "nudges": 0}
    await repository.add_recipients(
        session,
        [
            chat.as_row() | told_now | {"nudge_due_at": first_nudge if chat.must_answer else None}
            for chat in chats
            if chat.chat_id not in known
        ],
    )
    for chat in chats:
        if (row := known.get(chat.chat_id)) is not None:
            row.told_version, row.told_at, row.must_answer = version.number, now, chat.must_answer
        row.awaited_version = version.number if chat.must_answer else None
            row.nudges, row.nudge_due_at = 0, first_nudge if chat.must_answer else None
    by_chat = {row.chat_id: row for row in await repository.recipients(session, series.id)}
    told = [by_chat[chat.chat_id] for chat in chats]
    for row in known.values():
        if row.told_version != version.number:
            row.told_version, row.told_at, row.nudge_due_at, row.must_answer = version.number, now, None, False
            told.append(row)
    return told


async def _tell(
    session: AsyncSession, plan: Plan, now: datetime, series: Series, version: Version, told: list[Recipient]
) -> None:
    how = Telling(
        subject_of(series.id),
        PURPOSE,
        lane_of(version.level, drill=series.drill),
        version=version.number,
        critical=True,
        drill=series.drill,
        valid_until=None if version.act in ENDS else version.valid_until,
        pin=version.level is WarningLevel.RED and version.act not in ENDS and not series.drill,
    )
    may_sleep = series.drill or plan.reach(version.level, series.kind_key).silent_at_night
    silent = may_sleep and _is_night(plan, now)
    for answering in (True, False):
        rows = [row for row in told if row.must_answer is answering and has_account(row)]
        targets = [Target(row.chat_id, row.locale, row.thread_id, silent=silent) for row in rows]
        for locale in sorted({target.locale for target in targets}):
            words = texts.issued(plan_words(plan, series, version), locale)
            keyboard = (
                None if version.act in ENDS else _keyboard(series.id, version.number, locale, answering=answering)
            )
            part = how if answering else replace(how, purpose=NOTICE)
            screen = Screen(words, keyboard, plain=True)
            await delivery.show(session, now, part, screen, [target for target in targets if target.locale == locale])


def plan_words(plan: Plan, series: Series, version: Version) -> texts.Issued:
    """What is said of a version, in no language: the head, the text itself, and where it comes from."""
    kind = plan.warning_kind(series.kind_key)
    return texts.Issued(
        number=series.number or "",
        kind=kind.words,
        kind_en=kind.name_en,
        level=version.level.value,
        act=version.act.value,
        relayed=series.origin is Origin.RELAYED,
        source=series.source_words,
        text=version.text,
        internal=version.audience is Audience.INTERNAL and series.origin is Origin.OWN,
        platform_number=version.platform_number,
        drill=series.drill,
    )


def _keyboard(series_id: int, version: int, locale: str, *, answering: bool) -> InlineKeyboard:
    answers = tuple(Answer) if answering else (Answer.RECEIVED,)
    buttons = [
        Button(label(f"warning.answer.{answer.value}", locale), f"w.{answer.value}:{series_id}:{version}")
        for answer in answers
    ]
    return InlineKeyboard([buttons[:2], buttons[2:]] if len(buttons) > 2 else [buttons])


def _is_night(plan: Plan, now: datetime) -> bool:
    hour = now.astimezone(ZONE).hour
    return hour >= plan.limit(LimitKey.NIGHT_BEGINS) or hour < plan.limit(LimitKey.NIGHT_ENDS)


async def _number(session: AsyncSession, now: datetime, *, drill: bool) -> str:
    """预0712-3; drills are counted by themselves, 演0712-1, so that no number of a warning is missing for them."""
    day = now.astimezone(ZONE).date().isoformat()
    serial = await next_in_series(session, Serial, {"day": f"{day} drill" if drill else day}, "last")
    return f"{'演' if drill else '预'}{day[5:7]}{day[8:10]}-{serial}"
