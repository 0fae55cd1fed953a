"""Channels beside the chat: one ledger, the same order, doubts and endings; short texts; addresses that stay secret."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.delivery import lateness, service
from bot.delivery.addressing import channel_in
from bot.delivery.apprise_gateway import AppriseGateway
from bot.delivery.gateway import Gateway
from bot.delivery.models import Channel, Lane, MessageState
from bot.delivery.schemas import Target, Telling
from bot.delivery.switchboard import Switchboard
from bot.directory.models import Group, GroupAlias, GroupState, Holding, Post, Role, Tier
from messages.shortening import LONGEST_SHORT, Short, size
from tests.integration.delivery.channelled import WORDS, attached, both_ways, channel_of, person, rows_of, tell
from tests.integration.delivery.post import Post as PostOffice
from tests.integration.far_end import Broken, FarEnd, far_end, mailbox
from tests.waiting import eventually


@pytest.fixture
async def end() -> AsyncIterator[FarEnd]:
    async with far_end() as listening:
        yield listening


async def test_an_urgent_text_reaches_the_chat_whole_and_the_channel_short(
    post: PostOffice, officer: int, end: FarEnd
) -> None:
    await attached(post, end.address(), person_id=await person(post, officer))
    long = "现场情况：" + "房后山坡裂缝变宽，有掉块。" * 30
    await tell(post, [officer], long)
    async with both_ways(post):
        await post.settled()
    (short,) = end.texts
    assert short.startswith("现场情况：房后山坡裂缝变宽")
    assert "（全文见叫应）\n请立即查看叫应。" in short
    assert short.partition("（全文")[0].endswith("。")
    assert size(short) <= LONGEST_SHORT
    assert long in (await post.texts(officer))[0]
    assert await post.states() == [MessageState.SENT] * 2


async def test_only_what_is_urgent_goes_to_channels(post: PostOffice, officer: int, end: FarEnd) -> None:
    chat = await attached(post, end.address(), person_id=await person(post, officer))
    for lane in (Lane.INTERACTIVE, Lane.ROUTINE, Lane.BULK):
        how = Telling(f"test:{lane}", "notice", lane)
        async with post.database.write() as session:
            await service.tell(session, post.clock.now(), how, Short(words=WORDS), [Target(officer)])
    async with both_ways(post):
        await post.settled()
    assert end.texts == []
    assert await rows_of(post, chat) == []
    assert len(await post.texts(officer)) == 3


async def test_a_channel_of_a_group_of_a_unit_and_of_a_person_is_told_once_each(
    post: PostOffice, officer: int, group: int, end: FarEnd
) -> None:
    now = post.clock.now()
    someone = await person(post, officer)
    async with post.database.write() as session:
        session.add(
            Group(
                chat_id=group,
                title="采石场",
                state=GroupState.BOUND,
                region_code="500111100",
                unit_key="quarry",
                tier=Tier.UNIT,
                created_at=now,
            )
        )
        post_row = Post(kind="company_safety", unit_key="quarry")
        session.add(post_row)
        await session.flush()
        start = now - timedelta(days=1)
        session.add(Holding(person_id=someone, post_id=post_row.id, role=Role.HOLDER, starts_at=start))
    await attached(post, end.address("person"), person_id=someone)
    await attached(post, end.address("group"), group_chat=group)
    await attached(post, end.address("unit"), unit_key="quarry")
    await attached(post, end.address("other"), unit_key="another")
    for _ in range(2):
        await tell(post, [group, officer])
    async with both_ways(post):
        await post.settled()
    assert len(end.texts) == 3
    assert len(await post.rows()) == 5


async def test_a_group_that_moved_keeps_its_channel(post: PostOffice, group: int, end: FarEnd) -> None:
    now = post.clock.now()
    async with post.database.write() as session:
        row = Group(chat_id=group, title="群", state=GroupState.BOUND, created_at=now)
        session.add(row)
        await session.flush()
        session.add(GroupAlias(chat_id=-77, group_id=row.id, moved_at=now))
    chat = await attached(post, end.address(), group_chat=-77)
    await tell(post, [group])
    assert len(await rows_of(post, chat)) == 1


async def test_what_is_told_of_one_case_arrives_in_order_though_the_first_had_to_wait(
    post: PostOffice, officer: int, end: FarEnd
) -> None:
    await attached(post, end.address(), person_id=await person(post, officer))
    end.answers.append((429, ""))
    await tell(post, [officer], "第一版。")
    async with both_ways(post):
        await post.settled()
        await tell(post, [officer], "第二版。", version=2)
        await post.settled()
        post.pass_time(61)
        await post.settled()
    assert [text.partition("。")[0] for text in end.texts] == ["第一版", "第一版", "第二版"]
    assert {row.state for row in await post.rows()} == {MessageState.SENT}


@pytest.mark.parametrize("answer", [Broken(), (502, "")], ids=["broken", "502"])
async def test_an_answer_that_never_came_is_repeated_once_and_marked(
    post: PostOffice, officer: int, end: FarEnd, answer: Broken | tuple[int, str]
) -> None:
    chat = await attached(post, end.address(), person_id=await person(post, officer))
    end.answers.append(answer)
    await tell(post, [officer])
    async with both_ways(post):
        await post.settled()
    first, second = end.texts
    assert second == f"（可能重复）\n{first}"
    (row,) = await rows_of(post, chat)
    assert (row.state, row.repeated) == (MessageState.SENT, True)


async def test_a_second_answer_that_never_came_leaves_it_uncertain(post: PostOffice, officer: int, end: FarEnd) -> None:
    chat = await attached(post, end.address(), person_id=await person(post, officer))
    end.answers += [Broken(), Broken()]
    await tell(post, [officer])
    async with both_ways(post):
        await post.settled()
    assert [row.state for row in await rows_of(post, chat)] == [MessageState.UNCERTAIN]
    assert len(end.texts) == 2


async def test_what_was_superseded_or_cancelled_before_it_left_is_never_sent(
    post: PostOffice, officer: int, end: FarEnd
) -> None:
    await attached(post, end.address(), person_id=await person(post, officer))
    await tell(post, [officer], "第一版。")
    async with post.database.write() as session:
        await service.supersede(session, "incident:1", 2)
    await tell(post, [officer], "第二版。", version=2)
    async with post.database.write() as session:
        await service.cancel(session, "incident:1")
    await tell(post, [officer], "第三版。", version=3)
    async with both_ways(post):
        await post.settled()
    assert [text[:3] for text in end.texts] == ["第三版"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((404, "not here"), "HTTP 404"),
        ((403, ""), "HTTP 403"),
        ((200, '{"errcode": 310000, "errmsg": "keywords not in content"}'), "refused with code 310000"),
    ],
)
async def test_a_refusal_is_dead_says_why_in_our_words_and_reaches_the_watch(
    post: PostOffice, officer: int, end: FarEnd, answer: tuple[int, str], reason: str
) -> None:
    chat = await attached(post, end.address(), person_id=await person(post, officer))
    end.answers.append(answer)
    await tell(post, [officer])
    async with both_ways(post):
        await post.settled()
    (row,) = await rows_of(post, chat)
    assert (row.state, row.error) == (MessageState.DEAD, reason)
    async with post.database.read() as session:
        (found,) = await lateness.unreported(session)
    assert (found.chat_id, found.is_known) == (chat, False)
    channel = await channel_of(post, chat)
    assert (channel.error, channel.failing_since is not None) == (reason, True)


async def test_a_robot_that_says_slow_down_is_parked_and_gets_it_later(
    post: PostOffice, officer: int, end: FarEnd
) -> None:
    chat = await attached(post, end.address(), person_id=await person(post, officer))
    end.answers.append((200, '{"errcode": 130101, "errmsg": "send too fast"}'))
    await tell(post, [officer])
    async with both_ways(post):
        await post.settled()
        assert [row.state for row in await rows_of(post, chat)] == [MessageState.RETRY]
        post.pass_time(61)
        await post.settled()
    assert [row.repeated for row in await rows_of(post, chat)] == [False]
    assert len(end.texts) == 2


async def test_a_far_end_nobody_answers_at_is_tried_for_ten_minutes_and_then_dead(
    post: PostOffice, officer: int, end: FarEnd
) -> None:
    chat = await attached(post, "json://127.0.0.1:9/x", person_id=await person(post, officer))
    await tell(post, [officer])
    async with both_ways(post):
        await post.settled()
        assert [row.state for row in await rows_of(post, chat)] == [MessageState.RETRY]
        assert len(await post.texts(officer)) == 1
        post.pass_time(601)
        await eventually(post.database, lambda: _is(post, chat, MessageState.DEAD), "a dead row")
    assert (await rows_of(post, chat))[0].error == "no connection for 10 minutes"
    assert (await channel_of(post, chat)).error == "no connection"
    assert await post.calls("getMe") != []


async def test_a_line_that_breaks_once_is_not_held_against_what_failed_otherwise_before(
    post: PostOffice, officer: int, end: FarEnd
) -> None:
    chat = await attached(post, end.address(), person_id=await person(post, officer))
    end.answers.append((404, ""))
    await tell(post, [officer])
    async with both_ways(post):
        await post.settled()
    post.pass_time(3600)
    async with post.database.write() as session:
        channel = await session.get_one(Channel, channel_in(chat))
        channel.url = "json://127.0.0.1:9/x"
    await tell(post, [officer], version=2)
    async with both_ways(post):
        await post.settled()
    assert [row.state for row in await rows_of(post, chat)] == [MessageState.DEAD, MessageState.RETRY]


async def test_while_the_platform_is_down_the_channels_are_told_all_the_same(
    post: PostOffice, officer: int, end: FarEnd
) -> None:
    chat = await attached(post, end.address(), person_id=await person(post, officer))
    await tell(post, [officer])
    channels = AppriseGateway(post.database, post.clock)
    async with Gateway("1:nobody", "http://127.0.0.1:9") as gateway, post.sending(Switchboard(gateway, channels)):
        await eventually(post.database, lambda: _is(post, chat, MessageState.SENT), "the short text")
    assert len(end.texts) == 1
    assert await post.texts(officer) == []
    states = {row.chat_id: row.state for row in await post.rows()}
    assert states[officer] in (MessageState.QUEUED, MessageState.RETRY)


async def test_a_drill_is_marked_in_the_channel_too(post: PostOffice, officer: int, end: FarEnd) -> None:
    await attached(post, end.address(), person_id=await person(post, officer))
    await tell(post, [officer], "长。" * 200, drill=True)
    async with both_ways(post):
        await post.settled()
    assert end.texts[0].startswith("【演练】\n长。")
    assert size(end.texts[0]) <= LONGEST_SHORT


async def test_pins_edits_and_deletions_leave_no_dead_row(post: PostOffice, officer: int, end: FarEnd) -> None:
    chat = await attached(post, end.address(), person_id=await person(post, officer))
    await tell(post, [officer], pin=True)
    async with both_ways(post):
        await post.settled()
    how = Telling("incident:1", "erase", Lane.URGENT, version=2)
    async with post.database.write() as session:
        await service.erase(session, post.clock.now(), how, ["order"])
        await service.unpin(session, post.clock.now(), "incident:1", 2)
    async with both_ways(post):
        await post.settled()
    assert MessageState.DEAD not in await post.states()
    assert len(await rows_of(post, chat)) == 1
    gateway = AppriseGateway(post.database, post.clock)
    for method in ("editMessageText", "deleteMessage", "pinChatMessage", "unpinChatMessage"):
        assert await gateway.call(method, {"chat_id": chat, "message_id": 1, "text": "x"}) is True
    gateway.close()
    assert len(end.texts) == 1


async def test_a_mail_arrives_and_a_reader_the_server_does_not_know_is_a_refusal(
    post: PostOffice, officer: int
) -> None:
    async with mailbox() as box:
        address = f"mailto://127.0.0.1:{box.port}?from=bot@example.cn&to=duty@example.cn&mode=insecure"
        chat = await attached(post, address, person_id=await person(post, officer))
        async with both_ways(post):
            await tell(post, [officer])
            await post.settled()
            box.refusal = "550 no such reader"
            await tell(post, [officer], version=2)
            await post.settled()
    assert WORDS in box.texts[0]
    assert len(box.texts) == 1
    first, second = await rows_of(post, chat)
    assert (first.state, second.state) == (MessageState.SENT, MessageState.DEAD)
    assert second.error == "SMTPRecipientsRefused"


async def test_the_demo_writes_to_this_machine_only(post: PostOffice, officer: int, end: FarEnd) -> None:
    someone = await person(post, officer)
    here, outside = await attached(post, end.address(), person_id=someone), "dingtalk://abc123def456"
    there = await attached(post, outside, person_id=someone)
    await tell(post, [officer])
    async with both_ways(post, loopback_only=True):
        await post.settled()
    assert [row.state for row in await rows_of(post, here)] == [MessageState.SENT]
    (row,) = await rows_of(post, there)
    assert (row.state, row.error) == (MessageState.DEAD, "the demo writes to this machine only")


async def test_an_address_that_promises_success_whatever_happens_is_not_believed(
    post: PostOffice, officer: int, end: FarEnd
) -> None:
    address = f"{end.address()}?optional=yes&retry=3"
    chat = await attached(post, address, person_id=await person(post, officer))
    end.answers.append((400, ""))
    await tell(post, [officer])
    async with both_ways(post):
        await post.settled()
    assert [row.state for row in await rows_of(post, chat)] == [MessageState.DEAD]
    assert len(end.texts) == 1


async def _is(post: PostOffice, chat: int, state: MessageState) -> bool:
    return [row.state for row in await rows_of(post, chat)] == [state]


def test_no_start_pays_for_the_library() -> None:
    """It is drawn in by the thread that sends first."""
    asked = "import bot.app, sys; print('apprise' in sys.modules, 'requests' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["False", "False"]
