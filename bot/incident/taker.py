"""Whether whoever has an incident in hand can still see to it: he may be suspended, gone, or on another post by now."""

from __future__ import annotations

from bot.core.access import covers
from bot.directory import people, rules
from bot.directory.models import PersonState
from bot.incident.deeds import Scene
from bot.incident.models import Away, Incident
from bot.incident.rules import RIGHTS, Deed


async def absence(scene: Scene, incident: Incident) -> Away | None:
    """Why he cannot; None if he can, or if nobody has it in hand."""
    if incident.taken_by is None:
        return None
    person = await people.person(scene.session, incident.taken_by, scene.now)
    if person is None or person.state is PersonState.LEFT:
        return Away.LEFT
    if person.state is not PersonState.ACTIVE:
        return Away.SUSPENDED
    grants = [grant for post in person.posts for grant in rules.grants_of(scene.plan, post)]
    may = RIGHTS[Deed.TAKE]
    here = any(grant.permission is may and covers(grant.region, incident.region_code) for grant in grants)
    return None if here else Away.LEFT
