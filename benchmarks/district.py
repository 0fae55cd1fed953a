"""A district in a database: its groups, and so many grid workers who joined yesterday.

Written straight into the tables: nobody of them has to come to the bot one by one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice

from bot.core.clock import Clock
from bot.core.database import Database
from bot.directory.models import Group, GroupState, Holding, Person, PersonState, Post, Role, Tier
from bot.plan.schema import Level
from bot.plan.service import Plan

FIRST_PERSON, _FIRST_GROUP = 600_001, -900_001
_GRIDS = range(1, 100)
_TIERS = {Level.DISTRICT: Tier.DISTRICT, Level.TOWN: Tier.TOWN, Level.VILLAGE: Tier.VILLAGE}


async def enrol(url: str, plan: Plan, workers: int) -> list[int]:
    """The workers' chats. Every region from the district to the villages has its group."""
    database, now = Database(url), Clock().now()
    regions = [region for region in plan.regions.values() if region.level in _TIERS]
    villages = [region.code for region in regions if region.level is Level.VILLAGE]
    grids = islice((f"{village}-{number:02}" for number in _GRIDS for village in villages), workers)
    posts = [Post(kind="grid_worker", region_code=grid) for grid in grids]
    people = [_person(number, now) for number in range(workers)]
    groups = [_group(number, region.code, _TIERS[region.level], now) for number, region in enumerate(regions)]
    async with database.write() as session:
        session.add_all([*groups, *posts, *people])
        await session.flush()
        since = now - timedelta(days=1)
        session.add_all(
            Holding(person_id=person.id, post_id=post.id, role=Role.HOLDER, starts_at=since)
            for person, post in zip(people, posts, strict=True)
        )
    await database.close()
    return [FIRST_PERSON + number for number in range(workers)]


def _group(number: int, region: str, tier: Tier, now: datetime) -> Group:
    return Group(
        chat_id=_FIRST_GROUP - number,
        title=f"工作群{number + 1}",
        state=GroupState.BOUND,
        region_code=region,
        tier=tier,
        created_at=now,
        bound_at=now,
    )


def _person(number: int, now: datetime) -> Person:
    """His phone number rings nowhere."""
    phone, account = f"+86100009{number:04}", FIRST_PERSON + number
    return Person(
        name=f"网格员{number + 1}", phone=phone, platform_id=account, state=PersonState.ACTIVE, created_at=now
    )
