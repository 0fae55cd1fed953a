"""What people paste to say where: each vendor's links as its documents write them, share texts, figures in words."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.core.geo import Point, from_bd09, from_gcj02, metres_between
from bot.intake.maplinks import UNREADABLE, Datum, Place, read

# 29.70, 105.72 as written by each map; the point it stands for.
GCJ, BD = from_gcj02(Point(29.70, 105.72)), from_bd09(Point(29.70, 105.72))
WGS = Point(29.70, 105.72)
POINTS = {Datum.WGS84: WGS, Datum.GCJ02: GCJ, Datum.BD09: BD}
NAME = "龙水镇横店村"
NAMED = quote(NAME)

G, B, W = Datum.GCJ02, Datum.BD09, Datum.WGS84
LINKS: list[tuple[str, Datum, str | None]] = [
    # 高德
    (
        f"https://uri.amap.com/marker?position=105.72,29.70&name={NAMED}&src=mypage&coordinate=gaode&callnative=0",
        G,
        NAME,
    ),
    ("https://uri.amap.com/marker?position=105.72,29.70", G, None),
    ("https://uri.amap.com/marker?position=105.72,29.70&coordinate=wgs84", W, None),
    ("http://uri.amap.com/marker?position=29.70,105.72", G, None),
    (f"https://uri.amap.com/navigation?from=106.1,29.1,起点&to=105.72,29.70,{NAMED}&mode=car", G, NAME),
    (f"https://www.amap.com/?q=29.70,105.72,{NAMED}", G, NAME),
    (f"amap.com?q=29.70,105.72,{NAMED}", G, NAME),
    (f"https://ditu.amap.com/?p=B0FFFAB6J2,29.70,105.72,{NAMED},重庆市大足区", G, NAME),
    (f"https://wb.amap.com/?p=B0FFFAB6J2,29.70,105.72,{NAME},重庆市大足区", G, NAME),
    (f"https://wb.amap.com/?q=29.70,105.72,{NAMED}&src=app", G, NAME),
    (f"https://ditu.amap.com/regeo?lng=105.72&lat=29.70&name={NAMED}", G, NAME),
    (f"https://m.amap.com/navi/?dest=105.72,29.70&destName={NAMED}&key=x", G, NAME),
    (f"androidamap://viewMap?sourceApplication=x&poiname={NAMED}&lat=29.70&lon=105.72&dev=0", G, NAME),
    ("iosamap://viewMap?sourceApplication=x&lat=29.70&lon=105.72&dev=1", W, None),
    (f"amapuri://route/plan/?dlat=29.70&dlon=105.72&dname={NAMED}&dev=0&t=0", G, NAME),
    # 腾讯
    (f"https://apis.map.qq.com/uri/v1/marker?marker=coord:29.70,105.72;title:{NAMED};addr:x&referer=myapp", G, NAME),
    (f"https://apis.map.qq.com/uri/v1/marker?marker=coord:29.70,105.72;addr:{NAMED}|coord:1,2&referer=myapp", G, NAME),
    ("https://apis.map.qq.com/uri/v1/marker?marker=coord:29.70,105.72;title:x&coord_type=1&referer=myapp", W, "x"),
    ("https://apis.map.qq.com/uri/v1/geocoder?coord=29.70,105.72&referer=myapp", G, None),
    (f"https://apis.map.qq.com/uri/v1/routeplan?type=drive&to={NAMED}&tocoord=29.70,105.72", G, NAME),
    (f"https://map.qq.com/?type=marker&isopeninfowin=1&pointx=105.72&pointy=29.70&name={NAMED}&addr=x", G, NAME),
    (f"qqmap://map/marker?marker=coord:29.70,105.72;title:{NAMED}&referer=x", G, NAME),
    # 百度
    (f"http://api.map.baidu.com/marker?location=29.70,105.72&title={NAMED}&content=x&output=html", B, NAME),
    ("http://api.map.baidu.com/marker?location=29.70,105.72&coord_type=bd09ll&output=html", B, None),
    ("http://api.map.baidu.com/marker?location=29.70,105.72&coord_type=gcj02&output=html", G, None),
    ("http://api.map.baidu.com/marker?location=29.70,105.72&coord_type=wgs84&output=html", W, None),
    ("http://api.map.baidu.com/geocoder?location=29.70,105.72&coord_type=GCJ02&output=html", G, None),
    (f"http://api.map.baidu.com/direction?origin=x&destination=latlng:29.70,105.72|name:{NAMED}&mode=driving", B, NAME),
    (f"https://map.baidu.com/?latlng=29.70,105.72&title={NAMED}&autoOpen=true", B, NAME),
    (f"baidumap://map/marker?location=29.70,105.72&title={NAMED}&coord_type=gcj02", G, NAME),
    # Google, Apple, OpenStreetMap, geo:
    ("https://maps.google.com/?q=29.70,105.72", W, None),
    ("https://maps.google.com/maps?q=loc:29.70,105.72", W, None),
    ("https://www.google.com/maps/@29.70,105.72,17z", W, None),
    (f"https://www.google.com/maps/place/{NAMED}/@29.1,105.1,17z/data=!3m1!4b1!4m5!8m2!3d29.70!4d105.72", W, NAME),
    ("https://www.google.com/maps/search/?api=1&query=29.70%2C105.72", W, None),
    ("https://www.google.com/maps/search/29.70,+105.72?entry=tts", W, None),
    ("https://www.google.cn/maps/@29.70,105.72,17z", G, None),
    (f"https://maps.apple.com/?ll=29.70,105.72&q={NAMED}", W, NAME),
    ("https://maps.apple.com/?q=29.70,105.72", W, None),
    (f"https://maps.apple.com/place?coordinate=29.70,105.72&name={NAMED}", W, NAME),
    ("https://www.openstreetmap.org/?mlat=29.70&mlon=105.72#map=16/29.1/105.1", W, None),
    ("https://www.openstreetmap.org/#map=16/29.70/105.72", W, None),
    ("geo:29.70,105.72;u=35", W, None),
    (f"geo:0,0?q=29.70,105.72({NAMED})", W, NAME),
    # As they are shared
    (f"【高德地图】{NAME}，点击查看：https://uri.amap.com/marker?position=105.72,29.70 。请速来", G, None),
    ("我在这里(https://maps.google.com/?q=29.70,105.72)", W, None),
]

WORDS = [
    "29.70,105.72",
    "29.70，105.72",
    "29.70 105.72",
    "坐标 29.700000, 105.720000 附近",
    "105.72,29.70",
    "29.70°,105.72°",
    "东经105°43′12″ 北纬29°42′",
    "北纬29°42′00″，东经105°43′12″",
    "北纬29.70度 东经105.72度",
    "北纬29度42分 东经105度43分12秒",
    "29°42'N 105°43'12\"E",
    "N29°42' E105°43'12''",
    "29.70° N, 105.72° E",
    "纬度：29.70 经度：105.72",
    "２９．７０，１０５．７２",
]

NOWHERE = [
    "屋后坡裂了，下面住三户",
    "水位 3.25, 105.50 警戒",
    "3户11人，12.5,13.5",
    "雨量 25.50，48.20 毫米",
    "2026.07,12.30",
    "0,0",
    "29.70",
    "https://example.org/?q=29.70,105.72",
    "http://[bad",
    "",
]


@pytest.mark.parametrize(("link", "datum", "name"), LINKS, ids=[link[:60] for link, _, _ in LINKS])
def test_a_pasted_map_link_is_a_place(link: str, datum: Datum, name: str | None) -> None:
    found = read(link)
    assert found is not None
    assert found.point is not None
    assert (found.datum, found.name) == (datum, name)
    assert metres_between(found.point, POINTS[datum]) < 0.1


@pytest.mark.parametrize("words", WORDS)
def test_written_coordinates_are_a_place(words: str) -> None:
    found = read(words)
    assert found is not None
    assert found.point is not None
    assert (found.datum, found.name) == (Datum.WGS84, None)
    assert metres_between(found.point, WGS) < 0.1


@pytest.mark.parametrize("text", NOWHERE)
def test_what_names_no_place_is_none(text: str) -> None:
    assert read(text) is None


def test_baidus_address_bar_is_metres() -> None:
    """天安门 in its own Mercator; 118 m and more beside it if it were taken for anybody else's."""
    found = read(f"https://map.baidu.com/poi/{quote('天安门')}/@12958175.0,4825923.77,19z?uid=x")
    assert found is not None
    assert found.point is not None
    assert (found.datum, found.name) == (Datum.BD09, "天安门")
    assert metres_between(found.point, from_bd09(Point(39.915, 116.404))) < 1


