"""Promises of the faults: each breaks what it says, as often as it says, and the log tells."""

import asyncio
from typing import Any

import aiohttp
import pytest

from sandbox.client import Control, ControlError
from sandbox.server import Sandbox
from sandbox.waiting import until
from tests.sandbox.conftest import Wire


async def test_a_dropped_answer_has_been_carried_out(client: Any, control: Control, worker: int) -> None:
    await control.fault("drop_answer", method="sendMessage", count=1)
    refusal = await client.refused(client.bot.send_message(chat_id=worker, text="到了吗"))
    assert refusal.code == 0
    assert [message.text for message in await control.messages(worker)] == ["到了吗"]
    (call,) = await control.calls(method="sendMessage")
    assert (call["ok"], call["fault"]) == (True, "drop_answer")
    assert (await client.bot.send_message(chat_id=worker, text="再发")).text == "再发"


async def test_a_late_answer_has_been_carried_out_long_before_and_is_late_once(
    wire: Wire, control: Control, worker: int
) -> None:
    await control.fault("late_answer", method="sendMessage", chat=worker, seconds=60)
    sending = asyncio.ensure_future(wire.result("sendMessage", chat_id=worker, text="到了吗"))
    await control.wait_for(worker, lambda message: message.text == "到了吗")
    assert not sending.done()
    assert (await wire.result("sendMessage", chat_id=worker, text="再发"))["text"] == "再发"
    assert not sending.done()
    sending.cancel()


async def test_a_reset_happens_before_anything(client: Any, control: Control, worker: int) -> None:
    await control.fault("reset", method="sendMessage", count=2)
    for _ in range(2):
        assert (await client.refused(client.bot.send_message(chat_id=worker, text="x"))).code == 0
    assert await control.messages(worker) == []
    assert await control.faults() == []
    await client.bot.send_message(chat_id=worker, text="x")


async def test_an_error_500_looks_like_the_platforms(client: Any, control: Control, worker: int) -> None:
    await control.fault("error_500", chat=worker)
    refusal = await client.refused(client.bot.send_message(chat_id=worker, text="x"))
    assert (refusal.code, "internal server error" in refusal.text) == (500, True)


async def test_a_flood_names_its_seconds_and_hits_only_its_chat(client: Any, control: Control, worker: int) -> None:
    other = await control.person("值班员", started=True)
    await control.fault("flood", chat=worker, retry_after=7, count=2)
    await client.bot.send_message(chat_id=other, text="x")
    refusal = await client.refused(client.bot.send_message(chat_id=worker, text="x"))
    assert (refusal.code, refusal.figure) == (429, 7)
    assert await control.faults() == [{"kind": "flood", "chat": worker, "count": 1, "retry_after": 7}]


async def test_slow_delays_until_switched_off(wire: Wire, control: Control, worker: int) -> None:
    await control.fault("slow", seconds=0.2, method="sendMessage")
    loop = asyncio.get_running_loop()
    began = loop.time()
    await wire.result("sendMessage", chat_id=worker, text="x")
    assert loop.time() - began >= 0.2
    assert await control.faults() == [{"kind": "slow", "method": "sendMessage", "seconds": 0.2}]
    await control.clear_faults()
    assert await control.faults() == []


async def test_a_fault_without_a_method_leaves_polls_alone(wire: Wire, control: Control, worker: int) -> None:
    await control.fault("error_500")
    assert await wire.updates() == []
    assert (await wire("sendMessage", chat_id=worker, text="x"))["error_code"] == 500


async def test_offline_cuts_everything_and_ends_with_the_clock(
    wire: Wire, control: Control, worker: int, sandbox: Sandbox
) -> None:
    updates = sandbox.world.updates
    poll = asyncio.create_task(wire.updates(timeout=30))
    assert await until(lambda: updates.polling, updates.changed, 5)
    await control.fault("offline", minutes=10)
    with pytest.raises(aiohttp.ClientError):
        await poll
    with pytest.raises(aiohttp.ClientError):
        await wire("sendMessage", chat_id=worker, text="x")
    await control.say(worker, "有人吗")
    await control.advance(11)
    assert [update["message"]["text"] for update in await wire.updates()] == ["有人吗"]
    assert await control.faults() == []


async def test_a_duplicated_update_comes_again_though_confirmed(wire: Wire, control: Control, worker: int) -> None:
    await control.say(worker, "一")
    await control.say(worker, "二")
    first = await wire.updates()
    after = first[-1]["update_id"] + 1
    assert await wire.updates(after) == []
    await control.fault("duplicate_update", count=1)
    assert await wire.updates(after) == [first[-1]]
    assert await wire.updates(after) == []


async def test_block_and_kick_are_acts_the_bot_hears_of(wire: Wire, control: Control, worker: int) -> None:
    group = await control.group("龙水镇", [worker])
    await wire.confirm()
    await control.fault("block", chat=worker)
    await control.fault("kick", chat=group)
    changes = [update["my_chat_member"] for update in await wire.updates()]
    told = [(change["chat"]["id"], change["new_chat_member"]["status"]) for change in changes]
    assert told == [(worker, "kicked"), (group, "kicked")]


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        ("earthquake", {}, "earthquake is no fault"),
        ("flood", {"retry_after": "soon"}, "are whole numbers"),
        ("block", {"chat": 4711}, "there is no person 4711"),
        ("kick", {}, "chat is missing"),
    ],
)
async def test_a_wrong_fault_is_refused_in_a_sentence(
    control: Control, kind: str, fields: dict[str, Any], words: str
) -> None:
    with pytest.raises(ControlError, match=words):
        await control.fault(kind, **fields)
