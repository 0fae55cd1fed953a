"""What `/delivery` shows: how the outbox stands, how fast the last warnings went out, what can be sent again.

The figures are delivery's; here they get their names and the texts that can be sent again their numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.access import Actor, Permission
from bot.delivery import lateness, overview
from bot.delivery.overview import Overview, ParkedChat, Told
from bot.plan.service import Plan
from bot.warning import service as warnings
from bot.warning.schemas import IssuedView
from bot.warning.telling import NOTICE, PURPOSE
from bot.watch import auditing
from bot.watch.auditing import ByText
from messages import watch as texts

_VERSIONS, _DRILLS = 5, 1
_NAMED = 5
_READ = (PURPOSE, NOTICE)


@dataclass(frozen=True, slots=True)
class Parked:
    """A parked chat and whose it is, empty where nobody knows it."""

    chat: ParkedChat
    name: str


@dataclass(frozen=True, slots=True)
class Outbox:
    """Everything on one screen. `failures` are the texts that can be sent again, in the order of `again`."""

    stands: Overview
    parked: tuple[Parked, ...]
    versions: tuple[tuple[IssuedView, Told], ...]
    again: ByText
    failures: tuple[texts.Failure, ...]


async def look(session: AsyncSession, plan: Plan, actor: Actor, now: datetime) -> Outbox:
    """How it stands now.

    Raises:
        NotAllowed: without delivery.see for the whole district.
    """
    actor.require(Permission.DELIVERY_SEE, plan.district.code)
    stands = await overview.look(session, now)
    may_retry = actor.may(Permission.DELIVERY_RETRY, plan.district.code)
    rows = await lateness.retriable(session, now, now - overview.LATELY) if may_retry else []
    again = auditing.by_text(rows)
    return Outbox(
        stands,
        tuple([Parked(chat, await auditing.name_of(session, plan, chat.chat_id)) for chat in stands.parked[:_NAMED]]),
        await _versions(session),
        again,
        tuple([await auditing.failure(session, plan, found) for found in again.values()]),
    )


async def _versions(session: AsyncSession) -> tuple[tuple[IssuedView, Told], ...]:
    newest: Sequence[IssuedView] = [
        *await warnings.last_issued(session, _VERSIONS, drill=False),
        *await warnings.last_issued(session, _DRILLS, drill=True),
    ]
    return tuple([(each, await overview.of_version(session, each.subject, each.version, _READ)) for each in newest])
