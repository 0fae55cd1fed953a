"""The one tree of errors.

JiaoyingError
├── Refusal            expected: becomes a sentence for the person, logged at info; the use case leaves no trace
│   ├── NotAllowed     the right is missing; the sentence says who has it
│   └── (one small class per reason, in the errors.py of each room)
├── Unavailable        the database cannot, through nobody's fault: the same succeeds later, and is tried again
└── Fault              not expected: logged with an id, counted; the person gets an apology with that id
    └── ConfigurationFault   the program cannot run as it is set up; says how to mend it
"""

from __future__ import annotations


class JiaoyingError(Exception):
    """Root of what this program raises on purpose."""


class Refusal(JiaoyingError):
    """A request that is refused for a reason the person can understand.

    `payload` is a payload of `messages`; the edge renders it in the person's language.
    """

    def __init__(self, payload: object) -> None:
        super().__init__(type(payload).__name__)
        self.payload = payload


class NotAllowed(Refusal):
    """The actor lacks `permission` at `place` (a region code, or None for the whole district).

    Without a `payload` of its own the sentence says who has the right.
    """

    def __init__(self, permission: str, place: str | None, payload: object = None) -> None:
        super().__init__(payload)
        self.permission = permission
        self.place = place

    def __str__(self) -> str:
        return f"{self.permission} at {self.place or 'the district'}"


class Unavailable(JiaoyingError):
    """The database cannot now; `trouble` says why (`bot.core.trouble`). Nothing of the transaction was saved."""

    def __init__(self, trouble: str, text: str) -> None:
        super().__init__(f"{trouble}: {text}")
        self.trouble = trouble


class Fault(JiaoyingError):
    """Something that should not happen did."""


class ConfigurationFault(Fault):
    """The program is set up in a way it cannot run with. The text says what to change."""
