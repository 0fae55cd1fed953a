"""One case in the small town, for tests of what the desks do with it: opened, acted on, read back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.access import Actor
from bot.core.database import Database
from bot.delivery.models import Message, Text
from bot.incident import jobs, service
from bot.incident.models import Entry, EntryKind, Facts, Incident, Threat
from bot.incident.schemas import IncidentView, Opening, Reporter
from bot.incident.views import own_view
from bot.plan.schema import Nature
from bot.plan.service import Plan
from tests.integration.town import GRID, NIGHT, Town

Deed = Callable[..., Awaitable[Any]]
EVERYBODY = ("worker", "cadre", "town", "district", "other_town", "administrator")


@dataclass(frozen=True, slots=True)
class Cases:
    """Reports, acts and reads; `number` is a report's serial of the day."""

    town: Town

    @property
    def database(self) -> Database:
        return self.town.database

    @property
    def plan(self) -> Plan:
        return self.town.plan

    async def reported(
        self,
        serial: int = 1,
        *,
        by: str = "worker",
        region: str = GRID,
        nature: Nature = Nature.DANGER_SIGN,
        threat: Threat = Threat.NO,
        at: datetime = NIGHT,
        same_as: int | None = None,
        facts: Facts | None = None,
    ) -> int:
        """Somebody's report opens an incident, or joins that of `same_as`; its id."""
        number = f"龙水0712-{serial}"
        opening = Opening(number, nature, threat, region, facts or Facts(), drill=False)
        async with self.database.write() as session:
            actor = await self.town.actor(session, by)
            chat = self.town.chats[by]
            reporter = Reporter(actor.person_id or 0, by, f"+86100000{chat:05}", chat, "zh", number)
            if same_as is None:
                return (await service.open_incident(session, self.plan, actor, at, opening, reporter)).id
            return (await service.join(session, self.plan, actor, at, opening, reporter, same_as)).id

    async def do(self, role: str, deed: Deed, *args: Any, at: datetime = NIGHT, **named: Any) -> Any:
        """The person of the role does it."""

        async def act(session: AsyncSession, actor: Actor) -> Any:
            return await deed(session, self.plan, actor, at, *args, **named)

        async with self.database.write() as session:
            return await act(session, await self.town.actor(session, role, at))

    async def row(self, incident_id: int) -> Incident:
        """The incident as it stands in the database."""
        async with self.database.read() as session:
            return (await session.exec(select(Incident).where(Incident.id == incident_id))).one()

    async def seen(self, incident_id: int) -> IncidentView:
        """The incident as its own card shows it."""
        async with self.database.read() as session:
            return await own_view(session, incident_id)

    async def log(self, incident_id: int) -> list[EntryKind]:
        """What the event log tells, oldest first."""
        async with self.database.read() as session:
            rows = select(Entry.kind).where(Entry.incident_id == incident_id).order_by(col(Entry.id))
            return [EntryKind(kind) for kind in (await session.exec(rows)).all()]

    async def buttons(self, chat: str, purpose: str) -> list[str]:
        """What the buttons below the last text of that purpose do."""
        async with self.database.read() as session:
            statement = select(Text.body).join(Message, col(Message.text_id) == col(Text.id))
            statement = statement.where(Message.chat_id == self.town.chats[chat], Message.purpose == purpose)
            body = (await session.exec(statement.order_by(col(Message.id)))).all()[-1]
            rows = body["reply_markup"]["inline_keyboard"]
            return [button["callback_data"] for row in rows for button in row]

    async def chase(self, at: datetime) -> int:
        """What falls due at the instant is done; how much."""
        async with self.database.write() as session:
            return await jobs.run_due(session, self.plan, at)
