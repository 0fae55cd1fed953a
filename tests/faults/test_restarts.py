"""Restarts as they happen in service: a true cold start of the command, and a bot of the demo killed from outside."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.demo import TOKEN, USERNAME, staged
from bot.demo_process import BotProcess
from bot.settings import ROOT
from sandbox.client import Control
from sandbox.server import Sandbox

COLD_START_SECONDS = 60.0


async def test_what_came_while_the_bot_was_dead_is_answered_once_after_a_cold_start(sqlite_url: str) -> None:
    async with Sandbox() as sandbox, Control(sandbox.url) as control:
        stranger = await control.person("过路人", phone="+861000029998")
        await control.say(stranger, "/start")
        async with _cold_start(sandbox, sqlite_url) as bot:
            first = await control.wait_for(stranger, lambda message: message.by_bot, timeout=COLD_START_SECONDS)
            await control.settled(COLD_START_SECONDS)
            bot.kill()
            await bot.wait()

        await control.say(stranger, "坡裂了")

        async with _cold_start(sandbox, sqlite_url):
            await control.wait_for(
                stranger, lambda message: "没有上报" in message.text, after=first.message_id, timeout=COLD_START_SECONDS
            )
            await control.settled(COLD_START_SECONDS)
        answers = [message for message in await control.messages(stranger) if message.by_bot]
    assert [("叫应" in answer.text, "没有上报" in answer.text) for answer in answers] == [(True, False), (False, True)]


async def test_a_bot_of_the_demo_killed_from_outside_is_back_within_a_second(tmp_path: Path) -> None:
    said: list[str] = []
    async with (
        Sandbox(token=TOKEN, username=USERNAME) as sandbox,
        staged(folder=tmp_path, sandbox=sandbox.url, write=said.append) as (stage, _url),
    ):
        assert isinstance(stage.bot, BotProcess)
        killed, began = stage.bot.pid, time.monotonic()
        os.kill(killed, signal.SIGKILL)
        async for event in stage.control.events():
            if event["kind"] == "call" and event["call"]["method"] == "getMe":
                break
        seconds = time.monotonic() - began
        assert stage.bot.pid != killed
        await stage.control.settled()
    assert seconds < 1.0
    assert any("the bot died (exit code -9); a new one starts" in line for line in said)


@asynccontextmanager
async def _cold_start(sandbox: Sandbox, database_url: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """`jiaoying run --sandbox` as a process that has imported nothing yet."""
    settings = {
        "JIAOYING_API_URL": sandbox.url,
        "JIAOYING_SANDBOX_URL": sandbox.url,
        "JIAOYING_BOT_TOKEN": sandbox.token,
        "JIAOYING_DATABASE_URL": database_url,
    }
    command = (sys.executable, "-c", "from bot.cli import main; main()", "run", "--sandbox")
    bot = await asyncio.create_subprocess_exec(
        *command, env={**os.environ, **settings}, cwd=ROOT, stderr=DEVNULL, stdout=DEVNULL
    )
    try:
        yield bot
    finally:
        if bot.returncode is None:
            bot.terminate()
        await bot.wait()
