"""A database that cannot: its disk is full, it is away, or two transactions wait for each other.

Nothing is confirmed that was not saved, nobody is set aside for it, somebody is told what to mend, and it goes on by
itself when it can.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import orjson
import pytest
from sqlalchemy import text, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from structlog.testing import capture_logs

from bot.audit import service as audit
from bot.core.access import SYSTEM
from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.errors import Unavailable
from bot.core.nursery import Nursery
from bot.core.trouble import MEND, Trouble
from bot.delivery.gateway import Gateway
from bot.delivery.models import Chat, MessageState
from bot.inbox import poller, worker
from bot.inbox.models import InboxUpdate, UpdateState
from bot.inbox.poller import Poller
from bot.inbox.taps import TapAnswerer
from bot.inbox.webhook import Address, Webhook
from bot.inbox.worker import Handling, Worker
from bot.watch.heartbeat import Heartbeat
from sandbox.client import Control
from sandbox.server import Sandbox
from tests.databases import Postgres
from tests.integration.delivery.post import Gate, Post
from tests.integration.inbox.desk import Desk, said
from tests.integration.inbox.test_poller import stored_ids, until_stored
from tests.integration.inbox.test_webhook import SECRET, knocks
from tests.staging import free_address
from tests.waiting import eventually

LONG = "坡裂了，" * 900
"""More than fits into what a page has left."""
ROOM = 1_000_000
SENT_BACK = 5
"""More often than an update is tried."""


@pytest.fixture(autouse=True)
def nobody_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    for loop in (poller, worker):
        monkeypatch.setattr(loop, "_TROUBLED_SECONDS", 0.01)
    monkeypatch.setattr(worker, "_PAUSE_SECONDS", 0)


@pytest.fixture
async def full(sqlite_url: str) -> AsyncIterator[Database]:
    """A file that may grow no further."""
    database = Database(sqlite_url)
    await allow_pages(database, 1)
    yield database
    await database.close()


async def allow_pages(database: Database, pages: int) -> None:
    """SQLite's own limit, which it refuses with the error of a full disk; never less than what it has."""
    async with database.write() as session:
        await (await session.connection()).execute(text(f"PRAGMA max_page_count = {pages}"))


async def in_trouble(database: Database) -> None:
    async def is_told() -> bool:
        return database.trouble is Trouble.FULL

    await eventually(database, is_told, "the trouble")


@asynccontextmanager
async def handling(desk: Desk, handle: Callable[[AsyncSession, InboxUpdate], Awaitable[None]]) -> AsyncIterator[None]:
    """A worker that handles what arrives at the desk in this way, and apologises as the desk does."""
    async with Nursery() as nursery:
        taps = TapAnswerer(desk.platform, nursery)
        does = Handling(handle, desk._explain, desk._apologise)
        nursery.loop("worker", Worker(desk.database, desk.clock, does, taps).run)
        yield


# --- the disk is full ------------------------------------------------------------------------------------------------


async def test_a_full_disk_confirms_nothing_says_what_to_do_and_goes_on_when_there_is_room(
    full: Database, clock: Clock
) -> None:
    async with (
        Sandbox(limits=None) as sandbox,
        Control(sandbox.url) as control,
        Gateway(sandbox.token, sandbox.url) as gateway,
        Nursery() as nursery,
    ):
        person = await control.person("网格员", started=True)
        sent = await control.say(person, LONG)
        with capture_logs() as logged:
            nursery.loop("poller", Poller(full, clock, gateway, TapAnswerer(gateway, nursery)).run)
            await in_trouble(full)
            assert await stored_ids(full) == []
            assert [call["params"].get("offset") for call in await control.calls(method="getUpdates")].count(None) > 0
            assert not any(call["params"].get("offset") for call in await control.calls(method="getUpdates"))
            assert await Heartbeat(full, clock, "http://127.0.0.1:9", []).not_well() == ["database"]
            await allow_pages(full, ROOM)
            assert await until_stored(full, 1) == [sent.update_id]
        assert await Heartbeat(full, clock, "http://127.0.0.1:9", []).not_well() == []
    (line,) = [line for line in logged if line["event"] == Trouble.FULL]
    assert (line["log_level"], line["mend"]) == ("error", MEND[Trouble.FULL])
    assert "make room" in line["mend"]


