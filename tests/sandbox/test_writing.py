"""Promises of sending, editing, deleting, pinning and forwarding, through both libraries."""

from typing import Any

import aiohttp
import pytest

from sandbox.client import Control
from sandbox.server import Sandbox
from tests.sandbox.conftest import Wire


async def test_the_bot_knows_itself(client: Any, sandbox: Sandbox) -> None:
    me = await client.bot.get_me()
    assert (me.id, me.username, me.is_bot) == (110000001, "sandbox_bot", True)
    assert me.can_read_all_group_messages is False


async def test_a_marked_text_arrives_as_text_and_entities(client: Any, worker: int, control: Control) -> None:
    sent = await client.bot.send_message(chat_id=worker, text="<b>先撤人</b> &amp; 😀<i>x</i>", parse_mode="HTML")
    assert sent.text == "先撤人 & 😀x"
    assert [(e.type, e.offset, e.length) for e in sent.entities] == [("bold", 0, 3), ("italic", 8, 1)]
    (seen,) = await control.messages(worker)
    assert (seen.text, seen.by_bot, seen.silent) == (sent.text, True, False)
    assert [e["type"] for e in seen.entities] == ["bold", "italic"]


async def test_answers_have_whole_seconds_no_nulls_and_a_from(wire: Wire, worker: int) -> None:
    message = await wire.result("sendMessage", chat_id=worker, text="x")
    assert set(message) == {"message_id", "date", "chat", "from", "text"}
    assert isinstance(message["date"], int)
    assert message["from"] == {"id": 110000001, "is_bot": True, "first_name": "Sandbox", "username": "sandbox_bot"}
    assert message["chat"] == {"id": worker, "type": "private", "first_name": "横店村网格员"}


@pytest.mark.parametrize("form", ["json", "form", "multipart", "query"])
async def test_all_four_forms_of_a_request_mean_the_same(wire: Wire, worker: int, form: str) -> None:
    markup = '{"inline_keyboard": [[{"text": "好", "callback_data": "a"}]]}'
    params = {"chat_id": str(worker), "text": "x", "disable_notification": "true", "reply_markup": markup}
    multipart = aiohttp.FormData(params, default_to_multipart=True)
    options: dict[str, dict[str, Any]] = {
        "json": {"json": params},
        "form": {"data": params},
        "multipart": {"data": multipart},
        "query": {"params": params},
    }
    async with wire.session.post(f"{wire.base}/SENDMESSAGE", **options[form]) as response:
        answer = await response.json()
    assert answer["ok"], answer
    assert answer["result"]["reply_markup"]["inline_keyboard"] == [[{"text": "好", "callback_data": "a"}]]


async def test_a_reply_shows_what_it_replies_to(client: Any, worker: int, control: Control) -> None:
    asked = await control.say(worker, "裂缝变宽")
    sent = await client.bot.send_message(
        chat_id=worker, text="收到", reply_parameters=client.types.ReplyParameters(message_id=asked.message_id)
    )
    assert sent.reply_to_message.text == "裂缝变宽"
    seen = (await control.messages(worker, after=asked.message_id))[0]
    assert seen.reply_to == asked.message_id


async def test_a_silent_message_is_marked_silent(client: Any, worker: int, control: Control) -> None:
    await client.bot.send_message(chat_id=worker, text="x", disable_notification=True)
    assert [message.silent for message in await control.messages(worker)] == [True]


async def test_an_edit_returns_the_message_and_keeps_the_former_version(
    client: Any, worker: int, control: Control
) -> None:
    sent = await client.bot.send_message(chat_id=worker, text="一", reply_markup=client.inline([("好", "a:1")]))
    edited = await client.bot.edit_message_text(chat_id=worker, message_id=sent.message_id, text="二")
    assert (edited.text, edited.reply_markup) == ("二", None)
    assert edited.edit_date is not None
    (seen,) = await control.messages(worker)
    assert (seen.text, seen.buttons) == ("二", [])
    assert seen.edits[0]["text"] == "一"
    assert seen.edits[0]["keyboard"]["rows"] == [[{"text": "好", "data": "a:1"}]]


async def test_a_keyboard_alone_can_be_changed(client: Any, worker: int, control: Control) -> None:
    sent = await client.bot.send_message(chat_id=worker, text="一", reply_markup=client.inline([("好", "a:1")]))
    await client.bot.edit_message_reply_markup(
        chat_id=worker, message_id=sent.message_id, reply_markup=client.inline([("完", "a:2")], [("退", "a:3")])
    )
    (seen,) = await control.messages(worker)
    assert (seen.text, seen.buttons) == ("一", ["完", "退"])


