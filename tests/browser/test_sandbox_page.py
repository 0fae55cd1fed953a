"""The sandbox's page in a real browser: what people do on their phones arrives, and what the bot does is seen."""

import asyncio
import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Opener
from tests.browser.table import USERNAME, Table, button, message, phone

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


async def test_the_list_shows_people_and_a_click_opens_their_phone(table: Table, open_page: Opener) -> None:
    worker, officer = await table.person("横店村网格员"), await table.person("龙水镇值班员", started=False)
    page = await open_page((worker, worker))
    row = page.locator(f'[data-testid="person-row"][data-person="{officer}"]')
    await expect(row).to_contain_text("龙水镇值班员")
    await expect(row).to_contain_text("未开始对话")
    await row.click()
    await expect(phone(page, officer)).to_be_visible()
    await expect(phone(page, worker)).to_be_visible()
    await expect(page.get_by_test_id("demo-badge")).to_have_text("演示 DEMO")
    assert (await page.title()).startswith("演示 DEMO")


async def test_a_fifth_phone_takes_the_place_of_the_oldest(table: Table, open_page: Opener) -> None:
    people = [await table.person() for _ in range(5)]
    page = await open_page(*((person, person) for person in people[:4]))
    await page.locator(f'[data-testid="person-row"][data-person="{people[4]}"]').click()
    await expect(page.get_by_test_id("phone")).to_have_count(4)
    await expect(phone(page, people[4])).to_be_visible()
    await expect(phone(page, people[0])).to_have_count(0)


async def test_a_text_typed_on_a_phone_reaches_the_bot(table: Table, open_page: Opener) -> None:
    worker = await table.person()
    page = await open_page((worker, worker))
    await phone(page, worker).get_by_test_id("composer").fill("屋后坡裂了，下面住三户")
    await phone(page, worker).get_by_test_id("send").click()
    heard = await table.update("message")
    assert heard["text"] == "屋后坡裂了，下面住三户"
    assert heard["from"]["id"] == worker
    sent = message(phone(page, worker), heard["message_id"])
    await expect(sent).to_have_attribute("data-own", "true")
    await expect(phone(page, worker).get_by_test_id("composer")).to_have_value("")


async def test_one_click_sends_an_example_photo(table: Table, open_page: Opener) -> None:
    worker = await table.person()
    page = await open_page((worker, worker))
    await phone(page, worker).get_by_test_id("attach-photo-example").click()
    heard = await table.update("message")
    largest = heard["photo"][-1]
    assert (largest["width"], largest["height"]) == (1200, 900)
    picture = message(phone(page, worker), heard["message_id"]).locator("img")
    await expect(picture).to_have_js_property("naturalWidth", 1200)


async def test_one_click_sends_a_voice_note_in_the_format_phones_use(table: Table, open_page: Opener) -> None:
    worker = await table.person()
    page = await open_page((worker, worker))
    await phone(page, worker).get_by_test_id("attach-voice-example").click()
    heard = await table.update("message")
    assert heard["voice"]["mime_type"] == "audio/ogg"
    assert heard["voice"]["duration"] == 3
    played = await page.evaluate(
        """async (address) => {
            const bytes = await (await fetch(address)).arrayBuffer();
            const sound = await new OfflineAudioContext(1, 48000, 48000).decodeAudioData(bytes);
            return { seconds: sound.duration, loudest: Math.max(...sound.getChannelData(0).slice(0, 48000)) };
        }""",
        await message(phone(page, worker), heard["message_id"]).locator("audio").get_attribute("src"),
    )
    assert played["seconds"] == pytest.approx(3, abs=0.1)
    assert played["loudest"] > 0.05


