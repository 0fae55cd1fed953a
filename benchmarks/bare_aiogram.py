"""A bot as aiogram's examples begin one: it echoes, answers every tap and edits the message. Nothing is kept.

Started as `python -m benchmarks.bare_aiogram SERVER TOKEN`; imports nothing of ours.
"""

from __future__ import annotations

import asyncio
import sys
from itertools import count

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

_KEYBOARD = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="继续", callback_data="again")]])
_NUMBERS = count(1)


async def _said(message: Message) -> None:
    await message.answer("收到", reply_markup=_KEYBOARD)


async def _tapped(query: CallbackQuery) -> None:
    await query.answer()
    if isinstance(query.message, Message):
        await query.message.edit_text(f"收到 {next(_NUMBERS)}", reply_markup=_KEYBOARD)


async def main(server: str, token: str) -> None:
    """Polls until it is ended."""
    bot = Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(server)))
    dispatcher = Dispatcher()
    dispatcher.message.register(_said)
    dispatcher.callback_query.register(_tapped)
    await dispatcher.start_polling(bot)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
