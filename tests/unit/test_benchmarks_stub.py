"""The stub of the benchmarks: each bot has its own limits, and an update is handed out until it is confirmed."""

from __future__ import annotations

import time
from itertools import count
from random import Random
from typing import Any
from urllib.parse import urlencode

import orjson

from benchmarks.crowd import Person
from benchmarks.record import Answer, Record

CHAT, GROUP = 600_001, -900_001


def _send(record: Record, chat: int, **more: Any) -> Answer:
    return record.call("sendMessage", orjson.dumps({"chat_id": chat, "text": "下雨了", **more}))


def _poll(record: Record, offset: int = 0, timeout: int = 25) -> list[Answer]:
    answers: list[Answer] = []
    record.poll(orjson.dumps({"offset": offset, "timeout": timeout}), answers.append)
    return answers


def _said() -> dict[str, Any]:
    return {"message": {"chat": {"id": CHAT}}}


def test_one_bot_at_its_limit_leaves_another_alone() -> None:
    one, other = Record(limits=True), Record(limits=True)

    answers = [_send(one, CHAT + number)["ok"] for number in range(31)]

    assert answers == [True] * 30 + [False]
    assert one.refused == 1
    assert _send(other, CHAT)["ok"]


def test_a_group_takes_twenty_at_once() -> None:
    record = Record(limits=True)

    answers = [_send(record, GROUP)["ok"] for _ in range(21)]

    assert answers == [True] * 20 + [False]


def test_a_flooded_chat_is_closed_and_the_others_are_not() -> None:
    record = Record(floods={GROUP: time.monotonic() + 600})

    closed, other = _send(record, GROUP), _send(record, GROUP - 1)

    assert closed["error_code"] == 429
    assert closed["parameters"]["retry_after"] > 500
    assert other["ok"]


def test_an_update_is_handed_out_until_it_is_confirmed() -> None:
    record = Record()
    record.add([_said(), _said()])

    first = _poll(record)[0]["result"]
    again = _poll(record, offset=2)[0]["result"]

    assert [update["update_id"] for update in first] == [1, 2]
    assert [update["update_id"] for update in again] == [2]


def test_a_poll_waits_for_the_next_update() -> None:
    record = Record()

    answers = _poll(record)
    assert answers == []

    record.add([_said()])
    assert [update["update_id"] for update in answers[0]["result"]] == [1]


def test_a_broadcast_to_others_is_no_act() -> None:
    record = Record()
    record.add([_said()])
    keyboard = {"inline_keyboard": [[{"text": "好", "callback_data": "d.cancel:1:2"}]]}

    _send(record, CHAT + 1)
    _send(record, CHAT, reply_markup=keyboard)

    assert [act[1:] for act in record.acts] == [("sent", CHAT, 2, ["d.cancel:1:2"])]
    assert len(record.sent) == 2


def test_a_form_is_read_like_json() -> None:
    record = Record()
    record.add([_said()])
    keyboard = orjson.dumps({"inline_keyboard": [[{"text": "好", "callback_data": "again"}]]}).decode()

    record.call("sendMessage", urlencode({"chat_id": CHAT, "text": "收到", "reply_markup": keyboard}).encode())

    assert record.acts[-1][2:] == (CHAT, 1, ["again"])


def test_somebody_with_a_form_before_him_fills_in_every_field_once_and_sends_it() -> None:
    person, revs = Person(CHAT, Random(1)), count(1)
    tapped = []
    for _ in range(3):
        rev = next(revs)
        fields = [f"f.open:7:{rev}:{name}" for name in ("kind", "place")]
        person.see(0.0, 1, [f"d.happened:7:{rev}", f"d.hazard_only:7:{rev}", *fields, f"d.cancel:7:{rev}"])
        tapped.append(person.choice())

    assert tapped[:2] == ["f.open:7:1:kind", "f.open:7:2:place"]
    assert tapped[2] in ("d.happened:7:3", "d.hazard_only:7:3")
    assert person.filed == 1


def test_somebody_asked_for_words_writes() -> None:
    person = Person(CHAT, Random(1))
    person.see(0.0, 1, ["f.back:7:1", "f.skip:7:1"])

    assert person.choice() is None
