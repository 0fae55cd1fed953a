"""What every answer of the platform means: the rows of its table of errors, in the words it uses."""

from __future__ import annotations

from typing import Any

import pytest

from bot.delivery.gateway import Refused, Unknown, Unsent, _result
from bot.delivery.models import MessageState
from bot.delivery.outcomes import Meaning, Outcome, delivered, meaning_of_row, meaning_of_words, outcome_of
from messages.engine import label
from tests.answers import ANSWERS, ENDS, REFUSALS, Answer

SAYS_NO_CODE = ("SLOWMODE", "FROZEN", "Conflict")
"""Codes the platform never showed in these words; such a row waits, so that nobody reads them of a dead one."""


@pytest.mark.parametrize("answer", ANSWERS, ids=str)
def test_an_answer_is_read_by_its_code_and_key_phrase(answer: Answer) -> None:
    found = outcome_of(answer.error)
    assert found.meaning is answer.meaning
    assert found.text in str(answer.error), "the platform's words stay as they are"


@pytest.mark.parametrize("answer", REFUSALS, ids=str)
def test_the_words_a_row_keeps_mean_what_the_answer_meant(answer: Answer) -> None:
    words = outcome_of(answer.error).text
    if words.startswith(SAYS_NO_CODE):
        assert meaning_of_row(MessageState.DEAD, words) in (answer.meaning, Meaning.REJECTED)
        return
    assert meaning_of_words(words) is answer.meaning


def test_words_of_ours_mean_what_happened() -> None:
    assert meaning_of_words("interrupted while sending") is Meaning.INTERRUPTED
    assert meaning_of_row(MessageState.UNCERTAIN, "interrupted while sending") is Meaning.INTERRUPTED
    assert meaning_of_row(MessageState.UNCERTAIN, "sendMessage: TimeoutError") is Meaning.UNCERTAIN
    assert meaning_of_row(MessageState.DEAD, "no call can be made of it") is Meaning.REJECTED
    assert meaning_of_row(MessageState.DEAD, None) is Meaning.REJECTED


@pytest.mark.parametrize("meaning", Meaning)
def test_every_meaning_has_a_sentence_in_both_languages(meaning: Meaning) -> None:
    end = ENDS[meaning]
    assert end.zh in label(f"delivery.meaning.{meaning.value}", "zh")
    assert end.en in label(f"delivery.meaning.{meaning.value}", "en")


def test_every_meaning_of_an_answer_is_in_the_table() -> None:
    by_parameter = {Meaning.MIGRATED, Meaning.INTERRUPTED}
    assert {answer.meaning for answer in ANSWERS} | by_parameter == set(Meaning)


def test_a_flood_answer_names_the_seconds_to_wait() -> None:
    flood = Refused("sendMessage", 429, "Too Many Requests: retry after 17", {"retry_after": 17})
    assert outcome_of(flood) == Outcome(Meaning.FLOODED, "Too Many Requests: retry after 17", retry_after=17)
    by_words = Refused("sendMessage", 429, "Too Many Requests: retry after 9", {})
    assert outcome_of(by_words).retry_after == 9
    assert outcome_of(Refused("sendMessage", 400, "Bad Request: SLOWMODE_WAIT_30", {})).retry_after == 30
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


@pytest.mark.parametrize("status", [413, 429, 500, 502, 503, 504, 520])
def test_a_page_of_something_between_us_and_the_platform_is_no_refusal(status: int) -> None:
    """A proxy's page may come after the platform has taken it: a warning goes once more, marked, and is not dropped."""
    page = b"<html><head><title>504 Gateway Time-out</title></head><body>nginx</body></html>"
    with pytest.raises(Unknown) as unknown:
        _result("sendMessage", status, page)
    assert outcome_of(unknown.value).meaning is Meaning.UNCERTAIN


def test_an_answer_is_its_result() -> None:
    found: Any = _result("getMe", 200, b'{"ok": true, "result": {"id": 1}}')
    assert found == {"id": 1}
    with pytest.raises(Refused) as refused:
        _result(
            "getMe", 400, b'{"ok": false, "error_code": 400, "description": "no", "parameters": {"retry_after": 3}}'
        )
    assert (refused.value.code, refused.value.description, refused.value.retry_after) == (400, "no", 3)
