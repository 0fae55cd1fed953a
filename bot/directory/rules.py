"""What follows from values alone: where a post is, what it may do there, what it is called, how a phone is written.

Pure functions; they know the district pack as a value and no database.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.core.access import Actor, Grant, Permission, covers
from bot.directory.models import Role, Tier
from bot.directory.schemas import AtPlace, PlaceOfPost
from bot.plan.regions import is_grid
from bot.plan.schema import Level, PostKind, Scope
from bot.plan.service import Plan
from messages.directory import Name

_LEVELS = (Level.DISTRICT, Level.TOWN, Level.VILLAGE, Level.GRID, Level.UNIT)
_TURN = (Role.HOLDER, Role.ACTING, Role.DEPUTY)
_SHORTEST_NUMBER, _LONGEST_NUMBER = 7, 15
_MAINLAND_MOBILE = re.compile(r"1[3-9]\d{9}")
_MAINLAND_LANDLINE = re.compile(r"0\d{9,11}")
_DIGITS_OF_LEVEL = {6: Tier.DISTRICT, 9: Tier.TOWN, 12: Tier.VILLAGE}


def place_of(plan: Plan, post: AtPlace) -> str | None:
    """The code of the region the post belongs to, a unit's post to its unit's; None if the pack has no such unit."""
    if post.region_code:
        return post.region_code
    unit = plan.units.get(post.unit_key or "")
    return unit.region if unit else None


def grants_of(plan: Plan, post: AtPlace, post_id: int | None = None) -> tuple[Grant, ...]:
    """The rights of a post where they hold. A kind or unit the pack no longer has carries none."""
    kind, place = plan.posts.get(post.kind), place_of(plan, post)
    if kind is None or place is None:
        return ()
    return tuple(
        Grant(Permission(str(grant.permission)), region, post_id)
        for grant in kind.permissions
        for region in plan.territory(grant.scope, place)
    )


def territory(plan: Plan, place: str) -> tuple[str, ...]:
    """The codes in all of which a right must be held to be held at the place; a district may be several."""
    return plan.territory(Scope.OWN, place)


def may_at(plan: Plan, actor: Actor, permission: Permission, place: str) -> bool:
    """Whether the actor has the right in all of the place."""
    return all(actor.may(permission, code) for code in territory(plan, place))


def require_at(plan: Plan, actor: Actor, permission: Permission, place: str) -> None:
    """Raises NotAllowed unless the actor has the right in all of the place."""
    for code in territory(plan, place):
        actor.require(permission, code)


def require_reach(plan: Plan, actor: Actor, permission: Permission, post: AtPlace) -> None:
    """Raises NotAllowed unless the actor may decide by `permission` who holds the post.

    He must have the right at the post's place, and for each right of the post that reaches further than his own
    `permission` does, hold that right himself: nobody gives away what he neither has nor answers for.
    """
    require_at(plan, actor, permission, place_of(plan, post) or plan.district.code)
    for grant in grants_of(plan, post):
        if not actor.may(permission, grant.region):
            actor.require(grant.permission, grant.region)


def may_reach(plan: Plan, actor: Actor, permission: Permission, post: AtPlace) -> bool:
    """Whether `require_reach` would let the actor."""
    if not may_at(plan, actor, permission, place_of(plan, post) or plan.district.code):
        return False
    return all(
        actor.may(permission, grant.region) or actor.may(grant.permission, grant.region)
        for grant in grants_of(plan, post)
    )


def roots(plan: Plan, actor: Actor, permission: Permission) -> list[str]:
    """The regions to begin with when the actor chooses a place for that right: the district, or his own ones."""
    own = {grant.region for grant in actor.grants if grant.permission is permission}
    if may_at(plan, actor, permission, plan.district.code):
        return [plan.district.code]
    return sorted(code for code in own if level_of(plan, code) is not None)


def kinds_open_to(plan: Plan, actor: Actor, permission: Permission) -> list[PostKind]:
    """The kinds of post the actor may decide on somewhere by that right, in the pack's order."""
    return [
        kind
        for kind in plan.posts.values()
        if any(_open_at(plan, actor, permission, kind, root) for root in roots(plan, actor, permission))
    ]


def _open_at(plan: Plan, actor: Actor, permission: Permission, kind: PostKind, root: str) -> bool:
    """Whether a post of the kind could be at the root or in it, and its rights be given there."""
    below = _LEVELS.index(kind.level) >= _LEVELS.index(level_of(plan, root) or Level.GRID)
    return below and may_reach(plan, actor, permission, PlaceOfPost(kind.key, root))


def neighbourhood(plan: Plan, post: AtPlace) -> tuple[list[str], list[str]]:
    """Where a post's next holder is looked for: code prefixes and unit keys of its town, or of the whole district."""
    place = place_of(plan, post) or plan.district.code
    above = [place, *(region.code for region in plan.ancestors(place))]
    town = next((code for code in above if level_of(plan, code) is Level.TOWN), None)
    prefixes = [town] if town else [plan.district.code, *plan.info.tenant]
    return prefixes, [key for key, unit in plan.units.items() if any(covers(code, unit.region) for code in prefixes)]


