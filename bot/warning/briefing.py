"""The short variant of a version, for channels that are no chats: SMS gateways, mailboxes, robots of other platforms.

Red and orange go to the channels of everybody told, also of somebody who has never joined the chat. A channel that may
hold a former text hears of everything that follows, whatever its level, as a chat does. What stands in the short text
are fields of the version and its own words as far as they fit: nothing is reworded.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.delivery import briefing
from bot.delivery import service as delivery
from bot.delivery.addressing import channel_chat
from bot.delivery.models import Channel, Lane
from bot.delivery.schemas import Telling
from bot.directory import places as naming
from bot.plan.schema import WarningLevel
from bot.plan.service import Plan
from bot.warning import repository
from bot.warning.models import Origin, Recipient, Series, Version
from bot.warning.rules import ENDS, lane_of
from messages.channel import WarningShort

PURPOSE = "notice"
"""One for all of a channel's owners, whether they must answer or are only to know: a channel is told once."""

_PLACES = 3
_LEVELS = 10


async def brief(
    session: AsyncSession,
    plan: Plan,
    now: datetime,
    subject: str,
    series: Series,
    version: Version,
    told: Sequence[Recipient],
    *,
    first: int = 0,
) -> None:
    """Queues the short variant for the channels of those told, each at the highest level that holds for one of them.

    `first` as in `telling.tell`: told later it may read otherwise, since a pack's numbers change.
    """
    attached = await briefing.attached(session)
    if not attached:
        return
    seen = await briefing.told(session, subject, version.number)
    by_level = await _reached(session, now, series, version, told, seen)
    read = await delivery.may_have_read(session, subject, [PURPOSE])
    for channel in attached:
        if channel_chat(channel.id) in read - seen:
            by_level.setdefault(version.level, []).append(channel)
    places = await repository.places(session, version.id)
    names = await naming.names_of(session, plan, {place.region_code for place in places})
    for level, channels in by_level.items():
        how = _how(subject, series, version, level, first)
        here = [place for place in places if place.level is level] or places
        short = _short(plan, series, version, level, [names[place.region_code] for place in here])
        await briefing.tell(session, now, how, short, channels)


async def _reached(
    session: AsyncSession,
    now: datetime,
    series: Series,
    version: Version,
    told: Sequence[Recipient],
    seen: set[int],
) -> dict[WarningLevel, list[Channel]]:
    """The channels to be told, by level, each once and added to `seen`. An end goes only to those that hold a text."""
    found: dict[WarningLevel, list[Channel]] = {}
    if version.act in ENDS:
        return found
    for level in sorted({row.level for row in told if row.level}, key=lambda level: level.rank):
        if lane_of(level, drill=series.drill) is not Lane.URGENT:
            continue
        rows = [row for row in told if row.level is level]
        people = {row.person_id for row in rows if row.person_id is not None}
        channels = await briefing.reached(session, now, {row.chat_id for row in rows}, people)
        found[level] = [channel for channel in channels if channel_chat(channel.id) not in seen]
        seen |= {channel_chat(channel.id) for channel in found[level]}
    return found


def _how(subject: str, series: Series, version: Version, level: WarningLevel, first: int) -> Telling:
    return Telling(
        subject,
        PURPOSE,
        lane_of(level, drill=series.drill),
        version=version.number,
        seq=first * _LEVELS + level.rank,
        critical=True,
        drill=series.drill,
        valid_until=None if version.act in ENDS else version.valid_until,
    )


def _short(plan: Plan, series: Series, version: Version, level: WarningLevel, names: Sequence[str]) -> WarningShort:
    kind = plan.warning_kind(series.kind_key)
    return WarningShort(
        number=series.number or "",
        kind=kind.words,
        kind_en=kind.name_en,
        level=level.value,
        act=version.act.value,
        relayed=series.origin is Origin.RELAYED,
        places=tuple(names[:_PLACES]),
        more=max(0, len(names) - _PLACES),
        source=series.source_words,
        published_at=version.published_at,
        valid_until=None if version.act in ENDS else version.valid_until,
        phone=plan.duty_phone(plan.district.code),
        words=version.text,
    )
