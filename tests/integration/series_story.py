"""What people do with warnings at one instant, as deeds in a transaction: desk, leader, and who is on which post.

For stories in which anything may follow anything: a deed that makes no sense is refused, and nothing else happens.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import TypeVar

from sqlalchemy import literal_column
from sqlmodel import SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.access import SYSTEM, Actor
from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.nursery import Nursery
from bot.delivery.pacing import UNLIMITED
from bot.delivery.painter import Painter
from bot.delivery.schemas import Target
from bot.delivery.sender import Sender
from bot.directory import groups, joining, people, posts
from bot.directory.models import Holding, Person, PersonState, Post, Role
from bot.plan.schema import WarningLevel
from bot.plan.service import Plan
from bot.warning import answering, drafting, elements, proposing, reading, relaying, signing
from bot.warning.models import Answer, Origin, PhoneResult, Place, Recipient, Series, SeriesState, Version, VersionState
from bot.warning.rules import ENDS
from handlers.chat_changes import heeding
from handlers.painters import painters
from messages.engine import ZONE
from tests.integration.phones import Phones
from tests.integration.town import NIGHT, TOWN, VILLAGE, Town, build
from tests.integration.warning_desk import seat

Row = TypeVar("Row", bound=SQLModel)

COLOURS = dict(zip(WarningLevel, "蓝黄橙红", strict=True))
AWAITED = "+8610000000404"


class StandingClock(Clock):
    """Goes only when it is told to."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()


