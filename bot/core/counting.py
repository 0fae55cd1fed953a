"""The seam through which what happens is counted: rooms say what, and whoever was given to the database listens.

Nobody listens unless asked to. What belongs to a transaction is counted after its commit only: nothing is counted that
did not happen. Says nothing of a chat or a person; `by` is one of a few words.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

from sqlmodel.ext.asyncio.session import AsyncSession

_KEY = "counted"


class Event(StrEnum):
    """What is counted, and what `by` says of it."""

    OUTCOME = "outcome"
    """A shipment came back, by what it came to."""
    UPDATE = "update"
    """An update was handled, by how that ended."""
    DATABASE_ERROR = "database_error"
    """The database failed, by what it was asked for."""


class Timed(StrEnum):
    """What is measured in seconds, and what `by` says of it."""

    DELIVERY = "delivery"
    """From telling to the platform's acceptance, by lane."""
    UPDATE = "update"
    """The handling of an update."""
    PASS = "pass"
    """A run of a pass that had something to do, by its name."""


class Counts(Protocol):
    """Whoever listens. It must not raise: what it is told has happened."""

    def add(self, event: Event, by: str = "", times: int = 1) -> None:
        """It happened so often."""

    def took(self, timed: Timed, seconds: float, by: str = "") -> None:
        """It took so long."""


class Unheard:
    """Nobody listens."""

    def add(self, event: Event, by: str = "", times: int = 1) -> None:
        pass

    def took(self, timed: Timed, seconds: float, by: str = "") -> None:
        pass


Note = Callable[[Counts], None]


def add_after_commit(session: AsyncSession, event: Event, by: str = "", times: int = 1) -> None:
    """Counts it when this session's transaction has been committed."""
    _notes(session).append(lambda counts: counts.add(event, by, times))


def took_after_commit(session: AsyncSession, timed: Timed, seconds: float, by: str = "") -> None:
    """Measures it when this session's transaction has been committed."""
    _notes(session).append(lambda counts: counts.took(timed, seconds, by))


def hand_over(session: AsyncSession, counts: Counts) -> None:
    """Tells whoever listens what the session has noted."""
    for note in _notes(session):
        note(counts)


def _notes(session: AsyncSession) -> list[Note]:
    notes: list[Note] = session.info.setdefault(_KEY, [])
    return notes
