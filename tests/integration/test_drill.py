"""Drills of warnings: known by their mark, kept to who takes part, and apart from everything real."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import col, select, update

from bot.audit.models import AuditEntry
from bot.core.database import Database
from bot.delivery import service as delivery
from bot.delivery.models import Lane, Message, MessageState, Text
from bot.directory.models import Group, GroupState
from bot.plan.service import Plan
from bot.warning import service
from bot.warning.models import Answer, Series, SeriesState, Version
from bot.warning.schemas import SeriesView
from tests.integration.directory.talk import Said
from tests.integration.practice import Practice, practise
from tests.integration.town import GROUPS, NIGHT, Town, build
from tests.integration.warning_desk import CONSENT, Desk, seat

YELLOW = "大足区气象台2026年7月12日00时50分发布暴雨黄色预警信号：预计未来6小时，我区大部降雨量将达50毫米以上。"
RED = YELLOW.replace("黄色", "红色")
ORANGE = "大足区气象台2026年7月12日01时00分将暴雨黄色预警信号升级为橙色：预计未来3小时，我区降雨量将达50毫米以上。"
LIFTED = "大足区气象台2026年7月12日02时00分解除暴雨预警信号。"
MARK = "【演练】"
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def town(database: Database, plan: Plan) -> Town:
    town = await build(database, plan)
    await seat(town, "leader", 402, "district_leader")
    return town


@pytest.fixture
async def practice(town: Town) -> Practice:
    return await practise(town)


def only(said: list[Said]) -> Said:
    (one,) = said
    return one


async def relay(practice: Practice, text: str) -> list[Said]:
    """The district's officer pastes it and taps the first button; the card he checked, and what came back."""
    card = only(await practice.say("district", text))
    return [card, *await practice.tap("district", next(iter(card.buttons.values())))]


async def in_force(town: Town, *, drill: bool) -> list[SeriesView]:
    async with town.database.read() as session:
        return await service.in_force(session, drill=drill)


# --- who takes part --------------------------------------------------------------------------------------------------


async def test_a_groups_card_lets_who_may_bind_it_take_part_and_the_group_is_told_once(practice: Practice) -> None:
    async with practice.town.database.read() as session:
        group_id = (await session.exec(select(Group.id).where(Group.title == "town_group"))).one()
    for role in ("town", "district"):
        assert "没有这个权限" in only(await practice.tap(role, f"dr.part:{group_id}:in", chat="town_group")).text
    assert await practice.town.told("town_group") == []
    for _ in range(2):
        await practice.tap("administrator", f"dr.part:{group_id}:in", chat="town_group")
        await practice.tap("administrator", f"dr.part:{group_id}:out", chat="town_group")
    await practice.tap("administrator", f"dr.part:{group_id}:in", chat="town_group")
    assert "本群参加演练" in (await practice.town.told("town_group"))[0]
    assert len(await practice.town.told("town_group")) == 1
    async with practice.town.database.read() as session:
        facts = (await session.exec(select(AuditEntry.facts).where(AuditEntry.act == "group.drill"))).all()
    assert [fact["takes_part"] for fact in facts] == [True, False, True, False, True]


async def test_the_administrator_has_them_all_in_a_list_and_a_lost_group_is_not_in_it(practice: Practice) -> None:
    async with practice.town.database.write() as session:
        lost = (await session.exec(select(Group).where(Group.title == "other_group"))).one()
        lost.state = GroupState.LOST
        lost_id = lost.id
    menu = only(await practice.say("administrator", "演练"))
    assert "参加演练的群：0/3" in menu.text
    listed = only(await practice.tap("administrator", menu.buttons["哪些群参加"]))
    assert list(listed.buttons) == ["全部参加", "village_group", "town_group", "district_group"]
    changed = only(await practice.tap("administrator", listed.buttons["town_group"]))
    assert "✓town_group" in changed.buttons
    after = only(await practice.tap("administrator", changed.buttons["全部参加"]))
    assert list(after.buttons) == ["✓village_group", "✓town_group", "✓district_group"]
    assert "情况已变" in only(await practice.tap("administrator", f"dr.part:{lost_id}:in:1")).text
    assert await practice.town.told("other_group") == []


