"""How anything here is measured: contenders take turns within one run, and only ratios between them are claimed.

A shared machine is now fast and now slow. What runs side by side is slow together, so the ratio of two that ran in the
same round says something where a time by itself does not. A claim is the median of the rounds' ratios.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from benchmarks.progress import say

Contender = Callable[[], float]
"""One run; gives what is compared: a rate, or seconds."""


@dataclass(frozen=True, slots=True)
class Aim:
    """A claim: the ratio `ours` to `other` is at least (or, for costs, at most) `limit`."""

    ours: str
    other: str
    limit: float
    at_most: bool = False

    def holds(self, ratio: float) -> bool:
        """Whether the measured ratio meets it."""
        return ratio <= self.limit if self.at_most else ratio >= self.limit

    def __str__(self) -> str:
        return f"{self.ours} {'<=' if self.at_most else '>='} {self.limit:g} x {self.other}"


@dataclass(slots=True)
class Rounds:
    """What every contender gave in every round, in the order of the rounds."""

    unit: str
    values: dict[str, list[float]] = field(default_factory=dict)

    def median(self, name: str) -> float:
        """The middle of one contender's rounds."""
        return median(self.values[name])

    def ratio(self, ours: str, other: str) -> float:
        """The middle of the ratios within each round."""
        pairs = zip(self.values[ours], self.values[other], strict=True)
        return median(mine / theirs for mine, theirs in pairs)

    def table(self) -> list[tuple[str, str, str]]:
        """A row for each contender: name, median, lowest and highest."""
        return [
            (name, f"{figure(median(found))} {self.unit}", f"{figure(min(found))} to {figure(max(found))}")
            for name, found in self.values.items()
        ]


def figure(value: float) -> str:
    """Three digits of what is small, whole numbers of what is large."""
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.3g}"


def interleaved(benchmark: str, contenders: Mapping[str, Contender], rounds: int, unit: str) -> Rounds:
    """Each contender once a round, in turn; who begins changes from round to round."""
    names = list(contenders)
    found = Rounds(unit, {name: [] for name in names})
    for number in range(rounds):
        first = number % len(names)
        for name in (*names[first:], *names[:first]):
            # As the product does at its start: what was loaded for the others is no business of this contender.
            gc.collect()
            gc.freeze()
            found.values[name].append(contenders[name]())
            say(f"{benchmark}: round {number + 1} of {rounds}, {name}: {figure(found.values[name][-1])} {unit}")
    return found


@dataclass(frozen=True, slots=True)
class Finding:
    """A fact that is no ratio: it holds or it does not."""

    words: str
    holds: bool


@dataclass(frozen=True, slots=True)
class Result:
    """What a benchmark found, ready to be written down."""

    name: str
    measures: str
    rounds: Mapping[str, Rounds]
    aims: Sequence[tuple[Aim, float]] = ()
    findings: Sequence[Finding] = ()

    @property
    def holds(self) -> bool:
        """Whether every aim and every finding holds."""
        return all(aim.holds(ratio) for aim, ratio in self.aims) and all(finding.holds for finding in self.findings)
