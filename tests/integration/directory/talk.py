"""People talking to the bot through the real routes, without a platform: updates in, outbox rows and cards out.

Each act is one transaction as the inbox's worker makes it; a refusal is explained in the next one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.errors import Refusal
from bot.delivery.models import Card, Message, Text
from bot.delivery.painter import Painter
from bot.inbox.models import InboxUpdate
from bot.plan.service import Plan
from handlers.conversation import Conversation, converse
from handlers.painters import painters
from tests.integration.directory.world import NOW, World

BOT = {"id": 1000, "is_bot": True, "first_name": "叫应", "username": "jiaoying_test_bot"}


class OnlyNamesItself:
    """A platform that answers getMe; handlers must ask nothing else of one."""

    async def call(self, method: str, params: Mapping[str, Any], *, timeout: float = 0) -> Any:
        assert method == "getMe", f"a handler called {method}"
        return {**BOT, "can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}

    def download(self, path: str) -> AsyncIterator[bytes]:
        raise AssertionError(f"a handler fetched {path}")


@dataclass(slots=True)
class Said:
    """One message of the bot."""

    chat_id: int
    text: str
    buttons: dict[str, str] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Talk:
    """One conversation with everybody."""

    database: Database
    conversation: Conversation
    plan: Plan
    updates: int = 0
    heard: int = 0
    shown: dict[int, int] = field(default_factory=dict)

    @asynccontextmanager
    async def world(self) -> AsyncIterator[World]:
        """To put things in place, or to look."""
        async with self.database.write() as session:
            yield World(session, self.plan)

    async def says(self, person: int, text: str, *, chat: int | None = None) -> list[Said]:
        """Sends a text, in private unless in `chat`; what the bot said then, to anybody."""
        entities = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}] if text[0] == "/" else []
        return await self._act({"message": {**_message(person, chat), "text": text, "entities": entities}})

    async def shows_card(self, person: int, phone: str, *, of: int | None = None) -> list[Said]:
        """Sends a contact card, the own one unless it is `of` somebody else."""
        card = {"phone_number": phone, "first_name": f"人{person}", "user_id": of or person}
        return await self._act({"message": {**_message(person, None), "contact": card}})

    async def taps(self, person: int, data: str, *, chat: int | None = None) -> list[Said]:
        """Taps a button."""
        shown = {**_message(person, chat), "from": BOT, "text": "…"}
        tap = {"id": "1", "from": _user(person), "chat_instance": "1", "data": data, "message": shown}
        return await self._act({"callback_query": tap})

    async def membership(
        self, chat: int, before: str, after: str, *, by: int = 5, title: str = "群", **rights: Any
    ) -> list[Said]:
        """The bot's standing in a chat changes."""
        change = {
            "chat": _chat(by, chat, title),
            "from": _user(by),
            "date": int(NOW.timestamp()),
            "old_chat_member": {"user": BOT, "status": before, **_RIGHTS.get(before, {})},
            "new_chat_member": {"user": BOT, "status": after, **_RIGHTS.get(after, {}), **rights},
        }
        return await self._act({"my_chat_member": change})

    async def service(self, chat: int, *, by: int = 5, **happened: Any) -> list[Said]:
        """A service message in a group: a new title, a migration."""
        return await self._act({"message": {**_message(by, chat), **happened}})

    async def _act(self, update: dict[str, Any]) -> list[Said]:
        self.updates += 1
        row = InboxUpdate(
            id=self.updates,
            update_id=self.updates,
            chat_id=0,
            payload={"update_id": self.updates, **update},
            received_at=NOW,
        )
        try:
            async with self.database.write() as session:
                await self.conversation.handle(session, row)
        except Refusal as refusal:
            async with self.database.write() as session:
                await self.conversation.explain(session, row, refusal)
        await Painter(self.database, painters(self.plan)).paint_changed()
        async with self.database.read() as session:
            return [*await self._repainted(session), *await self._new(session)]

    async def _repainted(self, session: AsyncSession) -> list[Said]:
        cards = (await session.exec(select(Card).order_by(col(Card.id)))).all()
        changed = [card for card in cards if card.painted_rev > self.shown.get(card.id, 0) and card.body]
        self.shown |= {card.id: card.painted_rev for card in cards}
        return [_said(card.chat_id, card.body or {}) for card in changed]

    async def _new(self, session: AsyncSession) -> list[Said]:
        statement = select(Message, Text).join(Text, col(Text.id) == col(Message.text_id))
        rows = (await session.exec(statement.where(Message.id > self.heard).order_by(col(Message.id)))).all()
        self.heard = max((message.id for message, _ in rows), default=self.heard)
        return [_said(message.chat_id, text.body) for message, text in rows]


async def talk_on(database: Database, plan: Plan) -> Talk:
    """A conversation at the moment NOW."""
    clock = Clock()
    clock.shift((NOW - clock.now()).total_seconds(), 1)
    return Talk(database, await converse(OnlyNamesItself(), "1000:test", plan, clock), plan)


_FULL = dict.fromkeys(
    (
        "can_be_edited",
        "is_anonymous",
        "can_manage_chat",
        "can_delete_messages",
        "can_manage_video_chats",
        "can_restrict_members",
        "can_promote_members",
        "can_change_info",
        "can_invite_users",
        "can_post_stories",
        "can_edit_stories",
        "can_delete_stories",
    ),
    False,
)
_SENDING = dict.fromkeys(
    (
        "can_send_messages",
        "can_send_audios",
        "can_send_documents",
        "can_send_photos",
        "can_send_videos",
        "can_send_video_notes",
        "can_send_voice_notes",
        "can_send_polls",
        "can_send_other_messages",
        "can_add_web_page_previews",
        "can_change_info",
        "can_invite_users",
        "can_pin_messages",
        "can_manage_topics",
        "can_edit_tag",
        "can_react_to_messages",
    ),
    False,
)
_RIGHTS: dict[str, dict[str, Any]] = {
    "administrator": _FULL,
    "restricted": {**_SENDING, "is_member": True, "until_date": 0},
    "kicked": {"until_date": 0},
}


def _message(person: int, chat: int | None) -> dict[str, Any]:
    where = _chat(person, chat, "群")
    return {"message_id": 1, "date": int(NOW.timestamp()), "from": _user(person), "chat": where}


def _chat(person: int, chat: int | None, title: str) -> dict[str, Any]:
    if chat is None or chat > 0:
        return {"id": chat or person, "type": "private", "first_name": f"人{person}"}
    return {"id": chat, "type": "supergroup" if chat < -1000 else "group", "title": title}


def _user(person: int) -> dict[str, Any]:
    return {"id": person, "is_bot": False, "first_name": f"人{person}"}


def _said(chat_id: int, body: dict[str, Any]) -> Said:
    markup = body.get("reply_markup", {})
    buttons = [button for row in markup.get("inline_keyboard", []) for button in row]
    return Said(
        chat_id,
        body["text"],
        {button["text"]: button.get("callback_data") or button.get("url") for button in buttons},
        [key["text"] for row in markup.get("keyboard", []) for key in row],
    )
