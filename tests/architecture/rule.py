"""What a lint is: a name, a reason, a way to mend, the files it looks at and what it finds there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.architecture.source import Source

Finding = tuple[int, str]


@dataclass(frozen=True)
class Rule:
    """One house rule.

    `looks_at` says which files it judges; `find` yields (line, what stands there) for every breach in one of them.
    """

    name: str
    why: str
    mend: str
    looks_at: Callable[[Source], bool]
    find: Callable[[Source], Iterable[Finding]]

    def breaches(self, sources: Iterable[Source]) -> list[str]:
        """One `path:line: what` for each line that breaks the rule."""
        return [
            f"{source.path}:{line}: {what}"
            for source in sources
            if self.looks_at(source)
            for line, what in sorted(dict(self.find(source)).items())
        ]

    def complaint(self, breaches: list[str]) -> str:
        """Where, why, and how to mend it, for the person whose run just failed."""
        places = "\n".join(f"  {breach}" for breach in breaches)
        return f"{self.name}\n  why:  {self.why}\n  mend: {self.mend}\n{places}"

    def __str__(self) -> str:
        return self.name


def python_in(*folders: str, but: Iterable[str] = ()) -> Callable[[Source], bool]:
    """Python files under one of `folders` (all, when none is named), except the paths in `but`."""
    exempt = frozenset(but)

    def looks_at(source: Source) -> bool:
        inside = not folders or source.parts[0] in folders
        return inside and source.path.endswith(".py") and source.path not in exempt

    return looks_at
