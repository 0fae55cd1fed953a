"""Starting, dying, draining, and acts that come between a claim and its sending."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial

import pytest

from bot.core.errors import Unavailable
from bot.delivery import lateness, ledger, service
from bot.delivery.models import Card, CardState, Lane, MessageState
from bot.delivery.pacing import Policy, Rate
from bot.delivery.schemas import Screen, Target, Telling
from bot.delivery.sender import Sender
from tests.integration.delivery.post import REPEATED, Gate, Post
from tests.waiting import eventually


async def test_what_was_being_sent_when_it_died_is_repeated_marked_if_somebody_depends_on_it(
    post: Post, officer: int
) -> None:
    urgent, routine = await post.tell(officer, "撤离", Lane.URGENT), await post.tell(officer, "提醒", Lane.ROUTINE)
    for number in (urgent, routine):
        await post.set_row(number, state=MessageState.SENDING, sending_at=post.clock.now())
    await post.sent()
    assert await post.texts(officer) == [f"{REPEATED}\n撤离"]
    assert await post.states() == [MessageState.SENT, MessageState.UNCERTAIN]


async def test_what_was_only_read_from_the_queue_when_it_died_goes_out_unmarked(
    post: Post, officer: int, gate: Gate
) -> None:
    await post.tell(officer, "撤离", Lane.URGENT)
    await post.tell(officer, "提醒", Lane.ROUTINE)
    async with post.sending(gate):
        await gate.reached.wait()
    await post.sent()
    assert await post.texts(officer) == [f"{REPEATED}\n撤离", "提醒"]


async def test_six_hundred_messages_for_one_person_hold_up_nobody_else(post: Post, officer: int) -> None:
    """He gets one a second: the others need not wait until his are gone."""
    post.policy = Policy(Rate(1e6, 1e6), Rate(4, 0.01), Rate(100, 100))
    many = [Telling(f"test:many:{number}", "many", Lane.ROUTINE) for number in range(600)]
    async with post.database.write() as session:
        for how in many:
            await service.show(session, post.clock.now(), how, Screen("提醒"), [Target(officer)])
    other = await post.control.person("村干部", started=True)
    number = await post.tell(other, "提醒", Lane.ROUTINE)
    async with post.sending():
        await eventually(post.database, lambda: _in(post, number, MessageState.SENT))
    assert len(await post.texts(officer)) <= 4


async def test_a_red_warning_goes_before_what_waits_for_the_same_chat(post: Post, group: int) -> None:
    post.policy = Policy(Rate(1e6, 1e6), Rate(100, 100), Rate(3, 0.01, {Lane.ROUTINE: 2}))
    for number in range(20):
        await post.tell(group, f"提醒{number}", Lane.ROUTINE)
    async with post.sending() as sender:
        await eventually(post.database, partial(_turned, sender, []))
        await post.tell(group, "红色", Lane.URGENT)
        await eventually(post.database, lambda: _in(post, 21, MessageState.SENT))
    assert await post.texts(group) == ["提醒0", "红色"]


async def test_a_card_that_was_being_sent_when_it_died_is_repeated_marked_and_an_edit_is_not(
    post: Post, officer: int
) -> None:
    await post.wish("incident:1", officer, "一")
    await post.sent()
    await post.touch("incident:1", "二")
    await post.wish("incident:2", officer, "新")
    async with post.sending():
        await post.settled()
    async with post.database.write() as session:
        for number in (1, 2):
            card = await session.get_one(Card, number)
            card.state, card.shown_rev = CardState.SENDING, card.shown_rev - 1
            card.message_id = card.message_id if number == 1 else None
    async with post.sending():
        await post.settled()
        post.pass_time(5)
        await post.settled()
    assert await post.texts(officer) == ["二", "新", f"{REPEATED}\n新"]


async def test_a_card_that_changed_while_its_repeat_was_struck_too_is_shown_as_it_is_now(
    post: Post, group: int, gate: Gate
) -> None:
    async def painted() -> bool:
        return all(card.painted_rev == card.wanted_rev for card in await post.cards())

    await post.wish("incident:1", group, "尚无人接手")
    async with post.sending(gate):
        await gate.reached.wait()
    gate.reached.clear()
    async with post.sending(gate):
        await gate.reached.wait()
        await post.touch("incident:1", "已接手")
        await eventually(post.database, painted, "a painted card")
    await post.sent()
    assert await post.texts(group) == [f"{REPEATED}\n已接手"]
    assert [card.state for card in await post.cards()] == [CardState.IDLE]


async def test_what_is_cancelled_after_it_was_read_from_the_queue_is_never_sent(
    post: Post, officer: int, gate: Gate
) -> None:
    """The chat is busy with another message meanwhile, so that the second one waits in the sender's hands."""
    await post.tell(officer, "先", subject="a:1")
    second = await post.tell(officer, "后", subject="b:1")
    async with post.sending(gate):
        await gate.reached.wait()
        await post.set_row(second, state=MessageState.CANCELLED)
        gate.open.set()
        await post.settled()
    assert await post.texts(officer) == ["先"]
    assert await post.states() == [MessageState.SENT, MessageState.CANCELLED]


