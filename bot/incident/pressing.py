"""What an incident waits for and since when: what a list of things to do is sorted by. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.access import Actor, Permission
from bot.incident.models import Enquiry, Incident, IncidentState, Wanted
from bot.incident.rules import UNDER_WAY, is_alone, is_in_hand, people_mentioned


class Why(StrEnum):
    """What somebody has to do next."""

    UNTAKEN = "untaken"
    ARRIVAL = "arrival"
    UNVERIFIED = "unverified"
    DOUBTED = "doubted"
    REOPEN = "reopen"
    ENQUIRY = "enquiry"


class Standing(StrEnum):
    """How an incident stands, in one word."""

    UNTAKEN = "untaken"
    UNVERIFIED = "unverified"
    VERIFIED_UNTAKEN = "verified_untaken"
    IN_HAND = "in_hand"
    DOUBTED = "doubted"
    CLOSED = "closed"
    REOPEN_ASKED = "reopen_asked"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


@dataclass(frozen=True, slots=True)
class Pressing:
    """One thing to do and until when it should have been done. `wanted` is what an enquiry asked for."""

    why: Why
    due_at: datetime
    wanted: Wanted | None = None


def standing_of(incident: Incident) -> Standing:
    """How the incident stands. One that is part of another is nothing else."""
    if incident.merged_into is not None:
        return Standing.MERGED
    if incident.state is IncidentState.REPORTED:
        return Standing.UNVERIFIED if is_in_hand(incident) else Standing.UNTAKEN
    if incident.state is IncidentState.VERIFIED:
        return Standing.IN_HAND if is_in_hand(incident) else Standing.VERIFIED_UNTAKEN
    if incident.state not in UNDER_WAY and incident.reopen_asked_at is not None:
        return Standing.REOPEN_ASKED
    return Standing(incident.state.value)


def pressing(
    incident: Incident, enquiries: Sequence[Enquiry], actor: Actor, now: datetime, verify_within: timedelta
) -> Pressing | None:
    """The most pressing thing the incident waits for that the actor may see to; None if it waits for nothing."""
    waiting = [
        *_waiting(incident, actor, now, verify_within),
        *(Pressing(Why.ENQUIRY, enquiry.expires_at, enquiry.wanted) for enquiry in enquiries),
    ]
    return min(waiting, key=lambda each: order(incident, each), default=None)


def order(incident: Incident, thing: Pressing) -> tuple[bool, datetime]:
    """Sorts: people threatened and nobody on it comes first, then whatever is due first."""
    unheld = thing.why is Why.UNTAKEN and incident.threat.counts
    return not unheld, thing.due_at


def _waiting(incident: Incident, actor: Actor, now: datetime, verify_within: timedelta) -> Iterator[Pressing]:
    place, state = incident.region_code, incident.state
    verify_by = incident.opened_at + verify_within
    if state in UNDER_WAY and not is_in_hand(incident) and actor.may(Permission.INCIDENT_TAKE, place):
        yield Pressing(Why.UNTAKEN, incident.chase_due_at or incident.opened_at)
    if state is IncidentState.REPORTED and is_in_hand(incident):
        if actor.may(Permission.INCIDENT_VERIFY, place):
            yield Pressing(Why.UNVERIFIED, verify_by)
        if incident.arrive_by is not None and incident.arrive_by < now:
            yield Pressing(Why.ARRIVAL, incident.arrive_by)
    if state is IncidentState.DOUBTED and _may_decide(incident, actor):
        yield Pressing(Why.DOUBTED, verify_by)
    if state not in UNDER_WAY and incident.reopen_asked_at and actor.may(Permission.INCIDENT_VERIFY, place):
        yield Pressing(Why.REOPEN, incident.reopen_asked_at + verify_within)


def _may_decide(incident: Incident, actor: Actor) -> bool:
    """Whether the actor can second the doubt or end it; where people are mentioned, not alone."""
    people = people_mentioned(incident.nature, incident.threat, incident)
    if actor.may(Permission.INCIDENT_CLOSE, incident.region_code):
        return not is_alone(incident, actor.person_id, people=people)
    may_second = actor.may(Permission.INCIDENT_DISMISS, incident.region_code) and incident.doubted_by != actor.person_id
    return people and may_second and incident.seconded_by is None
