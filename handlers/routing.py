"""How an act finds its function: commands, menu words, buttons, and what people send.

Thin wrappers over python-telegram-bot's handlers, so that a route is one line and every function has the same shape:
`async def do(act: Act) -> None`. A button's data is `action:…`; a card's button is `action:card:rev`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from typing import Any

from telegram import Update
from telegram.ext import BaseHandler, CallbackQueryHandler, ChatMemberHandler, CommandHandler, MessageHandler, filters
from telegram.ext.filters import BaseFilter, MessageFilter

from handlers.act import Act, ActContext
from messages.engine import key_of_word

Do = Callable[[Act], Coroutine[Any, Any, None]]
Route = BaseHandler[Update, ActContext, None]

NEW = filters.UpdateType.MESSAGE
EDITED = filters.UpdateType.EDITED_MESSAGE
PRIVATE = filters.ChatType.PRIVATE
GROUPS = filters.ChatType.GROUPS


class Word(MessageFilter):
    """A menu word in any of our languages, typed or pressed on the reply keyboard."""

    def __init__(self, key: str) -> None:
        super().__init__(name=f"word {key}")
        self.key = key

    def filter(self, message: Any) -> bool:
        return bool(message.text) and key_of_word(message.text) == self.key


def command(name: str, do: Do, where: BaseFilter = filters.ALL) -> Route:
    """`/name` (also `/name@bot`), as a new message."""
    return CommandHandler(name, _callback(do), filters=NEW & where)


def word(key: str, do: Do) -> Route:
    """A menu word in a private chat."""
    return MessageHandler(NEW & PRIVATE & Word(key), _callback(do))


def button(action: str, do: Do) -> Route:
    """A tap on a button whose data begins with `action:` or is `action`."""
    return CallbackQueryHandler(_callback(do), pattern=re.compile(rf"^{re.escape(action)}(:|$)"))


def message(which: BaseFilter, do: Do) -> Route:
    """A message that passes the filter."""
    return MessageHandler(which, _callback(do))


def own_membership(do: Do) -> Route:
    """The bot was added, promoted, demoted, removed or blocked."""
    return ChatMemberHandler(_callback(do), ChatMemberHandler.MY_CHAT_MEMBER)


def _callback(do: Do) -> Callable[[Update, ActContext], Coroutine[Any, Any, None]]:
    async def callback(_update: Update, context: ActContext) -> None:
        await do(context.act)

    return callback
