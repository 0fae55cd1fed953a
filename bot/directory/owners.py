"""Who stands behind a chat or a person id: for what belongs to people, units and groups and follows them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.directory import owners_repository as repository


@dataclass(slots=True)
class Whereabouts:
    """In which chats somebody is now, and which people those are: a group has none, and who has not come no chat."""

    chats: set[int] = field(default_factory=set)
    people: set[int] = field(default_factory=set)


async def of_people(session: AsyncSession, person_ids: Collection[int]) -> dict[int, Whereabouts]:
    """Each person's private chat."""
    found = await repository.accounts(session, person_ids) if person_ids else ()
    return {person: Whereabouts(_chat(account), {person}) for person, account in found}


async def of_groups(session: AsyncSession, chat_ids: Collection[int]) -> dict[int, Whereabouts]:
    """The groups by a chat they have or once had: each where it is now."""
    moved = dict(await repository.moved(session, chat_ids)) if chat_ids else {}
    return {chat_id: Whereabouts({moved.get(chat_id, chat_id)}) for chat_id in chat_ids}


async def of_units(session: AsyncSession, unit_keys: Collection[str], now: datetime) -> dict[str, Whereabouts]:
    """Each unit's groups, and everybody on a post of it."""
    found = {key: Whereabouts() for key in unit_keys}
    if not unit_keys:
        return found
    for key, chat_id in await repository.groups_of_units(session, unit_keys):
        found[key or ""].chats.add(chat_id)
    for key, person, account in await repository.people_of_units(session, unit_keys, now):
        found[key].people.add(person)
        found[key].chats |= _chat(account)
    return found


def _chat(account: int | None) -> set[int]:
    return {account} if account is not None else set()
