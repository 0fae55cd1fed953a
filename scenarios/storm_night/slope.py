"""00:50 to 01:00: a slope cracks above three houses; people leave before anybody is asked."""

from __future__ import annotations

from scenarios.stage import Stage

_DESKS = ("hengdian", "longshui", "district")
_SLOPE, _NEAR = (29.70120, 105.72110), (29.70190, 105.72150)


async def play(stage: Stage) -> None:
    """A voice note, one tap; a second worker sees the same; the town has it in hand and verifies it."""
    stage.scene("00:50 横店村：一段语音，［有，先撤人］；村、镇、区同时响，不等审批")
    await stage.until("00:50")
    await stage.voice("hengdian_worker")
    asked = await stage.sees("hengdian_worker", "有人受威胁吗？", "语音1", ringing=True)
    await stage.tap("hengdian_worker", asked, "有，先撤人")
    await stage.sees("hengdian_worker", "先撤人，不要等回复", "已同时报村、镇、区值班", "报告号 龙水", ringing=True)
    await stage.sees("hengdian_worker", "几户几人？")
    await stage.sees("hengdian_worker", "险情 · 已报")
    for desk in _DESKS:
        await stage.sees(desk, "险情 龙水", "未核实", "有人受威胁", "尚无人接手", ringing=True)
        await stage.sees(desk, "龙水镇横店村第3网格员", kind="voice", ringing=False)
    await stage.tap("longshui_duty", await stage.sees("longshui", "尚无人接手"), "我来处理", chat="longshui")
    await stage.sees("hengdian_worker", "龙水镇值班员（A）已接手", "不下河、不上坡", ringing=True)
    await stage.say("hengdian_worker", "3户11人，都叫醒了，在往村委会走")
    await stage.sees("hengdian_worker", "已补充到 龙水")
    for desk in _DESKS:
        await stage.sees(desk, "补充", "3户11人", ringing=True)
    await stage.location("hengdian_worker", *_SLOPE, accuracy=15)
    await stage.sees("hengdian_worker", "已补充到 龙水")
    stage.scene("00:57 另一个网格员：先报再问，我也看到")
    await stage.until("00:57")
    await stage.photo("hengdian_neighbour")
    await stage.location("hengdian_neighbour", *_NEAR, accuracy=30)
    asked = await stage.sees("hengdian_neighbour", "有人受威胁吗？", "照片1")
    await stage.tap("hengdian_neighbour", asked, "有，先撤人")
    await stage.sees("hengdian_neighbour", "先撤人，不要等回复", ringing=True)
    await stage.sees("hengdian_neighbour", "几户几人？")
    for desk in _DESKS:
        await stage.sees(desk, "险情 龙水", "第5网格", "尚无人接手", ringing=True)
        await stage.sees(desk, "龙水镇横店村第5网格员", kind="photo", ringing=False)
    likely = await stage.sees("hengdian_neighbour", "附近已有人报过，是同一处吗？", "第3网格")
    await stage.tap("hengdian_neighbour", likely, "1 就是这个，我也看到")
    for desk in _DESKS:
        await stage.sees(desk, "补充", "来报人说：与 龙水", "是同一处")
    await _merged(stage)
    stage.scene("01:00 镇里核实属实")
    await stage.until("01:00")
    card = await stage.sees("longshui", "险情 龙水", "2人反映", "龙水镇值班员（A） 已接手", buttons=("属实",))
    await stage.tap("longshui_duty", card, "属实", chat="longshui")
    for worker in ("hengdian_worker", "hengdian_neighbour"):
        await stage.sees(worker, "已核实属实")
    await stage.sees("district", "险情 龙水", "（已核实）", "3户11人")


async def _merged(stage: Stage) -> None:
    """The town finds that it is one thing; both numbers stay."""
    card = await stage.sees("longshui", "险情 龙水", "第5网格", buttons=("更多",))
    await stage.tap("longshui_duty", card, "更多", chat="longshui")
    await stage.tap("longshui_duty", await stage.sees("longshui_duty", "要办什么？", buttons=("并案",)), "并案")
    which = await stage.sees("longshui_duty", "和哪一件是同一件事？")
    await stage.tap("longshui_duty", which, next(words for words in which.buttons if "龙水" in words))
    await stage.sees("longshui_duty", "并案：已办")
    await stage.sees("longshui", "险情 龙水", "已并入 龙水", buttons=("拆开",))
    await stage.sees("hengdian_neighbour", "与 龙水", "是同一处")
