"""People with phones: each looks at the newest message with buttons, thinks, and does what is to be done next.

They act from outside, by the stub's control: they know what is on their phones and nothing else. What a bot shows
decides what they tap, so the same people file full reports with ours and tap on with an echo bot.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random

from benchmarks import whole
from benchmarks.stub import Control

THINKS_SECONDS = 8.0
_MORE_OR_LESS = 0.5
_LOOK_SECONDS = 0.05
_GIVES_UP_SECONDS = 30.0
_TAPS_ON = 17
"""So many acts a report takes; on an echo bot's one button they tap as often before they write again."""

_Buttons = list[str]
_QUERIES = count(1)


@dataclass(slots=True)
class Deed:
    """One act: when it was there for the bot to fetch, and what came of it. A tap has a query."""

    at: float
    query: str | None
    answered_at: float | None = None
    shown_at: float | None = None


@dataclass(slots=True)
class Person:
    """One phone and who holds it."""

    chat: int
    random: Random
    deeds: list[Deed] = field(default_factory=list)
    filed: int = 0
    """Reports sent to their last button."""
    _sent: int = 0
    _message: int = 0
    _buttons: _Buttons = field(default_factory=list)
    _tapped_fields: set[str] = field(default_factory=set)
    _taps: int = 0
    _answered: asyncio.Event = field(default_factory=asyncio.Event)

    def see(self, at: float, message: int, buttons: _Buttons) -> None:
        """Something came, or changed, in the chat."""
        if self.deeds and self.deeds[-1].shown_at is None:
            self.deeds[-1].shown_at = at
        if buttons:
            self._message, self._buttons = message, buttons
        self._answered.set()

    async def act(self, platform: Control, token: str, until: float) -> None:
        """Goes on until then (monotonic seconds); the first act at any instant of the first pause."""
        await asyncio.sleep(self.random.uniform(0, THINKS_SECONDS))
        while time.monotonic() < until:
            self._answered.clear()
            data = self.choice()
            query = None
            if data is None:
                self._sent += 1
                update = whole.said(self.chat, self._sent, f"屋后边坡开裂{self._sent}")
            else:
                query = f"{self.chat}.{next(_QUERIES)}"
                update = whole.tapped(self.chat, query, self._message, data)
            self.deeds.append(deed := Deed(time.monotonic(), query))
            deed.at, _ = await platform.add(token, [update])
            await asyncio.sleep(THINKS_SECONDS * self.random.uniform(1 - _MORE_OR_LESS, 1 + _MORE_OR_LESS))
            if deed.shown_at is None:
                await self._wait()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(_GIVES_UP_SECONDS):
                await self._answered.wait()
        except TimeoutError:
            # He writes anew; the deed stays as one that was never shown.
            self._buttons = []

    def choice(self) -> str | None:
        """The data of the button he taps, or None when he writes."""
        by_action: dict[str, _Buttons] = {}
        for data in self._buttons:
            by_action.setdefault(data.partition(":")[0], []).append(data)
        if "again" in by_action:
            self._taps = (self._taps + 1) % _TAPS_ON
            return "again" if self._taps else None
        if "f.back" in by_action:
            return self._answer(by_action)
        if "d.happened" in by_action:
            return self._next_field(by_action)
        for action in ("d.threatened_no", "d.distinct", "d.submit"):
            if action in by_action:
                return by_action[action][0]
        # A report's own card, or an empty phone: the next thing he saw.
        self._tapped_fields.clear()
        return None

    def _answer(self, by_action: dict[str, _Buttons]) -> str | None:
        """One of the answers offered, else a step nearer to one; a question without any wants words."""
        if offers := by_action.get("f.put"):
            return self.random.choice(offers)
        deeper = [data for data in by_action.get("f.open", ()) if data.count(":") > _OPENS_FIELD]
        return self.random.choice(deeper) if deeper else None

    def _next_field(self, by_action: dict[str, _Buttons]) -> str:
        """The first field he has not been at yet; then the report goes, three of four as no accident."""
        for data in by_action.get("f.open", ()):
            name = data.rpartition(":")[2]
            if name not in self._tapped_fields:
                self._tapped_fields.add(name)
                return data
        self.filed += 1
        self._tapped_fields.clear()
        return by_action["d.happened"][0] if self.random.random() < _ACCIDENTS else by_action["d.hazard_only"][0]


_OPENS_FIELD = 3
"""f.open:draft:rev:field has so many colons, a step within the field one more."""
_ACCIDENTS = 0.25


async def play(platform: Control, token: str, chats: Sequence[int], seconds: float) -> list[Person]:
    """All of them for so long, and what came of it. What came late is waited for."""
    people = {chat: Person(chat, Random(chat)) for chat in chats}
    until = time.monotonic() + seconds
    ended = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(_watch(platform, token, people, ended))
        async with asyncio.TaskGroup() as hands:
            for person in people.values():
                hands.create_task(person.act(platform, token, until))
        ended.set()
        await watching
    return list(people.values())


async def _watch(platform: Control, token: str, people: dict[int, Person], ended: asyncio.Event) -> None:
    """Carries what happened at the stub to the phones. Times are the stub's, so looking seldom falsifies none."""
    seen = 0
    while not ended.is_set():
        acts = await platform.acts(token, seen)
        seen += len(acts)
        for at, what, whose, message, buttons in acts:
            if what == "answered":
                _answered(people, str(whose), at)
            elif what != "handed" and (person := people.get(int(whose))):
                person.see(at, message, buttons)
        await asyncio.sleep(_LOOK_SECONDS)


def _answered(people: dict[int, Person], query: str, at: float) -> None:
    person = people[int(query.partition(".")[0])]
    for deed in reversed(person.deeds):
        if deed.query == query:
            deed.answered_at = deed.answered_at or at
            return
