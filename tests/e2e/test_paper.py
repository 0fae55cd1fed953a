"""Papers at the wire: a tap on the board, and the files lie in the officer's chat; a grid worker gets a sentence."""

from __future__ import annotations

import hashlib
import io
import json
import re
from typing import Any

import pytest
from docx import Document
from openpyxl import load_workbook

from bot.paper.packing import unpacked
from sandbox.client import Message
from scenarios.stage import Stage
from tests.staging import Live

pytestmark = pytest.mark.asyncio(loop_scope="module")

DUTY, LEADER, TOWN_DUTY, WORKER = "district_duty", "district_deputy", "longshui_duty", "hengdian_worker"
SIGNAL = "大足区气象台{at}发布雷电黄色预警信号：预计未来2小时，龙水镇、宝顶镇有雷电活动，请注意防范。"
LIFTED = "大足区气象台{at}解除雷电黄色预警信号。"


async def test_the_papers_of_a_warning_are_a_tap_away_and_say_what_the_board_says(district: Live) -> None:
    stage = district.stage
    await stage.begin()
    text = await _relayed(stage, SIGNAL)
    await stage.tap(TOWN_DUTY, await stage.sees("longshui", text), "收到", chat="longshui")
    board = await stage.sees(DUTY, "雷电黄色", "生效中", buttons=("结案报告", "审计档案"))
    answered, awaited = map(int, re.findall(r"已应答 (\d+)/(\d+)", board.text)[0])
    number = re.findall(r"预\d{4}-\d+", board.text)[0]

    await stage.tap(DUTY, board, "结案报告")
    document = await _file(district, DUTY, f"{number} 结案报告.docx")
    assert text in [paragraph.text for paragraph in Document(io.BytesIO(document)).paragraphs]
    book = load_workbook(io.BytesIO(await _file(district, DUTY, f"{number} 结案报告.xlsx")))
    facts = {row[0].value: row[1].value for row in book["概览"].iter_rows(min_row=2)}
    assert (facts["已应答"], facts["应到（须应答）人数"]) == (answered, awaited)
    assert f"第1版 发布 {facts['首次发出']:%H:%M}" in board.text
    assert facts["最新一版：已发出"] == int(re.findall(r"已发出 (\d+)", board.text)[0])
    towns = {row[0]: row[1:4] for row in book["各镇街"].iter_rows(min_row=2, values_only=True)}
    assert (towns["龙水镇"], towns["宝顶镇"]) == ((1, 1, 0), (1, 0, 1))

    await stage.tap(DUTY, board, "电话清单")
    await stage.tap(DUTY, await stage.sees(DUTY, "还有 1 人没有应答", "宝顶镇值班员"), "外呼单（打印）")
    (row,) = load_workbook(io.BytesIO(await _file(district, DUTY, f"{number} 外呼单.xlsx")))["外呼单"].iter_rows(
        min_row=4, values_only=True
    )
    assert (row[0], row[3], row[7]) == ("宝顶镇", "+86 10000 00311", None)

    await stage.say(WORKER, f"/paper {number}")
    await stage.sees(WORKER, "查看预警")
    assert not [message for message in await stage.said(WORKER) if message.kind == "document"]

    await _relayed(stage, LIFTED)
    await stage.say(LEADER, "/paper")
    listed = await stage.sees(LEADER, "哪一次预警")
    await stage.tap(LEADER, listed, next(words for words in listed.buttons if words.startswith(f"{number} ")))
    await stage.tap(LEADER, await stage.sees(LEADER, "要哪一份", "已解除"), "审计档案")
    files = unpacked(await _file(district, LEADER, f"{number} 审计档案.zip"))
    manifest = json.loads(files["manifest.json"])
    assert all(proof["sha256"] == hashlib.sha256(files[name]).hexdigest() for name, proof in manifest["files"].items())
    assert files["versions/01.txt"].decode() == text
    assert manifest["number"] == number


async def _relayed(stage: Stage, text: str) -> str:
    """The duty officer passes the station's text on; as it was said."""
    said = text.format(at=(await stage.now()).strftime("%Y年%-m月%-d日%H时%M分"))
    await stage.say(DUTY, said)
    await stage.tap(DUTY, await stage.sees(DUTY, "请核对，再转发", "雷电"), "核对无误，立即转发")
    return said


async def _file(district: Live, who: str, name: str) -> bytes:
    """The bytes of the document of that name in somebody's chat."""

    def is_it(message: Message) -> bool:
        file: dict[str, Any] = message.file or {}
        return message.kind == "document" and file.get("name") == name

    (found,) = [message for message in await district.stage.said(who) if is_it(message)]
    assert found.file is not None
    return await district.control.file(found.file["file_id"])
