"""What the desks do: one winner, the reporter in the loop, and no silence taken for success."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from bot.audit import service as audit
from bot.core.access import Permission
from bot.core.database import Database
from bot.core.errors import NotAllowed, Refusal
from bot.directory.models import Person
from bot.incident import jobs, service
from bot.incident.errors import AlreadyTaken, NoSuchIncident, NothingToDo, NotYours
from bot.incident.models import Facts, Incident, Threat
from bot.incident.rules import RIGHTS, TRANSITIONS, Deed
from bot.incident.schemas import Opening, Reporter
from bot.plan.schema import Level, Nature
from bot.plan.service import Plan
from tests.integration.town import GRID, NIGHT, Town, build

MINUTES = timedelta(minutes=1)
NUMBER = "龙水0712-1"


@pytest.fixture
async def town(database: Database, plan: Plan) -> Town:
    return await build(database, plan)


async def opened(town: Town, *, region: str = GRID, nature: Nature = Nature.DANGER_SIGN) -> int:
    opening = Opening(NUMBER, nature, Threat.YES, region, Facts(), drill=False)
    async with town.database.write() as session:
        actor = await town.actor(session, "worker")
        reporter = Reporter(actor.person_id or 0, actor.name, "+861000000101", 101, "zh", NUMBER)
        incident = await service.open_incident(session, town.plan, actor, NIGHT, opening, reporter)
        return incident.id


async def do(town: Town, role: str, deed: Deed, incident_id: int, *, minutes: int = 15) -> None:
    async with town.database.write() as session:
        actor = await town.actor(session, role)
        if deed is Deed.TAKE:
            await service.take(session, town.plan, actor, NIGHT, incident_id)
        elif deed is Deed.ARRIVE:
            await service.arrive(session, town.plan, actor, NIGHT, incident_id, minutes)
        else:
            await service.verify(session, town.plan, actor, NIGHT, incident_id)


async def incident(town: Town) -> Incident:
    async with town.database.read() as session:
        return (await session.exec(select(Incident))).one()


async def run_due(town: Town, after: timedelta) -> int:
    async with town.database.write() as session:
        return await jobs.run_due(session, town.plan, NIGHT + after)


async def test_village_town_and_district_ring_and_the_neighbour_hears_nothing(town: Town) -> None:
    number = await opened(town)
    assert set(await town.cards(f"incident:{number}")) == {"village_group", "town_group", "district_group"}
    assert await town.told("other_group") == []


async def test_where_there_is_no_group_the_duty_post_is_told_and_an_empty_tier_is_shown(
    database: Database, plan: Plan
) -> None:
    town = await build(database, plan, groups=("district_group",))
    number = await opened(town, region="500111103")
    async with town.database.read() as session:
        view = await service.view(session, number)
    assert view.unreached == (Level.TOWN,)
    assert set(await town.cards(f"incident:{number}")) == {"district_group"}


async def test_the_duty_post_stands_in_for_a_missing_group(database: Database, plan: Plan) -> None:
    town = await build(database, plan, groups=("district_group",))
    number = await opened(town)
    assert set(await town.cards(f"incident:{number}")) == {"cadre", "town", "district_group"}


async def test_an_order_that_reached_no_desk_says_so(database: Database, plan: Plan) -> None:
    town = await build(database, plan, groups=())
    async with database.write() as session:
        for person in ("cadre", "town", "district"):
            actor = await town.actor(session, person)
            await session.exec(update(Person).where(col(Person.id) == actor.person_id).values(reachable=False))
    await opened(town)
    (order,) = await town.told("worker", "order")
    assert "值班群还没有接通，<b>请马上打电话。</b>" in order


async def test_two_officers_tap_at_once_and_one_wins(town: Town) -> None:
    number = await opened(town)

    async def attempt(role: str) -> Refusal | None:
        try:
            await do(town, role, Deed.TAKE, number)
        except Refusal as refusal:
            return refusal
        return None

    outcomes = await asyncio.gather(*(attempt(role) for role in ("town", "district", "cadre")))
    assert sum(outcome is None for outcome in outcomes) == 1
    assert sum(isinstance(outcome, AlreadyTaken) for outcome in outcomes) == 2
    assert len(await town.told("worker", "taken")) == 1


async def test_tapping_twice_does_it_once(town: Town) -> None:
    number = await opened(town)
    await do(town, "town", Deed.TAKE, number)
    with pytest.raises(NothingToDo):
        await do(town, "town", Deed.TAKE, number)
    await do(town, "town", Deed.VERIFY, number)
    with pytest.raises(NothingToDo):
        await do(town, "district", Deed.VERIFY, number)


async def test_only_whoever_took_it_says_when_he_arrives(town: Town) -> None:
    number = await opened(town)
    with pytest.raises(NothingToDo):
        await do(town, "town", Deed.ARRIVE, number)
    await do(town, "town", Deed.TAKE, number)
    with pytest.raises(NotYours):
        await do(town, "district", Deed.ARRIVE, number)
    await do(town, "town", Deed.ARRIVE, number, minutes=30)
    (arrival,) = await town.told("worker", "arrival")
    assert arrival == (
        "<b>town已接手，01:20前到。</b>\n你在安全处等，不下河、不上坡。\n龙水0712-1 · 龙水镇 横店村 第3网格"
    )


@pytest.mark.parametrize(
    ("deed", "allowed"),
    [
        (Deed.TAKE, {"cadre", "town", "district"}),
        (Deed.VERIFY, {"town", "district"}),
    ],
)
async def test_who_may(town: Town, deed: Deed, allowed: set[str]) -> None:
    may = set()
    for role in ("worker", "cadre", "town", "district", "other_town", "administrator"):
        async with town.database.read() as session:
            actor = await town.actor(session, role)
        if actor.may(RIGHTS[deed], GRID):
            may.add(role)
    assert may == allowed
    number = await opened(town)
    for role in ("worker", "other_town", "administrator"):
        with pytest.raises(NotAllowed):
            await do(town, role, deed, number)


async def test_nobody_takes_it_and_it_is_said_again_until_somebody_does(town: Town) -> None:
    number = await opened(town)
    assert await run_due(town, 4 * MINUTES) == 0
    assert await run_due(town, 5 * MINUTES) == 1
    assert await run_due(town, 5 * MINUTES) == 0
    assert await run_due(town, 10 * MINUTES) == 1
    assert len(await town.told("district_group", "untaken")) == 2
    assert "已10分钟" in (await town.told("town_group", "untaken"))[1]
    assert len(await town.told("worker", "untaken_for_reporter")) == 2
    await do(town, "town", Deed.TAKE, number)
    assert await run_due(town, timedelta(hours=9)) == 0
    assert len(await town.told("district_group", "untaken")) == 2
    assert len(await town.told("worker", "untaken_for_reporter")) == 2


async def test_three_hours_of_downtime_give_one_chase(town: Town) -> None:
    await opened(town)
    assert await run_due(town, timedelta(hours=3)) == 1
    assert await run_due(town, timedelta(hours=3)) == 0
    assert (await incident(town)).chases == 1


async def test_taking_beats_the_chase_that_is_due(town: Town) -> None:
    number = await opened(town)
    await asyncio.gather(do(town, "town", Deed.TAKE, number), run_due(town, 5 * MINUTES))
    assert (await incident(town)).taken_name == "town"
    assert await run_due(town, timedelta(hours=1)) == 0


async def test_an_incident_that_is_not_there_is_a_sentence(town: Town) -> None:
    for deed in Deed:
        with pytest.raises(NoSuchIncident):
            await do(town, "town", deed, 4711)


async def test_everything_done_is_in_the_audit(town: Town) -> None:
    number = await opened(town)
    await do(town, "town", Deed.TAKE, number)
    await do(town, "town", Deed.ARRIVE, number)
    await do(town, "town", Deed.VERIFY, number)
    async with town.database.read() as session:
        rows = await audit.about(session, f"incident:{number}")
    assert [row.act for row in rows] == ["incident.open", "incident.take", "incident.arrive", "incident.verify"]


def test_every_deed_has_a_right_and_a_way() -> None:
    assert set(RIGHTS) == set(Deed)
    assert {deed for _state, deed in TRANSITIONS} == set(Deed)
    assert set(RIGHTS.values()) <= set(Permission)
