"""Attaching, testing and detaching channels: who may, what is said of it, what is kept; and who is told through one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from bot.audit import service as audit
from bot.core.access import Actor
from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.errors import NotAllowed
from bot.core.nursery import Nursery
from bot.delivery import channels
from bot.delivery.addressing import channel_chat
from bot.delivery.errors import AddressRefused
from bot.delivery.models import Channel, ChannelKind, ChannelState, Message, MessageState, Text
from bot.directory import groups
from bot.inbox.models import InboxUpdate, UpdateState
from bot.inbox.taps import TapAnswerer
from bot.inbox.worker import Worker
from bot.incident.models import Facts, Threat
from bot.plan.schema import Nature
from bot.plan.service import Plan
from bot.watch.auditing import Auditor
from handlers.conversation import converse
from messages.channel import AddressRefused as Sentence
from tests.integration.case import Cases
from tests.integration.channelled_town import attached, told
from tests.integration.directory.talk import OnlyNamesItself
from tests.integration.far_end import SECRET
from tests.integration.town import DISTRICT, NIGHT, Town, build

ADDRESS = f"json://127.0.0.1:9/{SECRET}"
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def town(database: Database, plan: Plan) -> Town:
    return await build(database, plan)


async def asked(town: Town, kind: ChannelKind = ChannelKind.SMS, role: str = "administrator") -> int:
    """The role is asked for the address of a channel of the town's group; the channel."""
    async with town.database.write() as session:
        group = await groups.by_chat(session, town.chats["town_group"])
        assert group is not None
        owner = await channels.owner_of_group(session, town.plan, group.id)
        assert owner is not None
        actor = await town.actor(session, role)
        return await channels.ask(session, town.plan, actor, NIGHT, owner, kind)


async def says(town: Town, channel: int, address: str, role: str = "administrator") -> None:
    async with town.database.write() as session:
        await channels.attach(session, town.plan, await town.actor(session, role), NIGHT, channel, address)


async def row(town: Town, channel: int) -> Channel:
    async with town.database.read() as session:
        return await session.get_one(Channel, channel)


@pytest.mark.parametrize("role", ["worker", "cadre", "town", "district"])
async def test_only_an_administrator_attaches_lists_and_detaches(town: Town, role: str) -> None:
    with pytest.raises(NotAllowed):
        await asked(town, role=role)
    channel = await asked(town)
    await says(town, channel, ADDRESS)
    async with town.database.write() as session:
        actor = await town.actor(session, role)
        with pytest.raises(NotAllowed):
            await channels.listed(session, town.plan, actor)
        for do in (channels.test, channels.detach):
            with pytest.raises(NotAllowed):
                await do(session, town.plan, actor, NIGHT, channel)
    assert (await row(town, channel)).state is ChannelState.ATTACHED


async def test_a_right_of_another_place_attaches_nothing_here(town: Town) -> None:
    channel = await asked(town)
    elsewhere = Actor(1, "elsewhere")
    async with town.database.write() as session:
        boss = await town.actor(session, "administrator")
        narrow = [grant for grant in boss.grants if grant.permission.value == "channel.attach"]
        assert [grant.region for grant in narrow] == [DISTRICT]
        with pytest.raises((NotAllowed, AddressRefused)):
            await channels.attach(session, town.plan, elsewhere, NIGHT, channel, ADDRESS)


async def test_attached_it_is_tested_at_once_marked_as_a_drill_and_the_audit_knows_no_address(town: Town) -> None:
    channel = await asked(town)
    await says(town, channel, ADDRESS)
    ((_, state, text),) = await told(town, channel_chat(channel))
    assert state is MessageState.QUEUED
    assert text.startswith("【演练】\n叫应链路测试：town_group")
    async with town.database.read() as session:
        acts = await audit.about(session, f"channel:{channel}")
        view = await channels.view(session, town.plan, channel)
    assert [act.act for act in acts] == ["channel.attach"]
    assert SECRET not in str([act.facts for act in acts])
    assert view is not None
    assert (view.scheme, len(view.fingerprint), view.owner) == ("json", 4, "town_group")
    assert SECRET not in repr(view)


@pytest.mark.parametrize(
    ("kind", "address", "reason"),
    [
        (ChannelKind.SMS, "三号短信机", "not_one"),
        (ChannelKind.SMS, f"{ADDRESS} {ADDRESS}", "not_one"),
        (ChannelKind.MAIL, ADDRESS, "other_kind"),
        (ChannelKind.DINGTALK, "wecombot://abc", "other_kind"),
    ],
)
async def test_what_is_no_address_of_the_kind_is_refused_and_may_be_said_again(
    town: Town, kind: ChannelKind, address: str, reason: str
) -> None:
    channel = await asked(town, kind)
    with pytest.raises(AddressRefused) as raised:
        await says(town, channel, address)
    assert raised.value.payload == Sentence(reason=reason, kind=kind.value)
    assert SECRET not in str(raised.value)
    assert (await row(town, channel)).state is ChannelState.ASKED


async def test_one_address_is_attached_once(town: Town) -> None:
    await says(town, await asked(town), ADDRESS)
    with pytest.raises(AddressRefused) as raised:
        await says(town, await asked(town), ADDRESS)
    assert raised.value.payload == Sentence(reason="twice", kind="sms")


