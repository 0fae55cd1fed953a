"""并案, 拆开 and 我也看到: two numbers, one thing, and nothing lost on the way there and back."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.core.database import Database
from bot.core.errors import NotAllowed, Refusal
from bot.delivery.schemas import Media
from bot.incident import deeds, desk, enquiries, merging, service
from bot.incident.errors import MergedAway, NothingToDo
from bot.incident.models import EntryKind, Facts, IncidentState, Threat, Wanted
from bot.incident.rules import Deed
from bot.incident.schemas import Addition
from bot.plan.schema import Nature
from bot.plan.service import Plan
from tests.integration.case import EVERYBODY, Cases
from tests.integration.town import NIGHT, OTHER_TOWN, VILLAGE, build

MINUTES = timedelta(minutes=1)
HERE = Facts(latitude=29.5000, longitude=105.7000)
NEARBY = Facts(latitude=29.5010, longitude=105.7000)
FAR = Facts(latitude=29.5100, longitude=105.7000)


@pytest.fixture
async def cases(database: Database, plan: Plan) -> Cases:
    return Cases(await build(database, plan))


async def near(cases: Cases, number: int) -> list[str]:
    found = await cases.do("town", merging.likely, number)
    return [other.number for other in found]


async def test_what_lies_within_the_packs_distance_is_offered_with_the_metres(cases: Cases) -> None:
    number = await cases.reported(facts=HERE)
    await cases.reported(2, facts=NEARBY)
    await cases.reported(3, facts=FAR)
    (found,) = await cases.do("town", merging.likely, number)
    assert (found.number, found.metres) == ("龙水0712-2", 111)


async def test_without_positions_the_same_village_is_near_and_another_is_not(cases: Cases) -> None:
    number = await cases.reported()
    await cases.reported(2, region=VILLAGE)
    await cases.reported(3, region="500111100008-01")
    await cases.reported(4, region=OTHER_TOWN)
    assert await near(cases, number) == ["龙水0712-2"]


async def test_at_most_three_newest_first_and_nothing_that_is_over_or_merged(cases: Cases) -> None:
    number = await cases.reported()
    numbers = {serial: await cases.reported(serial) for serial in range(2, 8)}
    await cases.do("district", desk.doubt, numbers[7], "没有")
    await cases.do("district", desk.dismiss, numbers[7])
    await cases.do("town", merging.merge, numbers[6], numbers[2])
    assert await near(cases, number) == ["龙水0712-5", "龙水0712-4", "龙水0712-3"]


async def test_yesterdays_and_where_the_officer_may_not_are_not_offered(cases: Cases) -> None:
    await cases.reported(1)
    number = await cases.reported(2, at=NIGHT + timedelta(days=2))
    found = await cases.do("town", merging.likely, number, at=NIGHT + timedelta(days=2))
    assert list(found) == []


async def test_the_later_is_handled_under_the_earlier_whichever_card_was_tapped(cases: Cases) -> None:
    first, second = await cases.reported(1), await cases.reported(2, by="cadre")
    kept = await cases.do("town", merging.merge, first, second)
    assert kept.id == first
    seen = await cases.seen(first)
    assert seen.numbers == ("龙水0712-1", "龙水0712-2")
    assert [row.name for row in seen.reporters] == ["worker", "cadre"]
    part = await cases.seen(second)
    assert (part.merged_number, part.deeds) == ("龙水0712-1", (Deed.UNMERGE,))
    assert await cases.chase(NIGHT + 5 * MINUTES) == 1


async def test_both_reporters_hear_what_becomes_of_it_each_under_his_own_number(cases: Cases) -> None:
    first, second = await cases.reported(1), await cases.reported(2, by="cadre")
    await cases.do("town", merging.merge, second, first)
    await cases.do("town", service.take, first)
    assert "龙水0712-1" in (await cases.town.told("worker", "taken"))[0]
    assert "龙水0712-2" in (await cases.town.told("cadre", "taken"))[0]
    await cases.do("town", enquiries.ask, first, Wanted.PHOTO)
    assert "龙水0712-2 请补充：照片" in (await cases.town.told("cadre", "enquiry"))[0]
    await cases.do("town", service.verify, first)
    await cases.do("district", desk.close, first)
    await cases.do("cadre", desk.verdict, second, satisfied=False, reason="路还没有通")
    assert "路还没有通" in (await cases.town.told("town_group", "reopen_asked"))[0]


async def test_what_is_added_to_either_is_added_to_the_one_thing(cases: Cases) -> None:
    first, second = await cases.reported(1), await cases.reported(2, by="cadre")
    await cases.do("town", merging.merge, first, second)
    await cases.do("cadre", service.supplement, second, Addition(1, "路断了"))
    await cases.do("cadre", service.show_media, second, Addition(2, ""), Media("photo", "F"))
    async with cases.database.write() as session:
        await service.learn(session, second, NEARBY)
        assert await service.family(session, second) == [first, second]
    seen = await cases.seen(first)
    assert [entry.text for entry in seen.entries if entry.kind is EntryKind.SUPPLEMENT] == ["路断了", "evidence:photo"]
    assert seen.facts.latitude == NEARBY.latitude
    assert "龙水0712-1 补充" in (await cases.town.told("town_group", "supplement"))[0]


async def test_what_only_one_report_knows_is_on_the_card_and_gone_when_taken_apart(cases: Cases) -> None:
    first = await cases.reported(1, facts=Facts(what="屋后坡裂了", trapped=2))
    second = await cases.reported(2, facts=Facts(what="塌方", missing=1, **NEARBY.model_dump(exclude_none=True)))
    await cases.do("town", merging.merge, first, second)
    facts = (await cases.seen(first)).facts
    assert (facts.what, facts.trapped, facts.missing, facts.latitude) == ("屋后坡裂了", 2, 1, NEARBY.latitude)
    await cases.do("town", merging.unmerge, second)
    facts = (await cases.seen(first)).facts
    assert (facts.trapped, facts.missing, facts.latitude) == (2, None, None)
    assert (await cases.seen(second)).facts.what == "塌方"


async def test_whoever_had_the_later_in_hand_has_both_and_what_was_verified_holds(cases: Cases) -> None:
    first, second = await cases.reported(1), await cases.reported(2, threat=Threat.YES)
    await cases.do("cadre", service.take, second)
    await cases.do("town", service.verify, second)
    await cases.do("town", merging.merge, first, second)
    row = await cases.row(first)
    assert (row.taken_name, row.state, row.threat) == ("cadre", IncidentState.VERIFIED, Threat.YES)
    assert await cases.chase(NIGHT + timedelta(hours=1)) == 0


async def test_taken_apart_it_is_called_for_again_and_its_desks_have_its_card(cases: Cases) -> None:
    number = await cases.reported(1)
    other = await cases.reported(2, by="cadre", same_as=number)
    assert await cases.town.cards(f"incident:{other}") == {}
    await cases.do("town", merging.unmerge, other)
    assert set(await cases.town.cards(f"incident:{other}")) == {"village_group", "town_group", "district_group"}
    assert (await cases.seen(number)).numbers == ("龙水0712-1",)
    assert await cases.chase(NIGHT + 5 * MINUTES) == 2
    with pytest.raises(NothingToDo):
        await cases.do("town", merging.unmerge, other)
    await cases.do("town", merging.merge, other, number)
    assert (await cases.seen(number)).numbers == ("龙水0712-1", "龙水0712-2")


async def test_a_chain_comes_apart_link_by_link(cases: Cases) -> None:
    first, second, third = [await cases.reported(serial) for serial in (1, 2, 3)]
    await cases.do("town", merging.merge, second, third)
    await cases.do("town", merging.merge, first, second)
    async with cases.database.read() as session:
        assert (await deeds.root_of(session, third)).id == first
        assert await service.family(session, third) == [first, second, third]
        assert (await service.view(session, third)).number == "龙水0712-1"
    await cases.do("town", merging.unmerge, second)
    assert (await cases.seen(second)).numbers == ("龙水0712-2", "龙水0712-3")
    assert (await cases.seen(first)).numbers == ("龙水0712-1",)


async def test_nothing_is_merged_with_itself_twice_or_when_it_is_over(cases: Cases) -> None:
    first, second, third = [await cases.reported(serial) for serial in (1, 2, 3)]
    with pytest.raises(NothingToDo):
        await cases.do("town", merging.merge, first, first)
    await cases.do("district", desk.doubt, third, "没有")
    await cases.do("district", desk.dismiss, third)
    with pytest.raises(NothingToDo):
        await cases.do("town", merging.merge, second, third)


async def test_two_officers_merge_the_same_two_at_once_and_one_wins(cases: Cases) -> None:
    first, second = await cases.reported(1), await cases.reported(2)

    async def attempt(role: str, *pair: int) -> Refusal | None:
        try:
            await cases.do(role, merging.merge, *pair)
        except Refusal as refusal:
            return refusal
        return None

    outcomes = await asyncio.gather(attempt("town", first, second), attempt("district", second, first))
    assert outcomes.count(None) == 1
    assert (await cases.row(second)).merged_into == first
    assert (await cases.row(first)).merged_into is None


async def test_taking_and_merging_at_once_loses_nobodys_hand(cases: Cases) -> None:
    first, second = await cases.reported(1), await cases.reported(2)

    async def take() -> bool:
        try:
            await cases.do("cadre", service.take, second)
        except MergedAway:
            return False
        return True

    taken, _ = await asyncio.gather(take(), cases.do("town", merging.merge, first, second))
    assert (await cases.row(first)).taken_name == ("cadre" if taken else None)
    assert await cases.chase(NIGHT + 5 * MINUTES) == (0 if taken else 1)


@pytest.mark.parametrize("apart", [False, True])
async def test_who_may(cases: Cases, apart: bool) -> None:
    did = set()
    for serial, role in enumerate(EVERYBODY):
        first, second = await cases.reported(2 * serial + 1), await cases.reported(2 * serial + 2)
        if apart:
            await cases.do("district", merging.merge, first, second)
        try:
            if apart:
                await cases.do(role, merging.unmerge, second)
            else:
                await cases.do(role, merging.merge, first, second)
        except NotAllowed:
            continue
        did.add(role)
    assert did == {"town", "district"}


# --- 我也看到 ---------------------------------------------------------------------------------------------------------


async def test_a_second_person_joins_and_the_desks_hear_of_it_once_without_a_new_card(cases: Cases) -> None:
    number = await cases.reported(1)
    cards = await cases.town.cards(f"incident:{number}")
    other = await cases.reported(2, by="cadre", same_as=number)
    (told,) = await cases.town.told("town_group", "joined")
    assert told.startswith("<b>龙水0712-1 已有2人反映</b>\ncadre")
    assert "龙水0712-2" in told
    assert await cases.town.cards(f"incident:{other}") == {}
    changed = await cases.town.cards(f"incident:{number}")
    assert all(changed[chat] > cards[chat] for chat in cards)
    assert EntryKind.JOINED in await cases.log(number)
    assert "龙水0712-2" in (await cases.town.told("cadre", "order"))[0]


@pytest.mark.parametrize("threat", [Threat.YES, Threat.UNCLEAR])
async def test_who_joins_and_says_that_people_are_threatened_is_believed(cases: Cases, threat: Threat) -> None:
    number = await cases.reported(1, nature=Nature.ACCIDENT)
    await cases.reported(2, by="cadre", threat=threat, same_as=number)
    assert (await cases.row(number)).threat is threat
    assert "有人受威胁" in (await cases.town.told("town_group", "joined"))[0]
    assert "先撤人" in (await cases.town.told("cadre", "order"))[0]


async def test_who_joins_and_says_that_nobody_is_threatened_calms_nobody(cases: Cases) -> None:
    number = await cases.reported(1, threat=Threat.YES)
    await cases.reported(2, by="cadre", threat=Threat.NO, same_as=number)
    assert (await cases.row(number)).threat is Threat.YES
    assert "有人受威胁" not in (await cases.town.told("town_group", "joined"))[0]


async def test_what_is_over_is_not_joined_but_opened_anew(cases: Cases) -> None:
    number = await cases.reported(1)
    await cases.do("district", desk.doubt, number, "没有")
    await cases.do("district", desk.dismiss, number)
    other = await cases.reported(2, by="cadre", same_as=number)
    assert (await cases.row(other)).merged_into is None
    assert set(await cases.town.cards(f"incident:{other}")) == {"village_group", "town_group", "district_group"}