@pytest.mark.parametrize(
    ("role", "offered"),
    [
        ("district", ["预警演练", "链路测试"]),
        ("administrator", ["链路测试", "哪些群参加"]),
        ("town", None),
        ("worker", None),
        ("leader", None),
    ],
)
async def test_who_may_hold_drills_is_offered_what_he_may(
    practice: Practice, role: str, offered: list[str] | None
) -> None:
    said = only(await practice.say(role, "/drill"))
    if offered is None:
        assert "没有这个权限" in said.text
        assert "区应急局值班员" in said.text
    assert list(said.buttons) == (offered or [])
    assert "/drill" in "".join(each.text for each in await practice.say("district", "/help"))


# --- relaying --------------------------------------------------------------------------------------------------------


async def test_a_marked_text_is_a_drill_and_reaches_only_who_takes_part(practice: Practice) -> None:
    await practice.take_part("town_group")
    text = MARK + YELLOW
    card, *after = await relay(practice, text)
    assert card.text.startswith(MARK)
    assert "这是演练，不是真预警" in card.text
    assert "核对无误，作演练转发" in card.buttons
    assert any("演0712-1" in each.text for each in after)
    told = await practice.told()
    assert set(told) == {"town_group", "town"}
    for (words,) in told.values():
        assert words.startswith(MARK)
        assert text in words, "what was pasted is passed on word for word, its own mark too"
        assert "不是真预警" in words
    for silent in ("district_group", "village_group", "other_group", "other_town", "cadre", "worker", "leader"):
        assert await practice.town.told(silent, "warning") == await practice.town.told(silent, "notice") == []


async def test_a_text_without_the_mark_is_real_and_one_that_speaks_of_drills_is_looked_at_twice(
    practice: Practice,
) -> None:
    await practice.take_part(*GROUPS)
    card, *_ = await relay(practice, f"{YELLOW}请停止户外演练活动。")
    assert "将按真预警转发" in card.text
    assert "核对无误，立即转发" in card.buttons
    assert await practice.told() == {}
    assert not any(MARK in words for words in await practice.town.told("town_group", "notice"))
    assert len(await practice.town.told("town_group", "notice")) == 1


async def test_a_drill_of_red_reaches_people_by_their_nearest_group(database: Database, plan: Plan) -> None:
    """The village has no group: its people follow the town's. The other town said no, the district yes."""
    town = await build(database, plan, groups=("town_group", "district_group", "other_group"))
    practice = await practise(town)
    await practice.take_part("town_group", "district_group")
    await relay(practice, MARK + RED)
    assert set(await practice.told()) == {"town_group", "district_group", "town", "cadre", "worker"}


async def test_a_village_that_stays_out_keeps_its_people_out_whatever_its_town_does(practice: Practice) -> None:
    await practice.take_part("town_group", "district_group")
    await relay(practice, MARK + RED)
    assert set(await practice.told()) == {"town_group", "district_group", "town"}


async def test_a_drill_overtakes_nothing_wakes_nobody_and_is_not_pinned(practice: Practice) -> None:
    await practice.take_part(*GROUPS)
    await relay(practice, MARK + RED)
    rows = await practice.rows("warning:1")
    assert rows
    assert {(row.lane, row.silent, row.drill) for row in rows} == {(Lane.BULK, True, True)}
    async with practice.town.database.read() as session:
        bodies = (await session.exec(select(Text.body).where(Text.subject == "warning:1"))).all()
    assert not any("pin" in body for body in bodies)


# --- apart from what is real -----------------------------------------------------------------------------------------


