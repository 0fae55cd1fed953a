"""The log of what the bot called and what it was answered: the newest 5,000, so that tests can assert on them."""

import time
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.clock import Clock, instant

KEPT = 5000


@dataclass(slots=True)
class Call:
    """One call; `outcome` is filled when it has been answered.

    `fault` names the injected fault that decided it, `ignored` the parameters the method does not have.
    """

    n: int
    at: datetime
    method: str
    params: dict[str, Any]
    ok: bool = False
    error_code: int | None = None
    description: str | None = None
    fault: str | None = None
    ignored: list[str] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        """For the control API; absent fields are left out."""
        body: dict[str, Any] = {
            "n": self.n,
            "at": instant(self.at),
            "method": self.method,
            "params": self.params,
            "ok": self.ok,
            "error_code": self.error_code,
            "description": self.description,
            "fault": self.fault,
            "ignored": self.ignored or None,
        }
        return {key: value for key, value in body.items() if value is not None}


class CallLog:
    """All calls, numbered from 1."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: deque[Call] = deque(maxlen=KEPT)
        self._count = 0
        self._newest: float | None = None

    def begin(self, method: str, params: dict[str, Any]) -> Call:
        self._count += 1
        self._newest = time.monotonic()
        call = Call(self._count, self._clock.now(), method, params)
        self._kept.append(call)
        return call

    def since(self, number: int) -> list[Call]:
        """Calls after `number`, oldest first."""
        count = min(self._count - number, len(self._kept))
        return [self._kept[index] for index in range(len(self._kept) - count, len(self._kept))] if count > 0 else []

    def newest_age(self) -> float | None:
        """Seconds of real time since the bot last called; None: never."""
        return None if self._newest is None else time.monotonic() - self._newest
