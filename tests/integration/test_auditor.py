"""自查: what should have happened and did not is told once to the desk and the administrators, and never of itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
import pytest_asyncio
from sqlmodel import col, select

from bot.core.access import Permission
from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.errors import NotAllowed
from bot.delivery import lateness
from bot.delivery import service as delivery
from bot.delivery.models import Card, Chat, ChatState, Lane, Message, MessageState
from bot.delivery.schemas import Target, Telling
from bot.inbox import service as inbox
from bot.plan.schema import WaitKey
from bot.plan.service import Plan
from bot.watch import service
from bot.watch.auditing import Auditor
from bot.watch.errors import NothingToSend
from bot.watch.models import Finding
from handlers.conversation import converse
from messages import common
from tests.integration.case import Cases
from tests.integration.directory.talk import OnlyNamesItself, Talk
from tests.integration.town import NIGHT, POSTS, Town, build

MINUTE = timedelta(minutes=1)
WATCHING = ("district", "administrator")


@pytest_asyncio.fixture
async def town(database: Database, plan: Plan) -> Town:
    return await build(database, plan)


async def tick(town: Town, now: datetime, passes: Mapping[str, datetime] | None = None, **how: datetime) -> None:
    """As the timetable does: looked at only when due, until nothing is."""
    auditor = Auditor(town.plan, how.get("began"))
    for _ in range(5):
        async with town.database.read() as session:
            due = await auditor.next_due(session, passes or {})
        if due is None or due > now:
            return
        async with town.database.write() as session:
            assert await auditor.run_due(session, now, passes or {}), "what is due is done"
    raise AssertionError("the auditor never ends")


async def next_due(town: Town, passes: Mapping[str, datetime] | None = None) -> datetime | None:
    async with town.database.read() as session:
        return await Auditor(town.plan).next_due(session, passes or {})


async def tell(town: Town, subject: str, *chats: str, version: int = 1, at: datetime = NIGHT, **how: object) -> None:
    """Something told to these chats."""
    telling = Telling(subject, "text", Lane.URGENT, version=version, critical=True)
    async with town.database.write() as session:
        targets = [Target(town.chats[chat]) for chat in chats]
        await delivery.tell(session, at, telling, common.FaultHappened(fault=subject), targets)


async def becomes(town: Town, state: MessageState, *chats: str, at: datetime = NIGHT, error: str | None = None) -> None:
    """What became of what these chats were told."""
    async with town.database.write() as session:
        ids = [town.chats[chat] for chat in chats]
        rows = select(Message).where(col(Message.chat_id).in_(ids), Message.state == MessageState.QUEUED)
        for row in (await session.exec(rows)).all():
            row.state, row.sending_at, row.error = state, at, error


async def notices(town: Town, role: str = "district") -> list[str]:
    return await town.told(role, "findings")


# --- what did not arrive ---------------------------------------------------------------------------------------------


async def test_what_did_not_arrive_is_told_once_in_one_notice_to_the_desk_and_the_administrator(town: Town) -> None:
    number = await Cases(town).reported()
    await sent(town)
    await tell(town, f"incident:{number}", "town_group", "cadre", "worker", version=2)
    await becomes(town, MessageState.DEAD, "town_group", "cadre")
    await becomes(town, MessageState.UNCERTAIN, "worker")
    await tick(town, NIGHT + MINUTE)
    for role in WATCHING:
        (said,) = await notices(town, role)
        assert "龙水0712-1：2处没有发到，1处不确定（town_group、cadre、worker）" in said
    for chat in set(town.chats) - set(WATCHING):
        assert await notices(town, chat) == []
    await tick(town, NIGHT + 60 * MINUTE)
    assert len(await notices(town)) == 1


async def test_more_than_one_statement_takes_is_one_notice_all_the_same(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lateness, "_AT_ONCE", 2)
    chats = ("town", "town_group", "cadre", "worker", "other_town")
    await tell(town, "incident:1", *chats)
    await becomes(town, MessageState.DEAD, *chats)
    await tick(town, NIGHT + MINUTE)
    (said,) = await notices(town)
    assert "5处没有发到" in said


async def test_the_notice_says_why_in_our_words_and_not_in_the_platforms(town: Town) -> None:
    await tell(town, "incident:1", "town_group", "cadre", "worker")
    await becomes(town, MessageState.DEAD, "town_group", "cadre", error="Bad Request: message is too long")
    await becomes(town, MessageState.UNCERTAIN, "worker", error="sendMessage: TimeoutError")
    await tick(town, NIGHT + MINUTE)
    (said,) = await notices(town)
    assert "太长或太大，平台不收：2" in said
    assert "发出后没有回音：1" in said
    assert "Bad Request" not in said
    assert {row.error for row in await rows(town, "incident:1")} == {
        "Bad Request: message is too long",
        "sendMessage: TimeoutError",
    }, "the ledger keeps them"


async def test_failures_of_one_broadcast_are_gathered_for_a_minute(town: Town) -> None:
    await tell(town, "incident:1", "town", "cadre")
    await becomes(town, MessageState.DEAD, "town")
    assert await next_due(town) == NIGHT + MINUTE
    await tick(town, NIGHT + MINUTE / 2)
    assert await notices(town) == []


async def test_a_failure_is_gathered_also_when_something_else_is_found_just_then(town: Town) -> None:
    await tell(town, "incident:1", "cadre", "worker")
    patience = town.plan.wait(WaitKey.PATIENCE)
    await becomes(town, MessageState.DEAD, "worker", at=NIGHT + patience)
    await tick(town, NIGHT + patience)
    (said,) = await notices(town)
    assert "1条紧急消息" in said
    assert "没有发到" not in said
    await tick(town, NIGHT + patience + MINUTE)
    assert "1处没有发到（worker）" in (await notices(town))[1]


async def test_a_routine_row_a_drill_and_a_chat_known_to_be_lost_are_told_to_nobody(town: Town) -> None:
    await tell(town, "incident:1", "town", "cadre", "worker")
    await becomes(town, MessageState.DEAD, "town", "cadre", "worker")
    async with town.database.write() as session:
        first, second, third = (await session.exec(select(Message).order_by(col(Message.id)))).all()
        first.critical, second.drill = False, True
        session.add(Chat(chat_id=third.chat_id, state=ChatState.BLOCKED, changed_at=NIGHT))
    await tick(town, NIGHT + 60 * MINUTE)
    assert await notices(town) == []
    async with town.database.write() as session:
        (await session.get_one(Chat, third.chat_id)).state = ChatState.OPEN
    await tick(town, NIGHT + 120 * MINUTE)
    assert await notices(town) == [], "an old text is no news when the chat is back"


async def test_two_things_found_within_a_second_are_two_notices(town: Town) -> None:
    await tell(town, "incident:1", "cadre")
    await becomes(town, MessageState.DEAD, "cadre")
    await tick(town, NIGHT + MINUTE)
    await tell(town, "incident:2", "worker")
    await becomes(town, MessageState.DEAD, "worker")
    await tick(town, NIGHT + MINUTE + timedelta(milliseconds=400))
    assert [len(await notices(town, role)) for role in WATCHING] == [2, 2]


async def test_its_own_notices_are_never_found(town: Town) -> None:
    await tell(town, "incident:1", "cadre")
    await becomes(town, MessageState.DEAD, "cadre")
    await tick(town, NIGHT + MINUTE)
    await becomes(town, MessageState.DEAD, *WATCHING)
    await tick(town, NIGHT + 120 * MINUTE)
    assert [len(await notices(town, role)) for role in WATCHING] == [1, 1]
    assert await next_due(town) is None


# --- sent again ------------------------------------------------------------------------------------------------------


async def test_a_tap_sends_it_again_what_may_have_arrived_marked_as_a_repeat(town: Town) -> None:
    await tell(town, "incident:1", "cadre", "worker", "town")
    await becomes(town, MessageState.DEAD, "cadre")
    await becomes(town, MessageState.UNCERTAIN, "worker")
    await becomes(town, MessageState.SENT, "town")
    await tick(town, NIGHT + MINUTE)
    talk = await _talk(town)
    assert await Cases(town).buttons("district", "findings") == ["watch.retry:1:incident:1"]
    *_, said = await talk.taps(town.chats["district"], "watch.retry:1:incident:1")
    assert "已重新排队2条" in said.text
    assert {row.chat_id: (row.state, row.repeated) for row in await rows(town, "incident:1")} == {
        town.chats["cadre"]: (MessageState.QUEUED, False),
        town.chats["worker"]: (MessageState.QUEUED, True),
        town.chats["town"]: (MessageState.SENT, False),
    }
    (again,) = await talk.taps(town.chats["district"], "watch.retry:1:incident:1")
    assert "没有可以重新发送的" in again.text


async def test_what_fails_again_is_told_again(town: Town) -> None:
    await tell(town, "incident:1", "cadre")
    await becomes(town, MessageState.DEAD, "cadre")
    await tick(town, NIGHT + MINUTE)
    await send_again(town, "district", "incident:1")
    await becomes(town, MessageState.DEAD, "cadre", at=NIGHT + 5 * MINUTE)
    await tick(town, NIGHT + 6 * MINUTE)
    assert len(await notices(town)) == 2


async def test_an_older_text_is_never_sent_after_a_newer_one_nor_to_a_chat_that_is_lost(town: Town) -> None:
    await tell(town, "warning:1", "cadre", "worker")
    await becomes(town, MessageState.DEAD, "cadre", "worker")
    await tell(town, "warning:1", "cadre", version=2)
    async with town.database.write() as session:
        session.add(Chat(chat_id=town.chats["worker"], state=ChatState.GONE, changed_at=NIGHT))
    with pytest.raises(NothingToSend):
        await send_again(town, "district", "warning:1")


async def test_what_holds_no_longer_is_not_offered_nor_sent_again(town: Town) -> None:
    """It would be held as soon as its turn comes, and the desk would believe that it goes."""
    await tell(town, "warning:1", "cadre")
    await becomes(town, MessageState.DEAD, "cadre")
    async with town.database.write() as session:
        (row,) = (await session.exec(select(Message))).all()
        row.valid_until = NIGHT
    async with town.database.read() as session:
        assert await lateness.retriable(session, NIGHT, NIGHT - MINUTE) == []
        assert len(await lateness.retriable(session, NIGHT - MINUTE, NIGHT - MINUTE)) == 1
    with pytest.raises(NothingToSend):
        await send_again(town, "district", "warning:1")


@pytest.mark.parametrize("role", POSTS)
async def test_the_desk_of_the_district_and_the_administrator_send_again_and_nobody_else(town: Town, role: str) -> None:
    await tell(town, "incident:1", "cadre")
    await becomes(town, MessageState.UNCERTAIN, "cadre")
    if role in WATCHING:
        assert await send_again(town, role, "incident:1") == 1
        return
    with pytest.raises(NotAllowed) as refused:
        await send_again(town, role, "incident:1")
    assert refused.value.permission == Permission.DELIVERY_RETRY


# --- what is late ----------------------------------------------------------------------------------------------------


async def test_an_urgent_row_that_does_not_leave_is_told_once_until_it_has_left(town: Town) -> None:
    await tell(town, "incident:1", "cadre", "worker")
    patience = town.plan.wait(WaitKey.PATIENCE)
    assert await next_due(town) == NIGHT + patience
    await tick(town, NIGHT + patience - MINUTE)
    assert await notices(town) == []
    await tick(town, NIGHT + patience + MINUTE)
    (said,) = await notices(town)
    assert "2条紧急消息11分钟还没有发出" in said
    for minutes in range(20, 80, 10):
        await tick(town, NIGHT + minutes * MINUTE)
    assert len(await notices(town)) == 1
    await becomes(town, MessageState.SENT, "cadre", "worker")
    await tick(town, NIGHT + 90 * MINUTE)
    assert await findings(town) == [], "cleared without a word"
    assert await next_due(town) is None
    await tell(town, "incident:2", "cadre", at=NIGHT + 100 * MINUTE)
    await tick(town, NIGHT + 115 * MINUTE)
    assert len(await notices(town)) == 2, "found again, told again"


async def test_a_long_queue_that_moves_is_not_late(town: Town) -> None:
    await tell(town, "warning:1", "cadre", "worker", "town")
    async with town.database.write() as session:
        for row in (await session.exec(select(Message))).all():
            row.mass = True
            if row.chat_id == town.chats["town"]:
                row.state, row.sent_at = MessageState.SENT, NIGHT + 30 * MINUTE
    await tick(town, NIGHT + 35 * MINUTE)
    assert await notices(town) == []
    await tick(town, NIGHT + 41 * MINUTE)
    assert "2条紧急消息" in (await notices(town))[0], "nothing has left for longer than the patience"


async def test_an_update_nobody_handles_and_a_card_nobody_paints_are_late(town: Town) -> None:
    async with town.database.write() as session:
        update = {"update_id": 7, "message": {"chat": {"id": 103}}}
        await inbox.receive(session, NIGHT, [update])
        target = Target(town.chats["cadre"])
        await delivery.wish_card(session, NIGHT, subject="incident:1", role="desk", target=target, lane=Lane.ROUTINE)
    await tick(town, NIGHT + 12 * MINUTE)
    (said,) = await notices(town)
    assert "有人发来的消息12分钟还没有处理" in said
    assert "卡片12分钟还没有画出来" in said
    assert await findings(town) == ["cards", "inbox"]


async def test_a_pass_that_never_comes_is_late_by_its_own_due_instant(town: Town) -> None:
    passes = {"warnings": NIGHT, "drafts": NIGHT + timedelta(days=1)}
    assert await next_due(town, passes) == NIGHT + 10 * MINUTE
    await tick(town, NIGHT + 9 * MINUTE, passes)
    assert await notices(town) == []
    await tick(town, NIGHT + 12 * MINUTE, passes)
    (said,) = await notices(town)
    assert "预警的提醒、到期询问和补签：晚了12分钟" in said
    assert "草稿" not in said
    await tick(town, NIGHT + 30 * MINUTE, {"drafts": NIGHT + timedelta(days=1)})
    assert await findings(town) == []
    assert len(await notices(town)) == 1


async def test_what_waited_while_nobody_was_there_has_its_time_first(town: Town) -> None:
    await tell(town, "incident:1", "cadre")
    back = NIGHT + timedelta(hours=3)
    await tick(town, back + MINUTE, began=back)
    assert await notices(town) == [], "it is being sent now"
    await tick(town, back + 10 * MINUTE, began=back)
    assert len(await notices(town)) == 1


async def test_what_is_known_to_be_late_is_looked_at_again_no_sooner_than_patience_asks(town: Town) -> None:
    """The demo's clock goes from due instant to due instant: a finding must not make it stop every second."""
    await tell(town, "incident:1", "cadre")
    await tick(town, NIGHT + 10 * MINUTE)
    assert await next_due(town) == NIGHT + 20 * MINUTE


async def test_an_idle_house_is_never_looked_at(town: Town) -> None:
    assert await next_due(town) is None


async def sent(town: Town) -> None:
    """Everything told so far has arrived."""
    async with town.database.write() as session:
        for card in (await session.exec(select(Card))).all():
            card.painted_rev = card.shown_rev = card.wanted_rev
        for row in (await session.exec(select(Message))).all():
            row.state = MessageState.SENT


async def rows(town: Town, subject: str) -> list[Message]:
    async with town.database.read() as session:
        return list((await session.exec(select(Message).where(Message.subject == subject))).all())


async def findings(town: Town) -> list[str]:
    async with town.database.read() as session:
        return sorted((await session.exec(select(Finding.key))).all())


async def send_again(town: Town, role: str, subject: str) -> int:
    async with town.database.write() as session:
        return await service.send_again(session, await town.actor(session, role), NIGHT, subject, 1)


async def _talk(town: Town) -> Talk:
    clock = Clock()
    clock.shift((NIGHT - clock.now()).total_seconds(), 1)
    return Talk(town.database, await converse(OnlyNamesItself(), "1000:test", town.plan, clock), town.plan)
