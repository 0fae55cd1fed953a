"""02:55: a house has fallen, somebody telephones: written down while he speaks, reported as not verified."""

from __future__ import annotations

from scenarios.stage import Stage


async def reported_by_telephone(stage: Stage) -> None:
    """Who is missing is a figure, what nobody said is unknown and not nought."""
    stage.scene("02:55 电话接报：房子塌了，1人失联；没核实也先报，没说的就是不清楚")
    await stage.until("02:55")
    officer = "longshui_deputy"
    await stage.say(officer, "电话接报")
    for question, said in (
        ("谁打来的？", "明光社区干部 +86 10000 00210"),
        ("在哪里？", "明光社区"),
        ("出了什么事？", "老房子塌了一半"),
        ("有没有人伤亡？", "失联1"),
    ):
        await stage.sees(officer, question)
        await stage.say(officer, said)
    card = await stage.sees(officer, "电话接报", "老房子塌了一半", "失联1", buttons=("已经出事",))
    await stage.tap(officer, card, "已经出事")
    await stage.sees(officer, "已登记 龙水")
    await stage.sees(officer, "· 已报", "失联1")
    for desk in ("longshui", "district"):
        await stage.sees(desk, "（未核实）", "老房子塌了一半", "失联1", "死亡不清楚", "来报 明光社区干部", ringing=True)
    await stage.tap("longshui_duty", await stage.sees("longshui", "老房子塌了一半"), "我来处理", chat="longshui")
    await stage.sees(officer, "龙水镇值班员（A）已接手")
    stage.scene("区里向上报：电话报告词照着念，没核实就说没核实")
    card = await stage.sees("district", "老房子塌了一半", buttons=("更多",))
    await stage.tap("district_duty", card, "更多", chat="district")
    await stage.tap("district_duty", await stage.sees("district_duty", "要办什么？", buttons=("打电话",)), "打电话")
    words = await stage.sees("district_duty", "照着念", "死亡不清楚，失联1，被困不清楚，重伤不清楚（未核实）")
    await stage.tap("district_duty", words, "1 已接通")
    await stage.sees("district_duty", "区政府办公室 已接通，已记")
