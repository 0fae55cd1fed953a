"""Coming in: an account proves with its own contact card whose it is.

The number decides. With an invitation it makes or finds the person and gives the post; without one it must be known
from the roster, or belong to somebody who comes back with a new account.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import Actor
from bot.directory import invitations, people, posts, repository, rules
from bot.directory.errors import InvitationUsedUp
from bot.directory.models import Person, PersonState
from bot.directory.schemas import InvitationView, PersonView
from bot.plan.service import Plan
from messages.engine import known

_LONGEST_NAME = 40


class Outcome(StrEnum):
    """What came of showing a contact card."""

    JOINED = "joined"
    MOVED = "moved"
    """Known, with another account until now: that one is unlinked and must be told."""
    ALREADY = "already"
    NOT_ON_ROSTER = "not_on_roster"
    SUSPENDED = "suspended"
    INVITATION_CLOSED = "invitation_closed"
    """`refused` says why (expired, used, revoked)."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """The outcome, the person if there is one, and the account that lost him."""

    outcome: Outcome
    person: PersonView | None = None
    former_account: int | None = None
    refused: str | None = None


async def come(
    session: AsyncSession, plan: Plan, now: datetime, *, platform_id: int, number: str, name: str, locale: str
) -> Arrival:
    """Somebody shows the own contact card. `number` and `name` are the card's; that it is his own, the caller knows.

    Raises:
        SeatTaken: the invitation is for a post that somebody has got meanwhile.
        InvitationUsedUp: its last use went in the same instant.
    """
    phone = rules.phone_of_contact(number)
    if phone is None:
        return Arrival(Outcome.NOT_ON_ROSTER)
    waits = await invitations.waiting(session, now, platform_id)
    if waits is None:
        return await _known(session, now, platform_id, phone)
    if waits.invitation is None:
        await invitations.give_up(session, platform_id)
        return Arrival(Outcome.INVITATION_CLOSED, refused=waits.refused)
    return await _invited(session, plan, now, waits.invitation, platform_id, phone, name, locale)


async def accept(session: AsyncSession, now: datetime, *, platform_id: int, invitation: InvitationView) -> Arrival:
    """Somebody already one of us opens an invitation: his card is known, he gets the post at once.

    Raises:
        SeatTaken, InvitationUsedUp.
    """
    person = await repository.person_by_platform(session, platform_id)
    if person is None or person.state is not PersonState.ACTIVE:
        await invitations.give_up(session, platform_id)
        return Arrival(Outcome.SUSPENDED)
    return await _take_post(session, now, person, invitation, platform_id, Outcome.JOINED, None)


async def _known(session: AsyncSession, now: datetime, platform_id: int, phone: str) -> Arrival:
    """Without an invitation: from the roster, or with a new account."""
    person = await repository.person_by_phone(session, phone)
    if person is None or person.state is PersonState.LEFT:
        return Arrival(Outcome.NOT_ON_ROSTER)
    if person.state is PersonState.SUSPENDED:
        return Arrival(Outcome.SUSPENDED)
    if person.platform_id == platform_id:
        return Arrival(Outcome.ALREADY, (await people.views(session, [person], now))[0])
    outcome = Outcome.MOVED if person.state is PersonState.ACTIVE and person.platform_id else Outcome.JOINED
    former = await _link(session, now, person, platform_id)
    return Arrival(outcome, (await people.views(session, [person], now))[0], former)


async def _invited(
    session: AsyncSession,
    plan: Plan,
    now: datetime,
    invitation: InvitationView,
    platform_id: int,
    phone: str,
    name: str,
    locale: str,
) -> Arrival:
    person = await repository.person_by_phone(session, phone)
    if person and person.state is PersonState.SUSPENDED:
        await invitations.give_up(session, platform_id)
        return Arrival(Outcome.SUSPENDED)
    if person is None:
        called = " ".join(name.split())[:_LONGEST_NAME] or rules.post_name(plan, invitation.post).zh
        person = Person(name=called, phone=phone, locale=known(locale), created_at=now)
        await repository.add(session, person)
    moved = person.platform_id not in {None, platform_id}
    former = await _link(session, now, person, platform_id)
    outcome = Outcome.MOVED if moved else Outcome.JOINED
    return await _take_post(session, now, person, invitation, platform_id, outcome, former)


async def _take_post(
    session: AsyncSession,
    now: datetime,
    person: Person,
    invitation: InvitationView,
    platform_id: int,
    outcome: Outcome,
    former: int | None,
) -> Arrival:
    where = invitation.post
    post = await repository.require_post(session, where.kind, where.region_code or "", where.unit_key or "")
    if not await posts.seat(session, now, person=person, post=post, role=invitation.role):
        await invitations.give_up(session, platform_id)
        return Arrival(Outcome.ALREADY, (await people.views(session, [person], now))[0], former)
    if not await invitations.use(session, platform_id, invitation.id):
        raise InvitationUsedUp
    actor = Actor(person.id, person.name)
    audit.record(session, now, actor, "person.join", f"person:{person.id}", invitation=invitation.id, post=post.id)
    return Arrival(outcome, (await people.views(session, [person], now))[0], former)


async def _link(session: AsyncSession, now: datetime, person: Person, platform_id: int) -> int | None:
    """Links the account to the person; the account he had before, if it was another.

    Whoever else had this account loses it: its contact card no longer shows his number.
    """
    former = person.platform_id if person.platform_id != platform_id else None
    other = await repository.person_by_platform(session, platform_id)
    if other and other.id != person.id:
        other.platform_id = None
        audit.record(session, now, Actor(person.id, person.name), "person.unlink", f"person:{other.id}")
        await session.flush()
    if person.platform_id != platform_id or person.state is not PersonState.ACTIVE:
        person.platform_id, person.state = platform_id, PersonState.ACTIVE
        person.reachable, person.unreachable_reason = True, None
        audit.record(
            session, now, Actor(person.id, person.name), "person.link", f"person:{person.id}", moved=former is not None
        )
        await session.flush()
    return former
