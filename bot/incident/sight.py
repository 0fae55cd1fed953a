"""Which incidents somebody sees in lists, and from which desk he speaks. Follows from the posts he holds now.

A post in a company sees what concerns that company, not the town it lies in; a grid worker sees what he reported.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.access import Actor, Permission, covers
from bot.directory import people, rules
from bot.directory.models import Role
from bot.directory.schemas import PostView
from bot.incident.models import Incident
from bot.plan.regions import is_grid
from bot.plan.schema import Level
from bot.plan.service import Plan
from messages.directory import Name

_AT_A_DESK = Permission.REPORT_TELEPHONE
_NO_POST = Name(zh="", en="")


@dataclass(frozen=True, slots=True)
class Sight:
    """Codes and units whose incidents are seen, and the person whose own reports are."""

    regions: tuple[str, ...]
    units: tuple[str, ...]
    person_id: int | None

    def covers(self, incident: Incident) -> bool:
        """Whether the incident is seen for where it is or whose it is; own reports aside."""
        here = any(covers(region, incident.region_code) for region in self.regions)
        return here or (incident.unit_key is not None and incident.unit_key in self.units)


@dataclass(frozen=True, slots=True)
class Desk:
    """The post somebody speaks for: what its desk is called on the phone, its region, the post and how it is held."""

    name: str
    region_code: str
    post: Name
    role: Role | None


async def sight_of(session: AsyncSession, actor: Actor, now: datetime) -> Sight:
    """What the actor sees by INCIDENT_SEE."""
    posts = {post.id: post for post in await _posts(session, actor, now)}
    held = [grant for grant in actor.grants if grant.permission is Permission.INCIDENT_SEE]
    at_regions = (grant.region for grant in held if _is_of_region(posts.get(grant.post_id or 0)))
    units = {posts[grant.post_id].unit_key or "" for grant in held if grant.post_id in posts}
    return Sight(
        regions=tuple(sorted({region for region in at_regions if not is_grid(region)})),
        units=tuple(sorted(units - {""})),
        person_id=actor.person_id,
    )


async def desk_of(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, permission: Permission, place: str | None = None
) -> Desk:
    """The narrowest of the actor's posts with the right (at `place`, if given); a duty post before another there."""
    granted = {
        grant.post_id
        for grant in actor.grants
        if grant.permission is permission and (place is None or covers(grant.region, place))
    }
    held = [post for post in await _posts(session, actor, now) if post.id in granted and post.region_code]
    region = rules.narrowest(post.region_code or "" for post in held) or plan.district.code
    there = [post for post in held if post.region_code == region]
    return _desk(plan, region, min(there, key=lambda post: not _is_duty(plan, post), default=None))


def desk_name(plan: Plan, region_code: str) -> str:
    """What the duty desk of a region is called on the phone: 大足区应急局值班室, 龙水镇横店村值班室."""
    if rules.level_of(plan, region_code) is Level.DISTRICT:
        unit = plan.unit(plan.info.duty_unit).name
        return f"{plan.district.name}{unit.removeprefix('区').removeprefix('县')}值班室"
    return f"{rules.place_name(plan, region_code).replace(' ', '')}值班室"


def _desk(plan: Plan, region: str, post: PostView | None) -> Desk:
    kind = plan.posts.get(post.kind) if post else None
    return Desk(
        desk_name(plan, region), region, rules.kind_name(kind) if kind else _NO_POST, post.role if post else None
    )


async def _posts(session: AsyncSession, actor: Actor, now: datetime) -> Iterable[PostView]:
    person = await people.person(session, actor.person_id, now) if actor.person_id else None
    return person.posts if person else ()


def _is_of_region(post: PostView | None) -> bool:
    return post is None or bool(post.region_code)


def _is_duty(plan: Plan, post: PostView) -> bool:
    kind = plan.posts.get(post.kind)
    return kind is not None and any(str(grant.permission) == _AT_A_DESK for grant in kind.permissions)
