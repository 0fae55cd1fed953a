"""The way out to channels: SMS gateways, mailboxes and robots of other platforms, by Apprise.

The library is drawn in when the first text leaves, in a thread of a small pool of its own: it is synchronous, slow to
import, and what hangs there must hold up neither the loop nor the threads of others. An address is a secret. It is read
when it is needed, and nothing the library says reaches our log, because it quotes addresses.
"""

from __future__ import annotations

import asyncio
import html
import ipaddress
import logging
import re
import sys
import threading
import warnings
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from bot.core.clock import Clock
from bot.core.database import Database
from bot.delivery import channel_results as results
from bot.delivery.addressing import channel_in
from bot.delivery.far_end import METHOD, Answer, verdict
from bot.delivery.gateway import CALL_TIMEOUT_SECONDS, GatewayError, Refused, Unknown, Unsent

if TYPE_CHECKING:
    from collections.abc import Iterator

_THREADS = 32
_TIMEOUT_SECONDS = 12.0
"""Apprise waits four seconds for a connection and four for an answer; a mail takes several answers."""

_GIVEN_UP_AFTER = timedelta(minutes=10)
"""One that has not let anybody connect for so long is dead, and the desk is told; a line that blinked is not."""

_SAYS = ("text", "caption")
_TAG = re.compile(r"<[^>]*>")
_NOTHING_THERE = frozenset(["editMessageText", "deleteMessage", "pinChatMessage", "unpinChatMessage"])
"""What was sent stays as it is: there is nothing to take away or to change, and no row is dead for it."""


class AppriseGateway:
    """`Platform` for channels. With `loopback_only` nothing leaves this machine: a demo must not ring in earnest."""

    def __init__(self, database: Database, clock: Clock, *, loopback_only: bool = False) -> None:
        self._database = database
        self._clock = clock
        self._loopback_only = loopback_only
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="channel")

    def close(self) -> None:
        """Waits for nobody: what is under way ends with its own timeout."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def call(self, method: str, params: Mapping[str, Any], *, timeout: float = CALL_TIMEOUT_SECONDS) -> Any:
        """As `Platform` has it. A text that arrived has no id there: the result names none."""
        if method in _NOTHING_THERE:
            return True
        text = next((str(params[name]) for name in _SAYS if name in params), "")
        if not text:
            raise Refused(METHOD, 400, f"a channel cannot {method}", {})
        if params.get("parse_mode"):
            text = html.unescape(_TAG.sub("", text))
        await self._say(channel_in(int(params["chat_id"])), text, min(timeout, _TIMEOUT_SECONDS))
        return {}

    def download(self, path: str) -> AsyncIterator[bytes]:
        """Channels are written to only."""
        raise Refused("download", 400, f"a channel has no files: {path}", {})

    async def _say(self, channel_id: int, text: str, timeout: float) -> None:
        address = await results.address_of(self._database, channel_id)
        if address is None:
            raise Refused(METHOD, 400, "the channel is detached", {})
        failure = await self._tried(address.url, text, timeout)
        now = self._clock.now()
        await results.note(self._database, now, address, failure)
        if isinstance(failure, Unsent) and _is_given_up(address.unconnected_since, now):
            minutes = _GIVEN_UP_AFTER // timedelta(minutes=1)
            raise Refused(METHOD, 400, f"{results.NO_CONNECTION} for {minutes} minutes", {})
        if failure is not None:
            raise failure

    async def _tried(self, url: str, text: str, timeout: float) -> GatewayError | None:
        loop = asyncio.get_running_loop()
        begun = threading.Event()
        sending = loop.run_in_executor(self._threads, self._send, url, text, begun)
        try:
            return await asyncio.wait_for(sending, timeout)
        except TimeoutError:
            # A thread cannot be stopped. One that never began will not: its future is cancelled with the waiting.
            return Unknown(METHOD, "TimeoutError") if begun.is_set() else Unsent(METHOD, "no thread was free")

    def _send(self, url: str, text: str, begun: threading.Event) -> GatewayError | None:
        begun.set()
        try:
            plugin = _plugin(url)
            if plugin is None:
                return Refused(METHOD, 400, results.UNREADABLE, {})
            if self._loopback_only and not _is_loopback(plugin.host):
                return Refused(METHOD, 400, results.DEMO_ONLY, {})
            return _notified(plugin, text)
        except Exception as error:
            # A traceback out of the library would show the address.
            return Unknown(METHOD, type(error).__name__)


@dataclass(slots=True)
class _Heard:
    """What came back in one thread while it was sending."""

    answers: list[Answer] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)


_thread = threading.local()
_loading = threading.Lock()


class _Listener:
    """Stands for `requests` in a module of Apprise's, so that each answer is seen: the library keeps only yes or no."""

    def __init__(self, requests: Any) -> None:
        self._requests = requests

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._requests, name)
        return _listening(found) if name in {"get", "post", "put", "patch", "delete", "request"} else found


def _listening(ask: Any) -> Any:
    def asked(*args: Any, **named: Any) -> Any:
        response = ask(*args, **named)
        if heard := getattr(_thread, "heard", None):
            heard[-1].answers.append(Answer(response.status_code, response.content or b""))
        return response

    return asked


class _Errors(logging.Handler):
    """Apprise catches what fails and logs it inside its `except`: there the error itself can still be had."""

    def emit(self, record: logging.LogRecord) -> None:
        error = sys.exc_info()[1]
        heard = getattr(_thread, "heard", None)
        if heard and error is not None and error not in heard[-1].errors:
            heard[-1].errors.append(error)


@contextmanager
def _hearing() -> Iterator[_Heard]:
    _thread.heard = [_Heard()]
    try:
        yield _thread.heard[-1]
    finally:
        _thread.heard = []


def _library() -> Any:
    """Apprise with all it can do, which it reads in at the first address."""
    with _loading:
        return _loaded()


@cache
def _loaded() -> Any:
    with warnings.catch_warnings():
        # It still looks for a module that Python has given up.
        warnings.simplefilter("ignore", DeprecationWarning)
        import apprise  # costs a sixth of a second at every start, needed at few

        apprise.Apprise.instantiate("json://localhost")
    logger = logging.getLogger(apprise.logger.name)
    logger.addHandler(_Errors())
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    return apprise


def _plugin(url: str) -> Any:
    """Apprise's own object of the address; None for one it cannot read."""
    apprise = _library()
    asset = apprise.AppriseAsset(app_id="Jiaoying", async_mode=False, storage_mode="memory")
    plugin = apprise.Apprise.instantiate(url, asset=asset)
    if plugin is None:
        return None
    # An address may ask for these; then a failure would look like success, or be tried behind the ledger's back.
    plugin.optional, plugin.retry = False, 0
    for kind in type(plugin).__mro__:
        module = sys.modules[kind.__module__]
        if (requests := vars(module).get("requests")) and not isinstance(requests, _Listener):
            vars(module)["requests"] = _Listener(requests)
    return plugin


def _notified(plugin: Any, text: str) -> GatewayError | None:
    apprise = _library()
    notifier = apprise.Apprise(asset=plugin.asset)
    notifier.add(plugin)
    with _hearing() as heard:
        said_yes = notifier.notify(body=text, body_format=apprise.NotifyFormat.TEXT)
    return verdict(bool(said_yes), heard.answers, heard.errors)


def _is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _is_given_up(since: datetime | None, now: datetime) -> bool:
    return since is not None and now - since >= _GIVEN_UP_AFTER
