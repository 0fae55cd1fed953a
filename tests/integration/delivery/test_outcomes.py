"""What becomes of a row after each answer of the platform, and after none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from bot.delivery import lateness, ledger
from bot.delivery.gateway import Gateway, Refused, Unsent
from bot.delivery.models import ChatState, Lane, MessageState
from bot.delivery.schemas import ChatChange
from tests.integration.delivery.post import REPEATED, Post
from tests.waiting import eventually

SENT, RETRY, DEAD = MessageState.SENT, MessageState.RETRY, MessageState.DEAD
UNCERTAIN, HELD = MessageState.UNCERTAIN, MessageState.HELD


async def test_what_is_told_arrives_once_and_the_ledger_knows_its_number(post: Post, officer: int) -> None:
    number = await post.tell(officer, "<b>险情</b>")
    await post.sent()
    await post.sent()
    assert await post.texts(officer) == ["险情"]
    row = await post.row(number)
    assert (row.state, row.message_id) == (SENT, (await post.seen(officer))[0].message_id)


async def test_a_flood_answer_parks_only_its_chat_and_is_no_attempt(post: Post, officer: int, group: int) -> None:
    await post.control.fault("flood", chat=group, retry_after=30)
    first, second = await post.tell(group, "一"), await post.tell(group, "二")
    other = await post.tell(officer, "别人")
    async with post.sending():
        due = await post.settled()
        rows = [await post.row(number) for number in (first, second, other)]
        assert [row.state for row in rows] == [RETRY, MessageState.QUEUED, SENT]
        assert rows[0].attempts == 0
        assert due is not None
        assert timedelta(seconds=20) < due - post.clock.now() <= timedelta(seconds=30)
        assert await post.texts(group) == []
        assert len(await post.calls("sendMessage")) == 2
        post.pass_time(31)
        assert await post.settled() is None
    assert await post.texts(group) == ["一", "二"]


async def test_a_card_of_a_parked_chat_waits_too(post: Post, group: int) -> None:
    await post.control.fault("flood", chat=group, retry_after=30)
    await post.tell(group, "消息", lane=Lane.URGENT)
    await post.wish("incident:1", group, "卡片")
    async with post.sending():
        await post.settled()
        assert await post.texts(group) == []
        post.pass_time(31)
        await post.settled()
    assert sorted(await post.texts(group)) == ["卡片", "消息"]


@pytest.mark.parametrize("how", ["blocked", "deactivated", "never started"])
async def test_a_person_who_cannot_be_written_to_is_heard_of(post: Post, officer: int, how: str) -> None:
    chat = officer
    if how == "blocked":
        await post.control.block(officer)
    elif how == "deactivated":
        await post.control.deactivate(officer)
    else:
        chat = await post.control.person("新人")
    number = await post.tell(chat, "x")
    await post.sent()
    row, noted = await post.row(number), await post.chat(chat)
    assert row.state is DEAD
    assert noted is not None
    assert (noted.state, [change.chat_id for change in post.heard]) == (ChatState.BLOCKED, [chat])
    assert row.error == noted.reason == post.heard[0].reason


async def test_a_chat_that_can_be_written_to_again_is_open_again(post: Post, officer: int) -> None:
    await post.control.block(officer)
    await post.tell(officer, "一")
    await post.sent()
    await post.control.block(officer, False)
    await post.tell(officer, "二")
    await post.sent()
    noted = await post.chat(officer)
    assert noted is not None
    assert (noted.state, await post.texts(officer)) == (ChatState.OPEN, ["二"])


async def test_a_group_that_put_the_bot_out_is_heard_of(post: Post, group: int) -> None:
    await post.control.fault("kick", chat=group)
    number = await post.tell(group, "x")
    await post.sent()
    noted = await post.chat(group)
    assert noted is not None
    assert ((await post.row(number)).state, noted.state) == (DEAD, ChatState.GONE)
    assert post.heard == [ChatChange(group, "Forbidden: bot was kicked from the group chat")]


async def test_a_listener_that_fails_loses_the_news_and_not_the_row(
    post: Post, group: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise ValueError("no")

    monkeypatch.setattr(Post, "_heed", fail)
    await post.control.fault("kick", chat=group)
    number = await post.tell(group, "x")
    await post.sent()
    assert (await post.row(number)).state is DEAD


async def test_a_listener_whom_the_database_fails_is_told_when_it_can(
    post: Post, group: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures, heard = [ConnectionRefusedError("away")], list[object]()

    async def heed(*given: object) -> None:
        if failures:
            raise failures.pop()
        heard.append(given[-1])

    monkeypatch.setattr(Post, "_heed", heed)
    await post.control.fault("kick", chat=group)
    number = await post.tell(group, "x")
    await post.sent()
    assert (await post.row(number)).state is DEAD
    assert heard == [ChatChange(group, "Forbidden: bot was kicked from the group chat")]


async def test_broken_markup_goes_plain_and_a_plain_text_refused_again_ends(post: Post, officer: int) -> None:
    number = await post.tell(officer, "水位 <b>3 m")
    await post.sent()
    assert await post.texts(officer) == ["水位 3 m"]
    row = await post.row(number)
    assert (row.state, row.plain) == (SENT, True)


async def test_a_text_the_platform_will_never_take_ends_and_lets_the_next_one_go(post: Post, officer: int) -> None:
    number = await post.tell(officer, "长" * 4000, subject="a:1")
    await post.set_text(number, {"text": "长" * 5000})
    after = await post.tell(officer, "下一条", subject="a:1")
    await post.sent()
    assert [(await post.row(each)).state for each in (number, after)] == [DEAD, SENT]


async def test_a_topic_that_is_gone_falls_back_to_the_general_one(post: Post) -> None:
    forum = await post.control.group("论坛群", forum=True, topics=["预警"])
    thread = await post.control.topic(forum, "险情")
    await post.control.delete_topic(forum, thread)
    number = await post.tell(forum, "x", thread=thread)
    await post.sent()
    (seen,) = await post.seen(forum)
    assert (seen.thread, (await post.row(number)).state) == (None, SENT)


@pytest.mark.parametrize(
    ("lane", "critical", "repeated"),
    [
        (Lane.URGENT, False, True),
        (Lane.INTERACTIVE, False, True),
        (Lane.ROUTINE, True, True),
        (Lane.ROUTINE, False, False),
        (Lane.BULK, False, False),
    ],
)
async def test_a_lost_answer_is_repeated_once_and_marked_if_somebody_depends_on_it(
    post: Post, officer: int, lane: Lane, critical: bool, repeated: bool
) -> None:
    await post.control.fault("drop_answer", method="sendMessage")
    number = await post.tell(officer, "撤离", lane, critical=critical)
    await post.sent()
    marked = [f"{REPEATED}\n撤离"] if repeated else []
    assert await post.texts(officer) == ["撤离", *marked]
    row = await post.row(number)
    assert (row.state, row.repeated) == (SENT if repeated else UNCERTAIN, repeated)


async def test_a_second_lost_answer_leaves_it_uncertain(post: Post, officer: int) -> None:
    await post.control.fault("drop_answer", method="sendMessage", count=5)
    number = await post.tell(officer, "撤离", Lane.URGENT)
    await post.sent()
    assert await post.texts(officer) == ["撤离", f"{REPEATED}\n撤离"]
    assert (await post.row(number)).state is UNCERTAIN


@pytest.mark.parametrize("fault", ["reset", "error_500"])
async def test_a_failure_after_which_nobody_knows_is_treated_as_a_lost_answer(
    post: Post, officer: int, fault: str
) -> None:
    await post.control.fault(fault, method="sendMessage")
    urgent = await post.tell(officer, "撤离", Lane.URGENT)
    await post.sent()
    await post.control.fault(fault, method="sendMessage")
    routine = await post.tell(officer, "提醒", Lane.ROUTINE)
    await post.sent()
    assert await post.texts(officer) == [f"{REPEATED}\n撤离"]
    assert [(await post.row(number)).state for number in (urgent, routine)] == [SENT, UNCERTAIN]


async def test_minutes_offline_lose_nothing_and_spend_no_repeat(post: Post, officer: int, group: int) -> None:
    """All but what was under way when the line went: that one may be there already."""
    await post.tell(officer, "先", Lane.URGENT)
    async with post.sending():
        await post.settled()
        await post.control.fault("offline", minutes=3)
        for number in range(5):
            await post.tell(group, f"提醒{number}", Lane.ROUTINE)
            await post.tell(officer, f"撤离{number}", Lane.URGENT)
        for _ in range(12):
            due = await post.settled()
            assert due is not None
            post.pass_time((due - post.clock.now()).total_seconds() + 0.01)
        assert await post.texts(officer) == ["先"]
        await post.control.clear_faults()
        post.pass_time(60)
        await post.settled()
    urgent, routine = await post.texts(officer), await post.texts(group)
    assert [text.removeprefix(f"{REPEATED}\n") for text in urgent] == ["先", *(f"撤离{number}" for number in range(5))]
    assert sum(REPEATED in text for text in urgent) <= 1
    assert len(routine) >= 4
    states = [row.state for row in await post.rows()]
    assert states.count(UNCERTAIN) == 5 - len(routine)


async def test_a_refused_connection_loses_nothing_and_repeats_nothing(post: Post, officer: int) -> None:
    numbers = [await post.tell(officer, f"{number}", Lane.ROUTINE) for number in range(3)]
    await post.sandbox.stop()
    async with post.sending():
        assert await post.settled() is not None
        for row in await post.rows():
            assert row.state is MessageState.QUEUED
        await post.sandbox.start()
        post.control.base_url = post.sandbox.url
        post.pass_time(60)
        await post.settled()
    assert await post.texts(officer) == ["0", "1", "2"]
    assert [(await post.row(number)).repeated for number in numbers] == [False] * 3


async def test_a_line_that_is_down_is_known_until_the_platform_answers_though_nothing_waits_for_it(
    post: Post, officer: int
) -> None:
    number = await post.tell(officer, "x")
    await post.control.fault("offline", minutes=3)
    async with post.sending() as sender:

        async def is_well() -> bool:
            return sender.line_well_at > post.clock.monotonic() - 1

        await post.settled()
        for _ in range(2):
            post.pass_time(60)
            await post.settled()
        assert sender.line_well_at < post.clock.monotonic() - 60
        await post.set_row(number, state=MessageState.CANCELLED)
        await post.control.clear_faults()
        post.pass_time(150)
        await eventually(post.database, is_well)
    assert await post.texts(officer) == []


async def test_an_account_that_is_frozen_loses_nothing_and_is_known_until_it_is_not(
    post: Post, officer: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is still told who it is, so that the line seems to stand."""
    call, frozen = Gateway.call, [True]

    async def refused(gateway: Gateway, method: str, params: Mapping[str, Any], **how: Any) -> Any:
        if method == "sendMessage" and frozen:
            raise Refused(method, 406, "FROZEN_METHOD_INVALID", {})
        return await call(gateway, method, params, **how)

    monkeypatch.setattr(Gateway, "call", refused)
    number = await post.tell(officer, "撤离", Lane.URGENT)
    async with post.sending() as sender:
        for _ in range(4):
            await post.settled()
            post.pass_time(31)
        await post.settled()
        assert sender.line_well_at < post.clock.monotonic() - 90
        assert (await post.row(number)).state is RETRY
        frozen.clear()
        post.pass_time(31)
        await post.settled()
        assert sender.line_well_at > post.clock.monotonic() - 1
    assert await post.texts(officer) == ["撤离"]


