"""What the acts share: who is there, the station's words, passing them on, answering."""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.client import Message
from scenarios.stage import ScenarioFailed, Stage

PUBLISHER, LEADER = "district_duty", "district_deputy"
GROUPS = ("district", "longshui", "hengdian", "baoding", "gulong", "yongxi")
TOWN_DUTY = ("longshui_duty", "baoding_duty", "gulong_duty", "yongxi_duty")
VILLAGE_DUTY = ("hengdian_duty", "gaopo_duty")
DUTY = (*TOWN_DUTY, *VILLAGE_DUTY)
WIDER = (
    *("longshui_leader", "hengdian_cadre", "hengdian_worker", "hengdian_neighbour", "mingguang_worker"),
    "quarry_safety",
)
"""Whom orange and red reach besides."""
DEPUTY = "longshui_deputy"
"""Stands in from orange on, and hears of every change since."""

YELLOW = (
    "大足区气象台{at}发布暴雨黄色预警信号：预计未来6小时，我区大部地区降雨量将达50毫米以上，"
    "山洪、滑坡等灾害风险较高，请注意防范。"
)
ORANGE = "大足区气象台{at}将暴雨黄色预警信号升级为橙色：预计未来3小时，我区降雨量将达50毫米以上，请做好防范。"
RED = "大足区气象台{at}将暴雨橙色预警信号升级为红色：预计未来3小时，我区降雨量将达100毫米以上，请立即避险。"
LOWERED = "大足区气象台{at}将暴雨红色预警信号降级为黄色：预计未来6小时，我区仍有阵雨，请继续防范滑坡。"
LIFTED = "大足区气象台{at}解除暴雨黄色预警信号。"


async def printed(stage: Stage, text: str) -> str:
    """The station's text with the time it is."""
    return text.format(at=(await stage.now()).strftime("%Y年%-m月%-d日%H时%M分"))


async def pasted(stage: Stage, text: str, what: str) -> Message:
    """The duty officer pastes it; the card on which he checks it."""
    await stage.say(PUBLISHER, text)
    return await stage.sees(
        PUBLISHER, "请核对，再转发", what, "大足区气象台", buttons=("核对无误，立即转发", "不是预警")
    )


async def everybody_has(stage: Stage, text: str, chats: Iterable[str]) -> None:
    """Each of the chats has got it word for word."""
    for chat in chats:
        message = await stage.sees(chat, text)
        if text not in message.text:
            raise ScenarioFailed(f"{chat} did not get the text word for word")


async def telephoned(stage: Stage, listed: str, who: str, result: str) -> None:
    """The duty officer taps what the call to somebody on his newest list of numbers gave."""
    phones = await stage.sees(PUBLISHER, listed, "请打电话", who)
    line = next(line for line in phones.text.splitlines() if who in line and line[0].isdigit())
    await stage.tap(PUBLISHER, phones, f"{line.split('.')[0]} {result}")


async def wants_numbers(stage: Stage, board: str, missing: int, *words: str) -> Message:
    """The duty officer asks for the numbers of those who have not answered, on the board with the words."""
    await stage.tap(PUBLISHER, await stage.sees(PUBLISHER, board, "生效中"), "电话清单")
    return await stage.sees(PUBLISHER, f"还有 {missing} 人没有应答", "请打电话", *words)


async def answers(stage: Stage, who: str, words: str, given: str = "收到", *, group: str | None = None) -> None:
    """Somebody taps under the newest warning with the words, in his group or in private."""
    chat = group or who
    await stage.tap(who, await stage.sees(chat, words, buttons=(given,)), given, chat=chat)
    await stage.sees(chat, given, stage.world.names[stage.world.people[who]])
