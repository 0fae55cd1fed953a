"""What others do with the same list of chats: a raw loop, bare client libraries, a broadcaster. Nothing is kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

import aiohttp
import orjson
import telegram
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram_broadcaster import Broadcaster
from aiogram_broadcaster.contents import TextContent
from aiogram_broadcaster.intervals import SimpleInterval
from telegram.ext import AIORateLimiter, ApplicationBuilder
from telegram.request import HTTPXRequest

from benchmarks.sending import TOKEN, WORDS

AT_ONCE = 128
"""As many under way as our ledger marks as being sent."""

_TRIES = 20
_PATIENCE_SECONDS = 60.0
"""After a 429 halted everything, what waited wants a connection at the same moment; five seconds are too few then."""


async def raw(server: str, chats: Sequence[int]) -> float:
    """Seconds for an aiohttp loop with our encoder that remembers nothing."""
    gate = asyncio.Semaphore(AT_ONCE)
    headers = {"Content-Type": "application/json"}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def send(chat: int) -> None:
            async with gate:
                body = orjson.dumps({"chat_id": chat, "text": WORDS, "parse_mode": "HTML"})
                async with session.post(f"{server}/bot{TOKEN}/sendMessage", data=body, headers=headers) as response:
                    orjson.loads(await response.read())

        return await _all(send, chats)


async def aiogram(server: str, chats: Sequence[int]) -> float:
    """Seconds for a bare aiogram bot with as many calls at once."""
    bot = _aiogram_bot(server)
    gate = asyncio.Semaphore(AT_ONCE)

    async def send(chat: int) -> None:
        async with gate:
            await bot.send_message(chat, WORDS, parse_mode="HTML")

    try:
        return await _all(send, chats)
    finally:
        await bot.session.close()


async def broadcaster(server: str, chats: Sequence[int], pause: float = 0.0, token: str = TOKEN) -> float:
    """Seconds for aiogram-broadcaster, which sends one after the other with so many seconds between two."""
    bot = _aiogram_bot(server, token)
    began = time.perf_counter()
    try:
        content, interval = TextContent(text=WORDS, parse_mode="HTML"), SimpleInterval(interval=pause)
        mailer = await Broadcaster(bot).create_mailer(chats=chats, content=content, interval=interval)
        await mailer.start()
        return time.perf_counter() - began
    finally:
        await bot.session.close()


async def python_telegram_bot(server: str, chats: Sequence[int]) -> float:
    """Seconds for a bare python-telegram-bot with as many calls at once."""
    bot = telegram.Bot(TOKEN, base_url=f"{server}/bot", request=_request(AT_ONCE))
    gate = asyncio.Semaphore(AT_ONCE)

    async def send(chat: int) -> None:
        async with gate:
            await bot.send_message(chat, WORDS, parse_mode="HTML")

    async with bot:
        return await _all(send, chats)


async def rate_limiter(server: str, chats: Sequence[int], token: str) -> float:
    """Seconds for python-telegram-bot with the limiter it comes with, as it is set by default; a 429 is tried again."""
    limiter = AIORateLimiter(max_retries=_TRIES)
    request = _request(2 * AT_ONCE)
    builder = ApplicationBuilder().token(token).base_url(f"{server}/bot").request(request).rate_limiter(limiter)
    bot = builder.build().bot

    async def send(chat: int) -> None:
        await bot.send_message(chat, WORDS, parse_mode="HTML")

    async with bot:
        return await _all(send, chats)


async def _all(send: Callable[[int], Awaitable[None]], chats: Sequence[int]) -> float:
    began = time.perf_counter()
    await asyncio.gather(*(send(chat) for chat in chats))
    return time.perf_counter() - began


def _request(connections: int) -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=connections,
        read_timeout=_PATIENCE_SECONDS,
        write_timeout=_PATIENCE_SECONDS,
        connect_timeout=_PATIENCE_SECONDS,
        pool_timeout=_PATIENCE_SECONDS,
    )


def _aiogram_bot(server: str, token: str = TOKEN) -> Bot:
    session = AiohttpSession(api=TelegramAPIServer.from_base(server), limit=AT_ONCE)
    return Bot(token, session=session)
