"""Proposed, signed by a second person, returned, agreed to by telephone, adjusted and ended; who may, and when not."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from bot.core.database import Database
from bot.core.errors import NotAllowed, Refusal
from bot.plan.schema import WarningAct
from bot.plan.service import Plan
from bot.warning import answering
from bot.warning.errors import ConsentUnread, Incomplete, NotYours, Overtaken, OwnDraft, SignYourself
from bot.warning.models import Origin, Series, SeriesState, VersionState
from tests.integration.town import NIGHT, Town, build
from tests.integration.warning_desk import Desk, seat

CONSENT = "区应急局副局长，+86 10000 00402，00:48"
MORNING = datetime(2026, 7, 11, 23, 30, tzinfo=NIGHT.tzinfo)
"""07:30 on the 12th on the district's wall clock."""


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


# --- signing ---------------------------------------------------------------------------------------------------------


async def test_proposing_lays_it_before_every_leader_and_tells_no_town(desk: Desk, town: Town) -> None:
    await desk.begin()
    await desk.complete()
    await desk.propose()
    version = await desk.version()
    assert set(await town.cards(f"wdraft:{version.id}")) == {"district", "leader", "second_leader"}
    assert (await desk.series()).state is SeriesState.PROPOSED
    assert "类别：洪水预警" in version.text
    assert "发布时间：签发时填" in version.text
    assert await town.told("town_group") == []
    with pytest.raises(Refusal):
        await desk.propose()


async def test_signed_and_numbered_it_goes_out_with_eight_elements(desk: Desk, town: Town) -> None:
    await desk.issued()
    series, version = await desk.series(), await desk.version()
    assert series.state is SeriesState.IN_FORCE
    assert (series.number, version.act) == ("预0712-1", WarningAct.ISSUE)
    assert (version.signed_name, version.signed_at) == ("leader", NIGHT)
    (told,) = await town.told("town_group")
    for element in ("类别：", "级别：", "起始时间：", "范围：", "警示事项：", "措施：", "发布单位：", "发布时间："):
        assert element in told
    assert "07-12 00:50" in told
    assert await town.told("other_group") == []
    acts = await desk.acts()
    assert acts[-3:] == ["warning.propose", "warning.sign", "warning.issue"]


async def test_signed_without_the_platforms_number_it_waits_for_it(desk: Desk, town: Town) -> None:
    await desk.begin()
    await desk.complete()
    await desk.propose()
    await desk.sign()
    assert (await desk.version()).state is VersionState.PROPOSED
    assert await town.told("town_group") == []
    assert "还没有发出" in (await town.told("district", "number"))[0]
    with pytest.raises(Overtaken):
        await desk.write("matters", "签了再改")
    await desk.number()
    assert (await desk.series()).state is SeriesState.IN_FORCE
    (told,) = await town.told("town_group")
    assert "50011120260712001" in told
    with pytest.raises(Overtaken):
        await desk.number("2")


@pytest.mark.parametrize("role", ["district", "second_duty", "town", "administrator"])
async def test_who_may_not_sign_is_refused(desk: Desk, role: str) -> None:
    await desk.begin()
    await desk.complete()
    await desk.propose()
    with pytest.raises(NotAllowed):
        await desk.sign(role)
    assert (await desk.version()).signed_at is None


async def test_nobody_signs_his_own(desk: Desk, town: Town) -> None:
    await seat(town, "both", 405, "district_duty", "district_leader")
    await desk.begin("both")
    await desk.complete()
    await desk.propose("both")
    with pytest.raises(OwnDraft):
        await desk.sign("both")
    await desk.sign("leader")


async def test_a_signer_signs_what_stood_on_his_card_or_nothing(desk: Desk) -> None:
    await desk.begin()
    await desk.complete()
    await desk.propose()
    seen = (await desk.view()).seen
    await desk.write("matters", "签发人改的", role="second_leader")
    with pytest.raises(Overtaken):
        await desk.sign(seen=seen)
    await desk.sign()
    assert "签发人改的" in (await desk.version()).text


async def test_who_may_sign_it_may_lower_it_first_but_not_raise_it_to_the_citys(desk: Desk) -> None:
    await desk.begin()
    await desk.complete()
    await desk.write("platform_number", "1")
    await desk.propose()
    with pytest.raises(NotYours):
        await desk.choose("level", "orange", role="leader")
    await desk.choose("level", "blue", role="leader")
    await desk.sign()
    assert "级别：蓝色（Ⅳ级）" in (await desk.version()).text


