"""What only one program may do: one does, the next one follows, and who was succeeded can write nothing more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from structlog.testing import capture_logs

from bot.core import sole
from bot.core.bells import ring_after_commit
from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.errors import Unavailable
from bot.core.nursery import Nursery
from bot.core.sole import Lost, Sole, holders
from bot.core.trouble import Trouble
from bot.delivery.models import Chat
from tests.databases import Postgres
from tests.waiting import eventually

BOT = "1000"
_GOES_AWAY = "postgresql+asyncpg://nobody@127.0.0.1:9/nowhere"


class Scribe:
    """Writes a row whenever it is told to, with a pause in the middle on demand; swallows whatever goes wrong."""

    def __init__(self, database: Database, clock: Clock, written: list[str]) -> None:
        self.database = database
        self._clock = clock
        self._written = written
        self.failed: list[Exception] = []
        self.ended = asyncio.Event()
        self.pen_down = asyncio.Event()
        self.pen_down.set()
        self.has_begun = asyncio.Event()

    async def run(self) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            self.ended.set()

    async def write(self, number: int) -> None:
        try:
            async with self.database.write() as session:
                session.add(Chat(chat_id=number, changed_at=self._clock.now()))
                await session.flush()
                self.has_begun.set()
                await self.pen_down.wait()
        except Exception as error:
            self.failed.append(error)
        else:
            self._written.append(str(number))


class Programs:
    """Programs on one database that would all do the same."""

    def __init__(self, url: str, clock: Clock, nursery: Nursery) -> None:
        self.url = url
        self._clock = clock
        self._nursery = nursery
        self.written: list[str] = []
        self.databases: list[Database] = []

    def start(self, what: str = "writing", bot: str = BOT) -> Sole[Scribe]:
        database = Database(self.url)
        self.databases.append(database)
        started = Sole(database, self._clock, bot, what, self._scribe)
        self._nursery.loop(what, started.run)
        return started

    async def has(self, started: Sole[Scribe], after: Scribe | None = None) -> Scribe:
        """Waits until it is that program's turn, again if it had one before."""

        async def look() -> Scribe | None:
            return started.part if started.part is not after else None

        return await eventually(self.databases[0], look, "the turn")

    def _scribe(self, database: Database, _nursery: Nursery) -> Scribe:
        return Scribe(database, self._clock, self.written)


@pytest.fixture
async def programs(postgres: Postgres, clock: Clock) -> AsyncIterator[Programs]:
    async with Nursery() as nursery:
        made = Programs(postgres.emptied(), clock, nursery)
        yield made
    for database in made.databases:
        await database.close()


@pytest.fixture
async def onlooker(programs: Programs) -> AsyncIterator[Database]:
    database = Database(programs.url)
    yield database
    await database.close()


async def hang_up(onlooker: Database, where: str = "application_name LIKE 'jiaoying/%'") -> int:
    """The server ends the sessions that write alone; how many."""
    ending = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND {where}"
    async with onlooker.write() as session:
        connection = await session.connection()
        return len((await connection.execute(text(ending))).all())


async def numbers(onlooker: Database) -> list[int]:
    async with onlooker.read() as session:
        return list((await session.exec(select(Chat.chat_id).order_by(col(Chat.chat_id)))).all())


@pytest.mark.postgres
async def test_of_three_programs_one_has_it_and_the_next_follows_when_it_is_gone(
    programs: Programs, onlooker: Database
) -> None:
    first = programs.start()
    former = await programs.has(first)
    others = [programs.start(), programs.start()]
    await all_ask(onlooker, 2)
    assert [other.part for other in others] == [None, None]
    await former.write(1)
    assert await hang_up(onlooker, "pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted)") == 1
    await former.ended.wait()

    async def follows() -> list[Scribe]:
        return [part for program in others if (part := program.part)]

    (now,) = await eventually(onlooker, follows, "the next one")
    await now.write(2)
    assert await numbers(onlooker) == [1, 2]
    assert first.part is None


