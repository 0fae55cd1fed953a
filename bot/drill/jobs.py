"""What falls due for a link test: asking once, in private, for the groups nobody answered in; ending it; its board."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import SYSTEM
from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Fate, Target, Telling
from bot.directory import people
from bot.directory.schemas import PersonView
from bot.drill import repository, rules, service
from bot.drill.models import LinkGroup, LinkTest
from bot.plan.service import Plan
from messages import drill as texts


async def run_due(session: AsyncSession, plan: Plan, now: datetime) -> int:
    """Reminds once however long nobody looked, not at all when the end has come meanwhile; how much was done."""
    test = await repository.open_test(session, lock=True)
    done = 0
    if test is not None and test.closes_at <= now:
        await service.close(session, now, test)
        done = 1
    elif test is not None and test.nudge_due_at is not None and test.nudge_due_at <= now:
        await _remind(session, plan, now, test)
        done = 1
    return done + await _repaint_boards(session, now)


async def next_due(session: AsyncSession) -> datetime | None:
    """The next instant at which there is something to do."""
    return await repository.next_due(session)


async def _remind(session: AsyncSession, plan: Plan, now: datetime, test: LinkTest) -> None:
    test.nudge_due_at = None
    silent = [link for link in await repository.groups_of(session, test.id) if link.answered_at is None]
    asked: dict[int, PersonView] = {}
    lists: dict[int, list[str]] = defaultdict(list)
    for link in silent:
        for officer in await _officers(session, plan, now, link):
            asked[officer.id] = officer
            lists[officer.id].append(link.title)
    for person_id, officer in asked.items():
        words = texts.LinkNudge(
            groups=tuple(lists[person_id]), until=test.closes_at, phone=plan.duty_phone(plan.district.code)
        )
        how = Telling(service.subject_of(test.id), "nudge", Lane.ROUTINE, seq=person_id, drill=True)
        target = Target(officer.platform_id or 0, officer.locale, silent=True)
        await delivery.tell(session, now, how, words, [target])
    await delivery.touch(session, service.subject_of(test.id))
    subject = service.subject_of(test.id)
    audit.record(session, now, SYSTEM, "drill.nudge", subject, drill=True, groups=len(silent), asked=len(asked))


async def _officers(session: AsyncSession, plan: Plan, now: datetime, link: LinkGroup) -> list[PersonView]:
    """Who sits at the duty desk of the group's place, else of the next one above where anybody can be written to."""
    for place in rules.places_to_ask(plan, link.region_code):
        found = await people.on_post(session, rules.desk_posts(plan), place, now)
        if found:
            return found[:1]
    return []


async def _repaint_boards(session: AsyncSession, now: datetime) -> int:
    """Sent and failed change without anybody's act: looked at every minute until nothing waits to be sent."""
    due = await repository.boards_due(session, now)
    for test in due:
        outcomes = await service.outcomes(session, test.id)
        test.board_due_at = now + service.REFRESH if outcomes.counts[Fate.WAITING] else None
        await delivery.touch(session, service.subject_of(test.id))
    return len(due)