async def test_what_is_cancelled_while_it_is_being_sent_is_not_tried_again(
    post: Post, officer: int, gate: Gate
) -> None:
    number = await post.tell(officer, "撤离", Lane.URGENT)
    await post.control.fault("flood", chat=officer, retry_after=1)
    async with post.sending(gate):
        await gate.reached.wait()
        await post.set_row(number, state=MessageState.CANCELLED)
        gate.open.set()
        await eventually(post.database, lambda: post.chat(officer))
        post.pass_time(5)
        await post.settled()
    assert await post.texts(officer) == []
    assert await post.states() == [MessageState.CANCELLED]


@pytest.mark.parametrize("arrived", [False, True])
async def test_what_is_cancelled_on_its_way_is_not_brought_back_by_what_became_of_it(
    post: Post, officer: int, gate: Gate, arrived: bool
) -> None:
    """As dead or uncertain the desk would be told of it, with a button that sends it after all."""
    number = await post.tell(officer, "撤离", Lane.URGENT, subject="warning:1", purpose="text", critical=True)
    if arrived:
        await post.set_row(number, repeated=True)
        await post.control.fault("drop_answer", method="sendMessage")
    else:
        await post.control.block(officer)
    async with post.sending(gate) as sender:
        await gate.reached.wait()
        await post.set_row(number, state=MessageState.CANCELLED)
        gate.open.set()
        await sender.drain()
    async with post.database.write() as session:
        assert await service.may_have_read(session, "warning:1", ["text"]) == ({officer} if arrived else set())
        assert await lateness.unreported(session) == []
        assert await lateness.send_again(session, post.clock.now(), "warning:1", 1) == 0
    assert await post.states() == [MessageState.CANCELLED]


async def test_draining_while_the_database_is_away_ends_all_the_same(
    post: Post, officer: int, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await post.tell(officer, "一")
    async with post.sending(gate) as sender:
        await gate.reached.wait()

        async def away(*_: object) -> None:
            raise Unavailable("database_away", "no")

        monkeypatch.setattr(ledger, "settle_all", away)
        gate.open.set()
        async with asyncio.timeout(30):
            await sender.drain(patience=2)
    assert (await post.row(number)).state is MessageState.SENDING


async def test_draining_ships_nothing_more_and_writes_down_what_has_left(post: Post, gate: Gate) -> None:
    people = [await post.control.person(f"网格员{number}", started=True) for number in range(3)]
    first = await post.tell(people[0], "一")
    async with post.sending(gate) as sender:
        await gate.reached.wait()
        draining = asyncio.ensure_future(sender.drain())
        await asyncio.sleep(0)
        later = await post.tell(people[1], "二")
        assert not draining.done()
        gate.open.set()
        async with asyncio.timeout(5):
            await draining
    assert [(await post.row(number)).state for number in (first, later)] == [MessageState.SENT, MessageState.QUEUED]
    assert await post.texts(people[1]) == []
    await post.sent()
    assert (await post.texts(people[0]), await post.texts(people[1])) == (["一"], ["二"])


async def test_draining_gives_up_on_what_does_not_come_back(post: Post, officer: int, gate: Gate) -> None:
    number = await post.tell(officer, "一")
    async with post.sending(gate) as sender:
        await gate.reached.wait()
        async with asyncio.timeout(5):
            await sender.drain(patience=0.05)
    assert (await post.row(number)).state is MessageState.SENDING


async def test_a_sender_that_dies_and_comes_back_does_not_doubt_what_is_still_under_way(
    post: Post, officer: int, gate: Gate
) -> None:
    number = await post.tell(officer, "撤离", Lane.URGENT)
    async with post.sending(gate) as sender:
        await gate.reached.wait()
        again = asyncio.ensure_future(sender.run())
        await eventually(post.database, lambda: _in(post, number, MessageState.SENDING))
        gate.open.set()
        await post.settled()
        again.cancel()
        # Its connection is closed before the database is: a cancelled query answers to nobody otherwise.
        await asyncio.wait([again])
    assert await post.texts(officer) == ["撤离"]


async def test_a_restart_does_not_forget_what_the_platform_still_counts(post: Post, officer: int) -> None:
    post.policy = Policy(Rate(100, 100), Rate(3, 0.05), Rate(100, 100))
    for number in range(3):
        await post.tell(officer, f"{number}")
    await post.sent()
    await post.tell(officer, "第四条")
    async with post.sending() as sender:
        await eventually(post.database, partial(_turned, sender, []))
        assert len(await post.texts(officer)) == 3
        post.pass_time(timedelta(seconds=25).total_seconds())
        await post.settled()
    assert len(await post.texts(officer)) == 4


async def test_two_kinds_of_telling_the_same_are_one(post: Post, officer: int) -> None:
    for _ in range(3):
        await post.tell(officer, "预警", subject="warning:1", purpose="issue")
    await post.sent()
    assert await post.texts(officer) == ["预警"]


async def _in(post: Post, number: int, state: MessageState) -> bool:
    return (await post.row(number)).state is state


async def _turned(sender: Sender, turns: list[float]) -> bool:
    """Whether it has read the queue and gone through what it read: that takes two turns."""
    if sender.turned_at is not None and sender.turned_at not in turns:
        turns.append(sender.turned_at)
    return len(turns) > 2
