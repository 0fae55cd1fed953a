"""What a reply answers, by the name of what it replies to: `doubt:12` is a reason, not a supplement.

A question that wants words is a message with a subject of its own; whoever replies to it, at any time and from any
phone, is understood without anybody's memory. A subject that is not listed here is a case, and a reply adds to it.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from handlers.act import Act
from handlers.calls import routes as calls
from handlers.channel import routes as channel
from handlers.incident import routes as incident
from handlers.lists import routes as lists
from handlers.warning import routes as warning
from handlers.warning_draft import routes as warning_draft

Answer = Callable[[Act, int], Coroutine[Any, Any, None]]
"""Takes the act and the number behind the subject's colon."""

ANSWERS: Mapping[str, Answer] = {
    calls.ANSWERED: calls.post_replied,
    channel.ADDRESS: channel.address_in_words,
    lists.NEAR: lists.near,
    incident.DOUBT: incident.doubt_in_words,
    incident.VERDICT: incident.verdict_in_words,
    warning.STATION: warning.station_in_words,
    **warning_draft.WORDS,
}


def answer_to(subject: str | None) -> tuple[Answer, int] | None:
    """Who takes the reply to a message about the subject, and the subject's number; None when it is a supplement."""
    kind, _, rest = (subject or "").partition(":")
    answer = ANSWERS.get(kind)
    return (answer, int(rest.partition(":")[0])) if answer else None
