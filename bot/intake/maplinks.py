"""Where a pasted map link, a map's share text or written coordinates say it is. Pure; nothing is ever fetched.

The forms are those of the vendors' own documents: 高德 (lbs.amap.com, URI API), 腾讯 (lbs.qq.com, URI API), 百度
(lbsyun.baidu.com, URI API), Google Maps URLs, Apple Map Links, RFC 5870 for `geo:`. A short link holds no place: it
would have to be opened, and a program that opens what strangers send is a door. It is known as one, so that the person
can be asked for his position or the full link instead.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qsl, unquote, urlsplit

from bot.core.geo import (
    Point,
    from_bd09,
    from_bd09_metres,
    from_gcj02,
    is_in_china,
    is_plausible,
    swapped_if_needed,
)


class Datum(StrEnum):
    """How the figures were written; see `bot.core.geo`."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


@dataclass(frozen=True, slots=True)
class Place:
    """A point in WGS-84, what its source was written in, and what the source calls it.

    Without a point it is a map's link that does not say where: a short link, or one by the map's own number.
    """

    point: Point | None
    datum: Datum | None = None
    name: str | None = None


UNREADABLE = Place(None)


def read(text: str, near: Point | None = None) -> Place | None:
    """The first place the text names by link or by figures; None when it names none that anybody can be at.

    A pair the wrong way round is put right where only one way lies in China or, given `near`, within 200 km of it.
    """
    links = tuple(_links(text))
    for link in links:
        if place := _placed(_of_link(link), near):
            return place
    written = _placed(_written(_plain(text)), near)
    return written or (UNREADABLE if any(_is_map(link) for link in links) else None)


_Pair = tuple[float, float]
"""Latitude, longitude."""


@dataclass(frozen=True, slots=True)
class _Found:
    pair: _Pair
    datum: Datum
    name: str | None = None


@dataclass(frozen=True, slots=True)
class _Link:
    """A link taken apart; `query` has decoded values, the first of each name, names in lower case."""

    scheme: str
    host: str
    path: str
    query: Mapping[str, str]
    fragment: str


_SCHEME_NAMES = r"https?|geo|amapuri|androidamap|iosamap|baidumap|bdapp|qqmap|comgooglemaps|maps"
_MAP_HOSTS = r"(?:[\w-]+\.)*(?:amap|qq|baidu|google|apple)\.(?:com|cn)"
_REST = r"[^\s<>\"'，。、；）】」》]+"
_URL = re.compile(rf"(?:{_SCHEME_NAMES}):{_REST}", re.IGNORECASE)
_BARE = re.compile(rf"(?<![\w./@]){_MAP_HOSTS}[/?]{_REST}", re.IGNORECASE)
_FIGURE = r"[-+]?\d{1,3}(?:\.\d+)?"
_PAIR = re.compile(rf"\s*({_FIGURE})\s*[,，]\s*({_FIGURE})")


def _links(text: str) -> Iterator[_Link]:
    found = _URL.findall(text) or [f"https://{bare}" for bare in _BARE.findall(text)]
    for url in found:
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").lower()
        except ValueError:
            continue
        query = {name.lower(): value for name, value in reversed(parse_qsl(parts.query))}
        yield _Link(parts.scheme.lower(), host, unquote(parts.path), query, unquote(parts.fragment))


def _of_link(link: _Link) -> _Found | None:
    vendor = _vendor(link)
    return vendor(link) if vendor else None


def _is_map(link: _Link) -> bool:
    return _vendor(link) is not None or any(_is_under(link.host, host) for host in _SHORTENERS)


def _vendor(link: _Link) -> Callable[[_Link], _Found | None] | None:
    if link.scheme in _SCHEMES:
        return _SCHEMES[link.scheme]
    for (host, path), vendor in _HOSTS.items():
        if _is_under(link.host, host) and link.path.startswith(path):
            return vendor
    return None


def _is_under(host: str, domain: str) -> bool:
    return host == domain or host.endswith(f".{domain}")


def _amap(link: _Link) -> _Found | None:
    """高德: `position=lng,lat`, `to=lng,lat,name`, `q=lat,lng,name`, `p=ID,lat,lng,name`, `lat=…&lon=…`."""
    query = link.query
    datum = Datum.WGS84 if query.get("coordinate") == "wgs84" or query.get("dev") == "1" else Datum.GCJ02
    for key in ("position", "to", "dest", "center"):
        if pair := _pair(query.get(key), turned=True):
            name = query.get("name") or query.get("destname") or _part(query.get(key), 2)
            return _Found(pair, datum, name)
    if pair := _pair(query.get("q")):
        return _Found(pair, datum, _part(query["q"], 2))
    _, _, rest = query.get("p", "").partition(",")
    if pair := _pair(rest):
        return _Found(pair, datum, _part(rest, 2))
    name = query.get("name") or query.get("poiname") or query.get("dname")
    return _of_two(query, ("lat", "lon"), ("lat", "lng"), ("dlat", "dlon"), datum=datum, name=name)


