"""People on posts and groups in regions, put there without any use case, so that each test speaks of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.access import Actor
from bot.directory import people, posts, repository
from bot.directory.models import Group, GroupState, Person, PersonState, Role
from bot.directory.rules import tier_of
from bot.directory.schemas import PlaceOfPost
from bot.plan.service import Plan

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


@dataclass(slots=True)
class World:
    """What is there before the act, in one transaction."""

    session: AsyncSession
    plan: Plan

    async def person(
        self,
        name: str,
        kind: str = "",
        place: str = "",
        *,
        role: Role = Role.HOLDER,
        platform_id: int | None = None,
        phone: str | None = None,
        state: PersonState = PersonState.ACTIVE,
        ends_at: datetime | None = None,
    ) -> Person:
        """Somebody, on a post if a kind is given; `place` is a region's code or a unit's key."""
        person = Person(name=name, platform_id=platform_id, phone=phone, state=state, created_at=NOW)
        await repository.add(self.session, person)
        if kind:
            await self.on(person, kind, place, role=role, ends_at=ends_at)
        return person

    async def on(
        self,
        person: Person,
        kind: str,
        place: str,
        *,
        role: Role = Role.HOLDER,
        starts_at: datetime = NOW,
        ends_at: datetime | None = None,
    ) -> int:
        """Puts the person on one more post; the post's id."""
        unit = place if place in self.plan.units else ""
        post = await repository.require_post(self.session, kind, "" if unit else place, unit)
        await posts.seat(self.session, NOW, person=person, post=post, role=role, starts_at=starts_at, ends_at=ends_at)
        return post.id

    async def post_id(self, kind: str, place: str) -> int:
        """The post's id."""
        return (await repository.require_post(self.session, kind, place, "")).id

    async def actor(self, person: Person, now: datetime = NOW) -> Actor:
        """What the person may do."""
        actor = await people.actor_of(self.session, self.plan, person.platform_id or 0, now)
        assert actor is not None
        return actor

    async def group(
        self, title: str, chat_id: int = -100, *, region_code: str | None = None, state: GroupState | None = None
    ) -> Group:
        """A group, bound if it has a region."""
        group = Group(chat_id=chat_id, title=title, created_at=NOW, region_code=region_code)
        group.tier = tier_of(region_code) if region_code else None
        group.state = state or (GroupState.BOUND if region_code else GroupState.PENDING)
        await repository.add(self.session, group)
        return group

    @staticmethod
    def at(kind: str, region_code: str) -> PlaceOfPost:
        """A post of a region."""
        return PlaceOfPost(kind, region_code)