@dataclass(slots=True)
class Story:
    """The town, its clock, its phones, and the process that sends, alive or not."""

    database: Database
    plan: Plan
    town: Town
    clock: StandingClock = field(default_factory=lambda: StandingClock(NIGHT))
    phones: Phones = field(default_factory=Phones)
    _numbers: count[int] = field(default_factory=lambda: count(1))
    _alive: AsyncExitStack | None = None

    # the process that sends

    def live(self) -> None:
        """Alive from now on, if it was not."""
        if self._alive is None:
            self._alive = AsyncExitStack()
            nursery = Nursery()
            self._alive.push_async_exit(nursery)
            sender = Sender(self.database, self.clock, self.phones, UNLIMITED, nursery, heeding(self.plan))
            nursery.loop("sender", sender.run)
            nursery.loop("painter", Painter(self.database, painters(self.plan)).run)

    async def kill(self) -> None:
        """Dead, with whatever it was doing but its last statement: in one process a lock would outlive it."""
        if self._alive is not None:
            async with self.database.write():
                await self._alive.aclose()
            self._alive = None

    # the desk

    async def relay(self, session: AsyncSession, what: str, level: WarningLevel, *, rain: bool = True) -> None:
        """Pastes and relays a signal of the station: 发布, 继续发布 or 解除."""
        kind, where = ("暴雨", "我区大部") if rain else ("雷电", "龙水镇")
        at = self.clock.at.astimezone(ZONE).strftime("%Y年%m月%d日%H时%M分")
        colour = f"{COLOURS[level]}色" if what != "解除" else ""
        head = f"大足区气象台{at}{what}{kind}{colour}预警信号（第{next(self._numbers)}报）"
        text = f"{head}：预计未来6小时，{where}有强降雨。"
        kinds = [(each.key, each.words) for each in self.plan.warning_kinds.values()]
        signal = reading.read(text, kinds, self.plan, self.clock.at)
        assert signal is not None
        actor, desk = await self.actor(session, "district"), Target(self.town.chats["district"])
        await relaying.receive(session, self.plan, actor, self.clock.at, desk, text, signal)
        await relaying.relay(session, self.plan, actor, self.clock.at, (await all_of(session, Version))[-1].id)

    async def go_on(self, session: AsyncSession, wish: str, level: WarningLevel) -> None:
        """What comes next with the district's own warning, or is tried out of turn; `wish` once it is in force."""
        own = [each for each in await all_of(session, Series) if each.origin is Origin.OWN]
        if not own or own[-1].state in OVER:
            await self._begin(session, level)
            return
        newest = [each for each in await all_of(session, Version) if each.series_id == own[-1].id][-1]
        await STEPS[IN_TURN.get(newest.state, wish)](self, session, newest, level)

    async def try_out_of_turn(self, session: AsyncSession, step: str, level: WarningLevel) -> None:
        """A step with the newest of its own, whether it makes sense or not."""
        if versions := [each for each in await all_of(session, Version) if each.drafted_by and not each.text]:
            await STEPS[step](self, session, versions[-1], level)

    async def _begin(self, session: AsyncSession, level: WarningLevel) -> None:
        officer = await self.actor(session, "district")
        desk = Target(self.town.chats["district"])
        await drafting.begin(session, self.plan, officer, self.clock.at, "flood", level, desk)
        await self._fill(session, (await all_of(session, Version))[-1])

    async def _adjust(self, session: AsyncSession, newest: Version, level: WarningLevel, *, lift: bool = False) -> None:
        officer, desk = await self.actor(session, "district"), Target(self.town.chats["district"])
        now = self.clock.at
        await drafting.adjust(session, self.plan, officer, now, newest.series_id, newest.number, desk, lift=lift)
        draft = (await all_of(session, Version))[-1]
        if draft.id != newest.id:
            draft.level = newest.level if lift else level
            await self._fill(session, draft)

    async def _lift(self, session: AsyncSession, newest: Version, level: WarningLevel) -> None:
        await self._adjust(session, newest, level, lift=True)

    async def _withdraw(self, session: AsyncSession, newest: Version, _level: WarningLevel) -> None:
        officer, desk = await self.actor(session, "district"), Target(self.town.chats["district"])
        now = self.clock.at
        await proposing.withdraw(session, self.plan, officer, now, newest.series_id, newest.number, desk)

    async def _propose(self, session: AsyncSession, newest: Version, _level: WarningLevel) -> None:
        await proposing.propose(session, self.plan, await self.actor(session, "district"), self.clock.at, newest.id)

    async def _sign(self, session: AsyncSession, newest: Version, _level: WarningLevel) -> None:
        places = [each for each in await rows_of(session, Place) if each.version_id == newest.id]
        seen = elements.seen_mark(newest, places)
        await signing.sign(session, self.plan, await self.actor(session, "leader"), self.clock.at, newest.id, seen)

    async def _oral(self, session: AsyncSession, newest: Version, _level: WarningLevel) -> None:
        words = f"区应急局副局长，+86 10000 00402，{self.clock.at.astimezone(ZONE):%H:%M}"
        officer = await self.actor(session, "district")
        await signing.oral(session, self.plan, officer, self.clock.at, newest.series_id, words)

    async def _send_back(self, session: AsyncSession, newest: Version, _level: WarningLevel) -> None:
        leader = await self.actor(session, "leader")
        await signing.send_back(session, self.plan, leader, self.clock.at, newest.series_id, "范围再核对")

    async def _discard(self, session: AsyncSession, newest: Version, _level: WarningLevel) -> None:
        await drafting.discard(session, self.plan, await self.actor(session, "district"), self.clock.at, newest.id)

    async def _fill(self, session: AsyncSession, draft: Version) -> None:
        """All elements at once; the words differ from those of every other version."""
        draft.matters = f"河道水位上涨（第{next(self._numbers)}报）。"
        draft.consultation, draft.authority = "00:40 水利、气象、应急会商", "授权书〔2026〕3号，有效至2026-12-31"
        draft.platform_number = f"5001112026{next(self._numbers):06}"
        if draft.act in ENDS:
            return
        draft.valid_until = self.clock.at + timedelta(hours=12)
        held = [each for each in await rows_of(session, Place) if each.version_id == draft.id]
        for place in held or [Place(version_id=draft.id, region_code=TOWN, level=draft.level)]:
            place.level = draft.level
            session.add(place)

    # people

    async def answer(self, session: AsyncSession, who: str, chat: int, recent: int, given: Answer) -> None:
        """Under the newest warning, or under a former one."""
        told = [each for each in await all_of(session, Series) if each.state is not SeriesState.DRAFT]
        if told:
            series, actor = told[-1 - recent % len(told)], await self.actor(session, who)
            await answering.answer(session, self.plan, actor, self.clock.at, series.id, chat, given)

    async def telephone(self, session: AsyncSession, recent: int, result: PhoneResult) -> None:
        """The desk calls one of the last who were told."""
        if rows := await all_of(session, Recipient):
            officer = await self.actor(session, "district")
            await answering.phoned(session, officer, self.clock.at, rows[-1 - recent % len(rows)].id, result)

    async def hand_over(self, session: AsyncSession, to: str) -> None:
        """The town's duty post has another holder."""
        at = await all_of(session, Post)
        (post,) = [each.id for each in at if (each.kind, each.region_code) == ("town_duty", TOWN)]
        taker = await self._person(session, to)
        now, role = self.clock.at, Role.HOLDER
        await posts.hand_over(session, self.plan, SYSTEM, now, post_id=post, person_id=taker.id, role=role)

    async def suspend_or_reinstate(self, session: AsyncSession, who: str) -> None:
        """Whichever makes sense."""
        person = await self._person(session, who)
        change = people.suspend if person.state is PersonState.ACTIVE else people.reinstate
        await change(session, self.plan, SYSTEM, self.clock.at, person_id=person.id)

    async def come(self, session: AsyncSession) -> None:
        """The village's officer shows his card for the first time."""
        chat = self.town.chats["village_b"]
        card = {"number": AWAITED, "name": "village_b", "locale": "zh"}
        await joining.come(session, self.plan, self.clock.at, platform_id=chat, **card)

    async def lose(self, session: AsyncSession, chat: int) -> None:
        """The platform says by itself that we may not write there."""
        if chat < 0:
            await groups.lost(session, self.clock.at, chat, "removed")
        else:
            await people.unreachable(session, self.clock.at, chat, "blocked")

    async def find_again(self, session: AsyncSession, chat: int) -> None:
        """The platform says by itself that we may."""
        if chat > 0:
            await people.reachable_again(session, self.clock.at, chat)
            return
        await groups.met(
            session,
            self.clock.at,
            chat_id=chat,
            title=str(chat),
            kind="supergroup",
            is_forum=False,
            bot_status="member",
            locale="zh",
        )

    async def actor(self, session: AsyncSession, role: str) -> Actor:
        """The person of the role as he stands now; a stranger if he has left or has not come."""
        found = await people.actor_of(session, self.plan, self.town.chats[role], self.clock.at)
        return found or Actor(None, role)

    async def _person(self, session: AsyncSession, role: str) -> Person:
        chat = self.town.chats[role]
        (found,) = [each for each in await all_of(session, Person) if each.platform_id == chat]
        return found


