"""A whole program as somebody would start it, and the people who write to it: updates as the platform words them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.document import ROOT
from benchmarks.sending import TOKEN

_BOT = {"id": 1, "is_bot": True, "first_name": "stub", "username": "stub_bot"}
_FIRST_OF_THEIRS = 10_000_000
"""What people send has numbers of its own, so that none is taken for a message of the bot."""


@dataclass(slots=True)
class Program:
    """A process under way. `log` holds what it has written so far."""

    process: subprocess.Popen[bytes]
    log: Path
    cpu_seconds: float = 0.0
    """From its start to its end; known when it has ended."""

    def require_running(self) -> None:
        """Raises RuntimeError with the end of its log when it has ended by itself."""
        if self.process.poll() is not None:
            raise RuntimeError(f"it has ended with {self.process.returncode}: {self.log.read_text()[-2_000:]}")


@contextmanager
def started(command: Sequence[str], folder: Path, **environment: str) -> Iterator[Program]:
    """Runs in `folder`, where no .env lies, as long as the block; then it is killed."""
    log = folder / "log.txt"
    with log.open("wb") as file:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**_own_environment(), "PYTHONPATH": str(ROOT), **environment},
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    program = Program(process, log)
    try:
        yield program
    finally:
        if process.poll() is None:
            process.kill()
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            program.cpu_seconds = used.ru_utime + used.ru_stime


def jiaoying(*words: str) -> list[str]:
    """Our command line, with this Python."""
    return [sys.executable, "-c", "from bot.cli import main; main()", *words]


def settings(server: str, url: str, folder: Path, pace: str = "telegram") -> dict[str, str]:
    """What an installation would have in its .env."""
    named = {"bot_token": TOKEN, "api_url": server, "database_url": url, "files": str(folder / "files"), "pace": pace}
    return {f"JIAOYING_{name.upper()}": value for name, value in named.items()}


def bare(module: str, *words: str) -> list[str]:
    """One of the scripts beside ours."""
    return [sys.executable, "-m", f"benchmarks.{module}", *words]


def said(person: int, number: int, words: str) -> dict[str, Any]:
    """Somebody writes in his private chat; `number` counts his messages."""
    return {"message": {**_message(person, number), "text": words}}


def contact(person: int, number: int, phone: str) -> dict[str, Any]:
    """Somebody sends his own contact card."""
    card = {"phone_number": phone, "first_name": _name(person), "user_id": person}
    return {"message": {**_message(person, number), "contact": card}}


def tapped(person: int, query: str, message_id: int, data: str) -> dict[str, Any]:
    """Somebody taps a button of one of the bot's messages."""
    chat = {"id": person, "type": "private", "first_name": _name(person)}
    message = {"message_id": message_id, "date": 1, "chat": chat, "from": _BOT, "text": "x"}
    return {"callback_query": {**_from(person), "id": query, "message": message, "chat_instance": "1", "data": data}}


def _message(person: int, number: int) -> dict[str, Any]:
    chat = {"id": person, "type": "private", "first_name": _name(person)}
    return {**_from(person), "message_id": _FIRST_OF_THEIRS + number, "date": int(time.time()), "chat": chat}


def _from(person: int) -> dict[str, Any]:
    return {"from": {"id": person, "is_bot": False, "first_name": _name(person), "language_code": "zh"}}


def _name(person: int) -> str:
    return f"网格员{person}"


def _own_environment() -> dict[str, str]:
    """Ours without any setting of an installation; what is installed keeps what it has compiled, so this does too."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JIAOYING_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return kept
