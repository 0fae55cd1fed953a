"""The stage a story is played on: acts, expectations, a transcript to read, and a killer who may strike at every step.

A message nobody expected is a failure: at the end every message that came must have been expected.
"""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from sandbox.client import PIXEL, Control, ControlError, Message, Tapped
from scenarios.world import World

PATIENCE_SECONDS = 60.0
BREATH_MINUTES = 0.2
"""Between two acts: nobody is faster, and the platform lets the bot write about one message a second to a chat."""
REPEATED = "（可能重复）"
_CLOCK = re.compile(r"(?<!\d)\d{2}:\d{2}(?!\d)|\d{1,2}时\d{2}分")


class ScenarioFailed(AssertionError):
    """What should have been seen was not, or something was seen that should not have been."""


class Killer(Protocol):
    """Kills the bot with SIGKILL and starts it again."""

    async def freeze(self) -> None:
        """Stops the bot where it is, so that it makes no call until it is killed."""

    async def kill(self) -> None:
        """Kills it and starts a new one."""


class Mercy:
    """A killer who does nothing."""

    async def freeze(self) -> None:
        """Lets it run."""

    async def kill(self) -> None:
        """Lets it live."""


@dataclass(slots=True)
class Stage:
    """Acts as the people of `world` through `control`; `write` gets the transcript line by line.

    `killer` strikes at every step; `bot` is the bot itself, for a story that kills it where it likes.
    """

    control: Control
    world: World
    write: Callable[[str], None]
    killer: Killer = field(default_factory=Mercy)
    bot: Killer = field(default_factory=Mercy)
    _marks: dict[int, int] = field(default_factory=dict)
    _expected: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))

    async def begin(self) -> None:
        """Everything said so far is not part of the story."""
        await self.control.settled(PATIENCE_SECONDS)
        await self.control.advance(1)
        for chat in self._chats():
            messages = await self.control.messages(chat)
            self._marks[chat] = max((message.message_id for message in messages), default=0)

    def scene(self, title: str) -> None:
        """A heading in the transcript."""
        self.write(f"\n== {title}")

    # acts

    async def say(self, who: str, text: str, *, chat: str | None = None, reply_to: Message | None = None) -> None:
        """A person writes, to the bot or in a group."""
        person = self.world.people[who]
        where = self.chat_of(chat) if chat else person
        self._tell(person, where, text if reply_to is None else f"（回复）{text}")
        reply = reply_to.message_id if reply_to else None
        await self.act(lambda: self.control.say(person, text, chat=where, reply_to=reply))

    async def photo(self, who: str, caption: str = "") -> None:
        """A person sends a photo to the bot."""
        person = self.world.people[who]
        self._tell(person, person, f"［照片］{caption}")
        await self.act(lambda: self.control.send_photo(person, caption=caption or None))

    async def voice(self, who: str) -> None:
        """A person sends a voice note to the bot."""
        person = self.world.people[who]
        self._tell(person, person, "［语音］")
        await self.act(lambda: self.control.send_voice(person))

    async def album(self, who: str, count: int, caption: str = "") -> None:
        """A person sends several photos as one album, the words on the first."""
        person = self.world.people[who]
        self._tell(person, person, f"［{count}张照片］{caption}")
        parts = [PIXEL] * count
        await self.act(lambda: self.control.send_album(person, parts, caption=caption or None))

    async def location(self, who: str, latitude: float, longitude: float, accuracy: float) -> None:
        """A person sends where he is: degrees, and how exact in metres."""
        person = self.world.people[who]
        self._tell(person, person, f"［位置 {latitude}, {longitude}］")
        await self.act(lambda: self.control.send_location(person, latitude, longitude, accuracy=accuracy))

    async def tap(self, who: str, message: Message, words: str, *, chat: str | None = None) -> Tapped:
        """A person taps the button with these words; the tap must be answered."""
        person = self.world.people[who]
        where = self.chat_of(chat) if chat else person
        self._tell(person, where, f"［点：{words}］")
        tapped: Tapped = await self.act(lambda: self.control.tap(person, message.message_id, words, chat=where))
        if not tapped.answered:
            raise ScenarioFailed(f"nobody answered the tap on {words!r}")
        return tapped

    async def act(self, do: Callable[[], Awaitable[Any]]) -> Any:
        """Anything else that can be done through the control API; gives its answer when the bot has settled."""
        await self.control.advance(BREATH_MINUTES)
        await self.killer.freeze()
        task = asyncio.ensure_future(do())
        await self._accepted(task)
        await self.killer.kill()
        done = await task
        await self._settle()
        return done

    async def advance(self, minutes: float) -> None:
        """Moves the clock on."""
        self.write(f"   … {minutes:g} 分钟后")
        await self.control.advance(minutes)
        await self._settle()

    # expectations

    async def sees(
        self,
        chat: str,
        *words: str,
        buttons: tuple[str, ...] = (),
        ringing: bool | None = None,
        kind: str | None = None,
    ) -> Message:
        """The newest message of the chat with all the words (and buttons, and of the kind), as it stands now."""
        where = self.chat_of(chat)
        fits = [message for message in await self._story(where) if _fits(message, words, buttons, kind)]
        if not fits:
            raise ScenarioFailed(f"{self._name(where)} should see {words} {buttons or ''}\n{await self._there(where)}")
        message = fits[-1]
        if ringing is not None and message.silent is ringing:
            raise ScenarioFailed(f"{self._name(where)}: {words} should be {'ringing' if ringing else 'silent'}")
        self._expected[where].update(each.message_id for each in fits)
        self.write(f"   {self._name(where)} 看到{'（静音）' if message.silent else '（响铃）'}：{_one_line(message)}")
        return message

    async def never_sees(self, chat: str, *words: str) -> None:
        """No message of the story in the chat has all the words."""
        where = self.chat_of(chat)
        wrong = [message for message in await self._story(where) if _fits(message, words, (), None)]
        if wrong:
            raise ScenarioFailed(f"{self._name(where)} should not see {words}: {_one_line(wrong[0])}")

    async def said(self, chat: str) -> list[Message]:
        """All the bot has said in the chat since the story began, as it stands now; expects nothing."""
        return await self._story(self.chat_of(chat))

    async def hears_nothing(self, *chats: str) -> None:
        """Not one message of the story reached the chats."""
        for chat in chats:
            where = self.chat_of(chat)
            if heard := await self._story(where):
                raise ScenarioFailed(f"{self._name(where)} should hear nothing, but: {_one_line(heard[0])}")
            self.write(f"   {self._name(where)} 一声不响")

    async def end(self) -> None:
        """Every message anybody got was expected, and the bot made no call that was refused."""
        await self.nothing_else()
        # A poll cut off has no code; a new bot ends the old one's poll with 409; a late answer to a tap is no harm.
        refused = {(call["method"], call.get("error_code", 409)) for call in await self.control.calls(ok=False)}
        if wrong := {each for each in refused if each[0] != "answerCallbackQuery" and each[1] != 409}:
            raise ScenarioFailed(f"the platform refused calls: {wrong}")

    async def nothing_else(self) -> None:
        """Every message anybody got since the story began was expected."""
        for chat in self._chats():
            for message in await self._story(chat):
                if message.message_id not in self._expected[chat] and REPEATED not in message.text:
                    raise ScenarioFailed(f"nobody expected this in {self._name(chat)}: {_one_line(message)}")

    async def picture(self) -> dict[str, list[list[str]]]:
        """What everybody sees at the end, less clock times: the same however often it was killed."""
        return {self._name(chat): [_shape(message) for message in await self._story(chat)] for chat in self._chats()}

    def chat_of(self, key: str) -> int:
        """The chat of a group's key, or the private chat of a person's."""
        return self.world.groups[key] if key in self.world.groups else self.world.people[key]

    # the machinery

    async def _accepted(self, task: asyncio.Future[Any]) -> None:
        """Waits until the control API has taken the act: there is an update nobody has read, or nothing to read."""
        while not task.done() and not isinstance(self.killer, Mercy):
            try:
                await self.control.settled(timeout=0.01)
            except ControlError:
                return

    async def _settle(self) -> None:
        await self.control.settled(PATIENCE_SECONDS)
        if not isinstance(self.killer, Mercy):
            await self.killer.kill()
            await self.control.settled(PATIENCE_SECONDS)

    async def _story(self, chat: int) -> list[Message]:
        """What the bot said since the story began, deleted messages left out."""
        messages = await self.control.messages(chat, self._marks.get(chat, 0))
        return [message for message in messages if message.by_bot and not message.deleted]

    async def _there(self, chat: int) -> str:
        return (
            "\n".join(f"  there is: {_one_line(message)}" for message in await self._story(chat))
            or "  there is nothing"
        )

    def _chats(self) -> list[int]:
        return [*self.world.people.values(), *self.world.groups.values()]

    def _tell(self, person: int, chat: int, what: str) -> None:
        place = "" if chat == person else f"（{self._name(chat)}）"
        self.write(f"{self._name(person)}{place}：{what}")

    def _name(self, chat: int) -> str:
        return self.world.names[chat]


def _fits(message: Message, words: tuple[str, ...], buttons: tuple[str, ...], kind: str | None) -> bool:
    if kind is not None and message.kind != kind:
        return False
    return all(word in message.text for word in words) and all(button in message.buttons for button in buttons)


def _one_line(message: Message) -> str:
    keys = "".join(f"［{text}］" for text in message.buttons)
    kind = "" if message.kind == "text" else f"［{message.kind}］"
    return f"{kind}{' / '.join(message.text.splitlines())} {keys}".rstrip()


def _shape(message: Message) -> list[str]:
    return [message.kind, _CLOCK.sub("--:--", message.text), *message.buttons]
