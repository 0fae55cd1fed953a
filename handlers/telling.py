"""Telling people of the directory something: one person in his private chat, or those who watch over a region."""

from __future__ import annotations

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.delivery.schemas import Keyboard, Target
from bot.directory import people
from bot.directory.schemas import PersonView
from bot.plan.service import Plan
from handlers.act import Act
from messages.engine import Payload


def target_of(person: PersonView) -> Target | None:
    """The person's private chat in his language; None if nothing can be sent there."""
    if person.platform_id is None or not person.reachable:
        return None
    return Target(person.platform_id, person.locale)


async def tell_person(act: Act, person: PersonView, payload: Payload, keyboard: Keyboard | None = None) -> None:
    """Tells the person, if he can be written to."""
    if target := target_of(person):
        await act.say(payload, keyboard, to=target)


async def tell_watchers(act: Act, region_code: str | None, payload: Payload) -> None:
    """Tells the administrators and the district's duty desk that something there cannot be reached any more."""
    for target in await watching(act.session, act.plan, act.now, region_code):
        if target.chat_id != act.platform_id:
            await act.say(payload, to=target)


async def watching(session: AsyncSession, plan: Plan, now: datetime, region_code: str | None) -> list[Target]:
    """The chats of the administrators and the district's duty desk who watch over the region."""
    watchers = await people.watchers(session, now, region_code or plan.district.code)
    return [target for person in watchers if (target := target_of(person))]
