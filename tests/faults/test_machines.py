"""Several programs on one database: who is killed or frozen is succeeded in ten seconds, and nothing goes out twice."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest
from pydantic import SecretStr
from sqlmodel import col, select

from benchmarks.stub import stub
from bot.core.clock import Clock
from bot.core.database import Database
from bot.delivery import service
from bot.delivery.models import Lane, Message, MessageState
from bot.delivery.schemas import Screen, Target, Telling
from bot.demo_process import BotProcess
from bot.inbox import service as inbox
from bot.inbox.models import InboxUpdate, UpdateState
from bot.inbox.worker import _NAP_SECONDS as NAP_SECONDS
from bot.settings import Pace, Settings, Work
from tests.databases import Postgres
from tests.machines import Machines, kill, machines, wake
from tests.staging import free_address
from tests.waiting import eventually

TOKEN = "110000002:machines"
MARK = "（可能重复）"
CHATS = 400
PASSER_BY = 4711
TAKEN_OVER_SECONDS = 10.0
SOON_SECONDS = 0.5
_AT_ONCE = 30

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def platform() -> Iterator[str]:
    with stub() as url:
        yield url


@pytest.fixture
async def running(postgres: Postgres, platform: str, tmp_path: Path) -> AsyncIterator[Machines]:
    """Programs on a platform that takes everything and writes down when."""
    settings = Settings(
        bot_token=SecretStr(TOKEN),
        api_url=platform,
        database_url=postgres.emptied(),
        files=tmp_path / "files",
        pace=Pace.TELEGRAM,
    )
    async with aiohttp.ClientSession() as http:
        (await http.post(f"{platform}/control/empty", data=b"{}")).release()
    async with machines(settings, tmp_path) as started:
        yield started


async def record(running: Machines) -> list[tuple[float, int, str]]:
    """What has arrived: when, where, the beginning of what."""
    async with aiohttp.ClientSession() as http, http.post(f"{running.settings.api_url}/control/sent") as response:
        return [(at, chat, text) for at, chat, text in orjson.loads(await response.read())["result"]]


async def arrives(running: Machines, count: int) -> list[tuple[float, int, str]]:
    async def look() -> list[tuple[float, int, str]] | None:
        found = await record(running)
        return found if len(found) >= count else None

    return await eventually(running.database, look, f"{count} messages")


async def tell(database: Database, chats: range, text: str) -> None:
    async with database.write() as session:
        telling = Telling(f"test:{text}", "test", Lane.INTERACTIVE)
        await service.show(session, Clock().now(), telling, Screen(text), [Target(chat) for chat in chats])


async def states(database: Database) -> Counter[MessageState]:
    async with database.read() as session:
        return Counter(MessageState(state) for state in (await session.exec(select(Message.state))).all())


async def all_sent(running: Machines) -> None:
    async def look() -> bool:
        return set(await states(running.database)) == {MessageState.SENT}

    await eventually(running.database, look, "everything")


async def two_senders(running: Machines) -> tuple[BotProcess, BotProcess]:
    """One that sends, and one that waits to."""
    first = await running.start(Work.SENDER)
    for part in ("sender", "painter"):
        await running.until_has(part, first)
    second = await running.start(Work.SENDER)
    await running.until_said(second, "running")
    return first, second


async def in_full_swing(running: Machines) -> None:
    """A text for hundreds is on its way at the platform's pace; most of it waits, and little has left."""
    await tell(running.database, range(1, CHATS + 1), "停")
    await arrives(running, _AT_ONCE)
    assert (await states(running.database))[MessageState.QUEUED] > CHATS / 2


def twice(found: list[tuple[float, int, str]]) -> list[int]:
    """Chats that got more than one without a mark."""
    plain = Counter(chat for _, chat, text in found if not text.startswith(MARK))
    return [chat for chat, count in plain.items() if count > 1]


def marked(found: list[tuple[float, int, str]]) -> set[int]:
    return {chat for _, chat, text in found if text.startswith(MARK)}


