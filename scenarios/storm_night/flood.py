"""The district's own flood warning: agreed to by telephone, raised and signed, lifted, signed afterwards."""

from __future__ import annotations

from sandbox.client import Message
from scenarios.stage import Stage
from scenarios.storm_night.signals import LEADER, PUBLISHER, answers, telephoned

TOWNS = ("longshui", "baoding")
CONCERNED = ("district", *TOWNS, "hengdian", "longshui_duty", "baoding_duty", "hengdian_duty", "gaopo_duty")
OTHERS = ("gulong", "yongxi", "gulong_duty", "yongxi_duty")
BLUE, YELLOW = "洪水蓝色预警", "洪水黄色预警"


async def proposed(stage: Stage) -> None:
    """22:05 the desk drafts it after the consultation and lays it before the leader."""
    stage.scene("22:05 区里会商，拟洪水蓝色，送签")
    await stage.until("22:05")
    await _drafted(stage)
    await _tap(stage, PUBLISHER, "【拟稿】", "送签")
    await stage.sees(LEADER, "【请签发】洪水蓝色预警·龙水镇", "会商：22:05", "编号待回填", ringing=True)
    await _nobody_knows(stage, BLUE)


async def agreed_to_by_telephone(stage: Stage) -> None:
    """The leader has not looked at his phone; 22:16 he agrees on the telephone, and it goes out with the number."""
    stage.scene("领导没看手机；22:16 打通电话，口头同意代录，填了平台编号就发")
    waiting = await stage.sees(PUBLISHER, "【已送签】", BLUE, "+86 10000 00402")
    await stage.until("22:16")
    await stage.tap(PUBLISHER, waiting, "电话口头同意，由值班员代录")
    asked = await stage.sees(PUBLISHER, "电话里谁同意的", "+86 10000 00402")
    await stage.say(PUBLISHER, "区应急局副局长，+86 10000 00402，22:16", reply_to=asked)
    await _nobody_knows(stage, BLUE)
    await _number(stage, "50011120260712001")
    await _told(stage, "【洪水蓝色预警】", "龙水镇、宝顶镇")
    await stage.sees(PUBLISHER, "已发出", "电话口头同意，值班员代录", "待补签")
    await stage.sees(PUBLISHER, "洪水蓝色", "生效中", "已应答 0/4")
    for duty in ("longshui_duty", "baoding_duty", "hengdian_duty", "gaopo_duty"):
        await answers(stage, duty, "【洪水蓝色预警】")


async def raised_and_signed(stage: Stage) -> None:
    """02:15: consultation, signature, the platform's number; only then two towns hear of it."""
    stage.scene("02:15 洪水升为黄色：会商，副局长签发，02:19 平台编号，然后才发两个镇")
    await stage.until("02:15")
    await stage.tap(PUBLISHER, await stage.sees(PUBLISHER, "洪水蓝色", "生效中"), "调整")
    await _tap(stage, PUBLISHER, "【拟稿】", "级别 ✓")
    await _tap(stage, PUBLISHER, "改成哪一级？", "🟡黄色")
    await _answer(stage, "会商记录 ✓", "02:10 水利、气象、规自、应急会商，建议Ⅲ级")
    await _tap(stage, PUBLISHER, "【拟稿】", "送签")
    card = await stage.sees(LEADER, "【请签发】洪水黄色预警·升级", "会商：02:10", "编号待回填", ringing=True)
    await _nobody_knows(stage, YELLOW)
    await stage.tap(LEADER, card, "签发")
    await stage.sees(LEADER, "【已签发，等平台编号】")
    await _nobody_knows(stage, YELLOW)
    await stage.until("02:19")
    await _number(stage, "50011120260712002")
    await _told(stage, "【洪水黄色预警·升级】", "由蓝色（Ⅳ级）升为黄色（Ⅲ级）")
    await stage.sees(LEADER, "【已发出】", YELLOW)
    await stage.sees(PUBLISHER, "已发出", "区应急局副局长签发")
    await stage.sees(PUBLISHER, "洪水黄色", "生效中", "已应答 0/4")
    for duty in ("longshui_duty", "hengdian_duty"):
        await answers(stage, duty, "洪水黄色预警·升级")
    await stage.sees(PUBLISHER, "洪水黄色", "已应答 2/4", "失联：龙水镇高坡村值班员")


