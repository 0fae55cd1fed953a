"""What is recognised of a pasted signal: texts in the stations' style, all invented, and what each says."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.plan.schema import Region, WarningAct, WarningLevel
from bot.warning.reading import Signal, looks_official, read

BLUE, YELLOW, ORANGE, RED = WarningLevel
A = WarningAct
KINDS = [
    ("rain", "暴雨"),
    ("thunder_gale", "雷雨大风"),
    ("gale", "大风"),
    ("lightning", "雷电"),
    ("heat", "高温"),
    ("fog", "大雾"),
    ("ice", "道路结冰"),
    ("hail", "冰雹"),
    ("cold", "寒潮、持续低温"),
    ("geology", "地质灾害气象风险"),
    ("flood", "洪水"),
    ("torrent", "山洪"),
    ("fire", "森林火灾"),
]
REGIONS = Path(__file__).parents[2] / "packs" / "dazu" / "regions.csv"
NOW = datetime(2026, 7, 12, 14, 0, tzinfo=UTC)
"""22:00 in Dazu."""


def at(day: int, hour: int, minute: int = 0, *, month: int = 7, year: int = 2026) -> datetime:
    """An instant in Dazu's time."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def _rows() -> Iterator[Region]:
    with REGIONS.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield Region.model_validate({name: value or None for name, value in row.items()})


@dataclass(frozen=True)
class Map:
    """As much of a plan as reading asks for."""

    regions: Mapping[str, Region] = field(default_factory=lambda: {region.code: region for region in _rows()})


DAZU = Map()
CODES = {region.short_name: region.code for region in DAZU.regions.values()}
DISTRICT = DAZU.regions["500111"].short_name


def place(name: str, town: str | None = None) -> str:
    """The code of a name, of several the one in that town."""
    found = [one.code for one in DAZU.regions.values() if one.short_name == name]
    inside = [code for code in found if town is None or DAZU.regions[code].parent == CODES[town]]
    assert len(inside) == 1, (name, found)
    return inside[0]


def recognised(text: str, now: datetime = NOW) -> Signal:
    signal = read(text, KINDS, DAZU, now)
    assert signal is not None
    return signal


