"""A drill is known by its mark, and reaches people whose nearest group takes part; nothing else decides."""

from __future__ import annotations

import pytest

from bot.warning import drilled

SIGNAL = "大足区气象台2026年7月12日00时50分发布暴雨黄色预警信号：预计未来6小时，我区大部降雨量将达50毫米以上。"


@pytest.mark.parametrize(
    "text",
    [
        f"演练：{SIGNAL}",
        f"演练{SIGNAL}",
        f"【演练】{SIGNAL}",
        f"\n 【演练】\n🟡【转发暴雨黄色预警】演0712-1\n\n{SIGNAL}",
        f"【预警演练】{SIGNAL}",
        f"（防汛应急演练）{SIGNAL}",
        f"***演习*** {SIGNAL}",
        f"[DRILL] {SIGNAL}",
        f"Drill: {SIGNAL}",
        f"这是一次演练。{SIGNAL}",
        f"本次为应急演练，{SIGNAL}",
        f"请各单位注意：这是演练。{SIGNAL}",
        f"以下为演练信息：{SIGNAL}",
        f"各镇街：【演练】{SIGNAL}",
        SIGNAL.replace("预警信号", "预警信号（演练）"),
        f"{SIGNAL}（此为演练）",
    ],
)
def test_a_text_that_calls_itself_a_drill_is_one(text: str) -> None:
    assert drilled.is_marked(text)
    assert not drilled.speaks_of_one(text)


@pytest.mark.parametrize(
    ("text", "is_named"),
    [
        (SIGNAL, False),
        (f"{SIGNAL}请暂停户外演练活动。", True),
        (f"这不是演练！{SIGNAL}", True),
        (f"【非演练】{SIGNAL}", True),
        (f"{SIGNAL}（不是演练）", True),
        (f"演练结束，以下为真实预警：{SIGNAL}", True),
        (f"演练已取消。{SIGNAL}", True),
        (f"【演练已结束】{SIGNAL}", True),
        ("大足区应急局关于开展防汛应急演练的通知", True),
    ],
)
def test_a_text_that_only_speaks_of_one_is_real_and_looked_at_twice(text: str, is_named: bool) -> None:
    assert not drilled.is_marked(text)
    assert drilled.speaks_of_one(text) is is_named


@pytest.mark.parametrize("head", ["演练", "演练：", "【演练】", "【演练】\n", "[DRILL] ", "这是一次演练。", ""])
def test_what_is_recognised_begins_behind_the_mark(head: str) -> None:
    assert drilled.unmarked(head + SIGNAL) == SIGNAL


GRID, VILLAGE, TOWN, DISTRICT = "500111100216-03", "500111100216", "500111100", "500111"
PATH = (GRID, VILLAGE, TOWN, DISTRICT)


@pytest.mark.parametrize(
    ("decided", "takes_part"),
    [
        ({}, False),
        ({DISTRICT: True}, True),
        ({DISTRICT: True, TOWN: False}, False),
        ({DISTRICT: False, TOWN: True}, True),
        ({TOWN: True, VILLAGE: False}, False),
        ({TOWN: False, VILLAGE: True}, True),
        ({GRID: False, VILLAGE: True}, False),
        ({"500111102": True}, False),
    ],
)
def test_the_nearest_group_decides_for_its_people(decided: dict[str, bool], takes_part: bool) -> None:
    assert drilled.takes_part(PATH, decided) is takes_part