async def lifted(stage: Stage) -> None:
    """The district lifts its own by itself: the station's lifting says nothing of it."""
    stage.scene("07:22 区里另外解除洪水黄色：同样要会商、签发、编号")
    await stage.tap(PUBLISHER, await stage.sees(PUBLISHER, "洪水黄色", "生效中"), "解除")
    await _answer(stage, "原因", "水位已退到警戒以下。")
    await _answer(stage, "会商记录", "07:10 会商，建议解除")
    await _tap(stage, PUBLISHER, "【拟稿】", "送签")
    await _tap(stage, LEADER, "【请签发】洪水黄色预警·解除", "签发")
    for chat in CONCERNED:
        await stage.never_sees(chat, "洪水黄色预警·解除")
    await _number(stage, "50011120260712003")
    await _told(stage, "洪水黄色预警·解除", "水位已退到警戒以下。")
    await stage.sees(PUBLISHER, "已发出", "洪水黄色预警·解除", "区应急局副局长签发")
    await stage.sees(PUBLISHER, "洪水黄色", "已解除")
    for name in ("宝顶镇值班员", "龙水镇高坡村值班员"):
        await stage.sees(PUBLISHER, "已解除", "2 人靠打电话通知", name)
        await telephoned(stage, "已解除", name, "通了")


async def countersigned(stage: Stage) -> None:
    """07:30: whoever agreed on the telephone signs; the officer hears of it."""
    stage.scene("07:30 补签：夜里电话同意的，领导补上")
    await stage.until("07:30")
    asked = await stage.sees(LEADER, "【请补签】", BLUE, "22:16 电话同意", buttons=("补签",))
    await stage.tap(LEADER, asked, "补签")
    await stage.sees(LEADER, "已补签")
    await stage.sees(PUBLISHER, "已补签", "区应急局副局长")


async def _drafted(stage: Stage) -> None:
    await stage.say(PUBLISHER, "拟发预警")
    kinds = await stage.sees(PUBLISHER, "拟哪一类预警？", "气象台站", buttons=("洪水",))
    assert not any("暴雨" in words for words in kinds.buttons)
    await stage.tap(PUBLISHER, kinds, "洪水")
    await stage.tap(PUBLISHER, await stage.sees(PUBLISHER, "洪水预警，哪一级？"), "🔵蓝色")
    await stage.sees(PUBLISHER, "【拟稿】", BLUE, "还差")
    await _tap(stage, PUBLISHER, "【拟稿】", "范围（镇街）")
    await _tap(stage, PUBLISHER, "发给哪些镇街？", "龙水镇")
    await _tap(stage, PUBLISHER, "发给哪些镇街？", "宝顶镇")
    await _tap(stage, PUBLISHER, "发给哪些镇街？", "返回")
    await _tap(stage, PUBLISHER, "【拟稿】", "有效至")
    await _tap(stage, PUBLISHER, "有效到什么时候？", "12小时")
    await _answer(stage, "会商记录", "22:05 水利、气象、应急会商，建议Ⅳ级")
    await _answer(stage, "授权书", "授权书〔2026〕3号，有效至2026-12-31")
    await stage.sees(PUBLISHER, "【拟稿】", "八要素齐", "将发")


async def _told(stage: Stage, *words: str) -> None:
    for chat in CONCERNED:
        await stage.sees(chat, *words)
    await stage.sees("hengdian_cadre", *words)


async def _nobody_knows(stage: Stage, words: str) -> None:
    for chat in CONCERNED:
        await stage.never_sees(chat, words)


async def _number(stage: Stage, number: str) -> Message:
    asked = await stage.sees(PUBLISHER, "已签发，还没有发出", ringing=True)
    await stage.say(PUBLISHER, number, reply_to=asked)
    return asked


async def _tap(stage: Stage, who: str, words: str, button: str) -> None:
    await stage.tap(who, await stage.sees(who, words), button)


async def _answer(stage: Stage, field: str, words: str) -> None:
    """The duty officer taps a field and replies to its question."""
    await _tap(stage, PUBLISHER, "【拟稿】", field)
    asked = await stage.sees(PUBLISHER, field.removesuffix(" ✓"), "请回复这条消息")
    await stage.say(PUBLISHER, words, reply_to=asked)
