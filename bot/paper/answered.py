"""When each recipient answered the version that was due, out of the log: his row keeps only the newest answer. Pure.

Who is told of the lifting by telephone, or taps an old button after it, has not thereby answered the warning.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.audit.models import AuditEntry
from bot.audit.service import Sealed
from bot.warning.models import Answer, PhoneResult, Recipient

GOT_THROUGH = (PhoneResult.REACHED.value, PhoneResult.MESSENGER.value)


def acts(log: Sequence[Sealed], fact: str, act: str | None = None) -> Iterator[tuple[AuditEntry, dict[str, Any]]]:
    """What was done, of the acts that say something on `fact`."""
    for sealed in log:
        if fact in sealed.entry.facts and act in (None, sealed.entry.act):
            yield sealed.entry, sealed.entry.facts


class Answers:
    """Every answer and every call that got through, until `ended_at` (None: it is in force).

    `issued`: when each version was issued, by its number.
    """

    def __init__(self, log: Sequence[Sealed], issued: Mapping[int, datetime], ended_at: datetime | None) -> None:
        self._issued = issued
        self._in_chat: defaultdict[tuple[int, int], list[datetime]] = defaultdict(list)
        self._by_person: defaultdict[tuple[int | None, int], list[datetime]] = defaultdict(list)
        self._calls: defaultdict[int, list[datetime]] = defaultdict(list)
        for entry, facts in acts(log, "answer", "warning.answer"):
            if facts["answer"] != Answer.CANNOT.value:
                self._in_chat[facts["chat"], facts["version"]].append(entry.at)
                # Who answers in his group has answered for himself.
                self._by_person[entry.actor_id, facts["version"]].append(entry.at)
        for entry, facts in acts(log, "result", "warning.phone"):
            if facts["result"] in GOT_THROUGH and (ended_at is None or entry.at < ended_at):
                self._calls[facts["recipient"]].append(entry.at)

    def due_at(self, row: Recipient) -> datetime | None:
        """When who had to answer first did; None if he has not. 去不了 leaves the post open."""
        if row.awaited_version is None or row.answered_version is None:
            return None
        given = self._given(row, row.awaited_version)
        if row.answered_version == row.awaited_version:
            return None if row.answer is Answer.CANNOT else min(filter(None, (*given, row.answered_at)), default=None)
        # Something came after the end and was written over what he had answered.
        calls = self._calls.get(row.id, ()) if row.answered_version > row.awaited_version else ()
        since = self._issued.get(row.awaited_version)
        return min([*given, *(at for at in calls if since and at >= since)], default=None)

    def _given(self, row: Recipient, version: int) -> list[datetime]:
        own = self._by_person.get((row.person_id, version), ()) if row.person_id else ()
        return [*self._in_chat.get((row.chat_id, version), ()), *own]
