"""Promises of the control API: shapes, refusals as sentences, events, waiting, and who may call it."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from sandbox.client import Control
from sandbox.server import Sandbox, read_seed
from tests.sandbox.conftest import Wire

ROOT = Path(__file__).resolve().parents[2]


async def test_the_state_shows_bot_people_groups_clock_and_faults(control: Control, wire: Wire) -> None:
    worker = await control.person("网格员", phone="+86 138", language="en", id=4711)
    group = await control.group("应急局", [worker], forum=True, topics=["龙水镇"], id=-1001234567890)
    state = await control.state()
    assert state["people"] == [
        {
            "id": 4711,
            "name": "网格员",
            "phone": "+86 138",
            "language": "en",
            "started": False,
            "blocked": False,
            "deactivated": False,
        }
    ]
    assert state["groups"] == [
        {
            "id": group,
            "title": "应急局",
            "kind": "supergroup",
            "forum": True,
            "members": [{"id": 4711, "status": "creator", "anonymous": False}],
            "bot": "member",
            "topics": [{"thread": 1, "name": "龙水镇"}],
        }
    ]
    assert (state["bot"]["username"], state["bot"]["connected"], state["bot"]["settled"]) == (
        "sandbox_bot",
        False,
        False,
    )
    assert set(state["clock"]) == {"now", "offset", "rev"}
    assert (state["faults"], state["rev"] > 0) == ([], True)
    await wire.result("getMe")
    assert (await control.state())["bot"]["connected"]


async def test_a_message_has_every_field_the_contract_names(control: Control, worker: int) -> None:
    await control.say(worker, "裂缝")
    (message,) = await control.messages(worker)
    assert set(message.raw) >= {
        *("message_id", "date", "rev", "from", "kind", "text", "entities", "caption", "caption_entities", "file"),
        *("location", "contact", "album", "reply_to", "thread", "forward", "service", "keyboard", "edits", "edited"),
        *("deleted", "silent", "pinned"),
    }
    assert message.raw["from"] == {"id": worker, "name": "横店村网格员", "is_bot": False}


async def test_events_tell_each_change_with_its_message(control: Control, worker: int, wire: Wire) -> None:
    start = (await control.state())["rev"]
    said = await control.say(worker, "裂缝")
    sent = await wire.result("sendMessage", chat_id=worker, text="收到")
    await wire.result("editMessageText", chat_id=worker, message_id=sent["message_id"], text="已收到")
    await wire.result("deleteMessage", chat_id=worker, message_id=sent["message_id"])
    stream = control.events(after=start)
    events = [await anext(stream) for _ in range(4)]
    assert [event["kind"] for event in events] == ["message", "message", "edit", "delete"]
    assert [event["rev"] for event in events] == sorted(event["rev"] for event in events)
    assert events[0]["message"]["message_id"] == said.message_id
    assert events[3]["message"]["deleted"]
    await wire.result("getMe")  # calls are told while somebody listens
    call = await anext(stream)
    assert (call["kind"], call["call"]["method"]) == ("call", "getMe")
    await stream.aclose()


async def test_wait_for_sees_what_is_there_what_comes_and_what_is_edited(
    control: Control, worker: int, wire: Wire
) -> None:
    await control.say(worker, "在")
    assert (await control.wait_for(worker, lambda message: message.text == "在")).kind == "text"
    waiting = asyncio.create_task(control.wait_for(worker, lambda message: message.text == "改好"))
    sent = await wire.result("sendMessage", chat_id=worker, text="未改")
    await wire.result("editMessageText", chat_id=worker, message_id=sent["message_id"], text="改好")
    assert (await waiting).message_id == sent["message_id"]
    with pytest.raises(TimeoutError, match="改好"):
        await control.wait_for(worker, lambda message: message.text == "没有", timeout=0.05)


async def test_people_delete_in_silence(control: Control, worker: int, wire: Wire) -> None:
    said = await control.say(worker, "错了")
    await wire.confirm()
    await control.delete(worker, said.message_id)
    assert await wire.updates() == []
    assert (await control.messages(worker))[0].deleted


async def test_calls_are_kept_with_what_came_of_them(control: Control, worker: int, wire: Wire) -> None:
    await wire("sendMessage", chat_id=worker, text="x")
    await wire("sendMessage", chat_id=1, text="x")
    good, bad = await control.calls()
    assert (good["n"], good["method"], good["params"], good["ok"]) == (
        1,
        "sendMessage",
        {"chat_id": worker, "text": "x"},
        True,
    )
    assert (bad["ok"], bad["error_code"], bad["description"]) == (False, 400, "Bad Request: chat not found")
    assert await control.calls(after=1) == [bad]


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        ("/control/people", {}, 400, "name must be text"),
        ("/control/people", {"name": " "}, 400, "a person needs a name"),
        ("/control/people", {"name": "x", "id": -1}, 400, "must be positive and free"),
        ("/control/people", [], 400, "the body must be a JSON object"),
        ("/control/people/1/say", {"text": "x"}, 404, "there is no person 1"),
        ("/control/people/x/say", {"text": "x"}, 400, "id must be a whole number"),
        ("/control/people/{worker}/say", {"text": ""}, 400, "a message needs text"),
        ("/control/people/{worker}/say", {"text": "x" * 4097}, 400, "at most 4096 characters"),
        ("/control/people/{worker}/say", {"text": "x", "chat": 1}, 404, "there is no chat 1"),
        ("/control/people/{worker}/say", {"text": "x", "reply_to": 9}, 404, "there is no message 9"),
        ("/control/people/{worker}/say", {"text": "x", "thread": 9}, 404, "there is no topic 9"),
        ("/control/people/{worker}/edit", {"message_id": 9, "text": "x"}, 404, "there is no message 9"),
        ("/control/people/{worker}/tap", {}, 400, "names the button"),
        ("/control/people/{worker}/tap", {"text": "好"}, 404, "there is no button '好'; there are: none"),
        ("/control/people/{worker}/send", {"kind": "photo"}, 400, "exactly one part named file"),
        ("/control/people/{worker}/send", {"kind": "album"}, 400, "an album has 2 to 10 parts"),
        ("/control/people/{worker}/send", {"kind": "location", "latitude": 99, "longitude": 0}, 400, "within ±90"),
        ("/control/groups", {"title": ""}, 400, "a group needs a title"),
        ("/control/groups", {"title": "x", "members": [1]}, 404, "there is no person 1"),
        ("/control/groups", {"title": "x", "bot": "king"}, 400, "bot is member, administrator or absent"),
        ("/control/groups", {"title": "x", "id": 5}, 400, "must be negative and free"),
        ("/control/groups/{worker}/members", {"action": "add"}, 404, "is a private chat"),
        ("/control/clock/advance", {"minutes": -1}, 400, "between 0 and a year"),
        ("/control/nothing", {}, 404, "Not Found"),
    ],
)
async def test_a_wrong_call_is_refused_in_a_sentence(
    wire: Wire, sandbox: Sandbox, worker: int, path: str, body: Any, status: int, words: str
) -> None:
    async with wire.session.post(sandbox.url + path.format(worker=worker), json=body) as response:
        answer = await response.json()
    assert (response.status, words in answer["error"]) == (status, True), answer


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://example.org"}, {"Origin": "null"}, {"Host": "rebound.example.org"}]
)
async def test_pages_from_elsewhere_may_not_call(wire: Wire, sandbox: Sandbox, headers: dict[str, str]) -> None:
    async with wire.session.get(f"{sandbox.url}/control/state", headers=headers) as response:
        assert response.status == 403
    async with wire.session.get(f"{sandbox.url}/control/state", headers={"Origin": sandbox.url}) as response:
        assert response.status == 200


async def test_only_files_of_the_page_are_served(wire: Wire, sandbox: Sandbox) -> None:
    for path in ("/page/..%2Fserver.py", "/page/nothing.js", "/page/%2Fetc%2Fhostname"):
        async with wire.session.get(sandbox.url + path) as response:
            assert response.status == 404
    async with wire.session.get(sandbox.url + "/") as response:
        assert (response.status, response.content_type) == (200, "text/html")


async def test_a_seed_makes_people_and_groups(tmp_path: Path) -> None:
    path = tmp_path / "world.json"
    seed = {
        "people": [{"id": 11, "name": "网格员", "started": True}],
        "groups": [{"id": -21, "title": "龙水镇", "members": [11]}],
        "phones": ["11:11"],
    }
    path.write_text(json.dumps(seed), encoding="utf-8")
    async with Sandbox(seed=read_seed(path)) as sandbox, Control(sandbox.url) as control:
        state = await control.state()
        assert [person["id"] for person in state["people"]] == [11]
        assert [group["id"] for group in state["groups"]] == [-21]
        assert state["phones"] == ["11:11"]


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.org"])
def test_it_listens_on_loopback_only(host: str) -> None:
    with pytest.raises(ValueError, match="is not a loopback address"):
        Sandbox(host=host)


async def test_a_taken_port_is_an_error_and_not_another_port(sandbox: Sandbox) -> None:
    with pytest.raises(OSError, match="in use"):
        await Sandbox(port=int(sandbox.url.rsplit(":", 1)[1])).start()


async def test_the_program_says_ready_and_ends_on_sigterm() -> None:
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox", "--port", "0", "--no-limits"),
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert program.stdout is not None
    line = (await asyncio.wait_for(program.stdout.readline(), 60)).decode()
    assert line.startswith("ready http://127.0.0.1:")
    async with Control(line.split()[1]) as control:
        follow = control.events(after=0)
        await control.person("网格员")
        assert (await anext(follow))["kind"] == "person"
        program.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(program.wait(), 5) == 0
        await follow.aclose()
    stderr = program.stderr
    assert stderr is not None
    assert await stderr.read() == b""