async def test_the_drafter_does_not_change_what_waits_for_a_signature(desk: Desk) -> None:
    await desk.begin()
    await desk.complete()
    await desk.propose()
    with pytest.raises(NotAllowed):
        await desk.write("matters", "悄悄改")


async def test_two_leaders_tap_at_once_and_one_signs(desk: Desk, town: Town) -> None:
    await desk.begin()
    await desk.complete()
    await desk.write("platform_number", "1")
    await desk.propose()

    async def attempt(role: str) -> Refusal | None:
        try:
            await desk.sign(role)
        except Refusal as refusal:
            return refusal
        return None

    outcomes = await asyncio.gather(attempt("leader"), attempt("second_leader"))
    assert sum(outcome is None for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Overtaken) for outcome in outcomes) == 1
    assert len(await town.told("town_group")) == 1


async def test_returned_with_a_reason_it_can_be_changed_and_proposed_again(desk: Desk, town: Town) -> None:
    await desk.begin()
    await desk.complete()
    await desk.propose()
    await desk.send_back("范围太大")
    assert (await desk.series()).state is SeriesState.RETURNED
    assert "范围太大" in (await town.told("district", "returned"))[0]
    with pytest.raises(Overtaken):
        await desk.sign()
    await desk.write("matters", "只说龙水镇")
    await desk.write("platform_number", "1")
    await desk.propose()
    await desk.sign()
    assert (await desk.series()).state is SeriesState.IN_FORCE


async def test_what_ran_out_before_it_was_signed_is_not_issued(desk: Desk) -> None:
    await desk.begin()
    await desk.complete()
    await desk.propose()
    desk.now += timedelta(hours=13)
    with pytest.raises(Incomplete):
        await desk.sign()


async def test_referring_tells_the_drafter_whom_to_telephone(desk: Desk, town: Town) -> None:
    await desk.begin()
    await desk.complete()
    await desk.propose()
    await desk.refer()
    (told,) = await town.told("district", "referred")
    assert "区政府办公室 +86 23 4376 8676" in told
    assert (await desk.version()).state is VersionState.PROPOSED


# --- consent by telephone --------------------------------------------------------------------------------------------


async def test_consent_by_telephone_issues_at_once_and_is_signed_in_the_morning(desk: Desk, town: Town) -> None:
    await desk.begin()
    await desk.complete()
    await desk.write("platform_number", "1")
    await desk.propose()
    await desk.oral()
    version = await desk.version()
    assert (await desk.series()).state is SeriesState.IN_FORCE
    assert version.oral_words == "区应急局副局长 +86 10000 00402，00:48 电话同意"
    assert (version.countersign_due_at, version.countersigned_at) == (MORNING, None)
    assert len(await town.told("town_group")) == 1

    assert await desk.ask_countersigning(MORNING - timedelta(minutes=1)) == 0
    assert await desk.ask_countersigning(MORNING) == 1
    assert await desk.ask_countersigning(MORNING) == 0
    assert "【请补签】预0712-1" in (await town.told("leader", "countersign"))[0]
    assert await town.told("district", "countersign") == []
    assert await desk.ask_countersigning(MORNING + timedelta(days=1)) == 1

    with pytest.raises(NotAllowed):
        await desk.countersign("district")
    await desk.countersign()
    with pytest.raises(Overtaken):
        await desk.countersign("second_leader")
    assert await desk.ask_countersigning(MORNING + timedelta(days=2)) == 0
    assert "warning.oral_consent" in await desk.acts()


@pytest.mark.parametrize("words", ["副局长同意了", "副局长 00:48", "+86 10000 00402 00:48", "副局长，+86 10000 00402"])
async def test_post_number_and_time_are_all_wanted(desk: Desk, town: Town, words: str) -> None:
    await desk.begin()
    await desk.complete()
    await desk.write("platform_number", "1")
    await desk.propose()
    with pytest.raises(ConsentUnread):
        await desk.oral(words)
    assert await town.told("town_group") == []


async def test_a_leader_signs_himself_and_a_town_writes_down_nothing(desk: Desk, town: Town) -> None:
    await seat(town, "both", 405, "district_duty", "district_leader")
    await desk.begin()
    await desk.complete()
    await desk.propose()
    for role, refusal in (("both", SignYourself), ("town", NotAllowed), ("leader", NotAllowed)):
        with pytest.raises(refusal):
            await desk.oral(role=role)