async def test_deleted_messages_are_gone_for_the_bot_and_marked_for_the_watcher(
    client: Any, worker: int, control: Control
) -> None:
    ids = [(await client.bot.send_message(chat_id=worker, text=str(n))).message_id for n in range(3)]
    assert await client.bot.delete_message(chat_id=worker, message_id=ids[0])
    assert await client.bot.delete_messages(chat_id=worker, message_ids=[ids[1], 999])
    assert [message.deleted for message in await control.messages(worker)] == [True, True, False]
    again = await client.refused(client.bot.delete_message(chat_id=worker, message_id=ids[0]))
    assert (again.code, "message to delete not found" in again.text) == (400, True)


async def test_a_pinned_message_is_shown_by_the_chat(client: Any, worker: int, control: Control) -> None:
    first = await client.bot.send_message(chat_id=worker, text="一")
    await client.bot.pin_chat_message(chat_id=worker, message_id=first.message_id)
    chat = await client.bot.get_chat(chat_id=worker)
    assert chat.pinned_message.text == "一"
    messages = await control.messages(worker)
    assert [message.pinned for message in messages] == [True, False]
    assert messages[1].service == "置顶了消息：一"
    await client.bot.unpin_chat_message(chat_id=worker, message_id=first.message_id)
    assert not any(message.pinned for message in await control.messages(worker))


async def test_a_forward_names_the_author_and_a_copy_does_not(client: Any, worker: int, control: Control) -> None:
    said = await control.say(worker, "屋后坡裂了")
    group = await control.group("龙水镇", [worker])
    forwarded = await client.bot.forward_message(chat_id=group, from_chat_id=worker, message_id=said.message_id)
    assert forwarded.forward_origin.sender_user.id == worker
    await client.bot.copy_message(chat_id=group, from_chat_id=worker, message_id=said.message_id)
    shown = await control.messages(group, after=1)
    assert [message.raw["forward"] for message in shown] == [{"name": "横店村网格员"}, None]
    assert {message.text for message in shown} == {"屋后坡裂了"}


async def test_a_location_is_sent_as_one(client: Any, worker: int, control: Control) -> None:
    sent = await client.bot.send_location(chat_id=worker, latitude=29.7, longitude=105.7, horizontal_accuracy=12)
    assert (sent.location.latitude, sent.location.longitude) == (29.7, 105.7)
    assert (await control.messages(worker))[0].location == {
        "latitude": 29.7,
        "longitude": 105.7,
        "horizontal_accuracy": 12.0,
    }


async def test_commands_are_kept_per_scope_and_language(client: Any, control: Control) -> None:
    command = client.types.BotCommand
    await client.bot.set_my_commands(commands=[command(command="todo", description="待办")])
    await client.bot.set_my_commands(
        commands=[command(command="now", description="Now")],
        scope=client.types.BotCommandScopeAllGroupChats(),
        language_code="en",
    )
    assert [found.command for found in await client.bot.get_my_commands()] == ["todo"]
    assert (await control.state())["bot"]["commands"] == [{"command": "todo", "description": "待办"}]


async def test_message_ids_count_up_in_each_chat_by_itself(wire: Wire, worker: int, control: Control) -> None:
    group = await control.group("龙水镇", [worker])
    ids = [(await wire.result("sendMessage", chat_id=worker, text="x"))["message_id"] for _ in range(3)]
    assert ids == [1, 2, 3]
    assert (await wire.result("sendMessage", chat_id=group, text="x"))["message_id"] == 2


async def test_a_link_to_a_person_becomes_a_mention_of_a_user(wire: Wire, worker: int) -> None:
    source = f'<a href="tg://user?id={worker}">他</a><a href="tg://user?id=1">谁</a>'
    sent = await wire.result("sendMessage", chat_id=worker, text=source, parse_mode="HTML")
    assert [(e["type"], e["user"]["id"]) for e in sent["entities"]] == [("text_mention", worker)]


async def test_typing_is_an_event_and_no_message(client: Any, worker: int, control: Control) -> None:
    assert await client.bot.send_chat_action(chat_id=worker, action="typing")
    assert await control.messages(worker) == []
    stream = control.events(after=0)
    kinds = [(await anext(stream))["kind"] for _ in range(2)]
    await stream.aclose()
    assert kinds == ["person", "typing"]
