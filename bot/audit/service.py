"""Recording and sealing. Every use case that changes something records it in its own transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import repository
from bot.audit.models import AuditEntry
from bot.core.access import Actor
from bot.core.bells import ring_after_commit
from bot.core.logging import log_after_commit

_SEALED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Sealed:
    """A row with what its seal was made of: SHA-256 of `previous` (the seal of the row before it) and `said`."""

    entry: AuditEntry
    previous: str
    said: str


def record(
    session: AsyncSession, now: datetime, actor: Actor, act: str, subject: str, *, drill: bool = False, **facts: Any
) -> None:
    """Writes down one act, and names it in the log.

    `facts` are JSON values; no secrets and no more personal data than the act needs.
    """
    entry = AuditEntry(
        at=now, actor_id=actor.person_id, actor_name=actor.name, act=act, subject=subject, facts=facts, drill=drill
    )
    repository.add(session, entry)
    log_after_commit(session, act, subject=subject, actor=actor.person_id, drill=drill)
    ring_after_commit(session, "tick")


async def seal(session: AsyncSession) -> int:
    """Chains the rows that have no seal yet to those that have; how many were sealed.

    In the order of their numbers: a row that is committed later must not slip in before one that is sealed already.
    """
    await repository.hold_back_writers(session)
    previous = await repository.last_seal(session) or ""
    entries = await repository.unsealed(session, _SEALED_AT_ONCE)
    for entry in entries:
        previous = entry.seal = seal_of(entry, previous)
    return len(entries)


async def next_due(session: AsyncSession) -> datetime | None:
    """When the oldest row without a seal was written: it is due to be sealed since then."""
    entries = await repository.unsealed(session, 1)
    return entries[0].at if entries else None


async def first_broken(session: AsyncSession) -> int | None:
    """The id of the first row whose seal does not follow from its content and the row before; None if all hold.

    Rows not sealed yet stand at the end; one without a seal before a sealed one is broken.
    """
    previous, bare = "", None
    for entry in await repository.all_rows(session):
        if entry.seal is None:
            bare = bare or entry.id
        elif bare is not None:
            return bare
        elif entry.seal != seal_of(entry, previous):
            return entry.id
        else:
            previous = entry.seal
    return None


async def about(session: AsyncSession, subject: str) -> Sequence[AuditEntry]:
    """What was done to the subject, oldest first."""
    return await repository.about(session, subject)


async def sealed_about(session: AsyncSession, subject: str) -> list[Sealed]:
    """What was done to the subject with what proves each row, oldest first."""
    before = await repository.seals_before(session, subject)
    return [
        Sealed(entry, before.get(entry.id) or "", said_of(entry).decode())
        for entry in await repository.about(session, subject)
    ]


def seal_of(entry: AuditEntry, previous: str) -> str:
    """SHA-256 over the former seal and everything the row says."""
    return hashlib.sha256(previous.encode() + said_of(entry)).hexdigest()


def said_of(entry: AuditEntry) -> bytes:
    """Everything the row says, in the one form that is sealed."""
    said = {
        "id": entry.id,
        "at": entry.at.isoformat(),
        "actor": [entry.actor_id, entry.actor_name],
        "act": entry.act,
        "subject": entry.subject,
        "facts": entry.facts,
        "drill": entry.drill,
    }
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