async def test_what_certainly_did_not_leave_waits_however_often_it_was_tried(
    post: Post, officer: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a night without a way out that lets the question through: nothing says that the row is at fault."""
    tries = 12
    call = Gateway.call

    async def unsent(gateway: Gateway, method: str, params: Mapping[str, Any], **how: Any) -> Any:
        if method == "sendMessage" and (await post.row(1)).attempts < tries:
            raise Unsent(method, "ClientConnectorError")
        return await call(gateway, method, params, **how)

    monkeypatch.setattr(Gateway, "call", unsent)
    began = post.clock.now()
    for lane in (Lane.URGENT, Lane.ROUTINE):
        await post.tell(officer, f"{lane.name}", lane, subject=f"test:{lane}", valid_until=None)
    async with post.sending():
        while (due := await post.settled()) is not None:
            async with post.database.read() as session:
                assert await lateness.urgent_since(session) is not None, "whoever watches sees it wait"
            post.pass_time((due - post.clock.now()).total_seconds() + 0.01)
    assert sorted(await post.texts(officer)) == ["ROUTINE", "URGENT"]
    assert [(row.state, row.repeated) for row in await post.rows()] == [(SENT, False)] * 2
    assert post.clock.now() - began > timedelta(minutes=3)


async def test_a_wrong_token_keeps_everything_and_asks_again(post: Post, officer: int) -> None:
    await post.tell(officer, "x")
    right, post.sandbox.token = post.sandbox.token, "110000001:wrong"
    async with post.sending():
        assert await post.settled() is not None
        assert await post.states() == [MessageState.QUEUED]
    post.sandbox.token = right
    post.pass_time(60)
    await post.sent()
    assert await post.states() == [SENT]


async def test_what_is_past_its_validity_is_held(post: Post, officer: int) -> None:
    now = post.clock.now()
    late = await post.tell(officer, "迟", valid_until=now - timedelta(seconds=1))
    good = await post.tell(officer, "早", valid_until=now + timedelta(hours=1))
    await post.sent()
    assert [(await post.row(number)).state for number in (late, good)] == [HELD, SENT]
    assert await post.texts(officer) == ["早"]


async def test_a_row_whose_call_cannot_be_made_ends_alone(post: Post, officer: int) -> None:
    number = await post.tell(officer, "坏")
    await post.set_text(number, {})
    await post.tell(officer, "好")
    await post.sent()
    assert await post.states() == [DEAD, SENT]


async def test_a_result_that_cannot_be_written_down_at_first_is_not_lost(
    post: Post, officer: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle, failures = ledger.settle, [OSError("the database is away")] * 2

    async def failing(*given: object) -> None:
        if failures:
            raise failures.pop()
        await settle(*given)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(ledger, "settle", failing)
    number = await post.tell(officer, "一次")
    async with post.sending():
        await eventually(post.database, lambda: _is(post, number, SENT))
    assert await post.texts(officer) == ["一次"]


async def _is(post: Post, number: int, state: MessageState) -> bool:
    return (await post.row(number)).state is state
