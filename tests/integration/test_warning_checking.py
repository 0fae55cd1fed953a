"""What an officer sees and puts right of a pasted text before it is relayed, and that this alone is what leaves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from bot.core.access import Actor
from bot.core.database import Database
from bot.core.errors import NotAllowed
from bot.delivery.models import Lane, Message, Text
from bot.delivery.schemas import Target
from bot.plan.schema import WarningAct, WarningLevel
from bot.plan.service import Plan
from bot.warning import checking, jobs, relaying, repository, service
from bot.warning.errors import Incomplete, NoSuchWarning, NothingToLift, Overtaken
from bot.warning.models import SeriesState, Version
from bot.warning.schemas import CheckView, SeriesView, VersionView
from messages.warning import Incomplete as Missing
from tests.integration.town import DISTRICT, NIGHT, OTHER_TOWN, TOWN, VILLAGE, Town, build

BLUE, YELLOW, ORANGE, RED = WarningLevel
STATION = "大足区气象台2026年7月12日00时50分"
SEVERAL = f"{STATION}发布暴雨红色预警信号：龙水镇；发布暴雨黄色预警信号：宝顶镇。"
RAIN = f"{STATION}发布暴雨黄色预警信号：预计未来6小时，龙水镇有大雨。"
CITY = "渝防指〔2026〕12号\n重庆市防汛抗旱指挥部2026年7月12日00时50分发布洪水橙色预警：龙水镇、宝顶镇沿河注意防范。"


@pytest.fixture
async def town(database: Database, plan: Plan) -> Town:
    return await build(database, plan)


class Officer:
    """The district's duty officer with the newest text on his phone."""

    def __init__(self, town: Town) -> None:
        self.town, self.version_id, self.minutes = town, 0, 0

    async def pastes(self, text: str, *, minutes: int = 0) -> None:
        self.minutes = minutes
        signal = checking.recognise(self.town.plan, text, self.now)
        assert signal is not None
        async with self.town.database.write() as session:
            actor, target = await self.town.actor(session, "district", self.now), Target(self.town.chats["district"])
            await relaying.receive(session, self.town.plan, actor, self.now, target, text, signal)
        async with self.town.database.read() as session:
            names = (await session.exec(select(Version.id))).all()
            self.version_id = max(names)

    async def does(self, use_case: Callable[..., Awaitable[None]], *what: object, role: str = "district") -> None:
        """A use case that takes session, actor and version."""
        async with self.town.database.write() as session:
            actor = await self.town.actor(session, role, self.now)
            await use_case(session, actor, self.version_id, *what)

    async def says(self, use_case: Callable[..., Awaitable[None]], *what: object) -> None:
        """One that takes the plan and the time as well."""
        async with self.town.database.write() as session:
            actor: Actor = await self.town.actor(session, "district", self.now)
            await use_case(session, self.town.plan, actor, self.now, self.version_id, *what)

    async def relays(self) -> None:
        await self.says(relaying.relay)

    async def sees(self) -> tuple[SeriesView, VersionView, CheckView]:
        async with self.town.database.read() as session:
            found = await service.of_version(session, self.version_id)
            check = await checking.check_view(session, self.town.plan, self.version_id)
        assert found is not None
        assert check is not None
        return *found, check

    async def places(self) -> dict[str, WarningLevel]:
        _, version, _ = await self.sees()
        return {place.region_code: place.level for place in version.places}

    @property
    def now(self) -> datetime:
        return NIGHT + timedelta(minutes=self.minutes)


@pytest.fixture
def officer(town: Town) -> Officer:
    return Officer(town)


# --- several levels in one text ---------------------------------------------------------------------------------


async def test_one_text_leaves_for_each_town_at_its_own_level(officer: Officer, town: Town) -> None:
    await officer.pastes(SEVERAL)
    assert await officer.places() == {TOWN: RED, OTHER_TOWN: YELLOW}
    await officer.relays()
    series, version, _ = await officer.sees()
    assert (version.level, series.state) == (RED, SeriesState.IN_FORCE)
    for chat, head in (
        *(("town_group", "🔴【转发暴雨红色预警】"), ("worker", "🔴【转发暴雨红色预警】")),
        *(("other_group", "🟡【转发暴雨黄色预警】"), ("other_town", "🟡【转发暴雨黄色预警】")),
    ):
        (told,) = await town.told(chat)
        assert told.startswith(head)
        assert SEVERAL in told
    assert (await town.told("district_group"))[0].startswith("🔴")


