"""What every other test stands on: databases that begin empty, and a wall around this machine."""

from __future__ import annotations

import asyncio
import socket

import pytest

from bot.audit import service as audit
from bot.core.access import SYSTEM
from bot.core.clock import Clock
from bot.core.database import Database
from sandbox.server import Sandbox
from tests import databases
from tests.databases import Postgres


async def test_ids_begin_at_one_in_every_test(database: Database, clock: Clock) -> None:
    async with database.write() as session:
        audit.record(session, clock.now(), SYSTEM, "test.act", "thing:1")
    async with database.read() as session:
        assert [entry.id for entry in await audit.about(session, "thing:1")] == [1]


@pytest.mark.postgres
async def test_a_transaction_left_open_does_not_hold_up_the_next_test(postgres: Postgres, clock: Clock) -> None:
    left = Database(postgres.emptied())
    async with left.read() as session:
        audit.record(session, clock.now(), SYSTEM, "test.act", "thing:1")
        await session.flush()
        async with asyncio.timeout(10):
            url = await asyncio.to_thread(postgres.emptied)
        await session.invalidate()
    await left.close()
    after = Database(url)
    async with after.read() as session:
        assert list(await audit.about(session, "thing:1")) == []
    await after.close()


def test_a_server_that_does_not_answer_is_told_with_its_reason() -> None:
    nobody = databases.server_url().set(host="127.0.0.1", port=1, password="secret")
    assert "Connect" in (databases.unreachable(nobody) or "")
    assert "secret" not in databases.shown(nobody)


@pytest.mark.parametrize("method", ["connect", "connect_ex"])
@pytest.mark.parametrize("host", ["192.0.2.1", "platform.example", "::ffff:192.0.2.1"])
def test_no_test_gets_out_of_this_machine(host: str, method: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as one, pytest.raises(AssertionError, match="tests stay on this machine"):
        getattr(one, method)((host, 80))


async def test_what_runs_on_this_machine_can_be_reached() -> None:
    async with Sandbox() as sandbox:
        _, writer = await asyncio.open_connection("127.0.0.1", int(sandbox.url.rpartition(":")[2]))
        writer.close()
        await writer.wait_closed()
