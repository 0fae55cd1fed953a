"""Promises of getUpdates: order, confirmation, one poller, and what a killed bot leaves behind."""

import asyncio
import contextlib
from typing import Any

import aiohttp
import pytest

from sandbox.client import Control
from sandbox.server import Sandbox
from sandbox.waiting import until
from tests.sandbox.conftest import Wire


async def polling(sandbox: Sandbox) -> None:
    """Wait until a long poll is open."""
    updates = sandbox.world.updates
    assert await until(lambda: updates.polling, updates.changed, 5)


def texts(updates: list[dict[str, Any]]) -> list[str]:
    return [update["message"]["text"] for update in updates]


async def test_updates_come_again_until_an_offset_confirms_them(wire: Wire, control: Control, worker: int) -> None:
    for word in "一二三":
        await control.say(worker, word)
    first = await wire.updates()
    assert texts(first) == ["一", "二", "三"]
    assert texts(await wire.updates()) == ["一", "二", "三"]
    assert texts(await wire.updates(first[1]["update_id"])) == ["二", "三"]
    assert texts(await wire.updates(first[2]["update_id"] + 1)) == []
    assert await wire.updates() == []


async def test_a_limit_cuts_and_a_negative_offset_forgets(wire: Wire, control: Control, worker: int) -> None:
    for word in "一二三四":
        await control.say(worker, word)
    assert texts(await wire.updates(limit=2)) == ["一", "二"]
    assert texts(await wire.updates(-2)) == ["三", "四"]
    assert texts(await wire.updates()) == ["三", "四"]


async def test_update_ids_go_on_from_those_of_an_earlier_sandbox(wire: Wire, control: Control, worker: int) -> None:
    first = (await control.say(worker, "一")).update_id
    async with Sandbox() as later, Control(later.url) as elsewhere:
        someone = await elsewhere.person("古龙镇值班员")
        second = (await elsewhere.say(someone, "一")).update_id
    assert first is not None
    assert second is not None
    assert second >= first


async def test_a_long_poll_answers_when_something_comes(
    client: Any, control: Control, worker: int, sandbox: Sandbox
) -> None:
    poll = asyncio.ensure_future(client.bot.get_updates(timeout=20))
    await polling(sandbox)
    await control.say(worker, "裂缝")
    (update,) = await asyncio.wait_for(poll, 5)
    assert update.message.text == "裂缝"


async def test_a_second_poller_ends_the_first_with_409(
    client: Any, control: Control, worker: int, sandbox: Sandbox
) -> None:
    first = asyncio.ensure_future(client.refused(client.bot.get_updates(timeout=20)))
    await polling(sandbox)
    second = asyncio.ensure_future(client.bot.get_updates(timeout=20))
    refusal = await asyncio.wait_for(first, 5)
    assert refusal.code == 409
    assert "terminated by other getupdates request; make sure that only one bot instance is running" in refusal.text
    await polling(sandbox)
    await control.say(worker, "x")
    assert len(await asyncio.wait_for(second, 5)) == 1


async def test_a_dead_poller_frees_its_place_at_once_and_loses_nothing(
    wire: Wire, control: Control, worker: int, sandbox: Sandbox
) -> None:
    async with aiohttp.ClientSession() as doomed:
        poll = asyncio.create_task(doomed.get(f"{wire.base}/getUpdates", params={"timeout": 50}))
        await polling(sandbox)
        poll.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await poll
    updates = sandbox.world.updates
    assert await until(lambda: not updates.polling, updates.changed, 5)
    await control.say(worker, "还在")
    assert texts(await wire.updates(timeout=5)) == ["还在"]
    assert await control.calls(method="getUpdates", ok=False) != []  # the dead poll, unanswered
    assert all("error_code" not in call for call in await control.calls(method="getUpdates"))


async def test_only_the_kinds_asked_for_arrive(wire: Wire, control: Control, worker: int) -> None:
    await wire.updates(allowed_updates=["callback_query"])
    assert (await control.say(worker, "一")).update_id is None
    await wire.updates()  # naming none keeps the choice
    assert (await control.say(worker, "二")).update_id is None
    await wire.updates(allowed_updates=[])
    assert (await control.say(worker, "三")).update_id is not None
    assert texts(await wire.updates()) == ["三"]


async def test_updates_live_for_a_day(wire: Wire, control: Control, worker: int) -> None:
    await control.say(worker, "一")
    await control.advance(23 * 60)
    await control.say(worker, "二")
    await control.advance(61)
    assert texts(await wire.updates()) == ["二"]


async def test_an_edited_message_comes_as_one(client: Any, control: Control, worker: int) -> None:
    said = await control.say(worker, "两户")
    await control.edit(worker, said.message_id, "三户")
    first, second = await client.bot.get_updates()
    assert (first.message.text, second.edited_message.text) == ("两户", "三户")
    assert second.edited_message.edit_date is not None


async def test_a_deep_link_is_a_start_with_its_payload(client: Any, control: Control) -> None:
    newcomer = await control.person("新网格员")
    await control.say(newcomer, "/start inv-4711")
    (update,) = await client.bot.get_updates()
    assert update.message.text == "/start inv-4711"
    assert [(e.type, e.offset, e.length) for e in update.message.entities] == [("bot_command", 0, 6)]


@pytest.mark.parametrize("timeout", [0, 1])
async def test_nothing_new_is_an_empty_list(wire: Wire, timeout: int) -> None:
    assert await wire.updates(timeout=timeout) == []


async def test_stopping_the_sandbox_ends_open_polls_at_once() -> None:
    async with aiohttp.ClientSession() as session:
        async with Sandbox() as sandbox:
            url = f"{sandbox.url}/bot{sandbox.token}/getUpdates"
            poll = asyncio.create_task(session.get(url, params={"timeout": 50}))
            await polling(sandbox)
            began = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - began < 2
        with pytest.raises(aiohttp.ClientError):
            await poll
