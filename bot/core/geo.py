"""Points on the earth, and the three ways Chinese maps write them. Pure.

WGS-84 is what satellites, phones and photos give and what we store. Maps sold in China show GCJ-02 (高德, 腾讯), and
Baidu's show BD-09 on top of it. A point of Dazu read in the wrong one lies 465-556 m off, or a kilometre for BD-09: the
wrong slope, often the wrong village (PEERS 10.2 no. 7). The formulas and constants are the ones everybody publishes;
the inverse has no formula and is approached until less than a centimetre is left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import asin, atan, atan2, cos, degrees, exp, hypot, isfinite, pi, radians, sin, sqrt

_EARTH_RADIUS = 6_371_008.8
"""Metres, the mean one."""

_A = 6_378_245.0
"""Semi-major axis of Krasovsky's ellipsoid, metres."""

_EE = 0.006_693_421_622_965_943_23
"""Its eccentricity squared."""

_CLARKE_A = 6_378_206.4
"""Semi-major axis of Clarke's ellipsoid of 1866, metres: Baidu's Mercator stands on it."""

_CLARKE_E = sqrt(0.006_768_657_997_291)
"""Its eccentricity."""

_X_PI = pi * 3000.0 / 180.0
_CHINA_LATITUDES = (0.8293, 55.8271)
_CHINA_LONGITUDES = (72.004, 137.8347)
_ROUNDS = 30
_CLOSE_ENOUGH = 1e-9
"""Degrees: a tenth of a millimetre."""

_NEARBY_METRES = 200_000.0


@dataclass(frozen=True, slots=True)
class Point:
    """Degrees north and east."""

    latitude: float
    longitude: float

    @property
    def swapped(self) -> Point:
        """With the two figures the other way round."""
        return Point(self.longitude, self.latitude)


def metres_between(a: Point, b: Point) -> float:
    """The way along the earth's surface (haversine), in metres, to half a percent."""
    north, east = radians(b.latitude - a.latitude), radians(b.longitude - a.longitude)
    share = sin(north / 2) ** 2 + cos(radians(a.latitude)) * cos(radians(b.latitude)) * sin(east / 2) ** 2
    return 2 * _EARTH_RADIUS * asin(min(1.0, sqrt(share)))


def is_plausible(point: Point) -> bool:
    """Whether somebody can be there: figures, in range, and not the 0, 0 that devices write when they know nothing."""
    if not (isfinite(point.latitude) and isfinite(point.longitude)):
        return False
    if abs(point.latitude) > 90 or abs(point.longitude) > 180:
        return False
    return hypot(point.latitude, point.longitude) > 1e-6


def is_in_china(point: Point) -> bool:
    """Whether it lies in the box in which maps are shifted. Neighbouring countries are partly in it."""
    south, north = _CHINA_LATITUDES
    west, east = _CHINA_LONGITUDES
    return south <= point.latitude <= north and west <= point.longitude <= east


def swapped_if_needed(point: Point, near: Point) -> Point:
    """The point the other way round, if only so it lies within 200 km of `near`; else as it is."""
    if _is_near(point, near) or not _is_near(point.swapped, near):
        return point
    return point.swapped


def to_gcj02(point: Point) -> Point:
    """WGS-84 as 高德 and 腾讯 show it, 465-556 m away in Chongqing; unchanged outside China's box."""
    return _shifted(point) if is_in_china(point) else point


def from_gcj02(point: Point) -> Point:
    """GCJ-02 back to WGS-84, to a centimetre; unchanged outside China's box."""
    return _undone(_shifted, point) if is_in_china(point) else point


def to_bd09(point: Point) -> Point:
    """WGS-84 as 百度 shows it; unchanged outside China's box."""
    return _baidus(_shifted(point)) if is_in_china(point) else point


def from_bd09(point: Point) -> Point:
    """BD-09 back to WGS-84, to a centimetre; unchanged outside China's box."""
    return _undone(_shifted, _undone(_baidus, point)) if is_in_china(point) else point


def from_bd09_metres(x: float, y: float) -> Point:
    """Baidu's Mercator, metres east and north, to degrees of BD-09.

    Baidu publishes polynomials by bands of latitude; they are the Mercator of Clarke's ellipsoid to 0.4 m from the
    equator to 55 degrees, and that has a formula.
    """
    flat = exp(-y / _CLARKE_A)
    latitude = pi / 2 - 2 * atan(flat)
    for _ in range(_ROUNDS):
        bulge = _CLARKE_E * sin(latitude)
        latitude = pi / 2 - 2 * atan(flat * ((1 - bulge) / (1 + bulge)) ** (_CLARKE_E / 2))
    return Point(degrees(latitude), degrees(x / _CLARKE_A))


def _is_near(point: Point, near: Point) -> bool:
    return is_plausible(point) and metres_between(point, near) <= _NEARBY_METRES


def _undone(shift: Callable[[Point], Point], shifted: Point) -> Point:
    """The point that `shift` moves to `shifted`: the error of a guess is taken off it until none is left."""
    guess = shifted
    for _ in range(_ROUNDS):
        reached = shift(guess)
        north, east = reached.latitude - shifted.latitude, reached.longitude - shifted.longitude
        guess = Point(guess.latitude - north, guess.longitude - east)
        if max(abs(north), abs(east)) < _CLOSE_ENOUGH:
            break
    return guess


def _shifted(point: Point) -> Point:
    x, y = point.longitude - 105.0, point.latitude - 35.0
    latitude = radians(point.latitude)
    magic = 1 - _EE * sin(latitude) ** 2
    north = _wave_north(x, y) * 180.0 / ((_A * (1 - _EE)) / (magic * sqrt(magic)) * pi)
    east = _wave_east(x, y) * 180.0 / (_A / sqrt(magic) * cos(latitude) * pi)
    return Point(point.latitude + north, point.longitude + east)


def _wave_north(x: float, y: float) -> float:
    metres = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    metres += (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    metres += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    return metres + (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0


def _wave_east(x: float, y: float) -> float:
    metres = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    metres += (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    metres += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    return metres + (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0


def _baidus(point: Point) -> Point:
    """GCJ-02 as BD-09."""
    far = hypot(point.longitude, point.latitude) + 0.00002 * sin(point.latitude * _X_PI)
    angle = atan2(point.latitude, point.longitude) + 0.000003 * cos(point.longitude * _X_PI)
    return Point(far * sin(angle) + 0.006, far * cos(angle) + 0.0065)
