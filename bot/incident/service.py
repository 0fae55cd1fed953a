"""What people do with incidents first: report one, take it in hand, verify it, add to it; and what screens show of it.

Each use case decides, writes, tells and records in the caller's transaction. What comes later is in `desk`,
`enquiries`, `merging` and `sorting`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import Actor
from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Media, Target, Telling
from bot.incident import audience, deeds, enquiries, repository, rules, taker
from bot.incident.deeds import DESK_CARD as DESK_CARD
from bot.incident.deeds import Scene
from bot.incident.deeds import family as family
from bot.incident.deeds import subject_of as subject_of
from bot.incident.enquiries import asked_for as asked_for
from bot.incident.errors import AlreadyTaken, InOtherHands, NoSuchIncident, NotYours
from bot.incident.models import EntryKind, Facts, Follower, Incident, Threat
from bot.incident.rules import RIGHTS, Deed, next_chase
from bot.incident.schemas import Addition, IncidentView, Opening, Reporter, TierReached
from bot.incident.views import own_view
from bot.plan.schema import Nature, WaitKey
from bot.plan.service import Plan
from messages import desk as desk_texts
from messages import evidence as evidence_texts
from messages import incident as texts


async def open_incident(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, opening: Opening, reporter: Reporter
) -> Incident:
    """Opens an incident from its first report: rings the desks of the place, orders the reporter, starts the chase."""
    scene = Scene(session, plan, actor, now)
    due = next_chase(now, plan.wait(WaitKey.DANGER_SIGN_UNANSWERED))
    incident = await add(scene, opening, reporter, chase_due_at=due)
    reached = await deeds.ring(scene, incident)
    await order_reporter(scene, incident, reporter, reached)
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


async def join(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, opening: Opening, reporter: Reporter, into_id: int
) -> Incident:
    """我也看到: one more person's report of what is being handled. Its desks hear of it once and no card rings anew.

    Who says that people are threatened is believed. What is over meanwhile is not joined: it is opened anew.
    """
    root = await deeds.root_of(session, into_id, lock=True)
    if not rules.is_under_way(root):
        return await open_incident(session, plan, actor, now, opening, reporter)
    scene = Scene(session, plan, actor, now)
    incident = await add(scene, opening, reporter, merged_into=root.id)
    raised = deeds.raise_threat(root, incident)
    entry = await deeds.log(session, now, root, EntryKind.JOINED, actor, incident.number)
    told = desk_texts.Joined(
        number=root.number,
        place=await deeds.place_of(scene, root),
        count=len(await deeds.followers_of(session, root)),
        reporter=texts.Phone(name=reporter.name, number=reporter.phone or ""),
        own_number=incident.number,
        raised=raised,
    )
    await deeds.tell_desks(scene, root, deeds.ringing(root, "joined", entry), told)
    reached = await audience.of(session, plan, now, root.region_code, root.nature)
    await order_reporter(scene, incident, reporter, reached)
    await deeds.touch(session, root)
    audit.record(
        session,
        now,
        actor,
        "incident.join",
        subject_of(incident.id),
        drill=incident.drill,
        number=incident.number,
        into=root.number,
        threat=incident.threat.value,
    )
    return incident


async def withdraw(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, incident_id: int, report_number: str
) -> None:
    """The only reporter takes his report back before anybody has had a hand in it. The desks hear it once.

    The reporter's own card is the caller's to change.

    Raises:
        NoSuchIncident: it is not his report.
        InOtherHands: somebody is dealing with it, or has added to it.
    """
    scene = Scene(session, plan, actor, now)
    incident = await deeds.existing(session, incident_id, lock=True)
    actor.require(RIGHTS[Deed.WITHDRAW])
    mine = [row for row in await repository.followers(session, incident_id) if row.report_number == report_number]
    if not mine or mine[0].person_id != actor.person_id:
        raise NoSuchIncident
    if not can_withdraw(await own_view(session, incident_id)):
        root = await deeds.root_of(session, incident_id)
        name = root.taken_name or root.verified_name or root.doubted_name
        raise InOtherHands(incident.number, name, audience.phones(plan, incident.region_code))
    incident.chase_due_at = None
    entry = await deeds.done(scene, incident, Deed.WITHDRAW, EntryKind.WITHDRAWN)
    place = await deeds.place_of(scene, incident)
    told = desk_texts.Withdrawn(number=incident.number, place=place, name=mine[0].name, phone=mine[0].phone)
    await deeds.tell_desks(scene, incident, deeds.ringing(incident, "withdrawn", entry), told)


def can_withdraw(seen: IncidentView) -> bool:
    """Whether its reporter may still take it back: nobody has taken, verified, doubted or added to it."""
    return Deed.WITHDRAW in seen.deeds and seen.taken_name is None and not seen.others_in


async def add(
    scene: Scene,
    opening: Opening,
    reporter: Reporter,
    *,
    chase_due_at: datetime | None = None,
    merged_into: int | None = None,
) -> Incident:
    """The incident's row, its reporter and the first line of its log. Rings nobody."""
    incident = await repository.add(
        scene.session,
        Incident(
            number=opening.number,
            nature=opening.nature,
            threat=opening.threat,
            region_code=opening.region_code,
            opened_at=scene.now,
            chase_due_at=chase_due_at,
            merged_into=merged_into,
            drill=opening.drill,
            **opening.facts.model_dump(),
        ),
    )
    await repository.follow(scene.session, Follower(incident_id=incident.id, **asdict(reporter)))
    await deeds.log(scene.session, scene.now, incident, EntryKind.OPENED, scene.actor)
    return incident


