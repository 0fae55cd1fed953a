"""A group is asked once where it belongs, keeps its binding through everything, and is never lost without a word."""

from __future__ import annotations

import pytest

from bot.core.access import SYSTEM
from bot.core.errors import NotAllowed
from bot.directory import groups
from bot.directory.errors import ChangedMeanwhile, GroupUnknown, NoSuchRegion
from bot.directory.groups import Meeting, Suggestion
from bot.directory.models import GroupState, Tier
from tests.integration.directory.world import NOW, World

DISTRICT = "500111"
LONGSHUI = "500111100"
BAODING = "500111102"
HENGDIAN = "500111100216"
GRID = "500111100216-03"


async def meet(world: World, chat_id: int = -100, title: str = "龙水镇应急值班群", status: str = "member") -> Meeting:
    return await groups.met(
        world.session,
        NOW,
        chat_id=chat_id,
        title=title,
        kind="group" if chat_id > -1000 else "supergroup",
        is_forum=False,
        bot_status=status,
        locale="zh",
    )


async def test_a_new_group_is_asked_once(world: World) -> None:
    assert (await meet(world)).ask
    assert not (await meet(world, status="administrator")).ask
    assert not await groups.bound_at(world.session, LONGSHUI, "town")


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("龙水镇应急值班群", Suggestion(LONGSHUI, Tier.TOWN)),
        ("龙水镇横店村应急群", Suggestion(HENGDIAN, Tier.VILLAGE)),
        ("大足区应急值班群", Suggestion(DISTRICT, Tier.DISTRICT)),
        ("工作群", None),
    ],
)
async def test_the_title_suggests_region_and_tier(world: World, title: str, expected: Suggestion | None) -> None:
    assert groups.suggestion(world.plan, title) == expected


@pytest.mark.parametrize(
    ("kind", "place", "allowed"),
    [
        ("administrator", DISTRICT, True),
        ("administrator", BAODING, True),
        ("town_leader", LONGSHUI, False),
        ("district_duty", DISTRICT, False),
        ("grid_worker", GRID, False),
    ],
)
async def test_who_may_bind_binds_and_nobody_else(world: World, kind: str, place: str, allowed: bool) -> None:
    """Binding has district scope in Dazu's pack, so an administrator's post anywhere carries it."""
    group = await world.group("龙水镇应急值班群")
    actor = await world.actor(await world.person("办的人", kind, place, platform_id=1))
    if not allowed:
        for act in (
            groups.bind(world.session, world.plan, actor, NOW, group_id=group.id, region_code=LONGSHUI),
            groups.pending(world.session, world.plan, actor),
            groups.bind_suggested(world.session, world.plan, actor, NOW),
            groups.set_language(world.session, world.plan, actor, NOW, chat_id=-100, locale="en"),
        ):
            with pytest.raises(NotAllowed):
                await act
        assert group.state is GroupState.PENDING
        return
    bound = await groups.bind(world.session, world.plan, actor, NOW, group_id=group.id, region_code=LONGSHUI)
    assert (bound.tier, bound.state) == (Tier.TOWN, GroupState.BOUND)
    assert [found.chat_id for found in await groups.bound_at(world.session, LONGSHUI, "town")] == [-100]
    assert not await groups.bound_at(world.session, LONGSHUI, "village")
    assert await groups.set_language(world.session, world.plan, actor, NOW, chat_id=-100, locale="en") == "en"
    assert await groups.locale_of(world.session, -100) == "en"


async def test_binding_twice_is_refused_and_binding_elsewhere_moves_the_group(world: World) -> None:
    group = await world.group("工作群")
    for region in (HENGDIAN, GRID):
        await groups.bind(world.session, world.plan, SYSTEM, NOW, group_id=group.id, region_code=region)
        with pytest.raises(ChangedMeanwhile):
            await groups.bind(world.session, world.plan, SYSTEM, NOW, group_id=group.id, region_code=region)
    assert not await groups.bound_at(world.session, HENGDIAN, "village")
    assert await groups.bound_at(world.session, GRID, "grid")


async def test_what_is_no_group_or_no_region_is_refused(world: World) -> None:
    group = await world.group("工作群")
    with pytest.raises(GroupUnknown):
        await groups.bind(world.session, world.plan, SYSTEM, NOW, group_id=group.id + 1, region_code=LONGSHUI)
    with pytest.raises(NoSuchRegion):
        await groups.bind(world.session, world.plan, SYSTEM, NOW, group_id=group.id, region_code="500222")


