"""Posts change hands in one instant; a post has one A and one B, and 代管 is dated."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.audit import service as audit
from bot.core.access import SYSTEM, Permission
from bot.core.database import Database
from bot.core.errors import NotAllowed
from bot.directory import people, posts, repository
from bot.directory.errors import BadPeriod, ChangedMeanwhile, PersonNotActive, SeatTaken
from bot.directory.models import PersonState, Role
from bot.plan.service import Plan
from tests.integration.directory.world import NOW, World

DISTRICT = "500111"
LONGSHUI = "500111100"
BAODING = "500111102"
HENGDIAN = "500111100216"
DAY = timedelta(days=1)


async def test_handing_over_moves_the_rights_in_the_same_instant(world: World) -> None:
    giver = await world.person("前任", "town_duty", LONGSHUI, platform_id=1)
    taker = await world.person("后任", "village_duty", HENGDIAN, platform_id=2)
    leader = await world.actor(await world.person("镇领导", "town_leader", LONGSHUI, platform_id=3))
    post_id = await world.post_id("town_duty", LONGSHUI)
    change = await posts.hand_over(world.session, world.plan, leader, NOW, post_id=post_id, person_id=taker.id)
    assert (change.taker.id, change.giver.id if change.giver else None) == (taker.id, giver.id)
    assert not (await world.actor(giver)).may(Permission.INCIDENT_VERIFY)
    assert (await world.actor(taker)).may(Permission.INCIDENT_VERIFY, LONGSHUI)
    held = await posts.holders(world.session, post_id, NOW)
    assert [(row.person.id, row.post.role) for row in held] == [(taker.id, Role.HOLDER)]
    assert [entry.facts["giver"] for entry in await audit.about(world.session, f"post:{post_id}")] == [giver.id]


async def test_what_was_held_before_stays_in_the_history(world: World) -> None:
    giver = await world.person("前任", "town_duty", LONGSHUI, platform_id=1)
    taker = await world.person("后任", platform_id=2)
    post_id = await world.post_id("town_duty", LONGSHUI)
    await posts.hand_over(world.session, world.plan, SYSTEM, NOW + DAY, post_id=post_id, person_id=taker.id)
    view = await people.person(world.session, giver.id, NOW + DAY / 2)
    assert view is not None
    assert [post.kind for post in view.posts] == ["town_duty"]


async def test_the_deputy_who_becomes_holder_is_deputy_no_longer(world: World) -> None:
    await world.person("A", "town_duty", LONGSHUI, platform_id=1)
    deputy = await world.person("B", "town_duty", LONGSHUI, role=Role.DEPUTY, platform_id=2)
    post_id = await world.post_id("town_duty", LONGSHUI)
    await posts.hand_over(world.session, world.plan, SYSTEM, NOW, post_id=post_id, person_id=deputy.id)
    held = await posts.holders(world.session, post_id, NOW)
    assert [(row.person.id, row.post.role) for row in held] == [(deputy.id, Role.HOLDER)]


async def test_an_old_confirmation_gives_nothing_when_somebody_else_has_the_post(world: World) -> None:
    first = await world.person("第一任", "town_duty", LONGSHUI, platform_id=1)
    second, third = await world.person("第二任", platform_id=2), await world.person("第三任", platform_id=3)
    post_id = await world.post_id("town_duty", LONGSHUI)
    await posts.hand_over(
        world.session, world.plan, SYSTEM, NOW, post_id=post_id, person_id=second.id, giver_id=first.id
    )
    for person_id in (third.id, second.id):
        with pytest.raises(ChangedMeanwhile):
            await posts.hand_over(
                world.session, world.plan, SYSTEM, NOW, post_id=post_id, person_id=person_id, giver_id=first.id
            )


@pytest.mark.parametrize(
    ("kind", "place", "allowed"),
    [
        ("administrator", DISTRICT, True),
        ("district_leader", DISTRICT, True),
        ("town_leader", LONGSHUI, True),
        ("town_leader", BAODING, False),
        ("town_duty", LONGSHUI, False),
        ("village_cadre", HENGDIAN, False),
    ],
)
async def test_posts_change_hands_by_who_answers_for_them(world: World, kind: str, place: str, allowed: bool) -> None:
    taker = await world.person("后任", platform_id=1)
    await world.person("前任", "village_duty", HENGDIAN)
    actor = await world.actor(await world.person("办的人", kind, place, platform_id=2))
    post_id = await world.post_id("village_duty", HENGDIAN)

    async def three_ways() -> None:
        await posts.hand_over(world.session, world.plan, actor, NOW, post_id=post_id, person_id=taker.id)
        helper = await world.person("代管的人")
        acting = await posts.act_for(
            world.session,
            world.plan,
            actor,
            NOW,
            post_id=post_id,
            person_id=helper.id,
            starts_at=NOW,
            ends_at=NOW + DAY,
        )
        assert acting.until == NOW + DAY
        held = await posts.holders(world.session, post_id, NOW)
        await posts.end(world.session, world.plan, actor, NOW, holding_id=held[-1].post.holding_id)

    if allowed:
        await three_ways()
        assert [row.person.id for row in await posts.holders(world.session, post_id, NOW)] == [taker.id]
    else:
        with pytest.raises(NotAllowed):
            await three_ways()


async def test_nobody_gives_away_rights_he_neither_has_nor_answers_for(world: World) -> None:
    """The administrator's post, were it placed in a town, still reaches the district: the town's leader may not."""
    await world.person("镇上的管理员", "administrator", LONGSHUI)
    leader = await world.person("镇领导", "town_leader", LONGSHUI, platform_id=1)
    post_id = await world.post_id("administrator", LONGSHUI)
    with pytest.raises(NotAllowed):
        await posts.hand_over(
            world.session, world.plan, await world.actor(leader), NOW, post_id=post_id, person_id=leader.id
        )


@pytest.mark.parametrize("state", [PersonState.INVITED, PersonState.SUSPENDED, PersonState.LEFT])
async def test_only_active_people_get_posts(world: World, state: PersonState) -> None:
    await world.person("前任", "town_duty", LONGSHUI)
    taker = await world.person("后任", state=state)
    post_id = await world.post_id("town_duty", LONGSHUI)
    with pytest.raises(PersonNotActive):
        await posts.hand_over(world.session, world.plan, SYSTEM, NOW, post_id=post_id, person_id=taker.id)


@pytest.mark.parametrize(("starts", "ends"), [(0, 0), (1, 1), (2, 1), (-3, -1)])
async def test_acting_needs_a_period_that_is_still_to_come_or_running(world: World, starts: int, ends: int) -> None:
    await world.person("A", "town_duty", LONGSHUI)
    helper = await world.person("代管的人")
    post_id = await world.post_id("town_duty", LONGSHUI)
    with pytest.raises(BadPeriod):
        await posts.act_for(
            world.session,
            world.plan,
            SYSTEM,
            NOW,
            post_id=post_id,
            person_id=helper.id,
            starts_at=NOW + starts * DAY,
            ends_at=NOW + ends * DAY,
        )


async def test_ending_twice_is_refused(world: World) -> None:
    await world.person("B", "town_duty", LONGSHUI, role=Role.DEPUTY)
    held = await posts.at(world.session, world.at("town_duty", LONGSHUI), NOW)
    await posts.end(world.session, world.plan, SYSTEM, NOW, holding_id=held[0].post.holding_id)
    with pytest.raises(ChangedMeanwhile):
        await posts.end(world.session, world.plan, SYSTEM, NOW, holding_id=held[0].post.holding_id)


async def test_candidates_are_the_active_people_of_the_town(world: World) -> None:
    await world.person("前任", "village_duty", HENGDIAN)
    await world.person("同镇", "town_leader", LONGSHUI)
    await world.person("别镇", "town_duty", BAODING)
    await world.person("待登记", "town_duty", LONGSHUI, state=PersonState.INVITED)
    found = await posts.candidates(
        world.session, world.plan, SYSTEM, NOW, post_id=await world.post_id("village_duty", HENGDIAN)
    )
    assert {person.name for person in found} == {"前任", "同镇"}


async def test_a_seat_is_given_once_even_to_two_at_the_same_instant(database: Database, plan: Plan) -> None:
    """The database holds it, not only the check before."""
    async with database.write() as session:
        world = World(session, plan)
        first, second = await world.person("一"), await world.person("二")
        await world.on(first, "town_duty", LONGSHUI)
        post_id = await world.post_id("town_duty", LONGSHUI)
    async with database.write() as session:
        assert not await repository.add_holding(
            session,
            person_id=second.id,
            post_id=post_id,
            role=Role.HOLDER,
            starts_at=NOW,
            ends_at=None,
            scope_note="",
        )
        post = await repository.post(session, post_id)
        assert post is not None
        with pytest.raises(SeatTaken):
            await posts.seat(session, NOW, person=second, post=post, role=Role.HOLDER)