async def test_sound_lane_pin_and_reminders_go_by_what_holds_there(officer: Officer, town: Town) -> None:
    await officer.pastes(SEVERAL)
    await officer.relays()
    async with town.database.read() as session:
        statement = select(Message, Text).join(Text, col(Message.text_id) == col(Text.id))
        rows = {row.chat_id: (row, text) for row, text in (await session.exec(statement)).all()}
    here, there = rows[town.chats["town"]], rows[town.chats["other_town"]]
    assert (here[0].lane, here[0].silent, bool(here[1].body.get("pin"))) == (Lane.URGENT, False, True)
    assert (there[0].lane, there[0].silent, bool(there[1].body.get("pin"))) == (Lane.ROUTINE, True, False)
    async with town.database.read() as session:
        rows_of = {row.name: row for row in await repository.recipients(session, 1)}
    assert rows_of["town"].nudge_due_at == NIGHT + timedelta(minutes=3)
    assert rows_of["other_town"].nudge_due_at == NIGHT + timedelta(minutes=10)


async def test_who_is_reminded_reads_the_level_of_his_town(officer: Officer, town: Town) -> None:
    await officer.pastes(SEVERAL)
    await officer.relays()
    async with town.database.write() as session:
        await jobs.run_due(session, town.plan, NIGHT + timedelta(minutes=10))
    assert "暴雨红色预警" in (await town.told("town", "nudge"))[0]
    assert "暴雨黄色预警" in (await town.told("other_town", "nudge"))[0]


async def test_a_towns_level_is_put_right_by_tapping_it(officer: Officer, town: Town) -> None:
    await officer.pastes(SEVERAL)
    await officer.does(checking.put_place, OTHER_TOWN)
    assert await officer.places() == {TOWN: RED, OTHER_TOWN: BLUE}
    await officer.does(checking.put_place, OTHER_TOWN)
    assert await officer.places() == {TOWN: RED}
    await officer.does(checking.put_place, OTHER_TOWN)
    await officer.does(checking.put_place, OTHER_TOWN)
    assert await officer.places() == {TOWN: RED, OTHER_TOWN: ORANGE}


async def test_levels_by_place_can_be_asked_for_and_given_up(officer: Officer) -> None:
    await officer.pastes(RAIN)
    await officer.does(checking.part_levels)
    await officer.does(checking.put_place, OTHER_TOWN)
    await officer.does(checking.put_place, OTHER_TOWN)
    assert await officer.places() == {TOWN: YELLOW, OTHER_TOWN: BLUE}
    await officer.does(checking.part_levels)
    assert await officer.places() == {TOWN: YELLOW, OTHER_TOWN: YELLOW}


async def test_another_colour_moves_the_places_that_had_it_and_leaves_none_above_it(officer: Officer) -> None:
    await officer.pastes(SEVERAL)
    await officer.does(checking.put_level, ORANGE)
    assert await officer.places() == {TOWN: ORANGE, OTHER_TOWN: YELLOW}
    await officer.does(checking.put_level, BLUE)
    assert await officer.places() == {TOWN: BLUE, OTHER_TOWN: BLUE}


async def test_a_level_that_was_found_nowhere_is_said_on_the_card(officer: Officer) -> None:
    await officer.pastes(f"{STATION}发布暴雨橙色预警信号、暴雨黄色预警信号：预计龙水镇有大雨。")
    _, _, check = await officer.sees()
    assert len(check.unplaced) == 1


async def test_the_colour_of_the_text_is_not_lowered_by_the_places_that_were_found(officer: Officer) -> None:
    await officer.pastes(f"{STATION}发布暴雨橙色预警信号。黄色：宝顶镇、龙水镇。")
    _, version, check = await officer.sees()
    assert (version.level, check.unplaced, check.asking) == (ORANGE, (ORANGE,), relaying.SEVERAL)
    assert await officer.places() == {TOWN: YELLOW, OTHER_TOWN: YELLOW}


# --- what was not recognised ------------------------------------------------------------------------------------


async def test_a_colour_nobody_recognised_is_not_taken_for_blue(officer: Officer, town: Town) -> None:
    await officer.pastes(f"{STATION}发布暴雨预警信号：预计龙水镇有大雨。")
    with pytest.raises(Incomplete) as refused:
        await officer.relays()
    assert refused.value.payload == Missing(missing=("level",))
    assert await town.told("town_group") == []
    await officer.does(checking.put_level, ORANGE)
    await officer.relays()
    assert "橙色" in (await town.told("town_group"))[0]


async def test_kind_and_issuer_nobody_recognised_are_said_by_the_officer(officer: Officer, town: Town) -> None:
    await officer.pastes("2026年7月12日00时50分发布龙卷橙色预警信号，龙水镇注意防范。")
    with pytest.raises(Incomplete):
        await officer.relays()
    await officer.does(checking.list_kinds)
    assert (await officer.sees())[2].asking.startswith(checking.KINDS)
    await officer.says(checking.put_kind, "other_weather")
    await officer.says(checking.put_station, " 大足区气象台 ")
    assert (await officer.sees())[2].asking == ""
    await officer.relays()
    (told,) = await town.told("town_group")
    assert "来源：大足区气象台，原文转发" in told
    await officer.pastes(RAIN)
    with pytest.raises(NoSuchWarning):
        await officer.says(checking.put_kind, "meteor")