@pytest.mark.parametrize(
    "link",
    [
        "https://surl.amap.com/25cT71TW75Y",
        "【高德】位置 https://surl.amap.com/25cT71TW75Y",
        "https://wb.amap.com/?r=x",
        "https://j.map.baidu.com/a1/b2c",
        "https://maps.app.goo.gl/abc",
        "https://goo.gl/maps/abc",
        "https://uri.amap.com/marker?poiid=B0FFFAB6J2",
        "https://map.baidu.com/@0,0,19z",
        "https://map.baidu.com/@99999999999,3400000,19z",
        "https://maps.google.com/?q=0,0",
        "https://uri.amap.com/marker?position=0.0,0.0",
        "https://maps.apple.com/?ll=329.70,505.72",
        "geo:0,0",
    ],
)
def test_a_link_that_does_not_say_where_is_known_as_one(link: str) -> None:
    assert read(link) == UNREADABLE


def test_figures_beside_a_short_link_are_read() -> None:
    found = read("29.70,105.72 https://surl.amap.com/25cT71TW75Y")
    assert found is not None
    assert found.point == WGS


def test_a_pair_the_wrong_way_round_is_put_right_before_the_map_is_undone() -> None:
    near = Point(29.7, 105.7)
    swapped = read("https://apis.map.qq.com/uri/v1/geocoder?coord=105.72,29.70", near)
    assert swapped is not None
    assert swapped.point is not None
    assert metres_between(swapped.point, GCJ) < 0.1


def test_where_both_ways_lie_in_china_only_the_neighbourhood_tells() -> None:
    """In the far west longitude and latitude are both below 90: 50.1 N 80.2 E is Kazakhstan, not the Arctic Ocean."""
    assert read("geo:50.1,80.2") == Place(Point(50.1, 80.2), Datum.WGS84)
    assert read("geo:80.2,50.1") == Place(Point(50.1, 80.2), Datum.WGS84)
    assert read("geo:80.2,50.1", Point(50.0, 80.0)) == Place(Point(50.1, 80.2), Datum.WGS84)


@given(some.text(max_size=200))
def test_whatever_is_typed_reading_it_raises_nothing(text: str) -> None:
    read(text)
    read(f"https://{text}")
    read(f"https://map.baidu.com/@{text}")