def _tencent(link: _Link) -> _Found | None:
    """腾讯: `marker=coord:lat,lng;title:…;addr:…`, `coord=lat,lng`, `tocoord=lat,lng`, `pointx=lng&pointy=lat`."""
    query = link.query
    datum = Datum.WGS84 if query.get("coord_type") == "1" else Datum.GCJ02
    marked = dict(
        part.strip().split(":", 1) for part in query.get("marker", "").split("|")[0].split(";") if ":" in part
    )
    if pair := _pair(marked.get("coord")):
        return _Found(pair, datum, marked.get("title") or marked.get("addr"))
    for key, name in (("coord", "title"), ("tocoord", "to"), ("center", "name")):
        if pair := _pair(query.get(key)):
            return _Found(pair, datum, query.get(name))
    return _of_two(query, ("pointy", "pointx"), ("lat", "lng"), datum=datum, name=query.get("name"))


def _baidu(link: _Link) -> _Found | None:
    """百度: `location=lat,lng&title=…&coord_type=…` and `@x,y,19z`, its own Mercator in metres."""
    query = link.query
    kind = query.get("coord_type", "bd09ll").lower()
    name = query.get("title") or query.get("name")
    for key in ("location", "latlng", "destination", "center"):
        words = query.get(key, "")
        given = re.search(rf"(?:latlng:)?({_METRES})", words)
        if given and kind == "bd09mc":
            return _of_metres(given[1], name)
        if given and (pair := _pair(given[1])):
            return _Found(pair, _BAIDU_DATUMS.get(kind, Datum.BD09), name or _after(words, "name:"))
    at = re.search(rf"@({_METRES})", link.path)
    return _of_metres(at[1], _segment(link.path, "poi")) if at else None


def _google(link: _Link) -> _Found | None:
    """Google: `q`, `query`, `ll`, `destination` = lat,lng; `!3dlat!4dlng`; `@lat,lng,17z`."""
    datum = Datum.GCJ02 if link.host.endswith(".cn") else Datum.WGS84
    name = _segment(link.path, "place")
    exact = re.search(rf"!3d({_FIGURE})!4d({_FIGURE})", link.path)
    if exact:
        return _Found((float(exact[1]), float(exact[2])), datum, name)
    for key in ("q", "query", "ll", "destination", "daddr", "center"):
        if pair := _pair(link.query.get(key, "").removeprefix("loc:")):
            return _Found(pair, datum)
    at = re.search(rf"[@/]({_FIGURE},{_FIGURE})", link.path)
    pair = _pair(at[1]) if at else None
    return _Found(pair, datum, name) if pair else None


def _apple(link: _Link) -> _Found | None:
    """Apple: `ll`, `coordinate`, `q`, `daddr`, `sll` = lat,lng, named by `q` or `name` where those are no figures."""
    for key in ("ll", "coordinate", "q", "daddr", "center", "sll"):
        if pair := _pair(link.query.get(key)):
            names = (link.query.get("name"), link.query.get("q"))
            return _Found(pair, Datum.WGS84, next((name for name in names if name and not _pair(name)), None))
    return None


def _osm(link: _Link) -> _Found | None:
    """OpenStreetMap: `mlat=…&mlon=…`, `#map=zoom/lat/lng`."""
    if found := _of_two(link.query, ("mlat", "mlon"), datum=Datum.WGS84):
        return found
    at = re.search(rf"map=[\d.]+/({_FIGURE})/({_FIGURE})", link.fragment)
    return _Found((float(at[1]), float(at[2])), Datum.WGS84) if at else None


def _geo(link: _Link) -> _Found | None:
    """`geo:lat,lng;u=…?q=lat,lng(name)`; the query's pair is the pin, and `geo:0,0` only means look here."""
    pinned = link.query.get("q", "")
    name = re.search(r"\(([^)]+)\)", pinned)
    pair = _pair(pinned) or _pair(link.path)
    return _Found(pair, Datum.WGS84, name[1] if name else None) if pair else None


_Vendor = Callable[[_Link], _Found | None]
_HOSTS: Mapping[tuple[str, str], _Vendor] = {
    ("amap.com", ""): _amap,
    ("apis.map.qq.com", ""): _tencent,
    ("map.qq.com", ""): _tencent,
    ("api.map.baidu.com", ""): _baidu,
    ("map.baidu.com", ""): _baidu,
    ("maps.google.com", ""): _google,
    ("maps.google.cn", ""): _google,
    ("ditu.google.cn", ""): _google,
    ("google.com", "/maps"): _google,
    ("google.cn", "/maps"): _google,
    ("maps.apple.com", ""): _apple,
    ("openstreetmap.org", ""): _osm,
}
_SCHEMES: Mapping[str, _Vendor] = {
    "geo": _geo,
    "amapuri": _amap,
    "androidamap": _amap,
    "iosamap": _amap,
    "qqmap": _tencent,
    "baidumap": _baidu,
    "bdapp": _baidu,
    "comgooglemaps": _google,
    "maps": _apple,
}
_SHORTENERS = ("goo.gl", "maps.app.goo.gl", "j.map.baidu.com")
_BAIDU_DATUMS = {"gcj02": Datum.GCJ02, "gcj02ll": Datum.GCJ02, "wgs84": Datum.WGS84, "wgs84ll": Datum.WGS84}
_WORLD_METRES = 20_040_000.0
_METRES = r"-?\d+(?:\.\d+)?,-?\d+(?:\.\d+)?"


