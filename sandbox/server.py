"""The sandbox as one server on loopback: Bot API, control API and page in one process and one event loop.

It is a simulator for demos, tests and training. It refuses to listen anywhere but on loopback.
"""

import asyncio
import contextlib
import ipaddress
import socket
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson
from aiohttp import web

from sandbox.api import BotApi
from sandbox.chats import BotAccount
from sandbox.control import page
from sandbox.control.answers import guard
from sandbox.control.conduct import ConductControl
from sandbox.control.groups import GroupControl, make_group
from sandbox.control.people import PeopleControl, make_person
from sandbox.control.watching import WatchControl
from sandbox.limits import Limits
from sandbox.settling import Settling
from sandbox.world import World

TOKEN = "110000001:sandbox"
UPLOAD_BYTES = 52 * 1024 * 1024
SHUTDOWN_SECONDS = 0.1
ENFORCED = Limits()


class Sandbox:
    """One simulated platform with one bot.

    Args:
        host: a loopback address or `localhost`.
        port: 0: any free one.
        token: the bot's; the number before the colon is the bot's id.
        limits: rates enforced; None: no limits of rate.
        privacy: privacy mode in groups, as the platform has it by default.
        seed: people and groups to begin with: `{"people": [...], "groups": [...], "hint"?, "phones"?}`, each as posted
            to the control API, with ids.
        patience: real seconds that moving the clock waits for the bot at each stop.
        webhook_wait: seconds before a failed webhook delivery is repeated the first time.

    Raises:
        ValueError: a host that is not loopback, or a token without a number.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        token: str = TOKEN,
        username: str = "sandbox_bot",
        name: str = "Sandbox",
        limits: Limits | None = ENFORCED,
        privacy: bool = True,
        seed: dict[str, Any] | None = None,
        patience: float = 60.0,
        webhook_wait: float = 1.0,
    ) -> None:
        _require_loopback(host)
        self.token = token
        self.world = World(BotAccount(_bot_id(token), username, name), limits, privacy, webhook_wait)
        self._host = host
        self._port = port
        self._seed = seed or {}
        self._patience = patience
        self._runner: web.AppRunner | None = None
        self._webhook: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`, once started."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    async def start(self) -> None:
        """Listen; the port is known afterwards.

        Raises:
            OSError: the port is taken.
            Refused: the seed asks for what cannot be.
        """
        listening = _listen(self._host, self._port)
        self._port = listening.getsockname()[1]
        _plant(self.world, self._seed)
        self._runner = web.AppRunner(
            self._app(), access_log=None, handler_cancellation=True, shutdown_timeout=SHUTDOWN_SECONDS
        )
        await self._runner.setup()
        await web.SockSite(self._runner, listening).start()
        self._webhook = asyncio.create_task(self.world.webhook.run())

    async def stop(self) -> None:
        """End open polls and event streams at once and stop listening."""
        if self._webhook is not None:
            self._webhook.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._webhook
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=UPLOAD_BYTES, middlewares=[guard])
        settling = Settling(self.world, self._patience)
        rooms = (
            BotApi(self.world, self.token),
            PeopleControl(self.world),
            GroupControl(self.world),
            WatchControl(self.world, settling),
            ConductControl(self.world, settling),
        )
        for room in rooms:
            app.add_routes(room.routes())
        app.add_routes(page.routes())
        return app


def read_seed(path: Path) -> dict[str, Any]:
    """A seed file: one JSON object.

    Raises:
        ValueError: it is no JSON object.
    """
    value = orjson.loads(path.read_bytes())
    if not isinstance(value, dict):
        raise ValueError(f"{path} must hold one JSON object")
    return value


def _plant(world: World, seed: dict[str, Any]) -> None:
    for body in seed.get("people", []):
        make_person(world, body)
    for body in seed.get("groups", []):
        make_group(world, body)
    world.hint = seed.get("hint")
    world.phones = seed.get("phones")


def _bot_id(token: str) -> int:
    number = token.partition(":")[0]
    if not number.isdigit():
        raise ValueError("a token looks like 110000001:anything")
    return int(number)


def _require_loopback(host: str) -> None:
    if host == "localhost":
        return
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise ValueError(f"{host} is not a loopback address: this is a simulator and listens on loopback only")


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    return listening
