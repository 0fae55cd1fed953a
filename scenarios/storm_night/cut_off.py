"""01:20 to 02:31: orange reaches more people; a village does not answer, is lost, and is reached on foot."""

from __future__ import annotations

from scenarios.stage import Stage
from scenarios.storm_night.signals import (
    DEPUTY,
    DUTY,
    GROUPS,
    ORANGE,
    PUBLISHER,
    WIDER,
    answers,
    everybody_has,
    pasted,
    printed,
    telephoned,
    wants_numbers,
)

_WORDS, _LOST = "暴雨橙色", "龙水镇高坡村值班员"


async def raised_to_orange(stage: Stage) -> None:
    """The second version of the same warning, for more people; a deputy stands in; one village is silent."""
    stage.scene("01:20 升级橙色：同一条预警的第2版，发给更多的人")
    await stage.until("01:20")
    orange = await printed(stage, ORANGE)
    card = await pasted(stage, orange, "升级：暴雨 🟠橙色")
    await stage.tap(PUBLISHER, card, "核对无误，立即转发")
    await everybody_has(stage, orange, (*GROUPS, *DUTY, *WIDER))
    await stage.never_sees("longshui_leader", "发布暴雨黄色预警信号")
    for duty in ("baoding_duty", "gulong_duty", "yongxi_duty", "longshui_leader", "hengdian_duty"):
        await answers(stage, duty, _WORDS)
    stage.scene("镇值班员在横店村，去不了：B角顶上，应答算在这个岗位")
    message = await stage.sees("longshui_duty", _WORDS, buttons=("收到", "已到岗", "去不了，请转B角"))
    await stage.tap("longshui_duty", message, "去不了，请转B角")
    await stage.sees("longshui_duty", "龙水镇值班员（A）", "去不了")
    await everybody_has(stage, orange, [DEPUTY])
    asked = await stage.sees(DEPUTY, "请你顶岗", "龙水镇值班员（A）去不了", ringing=True)
    await stage.tap(DEPUTY, asked, "已到岗")
    await stage.sees("longshui_duty", "龙水镇值班员（B）", "已到岗")
    await stage.sees(PUBLISHER, _WORDS, "未应答：龙水镇高坡村值班员")


async def lost(stage: Stage) -> None:
    """Sent is not told: nobody answers, nobody picks up, the base station is down."""
    stage.scene("02:05 高坡村：发出去了不等于通知到；电话没人接，基站断了，记失联")
    await stage.until("01:43")
    await stage.sees("gaopo_duty", "没有应答", ringing=True)
    await telephoned(stage, "没有应答", _LOST, "没人接")
    await stage.until("02:05")
    await wants_numbers(stage, _WORDS, 1, _LOST, "没人接")
    await telephoned(stage, "没人接", _LOST, "失联")
    await stage.sees(PUBLISHER, _WORDS, f"失联：{_LOST}")
    await stage.sees(PUBLISHER, "洪水蓝色", f"失联：{_LOST}")


async def reached_on_foot(stage: Stage) -> None:
    """02:31 somebody who was sent reaches the village, which is recorded as that and not as a call."""
    stage.scene("02:31 派去的人到了高坡村：记下是派人送到的，两条预警都告诉了")
    await stage.until("02:31")
    await stage.sees("gaopo_duty", "洪水黄色预警，10分钟没有应答")
    for words, missing in ((_WORDS, 1), ("洪水黄色", 2)):
        await stage.sees(PUBLISHER, words, f"失联：{_LOST}")
        await wants_numbers(stage, words, missing, _LOST)
        await telephoned(stage, "失联", _LOST, "派人送到")
        board = await stage.sees(PUBLISHER, words, "生效中")
        assert "失联" not in board.text
    await stage.sees("baoding_duty", "洪水黄色预警，10分钟没有应答")
    await telephoned(stage, "没有应答", "宝顶镇值班员", "通了")
    await stage.sees(PUBLISHER, "洪水黄色", "已应答 4/4")
