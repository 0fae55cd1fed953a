"""How an incident ends: doubted by one, agreed to by another, ended by the district; closed, judged, taken up again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.access import Actor
from bot.delivery.models import Lane
from bot.delivery.schemas import Button, InlineKeyboard, Telling
from bot.delivery.service import KeyboardOf
from bot.incident import audience, deeds, repository
from bot.incident.deeds import Scene
from bot.incident.errors import AnotherMust, NoSuchIncident, NothingToDo, NotReady
from bot.incident.models import EntryKind, Follower, Incident, IncidentState, Verdict
from bot.incident.rules import RIGHTS, Deed, is_alone, let_go
from bot.plan.schema import Level
from bot.plan.service import Plan
from messages import desk as texts
from messages.engine import label

SATISFIED, UNSATISFIED = "v.yes", "v.no"
"""What the buttons below a closing message do; the incident's id follows."""


async def doubt(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, incident_id: int, reason: str) -> None:
    """Proposes that it is not so (查否). It goes on being handled until the district ends it.

    `reason`: one of `messages.desk.REASONS` as `coded` writes it, or the officer's own words.
    """
    scene = Scene(session, plan, actor, now)
    incident = await deeds.required(scene, incident_id, Deed.DOUBT)
    incident.doubted_by, incident.doubted_name, incident.doubt_reason = actor.person_id, actor.name, reason
    incident.seconded_by = incident.seconded_name = None
    entry = await deeds.done(scene, incident, Deed.DOUBT, EntryKind.DOUBTED, reason, reason=reason)
    told = texts.Doubted(
        number=incident.number,
        place=await deeds.place_of(scene, incident),
        name=actor.name,
        reason=texts.Reason.of(reason),
        wants_second=await deeds.mentions_people(session, incident),
    )
    await deeds.tell_desks(scene, incident, _how(incident, "doubted", entry), told)


async def second(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, incident_id: int) -> None:
    """A second person agrees that it is not so; the district hears that it may end it.

    Raises:
        AnotherMust: he proposed it himself.
    """
    scene = Scene(session, plan, actor, now)
    incident = await deeds.required(scene, incident_id, Deed.SECOND)
    if incident.doubted_by == actor.person_id:
        raise AnotherMust(incident.number, audience.who_may(plan, RIGHTS[Deed.SECOND], incident.region_code, actor))
    incident.seconded_by, incident.seconded_name = actor.person_id, actor.name
    entry = await deeds.done(scene, incident, Deed.SECOND, EntryKind.SECONDED)
    told = texts.Seconded(
        number=incident.number,
        place=await deeds.place_of(scene, incident),
        name=actor.name,
        doubted_name=incident.doubted_name or "",
        reason=texts.Reason.of(incident.doubt_reason or ""),
    )
    await deeds.tell_desks(scene, incident, _how(incident, "seconded", entry), told, tiers=(Level.DISTRICT,))


async def uphold(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, incident_id: int) -> None:
    """Does not agree that it is not so: it is again what it was before the doubt.

    Raises:
        AnotherMust: he proposed it himself.
    """
    scene = Scene(session, plan, actor, now)
    incident = await deeds.required(scene, incident_id, Deed.UPHOLD)
    if incident.doubted_by == actor.person_id:
        who = audience.who_may(plan, RIGHTS[Deed.UPHOLD], incident.region_code, actor)
        raise AnotherMust(incident.number, who, upholds=True)
    entry = await deeds.done(scene, incident, Deed.UPHOLD, EntryKind.UPHELD)
    _forget_doubt(incident)
    told = texts.Upheld(number=incident.number, place=await deeds.place_of(scene, incident), name=actor.name)
    await deeds.tell_desks(scene, incident, _how(incident, "upheld", entry), told)


async def dismiss(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, incident_id: int) -> None:
    """Ends it as not so. Where people are mentioned, proposer and whoever ends it are two persons, or somebody agreed.

    Raises:
        AnotherMust: one person would do it alone.
    """
    scene = Scene(session, plan, actor, now)
    incident = await deeds.required(scene, incident_id, Deed.DISMISS)
    people = await deeds.mentions_people(session, incident)
    if is_alone(incident, actor.person_id, people=people):
        raise AnotherMust(incident.number, audience.who_may(plan, RIGHTS[Deed.SECOND], incident.region_code, actor))
    incident.closed_name, incident.closed_at, incident.chase_due_at = actor.name, now, None
    entry = await deeds.done(scene, incident, Deed.DISMISS, EntryKind.DISMISSED, incident.doubt_reason or "")
    place, phones = await deeds.place_of(scene, incident), audience.phones(plan, incident.region_code)
    reason = texts.Reason.of(incident.doubt_reason or "")
    await deeds.tell_reporters(
        scene,
        incident,
        deeds.ringing(incident, "dismissed", entry),
        lambda number: texts.Dismissed(number=number, place=place, reason=reason, phones=phones),
    )


async def close(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, incident_id: int) -> None:
    """Ends what was verified and handled (办结); the reporters are asked whether they are content.

    Raises:
        NotReady: nobody has it in hand, or it is not verified.
    """
    scene = Scene(session, plan, actor, now)
    incident = await deeds.existing(session, incident_id, lock=True)
    await deeds.permitted(scene, incident, Deed.CLOSE)
    if incident.state is IncidentState.REPORTED or (incident.state is IncidentState.VERIFIED and not incident.taken_by):
        raise NotReady(incident.number)
    await deeds.required(scene, incident_id, Deed.CLOSE)
    incident.closed_name, incident.closed_at = actor.name, now
    entry = await deeds.done(scene, incident, Deed.CLOSE, EntryKind.CLOSED)
    place = await deeds.place_of(scene, incident)
    await deeds.tell_reporters(
        scene,
        incident,
        deeds.ringing(incident, "closed", entry),
        lambda number: texts.Closed(number=number, place=place, name=actor.name),
        _content_or_not,
    )