async def test_a_drill_neither_joins_nor_lifts_what_is_real_and_the_reverse(practice: Practice) -> None:
    await practice.take_part(*GROUPS)
    await relay(practice, YELLOW)
    await relay(practice, MARK + ORANGE.replace("将暴雨黄色预警信号升级为橙色", "发布暴雨橙色预警信号"))
    (real,), (drilled,) = await in_force(practice.town, drill=False), await in_force(practice.town, drill=True)
    assert (real.number, drilled.number) == ("预0712-1", "演0712-1")
    assert real.issued is not None
    assert (real.issued.number, real.issued.text) == (1, YELLOW)
    async with practice.town.database.read() as session:
        states = (await session.exec(select(Message.state).where(Message.subject == f"warning:{real.id}"))).all()
    assert set(states) == {MessageState.QUEUED}, "no drill takes a warning out of the queue"

    await relay(practice, MARK + LIFTED)
    assert [each.number for each in await in_force(practice.town, drill=False)] == ["预0712-1"]
    assert await in_force(practice.town, drill=True) == []
    assert not any("解除" in words for words in await practice.town.told("town_group") if not words.startswith(MARK))

    await relay(practice, LIFTED)
    assert await in_force(practice.town, drill=False) == []


async def test_what_is_real_lifts_no_drill(practice: Practice) -> None:
    await practice.take_part(*GROUPS)
    await relay(practice, MARK + YELLOW)
    refused = (await relay(practice, LIFTED))[-1]
    assert "这条预警没有转发过，解除也不用转发" in refused.text
    assert len(await in_force(practice.town, drill=True)) == 1
    await relay(practice, YELLOW)
    assert [each.number for each in await in_force(practice.town, drill=False)] == ["预0712-1"]


async def test_everything_a_drill_leaves_behind_is_marked(practice: Practice) -> None:
    """Answered, reminded, telephoned, asked whether it holds, lifted: rows, cards and the audit."""
    await practice.take_part(*GROUPS)
    await relay(practice, MARK + YELLOW)
    await practice.tap("town", f"w.{Answer.CANNOT.value}:1:1")
    for minutes in (10, 20, 345):
        await practice.at(NIGHT + minutes * MINUTE)
    await practice.tap("district", "w.nudge:1:1")
    async with practice.town.database.read() as session:
        row = next(row for row in (await service.view(session, 1)).recipients if row.name == "other_town")
    await practice.tap("district", f"w.phone:{row.id}:no_answer")
    await relay(practice, MARK + LIFTED)
    assert await practice.marks("warning:", "relay:") == {True}
    told = await practice.told()
    assert any("没有应答" in words for words in told["other_town"])
    assert any("请打电话" in words for words in told["district"])
    assert any("有效期" in words for words in told["district"])
    assert all(words.startswith(MARK) for texts in told.values() for words in texts)


async def test_an_old_button_puts_no_drill_into_a_real_series(practice: Practice) -> None:
    await practice.take_part(*GROUPS)
    await relay(practice, YELLOW)
    (real,) = await in_force(practice.town, drill=False)
    card = only(await practice.say("district", MARK + ORANGE))
    version = int(next(iter(card.buttons.values())).split(":")[1])
    await practice.tap("district", f"w.into:{version}:1:{real.id}")
    await practice.tap("district", next(iter(card.buttons.values())))
    (after,) = await in_force(practice.town, drill=False)
    assert after.issued == real.issued
    assert not any("橙色" in words for words in await practice.town.told("other_group") if not words.startswith(MARK))


async def test_what_was_lost_of_a_drill_counts_in_no_figure(practice: Practice) -> None:
    await practice.take_part(*GROUPS)
    await relay(practice, MARK + YELLOW)
    async with practice.town.database.write() as session:
        await session.exec(update(Message).where(col(Message.drill).is_(True)).values(state=MessageState.DEAD))
        assert await delivery.left_unsent(session) == {"dead": 0, "uncertain": 0, "held": 0}
        await session.exec(update(Message).values(drill=False))
        assert (await delivery.left_unsent(session))["dead"] > 0


# --- the district's own ----------------------------------------------------------------------------------------------


