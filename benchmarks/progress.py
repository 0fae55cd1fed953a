"""What a benchmark says while it runs: to standard error, so that `--json` stays one line."""

from __future__ import annotations

import sys
import time

from bot.core import logging

_BEGAN = time.monotonic()


def say(words: str) -> None:
    """One line with the minutes and seconds since the run began."""
    minutes, seconds = divmod(int(time.monotonic() - _BEGAN), 60)
    print(f"{minutes:3}:{seconds:02} {words}", file=sys.stderr, flush=True)


def quieten() -> None:
    """Lets only what went wrong be logged in this process: a line for each 429 is work that nobody else does."""
    logging.set_up("WARNING")
