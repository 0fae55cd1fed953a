"""Where and how much is measured."""

from __future__ import annotations

from dataclasses import dataclass

CLAIMED_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Setting:
    """`share` of every size: 1 is what the documents claim, less is a trial. `postgres`: a server's URL, or None.

    Not `beside` others: only ours, without the libraries that are there for comparison.
    """

    rounds: int = CLAIMED_ROUNDS
    share: float = 1.0
    postgres: str | None = None
    beside: bool = True

    @property
    def is_the_claim(self) -> bool:
        """Whether it is what the documents say, on both databases and beside all others; else it is a trial."""
        return self.share == 1 and self.rounds >= CLAIMED_ROUNDS and self.beside and self.postgres is not None

    def scaled(self, size: int) -> int:
        """The size to run with."""
        return max(1, round(size * self.share))
