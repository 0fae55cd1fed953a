"""请补充: the desk asks the reporters for one thing. It holds nothing back; what nobody answers expires in silence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.access import Actor
from bot.delivery import service as delivery
from bot.delivery.schemas import Target
from bot.incident import deeds, repository
from bot.incident.deeds import Scene
from bot.incident.errors import AlreadyAsked
from bot.incident.models import Enquiry, EntryKind, Follower, Wanted
from bot.incident.rules import Deed
from bot.plan.schema import WaitKey
from bot.plan.service import Plan
from messages import desk as texts


async def ask(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, incident_id: int, wanted: Wanted) -> None:
    """Asks every reporter for one thing, each under the name of his own report.

    Raises:
        AlreadyAsked: a question is open and nobody has answered it.
    """
    scene = Scene(session, plan, actor, now)
    incident = await deeds.required(scene, incident_id, Deed.ASK)
    members = {row.id: row for row in await deeds.members_of(session, incident)}
    if waiting := _unanswered(await repository.open_enquiries(session, list(members), now)):
        raise AlreadyAsked(incident.number, waiting.asked_name, waiting.wanted.value, waiting.expires_at)
    await deeds.done(scene, incident, Deed.ASK, EntryKind.ASKED, wanted.value, wanted=wanted.value)
    place = await deeds.place_of(scene, incident)
    for follower in await deeds.followers_of(session, incident):
        enquiry = await repository.ask(
            session,
            Enquiry(
                incident_id=follower.incident_id,
                follower_id=follower.id,
                wanted=wanted,
                asked_by=actor.person_id,
                asked_name=actor.name,
                asked_at=now,
                expires_at=now + plan.wait(WaitKey.ENQUIRY),
            ),
        )
        own = members[follower.incident_id]
        question = texts.Enquiry(number=own.number, place=place, name=actor.name, wanted=wanted.value)
        how = deeds.ringing(own, "enquiry", enquiry.id)
        await delivery.tell(session, now, how, question, [Target(follower.chat_id, follower.locale)])


async def answered(session: AsyncSession, now: datetime, incident_id: int, person_id: int | None) -> bool:
    """The person has sent something about the incident: his open question, if there is one, is answered."""
    waiting = await _open_to(session, incident_id, person_id, now)
    if not waiting:
        return False
    for enquiry, _ in waiting:
        enquiry.answered_at = now
    enquiry, follower = waiting[-1]
    root = await deeds.root_of(session, incident_id)
    by = Actor(person_id, follower.name)
    await deeds.log(session, now, root, EntryKind.ANSWERED, by, enquiry.wanted.value)
    return True


async def asked_for(session: AsyncSession, incident_id: int, person_id: int, now: datetime) -> set[Wanted]:
    """What the open questions to the person ask for: such a thing is the answer, reply or not."""
    return {enquiry.wanted for enquiry, _ in await _open_to(session, incident_id, person_id, now)}


async def _open_to(
    session: AsyncSession, incident_id: int, person_id: int | None, now: datetime
) -> list[tuple[Enquiry, Follower]]:
    family = await deeds.family(session, incident_id)
    own = {row.id: row for row in await repository.followers_of(session, family) if row.person_id == person_id}
    found = await repository.open_enquiries(session, family, now)
    return [(row, own[row.follower_id]) for row in found if row.follower_id in own and row.answered_at is None]


def _unanswered(found: Sequence[Enquiry]) -> Enquiry | None:
    """The last question put, unless one of those it was put to has answered."""
    if not found:
        return None
    together = [row for row in found if row.asked_at == found[-1].asked_at]
    return None if any(row.answered_at for row in together) else found[-1]