async def being_sent(database: Database) -> set[int]:
    async with database.read() as session:
        sending = select(Message.chat_id).where(col(Message.state) == MessageState.SENDING)
        return set((await session.exec(sending)).all())


def pause_after(found: list[tuple[float, int, str]], instant: float) -> float:
    """Seconds from the instant until the next one went on sending; what was on its way at the instant has arrived."""
    return min(at for at, _, _ in found if at > instant + SOON_SECONDS) - instant


async def test_of_two_senders_of_a_token_one_sends_and_the_other_follows_when_it_ends(running: Machines) -> None:
    first, second = await two_senders(running)
    await tell(running.database, range(1, 31), "一")
    await all_sent(running)
    assert await running.who_has("sender") is first
    await first.stop()
    await running.until_has("sender", second)
    await tell(running.database, range(1, 31), "二")
    await all_sent(running)
    found = await record(running)
    assert Counter((chat, text) for _, chat, text in found) == {
        (chat, text): 1 for chat in range(1, 31) for text in ("一", "二")
    }


async def test_a_sender_that_is_killed_is_succeeded_within_ten_seconds_and_what_it_had_read_goes_once(
    running: Machines,
) -> None:
    first, second = await two_senders(running)
    await in_full_swing(running)
    kill(first)
    killed = time.monotonic()
    await running.until_has("sender", second)
    doubted = await being_sent(running.database)
    await all_sent(running)
    found = await record(running)
    assert pause_after(found, killed) < TAKEN_OVER_SECONDS
    assert {chat for _, chat, _ in found} == set(range(1, CHATS + 1))
    assert twice(found) == []
    assert len(marked(found)) <= max(_AT_ONCE, len(doubted)), "only what was under way is in doubt"


async def test_a_frozen_sender_is_succeeded_within_ten_seconds_and_sends_and_writes_nothing_more_when_it_wakes(
    running: Machines,
) -> None:
    first, second = await two_senders(running)
    await in_full_swing(running)
    await first.freeze()
    frozen, doubted = time.monotonic(), await being_sent(running.database)
    await running.until_has("sender", second)
    await arrives(running, len(await record(running)) + 5)
    wake(first)
    await running.until_said(first, "not_alone")
    await all_sent(running)
    found = await record(running)
    assert pause_after(found, frozen) < TAKEN_OVER_SECONDS
    assert {chat for _, chat, _ in found} == set(range(1, CHATS + 1))
    assert twice(found) == []
    assert marked(found) <= doubted
    assert await running.who_has("sender") is second
    await tell(running.database, range(1, 11), "后来")
    await all_sent(running)
    assert len(await record(running)) == len(found) + 10, "the one that woke up keeps silent"


async def test_what_one_program_takes_in_another_handles_without_waiting_for_its_next_look(running: Machines) -> None:
    """Each comes when the last one is done, and the worker then naps for seconds: only a bell can wake it."""
    program = await running.start(Work.WEB, webhook_url="http://127.0.0.1:9", webhook_listen=free_address())
    await running.until_said(program, "webhook_set")
    await handled(running.database, 1)
    began = time.monotonic()
    for number in range(2, 6):
        await handled(running.database, number)
    assert (time.monotonic() - began) / 4 < NAP_SECONDS / 2


async def handled(database: Database, number: int) -> None:
    """An update is taken in here, and handled where there is a worker."""
    async with database.write() as session:
        await inbox.receive(session, Clock().now(), [said(number)])

    async def look() -> bool:
        async with database.read() as session:
            states = (await session.exec(select(InboxUpdate.state))).all()
        return Counter(states) == {UpdateState.DONE: number}

    await eventually(database, look, f"update {number}")


def said(number: int) -> dict[str, Any]:
    """Somebody says a word to the bot."""
    person = {"id": PASSER_BY, "is_bot": False, "first_name": "过路人"}
    chat = {"id": PASSER_BY, "type": "private", "first_name": "过路人"}
    message = {"message_id": number, "date": 1_780_000_000, "chat": chat, "from": person, "text": f"第{number}句"}
    return {"update_id": number, "message": message}
