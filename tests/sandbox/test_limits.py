"""Promises of the rates: what fits, what waits how long, and that a refusal tells the truth."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.client import Control
from sandbox.limits import Limits, Pacer, Rate
from sandbox.server import Sandbox
from tests.sandbox.conftest import AiogramClient, Client, PtbClient, connected

STRICT = Limits(grace=0)


class Watch:
    """A clock read by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_private_chat_takes_5_at_once_and_then_one_a_second() -> None:
    watch = Watch()
    pacer = Pacer(STRICT, watch)
    assert [pacer.take(7) for _ in range(6)] == [0, 0, 0, 0, 0, 1]
    watch.now += 1
    assert [pacer.take(7), pacer.take(7)] == [0, 1]


def test_a_group_takes_20_a_minute() -> None:
    watch = Watch()
    pacer = Pacer(STRICT, watch)
    assert [pacer.take(-7) for _ in range(21)] == [0] * 20 + [3]
    watch.now += 60
    assert [pacer.take(-7) for _ in range(21)] == [0] * 20 + [3]


def test_all_chats_together_take_30_a_second() -> None:
    watch = Watch()
    pacer = Pacer(STRICT, watch)
    assert [pacer.take(chat) for chat in range(1, 32)] == [0] * 30 + [1]
    watch.now += 1
    assert pacer.take(31) == 0


def test_an_album_counts_each_part() -> None:
    pacer = Pacer(STRICT, Watch())
    assert pacer.take(-7, 10) == 0
    assert pacer.take(-7, 10) == 0
    assert pacer.take(-7, 10) == 30


def test_a_bot_at_the_very_figure_is_not_refused_for_the_time_on_the_way_and_still_owes_it() -> None:
    watch = Watch()
    pacer = Pacer(Limits(), watch)
    assert [pacer.take(7) for _ in range(5)] == [0] * 5
    watch.now += 0.8
    assert pacer.take(7) == 0
    watch.now += 0.8
    assert pacer.take(7) == 1
    watch.now += 0.2
    assert pacer.take(7) == 0


def test_without_limits_everything_goes() -> None:
    pacer = Pacer(None, Watch())
    assert {pacer.take(7) for _ in range(1000)} == {0}


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0, 5)), max_size=60), st.sampled_from([0.0, 0.25]))
def test_whoever_waits_what_the_refusal_says_is_let_through(steps: list[tuple[int, float]], grace: float) -> None:
    watch = Watch()
    pacer = Pacer(Limits(Rate(4, 2), Rate(2, 1), Rate(3, 0.5), grace), watch)
    for chat, pause in steps:
        watch.now += pause
        wait = pacer.take(chat - 2)
        if wait:
            watch.now += wait
            assert pacer.take(chat - 2) == 0


@given(st.lists(st.floats(0, 2), max_size=80))
def test_never_more_than_burst_plus_rate_gets_through(pauses: list[float]) -> None:
    watch = Watch()
    pacer = Pacer(STRICT, watch)
    passed = 0
    for pause in pauses:
        watch.now += pause
        passed += pacer.take(7) == 0
    assert passed <= 5 + (watch.now - 100.0) + 1e-6


@pytest.fixture(params=[AiogramClient, PtbClient], ids=["aiogram", "ptb"])
async def limited(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Any, Control]]:
    """A sandbox that enforces the platform's rates, on both libraries."""
    kind: type[Client] = request.param
    async with (
        Sandbox() as sandbox,
        Control(sandbox.url) as control,
        connected(kind, sandbox.url, sandbox.token) as client,
    ):
        yield client, control


async def test_the_6th_message_in_a_row_is_429_until_the_time_it_names_has_passed(
    limited: tuple[Any, Control],
) -> None:
    client, control = limited
    worker = await control.person("网格员", started=True)
    sent = [await client.bot.send_message(chat_id=worker, text=str(n)) for n in range(4)]
    await client.bot.edit_message_text(chat_id=worker, message_id=sent[0].message_id, text="改")  # edits count
    refusal = await client.refused(client.bot.send_message(chat_id=worker, text="x"))
    assert (refusal.code, refusal.figure) == (429, 1)
    other = await control.person("值班员", started=True)
    await client.bot.send_message(chat_id=other, text="x")  # another chat is not held up
    await control.advance(1 / 60)
    await client.bot.send_message(chat_id=worker, text="x")
    failed = await control.calls(ok=False)
    assert [(call["error_code"], call["description"]) for call in failed] == [(429, "Too Many Requests: retry after 1")]
