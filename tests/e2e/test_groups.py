"""Stories of chat groups, on both databases: asked, bound, put out, back again, moved, and in their own language."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from sandbox.seen import Message
from tests.conftest import ON_BOTH
from tests.e2e.conftest import newcomer, roster
from tests.staging import Live, live, postgres_server

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=ON_BOTH)
async def district(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Live]:
    """Everybody of the demo, joined and bound, on a SQLite file and then on PostgreSQL."""
    server = None
    if request.param == "postgresql":
        request.getfixturevalue("postgres")
        server = postgres_server()
    async with live(tmp_path_factory.mktemp("groups"), server, roster=roster()) as staged:
        yield staged


async def test_a_new_group_asks_where_it_belongs_and_listens_only_to_who_may_say(district: Live) -> None:
    stage, world = district.stage, district.world
    members = [world.people["gulong_duty"], world.people["administrator"]]
    group = await district.control.group("古龙镇白石村应急群", members, bot="administrator")
    _add_group(district, "baishi", group, "古龙镇白石村应急群")
    await district.control.settled()
    asked = await stage.sees("baishi", "本群是", "白石村", "（村级）的工作群吗？")
    yes = next(words for words in asked.buttons if "白石村" in words)

    await stage.tap("gulong_duty", asked, yes, chat="baishi")
    refused = (await stage.said("gulong_duty"))[-1]
    assert "你没有这个权限" in refused.text
    assert "系统管理员" in refused.text
    assert (await stage.said("baishi"))[-1].buttons == asked.buttons

    await stage.tap("administrator", asked, yes, chat="baishi")
    await stage.sees("baishi", "已绑定：", "白石村（村级）")


async def test_a_group_that_puts_the_bot_out_is_told_upward_and_is_back_with_its_binding(district: Live) -> None:
    stage, control = district.stage, district.control
    worker = await newcomer(district)
    village = district.world.groups["hengdian"]

    await stage.act(lambda: control.members(village, "remove", bot=True))

    for watcher in ("administrator", "district_duty"):
        await stage.sees(watcher, "失去工作群：龙水镇横店村应急群", "机器人被移出", "请马上打电话通知", ringing=True)
    await _danger(district, worker)
    # Without its group the village is still reached: its duty officer and its cadre, in private.
    for desk in ("hengdian_duty", "hengdian_cadre", "longshui", "district"):
        await stage.sees(desk, "险情 龙水", "有人受威胁", ringing=True)
        await stage.sees(desk, kind="photo")
    await _take(district, worker)

    await stage.act(lambda: control.members(village, "add", bot=True))

    await stage.sees("hengdian", "已恢复：", "横店村（村级）")
    for watcher in ("administrator", "district_duty"):
        await stage.sees(watcher, "已恢复：", "横店村（村级）")
    await stage.nothing_else()


async def test_a_group_that_moved_gets_the_next_card_under_its_new_number(district: Live) -> None:
    stage, control = district.stage, district.control
    worker = await newcomer(district)
    old = district.world.groups["longshui"]

    moved = await stage.act(lambda: control.fault("migrate", chat=old))

    _add_group(district, "longshui", moved["migrated_to"], "龙水镇应急值班群")
    await stage.sees("longshui", "本群已升级，绑定不变", "龙水镇（镇级）")
    await _danger(district, worker)
    for desk in ("hengdian", "longshui", "district"):
        await stage.sees(desk, "险情 龙水", "有人受威胁", ringing=True)
        await stage.sees(desk, kind="photo")
    await _take(district, worker)
    await stage.sees("longshui", "龙水镇值班员（A） 已接手")


async def test_a_group_reads_its_own_language_and_its_members_theirs(district: Live) -> None:
    stage = district.stage
    worker = await newcomer(district)
    await stage.say("district_deputy", "/language", chat="district")
    await stage.sees("district_deputy", "你没有这个权限")
    await stage.say("administrator", "/language", chat="district")
    asked = await stage.sees("district", "用哪种语言？")
    await stage.tap("administrator", asked, "English", chat="district")
    await stage.sees("district", "English from now on.")

    await _danger(district, worker)

    await stage.sees("district", "Danger sign 龙水", buttons=("I take it", "Verified"), ringing=True)
    await stage.sees("district", kind="photo")
    for desk in ("hengdian", "longshui"):
        await stage.sees(desk, "险情 龙水", buttons=("我来处理", "属实"), ringing=True)
        await stage.sees(desk, kind="photo")
    await _take(district, worker)
    await stage.nothing_else()


def _add_group(district: Live, key: str, group: int, title: str) -> None:
    world = district.world
    names = {**world.names, group: title}
    district.stage.world = replace(world, groups={**world.groups, key: group}, names=names)


async def _danger(district: Live, worker: str) -> None:
    stage = district.stage
    await stage.photo(worker)
    await stage.tap(worker, await stage.sees(worker, "有人受威胁吗？"), "有，先撤人")
    await stage.sees(worker, "先撤人，不要等回复", "已同时报村、镇、区值班")
    await stage.sees(worker, "几户几人？")
    await stage.sees(worker, "险情 · 已报")


async def _take(district: Live, worker: str) -> Message:
    stage = district.stage
    await stage.tap("longshui_duty", await stage.sees("longshui", "尚无人接手"), "我来处理", chat="longshui")
    return await stage.sees(worker, "龙水镇值班员（A）已接手", ringing=True)