STATION = "大足区气象台"
DATED = "2026年7月12日21时40分"
TEXTS: list[tuple[str, dict[str, Any]]] = [
    (
        f"{STATION}{DATED}发布暴雨黄色预警信号：预计未来6小时，龙水、邮亭、珠溪等镇街降雨量将达50毫米以上，"
        "请有关单位和人员做好防范准备。（预警信息来源：国家预警信息发布中心）",
        {
            "act": A.ISSUE,
            "kind": "rain",
            "level": YELLOW,
            "station": STATION,
            "issued_at": at(12, 21, 40),
            "regions": ("龙水", "邮亭", "珠溪"),
            "valid_for": timedelta(hours=6),
        },
    ),
    (
        f"{STATION}{DATED}发布暴雨蓝色预警信号：预计未来12小时我区大部降雨量将达50毫米以上。",
        {"act": A.ISSUE, "level": BLUE, "regions": (DISTRICT,), "valid_for": timedelta(hours=12)},
    ),
    (
        f"【暴雨黄色预警信号】{STATION}{DATED}发布：预计未来6小时我区龙水镇、双路街道有短时强降水。",
        {"act": A.ISSUE, "kind": "rain", "level": YELLOW, "issued_at": at(12, 21, 40), "regions": ("龙水", "双路")},
    ),
    (
        f"{STATION}于{DATED}将暴雨黄色预警信号升级为暴雨橙色预警信号，预计未来3小时全区降雨量将达50毫米以上。",
        {"act": A.UPGRADE, "level": ORANGE, "regions": (DISTRICT,), "valid_for": timedelta(hours=3)},
    ),
    (
        f"{STATION}{DATED}升级发布暴雨橙色预警信号：预计未来3小时，高升镇、高坪镇局地雨量50毫米以上。",
        {"act": A.UPGRADE, "level": ORANGE, "regions": ("高升", "高坪")},
    ),
    (
        f"{STATION}{DATED}将暴雨橙色预警信号升级为红色预警信号。",
        {"act": A.UPGRADE, "level": RED, "regions": ()},
    ),
    (
        f"{STATION}{DATED}变更暴雨蓝色预警信号为暴雨黄色预警信号，预计未来6小时金山镇、古龙镇有暴雨。",
        {"act": A.UPGRADE, "level": YELLOW, "regions": ("金山", "古龙")},
    ),
    (
        "大足区气象台2026年7月12日20时30分将7月12日18时05分发布的暴雨红色预警信号变更为暴雨黄色预警信号。",
        {"act": A.DOWNGRADE, "level": YELLOW, "issued_at": at(12, 20, 30)},
    ),
    (
        f"{STATION}{DATED}将暴雨橙色预警信号降级为暴雨黄色预警信号：未来6小时降雨减弱，仍需防范。",
        {"act": A.DOWNGRADE, "level": YELLOW, "valid_for": timedelta(hours=6)},
    ),
    (
        f"{STATION}{DATED}解除暴雨红色预警信号，发布暴雨黄色预警信号。",
        {"act": A.DOWNGRADE, "level": YELLOW},
    ),
    (
        f"{STATION}{DATED}发布暴雨橙色预警信号，原暴雨黄色预警信号同时解除。",
        {"act": A.UPGRADE, "level": ORANGE},
    ),
    (
        f"{STATION}{DATED}将高温预警信号由橙色调整为黄色。",
        {"act": A.DOWNGRADE, "kind": "heat", "level": YELLOW},
    ),
    (
        f"{STATION}{DATED}变更发布雷雨大风橙色预警信号：过去3小时龙水出现9级大风，预计未来2小时仍将持续。",
        {
            "act": A.UPDATE,
            "kind": "thunder_gale",
            "level": ORANGE,
            "regions": ("龙水",),
            "valid_for": timedelta(hours=2),
        },
    ),
    (
        f"{STATION}{DATED}更新发布雷电黄色预警信号：预计未来6小时内万古、国梁、雍溪、玉龙镇有雷电活动。",
        {"act": A.UPDATE, "kind": "lightning", "level": YELLOW, "regions": ("万古", "国梁", "雍溪", "玉龙")},
    ),
    (
        f"{STATION}{DATED}继续发布高温橙色预警信号：预计未来24小时我区各镇街最高气温将升至37℃以上。",
        {"act": A.EXTEND, "kind": "heat", "level": ORANGE, "regions": (DISTRICT,), "valid_for": timedelta(hours=24)},
    ),
    (
        f"{STATION}{DATED}将大雾橙色预警信号延长至7月13日10时，请注意行车安全。",
        {"act": A.EXTEND, "kind": "fog", "level": ORANGE, "issued_at": at(12, 21, 40)},
    ),
    (
        f"{STATION}{DATED}解除暴雨黄色预警信号。",
        {"act": A.LIFT, "kind": "rain", "level": YELLOW, "regions": (), "valid_for": None},
    ),
    (
        "大足区气象台7月12日21时40分解除7月12日15时10分发布的暴雨橙色预警信号，未来6小时仍有小雨。",
        {"act": A.LIFT, "level": ORANGE, "issued_at": at(12, 21, 40), "valid_for": None},
    ),
    (
        "大足区气象台于7月12日15时10分发布的暴雨橙色预警信号，现于7月12日21时40分解除。",
        {"act": A.LIFT, "level": ORANGE, "issued_at": at(12, 21, 40)},
    ),
    (
        "预警解除：大足区气象台7月12日21:40解除雷雨大风蓝色预警信号。",
        {"act": A.LIFT, "kind": "thunder_gale", "level": BLUE, "issued_at": at(12, 21, 40)},
    ),
    ("大足区气象台发布解除暴雨黄色预警信号的消息。", {"act": A.LIFT, "level": YELLOW, "issued_at": None}),
    (
        f"{STATION}{DATED}解除暴雨预警信号。",
        {"act": A.LIFT, "kind": "rain", "level": None},
    ),
    (
        f"{STATION}{DATED}发布暴雨黄色预警信号，请转移群众在预警信号解除后再返回，解除前不得入住。",
        {"act": A.ISSUE, "level": YELLOW},
    ),
    (
        f"{STATION}{DATED}发布暴雨黄色预警信号：预计未来6小时降雨增强，可能升级为橙色预警信号，请注意后续信息。",
        {"act": A.ISSUE, "level": YELLOW},
    ),
    (
        f"{STATION}{DATED}发布暴雨黄色预警信号，若雨量继续增大，将升级为橙色预警。",
        {"act": A.ISSUE, "level": YELLOW},
    ),
    (
        f"{STATION}{DATED}发布暴雨橙色预警信号：黄龙村、黄泥村、红旗村、红光村注意山体滑坡，红色警戒线外通行。",
        {"act": A.ISSUE, "level": ORANGE, "regions": ("黄龙村", "黄泥村", "红旗村", "红光村")},
    ),
    (
        f"{STATION}{DATED}发布暴雨预警：红桥社区至黄桥村一带已出现30毫米降雨。",
        {"act": A.ISSUE, "kind": "rain", "level": None, "regions": ("红桥社区", "黄桥村")},
    ),
    (
        f"{STATION}{DATED}发布暴雨四级预警：预计未来十二小时有50毫米降雨。",
        {"level": BLUE, "valid_for": timedelta(hours=12)},
    ),
    (
        f"{STATION}{DATED}发布暴雨Ⅱ级预警，区防指启动防汛Ⅳ级应急响应。",
        {"act": A.ISSUE, "level": ORANGE},
    ),
    (
        f"{STATION}{DATED}发布暴雨预警信号（橙色/Ⅱ级）。",
        {"kind": "rain", "level": ORANGE},
    ),
    (
        f"{STATION}{DATED}发布暴雨黄色预警信号[III级/较重]",
        {"kind": "rain", "level": YELLOW, "station": STATION},
    ),
    (
        f"{STATION}{DATED}发布雷雨大风黄色预警信号（LEVELCODE 04）：风力可达8～9级。",
        {"kind": "thunder_gale", "level": YELLOW},
    ),
    (
        f"{STATION}{DATED}发布黄色大风预警信号，启动Ⅳ级应急响应。",
        {"kind": "gale", "level": YELLOW},
    ),
    (
        f"{STATION}{DATED}发布暴雨橙色、雷电黄色预警信号：预计未来3小时中敖、三驱有强降水。",
        {"act": A.ISSUE, "kind": "rain", "level": ORANGE, "also": ("lightning",), "regions": ("中敖", "三驱")},
    ),
    (
        f"{STATION}{DATED}发布暴雨、冰雹黄色预警信号。",
        {"act": A.ISSUE, "kind": "rain", "level": YELLOW, "also": ("hail",)},
    ),
    (
        "大足区规划和自然资源局、大足区气象局2026年7月12日18时联合发布地质灾害气象风险黄色预警（Ⅲ级）："
        "宝顶镇、铁山镇、季家镇发生地质灾害的风险较高，预警有效期24小时。",
        {
            "act": A.ISSUE,
            "kind": "geology",
            "level": YELLOW,
            "issued_at": at(12, 18),
            "station": "大足区规划和自然资源局、大足区气象局",
            "regions": ("宝顶", "铁山", "季家"),
            "valid_for": timedelta(hours=24),
        },
    ),
    (
        "重庆市气象台2026年7月12日20时00分发布暴雨红色预警信号：预计未来3小时，大足、荣昌、永川、铜梁等区县"
        "部分地区降雨量将达100毫米以上。",
        {
            "act": A.ISSUE,
            "level": RED,
            "station": "重庆市气象台",
            "regions": (DISTRICT,),
            "valid_for": timedelta(hours=3),
        },
    ),
    (
        "重庆市防汛抗旱指挥部办公室2026年7月12日19时30分发布山洪灾害橙色预警：请大足区做好防御。",
        {"kind": "torrent", "level": ORANGE, "station": "重庆市防汛抗旱指挥部办公室", "regions": (DISTRICT,)},
    ),
    (
        "发布单位：大足区气象台\n发布时间：2026-07-12 21:40\n暴雨黄色预警信号\n预计未来6小时石马镇有暴雨。",
        {"act": None, "level": YELLOW, "station": STATION, "issued_at": at(12, 21, 40), "regions": ("石马",)},
    ),
    (
        "暴雨黄色预警信号：预计未来6小时龙石镇降雨量达50毫米以上。\n大足区气象台2026年7月12日21时40分",
        {"level": YELLOW, "station": STATION, "issued_at": at(12, 21, 40), "regions": ("龙石",)},
    ),
    (
        "大足区气象台21时40分发布暴雨黄色预警信号：预计12日22时至13日08时有暴雨。",
        {"act": A.ISSUE, "issued_at": at(12, 21, 40)},
    ),
    (
        "大足区气象台12月30日16时发布持续低温蓝色预警信号。",
        {"kind": "cold", "level": BLUE, "issued_at": at(30, 16, month=12, year=2025)},
    ),
    (
        "收到：大足区气象台２０２６年７月１２日２１时４０分发布大雾黄色预警信号，龙滩子街道、通桥街道能见度小于500米。",
        {
            "kind": "fog",
            "level": YELLOW,
            "issued_at": at(12, 21, 40),
            "station": STATION,
            "regions": ("龙滩子", "通桥"),
        },
    ),
    (
        f"{STATION}{DATED}发布暴雨黄色预警信号：龙水镇明光社区、高坡村，拾万镇拾万街村社区已出现积水。",
        {"regions": ("明光社区", "高坡村", "拾万街村社区")},
    ),
    (
        f"{STATION}{DATED}发布暴雨黄色预警信号：龙水湖、石马河沿线水利设施和火车站周边道路注意防范，全区域禁航。",
        {"regions": ()},
    ),
    (
        f"{STATION}{DATED}发布暴雨黄色预警信号：荣昌区石马镇、潼南区古龙镇已降雨，我区宝兴镇、回龙镇将受影响。",
        {"regions": ("宝兴", "回龙")},
    ),
    (
        f"{STATION}{DATED}发布大风蓝色预警信号：预计未来24小时我区将出现6级大风，其中邮亭、珠溪阵风可达8级。",
        {"kind": "gale", "level": BLUE, "regions": (DISTRICT, "邮亭", "珠溪")},
    ),
    (
        f"{STATION}{DATED}发布道路结冰黄色预警信号：我区东部的国梁、雍溪等镇街路面温度低于0℃，未来12～24小时内可能结冰。",
        {"kind": "ice", "level": YELLOW, "regions": ("国梁", "雍溪"), "valid_for": timedelta(hours=24)},
    ),
    (
        "国家预警信息发布中心：大足区气象台7月12日21:40分发布暴雨红色预警。",
        {"act": A.ISSUE, "level": RED, "station": STATION, "issued_at": at(12, 21, 40)},
    ),
    (
        "暴雨黄色预警升级为暴雨橙色预警。大足区气象台2026年7月12日21时40分发布",
        {"act": A.UPGRADE, "level": ORANGE, "station": STATION, "issued_at": at(12, 21, 40)},
    ),
    (
        "大足区防汛抗旱指挥部办公室7月12日21时30分启动洪水黄色预警，濑溪河龙水站水位上涨。",
        {"act": A.ISSUE, "kind": "flood", "level": YELLOW, "station": "大足区防汛抗旱指挥部办公室", "regions": ()},
    ),
    (
        f"{STATION}{DATED}发布暴雨橙色预警信号（龙水、邮亭）和暴雨黄色预警信号（其他镇街）。",
        {"act": A.ISSUE, "level": ORANGE, "more_levels": (YELLOW,), "regions": ("龙水", "邮亭")},
    ),
    (
        f"{STATION}{DATED}将暴雨预警信号由黄色升级为橙色，大足区东部局地雨量50毫米以上。",
        {"act": A.UPGRADE, "level": ORANGE, "more_levels": (), "regions": (DISTRICT,)},
    ),
    (
        f"{STATION}{DATED}撤回误发的暴雨红色预警信号。",
        {"act": A.WITHDRAW, "level": RED},
    ),
    (
        f"{STATION}{DATED}发布龙卷橙色预警信号。",
        {"act": A.ISSUE, "kind": None, "level": ORANGE, "station": STATION},
    ),
]