async def test_a_village_recognised_wrongly_is_taken_out(officer: Officer) -> None:
    await officer.pastes(f"{STATION}发布暴雨黄色预警信号：横店村有大雨，宝顶镇有小雨。")
    assert VILLAGE in await officer.places()
    await officer.does(checking.put_place, VILLAGE)
    assert await officer.places() == {OTHER_TOWN: YELLOW}


async def test_nobody_but_the_desk_puts_anything_right(officer: Officer) -> None:
    await officer.pastes(RAIN)
    for use_case, what in ((checking.put_place, TOWN), (checking.put_level, RED)):
        with pytest.raises(NotAllowed):
            await officer.does(use_case, what, role="town")
    with pytest.raises(NotAllowed):
        await officer.does(checking.part_levels, role="town")
    await officer.relays()
    with pytest.raises(Overtaken):
        await officer.does(checking.put_place, OTHER_TOWN)


# --- which series -----------------------------------------------------------------------------------------------


async def test_a_lifting_signed_in_another_way_goes_on_with_the_series_the_officer_says(
    officer: Officer, town: Town
) -> None:
    await officer.pastes(RAIN)
    await officer.relays()
    await town.delivered()
    first = (await officer.sees())[0].id
    await officer.pastes("大足区气象局2026年7月12日01时20分解除暴雨黄色预警信号。", minutes=40)
    with pytest.raises(NothingToLift):
        await officer.relays()
    (other,) = (await officer.sees())[2].others
    assert (other.id, other.station) == (first, "大足区气象台")
    await officer.says(checking.put_into, first)
    await officer.relays()
    series, version, _ = await officer.sees()
    assert (series.id, series.state, version.act) == (first, SeriesState.LIFTED, WarningAct.LIFT)
    assert "解除" in (await town.told("town_group"))[-1]


async def test_a_text_taken_for_anothers_begins_its_own_series(officer: Officer) -> None:
    await officer.pastes(RAIN)
    await officer.relays()
    first = (await officer.sees())[0].id
    await officer.pastes(f"{STATION}发布暴雨黄色预警信号：宝顶镇有大雨。", minutes=5)
    assert (await officer.sees())[0].id == first
    await officer.says(checking.put_into, None)
    await officer.relays()
    series, version, _ = await officer.sees()
    assert series.id != first
    assert (version.number, version.act) == (1, WarningAct.ISSUE)


async def test_the_right_kind_finds_the_series_in_force(officer: Officer) -> None:
    await officer.pastes(RAIN)
    await officer.relays()
    first = (await officer.sees())[0].id
    await officer.pastes(f"{STATION}发布雷电橙色预警信号：龙水镇有雷雨。", minutes=5)
    assert (await officer.sees())[0].id != first
    await officer.says(checking.put_kind, "rainstorm")
    series, version, _ = await officer.sees()
    assert (series.id, version.number, version.act) == (first, 2, WarningAct.UPGRADE)
    with pytest.raises(NoSuchWarning):
        await officer.says(checking.put_into, 999)


# --- the city's, and what else the text is about ----------------------------------------------------------------


async def test_the_citys_warning_is_relayed_with_its_source_and_number(officer: Officer, town: Town) -> None:
    await officer.pastes(CITY)
    series, version, _ = await officer.sees()
    assert (series.source_words, version.document_number) == ("重庆市防汛抗旱指挥部", "渝防指〔2026〕12号")
    await officer.relays()
    (told,) = await town.told("town_group")
    assert CITY in told
    assert "来源：重庆市防汛抗旱指挥部 渝防指〔2026〕12号，原文转发。" in told


async def test_the_card_names_what_else_the_text_is_about(officer: Officer) -> None:
    await officer.pastes(f"{STATION}发布暴雨橙色、雷电黄色预警信号：预计未来3小时龙水镇有强降水。")
    _, _, check = await officer.sees()
    assert check.also == ("lightning",)
    assert DISTRICT not in await officer.places()


async def test_one_kind_of_a_text_about_two_is_lifted_and_the_other_goes_on(officer: Officer, town: Town) -> None:
    await officer.pastes(f"{STATION}发布暴雨橙色、雷电黄色预警信号：预计未来3小时龙水镇有强降水。")
    await officer.relays()
    first = (await officer.sees())[0].id
    await officer.pastes("大足区气象台2026年7月12日01时20分解除雷电黄色预警信号。", minutes=40)
    (other,) = (await officer.sees())[2].others
    assert other.id == first
    await officer.says(checking.put_into, first)
    await officer.relays()
    series, version, _ = await officer.sees()
    assert (series.state, version.act, version.level) == (SeriesState.IN_FORCE, WarningAct.UPDATE, ORANGE)
    assert "解除雷电" in (await town.told("town_group"))[-1]
