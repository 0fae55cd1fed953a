"""docs/benchmarks.md, written anew after each benchmark, so that an interrupted run keeps what it has.

A section of an earlier run stays, and names the commit it measured: most commits change nothing that it says.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import distributions, version
from pathlib import Path

from benchmarks.pairs import Result

ROOT = Path(__file__).resolve().parents[1]
PATH = ROOT / "docs" / "benchmarks.md"
_MEASURED = ("bot", "handlers", "messages", "migrations", "packs", "benchmarks", "constraints.txt")
_LIBRARIES = (
    *("aiohttp", "aiogram", "python-telegram-bot", "aiolimiter", "aiogram-broadcaster"),
    *("sqlalchemy", "aiosqlite", "asyncpg", "uvloop"),
)
_HEAD = """# Benchmarks

Written by `make bench`; each by its name: `make bench ARGS="limits"`, or `jiaoying bench limits --json`. Contenders
take turns within one run (where the platform's clock is what is measured, they run side by side); a claim is the median
of the ratios within the rounds, never a time by itself. An aim that is not met says so. Each section names the commit
it measured; +: with changes not committed then.
"""
_SECTION = re.compile(r"^## (\w+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_MARK = "Code measured: "
_NOT_RUN = "Not run yet.\n"


def keep(result: Result, names: Sequence[str], rounds: int, path: Path = PATH) -> None:
    """Writes the document with this result in it; `names` are all benchmarks in their order."""
    former = path.read_text(encoding="utf-8") if path.exists() else ""
    kept = {name: body for name, body in _SECTION.findall(former) if _MARK in body}
    kept[result.name] = f"\n{as_text(result)}\n{_stamp(_code(), rounds)}\n"
    sections = (f"## {name}\n{kept.get(name, chr(10) + _NOT_RUN).rstrip()}\n" for name in names)
    path.write_text("\n".join((_HEAD, *sections)), encoding="utf-8")


def as_text(result: Result) -> str:
    """A section without its heading."""
    lines = [result.measures, ""]
    for title, rounds in result.rounds.items():
        lines += [f"| {title or 'contender'} | median | lowest to highest |", "|---|---|---|"]
        lines += [f"| {' | '.join(row)} |" for row in rounds.table()] + [""]
    if result.aims:
        lines += ["| aim | measured | |", "|---|---|---|"]
        lines += [f"| {aim} | {ratio:.2f} | {_met(aim.holds(ratio))} |" for aim, ratio in result.aims] + [""]
    lines += [f"- {finding.words}: {_met(finding.holds)}" for finding in result.findings]
    return "\n".join(lines).rstrip() + "\n"


def as_data(result: Result) -> Mapping[str, object]:
    """What `--json` prints of it."""
    return {
        "name": result.name,
        "rounds": {title: rounds.values for title, rounds in result.rounds.items()},
        "aims": [{"aim": str(aim), "ratio": ratio, "met": aim.holds(ratio)} for aim, ratio in result.aims],
        "findings": [{"words": finding.words, "holds": finding.holds} for finding in result.findings],
        "holds": result.holds,
    }


def _met(holds: bool) -> str:
    return "met" if holds else "**not met**"


def _stamp(code: str, rounds: int) -> str:
    """Where and when: a section may come from another day than its neighbour."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    machine = f"{os.cpu_count()} cores of {_processor()}, {memory:.0f} GiB, {platform.system()} {platform.release()}"
    there = {distribution.name for distribution in distributions()}
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES if name in there)
    return (
        f"{_MARK}{code}, {datetime.now(UTC):%Y-%m-%d}, rounds asked for: {rounds}. {machine}, "
        f"Python {platform.python_version()}, {libraries}."
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, "") or platform.processor() or platform.machine()


def _code() -> str:
    """Which state of the code: the release, and the last commit that changed what is measured, + for changes since."""
    commit = _git("log", "-1", "--format=%h", "--", *_MEASURED)
    changed = "+" if _git("status", "--porcelain", "--", *_MEASURED) else ""
    return f"{version('jiaoying')} ({commit}{changed})" if commit else version("jiaoying")


def _git(*words: str) -> str:
    try:
        done = subprocess.run(("git", *words), cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()
