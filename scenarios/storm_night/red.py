"""02:40: red goes out, and the bot is killed while it does."""

from __future__ import annotations

from scenarios.stage import REPEATED, Stage
from scenarios.storm_night.signals import (
    DEPUTY,
    DUTY,
    GROUPS,
    PUBLISHER,
    RED,
    WIDER,
    answers,
    everybody_has,
    pasted,
    printed,
)

_HELD = "longshui"


async def goes_out_while_the_bot_dies(stage: Stage) -> None:
    """One group has got it and the bot did not live to hear so: it gets it again, marked; nobody goes without."""
    stage.scene("02:40 暴雨红色；02:41 正在发，机器人被 kill -9：没把握发到的再发一次，标明（可能重复）")
    await stage.until("02:40")
    red = await printed(stage, RED)
    card = await pasted(stage, red, "升级：暴雨 🔴红色")
    chats = (*GROUPS, *DUTY, *WIDER)
    others = [chat for chat in chats if chat != _HELD]
    await stage.dies_telling(PUBLISHER, card, "核对无误，立即转发", text=red, held=_HELD, others=others)
    await everybody_has(stage, red, (*chats, DEPUTY))
    await stage.sees(_HELD, red, REPEATED)
    await stage.sees(PUBLISHER, "暴雨红色", "生效中")
    for duty in (*DUTY, "longshui_leader", "hengdian_cadre"):
        await answers(stage, duty, "暴雨红色")
    await stage.sees(PUBLISHER, "暴雨红色", "已应答 8/8")
    await stage.never_sees(PUBLISHER, "暴雨红色", "失联")
