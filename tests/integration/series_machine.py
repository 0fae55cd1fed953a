"""Warnings are issued, changed and ended in any order while chats fail, people change and the sender dies.

Hypothesis invents the story. Whenever everything has come to rest, the platform's own record is compared with the
ledger: nobody is without the newest text unless the ledger says why, nothing ends for somebody for whom it never began,
order holds in every chat, and nothing leaves that was superseded.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.database import Database
from bot.core.errors import Refusal
from bot.delivery.models import Message
from bot.delivery.sender import is_settled
from bot.plan.schema import WarningLevel
from bot.plan.service import Plan
from bot.warning import jobs
from bot.warning.models import Answer, PhoneResult, Recipient
from tests.databases import Postgres
from tests.integration.phones import SHUT, Fault
from tests.integration.series_story import STEPS, Row, all_of, open_story
from tests.integration.series_watch import Watch
from tests.waiting import eventually

T = TypeVar("T")

LEVELS = st.sampled_from(list(WarningLevel))
LOW = st.sampled_from((WarningLevel.BLUE, WarningLevel.YELLOW))
WORDS = st.sampled_from(("发布", "发布", "发布", "继续发布", "解除", "解除"))
RAIN = st.sampled_from((True, True, False))
DIES = st.sampled_from((False, False, True))
WISHES = st.sampled_from(("adjust", "adjust", "lift", "withdraw"))
ANSWERS = st.sampled_from((*Answer, *Answer, *PhoneResult))
CALLS = st.sampled_from((-1, -1, -1, 0, 1, 3, 6, 9, 100, 100))
FAULTS = st.lists(st.sampled_from(list(Fault)), min_size=1, max_size=3)
RECENT = st.sampled_from((0, 0, 0, 1, 2))
PEOPLE = ("worker", "cadre", "town", "town_b", "other_town", "village_b")
GROUPS = ("district_group", "town_group", "village_group", "other_group")
CHATS = st.sampled_from((*PEOPLE, *GROUPS))
HORIZON = timedelta(minutes=5)
"""What waits longer than that is left waiting when everything comes to rest."""


class Warnings(RuleBasedStateMachine):
    """The story. `open_url` gives an empty database."""

    def __init__(self, open_url: Callable[[], str], plan: Plan) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.database = Database(open_url())
        self.story = self.run(open_story(self.database, plan))
        self.phones, self.clock, self.chats = self.story.phones, self.story.clock, self.story.town.chats
        self.watch = Watch(self.database, plan, self.phones)

    def teardown(self) -> None:
        """Everything comes to rest once more, and nothing is left open."""
        try:
            self.comes_to_rest()
        finally:
            self.run(self.story.kill())
            self.run(self.database.close())
            self.runner.close()

    # what the desk does

    @rule(what=WORDS, level=LEVELS, rain=RAIN, calls=CALLS, dies=DIES)
    def desk_relays(self, what: str, level: WarningLevel, rain: bool, calls: int, dies: bool) -> None:
        self.act(partial(self.story.relay, what=what, level=level, rain=rain), issues=True)
        self.sender_gets_so_far(calls, dies)

    @rule(wishes=st.lists(WISHES, min_size=1, max_size=3), level=LOW, calls=CALLS, dies=DIES)
    def own_warning_goes_on(self, wishes: list[str], level: WarningLevel, calls: int, dies: bool) -> None:
        for wish in wishes:
            self.act(partial(self.story.go_on, wish=wish, level=level), issues=True)
        self.sender_gets_so_far(calls, dies)

    @rule(step=st.sampled_from(list(STEPS)), level=LOW)
    def somebody_taps_out_of_turn(self, step: str, level: WarningLevel) -> None:
        self.act(partial(self.story.try_out_of_turn, step=step, level=level), issues=True)

    # what people do

    @rule(who=st.sampled_from(PEOPLE), where=CHATS, recent=RECENT, given=ANSWERS)
    def somebody_answers(self, who: str, where: str, recent: int, given: Answer | PhoneResult) -> None:
        """Under a warning of this series or of a former one, in private, in a group, or to the desk on the phone."""
        chat = self.chats[where if where in GROUPS else who]
        if isinstance(given, PhoneResult):
            self.act(partial(self.story.telephone, recent=recent, result=given))
        else:
            self.act(partial(self.story.answer, who=who, chat=chat, recent=recent, given=given))

    @rule(change=st.sampled_from(("town", "town_b", "worker", "cadre", "other_town", "come")))
    def people_change(self, change: str) -> None:
        """A post changes hands, somebody is suspended or back, or comes for the first time."""
        if change == "come":
            self.act(self.story.come)
        elif change.startswith("town"):
            self.act(partial(self.story.hand_over, to=change))
        else:
            self.act(partial(self.story.suspend_or_reinstate, who=change))

    # what the platform does

    @rule(where=st.lists(CHATS, min_size=1, max_size=4), faults=FAULTS)
    def chats_will_fail(self, where: list[str], faults: list[Fault]) -> None:
        for each in where:
            self.phones.faults.setdefault(self.chats[each], deque()).extend(faults)

    @rule(where=CHATS, is_told=st.booleans())
    def chat_shuts_or_opens(self, where: str, is_told: bool) -> None:
        """Blocked or put out, which the platform says by itself at once, or not before somebody tries."""
        chat = self.chats[where]
        if self.phones.shut.pop(chat, None):
            self.act(partial(self.story.find_again, chat=chat))
            return
        self.phones.shut[chat] = SHUT["kicked" if chat < 0 else "blocked"]
        if is_told:
            self.act(partial(self.story.lose, chat=chat))

    @rule(calls=CALLS, dies=DIES)
    def sender_gets_so_far(self, calls: int, dies: bool) -> None:
        """It is killed there, or what has left stays under way while other things happen; below zero it rests."""
        if calls >= 0:
            self.phones.carries_out = bool(calls % 2)
            self.run(self.ship(calls))
            if dies:
                self.run(self.story.kill())
                self.run(self.watch.died())

    @rule(minutes=st.sampled_from((1, 3, 6, 11, 11, 21, 70, 300)), calls=CALLS, dies=DIES)
    def time_passes(self, minutes: int, calls: int, dies: bool) -> None:
        async def deed(session: AsyncSession) -> None:
            await jobs.run_due(session, self.story.plan, self.clock.at)

        self.clock.at += timedelta(minutes=minutes)
        before, known = {row.id: row for row in self.read(Recipient)}, {row.id for row in self.read(Message)}
        self.act(deed)
        for row in self.read(Message):
            if row.id not in known and row.purpose == "nudge":
                asked = before[row.seq // 100]
                has_answered = asked.answered_version == asked.told_version and asked.answer is not Answer.CANNOT
                assert not has_answered, f"{asked.name} has answered and is asked again"
        self.sender_gets_so_far(calls, dies)

    @rule()
    def comes_to_rest(self) -> None:
        """All that can leave leaves, waits of a few minutes included; then everything must be right."""
        self.run(self.rest())
        self.run(self.watch.compare())

    # the machinery

    def run(self, doing: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(doing)

    def act(self, deed: Callable[[AsyncSession], Awaitable[object]], *, issues: bool = False) -> None:
        """Does it in one transaction, which leaves no trace if it is refused; one that may issue is watched."""

        async def play() -> None:
            with contextlib.suppress(Refusal):
                async with self.watch.deed(self.clock.at) if issues else self.database.write() as session:
                    await deed(session)

        self.run(play())

    async def ship(self, calls: int) -> None:
        async def is_so_far() -> bool:
            return bool(self.phones.waiting) or (await is_settled(self.database, self.clock.at))[0]

        self.story.live()
        self.phones.allow(calls)
        await eventually(self.database, is_so_far, "a call that waits, or rest")
        self.phones.allow(0)

    async def rest(self) -> None:
        async def is_idle() -> bool:
            return not self.phones.waiting and (await is_settled(self.database, self.clock.at))[0]

        self.story.live()
        self.phones.allow(None)
        await eventually(self.database, is_idle, "rest")
        while (due := (await is_settled(self.database, self.clock.at))[1]) and due <= self.clock.at + HORIZON:
            self.clock.at = due
            self.database.bells.ring(["send", "paint"])
            await eventually(self.database, is_idle, "rest")
        self.phones.allow(0)

    def read(self, model: type[Row]) -> Sequence[Row]:
        async def read() -> Sequence[Row]:
            async with self.database.read() as session:
                return await all_of(session, model)

        return self.run(read())


def on_sqlite(template: Path, folder: Path, plan: Plan) -> type[Warnings]:
    """The story on a new file each time."""
    files = count(1)

    def open_url() -> str:
        path = folder / f"{next(files)}.db"
        shutil.copyfile(template, path)
        return f"sqlite+aiosqlite:///{path}"

    class OnSqlite(Warnings):
        def __init__(self) -> None:
            super().__init__(open_url, plan)

    return OnSqlite


def on_postgres(postgres: Postgres, plan: Plan) -> type[Warnings]:
    """The story on the worker's database, emptied each time."""

    class OnPostgres(Warnings):
        def __init__(self) -> None:
            super().__init__(postgres.emptied, plan)

    return OnPostgres
