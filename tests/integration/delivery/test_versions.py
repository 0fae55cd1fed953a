"""A newer version of a text, and one that holds no longer: what is not sent yet never is, and who got what is known."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.delivery import service
from bot.delivery.models import Lane, MessageState
from bot.delivery.schemas import Fate, Outcomes
from tests.integration.delivery.post import REPEATED, Gate, Post
from tests.waiting import eventually

WARNING = "warning:1"
S = MessageState


async def tell(post: Post, chat: int, text: str, version: int, **more: Any) -> int:
    how = {"subject": WARNING, "purpose": "text", "version": version, "critical": True, **more}
    return await post.tell(chat, text, Lane.URGENT, **how)


async def supersede(post: Post, before_version: int) -> int:
    async with post.database.write() as session:
        return await service.supersede(session, WARNING, before_version)


async def outcomes(post: Post, version: int, purpose: str | None = None) -> Outcomes:
    async with post.database.read() as session:
        return await service.outcomes_of(session, WARNING, version, purpose)


async def test_of_two_versions_waiting_only_the_newer_is_read(post: Post, group: int) -> None:
    await tell(post, group, "暴雨黄色预警", 1)
    await post.tell(group, "山洪黄色预警", Lane.URGENT, subject="warning:11")
    await tell(post, group, "暴雨橙色预警", 2)
    assert await supersede(post, 2) == 1
    await post.sent()
    assert sorted(await post.texts(group)) == ["山洪黄色预警", "暴雨橙色预警"]
    assert await post.states() == [S.SUPERSEDED, S.SENT, S.SENT]


async def test_what_was_sent_or_is_past_doubt_stays_what_it_is(post: Post, group: int) -> None:
    left = (S.SENT, S.UNCERTAIN, S.DEAD, S.CANCELLED)
    for number, state in enumerate((*left, S.QUEUED, S.RETRY, S.HELD)):
        await post.set_row(await tell(post, group, f"{state}", 1, seq=number), state=state)
    assert await supersede(post, 2) == 3
    assert await post.states() == [*left, *[S.SUPERSEDED] * 3]


async def test_a_lifted_warning_is_cancelled_in_every_version(post: Post, group: int, officer: int) -> None:
    await tell(post, group, "暴雨黄色预警", 1)
    await tell(post, officer, "暴雨橙色预警", 2)
    await post.tell(group, "其他", subject="warning:11")
    async with post.database.write() as session:
        assert await service.cancel(session, WARNING) == 2
    await post.sent()
    assert (await post.texts(group), await post.texts(officer)) == (["其他"], [])
    assert await post.states() == [S.CANCELLED, S.CANCELLED, S.SENT]


async def test_what_the_platform_refused_for_now_is_not_tried_again_once_a_newer_version_is_out(
    post: Post, group: int, gate: Gate
) -> None:
    """It was on its way when the newer one came: both are never read in the wrong order."""
    await tell(post, group, "暴雨黄色预警", 1)
    await post.control.fault("flood", chat=group, retry_after=1)
    async with post.sending(gate):
        await gate.reached.wait()
        assert await supersede(post, 2) == 1
        await tell(post, group, "暴雨橙色预警", 2)
        gate.open.set()
        await eventually(post.database, lambda: post.chat(group))
        post.pass_time(5)
        await post.settled()
    assert await post.texts(group) == ["暴雨橙色预警"]
    assert (await outcomes(post, 1)).chats[0].fate is Fate.DROPPED


async def test_one_that_arrives_after_it_was_superseded_is_known_to_have_arrived(
    post: Post, group: int, gate: Gate
) -> None:
    await tell(post, group, "暴雨黄色预警", 1)
    async with post.sending(gate):
        await gate.reached.wait()
        await supersede(post, 2)
        gate.open.set()
        await eventually(post.database, lambda: _sent(post))
    assert await post.texts(group) == ["暴雨黄色预警"]
    assert (await outcomes(post, 1)).counts[Fate.SENT] == 1


async def test_a_superseded_one_is_not_repeated_by_the_next_start(post: Post, group: int) -> None:
    number = await tell(post, group, "暴雨黄色预警", 1)
    await post.set_row(number, state=S.SENDING, sending_at=post.clock.now())
    await supersede(post, 2)
    await post.sent()
    assert REPEATED not in "".join(await post.texts(group))
    assert await post.states() == [S.SUPERSEDED]


async def test_every_chat_has_its_outcome(post: Post) -> None:
    start = post.clock.now()
    states = [S.SENT, S.SENT, S.SENT, S.UNCERTAIN, S.DEAD, S.HELD, S.RETRY, S.SUPERSEDED]
    for number, state in enumerate(states):
        row = await tell(post, 100 + number, "暴雨黄色预警", 3)
        at = start + timedelta(seconds=[40, 1, 9, 0, 0, 0, 0, 0][number])
        await post.set_row(row, state=state, sent_at=at if state is S.SENT else None, error=f"{state}")
    await tell(post, 100, "上一版", 2)
    found = await outcomes(post, 3)
    assert found.counts == {Fate.DROPPED: 1, Fate.SENT: 3, Fate.WAITING: 1, Fate.UNCERTAIN: 1, Fate.FAILED: 2}
    assert [chat.chat_id for chat in found.chats] == list(range(100, 108))
    assert (found.chats[4].fate, found.chats[4].error) == (Fate.FAILED, "dead")
    times = (found.first_sent_at, found.median_sent_at, found.last_sent_at)
    assert times == (start + timedelta(seconds=1), start + timedelta(seconds=9), start + timedelta(seconds=40))


async def test_a_text_in_parts_is_there_when_its_last_part_is(post: Post, group: int) -> None:
    start = post.clock.now()
    first, second = await tell(post, group, "一", 1), await tell(post, group, "二", 1, purpose="text/1")
    nudge = await tell(post, group, "还没有回复", 1, purpose="nudge")
    await post.set_row(first, state=S.SENT, sent_at=start)
    assert (await outcomes(post, 1, "text")).counts[Fate.WAITING] == 1
    await post.set_row(second, state=S.SENT, sent_at=start + timedelta(seconds=2))
    await post.set_row(nudge, state=S.DEAD)
    (chat,) = (await outcomes(post, 1, "text")).chats
    assert (chat.fate, chat.sent_at) == (Fate.SENT, start + timedelta(seconds=2))
    (whole,) = (await outcomes(post, 1)).chats
    assert (whole.fate, whole.sent_at) == (Fate.FAILED, None)


async def test_nothing_told_has_no_outcome(post: Post) -> None:
    found = await outcomes(post, 1)
    assert (found.chats, found.first_sent_at, found.median_sent_at) == ((), None, None)


async def _sent(post: Post) -> bool:
    return await post.states() == [S.SENT]
