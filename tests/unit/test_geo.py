"""Points as maps write them: published pairs, round trips over China, and pairs that cannot be where they say."""

from __future__ import annotations

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.core.geo import (
    Point,
    from_bd09,
    from_bd09_metres,
    from_gcj02,
    is_plausible,
    metres_between,
    swapped_if_needed,
    to_bd09,
    to_gcj02,
)

DAZU = Point(29.7, 105.72)
_CHINA = some.builds(Point, some.floats(3.9, 53.5), some.floats(73.6, 135.0))

# WGS-84 and GCJ-02: Shanghai, Shenzhen, Beijing, as the libraries of every language are tested with.
GCJ02 = [
    (Point(31.1774276, 121.5272106), Point(31.17530398364597, 121.531541859215)),
    (Point(22.543847, 113.912316), Point(22.540796131694766, 113.9171764808363)),
    (Point(39.911954, 116.377817), Point(39.91334545536069, 116.38404722455657)),
    (Point(39.915, 116.404), Point(39.91640428150164, 116.41024449916938)),
]
# GCJ-02 and BD-09 near Tiananmen.
BD09 = [(Point(39.915, 116.404), Point(39.92133699351021, 116.41036949371029))]


@pytest.mark.parametrize(("wgs84", "gcj02"), GCJ02)
def test_gcj02_is_what_everybody_publishes_and_comes_back_to_less_than_a_metre(wgs84: Point, gcj02: Point) -> None:
    assert metres_between(to_gcj02(wgs84), gcj02) < 0.01
    assert metres_between(from_gcj02(gcj02), wgs84) < 0.01


@pytest.mark.parametrize(("gcj02", "bd09"), BD09)
def test_bd09_is_what_everybody_publishes_and_comes_back_to_less_than_a_metre(gcj02: Point, bd09: Point) -> None:
    assert metres_between(to_bd09(from_gcj02(gcj02)), bd09) < 0.01
    assert metres_between(to_gcj02(from_bd09(bd09)), gcj02) < 0.01


# Degrees of BD-09 and metres of Baidu's Mercator: 天安门, 外滩.
@pytest.mark.parametrize(
    ("metres", "bd09"),
    [((12_958_175.0, 4_825_923.77), Point(39.915, 116.404)), ((13_525_353.98, 3_641_593.36), Point(31.24, 121.499))],
)
def test_the_metres_in_baidus_address_bar_are_degrees_of_bd09(metres: tuple[float, float], bd09: Point) -> None:
    assert metres_between(from_bd09_metres(*metres), bd09) < 1


@given(_CHINA)
def test_every_point_in_china_comes_back_from_both_maps(point: Point) -> None:
    assert metres_between(from_gcj02(to_gcj02(point)), point) < 0.01
    assert metres_between(from_bd09(to_bd09(point)), point) < 0.01


def test_a_map_read_as_another_puts_the_slope_hundreds_of_metres_away() -> None:
    assert 450 < metres_between(DAZU, to_gcj02(DAZU)) < 560
    assert 1000 < metres_between(DAZU, to_bd09(DAZU)) < 1100


@pytest.mark.parametrize("abroad", [Point(48.85, 2.35), Point(-27.4698, 153.0251), Point(39.7392, -104.9903)])
def test_nothing_is_shifted_outside_china(abroad: Point) -> None:
    for convert in (to_gcj02, from_gcj02, to_bd09, from_bd09):
        assert convert(abroad) == abroad


def test_distances_are_in_metres() -> None:
    assert metres_between(DAZU, DAZU) == 0
    assert metres_between(Point(0, 0), Point(1, 0)) == pytest.approx(111_195, abs=1)
    beijing, shanghai = Point(39.91334545536069, 116.38404722455657), Point(31.17530398364597, 121.531541859215)
    assert metres_between(shanghai, beijing) == pytest.approx(1_078_164, rel=0.002)
    assert metres_between(Point(0, 179.999), Point(0, -179.999)) < 300


@pytest.mark.parametrize(
    "point",
    [
        Point(0, 0),
        Point(nan, 105),
        Point(29, nan),
        Point(inf, 105),
        Point(105.72, 29.7),
        Point(29.7, 181),
        Point(-91, 0),
    ],
)
def test_a_point_where_nobody_can_be_is_not_plausible(point: Point) -> None:
    assert not is_plausible(point)


def test_dazu_and_the_equator_are_plausible() -> None:
    assert is_plausible(DAZU)
    assert is_plausible(Point(0, 105.7))


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        (DAZU, DAZU),
        (DAZU.swapped, DAZU),
        (Point(105.9, 29.5), Point(29.5, 105.9)),
        (Point(39.9, 116.4), Point(39.9, 116.4)),
        (Point(116.4, 39.9), Point(116.4, 39.9)),
        (Point(nan, 29.7), Point(nan, 29.7)),
    ],
    ids=["right", "swapped", "swapped nearby", "far", "swapped and far", "nothing"],
)
def test_a_pair_is_swapped_only_if_so_it_lies_near(said: Point, taken: Point) -> None:
    assert repr(swapped_if_needed(said, DAZU)) == repr(taken)
