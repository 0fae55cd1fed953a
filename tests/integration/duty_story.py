"""Days at the duty desks: posts change hands, 代管 comes and goes, people are suspended, leave, block the bot.

What happens is drawn; it is done by the product's use cases and written into a book. At many instants the product is
asked who is on duty, and the book is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from random import Random
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.access import SYSTEM, Permission
from bot.core.database import Database
from bot.directory import joining, people, posts, repository
from bot.directory.models import PersonState, Role
from bot.duty import service as duty
from bot.incident import audience, listing
from bot.plan.schema import Level, Nature
from bot.plan.service import Plan
from bot.watch import readiness
from tests.integration.directory.world import World
from tests.integration.duty_book import (
    ACTING,
    CADRE,
    DESKS,
    DISTRICT_DESK,
    HERE,
    NEVER_CAME,
    OTHER_DESK,
    POSTS,
    SUSPENDED,
    TOWN_DESK,
    VILLAGE_DESK,
    A,
    B,
    Book,
    Line,
    Post,
)
from tests.integration.town import DISTRICT, OTHER_TOWN, TOWN, VILLAGE

ZONE = ZoneInfo("Asia/Shanghai")
MINUTE, HOUR = 60, 3_600
DAY = 24 * HOUR
CHANGES = (8 * HOUR, 20 * HOUR)
PEOPLE = ("甲", "乙", "丙", "丁", "戊", "己", "庚", "辛")
ROLES = {A: Role.HOLDER, ACTING: Role.ACTING, B: Role.DEPUTY}
PLACES = (DISTRICT, TOWN, OTHER_TOWN, VILLAGE)
WEEKS = ((2026, 7, 13), (2026, 9, 28), (2026, 12, 28), (2027, 2, 5))
"""A common one, National Day's, the turn of the year, the Spring Festival's: nobody goes home for a holiday."""

Deed = Callable[[AsyncSession, int], Awaitable[bool]]


@dataclass(slots=True)
class DutyStory:
    """`play` it; it fails at the first instant at which product and book disagree. `done` counts what happened."""

    database: Database
    plan: Plan
    lots: Random
    days: int = 7
    deeds: int = 50
    looks: Sequence[int] = ()
    """The minutes asked about beside the seconds at which something changes; a few drawn ones without it."""
    done: Counter[str] = field(default_factory=Counter)
    asked: int = 0
    book: Book = field(init=False)
    began: datetime = field(init=False)
    ids: dict[str, int] = field(init=False, default_factory=dict)
    post_ids: dict[Post, int] = field(init=False, default_factory=dict)
    _marks: list[int] = field(init=False, default_factory=list)
    _last: int = field(init=False, default=-1)

    async def play(self) -> None:
        await self._open()
        deeds = Counter(self._second() for _ in range(self.deeds))
        minutes = self.looks or self.lots.sample(range(self.days * DAY // MINUTE), 20)
        for minute in minutes:
            heappush(self._marks, MINUTE * minute)
        self._mark(*(day * DAY + hour for day in range(self.days) for hour in (0, *CHANGES)), *deeds)
        while self._marks:
            at = heappop(self._marks)
            if at == self._last:
                continue
            self._last = at
            for _ in range(deeds[at]):
                await self._do(at)
            if at % DAY in CHANGES:
                await self._hand_the_shift_over(at)
            await self._ask(at)

    def when(self, at: int) -> datetime:
        """The second of the story as an instant."""
        return self.began + timedelta(seconds=at)

    # --- what happens ------------------------------------------------------------------------------------------------

    async def _open(self) -> None:
        year, month, day = self.lots.choice(WEEKS)
        self.began = datetime(year, month, day, tzinfo=ZONE)
        absent = self.lots.choice(PEOPLE)
        here = set(PEOPLE) - {absent}
        self.book = Book({who: HERE if who in here else NEVER_CAME for who in PEOPLE}, here)
        async with self.database.write() as session:
            world = World(session, self.plan)
            for who in PEOPLE:
                state = PersonState.ACTIVE if who in here else PersonState.INVITED
                phone = _phone(who)
                account = _account(who) if who in here else None
                self.ids[who] = (await world.person(who, phone=phone, platform_id=account, state=state)).id
            for kind, place in POSTS:
                self.post_ids[kind, place] = await world.post_id(kind, place)
            for post, turn in ((post, turn) for post in POSTS for turn in (A, B)):
                taken = self.book.on(post, at=0)
                if self.lots.random() < 0.6:
                    who = self.lots.choice([each for each in PEOPLE if each not in taken])
                    await self._seat(world, post, turn, who)

    async def _seat(self, world: World, post: Post, turn: str, who: str) -> None:
        person = await repository.person(world.session, self.ids[who])
        assert person is not None
        await world.on(person, *post, role=ROLES[turn], starts_at=self.when(0))
        self.book.lines.append(Line(post, who, turn, 0))

    async def _do(self, at: int) -> None:
        """One of the deeds that can be done now."""
        deeds: tuple[tuple[Deed, int], ...] = (
            (self._act_for, 9),
            (self._hand_over, 6),
            (self._end, 6),
            (self._suspend, 2),
            (self._reinstate, 3),
            (self._block, 2),
            (self._let_in, 3),
            (self._leave, 2),
            (self._come, 2),
        )
        todo = self.lots.choices([deed for deed, _ in deeds], [weight for _, weight in deeds], k=len(deeds) * 4)
        async with self.database.write() as session:
            for deed in todo:
                if await deed(session, at):
                    self.done[deed.__name__.strip("_")] += 1
                    return

    async def _hand_over(self, session: AsyncSession, at: int) -> bool:
        post, turn = self.lots.choice(POSTS), self.lots.choice((A, B))
        there = [line.who for line in self.book.lasting(at) if line.post == post and line.turn == turn]
        takers = [who for who in PEOPLE if self.book.standing[who] == HERE and who not in there]
        if not takers:
            return False
        beside = [each for each in takers if each in self.book.on(post, at=at)]
        who = self.lots.choice(beside or takers)
        what = {"post_id": self.post_ids[post], "person_id": self.ids[who]}
        await posts.hand_over(session, self.plan, SYSTEM, self.when(at), **what, role=ROLES[turn])
        self.book.hand_over(post, turn, who, at)
        return True

    async def _act_for(self, session: AsyncSession, at: int) -> bool:
        """For a night, some hours, some days; from now, from a change of shifts, or from when another's ends."""
        post = self.lots.choice(POSTS)
        there = [line for line in self.book.lasting(at) if line.post == post]
        takers = [who for who in PEOPLE if self.book.standing[who] == HERE and who not in [line.who for line in there]]
        if not takers:
            return False
        who, day = self.lots.choice(takers), at // DAY * DAY
        nights = [day + CHANGES[1], day + DAY + CHANGES[0]]
        begins = self.lots.choice([at, *nights, *(line.ends for line in there if line.ends)])
        ends = self.lots.choice([begins + 12 * HOUR, begins + self.lots.randrange(1, 40 * HOUR), day + 2 * DAY])
        if ends <= max(at, begins):
            return False
        await posts.act_for(
            session,
            self.plan,
            SYSTEM,
            self.when(at),
            post_id=self.post_ids[post],
            person_id=self.ids[who],
            starts_at=self.when(begins),
            ends_at=self.when(ends),
        )
        self.book.lines.append(Line(post, who, ACTING, begins, ends))
        self._mark(begins, ends)
        return True

    async def _end(self, session: AsyncSession, at: int) -> bool:
        lines = list(self.book.lasting(at))
        if not lines:
            return False
        line = self.lots.choice(lines)
        held = await posts.holders(session, self.post_ids[line.post], self.when(at))
        (holding,) = [
            each.post.holding_id
            for each in held
            if each.person.name == line.who
            and each.post.role is ROLES[line.turn]
            and each.post.starts_at == self.when(line.begins)
        ]
        await posts.end(session, self.plan, SYSTEM, self.when(at), holding_id=holding)
        self.book.end(line, at)
        return True

    async def _suspend(self, session: AsyncSession, at: int) -> bool:
        if not (who := self._one_of(HERE)):
            return False
        await people.suspend(session, self.plan, SYSTEM, self.when(at), person_id=self.ids[who])
        self.book.standing[who] = SUSPENDED
        return True

    async def _reinstate(self, session: AsyncSession, at: int) -> bool:
        if not (who := self._one_of(SUSPENDED)):
            return False
        await people.reinstate(session, self.plan, SYSTEM, self.when(at), person_id=self.ids[who])
        self.book.reinstate(who)
        return True

    async def _leave(self, session: AsyncSession, at: int) -> bool:
        """Few do: somebody must be left."""
        if len(self.book.accounts) <= len(PEOPLE) // 2:
            return False
        who = self.lots.choice(sorted(self.book.accounts))
        actor = await people.actor_of(session, self.plan, _account(who), self.when(at))
        assert actor is not None
        await people.leave(session, actor, self.when(at))
        self.book.leave(who, at)
        return True

    async def _come(self, session: AsyncSession, at: int) -> bool:
        if not (who := self._one_of(NEVER_CAME)):
            return False
        account, card = _account(who), _phone(who)
        await joining.come(session, self.plan, self.when(at), platform_id=account, number=card, name=who, locale="zh")
        self.book.come(who)
        return True

    async def _block(self, session: AsyncSession, at: int) -> bool:
        who = self.lots.choice(sorted(self.book.accounts))
        await people.unreachable(session, self.when(at), _account(who), "blocked")
        self.book.silent.add(who)
        return True

    async def _let_in(self, session: AsyncSession, at: int) -> bool:
        silent = sorted(self.book.silent & self.book.accounts)
        if not silent:
            return False
        who = self.lots.choice(silent)
        await people.reachable_again(session, self.when(at), _account(who))
        self.book.silent.remove(who)
        return True

    async def _hand_the_shift_over(self, at: int) -> None:
        """Whoever is on duty gives the shift to whom he is offered; who holds which post stays as it is."""
        for who in self.book.told(self.lots.choice(DESKS), at=at)[:1]:
            desk = self.book.desk_of(who, at)
            assert desk is not None
            async with self.database.write() as session:
                actor = await people.actor_of(session, self.plan, _account(who), self.when(at))
                assert actor is not None
                shift = await listing.shift(session, self.plan, actor, self.when(at))
                offered = [each.name for each in shift.successors]
                assert (shift.desk.region_code, offered) == (desk[1], self.book.successors(who, desk, at)), at
                taker = self.ids[self.lots.choice(offered)] if offered else None
                await listing.hand_over(session, self.plan, actor, self.when(at), taker)
            self.done["shift" if offered else "shift of one"] += 1

    # --- who is on duty ----------------------------------------------------------------------------------------------

    async def _ask(self, at: int) -> None:
        """Who is on duty, and one of the other ways of asking it in turn."""
        who, others = PEOPLE[self.asked % len(PEOPLE)], (self._called, self._sent, self._may)
        async with self.database.read() as session:
            said = await self._on_duty(session, self.when(at))
            said |= await others[self.asked % len(others)](session, self.when(at), who)
        written = self._written(at, who)
        assert said == {key: written[key] for key in said}, f"{self.when(at)} (second {at}): {self.book}"
        self.asked += 1

    async def _on_duty(self, session: AsyncSession, now: datetime) -> dict[str, object]:
        covered = await duty.coverage(session, self.plan, now)
        towns = {town.code: town for town in covered.towns}
        desks = (covered.own.desk, towns[TOWN].desk, towns[OTHER_TOWN].desk)
        return {
            "on duty": [desk.name if desk else None for desk in desks],
            "vacant": "town_duty" in towns[TOWN].vacant,
            "silent village": VILLAGE in towns[TOWN].silent_villages,
        }

    async def _called(self, session: AsyncSession, now: datetime, _who: str) -> dict[str, object]:
        tiers = await audience.of(session, self.plan, now, VILLAGE, Nature.DANGER_SIGN)
        return {"called": {tier.tier: [_person(target.chat_id) for target in tier.targets] for tier in tiers}}

    async def _sent(self, session: AsyncSession, now: datetime, _who: str) -> dict[str, object]:
        desks = ((Level.DISTRICT, DISTRICT), (Level.TOWN, TOWN))
        sent = [await readiness.desk_targets(session, self.plan, now, *desk) for desk in desks]
        return {"sent the shift's list": [[_person(target.chat_id) for target in found] for found in sent]}

    async def _may(self, session: AsyncSession, now: datetime, who: str) -> dict[str, object]:
        actor = await people.actor_of(session, self.plan, _account(who), now)
        return {
            f"{who} may": {place for place in PLACES if actor and actor.may(Permission.REPORT_TELEPHONE, place)},
        }

    def _written(self, at: int, who: str) -> dict[str, object]:
        """What the book says of the same."""
        told = {post: self.book.told(post, at=at) for post in POSTS}
        village = self.book.told(VILLAGE_DESK, CADRE, at=at)
        return {
            "on duty": [next(iter(told[desk]), None) for desk in (DISTRICT_DESK, TOWN_DESK, OTHER_DESK)],
            "vacant": not self.book.on(TOWN_DESK, at=at),
            "silent village": not village,
            "sent the shift's list": [told[DISTRICT_DESK][:1], told[TOWN_DESK][:1]],
            "called": {Level.VILLAGE: village, Level.TOWN: told[TOWN_DESK], Level.DISTRICT: told[DISTRICT_DESK]},
            f"{who} may": self.book.may_telephone(who, at),
        }

    # --- lots --------------------------------------------------------------------------------------------------------

    def _second(self) -> int:
        """When something happens: any second, or just as the shift changes or the day does."""
        day = self.lots.randrange(self.days) * DAY
        return day + self.lots.choice([0, *CHANGES, *(self.lots.randrange(DAY) for _ in range(5))])

    def _mark(self, *instants: int) -> None:
        """Asks at these, and a second before, as far as they are still to come."""
        for at in instants:
            for each in (at - 1, at):
                if self._last < each < self.days * DAY:
                    heappush(self._marks, each)

    def _one_of(self, standing: str) -> str | None:
        found = [who for who in PEOPLE if self.book.standing[who] == standing]
        return self.lots.choice(found) if found else None


def _account(who: str) -> int:
    return 701 + PEOPLE.index(who)


def _person(chat_id: int) -> str:
    return PEOPLE[chat_id - 701]


def _phone(who: str) -> str:
    return f"+8613900000{PEOPLE.index(who):03}"
