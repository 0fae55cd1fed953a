"""A small town in the database for tests of rooms above the directory: people on posts, groups bound to places."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.access import Actor
from bot.core.database import Database
from bot.delivery.models import Card, Message, MessageState, Text
from bot.directory import people
from bot.directory.models import Grid, Group, GroupState, Holding, Person, PersonState, Post, Role, Tier
from bot.plan.service import Plan

DISTRICT, TOWN, VILLAGE, GRID = "500111", "500111100", "500111100216", "500111100216-03"
OTHER_TOWN = "500111102"
NIGHT = datetime(2026, 7, 11, 16, 50, tzinfo=UTC)
"""00:50 on 12 July on the district's wall clock."""

POSTS = {
    "worker": ("grid_worker", GRID),
    "cadre": ("village_cadre", VILLAGE),
    "town": ("town_duty", TOWN),
    "district": ("district_duty", DISTRICT),
    "other_town": ("town_duty", OTHER_TOWN),
    "administrator": ("administrator", DISTRICT),
}
GROUPS = {"village_group": (-201, VILLAGE, Tier.VILLAGE), "town_group": (-202, TOWN, Tier.TOWN)}
GROUPS |= {"district_group": (-203, DISTRICT, Tier.DISTRICT), "other_group": (-204, OTHER_TOWN, Tier.TOWN)}


@dataclass(slots=True)
class Town:
    """The people by role (the keys of POSTS) and the groups' chats (the keys of GROUPS)."""

    database: Database
    plan: Plan
    chats: dict[str, int] = field(default_factory=dict)

    async def actor(self, session: AsyncSession, role: str, now: datetime = NIGHT) -> Actor:
        """The person of the role with his rights at the instant."""
        actor = await people.actor_of(session, self.plan, self.chats[role], now)
        assert actor is not None
        return actor

    async def told(self, chat: str, purpose: str | None = None) -> list[str]:
        """The texts of the outbox for a role or group, oldest first."""
        async with self.database.read() as session:
            statement = select(Text.body).join(Message, col(Message.text_id) == col(Text.id))
            statement = statement.where(Message.chat_id == self.chats[chat]).order_by(col(Message.id))
            if purpose is not None:
                statement = statement.where(Message.purpose == purpose)
            bodies = (await session.exec(statement)).all()
        return [words for body in bodies if (words := body.get("text") or body.get("caption"))]

    async def delivered(self, now: datetime = NIGHT) -> None:
        """All that was on its way has arrived."""
        async with self.database.write() as session:
            waiting = update(Message).where(col(Message.state) == MessageState.QUEUED)
            await session.exec(waiting.values(state=MessageState.SENT, sending_at=now, sent_at=now))

    async def cards(self, subject: str) -> dict[str, int]:
        """Which roles and groups have a card of the subject, with its wanted revision."""
        names = {chat: name for name, chat in self.chats.items()}
        async with self.database.read() as session:
            rows = (await session.exec(select(Card).where(Card.subject == subject))).all()
        return {names[card.chat_id]: card.wanted_rev for card in rows}


async def build(database: Database, plan: Plan, *, groups: tuple[str, ...] = tuple(GROUPS)) -> Town:
    """Everybody on his post since yesterday, the named groups bound."""
    town = Town(database, plan)
    async with database.write() as session:
        session.add(Grid(code=GRID, village_code=VILLAGE, name="第3网格", created_at=NIGHT))
        for number, (role, (kind, region)) in enumerate(POSTS.items(), 101):
            await _seat(session, role, number, kind, region)
            town.chats[role] = number
        for name in groups:
            chat_id, region, tier = GROUPS[name]
            group = Group(
                chat_id=chat_id,
                title=name,
                state=GroupState.BOUND,
                region_code=region,
                tier=tier,
                created_at=NIGHT,
                bound_at=NIGHT,
            )
            session.add(group)
        town.chats |= {name: GROUPS[name][0] for name in GROUPS}
    return town


async def _seat(session: AsyncSession, role: str, number: int, kind: str, region: str) -> None:
    phone = f"+86100000{number:05}"
    person = Person(name=role, phone=phone, platform_id=number, state=PersonState.ACTIVE, created_at=NIGHT)
    post = Post(kind=kind, region_code=region)
    session.add_all([person, post])
    await session.flush()
    start = NIGHT.replace(day=10)
    session.add(Holding(person_id=person.id, post_id=post.id, role=Role.HOLDER, starts_at=start))
    await session.flush()
