"""Updates are handled in order per chat, once, and a bad one holds up neither its chat nor the others."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.errors import Refusal
from bot.inbox import service, worker
from bot.inbox.models import InboxUpdate, UpdateState
from tests.integration.inbox.desk import Desk, said, tapped

DONE, FAILED = UpdateState.DONE, UpdateState.FAILED


@pytest.fixture
def desk(database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(worker, "_PAUSE_SECONDS", 0)
    return Desk(database, clock)


async def test_what_arrives_twice_is_handled_once(desk: Desk) -> None:
    assert await desk.receive(said(5, 1), said(6, 1), said(5, 1)) == 2
    await desk.done()
    assert await desk.receive(said(5, 1), said(6, 1)) == 0
    await desk.done()
    assert desk.tried == [5, 6]
    assert await desk.states() == [DONE, DONE]


async def test_each_chat_is_handled_in_the_order_of_arrival(desk: Desk) -> None:
    await desk.receive(*(said(number, number % 3) for number in range(30)))
    await desk.done()
    assert desk.handled == {chat: list(range(chat, 30, 3)) for chat in range(3)}


async def test_an_update_that_cannot_be_read_becomes_a_row_like_any_other(desk: Desk) -> None:
    odd: list[dict[str, Any]] = [
        {"update_id": 1, "message": {}},
        {"update_id": 2, "callback_query": "?"},
        {"update_id": 3},
    ]
    assert await desk.receive(*odd, said(4, 7)) == 4
    assert [row.chat_id for row in await desk.rows()] == [0, 0, 0, 7]


async def test_a_poisonous_update_is_tried_three_times_and_set_aside_and_its_chat_goes_on(desk: Desk) -> None:
    desk.fails["毒"] = (99, ValueError("poison"))
    await desk.receive(said(1, 7), said(2, 7, "毒"), said(3, 7), said(4, 8))
    await desk.done()
    assert desk.tried.count(2) == 3
    assert desk.handled == {7: [1, 3], 8: [4]}
    assert await desk.states() == [DONE, FAILED, DONE, DONE]
    poisonous = (await desk.rows())[1]
    assert (poisonous.attempts, poisonous.done_at is not None) == (3, True)
    assert desk.apologised == [(2, poisonous.fault)]
    assert len(poisonous.fault or "") == 8
    assert await desk.traces() == 3 + 1


async def test_a_fault_that_passes_costs_nothing_but_time(desk: Desk) -> None:
    desk.fails["忙"] = (2, OSError("busy"))
    await desk.receive(said(1, 7, "忙"), said(2, 7))
    await desk.done()
    assert desk.handled == {7: [1, 2]}
    assert (desk.apologised, await desk.states(), await desk.traces()) == ([], [DONE, DONE], 2)


async def test_a_refusal_leaves_no_trace_but_its_sentence(desk: Desk) -> None:
    desk.fails["不行"] = (99, Refusal(None))
    await desk.receive(said(1, 7, "不行"), said(2, 7))
    await desk.done()
    assert (desk.tried, desk.explained, desk.apologised) == ([1, 2], [1], [])
    assert await desk.states() == [DONE, DONE]
    assert await desk.traces() == 2


async def test_a_refusal_that_cannot_be_explained_is_a_fault(desk: Desk) -> None:
    desk.fails["不行"] = (99, Refusal(None))
    desk.explaining_fails = True
    await desk.receive(said(1, 7, "不行"), said(2, 7))
    await desk.done()
    assert await desk.states() == [FAILED, DONE]
    assert [number for number, _ in desk.apologised] == [1]


async def test_an_apology_that_fails_stops_nobody(desk: Desk) -> None:
    desk.fails["毒"] = (99, ValueError("poison"))
    desk.apologising_fails = True
    await desk.receive(said(1, 7, "毒"), said(2, 7))
    await desk.done()
    assert await desk.states() == [FAILED, DONE]
    assert await desk.traces() == 1


async def test_a_tap_is_answered_before_it_is_handled_and_once(desk: Desk) -> None:
    desk.fails[""] = (1, OSError("busy"))
    await desk.receive(tapped(1, 7, "q1"), tapped(2, 7, "q2"))
    await desk.done()
    assert desk.platform.taps == ["q1", "q2"]


async def test_only_what_was_handled_long_ago_is_forgotten(desk: Desk) -> None:
    desk.fails["毒"] = (99, ValueError("poison"))
    await desk.receive(said(1, 7), said(2, 7, "毒"))
    await desk.done()
    await desk.receive(said(3, 7))
    async with desk.database.write() as session:
        oldest = await service.oldest_done(session)
        assert oldest is not None
        assert await service.forget_done(session, oldest) == 0
        assert await service.forget_done(session, desk.clock.now()) == 1
        assert await service.newest_update_id(session) == 3
    assert await desk.states() == [FAILED, UpdateState.WAITING]


@pytest.mark.parametrize("workers", [1, 2])
async def test_what_comes_while_its_chat_is_being_handled_is_handled_next(
    desk: Desk, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody else can take it, and nobody is rung for it any more: who has freed the chat looks by himself."""
    monkeypatch.setattr(worker, "_NAP_SECONDS", 3600)
    came: list[asyncio.Task[int]] = []

    async def write_more(row: InboxUpdate) -> None:
        if row.update_id == 1:
            came.append(asyncio.create_task(desk.receive(said(2, 7))))
            if not desk.database.is_sqlite:
                await came[0]

    desk.meet = write_more
    async with desk.working(1 if desk.database.is_sqlite else workers):
        await desk.receive(said(1, 7))
        await desk.emptied()
        await came[0]
        await desk.emptied()
    assert desk.handled == {7: [1, 2]}


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_what_comes_in_one_batch_is_handled_by_all_workers_at_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_NAP_SECONDS", 3600)
    all_there = asyncio.Barrier(3)
    desk.meet = lambda _row: all_there.wait()
    async with desk.working(3):
        await desk.receive(said(1, 7), said(2, 8), said(3, 9))
        await desk.emptied()
    assert desk.handled == {7: [1], 8: [2], 9: [3]}


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_several_workers_never_handle_one_chat_out_of_order_or_twice(desk: Desk) -> None:
    """200 updates over 20 chats, ten in a row from each, and two that fail at first."""
    desk.fails["忙"] = (2, OSError("busy"))
    updates = [said(number, number // 10, "忙" if number % 31 == 0 else "x") for number in range(200)]
    async with desk.working(5):
        for start in range(0, 200, 25):
            await desk.receive(*updates[start : start + 25])
        await desk.emptied()
    assert desk.overlaps == []
    assert desk.handled == {chat: list(range(chat * 10, chat * 10 + 10)) for chat in range(20)}
    assert set(await desk.states()) == {DONE}
    assert await desk.traces() == 200
