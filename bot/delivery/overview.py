"""How the outbox stands, in one look: what waits, what went wrong lately, who is left alone, how fast it has been.

Everything here is a handful of queries that count in the database: a ledger of any age is answered in a moment. It
looks and changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.delivery import overview_repository as repository
from bot.delivery.models import CardState, Lane, MessageState
from bot.delivery.outcomes import Meaning, meaning_of_row, meaning_of_words
from bot.delivery.queue import EVERY_CHAT

LATELY = timedelta(hours=24)
"""A row that failed stays as it is for ever; what failed before was told, and is on paper."""
AN_HOUR = timedelta(hours=1)

_LOST = (Meaning.BLOCKED, Meaning.GONE)


@dataclass(frozen=True, slots=True)
class Spread:
    """How long it took from telling to the platform's acceptance, in seconds, of so many."""

    count: int
    median: float
    p95: float
    longest: float


@dataclass(frozen=True, slots=True)
class LaneView:
    """What waits in a lane. `oldest` is when its first message was told, `hour` how fast the last hour's were."""

    lane: Lane
    messages: int = 0
    cards: int = 0
    oldest: datetime | None = None
    hour: Spread | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """What did not arrive of what was told lately, messages and cards. `oldest` is the first that is uncertain."""

    failed: int = 0
    uncertain: int = 0
    held: int = 0
    oldest: datetime | None = None
    reasons: tuple[tuple[Meaning, int], ...] = ()

    @property
    def any(self) -> bool:
        """Whether there is something."""
        return bool(self.failed or self.uncertain or self.held)


@dataclass(frozen=True, slots=True)
class ParkedChat:
    """A chat that gets nothing before `until`, and what the platform meant."""

    chat_id: int
    until: datetime
    meaning: Meaning


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole. `down_until`: the platform does not answer and is asked again then. `disbelieved`: so many chats say
    they are lost that none of them is believed.
    """

    lanes: tuple[LaneView, ...]
    in_flight: int
    trouble: Trouble
    drill_waiting: int
    drill_trouble: Trouble
    parked: tuple[ParkedChat, ...]
    down_until: datetime | None
    disbelieved: int

    @property
    def waiting(self) -> int:
        """Messages and cards in all lanes."""
        return sum(lane.messages + lane.cards for lane in self.lanes)


@dataclass(frozen=True, slots=True)
class Told:
    """One version of a subject: to how many chats it was told, and how fast those were that have it."""

    chats: int
    sent: int
    spread: Spread | None


async def look(session: AsyncSession, now: datetime) -> Overview:
    """How everything stands at this instant."""
    waiting = await repository.waiting(session)
    behind = await repository.cards_behind(session)
    lately = await repository.not_arrived(session, now - LATELY)
    parked = [
        ParkedChat(chat, until, meaning_of_words(why)) for chat, until, why in await repository.parked(session, now)
    ]
    return Overview(
        lanes=_lanes(waiting, behind, await repository.sent_since(session, now - AN_HOUR)),
        in_flight=await repository.in_flight(session),
        trouble=_trouble(row for row in lately if not row.drill),
        drill_waiting=sum(row.count for row in (*waiting, *behind) if row.drill),
        drill_trouble=_trouble(row for row in lately if row.drill),
        parked=tuple(chat for chat in parked if chat.chat_id != EVERY_CHAT),
        down_until=next((chat.until for chat in parked if chat.chat_id == EVERY_CHAT), None),
        disbelieved=sum(chat.meaning in _LOST for chat in parked),
    )


@dataclass(frozen=True, slots=True)
class Figures:
    """What is looked at every few seconds: no times of what was sent, no names."""

    lanes: tuple[LaneView, ...]
    in_flight: int
    trouble: Trouble
    parked: int
    disbelieved: int
    is_down: bool


async def figures(session: AsyncSession, now: datetime) -> Figures:
    """The overview without what takes more than a glance; drills are none of it."""
    parked = await repository.parked(session, now)
    lately = await repository.not_arrived(session, now - LATELY)
    return Figures(
        lanes=_lanes(await repository.waiting(session), await repository.cards_behind(session), ()),
        in_flight=await repository.in_flight(session),
        trouble=_trouble(row for row in lately if not row.drill),
        parked=sum(chat != EVERY_CHAT for chat, _, _ in parked),
        disbelieved=sum(meaning_of_words(why) in _LOST for _, _, why in parked),
        is_down=any(chat == EVERY_CHAT for chat, _, _ in parked),
    )


async def of_version(session: AsyncSession, subject: str, version: int, purposes: Sequence[str]) -> Told:
    """How one version went out, by the first part of its text. What was dropped before it left is not counted."""
    rows = await repository.times_of(session, subject, version, purposes)
    sent = [(row.sent_at - row.created_at, row.count) for row in rows if row.sent_at and row.state is MessageState.SENT]
    chats = sum(row.count for row in rows)
    return Told(chats, sum(count for _, count in sent), spread_of(sent))


def spread_of(times: Iterable[tuple[timedelta, int]]) -> Spread | None:
    """Nearest-rank percentiles of durations that each came so often; None of nothing. A clock set back counts as 0."""
    ordered = sorted((max(0.0, took.total_seconds()), count) for took, count in times)
    total = sum(count for _, count in ordered)
    if not total:
        return None
    return Spread(total, _at_rank(ordered, total * 0.5), _at_rank(ordered, total * 0.95), ordered[-1][0])


def _at_rank(ordered: Sequence[tuple[float, int]], rank: float) -> float:
    seen = 0
    for seconds, count in ordered:
        seen += count
        if seen >= rank:
            return seconds
    return ordered[-1][0]


def _lanes(
    waiting: Sequence[repository.Waiting], behind: Sequence[repository.Waiting], sent: Sequence[repository.Times]
) -> tuple[LaneView, ...]:
    messages = {row.lane: row for row in waiting if not row.drill}
    cards = {row.lane: row.count for row in behind if not row.drill}
    return tuple(
        LaneView(
            lane,
            messages[lane].count if lane in messages else 0,
            cards.get(lane, 0),
            messages[lane].oldest if lane in messages else None,
            spread_of((row.sent_at - row.created_at, row.count) for row in sent if row.lane == lane and row.sent_at),
        )
        for lane in Lane
    )


def _trouble(rows: Iterable[repository.NotArrived]) -> Trouble:
    counts: Counter[str] = Counter()
    reasons: Counter[Meaning] = Counter()
    oldest: datetime | None = None
    for row in rows:
        counts[row.state] += row.count
        if row.state == MessageState.HELD:
            continue
        reasons[meaning_of_row(MessageState(row.state), row.error)] += row.count
        if row.state == MessageState.UNCERTAIN:
            oldest = min(oldest or row.oldest, row.oldest)
    failed, uncertain = counts[CardState.DEAD], counts[CardState.UNCERTAIN]
    return Trouble(failed, uncertain, counts[MessageState.HELD], oldest, tuple(reasons.most_common()))
