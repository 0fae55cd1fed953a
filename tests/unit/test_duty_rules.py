"""Coverage against a brute-force oracle, who is on duty, and the instants of a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.duty.rules import coverage, following, is_night, newest, on_duty
from bot.duty.schemas import Coverage, Expected, PlacedGroup, Reach, Seat, Town
from bot.duty.service import expected
from bot.plan.schema import Level, LimitKey
from bot.plan.service import Plan

ZONE = ZoneInfo("Asia/Shanghai")
SHIFTS = (time(8), time(20))
DISTRICT = "500111"
TOWNS = (Town("500111100", ("500111100001", "500111100216")), Town("500111102", ("500111102001",)))
GRIDS = ("500111100216-01", "500111100216-02", "500111102001-01")
PACK = Expected(
    desk={Level.DISTRICT: ("district_duty",), Level.TOWN: ("town_duty",), Level.VILLAGE: ("village_duty",)},
    answering={
        Level.TOWN: ("town_duty", "town_leader"),
        Level.VILLAGE: ("village_duty", "village_cadre"),
        Level.GRID: ("grid_worker",),
    },
)
PLACES = (DISTRICT, *(town.code for town in TOWNS), *(village for town in TOWNS for village in town.villages), *GRIDS)
KINDS = ("district_duty", "town_duty", "town_leader", "village_duty", "village_cadre", "grid_worker", "unit_man")

SEATS = st.builds(
    Seat,
    person_id=st.integers(1, 9),
    name=st.just("somebody"),
    phone=st.none(),
    kind=st.sampled_from(KINDS),
    region_code=st.sampled_from(PLACES),
    turn=st.integers(0, 2),
    reach=st.sampled_from(Reach),
)
GROUPS = st.builds(
    PlacedGroup,
    title=st.sampled_from("甲乙丙丁"),
    region_code=st.sampled_from(PLACES),
    tier=st.sampled_from([Level.DISTRICT, Level.TOWN, Level.VILLAGE, Level.GRID]),
    is_lost=st.booleans(),
)


@dataclass(frozen=True, slots=True)
class Oracle:
    """Looks at every row for every question, as somebody would with a pencil."""

    seats: Sequence[Seat]
    groups: Sequence[PlacedGroup]

    def inside(self, code: str) -> list[Seat]:
        return [seat for seat in self.seats if seat.region_code.startswith(code)]

    def is_silent(self, place: str, kinds: Sequence[str]) -> bool:
        return not [
            seat for seat in self.seats if seat.region_code == place and seat.kind in kinds and seat.reach is Reach.OPEN
        ]

    def town(self, town: Town) -> dict[str, object]:
        here = self.inside(town.code)
        grids = [grid for grid in GRIDS if grid.startswith(town.code)]
        groups = [group for group in self.groups if group.region_code.startswith(town.code)]
        desk = [s for s in here if s.region_code == town.code and s.kind == "town_duty" and s.reach is Reach.OPEN]
        return {
            "has_desk": bool(desk),
            "vacant": {
                kind
                for kind in ("town_duty", "town_leader")
                if not [seat for seat in here if seat.kind == kind and seat.region_code == town.code]
            },
            "never": {seat.person_id for seat in here if seat.reach is Reach.NEVER_JOINED},
            "blocked": {seat.person_id for seat in here if seat.reach is Reach.BLOCKED},
            "groups": len([g for g in groups if g.region_code == town.code and g.tier is Level.TOWN and not g.is_lost]),
            "lost": sorted(group.title for group in groups if group.is_lost),
            "villages": {v for v in town.villages if self.is_silent(v, ("village_duty", "village_cadre"))},
            "grids": {grid for grid in grids if self.is_silent(grid, ("grid_worker",))},
            "with_group": len(
                {g.region_code for g in groups if g.tier is Level.VILLAGE and not g.is_lost} & set(town.villages)
            ),
        }


def as_told(found: Coverage) -> dict[str, object]:
    return {
        "has_desk": found.desk is not None,
        "vacant": set(found.vacant),
        "never": {seat.person_id for seat in found.never_joined},
        "blocked": {seat.person_id for seat in found.blocked},
        "groups": found.groups,
        "lost": list(found.lost),
        "villages": set(found.silent_villages),
        "grids": set(found.silent_grids),
        "with_group": found.villages_with_group,
    }


@given(seats=st.lists(SEATS, max_size=24), groups=st.lists(GROUPS, max_size=8))
def test_coverage_is_what_counting_by_hand_gives(seats: list[Seat], groups: list[PlacedGroup]) -> None:
    found = coverage(DISTRICT, TOWNS, seats, groups, GRIDS, PACK)
    oracle = Oracle(seats, groups)
    by_code = {town.code: town for town in found.towns}
    assert {code: as_told(town) for code, town in by_code.items()} == {town.code: oracle.town(town) for town in TOWNS}


@given(seats=st.lists(SEATS, max_size=24), groups=st.lists(GROUPS, max_size=8))
def test_gaps_come_first_and_the_worst_of_them(seats: list[Seat], groups: list[PlacedGroup]) -> None:
    towns = coverage(DISTRICT, TOWNS, seats, groups, GRIDS, PACK).towns
    assert {town.code for town in towns} == {town.code for town in TOWNS}
    for first, second in pairwise(towns):
        assert first.gaps or not second.gaps
        if second.gaps:
            assert first.desk is None or second.desk is not None, "an empty desk comes before everything else"


def test_nothing_is_missing_where_everybody_answers() -> None:
    town = TOWNS[1]
    seats = [
        _seat(1, "town_duty", town.code),
        _seat(2, "town_leader", town.code),
        _seat(3, "village_cadre", town.villages[0]),
        _seat(4, "grid_worker", GRIDS[2]),
    ]
    groups = [PlacedGroup("镇群", town.code, Level.TOWN, is_lost=False)]
    found = coverage(DISTRICT, [town], seats, groups, [GRIDS[2]], PACK).towns[0]
    assert (found.gaps, found.villages, found.grids) == (0, 1, 1)
    assert found.villages_with_group == 0, "told, and no gap: the village is reached through its cadre"


@pytest.mark.parametrize("missing", range(4))
def test_each_of_them_missing_is_a_gap(missing: int) -> None:
    town = TOWNS[1]
    seats = [
        _seat(1, "town_duty", town.code),
        _seat(2, "town_leader", town.code),
        _seat(3, "village_cadre", town.villages[0]),
        _seat(4, "grid_worker", GRIDS[2]),
    ]
    groups = [PlacedGroup("镇群", town.code, Level.TOWN, is_lost=False)]
    del seats[missing]
    assert coverage(DISTRICT, [town], seats, groups, [GRIDS[2]], PACK).towns[0].gaps > 0


def test_who_is_on_duty_is_a_then_acting_then_b_as_far_as_a_message_arrives() -> None:
    holder, acting, deputy = (_seat(n + 1, "town_duty", "500111100", turn=n) for n in range(3))
    desk = ("town_duty",)
    assert on_duty([deputy, acting, holder], "500111100", desk) == holder
    blocked = replace(holder, reach=Reach.BLOCKED)
    assert on_duty([blocked, deputy, acting], "500111100", desk) == acting
    assert on_duty([blocked, replace(acting, reach=Reach.NEVER_JOINED), deputy], "500111100", desk) == deputy
    earlier = replace(acting, person_id=9)
    assert on_duty([deputy, earlier, acting], "500111100", desk) == earlier, (
        "the 代管 given first, not the older person"
    )
    assert on_duty([blocked], "500111100", desk) is None
    assert on_duty([holder], "500111102", desk) is None


def test_the_pack_says_who_answers_where(plan: Plan) -> None:
    said = expected(plan)
    assert said.desk[Level.DISTRICT] == ("district_duty",)
    assert said.desk[Level.TOWN] == ("town_duty",)
    assert set(said.answering[Level.TOWN]) == {"town_duty", "town_leader"}
    assert set(said.answering[Level.VILLAGE]) == {"village_duty", "village_cadre"}
    assert said.answering[Level.GRID] == ("grid_worker",), "nobody of a grid must answer; these are told"


@pytest.mark.parametrize(
    ("begins", "ends", "asleep"),
    [
        (22, 7, {22, 23, 0, 1, 2, 3, 4, 5, 6}),
        (24, 6, {0, 1, 2, 3, 4, 5}),
        (1, 5, {1, 2, 3, 4}),
        (20, 24, {20, 21, 22, 23}),
        (7, 7, set()),
    ],
)
def test_night_is_between_the_packs_hours_also_over_midnight(
    plan: Plan, begins: int, ends: int, asleep: set[int]
) -> None:
    limits = dict(plan.limits)
    for key, hour in ((LimitKey.NIGHT_BEGINS, begins), (LimitKey.NIGHT_ENDS, ends)):
        limits[key] = limits[key].model_copy(update={"limit": hour})
    sleepy = replace(plan, limits=limits)
    day = [datetime(2026, 7, 12, hour, 59, tzinfo=ZONE).astimezone(UTC) for hour in range(24)]
    assert {hour for hour, now in enumerate(day) if is_night(sleepy, now)} == asleep


@given(minutes=st.integers(0, 60 * 24 * 400))
def test_between_the_newest_and_the_following_shift_lies_no_other(minutes: int) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    before, after = newest(SHIFTS, ZONE, now), following(SHIFTS, ZONE, now)
    assert before <= now < after
    assert after - before == timedelta(hours=12)
    assert before.astimezone(ZONE).time() in SHIFTS


@pytest.mark.parametrize("changes", [{8 * 60, 20 * 60}, {0}, {7 * 60 + 30, 15 * 60 + 30, 23 * 60 + 59}])
def test_every_minute_of_a_week_is_in_the_shift_that_watching_the_clock_gives(changes: set[int]) -> None:
    """From Monday 00:00 in UTC, eight hours behind the desk's clock; the day before it is watched too."""
    monday, day = datetime(2026, 9, 28, tzinfo=UTC), 24 * 60
    hours = tuple(time(*divmod(change, 60)) for change in sorted(changes))
    begins = [minute for minute in range(-day, 9 * day) if (minute + 8 * 60) % day in changes]
    began, coming = begins[0], iter(begins[1:])
    next_one = next(coming)
    for minute in range(7 * day):
        while next_one <= minute:
            began, next_one = next_one, next(coming)
        now = monday + timedelta(minutes=minute)
        assert newest(hours, ZONE, now) == monday + timedelta(minutes=began)
        assert following(hours, ZONE, now) == monday + timedelta(minutes=next_one)


def test_the_instant_itself_has_come() -> None:
    at_eight = datetime(2026, 7, 12, 8, tzinfo=ZONE)
    assert newest(SHIFTS, ZONE, at_eight) == at_eight
    assert following((time(8),), ZONE, at_eight) == at_eight + timedelta(days=1)


def _seat(person_id: int, kind: str, region_code: str, *, turn: int = 0, reach: Reach = Reach.OPEN) -> Seat:
    return Seat(person_id, "somebody", None, kind, region_code, turn, reach)