async def test_several_chosen_files_become_one_album(table: Table, open_page: Opener) -> None:
    worker = await table.person()
    page = await open_page((worker, worker))
    dot = await page.screenshot(clip={"x": 0, "y": 0, "width": 60, "height": 40})
    files = [{"name": f"{number}.png", "mimeType": "image/png", "buffer": dot} for number in range(3)]
    await phone(page, worker).get_by_test_id("composer").fill("三张")
    await phone(page, worker).get_by_test_id("attach-file").set_input_files(files)  # type: ignore[arg-type]  # a plain dict is its typed dict
    await expect(phone(page, worker).locator(".album [data-testid=message]")).to_have_count(3)
    parts = await table.messages(worker)
    assert len({part["album"] for part in parts}) == 1
    assert parts[0]["caption"] == "三张"


async def test_a_location_starts_near_the_district_and_can_be_changed(table: Table, open_page: Opener) -> None:
    worker = await table.person()
    page = await open_page((worker, worker))
    await phone(page, worker).get_by_test_id("attach-location").click()
    await expect(page.get_by_test_id("field-longitude")).to_have_value("105.72")
    await page.get_by_test_id("field-latitude").fill("29.712")
    await page.get_by_test_id("form-ok").click()
    place = (await table.update("message"))["location"]
    assert (place["latitude"], place["longitude"]) == (29.712, 105.72)


async def test_a_message_of_the_bot_appears_with_its_buttons_on_the_right_phone_only(
    table: Table, open_page: Opener
) -> None:
    worker, officer = await table.person(), await table.person()
    page = await open_page((worker, worker), (officer, officer))
    sent = await table.say(worker, "有人受威胁吗？", {"text": "有，先撤人", "callback_data": "yes"})
    await expect(button(message(phone(page, worker), sent), "有，先撤人")).to_be_visible()
    await expect(phone(page, officer).get_by_test_id("message")).to_have_count(0)


async def test_a_tapped_button_spins_until_the_bot_answers_and_the_answer_is_shown(
    table: Table, open_page: Opener
) -> None:
    worker = await table.person()
    page = await open_page((worker, worker))
    await table.say(worker, "谁来处理？", {"text": "我来处理", "callback_data": "7:take:1"})
    tapped = button(phone(page, worker), "我来处理")
    await tapped.click()
    query = await table.update("callback_query")
    assert query["data"] == "7:take:1"
    await expect(tapped).to_have_attribute("aria-busy", "true")
    await table.bot("answerCallbackQuery", callback_query_id=query["id"], text="已接手")
    await expect(phone(page, worker).get_by_test_id("toast")).to_have_text("已接手")
    await expect(tapped).not_to_have_attribute("aria-busy", "true")


async def test_an_alert_is_a_dialog_that_escape_closes(table: Table, open_page: Opener) -> None:
    worker = await table.person()
    page = await open_page((worker, worker))
    await table.say(worker, "要签发吗？", {"text": "签发", "callback_data": "sign"})
    await button(phone(page, worker), "签发").click()
    query = await table.update("callback_query")
    await table.bot("answerCallbackQuery", callback_query_id=query["id"], text="你没有权限", show_alert=True)
    await expect(page.get_by_test_id("alert-dialog")).to_contain_text("你没有权限")
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("alert-dialog")).to_have_count(0)
    await expect(button(phone(page, worker), "签发")).to_be_focused()


async def test_a_new_message_rings_and_a_mere_edit_does_not(table: Table, open_page: Opener) -> None:
    worker = await table.person()
    page = await open_page((worker, worker))
    sent = await table.say(worker, "第一版")
    shown = message(phone(page, worker), sent)
    await expect(shown).to_have_attribute("data-arrival", "ringing")
    await expect(phone(page, worker)).to_have_attribute("data-bell", "1")
    await expect(phone(page, worker)).to_have_class(re.compile("ringing"))
    await phone(page, worker).get_by_test_id("phone-subtitle").click()
    await expect(phone(page, worker)).not_to_have_attribute("data-bell", "1")

    await table.bot("editMessageText", chat_id=worker, message_id=sent, text="第二版")
    await expect(shown.get_by_test_id("message-text")).to_have_text("第二版")
    await expect(shown.get_by_test_id("edited")).to_have_text(re.compile(r"已编辑 \d\d:\d\d"))
    await expect(shown).to_have_class(re.compile("just-edited"))
    assert await phone(page, worker).get_attribute("data-bell") is None
    await shown.get_by_test_id("edited").click()
    await expect(page.get_by_test_id("history-dialog").locator("li")).to_have_count(2)


