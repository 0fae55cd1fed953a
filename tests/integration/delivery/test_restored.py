"""After a restore nobody knows what has gone out since: what still holds goes again, marked; the rest is told of."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.delivery import lateness, service
from bot.delivery.models import CardState, Lane, MessageState
from bot.delivery.schemas import Doubted
from tests.integration.delivery.post import REPEATED, Post

HOUR = 3600.0


async def restored(post: Post, hours_later: float) -> Doubted:
    """The backup made now is put back so much later."""
    saved_at = post.clock.now()
    post.pass_time(hours_later * HOUR)
    async with post.database.write() as session:
        return await service.doubt_open(session, post.clock.now(), saved_at)


@pytest.mark.parametrize("state", [MessageState.QUEUED, MessageState.SENDING, MessageState.RETRY])
async def test_a_warning_that_still_holds_goes_again_marked_however_old_the_backup(
    post: Post, officer: int, state: MessageState
) -> None:
    valid = post.clock.now() + timedelta(hours=12)
    number = await post.tell(officer, "黄色预警", Lane.ROUTINE, critical=True, valid_until=valid)
    await post.set_row(number, state=state)
    assert await restored(post, hours_later=10) == Doubted(again=1)
    await post.sent()
    assert await post.texts(officer) == [f"{REPEATED}\n黄色预警"]


async def test_a_warning_whose_time_is_over_reaches_nobody_and_the_desk_can_be_told_of_it(
    post: Post, officer: int
) -> None:
    valid = post.clock.now() + timedelta(hours=12)
    await post.tell(officer, "红色预警", Lane.URGENT, critical=True, valid_until=valid)
    assert await restored(post, hours_later=13) == Doubted(parked=1)
    await post.sent()
    assert await post.texts(officer) == []
    async with post.database.read() as session:
        (found,) = await lateness.unreported(session)
        assert (found.chat_id, found.is_uncertain) == (officer, True)
        assert await service.may_have_read(session, found.subject, ["红色预警"]) == {officer}


@pytest.mark.parametrize(
    ("lane", "critical", "hours", "texts"),
    [
        (Lane.URGENT, True, 0.5, [f"{REPEATED}\n险情"]),
        (Lane.INTERACTIVE, False, 0.5, [f"{REPEATED}\n险情"]),
        (Lane.ROUTINE, False, 0.5, []),
        (Lane.BULK, False, 0.5, []),
        (Lane.URGENT, True, 1.5, []),
        (Lane.INTERACTIVE, False, 24, []),
    ],
)
async def test_news_is_repeated_while_it_is_news_and_left_to_the_desk_afterwards(
    post: Post, officer: int, lane: Lane, critical: bool, hours: float, texts: list[str]
) -> None:
    await post.tell(officer, "险情", lane, critical=critical)
    await restored(post, hours_later=hours)
    await post.sent()
    assert await post.texts(officer) == texts
    assert await post.states() == [MessageState.SENT if texts else MessageState.UNCERTAIN]


async def test_what_was_sent_or_given_up_before_the_backup_stays_as_it_is(post: Post, officer: int) -> None:
    sent = await post.tell(officer, "已发", Lane.URGENT, critical=True)
    await post.sent()
    dropped = await post.tell(officer, "已解除", Lane.URGENT, critical=True)
    await post.set_row(dropped, state=MessageState.CANCELLED)
    before = await post.row(sent)
    assert await restored(post, hours_later=0.1) == Doubted()
    await post.sent()
    assert await post.texts(officer) == ["已发"]
    assert await post.row(sent) == before
    assert (await post.row(dropped)).state is MessageState.CANCELLED


async def test_what_is_cancelled_after_the_restore_counts_as_perhaps_read(post: Post, officer: int) -> None:
    """Principle of the cancellation: it goes to whoever may have got any version."""
    valid = post.clock.now() + timedelta(hours=12)
    how = {"critical": True, "valid_until": valid, "subject": "warning:1"}
    await post.tell(officer, "预警", Lane.URGENT, **how)
    await restored(post, hours_later=1)
    async with post.database.write() as session:
        await service.cancel(session, "warning:1")
        assert await service.may_have_read(session, "warning:1", ["预警"]) == {officer}


async def test_a_card_that_was_not_there_yet_comes_marked_and_an_old_one_waits_for_its_next_change(
    post: Post, officer: int
) -> None:
    await post.wish("incident:1", officer, "尚无人接手")
    assert await restored(post, hours_later=0.5) == Doubted(again=1)
    await post.sent()
    assert await post.texts(officer) == [f"{REPEATED}\n尚无人接手"]

    await post.wish("incident:2", officer, "又一件")
    assert await restored(post, hours_later=2) == Doubted(parked=1)
    await post.sent()
    assert [card.state for card in await post.cards()] == [CardState.IDLE, CardState.UNCERTAIN]
    await post.touch("incident:2", "又一件，已接手")
    await post.sent()
    assert (await post.texts(officer))[-1].endswith("又一件，已接手")


async def test_a_card_that_is_there_already_is_only_edited(post: Post, officer: int) -> None:
    await post.wish("incident:1", officer, "尚无人接手")
    await post.sent()
    await post.touch("incident:1", "已接手")
    assert await restored(post, hours_later=30) == Doubted()
    await post.sent()
    assert await post.texts(officer) == ["已接手"]


async def test_pinning_is_done_without_a_word_of_doubt(post: Post, officer: int) -> None:
    number = await post.tell(officer, "红色预警", Lane.URGENT, critical=True, pin=True)
    await post.sent()
    pin = max(row.id for row in await post.rows())
    assert pin > number
    await post.set_row(pin, state=MessageState.QUEUED)
    assert await restored(post, hours_later=30) == Doubted()
    await post.sent()
    assert (await post.row(pin)).state is MessageState.SENT
