"""A night in which a red warning goes to thousands while something is wrong, and what must be right afterwards.

Programs are whole processes on a platform that keeps a record (`exchange.py`). Each check compares that record with the
ledger and gives sentences about what is wrong; nothing wrong gives none.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from random import Random

from pydantic import SecretStr
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.nursery import Nursery
from bot.delivery.models import OPEN_STATES, Card, CardState, Message, MessageState, Text
from bot.inbox.models import InboxUpdate, UpdateState
from bot.plan.service import Plan
from bot.settings import Pace, Settings, Work
from bot.warning.models import Recipient
from tests.crowded import enrol
from tests.faults.exchange import Exchange, Told
from tests.faults.struck import Struck
from tests.integration.town import build
from tests.waiting import eventually

TOKEN = "110000003:night"
DESK = "district"
TEXT = "大足区气象台发布暴雨红色预警信号：预计未来3小时，我区降雨量将达{}毫米以上。"
CHECKED = "核对无误，立即转发"
AT_ONCE = 128
"""So many the sender has under way at most."""
LONGEST_BIRTH_SECONDS, LONGEST_LIFE_SECONDS = 20.0, 10.0
MOST_CALLS = 500
"""Of a life; then it is killed. What was being sent goes first in the next one, so fewer would get nowhere."""
EVERYTHING = (Work.ALL,)
IN_TURN = (Work.SENDER, Work.WEB, Work.TIMETABLE)


@dataclass(slots=True)
class Night:
    """Programs, their platform and their database."""

    database: Database
    exchange: Exchange
    programs: Sequence[Struck]
    desk: int
    people: set[int]
    texts: list[str]

    @property
    def kills(self) -> int:
        return sum(program.kills for program in self.programs)

    async def issue(self) -> None:
        """The desk pastes the next text, checks it, and everybody gets it."""
        text = TEXT.format(100 + len(self.texts))
        self.texts.append(text)
        before = len(self.exchange.told)
        await self.exchange.say(self.desk, text)

        def asked() -> tuple[Told, str] | None:
            found = self.exchange.with_key(self.desk, CHECKED)
            return found if found and found[0].message_id > before else None

        card, data = await self.exchange.until(asked, "the card to check")
        await self.exchange.tap(card, data)
        read = before

        missing = set(self.people)

        def everybody_has_it() -> bool:
            nonlocal read
            missing.difference_update(told.chat for told in self.exchange.told[read:] if text in told.text)
            read = len(self.exchange.told)
            return not missing

        await self.exchange.until(everybody_has_it, f"version {len(self.texts)}")

    async def strike(self, kills: int, random: Random) -> None:
        """Kills one after the other, each when so many more calls have come, or when it has lived long enough.

        It lives when somebody calls: on a busy machine it is not killed again and again before it has begun.
        """
        for program in islice(cycle(self.programs), kills):
            await self._within(LONGEST_BIRTH_SECONDS, calls=1, polls=1)
            most = min(MOST_CALLS, len(self.people))
            await self._within(LONGEST_LIFE_SECONDS, calls=random.randrange(1, most))
            await program.kill()

    async def _within(self, seconds: float, *, calls: int, polls: int = 10**9) -> None:
        """Waits for so many more calls, or polls for what people did, or until the time is over."""
        enough, many = self.exchange.calls + calls, self.exchange.polls + polls
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.exchange.until(lambda: self.exchange.calls >= enough or self.exchange.polls >= many, "calls")

    async def rests(self) -> None:
        """Nothing is to be handled, painted or sent; waited for as long as there is less to do each time."""
        before: Counter[str] | None = None
        while (left := await self.left()) != before:
            before = left
            with contextlib.suppress(AssertionError):
                await eventually(self.database, self._is_at_rest, "rest")
                return
        raise AssertionError(f"never came to rest: {dict(left)}")

    async def left(self) -> Counter[str]:
        """What is still to be done, by what it is."""
        async with self.database.read() as session:
            rows = Counter(f"message {state}" for state in (await session.exec(_open_rows())).all())
            updates = Counter(f"update {state}" for state in (await session.exec(select(InboxUpdate.state))).all())
            shown = select(Card.role).where(Card.wanted_rev != Card.shown_rev, Card.state != CardState.UNCERTAIN)
            cards = Counter(f"card {role}" for role in (await session.exec(shown)).all())
        done, failed = updates.pop(f"update {UpdateState.DONE}", 0), updates.pop(f"update {UpdateState.FAILED}", 0)
        unknown = len(self.exchange.updates) - done - failed - updates.total()
        return rows + updates + cards + Counter({"update not fetched": unknown})

    async def _is_at_rest(self) -> bool:
        return not await self.left()


def _open_rows() -> SelectOfScalar[str]:
    return select(Message.state).where(col(Message.state).in_(OPEN_STATES))


@contextlib.asynccontextmanager
async def programs(
    url: str, folder: Path, plan: Plan, roles: Sequence[Work], random: Random, people: int
) -> AsyncIterator[Night]:
    database = Database(url)
    town = await build(database, plan)
    async with database.write() as session:
        cadres = people // 20
        _, crowd = await enrol(session, plan, Clock().now(), groups=0, workers=people - cadres, cadres=cadres)
    async with Exchange(random) as exchange:
        settings = Settings(
            bot_token=SecretStr(TOKEN), api_url=exchange.url, database_url=url, files=folder / "files", proxy=None,
            pace=Pace.UNLIMITED,
        )  # fmt: skip
        programs = [
            Struck(
                settings.model_copy(update={"role": role}),
                folder / f"{role.value}.log",
                _silent,
                sends=role.includes(Work.SENDER),
            )
            for role in roles
        ]
        try:
            async with Nursery() as nursery:
                for program in programs:
                    program.log.touch()
                    await program.start()
                    nursery.loop("program", program.keep_alive)
                yield Night(database, exchange, programs, town.chats[DESK], set(crowd), [])
        finally:
            await asyncio.gather(*(program.stop() for program in programs))
            await database.close()


def _silent(_line: str) -> None:
    return None


# --- platform and ledger compared ------------------------------------------------------------------------------------


async def lost(night: Night) -> Iterable[str]:
    """Every text is on every phone, and the ledger says so of the newest."""
    has = {(told.chat, text) for told in night.exchange.told for text in night.texts if text in told.text}
    lines = [f"{chat} has not got {text}" for chat in night.people for text in night.texts if (chat, text) not in has]
    async with night.database.read() as session:
        newest = select(Message.chat_id).where(Message.version == len(night.texts), Message.state == MessageState.SENT)
        told = set((await session.exec(newest.where(col(Message.purpose).in_(("warning", "notice"))))).all())
    return [*lines, *(f"the ledger does not know that {chat} was told" for chat in night.people - told)]


@dataclass(frozen=True, slots=True)
class Row:
    """A message of the ledger, with the words it says."""

    id: int
    chat: int
    message_id: int | None
    is_marked: bool
    words: str


async def rows_of(database: Database) -> Sequence[Row]:
    """All of them. Pins and the like say nothing."""
    texts = select(Text.id, Text.body)
    columns = select(Message.id, Message.chat_id, Message.message_id, Message.text_id).order_by(col(Message.id))
    marked = select(Message.id).where(col(Message.repeated))
    async with database.read() as session:
        words = {number: str(body.get("text", "")) for number, body in (await session.exec(texts)).all()}
    async with database.read() as session:
        repeats = set((await session.exec(marked)).all())
        found = (await session.exec(columns)).all()
    return [Row(number, chat, message, number in repeats, words[text].strip()) for number, chat, message, text in found]


async def repeated(night: Night) -> Iterable[str]:
    """What arrived twice is marked, and was being sent when somebody was killed: so often, and no more of them."""
    doubted = [ids for program in night.programs for ids in program.doubted["messages"]]
    times = Counter(number for ids in doubted for number in ids)
    lines = [f"{len(ids)} were being sent at a kill" for ids in doubted if len(ids) > AT_ONCE]
    rows = await rows_of(night.database)
    async with night.database.read() as session:
        cards = set((await session.exec(select(Card.chat_id, Card.message_id))).all())
    lines += [f"row {row.id} is marked, and was sent at no kill" for row in rows if row.is_marked and not times[row.id]]
    lines += wrong_copies(night, rows, times)
    known = {(row.chat, row.words) for row in rows}
    strays = [told for told in night.exchange.told if (told.chat, told.words) not in known]
    strays = [told for told in strays if (told.chat, told.message_id) not in cards]
    # A card is painted anew before it is sent again: its former words are nobody's.
    allowed = sum(len(ids) for program in night.programs for ids in program.doubted["cards"])
    too_many = f"{len(strays)} messages nobody knows, {allowed} were under way"
    return [*lines, *([too_many] if len(strays) > allowed else [])]


def wrong_copies(night: Night, rows: Sequence[Row], times: Mapping[int, int] | None = None) -> Iterable[str]:
    """What came to one phone with the same words more often than it may, or more often without the mark.

    Two versions are reminded of in the same words: each of these rows may come once, and once more for each kill at
    which it was under way (`times`, where that is known).
    """
    told: dict[tuple[int, str], list[Told]] = {}
    for one in night.exchange.told:
        told.setdefault((one.chat, one.words), []).append(one)
    saying: dict[tuple[int, str], list[Row]] = {}
    for row in rows:
        saying.setdefault((row.chat, row.words), []).append(row)
    for key, alike in saying.items():
        copies = told.get(key, [])
        numbers = [row.id for row in alike]
        if sum(not copy.is_marked for copy in copies) > len(alike):
            yield f"rows {numbers} arrived twice without the mark: {key[1][:30]}"
        most = sum((row.message_id is not None) + times[row.id] for row in alike) if times is not None else len(copies)
        if len(copies) > most:
            yield f"{len(copies)} copies of rows {numbers}, {most} may be: {key[1][:30]}"


async def answers(night: Night) -> Iterable[str]:
    """Every update was taken in and handled once, and who tapped has answered that version or a newer one."""
    tapped: dict[int, int] = {}
    for update in night.exchange.updates.values():
        query = update.get("callback_query")
        if query and query["data"].startswith("w.received:"):
            version = int(query["data"].split(":")[2])
            tapped[query["from"]["id"]] = max(tapped.get(query["from"]["id"], 0), version)
    async with night.database.read() as session:
        handled = {row.update_id: row for row in (await session.exec(select(InboxUpdate))).all()}
        rows = {row.chat_id: row for row in (await session.exec(select(Recipient))).all()}
    lines = [f"update {number} was lost" for number in night.exchange.updates if number not in handled]
    lines += [f"update {n} is {row.state.value}" for n, row in handled.items() if row.state is not UpdateState.DONE]
    for chat, version in tapped.items():
        if (rows[chat].answered_version or 0) < version:
            lines.append(f"{chat} answered version {version}, and it says {rows[chat].answered_version}")
    return lines


async def left_open(night: Night) -> Iterable[str]:
    """Nothing is left in doubt or dead."""
    ends = (MessageState.SENT, MessageState.SUPERSEDED, MessageState.CANCELLED)
    async with night.database.read() as session:
        rows = (await session.exec(select(Message).where(col(Message.state).not_in(ends)))).all()
        cards = (await session.exec(select(Card).where(Card.state != CardState.IDLE))).all()
    lines = [f"row {row.id} ({row.purpose}) is {row.state.value}: {row.error}" for row in rows]
    return [*lines, *(f"card {card.id} ({card.role}) is {card.state.value}: {card.error}" for card in cards)]
