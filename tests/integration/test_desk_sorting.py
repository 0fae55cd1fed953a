"""改类别 and 转办: what it is, whose it is, and that whoever is told anew is not taken to have heard it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.database import Database
from bot.core.errors import NotAllowed
from bot.directory.models import Holding, Person, PersonState, Post, Role
from bot.incident import service, sorting
from bot.incident.errors import NothingToDo
from bot.incident.models import EntryKind
from bot.plan.errors import UnknownEntry
from bot.plan.schema import Level, Nature
from bot.plan.service import Plan
from tests.integration.case import EVERYBODY, Cases, Deed
from tests.integration.town import NIGHT, OTHER_TOWN, TOWN, build

MINUTES = timedelta(minutes=1)
UNIT = "planning_resources"


@pytest.fixture
async def cases(database: Database, plan: Plan) -> Cases:
    return Cases(await build(database, plan))


async def test_the_kind_is_changed_and_the_log_says_by_whom(cases: Cases) -> None:
    number = await cases.reported()
    assert await cases.do("town", sorting.change_kind, number, "landslide")
    seen = await cases.seen(number)
    assert seen.facts.kind_key == "landslide"
    assert [entry.name for entry in seen.entries if entry.kind is EntryKind.KIND] == ["town"]
    with pytest.raises(NothingToDo):
        await cases.do("district", sorting.change_kind, number, "landslide")
    with pytest.raises(UnknownEntry):
        await cases.do("district", sorting.change_kind, number, "no_such_kind")


async def test_a_kind_that_is_only_an_accident_makes_it_one_and_rings_who_is_rung_for_that(cases: Cases) -> None:
    number = await cases.reported(nature=Nature.DANGER_SIGN)
    assert await cases.do("town", sorting.change_kind, number, "earthquake")
    assert (await cases.row(number)).nature is Nature.ACCIDENT
    assert set(await cases.town.cards(f"incident:{number}")) >= {"town_group", "district_group"}


async def test_where_two_natures_fit_and_neither_is_its_own_it_is_asked_first(cases: Cases) -> None:
    number = await cases.reported(nature=Nature.HAZARD)
    assert not await cases.do("town", sorting.change_kind, number, "landslide")
    assert (await cases.row(number)).kind_key is None
    assert await cases.do("town", sorting.change_kind, number, "landslide", Nature.ACCIDENT)
    assert (await cases.row(number)).nature is Nature.ACCIDENT


async def test_sent_to_another_town_it_rings_there_and_is_called_for_anew(cases: Cases) -> None:
    number = await cases.reported()
    await cases.do("town", service.take, number)
    await cases.do("town", sorting.send_to_town, number, OTHER_TOWN)
    cards = await cases.town.cards(f"incident:{number}")
    assert {"other_group", "town_group", "district_group"} <= set(cards)
    assert (await cases.row(number)).taken_by is None
    assert await cases.chase(NIGHT + 5 * MINUTES) == 1
    assert len(await cases.town.told("other_group", "untaken")) == 1
    assert await cases.town.told("town_group", "untaken") == []
    with pytest.raises(NotAllowed):
        await cases.do("town", service.take, number)
    await cases.do("other_town", service.take, number)
    assert len(await cases.town.told("worker", "taken")) == 2


async def test_who_may_act_there_too_keeps_it_in_hand(cases: Cases) -> None:
    number = await cases.reported()
    await cases.do("district", service.take, number)
    await cases.do("town", sorting.send_to_town, number, OTHER_TOWN)
    assert (await cases.row(number)).taken_name == "district"
    assert await cases.chase(NIGHT + timedelta(hours=1)) == 0


async def test_the_reporter_hears_who_has_it_now_and_the_log_keeps_the_way(cases: Cases) -> None:
    number = await cases.reported()
    await cases.do("town", sorting.send_to_town, number, OTHER_TOWN)
    (told,) = await cases.town.told("worker", "rerouted")
    assert "龙水0712-1 已转 宝顶镇 办理" in told
    seen = await cases.seen(number)
    assert [entry.text for entry in seen.entries if entry.kind is EntryKind.REROUTED] == [f"region:{OTHER_TOWN}"]


async def test_it_is_not_sent_where_it_is_and_not_to_a_village(cases: Cases) -> None:
    number = await cases.reported()
    with pytest.raises(NothingToDo):
        await cases.do("town", sorting.send_to_town, number, TOWN)
    with pytest.raises(NothingToDo):
        await cases.do("town", sorting.send_to_town, number, "500111100008")


async def test_sent_to_a_unit_its_people_are_told_and_the_desks_keep_it(cases: Cases) -> None:
    await _officer_of(cases, UNIT, 301)
    number = await cases.reported()
    await cases.do("town", service.take, number)
    assert await cases.do("town", sorting.send_to_unit, number, UNIT)
    (told,) = await cases.town.told("officer", "for_unit")
    assert "龙水0712-1 请你单位办理" in told
    assert "worker" in told
    row = await cases.row(number)
    assert (row.unit_key, row.taken_name) == (UNIT, "town")
    assert "+86 23 4373 3379" in (await cases.town.told("worker", "rerouted"))[0]
    with pytest.raises(NothingToDo):
        await cases.do("town", sorting.send_to_unit, number, UNIT)


async def test_a_unit_without_anybody_is_a_phone_to_ring(cases: Cases) -> None:
    number = await cases.reported()
    assert not await cases.do("town", sorting.send_to_unit, number, UNIT)
    seen = await cases.seen(number)
    assert (seen.unit_key, seen.unreached) == (UNIT, (Level.UNIT,))


@pytest.mark.parametrize(
    ("deed", "choice"),
    [(sorting.change_kind, "landslide"), (sorting.send_to_town, OTHER_TOWN), (sorting.send_to_unit, UNIT)],
)
async def test_who_may(cases: Cases, deed: Deed, choice: str) -> None:
    did = set()
    for serial, role in enumerate(EVERYBODY, 1):
        number = await cases.reported(serial)
        try:
            await cases.do(role, deed, number, choice)
        except NotAllowed:
            continue
        did.add(role)
    assert did == {"town", "district"}


async def _officer_of(cases: Cases, unit_key: str, number: int) -> None:
    async with cases.database.write() as session:
        person = Person(name="officer", platform_id=number, state=PersonState.ACTIVE, created_at=NIGHT)
        post = Post(kind="company_safety", region_code="", unit_key=unit_key)
        session.add_all([person, post])
        await session.flush()
        start = NIGHT - timedelta(days=1)
        session.add(Holding(person_id=person.id, post_id=post.id, role=Role.HOLDER, starts_at=start))
    cases.town.chats["officer"] = number
