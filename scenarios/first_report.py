"""Reports, from the first photo to what became of them (FIELD 1, all three persons; issue B).

An album, a location and a word are one draft; the form is optional and one tap sends it. A second worker sees the same
thing and joins. The desk asks for one thing, the telephone rings, one person alone does not dismiss what threatens
people, two cases are found to be one, a mistake is withdrawn, and a reporter who is not satisfied has it reopened.
"""

from __future__ import annotations

from sandbox.client import Message
from scenarios.stage import Stage

TITLE = "来报：先发再填，电话也一样，报的人一直知道办得怎样"

_DESKS = ("hengdian", "longshui", "district")
_SLOPE = (29.70120, 105.72110)


async def play(stage: Stage) -> None:
    """Plays it once. Raises ScenarioFailed."""
    await _an_album_a_place_and_a_form(stage)
    await _the_same_seen_by_another(stage)
    await _the_desk_asks_for_one_thing(stage)
    await _the_telephone(stage)
    await _one_alone_does_not_dismiss(stage)
    await _two_cases_are_one(stage)
    await _a_mistake_is_withdrawn(stage)
    await _closed_and_not_satisfied(stage)
    await _the_others(stage)


async def _an_album_a_place_and_a_form(stage: Stage) -> None:
    stage.scene("网格员：两张照片、一个位置，合成一份；填不填由他")
    await stage.album("hengdian_worker", 2, "屋后坡裂了")
    await stage.location("hengdian_worker", *_SLOPE, accuracy=15)
    asked = await stage.sees("hengdian_worker", "有人受威胁吗？", "照片2", "位置1")
    await stage.tap("hengdian_worker", asked, "没有人")
    form = await stage.sees(
        "hengdian_worker", "没有人受威胁。是哪一种？", buttons=("已经出事", "类别", "伤亡", "存草稿")
    )
    await stage.tap("hengdian_worker", form, "类别")
    await stage.sees("hengdian_worker", "是什么？", buttons=("自然灾害", "返回", "跳过"))
    await stage.say("hengdian_worker", "滑坡")
    found = await stage.sees("hengdian_worker", "是什么？", buttons=("滑坡、崩塌",))
    await stage.tap("hengdian_worker", found, "滑坡、崩塌")
    await stage.tap("hengdian_worker", await stage.sees("hengdian_worker", "什么时候的事？"), "10分钟前")
    await stage.sees("hengdian_worker", "有没有人伤亡？")
    await stage.say("hengdian_worker", "听说可能伤了人")
    await stage.sees("hengdian_worker", "没看懂人数，没有记下")
    await stage.say("hengdian_worker", "返回")
    form = await stage.sees("hengdian_worker", "没有人受威胁", "类别：滑坡、崩塌", buttons=("类别 ✓", "时间 ✓"))
    await stage.hears_nothing(*_DESKS)
    await stage.tap("hengdian_worker", form, "已经出事")
    await stage.sees("hengdian_worker", "已登记 龙水", "（事故灾情）")
    await stage.sees("hengdian_worker", "滑坡、崩塌（事故灾情） · 已报", buttons=("补充详情", "撤回"))
    for desk in _DESKS:
        await stage.sees(desk, "事故灾情 龙水", "滑坡、崩塌", "死亡不清楚", "照片2", "误差约15米", ringing=True)
        await stage.sees(desk, "龙水镇横店村第3网格员", kind="photo", ringing=False)


async def _the_same_seen_by_another(stage: Stage) -> None:
    stage.scene("另一个网格员看到同一处：发之前先问，我也看到")
    await stage.photo("hengdian_neighbour")
    await stage.location("hengdian_neighbour", 29.70190, 105.72150, accuracy=30)
    asked = await stage.sees("hengdian_neighbour", "有人受威胁吗？", "照片1")
    await stage.tap("hengdian_neighbour", asked, "没有人")
    await stage.tap("hengdian_neighbour", await stage.sees("hengdian_neighbour", "是哪一种？"), "已经出事")
    await stage.sees("hengdian_neighbour", "候选1", kind="photo", ringing=False)
    likely = await stage.sees("hengdian_neighbour", "附近已有人报过，是同一处吗？", "滑坡、崩塌", "还没有发出")
    await stage.never_sees("district", "第5网格")
    await stage.tap("hengdian_neighbour", likely, "1 就是这个，我也看到")
    await stage.sees("hengdian_neighbour", "已登记 龙水")
    await stage.sees("hengdian_neighbour", "· 已报")
    for desk in _DESKS:
        await stage.sees(desk, "已有2人反映", "龙水镇横店村第5网格员")
        await stage.sees(desk, "龙水镇横店村第5网格员", kind="photo", ringing=False)
        await stage.sees(desk, "事故灾情 龙水", "2人反映", "照片3")


