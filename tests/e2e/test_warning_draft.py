"""The district's own warning through the real bot: written on one card, signed by a second person, only then told."""

from __future__ import annotations

import pytest

from scenarios.stage import Stage
from tests.staging import Live

pytestmark = pytest.mark.asyncio(loop_scope="module")

DUTY, LEADER = "district_duty", "district_deputy"
TOWN, NEIGHBOURS = "longshui", ("baoding", "gulong", "yongxi")
CARD = "洪水黄色预警"


async def test_a_flood_warning_is_drafted_signed_numbered_and_only_then_told(district: Live) -> None:
    stage = district.stage
    await stage.say(DUTY, "拟发预警")
    kinds = await stage.sees(DUTY, "拟哪一类预警？", "气象台站", buttons=("洪水", "山洪", "非煤矿山", "森林火灾"))
    assert not any("暴雨" in words for words in kinds.buttons)
    await stage.tap(DUTY, kinds, "洪水")
    await stage.tap(DUTY, await stage.sees(DUTY, "洪水预警，哪一级？"), "🟡黄色")
    await stage.sees(DUTY, "【拟稿】", CARD, "还差")

    await _tap(stage, DUTY, "【拟稿】", "范围（镇街）")
    await _tap(stage, DUTY, "发给哪些镇街？", "龙水镇")
    await _tap(stage, DUTY, "发给哪些镇街？", "返回")
    await _tap(stage, DUTY, "【拟稿】", "有效至")
    await _tap(stage, DUTY, "有效到什么时候？", "12小时")
    await _answer(stage, "会商记录", "00:40 水利、气象、规自、应急会商，建议Ⅲ级")
    await _answer(stage, "授权书", "授权书〔2026〕3号，有效至2026-12-31")
    await stage.sees(DUTY, "【拟稿】", "八要素齐", "将发", "没有群、也没有人可达")
    await stage.hears_nothing(LEADER, TOWN, *NEIGHBOURS)

    await _tap(stage, DUTY, "【拟稿】", "送签")
    await stage.sees(DUTY, "【已送签】", CARD, buttons=("电话口头同意，由值班员代录",))
    await stage.sees(LEADER, "【请签发】洪水黄色预警·龙水镇", "会商：00:40", "编号待回填", ringing=True)
    await stage.hears_nothing(TOWN, *NEIGHBOURS)

    await _tap(stage, LEADER, "【请签发】", "签发")
    await stage.sees(LEADER, "【已签发，等平台编号】")
    asked = await stage.sees(DUTY, "已签发，还没有发出", ringing=True)
    await stage.hears_nothing(TOWN, *NEIGHBOURS)

    await stage.say(DUTY, "50011120260712001", reply_to=asked)
    await stage.sees(TOWN, "【洪水黄色预警】", "类别：洪水预警", "发布时间", "50011120260712001", ringing=True)
    await stage.sees(DUTY, "已发出", "区应急局副局长签发")
    await stage.sees(DUTY, "【已发出】", CARD)
    await stage.sees(LEADER, "【已发出】")
    await stage.hears_nothing(*NEIGHBOURS)

    await _tap(stage, DUTY, "第1版", "解除")
    await _tap(stage, DUTY, "【拟稿】🟡洪水黄色预警·解除", "原因")
    await stage.say(DUTY, "水位已退到警戒以下。", reply_to=await stage.sees(DUTY, "为什么", "请回复这条消息"))
    await _answer(stage, "会商记录", "05:20 会商，建议解除")
    await _answer(stage, "平台编号", "50011120260712002")
    await _tap(stage, DUTY, "【拟稿】🟡洪水黄色预警·解除", "送签")
    await _tap(stage, LEADER, "【请签发】洪水黄色预警·解除", "签发")
    await stage.sees(TOWN, "洪水黄色预警·解除", "解除原因：水位已退到警戒以下。")
    await stage.hears_nothing(*NEIGHBOURS)


async def test_returned_with_a_reason_it_comes_back_to_the_drafter(district: Live) -> None:
    stage = district.stage
    await stage.say(DUTY, "拟发预警")
    await stage.tap(DUTY, await stage.sees(DUTY, "拟哪一类预警？"), "非煤矿山")
    await stage.tap(DUTY, await stage.sees(DUTY, "非煤矿山预警，哪一级？"), "🔵蓝色")
    await _tap(stage, DUTY, "【拟稿】", "范围（镇街）")
    await _tap(stage, DUTY, "发给哪些镇街？", "古龙镇")
    await _tap(stage, DUTY, "发给哪些镇街？", "返回")
    await _tap(stage, DUTY, "【拟稿】", "有效至")
    await _tap(stage, DUTY, "有效到什么时候？", "6小时")
    await _answer(stage, "会商记录", "10:00 应急、规自会商，建议Ⅳ级")
    await _answer(stage, "授权书", "授权书〔2026〕4号，有效至2026-12-31")
    await _tap(stage, DUTY, "【拟稿】", "送签")

    await _tap(stage, LEADER, "【请签发】", "修改")
    await _tap(stage, LEADER, "【已送签】", "有效至 ✓")
    await _tap(stage, LEADER, "有效到什么时候？", "24小时")
    await stage.sees(LEADER, "【已送签】", buttons=("签发",))
    await _tap(stage, LEADER, "【请签发】", "退回")
    asked = await stage.sees(LEADER, "为什么？")
    await stage.say(LEADER, "先问清井下人数", reply_to=asked)

    await stage.sees(DUTY, "被退回，没有发出", "先问清井下人数", ringing=True)
    await stage.sees(DUTY, "【已退回】", "先问清井下人数", buttons=("送签", "作废"))
    await stage.hears_nothing("gulong")
    await _tap(stage, DUTY, "【已退回】", "作废")
    await stage.sees(DUTY, "【已作废】")


async def _tap(stage: Stage, who: str, words: str, button: str) -> None:
    await stage.tap(who, await stage.sees(who, words), button)


async def _answer(stage: Stage, field: str, words: str) -> None:
    """The duty officer taps a field and replies to its question."""
    await _tap(stage, DUTY, "【拟稿】", field)
    asked = await stage.sees(DUTY, field, "请回复这条消息")
    await stage.say(DUTY, words, reply_to=asked)
