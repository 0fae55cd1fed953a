"""`make bench`: runs the benchmarks and writes docs/benchmarks.md. One by name: make bench ARGS="overtake".

--rounds 5 is what the documents claim; --share 0.1 is a trial and is not written down. --json prints one line of JSON.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import orjson
from sqlalchemy.engine import make_url

from benchmarks import delivery, overtake
from benchmarks.pairs import Result
from benchmarks.setting import Setting

_BENCHMARKS: dict[str, Callable[[Setting], Result]] = {
    delivery.NAME: delivery.run,
    overtake.NAME: overtake.run,
}
_DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"
_LIBRARIES = ("aiohttp", "aiogram", "python-telegram-bot", "aiogram-broadcaster", "sqlalchemy", "aiosqlite", "asyncpg")


def main(arguments: Sequence[str]) -> int:
    """0 when every aim is met."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(_BENCHMARKS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.names) - set(_BENCHMARKS):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(_BENCHMARKS)}")
    setting = Setting(asked.rounds, asked.share, _postgres())
    results = [_BENCHMARKS[name](setting) for name in asked.names or _BENCHMARKS]
    if asked.json:
        print(orjson.dumps([_as_data(result) for result in results]).decode())
    else:
        print("\n".join(_as_text(result) for result in results))
    if not asked.names and asked.share == 1:
        _DOCUMENT.write_text(_document(results, setting), encoding="utf-8")
    return 0 if all(result.holds for result in results) else 1


def _postgres() -> str | None:
    """The server that TEST_DATABASE_URL names."""
    named = os.environ.get("TEST_DATABASE_URL")
    return make_url(named).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False) if named else None


def _document(results: Sequence[Result], setting: Setting) -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    head = (
        "# Benchmarks\n\n"
        "Written by `make bench`. Contenders take turns within one run; a claim is the median of the ratios within\n"
        f"the rounds ({setting.rounds} here), never a time by itself. An aim that is not met says so.\n\n"
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}, {libraries}.\n"
    )
    return "\n".join((head, *(_as_text(result) for result in results)))


def _as_text(result: Result) -> str:
    lines = [f"## {result.name}", "", result.measures, ""]
    for title, rounds in result.rounds.items():
        lines += [f"| {title or 'contender'} | median | lowest to highest |", "|---|---|---|"]
        lines += [f"| {' | '.join(row)} |" for row in rounds.table()] + [""]
    if result.aims:
        lines += ["| aim | measured | |", "|---|---|---|"]
        lines += [f"| {aim} | {ratio:.2f} | {_met(aim.holds(ratio))} |" for aim, ratio in result.aims] + [""]
    lines += [f"- {finding.words}: {_met(finding.holds)}" for finding in result.findings]
    return "\n".join((*lines, "")) if result.findings else "\n".join(lines)


def _as_data(result: Result) -> dict[str, object]:
    return {
        "name": result.name,
        "rounds": {title: rounds.values for title, rounds in result.rounds.items()},
        "aims": [{"aim": str(aim), "ratio": ratio, "met": aim.holds(ratio)} for aim, ratio in result.aims],
        "findings": [{"words": finding.words, "holds": finding.holds} for finding in result.findings],
        "holds": result.holds,
    }


def _met(holds: bool) -> str:
    return "met" if holds else "not met"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
