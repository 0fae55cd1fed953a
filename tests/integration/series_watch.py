"""Whether everybody was told what he must be told of a series: the platform's own record against the ledger.

What is expected is worked out from bare rows by the codes alone, at the instant a version is issued.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.database import Database
from bot.delivery.models import Message, MessageState, Text
from bot.directory.models import Group, GroupState, Holding, Person, PersonState, Post, Role
from bot.plan.schema import Level, WarningAct
from bot.plan.service import Plan
from bot.plan.warnings import WarningReach
from bot.warning.models import PhoneResult, Place, Recipient, Series, Version, VersionState
from bot.warning.rules import ENDS, nowhere
from messages.engine import label
from tests.integration.phones import Call, Phones
from tests.integration.series_story import all_of, rows_of

NOTED = (MessageState.DEAD, MessageState.UNCERTAIN)
"""The ledger says why a text is not on the phone; one that ends nothing may be held, too."""

DROPPED = (MessageState.SUPERSEDED, MessageState.CANCELLED)
WAITING = (MessageState.QUEUED, MessageState.RETRY, MessageState.HELD)
TOLD = ("warning", "notice")

Edition = tuple[str, int]


@dataclass(frozen=True, slots=True)
class _Chat:
    """A group has a tier, a person a post."""

    chat_id: int
    region_code: str
    tier: Level | None
    post: str | None


@dataclass(slots=True)
class Issue:
    """A version that was issued: whom it concerned just then, and who held or may have held a former text."""

    key: Edition
    act: WarningAct
    surely: set[int]
    perhaps: set[int]
    """With whom it concerned only just before or just after: people come and go meanwhile."""
    holders: set[int]
    doubtful: set[int]
    """With whom a former text was in hand when the sender died, though the platform never saw it; who was reminded of
    one, though it was refused itself."""
    by_telephone: set[int]
    """Chats whose people were told a former version by telephone, or by somebody who was sent."""


class _Reminders:
    """Which version a reminder was about. Two versions of a level are reminded of in the same words."""

    def __init__(self, rows: Sequence[tuple[Message, str]]) -> None:
        self._by_id = {(row.chat_id, row.message_id): (row.subject, row.version) for row, _ in rows if row.message_id}
        self._by_words: dict[tuple[int, str], set[Edition]] = {}
        for row, words in rows:
            self._by_words.setdefault((row.chat_id, words), set()).add((row.subject, row.version))

    def edition_of(self, call: Call) -> Edition | None:
        """None if it is no reminder, or if its words leave open of what and the ledger does not know its id."""
        if known := self._by_id.get((call.chat, call.message_id)):
            return known
        possible = self._by_words.get((call.chat, bare(call)), set())
        return next(iter(possible)) if len(possible) == 1 else None


@dataclass(slots=True)
class Drop:
    """A text that was not to leave any more when so many calls had been made."""

    chat: int
    text: str
    calls: int


@dataclass(slots=True)
class Watch:
    """Looks at every deed, and compares when everything is at rest."""

    database: Database
    plan: Plan
    phones: Phones
    issues: list[Issue] = field(default_factory=list)
    drops: dict[int, Drop] = field(default_factory=dict)
    in_hand_at_death: set[tuple[int, str]] = field(default_factory=set)

    async def died(self) -> None:
        """The sender is dead: what it had in hand cannot be known to it."""
        async with self.database.read() as session:
            texts = await self._texts(session)
            for row in await all_of(session, Message):
                if row.state is MessageState.SENDING:
                    self.in_hand_at_death.add((row.chat_id, texts[row.text_id]))

    @asynccontextmanager
    async def deed(self, now: datetime) -> AsyncIterator[AsyncSession]:
        """One transaction; what was issued and what was dropped by it is written down."""
        issues: list[Issue] = []
        drops: dict[int, Drop] = {}
        async with self.database.write() as session:
            waiting = {row.id for row in await all_of(session, Message) if row.state not in DROPPED}
            known = {row.id for row in await all_of(session, Version) if row.state is VersionState.ISSUED}
            before = await self._chats(session, now)
            yield session
            await session.flush()
            session.expire_all()
            after = await self._chats(session, now)
            for version in await all_of(session, Version):
                if version.state is VersionState.ISSUED and version.id not in known:
                    issues.append(await self._issue(session, version, before, after))
            texts = await self._texts(session)
            for row in await all_of(session, Message):
                if row.id in waiting and row.state in DROPPED and _tells(row):
                    drops[row.id] = Drop(row.chat_id, texts[row.text_id], 0)
        for drop in drops.values():
            drop.calls = len(self.phones.calls)
        self.issues += issues
        self.drops |= drops

    async def compare(self) -> None:
        """Raises AssertionError for whatever is not right at rest."""
        async with self.database.read() as session:
            texts = await self._texts(session)
            told = await all_of(session, Message)
        rows = [row for row in told if _tells(row)]
        reminders = _Reminders([(row, texts[row.text_id]) for row in told if _reminds(row)])
        said = {texts[row.text_id]: (row.subject, row.version) for row in rows}
        self._nothing_left_that_was_dropped()
        self._each_chat_reads_in_order(said)
        self._nobody_is_reminded_of_what_comes_later(said, reminders)
        self._the_ledger_says_sent_of_what_arrived(rows, texts)
        newest = {issue.key[0]: issue for issue in self.issues}
        for issue in self.issues:
            self._nobody_else_was_told(issue, said)
            if newest[issue.key[0]] is issue:
                self._everybody_has(issue, rows, said)

    def _everybody_has(self, issue: Issue, rows: Sequence[Message], said: dict[str, Edition]) -> None:
        """Whoever it concerns or who holds a former text: it is on the phone, or the ledger says why not."""
        must = issue.holders if issue.act in ENDS else issue.surely | issue.holders
        arrived = {call.chat for call in self._of(issue, self.phones.arrived, said)}
        mine = [row for row in rows if (row.subject, row.version) == issue.key]
        noted = {row.chat_id for row in mine if row.state in NOTED and row.error}
        noted |= {row.chat_id for row in mine if row.state is MessageState.HELD and issue.act not in ENDS}
        without = {chat for chat in must - arrived - noted if chat > nowhere(0)}
        assert not without, f"{issue} is missing in {without}: {[(row.chat_id, row.state) for row in mine]}"

    def _nobody_else_was_told(self, issue: Issue, said: dict[str, Edition]) -> None:
        called = {call.chat for call in self._of(issue, self.phones.calls, said)}
        may = issue.holders | issue.doubtful | issue.by_telephone
        may |= set() if issue.act in ENDS else issue.perhaps
        assert called <= may, f"{issue} was told to {called - may}, whom it does not concern"

    def _nothing_left_that_was_dropped(self) -> None:
        for drop in self.drops.values():
            late = [
                call for call in self.phones.calls[drop.calls :] if (call.chat, bare(call)) == (drop.chat, drop.text)
            ]
            assert not late, f"{late} left after it was superseded"

    def _each_chat_reads_in_order(self, said: dict[str, Edition]) -> None:
        read: dict[tuple[int, str], int] = {}
        for call in self.phones.arrived:
            if (found := said.get(bare(call))) is None:
                continue
            subject, version = found
            former = read.get((call.chat, subject), 0)
            is_repeat = call.text.startswith(label("delivery.repeated", "zh"))
            assert version > former or (is_repeat and version == former), f"{call} after version {former}"
            read[call.chat, subject] = version

    def _nobody_is_reminded_of_what_comes_later(self, said: dict[str, Edition], reminders: _Reminders) -> None:
        reminded: set[tuple[int, Edition]] = set()
        read: set[tuple[int, Edition]] = set()
        for call in self.phones.arrived:
            if found := said.get(bare(call)):
                is_first = (call.chat, found) not in read
                assert not is_first or (call.chat, found) not in reminded, f"{call} after its reminder"
                read.add((call.chat, found))
            elif asked := reminders.edition_of(call):
                reminded.add((call.chat, asked))

    def _the_ledger_says_sent_of_what_arrived(self, rows: Sequence[Message], texts: dict[int, str]) -> None:
        arrived = {(call.chat, bare(call)) for call in self.phones.arrived}
        for row in rows:
            is_there = (row.chat_id, texts[row.text_id]) in arrived
            assert row.state is not MessageState.SENT or is_there, f"{row} was never there"
            assert row.state is not MessageState.SENDING, f"{row} is in hand while everything rests"

    def _of(self, issue: Issue, calls: Sequence[Call], said: dict[str, Edition]) -> Iterator[Call]:
        return (call for call in calls if said.get(bare(call)) == issue.key)

    # what was so at the instant

    async def _issue(self, session: AsyncSession, version: Version, *populations: Sequence[_Chat]) -> Issue:
        texts, subject = await self._texts(session), f"warning:{version.series_id}"
        every = await all_of(session, Message)
        rows = [row for row in every if _tells(row) and row.subject == subject and row.version < version.number]
        late = [row for row in rows if row.state in WAITING]
        assert not late, f"{late} may leave after version {version.number}"
        former = {(row.chat_id, texts[row.text_id]) for row in rows}
        calls = [call for call in self.phones.calls if (call.chat, bare(call)) in former]
        told = [row for row in await all_of(session, Recipient) if row.series_id == version.series_id]
        reminded = {(row.chat_id, texts[row.text_id]) for row in every if _reminds(row) and row.subject == subject}
        by_telephone = {row.chat_id for row in told if row.phoned in (PhoneResult.REACHED, PhoneResult.MESSENGER)}
        kinds = {each.id: each.kind_key for each in await all_of(session, Series)}
        places = [each for each in await rows_of(session, Place) if each.version_id == version.id]
        before, after = (self._concerned(kinds[version.series_id], places, chats) for chats in populations)
        return Issue(
            (subject, version.number),
            version.act,
            before & after,
            before | after,
            {call.chat for call in calls if not call.refused},
            {chat for chat, _ in (former | reminded) & self.in_hand_at_death}
            | {call.chat for call in self.phones.calls if (call.chat, bare(call)) in reminded and not call.refused},
            by_telephone,
        )

    async def _chats(self, session: AsyncSession, now: datetime) -> list[_Chat]:
        """Every bound group and whoever holds a post, with its place."""
        bound = [each for each in await all_of(session, Group) if each.state is GroupState.BOUND]
        chats = [_Chat(each.chat_id, each.region_code or "", Level(str(each.tier)), None) for each in bound]
        post = {each.id: each for each in await all_of(session, Post)}
        active = {each.id: each for each in await all_of(session, Person) if each.state is PersonState.ACTIVE}
        for seat in await all_of(session, Holding):
            person = active.get(seat.person_id)
            if person and seat.role is Role.HOLDER and (seat.ends_at is None or seat.ends_at > now):
                chat_id = person.platform_id or nowhere(person.id)
                chats.append(_Chat(chat_id, post[seat.post_id].region_code, None, post[seat.post_id].kind))
        return chats

    def _concerned(self, kind: str, places: Sequence[Place], chats: Sequence[_Chat]) -> set[int]:
        found = set()
        for chat in chats:
            reaches = self._reaches(places, kind, chat.region_code)
            if any(chat.tier in reach.tiers or chat.post in reach.posts for reach in reaches):
                found.add(chat.chat_id)
        return found

    def _reaches(self, places: Sequence[Place], kind: str, code: str) -> list[WarningReach]:
        near = {each.level for each in places if _meet(each.region_code, code)}
        return [self.plan.reach(level, kind) for level in near]

    @staticmethod
    async def _texts(session: AsyncSession) -> dict[int, str]:
        return {text.id: str(text.body.get("text")).strip() for text in await all_of(session, Text)}


def bare(call: Call) -> str:
    """Without the mark of a repeat."""
    return call.text.removeprefix(label("delivery.repeated", "zh")).strip()


def _tells(row: Message) -> bool:
    return row.purpose.partition("/")[0] in TOLD and not row.subject.endswith(":pin")


def _reminds(row: Message) -> bool:
    return row.purpose in ("nudge", "deputise")


def _meet(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
