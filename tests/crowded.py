"""A district of thousands, written straight into the database: nobody of them has to come to the bot one by one."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import cycle, islice

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.directory.models import Group, GroupState, Holding, Person, PersonState, Post, Role, Tier
from bot.plan.schema import Level
from bot.plan.service import Plan

FIRST_PERSON, FIRST_GROUP = 600_001, -900_001
_FIRST_GRID = 61
_LAST_GRID = 99


async def enrol(
    session: AsyncSession, plan: Plan, now: datetime, *, groups: int, workers: int, cadres: int = 0
) -> tuple[list[int], list[int]]:
    """So many village groups, grid workers and village cadres, all joined since yesterday, spread over the villages.

    The chats of the groups, and of the people, cadres first.
    """
    villages = [region.code for region in plan.regions.values() if region.level is Level.VILLAGE]
    bound = [_group(n, village, now) for n, village in enumerate(islice(cycle(villages), groups))]
    grids = [f"{village}-{number}" for number in range(_FIRST_GRID, _LAST_GRID + 1) for village in villages]
    taken = set((await session.exec(select(Post.kind, Post.region_code))).all())
    posts = [*_free(taken, "village_cadre", villages)[:cadres], *_free(taken, "grid_worker", grids)[:workers]]
    people = [_person(n, post, now) for n, post in enumerate(posts)]
    session.add_all([*bound, *posts, *people])
    await session.flush()
    since = now - timedelta(days=1)
    session.add_all(
        Holding(person_id=person.id, post_id=post.id, role=Role.HOLDER, starts_at=since)
        for person, post in zip(people, posts, strict=True)
    )
    await session.flush()
    return [group.chat_id for group in bound], [person.platform_id or 0 for person in people]


def _free(taken: set[tuple[str, str]], kind: str, places: list[str]) -> list[Post]:
    return [Post(kind=kind, region_code=place) for place in places if (kind, place) not in taken]


def _group(number: int, village: str, now: datetime) -> Group:
    return Group(
        chat_id=FIRST_GROUP - number,
        title=f"工作群{number + 1}",
        state=GroupState.BOUND,
        region_code=village,
        tier=Tier.VILLAGE,
        created_at=now,
        bound_at=now,
    )


def _person(number: int, post: Post, now: datetime) -> Person:
    """His phone number rings nowhere."""
    name = f"{'村干部' if post.kind == 'village_cadre' else '网格员'}{number + 1}"
    phone, account = f"+86 10000 9{number:04}".replace(" ", ""), FIRST_PERSON + number
    return Person(name=name, phone=phone, platform_id=account, state=PersonState.ACTIVE, created_at=now)
