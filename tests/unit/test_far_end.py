"""What a channel's other end made of a text: refused, never left, or nobody knows; the reason in our own words."""

from __future__ import annotations

import smtplib
import socket

import pytest

from bot.delivery.far_end import TOO_FAST_SECONDS, Answer, verdict
from bot.delivery.gateway import Refused, Unknown, Unsent
from bot.delivery.outcomes import Meaning, outcome_of

SECRET = "tOkEn-5f1d9c"


class NewConnectionError(Exception):
    """As urllib3 names it."""


class ReadTimeoutError(Exception):
    """As urllib3 names it."""


def wrapped(reason: Exception) -> Exception:
    """As requests wraps it: in the arguments, with the address in the words."""
    inner = Exception(f"Max retries exceeded with url: /{SECRET}")
    inner.reason = reason  # type: ignore[attr-defined]  # as urllib3's MaxRetryError has it
    return ConnectionError(inner)


def test_yes_and_an_answer_that_says_yes_is_arrived() -> None:
    assert verdict(True, [Answer(200)], []) is None
    assert verdict(True, [Answer(200, b'{"errcode": 0, "errmsg": "ok"}')], []) is None
    assert verdict(True, [Answer(200, b'{"StatusCode": 0, "code": 0}')], []) is None
    assert verdict(True, [], []) is None


@pytest.mark.parametrize(
    ("answers", "errors", "meaning"),
    [
        ([Answer(404)], [], Meaning.REJECTED),
        ([Answer(401)], [], Meaning.REJECTED),
        ([Answer(403)], [], Meaning.REJECTED),
        ([Answer(200, b'{"errcode": 93000}')], [], Meaning.REJECTED),
        ([Answer(200, b'{"code": 19001}')], [], Meaning.REJECTED),
        ([Answer(429)], [], Meaning.FLOODED),
        ([Answer(200, b'{"errcode": 45009}')], [], Meaning.FLOODED),
        ([Answer(500)], [], Meaning.UNCERTAIN),
        ([], [wrapped(NewConnectionError())], Meaning.UNSENT),
        ([], [wrapped(ReadTimeoutError())], Meaning.UNCERTAIN),
        ([], [ConnectionRefusedError()], Meaning.UNSENT),
        ([], [socket.gaierror()], Meaning.UNSENT),
        ([], [TimeoutError()], Meaning.UNCERTAIN),
        ([], [smtplib.SMTPAuthenticationError(535, b"no")], Meaning.REJECTED),
        ([], [smtplib.SMTPRecipientsRefused({"a": (550, b"no")})], Meaning.REJECTED),
        ([], [smtplib.SMTPRecipientsRefused({"a": (451, b"later")})], Meaning.UNSENT),
        ([], [smtplib.SMTPServerDisconnected()], Meaning.UNCERTAIN),
        ([], [], Meaning.UNCERTAIN),
    ],
)
def test_a_no_is_read_as_what_it_is(answers: list[Answer], errors: list[BaseException], meaning: Meaning) -> None:
    said = verdict(False, answers, errors)
    assert said is not None
    assert outcome_of(said).meaning is meaning
    assert SECRET not in str(said)


def test_a_yes_of_the_library_over_a_no_of_the_robot_is_a_no() -> None:
    assert isinstance(verdict(True, [Answer(200, b'{"errcode": 310000}')], []), Refused)


def test_of_several_readers_some_of_whom_may_have_it_nobody_knows() -> None:
    said = verdict(False, [Answer(200), Answer(404)], [])
    assert isinstance(said, Unknown)
    assert str(said) == "channel: in part: 400 HTTP 404"


def test_of_several_failures_the_most_doubtful_counts() -> None:
    assert isinstance(verdict(False, [Answer(404), Answer(500)], []), Unknown)
    assert isinstance(verdict(False, [], [ConnectionRefusedError()]), Unsent)


def test_too_fast_is_waited_for_a_minute() -> None:
    said = verdict(False, [Answer(429)], [])
    assert isinstance(said, Refused)
    assert said.retry_after == TOO_FAST_SECONDS
