"""A bot as python-telegram-bot's examples begin one: it echoes, answers every tap and edits the message, keeps nothing.

Started as `python -m benchmarks.bare_python_telegram_bot SERVER TOKEN`; imports nothing of ours.
"""

from __future__ import annotations

import sys
from itertools import count
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import ApplicationBuilder, CallbackQueryHandler, ContextTypes, MessageHandler, filters

_KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("继续", callback_data="again")]])
_NUMBERS = count(1)


async def _said(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    if update.effective_message:
        await update.effective_message.reply_text("收到", reply_markup=_KEYBOARD)


async def _tapped(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    if query := update.callback_query:
        await query.answer()
        await query.edit_message_text(f"收到 {next(_NUMBERS)}", reply_markup=_KEYBOARD)


def main(server: str, token: str) -> None:
    """Polls until it is ended."""
    application: Any = ApplicationBuilder().token(token).base_url(f"{server}/bot").build()
    application.add_handler(MessageHandler(filters.ALL, _said))
    application.add_handler(CallbackQueryHandler(_tapped))
    application.run_polling()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