async def take(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, incident_id: int) -> None:
    """Takes the incident in hand (我来处理). One winner; it ends the chase; the reporter hears who.

    What somebody has who is suspended or gone is open again.
    """
    scene = Scene(session, plan, actor, now)
    incident = await deeds.existing(session, incident_id, lock=True)
    await deeds.permitted(scene, incident, Deed.TAKE)
    if incident.away is None:
        incident.away = await taker.absence(scene, incident)
    if rules.is_in_hand(incident) and incident.taken_by != actor.person_id:
        raise AlreadyTaken(incident.number, incident.taken_name or "")
    await deeds.required(scene, incident_id, Deed.TAKE)
    rules.let_go(incident)
    incident.taken_by, incident.taken_name, incident.taken_at = actor.person_id, actor.name, now
    deeds.call_again(scene, incident)
    entry = await deeds.done(scene, incident, Deed.TAKE, EntryKind.TAKEN)
    await _tell_who_has_it(scene, incident, "taken", entry)


async def arrive(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, incident_id: int, minutes: int
) -> None:
    """Whoever took it says within how many minutes he is there; the reporter hears the time."""
    scene = Scene(session, plan, actor, now)
    incident = await deeds.required(scene, incident_id, Deed.ARRIVE)
    if incident.taken_by != actor.person_id:
        raise NotYours(incident.number, incident.taken_name or "")
    incident.arrive_by = now + timedelta(minutes=minutes)
    entry = await deeds.done(scene, incident, Deed.ARRIVE, EntryKind.ARRIVAL, minutes=minutes)
    await _tell_who_has_it(scene, incident, "arrival", entry)


async def verify(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, incident_id: int) -> None:
    """Establishes that it is true (属实). The reporter hears it."""
    scene = Scene(session, plan, actor, now)
    incident = await deeds.required(scene, incident_id, Deed.VERIFY)
    incident.verified_by, incident.verified_name, incident.verified_at = actor.person_id, actor.name, now
    entry = await deeds.done(scene, incident, Deed.VERIFY, EntryKind.VERIFIED)
    place = await deeds.place_of(scene, incident)
    how = Telling(subject_of(incident.id), "verified", Lane.INTERACTIVE, seq=entry, drill=incident.drill)
    await deeds.tell_reporters(
        scene, incident, how, lambda number: texts.Verified(number=number, place=place, name=actor.name)
    )


async def supplement(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, incident_id: int, added: Addition
) -> None:
    """Adds words to the event log and, unless they were part of the first report, tells the desks, ringing."""
    actor = await _witness(session, incident_id, actor)
    scene = Scene(session, plan, actor, now)
    incident = await deeds.root_of(session, incident_id)
    await deeds.log(session, now, incident, EntryKind.SUPPLEMENT, actor, added.text)
    await deeds.touch(session, incident)
    if not added.is_supplement:
        return
    await enquiries.answered(session, now, incident_id, actor.person_id)
    place = await deeds.place_of(scene, incident)
    told = texts.Supplemented(number=incident.number, place=place, name=actor.name, text=added.text)
    how = deeds.ringing(incident, "supplement", added.key)
    await deeds.tell_desks(scene, incident, how, told, but=added.said_in)


