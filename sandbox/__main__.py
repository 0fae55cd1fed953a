"""`python -m sandbox`: the sandbox on its own, until SIGTERM or Ctrl-C."""

import argparse
import asyncio
import gc
import importlib.util
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from sandbox.errors import Refused
from sandbox.server import ENFORCED, TOKEN, Sandbox, read_seed


def main() -> int:
    """Run; 2 when the arguments are refused or the port is taken."""
    options = _arguments()
    try:
        sandbox = Sandbox(
            host=options.host,
            port=options.port,
            token=options.token,
            username=options.username,
            name=options.name,
            limits=None if options.no_limits else ENFORCED,
            privacy=not options.no_privacy,
            seed=read_seed(options.seed) if options.seed else None,
        )
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    gc.freeze()  # the bot library's models are most of what there is; collecting must not walk them again and again
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_serve(sandbox))
    except (OSError, Refused) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A small Telegram of our own, on loopback.")
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, default=8081, help="0: any free port")
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--username", default="sandbox_bot")
    parser.add_argument("--name", default="Sandbox")
    parser.add_argument("--no-limits", action="store_true", help="no limits of rate")
    parser.add_argument("--no-privacy", action="store_true", help="the bot reads everything in groups")
    parser.add_argument("--seed", type=Path, help="people and groups to begin with, as JSON")
    return parser.parse_args()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    """uvloop halves the cost of a call where there is one (it does not run on Windows)."""
    if importlib.util.find_spec("uvloop") is None:
        return asyncio.new_event_loop
    factory: Callable[[], asyncio.AbstractEventLoop] = importlib.import_module("uvloop").new_event_loop
    return factory


async def _serve(sandbox: Sandbox) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    async with sandbox:
        print(f"ready {sandbox.url}", flush=True)
        await ended.wait()


if __name__ == "__main__":
    sys.exit(main())
