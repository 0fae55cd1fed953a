"""The district's own warnings while they are written: rows that tell nobody, and what the law gives to others."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.core.database import Database
from bot.core.errors import NotAllowed
from bot.delivery.schemas import InlineKeyboard
from bot.plan.schema import WarningLevel
from bot.plan.service import Plan
from bot.warning import drafting, proposing
from bot.warning.errors import Incomplete, NotYours, Overtaken, TimeUnread
from bot.warning.models import SeriesState, VersionState
from handlers.warning_draft.screens import draft_card
from messages import warning as texts
from tests.integration.town import DISTRICT, NIGHT, OTHER_TOWN, TOWN, VILLAGE, Town, build
from tests.integration.warning_desk import Desk, seat

YELLOW, BLUE, ORANGE = WarningLevel.YELLOW, WarningLevel.BLUE, WarningLevel.ORANGE


@pytest.fixture
async def town(database: Database, plan: Plan) -> Town:
    town = await build(database, plan)
    await seat(town, "leader", 402, "district_leader")
    await seat(town, "second_leader", 403, "district_leader")
    await seat(town, "second_duty", 404, "district_duty")
    return town


@pytest.fixture
def desk(town: Town) -> Desk:
    return Desk(town)


# --- drafting --------------------------------------------------------------------------------------------------------


async def test_a_draft_begins_with_the_packs_words_and_tells_nobody(desk: Desk, plan: Plan) -> None:
    await desk.begin()
    version, template = await desk.version(), plan.template("flood", YELLOW)
    assert template is not None
    assert (version.matters, version.measures) == (template.matters, template.measures)
    assert (await desk.series()).state is SeriesState.DRAFT
    assert await desk.town.told("town_group") == []
    assert await desk.town.cards(f"wdraft:{version.id}") == {"district": 2}


@pytest.mark.parametrize(
    ("kind", "level", "why"),
    [
        ("rainstorm", YELLOW, "气象灾害预警信号只由气象台站发布"),
        ("flood", ORANGE, "市"),
        ("geohazard_weather", BLUE, ""),
    ],
)
async def test_what_the_law_gives_to_others_is_refused_with_its_reason(
    desk: Desk, kind: str, level: WarningLevel, why: str
) -> None:
    with pytest.raises(NotYours) as refused:
        await desk.begin(kind=kind, level=level)
    assert isinstance(refused.value.payload, texts.NotYours)
    assert why in refused.value.payload.why


@pytest.mark.parametrize("role", ["worker", "cadre", "town", "administrator"])
async def test_only_the_districts_desk_drafts(desk: Desk, role: str) -> None:
    with pytest.raises(NotAllowed):
        await desk.begin(role)


async def test_the_kinds_offered_are_the_districts_own(desk: Desk, town: Town) -> None:
    async with town.database.read() as session:
        actor = await town.actor(session, "district")
        kinds = await drafting.kinds_open(session, town.plan, actor, NIGHT)
    assert {kind.key for kind in kinds} == {"flood", "flash_flood", "mine", "forest_fire"}
    assert set(kinds.values()) == {(BLUE, YELLOW)}


async def test_a_second_tap_opens_no_second_draft_but_several_may_lie(desk: Desk, town: Town) -> None:
    await desk.begin()
    await desk.begin()
    await desk.begin(kind="mine")
    desk.now += timedelta(minutes=10)
    await desk.begin()
    async with town.database.read() as session:
        actor = await town.actor(session, "district")
        lying = await drafting.unfinished(session, town.plan, actor)
    assert [each.kind_key for each in lying] == ["flood", "mine", "flood"]


async def test_a_town_goes_from_level_to_level_and_out_again(desk: Desk) -> None:
    await desk.begin()
    seen = []
    for _ in range(3):
        await desk.choose("places", TOWN)
        seen.append([(place.region_code, place.level) for place in (await desk.view()).version.places])
    assert seen == [[(TOWN, YELLOW)], [(TOWN, BLUE)], []]


async def test_the_whole_district_takes_the_place_of_its_towns_and_they_of_it(desk: Desk) -> None:
    await desk.begin()
    for code, left in ((TOWN, {TOWN}), (OTHER_TOWN, {TOWN, OTHER_TOWN}), (DISTRICT, {DISTRICT}), (TOWN, {TOWN})):
        await desk.choose("places", code)
        assert {place.region_code for place in (await desk.view()).version.places} == left


async def test_a_lower_level_takes_its_towns_along_and_its_own_words(desk: Desk, plan: Plan) -> None:
    await desk.begin()
    await desk.choose("places", TOWN)
    await desk.write("matters", "自己写的警示")
    await desk.choose("level", "blue")
    view, template = await desk.view(), plan.template("flood", BLUE)
    assert template is not None
    assert [place.level for place in view.version.places] == [BLUE]
    assert (view.version.matters, view.version.measures) == ("自己写的警示", template.measures)
    with pytest.raises(NotYours):
        await desk.choose("level", "orange")


async def test_a_time_that_has_passed_or_is_none_is_not_noted(desk: Desk) -> None:
    await desk.begin()
    for words in ("昨天", "25:00", "0小时"):
        with pytest.raises(TimeUnread):
            await desk.write("valid_until", words)
    await desk.write("valid_until", "明天8时")
    assert (await desk.version()).valid_until == datetime(2026, 7, 13, 0, 0, tzinfo=NIGHT.tzinfo)


async def test_the_card_says_what_is_missing_and_proposing_refuses(desk: Desk) -> None:
    await desk.begin()
    assert (await desk.view()).missing == ("valid_until", "places", "consultation", "authority")
    with pytest.raises(Incomplete):
        await desk.propose()
    await desk.complete()
    assert (await desk.view()).missing == ()


async def test_the_preview_counts_groups_people_and_villages_with_nobody(desk: Desk, plan: Plan) -> None:
    await desk.begin()
    await desk.choose("places", TOWN)
    preview = (await desk.view()).preview
    villages = len(plan.children(TOWN))
    assert preview.groups >= 1
    assert preview.unreachable_count == villages - 1
    assert len(preview.unreachable) == 10
    assert all("横店村" not in name for name in preview.unreachable)
    assert preview.minutes == 1


async def test_a_discarded_draft_is_proposed_by_nobody(desk: Desk, town: Town) -> None:
    await desk.begin()
    version = await desk.version()
    async with town.database.write() as session:
        actor = await town.actor(session, "district")
        await drafting.discard(session, town.plan, actor, NIGHT, version.id)
    assert (await desk.series()).state is SeriesState.DISCARDED
    async with town.database.write() as session:
        with pytest.raises(Overtaken):
            await proposing.propose(session, town.plan, actor, NIGHT, version.id)
    view = await desk.view(version.id)
    assert view.version.state is VersionState.DISCARDED


async def test_an_authority_that_has_run_out_is_none(desk: Desk) -> None:
    await desk.begin()
    await desk.complete()
    await desk.write("authority", "授权书〔2025〕3号，有效至2026-07-11")
    assert (await desk.view()).missing == ("authority_over",)
    with pytest.raises(Incomplete):
        await desk.propose()
    await desk.write("authority", "授权书〔2026〕3号，有效至2026-07-12")
    await desk.propose()


async def test_a_village_may_have_a_level_of_its_own(desk: Desk, town: Town) -> None:
    await desk.begin()
    await desk.choose("places", OTHER_TOWN)
    await desk.choose("places", OTHER_TOWN)
    await desk.choose("places", VILLAGE)
    view = await desk.view()
    assert {place.region_code: place.level for place in view.version.places} == {OTHER_TOWN: BLUE, VILLAGE: YELLOW}
    assert view.preview.unreachable_count == len(town.plan.children(OTHER_TOWN)), "the village has somebody"
    async with town.database.write() as session:
        actor = await town.actor(session, "district")
        await drafting.open_list(session, town.plan, actor, NIGHT, view.version.id, f"places:in:{TOWN}:1")
    card = draft_card(town.plan, await desk.view(), None, "zh")
    assert isinstance(card.keyboard, InlineKeyboard)
    words = [button.text for row in card.keyboard.rows for button in row]
    assert "横店村🟡黄" in words
    assert "返回" in words