async def test_what_a_full_disk_cannot_take_is_not_accepted_from_a_webhook(full: Database, clock: Clock) -> None:
    listen = free_address()
    address = Address(f"http://{listen}", listen, SECRET)
    body = orjson.dumps(said(1, 7, LONG))
    async with (
        Sandbox(limits=None) as sandbox,
        Gateway(sandbox.token, sandbox.url) as gateway,
        Nursery() as nursery,
    ):

        async def known() -> bool:
            return bool((await gateway.call("getWebhookInfo", {}))["url"])

        nursery.loop("webhook", Webhook(full, clock, gateway, TapAnswerer(gateway, nursery), address).run)
        await eventually(full, known, "the webhook")
        assert await knocks(address.url, SECRET, body) == 503
        assert await stored_ids(full) == []
        await allow_pages(full, ROOM)
        assert await knocks(address.url, SECRET, body) == 200
    assert await stored_ids(full) == [1]


async def test_a_full_disk_is_no_try_of_an_update(sqlite_url: str, clock: Clock) -> None:
    database, tried = Database(sqlite_url), list[int]()
    desk = Desk(database, clock)
    await desk.receive(said(1, 7), said(2, 7))
    await allow_pages(database, 1)

    async def handle(session: AsyncSession, row: InboxUpdate) -> None:
        tried.append(row.update_id)
        audit.record(session, clock.now(), SYSTEM, "test", "update", words=LONG * 3)

    async with handling(desk, handle):
        await in_trouble(database)
        while len(tried) < 5:
            await database.bells.wait_any(0.01)
        waiting = await desk.rows()
        await allow_pages(database, ROOM)
        await desk.emptied()
    assert [(row.state, row.attempts, row.fault) for row in waiting] == [(UpdateState.WAITING, 0, None)] * 2
    assert await desk.states() == [UpdateState.DONE] * 2
    assert set(tried[:-1]) == {1}, "the first of a chat holds back the others"
    assert desk.apologised == []
    await database.close()


# --- what has left while nothing could be written down --------------------------------------------------------------


async def test_what_arrived_while_the_database_was_away_is_written_down_later_and_not_repeated(
    sqlite_url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, refused = Database(sqlite_url), 0
    async with (
        Sandbox(limits=None) as sandbox,
        Control(sandbox.url) as control,
        Gateway(sandbox.token, sandbox.url) as gateway,
    ):
        post, gate = Post(database, clock, sandbox, control), Gate(gateway)
        person = await control.person("龙水镇值班员", started=True)
        row = await post.tell(person, "立即转移", critical=True)
        write = database.write

        def away() -> object:
            nonlocal refused
            if refused < 8:
                refused += 1
                raise Unavailable(Trouble.AWAY, "connection refused")
            return write()

        monkeypatch.setattr("bot.core.nursery._TROUBLED_PAUSE_SECONDS", 0.0)
        async with post.sending(gate):
            await gate.reached.wait()
            monkeypatch.setattr(database, "write", away)
            gate.open.set()
            await post.settled()
        assert refused == 8
        assert ((await post.row(row)).state, (await post.row(row)).repeated) == (MessageState.SENT, False)
        assert await post.texts(person) == ["立即转移"]
    await database.close()


# --- two wait for each other -----------------------------------------------------------------------------------------


@pytest.mark.postgres
async def test_an_update_that_was_sent_back_from_a_deadlock_is_handled_again_however_often(
    postgres: Postgres, clock: Clock
) -> None:
    database = Database(postgres.emptied())
    async with database.write() as session:
        session.add_all([Chat(chat_id=1, changed_at=clock.now()), Chat(chat_id=2, changed_at=clock.now())])
    desk = Desk(database, clock)
    await desk.receive(said(1, 7))
    sent_back = 0

    async def locks(session: AsyncSession, chats: tuple[int, int], patience: str, both: asyncio.Barrier) -> None:
        await (await session.connection()).execute(text(f"SET LOCAL deadlock_timeout = '{patience}'"))
        for chat in chats:
            await session.exec(update(Chat).where(col(Chat.chat_id) == chat).values(reason="locked"))
            if chat == chats[0]:
                await both.wait()

    async def another(both: asyncio.Barrier) -> None:
        async with database.write() as session:
            await locks(session, (2, 1), "10s", both)

    async def handle(session: AsyncSession, _row: InboxUpdate) -> None:
        nonlocal sent_back
        if sent_back == SENT_BACK:
            return
        sent_back += 1
        both = asyncio.Barrier(2)
        others.append(asyncio.ensure_future(another(both)))
        await locks(session, (1, 2), "10ms", both)

    others: list[asyncio.Future[None]] = []
    async with handling(desk, handle):
        await desk.emptied()
    await asyncio.gather(*others)
    async with database.read() as session:
        (row,) = (await session.exec(select(InboxUpdate))).all()
    assert (row.state, row.attempts, sent_back) == (UpdateState.DONE, 0, SENT_BACK)
    assert database.trouble is None, "nobody has to mend it"
    await database.close()
