"""A short act of the storm night on the page, in a real browser, with the real bot and real clicks.

The officer relays yellow on his phone, a town answers on its own, the board says who has not; then a flood warning is
signed on the leader's phone, and only then two towns hear of it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from scenarios.storm_night import flood, nightfall
from scenarios.storm_night.signals import YELLOW, printed
from tests.browser.conftest import Opener
from tests.browser.table import phone
from tests.browser.test_danger_sign import WIDE
from tests.browser.test_first_report import Thumb
from tests.staging import Live, live

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def night(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Live]:
    """The demo's world and its bot, on the evening of the storm."""
    async with live(tmp_path_factory.mktemp("page")) as stage:
        await nightfall(stage.stage)
        yield stage


@pytest.fixture(scope="module")
def sandbox_address(night: Live) -> str:
    """Instead of an empty sandbox: the stage's."""
    return night.sandbox.url


async def test_yellow_is_relayed_answered_and_the_board_says_who_has_not(night: Live, open_page: Opener) -> None:
    page = await _open(night, open_page, "district_duty", "longshui_duty", "gulong_duty")
    officer, town, silent = (_thumb(night, page, who) for who in ("district_duty", "longshui_duty", "gulong_duty"))
    yellow = await printed(night.stage, YELLOW)

    await officer.key("转发预警")
    await officer.say(yellow)
    await officer.sees(r"请核对，再转发[\s\S]*大足区气象台[\s\S]*原文一字不改")
    await night.stage.hears_nothing("longshui", "gulong", "longshui_duty")
    await officer.tap("核对无误，立即转发")

    await town.sees(rf"【转发暴雨黄色预警】预\d{{4}}-\d+\s*{yellow}")
    await officer.sees(r"暴雨黄色 · 生效中[\s\S]*已应答 0/4")
    await town.tap("收到")
    await officer.sees(r"已应答 1/4[\s\S]*古龙镇 0/1 未应答：古龙镇值班员[\s\S]*龙水镇 1/1")

    await page.get_by_test_id("advance-5").click()
    await page.get_by_test_id("advance-5").click()
    await silent.sees("10分钟没有应答")
    await expect(town.where.get_by_text("没有应答")).to_have_count(0)
    await silent.tap("收到")
    await officer.sees(r"已应答 2/4[\s\S]*古龙镇 1/1")


async def test_a_flood_warning_is_signed_on_the_leaders_phone_and_only_then_told(
    night: Live, open_page: Opener
) -> None:
    await flood.proposed(night.stage)
    page = await _open(night, open_page, "district_deputy", "longshui_duty", "gulong_duty", "district_duty")
    leader, town = _thumb(night, page, "district_deputy"), _thumb(night, page, "longshui_duty")
    other, officer = _thumb(night, page, "gulong_duty"), _thumb(night, page, "district_duty")

    await leader.sees(r"【请签发】洪水蓝色预警·龙水镇、宝顶镇[\s\S]*会商：22:05[\s\S]*编号待回填")
    await leader.tap("签发")
    await leader.sees("【已签发，等平台编号】")
    await officer.sees("已签发，还没有发出")
    await expect(town.where.get_by_text("【洪水蓝色预警】")).to_have_count(0)

    asked = await night.stage.sees("district_duty", "已签发，还没有发出")
    await night.stage.say("district_duty", "50011120260712001", reply_to=asked)
    await town.sees(r"【洪水蓝色预警】[\s\S]*龙水镇、宝顶镇[\s\S]*50011120260712001")
    await leader.sees("【已发出】")
    await officer.sees(r"洪水蓝色 · 生效中[\s\S]*已应答 0/4")
    await expect(other.where.get_by_text("洪水")).to_have_count(0)


async def _open(night: Live, open_page: Opener, *people: str) -> Page:
    """Everybody's own phone, side by side."""
    return await open_page(*((night.world.people[who], night.world.people[who]) for who in people), size=WIDE)


def _thumb(night: Live, page: Page, person: str) -> Thumb:
    return Thumb(phone(page, night.world.people[person]))
