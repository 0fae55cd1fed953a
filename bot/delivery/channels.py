"""Use cases of channels: an administrator attaches one to a person, a unit or a group, tests it, detaches it.

The address is asked for in the private chat and is a secret from the moment it is said: it stands in its own column and
nowhere else. Nothing is sent here; the test is a row of the ledger like everything that is told.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import Actor, Permission
from bot.delivery import briefing, service
from bot.delivery import channel_repository as repository
from bot.delivery.addressing import channel_in
from bot.delivery.channel_results import CARD, subject_of
from bot.delivery.errors import AddressRefused
from bot.delivery.models import Channel, ChannelKind, ChannelState, Lane
from bot.delivery.schemas import ChannelView, Telling
from bot.directory import groups, people, rules
from bot.plan.service import Plan
from messages.channel import ChannelTest
from messages.engine import label

ASKED_FOR = timedelta(minutes=10)
"""So long an address that is no reply is taken for the answer."""

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
_SCHEMES: dict[ChannelKind, tuple[str, ...]] = {
    ChannelKind.MAIL: ("mailto", "mailtos"),
    ChannelKind.WECOM: ("wecombot", "https"),
    ChannelKind.DINGTALK: ("dingtalk", "https"),
    ChannelKind.FEISHU: ("feishu", "lark", "https"),
}
"""What an address of the kind begins with; the robots' own web addresses are understood as well."""

