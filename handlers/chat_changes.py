"""What follows when the sender finds a chat lost or moved: the directory knows it, and those who watch are told.

The platform tells the bot itself, too, sooner or later; whoever learns of it first tells, and nobody is told twice.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.delivery import service as delivery
from bot.delivery.ledger import Heed
from bot.delivery.models import Lane
from bot.delivery.outcomes import Meaning, meaning_of_words
from bot.delivery.schemas import ChatChange, Target, Telling
from bot.directory import groups, people
from bot.plan.service import Plan
from bot.warning import service as warnings
from handlers.directory.screens import post_names
from handlers.groups import screens
from handlers.telling import watching
from messages.directory import PersonGone
from messages.engine import Payload
from messages.groups import NobodyBelieved

# What the platform's words come to in ours; its own stay in the ledger.
_PUT_OUT, _DISSOLVED = ("kicked", "not a member", "channel_private"), ("was deleted", "deactivated")
_PERSON_BLOCKED = "blocked by the user"


def heeding(plan: Plan) -> Heed:
    """What the sender calls in the transaction in which it writes down that a chat is lost or has moved."""

    async def heed(session: AsyncSession, now: datetime, change: ChatChange) -> None:
        if change.disbelieved:
            await _nobody_believed(session, plan, now, change)
        elif change.regained is not None:
            await _regained(session, now, change.chat_id, change.regained)
        elif change.moved_to is not None:
            await _moved(session, plan, now, change.chat_id, change.moved_to)
        elif change.chat_id < 0:
            await _group_lost(session, plan, now, change)
        else:
            await _person_lost(session, plan, now, change)

    return heed


async def _moved(session: AsyncSession, plan: Plan, now: datetime, old: int, new: int) -> None:
    group = await groups.migrate(session, now, old, new)
    await warnings.migrate_chat(session, old, new)
    if group is not None:
        target = Target(group.chat_id, group.locale, group.thread_id)
        await _tell(session, now, new, screens.moved(plan, group), [target])


async def _group_lost(session: AsyncSession, plan: Plan, now: datetime, change: ChatChange) -> None:
    reason = _why_lost(change.reason)
    group = await groups.lost(session, now, change.chat_id, reason)
    if group is not None:
        targets = await watching(session, plan, now, group.region_code)
        await _tell(session, now, change.chat_id, screens.lost(plan, group, reason), targets)


def _why_lost(words: str) -> str:
    """A word of the template: removed, deleted, unknown, or muted, which everything else comes to."""
    said = words.lower()
    if any(phrase in said for phrase in _PUT_OUT):
        return "removed"
    if any(phrase in said for phrase in _DISSOLVED):
        return "deleted"
    return "unknown" if meaning_of_words(words) is Meaning.BLOCKED else "muted"


async def _person_lost(session: AsyncSession, plan: Plan, now: datetime, change: ChatChange) -> None:
    reason = "blocked" if _PERSON_BLOCKED in change.reason.lower() else "unreachable"
    person = await people.unreachable(session, now, change.chat_id, reason)
    if person is None:
        return
    home = await people.home_region(session, plan, person.id, now)
    payload = PersonGone(name=person.name, phone=person.phone, posts=post_names(plan, person), reason=reason)
    await _tell(session, now, change.chat_id, payload, await watching(session, plan, now, home))


async def _nobody_believed(session: AsyncSession, plan: Plan, now: datetime, change: ChatChange) -> None:
    """Comes late where nothing arrives at all; the log and the heartbeat say it at once."""
    how = Telling(f"chats:{now.isoformat()}", "disbelieved", Lane.URGENT, critical=True)
    targets = await watching(session, plan, now, None)
    await delivery.tell(session, now, how, NobodyBelieved(chats=change.disbelieved, at=now), targets)


async def _regained(session: AsyncSession, now: datetime, chat_id: int, noted_at: datetime) -> None:
    """It was not lost after all; whoever has not been told so yet is not told."""
    if chat_id < 0:
        await groups.regained(session, now, chat_id)
    else:
        await people.reachable_again(session, now, chat_id)
    await delivery.cancel(session, _subject(chat_id, noted_at))


async def _tell(session: AsyncSession, now: datetime, chat_id: int, payload: Payload, targets: list[Target]) -> None:
    await delivery.tell(session, now, Telling(_subject(chat_id, now), "changed", Lane.INTERACTIVE), payload, targets)


def _subject(chat_id: int, now: datetime) -> str:
    # The instant makes it a text of its own: a chat may be lost, come back and be lost again.
    return f"chat:{chat_id}:{now.isoformat()}"
