"""Figures for Prometheus: counted where things happen, read from the database when asked, and never about anybody."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from structlog.testing import capture_logs

from bot.app import build
from bot.core.clock import Clock
from bot.core.counting import Event, Timed, Unheard, add_after_commit, took_after_commit
from bot.core.database import Database
from bot.core.nursery import Nursery
from bot.delivery import ledger_repository
from bot.delivery.models import Lane, MessageState
from bot.delivery.outcomes import Meaning
from bot.inbox import service as inbox
from bot.plan.service import Plan
from bot.settings import Settings
from bot.timetable.service import Pass, Timetable
from bot.watch import exposing as serving
from bot.watch.exposing import Exposing
from bot.watch.heartbeat import Heartbeat, Part
from bot.watch.metrics import Metrics
from sandbox.client import Control
from sandbox.server import Sandbox
from tests.integration.delivery.post import Post
from tests.waiting import eventually


@dataclass(slots=True)
class Scraper:
    """What Prometheus reads of one process."""

    client: TestClient  # type: ignore[type-arg]  # its argument differs between versions
    metrics: Metrics
    silent: list[str]

    async def scrape(self) -> dict[tuple[str, ...], float]:
        """Every sample by its name and its labels' values."""
        async with self.client.get("/metrics") as response:
            assert response.status == 200
            words = await response.text()
        families = list(text_string_to_metric_families(words))
        return {
            (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
            for family in families
            for sample in family.samples
        }

    async def health(self) -> tuple[int, str]:
        async with self.client.get("/health") as response:
            return response.status, await response.text()


@asynccontextmanager
async def scraping(database: Database, clock: Clock) -> AsyncIterator[Scraper]:
    metrics, silent = Metrics("1.2.3", "dazu 0.3"), list[str]()
    database.counts = metrics

    def well_at(name: str) -> float | None:
        return None if name in silent else clock.monotonic()

    parts = [Part(name, partial(well_at, name), 0.0) for name in ("sender", "timetable")]
    exposing = Exposing(database, clock, metrics, Heartbeat(database, clock, "", parts), "127.0.0.1:0")
    async with TestClient(TestServer(exposing.app())) as client:
        yield Scraper(client, metrics, silent)


@pytest.fixture
async def scraper(database: Database, clock: Clock) -> AsyncIterator[Scraper]:
    async with scraping(database, clock) as found:
        yield found


@pytest.fixture
async def post(database: Database, clock: Clock) -> AsyncIterator[Post]:
    async with Sandbox(limits=None) as sandbox, Control(sandbox.url) as control:
        yield Post(database, clock, sandbox, control)


async def test_what_came_back_is_counted_by_meaning_and_timed_by_lane(post: Post, scraper: Scraper) -> None:
    officer = await post.control.person("值班员", started=True)
    blocked = await post.control.person("走了的人", started=True)
    await post.control.block(blocked)
    for number in range(3):
        await post.tell(officer, f"撤离{number}", Lane.URGENT)
    await post.tell(officer, "提醒", Lane.ROUTINE)
    await post.tell(officer, "演练", Lane.URGENT, drill=True)
    await post.tell(blocked, "撤离", Lane.URGENT)
    await post.sent()
    found = await scraper.scrape()
    assert found["jiaoying_outcomes_total", Meaning.DELIVERED] == 5
    assert found["jiaoying_outcomes_total", Meaning.BLOCKED] == 1
    assert found["jiaoying_outcomes_total", Meaning.UNCERTAIN] == 0, "there from the start: a rate needs a zero"
    assert found["jiaoying_delivery_seconds_count", "urgent"] == 3, "drills are none of it"
    assert found["jiaoying_delivery_seconds_count", "routine"] == 1
    assert found["jiaoying_delivery_seconds_count", "bulk"] == 0


async def test_the_database_is_read_when_asked(post: Post, scraper: Scraper) -> None:
    first = await post.tell(1, "一", Lane.URGENT)
    second = await post.tell(2, "二", Lane.URGENT)
    await post.tell(3, "三", Lane.BULK)
    await post.tell(3, "练", Lane.URGENT, drill=True)
    await post.set_row(first, created_at=post.clock.now() - timedelta(minutes=5))
    await post.set_row(second, state=MessageState.DEAD, error="Bad Request: message is too long")
    async with post.database.write() as session:
        await inbox.receive(session, post.clock.now() - timedelta(seconds=30), [{"update_id": 7}])
        await ledger_repository.park(
            session, post.clock.now(), 5, post.clock.now() + timedelta(minutes=1), "Too Many Requests"
        )
        await ledger_repository.park(
            session, post.clock.now(), 0, post.clock.now() + timedelta(minutes=1), "the line is down"
        )
    found = await scraper.scrape()
    assert found["jiaoying_backlog", "message", "urgent"] == 1
    assert found["jiaoying_backlog", "message", "bulk"] == 1
    assert 300 <= found["jiaoying_backlog_oldest_age_seconds", "urgent"] < 360
    assert found["jiaoying_not_arrived", "dead"] == 1
    assert found["jiaoying_inbox_waiting",] == 1
    assert 30 <= found["jiaoying_inbox_oldest_age_seconds",] < 90
    assert (found["jiaoying_parked_chats",], found["jiaoying_line_down",], found["jiaoying_database_up",]) == (1, 1, 1)
    assert found["jiaoying_build_info", "dazu 0.3", "1.2.3"] == 1


async def test_no_label_names_a_chat_a_person_or_a_subject(post: Post, scraper: Scraper) -> None:
    officer = await post.control.person("龙水镇值班员", started=True)
    group = await post.control.group("龙水镇应急值班群")
    await post.tell(officer, "撤离", Lane.URGENT, subject="incident:4711")
    await post.tell(group, "撤离", Lane.URGENT, subject="warning:4712")
    await post.sent()
    async with scraper.client.get("/metrics") as response:
        lines = (await response.text()).splitlines()
    # When a series began is a time to the microsecond: any digits may stand in it.
    words = "\n".join(line for line in lines if "_created" not in line)
    for secret in (str(officer), str(abs(group)), "4711", "4712", "龙水镇"):
        assert secret not in words
    ours = {tuple(sorted(labels)) for labels in re.findall(r"^jiaoying_\w+\{([^}]*)\}", words, re.MULTILINE)}
    assert len(ours) < 300, "as many series in the largest district as here"


async def test_nothing_is_counted_that_was_not_committed(database: Database, scraper: Scraper) -> None:
    async def fails() -> None:
        async with database.write() as session:
            add_after_commit(session, Event.OUTCOME, Meaning.DELIVERED)
            took_after_commit(session, Timed.DELIVERY, 1.0, "urgent")
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await fails()
    found = await scraper.scrape()
    assert found["jiaoying_outcomes_total", Meaning.DELIVERED] == 0
    assert found["jiaoying_delivery_seconds_count", "urgent"] == 0


@pytest.mark.parametrize("error", [OSError("away"), ConnectionRefusedError("away")])
async def test_a_failure_of_the_database_is_counted_and_what_it_said_last_does_not_go_on(
    database: Database, scraper: Scraper, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    async with database.write() as session:
        await inbox.receive(session, Clock().now(), [{"update_id": 7}])
    assert (await scraper.scrape())["jiaoying_inbox_waiting",] == 1
    with pytest.raises(SQLAlchemyError):
        async with database.write() as session:
            await (await session.connection()).execute(text("select nothing from nowhere"))

    async def away(*_: object) -> None:
        raise error

    monkeypatch.setattr(inbox, "count_waiting", away)
    found = await scraper.scrape()
    assert found["jiaoying_database_errors_total", "write"] == 1
    assert found["jiaoying_database_up",] == 0
    assert found["jiaoying_inbox_waiting",] != 1
    assert ("jiaoying_backlog", "message", "urgent") not in found
    monkeypatch.undo()
    assert (await scraper.scrape())["jiaoying_inbox_waiting",] == 1


async def test_a_pass_that_had_work_says_when_and_for_how_long(database: Database, scraper: Scraper) -> None:
    left = [2]

    async def run_due(*_: object) -> int:
        left[0] -= 1
        return max(left[0], 0)

    await Timetable(database, Clock(), [Pass("drafts", run_due)]).tick()
    found = await scraper.scrape()
    assert found["jiaoying_pass_seconds_count", "drafts"] == 1
    assert found["jiaoying_pass_last_run_timestamp_seconds", "drafts"] > 1_700_000_000


async def test_health_names_what_is_not_well(scraper: Scraper) -> None:
    assert await scraper.health() == (200, "ok")
    scraper.silent.append("sender")
    assert await scraper.health() == (503, "sender")
    found = await scraper.scrape()
    assert found["jiaoying_part_age_seconds", "sender"] > found["jiaoying_part_patience_seconds", "sender"]
    assert found["jiaoying_part_age_seconds", "timetable"] == pytest.approx(0, abs=1)


@pytest.mark.parametrize("event", Event)
def test_everything_that_can_be_counted_has_its_figure(event: Event) -> None:
    Metrics("1", "x").add(event, "word", 2)
    Unheard().add(event, "word", 2)


@pytest.mark.parametrize("timed", Timed)
def test_everything_that_can_be_measured_has_its_figure(timed: Timed) -> None:
    Metrics("1", "x").took(timed, 0.5, "word")
    Unheard().took(timed, 0.5, "word")


async def test_a_bot_that_is_given_an_address_serves_them_there(
    database_url: str, plan: Plan, tmp_path: Path, unused_port: int
) -> None:
    async with Sandbox(limits=None) as sandbox, Control(sandbox.url) as control:
        settings = Settings(
            bot_token=SecretStr(sandbox.token),
            api_url=sandbox.url,
            database_url=database_url,
            files=tmp_path / "files",
            metrics_listen=f"127.0.0.1:{unused_port}",
        )
        app, stop = build(settings, plan), asyncio.Event()
        seen: list[str] = []

        async def served() -> bool:
            try:
                async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{unused_port}/metrics") as got:
                    seen[:] = [await got.text()]
            except aiohttp.ClientError:
                return False
            return "jiaoying_update_seconds_count 1.0" in seen[0]

        async with Nursery() as nursery:
            nursery.once("app", app.run(stop))
            await control.say(await control.person("路人"), "你好")
            await eventually(app.database, served, "the first update in the figures")
            stop.set()
        await app.database.close()
    assert 'jiaoying_updates_total{result="done"} 1.0' in seen[0]
    assert 'jiaoying_part_age_seconds{part="poller"}' in seen[0]


async def test_an_address_that_is_taken_is_named_and_tried_again_until_it_is_free(
    database: Database, clock: Clock, unused_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "_AGAIN_SECONDS", 0.05)
    metrics, listen = Metrics("1", "x"), f"127.0.0.1:{unused_port}"
    served = Exposing(database, clock, metrics, Heartbeat(database, clock, "", []), listen)

    async def logged(event: str) -> bool:
        return event in [each["event"] for each in log]

    with socket.create_server(("127.0.0.1", unused_port)) as other, capture_logs() as log:
        async with Nursery() as nursery:
            nursery.loop("metrics", served.run)
            await eventually(database, lambda: logged("metrics_not_served"), "what is in the way")
            other.close()
            await eventually(database, lambda: logged("metrics"), "the figures")
    first = log[0]
    assert (first["listen"], "in use" in first["said"]) == (listen, True)
    assert not await logged("loop_died")


@pytest.fixture
def unused_port(unused_tcp_port: int) -> int:
    return unused_tcp_port
