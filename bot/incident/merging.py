"""并案 and 拆开: two numbers, one thing. The later is handled under the earlier; taking it apart loses nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.access import Actor
from bot.incident import deeds, repository
from bot.incident.deeds import Scene
from bot.incident.errors import NothingToDo
from bot.incident.models import EntryKind, Incident, IncidentState
from bot.incident.rules import RIGHTS, Deed, is_in_hand, is_near, is_under_way, metres_apart
from bot.incident.schemas import LikelySame
from bot.plan.schema import WaitKey
from bot.plan.service import Plan

_MOST = 3
_LOOKED_AT = 100


async def likely(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, incident_id: int
) -> Sequence[LikelySame]:
    """At most three others under way that are near, newest first, where the actor may merge."""
    scene = Scene(session, plan, actor, now)
    incident = await deeds.required(scene, incident_id, Deed.MERGE)
    since = incident.opened_at - plan.wait(WaitKey.LIKENESS)
    others = await repository.under_way(session, since, _LOOKED_AT, drill=incident.drill)
    near = [
        other
        for other in others
        if other.id != incident.id
        and actor.may(RIGHTS[Deed.MERGE], other.region_code)
        and is_near(incident, other, plan.likeness_metres(incident.kind_key))
    ]
    return [
        LikelySame(
            other.id, other.number, other.region_code, other.opened_at, other.what, metres_apart(incident, other)
        )
        for other in near[:_MOST]
    ]


async def merge(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, incident_id: int, other_id: int
) -> Incident:
    """Makes two one: the later is handled under the earlier, which is returned. Both numbers and all reporters stay.

    Whoever had the later one in hand, and what was verified of it, hold for both.

    Raises:
        NothingToDo: they are one already, or one of them is over.
    """
    scene = Scene(session, plan, actor, now)
    first, last = sorted((incident_id, other_id))
    kept, part = [await deeds.required(scene, number, Deed.MERGE) for number in (first, last)]
    if kept.id == part.id or not is_under_way(kept):
        raise NothingToDo(part.number)
    await deeds.done(scene, part, Deed.MERGE, EntryKind.MERGED, kept.number, into=kept.number)
    part.merged_into, part.chase_due_at = kept.id, None
    deeds.raise_threat(kept, part)
    _take_over(kept, part)
    await deeds.log(session, now, kept, EntryKind.JOINED, actor, part.number)
    await deeds.touch(session, kept)
    return kept


async def unmerge(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, incident_id: int) -> None:
    """Takes one out again: it is handled by itself, its desks have its card, and it is called for if nobody has it."""
    scene = Scene(session, plan, actor, now)
    incident = await deeds.required(scene, incident_id, Deed.UNMERGE)
    root = await deeds.root_of(session, incident_id)
    incident.merged_into = None
    await deeds.done(scene, incident, Deed.UNMERGE, EntryKind.UNMERGED, root.number, out_of=root.number)
    await deeds.log(session, now, root, EntryKind.UNMERGED, actor, incident.number)
    await deeds.touch(session, root)
    if is_under_way(incident):
        deeds.call_again(scene, incident)
        await deeds.ring(scene, incident)


def _take_over(kept: Incident, part: Incident) -> None:
    if is_in_hand(part) and not is_in_hand(kept):
        kept.taken_by, kept.taken_name, kept.taken_at = part.taken_by, part.taken_name, part.taken_at
        kept.arrive_by, kept.away = part.arrive_by, None
    if kept.state is IncidentState.REPORTED and part.state is IncidentState.VERIFIED:
        kept.state = IncidentState.VERIFIED
        kept.verified_by, kept.verified_name, kept.verified_at = part.verified_by, part.verified_name, part.verified_at
