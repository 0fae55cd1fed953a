"""Many people at once, each doing what somebody with a phone might do next; and somebody who kills the bot meanwhile.

Whatever the sandbox accepted is written down. What became of it is for `books.py` to say.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from bot.demo_process import BotProcess
from sandbox.client import Control, ControlError
from sandbox.seen import Message, Sent

HANDS = 16
LONGEST_PAUSE_SECONDS = 2.0
"""Between two acts of a hand."""
PATIENCE_SECONDS = 8.0
"""How long somebody looks at his phone for an answer before he does something else."""
LONGEST_WAIT_SECONDS = 0.5
"""Between a kill's turn and the kill."""
_SETTLE_SECONDS = 0.5
_LAST_JUMP_SECONDS = 10.0
_LAST_JUMPS = 600


@dataclass(frozen=True, slots=True)
class Done:
    """One act the platform accepted. `data`: of the button tapped. `message_id`: of what the person sent."""

    kind: str
    person: int
    chat: int
    update_id: int | None
    message_id: int | None = None
    data: str | None = None
    answered: bool = True


@dataclass(frozen=True, slots=True)
class Desk:
    """A duty officer before the group he works in."""

    person: int
    chat: int


@dataclass(slots=True)
class Crowd:
    """Acts as workers and desks through `control`, `acts` times in all; `random` decides everything."""

    control: Control
    workers: Sequence[int]
    desks: Sequence[Desk]
    random: Random
    acts: int
    done: list[Done] = field(default_factory=list)
    finished: asyncio.Event = field(default_factory=asyncio.Event)
    _begun: int = field(default=0)
    _progress: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def stream(self) -> None:
        """All acts, several at a time."""
        try:
            async with asyncio.TaskGroup() as hands:
                for _ in range(HANDS):
                    hands.create_task(self._hand())
        finally:
            self.finished.set()

    async def reached(self, acts: int) -> None:
        """Waits until so many acts were begun."""
        async with self._progress:
            await self._progress.wait_for(lambda: self._begun >= acts)

    async def tidy(self) -> bool:
        """Desks take in hand and workers give up whatever still waits for them; whether there was anything new.

        Each button is tried once: a message sent twice has one that is old.
        """
        tried = {(done.chat, done.data) for done in self.done}
        waiting = [(desk.person, desk.chat, "i.take") for desk in self.desks]
        waiting += [(worker, worker, "d.cancel") for worker in self.workers]
        found = False
        for person, chat, prefix in waiting:
            buttons = [each for each in await self._choices(chat, prefix) if (chat, each[1]) not in tried]
            found |= bool(buttons)
            for message, data in buttons:
                await self._tap_on(person, chat, message, data)
        return found

    def counts(self) -> Counter[str]:
        """How many acts of each kind."""
        return Counter(done.kind for done in self.done)

    async def _hand(self) -> None:
        while self._begun < self.acts:
            async with self._progress:
                self._begun += 1
                self._progress.notify_all()
            kinds, weights = zip(*_ACTS, strict=True)
            await self.random.choices(kinds, weights)[0](self)
            await _at_most(self.random.uniform(0, LONGEST_PAUSE_SECONDS), self.finished)

    # what a worker does

    async def _photo(self) -> None:
        worker = self.random.choice(self.workers)
        sent = await self.control.send_photo(worker, caption=f"照片{self._begun}")
        await self._sent("photo", worker, sent)

    async def _words(self) -> None:
        worker = self.random.choice(self.workers)
        sent = await self.control.say(worker, f"屋后有响声{self._begun}")
        await self._sent("words", worker, sent)

    async def _reply(self) -> None:
        worker = self.random.choice(self.workers)
        told = [message for message in await self.control.messages(worker) if message.by_bot and not message.deleted]
        sent = await self.control.say(worker, f"补充{self._begun}", reply_to=self.random.choice(told[-4:]).message_id)
        await self._sent("reply", worker, sent)

    async def _draft(self) -> None:
        workers = self.random.sample(self.workers, len(self.workers))
        for worker in workers:
            if await self._tap(worker, worker, "d.", newest=1):
                return
        await self._photo()

    async def _old_draft(self) -> None:
        worker = self.random.choice(self.workers)
        if not await self._tap(worker, worker, "d.", newest=50, old=True):
            await self._photo()

    async def _sent(self, kind: str, worker: int, sent: Sent) -> None:
        """Writes it down, and looks at the phone until something happens there."""
        self.done.append(Done(kind, worker, worker, sent.update_id, sent.message_id))
        own = next(each for each in await self.control.messages(worker) if each.message_id == sent.message_id)
        with contextlib.suppress(TimeoutError):
            await self.control.wait_for(
                worker, lambda message: message.by_bot and message.rev > own.rev, timeout=PATIENCE_SECONDS
            )

    # what a desk does

    async def _desk(self) -> None:
        for desk in self.random.sample(self.desks, len(self.desks)):
            if await self._tap(desk.person, desk.chat, "i.", newest=4):
                return
        await self._words()

    async def _old_desk(self) -> None:
        desk = self.random.choice(self.desks)
        if not await self._tap(desk.person, desk.chat, "i.", newest=50, old=True):
            await self._chatter()

    async def _group_reply(self) -> None:
        desk = self.random.choice(self.desks)
        told = [message for message in await self.control.messages(desk.chat) if message.by_bot]
        about = self.random.choice(told[-6:]).message_id
        sent = await self.control.say(desk.person, f"已派人{self._begun}", chat=desk.chat, reply_to=about)
        self.done.append(Done("group_reply", desk.person, desk.chat, sent.update_id, sent.message_id))

    async def _chatter(self) -> None:
        desk = self.random.choice(self.desks)
        sent = await self.control.say(desk.person, f"注意安全{self._begun}", chat=desk.chat)
        self.done.append(Done("chatter", desk.person, desk.chat, sent.update_id, sent.message_id))

    async def _tap(self, person: int, chat: int, prefix: str, *, newest: int, old: bool = False) -> bool:
        """Taps one of the buttons on the newest messages that have such; with `old`, one that was there once."""
        found = await self._choices(chat, prefix, old=old)
        recent = set(sorted({message.message_id for message, _ in found})[-newest:])
        choices = [(message, data) for message, data in found if message.message_id in recent]
        if not choices:
            return False
        weights = [_LIKING.get(data.split(":")[0], 1) for _, data in choices]
        await self._tap_on(person, chat, *self.random.choices(choices, weights)[0])
        return True

    async def _choices(self, chat: int, prefix: str, *, old: bool = False) -> list[tuple[Message, str]]:
        messages = await self.control.messages(chat)
        return [(message, data) for message in messages for data in _buttons(message, prefix, old=old)]

    async def _tap_on(self, person: int, chat: int, message: Message, data: str) -> None:
        tapped = await self.control.tap(person, message.message_id, data=data, chat=chat)
        self.done.append(Done("tap", person, chat, tapped.update_id, data=data, answered=tapped.answered))


