"""Incidents for tests of lists: reported some minutes ago, taken, verified, or put in any state."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

from bot.incident import repository, service
from bot.incident.models import Facts, Threat
from bot.incident.schemas import Opening, Reporter
from bot.plan.schema import Nature
from tests.integration.town import GRID, NIGHT, Town

MINUTE = timedelta(minutes=1)
_serials = count(1)


async def opened(
    town: Town,
    *,
    region: str = GRID,
    role: str = "worker",
    threat: Threat = Threat.YES,
    nature: Nature = Nature.DANGER_SIGN,
    before: timedelta = timedelta(),
    number: str | None = None,
    **facts: object,
) -> int:
    """An incident reported `before` the night's instant; its id."""
    name = number or f"龙水0712-{next(_serials)}"
    opening = Opening(name, nature, threat, region, Facts.model_validate(facts), drill=False)
    async with town.database.write() as session:
        actor = await town.actor(session, role)
        reporter = Reporter(actor.person_id or 0, actor.name, None, town.chats[role], "zh", name)
        return (await service.open_incident(session, town.plan, actor, NIGHT - before, opening, reporter)).id


async def take(town: Town, incident_id: int, role: str = "town", *, arrive: int | None = None) -> None:
    async with town.database.write() as session:
        actor = await town.actor(session, role)
        await service.take(session, town.plan, actor, NIGHT, incident_id)
        if arrive is not None:
            await service.arrive(session, town.plan, actor, NIGHT, incident_id, arrive)


async def verify(town: Town, incident_id: int) -> None:
    async with town.database.write() as session:
        await service.verify(session, town.plan, await town.actor(session, "town"), NIGHT, incident_id)


async def change(town: Town, incident_id: int, **values: object) -> None:
    async with town.database.write() as session:
        row = await repository.get(session, incident_id, lock=True)
        assert row is not None
        for name, value in values.items():
            setattr(row, name, value)