async def test_a_silent_message_comes_without_a_bell(table: Table, open_page: Opener) -> None:
    worker = await table.person()
    page = await open_page((worker, worker))
    sent = await table.say(worker, "小结", disable_notification=True)
    shown = message(phone(page, worker), sent)
    await expect(shown).to_have_attribute("data-arrival", "silent")
    await expect(shown.get_by_test_id("muted-bell")).to_be_visible()
    await expect(shown.get_by_test_id("bell")).to_have_count(0)
    assert await phone(page, worker).get_attribute("data-bell") is None


async def test_a_group_rings_on_every_members_phone_whatever_it_shows(table: Table, open_page: Opener) -> None:
    village, town, other = await table.person(), await table.person(), await table.person()
    group = await table.group("龙水镇应急值班群", village, town)
    page = await open_page((village, group), (town, town), (other, other))
    sent = await table.say(group, "险情，镇值班员请接手")
    await expect(message(phone(page, village), sent)).to_be_visible()
    await expect(phone(page, town).get_by_test_id("banner")).to_contain_text("龙水镇应急值班群")
    await expect(phone(page, town)).to_have_attribute("data-bell", "1")
    await expect(page.locator(f'[data-testid="person-row"][data-person="{town}"]')).to_have_attribute(
        "data-unread", "1"
    )
    assert await phone(page, other).get_attribute("data-bell") is None
    await phone(page, town).get_by_test_id("banner").get_by_role("button").click()
    await expect(message(phone(page, town), sent)).to_be_visible()
    await expect(page.locator(f'[data-testid="person-row"][data-person="{town}"]')).to_have_attribute(
        "data-unread", "0"
    )


async def test_what_a_member_says_in_a_group_rings_for_the_others_only(table: Table, open_page: Opener) -> None:
    village, town = await table.person(), await table.person()
    group = await table.group("值班群", village, town)
    page = await open_page((village, group), (town, group))
    await phone(page, village).get_by_test_id("composer").fill("收到")
    await phone(page, village).get_by_test_id("composer").press("Enter")
    await expect(phone(page, town)).to_have_attribute("data-bell", "1")
    assert await phone(page, village).get_attribute("data-bell") is None


async def test_the_contact_button_hands_over_the_persons_own_card(table: Table, open_page: Opener) -> None:
    worker = await table.person("横店村网格员", phone="+8619900000007")
    page = await open_page((worker, worker))
    keyboard = {
        "keyboard": [[{"text": "发我的号码", "request_contact": True}, {"text": "待办"}]],
        "one_time_keyboard": True,
    }
    await table.bot("sendMessage", chat_id=worker, text="先认一认你", reply_markup=keyboard)
    await phone(page, worker).locator('[data-testid="reply-button"][data-text="发我的号码"]').click()
    await page.get_by_test_id("confirm-ok").click()
    card = (await table.update("message"))["contact"]
    assert card["phone_number"] == "+8619900000007"
    assert card["user_id"] == worker
    await expect(phone(page, worker).get_by_test_id("reply-keyboard")).to_be_hidden()


async def test_a_reply_button_says_its_words(table: Table, open_page: Opener) -> None:
    worker = await table.person()
    page = await open_page((worker, worker))
    keyboard = {"keyboard": [[{"text": "电话接报"}]], "is_persistent": True}
    await table.bot("sendMessage", chat_id=worker, text="值班中", reply_markup=keyboard)
    await phone(page, worker).locator('[data-testid="reply-button"][data-text="电话接报"]').click()
    assert (await table.update("message"))["text"] == "电话接报"


async def test_a_deep_link_in_a_group_says_start_in_the_private_chat(table: Table, open_page: Opener) -> None:
    worker = await table.person()
    group = await table.group("龙水镇应急值班群", worker)
    page = await open_page((worker, group))
    await table.say(group, "请登记", {"text": "去登记", "url": f"https://t.me/{USERNAME}?start=inv-7f3A"})
    await button(phone(page, worker), "去登记").click()
    heard = await table.update("message")
    assert (heard["text"], heard["chat"]["id"]) == ("/start inv-7f3A", worker)
    await expect(phone(page, worker)).to_have_attribute("data-chat", str(worker))


