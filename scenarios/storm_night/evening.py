"""21:40 to 21:58: the station's yellow, who has not answered, the telephone."""

from __future__ import annotations

from scenarios.stage import Stage
from scenarios.storm_night.signals import (
    DUTY,
    GROUPS,
    LIFTED,
    PUBLISHER,
    YELLOW,
    answers,
    everybody_has,
    pasted,
    printed,
    telephoned,
    wants_numbers,
)


async def nothing_is_lifted_that_was_not_issued(stage: Stage) -> None:
    """Somebody pastes a lifting of what was never passed on: nobody hears of it."""
    stage.scene("没有转发过的，解除也转不出去")
    await stage.say(PUBLISHER, await printed(stage, LIFTED))
    card = await stage.sees(PUBLISHER, "请核对，再转发", "解除：暴雨", "将发到 0 个群、0 人")
    await stage.tap(PUBLISHER, card, "核对无误，立即转发")
    await stage.sees(PUBLISHER, "这条预警没有转发过，解除也不用转发")
    await stage.tap(PUBLISHER, card, "不是预警")
    await stage.sees(PUBLISHER, "已作废，没有转发", "解除：暴雨")
    await stage.hears_nothing(*GROUPS, *DUTY)


async def relayed_in_one_step(stage: Stage) -> None:
    """One officer, no approval: everybody has the text to the byte."""
    stage.scene("21:40 气象台暴雨黄色：贴原文，核对，立即转发；一个人，不用审批")
    await stage.until("21:40")
    yellow = await printed(stage, YELLOW)
    await stage.say(PUBLISHER, "转发预警")
    await stage.sees(PUBLISHER, "原文贴进来")
    card = await pasted(stage, yellow, "暴雨 🟡黄色")
    await stage.hears_nothing(*GROUPS)
    await stage.tap(PUBLISHER, card, "核对无误，立即转发")
    await everybody_has(stage, yellow, (*GROUPS, *DUTY))
    await stage.sees(PUBLISHER, "已转发", "预")
    await stage.sees(PUBLISHER, "暴雨黄色", "生效中", "已应答 0/4")


async def only_the_missing_are_nudged(stage: Stage) -> None:
    """Two of four answer; the two others are asked again in private, and nobody else."""
    stage.scene("两个镇应答：群里点一下也算本人；21:50 只催没应答的两个，私下催")
    await answers(stage, "longshui_duty", "暴雨黄色", group="longshui")
    await answers(stage, "yongxi_duty", "暴雨黄色", "已到岗")
    await stage.sees(PUBLISHER, "已应答 2/4", "未应答：古龙镇值班员", "未应答：宝顶镇值班员")
    await stage.until("21:52")
    for late in ("baoding_duty", "gulong_duty"):
        await stage.sees(late, "10分钟没有应答", buttons=("收到",))
    for chat in (*GROUPS, "longshui_duty", "yongxi_duty"):
        await stage.never_sees(chat, "没有应答")


async def the_two_are_telephoned(stage: Stage) -> None:
    """21:58: both are reached by telephone, and both calls are on record; nobody is asked any more."""
    stage.scene("21:58 再不应答就打电话：号码在清单上，结果记下")
    await stage.until("21:58")
    numbers = ("宝顶镇值班员 +86 10000 00311", "古龙镇值班员 +86 10000 00321")
    await wants_numbers(stage, "暴雨黄色", 2, *numbers)
    for late in numbers:
        await telephoned(stage, "没有应答", late, "通了")
    await stage.sees(PUBLISHER, "暴雨黄色", "已应答 4/4")
