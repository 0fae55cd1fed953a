"""Nobody comes in without the own contact card, and a link opens what it was made for, for a while, so many times."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.audit import service as audit
from bot.core.access import SYSTEM, Permission
from bot.core.errors import NotAllowed
from bot.directory import invitations, joining, people, repository
from bot.directory.errors import ChangedMeanwhile, NoSuchPost, SeatTaken
from bot.directory.joining import Arrival, Outcome
from bot.directory.models import PersonState, Role
from bot.plan.schema import WaitKey
from tests.integration.directory.world import NOW, World

DISTRICT = "500111"
LONGSHUI = "500111100"
BAODING = "500111102"
HENGDIAN = "500111100216"
GRID = "500111100216-03"
NUMBER = "+861000000103"
DAY = timedelta(days=1)


async def invite(world: World, *, uses: int = 1, role: Role = Role.HOLDER) -> str:
    return await invitations.create(
        world.session,
        world.plan,
        SYSTEM,
        NOW,
        kind="grid_worker",
        region_code=GRID,
        max_uses=uses,
        role=role,
        valid_for=DAY,
    )


async def come(world: World, platform_id: int = 7, number: str = NUMBER, *, later: timedelta = DAY / 2) -> Arrival:
    return await joining.come(
        world.session, world.plan, NOW + later, platform_id=platform_id, number=number, name="网格员", locale="zh"
    )


async def open_link(world: World, token: str, platform_id: int = 7, *, later: timedelta = DAY / 2) -> str | None:
    """Why the link opens nothing; None if it does."""
    return (await invitations.knock(world.session, NOW + later, platform_id=platform_id, token=token)).refused


# --- with an invitation ----------------------------------------------------------------------------------------------


async def test_an_invitation_and_the_own_card_make_a_person_on_the_post(world: World) -> None:
    token = await invite(world)
    assert await open_link(world, token) is None
    assert await people.actor_of(world.session, world.plan, 7, NOW + DAY) is None, "opening the link joins nobody"
    arrival = await come(world, number="861000000103")
    assert arrival.outcome is Outcome.JOINED
    actor = await people.actor_of(world.session, world.plan, 7, NOW + DAY)
    assert actor is not None
    assert actor.may(Permission.INCIDENT_SEE, GRID)
    assert await repository.person_by_phone(world.session, NUMBER) is not None
    assert await repository.grid(world.session, GRID) is not None, "the grid was made by inviting to it"


async def test_the_waiting_invitation_survives_as_a_row(world: World) -> None:
    await open_link(world, await invite(world))
    waits = await repository.pending_join(world.session, 7)
    assert waits is not None
    assert await come(world) is not None
    assert await repository.pending_join(world.session, 7) is None


async def test_the_token_is_nowhere_in_the_database(world: World) -> None:
    token = await invite(world)
    view = await invitations.get(world.session, token)
    assert view is not None
    row = await repository.invitation(world.session, view.id)
    assert row is not None
    assert token not in str(row.model_dump())
    assert all(token not in str(entry.facts) for entry in await audit.about(world.session, f"invitation:{view.id}"))


async def test_a_link_for_one_is_good_for_one(world: World) -> None:
    token = await invite(world)
    await open_link(world, token)
    await come(world)
    assert await open_link(world, token, 8) == "used"


async def test_who_opened_the_link_in_time_and_shows_the_card_too_late_is_told_why(world: World) -> None:
    token = await invite(world)
    await open_link(world, token)
    late = await come(world, later=DAY)
    assert (late.outcome, late.refused) == (Outcome.INVITATION_CLOSED, "expired")
    assert await people.actor_of(world.session, world.plan, 7, NOW + DAY) is None


async def test_of_two_who_wait_with_the_last_use_the_second_is_told(world: World) -> None:
    token = await invite(world)
    await open_link(world, token, 7)
    await open_link(world, token, 8)
    await come(world, 7)
    second = await come(world, 8, "+861000000104")
    assert (second.outcome, second.refused) == (Outcome.INVITATION_CLOSED, "used")


async def test_expired_revoked_and_wrong_links_open_nothing(world: World) -> None:
    token = await invite(world)
    assert await open_link(world, token, later=DAY - timedelta(microseconds=1)) is None
    assert await open_link(world, token, later=DAY) == "expired"
    assert await open_link(world, "no-such-token") == "wrong"
    view = await invitations.get(world.session, token)
    assert view is not None
    await invitations.revoke(world.session, world.plan, SYSTEM, NOW, invitation_id=view.id)
    assert await open_link(world, token) == "revoked"
    with pytest.raises(ChangedMeanwhile):
        await invitations.revoke(world.session, world.plan, SYSTEM, NOW, invitation_id=view.id)


async def test_by_default_a_link_is_good_as_long_as_the_pack_says(world: World) -> None:
    token = await invitations.create(world.session, world.plan, SYSTEM, NOW, kind="town_duty", region_code=LONGSHUI)
    view = await invitations.get(world.session, token)
    assert view is not None
    assert view.expires_at == NOW + world.plan.wait(WaitKey.INVITATION_VALID)


async def test_guessing_ends_after_five_wrong_links_for_an_hour_and_for_that_account_only(world: World) -> None:
    token = await invite(world, uses=2)
    assert [await open_link(world, f"guess-{number}") for number in range(6)] == ["wrong"] * 5 + ["too_many"]
    assert await open_link(world, token) == "too_many"
    assert await open_link(world, token, 8) is None
    hour = timedelta(hours=1)
    assert await open_link(world, token, later=DAY / 2 + hour) is None


async def test_a_second_holder_is_refused_and_a_deputy_is_not(world: World) -> None:
    await world.person("A", "grid_worker", GRID)
    await open_link(world, await invite(world))
    with pytest.raises(SeatTaken):
        await come(world)
    await open_link(world, await invite(world, role=Role.DEPUTY), 8)
    assert (await come(world, 8, "+861000000104")).outcome is Outcome.JOINED


async def test_somebody_known_gets_the_post_at_once(world: World) -> None:
    person = await world.person("镇值班员", "town_duty", LONGSHUI, platform_id=7, phone=NUMBER)
    knock = await invitations.knock(world.session, NOW, platform_id=7, token=await invite(world))
    assert knock.invitation is not None
    arrival = await joining.accept(world.session, NOW, platform_id=7, invitation=knock.invitation)
    assert arrival.outcome is Outcome.JOINED
    view = await people.person(world.session, person.id, NOW)
    assert view is not None
    assert [post.kind for post in view.posts] == ["town_duty", "grid_worker"]
    again = await invitations.knock(world.session, NOW, platform_id=7, token=await invite(world))
    assert again.invitation is not None
    repeated = await joining.accept(world.session, NOW, platform_id=7, invitation=again.invitation)
    assert repeated.outcome is Outcome.ALREADY


@pytest.mark.parametrize("by_link", [True, False])
async def test_an_invitation_does_not_lift_a_suspension(world: World, by_link: bool) -> None:
    await world.person("网格员", phone=NUMBER, state=PersonState.SUSPENDED)
    if by_link:
        await open_link(world, await invite(world))
    assert (await come(world)).outcome is Outcome.SUSPENDED
    assert await people.actor_of(world.session, world.plan, 7, NOW + DAY) is None


@pytest.mark.parametrize(
    ("kind", "place", "invited", "at", "allowed"),
    [
        ("administrator", DISTRICT, "district_duty", DISTRICT, True),
        ("administrator", DISTRICT, "grid_worker", GRID, True),
        ("town_leader", LONGSHUI, "grid_worker", GRID, True),
        ("town_leader", LONGSHUI, "town_duty", LONGSHUI, True),
        ("town_leader", LONGSHUI, "town_duty", BAODING, False),
        ("town_leader", LONGSHUI, "district_duty", DISTRICT, False),
        ("town_leader", LONGSHUI, "administrator", DISTRICT, False),
        ("town_duty", LONGSHUI, "grid_worker", GRID, False),
        ("district_duty", DISTRICT, "grid_worker", GRID, False),
        ("grid_worker", GRID, "grid_worker", GRID, False),
    ],
)
async def test_one_invites_only_where_and_to_what_one_answers_for(
    world: World, kind: str, place: str, invited: str, at: str, allowed: bool
) -> None:
    actor = await world.actor(await world.person("办的人", kind, place, platform_id=1))

    async def create() -> str:
        return await invitations.create(
            world.session, world.plan, actor, NOW, kind=invited, region_code=at, role=Role.DEPUTY
        )

    if not allowed:
        with pytest.raises(NotAllowed):
            await create()
        return
    view = await invitations.get(world.session, await create())
    assert view is not None
    await invitations.revoke(world.session, world.plan, actor, NOW, invitation_id=view.id)


@pytest.mark.parametrize(
    ("kind", "at"),
    [("town_duty", HENGDIAN), ("grid_worker", LONGSHUI), ("nothing", LONGSHUI), ("town_duty", "999999999")],
)
async def test_a_post_is_where_its_level_is(world: World, kind: str, at: str) -> None:
    with pytest.raises(NoSuchPost):
        await invitations.create(world.session, world.plan, SYSTEM, NOW, kind=kind, region_code=at)


# --- without one -----------------------------------------------------------------------------------------------------


async def test_somebody_from_the_roster_is_in_at_once(world: World) -> None:
    await world.person("网格员", "grid_worker", GRID, phone=NUMBER, state=PersonState.INVITED)
    arrival = await come(world)
    assert arrival.outcome is Outcome.JOINED
    assert (await come(world)).outcome is Outcome.ALREADY


@pytest.mark.parametrize("number", ["+861000000999", "not a number", ""])
async def test_an_unknown_number_is_nobody(world: World, number: str) -> None:
    assert (await come(world, number=number)).outcome is Outcome.NOT_ON_ROSTER


async def test_who_has_left_needs_an_invitation(world: World) -> None:
    await world.person("网格员", phone=NUMBER, state=PersonState.LEFT)
    assert (await come(world)).outcome is Outcome.NOT_ON_ROSTER
    await open_link(world, await invite(world))
    assert (await come(world)).outcome is Outcome.JOINED


async def test_a_new_account_replaces_the_old_one(world: World) -> None:
    person = await world.person("网格员", "grid_worker", GRID, platform_id=6, phone=NUMBER)
    person.reachable = False
    arrival = await come(world)
    assert (arrival.outcome, arrival.former_account) == (Outcome.MOVED, 6)
    assert await people.actor_of(world.session, world.plan, 6, NOW + DAY) is None
    assert (await world.actor(person, NOW + DAY)).grants
    assert person.reachable
    facts = [entry.facts for entry in await audit.about(world.session, f"person:{person.id}")]
    assert facts == [{"moved": True}]


async def test_an_account_whose_number_is_now_somebody_elses_is_his(world: World) -> None:
    before = await world.person("前任", "grid_worker", GRID, platform_id=7, phone="+861000000104")
    after = await world.person("后任", "village_duty", HENGDIAN, phone=NUMBER, state=PersonState.INVITED)
    assert (await come(world)).outcome is Outcome.JOINED
    assert (before.platform_id, after.platform_id) == (None, 7)
