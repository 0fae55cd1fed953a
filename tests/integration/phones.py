"""A platform that fails as told: chats flood, shut, lose answers; calls wait until they are let through, or never come.

It keeps its own record of what was called and what arrived, to be compared with what the ledger says.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.delivery.gateway import Refused, Unknown, Unsent

FLOOD_SECONDS = 40
_ENDLESS = 10**9


class Fault(StrEnum):
    """What goes wrong with one call."""

    FLOOD = "flood"
    NOT_FOUND = "not_found"
    LATE = "late"
    """Carried out; the answer never comes."""
    RESET = "reset"
    """Not carried out, and nobody can know."""
    UNSENT = "unsent"


SHUT = {
    Fault.NOT_FOUND: (400, "Bad Request: chat not found"),
    "blocked": (403, "Forbidden: bot was blocked by the user"),
    "kicked": (403, "Forbidden: bot was kicked from the supergroup chat"),
}


@dataclass(slots=True)
class Call:
    """One sendMessage: when it was made, by its number, and what became of it in truth."""

    number: int
    chat: int
    text: str
    arrived: bool = False
    refused: bool = False
    """The caller was told for certain that it did not arrive."""

    @property
    def message_id(self) -> int:
        """What the platform numbers the message it became."""
        return self.number + 1


@dataclass(slots=True)
class Phones:
    """Every chat. `allowed` calls are answered; the next ones wait, carried out already or not (`carries_out`)."""

    allowed: int = 0
    carries_out: bool = False
    waiting: int = 0
    calls: list[Call] = field(default_factory=list)
    arrived: list[Call] = field(default_factory=list)
    faults: dict[int, deque[Fault]] = field(default_factory=dict)
    shut: dict[int, tuple[int, str]] = field(default_factory=dict)
    _may_go_on: asyncio.Event = field(default_factory=asyncio.Event)

    def allow(self, calls: int | None) -> None:
        """So many more calls are answered, all of them for None; those that wait go first."""
        self.allowed = _ENDLESS if calls is None else calls
        self._may_go_on.set()
        self._may_go_on = asyncio.Event()

    async def call(self, method: str, params: Mapping[str, Any], *, timeout: float = 20.0) -> Any:
        """As `Platform` has it. Only new messages are counted, wait or fail by themselves."""
        if method == "getMe":
            return {"id": 1}
        chat = int(params["chat_id"])
        if method != "sendMessage":
            self._refuse_if_shut(method, chat)
            return {"message_id": int(params.get("message_id") or 0)}
        call = Call(len(self.calls), chat, str(params["text"]))
        self.calls.append(call)
        if not self.allowed and self.carries_out and not self.faults.get(chat) and chat not in self.shut:
            self._arrives(call)
        await self._let_through()
        return self._answer(call, method, self._fault(chat))

    def download(self, path: str) -> AsyncIterator[bytes]:
        """No test of these fetches anything."""
        raise AssertionError(f"fetched {path}")

    async def _let_through(self) -> None:
        self.waiting += 1
        try:
            while not self.allowed:
                await self._may_go_on.wait()
            self.allowed -= 1
        finally:
            self.waiting -= 1

    def _answer(self, call: Call, method: str, fault: Fault | None) -> dict[str, int]:
        if fault is Fault.LATE and not call.arrived:
            self._arrives(call)
        if fault in (Fault.LATE, Fault.RESET):
            raise Unknown(method, "TimeoutError")
        if call.arrived:
            return {"message_id": call.message_id}
        try:
            if fault is Fault.UNSENT:
                raise Unsent(method, "ClientConnectorError")
            if fault is Fault.FLOOD:
                said = f"Too Many Requests: retry after {FLOOD_SECONDS}"
                raise Refused(method, 429, said, {"retry_after": FLOOD_SECONDS})
            if fault is Fault.NOT_FOUND:
                raise Refused(method, *SHUT[fault], {})
            self._refuse_if_shut(method, call.chat)
        except (Refused, Unsent):
            call.refused = True
            raise
        self._arrives(call)
        return {"message_id": call.message_id}

    def _arrives(self, call: Call) -> None:
        call.arrived = True
        self.arrived.append(call)

    def _fault(self, chat: int) -> Fault | None:
        waiting = self.faults.get(chat)
        return waiting.popleft() if waiting else None

    def _refuse_if_shut(self, method: str, chat: int) -> None:
        if chat in self.shut:
            raise Refused(method, *self.shut[chat], {})