async def test_who_is_asked_anew_need_not_answer_what_he_was_asked_before(town: Town) -> None:
    before = await asked(town)
    now = await asked(town)
    async with town.database.read() as session:
        boss = await town.actor(session, "administrator")
        assert await channels.asked_of(session, boss, NIGHT) == now
        assert await channels.asked_of(session, boss, NIGHT + 11 * MINUTE) is None
        assert await session.get(Channel, before) is None or before == now


async def test_detached_its_address_is_forgotten_and_it_cannot_be_tested(town: Town) -> None:
    channel = await asked(town)
    await says(town, channel, ADDRESS)
    async with town.database.write() as session:
        boss = await town.actor(session, "administrator")
        await channels.detach(session, town.plan, boss, NIGHT, channel)
    gone = await row(town, channel)
    assert (gone.state, gone.url) == (ChannelState.DETACHED, None)
    assert [state for _, state, _ in await told(town, channel_chat(channel))] == [MessageState.CANCELLED]
    async with town.database.write() as session:
        with pytest.raises(AddressRefused):
            await channels.test(session, town.plan, await town.actor(session, "administrator"), NIGHT, channel)


@pytest.mark.parametrize("words", [ADDRESS, "三号短信机 不是://地址"], ids=["taken", "refused"])
async def test_said_in_chat_it_is_deleted_there_and_kept_nowhere(town: Town, words: str) -> None:
    channel = await asked(town)
    await heard(town, {"text": words, "entities": []})
    async with town.database.read() as session:
        (update,) = (await session.exec(select(InboxUpdate))).all()
        erasing = select(Message, Text).join(Text, col(Text.id) == col(Message.text_id))
        found = (await session.exec(erasing.where(Message.chat_id == town.chats["administrator"]))).all()
    assert update.state is UpdateState.DONE
    assert "://" not in str(update.payload)
    assert update.payload["message"]["from"]["id"] == town.chats["administrator"]
    assert [message.reply_to for message, text in found if text.body.get("deletes")] == [77]
    assert (await row(town, channel)).state is (ChannelState.ATTACHED if words == ADDRESS else ChannelState.ASKED)


async def test_a_link_from_somebody_who_was_asked_nothing_is_what_it_was_before(town: Town) -> None:
    await heard(town, {"text": f"看这个 {ADDRESS}", "entities": []})
    async with town.database.read() as session:
        (update,) = (await session.exec(select(InboxUpdate))).all()
        assert (await session.exec(select(Channel))).all() == []
    assert update.payload["message"]["text"].startswith("看这个")


async def test_an_owner_is_found_by_name_among_people_units_and_groups(town: Town) -> None:
    await heard(town, {"text": "/channel town", "entities": [{"type": "bot_command", "offset": 0, "length": 8}]})
    async with town.database.read() as session:
        (body,) = (await session.exec(select(Text.body))).all()
    keys = [key["text"] for row in body["reply_markup"]["inline_keyboard"] for key in row]
    assert keys == ["other_town（人员）", "town（人员）", "town_group（工作群）"]


async def heard(town: Town, said: dict[str, Any]) -> None:
    """The administrator's message as the inbox's worker handles it."""
    boss = town.chats["administrator"]
    who = {"id": boss, "is_bot": False, "first_name": "系统管理员"}
    chat = {"id": boss, "type": "private", "first_name": "系统管理员"}
    message = {"message_id": 77, "from": who, "chat": chat, "date": int(NIGHT.timestamp()), **said}
    clock = Clock()
    clock.shift((NIGHT - clock.now()).total_seconds(), 1)
    async with town.database.write() as session:
        payload = {"update_id": 1, "message": message}
        session.add(InboxUpdate(update_id=1, chat_id=boss, payload=payload, received_at=NIGHT))
    conversation = await converse(OnlyNamesItself(), "1000:test", town.plan, clock)
    async with Nursery() as nursery:
        taps = TapAnswerer(OnlyNamesItself(), nursery)
        assert await Worker(town.database, clock, conversation.handling, taps).handle_next()


async def test_a_danger_sign_rings_the_channels_of_its_desks_once_and_again_while_nobody_takes_it(town: Town) -> None:
    cases = Cases(town)
    near = await attached(town, group_chat=town.chats["town_group"])
    far = await attached(town, group_chat=town.chats["other_group"])
    facts = Facts(what="房后山坡裂缝变宽")
    await cases.reported(nature=Nature.DANGER_SIGN, threat=Threat.YES, facts=facts)
    ((_, _, text),) = await told(town, near)
    assert text.startswith("【险情】龙水0712-1 龙水镇 横店村 第3网格 有人受威胁")
    assert "房后山坡裂缝变宽" in text
    assert "请立即查看叫应并接手。值班电话 +86 " in text
    assert await told(town, far) == []

    await cases.chase(NIGHT + 6 * MINUTE)
    (_, (_, _, again)) = await told(town, near)
    assert "已6分钟无人接手。" in again
    assert "+8610000000101" not in again.replace(" ", "")


async def test_a_dead_channel_reaches_the_desk_by_its_name(town: Town) -> None:
    chat = await attached(town, group_chat=town.chats["town_group"])
    await Cases(town).reported()
    async with town.database.write() as session:
        for message in (await session.exec(select(Message).where(Message.chat_id == chat))).all():
            message.state, message.sending_at, message.error = MessageState.DEAD, NIGHT, "HTTP 404"
    async with town.database.write() as session:
        await Auditor(town.plan).run_due(session, NIGHT + 2 * MINUTE, {})
    (notice,) = await town.told("district", "findings")
    assert "短信·town_group" in notice
