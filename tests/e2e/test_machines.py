"""The same story with one program and with many on one database: nobody sees a difference."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import cycle
from pathlib import Path

import aiohttp
import orjson
import pytest
from aiohttp import web
from sqlmodel import col, select

from bot.core.database import Database
from bot.inbox.models import InboxUpdate, UpdateState
from bot.inbox.webhook import HEALTH, SECRET_HEADER, address_of
from bot.settings import Work
from scenarios import danger_sign
from tests.integration.inbox.desk import said
from tests.machines import Machines, kill, machines
from tests.staging import Live, free_address, live, postgres_server

PASSERS_BY = 12
FORGED = 4711

pytestmark = [pytest.mark.postgres, pytest.mark.usefixtures("postgres")]


class Door:
    """What stands before several programs and gives each in its turn what comes, as a load balancer does."""

    def __init__(self, doors: list[str]) -> None:
        self.given: Counter[str] = Counter()
        self._doors = doors
        self._turns = cycle(doors)
        self._http: aiohttp.ClientSession | None = None

    async def pass_on(self, request: web.Request) -> web.Response:
        body, headers = await request.read(), {SECRET_HEADER: request.headers.get(SECRET_HEADER, "")}
        assert self._http is not None
        for _ in self._doors:
            door = next(self._turns)
            try:
                async with self._http.post(f"http://{door}{request.path}", data=body, headers=headers) as answer:
                    self.given[door] += answer.status == 200
                    return web.Response(status=answer.status)
            except aiohttp.ClientError:
                continue
        return web.Response(status=502)

    @asynccontextmanager
    async def open(self, address: str) -> AsyncIterator[None]:
        host, _, port = address.rpartition(":")
        app = web.Application()
        app.add_routes([web.post("/{path:.*}", self.pass_on)])
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        async with aiohttp.ClientSession() as self._http:
            await web.TCPSite(runner, host, int(port)).start()
            try:
                yield
            finally:
                await runner.cleanup()


@asynccontextmanager
async def two_doors(folder: Path) -> AsyncIterator[tuple[Live, Machines, list[str], Door]]:
    """A program that does everything and one that takes updates in, the platform before both."""
    doors, front = [free_address(), free_address()], free_address()
    door = Door(doors)
    async with (
        live(folder, postgres_server(), webhook=doors[0]) as stage,
        machines(stage.bot.settings, folder) as started,
        door.open(front),
    ):
        web_only = await started.start(Work.WEB, webhook_url=f"http://{front}", webhook_listen=doors[1])
        await started.until_said(web_only, "webhook_set")
        yield stage, started, doors, door


@pytest.mark.faults
async def test_a_danger_sign_looks_the_same_with_one_program_and_with_many(tmp_path: Path) -> None:
    await _looks_the_same(tmp_path)


@pytest.mark.faults
async def test_a_danger_sign_looks_the_same_with_many_programs_of_which_one_is_frozen_and_killed_at_every_step(
    tmp_path: Path,
) -> None:
    """Each time it has some of the parts, and the others take over what it had."""
    assert await _looks_the_same(tmp_path, kills=True) > 5


async def _looks_the_same(folder: Path, *, kills: bool = False) -> int:
    """Plays the story with one program and with four; how often one was killed."""
    async with live(folder / "one") as alone:
        await danger_sign.play(alone.stage)
        await alone.stage.end()
        expected = await alone.stage.picture()
    async with two_doors(folder / "many") as (stage, started, _doors, door):
        for role in (Work.SENDER, Work.TIMETABLE):
            await started.until_said(await started.start(role), "running")
        if kills:
            stage.stage.killer = stage.bot
        await danger_sign.play(stage.stage)
        await stage.stage.end()
        assert await stage.stage.picture() == expected
        assert min(door.given.values()) > 0
        return stage.bot.kills


async def test_two_that_take_updates_in_handle_each_once_and_in_the_order_of_its_chat(tmp_path: Path) -> None:
    async with two_doors(tmp_path) as (stage, started, doors, door):
        chats = await passers_by(stage)
        await asyncio.gather(*(talks(stage, chat) for chat in chats))
        answers = [await answered(stage, chat) for chat in chats]
        assert all(_is_in_order(each) for each in answers), answers
        assert len(door.given) == 2
        kill(started.started[0])
        (late,) = await passers_by(stage, 1)
        await talks(stage, late)
        assert _is_in_order(await answered(stage, late)), "the other one goes on alone"
        assert door.given[doors[0]] > door.given[doors[1]]
        await each_was_handled_once_and_in_order(started.database)


async def test_of_two_that_fetch_only_one_does_so_and_the_platform_never_has_to_end_a_poll(tmp_path: Path) -> None:
    async with live(tmp_path, postgres_server()) as stage, machines(stage.bot.settings, tmp_path) as started:
        standby = await started.start(Work.ALL)
        await started.until_said(standby, "running")
        (first,) = await passers_by(stage, 1)
        await talks(stage, first)
        assert _is_in_order(await answered(stage, first))
        assert await started.who_has("poller") is None, "the other one has it"
        assert await ended_polls(stage) == []
        await stage.bot.freeze()
        await started.until_has("poller", standby)
        (late,) = await passers_by(stage, 1)
        await talks(stage, late)
        assert _is_in_order(await answered(stage, late))


async def test_each_of_them_says_that_it_is_ready_and_refuses_who_does_not_know_the_secret(tmp_path: Path) -> None:
    async with two_doors(tmp_path) as (stage, started, doors, _door), aiohttp.ClientSession() as http:
        address = address_of(stage.bot.settings)
        assert address is not None
        body = orjson.dumps(said(FORGED, 7))
        for door in doors:
            async with http.get(f"http://{door}{HEALTH}") as ready:
                assert (ready.status, await ready.text()) == (200, "ready")
            for secret, status in (("forged", 403), ("", 403), (address.secret, 200)):
                url = f"http://{door}/{address.key}"
                async with http.post(url, data=body, headers={SECRET_HEADER: secret}) as answer:
                    assert answer.status == status
                assert await stored(started.database, FORGED) == (status == 200 or door == doors[1])


async def ended_polls(stage: Live) -> list[str]:
    """What the platform said when it ended a poll; the one that is open has not been answered."""
    polls = await stage.control.calls(method="getUpdates", ok=False)
    return [poll["description"] for poll in polls if poll.get("description")]


async def passers_by(stage: Live, count: int = PASSERS_BY) -> list[int]:
    return [await stage.control.person("过路人") for _ in range(count)]


async def talks(stage: Live, chat: int) -> None:
    await stage.control.say(chat, "/start")
    await stage.control.say(chat, "坡裂了")


async def answered(stage: Live, chat: int) -> list[str]:
    """What the bot said to somebody who has said two things."""
    await stage.control.settled()
    return [message.text for message in await stage.control.messages(chat) if message.by_bot]


def _is_in_order(answers: Sequence[str]) -> bool:
    return [("叫应" in answer, "没有上报" in answer) for answer in answers] == [(True, False), (False, True)]


async def each_was_handled_once_and_in_order(database: Database) -> None:
    async with database.read() as session:
        rows = (await session.exec(select(InboxUpdate).order_by(col(InboxUpdate.id)))).all()
    assert {(row.state, row.attempts, row.fault) for row in rows} == {(UpdateState.DONE, 0, None)}
    by_chat: defaultdict[int, list[InboxUpdate]] = defaultdict(list)
    for row in rows:
        by_chat[row.chat_id].append(row)
    for received in by_chat.values():
        assert received == sorted(received, key=lambda row: row.update_id)
        assert received == sorted(received, key=lambda row: (row.done_at, row.id))


async def stored(database: Database, update_id: int) -> bool:
    async with database.read() as session:
        found = await session.exec(select(InboxUpdate.id).where(InboxUpdate.update_id == update_id))
        return found.first() is not None
