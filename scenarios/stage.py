"""The stage a story is played on: acts, expectations, a transcript to read, and a killer who may strike at every step.

A message nobody expected is a failure: at the end every message that came must have been expected.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sandbox.client import PIXEL, Control, ControlError, Message, Tapped
from scenarios.world import World

PATIENCE_SECONDS = 60.0
BREATH_MINUTES = 0.2
"""Between two acts: nobody is faster, and the platform lets the bot write about one message a second to a chat."""
REPEATED, REPEATED_EN = "（可能重复）", "(possibly a repeat)"
NEVER_SAID = "迟报"
"""A finding of law that no message may print."""
BY_THE_CLOCK = ("班前检查", "早报")
"""How messages begin that the desks get at hours of the day: whether a story crosses one is no part of it."""

_HERE = ZoneInfo("Asia/Shanghai")
_WRITTEN_DOWN_SECONDS = 1.0
_PLATFORMS = "service"
"""The kind of a message the platform writes by itself: somebody joined, something was pinned."""
_MADE_AGAIN = ("message is not modified", "message to delete not found", "message to unpin not found")
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

    async def dies_telling(
        self, who: str, message: Message, words: str, *, text: str, held: str, others: Iterable[str]
    ) -> None:
        """A tap, and the bot is killed while it tells people: `held` has got the text and the bot has not heard so.

        The kill is part of the story, whoever else strikes.
        """
        person, where = self.world.people[who], self.chat_of(held)
        self._tell(person, person, f"［点：{words}］")
        await self.control.advance(BREATH_MINUTES)
        await self.control.fault("late_answer", method="sendMessage", chat=where, seconds=PATIENCE_SECONDS)
        await self.control.tap(person, message.message_id, words, chat=person)
        for chat in (where, *map(self.chat_of, others)):
            await self.control.wait_for(chat, lambda seen: text in seen.text, timeout=PATIENCE_SECONDS)
        with contextlib.suppress(ControlError):
            await self.control.settled(_WRITTEN_DOWN_SECONDS)
        self.write("   ！kill -9，再启动")
        await self.bot.kill()
        await self._settle()

    async def now(self) -> datetime:
        """What the clock on the wall says."""
        return datetime.fromisoformat((await self.control.clock())["now"]).astimezone(_HERE)

    async def until(self, clock: str, *, at_most_late_minutes: float = 60) -> None:
        """Moves the clock on to the time of day, `02:15`; not at all where it passed just now."""
        now = await self.now()
        hour, minute = map(int, clock.split(":"))
        at = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
        if at < now - timedelta(minutes=at_most_late_minutes):
            at += timedelta(days=1)
        if at <= now:
            return
        self.write(f"   … {clock}")
        await self.control.advance((at - now) / timedelta(minutes=1))
        await self._settle()

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
            if heard := [message for message in await self._story(where) if not _by_the_clock(message)]:
                raise ScenarioFailed(f"{self._name(where)} should hear nothing, but: {_one_line(heard[0])}")
            self.write(f"   {self._name(where)} 一声不响")

    async def end(self) -> None:
        """Every message anybody got was expected, none prints what may not be said, and no call was refused."""
        await self.nothing_else()
        for chat in self._chats():
            if wrong := [message for message in await self._story(chat) if NEVER_SAID in message.text]:
                raise ScenarioFailed(f"{self._name(chat)}: {_one_line(wrong[0])}")
        if refused := {_refusal(call) for call in await self.control.calls(ok=False)} - {None}:
            raise ScenarioFailed(f"the platform refused calls: {refused}")

    async def nothing_else(self) -> None:
        """Every message anybody got since the story began was expected."""
        for chat in self._chats():
            for message in await self._story(chat):
                if _by_the_clock(message) or _is_repeat(message):
                    continue
                if message.message_id not in self._expected[chat]:
                    raise ScenarioFailed(f"nobody expected this in {self._name(chat)}: {_one_line(message)}")

    async def picture(self) -> dict[str, list[list[str]]]:
        """What everybody sees at the end, less clock times and repeats: the same however often it was killed."""
        seen = {chat: await self._story(chat) for chat in self._chats()}
        return {
            self._name(chat): _shapes([message for message in messages if not _by_the_clock(message)])
            for chat, messages in seen.items()
        }

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
        """What the bot said since the story began; deleted messages and the platform's own words are left out."""
        messages = await self.control.messages(chat, self._marks.get(chat, 0))
        return [
            message for message in messages if message.by_bot and not message.deleted and message.kind != _PLATFORMS
        ]

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


def _shapes(messages: list[Message]) -> list[list[str]]:
    """What a repeat repeats is there once, however many copies there are; what is not marked as one counts."""
    shapes = [_shape(message) for message in messages]
    marked = [_is_repeat(message) for message in messages]
    firsts = [shape for shape, repeat in zip(shapes, marked, strict=True) if not repeat]
    kept: list[list[str]] = []
    for shape, repeat in zip(shapes, marked, strict=True):
        if not repeat or (shape not in firsts and shape not in kept):
            kept.append(shape)
    return kept


def _is_repeat(message: Message) -> bool:
    return message.text.startswith((REPEATED, REPEATED_EN))


def _shape(message: Message) -> list[str]:
    text = message.text.removeprefix(REPEATED).removeprefix(REPEATED_EN).lstrip("\n")
    return [message.kind, _CLOCK.sub("--:--", text), *message.buttons]


def _by_the_clock(message: Message) -> bool:
    return message.text.startswith(BY_THE_CLOCK)


def _refusal(call: dict[str, Any]) -> tuple[str, int, str] | None:
    """The method, code and words of a refused call that should not have been made.

    A poll cut off has no code; a new bot ends the old one's poll with 409; a late answer to a tap is no harm, nor is an
    edit, a deletion or an unpinning made again by a bot that did not live to hear that it was done.
    """
    code, why = call.get("error_code", 409), call.get("description", "")
    made_again = any(words in why for words in _MADE_AGAIN)
    harmless = call["method"] == "answerCallbackQuery" or code == 409 or made_again
    return None if harmless else (call["method"], code, why)