async def _the_desk_asks_for_one_thing(stage: Stage) -> None:
    stage.scene("镇值班员接手，只问一样；报的人回一句")
    card = await stage.sees("longshui", "事故灾情 龙水", buttons=("我来处理", "请补充", "查否"))
    await stage.tap("longshui_duty", card, "我来处理", chat="longshui")
    for reporter in ("hengdian_worker", "hengdian_neighbour"):
        await stage.sees(reporter, "龙水镇值班员（A）已接手", ringing=True)
    await stage.tap("longshui_duty", await stage.sees("longshui", "事故灾情 龙水"), "请补充", chat="longshui")
    which = await stage.sees(
        "longshui_duty", "请来报人补充哪一样？", buttons=("位置不准", "照片看不清", "类别不对", "人数")
    )
    await stage.tap("longshui_duty", which, "人数")
    await stage.sees("longshui_duty", "请补充：已办")
    asked = ("请补充：人数", "死亡、失联、被困、受伤各几人")
    await stage.sees("hengdian_worker", *asked, ringing=True)
    question = await stage.sees("hengdian_neighbour", *asked, ringing=True)
    await stage.say("hengdian_neighbour", "没有人受伤，困了一户2人", reply_to=question)
    await stage.sees("hengdian_neighbour", "已补充到 龙水")
    for desk in _DESKS:
        await stage.sees(desk, "补充", "困了一户2人", ringing=True)
    stage.scene("报的人自己把人数填上")
    mine = await stage.sees("hengdian_worker", "滑坡、崩塌（事故灾情） · 已报")
    await stage.tap("hengdian_worker", mine, "补充详情")
    await stage.sees("hengdian_worker", "有没有人伤亡？")
    await stage.say("hengdian_worker", "困2")
    await stage.sees("hengdian_worker", "怎么回事？")
    await stage.say("hengdian_worker", "返回")
    await stage.sees("hengdian_worker", "（事故灾情） · 已报", "被困2")
    await stage.sees("longshui", "事故灾情 龙水", "死亡不清楚 失联不清楚 被困2")
    await stage.tap("longshui_duty", await stage.sees("longshui", "事故灾情 龙水"), "属实", chat="longshui")
    for reporter in ("hengdian_worker", "hengdian_neighbour"):
        await stage.sees(reporter, "已核实属实")


async def _the_telephone(stage: Stage) -> None:
    stage.scene("电话响了：值班员边听边打，存下就报")
    await stage.say("longshui_deputy", "电话接报")
    await stage.sees("longshui_deputy", "谁打来的？", buttons=("跳过", "存草稿", "取消"))
    await stage.say("longshui_deputy", "明光社区干部 +86 10000 00210")
    await stage.sees("longshui_deputy", "在哪里？")
    await stage.say("longshui_deputy", "明光社区")
    await stage.sees("longshui_deputy", "出了什么事？")
    await stage.say("longshui_deputy", "老房子塌了一半")
    await stage.sees("longshui_deputy", "有没有人伤亡？")
    await stage.say("longshui_deputy", "失联1")
    card = await stage.sees(
        "longshui_deputy", "电话接报", "老房子塌了一半", "失联1", buttons=("险情，有人受威胁", "已经出事", "只是隐患")
    )
    await stage.tap("longshui_deputy", card, "已经出事")
    await stage.sees("longshui_deputy", "已登记 龙水")
    await stage.sees("longshui_deputy", "· 已报", "失联1")
    for desk in ("longshui", "district"):
        card = await stage.sees(
            desk, "老房子塌了一半", "失联1", "死亡不清楚", "来报 明光社区干部\n+86 10000 00210", ringing=True
        )


async def _one_alone_does_not_dismiss(stage: Stage) -> None:
    stage.scene("到现场看过，没有这回事：一个人说了不算")
    card = await stage.sees("longshui", "老房子塌了一半", buttons=("查否",))
    await stage.tap("longshui_duty", card, "查否", chat="longshui")
    why = await stage.sees("longshui_duty", "为什么查否？", "还要另一人同意")
    await stage.tap("longshui_duty", why, "到现场看过，没有这回事")
    await stage.sees("longshui_duty", "查否：已办")
    for desk in ("longshui", "district"):
        await stage.sees(desk, "有人提出查否", "须另一人同意，再由区里结案")
    card = await stage.sees("longshui", "老房子塌了一半", "查否待定", buttons=("同意查否", "不同意，继续办"))
    await stage.tap("longshui_duty", card, "同意查否", chat="longshui")
    await stage.sees("longshui_duty", "查否要两个人，不能一个人定")
    await stage.tap("longshui_leader", card, "同意查否", chat="longshui")
    await stage.sees("district", "两人查否，待区里结案")
    card = await stage.sees("district", "老房子塌了一半", "待区里结案", buttons=("查否结案",))
    await stage.tap("longshui_leader", await stage.sees("longshui", "待区里结案"), "查否结案", chat="longshui")
    await stage.sees("longshui_leader", "结案", "可以办的是")
    await stage.tap("district_duty", card, "查否结案", chat="district")
    await stage.sees("district", "老房子塌了一半", "已查否")
    await stage.sees("longshui_deputy", "按查否结束", "到现场看过，没有这回事")


