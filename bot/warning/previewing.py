"""What a text that is being written or signed would do if it were issued now, and what still stands in its way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.directory import groups, people
from bot.directory.rules import place_name
from bot.plan.schema import Level, PostKind
from bot.plan.service import Plan
from bot.plan.warnings import WarningDeed
from bot.warning import concerned, elements, issuing, proposing, repository, rights, telling
from bot.warning.models import Place, Series, Version, VersionState
from bot.warning.rules import ENDS
from bot.warning.schemas import DraftView, Preview
from bot.warning.service import version_view

_SECONDLY = 30
"""Messages a second the platform takes from a bot."""

_NAMED = 10


async def draft_view(session: AsyncSession, plan: Plan, version_id: int) -> DraftView | None:
    """The version as its cards show it, with posts as held when it was last changed; None if there is none."""
    version = await repository.version(session, version_id)
    if version is None:
        return None
    series = await repository.series(session, version.series_id)
    if series is None:
        return None
    newest = await repository.newest_version(session, version.series_id)
    now = version.changed_at or series.opened_at
    places = list(await repository.places(session, version.id))
    needs = proposing.needs_of(plan, series, version)
    is_waiting = version.state is VersionState.PROPOSED
    return DraftView(
        series_id=series.id,
        series_number=series.number,
        kind_key=series.kind_key,
        version=await version_view(session, version),
        audience=version.audience,
        asking=version.asking,
        drafted_by=version.drafted_by,
        signed_at=version.signed_at,
        seen=elements.seen_mark(version, places),
        missing=elements.missing(version, places, needs, now),
        wants_number=elements.wants_number(version, needs),
        is_past=newest is None or newest.id != version.id,
        preview=await _preview(session, plan, now, series, version, places),
        signers=tuple(await proposing.signers(session, plan, now, series, version)) if is_waiting else (),
        levels=rights.levels_of(plan, WarningDeed.DRAFT, series.kind_key),
        drill=series.drill,
    )


async def _preview(
    session: AsyncSession, plan: Plan, now: datetime, series: Series, version: Version, places: list[Place]
) -> Preview:
    is_end = version.act in ENDS
    if not is_end and (version.state not in (VersionState.DRAFT, VersionState.PROPOSED) or not places):
        return Preview(0, 0, 0, (), 0)
    told = await concerned.told_by(session, plan, now, issuing.subject_of(series.id), series, version)
    unreachable = [] if is_end else await _unreachable(session, plan, now, places)
    named = tuple(place_name(plan, code) for code in unreachable[:_NAMED])
    minutes = _minutes(told.groups + told.in_private)
    advice = 0 if is_end else telling.attached(plan, series.kind_key, places)
    return Preview(told.groups, told.in_private, minutes, named, len(unreachable), advice)


async def _unreachable(session: AsyncSession, plan: Plan, now: datetime, places: Sequence[Place]) -> list[str]:
    """The codes of villages concerned where we know no group and nobody on a post of the village or its grids."""
    scope = [place.region_code for place in places]
    villages = [
        code
        for code, region in plan.regions.items()
        if region.level is Level.VILLAGE and any(plan.contains(outer, code) for outer in scope)
    ]
    kinds = [key for key, kind in plan.posts.items() if _is_of_village(kind)]
    held = await people.holding(session, kinds, now)
    reached = {_village(post.region_code) for person, post in held if person.reachable and post.region_code}
    reached |= {_village(group.region_code) for group in await groups.all_bound(session) if group.region_code}
    return [code for code in villages if code not in reached]


def _is_of_village(kind: PostKind) -> bool:
    return kind.level in (Level.VILLAGE, Level.GRID)


def _village(code: str) -> str:
    return code.partition("-")[0]


def _minutes(chats: int) -> int:
    return -(-chats // (_SECONDLY * 60))
