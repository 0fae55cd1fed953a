"""What may be done with an incident, as one table; buttons, refusals and the chase are derived from it. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.access import Permission
from bot.incident.models import Facts, Incident, IncidentState

ARRIVALS_MINUTES = (15, 30, 60)
"""What whoever takes an incident in hand may promise with one tap."""


class Deed(StrEnum):
    """What people do with an incident by tapping."""

    TAKE = "take"
    ARRIVE = "arrive"
    VERIFY = "verify"


RIGHTS: dict[Deed, Permission] = {
    Deed.TAKE: Permission.INCIDENT_TAKE,
    Deed.ARRIVE: Permission.INCIDENT_TAKE,
    Deed.VERIFY: Permission.INCIDENT_VERIFY,
}

TRANSITIONS: dict[tuple[IncidentState, Deed], IncidentState] = {
    (IncidentState.REPORTED, Deed.TAKE): IncidentState.REPORTED,
    (IncidentState.VERIFIED, Deed.TAKE): IncidentState.VERIFIED,
    (IncidentState.REPORTED, Deed.ARRIVE): IncidentState.REPORTED,
    (IncidentState.VERIFIED, Deed.ARRIVE): IncidentState.VERIFIED,
    (IncidentState.REPORTED, Deed.VERIFY): IncidentState.VERIFIED,
}


def open_deeds(incident: Incident) -> tuple[Deed, ...]:
    """What can be done with the incident as it stands, by somebody with the right."""
    return tuple(deed for deed in Deed if is_open(incident, deed))


def is_open(incident: Incident, deed: Deed) -> bool:
    """Whether the deed makes sense now. Taking needs that nobody has; promising an arrival, that somebody has."""
    if (incident.state, deed) not in TRANSITIONS:
        return False
    if deed is Deed.TAKE:
        return incident.taken_by is None
    if deed is Deed.ARRIVE:
        return incident.taken_by is not None and incident.arrive_by is None
    return True


def facts_of(row: Facts) -> Facts:
    """A copy of what a draft, a report or an incident knows, apart from its row."""
    return Facts(**{name: getattr(row, name) for name in Facts.model_fields})


def learn(row: Facts, told: Facts) -> tuple[str, ...]:
    """Takes over what is known in `told`; what it does not know stays. The names of the fields that changed."""
    changed = tuple(
        name
        for name in Facts.model_fields
        if getattr(told, name) is not None and getattr(told, name) != getattr(row, name)
    )
    for name in changed:
        setattr(row, name, getattr(told, name))
    return changed


def next_chase(now: datetime, wait: timedelta) -> datetime:
    """When it is said again that nobody has taken the incident, if nobody does until then."""
    return now + wait