async def test_an_outside_link_is_shown_and_not_opened(table: Table, open_page: Opener) -> None:
    worker = await table.person()
    page = await open_page((worker, worker))
    await table.say(worker, "地图", {"text": "看地图", "url": "https://example.org/map"})
    await button(phone(page, worker), "看地图").click()
    await expect(page.get_by_test_id("link-dialog")).to_contain_text("https://example.org/map")
    assert len(page.context.pages) == 1


async def test_a_message_is_answered_and_an_own_one_corrected(table: Table, open_page: Opener) -> None:
    worker = await table.person()
    page = await open_page((worker, worker))
    asked = await table.say(worker, "几户几人？")
    await message(phone(page, worker), asked).locator(".bubble").click()
    await phone(page, worker).get_by_test_id("composer").fill("三户")
    await phone(page, worker).get_by_test_id("send").click()
    heard = await table.update("message")
    assert heard["reply_to_message"]["message_id"] == asked

    own = message(phone(page, worker), heard["message_id"])
    await expect(own.get_by_test_id("quote")).to_contain_text("几户几人？")
    await own.hover()
    await own.get_by_test_id("message-edit").click()
    await phone(page, worker).get_by_test_id("composer").fill("三户十一人")
    await phone(page, worker).get_by_test_id("send").click()
    assert (await table.update("edited_message"))["text"] == "三户十一人"
    await expect(own.get_by_test_id("edited")).to_be_visible()


async def test_marks_stand_on_the_right_letters_and_tags_stay_text(table: Table, open_page: Opener) -> None:
    worker = await table.person()
    page = await open_page((worker, worker))
    text = "🔴🌊 <b>先撤人</b>，<i>不要<u>等回复</u></i> &lt;img src=x&gt; <code>0712</code>"
    sent = await table.say(worker, text, parse_mode="HTML")
    words = message(phone(page, worker), sent).get_by_test_id("message-text")
    await expect(words).to_have_text("🔴🌊 先撤人，不要等回复 <img src=x> 0712")
    await expect(words.locator("strong")).to_have_text("先撤人")
    await expect(words.locator("em u")).to_have_text("等回复")
    await expect(words.locator("code")).to_have_text("0712")
    await expect(words.locator("img")).to_have_count(0)


async def test_pinned_and_deleted_messages_are_marked(table: Table, open_page: Opener) -> None:
    worker = await table.person()
    page = await open_page((worker, worker))
    kept, gone = await table.say(worker, "置顶的"), await table.say(worker, "发错了")
    await table.bot("pinChatMessage", chat_id=worker, message_id=kept)
    await table.bot("deleteMessage", chat_id=worker, message_id=gone)
    await expect(message(phone(page, worker), kept).get_by_test_id("pinned")).to_be_visible()
    await expect(message(phone(page, worker), gone)).to_have_text(re.compile("消息已删除"))


async def test_fast_forward_moves_the_clock_on_every_phone(table: Table, open_page: Opener) -> None:
    worker = await table.person()
    page = await open_page((worker, worker))
    before = (await table.control("GET", "clock"))["offset"]
    shown = await page.get_by_test_id("clock").get_attribute("datetime")
    await page.get_by_test_id("advance-30").click()
    await expect(page.get_by_test_id("toast")).to_contain_text("30")
    assert (await table.control("GET", "clock"))["offset"] - before == pytest.approx(1800, abs=1)
    assert (await page.get_by_test_id("clock").get_attribute("datetime") or "") > (shown or "~")