async def all_ask(onlooker: Database, count: int) -> None:
    """So many sessions have asked for the lock."""
    asking = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%_lock($1)'"

    async def look() -> bool:
        async with onlooker.read() as session:
            connection = await session.connection()
            return bool((await connection.execute(text(asking))).scalar_one() == count)

    await eventually(onlooker, look, f"{count} who ask")


@pytest.mark.postgres
async def test_who_was_succeeded_in_the_middle_of_a_transaction_leaves_nothing_of_it(
    programs: Programs, onlooker: Database
) -> None:
    former = await programs.has(first := programs.start())
    former.pen_down.clear()
    async with Nursery() as nursery:
        nursery.once("writing", former.write(1))
        await former.has_begun.wait()
        await hang_up(onlooker)
        await former.ended.wait()
        follower = await programs.has(first, after=former)
        await follower.write(2)
        former.pen_down.set()
        await eventually(onlooker, lambda: _true(former.failed), "the failure")
    await former.write(3)
    assert [type(error) for error in former.failed[1:]] == [Lost]
    assert (await numbers(onlooker), programs.written) == ([2], ["2"])


async def _true(found: object) -> bool:
    return bool(found)


@pytest.mark.postgres
async def test_a_part_that_asks_for_nothing_is_ended_as_soon_as_the_connection_is_gone(
    programs: Programs, onlooker: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sole, "_BEAT_SECONDS", 3600.0)
    former = await programs.has(programs.start())
    await hang_up(onlooker)
    async with asyncio.timeout(1.0):
        await former.ended.wait()


@pytest.mark.postgres
async def test_a_session_that_beats_is_let_live_and_one_that_says_nothing_is_ended_by_the_server(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sole, "_SILENT_MILLISECONDS", 1000)
    monkeypatch.setattr(sole, "_BEAT_SECONDS", 0.2)
    part = await programs.has(programs.start())
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(2.5):
            await part.ended.wait()
    monkeypatch.setattr(sole, "_BEAT_SECONDS", 3600.0)
    async with asyncio.timeout(5):
        await part.ended.wait()


@pytest.mark.postgres
async def test_who_falls_silent_in_a_transaction_is_ended_too(
    programs: Programs, onlooker: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sole, "_SILENT_MILLISECONDS", 1000)
    former = await programs.has(programs.start())
    former.pen_down.clear()
    async with Nursery() as nursery:
        nursery.once("writing", former.write(1))
        async with asyncio.timeout(5):
            await former.ended.wait()
    assert await numbers(onlooker) == []


@pytest.mark.postgres
async def test_other_parts_and_other_bots_are_not_in_each_others_way(programs: Programs, onlooker: Database) -> None:
    started = [programs.start(), programs.start("painting"), programs.start(bot="2000")]
    for program in started:
        await programs.has(program)
    async with onlooker.read() as session:
        assert set(await holders(session, BOT)) == {"writing", "painting"}
        assert set(await holders(session, "2000")) == {"writing"}


async def test_on_sqlite_it_is_done_at_once_in_the_one_program_there_is(sqlite_url: str, clock: Clock) -> None:
    database = Database(sqlite_url)
    written: list[str] = []
    started = Sole(database, clock, BOT, "writing", lambda given, _: Scribe(given, clock, written))
    async with Nursery() as nursery:
        nursery.loop("writing", started.run)
        scribe = await eventually(database, _part(started), "the turn")
        assert scribe.database is database
        async with database.read() as session:
            assert await holders(session, BOT) == {}
    await database.close()


def _part(started: Sole[Scribe]) -> Callable[[], Awaitable[Scribe | None]]:
    async def look() -> Scribe | None:
        return started.part

    return look


async def test_a_database_that_is_away_is_asked_again_and_complained_of_once(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sole, "_LOOK_AGAIN_SECONDS", 0.01)
    asked: list[str] = []
    connect = sole._one_connection

    def counted(url: str, name: str) -> AsyncEngine:
        asked.append(name)
        return connect(url, name)

    monkeypatch.setattr(sole, "_one_connection", counted)
    database = Database(_GOES_AWAY)
    started = Sole(database, clock, BOT, "writing", lambda given, _: Scribe(given, clock, []))
    with capture_logs() as lines:
        async with Nursery() as nursery:
            nursery.loop("writing", started.run)
            await eventually(database, lambda: _true(len(asked) > 5), "asking again")
    assert [line["event"] for line in lines] == ["database_away", "not_alone"]
    assert database.trouble is Trouble.AWAY, "which the heartbeat tells, also where nothing else is asked"
    await database.close()


