"""From a shipment to the call that carries it: method and parameters, literally."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.delivery.models import Lane
from bot.delivery.schemas import Button, InlineKeyboard, Key, Media, ReplyKeyboard, Screen, Shipment, Telling, Upload
from bot.delivery.service import body_of
from bot.delivery.wire import call_of

KEYBOARD = {"inline_keyboard": [[{"text": "收到", "callback_data": "incident.seen:1:2"}]]}
PLAIN = Shipment(
    is_card=False,
    id=1,
    chat_id=-1001234567890,
    thread_id=None,
    lane=Lane.URGENT,
    subject="incident:1",
    locale="zh",
    body={"text": "<b>险情</b>", "reply_markup": KEYBOARD},
)
CALL = {"text": "<b>险情</b>", "parse_mode": "HTML", "chat_id": -1001234567890, "reply_markup": KEYBOARD}


@pytest.mark.parametrize(
    ("change", "method", "params"),
    [
        ({}, "sendMessage", CALL),
        ({"thread_id": 5}, "sendMessage", {**CALL, "message_thread_id": 5}),
        ({"silent": True}, "sendMessage", {**CALL, "disable_notification": True}),
        (
            {"reply_to": 9},
            "sendMessage",
            {**CALL, "reply_parameters": {"message_id": 9, "allow_sending_without_reply": True}},
        ),
        ({"repeated": True}, "sendMessage", {**CALL, "text": "（可能重复）\n<b>险情</b>"}),
        ({"is_card": True, "edits": 77}, "editMessageText", {**CALL, "message_id": 77}),
        (
            {"is_card": True, "edits": 77, "silent": True, "thread_id": 5, "reply_to": 9},
            "editMessageText",
            {**CALL, "message_id": 77},
        ),
        (
            {"body": {"media": "photo", "file_id": "AgAC", "caption": "裂缝"}},
            "sendPhoto",
            {"photo": "AgAC", "caption": "裂缝", "parse_mode": "HTML", "chat_id": -1001234567890},
        ),
        (
            {"body": {"media": "photo", "sha256": "ab" * 32, "caption": "裂缝"}},
            "sendPhoto",
            {
                "photo": Upload("ab" * 32, "photo.jpg"),
                "caption": "裂缝",
                "parse_mode": "HTML",
                "chat_id": -1001234567890,
            },
        ),
        (
            {"body": {"media": "voice", "file_id": "AwAC", "caption": "录音"}, "repeated": True, "locale": "zh"},
            "sendVoice",
            {"voice": "AwAC", "caption": "（可能重复）\n录音", "parse_mode": "HTML", "chat_id": -1001234567890},
        ),
    ],
)
def test_a_shipment_becomes_one_call(change: dict[str, Any], method: str, params: dict[str, Any]) -> None:
    assert call_of(replace(PLAIN, **change)) == (method, params)


@pytest.mark.parametrize(
    ("html", "plain"),
    [
        ("<b>险情</b>：<i>裂缝</i>", "险情：裂缝"),
        ("水位 < 3 m，流速 > 2 m/s", "水位 < 3 m，流速 > 2 m/s"),
        ("<b>A &amp; B</b> &lt;x&gt;", "A & B <x>"),
        ('<a href="https://example.org/?a=1">图</a> <code>x</code><blockquote expandable>引</blockquote>', "图 x引"),
        ("<b>没有结束", "没有结束"),
    ],
)
def test_a_text_whose_markup_was_refused_goes_plain_and_loses_no_word(html: str, plain: str) -> None:
    _, params = call_of(replace(PLAIN, plain=True, body={"text": html}))
    assert params == {"text": plain, "chat_id": PLAIN.chat_id}


def test_a_drill_is_marked_above_the_text_and_the_repeat_above_the_drill() -> None:
    body = body_of(Screen("演练内容"), drill_mark="【演练】")
    _, params = call_of(replace(PLAIN, body=body, repeated=True))
    assert params["text"] == "（可能重复）\n【演练】\n演练内容"


@pytest.mark.parametrize(
    "text", ["雨量 < 50 mm & 风力 > 7 级", "<b>不是</b> &lt;标记&gt;", "　　大足区气象台\n\n  今日"]
)
def test_a_plain_text_goes_as_it_is_and_nobody_reads_marks_out_of_it(text: str) -> None:
    body = body_of(Screen(f"\n {text} \n", plain=True))
    sent = {"text": text, "chat_id": PLAIN.chat_id}
    assert call_of(replace(PLAIN, body=body)) == ("sendMessage", sent)
    assert call_of(replace(PLAIN, body=body, plain=True)) == ("sendMessage", sent)


def test_the_marks_of_a_drill_and_a_repeat_stand_above_a_plain_text_too() -> None:
    body = body_of(Screen("雨量 < 50 mm", plain=True), drill_mark="【演练】")
    _, params = call_of(replace(PLAIN, body=body, repeated=True))
    assert params == {"text": "（可能重复）\n【演练】\n雨量 < 50 mm", "chat_id": PLAIN.chat_id}


def test_keyboards_are_written_as_the_platform_reads_them() -> None:
    inline = InlineKeyboard([[Button("收到", "a:1"), Button("地图", url="https://example.org")]])
    assert body_of(Screen("x", inline))["reply_markup"] == {
        "inline_keyboard": [[{"text": "收到", "callback_data": "a:1"}, {"text": "地图", "url": "https://example.org"}]]
    }
    keys = ReplyKeyboard([[Key("名片", wants_contact=True), Key("位置", wants_location=True), Key("帮助")]])
    assert body_of(Screen("x", keys))["reply_markup"] == {
        "keyboard": [
            [{"text": "名片", "request_contact": True}, {"text": "位置", "request_location": True}, {"text": "帮助"}]
        ],
        "resize_keyboard": True,
        "is_persistent": True,
    }
    assert body_of(Screen("x", ReplyKeyboard()))["reply_markup"] == {"remove_keyboard": True}


def test_media_is_told_with_its_words_as_caption() -> None:
    how = Telling("report:1", "evidence", Lane.URGENT, media=Media("video", "BAAC"))
    body = body_of(Screen("现场"), how=how)
    assert call_of(replace(PLAIN, body=body))[0] == "sendVideo"
    assert body == {"media": "video", "file_id": "BAAC", "caption": "现场"}


def test_a_file_of_our_own_is_told_by_its_hash() -> None:
    how = Telling("report:1", "evidence", Lane.URGENT, media=Media("photo", sha256="ab" * 32))
    assert body_of(Screen("现场"), how=how) == {"media": "photo", "sha256": "ab" * 32, "caption": "现场"}