# --- adjusting and ending --------------------------------------------------------------------------------------------


async def test_a_longer_time_alone_extends(desk: Desk) -> None:
    await desk.issued()
    await desk.adjust()
    await desk.choose("valid_until", "24")
    await desk.write("platform_number", "2")
    await desk.propose()
    await desk.sign()
    version = await desk.version()
    assert (version.number, version.act, version.state) == (2, WarningAct.EXTEND, VersionState.ISSUED)
    assert "继续有效（预0712-1）" in version.text


async def test_a_lower_level_downgrades_and_says_from_what(desk: Desk, town: Town) -> None:
    await desk.issued()
    await desk.adjust()
    await desk.choose("level", "blue")
    await desk.write("platform_number", "2")
    await desk.propose()
    await desk.sign()
    assert (await desk.version()).act is WarningAct.DOWNGRADE
    assert "由黄色（Ⅲ级）降为蓝色（Ⅳ级）" in (await town.told("town_group"))[-1]


async def test_lifting_wants_a_reason_and_a_signature_and_reaches_who_was_told(desk: Desk, town: Town) -> None:
    await desk.issued()
    await town.delivered()
    await desk.adjust(lift=True)
    assert "reason" in (await desk.view()).missing
    await desk.write("reason", "水位已退到警戒以下。")
    await desk.write("consultation", "05:20 会商，建议解除")
    await desk.write("platform_number", "2")
    await desk.propose()
    await desk.sign()
    assert (await desk.series()).state is SeriesState.LIFTED
    assert "解除原因：水位已退到警戒以下。" in (await town.told("town_group"))[-1]
    with pytest.raises(Refusal):
        await desk.adjust()


async def test_a_button_of_an_old_version_adjusts_nothing(desk: Desk) -> None:
    await desk.issued()
    with pytest.raises(Overtaken):
        await desk.adjust(number=7)
    await desk.adjust()
    first = (await desk.version()).id
    await desk.adjust()
    assert (await desk.version()).id == first


async def test_somebody_elses_warning_is_not_adjusted(desk: Desk, town: Town) -> None:
    await desk.issued()
    async with town.database.write() as session:
        series = (await session.exec(select(Series))).one()
        series.origin = Origin.RELAYED
    with pytest.raises(Overtaken):
        await desk.adjust()


async def test_a_mistake_is_withdrawn_by_a_second_persons_tap(desk: Desk, town: Town) -> None:
    await desk.issued()
    await town.delivered()
    await desk.withdraw()
    assert (await desk.series()).state is SeriesState.IN_FORCE
    version = await desk.version()
    assert "second_duty" in await town.cards(f"wdraft:{version.id}")
    with pytest.raises(OwnDraft):
        await desk.sign("district")
    with pytest.raises(NotAllowed):
        await desk.sign("town")
    await desk.sign("second_duty")
    assert (await desk.series()).state is SeriesState.WITHDRAWN
    assert "以本条为准" in (await town.told("town_group"))[-1]


async def test_a_withdrawal_does_not_wait_for_a_change_that_lies(desk: Desk) -> None:
    await desk.issued()
    await desk.adjust()
    await desk.withdraw()
    with pytest.raises(Overtaken):
        await desk.withdraw("second_duty")
    await desk.sign("second_duty")
    assert (await desk.series()).state is SeriesState.WITHDRAWN


async def test_lifted_meanwhile_a_waiting_change_is_not_issued(desk: Desk, town: Town) -> None:
    await desk.issued()
    await desk.adjust()
    await desk.choose("valid_until", "24")
    await desk.propose()
    async with town.database.write() as session:
        (await session.exec(select(Series))).one().state = SeriesState.LIFTED
    with pytest.raises(Overtaken):
        await desk.sign()


async def test_a_change_that_is_being_written_is_not_what_people_are_reminded_of(desk: Desk, town: Town) -> None:
    await desk.issued()
    await desk.adjust()
    await desk.choose("level", "blue")
    async with town.database.write() as session:
        actor, series = await town.actor(session, "district"), await desk.series()
        assert await answering.nudge_missing(session, town.plan, actor, desk.now, series.id) > 0
    (reminded,) = await town.told("town", "nudge")
    assert "洪水黄色预警" in reminded
