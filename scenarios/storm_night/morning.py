"""05:30 and 07:20: the station lowers and lifts its signal; whoever was told is told. What nobody should have heard."""

from __future__ import annotations

from scenarios.stage import Stage
from scenarios.storm_night.signals import (
    DEPUTY,
    DUTY,
    GROUPS,
    LIFTED,
    LOWERED,
    PUBLISHER,
    WIDER,
    answers,
    everybody_has,
    pasted,
    printed,
    telephoned,
)


async def lowered(stage: Stage) -> None:
    """The publisher is asked before red runs out; whoever holds the red text hears that it is lowered."""
    stage.scene("05:10 快到期了，问发布人；05:30 气象台降为黄色")
    await stage.until("05:11")
    await stage.sees(PUBLISHER, "暴雨红色预警快到有效期")
    await stage.until("05:30")
    yellow = await printed(stage, LOWERED)
    card = await pasted(stage, yellow, "降级：暴雨 🟡黄色")
    await stage.tap(PUBLISHER, card, "核对无误，立即转发")
    await everybody_has(stage, yellow, (*GROUPS, *DUTY, *WIDER, DEPUTY))
    for duty in ("longshui_duty", "baoding_duty", "yongxi_duty"):
        await answers(stage, duty, "降级")
    stage.scene("05:50 古龙镇没有应答：打电话，通了")
    await stage.until("05:52")
    await stage.sees("gulong_duty", "10分钟没有应答")
    await stage.sees("gulong_duty", "20分钟没有应答")
    await telephoned(stage, "还有 1 人没有应答", "古龙镇值班员", "通了")
    await stage.sees(PUBLISHER, "暴雨黄色", "生效中", "已应答 4/4")


async def lifted(stage: Stage) -> None:
    """Everybody who was told any of it; who was told by telephone is on a list to be telephoned."""
    stage.scene("07:20 气象台解除：告诉过谁，就告诉谁；电话通知的，再打电话")
    await stage.until("07:20")
    text = await printed(stage, LIFTED)
    card = await pasted(stage, text, "解除：暴雨")
    for chat in (*GROUPS, *DUTY):
        await stage.never_sees(chat, "解除")
    await stage.tap(PUBLISHER, card, "核对无误，立即转发")
    await everybody_has(stage, text, (*GROUPS, *DUTY, *WIDER, DEPUTY))
    await stage.sees(PUBLISHER, "暴雨黄色", "已解除")
    phones = await stage.sees(PUBLISHER, "已解除", "1 人靠打电话通知", "古龙镇值班员 +86 10000 00321")
    assert "高坡村" not in phones.text, "it answered red itself"
    await telephoned(stage, "已解除", "古龙镇值班员", "通了")


async def what_nobody_heard(stage: Stage) -> None:
    """Two towns heard of the rain alone; who answered was not asked again; whom nothing concerns heard nothing."""
    stage.scene("雍溪、古龙只有全区的暴雨；应答过的没有再叫；不相干的，一声不响")
    for chat in ("yongxi", "gulong", "yongxi_duty", "gulong_duty"):
        for other in ("洪水", "险情", "塌"):
            await stage.never_sees(chat, other)
    for chat in (*GROUPS, "longshui_duty", "yongxi_duty", "hengdian_duty", "longshui_leader", "hengdian_cadre"):
        await stage.never_sees(chat, "没有应答")
    await stage.hears_nothing("administrator", "quarry_shift")
