"""Warnings by channels that are no chats: who is told, once, at which level, and what the publisher is shown of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from bot.core.database import Database
from bot.delivery import channels, service
from bot.delivery.addressing import channel_chat, is_channel
from bot.delivery.models import Card, Channel, ChannelState, Message, MessageState
from bot.delivery.schemas import Fate
from bot.directory.models import Holding, Person, PersonState, Post, Role
from bot.plan.service import Plan
from bot.warning import answering, issuing, repository, telling
from bot.warning import service as warnings
from handlers.painters import painters
from messages.shortening import LONGEST_SHORT, size
from tests.integration.channelled_town import attached, told
from tests.integration.test_warning_telling import LIFTED, ORANGE, RED, STATION, TAKEN_BACK, relayed
from tests.integration.town import DISTRICT, NIGHT, VILLAGE, Town, build

YELLOW = f"{STATION}发布暴雨黄色预警信号：预计未来6小时，我区降雨量将达50毫米以上。"


@pytest.fixture
async def town(database: Database, plan: Plan) -> Town:
    return await build(database, plan)


async def invited(town: Town, name: str, kind: str, region: str) -> int:
    """Somebody of the roster who has never joined; his id."""
    async with town.database.write() as session:
        person = Person(name=name, phone="+8610000000777", state=PersonState.INVITED, created_at=NIGHT)
        post = (await session.exec(select(Post).where(Post.kind == kind, Post.region_code == region))).first()
        post = post or Post(kind=kind, region_code=region)
        session.add_all([person, post])
        await session.flush()
        start = NIGHT - timedelta(days=1)
        session.add(Holding(person_id=person.id, post_id=post.id, role=Role.HOLDER, starts_at=start))
        return person.id


async def test_orange_goes_to_the_channels_of_everybody_told_once_and_in_short(town: Town) -> None:
    chats = [await attached(town, role="town"), await attached(town, group_chat=town.chats["town_group"])]
    await relayed(town, ORANGE)
    for chat in chats:
        ((version, state, text),) = await told(town, chat)
        assert (version, state) == (1, MessageState.QUEUED)
        assert text.startswith("【转发暴雨橙色预警】大足区 预")
        assert ORANGE in text
        assert "值班电话 +86 " in text
        assert size(text) <= LONGEST_SHORT


async def test_yellow_goes_to_no_channel(town: Town) -> None:
    chat = await attached(town, role="town")
    await relayed(town, YELLOW)
    assert await told(town, chat) == []


async def test_somebody_who_has_never_joined_is_told_by_his_channel_and_still_telephoned(town: Town) -> None:
    person = await invited(town, "珠溪镇值班员", "town_duty", "500111104")
    chat = await attached(town, person_id=person)
    await relayed(town, ORANGE)
    assert len(await told(town, chat)) == 1
    await town.delivered()
    async with town.database.write() as session:
        series, version = await issuing.issued(session, 1)
        await answering.tell_phone_list(session, town.plan, NIGHT, series, version)
        view = await warnings.view(session, 1)
    (row,) = [row for row in view.recipients if row.name == "珠溪镇值班员"]
    assert (row.is_missing, row.has_answered) == (True, False)
    (listed,) = await town.told("district", "phones")
    assert "珠溪镇值班员 +86 100 0000 0777" in listed
    assert "短信已发" in listed


async def test_who_has_never_joined_and_has_no_channel_is_told_nothing(town: Town) -> None:
    await invited(town, "高坡村干部", "village_cadre", "500111100201")
    await relayed(town, ORANGE)
    async with town.database.read() as session:
        names = {row.name for row in (await warnings.view(session, 1)).recipients}
    assert "高坡村干部" not in names


async def test_an_absent_holder_with_a_channel_does_not_displace_who_acts_for_him(town: Town) -> None:
    async with town.database.write() as session:
        seat = select(Holding).join(Post, col(Post.id) == col(Holding.post_id)).where(Post.kind == "village_cadre")
        holding = (await session.exec(seat.where(Post.region_code == VILLAGE))).one()
        holding.role = Role.ACTING
    person = await invited(town, "横店村干部", "village_cadre", VILLAGE)
    await attached(town, person_id=person)
    await relayed(town, ORANGE)
    assert await town.told("cadre") != []


async def test_raised_lifted_and_withdrawn_reach_a_channel_that_holds_a_text(town: Town) -> None:
    chat = await attached(town, role="town")
    await relayed(town, ORANGE)
    await town.delivered()
    await relayed(town, RED)
    await town.delivered()
    await relayed(town, f"{STATION}解除暴雨红色预警信号。")
    acts = [text.partition("】")[0] for _, _, text in await told(town, chat)]
    assert acts == ["【转发暴雨橙色预警", "【转发暴雨红色预警·升级", "【转发暴雨红色预警·解除"]


async def test_lowered_to_yellow_reaches_a_channel_that_holds_the_orange_text_and_no_other(town: Town) -> None:
    holding = await attached(town, role="town")
    await relayed(town, ORANGE)
    await town.delivered()
    later = await attached(town, role="district")
    await relayed(town, YELLOW)
    assert [version for version, _, _ in await told(town, holding)] == [1, 2]
    assert await told(town, later) == []


async def test_a_channel_that_got_nothing_is_not_told_of_the_end(town: Town) -> None:
    chat = await attached(town, role="town")
    await relayed(town, ORANGE)
    await relayed(town, LIFTED)
    assert [(version, state) for version, state, _ in await told(town, chat)] == [(1, MessageState.SUPERSEDED)]


async def test_taken_back_it_is_corrected_where_nothing_can_be_deleted(town: Town) -> None:
    chat = await attached(town, role="town")
    await relayed(town, ORANGE)
    await town.delivered()
    await relayed(town, TAKEN_BACK)
    assert [text.partition("】")[0] for _, _, text in await told(town, chat)][1] == "【转发暴雨橙色预警·误发撤回"
    async with town.database.read() as session:
        erased = select(Message).where(Message.chat_id == chat, Message.purpose == "erase")
        assert (await session.exec(erased)).all() == []


async def test_the_board_counts_channels_apart_and_nobody_as_having_answered(town: Town) -> None:
    await attached(town, role="town")
    await relayed(town, ORANGE)
    async with town.database.read() as session:
        before = await service.outcomes_of(session, "warning:1", 1)
    assert not any(is_channel(chat.chat_id) for chat in before.chats)
    await town.delivered()
    async with town.database.read() as session:
        short = await service.in_channels(session, "warning:1", 1)
        paint = painters(town.plan)[issuing.BOARD]
        board = (await session.exec(select(Card).where(Card.role == issuing.BOARD).order_by(col(Card.id)))).first()
        assert board is not None
        screen = await paint(session, service.view_of(board), 1)
    assert short.counts[Fate.SENT] == 1
    assert screen is not None
    assert "短信、邮件等：已发 1（发出不等于收到）" in screen.text
    assert "已应答 0/" in screen.text


async def test_detached_it_is_told_nothing_and_what_waits_is_not_sent(town: Town) -> None:
    chat = await attached(town, role="town")
    await relayed(town, ORANGE)
    async with town.database.write() as session:
        boss = await town.actor(session, "administrator")
        await channels.detach(session, town.plan, boss, NIGHT, channel_chat(0) - chat)
    await relayed(town, RED)
    assert [(version, state) for version, state, _ in await told(town, chat)] == [(1, MessageState.CANCELLED)]


async def test_a_number_that_changed_in_the_pack_does_not_stop_who_is_told_late(town: Town) -> None:
    """The short text names the duty desk; told later it may read otherwise."""
    await attached(town, role="cadre")
    await relayed(town, ORANGE)
    async with town.database.write() as session:
        await session.exec(update(Channel).values(state=ChannelState.DETACHED))
    late = await attached(town, role="cadre")
    changed = town.plan.with_duty_phones({DISTRICT: "+8610000009999"})
    async with town.database.write() as session:
        series, version = await issuing.issued(session, 1)
        rows = await repository.recipients(session, 1)
        row = next(row for row in rows if row.chat_id == town.chats["cadre"])
        await telling.tell_late(session, changed, NIGHT, "warning:1", series, version, row)
    assert len(await told(town, late)) == 1
