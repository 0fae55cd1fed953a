"""心跳: beats while everything is alive, says what is not, and comes to no harm by whoever listens."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.app import App, build
from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.nursery import Nursery
from bot.inbox import service as inbox
from bot.plan.service import Plan
from bot.settings import Settings
from bot.watch.heartbeat import EVERY_SECONDS, Heartbeat, Part
from messages.engine import LOCALES, label
from tests.integration.directory.talk import BOT
from tests.waiting import eventually

PATH = "/ping/secret-of-the-installation"


@dataclass(slots=True)
class Listener:
    """A service of the usual sort on this machine: what it heard, in order."""

    url: str = ""
    heard: list[tuple[str, str, str]] = field(default_factory=list)
    status: int = 200
    polls: int = 0

    async def hear(self, request: web.Request) -> web.Response:
        self.heard.append((request.method, request.path.removeprefix(PATH), await request.text()))
        return web.Response(status=self.status)

    async def answer(self, request: web.Request) -> web.Response:
        """As the platform: names the bot, and has no updates for it."""
        if request.match_info["method"] == "getUpdates":
            self.polls += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.Event().wait(), 0.2)
            return web.json_response({"ok": True, "result": []})
        return web.json_response({"ok": True, "result": {**BOT, "can_join_groups": True}})


@dataclass(slots=True)
class Body:
    """The parts of a bot: a time at which each was last well, None before the first."""

    clock: Clock
    well: dict[str, float | None] = field(default_factory=dict)

    @property
    def parts(self) -> list[Part]:
        return [Part(name, partial(self.well.get, name)) for name in ("poller", "sender", "timetable")]

    def all_well(self, *, but: str = "") -> None:
        for name in {"poller", "sender", "timetable"} - {but}:
            self.well[name] = self.clock.monotonic()

    def later(self, seconds: float) -> None:
        """Time passes; what beats by itself is done by `all_well`."""
        self.clock.shift(seconds + self.moved, self.clock.rev + 1)
        self.moved += seconds

    moved: float = 0.0


@pytest_asyncio.fixture
async def listener() -> AsyncIterator[Listener]:
    heard = Listener()
    app = web.Application()
    app.router.add_route("*", "/bot{token}/{method}", heard.answer)
    app.router.add_route("*", "/{tail:.*}", heard.hear)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    heard.url = f"http://127.0.0.1:{port}{PATH}"
    yield heard
    await runner.cleanup()


@pytest.fixture
def body(clock: Clock) -> Body:
    made = Body(clock, {"poller": None, "sender": None, "timetable": None})
    made.all_well()
    return made


def heart(database: Database, body: Body, url: str, **how: str) -> Heartbeat:
    return Heartbeat(database, body.clock, url, body.parts, **how)


async def test_it_beats_every_minute_and_says_which_part_is_stuck(
    database: Database, body: Body, listener: Listener
) -> None:
    async def heard(count: int) -> None:
        async def enough() -> bool:
            return len(listener.heard) >= count

        await eventually(database, enough, f"{count} beats")

    async with Nursery() as nursery:
        nursery.loop("heartbeat", heart(database, body, listener.url).run)
        await heard(1)
        body.all_well()
        body.later(EVERY_SECONDS)
        await heard(2)
        assert [what[:2] for what in listener.heard] == [("GET", ""), ("GET", "")]
        for beats in (3, 4):
            # Two minutes without a turn are too many.
            body.later(EVERY_SECONDS)
            body.all_well(but="sender")
            await heard(beats)
        assert listener.heard[-1] == ("POST", "/fail", "jiaoying: sender")
        body.all_well()
        body.later(EVERY_SECONDS)
        await heard(5)
        assert listener.heard[-1][:2] == ("GET", "")


@pytest.mark.parametrize("part", ["poller", "sender", "timetable"])
async def test_each_part_may_be_silent_for_two_minutes_and_no_longer(database: Database, body: Body, part: str) -> None:
    beating = heart(database, body, "http://127.0.0.1:9")
    body.later(119)
    body.all_well(but=part)
    assert await beating.not_well() == []
    body.later(2)
    body.all_well(but=part)
    assert await beating.not_well() == [part]


async def test_a_part_that_never_began_has_its_time_from_the_start(database: Database, body: Body) -> None:
    body.well["poller"] = None
    beating = heart(database, body, "http://127.0.0.1:9")
    assert await beating.not_well() == []
    body.later(121)
    body.all_well(but="poller")
    assert await beating.not_well() == ["poller"]


async def test_an_update_nobody_handles_for_five_minutes_means_the_workers_are_dead(
    database: Database, body: Body
) -> None:
    async with database.write() as session:
        at = body.clock.now() - timedelta(minutes=4, seconds=50)
        await inbox.receive(session, at, [{"update_id": 1, "message": {"chat": {"id": 5}}}])
    beating = heart(database, body, "http://127.0.0.1:9")
    assert await beating.not_well() == []
    body.later(20)
    assert await beating.not_well() == ["worker"]


async def test_a_database_that_is_gone_is_said_and_not_raised(body: Body, listener: Listener) -> None:
    gone = Database("postgresql+asyncpg://nobody@127.0.0.1:9/nowhere")
    assert await heart(gone, body, listener.url).not_well() == ["database"]
    await gone.close()


async def test_an_address_of_its_own_for_what_is_not_well(database: Database, body: Body, listener: Listener) -> None:
    body.later(300)
    other = heart(database, body, "http://127.0.0.1:9", fail_url=f"{listener.url}/wrong")
    async with Nursery() as nursery:
        nursery.loop("heartbeat", other.run)
        body.later(300)

        async def heard() -> bool:
            return bool(listener.heard)

        await eventually(database, heard, "what is not well")
    assert listener.heard[0][:2] == ("POST", "/wrong")


@pytest.mark.parametrize("answer", ["refuses", "is away"])
async def test_a_listener_that_refuses_or_is_away_harms_nothing_and_its_address_stays_out_of_the_log(
    database: Database, body: Body, listener: Listener, answer: str
) -> None:
    listener.status = 500
    url = listener.url if answer == "refuses" else f"http://127.0.0.1:9{PATH}"
    with capture_logs() as lines:
        async with Nursery() as nursery:
            nursery.loop("heartbeat", heart(database, body, url).run)

            async def twice() -> bool:
                body.all_well()
                body.later(EVERY_SECONDS)
                return len([line for line in lines if line["event"].startswith("heartbeat_")]) >= 2

            await eventually(database, twice, "two beats in vain")
    assert {line["event"] for line in lines} == {"heartbeat_refused" if answer == "refuses" else "heartbeat_not_heard"}
    assert "secret" not in str(lines)


async def test_the_program_beats_as_long_as_it_runs_and_not_a_moment_longer(
    database_url: str, plan: Plan, listener: Listener, tmp_path: Path
) -> None:
    settings = Settings(
        bot_token=SecretStr("1000:test"),
        api_url=listener.url.removesuffix(PATH),
        database_url=database_url,
        files=tmp_path / "files",
        heartbeat_url=listener.url,
    )
    app, stop = build(settings, plan), asyncio.Event()

    async def beaten() -> bool:
        return ("GET", "", "") in listener.heard

    async with Nursery() as nursery:
        nursery.once("app", app.run(stop))
        await eventually(app.database, beaten, "the first beat")
        stop.set()
    assert listener.heard == [("GET", "", "")], "one beat a minute, and nothing was stuck"
    await app.database.close()


async def test_without_an_address_nobody_is_called(
    database_url: str, plan: Plan, listener: Listener, tmp_path: Path
) -> None:
    settings = Settings(
        bot_token=SecretStr("1000:test"),
        api_url=listener.url.removesuffix(PATH),
        database_url=database_url,
        files=tmp_path / "files",
    )
    app, stop = build(settings, plan), asyncio.Event()

    async def polled() -> bool:
        return listener.polls > 0

    async with Nursery() as nursery:
        nursery.once("app", app.run(stop))
        await eventually(app.database, polled, "the first poll")
        stop.set()
    assert listener.heard == []
    await app.database.close()


def test_every_pass_of_the_house_has_a_name_for_the_desk(plan: Plan, tmp_path: Path) -> None:
    """The auditor names a pass that is late; a new pass needs its words in both languages."""
    app = App(Settings(), plan, Database(f"sqlite+aiosqlite:///{tmp_path / 'none.db'}"), Clock())
    names = [each.name for each in app.timetable.passes]
    assert len(names) == len(set(names))
    assert [(name, locale) for name in names for locale in LOCALES if not label(f"watch.pass.{name}", locale)] == []
