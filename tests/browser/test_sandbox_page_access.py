"""The sandbox's page for everybody: phone width, both languages, the keyboard alone, screen readers, a lost line."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Opener
from tests.browser.table import Table, button, message, phone

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

HAND = (390, 844)


async def _width(page: Page) -> int:
    return int(await page.evaluate("document.documentElement.scrollWidth"))


async def test_on_a_phone_one_phone_fills_the_screen_and_a_drawer_holds_the_rest(
    table: Table, open_page: Opener
) -> None:
    worker, officer = await table.person("横店村网格员"), await table.person("龙水镇值班员")
    page = await open_page((worker, worker), (officer, officer), size=HAND)
    await expect(phone(page, worker)).to_be_visible()
    await expect(phone(page, officer)).to_be_hidden()
    assert await _width(page) == HAND[0]
    await page.get_by_test_id("drawer-open").click()
    await expect(page.get_by_test_id("advance-5")).to_be_visible()
    await page.locator(f'[data-testid="person-row"][data-person="{officer}"]').click()
    await expect(phone(page, officer)).to_be_visible()
    await expect(phone(page, worker)).to_be_hidden()
    await expect(page.get_by_test_id("advance-5")).to_be_hidden()


async def test_escape_closes_the_drawer_and_gives_the_focus_back(table: Table, open_page: Opener) -> None:
    worker = await table.person()
    page = await open_page((worker, worker), size=HAND)
    await page.get_by_test_id("drawer-open").click()
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("people")).to_be_hidden()
    await expect(page.get_by_test_id("drawer-open")).to_be_focused()


async def test_what_comes_for_a_phone_out_of_sight_is_counted_on_the_drawer(table: Table, open_page: Opener) -> None:
    worker, officer = await table.person(), await table.person()
    page = await open_page((worker, worker), size=HAND)
    await table.say(officer, "有新险情")
    await expect(page.get_by_test_id("drawer-open").locator(".count")).to_have_text("1")


async def test_the_language_is_switched_and_remembered(table: Table, open_page: Opener) -> None:
    worker = await table.person()
    page = await open_page((worker, worker))
    sent = await table.say(worker, "第一版")
    await table.bot("editMessageText", chat_id=worker, message_id=sent, text="第二版")
    await expect(message(phone(page, worker), sent).get_by_test_id("edited")).to_contain_text("已编辑")
    await page.get_by_test_id("lang-switch").click()
    await expect(message(phone(page, worker), sent).get_by_test_id("edited")).to_contain_text("edited")
    await expect(page.get_by_test_id("advance-120")).to_have_text("+2 h")
    await expect(phone(page, worker).get_by_test_id("composer")).to_have_attribute("placeholder", "Message")
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(page.get_by_test_id("faults-open")).to_contain_text("Faults")


async def test_a_report_is_made_and_answered_with_the_keyboard_alone(table: Table, open_page: Opener) -> None:
    worker = await table.person()
    page = await open_page((worker, worker))
    await page.locator(f'[data-testid="person-row"][data-person="{worker}"]').focus()
    await page.keyboard.press("Enter")
    await _tab_to(page, "composer")
    await page.keyboard.type("坡裂了")
    await page.keyboard.press("Enter")
    assert (await table.update("message"))["text"] == "坡裂了"
    await table.say(
        worker, "有人受威胁吗？", {"text": "有", "callback_data": "y"}, {"text": "没有", "callback_data": "n"}
    )
    await expect(button(phone(page, worker), "没有")).to_be_visible()
    await _tab_to(page, "inline-button", "Shift+Tab")
    await expect(button(phone(page, worker), "没有")).to_be_focused()
    await page.keyboard.press("Enter")
    query = await table.update("callback_query")
    assert query["data"] == "n"
    await table.bot("answerCallbackQuery", callback_query_id=query["id"], text="好")
    await table.bot("editMessageText", chat_id=worker, message_id=query["message"]["message_id"], text="没有人")
    await expect(phone(page, worker).get_by_text("没有人", exact=True)).to_be_visible()


async def test_the_arrow_keys_walk_through_the_messages_and_enter_answers_one(table: Table, open_page: Opener) -> None:
    worker = await table.person()
    page = await open_page((worker, worker))
    first = await table.say(worker, "第一条")
    last = await table.say(worker, "第二条")
    await expect(message(phone(page, worker), last)).to_be_visible()
    await phone(page, worker).locator(".unit[tabindex='0']").focus()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await expect(phone(page, worker).get_by_test_id("context")).to_contain_text("第一条")
    await page.keyboard.type("知道了")
    await page.keyboard.press("Enter")
    assert (await table.update("message"))["reply_to_message"]["message_id"] == first


async def test_a_button_keeps_the_focus_when_its_message_is_edited(table: Table, open_page: Opener) -> None:
    worker = await table.person()
    page = await open_page((worker, worker))
    again = {"text": "再来", "callback_data": "again"}
    sent = await table.say(worker, "一", again)
    await button(phone(page, worker), "再来").focus()
    markup = {"inline_keyboard": [[again]]}
    await table.bot("editMessageText", chat_id=worker, message_id=sent, text="二", reply_markup=markup)
    await expect(message(phone(page, worker), sent).get_by_test_id("message-text")).to_have_text("二")
    await expect(button(phone(page, worker), "再来")).to_be_focused()


async def test_new_messages_are_read_out_with_owner_and_sender(table: Table, open_page: Opener) -> None:
    worker = await table.person("横店村网格员")
    page = await open_page((worker, worker))
    await table.say(worker, "先撤人")
    region = page.get_by_test_id("live-region")
    await expect(region).to_have_attribute("aria-live", "polite")
    await expect(region).to_contain_text("横店村网格员的手机响了")
    await expect(region).to_contain_text("先撤人")


@pytest.mark.parametrize(("size", "opener"), [((1300, 800), "faults-open"), (HAND, "drawer-open")])
async def test_every_control_has_a_name(table: Table, open_page: Opener, size: tuple[int, int], opener: str) -> None:
    worker = await table.person()
    group = await table.group("值班群", worker)
    page = await open_page((worker, worker), (worker, group), size=size)
    await table.say(worker, "看", {"text": "好", "callback_data": "ok"})
    await page.get_by_test_id(opener).click()
    nameless = await page.evaluate(
        """() => [...document.querySelectorAll("button, select, textarea, input")]
            .filter((node) => node.checkVisibility({ visibilityProperty: true }))
            .filter((node) => !(node.getAttribute("aria-label") || node.innerText.trim() || node.labels?.length))
            .map((node) => node.outerHTML)"""
    )
    assert nameless == []


@pytest.mark.parametrize(("motion", "shakes"), [(True, True), (False, False)])
async def test_a_ringing_phone_shakes_unless_less_motion_is_wanted(
    table: Table, open_page: Opener, motion: bool, shakes: bool
) -> None:
    worker = await table.person()
    page = await open_page((worker, worker), motion=motion)
    await table.say(worker, "先撤人")
    await expect(phone(page, worker)).to_have_attribute("data-bell", "1")
    seconds = await phone(page, worker).evaluate("(node) => getComputedStyle(node).animationDuration")
    assert (float(seconds.rstrip("s")) > 0.1) is shakes


async def test_the_hint_is_dismissed_for_good(table: Table, open_page: Opener) -> None:
    worker = await table.person()
    page = await open_page((worker, worker))
    await page.get_by_test_id("hint-close").click()
    await page.reload()
    await page.wait_for_selector("html[data-ready]")
    await expect(page.get_by_test_id("hint")).to_be_hidden()


async def test_a_draft_waits_in_its_chat(table: Table, open_page: Opener) -> None:
    worker = await table.person()
    group = await table.group("值班群", worker)
    page = await open_page((worker, worker))
    await phone(page, worker).get_by_test_id("composer").fill("写到一半")
    await phone(page, worker).get_by_test_id("chat-switch").select_option(str(group))
    await expect(phone(page, worker).get_by_test_id("composer")).to_have_value("")
    await phone(page, worker).get_by_test_id("chat-switch").select_option(str(worker))
    await expect(phone(page, worker).get_by_test_id("composer")).to_have_value("写到一半")


async def _tab_to(page: Page, testid: str, key: str = "Tab") -> None:
    """Press Tab until the focus is on an element with this mark."""
    for _ in range(60):
        await page.keyboard.press(key)
        if await page.evaluate("document.activeElement?.dataset?.testid") == testid:
            return
    raise AssertionError(f"{key} never reached {testid}")
