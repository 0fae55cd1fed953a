"""The district's own warning through the real bot: written on one card, signed by a second person, only then told."""

from __future__ import annotations

from functools import partial

import pytest

from sandbox.client import Message
from scenarios.stage import Stage
from tests.e2e.conftest import stranger
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


async def test_nobody_signs_at_night_it_goes_out_on_a_telephone_call_and_is_taken_back(district: Live) -> None:
    """报区政府签发, 电话口头同意, 补签 in the morning, and 误发撤回: one warning from its draft to its end."""
    stage = district.stage
    await stage.say(DUTY, "拟发预警")
    await stage.tap(DUTY, await stage.sees(DUTY, "拟哪一类预警？"), "山洪")
    await stage.tap(DUTY, await stage.sees(DUTY, "山洪预警，哪一级？"), "🟡黄色")
    await _tap(stage, DUTY, "【拟稿】", "范围（镇街）")
    await _tap(stage, DUTY, "发给哪些镇街？", "龙水镇")
    await _tap(stage, DUTY, "发给哪些镇街？", "返回")
    await _tap(stage, DUTY, "【拟稿】", "有效至")
    await _tap(stage, DUTY, "有效到什么时候？", "24小时")
    await _answer(stage, "会商记录", "22:05 水利、气象会商，建议Ⅲ级")
    await _answer(stage, "授权书", "授权书〔2026〕5号，有效至2026-12-31")
    await _answer(stage, "平台编号", "50011120260712009")
    await _tap(stage, DUTY, "【拟稿】", "送签")

    await _tap(stage, LEADER, "【请签发】山洪黄色预警", "报区政府签发")
    await stage.sees(LEADER, "已请值班员打电话报区政府签发", "还没有发出")
    await stage.sees(DUTY, "报区政府签发", "请马上打电话", "区政府办公室 +86 23 4376 8676", ringing=True)
    await stage.never_sees(TOWN, "山洪")

    await _tap(stage, DUTY, "【已送签】", "电话口头同意，由值班员代录")
    asked = await stage.sees(DUTY, "电话里谁同意的？")
    await stage.say(DUTY, "副区长同意了", reply_to=asked)
    await stage.sees(DUTY, "职务、电话、几点，三样都要有")
    await stage.never_sees(TOWN, "山洪")
    await stage.say(DUTY, f"分管副区长，+86 10000 00499，{(await stage.now()):%H:%M}", reply_to=asked)
    told = await stage.sees(TOWN, "【山洪黄色预警】", "50011120260712009", ringing=True)
    await stage.sees(DUTY, "电话口头同意，值班员代录，待补签")
    await stage.hears_nothing(*NEIGHBOURS)

    await _a_stranger_is_invited_and_not_counted(district, told)

    await stage.until("07:31")
    missing = await stage.sees(LEADER, "【请补签】", "分管副区长 +86 10000 00499")
    await stage.tap(LEADER, missing, "补签")
    await stage.sees(LEADER, "已补签")
    await stage.sees(DUTY, "已补签：区应急局副局长")

    await _tap(stage, DUTY, "第1版", "误发撤回")
    await _tap(stage, LEADER, "误发撤回", "同意撤回")
    await stage.sees(TOWN, "误发撤回", "以本条为准")
    await stage.never_sees(TOWN, "【山洪黄色预警】")
    await stage.hears_nothing(*NEIGHBOURS)


async def _a_stranger_is_invited_and_not_counted(district: Live, told: Message) -> None:
    """Somebody the directory does not know taps in the town's group: he gets a way in, the town has not answered."""
    stage, group = district.stage, district.stage.chat_of(TOWN)
    passer_by = await stranger(district, "in_the_group", "群里的陌生人")
    await district.control.members(group, "add", passer_by)
    await stage.act(lambda: district.control.tap(passer_by, told.message_id, "收到", chat=group))
    link = await stage.sees(TOWN, buttons=("去登记",))
    assert "收到" not in link.text
    await stage.never_sees(TOWN, "群里的陌生人")
    await stage.tap("longshui_duty", told, "收到", chat=TOWN)
    await stage.sees(TOWN, "收到", "龙水镇值班员")


async def test_the_citys_warning_is_forwarded_and_goes_on_with_its_source_and_number(district: Live) -> None:
    """Forwarded from another chat instead of pasted, with levels by town: one tap, each town its own."""
    stage, control, people = district.stage, district.control, district.world.people
    await stage.begin()
    text = (
        "渝防指〔2026〕12号\n重庆市防汛抗旱指挥部发布洪水红色预警：龙水镇、宝顶镇为红色（Ⅰ级），古龙镇为橙色（Ⅱ级）。"
    )
    sent = await control.say(people["administrator"], text, chat=stage.chat_of("district"))
    await stage.act(partial(control.forward, people[DUTY], stage.chat_of("district"), sent.message_id))
    card = await stage.sees(DUTY, "请核对，再转发", "渝防指〔2026〕12号", "🔴龙水镇、宝顶镇", "🟠古龙镇")
    await stage.hears_nothing(TOWN, *NEIGHBOURS)
    await stage.tap(DUTY, card, "核对无误，立即转发")
    head = "来源：重庆市防汛抗旱指挥部 渝防指〔2026〕12号，原文转发。"
    for group, level in ((TOWN, "🔴【转发洪水红色预警】"), ("baoding", "🔴【转发洪水红色预警】")):
        await stage.sees(group, level, text, head, "本区要求（不是原文）", ringing=True)
    await stage.sees("gulong", "🟠【转发洪水橙色预警】", text, ringing=True)
    await stage.hears_nothing("yongxi")


async def test_what_has_no_button_is_refused_with_the_law_that_says_so(district: Live) -> None:
    """Data no button ever carried: drafting the station's signal, signing as the drafter, drafting as a town."""
    stage, control, people = district.stage, district.control, district.world.people
    await stage.begin()
    await stage.say(DUTY, "拟发预警")
    kinds = await stage.sees(DUTY, "拟哪一类预警？")
    for data, says in (
        ("wd.new:rainstorm:yellow", "气象灾害预警信号只由气象台站发布"),
        ("wd.new:flood:red", "一级、二级预警由市政府或市应急局发布"),
        ("wd.new:geohazard_weather:blue", "规划自然资源部门会同气象部门发布"),
    ):
        await stage.act(partial(control.tap, people[DUTY], kinds.message_id, data=data, forged=True))
        await stage.sees(DUTY, says)
        await stage.never_sees(DUTY, "【拟稿】")
    await stage.say(LEADER, "/start")
    menu = await stage.sees(LEADER, kind=None)
    await stage.act(lambda: control.tap(people[LEADER], menu.message_id, data="wd.new:flood:yellow", forged=True))
    await stage.sees(LEADER, "三级、四级预警由区应急局值班员拟稿")
    await stage.never_sees(LEADER, "【拟稿】")


async def _tap(stage: Stage, who: str, words: str, button: str) -> None:
    await stage.tap(who, await stage.sees(who, words), button)


async def _answer(stage: Stage, field: str, words: str) -> None:
    """The duty officer taps a field and replies to its question."""
    await _tap(stage, DUTY, "【拟稿】", field)
    asked = await stage.sees(DUTY, field, "请回复这条消息")
    await stage.say(DUTY, words, reply_to=asked)
