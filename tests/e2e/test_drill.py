"""A link test and a drill of a warning through the real bot: marked, silent, and only for who takes part."""

from __future__ import annotations

import pytest

from tests.staging import Live

pytestmark = pytest.mark.asyncio(loop_scope="module")

BOSS, DUTY, TOWN_DUTY = "administrator", "district_duty", "longshui_duty"
TAKING_PART = ("longshui", "hengdian")
VILLAGES = ("hengdian_duty", "gaopo_duty")
ELSEWHERE = ("district", "baoding", "gulong", "yongxi", "baoding_duty", "gulong_duty", "yongxi_duty", "district_deputy")
SIGNAL = "大足区气象台2026年7月12日21时40分{act}：我区有强降雨，请注意防范。"
ISSUED = "【演练】" + SIGNAL.format(act="发布暴雨黄色预警信号")
LIFTED = "【演练】大足区气象台2026年7月12日23时40分解除暴雨黄色预警信号。"


async def test_a_link_test_and_a_drill_are_marked_and_leave_everybody_else_alone(district: Live) -> None:
    stage = district.stage
    await stage.begin()
    await stage.say(BOSS, "演练")
    menu = await stage.sees(BOSS, "参加演练的群：0/6", buttons=("链路测试", "哪些群参加"))
    await stage.tap(BOSS, menu, "哪些群参加")
    for number, group in enumerate(TAKING_PART):
        listed = await stage.sees(BOSS, f"参加演练的群：{number}/6")
        await stage.tap(BOSS, listed, "龙水镇应急值班群" if group == "longshui" else "龙水镇横店村应急群")
        await stage.sees(group, "本群参加演练", "没有标明【演练】的，都是真的", ringing=False)
    await stage.sees(BOSS, "参加演练的群：2/6")

    await stage.tap(BOSS, menu, "链路测试")
    asked = await stage.sees(BOSS, "链路测试：发到 2 个群")
    await stage.tap(BOSS, asked, asked.buttons[0])
    for group in TAKING_PART:
        await stage.sees(group, "【演练】", "【链路测试】请点［收到］", "不是预警", ringing=False)
    await stage.hears_nothing(*ELSEWHERE, TOWN_DUTY, DUTY)
    tested = await stage.sees("hengdian", "【链路测试】请点［收到］")
    await stage.tap("hengdian_worker", tested, "收到", chat="hengdian")
    await stage.sees("hengdian", "第3网格员 收到", "本群通了", ringing=False)
    await stage.sees(BOSS, "【链路测试】进行中", "有人应答 1/2 个群", "龙水镇 1/2 没人应答：龙水镇应急值班群")
    await stage.advance(31)
    await stage.sees(TOWN_DUTY, "【演练】", "1 个群还没有人应答", "龙水镇应急值班群", ringing=False)
    await stage.tap(TOWN_DUTY, await stage.sees("longshui", "【链路测试】请点［收到］"), "收到", chat="longshui")
    await stage.sees("longshui", "龙水镇值班员（A） 收到")
    await stage.tap(BOSS, await stage.sees(BOSS, "有人应答 2/2 个群"), "现在结束")
    await stage.sees(BOSS, "【链路测试】已结束", "有人应答 2/2 个群", "不参加 4 个群")
    await stage.tap("hengdian_cadre", tested, "收到", chat="hengdian")
    await stage.sees("hengdian_cadre", "已经结束")

    await stage.say(DUTY, ISSUED)
    card = await stage.sees(DUTY, "【演练】", "这是演练，不是真预警", buttons=("核对无误，作演练转发",))
    await stage.tap(DUTY, card, "核对无误，作演练转发")
    for chat in (*TAKING_PART, TOWN_DUTY, *VILLAGES):
        await stage.sees(chat, "【演练】", "】演", ISSUED, "不是真预警，请勿外传")
    await stage.tap(TOWN_DUTY, await stage.sees(TOWN_DUTY, "【演练】", ISSUED), "收到")
    await stage.sees(TOWN_DUTY, "【演练】", "龙水镇值班员（A） 收到")
    await stage.sees(DUTY, "【演练】", "生效中", "已应答 1/1")
    await stage.say(DUTY, LIFTED)
    await stage.tap(DUTY, await stage.sees(DUTY, "这是演练", "解除"), "核对无误，作演练转发")
    for chat in (*TAKING_PART, TOWN_DUTY, *VILLAGES):
        await stage.sees(chat, "【演练】", LIFTED)
    await stage.sees(DUTY, "【演练】", "已解除")
    await stage.sees(DUTY, "【演练】", "已转发")
    await stage.hears_nothing(*ELSEWHERE)
    await stage.nothing_else()