Step = Callable[[Story, AsyncSession, Version, WarningLevel], Awaitable[None]]

STEPS: dict[str, Step] = {
    "adjust": Story._adjust,
    "lift": Story._lift,
    "withdraw": Story._withdraw,
    "propose": Story._propose,
    "sign": Story._sign,
    "oral": Story._oral,
    "send_back": Story._send_back,
    "discard": Story._discard,
}


OVER = (SeriesState.LIFTED, SeriesState.WITHDRAWN, SeriesState.DISCARDED)
IN_TURN = {VersionState.DRAFT: "propose", VersionState.PROPOSED: "sign"}


async def open_story(database: Database, plan: Plan) -> Story:
    """The small town with who signs, who takes over from the town's officer, and a village officer still awaited."""
    town = await build(database, plan)
    await seat(town, "leader", 402, "district_leader")
    await seat(town, "town_b", 403)
    async with database.write() as session:
        person = Person(name="village_b", phone=AWAITED, state=PersonState.INVITED, created_at=NIGHT)
        post = Post(kind="village_duty", region_code=VILLAGE)
        session.add_all([person, post])
        await session.flush()
        start = NIGHT.replace(day=10)
        session.add(Holding(person_id=person.id, post_id=post.id, role=Role.HOLDER, starts_at=start))
    town.chats["village_b"] = 404
    return Story(database, plan, town)


async def all_of(session: AsyncSession, model: type[Row]) -> Sequence[Row]:
    """Every row, oldest first."""
    return (await session.exec(select(model).order_by(literal_column("id")))).all()


async def rows_of(session: AsyncSession, model: type[Row]) -> Sequence[Row]:
    """Every row of a table without an id."""
    return (await session.exec(select(model))).all()
