"""What every deed on an incident does: finds it, asks for the right, writes it down, touches the cards, tells people.

Decides nothing by itself: that is `rules`. What is done lives in `service`, `desk`, `enquiries`, `merging`, `sorting`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import SYSTEM, Actor
from bot.delivery import briefing
from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Target, Telling
from bot.delivery.service import KeyboardOf
from bot.directory import places
from bot.incident import audience, repository
from bot.incident.errors import MergedAway, NoSuchIncident, NothingToDo
from bot.incident.models import Entry, EntryKind, Follower, Incident
from bot.incident.rules import RIGHTS, UNDER_WAY, Deed, after, combined, is_open, next_chase, people_mentioned
from bot.incident.schemas import TierReached
from bot.plan.schema import Level, WaitKey
from bot.plan.service import Plan
from messages.channel import IncidentShort
from messages.engine import Payload

DESK_CARD = "incident.desk"
"""The role of the card the desks see."""

UNTAKEN, UNTAKEN_FOR_REPORTER = "untaken", "untaken_for_reporter"
"""What is told again and again while nobody has it in hand: to the desks, and to who reported it."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Who does something, when, in which transaction and district."""

    session: AsyncSession
    plan: Plan
    actor: Actor
    now: datetime


async def existing(session: AsyncSession, incident_id: int, *, lock: bool = False) -> Incident:
    """The incident. Raises NoSuchIncident."""
    incident = await repository.get(session, incident_id, lock=lock)
    if incident is None:
        raise NoSuchIncident
    return incident


async def root_of(session: AsyncSession, incident_id: int, *, lock: bool = False) -> Incident:
    """The incident that it was found to be the same as, however many steps away; itself if none. NoSuchIncident.

    Only that one is locked: whoever merges locks it first too.
    """
    incident = await existing(session, incident_id)
    while incident.merged_into is not None:
        incident = await existing(session, incident.merged_into)
    if not lock:
        return incident
    locked = await existing(session, incident.id, lock=True)
    return locked if locked.merged_into is None else await root_of(session, locked.id, lock=True)


async def members_of(session: AsyncSession, root: Incident) -> list[Incident]:
    """The incident and all that were found to be the same, however many steps away; oldest steps first."""
    found, last = [root], [root.id]
    while last:
        step = await repository.merged_into(session, last)
        found += step
        last = [row.id for row in step]
    return found


async def family(session: AsyncSession, incident_id: int) -> list[int]:
    """The ids of all that are the same thing, the one the desks handle first. Raises NoSuchIncident."""
    root = await root_of(session, incident_id)
    return [row.id for row in await members_of(session, root)]


async def followers_of(session: AsyncSession, root: Incident) -> Sequence[Follower]:
    """Who reported it, under whatever number."""
    return await repository.followers_of(session, [row.id for row in await members_of(session, root)])


async def mentions_people(session: AsyncSession, root: Incident) -> bool:
    """Whether people are or may be harmed, by anybody's report of it."""
    facts = combined(await members_of(session, root))
    return people_mentioned(root.nature, root.threat, facts)


async def required(scene: Scene, incident_id: int, deed: Deed) -> Incident:
    """The incident, locked, if the actor may do the deed there and it makes sense now.

    Raises:
        NoSuchIncident, NotAllowed, MergedAway, NothingToDo.
    """
    incident = await existing(scene.session, incident_id, lock=True)
    await permitted(scene, incident, deed)
    if not is_open(incident, deed, people=await mentions_people(scene.session, incident)):
        raise NothingToDo(incident.number)
    return incident


async def permitted(scene: Scene, incident: Incident, deed: Deed) -> None:
    """Raises NotAllowed without the right there, MergedAway for what is handled under another number."""
    scene.actor.require(RIGHTS[deed], incident.region_code)
    if incident.merged_into is not None and deed is not Deed.UNMERGE:
        root = await root_of(scene.session, incident.id)
        raise MergedAway(incident.number, root.number)


async def done(
    scene: Scene, incident: Incident, deed: Deed, kind: EntryKind, text: str = "", **facts: str | int | None
) -> int:
    """Moves the state on, writes log and audit, touches the cards. The entry's id makes what is told of it unique."""
    incident.state = after(incident, deed)
    is_over = incident.state not in UNDER_WAY
    if is_over:
        incident.chase_due_at = None
    if is_over or deed in (Deed.TAKE, Deed.MERGE):
        await _call_off(scene.session, incident)
    return await note(scene, incident, deed.value, kind, text, **facts)


async def note(
    scene: Scene, incident: Incident, act: str, kind: EntryKind, text: str = "", **facts: str | int | None
) -> int:
    """Writes log and audit and touches the cards; the log entry's id."""
    entry = await log(scene.session, scene.now, incident, kind, scene.actor, text)
    subject = subject_of(incident.id)
    await touch(scene.session, incident)
    audit.record(scene.session, scene.now, scene.actor, f"incident.{act}", subject, drill=incident.drill, **facts)
    return entry


async def touch(session: AsyncSession, root: Incident) -> None:
    """Says that its cards have changed: the desks', and those of everybody who reported it."""
    for member in await members_of(session, root):
        await delivery.touch(session, subject_of(member.id))


