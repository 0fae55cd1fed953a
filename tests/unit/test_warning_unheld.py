"""Where nobody is known who must answer: the board says so, or it would look as if everybody had answered."""

from __future__ import annotations

from bot.plan.schema import Level, WarningLevel
from bot.plan.service import Plan
from bot.warning.schemas import PlaceView
from bot.warning.unheld import unheld

DISTRICT, TOWN, VILLAGE = "500111", "500111102", "500111100216"
STORM = "rainstorm"


def named(plan: Plan, level: Level) -> set[str]:
    return {code for code, region in plan.regions.items() if region.level is level}


def test_a_district_wide_warning_names_every_town_whose_desk_nobody_holds(plan: Plan) -> None:
    found = unheld(plan, STORM, [PlaceView(DISTRICT, WarningLevel.YELLOW)], [TOWN])
    assert set(found) == named(plan, Level.TOWN) - {TOWN}


def test_red_names_villages_too_towns_first(plan: Plan) -> None:
    found = unheld(plan, STORM, [PlaceView(DISTRICT, WarningLevel.RED)], [VILLAGE])
    levels = [plan.region(code).level for code in found]
    assert set(found) == named(plan, Level.TOWN) | named(plan, Level.VILLAGE) - {VILLAGE}
    assert levels == sorted(levels, key=[Level.TOWN, Level.VILLAGE].index)


def test_a_neighbour_whom_it_does_not_concern_is_not_named(plan: Plan) -> None:
    found = unheld(plan, STORM, [PlaceView(TOWN, WarningLevel.YELLOW)], [])
    assert found == (TOWN,)


def test_a_villages_warning_asks_for_its_town(plan: Plan) -> None:
    found = unheld(plan, STORM, [PlaceView(VILLAGE, WarningLevel.ORANGE)], [])
    assert found == (VILLAGE[:9], VILLAGE)


def test_where_everybody_is_known_nothing_is_named(plan: Plan) -> None:
    places = [PlaceView(TOWN, WarningLevel.YELLOW)]
    assert unheld(plan, STORM, places, [TOWN]) == ()
