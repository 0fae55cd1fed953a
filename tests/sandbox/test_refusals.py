"""Every refusal of the Bot API the sandbox knows: provoked, and understood by both libraries."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from sandbox.client import Control
from sandbox.server import Sandbox
from tests.sandbox.conftest import Client, Wire, connected

Provoke = Callable[[Any, int], Awaitable[object]]


def send(**params: Any) -> Provoke:
    return lambda client, chat: client.bot.send_message(**{"chat_id": chat, "text": "x"} | params)


REFUSED: dict[str, tuple[Provoke, str]] = {
    "unknown chat": (send(chat_id=77), "chat not found"),
    "chat by name": (send(chat_id="@nobody_here"), "chat not found"),
    "empty text": (send(text="  "), "message text is empty"),
    "marks around nothing": (send(text="<b> </b>", parse_mode="HTML"), "message text is empty"),
    "long text": (send(text="水" * 4097), "message is too long"),
    "broken html": (send(text="<b>x", parse_mode="HTML"), "can't parse entities"),
    "unknown mode": (send(parse_mode="BBCode"), "unsupported parse_mode"),
    "unknown topic": (send(message_thread_id=5), "message thread not found"),
    "edit of nothing": (
        lambda client, chat: client.bot.edit_message_text(chat_id=chat, message_id=99, text="y"),
        "message to edit not found",
    ),
    "delete of nothing": (
        lambda client, chat: client.bot.delete_message(chat_id=chat, message_id=99),
        "message to delete not found",
    ),
    "pin of nothing": (
        lambda client, chat: client.bot.pin_chat_message(chat_id=chat, message_id=99),
        "message to pin not found",
    ),
    "unpin of nothing": (
        lambda client, chat: client.bot.unpin_chat_message(chat_id=chat),
        "message to unpin not found",
    ),
    "forward of nothing": (
        lambda client, chat: client.bot.forward_message(chat_id=chat, from_chat_id=chat, message_id=99),
        "message to forward not found",
    ),
    "copy of nothing": (
        lambda client, chat: client.bot.copy_message(chat_id=chat, from_chat_id=chat, message_id=99),
        "message to copy not found",
    ),
    "reply to nothing": (
        lambda client, chat: client.bot.send_message(
            chat_id=chat, text="x", reply_parameters=client.types.ReplyParameters(message_id=99)
        ),
        "message to be replied not found",
    ),
    "reply to another chat": (
        lambda client, chat: client.bot.send_message(
            chat_id=chat, text="x", reply_parameters=client.types.ReplyParameters(message_id=1, chat_id=-5)
        ),
        "message to be replied not found",
    ),
    "answer to no query": (
        lambda client, chat: client.bot.answer_callback_query(callback_query_id="1"),
        "query is too old and response timeout expired or query id is invalid",
    ),
    "long answer": (
        lambda client, chat: client.bot.answer_callback_query(callback_query_id="1", text="水" * 201),
        "message_too_long",
    ),
    "unknown file": (lambda client, chat: client.bot.get_file(file_id="nothing"), "wrong file_id"),
    "photo by address": (
        lambda client, chat: client.bot.send_photo(chat_id=chat, photo="https://example.org/a.png"),
        "failed to get http url content",
    ),
    "photo by unknown id": (
        lambda client, chat: client.bot.send_photo(chat_id=chat, photo="nothing"),
        "wrong file identifier",
    ),
    "photo that is none": (
        lambda client, chat: client.bot.send_photo(chat_id=chat, photo=client.file(b"no picture", "a.jpg")),
        "image_process_failed",
    ),
    "wrong coordinates": (
        lambda client, chat: client.bot.send_location(chat_id=chat, latitude=91, longitude=0),
        "wrong latitude or longitude",
    ),
    "unknown person": (lambda client, chat: client.bot.get_chat_member(chat_id=chat, user_id=1), "user not found"),
    "administrators of a private chat": (
        lambda client, chat: client.bot.get_chat_administrators(chat_id=chat),
        "there are no administrators in the private chat",
    ),
    "leaving a private chat": (lambda client, chat: client.bot.leave_chat(chat_id=chat), "private chats"),
    "wrong action": (lambda client, chat: client.bot.send_chat_action(chat_id=chat, action="dance"), "wrong parameter"),
    "wrong command": (
        lambda client, chat: client.bot.set_my_commands(
            commands=[client.types.BotCommand(command="待办", description="x")]
        ),
        "bot_command_invalid",
    ),
    "webhook elsewhere": (
        lambda client, chat: client.bot.set_webhook(url="https://example.org/hook"),
        "bad webhook",
    ),
    "wrong secret": (
        lambda client, chat: client.bot.set_webhook(url="http://127.0.0.1:9/", secret_token="秘"),
        "secret token contains unallowed characters",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_a_wrong_call_is_refused_with_the_platforms_words(client: Any, worker: int, case: str) -> None:
    provoke, words = REFUSED[case]
    refusal = await client.refused(provoke(client, worker))
    assert refusal.code == 400
    assert words in refusal.text


async def test_an_unchanged_edit_says_not_modified(client: Any, worker: int) -> None:
    keys = client.inline([("好", "a")])
    sent = await client.bot.send_message(chat_id=worker, text="<b>x</b>", parse_mode="HTML", reply_markup=keys)
    same = {"chat_id": worker, "message_id": sent.message_id}
    for call in (
        client.bot.edit_message_text(**same, text="<b>x</b>", parse_mode="HTML", reply_markup=keys),
        client.bot.edit_message_reply_markup(**same, reply_markup=keys),
    ):
        refusal = await client.refused(call)
        assert (refusal.code, "message is not modified: specified new message content" in refusal.text) == (400, True)


async def test_text_and_caption_are_edited_each_by_their_own_method(client: Any, worker: int, picture: bytes) -> None:
    text = await client.bot.send_message(chat_id=worker, text="x")
    photo = await client.bot.send_photo(chat_id=worker, photo=client.file(picture, "a.png"), caption="旧")
    refusal = await client.refused(
        client.bot.edit_message_caption(chat_id=worker, message_id=text.message_id, caption="y")
    )
    assert "there is no caption in the message to edit" in refusal.text
    refusal = await client.refused(client.bot.edit_message_text(chat_id=worker, message_id=photo.message_id, text="y"))
    assert "there is no text in the message to edit" in refusal.text
    edited = await client.bot.edit_message_caption(chat_id=worker, message_id=photo.message_id, caption="新")
    assert edited.caption == "新"


async def test_people_s_messages_cannot_be_edited_and_old_ones_not_deleted(
    client: Any, worker: int, control: Control, wire: Wire
) -> None:
    said = await control.say(worker, "x")
    own = await client.bot.send_message(chat_id=worker, text="y")
    refusal = await client.refused(client.bot.edit_message_text(chat_id=worker, message_id=said.message_id, text="z"))
    assert "message can't be edited" in refusal.text
    await wire.confirm()
    await control.advance(48 * 60 + 1)
    refusal = await client.refused(client.bot.delete_message(chat_id=worker, message_id=own.message_id))
    assert "message can't be deleted" in refusal.text


async def test_a_person_who_never_started_cannot_be_written_to(client: Any, control: Control) -> None:
    stranger = await control.person("古龙镇值班员")
    refusal = await client.refused(client.bot.send_message(chat_id=stranger, text="x"))
    assert (refusal.code, "bot can't initiate conversation with a user" in refusal.text) == (403, True)
    await control.say(stranger, "/start")
    assert (await client.bot.send_message(chat_id=stranger, text="x")).text == "x"


async def test_a_block_closes_the_chat_and_start_reopens_it(client: Any, worker: int, control: Control) -> None:
    await control.block(worker)
    refusal = await client.refused(client.bot.send_message(chat_id=worker, text="x"))
    assert (refusal.code, "bot was blocked by the user" in refusal.text) == (403, True)
    await control.say(worker, "/start")
    await client.bot.send_message(chat_id=worker, text="x")
    statuses = [
        update.my_chat_member.new_chat_member.status
        for update in await client.bot.get_updates()
        if update.my_chat_member is not None
    ]
    assert statuses == ["kicked", "member"]


async def test_a_deleted_account_says_deactivated(client: Any, worker: int, control: Control) -> None:
    await control.deactivate(worker)
    refusal = await client.refused(client.bot.send_message(chat_id=worker, text="x"))
    assert (refusal.code, "user is deactivated" in refusal.text) == (403, True)


@pytest.mark.parametrize("kind", Client.__subclasses__(), ids=lambda kind: kind.name)
async def test_a_wrong_token_is_unauthorized(kind: type[Client], sandbox: Sandbox) -> None:
    async with connected(kind, sandbox.url, "110000001:wrong") as client:
        refusal = await client.refused(client.bot.get_me())
    assert refusal.code == 401


async def test_what_is_not_simulated_is_not_found_and_never_faked(client: Any, wire: Wire, worker: int) -> None:
    refusal = await client.refused(client.bot.send_poll(chat_id=worker, question="?", options=["a", "b"]))
    assert "not found" in refusal.text  # python-telegram-bot takes every 404 for a wrong token
    assert await wire("sendPoll") == {"ok": False, "error_code": 404, "description": "Not Found: method not found"}


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"text": "x"}, "chat_id is empty"),
        ({"chat_id": "", "text": "x"}, "chat_id is empty"),
        ({"chat_id": 1}, "message text is empty"),
        ({"chat_id": 1, "text": ["x"]}, "wrong parameter text in request"),
        ({"chat_id": 1, "text": "x", "entities": "[{"}, "can't parse JSON object"),
    ],
)
async def test_a_malformed_request_names_what_is_wrong(wire: Wire, params: dict[str, Any], words: str) -> None:
    answer = await wire("sendMessage", **params)
    assert (answer["error_code"], words in answer["description"]) == (400, True)


@pytest.mark.parametrize("body", ["{", "[]", '"x"'])
async def test_a_body_that_is_no_json_object_is_refused(wire: Wire, body: str) -> None:
    headers = {"Content-Type": "application/json"}
    async with wire.session.post(f"{wire.base}/getMe", data=body, headers=headers) as response:
        assert (response.status, (await response.json())["ok"]) == (400, False)


async def test_an_unknown_parameter_is_ignored_and_reported_in_the_log(
    wire: Wire, worker: int, control: Control
) -> None:
    await wire.result("sendMessage", chat_id=worker, text="x", reply_makup={"inline_keyboard": []})
    (call,) = await control.calls(method="sendMessage")
    assert (call["ok"], call["ignored"]) == (True, ["reply_makup"])