def _of_two(query: Mapping[str, str], *keys: tuple[str, str], datum: Datum, name: str | None = None) -> _Found | None:
    for north, east in keys:
        if pair := _pair(f"{query.get(north)},{query.get(east)}"):
            return _Found(pair, datum, name)
    return None


def _of_metres(pair: str, name: str | None) -> _Found | None:
    x, y = (float(figure) for figure in pair.split(","))
    if max(abs(x), abs(y)) > _WORLD_METRES:
        return None
    point = from_bd09_metres(x, y)
    return _Found((point.latitude, point.longitude), Datum.BD09, name) if is_in_china(point) else None


def _pair(words: str | None, *, turned: bool = False) -> _Pair | None:
    found = _PAIR.match(words or "")
    if found is None:
        return None
    first, second = float(found[1]), float(found[2])
    return (second, first) if turned else (first, second)


def _part(words: str | None, number: int) -> str | None:
    parts = (words or "").split(",")
    return parts[number].strip() or None if len(parts) > number else None


def _after(words: str, mark: str) -> str | None:
    _, _, rest = words.partition(mark)
    return rest.split("|")[0].strip() or None


def _segment(path: str, after: str) -> str | None:
    """The part of the path behind `/after/`, as words."""
    found = re.search(rf"/{after}/([^/@]+)", path)
    return found[1].replace("+", " ").strip() if found and not _pair(found[1]) else None


# Figures written by people: 29.70,105.72 · 东经105°43′30″ 北纬29°42′ · N29.70 E105.72 · 29°42'N 105°43'E
_MINUTES = r"\s*(\d{1,2}(?:\.\d+)?)\s*[′'’分]"
_SECONDS = r"\s*(\d{1,2}(?:\.\d+)?)\s*(?:\"|”|''|秒)"
_ANGLE = rf"(\d{{1,3}}(?:\.\d+)?)\s*(?:[°度](?:{_MINUTES}(?:{_SECONDS})?)?)?"
_NORTH = re.compile(rf"(?:北纬|纬度|\bN)\s*[:=]?\s*{_ANGLE}", re.IGNORECASE)
_EAST = re.compile(rf"(?:东经|经度|\bE)\s*[:=]?\s*{_ANGLE}", re.IGNORECASE)
_BEFORE_NORTH = re.compile(rf"(?<![\d.]){_ANGLE}\s*(?:N\b|北)", re.IGNORECASE)
_BEFORE_EAST = re.compile(rf"(?<![\d.]){_ANGLE}\s*(?:E\b|东)", re.IGNORECASE)
_BARE_PAIR = re.compile(r"(?<![\d.])(\d{1,3}\.\d{2,})\s*°?\s*(?:[,，、/;；]|\s)\s*(\d{1,3}\.\d{2,})(?![\d.])")


def _plain(text: str) -> str:
    """Without links, full-width figures as plain ones, both kinds of minute and second marks as one."""
    words = _URL.sub(" ", text).replace("″", '"').replace("′", "'").replace("º", "°").replace("˚", "°")
    return unicodedata.normalize("NFKC", words)


def _written(text: str) -> _Found | None:
    for north, east in ((_NORTH, _EAST), (_BEFORE_NORTH, _BEFORE_EAST)):
        latitude, longitude = north.search(text), east.search(text)
        if latitude and longitude:
            return _Found((_degrees(latitude), _degrees(longitude)), Datum.WGS84)
    pair = _BARE_PAIR.search(text)
    if pair is None:
        return None
    point = _turned(Point(float(pair[1]), float(pair[2])), None)
    # Two figures are coordinates only where they lie in China: water levels and prices are figures too.
    south_enough, east_enough = point.latitude >= 3.8, 73.5 <= point.longitude <= 135.1
    if not (is_in_china(point) and south_enough and east_enough):
        return None
    return _Found((point.latitude, point.longitude), Datum.WGS84)


def _degrees(found: re.Match[str]) -> float:
    degrees, minutes, seconds = (float(figure or 0) for figure in found.groups())
    return degrees + minutes / 60 + seconds / 3600


def _placed(found: _Found | None, near: Point | None) -> Place | None:
    """Put the right way round and into WGS-84; None for what nobody can be at."""
    if found is None:
        return None
    point = _turned(Point(*found.pair), near)
    if not is_plausible(point):
        return None
    return Place(_CONVERT[found.datum](point), found.datum, (found.name or "").strip() or None)


_CONVERT: Mapping[Datum, Callable[[Point], Point]] = {
    Datum.WGS84: lambda point: point,
    Datum.GCJ02: from_gcj02,
    Datum.BD09: from_bd09,
}


def _turned(point: Point, near: Point | None) -> Point:
    if near is not None:
        return swapped_if_needed(point, near)
    return point.swapped if not is_in_china(point) and is_in_china(point.swapped) else point
