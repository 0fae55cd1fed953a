"""A unit's group chooses what it leaves out of yellow and blue; a group that administers a place cannot."""

from __future__ import annotations

import pytest

from bot.audit import service as audit
from bot.core.access import SYSTEM
from bot.core.database import Database
from bot.core.errors import NotAllowed
from bot.directory import groups, leaving_out
from bot.directory.errors import ChangedMeanwhile, GroupUnknown, MustHear
from bot.directory.models import GroupState, Tier
from bot.directory.schemas import GroupView
from bot.plan.schema import WarningLevel
from bot.plan.service import Plan
from tests.integration.directory.talk import Talk, talk_on
from tests.integration.directory.world import NOW, World

DISTRICT, LONGSHUI, HENGDIAN, GRID = "500111", "500111100", "500111100216", "500111100216-03"
ADMINISTRATOR, DUTY, GROUP = 11, 12, -100
POLICE = "public_security"


async def of_unit(world: World, chat_id: int = GROUP) -> GroupView:
    group = await world.group("区公安局工作群", chat_id)
    return await groups.bind(
        world.session, world.plan, SYSTEM, NOW, group_id=group.id, region_code=DISTRICT, unit_key=POLICE
    )


async def want(world: World, group_id: int, *kinds: str, wanted: bool) -> GroupView:
    return await leaving_out.want(world.session, world.plan, SYSTEM, NOW, group_id=group_id, kinds=kinds, wanted=wanted)


async def test_what_is_left_out_is_kept_and_can_be_wanted_again(world: World) -> None:
    group = await of_unit(world)
    assert (group.left_out, group.lowest_warning) == (frozenset(), None)
    await want(world, group.id, "fog", wanted=False)
    await want(world, group.id, "mine", wanted=False)
    await want(world, group.id, "mine", wanted=False)
    await leaving_out.want_from(world.session, world.plan, SYSTEM, NOW, group_id=group.id, level=WarningLevel.YELLOW)
    (kept,) = await groups.all_bound(world.session)
    assert (kept.left_out, kept.lowest_warning) == (frozenset({"fog", "mine"}), WarningLevel.YELLOW)
    await want(world, group.id, *world.plan.warning_kinds, wanted=True)
    blue = await leaving_out.want_from(
        world.session, world.plan, SYSTEM, NOW, group_id=group.id, level=WarningLevel.BLUE
    )
    assert (blue.left_out, blue.lowest_warning) == (frozenset(), None)
    acts = [row.act for row in await audit.about(world.session, f"group:{group.id}")]
    assert acts.count("group.leave_out") == 3, "the tap that changed nothing is no entry"
    assert acts.count("group.lowest_warning") == 2


@pytest.mark.parametrize("region", [DISTRICT, LONGSHUI, HENGDIAN, GRID])
async def test_who_administers_a_place_leaves_nothing_out(world: World, region: str) -> None:
    group = await world.group("值班群", region_code=region)
    with pytest.raises(MustHear):
        await want(world, group.id, "fog", wanted=False)
    with pytest.raises(MustHear):
        await leaving_out.want_from(
            world.session, world.plan, SYSTEM, NOW, group_id=group.id, level=WarningLevel.YELLOW
        )
    assert group.left_out is None
    assert group.lowest_warning is None


async def test_nobody_leaves_out_orange_or_red_or_what_the_pack_does_not_have(world: World) -> None:
    group = await of_unit(world)
    for level in (WarningLevel.ORANGE, WarningLevel.RED):
        with pytest.raises(ChangedMeanwhile):
            await leaving_out.want_from(world.session, world.plan, SYSTEM, NOW, group_id=group.id, level=level)
    with pytest.raises(ChangedMeanwhile):
        await want(world, group.id, "snow_of_yesterday", wanted=False)
    with pytest.raises(GroupUnknown):
        await want(world, group.id + 1, "fog", wanted=False)
    (kept,) = await groups.all_bound(world.session)
    assert (kept.left_out, kept.lowest_warning) == (frozenset(), None)


@pytest.mark.parametrize("state", [GroupState.PENDING, GroupState.LOST])
async def test_a_group_that_is_not_bound_now_chooses_nothing(world: World, state: GroupState) -> None:
    group = await world.group("工作群", state=state)
    with pytest.raises(ChangedMeanwhile):
        await want(world, group.id, "fog", wanted=False)


