"""Invitations: a link with a secret, for one post, for a while, for so many uses; and what happens when one is opened.

The secret is given out once and kept as its hash. Opening a link joins nobody who is not known yet: that takes the own
contact card (`joining`).
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import Actor, Permission
from bot.directory import posts, repository, rules
from bot.directory.errors import ChangedMeanwhile, NoSuchPost
from bot.directory.models import Invitation, PendingJoin, Role, WrongTokens
from bot.directory.schemas import InvitationView, PlaceOfPost
from bot.plan.regions import is_grid
from bot.plan.schema import WaitKey
from bot.plan.service import Plan

MOST_USES = 20
_TOKEN_BYTES = 24
_TRIES = 5
_TRIES_FORGOTTEN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Knock:
    """What came of opening a link: the invitation, or why not (wrong, expired, used, revoked, too_many)."""

    invitation: InvitationView | None
    refused: str | None = None


async def create(
    session: AsyncSession,
    plan: Plan,
    actor: Actor,
    now: datetime,
    *,
    kind: str,
    region_code: str | None = None,
    unit_key: str | None = None,
    role: Role = Role.HOLDER,
    max_uses: int = 1,
    valid_for: timedelta | None = None,
) -> str:
    """Invites to a post; the token, which nobody can ask for again. It is valid as long as the pack says by default.

    Raises:
        NotAllowed: without person.invite at the post's place, or for rights beyond the actor's own.
        NoSuchPost: the pack has no such kind, or it does not belong there.
    """
    where = PlaceOfPost(kind, region_code, unit_key)
    if kind not in plan.posts or not rules.fits(plan, plan.posts[kind], where):
        raise NoSuchPost
    rules.require_reach(plan, actor, Permission.PERSON_INVITE, where)
    if region_code and is_grid(region_code):
        await posts.require_grid(session, actor, now, code=region_code)
    post = await repository.require_post(session, kind, region_code or "", unit_key or "")
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    invitation = Invitation(
        token_hash=_hash(token),
        post_id=post.id,
        role=role,
        max_uses=min(max(max_uses, 1), MOST_USES),
        expires_at=now + (valid_for or plan.wait(WaitKey.INVITATION_VALID)),
        created_by=actor.person_id,
        created_at=now,
    )
    await repository.add(session, invitation)
    audit.record(session, now, actor, "invitation.create", f"invitation:{invitation.id}", post=post.id, role=role.value)
    return token


async def get(session: AsyncSession, token: str) -> InvitationView | None:
    """The invitation a token belongs to, whatever its state."""
    invitation = await repository.invitation_by_hash(session, _hash(token))
    return await _view(session, invitation) if invitation else None


async def open_to(session: AsyncSession, now: datetime, where: PlaceOfPost) -> list[InvitationView]:
    """The invitations to exactly this post that somebody could still use, newest first."""
    rows = await repository.open_invitations(session, now)
    return [await _view(session, invitation) for invitation, post in rows if posts.place_of(post) == where]


async def revoke(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, *, invitation_id: int
) -> InvitationView:
    """The link opens nothing from now on. Who has joined by it stays.

    Raises:
        NotAllowed: without person.invite at the post's place.
        ChangedMeanwhile: revoked already, used up, or there is none.
    """
    invitation = await repository.invitation(session, invitation_id)
    if invitation is None:
        raise ChangedMeanwhile
    view = await _view(session, invitation)
    rules.require_reach(plan, actor, Permission.PERSON_INVITE, view.post)
    if _closed(invitation, now):
        raise ChangedMeanwhile
    invitation.revoked_at = now
    audit.record(session, now, actor, "invitation.revoke", f"invitation:{invitation.id}")
    return await _view(session, invitation)


async def knock(session: AsyncSession, now: datetime, *, platform_id: int, token: str) -> Knock:
    """Opens a link: remembers for the account which invitation it waits with. Nobody has joined by that.

    Says no by its result, not by an error: a wrong token is counted, and a refused use case leaves no trace. After
    five wrong ones an account is not listened to for an hour.
    """
    tries = await repository.wrong_tokens(session, platform_id)
    if tries and now - tries.since >= _TRIES_FORGOTTEN_AFTER:
        tries.tries, tries.since = 0, now
    if tries and tries.tries >= _TRIES:
        return Knock(None, "too_many")
    invitation = await repository.invitation_by_hash(session, _hash(token))
    if invitation is None:
        await _count_wrong(session, now, platform_id, tries)
        return Knock(None, "wrong")
    if why := _closed(invitation, now):
        return Knock(None, why)
    await repository.forget_pending_join(session, platform_id)
    await repository.add(session, PendingJoin(platform_id=platform_id, invitation_id=invitation.id, at=now))
    return Knock(await _view(session, invitation))


async def waiting(session: AsyncSession, now: datetime, platform_id: int) -> Knock | None:
    """The invitation the account has opened and waits with, or why it no longer holds; None if it opened none."""
    pending = await repository.pending_join(session, platform_id)
    invitation = await repository.invitation(session, pending.invitation_id) if pending else None
    if invitation is None:
        return None
    why = _closed(invitation, now)
    return Knock(None if why else await _view(session, invitation), why)


async def use(session: AsyncSession, platform_id: int, invitation_id: int) -> bool:
    """Counts one use and ends the account's waiting; False if somebody else took the last one."""
    await repository.forget_pending_join(session, platform_id)
    return await repository.use_invitation(session, invitation_id)


async def give_up(session: AsyncSession, platform_id: int) -> None:
    """The account waits with no invitation any more."""
    await repository.forget_pending_join(session, platform_id)


async def _count_wrong(session: AsyncSession, now: datetime, platform_id: int, tries: WrongTokens | None) -> None:
    if tries is None:
        await repository.add(session, WrongTokens(platform_id=platform_id, tries=1, since=now))
    else:
        tries.tries += 1


async def _view(session: AsyncSession, invitation: Invitation) -> InvitationView:
    post = await repository.post(session, invitation.post_id)
    if post is None:
        raise LookupError(f"invitation {invitation.id} is for a post that is gone")
    return InvitationView(
        invitation.id,
        posts.place_of(post),
        invitation.role,
        invitation.max_uses,
        invitation.uses,
        invitation.expires_at,
        revoked=invitation.revoked_at is not None,
    )


def _closed(invitation: Invitation, now: datetime) -> str | None:
    """Why the invitation opens nothing now; None if it does."""
    if invitation.revoked_at is not None:
        return "revoked"
    if invitation.expires_at <= now:
        return "expired"
    return "used" if invitation.uses >= invitation.max_uses else None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
