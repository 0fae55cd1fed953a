"""Faults switched on at run time: what goes wrong, for which calls, how often.

A fault without `method` strikes every call but `getUpdates` (a poll is always open, it would swallow each fault);
named, it strikes that too. `offline` strikes everything. Blocking, kicking and upgrading are not faults of the wire
but acts, and happen at once (`control/`).
"""

from dataclasses import dataclass
from typing import Any

from sandbox.clock import Clock
from sandbox.errors import Refused

POLL = "getupdates"
WIRE = ("slow", "late_answer", "drop_answer", "reset", "error_500", "flood", "offline")
UNTIL_OFF = ("slow",)
_FIGURES = {"slow": "seconds", "late_answer": "seconds", "flood": "retry_after", "offline": "minutes"}


@dataclass(slots=True)
class Fault:
    """One fault; `left` None: until switched off. `until` is on the sandbox's monotonic clock."""

    kind: str
    method: str | None = None
    chat: int | None = None
    left: int | None = 1
    seconds: float = 0.0
    retry_after: int = 1
    minutes: float = 0.0
    until: float | None = None

    def shown(self) -> dict[str, Any]:
        """As it was posted, with what is left of `count`."""
        body: dict[str, Any] = {"kind": self.kind, "method": self.method, "chat": self.chat, "count": self.left}
        figure = _FIGURES.get(self.kind)
        if figure is not None:
            body[figure] = getattr(self, figure)
        return {key: value for key, value in body.items() if value is not None}


class Faults:
    """All faults of one sandbox."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._on: list[Fault] = []

    def switch_on(self, body: dict[str, Any]) -> Fault:
        """Switch one on from the control API's fields.

        Raises:
            Refused: unknown kind or wrong figures.
        """
        kind = str(body.get("kind"))
        if kind not in WIRE:
            raise Refused(f"{kind} is no fault; there are {', '.join(WIRE)}")
        method = body.get("method")
        try:
            fault = Fault(
                kind,
                method=str(method) if method else None,
                chat=int(body["chat"]) if body.get("chat") is not None else None,
                left=_count(kind, body.get("count")),
                seconds=float(body.get("seconds") or 0),
                retry_after=int(body.get("retry_after") or 1),
                minutes=float(body.get("minutes") or 0),
            )
        except (TypeError, ValueError) as error:
            raise Refused("chat, count and retry_after are whole numbers, seconds and minutes are numbers") from error
        if kind == "offline":
            fault.until = self._clock.monotonic() + fault.minutes * 60
        self._on.append(fault)
        return fault

    def clear(self) -> None:
        self._on.clear()

    def shown(self) -> list[dict[str, Any]]:
        self._tidy()
        return [fault.shown() for fault in self._on]

    def offline_left(self) -> float:
        """Seconds of the sandbox's time until the line is back; 0 if it is up."""
        self._tidy()
        ends = [fault.until for fault in self._on if fault.until is not None]
        return max(ends) - self._clock.monotonic() if ends else 0.0

    def strike(self, kind: str, method: str, chat: int | None) -> Fault | None:
        """The fault of this kind that hits this call, one of its count used up."""
        if not self._on:
            return None
        for fault in self._on:
            if fault.kind == kind and _hits(fault, method, chat):
                if fault.left is not None:
                    fault.left -= 1
                    self._tidy()
                return fault
        return None

    def _tidy(self) -> None:
        if not self._on:
            return
        now = self._clock.monotonic()
        self._on = [f for f in self._on if f.left != 0 and (f.until is None or f.until > now)]


def _count(kind: str, count: object) -> int | None:
    if kind == "offline":
        return None
    if count is None:
        return None if kind in UNTIL_OFF else 1
    return int(str(count))


def _hits(fault: Fault, method: str, chat: int | None) -> bool:
    if fault.method is None and method == POLL:
        return False
    return (fault.method is None or fault.method.lower() == method) and fault.chat in (None, chat)