def tier_of(code: str) -> Tier:
    """The tier of a group that belongs to the region, from the shape of its code."""
    digits = code.partition("-")[0]
    return Tier.GRID if is_grid(code) else _DIGITS_OF_LEVEL[len(digits)]


def narrowest(codes: Iterable[str]) -> str | None:
    """The smallest of the regions (grid < village < town < district), of equals the first."""
    order = (Tier.GRID, Tier.VILLAGE, Tier.TOWN, Tier.DISTRICT)
    return min(codes, key=lambda code: order.index(tier_of(code)), default=None)


def turn(role: Role) -> int:
    """In which order the people of a post are turned to: A, then 代管, then B."""
    return _TURN.index(role)


def fits(plan: Plan, kind: PostKind, post: AtPlace) -> bool:
    """Whether a post of this kind can be there: a region (or grid) of its level that the pack knows, or a unit."""
    if kind.level is Level.UNIT:
        return not post.region_code and post.unit_key in plan.units
    return not post.unit_key and bool(post.region_code) and level_of(plan, post.region_code or "") is kind.level


def level_of(plan: Plan, code: str) -> Level | None:
    """The level of a region of the pack, or of a grid of one of its villages; None for a place outside."""
    if is_grid(code):
        return Level.GRID if plan.get_region(code.partition("-")[0]) else None
    region = plan.get_region(code)
    return region.level if region else None


def place_name(plan: Plan, code: str) -> str:
    """What people call the region, from the town down: 龙水镇, 龙水镇 高坡村; its code if the pack does not know it.

    A grid is called by its number; what its people call it is a row: `places.name_of`.
    """
    if level_of(plan, code) is None:
        return code
    below = [region for region in plan.path(code) if region.level is not Level.DISTRICT]
    names = [region.name if region.level is Level.TOWN else region.short_name for region in below]
    return " ".join([*names, grid_name(code)] if is_grid(code) else names) or plan.district.name


def short_place_name(plan: Plan, code: str) -> str:
    """The last part of what people call the region, as it stands on a button: 龙水镇, 横店村, 第3网格."""
    return place_name(plan, code).rpartition(" ")[2]


def grid_name(code: str) -> str:
    """What a grid is called until somebody names it: 第3网格."""
    return f"第{int(code.partition('-')[2])}网格"


def post_name(plan: Plan, post: AtPlace) -> Name:
    """What the post is called: the place and the kind, e.g. 龙水镇 · 镇街值班员."""
    kind, where = plan.posts.get(post.kind), where_name(plan, post)
    called = kind_name(kind) if kind else Name(zh=post.kind, en=post.kind)
    return Name(zh=f"{where.zh} · {called.zh}", en=f"{where.en} · {called.en}")


def posts_with(plan: Plan, permission: Permission, place: str) -> list[Name]:
    """What the posts are called that hold the right at the place, the nearest first."""
    regions = (*(() if is_grid(place) else (plan.region(place),)), *plan.ancestors(place))
    return [
        post_name(plan, PlaceOfPost(kind.key, region.code))
        for region in regions
        for kind in plan.posts.values()
        if kind.level == region.level and any(grant.permission == permission for grant in kind.permissions)
    ]


def kind_name(kind: PostKind) -> Name:
    """What a kind of post is called."""
    return Name(zh=kind.name, en=kind.name_en)


def where_name(plan: Plan, post: AtPlace) -> Name:
    """The region's or unit's name. Places are called by their Chinese names in every language."""
    if post.region_code:
        place = place_name(plan, post.region_code)
        return Name(zh=place, en=place)
    unit = plan.units.get(post.unit_key or "")
    return Name(zh=unit.name, en=unit.name_en) if unit else Name(zh=post.unit_key or "", en=post.unit_key or "")


def next_grid_code(village_code: str, taken: Sequence[str]) -> str | None:
    """The village's first free grid code; None after the ninety-ninth."""
    codes = (f"{village_code}-{number:02d}" for number in range(1, 100))
    return next((code for code in codes if code not in set(taken)), None)


def phone_written(text: str) -> str | None:
    """A number as people here write it (+86…, 0086…, 86…, a bare mobile, 023-…) in E.164. None if it is none."""
    digits = re.sub(r"[\s\-().（）－]", "", text.strip())
    if digits.startswith(("+", "00")):
        return _international(digits.lstrip("+").removeprefix("00"))
    if _MAINLAND_MOBILE.fullmatch(digits):
        return f"+86{digits}"
    if _MAINLAND_LANDLINE.fullmatch(digits):
        return f"+86{digits[1:]}"
    return _international(digits) if digits.startswith("86") else None


def phone_of_contact(text: str) -> str | None:
    """The number of a contact card in E.164. The platform gives it with its country, with or without a plus."""
    return _international(re.sub(r"\D", "", text))


def _international(digits: str) -> str | None:
    if not (digits.isascii() and digits.isdigit()) or digits.startswith("0"):
        return None
    return f"+{digits}" if _SHORTEST_NUMBER <= len(digits) <= _LONGEST_NUMBER else None
