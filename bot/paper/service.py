"""Use cases of papers: asking for one, and what follows when it is made or cannot be.

Nothing is built here: `clerk` does that, outside of any transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import SYSTEM, Actor, Permission
from bot.core.bells import ring_after_commit
from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Media, Target, Telling
from bot.directory import people
from bot.directory.rules import may_at, post_name, require_at
from bot.paper import repository
from bot.paper.models import Paper, PaperKind, PaperState
from bot.paper.schemas import File
from bot.plan.service import Plan
from bot.warning import closing, issuing
from bot.warning.models import Series
from messages import common

PERMISSIONS = {
    PaperKind.REPORT: Permission.WARNING_SEE,
    PaperKind.TABLES: Permission.WARNING_SEE,
    PaperKind.CALL_SHEET: Permission.WARNING_SEE,
    PaperKind.ARCHIVE: Permission.WARNING_ARCHIVE,
}
"""What asking for it takes, in the whole district: a paper names everybody there with his number."""

_LATELY = 10
_TRIES = 3
_PAUSE = timedelta(seconds=30)


async def ask(
    session: AsyncSession,
    plan: Plan,
    actor: Actor,
    now: datetime,
    target: Target,
    series_id: int,
    kinds: Sequence[PaperKind],
) -> None:
    """Somebody wants papers on a series; they come to `target`. Asking again before one is made changes nothing.

    Raises:
        NotAllowed.
        NoSuchWarning: it was never issued.
    """
    for kind in kinds:
        require_at(plan, actor, PERMISSIONS[kind], plan.district.code)
    series = await closing.issued_series(session, series_id)
    for kind in kinds:
        if await repository.waiting(session, series.id, kind, target.chat_id) is None:
            paper = Paper(
                series_id=series.id,
                kind=kind,
                chat_id=target.chat_id,
                locale=target.locale,
                drill=series.drill,
                asked_by=actor.person_id,
                asked_name=actor.name,
                asked_post=await _post_of(session, plan, actor, now, target.locale),
                asked_at=now,
            )
            repository.add(session, paper)
            subject = issuing.subject_of(series.id)
            audit.record(session, now, actor, "paper.ask", subject, drill=series.drill, kind=kind.value)
    ring_after_commit(session, "paper")


def may_have(plan: Plan, actor: Actor) -> list[PaperKind]:
    """The papers the actor may ask for."""
    return [kind for kind, permission in PERMISSIONS.items() if may_at(plan, actor, permission, plan.district.code)]


async def issued_lately(session: AsyncSession, plan: Plan, actor: Actor) -> Sequence[Series]:
    """The series there are papers on, the newest first. Raises NotAllowed."""
    _require_any(plan, actor)
    return await closing.issued_lately(session, _LATELY)


async def numbered(session: AsyncSession, plan: Plan, actor: Actor, number: str) -> Series:
    """The series of that number. Raises NotAllowed, NoSuchWarning."""
    _require_any(plan, actor)
    return await closing.numbered(session, number)


async def issued(session: AsyncSession, plan: Plan, actor: Actor, series_id: int) -> Series:
    """The series, if it was ever issued. Raises NotAllowed, NoSuchWarning."""
    _require_any(plan, actor)
    return await closing.issued_series(session, series_id)


async def made(session: AsyncSession, now: datetime, paper_id: int, file: File) -> None:
    """The file stands on the shelf: it goes to whoever asked for it, and the log keeps its hash."""
    paper = await repository.locked(session, paper_id)
    if paper is None:
        return
    paper.state, paper.made_at, paper.name = PaperState.MADE, now, file.name
    paper.sha256, paper.size = file.sha256, file.size
    media = Media("document", sha256=file.sha256, name=file.name)
    how = Telling(_subject(paper), paper.kind.value, Lane.INTERACTIVE, drill=paper.drill, media=media)
    await delivery.tell(session, now, how, file.words, [Target(paper.chat_id, paper.locale)])
    about = issuing.subject_of(paper.series_id)
    facts = {"kind": paper.kind.value, "sha256": file.sha256, "bytes": file.size, "for": paper.asked_name}
    audit.record(session, now, SYSTEM, "paper.made", about, drill=paper.drill, **facts)


async def failed(session: AsyncSession, now: datetime, paper_id: int, fault: str) -> None:
    """It could not be made; after some tries whoever asked is told, with the id of the fault in the log."""
    paper = await repository.locked(session, paper_id)
    if paper is None:
        return
    paper.attempts, paper.fault, paper.not_before = paper.attempts + 1, fault, now + _PAUSE
    if paper.attempts < _TRIES:
        return
    paper.state, paper.not_before = PaperState.FAILED, None
    how = Telling(_subject(paper), "failed", Lane.INTERACTIVE)
    await delivery.tell(session, now, how, common.FaultHappened(fault=fault), [Target(paper.chat_id, paper.locale)])


async def idle(session: AsyncSession, now: datetime) -> tuple[bool, datetime | None]:
    """Whether no paper is to be made now, and when the next one is tried again."""
    wanted = await repository.next_wanted(session, now)
    return wanted is None, await repository.next_try(session, now)


def _require_any(plan: Plan, actor: Actor) -> None:
    """Raises NotAllowed for whoever may have no paper at all."""
    if not may_have(plan, actor):
        require_at(plan, actor, Permission.WARNING_SEE, plan.district.code)


async def _post_of(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, locale: str) -> str:
    person = await people.person(session, actor.person_id, now) if actor.person_id else None
    names = [post_name(plan, post) for post in person.posts] if person else []
    return "、".join(name.zh if locale == "zh" else name.en for name in names)


def _subject(paper: Paper) -> str:
    return f"paper:{paper.id}"