async def test_many_are_bound_at_once_as_their_titles_suggest(world: World) -> None:
    for chat_id, title in ((-1, "龙水镇应急值班群"), (-2, "宝顶镇应急值班群"), (-3, "工作群")):
        await world.group(title, chat_id)
    done = await groups.bind_suggested(world.session, world.plan, SYSTEM, NOW)
    assert {(group.chat_id, group.region_code) for group in done} == {(-1, LONGSHUI), (-2, BAODING)}
    left = await groups.pending(world.session, world.plan, SYSTEM)
    assert [(group.chat_id, found) for group, found in left] == [(-3, None)]
    assert not await groups.bind_suggested(world.session, world.plan, SYSTEM, NOW)


async def test_a_lost_group_gets_nothing_is_told_once_and_keeps_its_binding(world: World) -> None:
    await world.group("龙水镇应急值班群", region_code=LONGSHUI)
    gone = await groups.lost(world.session, NOW, -100, "removed")
    assert gone is not None
    assert gone.region_code == LONGSHUI
    assert await groups.lost(world.session, NOW, -100, "removed") is None
    assert await groups.lost(world.session, NOW, -999, "removed") is None
    assert not await groups.bound_at(world.session, LONGSHUI, "town")
    back = await meet(world)
    assert (back.is_back, back.ask) == (True, False)
    assert await groups.bound_at(world.session, LONGSHUI, "town")


async def test_a_group_lost_before_anybody_bound_it_is_asked_again(world: World) -> None:
    await meet(world)
    await groups.lost(world.session, NOW, -100, "removed")
    back = await meet(world)
    assert (back.is_back, back.ask) == (False, True)


async def test_a_lost_group_cannot_be_bound_by_an_old_button(world: World) -> None:
    group = await world.group("工作群", state=GroupState.LOST)
    with pytest.raises(ChangedMeanwhile):
        await groups.bind(world.session, world.plan, SYSTEM, NOW, group_id=group.id, region_code=LONGSHUI)


async def test_a_moved_group_keeps_everything_and_is_found_by_its_former_id(world: World) -> None:
    group = await world.group("龙水镇应急值班群", region_code=LONGSHUI)
    group.locale = "en"
    assert await groups.migrate(world.session, NOW, -100, -1001) is not None
    assert await groups.migrate(world.session, NOW, -100, -1001) is None, "told twice, moved once"
    assert [found.chat_id for found in await groups.bound_at(world.session, LONGSHUI, "town")] == [-1001]
    for chat_id in (-100, -1001):
        assert await groups.locale_of(world.session, chat_id) == "en"
        view = await groups.by_chat(world.session, chat_id)
        assert view is not None
        assert view.id == group.id
    assert await groups.lost(world.session, NOW, -100, "removed") is None, "the old chat was closed, not the group"
    assert await groups.migrate(world.session, NOW, -5, -6) is None


async def test_what_is_told_late_about_the_closed_chat_is_no_new_group(world: World) -> None:
    group = await world.group("龙水镇应急值班群", region_code=LONGSHUI)
    await groups.migrate(world.session, NOW, -100, -1001)
    late = await meet(world, -100)
    assert (late.group.id, late.group.chat_id, late.ask) == (group.id, -1001, False)


@pytest.mark.parametrize("old_chat_closed_first", [True, False])
async def test_the_new_chat_may_be_met_before_it_is_known_to_be_the_old_group(
    world: World, old_chat_closed_first: bool
) -> None:
    group = await world.group("龙水镇应急值班群", region_code=LONGSHUI)
    if old_chat_closed_first:
        await groups.lost(world.session, NOW, -100, "removed")
    assert (await meet(world, -1001, status="administrator")).ask
    await groups.migrate(world.session, NOW, -100, -1001)
    found = await groups.bound_at(world.session, LONGSHUI, "town")
    assert [(view.id, view.chat_id, view.bot_status) for view in found] == [(group.id, -1001, "administrator")]
    assert not await groups.pending(world.session, world.plan, SYSTEM)


async def test_a_binding_made_in_the_new_chat_meanwhile_stays(world: World) -> None:
    await world.group("工作群")
    newer = (await meet(world, -1001)).group
    await groups.bind(world.session, world.plan, SYSTEM, NOW, group_id=newer.id, region_code=BAODING)
    await groups.migrate(world.session, NOW, -100, -1001)
    assert [view.chat_id for view in await groups.bound_at(world.session, BAODING, "town")] == [-1001]


async def test_a_new_title_does_not_move_the_binding(world: World) -> None:
    await world.group("龙水镇应急值班群", region_code=LONGSHUI)
    assert await groups.retitled(world.session, -100, "宝顶镇群") is not None
    assert await groups.retitled(world.session, -100, "宝顶镇群") is None
    assert await groups.bound_at(world.session, LONGSHUI, "town")
