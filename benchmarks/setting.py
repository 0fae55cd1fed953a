"""Where and how much is measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """`share` of every size: 1 is what the documents claim, less is a trial. `postgres`: a server's URL, or None."""

    rounds: int = 5
    share: float = 1.0
    postgres: str | None = None

    def scaled(self, size: int) -> int:
        """The size to run with."""
        return max(1, round(size * self.share))
