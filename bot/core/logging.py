"""Log lines for people who must find out at night what happened: one event per line, key=value or JSON.

Secrets never reach a line: tokens are cut out of the finished line, so that none hides in an error, an address or a
traceback, whoever wrote it.
"""

from __future__ import annotations

import io
import logging
import re
import sys
from typing import Any

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

log = structlog.get_logger()

_LINES = "log lines"

# No word boundary before it: in an address the token follows the letters of `/bot`.
_TOKEN = re.compile(r"(?<!\d)(\d{6,12}):[A-Za-z0-9_-]{6,}")

# An address of a channel is a secret as a whole; those of the web and of databases are none.
_ADDRESS = re.compile(r"(?<![a-z0-9+.-])(?!https?:|sqlite|postgresql)([a-z][a-z0-9+.-]+)://[^\s'\",]+", re.IGNORECASE)


class _Stderr(io.StringIO):
    """Standard error as it is when a line is written: whoever redirects it later gets the later lines."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


class _Clean(logging.Formatter):
    """The libraries' own lines."""

    def format(self, record: logging.LogRecord) -> str:
        return without_tokens(super().format(record))


def set_up(level: str = "INFO", *, as_json: bool = False) -> None:
    """Configures structlog and the standard logging of the libraries to write to stderr."""
    handler = logging.StreamHandler(_Stderr())
    handler.setFormatter(_Clean("%(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    renderer: Any = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
            _cleaned,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(_Stderr()),
        cache_logger_on_first_use=False,
    )


def log_after_commit(session: AsyncSession, event: str, **facts: Any) -> None:
    """Asks for a line to be written when the session's transaction has been committed: the log tells what is true."""
    session.info.setdefault(_LINES, []).append((event, facts))


def write_lines(session: AsyncSession) -> None:
    """Writes the lines the committed session has asked for."""
    for event, facts in session.info.get(_LINES, []):
        log.info(event, **facts)


def without_tokens(line: str) -> str:
    """The line with bot tokens cut down to the bot's number, and addresses of channels to what they begin with."""
    return _ADDRESS.sub(r"\1://…", _TOKEN.sub(r"\1:…", line))


def _cleaned(_logger: Any, _method: str, line: Any) -> str:
    return without_tokens(str(line))
