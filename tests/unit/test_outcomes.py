"""What every answer of the platform means: the rows of its table of errors, in the words it uses."""

from __future__ import annotations

from typing import Any

import pytest

from bot.delivery.gateway import Refused, Unknown, Unsent, _result
from bot.delivery.outcomes import Meaning, Outcome, delivered, outcome_of

ROWS = [
    (400, "Bad Request: message is not modified: specified new message content is the same", Meaning.DELIVERED),
    (400, "Bad Request: message to edit not found", Meaning.EDIT_LOST),
    (400, "Bad Request: MESSAGE_ID_INVALID", Meaning.EDIT_LOST),
    (400, "Bad Request: message can't be edited", Meaning.EDIT_LOST),
    (400, "Bad Request: message to be replied not found", Meaning.REPLY_LOST),
    (400, "Bad Request: message thread not found", Meaning.THREAD_LOST),
    (400, "Bad Request: TOPIC_CLOSED", Meaning.THREAD_LOST),
    (400, "Bad Request: can't parse entities: Unsupported start tag", Meaning.BROKEN_MARKUP),
    (400, "Bad Request: chat not found", Meaning.BLOCKED),
    (400, "Bad Request: not enough rights to send text messages to the chat", Meaning.GONE),
    (400, "Bad Request: have no rights to send a message", Meaning.GONE),
    (400, "Bad Request: CHAT_WRITE_FORBIDDEN", Meaning.GONE),
    (400, "Bad Request: message is too long", Meaning.REJECTED),
    (400, "Bad Request: BUTTON_DATA_INVALID", Meaning.REJECTED),
    (401, "Unauthorized", Meaning.MISCONFIGURED),
    (401, "Unauthorized: invalid token specified", Meaning.MISCONFIGURED),
    (403, "Forbidden: bot was blocked by the user", Meaning.BLOCKED),
    (403, "Forbidden: user is deactivated", Meaning.BLOCKED),
    (403, "Forbidden: bot can't initiate conversation with a user", Meaning.BLOCKED),
    (403, "Forbidden: bot was kicked from the supergroup chat", Meaning.GONE),
    (403, "Forbidden: bot is not a member of the group chat", Meaning.GONE),
    (403, "Forbidden: the group chat was deleted", Meaning.GONE),
    (404, "Not Found: method not found", Meaning.MISCONFIGURED),
    (413, "Request Entity Too Large", Meaning.REJECTED),
]


@pytest.mark.parametrize(("code", "said", "meaning"), ROWS)
def test_a_refusal_is_read_by_its_code_and_key_phrase(code: int, said: str, meaning: Meaning) -> None:
    assert outcome_of(Refused("sendMessage", code, said, {})) == Outcome(meaning, said)


def test_a_flood_answer_names_the_seconds_to_wait() -> None:
    flood = Refused("sendMessage", 429, "Too Many Requests: retry after 17", {"retry_after": 17})
    assert outcome_of(flood) == Outcome(Meaning.FLOODED, "Too Many Requests: retry after 17", retry_after=17)
    assert outcome_of(Refused("sendMessage", 429, "Too Many Requests", {})).retry_after == 1


def test_a_moved_group_comes_with_its_new_id_of_more_than_32_bits() -> None:
    said = "Bad Request: group chat was upgraded to a supergroup chat"
    moved = Refused("sendMessage", 400, said, {"migrate_to_chat_id": -1002000000123456})
    assert outcome_of(moved) == Outcome(Meaning.MIGRATED, said, migrate_to=-1002000000123456)


def test_what_never_left_is_unsent_and_what_nobody_knows_is_uncertain() -> None:
    assert outcome_of(Unsent("sendMessage", "no connection")).meaning is Meaning.UNSENT
    assert outcome_of(Unknown("sendMessage", "500 Internal Server Error")).meaning is Meaning.UNCERTAIN
    assert delivered(12) == Outcome(Meaning.DELIVERED, message_id=12)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>bad gateway</html>",
        b"null",
        b"[]",
        b'{"error": "captive portal"}',
        b'{"ok": false}',
        b'{"ok": false, "error_code": 502, "description": "Bad Gateway"}',
        b"",
    ],
)
def test_an_answer_that_is_not_the_platforms_tells_nothing(body: bytes) -> None:
    with pytest.raises(Unknown):
        _result("sendMessage", 200, body)


def test_an_answer_is_its_result() -> None:
    found: Any = _result("getMe", 200, b'{"ok": true, "result": {"id": 1}}')
    assert found == {"id": 1}
    with pytest.raises(Refused) as refused:
        _result(
            "getMe", 400, b'{"ok": false, "error_code": 400, "description": "no", "parameters": {"retry_after": 3}}'
        )
    assert (refused.value.code, refused.value.description, refused.value.retry_after) == (400, "no", 3)
