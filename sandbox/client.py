"""A thin typed client of the control API, for scenarios, tests and the demo. It knows the API and nothing of any bot.

async with Control("http://127.0.0.1:8081") as control:
    worker = await control.person("横店村网格员", phone="+86 13800000001")
    await control.say(worker, "/start")
    seen = await control.wait_for(worker, lambda message: "你好" in message.text)
"""

import io
import mimetypes
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

import aiohttp
import orjson

from sandbox.seen import Button, Chat, Keyboard, Message, Sent, Tapped

__all__ = ["PIXEL", "Button", "Chat", "Control", "ControlError", "Keyboard", "Message", "Part", "Sent", "Tapped"]

WAIT_SECONDS = 10.0
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
"""A picture of one dot, for whoever needs a photo and no particular one."""


class ControlError(Exception):
    """The control API refused: the HTTP status and its sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        self.status = status
        super().__init__(f"{status}: {sentence}")


@dataclass(frozen=True, slots=True)
class Part:
    """A file to send; `mime` None: taken from the name."""

    data: bytes
    name: str = "photo.png"
    mime: str | None = None


class Control:
    """Acts as people, watches, breaks things and moves the clock.

    Args:
        base_url: where the sandbox listens.
    """

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None, connect=10))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    # --- people and groups -------------------------------------------------------------------------------------

    async def state(self) -> dict[str, Any]:
        """Bot, people, groups, clock and faults (`docs/sandbox.md`, state)."""
        return await self._get("/control/state")

    async def person(
        self,
        name: str,
        *,
        phone: str | None = None,
        language: str | None = None,
        id: int | None = None,
        started: bool = False,
    ) -> int:
        """Make a person; returns the id, which is the private chat's too."""
        body = {"name": name, "phone": phone, "language": language, "id": id, "started": started}
        return int((await self._post("/control/people", body))["id"])

    async def group(
        self,
        title: str,
        members: Sequence[int] = (),
        *,
        forum: bool = False,
        bot: str = "member",
        id: int | None = None,
        owner: int | None = None,
        topics: Sequence[str] = (),
    ) -> int:
        """Make a group; `bot` is member, administrator or absent. Returns the (negative) id."""
        body = {"title": title, "members": list(members), "forum": forum, "bot": bot, "id": id, "owner": owner}
        return int((await self._post("/control/groups", body | {"topics": list(topics)}))["id"])

    async def members(
        self,
        group: int,
        action: str,
        person: int | None = None,
        *,
        bot: bool = False,
        anonymous: bool = False,
        by: int | None = None,
    ) -> None:
        """add, remove, promote or demote a person, or the bot."""
        who = {"bot": True} if bot else {"person": person}
        body = who | {"action": action, "anonymous": anonymous, "by": by}
        await self._post(f"/control/groups/{group}/members", body)

    async def topic(self, group: int, name: str) -> int:
        """Open a topic of a forum; returns its thread."""
        return int((await self._post(f"/control/groups/{group}/topics", {"name": name}))["thread"])

    async def delete_topic(self, group: int, thread: int) -> None:
        await self._post(f"/control/groups/{group}/topics", {"thread": thread, "deleted": True})

    async def block(self, person: int, blocked: bool = True) -> None:
        await self._post(f"/control/people/{person}/block", {"blocked": blocked})

    async def deactivate(self, person: int) -> None:
        await self._post(f"/control/people/{person}/deactivate", {})

    # --- acts --------------------------------------------------------------------------------------------------

    async def say(
        self,
        person: int,
        text: str,
        *,
        chat: int | None = None,
        reply_to: int | None = None,
        thread: int | None = None,
    ) -> Sent:
        """Write a text; without `chat`, to the bot in private."""
        body = {"chat": chat or person, "text": text, "reply_to": reply_to, "thread": thread}
        return Sent(**await self._post(f"/control/people/{person}/say", body))

    async def edit(self, person: int, message_id: int, text: str, *, chat: int | None = None) -> Sent:
        body = {"chat": chat or person, "message_id": message_id, "text": text}
        return Sent(**await self._post(f"/control/people/{person}/edit", body))

    async def delete(self, person: int, message_id: int, *, chat: int | None = None) -> None:
        await self._post(f"/control/people/{person}/delete", {"chat": chat or person, "message_id": message_id})

    async def forward(self, person: int, from_chat: int, message_id: int, *, chat: int | None = None) -> Sent:
        body = {"from_chat": from_chat, "message_id": message_id, "chat": chat or person}
        return Sent(**await self._post(f"/control/people/{person}/forward", body))

    async def tap(
        self,
        person: int,
        message_id: int | None,
        text: str | None = None,
        *,
        data: str | None = None,
        chat: int | None = None,
        forged: bool = False,
        latitude: float | None = None,
        longitude: float | None = None,
    ) -> Tapped:
        """Tap a button by its words or its data; `message_id` None: the reply keyboard's. Waits for the bot's answer.

        `forged`: send data no version of the message ever had.
        """
        body = {"chat": chat or person, "message_id": message_id, "text": text, "data": data, "forged": forged}
        place = {"latitude": latitude, "longitude": longitude}
        return Tapped(**await self._post(f"/control/people/{person}/tap", body | place))

    async def send_photo(self, person: int, data: bytes = PIXEL, **around: Any) -> Sent:
        """A picture; `around`: chat, caption, reply_to, thread, name."""
        return await self._send_file(person, "photo", data, "photo.png", around)

    async def send_voice(self, person: int, data: bytes = b"OggS", **around: Any) -> Sent:
        """A voice note; `around` as for photos, and `duration` in seconds."""
        return await self._send_file(person, "voice", data, "voice.oga", around)

    async def send_video(self, person: int, data: bytes = b"\0\0\0\x18ftypmp42", **around: Any) -> Sent:
        return await self._send_file(person, "video", data, "video.mp4", around)

    async def send_document(self, person: int, data: bytes, **around: Any) -> Sent:
        return await self._send_file(person, "document", data, "file.bin", around)

    async def send_album(self, person: int, parts: Sequence[Part | bytes], **around: Any) -> list[Sent]:
        """2 to 10 files; pictures, videos or documents by their type."""
        files = [part if isinstance(part, Part) else Part(part, f"photo{n}.png") for n, part in enumerate(parts, 1)]
        return await self._send(person, {"kind": "album", **around}, files)

    async def send_location(
        self, person: int, latitude: float, longitude: float, *, accuracy: float | None = None, **around: Any
    ) -> Sent:
        """A place in degrees; accuracy in metres."""
        place = {"kind": "location", "latitude": latitude, "longitude": longitude, "accuracy": accuracy}
        return (await self._send(person, place | around))[0]

    async def send_contact(
        self,
        person: int,
        *,
        phone: str | None = None,
        first_name: str | None = None,
        user_id: int | None = None,
        **around: Any,
    ) -> Sent:
        """A contact card; without `phone`, the person's own."""
        card = {"kind": "contact", "phone": phone, "first_name": first_name, "user_id": user_id}
        return (await self._send(person, card | around))[0]

    # --- watching ----------------------------------------------------------------------------------------------

    async def messages(self, chat: int, after: int = 0) -> list[Message]:
        """Messages of a chat with ids greater than `after`, deleted ones included (marked)."""
        return (await self.look(chat, after)).messages

    async def look(self, chat: int, after: int = 0, *, person: int | None = None) -> Chat:
        """Messages and the reply keyboard (of `person`, in a group)."""
        query = {"after": after, **({"person": person} if person is not None else {})}
        return Chat.read(await self._get(f"/control/chats/{chat}/messages", query))

    async def wait_for(
        self,
        chat: int,
        predicate: Callable[[Message], bool],
        *,
        after: int = 0,
        timeout: float = WAIT_SECONDS,
    ) -> Message:
        """The first message (newer than `after`, not deleted) that fits, now or when it comes or is edited to fit.

        Raises:
            TimeoutError: none within `timeout` seconds of real time; the text lists what was there.
        """
        seen = Chat([], None, -1)
        loop_end = _now() + timeout
        while (left := loop_end - _now()) > 0 or seen.rev < 0:
            query = {"after": after, "rev": seen.rev, "wait": max(0.0, left)}
            seen = Chat.read(await self._get(f"/control/chats/{chat}/messages", query))
            for message in seen.messages:
                if not message.deleted and predicate(message):
                    return message
        there = "\n".join(f"  {message}" for message in seen.messages) or "  nothing"
        raise TimeoutError(f"no such message in chat {chat} within {timeout} s; there was:\n{there}")

    async def events(self, after: int | None = None) -> AsyncGenerator[dict[str, Any], None]:
        """Follow changes, from `after` on or from now."""
        query = {} if after is None else {"after": str(after)}
        async with self._open.get(f"{self.base_url}/control/events", params=query) as response:
            async for line in response.content:
                if line.startswith(b"data: "):
                    yield orjson.loads(line[6:])

    async def file(self, file_id: str) -> bytes:
        async with self._open.get(f"{self.base_url}/control/files/{file_id}") as response:
            if response.status != HTTPStatus.OK:
                raise ControlError(response.status, await response.text())
            return await response.read()

    async def calls(self, after: int = 0, *, method: str | None = None, ok: bool | None = None) -> list[dict[str, Any]]:
        """What the bot called, of one method or outcome if wanted."""
        found = (await self._get("/control/calls", {"after": after}))["calls"]
        return [call for call in found if method in (None, call["method"]) and ok in (None, call["ok"])]

    # --- faults and time ---------------------------------------------------------------------------------------

    async def fault(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Switch a fault on (`docs/sandbox.md`, Faults); `migrate` answers `migrated_to`."""
        return await self._post("/control/faults", {"kind": kind, **fields})

    async def faults(self) -> list[dict[str, Any]]:
        """Those switched on."""
        found: list[dict[str, Any]] = (await self.state())["faults"]
        return found

    async def clear_faults(self) -> None:
        await self._call("DELETE", "/control/faults")

    async def clock(self, rev: int | None = None) -> dict[str, Any]:
        """`{now, offset, rev}`; with `rev` it waits up to 25 s for another."""
        return await self._get("/control/clock", {} if rev is None else {"rev": rev})

    async def advance(self, minutes: float) -> dict[str, Any]:
        """Move the clock on; returns when the bot has settled: `{now, rev, stops}`."""
        return await self._post("/control/clock/advance", {"minutes": minutes})

    async def settled(self, timeout: float = 30.0) -> int:
        """Wait until the bot has settled; returns the clock's rev.

        Raises:
            ControlError: 504, with what is waited for.
        """
        return int((await self._get("/control/settled", {"timeout": timeout}))["rev"])

    async def report(
        self,
        rev: int,
        *,
        settled: bool,
        next_due: str | None = None,
        last_update_id: int | None = None,
        waiting_for: Sequence[str] = (),
    ) -> None:
        """What a bot that follows the clock says of itself."""
        body = {"rev": rev, "settled": settled, "next_due": next_due, "last_update_id": last_update_id}
        await self._post("/control/bot", body | {"waiting_for": list(waiting_for)})

    # --- the wire ----------------------------------------------------------------------------------------------

    @property
    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("use it as: async with Control(url) as control")
        return self._session

    async def _get(self, path: str, query: Mapping[str, Any] | None = None) -> dict[str, Any]:
        return await self._call("GET", path, params={key: str(value) for key, value in (query or {}).items()})

    async def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        present = {key: value for key, value in body.items() if value is not None}
        return await self._call("POST", path, data=orjson.dumps(present), headers={"Content-Type": "application/json"})

    async def _call(self, verb: str, path: str, **options: Any) -> dict[str, Any]:
        async with self._open.request(verb, self.base_url + path, **options) as response:
            answer: dict[str, Any] = orjson.loads(await response.read())
            if response.status != HTTPStatus.OK:
                raise ControlError(response.status, str(answer.get("error", answer)))
            return answer

    async def _send_file(self, person: int, kind: str, data: bytes, name: str, around: dict[str, Any]) -> Sent:
        part = Part(data, around.pop("name", name), around.pop("mime", None))
        return (await self._send(person, {"kind": kind, **around}, [part]))[0]

    async def _send(self, person: int, fields: Mapping[str, Any], files: Sequence[Part] = ()) -> list[Sent]:
        form = aiohttp.FormData(quote_fields=False, default_to_multipart=True)
        for key, value in {"chat": person, **fields}.items():
            if value is not None:
                form.add_field(key, str(value))
        for part in files:
            form.add_field(
                "file", io.BytesIO(part.data), filename=part.name, content_type=part.mime or _type(part.name)
            )
        answer = await self._call("POST", f"/control/people/{person}/send", data=form)
        return [Sent(*pair) for pair in zip(answer["message_ids"], answer["update_ids"], strict=True)]


def _type(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _now() -> float:
    return time.monotonic()
