"""Who may do what with a warning: the right of his post, and what the law and the pack leave to that post."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.access import Actor, Permission
from bot.directory import people
from bot.directory.rules import may_at, require_at
from bot.plan.schema import WarningAct, WarningLevel
from bot.plan.service import Plan
from bot.plan.warnings import PERMISSION_FOR, WarningDeed
from bot.warning.errors import NotYours
from bot.warning.schemas import SignerView


def signing_deed(act: WarningAct) -> WarningDeed:
    """What signing a version of that act is to the pack: lifting is a right of its own there."""
    return WarningDeed.LIFT if act is WarningAct.LIFT else WarningDeed.SIGN


def require(plan: Plan, actor: Actor, deed: WarningDeed) -> None:
    """Raises NotAllowed without the permission in the whole district."""
    require_at(plan, actor, PERMISSION_FOR[deed], plan.district.code)


def require_either(plan: Plan, actor: Actor, deeds: Sequence[WarningDeed]) -> None:
    """Raises NotAllowed without the permission for any of the deeds; the first is the one named."""
    if not any(may_at(plan, actor, PERMISSION_FOR[deed], plan.district.code) for deed in deeds):
        require(plan, actor, deeds[0])


async def posts_of(session: AsyncSession, actor: Actor, now: datetime) -> set[str]:
    """The kinds of the posts the actor holds now."""
    person = await people.person(session, actor.person_id, now) if actor.person_id else None
    return {post.kind for post in person.posts} if person else set()


def has(plan: Plan, posts: Iterable[str], deed: WarningDeed, kind_key: str, level: WarningLevel) -> bool:
    """Whether the pack lets any of the posts do it."""
    return any(plan.may(deed, kind_key, level, post) for post in posts)


async def required(
    session: AsyncSession,
    plan: Plan,
    actor: Actor,
    now: datetime,
    deed: WarningDeed,
    kind_key: str,
    levels: Collection[WarningLevel],
) -> None:
    """The actor may do it at every level: the pack gives it to a post he has, and the post has the permission.

    Raises:
        NotYours: the law or the pack gives it to somebody else, with its reason; of what nobody here may that first.
    """
    posts = await posts_of(session, actor, now)
    permission, district = PERMISSION_FOR[deed], plan.district.code
    by_rank = sorted(levels, key=lambda level: level.rank)
    nobodys = [level for level in by_rank if not plan.warning_right(deed, kind_key, level).posts]
    for level in (*nobodys, *by_rank):
        if not (may_at(plan, actor, permission, district) and has(plan, posts, deed, kind_key, level)):
            raise NotYours(permission, district, plan.refusal(deed, kind_key, level))


def levels_of(plan: Plan, deed: WarningDeed, kind_key: str) -> tuple[WarningLevel, ...]:
    """The levels at which anybody in the district may do it."""
    return tuple(level for level in WarningLevel if plan.warning_right(deed, kind_key, level).posts)


async def who_may(
    session: AsyncSession,
    plan: Plan,
    now: datetime,
    deeds: Collection[WarningDeed],
    kind_key: str,
    level: WarningLevel,
) -> list[SignerView]:
    """Who holds a post of the district that may do one of the deeds, also who can only be telephoned; A first."""
    wanted = {PERMISSION_FOR[deed] for deed in deeds}
    kinds = [
        key
        for key, post in plan.posts.items()
        if wanted & {Permission(str(grant.permission)) for grant in post.permissions}
        and any(plan.may(deed, kind_key, level, key) for deed in deeds)
    ]
    holders = await people.on_post(session, kinds, plan.district.code, now, also_unreachable=True) if kinds else []
    return [
        SignerView(each.id, each.name, each.phone, each.platform_id, each.locale, each.reachable) for each in holders
    ]
