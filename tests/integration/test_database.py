"""One code path on both databases: what holds under two hundred people at once, and what a row can hold."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

import aiosqlite
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.access import Actor, Grant, Permission
from bot.core.bells import ring_after_commit
from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.sole import _one_connection
from bot.core.upsert import insert_new, next_in_series
from bot.delivery import service as delivery
from bot.delivery.models import Chat, Lane, Message
from bot.delivery.schemas import Screen, Target, Telling
from bot.directory.models import Holding, Person, Post, Role
from bot.intake import receiving
from bot.intake.models import Draft, Item, ItemKind, Serial
from bot.intake.schemas import Sent
from bot.plan.service import Plan
from tests.databases import Postgres
from tests.waiting import eventually

BIG = -1_003_999_999_999_999
AT_ONCE = 200


async def test_ids_of_64_bits_come_back_as_they_went_in(database: Database, clock: Clock) -> None:
    async with database.write() as session:
        session.add(Chat(chat_id=BIG, changed_at=clock.now()))
    async with database.read() as session:
        assert (await session.exec(select(Chat.chat_id))).one() == BIG


async def test_an_enumeration_is_stored_as_its_value_and_the_database_takes_no_other(
    database: Database, clock: Clock
) -> None:
    async with database.write() as session:
        session.add(Chat(chat_id=1, changed_at=clock.now()))
    async with database.read() as session:
        connection = await session.connection()
        assert (await connection.execute(text("SELECT state FROM delivery_chat"))).scalar_one() == "open"

    async def leave_ajar() -> None:
        async with database.write() as session:
            connection = await session.connection()
            await connection.execute(text("UPDATE delivery_chat SET state = 'ajar'"))

    with pytest.raises(IntegrityError):
        await leave_ajar()


async def test_a_row_is_inserted_once_however_often_and_however_many_there_are(
    database: Database, clock: Clock
) -> None:
    """More values than either database takes in one statement."""
    rows = [{"chat_id": number, "state": "open", "changed_at": clock.now()} for number in range(9000)]
    async with database.write() as session:
        assert await insert_new(session, Chat, rows[:10]) == 10
        assert await insert_new(session, Chat, rows) == 8990
        assert await insert_new(session, Chat, rows) == 0
        assert await insert_new(session, Chat, []) == 0


async def test_a_text_for_a_whole_district_is_told_in_one_go(database: Database, clock: Clock) -> None:
    targets = [Target(number) for number in range(1, 3001)]
    async with database.write() as session:
        how = Telling("warning:1", "issue", Lane.URGENT)
        await delivery.show(session, clock.now(), how, Screen("红色预警"), targets)
    async with database.read() as session:
        assert len((await session.exec(select(Message.id))).all()) == 3000


async def test_what_fails_leaves_nothing_and_rings_nothing(database: Database, clock: Clock) -> None:
    async def fail() -> None:
        async with database.write() as session:
            session.add(Chat(chat_id=1, changed_at=clock.now()))
            ring_after_commit(session, "send")
            await session.flush()
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011  # raised above
        await fail()
    assert not await database.bells.wait("send", 0)
    async with database.read() as session:
        assert (await session.exec(select(Chat))).all() == []


async def test_what_a_reader_changes_is_not_kept(database: Database, clock: Clock) -> None:
    async with database.read() as session:
        session.add(Chat(chat_id=1, changed_at=clock.now()))
        await session.flush()
    async with database.read() as session:
        assert (await session.exec(select(Chat))).all() == []


async def test_a_statement_is_one_way_to_the_thread_of_sqlite_and_back(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ways = 0
    there_and_back: Any = aiosqlite.Connection._execute

    async def counted(self: aiosqlite.Connection, fn: Callable[..., Any], *args: Any, **kw: Any) -> Any:
        nonlocal ways
        ways += 1
        return await there_and_back(self, fn, *args, **kw)

    database = Database(sqlite_url)
    async with database.read() as session:
        await session.exec(select(Chat))
    monkeypatch.setattr(aiosqlite.Connection, "_execute", counted)
    async with database.read() as session:
        assert (await session.exec(select(Chat))).all() == []
    begin, query, rollback = 1, 1, 1
    assert ways == begin + query + rollback
    await database.close()


@pytest.mark.postgres
async def test_a_transaction_asks_the_server_nothing_but_its_own(postgres: Postgres) -> None:
    database = Database(postgres.emptied())
    asked: list[str] = []
    async with database.read() as session:
        driver = await driver_of(session)
        await session.exec(select(Chat))
    with driver.query_logger(lambda record: asked.append(record.query.split()[0].rstrip(";"))):
        async with database.read() as session:
            assert (await session.exec(select(Chat))).all() == []
    await database.close()
    # The driver tells of what is not prepared: the query itself is.
    assert asked == ["BEGIN", "ROLLBACK"]


@pytest.mark.postgres
async def test_every_connection_looks_up_by_keys_also_through_a_pooler(postgres: Postgres) -> None:
    """PgBouncer refuses whoever asks for a setting while he connects, unless it was told to ignore that one."""
    database = Database(postgres.emptied())
    alone = _one_connection(database.url, "writing")
    asked = text("SELECT current_setting(name), source FROM pg_settings WHERE name = 'random_page_cost'")
    for engine in (database._writer, database._reader, alone):
        async with engine.connect() as connection:
            assert (await connection.execute(asked)).one() == ("1.1", "session"), "not as it connected"
    await alone.dispose()
    await database.close()


@pytest.mark.postgres
async def test_a_connection_that_the_server_has_ended_is_not_used_again(postgres: Postgres) -> None:
    database = Database(postgres.emptied())
    onlooker = Database(database.url)
    async with database.read() as one, database.read() as other:
        drivers = [await driver_of(session) for session in (one, other)]
        numbers = [driver.get_server_pid() for driver in drivers]
    async with onlooker.read() as session:
        connection = await session.connection()
        ending = text("SELECT pg_terminate_backend(pid) FROM unnest(CAST(:them AS integer[])) AS pid")
        await connection.execute(ending, {"them": numbers})

    async def heard() -> bool:
        return all(driver.is_closed() for driver in drivers)

    await eventually(onlooker, heard, "the end of both")
    async with database.read() as one, database.read() as other:
        for session in (one, other):
            assert (await session.exec(select(Chat))).all() == []
    for opened in (database, onlooker):
        await opened.close()


async def driver_of(session: AsyncSession) -> Any:
    return (await (await session.connection()).get_raw_connection()).driver_connection


async def test_two_hundred_who_read_and_then_write_all_get_through(database: Database) -> None:
    key = {"prefix": "龙水", "day": "20260601"}

    async def one() -> int:
        async with database.write() as session:
            await session.exec(select(Person))
            return await next_in_series(session, Serial, key, "last")

    async def look() -> int:
        async with database.read() as session:
            return len((await session.exec(select(Chat))).all())

    numbers = await asyncio.gather(*(one() for _ in range(AT_ONCE)), *(look() for _ in range(AT_ONCE)))
    assert sorted(numbers[:AT_ONCE]) == list(range(1, AT_ONCE + 1))


async def test_two_hundred_people_report_at_once_and_each_has_his_draft(
    database: Database, plan: Plan, clock: Clock
) -> None:
    async with database.write() as session:
        actors = await enrolled(session, clock.now())

    async def report(number: int) -> None:
        sent = Sent(1000 + number, 1, ItemKind.TEXT, clock.now(), text="后山有裂缝")
        async with database.write() as session:
            await receiving.receive(session, plan, actors[number], clock.now(), sent)

    await asyncio.gather(*(report(number) for number in range(AT_ONCE)))
    async with database.read() as session:
        drafts = (await session.exec(select(Draft.person_id).order_by(col(Draft.person_id)))).all()
        items = (await session.exec(select(Item.id))).all()
    assert (drafts, len(items)) == (sorted(actor.person_id or 0 for actor in actors), AT_ONCE)


async def test_who_is_cancelled_while_writing_leaves_the_database_usable(database: Database, clock: Clock) -> None:
    """At every await of a transaction once: the one writer of SQLite must come back each time."""

    async def write(number: int) -> None:
        async with database.write() as session:
            await insert_new(session, Chat, [{"chat_id": number, "state": "open", "changed_at": clock.now()}])
            await session.exec(select(Chat))

    for steps in range(40):
        task = asyncio.ensure_future(write(steps))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(10):
        await write(1000)


async def enrolled(session: AsyncSession, now: datetime) -> list[Actor]:
    """A grid worker for each of two hundred grids of one village."""
    grids = [f"500111100204-{number:02d}" for number in range(AT_ONCE)]
    people = [Person(name=f"网格员{number}", platform_id=1000 + number, created_at=now) for number in range(AT_ONCE)]
    posts = [Post(kind="grid_worker", region_code=grid) for grid in grids]
    session.add_all([*people, *posts])
    await session.flush()
    holdings = (
        Holding(person_id=person.id, post_id=post.id, role=Role.HOLDER, starts_at=now)
        for person, post in zip(people, posts, strict=True)
    )
    session.add_all(holdings)
    return [
        Actor(person.id, person.name, grants=(Grant(Permission.REPORT_FILE, grid),))
        for person, grid in zip(people, grids, strict=True)
    ]
