"""How an incident ends: doubted, agreed to, dismissed; closed, judged, taken up again. Silence is asserted."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.audit import service as audit
from bot.core.database import Database
from bot.core.errors import NotAllowed, Refusal
from bot.incident import desk, enquiries, service
from bot.incident.errors import (
    AnotherMust,
    MergedAway,
    NoSuchIncident,
    NothingToDo,
    NotReady,
)
from bot.incident.models import EntryKind, Facts, IncidentState, Threat, Verdict, Wanted
from bot.incident.rules import Deed
from bot.plan.schema import Nature
from bot.plan.service import Plan
from messages.desk import coded
from tests.integration.case import EVERYBODY, Cases
from tests.integration.town import NIGHT, build

MINUTES = timedelta(minutes=1)
WHY = coded("nothing_there")


@pytest.fixture
async def cases(database: Database, plan: Plan) -> Cases:
    return Cases(await build(database, plan))


# --- 查否 ------------------------------------------------------------------------------------------------------------


async def test_where_nobody_is_mentioned_the_district_alone_may_dismiss(cases: Cases) -> None:
    number = await cases.reported()
    await cases.do("district", desk.doubt, number, WHY)
    await cases.do("district", desk.dismiss, number)
    assert (await cases.row(number)).state is IncidentState.DISMISSED
    (told,) = await cases.town.told("worker", "dismissed")
    assert "原因：到现场看过，没有这回事" in told


@pytest.mark.parametrize(
    ("nature", "threat", "facts"),
    [
        (Nature.DANGER_SIGN, Threat.YES, Facts()),
        (Nature.DANGER_SIGN, Threat.UNCLEAR, Facts()),
        (Nature.DANGER_SIGN, Threat.NO, Facts(trapped=1)),
        (Nature.ACCIDENT, Threat.NO, Facts()),
    ],
)
async def test_where_people_are_mentioned_one_person_alone_is_refused_and_told_who_can(
    cases: Cases, nature: Nature, threat: Threat, facts: Facts
) -> None:
    number = await cases.reported(nature=nature, threat=threat, facts=facts)
    await cases.do("district", desk.doubt, number, WHY)
    with pytest.raises(AnotherMust) as refused:
        await cases.do("district", desk.dismiss, number)
    assert "龙水镇 · 镇街值班员" in str(refused.value.payload)
    with pytest.raises(AnotherMust):
        await cases.do("district", desk.second, number)
    assert (await cases.row(number)).state is IncidentState.DOUBTED
    await cases.do("town", desk.second, number)
    await cases.do("district", desk.dismiss, number)
    assert (await cases.row(number)).state is IncidentState.DISMISSED


async def test_the_district_may_be_the_second_person_and_a_town_ends_nothing(cases: Cases) -> None:
    number = await cases.reported(threat=Threat.YES)
    await cases.do("town", desk.doubt, number, "旧裂缝")
    with pytest.raises(NotAllowed):
        await cases.do("town", desk.dismiss, number)
    await cases.do("district", desk.dismiss, number)
    assert "原因：旧裂缝" in (await cases.town.told("worker", "dismissed"))[0]


async def test_an_accident_with_all_figures_zero_mentions_nobody(cases: Cases) -> None:
    none = Facts(dead=0, missing=0, trapped=0, seriously_injured=0, injured=0)
    number = await cases.reported(nature=Nature.ACCIDENT, facts=none)
    await cases.do("district", desk.doubt, number, WHY)
    with pytest.raises(NothingToDo):
        await cases.do("town", desk.second, number)
    await cases.do("district", desk.dismiss, number)


async def test_desks_hear_who_doubts_and_why_and_only_the_district_that_two_agree(cases: Cases) -> None:
    number = await cases.reported(threat=Threat.YES)
    await cases.do("town", desk.doubt, number, "旧裂缝 <去年的>")
    for group in ("village_group", "town_group", "district_group"):
        (told,) = await cases.town.told(group, "doubted")
        assert "town：旧裂缝 &lt;去年的&gt;" in told
        assert "须另一人同意" in told
    await cases.do("district", desk.second, number)
    assert await cases.town.told("town_group", "seconded") == []
    assert len(await cases.town.told("district_group", "seconded")) == 1
    assert await cases.town.told("worker", "dismissed") == []


@pytest.mark.parametrize("verified", [False, True])
async def test_who_disagrees_puts_it_back_as_it_was_and_the_proposer_may_not(cases: Cases, verified: bool) -> None:
    number = await cases.reported()
    if verified:
        await cases.do("town", service.verify, number)
    await cases.do("town", desk.doubt, number, WHY)
    with pytest.raises(AnotherMust):
        await cases.do("town", desk.uphold, number)
    await cases.do("district", desk.uphold, number)
    row = await cases.row(number)
    assert row.state is (IncidentState.VERIFIED if verified else IncidentState.REPORTED)
    assert row.doubted_by is None
    await cases.do("town", desk.doubt, number, WHY)
    assert len(await cases.town.told("town_group", "doubted")) == 2


async def test_a_doubted_incident_nobody_has_in_hand_is_still_called_for_and_a_dismissed_one_is_not(
    cases: Cases,
) -> None:
    number = await cases.reported()
    await cases.do("town", desk.doubt, number, WHY)
    assert await cases.chase(NIGHT + 5 * MINUTES) == 1
    await cases.do("district", service.take, number, at=NIGHT + 6 * MINUTES)
    await cases.do("district", desk.dismiss, number, at=NIGHT + 6 * MINUTES)
    other = await cases.reported(2)
    await cases.do("district", desk.doubt, other, WHY)
    await cases.do("district", desk.dismiss, other)
    assert await cases.chase(NIGHT + timedelta(hours=3)) == 0


async def test_what_was_dismissed_wrongly_is_taken_up_again_and_called_for(cases: Cases) -> None:
    number = await cases.reported()
    await cases.do("district", desk.doubt, number, WHY)
    await cases.do("district", desk.dismiss, number)
    await cases.do("town", desk.reopen, number)
    assert (await cases.row(number)).state is IncidentState.REPORTED
    assert (await cases.seen(number)).doubt is None
    assert await cases.chase(NIGHT + 5 * MINUTES) == 1


# --- 办结 ------------------------------------------------------------------------------------------------------------


async def closed(cases: Cases) -> int:
    number = await cases.reported()
    await cases.do("town", service.take, number)
    await cases.do("town", service.verify, number)
    await cases.do("district", desk.close, number)
    return number


async def test_only_what_is_verified_and_in_hand_is_closed_and_the_reporter_is_asked(cases: Cases) -> None:
    number = await cases.reported()
    with pytest.raises(NotReady):
        await cases.do("district", desk.close, number)
    await cases.do("town", service.verify, number)
    with pytest.raises(NotReady):
        await cases.do("district", desk.close, number)
    await cases.do("town", service.take, number)
    await cases.do("district", desk.close, number)
    with pytest.raises(NothingToDo):
        await cases.do("district", desk.close, number)
    assert (await cases.row(number)).state is IncidentState.CLOSED
    (told,) = await cases.town.told("worker", "closed")
    assert "龙水0712-1 已办结" in told
    assert await cases.buttons("worker", "closed") == [f"v.yes:{number}:0", f"v.no:{number}:0"]


async def test_a_satisfied_reporter_disturbs_nobody(cases: Cases) -> None:
    number = await closed(cases)
    before = len(await cases.town.told("town_group"))
    await cases.do("worker", desk.verdict, number, satisfied=True)
    assert len(await cases.town.told("town_group")) == before
    assert not (await cases.seen(number)).reopen_asked
    with pytest.raises(NothingToDo):
        await cases.do("worker", desk.verdict, number, satisfied=True)


async def test_an_unsatisfied_reporter_with_a_reason_is_heard_and_staff_decide(cases: Cases) -> None:
    number = await closed(cases)
    judge = await cases.do("worker", desk.verdict, number, satisfied=False)
    assert not (await cases.seen(number)).reopen_asked
    await cases.do("worker", desk.verdict, number, satisfied=False, reason="坡又动了")
    (told,) = await cases.town.told("town_group", "reopen_asked")
    assert "worker +86 100 0000 0101：坡又动了" in told
    with pytest.raises(NothingToDo):
        await cases.do("worker", desk.verdict, number, satisfied=False, reason="再说一次")
    async with cases.database.read() as session:
        row = await desk.follower(session, judge)
    assert (row.verdict, row.verdict_reason) == (Verdict.UNSATISFIED, "坡又动了")
    await cases.do("town", desk.reopen, number)
    seen = await cases.seen(number)
    assert (seen.state, seen.taken_name, seen.reopen_asked) == (IncidentState.VERIFIED, None, False)
    assert [entry.text for entry in seen.entries if entry.kind is EntryKind.REOPENED] == ["坡又动了"]
    assert len(await cases.town.told("worker", "reopened_for_reporter")) == 1
    assert "坡又动了" in (await cases.town.told("district_group", "reopened"))[0]
    assert await cases.chase(NIGHT + 5 * MINUTES) == 1


async def test_a_case_reopened_is_handled_closed_and_judged_a_second_time(cases: Cases) -> None:
    number = await closed(cases)
    await cases.do("worker", desk.verdict, number, satisfied=False, reason="坡又动了")
    await cases.do("town", desk.reopen, number)
    await cases.do("district", service.take, number)
    await cases.do("district", desk.close, number)
    assert len(await cases.town.told("worker", "closed")) == 2
    await cases.do("worker", desk.verdict, number, satisfied=True)


async def test_who_asked_hears_that_it_stays_closed_and_whom_to_phone(cases: Cases) -> None:
    number = await closed(cases)
    with pytest.raises(NothingToDo):
        await cases.do("town", desk.keep_closed, number)
    await cases.do("worker", desk.verdict, number, satisfied=False, reason="坡又动了")
    await cases.do("town", desk.keep_closed, number)
    (told,) = await cases.town.told("worker", "kept_closed")
    assert "不再重新办理" in told
    assert "+86 23 4376 1995" in told
    assert (await cases.row(number)).state is IncidentState.CLOSED


async def test_who_did_not_report_it_judges_nothing(cases: Cases) -> None:
    number = await closed(cases)
    with pytest.raises(NoSuchIncident):
        await cases.do("cadre", desk.verdict, number, satisfied=False, reason="不好")


# --- who, twice, at once ---------------------------------------------------------------------------------------------

_DESKS, _OFFICES, _DISTRICT = {"cadre", "town", "district"}, {"town", "district"}, {"district"}


@pytest.mark.parametrize(
    ("deed", "allowed"),
    [
        (Deed.ASK, _DESKS),
        (Deed.DOUBT, _OFFICES),
        (Deed.SECOND, {"district"}),
        (Deed.UPHOLD, {"district"}),
        (Deed.DISMISS, _DISTRICT),
        (Deed.CLOSE, _DISTRICT),
        (Deed.REOPEN, _OFFICES),
        (Deed.KEEP_CLOSED, _OFFICES),
    ],
)
async def test_who_may(cases: Cases, deed: Deed, allowed: set[str]) -> None:
    did = set()
    for serial, role in enumerate(EVERYBODY, 1):
        number = await _brought_to(cases, serial, deed)
        try:
            await _do(cases, role, deed, number)
        except (NotAllowed, AnotherMust):
            continue
        did.add(role)
    assert did == allowed


@pytest.mark.parametrize(
    "deed", [Deed.DOUBT, Deed.SECOND, Deed.UPHOLD, Deed.DISMISS, Deed.CLOSE, Deed.REOPEN, Deed.KEEP_CLOSED]
)
async def test_a_second_tap_does_nothing_and_says_so(cases: Cases, deed: Deed) -> None:
    number = await _brought_to(cases, 1, deed)
    await _do(cases, "district", deed, number)
    before = await cases.log(number)
    with pytest.raises((NothingToDo, NotReady)):
        await _do(cases, "district", deed, number)
    assert await cases.log(number) == before


@pytest.mark.parametrize("deed", [Deed.DOUBT, Deed.REOPEN, Deed.KEEP_CLOSED])
async def test_two_officers_at_once_and_one_wins(cases: Cases, deed: Deed) -> None:
    number = await _brought_to(cases, 1, deed)

    async def attempt(role: str) -> Refusal | None:
        try:
            await _do(cases, role, deed, number)
        except Refusal as refusal:
            return refusal
        return None

    outcomes = await asyncio.gather(attempt("town"), attempt("district"))
    assert [type(outcome) for outcome in outcomes].count(NothingToDo) == 1
    assert outcomes.count(None) == 1


async def test_an_old_button_of_a_merged_case_says_where_it_is_handled(cases: Cases) -> None:
    number = await cases.reported()
    other = await cases.reported(2, by="cadre", same_as=number)
    with pytest.raises(MergedAway):
        await cases.do("town", service.take, other)
    with pytest.raises(MergedAway):
        await cases.do("district", desk.close, other)


async def test_everything_the_desk_did_is_in_the_audit(cases: Cases) -> None:
    number = await cases.reported(threat=Threat.YES)
    await cases.do("town", enquiries.ask, number, Wanted.FIGURES)
    await cases.do("town", desk.doubt, number, "旧裂缝")
    await cases.do("district", desk.second, number)
    await cases.do("district", desk.dismiss, number)
    async with cases.database.read() as session:
        rows = await audit.about(session, f"incident:{number}")
    acts = [row.act.removeprefix("incident.") for row in rows]
    assert acts == ["open", "ask", "doubt", "second", "dismiss"]


async def _brought_to(cases: Cases, serial: int, deed: Deed) -> int:
    """An incident on which the deed can be done, by people other than the district where two are wanted."""
    threat = Threat.YES if deed is Deed.SECOND else Threat.NO
    number = await cases.reported(serial, threat=threat)
    if deed in {Deed.SECOND, Deed.UPHOLD, Deed.DISMISS}:
        await cases.do("town", desk.doubt, number, WHY)
    if deed in {Deed.CLOSE, Deed.REOPEN, Deed.KEEP_CLOSED}:
        await cases.do("town", service.take, number)
        await cases.do("town", service.verify, number)
    if deed in {Deed.REOPEN, Deed.KEEP_CLOSED}:
        await cases.do("district", desk.close, number)
        await cases.do("worker", desk.verdict, number, satisfied=False, reason="坡又动了")
    return number


async def _do(cases: Cases, role: str, deed: Deed, number: int) -> None:
    if deed is Deed.ASK:
        await cases.do(role, enquiries.ask, number, Wanted.PHOTO)
    elif deed is Deed.DOUBT:
        await cases.do(role, desk.doubt, number, WHY)
    else:
        await cases.do(role, getattr(desk, deed.value), number)
