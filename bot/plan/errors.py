"""What can be wrong with a pack, and with a question put to one.

    Exception
    ├── PackError        a directory is no usable pack; carries every problem found, not only the first
    └── LookupError
        └── UnknownEntry   the plan has no entry with that key

A problem is written for the officer who edits the files: where it stands, what stands there, what should.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class PackProblem:
    """One thing to mend.

    `line` counts from 1. `field` is the way to the value inside its entry (`permissions[2].scope`), empty when the
    problem is the file's. `found` and `expectation` read as one sentence: `"verfy" is not a permission; expected ...`.
    """

    file: str
    line: int
    field: str
    found: str
    expectation: str

    def __str__(self) -> str:
        field = f"{self.field}: " if self.field else ""
        return f"{self.file}:{self.line}: {field}{self.found}; expected {self.expectation}"


class PackError(Exception):
    """A pack that cannot be used. `problems` are in the order of files and lines."""

    def __init__(self, problems: Iterable[PackProblem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UnknownEntry(LookupError):
    """The plan has no `what` named `key`."""

    def __init__(self, what: str, key: str) -> None:
        super().__init__(f"the plan has no {what} {key!r}")
        self.what = what
        self.key = key