async def begun(practice: Practice) -> Desk:
    """The officer begins a drill of a flood warning from the menu; who goes on with it."""
    menu = only(await practice.say("district", "演练"))
    kinds = only(await practice.tap("district", menu.buttons["预警演练"]))
    assert MARK in kinds.text
    assert not {"暴雨", "大风"} & set(kinds.buttons)
    levels = only(await practice.tap("district", kinds.buttons["洪水"]))
    assert [words[1:] for words in levels.buttons] == ["蓝色", "黄色"], "rights are the same in a drill"
    card = only(await practice.tap("district", next(data for words, data in levels.buttons.items() if "黄" in words)))
    assert card.text.startswith(f"{MARK}\n<b>【拟稿】")
    return Desk(practice.town)


async def test_a_drill_is_signed_by_a_second_pair_of_eyes_and_told_to_who_takes_part(practice: Practice) -> None:
    await practice.take_part("town_group")
    desk = await begun(practice)
    await desk.complete()
    assert ((await desk.view()).preview.groups, (await desk.view()).preview.people) == (1, 1)
    await desk.write("platform_number", "50011120260712001")
    await desk.propose()
    version, seen = await desk.version(), (await desk.view()).seen
    assert await practice.told() == {}
    refused = (await practice.tap("district", f"ws.sign:{version.id}:{seen}"))[-1]
    assert "由区领导签发" in refused.text, "who may sign is the same in a drill"
    await practice.tap("leader", f"ws.sign:{version.id}:{seen}")
    assert (await desk.series()).number == "演0712-1"
    told = await practice.told()
    assert set(told) == {"town_group", "town", "district"}
    assert all(words.startswith(MARK) for texts in told.values() for words in texts)
    assert "类别：洪水预警" in told["town_group"][0]
    assert await practice.marks("warning:", "wdraft:") == {True}
    for silent in ("other_group", "other_town", "district_group", "cadre"):
        assert await practice.town.told(silent) == []


async def test_a_drill_of_oral_consent_is_countersigned_in_the_morning_and_lifted_as_in_earnest(
    practice: Practice,
) -> None:
    await practice.take_part("town_group")
    desk = await begun(practice)
    await desk.complete()
    await desk.write("platform_number", "50011120260712001")
    await desk.propose()
    asked = (await practice.tap("district", f"ws.oral:{(await desk.version()).id}"))[-1]
    assert asked.text.startswith(MARK)
    await desk.oral(CONSENT)
    await practice.town.delivered()
    await practice.at(NIGHT + timedelta(hours=7))
    await practice.tap("leader", f"ws.countersign:{(await desk.version()).id}")
    await practice.tap("district", f"w.lift:{(await desk.series()).id}:1")
    await desk.write("reason", "演练结束")
    await desk.write("consultation", "07:50 会商")
    await desk.write("platform_number", "50011120260712002")
    await desk.propose()
    await practice.tap("leader", f"ws.sign:{(await desk.version()).id}:{(await desk.view()).seen}")
    assert (await desk.series()).state is SeriesState.LIFTED
    assert await practice.marks("warning:", "wdraft:", "woral:") == {True}
    told = await practice.told()
    assert any("补签" in words for words in told["leader"])
    assert "解除原因：演练结束" in told["town_group"][-1]


async def test_drafts_of_drills_lie_apart_from_drafts_of_warnings(practice: Practice) -> None:
    desk = await begun(practice)
    await desk.begin()
    async with practice.town.database.read() as session:
        drills = (await session.exec(select(Series.drill).join(Version).order_by(col(Series.id)))).all()
    assert list(drills) == [True, False], "the same kind and level a moment later is no second tap"
    for menu, data in (("拟发预警", None), ("演练", "wd.practise")):
        said = (await practice.say("district", menu))[-1]
        said = only(await practice.tap("district", data)) if data else said
        (lying,) = [data for words, data in said.buttons.items() if words.startswith("接着拟")]
        card = only(await practice.tap("district", lying))
        assert card.text.startswith(MARK) is (data is not None)