async def test_only_who_may_bind_it_chooses(world: World) -> None:
    group = await of_unit(world)
    for number, (kind, place) in enumerate((("district_duty", DISTRICT), ("company_safety", POLICE)), 1):
        actor = await world.actor(await world.person(kind, kind, place, platform_id=number))
        with pytest.raises(NotAllowed):
            await leaving_out.chosen(world.session, world.plan, actor, group.id)
        with pytest.raises(NotAllowed):
            await leaving_out.want(
                world.session, world.plan, actor, NOW, group_id=group.id, kinds=("fog",), wanted=False
            )
        with pytest.raises(NotAllowed):
            await leaving_out.want_from(
                world.session, world.plan, actor, NOW, group_id=group.id, level=WarningLevel.YELLOW
            )
        with pytest.raises(NotAllowed):
            await leaving_out.units(world.session, world.plan, actor)


async def test_a_group_bound_elsewhere_leaves_out_nothing_any_more(world: World) -> None:
    group = await of_unit(world)
    await want(world, group.id, "fog", wanted=False)
    moved = await groups.bind(
        world.session, world.plan, SYSTEM, NOW, group_id=group.id, region_code=DISTRICT, unit_key="finance"
    )
    assert (moved.unit_key, moved.tier, moved.left_out) == ("finance", Tier.UNIT, frozenset())


async def test_a_group_that_moves_keeps_what_it_leaves_out(world: World) -> None:
    group = await of_unit(world)
    await want(world, group.id, "fog", wanted=False)
    moved = await groups.migrate(world.session, NOW, GROUP, -1001)
    assert moved is not None
    assert (moved.chat_id, moved.left_out) == (-1001, frozenset({"fog"}))


async def test_a_unit_is_bound_where_the_pack_has_it_and_nowhere_else(world: World) -> None:
    group = await world.group("工作群")
    for region, unit in ((DISTRICT, "no_such_unit"), (LONGSHUI, POLICE)):
        with pytest.raises(ChangedMeanwhile):
            await groups.bind(
                world.session, world.plan, SYSTEM, NOW, group_id=group.id, region_code=region, unit_key=unit
            )
    assert group.state is GroupState.PENDING


# --- at the buttons --------------------------------------------------------------------------------------------------


@pytest.fixture
async def talk(database: Database, plan: Plan) -> Talk:
    talking = await talk_on(database, plan)
    async with talking.world() as world:
        await world.person("系统管理员", "administrator", DISTRICT, platform_id=ADMINISTRATOR)
        await world.person("区值班员", "district_duty", DISTRICT, platform_id=DUTY)
    return talking


async def test_a_units_group_is_bound_and_chosen_for_in_private_and_shows_it_in_the_group(talk: Talk) -> None:
    (asked,) = await talk.membership(GROUP, "left", "member", by=ADMINISTRATOR, title="公安应急群")
    (regions,) = await talk.taps(ADMINISTRATOR, asked.buttons["选其他…"], chat=GROUP)
    (units,) = await talk.taps(ADMINISTRATOR, regions.buttons["是单位群…"])
    bound = await talk.taps(ADMINISTRATOR, units.buttons["区公安局"])
    (card,) = [one for one in bound if one.chat_id == GROUP]
    assert "区公安局（单位群）" in card.text

    leave = card.buttons["不收哪些预警"]
    (refused,) = await talk.taps(DUTY, leave, chat=GROUP)
    assert refused.chat_id == DUTY, "never in front of the group"
    assert "你没有这个权限" in refused.text

    shown = await talk.taps(ADMINISTRATOR, leave, chat=GROUP)
    (mine,) = [one for one in shown if one.chat_id == ADMINISTRATOR]
    assert "现在全收" in mine.text
    after = {one.chat_id: one for one in await talk.taps(ADMINISTRATOR, mine.buttons["✓ 大雾"])}
    assert "✗ 大雾" in after[ADMINISTRATOR].buttons
    after = {one.chat_id: one for one in await talk.taps(ADMINISTRATOR, mine.buttons["✓ 蓝色预警"])}
    assert set(after) == {ADMINISTRATOR, GROUP}, "a card is edited in both, and nothing else is said"
    for one in after.values():
        assert "大雾" in one.text
        assert "蓝色预警" in one.text
    again = await talk.taps(ADMINISTRATOR, mine.buttons["✓ 大雾"])
    assert all("✗ 大雾" in one.buttons for one in again if one.chat_id == ADMINISTRATOR), "an old button, twice"

    listed = await talk.says(ADMINISTRATOR, "/groups")
    assert any("不收哪些：公安应急群" in one.buttons for one in listed)


async def test_an_old_button_on_a_towns_group_is_refused_with_the_reason(talk: Talk) -> None:
    async with talk.world() as world:
        group = await world.group("龙水镇应急值班群", GROUP, region_code=LONGSHUI)
    for data in (f"dir.out:{group.id}", f"dir.want:{group.id}:fog:0", f"dir.from:{group.id}:yellow"):
        (told,) = await talk.taps(ADMINISTRATOR, data)
        assert "这是龙水镇的工作群，当地的预警都要收，不能去掉。" in told.text
