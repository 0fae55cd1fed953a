"""Promises of groups: who is in, what the bot hears there, topics, anonymous administrators, upgrades and exits."""

import asyncio
from typing import Any

import pytest

from sandbox.client import Control, ControlError
from sandbox.server import Sandbox
from tests.sandbox.conftest import Wire

ANONYMOUS = 1087968824


def kinds(updates: list[dict[str, Any]]) -> list[str]:
    return [key for update in updates for key in update if key != "update_id"]


def heard(updates: list[dict[str, Any]]) -> list[str]:
    return [update["message"]["text"] for update in updates if "text" in update.get("message", {})]


@pytest.fixture
async def group(control: Control, wire: Wire, worker: int) -> int:
    """A group with the worker (its owner) and the bot, its beginnings confirmed."""
    made = await control.group("龙水镇", [worker])
    await wire.confirm()
    return made


async def test_a_new_group_tells_the_bot_that_it_is_in(client: Any, control: Control, worker: int) -> None:
    group = await control.group("龙水镇", [worker], bot="administrator")
    joined, created = await client.bot.get_updates()
    change = joined.my_chat_member
    assert (change.chat.id, change.chat.type, change.from_user.id) == (group, "group", worker)
    assert (change.old_chat_member.status, change.new_chat_member.status) == ("left", "administrator")
    assert change.new_chat_member.can_pin_messages
    assert created.message.group_chat_created


async def test_an_absent_bot_hears_nothing_and_finds_no_chat(client: Any, control: Control, worker: int) -> None:
    group = await control.group("雍溪镇", [worker], bot="absent")
    assert (await control.say(worker, "/start", chat=group)).update_id is None
    refusal = await client.refused(client.bot.send_message(chat_id=group, text="x"))
    assert (refusal.code, "chat not found" in refusal.text) == (400, True)


async def test_the_bots_own_rise_and_fall_are_told(wire: Wire, control: Control, worker: int) -> None:
    group = await control.group("龙水镇", [worker], bot="absent")
    for action in ("add", "promote", "demote", "remove"):
        await control.members(group, action, bot=True)
    changes = [update["my_chat_member"] for update in await wire.updates() if "my_chat_member" in update]
    assert [change["new_chat_member"]["status"] for change in changes] == [
        "member",
        "administrator",
        "member",
        "kicked",
    ]


async def test_joining_and_leaving_are_service_messages(client: Any, control: Control, worker: int, group: int) -> None:
    other = await control.person("镇值班员")
    await control.members(group, "add", other)
    await control.members(group, "remove", other)
    first, second = await client.bot.get_updates()
    assert [user.id for user in first.message.new_chat_members] == [other]
    assert second.message.left_chat_member.id == other
    with pytest.raises(ControlError, match="is not in chat"):
        await control.say(other, "x", chat=group)


async def test_an_administrator_bot_may_follow_members(wire: Wire, control: Control, worker: int) -> None:
    await wire.updates(allowed_updates=["chat_member"])
    group = await control.group("龙水镇", [worker], bot="administrator")
    await control.members(group, "add", await control.person("镇值班员"))
    (update,) = await wire.updates()
    change = update["chat_member"]
    assert (change["old_chat_member"]["status"], change["new_chat_member"]["status"]) == ("left", "member")


async def test_privacy_lets_through_commands_replies_and_service_only(
    wire: Wire, control: Control, worker: int, group: int
) -> None:
    own = await wire.result("sendMessage", chat_id=group, text="请补充")
    said = ["今天下雨", "@sandbox_bot 在吗", "/todo", "/todo@sandbox_bot 龙水", "/todo@other_bot", "看 /todo"]
    for text in said:
        await control.say(worker, text, chat=group)
    await control.say(worker, "两户", chat=group, reply_to=own["message_id"])
    assert heard(await wire.updates()) == ["/todo", "/todo@sandbox_bot 龙水", "两户"]


async def test_an_administrator_hears_everything(wire: Wire, control: Control, worker: int, group: int) -> None:
    await control.members(group, "promote", bot=True)
    await control.say(worker, "今天下雨", chat=group)
    assert heard(await wire.updates()) == ["今天下雨"]


async def test_without_privacy_the_bot_hears_everything() -> None:
    async with Sandbox(privacy=False) as open_sandbox, Control(open_sandbox.url) as control:
        someone = await control.person("网格员")
        group = await control.group("龙水镇", [someone])
        assert (await control.say(someone, "今天下雨", chat=group)).update_id is not None


async def test_an_anonymous_administrator_speaks_as_the_group(client: Any, control: Control, worker: int) -> None:
    other = await control.person("镇领导")
    group = await control.group("龙水镇", [worker, other], bot="administrator")
    await control.members(group, "promote", other, anonymous=True)
    said = await control.say(other, "先撤人", chat=group)
    update = (await client.bot.get_updates())[-1]
    assert (update.message.from_user.id, update.message.from_user.username) == (ANONYMOUS, "GroupAnonymousBot")
    assert update.message.sender_chat.id == group
    found = (await control.messages(group, after=said.message_id - 1))[0]
    assert (found.from_name, found.raw["author"]) == ("龙水镇", other)


