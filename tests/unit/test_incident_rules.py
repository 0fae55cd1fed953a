"""The table of what may be done with an incident, and what follows from it."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.access import Permission
from bot.incident.models import Facts, Incident, IncidentState, Threat
from bot.incident.rules import (
    FIGURES,
    RIGHTS,
    TRANSITIONS,
    UNDER_WAY,
    Deed,
    after,
    combined,
    is_alone,
    is_near,
    is_under_way,
    metres_apart,
    open_deeds,
    people_mentioned,
)
from bot.plan.schema import Nature

AT = datetime(2026, 7, 11, 16, 50, tzinfo=UTC)
OVER = set(IncidentState) - set(UNDER_WAY)


def incident(
    state: IncidentState = IncidentState.REPORTED, region_code: str = "500111100216", **known: Any
) -> Incident:
    return Incident(
        number="龙水0712-1",
        nature=Nature.DANGER_SIGN,
        threat=Threat.NO,
        region_code=region_code,
        state=state,
        opened_at=AT,
        **known,
    )


def test_every_deed_has_a_right_and_a_way() -> None:
    assert set(RIGHTS) == set(Deed)
    assert {deed for _state, deed in TRANSITIONS} == set(Deed)
    assert set(RIGHTS.values()) <= set(Permission)


@pytest.mark.parametrize(
    ("state", "deeds"),
    [
        (
            IncidentState.REPORTED,
            {
                Deed.TAKE,
                Deed.VERIFY,
                Deed.ASK,
                Deed.DOUBT,
                Deed.WITHDRAW,
                Deed.KIND,
                Deed.REROUTE,
                Deed.MERGE,
            },
        ),
        (IncidentState.VERIFIED, {Deed.TAKE, Deed.ASK, Deed.DOUBT, Deed.KIND, Deed.REROUTE, Deed.MERGE}),
        (IncidentState.DOUBTED, {Deed.TAKE, Deed.ASK, Deed.UPHOLD, Deed.DISMISS}),
        (IncidentState.CLOSED, {Deed.REOPEN}),
        (IncidentState.DISMISSED, {Deed.REOPEN}),
        (IncidentState.WITHDRAWN, set()),
    ],
)
def test_what_nobody_has_in_hand_offers(state: IncidentState, deeds: set[Deed]) -> None:
    assert set(open_deeds(incident(state), people=False)) == deeds


def test_what_is_in_hand_offers_an_arrival_and_once_verified_an_end() -> None:
    reported = open_deeds(incident(taken_by=1), people=False)
    assert Deed.ARRIVE in reported
    assert not {Deed.TAKE, Deed.CLOSE} & set(reported)
    verified = open_deeds(incident(IncidentState.VERIFIED, taken_by=1, arrive_by=AT), people=False)
    assert Deed.CLOSE in verified
    assert Deed.ARRIVE not in verified


def test_a_second_person_is_wanted_where_people_are_mentioned_until_one_has_agreed() -> None:
    doubted = incident(IncidentState.DOUBTED, doubted_by=1)
    assert Deed.SECOND in open_deeds(doubted, people=True)
    assert Deed.SECOND not in open_deeds(doubted, people=False)
    doubted.seconded_by = 2
    assert Deed.SECOND not in open_deeds(doubted, people=True)


@pytest.mark.parametrize("state", list(IncidentState))
def test_what_is_merged_offers_only_to_be_taken_apart(state: IncidentState) -> None:
    assert open_deeds(incident(state, merged_into=7), people=True) == (Deed.UNMERGE,)


@given(
    st.sampled_from(IncidentState), st.booleans(), st.booleans(), st.sampled_from([None, 7]), st.sampled_from([None, 1])
)
def test_every_open_deed_leads_somewhere_and_nothing_over_goes_on_unasked(
    state: IncidentState, people: bool, verified: bool, merged_into: int | None, taken_by: int | None
) -> None:
    case = incident(state, merged_into=merged_into, taken_by=taken_by, verified_by=1 if verified else None)
    for deed in open_deeds(case, people=people):
        reached = after(case, deed)
        assert isinstance(reached, IncidentState)
        if state in OVER and reached not in OVER:
            assert deed is Deed.REOPEN
    assert is_under_way(case) is (state in UNDER_WAY and merged_into is None)


@pytest.mark.parametrize(("verified_by", "state"), [(None, IncidentState.REPORTED), (3, IncidentState.VERIFIED)])
def test_after_a_doubt_it_is_what_it_was(verified_by: int | None, state: IncidentState) -> None:
    assert after(incident(IncidentState.DOUBTED, verified_by=verified_by), Deed.UPHOLD) is state


@pytest.mark.parametrize(
    ("nature", "threat", "facts", "mentioned"),
    [
        (Nature.DANGER_SIGN, Threat.NO, Facts(), False),
        (Nature.DANGER_SIGN, Threat.YES, Facts(), True),
        (Nature.DANGER_SIGN, Threat.UNCLEAR, Facts(), True),
        (Nature.DANGER_SIGN, Threat.NO, Facts(injured=1), True),
        (Nature.DANGER_SIGN, Threat.NO, Facts(injured=0), False),
        (Nature.ACCIDENT, Threat.NO, Facts(), True),
        (Nature.ACCIDENT, Threat.NO, Facts(dead=0, missing=0, trapped=0, seriously_injured=0), True),
        (Nature.ACCIDENT, Threat.NO, Facts(dead=0, missing=0, trapped=0, seriously_injured=0, injured=0), False),
    ],
)
def test_people_are_mentioned_when_threatened_counted_or_unknown_in_an_accident(
    nature: Nature, threat: Threat, facts: Facts, mentioned: bool
) -> None:
    assert people_mentioned(nature, threat, facts) is mentioned


@pytest.mark.parametrize(
    ("seconded_by", "closer", "people", "alone"),
    [
        (None, 1, True, True),
        (None, 1, False, False),
        (None, 2, True, False),
        (2, 1, True, False),
        (1, 1, True, True),
        (None, None, True, True),
    ],
)
def test_one_person_is_not_two(seconded_by: int | None, closer: int | None, people: bool, alone: bool) -> None:
    case = incident(IncidentState.DOUBTED, doubted_by=1, seconded_by=seconded_by)
    assert is_alone(case, closer, people=people) is alone


def test_the_first_ones_word_counts_and_the_others_fill_in_what_it_does_not_know() -> None:
    first = Facts(what="坡裂了", dead=0, place_words="桥头")
    second = Facts(what="塌方", dead=2, missing=1, latitude=29.5, longitude=105.7)
    known = combined([first, second])
    assert (known.what, known.dead, known.missing) == ("坡裂了", 0, 1)
    assert (known.place_words, known.latitude) == ("桥头", None)
    assert all(getattr(first, name) is None for name in FIGURES if name != "dead")


def test_a_place_nobody_stated_is_taken_whole_from_the_next_who_did() -> None:
    known = combined([Facts(what="坡裂了"), Facts(latitude=29.5, longitude=105.7, accuracy=20.0)])
    assert (known.latitude, known.longitude, known.accuracy) == (29.5, 105.7, 20.0)


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("500111100216-03", "500111100216-05", True),
        ("500111100216-03", "500111100216", True),
        ("500111100216-03", "500111100", True),
        ("500111100216-03", "500111100008-01", False),
        ("500111100", "500111102", False),
    ],
)
def test_without_positions_one_village_is_near(one: str, other: str, near: bool) -> None:
    here, there = incident(region_code=one), incident(region_code=other)
    assert is_near(here, there, 300) is near
    assert is_near(there, here, 300) is near
    assert metres_apart(here, there) is None


def test_with_positions_the_metres_decide_whatever_the_village() -> None:
    here = incident(region_code="500111100216", latitude=29.5, longitude=105.7)
    there = incident(region_code="500111100008", latitude=29.501, longitude=105.7)
    assert metres_apart(here, there) == 111
    assert [is_near(here, there, metres) for metres in (110, 111)] == [False, True]


def test_three_deeds_end_it_and_no_other() -> None:
    ends = {(state, deed): TRANSITIONS.get((state, deed)) for state, deed in product(UNDER_WAY, Deed)}
    assert {deed for (_, deed), reached in ends.items() if reached in OVER} == {
        Deed.WITHDRAW,
        Deed.DISMISS,
        Deed.CLOSE,
    }
