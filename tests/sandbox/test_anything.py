"""Promises for input nobody planned: a wrong request is refused, never a crash, and the queue loses nothing."""

import asyncio
import random
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.client import Control
from sandbox.clock import Clock
from sandbox.methods.table import HANDLERS
from sandbox.updates import Updates
from tests.sandbox.conftest import Wire

ODD: list[Any] = [
    *(None, 0, 1, -1, 2**62, 3.5, True, "", " ", "x", "水" * 5000, "1", "[]", "{}", "null", "@x", "attach://x", "\x00"),
    *([], [1], [[]], {}, {"a": 1}, {"type": "photo"}, [{"type": "bold", "offset": -5, "length": 99}]),
    *(
        {"inline_keyboard": [[{}]]},
        {"keyboard": [[1]]},
        {"message_id": 1},
        [{"type": "photo", "media": "attach://x"}] * 2,
    ),
    *([{"command": "a", "description": ""}], {"type": "chat", "chat_id": 5}, "<b>", "HTML", "Default('x')"),
]


@pytest.mark.parametrize("seed", range(4))
async def test_no_request_however_odd_is_a_crash(wire: Wire, control: Control, worker: int, seed: int) -> None:
    dice = random.Random(seed)
    group = await control.group("龙水镇", [worker], forum=True, topics=["一"], bot="administrator")
    usual: dict[str, list[Any]] = {
        "chat_id": [worker, group, str(group)],
        "from_chat_id": [worker, group],
        "message_id": [1, 2, 3],
        "text": ["<b>x</b>", "x"],
        "url": [""],
    }
    await control.say(worker, "x")
    for _ in range(150):
        model = dice.choice(list(HANDLERS))
        fields = dice.sample(list(model.model_fields), k=min(len(model.model_fields), dice.randint(0, 4)))
        params = {name: dice.choice(ODD) for name in fields}
        params |= {
            name: dice.choice(usual[name]) for name in model.model_fields if name in usual and dice.random() < 0.8
        }
        async with wire.session.post(f"{wire.base}/{model.__api_method__}", json=params) as response:
            answer = await response.text()
        assert response.status in (200, 400, 403, 404), (model.__api_method__, params, answer)
        if model.__api_method__ == "leaveChat" and response.status == 200:
            await control.members(group, "add", bot=True)


@given(st.lists(st.one_of(st.just("add"), st.tuples(st.integers(1, 5), st.booleans())), max_size=40))
def test_every_update_is_given_in_order_until_confirmed_and_never_after(steps: list[Any]) -> None:
    async def play() -> None:
        updates = Updates(Clock())
        added: list[int] = []
        confirmed = 0
        for step in steps:
            if step == "add":
                number = updates.add("message", lambda update_id: b'{"update_id":%d}' % update_id)
                assert number is not None
                added.append(number)
                continue
            limit, confirms = step
            offset = added[confirmed] if confirmed < len(added) else (added[-1] + 1 if added else 0)
            given_now = [orjson.loads(data)["update_id"] for data in await updates.poll(offset, limit, 0)]
            assert given_now == added[confirmed : confirmed + limit]
            confirmed += len(given_now) if confirms else 0
        assert updates.waiting <= len(added) - max(0, confirmed - 5)

    asyncio.run(play())
