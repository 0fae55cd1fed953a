"""What the other end of a channel made of a text, out of its answers and of what failed on the way. Pure.

Apprise says yes or no. That is not enough for the ledger: a robot answers 200 and means no, and a connection that never
came about is another thing than an answer that never came. What cannot be told apart is unknown. Reasons are written in
our own words (a status, a number, the name of an error): what the other end or a library says may quote the address.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from bot.delivery.gateway import GatewayError, Refused, Unknown, Unsent

METHOD = "channel"
TOO_FAST_SECONDS = 60
"""A robot that was written to too fast counts by the minute."""

_TOO_MANY = 429
_BAD = 400
_SERVER_FAULT = 500
_CODES = ("errcode", "code", "StatusCode")
"""Where DingTalk, WeCom and Feishu put what they mean; 0 is yes."""

_TOO_FAST = {130101, 660026, 45009, 9499, 11232, 99991400}
"""DingTalk, WeCom and Feishu: slow down."""

# By name: the libraries that raise them are drawn in only where something is sent.
_NEVER_CONNECTED = {
    *("NewConnectionError", "ConnectTimeoutError", "ConnectTimeout", "NameResolutionError", "ProxyError"),
    *("ConnectionRefusedError", "gaierror", "SMTPConnectError", "SSLCertVerificationError"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer: its status and what it says."""

    status: int
    body: bytes = b""


def verdict(said_yes: bool, answers: Sequence[Answer], errors: Sequence[BaseException]) -> GatewayError | None:
    """None if the text has arrived, else why not; of several parts some of which may have arrived it is unknown."""
    found = [*map(_of_answer, answers), *map(_of_error, errors)]
    failed = [each for each in found if each is not None]
    if not failed:
        return None if said_yes else Unknown(METHOD, "no answer")
    if len(failed) == len(found):
        return max(failed, key=_doubt)
    return Unknown(METHOD, f"in part: {_reason(failed[0])}")


def _of_answer(answer: Answer) -> GatewayError | None:
    if answer.status == _TOO_MANY:
        return Refused(METHOD, _TOO_MANY, "too fast", {"retry_after": TOO_FAST_SECONDS})
    if answer.status >= _SERVER_FAULT:
        return Unknown(METHOD, f"HTTP {answer.status}")
    if answer.status >= _BAD:
        # 400 whatever it was: for the ledger 401, 403 and 404 mean things of the chat platform.
        return Refused(METHOD, _BAD, f"HTTP {answer.status}", {})
    code = _code(answer.body)
    if code in _TOO_FAST:
        return Refused(METHOD, _TOO_MANY, f"too fast ({code})", {"retry_after": TOO_FAST_SECONDS})
    return Refused(METHOD, _BAD, f"refused with code {code}", {}) if code else None


def _code(body: bytes) -> int:
    """The number a robot means no with; 0 for yes, and for whatever is no such answer."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return 0
    codes = [said.get(name) for name in _CODES] if isinstance(said, dict) else []
    return next((code for code in codes if isinstance(code, int) and not isinstance(code, bool) and code), 0)


def _of_error(error: BaseException) -> GatewayError:
    chain = list(_causes(error))
    refused = next((each for each in chain if isinstance(each, _SMTP_REFUSALS)), None)
    if refused is not None and not _is_for_a_while(refused):
        return Refused(METHOD, _BAD, type(refused).__name__, {})
    never = next((each for each in chain if type(each).__name__ in _NEVER_CONNECTED), None)
    if never is not None or refused is not None:
        return Unsent(METHOD, type(never or refused).__name__)
    if isinstance(chain[-1], (socket.gaierror, ssl.SSLCertVerificationError, ConnectionRefusedError)):
        return Unsent(METHOD, type(chain[-1]).__name__)
    return Unknown(METHOD, type(error).__name__)


_SMTP_REFUSALS = (
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPDataError,
    smtplib.SMTPHeloError,
)


def _is_for_a_while(refusal: BaseException) -> bool:
    """4xx: greylisting, a full mailbox. Such a mail has not been taken and may be tried again."""
    codes = [getattr(refusal, "smtp_code", None)]
    if isinstance(refusal, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in refusal.recipients.values()]
    return all(isinstance(code, int) and code < _SERVER_FAULT for code in codes)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it came from: kept as cause, as context, or among its arguments as urllib3 does."""
    seen: list[BaseException] = []
    waiting: list[Any] = [error]
    while waiting:
        each = waiting.pop(0)
        if isinstance(each, BaseException) and each not in seen:
            seen.append(each)
            waiting += [getattr(each, "reason", None), each.__cause__, each.__context__, *each.args]
            yield each


def _doubt(error: GatewayError) -> int:
    """What is to be believed of several failures: the most doubtful."""
    return [Refused, Unsent, Unknown].index(type(error))


def _reason(error: GatewayError) -> str:
    return str(error).removeprefix(f"{METHOD}: ")