MODELLED = {
    *("d.threatened_yes", "d.threatened_no", "d.threatened_unclear", "d.happened", "d.hazard_only", "d.join"),
    *("d.cancel", "d.restore", "i.take", "i.arrive", "i.verify"),
}
"""The buttons whose end state the books can tell; the others have stories and a state machine of their own."""

_ACTS: tuple[tuple[Callable[[Crowd], Awaitable[None]], int], ...] = (
    (Crowd._photo, 30),
    (Crowd._draft, 32),
    (Crowd._desk, 14),
    (Crowd._reply, 7),
    (Crowd._words, 5),
    (Crowd._group_reply, 3),
    (Crowd._chatter, 4),
    (Crowd._old_draft, 3),
    (Crowd._old_desk, 2),
)


# Most of what is reported threatens nobody; with thirty danger signs at once a desk would lift no phone.
_LIKING = {"d.threatened_no": 6, "d.hazard_only": 4, "i.take": 4}


async def strike(bot: BotProcess, crowd: Crowd, kills: int, random: Random) -> None:
    """Kills the bot at random instants, spread over all of the crowd's acts."""
    for acts in sorted(random.choices(range(1, crowd.acts), k=kills)):
        await crowd.reached(acts)
        await _at_most(random.uniform(0, LONGEST_WAIT_SECONDS), crowd.finished)
        await bot.kill()


async def rest(crowd: Crowd, jump: Callable[[float], None], anything_waits: Callable[[], Awaitable[bool]]) -> None:
    """Lets time pass and people finish what they began, until the bot has nothing more to do.

    `anything_waits`: whether the ledger holds what is still to leave. A group that had too much at once is left alone
    for a while, and until then the bot has nothing to do.

    Raises:
        AssertionError: it never settles.
    """
    missing = "nothing"
    for _ in range(_LAST_JUMPS):
        left = await crowd.tidy()
        try:
            await crowd.control.settled(_SETTLE_SECONDS)
            if not left and not await anything_waits():
                return
            missing = "what was left to people, or waits for its chat"
        except ControlError as error:
            missing = str(error)
        jump(_LAST_JUMP_SECONDS)
    raise AssertionError(f"the bot never settled: {missing}")


async def _at_most(seconds: float, event: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def _buttons(message: Message, prefix: str, *, old: bool) -> list[str]:
    """The data of the message's buttons of one kind, as they are, or as they were once."""
    if not message.by_bot:
        return []
    keyboards = [edit["keyboard"] for edit in message.edits] if old else [message.raw["keyboard"]]
    rows = [row for keyboard in keyboards if keyboard for row in keyboard["rows"]]
    data = [button.get("data") or "" for row in rows for button in row]
    return [each for each in data if each.startswith(prefix) and each.split(":")[0] in MODELLED]
