"""Every answer of the platform, to its end: what it leaves of the row, of the card and of the chat."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import select

from bot.core.database import Database
from bot.delivery import ledger, queue, service
from bot.delivery.gateway import Gateway, GatewayError, Refused, Unknown
from bot.delivery.models import Card, CardState, Chat, ChatState, Lane, Message, MessageState
from bot.delivery.outcomes import Meaning, Outcome, meaning_of_row, outcome_of
from bot.delivery.schemas import ChatChange, Screen, Target, Telling
from tests.answers import ANSWERS, ENDS, Answer
from tests.integration.delivery.post import REPEATED, Post

NOW = datetime(2026, 7, 12, tzinfo=UTC)
GROUP, TOPIC, THERE = -1001, 7, 41


@dataclass(slots=True)
class Ledger:
    """A row and a card of one group that are on their way, both to a topic, the row as a reply."""

    database: Database
    heard: list[ChatChange] = field(default_factory=list)

    async def begin(self) -> None:
        """The card is there already and is being edited."""
        target = Target(GROUP, thread_id=TOPIC)
        how = Telling("warning:1", "text", Lane.URGENT, critical=True, reply_to=12)
        async with self.database.write() as session:
            await service.show(session, NOW, how, Screen("<b>撤离</b>"), [target])
            await service.wish_card(session, NOW, subject="warning:1", role="board", target=target, lane=Lane.URGENT)
            card = (await session.exec(select(Card))).one()
            card.painted_rev, card.body, card.message_id = card.wanted_rev, {"text": "卡片"}, THERE
        async with self.database.write() as session:
            row, card = (await session.exec(select(Message))).one(), (await session.exec(select(Card))).one()
            row.state, row.sending_at, card.state = MessageState.SENDING, NOW, CardState.SENDING

    async def ends(self, outcome: Outcome) -> None:
        """Both come back with that outcome."""
        async with self.database.write() as session:
            results = [(shipment, outcome) for shipment in await queue.interrupted(session)]
            assert len(results) == 2
            await ledger.settle_all(session, NOW, results, self._heed, ledger.Memory())

    async def row(self) -> Message:
        async with self.database.read() as session:
            return (await session.exec(select(Message))).one()

    async def card(self) -> Card:
        async with self.database.read() as session:
            return (await session.exec(select(Card))).one()

    async def chat(self) -> Chat | None:
        async with self.database.read() as session:
            return await session.get(Chat, GROUP)

    async def _heed(self, _session: object, _now: datetime, change: ChatChange) -> None:
        self.heard.append(change)


@pytest.fixture
async def under_way(database: Database) -> Ledger:
    found = Ledger(database)
    await found.begin()
    return found


@pytest.mark.parametrize("answer", ANSWERS, ids=str)
async def test_an_answer_leaves_row_card_and_chat_as_the_table_says(under_way: Ledger, answer: Answer) -> None:
    outcome = outcome_of(answer.error)
    await under_way.ends(outcome)
    row, card, chat = await under_way.row(), await under_way.card(), await under_way.chat()
    assert (row.state, card.state) == (answer.end.row, answer.end.card)
    assert (chat.state if chat else ChatState.OPEN) is answer.end.chat
    if row.state is MessageState.DEAD:
        assert row.error == outcome.text, "the ledger keeps the platform's own words"
        assert meaning_of_row(row.state, row.error) in (answer.meaning, Meaning.REJECTED)
    lost = answer.end.chat is not ChatState.OPEN
    assert {change.chat_id for change in under_way.heard} == ({GROUP} if lost else set())


@pytest.mark.parametrize(
    ("meaning", "row", "card"),
    [
        (Meaning.FLOODED, {"attempts": 0, "sending_at": None}, {"attempts": 0}),
        (Meaning.THREAD_LOST, {"thread_id": None}, {"thread_id": None}),
        (Meaning.REPLY_LOST, {"reply_to": None}, {}),
        (Meaning.BROKEN_MARKUP, {"plain": True}, {"plain": True}),
        (Meaning.EDIT_LOST, {}, {"message_id": None, "repeated": False}),
        (Meaning.UNCERTAIN, {"repeated": True}, {"repeated": False, "attempts": 1}),
        (Meaning.UNSENT, {"attempts": 1, "repeated": False}, {"attempts": 1}),
    ],
)
async def test_what_is_tried_again_is_tried_otherwise(
    under_way: Ledger, meaning: Meaning, row: Mapping[str, Any], card: Mapping[str, Any]
) -> None:
    await under_way.ends(Outcome(meaning, "said", retry_after=5))
    there, shown = await under_way.row(), await under_way.card()
    assert {name: getattr(there, name) for name in row} == dict(row)
    assert {name: getattr(shown, name) for name in card} == dict(card)


async def test_a_moved_group_without_a_new_number_is_lost_and_not_asked_for_ever(under_way: Ledger) -> None:
    said = "Bad Request: group chat was upgraded to a supergroup chat"
    await under_way.ends(outcome_of(Refused("sendMessage", 400, said, {})))
    assert (await under_way.row()).state is MessageState.DEAD
    assert [change.moved_to for change in under_way.heard] == [None, None]


# --- at the wire -----------------------------------------------------------------------------------------------------


class Answering:
    """A platform that gives these answers first, each instead of one send, and then does what it is asked."""

    def __init__(self, gateway: Gateway, errors: Sequence[GatewayError]) -> None:
        self._gateway = gateway
        self._errors = list(errors)

    async def call(self, method: str, params: Mapping[str, Any], *, timeout: float = 20.0) -> Any:
        if method != "getMe" and self._errors:
            raise self._errors.pop(0)
        return await self._gateway.call(method, params, timeout=timeout)

    def download(self, path: str) -> AsyncIterator[bytes]:
        return self._gateway.download(path)


async def sent_after(post: Post, *errors: GatewayError) -> None:
    async with Gateway(post.sandbox.token, post.sandbox.url) as gateway, post.sending(Answering(gateway, errors)):
        while (due := await post.settled()) is not None:
            post.pass_time((due - post.clock.now()).total_seconds() + 0.01)


def first_of(meaning: Meaning) -> GatewayError:
    return next(answer.error for answer in ANSWERS if answer.meaning is meaning)


@pytest.mark.parametrize("meaning", sorted({answer.meaning for answer in ANSWERS} - {Meaning.DELIVERED}))
async def test_whatever_is_said_to_one_row_the_next_one_arrives(post: Post, officer: int, meaning: Meaning) -> None:
    """A poison row stops nobody, neither its own series nor others."""
    poison = await post.tell(officer, "撤离", Lane.URGENT, subject="a:1")
    after = await post.tell(officer, "下一条", Lane.URGENT, subject="a:1")
    other = await post.tell(officer, "另一件", Lane.ROUTINE)
    await sent_after(post, first_of(meaning))
    assert [(await post.row(each)).state for each in (after, other)] == [MessageState.SENT] * 2
    ended = MessageState.DEAD if ENDS[meaning].row is MessageState.DEAD or _has_no_other_way(meaning) else None
    assert (await post.row(poison)).state is (ended or MessageState.SENT)


def _has_no_other_way(meaning: Meaning) -> bool:
    """Neither in a topic nor a reply: there is nothing to leave out."""
    return meaning in (Meaning.THREAD_LOST, Meaning.REPLY_LOST)


async def test_a_second_time_without_an_answer_it_is_left_and_the_next_one_goes(post: Post, officer: int) -> None:
    lost = Unknown("sendMessage", "HTTP 504 without JSON")
    number = await post.tell(officer, "撤离", Lane.URGENT, subject="a:1")
    after = await post.tell(officer, "下一条", Lane.URGENT, subject="a:1")
    await sent_after(post, lost, lost)
    row = await post.row(number)
    assert (row.state, meaning_of_row(row.state, row.error)) == (MessageState.UNCERTAIN, Meaning.UNCERTAIN)
    assert (await post.row(after)).state is MessageState.SENT
    assert await post.texts(officer) == ["下一条"]


async def test_a_group_that_takes_no_photos_is_not_lost_for_it(post: Post, group: int) -> None:
    number = await post.tell(group, "图")
    after = await post.tell(group, "文字")
    await sent_after(post, first_of(Meaning.FILE_REFUSED))
    assert [(await post.row(each)).state for each in (number, after)] == [MessageState.DEAD, MessageState.SENT]
    assert (await post.texts(group), post.heard) == (["文字"], [])


async def test_a_row_that_was_on_its_way_when_we_died_says_so_in_words_that_are_read_again(
    post: Post, officer: int
) -> None:
    number = await post.tell(officer, "提醒", Lane.ROUTINE)
    await post.set_row(number, state=MessageState.SENDING, sending_at=post.clock.now())
    await post.sent()
    row = await post.row(number)
    assert (row.state, meaning_of_row(row.state, row.error)) == (MessageState.UNCERTAIN, Meaning.INTERRUPTED)


async def test_a_frozen_account_keeps_everything_and_asks_again(post: Post, officer: int) -> None:
    number = await post.tell(officer, "撤离", Lane.URGENT)
    await sent_after(post, Refused("sendMessage", 400, "Bad Request: FROZEN_METHOD_INVALID", {}))
    assert (await post.row(number)).state is MessageState.SENT
    assert REPEATED not in (await post.texts(officer))[0], "it never arrived: nothing is a repeat"
