"""`make bench`: runs the benchmarks, some 40 minutes, and writes docs/benchmarks.md after each.

One by name: make bench ARGS="overtake". --rounds 5 is what the documents claim, --share 0.1 a trial; what is less than
the claim is not written down. --json prints one line of JSON. How far it is goes to standard error.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module

import orjson
from sqlalchemy.engine import make_url

from benchmarks import document, progress
from benchmarks.pairs import Result
from benchmarks.setting import CLAIMED_ROUNDS, Setting

NAMES = ("delivery", "overtake", "limits", "flooded", "steps", "growth", "start", "tokens")


def main(arguments: Sequence[str]) -> int:
    """0 when every aim is met."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--rounds", type=int, default=CLAIMED_ROUNDS)
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--alone", action="store_true", help="only ours, none of the libraries beside it")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.names) - set(NAMES):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    progress.quieten()
    # Told to end, it still ends what it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    setting = Setting(asked.rounds, asked.share, _postgres(), beside=not asked.alone)
    results = []
    for name in asked.names or NAMES:
        results.append(_run(name, setting))
        if setting.is_the_claim:
            document.keep(results[-1], NAMES, setting.rounds)
    if asked.json:
        print(orjson.dumps([document.as_data(result) for result in results]).decode())
    else:
        print("\n".join(f"## {result.name}\n\n{document.as_text(result)}" for result in results))
    return 0 if all(result.holds for result in results) else 1


def _run(name: str, setting: Setting) -> Result:
    """Imported only now: a process started for one benchmark carries nothing that only another needs."""
    result: Result = import_module(f"benchmarks.{name}").run(setting)
    return result


def _postgres() -> str | None:
    """The server that TEST_DATABASE_URL names."""
    named = os.environ.get("TEST_DATABASE_URL")
    return make_url(named).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False) if named else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
