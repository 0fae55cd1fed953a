"""What stands under the text for whom, in which language, in how many messages; and what a withdrawal takes away."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

import pytest
from sqlmodel import col, select

from bot.core.database import Database
from bot.delivery.models import Message, MessageState
from bot.delivery.schemas import Target
from bot.directory.models import Group, GroupState, Holding, Person, PersonState, Post, Role, Tier
from bot.plan.schema import Unit
from bot.plan.service import Plan
from bot.warning import checking, relaying, repository
from bot.warning.models import SeriesState, Version
from bot.warning.rules import hash_of
from messages.splitting import LONGEST_PART
from tests.integration.town import NIGHT, OTHER_TOWN, Town, build
from tests.integration.warning_desk import Desk, seat

STATION = "大足区气象台2026年7月12日00时50分"
ORANGE = f"{STATION}发布暴雨橙色预警信号：预计未来3小时，我区降雨量将达50毫米以上。"
RED = f"{STATION}发布暴雨红色预警信号：预计未来3小时，我区降雨量将达100毫米以上。"
LIFTED = f"{STATION}解除暴雨橙色预警信号。"
BLUE = f"{STATION}发布暴雨蓝色预警信号：预计未来12小时，我区有雨。"
TAKEN_BACK = f"{STATION}撤回误发的暴雨橙色预警信号。"

EVERYBODY, MINES, BUILDERS = "先撤人再报告", "矿山停产撤人", "深基坑、高边坡"
OF_LONGSHUI = "龙水镇：沿河和低洼商铺"
QUARRY, SITE = -301, -302


@pytest.fixture
async def town(database: Database, plan: Plan) -> Town:
    """With a quarry and a building site in the neighbouring town, each with a group and somebody in charge."""
    units = {
        key: Unit(
            key=key, name=name, name_en=key, region="500111102", member=False, sectors=(sector,), source="default"
        )
        for key, name, sector in (("quarry", "演示采石场", "mine"), ("site", "演示工地", "construction"))
    }
    town = await build(database, replace(plan, units=MappingProxyType({**plan.units, **units})))
    async with database.write() as session:
        for number, (key, chat) in enumerate((("quarry", QUARRY), ("site", SITE)), 601):
            session.add(
                Group(
                    chat_id=chat,
                    title=key,
                    state=GroupState.BOUND,
                    region_code="500111102",
                    unit_key=key,
                    tier=Tier.UNIT,
                    created_at=NIGHT,
                    bound_at=NIGHT,
                )
            )
            person = Person(name=f"{key}_safety", phone=f"+86100000{number:05}", platform_id=number, created_at=NIGHT)
            person.state = PersonState.ACTIVE
            post = Post(kind="company_safety", unit_key=key)
            session.add_all([person, post])
            await session.flush()
            start = NIGHT - timedelta(days=1)
            session.add(Holding(person_id=person.id, post_id=post.id, role=Role.HOLDER, starts_at=start))
            town.chats |= {f"{key}_group": chat, f"{key}_safety": number}
    return town


async def relayed(town: Town, text: str) -> None:
    signal = checking.recognise(town.plan, text, NIGHT)
    assert signal is not None
    async with town.database.write() as session:
        actor, target = await town.actor(session, "district"), Target(town.chats["district"])
        await relaying.receive(session, town.plan, actor, NIGHT, target, text, signal)
        newest = max((await session.exec(select(Version.id))).all())
        await relaying.relay(session, town.plan, actor, NIGHT, newest)


async def speaks_english(town: Town, role: str) -> None:
    async with town.database.write() as session:
        person = (await session.exec(select(Person).where(Person.platform_id == town.chats[role]))).one()
        person.locale = "en"


async def told(town: Town, chat: str) -> str:
    """The newest text, of one message."""
    return (await town.told(chat))[-1]


# --- 一行业一措施，一镇街一方案 ---------------------------------------------------------------------------------------


async def test_everybody_reads_what_is_for_everybody_under_the_unchanged_text(town: Town) -> None:
    await relayed(town, ORANGE)
    for chat in ("district_group", "other_group", "worker", "other_town"):
        text = await told(town, chat)
        assert text.index(ORANGE) < text.index("本区要求（不是原文）") < text.index(EVERYBODY)


async def test_a_trades_measure_is_for_its_groups_and_its_people_alone(town: Town) -> None:
    await relayed(town, ORANGE)
    for chat, measure, others in (
        *(("quarry_group", MINES, BUILDERS), ("quarry_safety", MINES, BUILDERS)),
        *(("site_group", BUILDERS, MINES), ("site_safety", BUILDERS, MINES)),
    ):
        text = await told(town, chat)
        assert measure in text
        assert others not in text
    for chat in ("district_group", "town_group", "other_group", "worker", "town"):
        text = await told(town, chat)
        assert MINES not in text
        assert BUILDERS not in text


async def test_a_towns_plan_is_for_that_town_and_its_villages_alone(town: Town) -> None:
    await relayed(town, ORANGE)
    for chat in ("town_group", "village_group", "town", "cadre", "worker"):
        assert OF_LONGSHUI in await told(town, chat)
    for chat in ("district_group", "other_group", "other_town", "quarry_group"):
        assert OF_LONGSHUI not in await told(town, chat)


async def test_nothing_is_added_where_the_pack_has_nothing_and_when_it_is_over(town: Town) -> None:
    await relayed(town, BLUE)
    assert "本区要求" not in await told(town, "town_group")
    await relayed(town, ORANGE)
    await town.delivered()
    await relayed(town, LIFTED)
    assert "本区要求" not in await told(town, "town_group")


async def test_who_checks_and_who_signs_sees_that_something_is_added(town: Town) -> None:
    desk = Desk(town)
    await desk.begin()
    await desk.choose("places", OTHER_TOWN)
    assert (await desk.view()).preview.advice == 1, "what is for everybody"
    await desk.choose("places", "500111100")
    assert (await desk.view()).preview.advice == 2, "and the town's own plan"
    signal = checking.recognise(town.plan, ORANGE, NIGHT)
    assert signal is not None
    async with town.database.write() as session:
        actor, target = await town.actor(session, "district"), Target(town.chats["district"])
        await relaying.receive(session, town.plan, actor, NIGHT, target, ORANGE, signal)
        newest = max((await session.exec(select(Version.id))).all())
        view = await checking.check_view(session, town.plan, newest)
    assert view is not None
    assert view.advice == 5, "everybody, three trades, one town"


async def test_what_is_hashed_is_the_text_without_what_the_district_adds(town: Town) -> None:
    await relayed(town, ORANGE)
    async with town.database.read() as session:
        version = (await session.exec(select(Version))).one()
        places = await repository.places(session, version.id)
    assert version.text == ORANGE
    assert version.content_hash == hash_of(version, list(places))


async def test_who_reads_the_same_shares_one_stored_text(town: Town) -> None:
    await relayed(town, ORANGE)
    async with town.database.read() as session:
        rows = (await session.exec(select(Message).where(col(Message.purpose) == "notice"))).all()
    texts = {row.chat_id: row.text_id for row in rows}
    assert texts[town.chats["district_group"]] == texts[town.chats["other_group"]]
    assert texts[town.chats["town_group"]] == texts[town.chats["village_group"]] == texts[town.chats["worker"]]
    assert len(set(texts.values())) == 4


async def test_groups_go_first_then_who_must_answer_then_the_rest(town: Town) -> None:
    await relayed(town, ORANGE)
    async with town.database.read() as session:
        rows = (await session.exec(select(Message).order_by(col(Message.id)))).all()
    order = [("group" if row.chat_id < 0 else row.purpose) for row in rows]
    turns = [turn for turn, before in zip(order, ["", *order], strict=False) if turn != before]
    assert turns == ["group", "warning", "notice"]


async def test_an_own_notice_with_two_levels_reaches_each_town_at_its_own(town: Town) -> None:
    await seat(town, "leader", 402, "district_leader")
    desk = Desk(town)
    await desk.begin()
    await desk.complete()
    await desk.choose("places", OTHER_TOWN)
    await desk.choose("places", OTHER_TOWN)
    await desk.write("platform_number", "1")
    await desk.propose()
    await desk.sign()
    assert (await told(town, "town_group")).startswith("🟡【洪水黄色预警】")
    other = await told(town, "other_group")
    assert other.startswith("🔵【洪水蓝色预警】")
    assert "龙水镇黄色（Ⅲ级）；宝顶镇蓝色（Ⅳ级）" in other
    assert EVERYBODY in await told(town, "town_group")
    assert "本区要求" not in other, "the pack asks for nothing at blue"


# --- languages, long texts --------------------------------------------------------------------------------------------


async def test_an_english_reader_reads_english_labels_and_the_signed_words(town: Town) -> None:
    await seat(town, "leader", 402, "district_leader")
    await speaks_english(town, "town")
    await Desk(town).issued()
    text = await told(town, "town")
    for part in (
        "River flood, yellow",
        "Kind: River flood",
        "Measures: ",
        "Published by: 区应急局",
        "What the district asks",
    ):
        assert part in text
    matters = (await Desk(town).version()).matters
    assert f"To be aware of: {matters}" in text
    assert "类别：" not in text
    assert "类别：洪水预警" in (await Desk(town).version()).text
    assert "类别：洪水预警" in await told(town, "town_group")


async def test_a_relayed_text_stays_in_its_own_language(town: Town) -> None:
    await speaks_english(town, "town")
    await relayed(town, ORANGE)
    text = await told(town, "town")
    assert ORANGE in text
    assert "passed on word for word" in text
    assert "At any noise or crack" in text


async def test_a_long_text_is_never_cut_for_what_is_ours(town: Town) -> None:
    long = ORANGE + "雨" * (LONGEST_PART - len(ORANGE))
    await relayed(town, long)
    head, text, foot = await town.told("town_group")
    assert "【转发暴雨橙色预警】" in head
    assert text == long
    assert "原文转发" in foot
    async with town.database.read() as session:
        rows = (await session.exec(select(Message).where(Message.chat_id == town.chats["town"]))).all()
    assert [row.purpose for row in rows] == ["warning", "warning/1", "warning/2"]


# --- taken back -------------------------------------------------------------------------------------------------------


async def arrived(town: Town) -> None:
    """Everything that is queued is on the phones."""
    async with town.database.write() as session:
        rows = (await session.exec(select(Message).where(Message.state == MessageState.QUEUED))).all()
        for number, row in enumerate(rows, 1):
            row.state, row.message_id, row.sent_at = MessageState.SENT, 1000 + number, NIGHT


async def deletions(town: Town) -> list[Message]:
    async with town.database.read() as session:
        statement = select(Message).where(Message.purpose == "erase").order_by(col(Message.id))
        return list((await session.exec(statement)).all())


async def test_a_withdrawal_deletes_what_was_read_and_then_says_so(town: Town) -> None:
    await seat(town, "leader", 402, "district_leader")
    await seat(town, "second_duty", 404, "district_duty")
    desk = Desk(town)
    await desk.issued()
    await arrived(town)
    await desk.withdraw()
    assert await deletions(town) == [], "nothing is deleted before the second person agrees"
    await desk.sign("second_duty")
    assert (await desk.series()).state is SeriesState.WITHDRAWN
    erased = await deletions(town)
    assert {row.chat_id for row in erased} >= {town.chats["town_group"], town.chats["town"]}
    async with town.database.read() as session:
        corrections = (
            await session.exec(
                select(Message).where(Message.version == 2, col(Message.purpose).in_(("warning", "notice")))
            )
        ).all()
    assert {row.chat_id for row in corrections} == {row.chat_id for row in erased}
    assert max(row.id for row in erased) < min(row.id for row in corrections)


async def test_a_stations_own_withdrawal_deletes_and_is_passed_on(town: Town) -> None:
    await relayed(town, ORANGE)
    await arrived(town)
    await relayed(town, TAKEN_BACK)
    assert await deletions(town)
    assert TAKEN_BACK in await told(town, "town_group")


async def test_a_lifting_deletes_nothing(town: Town) -> None:
    await relayed(town, ORANGE)
    await arrived(town)
    await relayed(town, LIFTED)
    assert await deletions(town) == []


async def test_a_red_pin_comes_down_when_it_is_lowered(town: Town) -> None:
    await relayed(town, RED)
    async with town.database.write() as session:
        rows = (await session.exec(select(Message).where(Message.chat_id == town.chats["town_group"]))).all()
        (row,) = rows
        session.add(
            Message(
                subject=f"{row.subject}:pin",
                purpose=row.purpose,
                chat_id=row.chat_id,
                text_id=row.text_id,
                lane=row.lane,
                reply_to=77,
                state=MessageState.SENT,
                created_at=NIGHT,
            )
        )
    await relayed(town, ORANGE)
    async with town.database.read() as session:
        (down,) = (await session.exec(select(Message).where(Message.purpose == "unpin"))).all()
    assert (down.chat_id, down.reply_to) == (town.chats["town_group"], 77)
