"""Which level a text with several levels says of which place, and the number of the paper; texts invented."""

from __future__ import annotations

import pytest

from bot.plan.schema import WarningLevel
from tests.unit.test_warning_reading import DATED, DISTRICT, STATION, TEXTS, place, recognised

BLUE, YELLOW, ORANGE, RED = WarningLevel
_RAIN = f"{STATION}{DATED}"


@pytest.mark.parametrize(
    ("text", "level", "places"),
    [
        (
            f"{_RAIN}发布暴雨橙色预警信号（龙水、邮亭）和暴雨黄色预警信号（其他镇街）。",
            ORANGE,
            {"龙水": ORANGE, "邮亭": ORANGE, DISTRICT: YELLOW},
        ),
        (
            f"{_RAIN}发布暴雨橙色预警信号：龙水镇、宝顶镇；发布暴雨黄色预警信号：中敖镇、三驱镇。",
            ORANGE,
            {"龙水": ORANGE, "宝顶": ORANGE, "中敖": YELLOW, "三驱": YELLOW},
        ),
        (
            f"{_RAIN}发布暴雨黄色预警信号：预计未来6小时，龙水镇、宝顶镇为橙色（Ⅱ级），中敖镇为黄色（Ⅲ级）。",
            ORANGE,
            {"龙水": ORANGE, "宝顶": ORANGE, "中敖": YELLOW},
        ),
        (
            f"{_RAIN}发布暴雨黄色预警信号。预计今晚我区有暴雨，龙水镇为橙色，其余镇街为黄色。",
            ORANGE,
            {"龙水": ORANGE, DISTRICT: YELLOW},
        ),
        (
            f"{_RAIN}发布暴雨红色预警信号。\n红色：龙水镇\n橙色：宝顶镇、珠溪镇\n黄色：其余各镇街",
            RED,
            {"龙水": RED, "宝顶": ORANGE, "珠溪": ORANGE, DISTRICT: YELLOW},
        ),
        (
            f"{_RAIN}发布暴雨橙色预警信号：龙水镇、邮亭镇。此前发布的暴雨蓝色预警信号同时解除，中敖镇注意防范。",
            ORANGE,
            {"龙水": ORANGE, "邮亭": ORANGE, "中敖": ORANGE},
        ),
        (
            f"{_RAIN}发布暴雨橙色预警信号：龙水镇有大暴雨。发布雷电黄色预警信号：邮亭镇有雷电。",
            ORANGE,
            {"龙水": ORANGE, "邮亭": ORANGE},
        ),
        (
            f"{_RAIN}发布暴雨预警信号，橙色：龙水镇、宝顶镇，黄色：中敖镇。",
            ORANGE,
            {"龙水": ORANGE, "宝顶": ORANGE, "中敖": YELLOW},
        ),
        (
            "大足区规划和自然资源局、大足区气象局7月12日18时联合发布地质灾害气象风险预警："
            "宝顶镇、铁山镇橙色预警（Ⅱ级），季家镇黄色预警（Ⅲ级）。",
            ORANGE,
            {"宝顶": ORANGE, "铁山": ORANGE, "季家": YELLOW},
        ),
        (
            f"{STATION}{DATED}发布高温橙色预警信号：预计13日龙水、邮亭等镇街将达37℃以上，局部可达40℃（红色预警标准）。",
            ORANGE,
            {"龙水": ORANGE, "邮亭": ORANGE},
        ),
        (
            f"{_RAIN}将暴雨黄色预警信号升级为暴雨橙色预警信号：预计龙水镇、宝顶镇有大暴雨，其余镇街有暴雨。",
            ORANGE,
            {"龙水": ORANGE, "宝顶": ORANGE, DISTRICT: ORANGE},
        ),
        (
            f"{_RAIN}发布暴雨预警信号如下：橙色预警：龙水镇；黄色预警：邮亭镇。",
            ORANGE,
            {"龙水": ORANGE, "邮亭": YELLOW},
        ),
        (f"{_RAIN}发布暴雨橙色预警信号：龙水镇、邮亭镇。", ORANGE, {"龙水": ORANGE, "邮亭": ORANGE}),
    ],
)
def test_a_place_has_the_level_the_text_says_of_it(
    text: str, level: WarningLevel, places: dict[str, WarningLevel]
) -> None:
    signal = recognised(text)
    assert signal.level is level
    assert dict(signal.places) == {place(name): one for name, one in places.items()}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("渝防指〔2026〕12号\n重庆市防汛抗旱指挥部7月12日21时发布洪水橙色预警：大足区……", "渝防指〔2026〕12号"),
        ("重庆市防汛抗旱指挥部（渝防指〔2026〕12号）7月12日21时发布洪水红色预警。", "渝防指〔2026〕12号"),
        ("根据渝府发〔2026〕6号，重庆市防汛抗旱指挥部7月12日21时发布洪水红色预警。", None),
        (TEXTS[0][0], None),
    ],
)
def test_the_number_of_the_citys_paper_is_read(text: str, number: str | None) -> None:
    assert recognised(text).number == number
