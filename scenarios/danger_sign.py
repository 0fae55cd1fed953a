"""One danger sign, whole: a worker in the rain, one hand free (FIELD 1, first person; issue A).

A photo, one question, the order with number and phones; the desks ring; somebody takes it; the worker hears who comes;
a reply is an addition. The neighbouring towns hear nothing.
"""

from __future__ import annotations

from scenarios.stage import Stage

TITLE = "险情：一张照片，先撤人"


async def play(stage: Stage) -> None:
    """Plays it once. Raises ScenarioFailed."""
    await _one_photo(stage)
    await _the_desks(stage)
    await _the_addition(stage)
    await _a_voice_note_nobody_takes(stage)
    await _the_others(stage)


async def _one_photo(stage: Stage) -> None:
    stage.scene("网格员，雨里，一只手：一张照片")
    await stage.photo("hengdian_worker")
    asked = await stage.sees(
        "hengdian_worker", "有人受威胁吗？", buttons=("有，先撤人", "没有人", "看不清"), ringing=True
    )
    await stage.hears_nothing("longshui", "district", "hengdian")
    await stage.tap("hengdian_worker", asked, "有，先撤人")
    await stage.sees(
        "hengdian_worker",
        "先撤人，不要等回复",
        "已同时报村、镇、区值班",
        "报告号 龙水",
        "+86 23 4376 1995",
        ringing=True,
    )
    await stage.sees("hengdian_worker", "几户几人？")
    await stage.sees("hengdian_worker", "险情 · 已报")


async def _the_desks(stage: Stage) -> None:
    stage.scene("村、镇、区同时响铃；一个人接手")
    for desk in ("hengdian", "longshui", "district"):
        await stage.sees(
            desk, "险情 龙水", "未核实", "有人受威胁", "尚无人接手", buttons=("我来处理", "属实"), ringing=True
        )
        await stage.sees(desk, "龙水镇横店村第3网格员", kind="photo", ringing=False)
    card = await stage.sees("longshui", "尚无人接手")
    await stage.tap("longshui_duty", card, "我来处理", chat="longshui")
    await stage.sees("hengdian_worker", "龙水镇值班员（A）已接手", "你在安全处等，不下河、不上坡", ringing=True)
    card = await stage.sees("longshui", "龙水镇值班员（A） 已接手", buttons=("15分钟内到", "属实"))
    old = await stage.sees("district", "龙水镇值班员（A） 已接手")
    await stage.tap("longshui_duty", card, "15分钟内到", chat="longshui")
    await stage.sees("hengdian_worker", "龙水镇值班员（A）已接手", "前到", ringing=True)
    stage.scene("区里的人点得晚了一步：一个人接手就够")
    await stage.tap("district_duty", old, "15分钟内到", chat="district")
    await stage.sees("district_duty", "这一步已经做过了")
    stage.scene("没有权限的人点：私下告诉他谁可以")
    village = await stage.sees("hengdian", "险情 龙水")
    await stage.tap("hengdian_neighbour", village, "属实", chat="hengdian")
    await stage.sees("hengdian_neighbour", "核实险情", "可以办的是", "龙水镇 · 镇街值班员")
    await stage.tap("longshui_duty", await stage.sees("longshui", "险情 龙水"), "属实", chat="longshui")
    await stage.sees("hengdian_worker", "已核实属实")
    await stage.sees("district", "（已核实）")


async def _the_addition(stage: Stage) -> None:
    stage.scene("人撤出来了，再说几户几人")
    await stage.say("hengdian_worker", "3户11人，都出来了")
    await stage.sees("hengdian_worker", "已补充到 龙水")
    for desk in ("hengdian", "longshui", "district"):
        await stage.sees(desk, "补充", "3户11人，都出来了", ringing=True)
    stage.scene("回复那条消息，就是补充")
    order = await stage.sees("hengdian_worker", "先撤人，不要等回复")
    await stage.say("hengdian_worker", "裂缝又宽了一指", reply_to=order)
    await stage.sees("hengdian_worker", "已补充到 龙水")
    await stage.sees("district", "裂缝又宽了一指", ringing=True)
    await stage.sees("longshui", "裂缝又宽了一指")
    await stage.sees("hengdian", "裂缝又宽了一指")
    stage.scene("群里闲聊：不应声")
    await stage.say("longshui_leader", "收到，注意安全", chat="longshui")


async def _a_voice_note_nobody_takes(stage: Stage) -> None:
    stage.scene("另一个网格员，一段语音；五分钟没有人接手，再响一次")
    await stage.voice("hengdian_neighbour")
    asked = await stage.sees("hengdian_neighbour", "有人受威胁吗？", "语音1")
    await stage.tap("hengdian_neighbour", asked, "看不清")
    await stage.sees("hengdian_neighbour", "先撤人，不要等回复", "报告号 龙水")
    await stage.sees("hengdian_neighbour", "几户几人？")
    await stage.sees("hengdian_neighbour", "险情 · 已报")
    for desk in ("hengdian", "longshui", "district"):
        await stage.sees(desk, "看不清，按有处理", "第5网格", ringing=True)
        await stage.sees(desk, "龙水镇横店村第5网格员", kind="voice", ringing=False)
    await stage.advance(5)
    for desk in ("hengdian", "longshui", "district"):
        await stage.sees(desk, "仍无人接手，已5分钟", ringing=True)
    await stage.sees("hengdian_neighbour", "还没有人接手（5分钟）", "请直接打电话", ringing=True)
    card = await stage.sees("hengdian", "第5网格", buttons=("我来处理",))
    await stage.tap("hengdian_duty", card, "我来处理", chat="hengdian")
    await stage.sees("hengdian_neighbour", "龙水镇横店村值班员已接手")
    stage.scene("接手以后，时间再走，不再叫")
    await stage.advance(60)
    await stage.never_sees("district", "已10分钟")


async def _the_others(stage: Stage) -> None:
    stage.scene("不相干的镇，一声不响")
    await stage.hears_nothing("baoding", "gulong", "yongxi", "baoding_duty", "gulong_duty", "yongxi_duty")
    await stage.hears_nothing(
        "longshui_duty", "longshui_leader", "district_deputy", "administrator", "mingguang_worker"
    )