_MARK = 4


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a channel is: one of the three, with what he is called, where he belongs and his language."""

    name: str
    region_code: str
    locale: str
    person_id: int | None = None
    group_chat: int | None = None
    unit_key: str | None = None


async def owner_of_person(session: AsyncSession, plan: Plan, now: datetime, person_id: int) -> Owner | None:
    """The person as an owner, also one who has never joined; None for nobody."""
    person = await people.person(session, person_id, now)
    if person is None:
        return None
    home = await people.home_region(session, plan, person_id, now)
    return Owner(person.name, home or plan.district.code, person.locale, person_id=person_id)


async def owner_of_group(session: AsyncSession, plan: Plan, group_id: int) -> Owner | None:
    """The group as an owner; None for none."""
    group = await groups.get(session, group_id)
    if group is None:
        return None
    return Owner(group.title, group.region_code or plan.district.code, group.locale, group_chat=group.chat_id)


def owner_of_unit(plan: Plan, unit_key: str) -> Owner | None:
    """The unit as an owner; None for one the pack does not have."""
    unit = plan.units.get(unit_key)
    return Owner(unit.name, unit.region, plan.info.locale, unit_key=unit_key) if unit else None


async def ask(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, owner: Owner, kind: ChannelKind) -> int:
    """The actor is asked for the address of a new channel; its id. Whatever he was asked before is void.

    Raises:
        NotAllowed: without channel.attach where the owner belongs.
    """
    rules.require_at(plan, actor, Permission.CHANNEL_ATTACH, owner.region_code)
    await repository.forget_asked(session, actor.person_id or 0)
    channel = Channel(
        kind=kind,
        person_id=owner.person_id,
        group_chat=owner.group_chat,
        unit_key=owner.unit_key,
        region_code=owner.region_code,
        locale=owner.locale,
        created_by=actor.person_id,
        created_at=now,
    )
    return (await repository.add(session, channel)).id


async def asked_of(session: AsyncSession, actor: Actor, now: datetime) -> int | None:
    """The channel whose address the actor was asked for lately and has not said."""
    if actor.person_id is None:
        return None
    channel = await repository.asked_by(session, actor.person_id, now - ASKED_FOR)
    return channel.id if channel else None


async def attach(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, channel_id: int, said: str) -> None:
    """The address of a channel was said: from now on it is told what is urgent; a test leaves at once.

    Raises:
        NotAllowed: without channel.attach where the owner belongs.
        AddressRefused: no address, one of another kind, one that is attached already; or too late.
    """
    channel = await repository.get(session, channel_id, lock=True)
    if channel is None or channel.state is not ChannelState.ASKED or channel.created_by != actor.person_id:
        raise AddressRefused("changed", ChannelKind.OTHER)
    rules.require_at(plan, actor, Permission.CHANNEL_ATTACH, channel.region_code)
    url = said.strip()
    if not _ADDRESS.fullmatch(url):
        raise AddressRefused("not_one", channel.kind)
    scheme = url.partition("://")[0].lower()
    if channel.kind in _SCHEMES and scheme not in _SCHEMES[channel.kind]:
        raise AddressRefused("other_kind", channel.kind)
    mark = hashlib.sha256(url.encode()).hexdigest()[:_MARK]
    if any(other.url == url for other in await repository.attached(session)):
        raise AddressRefused("twice", channel.kind)
    channel.url, channel.scheme, channel.fingerprint = url, scheme, mark
    channel.state, channel.attached_at = ChannelState.ATTACHED, now
    audit.record(session, now, actor, "channel.attach", subject_of(channel.id), **_facts(channel))
    await _test(session, plan, now, channel)


async def test(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, channel_id: int) -> None:
    """Sends a test once more. Raises as `detach`."""
    channel = await _attached(session, plan, actor, channel_id)
    channel.answered_at = channel.error = channel.failing_since = None
    audit.record(session, now, actor, "channel.test", subject_of(channel.id), **_facts(channel))
    await _test(session, plan, now, channel)
    await service.touch(session, subject_of(channel.id), role=CARD)


async def detach(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, channel_id: int) -> None:
    """From now on it is told nothing, what waits for it is not sent, and its address is forgotten.

    Raises:
        NotAllowed: without channel.attach where the owner belongs.
        AddressRefused: it is not attached.
    """
    channel = await _attached(session, plan, actor, channel_id)
    channel.state, channel.detached_at, channel.url = ChannelState.DETACHED, now, None
    await repository.cancel_waiting(session, channel.id)
    audit.record(session, now, actor, "channel.detach", subject_of(channel.id), **_facts(channel))
    await service.touch(session, subject_of(channel.id), role=CARD)


async def listed(session: AsyncSession, plan: Plan, actor: Actor) -> list[ChannelView]:
    """The attached channels the actor answers for, oldest first.

    Raises:
        NotAllowed: without channel.attach anywhere.
    """
    actor.require(Permission.CHANNEL_ATTACH)
    return [
        await _view(session, plan, channel)
        for channel in await repository.attached(session)
        if rules.may_at(plan, actor, Permission.CHANNEL_ATTACH, channel.region_code)
    ]


async def view(session: AsyncSession, plan: Plan, channel_id: int) -> ChannelView | None:
    """The channel without its address; None if there is none."""
    channel = await repository.get(session, channel_id)
    return await _view(session, plan, channel) if channel else None


async def name_of(session: AsyncSession, plan: Plan, chat_id: int) -> str:
    """What a channel is called, by its chat: what it is and whose; empty for none."""
    channel = await repository.get(session, channel_in(chat_id))
    if channel is None:
        return ""
    return f"{label(f'channel.kind.{channel.kind.value}', 'zh')}·{await _name(session, plan, channel)}"


async def _attached(session: AsyncSession, plan: Plan, actor: Actor, channel_id: int) -> Channel:
    channel = await repository.get(session, channel_id, lock=True)
    actor.require(Permission.CHANNEL_ATTACH)
    if channel is None or channel.state is not ChannelState.ATTACHED:
        raise AddressRefused("changed", ChannelKind.OTHER)
    rules.require_at(plan, actor, Permission.CHANNEL_ATTACH, channel.region_code)
    return channel


async def _test(session: AsyncSession, plan: Plan, now: datetime, channel: Channel) -> None:
    """A link test of one channel: marked as a drill, and nobody answers it."""
    how = Telling(subject_of(channel.id), "test", Lane.INTERACTIVE, seq=int(now.timestamp()), drill=True)
    words = ChannelTest(words="", owner=await _name(session, plan, channel), at=now)
    await briefing.tell(session, now, how, words, [channel])


async def _view(session: AsyncSession, plan: Plan, channel: Channel) -> ChannelView:
    return ChannelView(
        id=channel.id,
        kind=channel.kind,
        state=channel.state,
        owner=await _name(session, plan, channel),
        scheme=channel.scheme,
        fingerprint=channel.fingerprint,
        attached_at=channel.attached_at,
        answered_at=channel.answered_at,
        failing_since=channel.failing_since,
        error=channel.error,
    )


async def _name(session: AsyncSession, plan: Plan, channel: Channel) -> str:
    if channel.person_id is not None:
        person = await people.person(session, channel.person_id)
        return person.name if person else ""
    if channel.group_chat is not None:
        group = await groups.by_chat(session, channel.group_chat)
        return group.title if group else ""
    owner = owner_of_unit(plan, channel.unit_key or "")
    return owner.name if owner else ""


def _facts(channel: Channel) -> dict[str, Any]:
    """What the audit keeps: whose and which, by kind and mark; nothing of the address."""
    owner = {"person": channel.person_id, "group": channel.group_chat, "unit": channel.unit_key}
    known = {name: value for name, value in owner.items() if value is not None}
    return {**known, "kind": channel.kind.value, "mark": channel.fingerprint}
