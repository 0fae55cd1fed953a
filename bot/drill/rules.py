"""Who is asked for a group nobody answered in. Pure."""

from __future__ import annotations

from bot.core.access import Permission
from bot.plan.service import Plan


def desk_posts(plan: Plan) -> tuple[str, ...]:
    """The kinds of post that sit at a duty desk: whoever writes telephone reports down."""
    return tuple(
        key
        for key, kind in plan.posts.items()
        if any(Permission(str(grant.permission)) is Permission.REPORT_TELEPHONE for grant in kind.permissions)
    )


def places_to_ask(plan: Plan, region_code: str) -> tuple[str, ...]:
    """Where somebody is looked for who can see to the group: its own place, then those it lies in."""
    return (region_code, *(region.code for region in plan.ancestors(region_code)))
