"""One act of one person: everything a handler needs to call a use case and to answer.

An act lives exactly as long as the transaction it is handled in. What it says are rows of the outbox, written in that
transaction; nothing here calls the platform.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession
from telegram import Chat, Message, Update, User
from telegram.ext import CallbackContext

from bot.core.access import Actor
from bot.core.errors import JiaoyingError
from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Keyboard, Screen, Target, Telling
from bot.plan.service import Plan
from messages.engine import Payload, render


@dataclass(slots=True)
class Act:
    """What happened, who did it, where, and the transaction it is handled in.

    `number` is the inbox row's id: it makes everything said in answer unique, so that handling an update twice says
    it once. `actor` has no person for somebody the directory does not know.
    """

    number: int
    update: Update
    session: AsyncSession
    now: datetime
    plan: Plan
    actor: Actor
    locale: str
    bot_username: str
    platform_id: int
    said: int = field(default=0)

    @property
    def chat(self) -> Chat:
        """The chat it happened in."""
        if self.update.effective_chat is None:
            raise JiaoyingError(f"update {self.update.update_id} happened in no chat")
        return self.update.effective_chat

    @property
    def user(self) -> User:
        """The platform's user who did it."""
        if self.update.effective_user is None:
            raise JiaoyingError(f"update {self.update.update_id} was done by nobody")
        return self.update.effective_user

    @property
    def message(self) -> Message:
        """The message sent, edited or tapped on."""
        if self.update.effective_message is None:
            raise JiaoyingError(f"update {self.update.update_id} has no message")
        return self.update.effective_message

    @property
    def is_private(self) -> bool:
        """Whether it happened in the private chat of a person with the bot."""
        return self.update.effective_chat is not None and self.update.effective_chat.type == Chat.PRIVATE

    @property
    def text(self) -> str:
        """The text of the message, or empty."""
        message = self.update.effective_message
        return (message.text or message.caption or "").strip() if message else ""

    @property
    def arguments(self) -> list[str]:
        """The words after a command."""
        return self.text.split()[1:]

    @property
    def data(self) -> list[str]:
        """The parts of a tapped button's data, split at the colons; the first is the action."""
        query = self.update.callback_query
        return (query.data or "").split(":") if query else []

    @property
    def here(self) -> Target:
        """The chat (and topic) it happened in, as a target."""
        message = self.update.effective_message
        thread = message.message_thread_id if isinstance(message, Message) and message.is_topic_message else None
        return Target(self.chat.id, self.locale, thread)

    @property
    def in_private(self) -> Target:
        """The person's private chat."""
        return Target(self.platform_id, self.actor.locale if self.actor.person_id else self.locale)

    async def say(self, payload: Payload, keyboard: Keyboard | None = None, *, to: Target | None = None) -> None:
        """Answers in the chat it happened in, or in `to`, at interactive pace."""
        target = to or self.here
        self.said += 1
        how = Telling(f"act:{self.number}", "answer", Lane.INTERACTIVE, seq=self.said)
        await delivery.show(self.session, self.now, how, Screen(render(payload, target.locale), keyboard), [target])

    async def tell(self, how: Telling, payload: Payload, targets: Sequence[Target]) -> None:
        """Tells others, in their languages."""
        await delivery.tell(self.session, self.now, how, payload, targets)


current_act: ContextVar[Act] = ContextVar("current_act")
"""Set by the inbox worker around the handling of one update."""


class ActContext(CallbackContext[Any, dict[Any, Any], dict[Any, Any], dict[Any, Any]]):
    """The context python-telegram-bot hands to a handler; all we use of it is the act."""

    @property
    def act(self) -> Act:
        """The act being handled."""
        return current_act.get()
