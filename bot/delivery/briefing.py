"""The short variant of what is urgent, for every channel of those who are told: rows beside their chats' own.

A channel is told once whoever of its owners hears of it, under the subject, version and purpose of the full text: so
order, repeating, superseding and cancelling hold for it as for a chat. What it carries is another text.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from zlib import crc32

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.bells import ring_after_commit
from bot.delivery import channel_repository, repository
from bot.delivery.addressing import channel_chat
from bot.delivery.models import Channel, ChannelKind, Lane
from bot.delivery.schemas import Target, Telling
from bot.directory import owners
from bot.directory.owners import Whereabouts
from messages.engine import label
from messages.shortening import LONGEST_SHORT, Short, shortened, size

_SEQ = 2**31 - 1

ShortOf = Short | Callable[[str], Short]
"""The short variant, or what gives it in a locale."""


async def brief(
    session: AsyncSession,
    now: datetime,
    how: Telling,
    short: ShortOf,
    chats: Collection[int],
    people: Collection[int] = (),
) -> None:
    """Queues it for every channel of these chats and people, if it is urgent. Doing it again changes nothing."""
    if how.lane is Lane.URGENT:
        await tell(session, now, how, short, await reached(session, now, chats, people))


async def brief_once(session: AsyncSession, now: datetime, how: Telling, short: Short, chats: Collection[int]) -> None:
    """The same, but only for channels that have been told nothing of this version of the subject, in any words."""
    seen = await told(session, how.subject, how.version)
    new = [channel for channel in await reached(session, now, chats) if channel_chat(channel.id) not in seen]
    # What is told later may read otherwise, and different texts must not share a key.
    await tell(session, now, replace(how, seq=crc32(repr(short).encode()) & _SEQ), short, new)


async def reached(
    session: AsyncSession, now: datetime, chats: Collection[int], people: Collection[int] = ()
) -> list[Channel]:
    """The attached channels of these chats and people: their own, their groups', their units'."""
    found = await attached(session) if chats or people else ()
    if not found:
        return []
    whose = await _whose(session, now, found)
    told, persons = set(chats), set(people)
    return [channel for channel in found if whose[channel.id].chats & told or whose[channel.id].people & persons]


async def tell(session: AsyncSession, now: datetime, how: Telling, short: ShortOf, channels: Iterable[Channel]) -> None:
    """Queues it for these channels, in whatever lane."""
    own = replace(how, reply_to=None, media=None, pin=False)
    by_locale: dict[str, list[Target]] = {}
    for channel in channels:
        by_locale.setdefault(channel.locale, []).append(Target(channel_chat(channel.id), channel.locale))
    for locale, targets in sorted(by_locale.items()):
        # A text of its own under the same key: what chats read has the purpose without `:short`.
        key = replace(own, purpose=f"{how.purpose}:short")
        words = short if isinstance(short, Short) else short(locale)
        text_id = await repository.text_id(session, key, locale, _body(words, locale, drill=how.drill))
        await repository.add_messages(session, now, own, text_id, targets)
        ring_after_commit(session, "send")


async def attached(session: AsyncSession) -> Sequence[Channel]:
    """Every attached channel, oldest first."""
    return await channel_repository.attached(session)


async def told(session: AsyncSession, subject: str, version: int) -> set[int]:
    """The channels, by chat, that have a row of that version already."""
    return await channel_repository.told(session, subject, version)


async def sent_to_people(session: AsyncSession, subject: str, version: int) -> dict[int, set[ChannelKind]]:
    """By person: through which kinds of his own channels that version has left. Nobody there says that he has it."""
    found: dict[int, set[ChannelKind]] = {}
    for person, kind in await channel_repository.sent_to_people(session, subject, version):
        found.setdefault(person, set()).add(kind)
    return found


async def people_with_one(session: AsyncSession) -> set[int]:
    """Everybody who has a channel of his own."""
    return {channel.person_id for channel in await attached(session) if channel.person_id is not None}


def _body(short: Short, locale: str, *, drill: bool) -> dict[str, str | bool]:
    mark = f"{label('delivery.drill', locale)}\n" if drill else ""
    return {"text": f"{mark}{shortened(short, locale, room=LONGEST_SHORT - size(mark))}", "plain": True}


async def _whose(session: AsyncSession, now: datetime, found: Sequence[Channel]) -> dict[int, Whereabouts]:
    people = await owners.of_people(session, {row.person_id for row in found if row.person_id is not None})
    groups = await owners.of_groups(session, {row.group_chat for row in found if row.group_chat is not None})
    units = await owners.of_units(session, {row.unit_key for row in found if row.unit_key is not None}, now)
    nowhere = Whereabouts()
    return {
        row.id: people.get(row.person_id or 0)
        or groups.get(row.group_chat or 0)
        or units.get(row.unit_key or "", nowhere)
        for row in found
    }
