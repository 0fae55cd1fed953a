"""What may be done with an incident, as one table; buttons, refusals and the chase are derived from it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.access import Permission
from bot.core.geo import Point, metres_between
from bot.incident.models import Facts, Incident, IncidentState, Threat
from bot.plan.schema import Kind, Nature, Unit
from bot.plan.service import Plan

ARRIVALS_MINUTES = (15, 30, 60)
"""What whoever takes an incident in hand may promise with one tap."""


class Deed(StrEnum):
    """What people do with an incident by tapping."""

    TAKE = "take"
    ARRIVE = "arrive"
    VERIFY = "verify"
    ASK = "ask"
    DOUBT = "doubt"
    SECOND = "second"
    UPHOLD = "uphold"
    DISMISS = "dismiss"
    CLOSE = "close"
    REOPEN = "reopen"
    KEEP_CLOSED = "keep_closed"
    WITHDRAW = "withdraw"
    KIND = "kind"
    REROUTE = "reroute"
    MERGE = "merge"
    UNMERGE = "unmerge"


RIGHTS: dict[Deed, Permission] = {
    Deed.TAKE: Permission.INCIDENT_TAKE,
    Deed.ARRIVE: Permission.INCIDENT_TAKE,
    Deed.VERIFY: Permission.INCIDENT_VERIFY,
    Deed.ASK: Permission.INCIDENT_TAKE,
    Deed.DOUBT: Permission.INCIDENT_DISMISS,
    Deed.SECOND: Permission.INCIDENT_DISMISS,
    Deed.UPHOLD: Permission.INCIDENT_VERIFY,
    Deed.DISMISS: Permission.INCIDENT_CLOSE,
    Deed.CLOSE: Permission.INCIDENT_CLOSE,
    Deed.REOPEN: Permission.INCIDENT_VERIFY,
    Deed.KEEP_CLOSED: Permission.INCIDENT_VERIFY,
    Deed.WITHDRAW: Permission.REPORT_FILE,
    Deed.KIND: Permission.INCIDENT_VERIFY,
    Deed.REROUTE: Permission.INCIDENT_VERIFY,
    Deed.MERGE: Permission.INCIDENT_VERIFY,
    Deed.UNMERGE: Permission.INCIDENT_VERIFY,
}

_S = IncidentState
_STAYS = {
    _S.REPORTED: (Deed.TAKE, Deed.ARRIVE, Deed.ASK, Deed.KIND, Deed.REROUTE, Deed.MERGE),
    _S.VERIFIED: (Deed.TAKE, Deed.ARRIVE, Deed.ASK, Deed.KIND, Deed.REROUTE, Deed.MERGE),
    _S.DOUBTED: (Deed.TAKE, Deed.ARRIVE, Deed.ASK, Deed.SECOND),
    _S.CLOSED: (Deed.KEEP_CLOSED,),
}

TRANSITIONS: dict[tuple[IncidentState, Deed], IncidentState | None] = {
    **{(state, deed): state for state, deeds in _STAYS.items() for deed in deeds},
    **{(state, Deed.UNMERGE): state for state in IncidentState},
    (_S.REPORTED, Deed.VERIFY): _S.VERIFIED,
    (_S.REPORTED, Deed.WITHDRAW): _S.WITHDRAWN,
    (_S.REPORTED, Deed.DOUBT): _S.DOUBTED,
    (_S.VERIFIED, Deed.DOUBT): _S.DOUBTED,
    (_S.DOUBTED, Deed.UPHOLD): None,
    (_S.DOUBTED, Deed.DISMISS): _S.DISMISSED,
    (_S.VERIFIED, Deed.CLOSE): _S.CLOSED,
    (_S.CLOSED, Deed.REOPEN): _S.VERIFIED,
    (_S.DISMISSED, Deed.REOPEN): None,
}
"""What each deed leads to; None is the state before it was doubted, which `verified_by` remembers."""

UNDER_WAY = (_S.REPORTED, _S.VERIFIED, _S.DOUBTED)
"""States in which somebody must have it in hand, and is called until somebody has."""

OPENED_AS = (Nature.DANGER_SIGN, Nature.ACCIDENT)
"""What an incident may be; a hazard opens none."""

FIGURES = ("dead", "missing", "trapped", "seriously_injured", "injured")
"""The five figures in the order they are asked and read out."""


def open_deeds(incident: Incident, *, people: bool) -> tuple[Deed, ...]:
    """What can be done with the incident as it stands, by somebody with the right; `people`: they are mentioned."""
    return tuple(deed for deed in Deed if is_open(incident, deed, people=people))


def is_open(incident: Incident, deed: Deed, *, people: bool) -> bool:
    """Whether the deed makes sense now. One that was found to be the same as another is handled there."""
    if (incident.merged_into is not None) is not (deed is Deed.UNMERGE):
        return False
    return (incident.state, deed) in TRANSITIONS and _fits(incident, deed, people=people)


def _fits(incident: Incident, deed: Deed, *, people: bool) -> bool:
    """What a deed asks for beyond the state: that somebody has it in hand, that a second person is wanted."""
    if deed is Deed.TAKE:
        return not is_in_hand(incident)
    if deed is Deed.ARRIVE:
        return is_in_hand(incident) and incident.arrive_by is None
    if deed is Deed.CLOSE:
        return incident.taken_by is not None
    if deed is Deed.SECOND:
        return people and incident.seconded_by is None
    if deed is Deed.KEEP_CLOSED:
        return incident.reopen_asked_at is not None
    return True


def after(incident: Incident, deed: Deed) -> IncidentState:
    """The state the deed leads to."""
    before_doubt = IncidentState.REPORTED if incident.verified_by is None else IncidentState.VERIFIED
    return TRANSITIONS[incident.state, deed] or before_doubt


def is_under_way(incident: Incident) -> bool:
    """Whether it is handled by itself: neither over nor part of another."""
    return incident.state in UNDER_WAY and incident.merged_into is None


def is_in_hand(incident: Incident) -> bool:
    """Whether somebody has it in hand who can see to it."""
    return incident.taken_by is not None and incident.away is None


def let_go(incident: Incident) -> None:
    """Nobody has it in hand any more."""
    incident.taken_by = incident.taken_name = incident.taken_at = incident.arrive_by = incident.away = None


def people_mentioned(nature: Nature, threat: Threat, facts: Facts) -> bool:
    """Whether people are or may be harmed: two persons must then agree that it is not true (FIELD 1)."""
    figures = [getattr(facts, name) for name in FIGURES]
    unknown = nature is Nature.ACCIDENT and None in figures
    return threat.counts or unknown or any(figures)


def is_alone(incident: Incident, closer_id: int | None, *, people: bool) -> bool:
    """Whether only one person says that it is not true although people are mentioned: proposer and closer are one."""
    if not people:
        return False
    others = {incident.seconded_by, closer_id} - {None, incident.doubted_by}
    return not others


def combined(rows: Sequence[Facts]) -> Facts:
    """What all rows know together: the first one's word counts, the others fill in what it does not know.

    Where it is is one thing: words, coordinates and how they are known come from the same row.
    """
    known = facts_of(rows[0])
    for row in rows[1:]:
        known = _filled(known, row)
    return known


def _filled(known: Facts, row: Facts) -> Facts:
    for name in Facts.model_fields:
        if name not in _PLACE and getattr(known, name) is None:
            setattr(known, name, getattr(row, name))
    if known.latitude is None and known.place_words is None:
        for name in _PLACE:
            setattr(known, name, getattr(row, name))
    return known


_PLACE = ("place_words", "place_source", "latitude", "longitude", "accuracy")


def natures_of(kind: Kind) -> tuple[Nature, ...]:
    """What an incident of the kind may be: only a danger sign or an accident opens one."""
    return tuple(nature for nature in OPENED_AS if nature in kind.natures)


def kinds_to_choose(plan: Plan) -> list[Kind]:
    """The kinds an incident may be of, in the pack's order."""
    return [kind for kind in plan.kinds.values() if natures_of(kind)]


def units_to_choose(plan: Plan) -> list[Unit]:
    """The units that can be phoned, in the pack's order."""
    return [unit for unit in plan.units.values() if unit.duty_phone]


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


def is_near(one: Incident, other: Incident, metres: int) -> bool:
    """Whether two may be the same thing: within `metres` of each other; without positions, in one village."""
    apart = metres_apart(one, other)
    if apart is not None:
        return apart <= metres
    first, second = one.region_code[:_DIGITS_OF_VILLAGE], other.region_code[:_DIGITS_OF_VILLAGE]
    return first.startswith(second) or second.startswith(first)


def metres_apart(one: Facts, other: Facts) -> int | None:
    """How far apart they lie, in whole metres; None unless both have a position."""
    here, there = _point(one), _point(other)
    return round(metres_between(here, there)) if here and there else None


def _point(row: Facts) -> Point | None:
    if row.latitude is None or row.longitude is None:
        return None
    return Point(row.latitude, row.longitude)


_DIGITS_OF_VILLAGE = 12