async def verdict(
    session: AsyncSession,
    plan: Plan,
    actor: Actor,
    now: datetime,
    incident_id: int,
    satisfied: bool,
    reason: str | None = None,
) -> int:
    """What the reporter says of how it was handled; the id of his row. With a reason it asks the desks to reopen.

    Raises:
        NoSuchIncident: he did not report it.
        NothingToDo: he has said so already, or it is no longer closed.
    """
    scene = Scene(session, plan, actor, now)
    incident = await deeds.root_of(session, incident_id, lock=True)
    mine = [row for row in await deeds.followers_of(session, incident) if row.person_id == actor.person_id]
    own = next((row for row in mine if row.incident_id == incident_id), mine[0] if mine else None)
    if own is None:
        raise NoSuchIncident
    given = Verdict.SATISFIED if satisfied else Verdict.UNSATISFIED
    if incident.state is not IncidentState.CLOSED or own.verdict_reason or (own.verdict is given and satisfied):
        raise NothingToDo(incident.number)
    own.verdict = given
    if reason and not satisfied:
        own.verdict_reason, incident.reopen_asked_at = reason, now
        await _ask_to_reopen(scene, incident, own, reason)
    return own.id


async def follower(session: AsyncSession, follower_id: int) -> Follower:
    """Whose verdict is asked for. Raises NoSuchIncident."""
    found = await repository.follower(session, follower_id)
    if found is None:
        raise NoSuchIncident
    return found


async def reopen(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, incident_id: int) -> None:
    """Takes up again what was closed or dismissed. Nobody has it in hand then, and the desks are called."""
    scene = Scene(session, plan, actor, now)
    incident = await deeds.required(scene, incident_id, Deed.REOPEN)
    reasons = [row.verdict_reason for row in await _judges(session, incident) if row.verdict_reason]
    reason = "；".join(reasons)
    entry = await deeds.done(scene, incident, Deed.REOPEN, EntryKind.REOPENED, reason, reason=reason)
    _forget_doubt(incident)
    incident.closed_name = incident.closed_at = incident.reopen_asked_at = None
    let_go(incident)
    for judge in await _judges(session, incident):
        judge.verdict = judge.verdict_reason = None
    deeds.call_again(scene, incident)
    place = await deeds.place_of(scene, incident)
    how = deeds.ringing(incident, "reopened", entry)
    again = texts.TakenUpAgain(number=incident.number, place=place, name=actor.name, reason=reason)
    await deeds.tell_desks(scene, incident, how, again)
    await deeds.tell_reporters(
        scene,
        incident,
        replace(how, purpose="reopened_for_reporter"),
        lambda number: texts.Reopened(number=number, place=place, name=actor.name),
    )


async def keep_closed(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, incident_id: int) -> None:
    """Does not take it up again; the reporters who asked for it hear so, and whom to phone."""
    scene = Scene(session, plan, actor, now)
    incident = await deeds.required(scene, incident_id, Deed.KEEP_CLOSED)
    incident.reopen_asked_at = None
    entry = await deeds.done(scene, incident, Deed.KEEP_CLOSED, EntryKind.CLOSED)
    place, phones = await deeds.place_of(scene, incident), audience.phones(plan, incident.region_code)
    asked = [row for row in await _judges(session, incident) if row.verdict is Verdict.UNSATISFIED]
    await deeds.tell_reporters(
        scene,
        incident,
        deeds.ringing(incident, "kept_closed", entry),
        lambda number: texts.KeptClosed(number=number, place=place, name=actor.name, phones=phones),
        only={row.id for row in asked},
    )


async def _ask_to_reopen(scene: Scene, incident: Incident, judge: Follower, reason: str) -> None:
    entry = await deeds.note(scene, incident, "reopen_asked", EntryKind.REOPEN_ASKED, reason)
    told = texts.ReopenAsked(
        number=incident.number,
        place=await deeds.place_of(scene, incident),
        name=judge.name,
        phone=judge.phone,
        reason=reason,
    )
    await deeds.tell_desks(scene, incident, deeds.ringing(incident, "reopen_asked", entry), told)


async def _judges(session: AsyncSession, incident: Incident) -> list[Follower]:
    return list(await deeds.followers_of(session, incident))


def _forget_doubt(incident: Incident) -> None:
    """The log keeps who doubted it and why."""
    incident.doubted_by = incident.doubted_name = incident.doubt_reason = None
    incident.seconded_by = incident.seconded_name = None


def _how(incident: Incident, purpose: str, seq: int) -> Telling:
    return replace(deeds.ringing(incident, purpose, seq), lane=Lane.INTERACTIVE)


def _content_or_not(incident_id: int) -> KeyboardOf:
    def keyboard(locale: str) -> InlineKeyboard:
        content = Button(label("desk.satisfied", locale), f"{SATISFIED}:{incident_id}:0")
        return InlineKeyboard([[content, Button(label("desk.unsatisfied", locale), f"{UNSATISFIED}:{incident_id}:0")]])

    return keyboard