async def log(
    session: AsyncSession, now: datetime, incident: Incident, kind: EntryKind, actor: Actor, text: str = ""
) -> int:
    """One more line of the event log; its id."""
    line = Entry(incident_id=incident.id, at=now, kind=kind, person_id=actor.person_id, name=actor.name, text=text)
    return (await repository.enter(session, line)).id


async def _call_off(session: AsyncSession, root: Incident) -> None:
    """Nobody is told any more that it waits: what was queued before is called off in the same transaction.

    What one message says of many stays: it is about the others too.
    """
    for member in await members_of(session, root):
        await delivery.call_off(session, subject_of(member.id), (UNTAKEN, UNTAKEN_FOR_REPORTER))


def raise_threat(root: Incident, other: Incident) -> bool:
    """Believes whoever says that people are threatened; whether nobody had said so before."""
    raised = other.threat.counts and not root.threat.counts
    if raised:
        root.threat = other.threat
    return raised


async def ring_tier(session: AsyncSession, now: datetime, incident: Incident, tier: TierReached) -> None:
    """Gives the tier's chats the card; a tier without any is written down."""
    if not tier.targets:
        await log(session, now, incident, EntryKind.UNREACHED, SYSTEM, tier.tier.value)
    for target in tier.targets:
        await delivery.wish_card(
            session,
            now,
            subject=subject_of(incident.id),
            role=DESK_CARD,
            target=target,
            lane=Lane.URGENT,
            drill=incident.drill,
        )


async def ring(scene: Scene, incident: Incident) -> Sequence[TierReached]:
    """Gives the desks of the place the card, as far as they have none, and repaints those they have; their channels
    are told in short. Whom that reaches."""
    reached = await audience.of(scene.session, scene.plan, scene.now, incident.region_code, incident.nature)
    for tier in reached:
        await ring_tier(scene.session, scene.now, incident, tier)
    desks = {target.chat_id for tier in reached for target in tier.targets}
    short = in_short(scene, incident, await place_of(scene, incident))
    await briefing.brief_once(scene.session, scene.now, ringing(incident, "rung"), short, desks)
    return reached


def in_short(scene: Scene, incident: Incident, place: str, minutes: int = 0) -> IncidentShort:
    """For a channel of a desk: nobody's name or number, since others may read it."""
    return IncidentShort(
        number=incident.number,
        nature=incident.nature.value,
        threat=incident.threat.value,
        place=place,
        minutes=minutes,
        phone=scene.plan.duty_phone(scene.plan.district.code),
        words=incident.what or "",
    )


def call_again(scene: Scene, incident: Incident) -> None:
    """Starts the chase from now: while somebody has it in hand, it is only looked whether he is still there."""
    wait = scene.plan.wait(WaitKey.DANGER_SIGN_UNANSWERED)
    incident.chase_due_at = next_chase(scene.now, wait)


async def tell_desks(
    scene: Scene,
    incident: Incident,
    how: Telling,
    payload: Payload,
    *,
    tiers: tuple[Level, ...] = (),
    but: int | None = None,
    silent: bool = False,
) -> None:
    """Tells the desks of the place, only those of `tiers` if any are named, and not the chat that has seen it."""
    targets = await desks_of(scene, incident, tiers)
    heard = [replace(target, silent=silent) for target in targets if target.chat_id != but]
    await delivery.tell(scene.session, scene.now, how, payload, heard)


async def desks_of(scene: Scene, incident: Incident, tiers: tuple[Level, ...] = ()) -> list[Target]:
    """The chats of the desks of the place, only those of `tiers` if any are named."""
    reached = await audience.of(scene.session, scene.plan, scene.now, incident.region_code, incident.nature)
    return [target for tier in reached if not tiers or tier.tier in tiers for target in tier.targets]


async def tell_reporters(
    scene: Scene,
    root: Incident,
    how: Telling,
    payload: Callable[[str], Payload],
    keyboard: Callable[[int], KeyboardOf] | None = None,
    only: Collection[int] | None = None,
) -> None:
    """Tells everybody who reported it, each under his own number, so that a reply finds his own report.

    `keyboard` is given the id of the incident the person reported; `only` are ids of followers.
    """
    followers = [row for row in await followers_of(scene.session, root) if only is None or row.id in only]
    for member in await members_of(scene.session, root):
        targets = [Target(row.chat_id, row.locale) for row in followers if row.incident_id == member.id]
        own = replace(how, subject=subject_of(member.id))
        keys = keyboard(member.id) if keyboard else None
        await delivery.tell(scene.session, scene.now, own, payload(member.number), targets, keys)


async def place_of(scene: Scene, incident: Incident) -> str:
    """What the place is called."""
    return await places.name_of(scene.session, scene.plan, incident.region_code)


def ringing(incident: Incident, purpose: str, seq: int = 0) -> Telling:
    """How what cannot wait is told: first, repeated when nobody knows whether it arrived."""
    return Telling(subject_of(incident.id), purpose, Lane.URGENT, seq=seq, critical=True, drill=incident.drill)


def subject_of(incident_id: int) -> str:
    """The name of the incident in the ledger and the audit."""
    return f"incident:{incident_id}"
