"""The machine is lost in the middle of a night: a backup taken under way is put back elsewhere, and the bot goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import select

from bot import doctor
from bot.backup import manifest as layout
from bot.backup.restoring import restore
from bot.backup.taking import Taken, take
from bot.core import shelf
from bot.core.clock import Clock
from bot.core.database import Database
from bot.doctor import Verdict
from bot.intake.models import FileState, Item, Report
from bot.settings import Settings
from sandbox.client import PIXEL, Message
from tests.databases import Postgres
from tests.e2e.conftest import newcomer, roster
from tests.staging import Live, live

BEFORE, DURING = 3, 5


@pytest.fixture
def elsewhere(server: str | None, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a database of the same kind with nothing in it."""
    with ExitStack() as open_ones:
        if server is None:
            yield f"sqlite+aiosqlite:///{tmp_path / 'elsewhere' / 'jiaoying.db'}"
            return
        postgres: Postgres = request.getfixturevalue("postgres")
        yield open_ones.enter_context(postgres.bare())


async def test_what_was_confirmed_before_the_backup_is_there_and_the_bot_goes_on(
    server: str | None, elsewhere: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with live(tmp_path / "night", server, roster=roster()) as night:
        workers = [await newcomer(night) for _ in range(BEFORE + DURING)]
        await night.stage.begin()
        confirmed = [await _reports(night, worker, number) for number, worker in enumerate(workers[:BEFORE])]
        await night.stage.act(_nothing)
        old_card = await night.stage.sees("longshui", "尚无人接手", buttons=("我来处理", "属实"))

        taken = await _taken_while_reports_come_in(night, workers[BEFORE:], tmp_path / "backups")
        assert taken.manifest.attachments.missing == ()

        await _reports(night, await newcomer(night), BEFORE + DURING)
        await night.control.settled()
        lost_card = await night.stage.sees("longshui", "尚无人接手")

        monkeypatch.chdir(_empty(tmp_path))
        settings = _points_to(elsewhere, tmp_path, night.bot.settings, monkeypatch)
        await night.bot.freeze()
        await restore(tmp_path / "backups", await _now(night))
        await _holds(settings, confirmed)

        night.bot.settings = settings
        await night.bot.kill()
        await _is_told_that_it_is_lost(night, lost_card)
        await _takes_it_in_hand(night, old_card)
        await night.stage.begin()
        assert await _bad(settings) == {}


async def _is_told_that_it_is_lost(night: Live, card: Message) -> None:
    """A button of after the backup names an incident the books no longer have: it takes no other in hand instead."""
    duty = night.world.people["longshui_duty"]
    assert (await night.control.tap(duty, card.message_id, "我来处理", chat=night.stage.chat_of("longshui"))).answered
    await night.control.wait_for(duty, lambda message: "这条消息的按钮不能用了" in message.text)


async def _takes_it_in_hand(night: Live, card: Message) -> None:
    """The button of before the backup does what it says, once, and its reporter hears of it from the restored bot."""
    group = night.stage.chat_of("longshui")
    tapped = await night.control.tap(night.world.people["longshui_duty"], card.message_id, "我来处理", chat=group)
    assert tapped.answered
    await night.control.wait_for(group, lambda message: "龙水镇值班员（A） 已接手" in message.text)
    (reporter,) = await _who_hears(night)
    assert reporter.startswith("newcomer")


async def _who_hears(night: Live) -> set[str]:
    await night.control.settled()
    said = {key: await night.stage.said(key) for key in night.world.people}
    return {key for key, texts in said.items() if any("龙水镇值班员（A）已接手" in text.text for text in texts)}


async def _reports(night: Live, worker: str, number: int) -> str:
    """A photo and one tap; the number the bot has confirmed."""
    person = night.world.people[worker]
    await night.control.send_photo(person, PIXEL + bytes([number]))
    asked = await night.control.wait_for(person, lambda message: "有人受威胁吗？" in message.text)
    await night.control.tap(person, asked.message_id, "有，先撤人", chat=person)
    order = await night.control.wait_for(person, lambda message: "报告号 龙水" in message.text)
    return _number_in(order)


def _number_in(order: Message) -> str:
    return order.text.partition("报告号 ")[2].split()[0]


async def _taken_while_reports_come_in(night: Live, workers: list[str], folder: Path) -> Taken:
    """Reports are filed before, during and after the instant of the backup; nobody waits for it."""
    filing = [_reports(night, worker, BEFORE + number) for number, worker in enumerate(workers)]
    taken, _ = await asyncio.gather(take(night.bot.settings, folder, await _now(night)), asyncio.gather(*filing))
    return taken


async def _holds(settings: Settings, confirmed: list[str]) -> None:
    """Every report confirmed before is there with its photo, and every attachment is the bytes it is named by."""
    database = Database(settings.database_url)
    async with database.read() as session:
        reports = (await session.exec(select(Report))).all()
        stored = (await session.exec(select(Item).where(Item.file_state == FileState.STORED))).all()
    await database.close()
    assert set(confirmed) <= {report.number for report in reports}
    digests = {item.sha256 for item in stored if item.sha256}
    assert {digest for digest in digests if layout.hashed(shelf.place_of(settings.files, digest)) != digest} == set()
    filed = {report.id for report in reports if report.number in confirmed}
    assert {item.report_id for item in stored} >= filed


async def _bad(settings: Settings) -> dict[str, str]:
    found = [finding async for finding in doctor.examine(settings, Clock(), sandbox=True)]
    return {finding.check: finding.said for finding in found if finding.verdict is not Verdict.OK}


def _points_to(url: str, tmp_path: Path, was: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings for the same bot in another place, in the environment as `jiaoying restore` would find them."""
    files = tmp_path / "elsewhere" / "files"
    there = was.model_copy(update={"database_url": url, "files": files})
    for name, value in {"DATABASE_URL": url, "FILES": str(files), "PACK": str(was.pack)}.items():
        monkeypatch.setenv(f"JIAOYING_{name}", value)
    return there


def _empty(tmp_path: Path) -> Path:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


async def _now(night: Live) -> datetime:
    return await night.stage.now()


async def _nothing() -> None:
    return None