@pytest.mark.parametrize(("text", "said"), TEXTS, ids=[str(number) for number in range(len(TEXTS))])
def test_a_signal_is_read_as_a_person_reads_it(text: str, said: dict[str, Any]) -> None:
    signal = recognised(text)
    expected = {**said, "regions": tuple(map(place, said["regions"]))} if "regions" in said else said
    assert {name: getattr(signal, name) for name in expected} == expected


def test_there_are_enough_texts_of_every_act_and_level() -> None:
    assert len(TEXTS) >= 40
    assert {said.get("act") for _, said in TEXTS} >= set(WarningAct)
    assert {said.get("level") for _, said in TEXTS} >= set(WarningLevel)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "收到，马上转发",
        "黄金村后坡裂了，下面住三户",
        "现场已拉起红色警戒线",
        "四级应急响应已启动，请各镇街到岗",
        "请按预警要求值守",
    ],
)
def test_what_is_no_signal_is_not_read_as_one(text: str) -> None:
    assert read(text, KINDS, DAZU, NOW) is None
    assert not looks_official(text)


@pytest.mark.parametrize(
    ("text", "official"),
    [
        (TEXTS[0][0], True),
        ("预警解除：大足区气象台7月12日21:40解除雷雨大风蓝色预警信号。", True),
        ("暴雨黄色预警期间，龙水镇高坡村屋后坡裂了", False),
        ("气象台说今晚有雨", False),
    ],
)
def test_a_pasted_signal_is_told_from_a_report(text: str, official: bool) -> None:
    assert looks_official(text) is official


def test_every_text_with_an_office_looks_official() -> None:
    assert [text for text, said in TEXTS if not looks_official(text) and said.get("act")] == []


def test_it_is_valid_from_its_issue_for_the_hours_it_names() -> None:
    assert recognised(TEXTS[0][0]).valid_until == at(13, 3, 40)
    assert recognised(f"{STATION}发布暴雨黄色预警信号，未来6小时有雨。").valid_until is None


@given(
    st.text(
        alphabet="大足区气象台2026年7月12日时分发布解除升级为暴雨黄橙色预警信号，。：、\n龙水镇未来6小", max_size=60
    )
)
def test_no_text_breaks_the_reading(text: str) -> None:
    signal = read(text, KINDS, DAZU, NOW)
    if signal is not None:
        assert signal.kind or signal.level
        assert set(signal.regions) <= set(DAZU.regions)
        assert signal.issued_at is None or signal.issued_at <= NOW + timedelta(minutes=10) or "2026" in text