async def _two_cases_are_one(stage: Stage) -> None:
    stage.scene("村干部不等问，先报了一次：两件并成一件，两个编号都在")
    await stage.voice("hengdian_cadre")
    asked = await stage.sees("hengdian_cadre", "有人受威胁吗？", "语音1")
    await stage.tap("hengdian_cadre", asked, "看不清")
    await stage.sees("hengdian_cadre", "先撤人，不要等回复")
    await stage.sees("hengdian_cadre", "几户几人？")
    await stage.sees("hengdian_cadre", "险情 · 已报")
    for desk in _DESKS:
        await stage.sees(desk, "险情 龙水", "看不清，按有处理", "龙水镇横店村干部", ringing=True)
        await stage.sees(desk, "龙水镇横店村干部", kind="voice", ringing=False)
    card = await stage.sees("longshui", "险情 龙水", "龙水镇横店村干部", buttons=("更多",))
    await stage.tap("longshui_duty", card, "更多", chat="longshui")
    more = await stage.sees("longshui_duty", "要办什么？", buttons=("改类别", "转办", "并案"))
    await stage.tap("longshui_duty", more, "并案")
    which = await stage.sees("longshui_duty", "和哪一件是同一件事？")
    await stage.tap("longshui_duty", which, next(words for words in which.buttons if "龙水" in words))
    await stage.sees("longshui_duty", "并案：已办")
    await stage.sees("longshui", "险情 龙水", "已并入 龙水", buttons=("拆开",))
    await stage.sees("longshui", "事故灾情 龙水", "3人反映", "语音1")
    stage.scene("并了以后，他的补充照样到")
    mine = await stage.sees("hengdian_cadre", "已核实", "与 龙水", "是同一处")
    await stage.say("hengdian_cadre", "坡脚又掉了石头", reply_to=mine)
    await stage.sees("hengdian_cadre", "已补充到 龙水")
    for desk in _DESKS:
        await stage.sees(desk, "补充", "坡脚又掉了石头", ringing=True)


async def _a_mistake_is_withdrawn(stage: Stage) -> None:
    stage.scene("发错了：没人处理之前可以撤回（英文用户）")
    await stage.photo("mingguang_worker")
    asked = await stage.sees("mingguang_worker", "Is anybody in danger?")
    await stage.tap("mingguang_worker", asked, "Nobody")
    form = await stage.sees("mingguang_worker", "Nobody is threatened")
    await stage.tap("mingguang_worker", form, next(words for words in form.buttons if "hazard" in words.lower()))
    await stage.sees("mingguang_worker", "Filed as 龙水")
    mine = await stage.sees("mingguang_worker", "Hazard · reported", buttons=("Withdraw",))
    await stage.sees("longshui", "隐患来报 龙水")
    await stage.tap("mingguang_worker", mine, "Withdraw")
    await stage.sees("mingguang_worker", "Hazard · withdrawn")
    await stage.sees("longshui", "已由来报人撤回")


async def _closed_and_not_satisfied(stage: Stage) -> None:
    stage.scene("区里办结；报的人不满意，说了原因；镇里重新办理")
    card = await stage.sees("district", "事故灾情 龙水", "3人反映", buttons=("更多",))
    await stage.tap("district_duty", card, "更多", chat="district")
    await stage.tap("district_duty", await stage.sees("district_duty", "要办什么？", buttons=("办结",)), "办结")
    await stage.sees("district_duty", "办结：已办")
    reporters = ("hengdian_worker", "hengdian_neighbour", "hengdian_cadre")
    asked: dict[str, Message] = {
        reporter: await stage.sees(reporter, "已办结", "办得怎么样？", buttons=("满意", "不满意"))
        for reporter in reporters
    }
    await stage.tap("hengdian_neighbour", asked["hengdian_neighbour"], "满意")
    await stage.sees("hengdian_neighbour", "已记下：满意")
    await stage.tap("hengdian_worker", asked["hengdian_worker"], "不满意")
    why = await stage.sees("hengdian_worker", "哪里没有办好？")
    await stage.say("hengdian_worker", "裂缝没有盖，又下雨了", reply_to=why)
    await stage.sees("hengdian_worker", "值班室已收到你的话")
    for desk in _DESKS:
        await stage.sees(desk, "来报人不满意", "裂缝没有盖，又下雨了", ringing=True)
    card = await stage.sees("longshui", "事故灾情 龙水", "已办结", buttons=("重新办理", "不重开"))
    await stage.tap("longshui_duty", card, "重新办理", chat="longshui")
    for reporter in reporters:
        await stage.sees(reporter, "已重新办理", ringing=True)
    for desk in _DESKS:
        await stage.sees(desk, "重新办理，请接手", "裂缝没有盖，又下雨了", ringing=True)
    await stage.sees("longshui", "事故灾情 龙水", buttons=("我来处理",))


async def _the_others(stage: Stage) -> None:
    stage.scene("不相干的镇，一声不响")
    await stage.hears_nothing("baoding", "gulong", "yongxi", "baoding_duty", "gulong_duty", "yongxi_duty")
    await stage.hears_nothing("district_deputy", "administrator", "quarry_shift", "quarry_safety")
