"""Promises of buttons: inline ones and their answers, old ones, reply keyboards, and keyboards that are refused."""

import asyncio
from typing import Any

import pytest

from sandbox.client import Control, ControlError
from sandbox.seen import Tapped
from tests.sandbox.conftest import Wire


async def tapped(client: Any, control: Control, person: int, message_id: int, word: str, **more: Any) -> Any:
    """Tap and return the running tap and the query the bot got."""
    tap = asyncio.create_task(control.tap(person, message_id, word, **more))
    updates = await client.bot.get_updates(timeout=5)
    return tap, updates[-1].callback_query


async def test_a_tap_reaches_the_bot_and_its_answer_the_person(client: Any, control: Control, worker: int) -> None:
    keys = client.inline([("有", "y:1")])
    sent = await client.bot.send_message(chat_id=worker, text="有人受威胁吗？", reply_markup=keys)
    tap, query = await tapped(client, control, worker, sent.message_id, "有")
    assert (query.data, query.from_user.id, query.message.text) == ("y:1", worker, "有人受威胁吗？")
    await client.bot.answer_callback_query(callback_query_id=query.id, text="已报", show_alert=True)
    found = await tap
    assert (found.answered, found.text, found.alert) == (True, "已报", True)


async def test_a_button_on_a_deleted_message_still_taps_with_a_date_of_0(
    client: Any, control: Control, worker: int
) -> None:
    sent = await client.bot.send_message(chat_id=worker, text="x", reply_markup=client.inline([("好", "a")]))
    await client.bot.delete_message(chat_id=worker, message_id=sent.message_id)
    tap, query = await tapped(client, control, worker, sent.message_id, "好")
    raw_date = query.message.date
    assert (raw_date if isinstance(raw_date, int) else raw_date.timestamp()) == 0
    assert (query.message.chat.id, query.message.message_id) == (worker, sent.message_id)
    await client.bot.answer_callback_query(callback_query_id=query.id)
    assert (await tap).answered


async def test_a_button_of_a_former_version_can_still_be_pressed(client: Any, control: Control, worker: int) -> None:
    sent = await client.bot.send_message(chat_id=worker, text="x", reply_markup=client.inline([("接手", "take:1")]))
    await client.bot.edit_message_text(chat_id=worker, message_id=sent.message_id, text="y")
    tap, query = await tapped(client, control, worker, sent.message_id, "接手")
    assert query.data == "take:1"
    await client.bot.answer_callback_query(callback_query_id=query.id)
    await tap


async def test_invented_data_is_sent_only_on_request(client: Any, control: Control, worker: int) -> None:
    sent = await client.bot.send_message(chat_id=worker, text="x", reply_markup=client.inline([("好", "a")]))
    with pytest.raises(ControlError, match="there are: 好"):
        await control.tap(worker, sent.message_id, data="b")
    tap = asyncio.create_task(control.tap(worker, sent.message_id, data="b", forged=True))
    (update,) = await client.bot.get_updates(timeout=5)
    assert update.callback_query.data == "b"
    await client.bot.answer_callback_query(callback_query_id=update.callback_query.id)
    await tap


async def test_a_query_is_too_old_after_a_minute(client: Any, control: Control, worker: int) -> None:
    sent = await client.bot.send_message(chat_id=worker, text="x", reply_markup=client.inline([("好", "a")]))
    tap, query = await tapped(client, control, worker, sent.message_id, "好")
    await control.advance(1.1)
    refusal = await client.refused(client.bot.answer_callback_query(callback_query_id=query.id))
    assert (refusal.code, "query is too old" in refusal.text) == (400, True)
    tap.cancel()


async def test_links_and_copy_buttons_need_no_bot(wire: Wire, control: Control, worker: int) -> None:
    rows = [[{"text": "图", "url": "https://example.org/"}, {"text": "号", "copy_text": {"text": "0712"}}]]
    sent = await wire.result("sendMessage", chat_id=worker, text="x", reply_markup={"inline_keyboard": rows})
    assert await control.tap(worker, sent["message_id"], "图") == Tapped(True, url="https://example.org/")
    assert await control.tap(worker, sent["message_id"], "号") == Tapped(True, text="0712")
    (seen,) = await control.messages(worker)
    shown = [{"text": "图", "url": "https://example.org/"}, {"text": "号", "copy": "0712"}]
    assert seen.raw["keyboard"]["rows"] == [shown]


async def test_a_stranger_cannot_tap_in_a_group(wire: Wire, control: Control, worker: int) -> None:
    group = await control.group("龙水镇", [worker])
    stranger = await control.person("雍溪镇值班员")
    keys = {"inline_keyboard": [[{"text": "好", "callback_data": "a"}]]}
    sent = await wire.result("sendMessage", chat_id=group, text="x", reply_markup=keys)
    with pytest.raises(ControlError, match="is not in chat"):
        await control.tap(stranger, sent["message_id"], "好", chat=group)