async def show_media(
    session: AsyncSession,
    plan: Plan,
    actor: Actor,
    now: datetime,
    incident_id: int,
    added: Addition,
    media: Media | None,
) -> None:
    """Shows the desks a photo, voice note, film or file; one of the first report or of a shown album does not ring.

    Without `media` there is a file that nobody can show them, and words say so.
    """
    actor = await _witness(session, incident_id, actor)
    scene = Scene(session, plan, actor, now)
    incident = await deeds.root_of(session, incident_id)
    if added.is_supplement:
        text = added.text or f"evidence:{media.kind if media else 'document'}"
        await deeds.log(session, now, incident, EntryKind.SUPPLEMENT, actor, text)
        await enquiries.answered(session, now, incident_id, actor.person_id)
    place = await deeds.place_of(scene, incident)
    kind = texts.EvidenceCaption if media else evidence_texts.Unshown
    caption = kind(number=incident.number, place=place, name=actor.name, text=added.text)
    subject = f"{subject_of(incident.id)}:media"
    how = Telling(subject, "media", Lane.INTERACTIVE, seq=added.key, drill=incident.drill, media=media)
    silent = added.quiet or not added.is_supplement
    await deeds.tell_desks(scene, incident, how, caption, but=added.said_in, silent=silent)
    await deeds.touch(session, incident)


async def learn(session: AsyncSession, incident_id: int, told: Facts, *, by: Scene | None = None, key: int = 0) -> None:
    """Takes over what a reporter now knows; the region stays what it was.

    `by` is whoever sends it now, `key` makes it unique: a position the desk has asked for rings when it comes.
    """
    incident = await deeds.root_of(session, incident_id, lock=True)
    if rules.learn(incident, told):
        await deeds.touch(session, incident)
    if by is None or not await enquiries.answered(session, by.now, incident_id, by.actor.person_id):
        return
    if told.latitude is None or told.longitude is None:
        return
    given = desk_texts.PositionGiven(
        number=incident.number,
        place=await deeds.place_of(by, incident),
        name=by.actor.name,
        latitude=told.latitude,
        longitude=told.longitude,
    )
    await deeds.tell_desks(by, incident, deeds.ringing(incident, "position", key), given)


async def view(session: AsyncSession, incident_id: int) -> IncidentView:
    """The incident as it is handled: what was found to be the same as another is seen there. Raises NoSuchIncident."""
    root = await deeds.root_of(session, incident_id)
    return await own_view(session, root.id)


async def order_reporter(scene: Scene, incident: Incident, reporter: Reporter, reached: Sequence[TierReached]) -> None:
    """What a reporter is told first: to bring people to safety, or that it is filed; who was told, whom to phone."""
    told = tuple(tier.tier.value for tier in reached if tier.targets)
    calls = audience.phones(scene.plan, incident.region_code)
    payload: texts.Order | texts.Filed = texts.Order(number=incident.number, told=told, phones=calls)
    # Only on the telephone nobody is asked who is threatened; an officer at his desk is not sent to bring people out.
    by_telephone = incident.nature is Nature.ACCIDENT and incident.threat is Threat.UNCLEAR
    if by_telephone or not incident.threat.counts:
        payload = texts.Filed(number=incident.number, nature=incident.nature.value, told=told, phones=calls)
    target = Target(reporter.chat_id, reporter.locale)
    await delivery.tell(scene.session, scene.now, deeds.ringing(incident, "order"), payload, [target])


async def _witness(session: AsyncSession, incident_id: int, actor: Actor) -> Actor:
    """Whose words they are: of a report filed for somebody who did not answer, still his."""
    reporters = await repository.followers(session, incident_id) if actor.is_system else ()
    return Actor(reporters[0].person_id, reporters[0].name) if reporters else actor


async def _tell_who_has_it(scene: Scene, incident: Incident, purpose: str, entry: int) -> None:
    place = await deeds.place_of(scene, incident)
    await deeds.tell_reporters(
        scene,
        incident,
        deeds.ringing(incident, purpose, entry),
        lambda number: texts.Taken(
            number=number,
            place=place,
            name=incident.taken_name or "",
            arrive_by=incident.arrive_by,
            threatened=incident.threat.counts,
        ),
    )
