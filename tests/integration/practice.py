"""The small town practising: people talk through the real routes at an instant that moves, groups take part or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from bot.audit.models import AuditEntry
from bot.core.clock import Clock
from bot.delivery.models import Card, Message, Text
from bot.directory import taking_part
from bot.directory.models import Group
from bot.drill import jobs as drill_jobs
from bot.warning import jobs as warning_jobs
from handlers.conversation import converse
from tests.integration.directory.talk import OnlyNamesItself, Said, Talk
from tests.integration.town import NIGHT, Town


class Still(Clock):
    """A clock that stands: what falls due at a minute falls due at that minute however slow the machine is."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at

    def now(self) -> datetime:
        return self.at


@dataclass(slots=True)
class Practice:
    """Roles and groups are the town's."""

    town: Town
    talk: Talk
    clock: Still

    @property
    def now(self) -> datetime:
        """How late it is."""
        return self.clock.at

    async def at(self, now: datetime) -> int:
        """It is that late now, and what falls due until then is done; how much."""
        self.clock.at = now
        done = 0
        for run_due in (warning_jobs.run_due, drill_jobs.run_due):
            async with self.town.database.write() as session:
                done += await run_due(session, self.town.plan, now)
        return done

    async def say(self, role: str, text: str, *, chat: str | None = None) -> list[Said]:
        """What the bot says then in that person's chat, or in `chat`."""
        said = await self.talk.says(self.town.chats[role], text, chat=self.town.chats[chat] if chat else None)
        return [each for each in said if each.chat_id == self.town.chats[chat or role]]

    async def tap(self, role: str, data: str, *, chat: str | None = None) -> list[Said]:
        """What the bot says then in that person's private chat; he taps in `chat`."""
        said = await self.talk.taps(self.town.chats[role], data, chat=self.town.chats[chat] if chat else None)
        return [each for each in said if each.chat_id == self.town.chats[role]]

    async def take_part(self, *groups: str, takes_part: bool = True) -> None:
        """The administrator says of the groups that they take part, or no longer."""
        async with self.town.database.write() as session:
            actor = await self.town.actor(session, "administrator")
            for name in groups:
                group_id = (await session.exec(select(Group.id).where(Group.title == name))).one()
                plan = self.town.plan
                await taking_part.set_part(session, plan, actor, self.now, group_id=group_id, takes_part=takes_part)

    async def told(self) -> dict[str, list[str]]:
        """Whom anything about a drill was told, and the texts; cards apart."""
        names = {chat: name for name, chat in self.town.chats.items()}
        told: dict[str, list[str]] = {}
        for message, body in await self._messages():
            if message.drill:
                told.setdefault(names[message.chat_id], []).append(body["text"])
        return told

    async def marks(self, *subjects: str) -> set[bool]:
        """Whether what is kept on these subjects is marked as a drill: messages, cards and the audit; {True}: all."""
        async with self.town.database.read() as session:
            found: set[bool] = set()
            for table in (Message, Card, AuditEntry):
                for subject in subjects:
                    begins = col(table.subject).startswith(subject, autoescape=True)
                    found |= set((await session.exec(select(table.drill).where(begins))).all())
        return found

    async def rows(self, subject: str) -> list[Message]:
        """The outbox on a subject."""
        return [message for message, _ in await self._messages() if message.subject == subject]

    async def _messages(self) -> list[tuple[Message, dict[str, str]]]:
        async with self.town.database.read() as session:
            statement = select(Message, Text).join(Text, col(Text.id) == col(Message.text_id))
            rows = (await session.exec(statement.order_by(col(Message.id)))).all()
        return [(message, text.body) for message, text in rows]


async def practise(town: Town, now: datetime = NIGHT) -> Practice:
    """Nobody takes part yet."""
    clock = Still(now)
    talk = Talk(town.database, await converse(OnlyNamesItself(), "1000:test", town.plan, clock), town.plan)
    return Practice(town, talk, clock)
