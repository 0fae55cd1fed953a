"""A danger sign on the page, in a real browser, with the real bot: as a grid worker and as the town's duty officer.

With SCREENSHOTS=DIR it also takes the README's pictures into DIR.
"""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Opener
from tests.browser.table import phone
from tests.staging import Live, live

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

WIDE, NARROW = (1440, 900), (390, 844)
PATIENCE_MS = 45_000


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Live]:
    """The demo's world and its bot."""
    async with live(tmp_path_factory.mktemp("page")) as stage:
        yield stage


@pytest.fixture(scope="module")
def sandbox_address(town: Live) -> str:
    """Instead of an empty sandbox: the stage's."""
    return town.sandbox.url


async def test_worker_and_town_duty_officer_meet_over_one_photo(town: Live, open_page: Opener) -> None:
    await town.stage.begin()
    page, worker, desk = await _open(town, open_page, "hengdian_worker")

    await worker.get_by_test_id("attach-photo-example").click()
    await _tap(worker, "有，先撤人")

    await _sees(
        worker, r"先撤人，不要等回复。\s*已同时报村、镇、区值班。[\s\S]*\+86 10000 01100[\s\S]*报告号 龙水\d{4}-\d+"
    )
    card = _saying(desk, r"险情 龙水\d{4}-\d+（未核实）[\s\S]*有人受威胁[\s\S]*尚无人接手")
    await expect(card).to_have_attribute("data-arrival", "ringing", timeout=PATIENCE_MS)
    await expect(_saying(_phone(town, page, "district_duty"), "险情 龙水")).to_have_attribute("data-arrival", "ringing")
    await shoot(town, page, "desk.png")

    await _tap(desk, "我来处理")
    await _sees(worker, r"龙水镇值班员（A）已接手。\s*你在安全处等，不下河、不上坡。")
    await _tap(desk, "15分钟内到")
    await _sees(worker, r"龙水镇值班员（A）已接手，\d\d:\d\d前到。")
    await _sees(desk, r"龙水镇值班员（A） 已接手，\d\d:\d\d前到")
    await shoot(town, page, "danger-sign.png")

    await town.stage.hears_nothing("baoding", "baoding_duty", "gulong", "yongxi")
    await expect(_phone(town, page, "baoding_duty").locator('[data-arrival="ringing"]')).to_have_count(0)


async def test_the_same_on_one_phone_held_in_one_hand(town: Live, open_page: Opener) -> None:
    page = await open_page(_at(town, "hengdian_neighbour"), size=NARROW)
    worker = _phone(town, page, "hengdian_neighbour")

    await worker.get_by_test_id("attach-photo-example").click()
    await _tap(worker, "看不清")

    await _sees(worker, "先撤人，不要等回复。")
    await _sees(worker, "几户几人？")
    await shoot(town, page, "phone.png")


async def test_an_english_speaking_worker_sees_english_beside_a_chinese_desk(town: Live, open_page: Opener) -> None:
    page, worker, desk = await _open(town, open_page, "mingguang_worker")
    await page.get_by_test_id("lang-switch").click()
    await worker.locator('[data-testid="reply-button"][data-text="语言/Language"]').click()
    await _tap(worker, "English")
    await _sees(worker, "English from now on.")

    await worker.get_by_test_id("attach-photo-example").click()
    await _tap(worker, "Yes, get them out")

    await _sees(worker, r"Get people out first[\s\S]*\+86 10000 01100")
    await _sees(desk, "明光社区")
    await _tap(desk, "我来处理")
    await _sees(worker, r"has it in hand")
    await shoot(town, page, "danger-sign-en.png")


async def _open(town: Live, open_page: Opener, reporter: str) -> tuple[Page, Locator, Locator]:
    """The reporter's phone, the town's desk, the district's, and one that hears nothing."""
    desks = (("longshui_duty", "longshui"), ("district_duty", "district"), ("baoding_duty", "baoding"))
    page = await open_page(_at(town, reporter), *(_at(town, *desk) for desk in desks), size=WIDE)
    return page, _phone(town, page, reporter), _phone(town, page, "longshui_duty")


def _at(town: Live, person: str, group: str = "") -> tuple[int, int]:
    return town.world.people[person], town.world.groups[group] if group else town.world.people[person]


def _phone(town: Live, page: Page, person: str) -> Locator:
    return phone(page, town.world.people[person])


def _saying(where: Locator, words: str) -> Locator:
    """The newest message on the phone with the words."""
    return where.locator('[data-testid="message"]').filter(has_text=re.compile(words)).last


async def _sees(where: Locator, words: str) -> None:
    await expect(_saying(where, words)).to_be_visible(timeout=PATIENCE_MS)


async def _tap(where: Locator, words: str) -> None:
    await where.locator(f'[data-testid="inline-button"][data-text="{words}"]').last.click(timeout=PATIENCE_MS)


async def shoot(town: Live, page: Page, name: str) -> None:
    """A picture for the README, when one is asked for."""
    if folder := os.environ.get("SCREENSHOTS"):
        await page.mouse.move(1, 1)
        await page.evaluate("document.activeElement.blur()")
        await expect(page.locator('[data-testid="banner"]:visible')).to_have_count(0, timeout=PATIENCE_MS)
        await expect(page.get_by_text(re.compile("机器人已就绪|Bot settled")).first).to_be_visible(timeout=PATIENCE_MS)
        await page.screenshot(path=Path(folder) / name)