def test_a_part_is_well_where_it_is_anothers_and_by_its_own_word_where_it_is_ours(clock: Clock) -> None:
    database = Database("sqlite+aiosqlite://")
    started = Sole(database, clock, BOT, "writing", lambda given, _: Scribe(given, clock, []))
    assert started.well_at(lambda _: 0.0) == pytest.approx(clock.monotonic(), abs=5)
    started.part = Scribe(database, clock, [])
    assert started.well_at(lambda _: 7.0) == 7.0


# --- bells -----------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def listening(url: str) -> AsyncIterator[Database]:
    """Another process's database, its far bells heard."""
    database = Database(url)
    assert database.far_bells is not None
    async with Nursery() as nursery:
        await _knows(database, "ready")
        nursery.loop("bells", database.far_bells.run)
        assert await database.bells.wait("ready", 10), "whoever begins to listen looks once at everything"
        yield database
    await database.close()


async def _knows(database: Database, name: str) -> None:
    """Somebody has waited for the bell."""
    assert not await database.bells.wait(name, 0)


@pytest.mark.postgres
async def test_a_bell_is_heard_in_another_process_when_it_is_committed_and_not_otherwise(postgres: Postgres) -> None:
    url = postgres.emptied()
    here = Database(url)
    async with listening(url) as there:
        with suppress(ValueError):
            async with here.write() as session:
                ring_after_commit(session, "paint")
                raise ValueError
        async with here.write() as session:
            ring_after_commit(session, "send", "inbox")
            assert not await there.bells.wait("send", 0.2)
        assert await there.bells.wait("send", 5)
        assert (there.bells.rung("inbox"), there.bells.rung("paint")) == (1, 0)
        assert here.bells.rung("send") == 1
    await here.close()


@pytest.mark.postgres
async def test_ones_own_bells_ring_once_and_the_bell_that_only_the_writer_hears_stays_here(postgres: Postgres) -> None:
    url = postgres.emptied()
    async with listening(url) as here, listening(url) as there:
        alone = here.through(here._writer, own_bells=["send"])
        async with alone.write() as session:
            ring_after_commit(session, "send", "paint")
        assert await there.bells.wait("paint", 5)
        async with there.write() as session:
            ring_after_commit(session, "tick")
        assert await here.bells.wait("tick", 5)
        rung = {name: (here.bells.rung(name), there.bells.rung(name)) for name in ("send", "paint", "tick")}
    assert rung == {"send": (1, 0), "paint": (1, 1), "tick": (1, 1)}


@pytest.mark.postgres
async def test_who_could_not_listen_for_a_while_looks_at_everything_when_he_can_again(postgres: Postgres) -> None:
    url = postgres.emptied()
    here = Database(url)
    async with listening(url) as there:
        await _knows(there, "send")
        assert await hang_up(here, "query LIKE 'LISTEN %'") == 1
        async with here.write() as session:
            ring_after_commit(session, "send")
        assert await there.bells.wait("send", 10)
        async with here.write() as session:
            ring_after_commit(session, "paint")
        assert await there.bells.wait("paint", 10), "and hears again"
    await here.close()


@pytest.mark.postgres
async def test_who_is_frozen_in_a_transaction_does_not_keep_others_waiting_for_long(
    postgres: Postgres, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker on a machine that is gone: its update is handled by another one."""
    monkeypatch.setattr("bot.core.database._LONGEST_PAUSE_MILLISECONDS", 500)
    url = postgres.emptied()
    gone, here = Database(url), Database(url)

    async def same(database: Database) -> None:
        async with database.write() as session:
            session.add(Chat(chat_id=1, changed_at=clock.now()))

    with suppress(Unavailable):
        async with gone.write() as session:
            session.add(Chat(chat_id=1, changed_at=clock.now()))
            await session.flush()
            await same(here)
    assert await numbers(here) == [1]
    await gone.close()
    await here.close()
