"""Reports on the page, in a real browser, with the real bot, by a thumb that is counted: each tap, each typed message
and each photo is one act.

With SCREENSHOTS=DIR it also takes the README's pictures into DIR.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Opener
from tests.browser.table import phone
from tests.browser.test_danger_sign import NARROW, PATIENCE_MS, WIDE, shoot
from tests.staging import Live, live

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

USABLE_ACTS = 3
FULL_ACTS = 12
TELEPHONE_ACTS = 7
WHAT = "屋后坡垮了一角，压了猪圈"


@dataclass(slots=True)
class Thumb:
    """One person at his phone; `acts` counts what he did on it."""

    where: Locator
    acts: int = 0

    async def photo(self) -> None:
        """Sends the example photo."""
        self.acts += 1
        await self.where.get_by_test_id("attach-photo-example").click()

    async def tap(self, words: str) -> None:
        """Taps the newest button with the words."""
        self.acts += 1
        newest = self.where.locator(f'[data-testid="inline-button"][data-text="{words}"]').last
        await newest.click(timeout=PATIENCE_MS)

    async def key(self, words: str) -> None:
        """Taps a key of the menu."""
        self.acts += 1
        await self.where.locator(f'[data-testid="reply-button"][data-text="{words}"]').click(timeout=PATIENCE_MS)

    async def say(self, words: str) -> None:
        """Types a message and sends it."""
        self.acts += 1
        await self.where.get_by_test_id("composer").fill(words)
        await self.where.get_by_test_id("send").click()

    async def puts_the_menu_away(self) -> None:
        """Makes room for a picture; no act."""
        await self.where.get_by_test_id("reply-keyboard-toggle").click()

    async def sees(self, words: str) -> None:
        """Looks at the newest message with the words, a regular expression; no act."""
        shown = self.where.locator('[data-testid="message"]').filter(has_text=re.compile(words)).last
        await expect(shown).to_be_visible(timeout=PATIENCE_MS)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Live]:
    """The demo's world and its bot."""
    async with live(tmp_path_factory.mktemp("page")) as stage:
        yield stage


@pytest.fixture(scope="module")
def sandbox_address(town: Live) -> str:
    """Instead of an empty sandbox: the stage's."""
    return town.sandbox.url


async def test_a_hazard_is_reported_with_a_photo_and_two_taps(town: Live, open_page: Opener) -> None:
    worker = await _alone(town, open_page, "hengdian_worker")

    await worker.photo()
    await worker.tap("没有人")
    await worker.tap("只是隐患")

    await worker.sees(r"已登记 龙水\d{4}-\d+（隐患）")
    assert worker.acts <= USABLE_ACTS


async def test_a_full_report_takes_twelve_acts_and_the_desk_sees_every_field(town: Live, open_page: Opener) -> None:
    page = await open_page(_at(town, "hengdian_neighbour"), _at(town, "longshui_duty", "longshui"), size=WIDE)
    worker, desk = _thumb(town, page, "hengdian_neighbour"), _thumb(town, page, "longshui_duty")

    await worker.photo()
    await worker.tap("没有人")
    await worker.tap("类别")
    await worker.tap("自然灾害")
    await worker.tap("滑坡、崩塌")
    await worker.tap("30分钟前")
    await worker.say("死0重伤1")
    await worker.say(WHAT)
    await worker.tap("已拉警戒线")
    await worker.tap("要增援")
    await worker.tap("就是我")
    await worker.sees(r"类别：滑坡、崩塌[\s\S]*时间：[\s\S]*伤亡：[\s\S]*经过：[\s\S]*措施：[\s\S]*增援：[\s\S]*联系：")
    await worker.tap("已经出事")

    await worker.sees(r"已登记 龙水\d{4}-\d+（事故灾情）")
    assert worker.acts <= FULL_ACTS
    await desk.sees(
        rf"事故灾情 龙水\d{{4}}-\d+（未核实）[\s\S]*滑坡、崩塌：{WHAT}\s*"
        r"死亡0 失联不清楚 被困不清楚 重伤1 受伤不清楚（上报数）\s*"
        r"龙水镇 横店村 第5网格[\s\S]*已采取：已拉警戒线\s*请求增援\s*"
        r"来报 龙水镇横店村第5网格员\s*\+86 10000 \d{5}\s*"
        r"\d\d:\d\d 接报 · \d\d-\d\d \d\d:\d\d 发生 · 照片1"
    )


async def test_a_form_on_one_phone_held_in_one_hand(town: Live, open_page: Opener) -> None:
    page = await open_page(_at(town, "hengdian_worker"), size=NARROW)
    worker = _thumb(town, page, "hengdian_worker")

    await worker.photo()
    await worker.tap("没有人")
    await worker.tap("类别")
    await worker.tap("自然灾害")
    await worker.tap("山洪")
    await worker.tap("返回")

    await worker.sees(r"没有人受威胁。是哪一种？[\s\S]*类别：山洪")
    await worker.puts_the_menu_away()
    await shoot(town, page, "first-report-phone.png")
    await worker.tap("取消")


async def test_a_telephone_report_is_written_down_and_reaches_the_district(town: Live, open_page: Opener) -> None:
    desks = (("longshui_duty", ""), ("longshui_leader", "longshui"), ("district_duty", "district"))
    page = await open_page(*(_at(town, *desk) for desk in desks), size=WIDE)
    officer, district = _thumb(town, page, "longshui_duty"), _thumb(town, page, "district_duty")

    await officer.key("电话接报")
    await officer.say("桥亭村村民 +86 10000 00999")
    await officer.tap("选村镇")
    await officer.tap("桥亭村")
    await officer.say("房子塌了半边，一个老人没找到")
    await officer.say("失联1")
    await officer.sees(r"电话接报 \d\d:\d\d。[\s\S]*龙水镇 桥亭村[\s\S]*失联1")
    await officer.tap("已经出事")

    await officer.sees(r"已登记 龙水\d{4}-\d+（事故灾情）")
    assert officer.acts <= TELEPHONE_ACTS
    await district.sees(
        r"事故灾情 龙水\d{4}-\d+（未核实）\s*是否有人受威胁：看不清，按有处理\s*房子塌了半边[\s\S]*"
        r"死亡不清楚 失联1[\s\S]*龙水镇 桥亭村"
        r"[\s\S]*\+86 10000 00999"
    )
    await officer.puts_the_menu_away()
    await shoot(town, page, "telephone.png")


async def test_a_danger_sign_is_reported_with_a_photo_and_one_tap(town: Live, open_page: Opener) -> None:
    worker = await _alone(town, open_page, "hengdian_neighbour")

    await worker.photo()
    await worker.tap("有，先撤人")

    await worker.sees(r"先撤人，不要等回复。[\s\S]*报告号 龙水\d{4}-\d+")
    assert worker.acts <= USABLE_ACTS - 1


async def _alone(town: Live, open_page: Opener, person: str) -> Thumb:
    return _thumb(town, await open_page(_at(town, person), size=NARROW), person)


def _at(town: Live, person: str, group: str = "") -> tuple[int, int]:
    return town.world.people[person], town.world.groups[group] if group else town.world.people[person]


def _thumb(town: Live, page: Page, person: str) -> Thumb:
    return Thumb(phone(page, town.world.people[person]))
