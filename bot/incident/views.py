"""An incident as screens show it: its own rows and those of what was found to be the same."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.incident import repository
from bot.incident.deeds import existing, followers_of, members_of, mentions_people, root_of
from bot.incident.models import EntryKind, Incident
from bot.incident.rules import combined, is_under_way, open_deeds
from bot.incident.schemas import Doubt, EntryView, IncidentView, Reporter
from bot.plan.schema import Level


async def own_view(session: AsyncSession, incident_id: int) -> IncidentView:
    """The incident as its own card shows it, also when it was merged into another. Raises NoSuchIncident."""
    incident = await existing(session, incident_id)
    members = await members_of(session, incident)
    people = await mentions_people(session, incident)
    entries = [
        EntryView(row.at, row.kind, row.name, row.text, row.person_id)
        for row in await repository.entries(session, incident_id)
    ]
    reporters = tuple(
        Reporter(row.person_id, row.name, row.phone, row.chat_id, row.locale, row.report_number)
        for row in await followers_of(session, incident)
    )
    merged = incident.merged_into is not None
    return IncidentView(
        id=incident.id,
        number=incident.number,
        nature=incident.nature,
        threat=incident.threat,
        region_code=incident.region_code,
        facts=combined(members),
        state=incident.state,
        opened_at=incident.opened_at,
        taken_name=incident.taken_name,
        away=incident.away if is_under_way(incident) else None,
        arrive_by=incident.arrive_by,
        verified_name=incident.verified_name,
        reporters=reporters,
        entries=tuple(entries),
        unreached=_unreached(entries),
        chases=incident.chases,
        deeds=open_deeds(incident, people=people),
        drill=incident.drill,
        unit_key=incident.unit_key,
        doubt=_doubt(incident, wants_second=people and incident.seconded_by is None),
        closed_name=incident.closed_name,
        closed_at=incident.closed_at,
        reopen_asked=incident.reopen_asked_at is not None,
        numbers=tuple(row.number for row in members),
        merged_number=(await root_of(session, incident_id)).number if merged else None,
        others_in=len(members) > 1 or any(_is_of_others(entry, reporters) for entry in entries),
    )


def _unreached(entries: Sequence[EntryView]) -> tuple[Level, ...]:
    """The tiers nobody could be told in, since it was last passed on."""
    passed_on = [number for number, entry in enumerate(entries) if entry.kind is EntryKind.REROUTED]
    since = entries[passed_on[-1] :] if passed_on else entries
    return tuple(dict.fromkeys(Level(entry.text) for entry in since if entry.kind is EntryKind.UNREACHED))


def _doubt(incident: Incident, *, wants_second: bool) -> Doubt | None:
    if incident.doubted_name is None:
        return None
    return Doubt(incident.doubted_name, incident.doubt_reason or "", incident.seconded_name, wants_second)


_BY_ITSELF = (EntryKind.OPENED, EntryKind.CHASED, EntryKind.UNREACHED)


def _is_of_others(entry: EntryView, reporters: tuple[Reporter, ...]) -> bool:
    own = {reporter.person_id for reporter in reporters}
    return entry.kind not in _BY_ITSELF and entry.person_id not in {None, *own}