async def test_a_reply_keyboard_says_its_words_and_a_one_time_one_goes(
    client: Any, control: Control, worker: int
) -> None:
    keys = client.reply_keys([{"text": "待办"}, {"text": "现在"}], one_time_keyboard=True, resize_keyboard=True)
    await client.bot.send_message(chat_id=worker, text="x", reply_markup=keys)
    shown = (await control.look(worker)).reply_keyboard
    assert shown is not None
    assert (shown.texts, shown.one_time, shown.resize) == (["待办", "现在"], True, True)
    found = await control.tap(worker, None, "待办")
    assert found.update_id is not None
    (update,) = await client.bot.get_updates()
    assert update.message.text == "待办"
    assert (await control.look(worker)).reply_keyboard is None


async def test_contact_and_location_buttons_share_the_persons_own(client: Any, control: Control, worker: int) -> None:
    keys = client.reply_keys(
        [{"text": "我的号码", "request_contact": True}], [{"text": "我的位置", "request_location": True}]
    )
    await client.bot.send_message(chat_id=worker, text="x", reply_markup=keys)
    await control.tap(worker, None, "我的号码")
    await control.tap(worker, None, "我的位置", latitude=29.6, longitude=105.8)
    first, second = await client.bot.get_updates()
    assert (first.message.contact.user_id, first.message.contact.phone_number) == (worker, "+86 13800000001")
    assert (second.message.location.latitude, second.message.location.longitude) == (29.6, 105.8)


async def test_a_removed_keyboard_leaves_the_phone(client: Any, control: Control, worker: int) -> None:
    await client.bot.send_message(chat_id=worker, text="x", reply_markup=client.reply_keys([{"text": "待办"}]))
    remove = client.types.ReplyKeyboardRemove(remove_keyboard=True) if client.name == "aiogram" else None
    await client.bot.send_message(chat_id=worker, text="y", reply_markup=remove or client.types.ReplyKeyboardRemove())
    assert (await control.look(worker)).reply_keyboard is None


async def test_in_groups_keyboards_are_kept_for_each_person(wire: Wire, control: Control, worker: int) -> None:
    other = await control.person("镇值班员")
    group = await control.group("龙水镇", [worker, other])
    asked = await control.say(worker, "/menu", chat=group)
    keys = {"keyboard": [["好"]], "selective": True}
    await wire.result(
        "sendMessage", chat_id=group, text="x", reply_markup=keys, reply_parameters={"message_id": asked.message_id}
    )
    mine, others = await control.look(group, person=worker), await control.look(group, person=other)
    assert mine.reply_keyboard is not None
    assert mine.reply_keyboard.texts == ["好"]
    assert others.reply_keyboard is None


ROW: list[dict[str, Any]] = [{"text": "好", "callback_data": "a"}]
BAD_KEYBOARDS: dict[str, tuple[Any, str]] = {
    "no object": ("[]", "object expected as reply markup"),
    "no json": ("{", "can't parse reply keyboard markup JSON object"),
    "none of the four": ({"inline_keybord": [ROW]}, "object expected as reply markup"),
    "no rows": ({"inline_keyboard": "x"}, "can't parse inline keyboard button"),
    "flat": ({"inline_keyboard": ROW}, "can't parse inline keyboard button"),
    "data of the wrong type": (
        {"inline_keyboard": [[{"text": "好", "callback_data": 5}]]},
        "can't parse inline keyboard",
    ),
    "no text": ({"inline_keyboard": [[{"text": " ", "callback_data": "a"}]]}, "text is empty"),
    "no action": ({"inline_keyboard": [[{"text": "好"}]]}, "Text buttons are unallowed in the inline keyboard"),
    "two actions": ({"inline_keyboard": [[{**ROW[0], "url": "https://a.org"}]]}, "exactly one action"),
    "65 bytes": ({"inline_keyboard": [[{"text": "好", "callback_data": "水" * 21 + "ab"}]]}, "BUTTON_DATA_INVALID"),
    "empty data": ({"inline_keyboard": [[{"text": "好", "callback_data": ""}]]}, "BUTTON_DATA_INVALID"),
    "no address": ({"inline_keyboard": [[{"text": "好", "url": "nowhere"}]]}, "BUTTON_URL_INVALID"),
    "too many": ({"inline_keyboard": [ROW] * 101}, "reply markup is too long"),
    "empty reply keyboard": ({"keyboard": []}, "can't parse keyboard button"),
}


@pytest.mark.parametrize("case", BAD_KEYBOARDS)
async def test_a_wrong_keyboard_is_refused_and_never_taken_for_another(wire: Wire, worker: int, case: str) -> None:
    markup, words = BAD_KEYBOARDS[case]
    answer = await wire("sendMessage", chat_id=worker, text="x", reply_markup=markup)
    assert (answer["ok"], words in answer.get("description", "")) == (False, True), answer


async def test_64_bytes_of_data_fit(wire: Wire, worker: int) -> None:
    keys = {"inline_keyboard": [[{"text": "好", "callback_data": "水" * 21 + "a"}]]}
    await wire.result("sendMessage", chat_id=worker, text="x", reply_markup=keys)


@pytest.mark.parametrize("field", ["request_contact", "request_location"])
async def test_groups_refuse_buttons_that_share(client: Any, control: Control, worker: int, field: str) -> None:
    group = await control.group("龙水镇", [worker])
    keys = client.reply_keys([{"text": "给", field: True}])
    refusal = await client.refused(client.bot.send_message(chat_id=group, text="x", reply_markup=keys))
    assert (refusal.code, "can be requested in private chats only" in refusal.text) == (400, True)