async def test_the_bot_can_ask_who_is_who(client: Any, control: Control, worker: int) -> None:
    other, stranger = await control.person("镇值班员"), await control.person("路人")
    group = await control.group("龙水镇", [worker, other], bot="administrator")
    status = [
        (await client.bot.get_chat_member(chat_id=group, user_id=user)).status
        for user in (worker, other, stranger, 110000001)
    ]
    assert status == ["creator", "member", "left", "administrator"]
    admins = await client.bot.get_chat_administrators(chat_id=group)
    assert [(admin.user.id, admin.status) for admin in admins] == [
        (worker, "creator"),
        (110000001, "administrator"),
    ]
    chat = await client.bot.get_chat(chat_id=group)
    assert (chat.title, chat.type) == ("龙水镇", "group")


async def test_pinning_in_a_group_needs_an_administrator(client: Any, control: Control, group: int) -> None:
    sent = await client.bot.send_message(chat_id=group, text="x")
    refusal = await client.refused(client.bot.pin_chat_message(chat_id=group, message_id=sent.message_id))
    assert (refusal.code, "not enough rights to manage pinned messages" in refusal.text) == (400, True)
    await control.members(group, "promote", bot=True)
    assert await client.bot.pin_chat_message(chat_id=group, message_id=sent.message_id)


async def test_only_an_administrator_deletes_what_others_wrote(
    client: Any, control: Control, worker: int, group: int
) -> None:
    said = await control.say(worker, "x", chat=group)
    call = {"chat_id": group, "message_id": said.message_id}
    assert "message can't be deleted" in (await client.refused(client.bot.delete_message(**call))).text
    await control.members(group, "promote", bot=True)
    assert await client.bot.delete_message(**call)


@pytest.mark.parametrize(("forum", "kind"), [(False, "group"), (True, "supergroup")], ids=["basic group", "supergroup"])
async def test_a_removed_bot_is_told_that_it_was_kicked(
    client: Any, control: Control, worker: int, forum: bool, kind: str
) -> None:
    group = await control.group("龙水镇", [worker], forum=forum)
    await control.fault("kick", chat=group)
    refusal = await client.refused(client.bot.send_message(chat_id=group, text="x"))
    assert (refusal.code, f"bot was kicked from the {kind} chat" in refusal.text) == (403, True)
    await control.members(group, "add", bot=True)
    await client.bot.send_message(chat_id=group, text="x")


async def test_after_leaving_the_bot_is_no_member(client: Any, group: int) -> None:
    assert await client.bot.leave_chat(chat_id=group)
    refusal = await client.refused(client.bot.send_message(chat_id=group, text="x"))
    assert (refusal.code, "bot is not a member of the group chat" in refusal.text) == (403, True)


async def test_an_upgraded_group_names_its_new_id(client: Any, control: Control, worker: int, group: int) -> None:
    new = (await control.fault("migrate", chat=group))["migrated_to"]
    left, entered = await client.bot.get_updates()
    assert (left.message.chat.id, left.message.migrate_to_chat_id) == (group, new)
    assert (entered.message.chat.id, entered.message.migrate_from_chat_id) == (new, group)
    assert entered.message.chat.type == "supergroup"
    refusal = await client.refused(client.bot.send_message(chat_id=group, text="x"))
    assert (refusal.code, refusal.figure) == (400, new)
    sent = await client.bot.send_message(chat_id=new, text="x")
    assert sent.chat.id == new
    said = await control.say(worker, "/todo", chat=group)  # people's phones follow by themselves
    assert said.update_id is not None
    assert [message.text for message in await control.messages(new) if message.text] == ["x", "/todo"]


async def test_a_button_from_before_the_upgrade_taps_on_the_old_chat_with_a_date_of_0(
    wire: Wire, control: Control, worker: int, group: int
) -> None:
    keys = {"inline_keyboard": [[{"text": "好", "callback_data": "a"}]]}
    sent = await wire.result("sendMessage", chat_id=group, text="x", reply_markup=keys)
    await control.fault("migrate", chat=group)
    await wire.confirm()
    tap = asyncio.create_task(control.tap(worker, sent["message_id"], "好", chat=group))
    (update,) = await wire.updates(timeout=5)
    message = update["callback_query"]["message"]
    assert (message["chat"]["id"], message["date"]) == (group, 0)
    await wire.result("answerCallbackQuery", callback_query_id=update["callback_query"]["id"])
    assert (await tap).answered


async def test_topics_keep_messages_apart(client: Any, control: Control, worker: int) -> None:
    group = await control.group("应急局", [worker], forum=True, bot="administrator")
    thread = await control.topic(group, "龙水镇")
    sent = await client.bot.send_message(chat_id=group, text="x", message_thread_id=thread)
    assert (sent.message_thread_id, sent.is_topic_message) == (thread, True)
    said = await control.say(worker, "y", chat=group, thread=thread)
    heard = (await client.bot.get_updates())[-1].message
    assert heard.reply_to_message.forum_topic_created.name == "龙水镇"
    answered = await client.bot.send_message(
        chat_id=group, text="z", reply_parameters=client.types.ReplyParameters(message_id=said.message_id)
    )
    assert answered.message_thread_id == thread
    await control.delete_topic(group, thread)
    refusal = await client.refused(client.bot.send_message(chat_id=group, text="x", message_thread_id=thread))
    assert (refusal.code, "message thread not found" in refusal.text) == (400, True)


async def test_a_deleted_group_says_so(wire: Wire, group: int, sandbox: Sandbox) -> None:
    async with wire.session.delete(f"{sandbox.url}/control/groups/{group}") as response:
        assert response.status == 200
    answer = await wire("sendMessage", chat_id=group, text="x")
    assert (answer["error_code"], answer["description"]) == (403, "Forbidden: the group chat was deleted")
