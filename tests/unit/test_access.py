"""No permission declared means no, and a region covers what lies in it and nothing beside it."""

from __future__ import annotations

import pytest

from bot.core.access import SYSTEM, Actor, Grant, Permission, covers
from bot.core.errors import NotAllowed, Refusal

DISTRICT, LONGSHUI, VILLAGE, GRID, BAODING = "500111", "500111100", "500111100204", "500111100204-01", "500111101"

OFFICER = Actor(3, "龙水镇值班员", grants=(Grant(Permission.INCIDENT_TAKE, LONGSHUI, post_id=9),))


@pytest.mark.parametrize(
    ("region", "place", "inside"),
    [
        (DISTRICT, DISTRICT, True),
        (DISTRICT, GRID, True),
        (LONGSHUI, VILLAGE, True),
        (LONGSHUI, GRID, True),
        (LONGSHUI, BAODING, False),
        (LONGSHUI, DISTRICT, False),
        (VILLAGE, LONGSHUI, False),
        (GRID, VILLAGE, False),
    ],
)
def test_a_region_covers_what_lies_in_it(region: str, place: str, inside: bool) -> None:
    assert covers(region, place) is inside


@pytest.mark.parametrize(
    ("permission", "place", "may"),
    [
        (Permission.INCIDENT_TAKE, LONGSHUI, True),
        (Permission.INCIDENT_TAKE, VILLAGE, True),
        (Permission.INCIDENT_TAKE, None, True),
        (Permission.INCIDENT_TAKE, BAODING, False),
        (Permission.INCIDENT_TAKE, DISTRICT, False),
        (Permission.INCIDENT_SEE, LONGSHUI, False),
        (Permission.INCIDENT_SEE, None, False),
    ],
)
def test_a_right_holds_where_it_was_granted_and_no_other_right_comes_with_it(
    permission: Permission, place: str | None, may: bool
) -> None:
    assert OFFICER.may(permission, place) is may
    if may:
        OFFICER.require(permission, place)
        return
    with pytest.raises(NotAllowed) as refused:
        OFFICER.require(permission, place)
    assert (refused.value.permission, refused.value.place) == (permission, place)
    assert isinstance(refused.value, Refusal)


@pytest.mark.parametrize("permission", list(Permission))
def test_who_has_no_post_may_nothing_and_the_program_itself_everything(permission: Permission) -> None:
    assert not Actor(5, "陌生人").may(permission)
    assert SYSTEM.may(permission, DISTRICT)


def test_a_refusal_says_which_right_is_missing_where() -> None:
    assert str(NotAllowed(Permission.INCIDENT_TAKE, LONGSHUI)) == "incident.take at 500111100"
    assert str(NotAllowed(Permission.INCIDENT_TAKE, None)) == "incident.take at the district"
