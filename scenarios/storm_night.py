"""The first night of FIELD.md, as far as warnings go: relayed in one step, who has not answered, raised, lifted.

21:40 the station's yellow signal is relayed word for word; who has not answered is asked again in private only; 01:20
it is raised to orange, 07:20 lifted. Drafting and signing the district's own flood warning is a story of its own.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sandbox.client import Message
from scenarios.stage import ScenarioFailed, Stage

TITLE = "暴雨夜：一步转发，谁没应答一目了然"

YELLOW = (
    "大足区气象台{at}发布暴雨黄色预警信号：预计未来6小时，我区大部地区降雨量将达50毫米以上，"
    "山洪、滑坡等灾害风险较高，请注意防范。"
)
ORANGE = "大足区气象台{at}将暴雨黄色预警信号升级为橙色：预计未来3小时，我区降雨量将达50毫米以上，请做好防范。"
LIFTED = "大足区气象台{at}解除暴雨橙色预警信号。"

_HERE = ZoneInfo("Asia/Shanghai")
_GROUPS = ("district", "longshui", "hengdian", "baoding", "gulong", "yongxi")
_DUTY = ("longshui_duty", "baoding_duty", "gulong_duty", "yongxi_duty", "hengdian_duty")
_MORE = (
    "longshui_leader",
    "hengdian_cadre",
    "hengdian_worker",
    "hengdian_neighbour",
    "mingguang_worker",
    "quarry_safety",
)
"""Whom orange reaches besides."""


async def play(stage: Stage) -> None:
    """Plays it once. Raises ScenarioFailed."""
    await _relayed_in_one_step(stage)
    await _who_has_not(stage)
    await _raised(stage)
    await _lifted(stage)


async def _relayed_in_one_step(stage: Stage) -> None:
    stage.scene("21:40 气象台暴雨黄色：贴原文，核对，立即转发；一个人，不用审批")
    yellow = await _printed(stage, YELLOW)
    await stage.say("district_duty", "转发预警")
    await stage.sees("district_duty", "原文贴进来")
    await stage.say("district_duty", yellow)
    card = await stage.sees(
        "district_duty", "请核对，再转发", "暴雨 🟡黄色", "大足区气象台", buttons=("核对无误，立即转发", "不是预警")
    )
    await stage.hears_nothing(*_GROUPS)
    await stage.tap("district_duty", card, "核对无误，立即转发")
    for group in _GROUPS:
        await _word_for_word(stage, group, yellow)
    for duty in _DUTY:
        await _word_for_word(stage, duty, yellow)
    await stage.sees("district_duty", "已转发", "预")
    await stage.sees("district_duty", "暴雨黄色", "生效中", "已应答 0/4")


async def _who_has_not(stage: Stage) -> None:
    stage.scene("三个镇应答：群里点一下也算本人；21:50 只催没应答的，私下催")
    for town in ("longshui", "baoding"):
        message = await stage.sees(town, "暴雨黄色", buttons=("收到",))
        await stage.tap(f"{town}_duty", message, "收到", chat=town)
        await stage.sees(town, "收到", f"{'龙水' if town == 'longshui' else '宝顶'}镇值班员")
    message = await stage.sees("yongxi_duty", "暴雨黄色", buttons=("收到", "已到岗"))
    await stage.tap("yongxi_duty", message, "已到岗")
    await stage.sees("yongxi_duty", "已到岗", "雍溪镇值班员")
    await stage.sees(
        "district_duty", "已应答 3/4", "古龙镇 0/1 未应答：古龙镇值班员", buttons=("只催没应答的", "电话清单")
    )
    await stage.advance(10)
    await stage.sees("gulong_duty", "10分钟没有应答", buttons=("收到",))
    await stage.never_sees("longshui_duty", "没有应答")
    await stage.never_sees("gulong", "没有应答")
    stage.scene("再不应答：电话清单，打电话，结果记下")
    await stage.advance(10)
    await stage.sees("gulong_duty", "20分钟没有应答")
    phones = await stage.sees("district_duty", "还有 1 人没有应答", "古龙镇值班员", "+86 10000 00321")
    await stage.tap("district_duty", phones, next(words for words in phones.buttons if "通了" in words))
    await stage.sees("district_duty", "已应答 4/4")
    await stage.advance(30)


async def _raised(stage: Stage) -> None:
    stage.scene("01:20 升级橙色：同一条预警的第2版，发给更多的人")
    orange = await _printed(stage, ORANGE)
    await stage.say("district_duty", orange)
    card = await stage.sees("district_duty", "请核对，再转发", "升级：暴雨 🟠橙色", buttons=("核对无误，立即转发",))
    await stage.tap("district_duty", card, "核对无误，立即转发")
    for group in _GROUPS:
        await _word_for_word(stage, group, orange)
    for person in (*_DUTY, *_MORE):
        await _word_for_word(stage, person, orange)
    await stage.never_sees("longshui_leader", "发布暴雨黄色预警信号")
    await _the_deputy_stands_in(stage)


async def _the_deputy_stands_in(stage: Stage) -> None:
    stage.scene("镇值班员去不了：B角顶上，应答算在这个岗位")
    message = await stage.sees("longshui_duty", "暴雨橙色", buttons=("收到", "已到岗", "去不了，请转B角"))
    await stage.tap("longshui_duty", message, "去不了，请转B角")
    await stage.sees("longshui_duty", "龙水镇值班员（A）", "去不了")
    await stage.sees("district_duty", "暴雨橙色", "生效中", "未应答：", "龙水镇值班员（A）")
    asked = await stage.sees(
        "longshui_deputy", "请你顶岗", "龙水镇值班员（A）去不了", buttons=("收到", "已到岗"), ringing=True
    )
    await stage.tap("longshui_deputy", asked, "已到岗")
    await stage.sees("longshui_duty", "龙水镇值班员（B）", "已到岗")


async def _lifted(stage: Stage) -> None:
    stage.scene("07:20 解除：告诉过谁，就告诉谁")
    lifted = await _printed(stage, LIFTED)
    await stage.say("district_duty", lifted)
    card = await stage.sees("district_duty", "请核对，再转发", "解除：暴雨", buttons=("核对无误，立即转发",))
    await stage.tap("district_duty", card, "核对无误，立即转发")
    for chat in (*_GROUPS, *_DUTY, *_MORE):
        await _word_for_word(stage, chat, lifted)
    await stage.sees("district_duty", "已解除")


async def _printed(stage: Stage, text: str) -> str:
    """The station's text with the time it is."""
    now = datetime.fromisoformat((await stage.control.clock())["now"]).astimezone(_HERE)
    return text.format(at=now.strftime("%Y年%-m月%-d日%H时%M分"))


async def _word_for_word(stage: Stage, chat: str, text: str) -> Message:
    message = await stage.sees(chat, text)
    if not message.text.count(text):
        raise ScenarioFailed(f"{chat} did not get the text word for word")
    return message
