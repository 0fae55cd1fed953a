"""What people do with incidents. Each use case decides, writes, tells and records in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import SYSTEM, Actor
from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Media, Target, Telling
from bot.directory import places
from bot.incident import audience, repository, rules
from bot.incident.errors import AlreadyTaken, NoSuchIncident, NothingToDo, NotYours
from bot.incident.models import Entry, EntryKind, Facts, Follower, Incident
from bot.incident.rules import RIGHTS, TRANSITIONS, Deed, facts_of, is_open, next_chase, open_deeds
from bot.incident.schemas import Addition, EntryView, IncidentView, Opening, Reporter, TierReached
from bot.plan.schema import Level, WaitKey
from bot.plan.service import Plan
from messages import incident as texts

DESK_CARD = "incident.desk"
"""The role of the card the desks see."""


async def open_incident(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, opening: Opening, reporter: Reporter
) -> Incident:
    """Opens an incident from its first report: rings the desks of the place, orders the reporter, starts the chase."""
    incident = await repository.add(
        session,
        Incident(
            number=opening.number,
            nature=opening.nature,
            threat=opening.threat,
            region_code=opening.region_code,
            opened_at=now,
            chase_due_at=next_chase(now, plan.wait(WaitKey.DANGER_SIGN_UNANSWERED)),
            drill=opening.drill,
            **opening.facts.model_dump(),
        ),
    )
    await repository.follow(session, Follower(incident_id=incident.id, **asdict(reporter)))
    reached = await audience.of(session, plan, now, incident.region_code, incident.nature)
    _log(session, now, incident, EntryKind.OPENED, actor)
    for tier in reached:
        await _ring_tier(session, now, incident, tier)
    await _order_reporter(session, plan, now, incident, reporter, reached)
    audit.record(
        session,
        now,
        actor,
        "incident.open",
        subject_of(incident.id),
        drill=incident.drill,
        number=incident.number,
        nature=incident.nature.value,
        threat=incident.threat.value,
        region=incident.region_code,
        reached={tier.tier.value: [target.chat_id for target in tier.targets] for tier in reached},
    )
    return incident


async def take(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, incident_id: int) -> None:
    """Takes the incident in hand (我来处理). One winner; it ends the chase; the reporter hears who."""
    incident = await _required(session, actor, incident_id, Deed.TAKE)
    if incident.taken_by is not None:
        if incident.taken_by == actor.person_id:
            raise NothingToDo(incident.number)
        raise AlreadyTaken(incident.number, incident.taken_name or "")
    incident.taken_by, incident.taken_name, incident.taken_at = actor.person_id, actor.name, now
    incident.chase_due_at = None
    await _done(session, plan, actor, now, incident, Deed.TAKE, EntryKind.TAKEN)
    await _tell_reporters(session, plan, now, incident, "taken", arrive_by=None)


async def arrive(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, incident_id: int, minutes: int
) -> None:
    """Whoever took it says within how many minutes he is there; the reporter hears the time."""
    incident = await _required(session, actor, incident_id, Deed.ARRIVE)
    if incident.taken_by != actor.person_id:
        raise NotYours(incident.number, incident.taken_name or "")
    incident.arrive_by = now + timedelta(minutes=minutes)
    await _done(session, plan, actor, now, incident, Deed.ARRIVE, EntryKind.ARRIVAL, minutes=minutes)
    await _tell_reporters(session, plan, now, incident, "arrival", arrive_by=incident.arrive_by)


async def verify(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, incident_id: int) -> None:
    """Establishes that it is true (属实). The reporter hears it."""
    incident = await _required(session, actor, incident_id, Deed.VERIFY)
    incident.verified_by, incident.verified_name, incident.verified_at = actor.person_id, actor.name, now
    await _done(session, plan, actor, now, incident, Deed.VERIFY, EntryKind.VERIFIED)
    place = await places.name_of(session, plan, incident.region_code)
    told = texts.Verified(number=incident.number, place=place, name=actor.name)
    how = Telling(subject_of(incident.id), "verified", Lane.INTERACTIVE, drill=incident.drill)
    await delivery.tell(session, now, how, told, await _reporter_targets(session, incident))


async def supplement(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, incident_id: int, added: Addition
) -> None:
    """Adds words to the event log and, unless they were part of the first report, tells the desks, ringing."""
    incident = await _existing(session, incident_id)
    _log(session, now, incident, EntryKind.SUPPLEMENT, actor, added.text)
    await delivery.touch(session, subject_of(incident.id))
    if not added.is_supplement:
        return
    place = await places.name_of(session, plan, incident.region_code)
    told = texts.Supplemented(number=incident.number, place=place, name=actor.name, text=added.text)
    how = Telling(
        subject_of(incident.id), "supplement", Lane.URGENT, seq=added.key, critical=True, drill=incident.drill
    )
    await delivery.tell(session, now, how, told, await _desks(session, plan, now, incident, added))


async def show_media(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, incident_id: int, added: Addition, media: Media
) -> None:
    """Shows the desks a photo, voice note, film or file; what was on the first report does not ring a second time."""
    incident = await _existing(session, incident_id)
    if added.is_supplement:
        _log(session, now, incident, EntryKind.SUPPLEMENT, actor, added.text or f"evidence:{media.kind}")
    place = await places.name_of(session, plan, incident.region_code)
    caption = texts.EvidenceCaption(number=incident.number, place=place, name=actor.name, text=added.text)
    desks = await _desks(session, plan, now, incident, added)
    targets = [replace(target, silent=not added.is_supplement) for target in desks]
    subject = f"{subject_of(incident.id)}:media"
    how = Telling(subject, "media", Lane.INTERACTIVE, seq=added.key, drill=incident.drill, media=media)
    await delivery.tell(session, now, how, caption, targets)
    await delivery.touch(session, subject_of(incident.id))


async def learn(session: AsyncSession, incident_id: int, told: Facts) -> None:
    """Takes over what a reporter now knows; the region stays what it was."""
    incident = await _existing(session, incident_id, lock=True)
    if rules.learn(incident, told):
        await delivery.touch(session, subject_of(incident_id))


async def view(session: AsyncSession, incident_id: int) -> IncidentView:
    """The incident as screens show it. Raises NoSuchIncident."""
    incident = await _existing(session, incident_id)
    followers = await repository.followers(session, incident_id)
    entries = await repository.entries(session, incident_id)
    return IncidentView(
        id=incident.id,
        number=incident.number,
        nature=incident.nature,
        threat=incident.threat,
        region_code=incident.region_code,
        facts=facts_of(incident),
        state=incident.state,
        opened_at=incident.opened_at,
        taken_name=incident.taken_name,
        arrive_by=incident.arrive_by,
        verified_name=incident.verified_name,
        reporters=tuple(
            Reporter(row.person_id, row.name, row.phone, row.chat_id, row.locale, row.report_number)
            for row in followers
        ),
        entries=tuple(EntryView(row.at, row.kind, row.name, row.text) for row in entries),
        unreached=tuple(Level(row.text) for row in entries if row.kind is EntryKind.UNREACHED),
        chases=incident.chases,
        deeds=open_deeds(incident),
        drill=incident.drill,
    )


async def chase(session: AsyncSession, plan: Plan, now: datetime, incident: Incident) -> None:
    """Says again, ringing, that nobody has taken it in hand; to the desks and to the reporter, with the phones."""
    incident.chases += 1
    incident.chase_due_at = next_chase(now, plan.wait(WaitKey.DANGER_SIGN_UNANSWERED))
    minutes = int((now - incident.opened_at).total_seconds() // 60)
    _log(session, now, incident, EntryKind.CHASED, SYSTEM)
    reporters = await repository.followers(session, incident.id)
    untaken = texts.Untaken(
        number=incident.number,
        place=await places.name_of(session, plan, incident.region_code),
        threat=incident.threat.value,
        minutes=minutes,
        reporters=tuple(texts.Phone(name=row.name, number=row.phone or "") for row in reporters),
    )
    how = Telling(
        subject_of(incident.id), "untaken", Lane.URGENT, seq=incident.chases, critical=True, drill=incident.drill
    )
    reached = await audience.of(session, plan, now, incident.region_code, incident.nature)
    await delivery.tell(session, now, how, untaken, _all_targets(reached))
    calls = audience.phones(plan, incident.region_code)
    silence = texts.UntakenForReporter(number=incident.number, minutes=minutes, phones=calls)
    to_reporters = replace(how, purpose="untaken_for_reporter")
    await delivery.tell(session, now, to_reporters, silence, await _reporter_targets(session, incident))
    await delivery.touch(session, subject_of(incident.id))
    audit.record(session, now, SYSTEM, "incident.chase", subject_of(incident.id), drill=incident.drill, minutes=minutes)


def subject_of(incident_id: int) -> str:
    """The name of the incident in the ledger and the audit."""
    return f"incident:{incident_id}"


async def _ring_tier(session: AsyncSession, now: datetime, incident: Incident, tier: TierReached) -> None:
    if not tier.targets:
        _log(session, now, incident, EntryKind.UNREACHED, SYSTEM, tier.tier.value)
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


async def _order_reporter(
    session: AsyncSession,
    plan: Plan,
    now: datetime,
    incident: Incident,
    reporter: Reporter,
    reached: Sequence[TierReached],
) -> None:
    told = tuple(tier.tier.value for tier in reached if tier.targets)
    calls = audience.phones(plan, incident.region_code)
    payload: texts.Order | texts.Filed = texts.Order(number=incident.number, told=told, phones=calls)
    if not incident.threat.counts:
        payload = texts.Filed(number=incident.number, nature=incident.nature.value, told=told, phones=calls)
    how = Telling(subject_of(incident.id), "order", Lane.URGENT, critical=True, drill=incident.drill)
    await delivery.tell(session, now, how, payload, [Target(reporter.chat_id, reporter.locale)])


async def _tell_reporters(
    session: AsyncSession, plan: Plan, now: datetime, incident: Incident, purpose: str, arrive_by: datetime | None
) -> None:
    payload = texts.Taken(
        number=incident.number,
        place=await places.name_of(session, plan, incident.region_code),
        name=incident.taken_name or "",
        arrive_by=arrive_by,
        threatened=incident.threat.counts,
    )
    how = Telling(subject_of(incident.id), purpose, Lane.URGENT, critical=True, drill=incident.drill)
    await delivery.tell(session, now, how, payload, await _reporter_targets(session, incident))


async def _reporter_targets(session: AsyncSession, incident: Incident) -> list[Target]:
    return [Target(row.chat_id, row.locale) for row in await repository.followers(session, incident.id)]


async def _required(session: AsyncSession, actor: Actor, incident_id: int, deed: Deed) -> Incident:
    """The incident, locked, if the actor may do the deed there and the deed makes sense now."""
    incident = await _existing(session, incident_id, lock=True)
    actor.require(RIGHTS[deed], incident.region_code)
    if deed is not Deed.TAKE and not is_open(incident, deed):
        raise NothingToDo(incident.number)
    return incident


async def _existing(session: AsyncSession, incident_id: int, *, lock: bool = False) -> Incident:
    incident = await repository.get(session, incident_id, lock=lock)
    if incident is None:
        raise NoSuchIncident
    return incident


async def _done(
    session: AsyncSession,
    plan: Plan,
    actor: Actor,
    now: datetime,
    incident: Incident,
    deed: Deed,
    kind: EntryKind,
    **facts: int,
) -> None:
    incident.state = TRANSITIONS[incident.state, deed]
    _log(session, now, incident, kind, actor)
    await delivery.touch(session, subject_of(incident.id))
    audit.record(session, now, actor, f"incident.{deed.value}", subject_of(incident.id), drill=incident.drill, **facts)


def _log(
    session: AsyncSession, now: datetime, incident: Incident, kind: EntryKind, actor: Actor, text: str = ""
) -> None:
    line = Entry(incident_id=incident.id, at=now, kind=kind, person_id=actor.person_id, name=actor.name, text=text)
    repository.write_entry(session, line)


async def _desks(session: AsyncSession, plan: Plan, now: datetime, incident: Incident, added: Addition) -> list[Target]:
    reached = await audience.of(session, plan, now, incident.region_code, incident.nature)
    return [target for target in _all_targets(reached) if target.chat_id != added.said_in]


def _all_targets(reached: Sequence[TierReached]) -> list[Target]:
    return [target for tier in reached for target in tier.targets]