async def test_a_fault_is_switched_on_shown_and_switched_off(table: Table, open_page: Opener) -> None:
    worker = await table.person()
    page = await open_page((worker, worker))
    await page.get_by_test_id("faults-open").click()
    await page.get_by_test_id("fault-flood").click()
    await expect(page.get_by_test_id("fault-count")).to_have_text("1")
    assert [fault["kind"] for fault in (await table.control("GET", "state"))["faults"]] == ["flood"]
    await page.get_by_test_id("faults-off").click()
    await expect(page.get_by_test_id("fault-count")).to_be_hidden()
    await page.get_by_test_id("fault-block-chat").select_option(str(worker))
    await page.get_by_test_id("fault-block").click()
    await expect(phone(page, worker).get_by_test_id("unblock")).to_be_visible()


async def test_the_calls_panel_follows_what_the_bot_does(table: Table, open_page: Opener) -> None:
    worker = await table.person()
    page = await open_page((worker, worker))
    await page.get_by_test_id("calls-open").click()
    await table.say(worker, "记下来")
    newest = page.locator('[data-testid="call-row"][data-method="sendMessage"]').first
    await expect(newest).to_contain_text("记下来")


async def test_a_person_and_a_group_are_made_on_the_page(table: Table, open_page: Opener) -> None:
    worker = await table.person("宝顶镇值班员")
    page = await open_page((worker, worker))
    await page.get_by_test_id("new-person").click()
    await page.get_by_test_id("field-name").fill("雍溪镇值班员")
    await page.get_by_test_id("form-ok").click()
    opened = page.locator('[data-testid="phone"]').nth(1)
    await expect(opened.get_by_test_id("phone-owner")).to_have_text("雍溪镇值班员")
    await opened.get_by_test_id("start").click()
    heard = await table.update("message")
    assert (heard["text"], heard["from"]["first_name"]) == ("/start", "雍溪镇值班员")

    await page.get_by_test_id("new-group").click()
    await page.get_by_test_id("field-title").fill("雍溪镇值班群")
    await page.get_by_test_id("group-form").get_by_label("雍溪镇值班员").check()
    await page.get_by_test_id("form-ok").click()
    assert (await table.update("my_chat_member"))["chat"]["title"] == "雍溪镇值班群"
    await expect(page.get_by_test_id("group-row").filter(has_text="雍溪镇值班群")).to_be_visible()


async def test_a_document_of_the_bot_is_saved_under_its_name(table: Table, open_page: Opener) -> None:
    officer = await table.person()
    page = await open_page((officer, officer))
    sent = await table.hand(officer, "预0712-1 结案报告.docx", b"PK paper")
    row = message(phone(page, officer), sent).get_by_test_id("document")
    await expect(row).to_contain_text("预0712-1 结案报告.docx")
    async with page.expect_download() as caught:
        await row.click()
    download = await caught.value
    assert download.suggested_filename == "预0712-1 结案报告.docx"
    assert (await download.path()).read_bytes() == b"PK paper"


async def test_a_refused_act_is_told_in_the_sandboxs_own_words(table: Table, open_page: Opener) -> None:
    worker = await table.person()
    page = await open_page((worker, worker))
    await phone(page, worker).get_by_test_id("composer").fill("长" * 4097)
    await phone(page, worker).get_by_test_id("send").click()
    await expect(phone(page, worker).get_by_test_id("toast")).to_contain_text("4096")
    await expect(phone(page, worker).get_by_test_id("composer")).to_have_value("长" * 4097)


async def test_two_phones_of_one_person_and_a_burst_of_messages_stay_in_order(table: Table, open_page: Opener) -> None:
    worker = await table.person()
    group = await table.group("值班群", worker)
    page = await open_page((worker, worker), (worker, group))
    first = [await table.say(worker, f"私 {number}") for number in range(4)]
    await asyncio.gather(*(table.say(group, f"群 {number}") for number in range(4)))
    private = page.locator(f'[data-testid="phone"][data-chat="{worker}"] [data-testid="message-text"]')
    await expect(private).to_have_text([f"私 {number}" for number, _ in enumerate(first)])
    shared = page.locator(
        f'[data-testid="phone"][data-chat="{group}"] [data-testid="message"]:not([data-kind="service"])'
    )
    await expect(shared).to_have_count(4)
