"""People of the district's desk who draft and sign one warning: for tests of warnings the district issues itself."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlmodel import col, select

from bot.audit import service as audit
from bot.core.access import Actor
from bot.delivery.schemas import Target
from bot.directory.models import Holding, Person, PersonState, Post, Role
from bot.plan.schema import WarningLevel
from bot.warning import drafting, previewing, proposing, signing
from bot.warning.models import Series, Version, VersionState
from bot.warning.schemas import DraftView
from tests.integration.town import DISTRICT, NIGHT, TOWN, Town

YELLOW = WarningLevel.YELLOW
CONSENT = "区应急局副局长，+86 10000 00402，00:48"


async def seat(town: Town, role: str, number: int, *kinds: str) -> None:
    """Somebody on posts of the district: as holder, else as deputy, else acting."""
    async with town.database.write() as session:
        person = Person(
            name=role, phone=f"+86100000{number:05}", platform_id=number, state=PersonState.ACTIVE, created_at=NIGHT
        )
        session.add(person)
        await session.flush()
        for kind in kinds:
            found = (await session.exec(select(Post).where(Post.kind == kind, Post.region_code == DISTRICT))).first()
            post = found or Post(kind=kind, region_code=DISTRICT)
            session.add(post)
            await session.flush()
            taken = len((await session.exec(select(Holding).where(Holding.post_id == post.id))).all())
            held_as = (Role.HOLDER, Role.DEPUTY, Role.ACTING)[min(taken, 2)]
            start = NIGHT.replace(day=10)
            session.add(Holding(person_id=person.id, post_id=post.id, role=held_as, starts_at=start))
    town.chats[role] = number


class Desk:
    """People act on the newest version of the one series."""

    def __init__(self, town: Town) -> None:
        self.town, self.now = town, NIGHT

    async def begin(self, role: str = "district", kind: str = "flood", level: WarningLevel = YELLOW) -> None:
        async with self.town.database.write() as session:
            who, where = await self._who(role)
            await drafting.begin(session, self.town.plan, who, self.now, kind, level, where)

    async def choose(self, field: str, value: str, role: str = "district") -> None:
        async with self.town.database.write() as session:
            who, _ = await self._who(role)
            await drafting.choose(session, self.town.plan, who, self.now, (await self.version()).id, field, value)

    async def write(self, field: str, words: str, role: str = "district") -> None:
        async with self.town.database.write() as session:
            who, _ = await self._who(role)
            await drafting.write(session, self.town.plan, who, self.now, (await self.series()).id, field, words)

    async def complete(self) -> None:
        await self.choose("places", TOWN)
        await self.choose("valid_until", "12")
        await self.write("consultation", "00:40 水利、气象、规自、应急会商，建议Ⅲ级")
        await self.write("authority", "授权书〔2026〕3号，有效至2026-12-31")

    async def propose(self, role: str = "district") -> None:
        async with self.town.database.write() as session:
            who, _ = await self._who(role)
            await proposing.propose(session, self.town.plan, who, self.now, (await self.version()).id)

    async def sign(self, role: str = "leader", seen: str | None = None) -> None:
        seen = seen or (await self.view()).seen
        async with self.town.database.write() as session:
            who, _ = await self._who(role)
            await signing.sign(session, self.town.plan, who, self.now, (await self.version()).id, seen)

    async def send_back(self, reason: str, role: str = "leader") -> None:
        async with self.town.database.write() as session:
            who, _ = await self._who(role)
            await signing.send_back(session, self.town.plan, who, self.now, (await self.series()).id, reason)

    async def refer(self, role: str = "leader") -> None:
        async with self.town.database.write() as session:
            who, _ = await self._who(role)
            await signing.refer(session, self.town.plan, who, self.now, (await self.version()).id)

    async def oral(self, words: str = CONSENT, role: str = "district") -> None:
        async with self.town.database.write() as session:
            who, _ = await self._who(role)
            await signing.oral(session, self.town.plan, who, self.now, (await self.series()).id, words)

    async def number(self, words: str = "50011120260712001", role: str = "district") -> None:
        async with self.town.database.write() as session:
            who, _ = await self._who(role)
            await signing.fill_number(session, self.town.plan, who, self.now, (await self.series()).id, words)

    async def countersign(self, role: str = "leader") -> None:
        async with self.town.database.write() as session:
            who, _ = await self._who(role)
            await signing.countersign(session, self.town.plan, who, self.now, (await self.version()).id)

    async def ask_countersigning(self, now: datetime) -> int:
        async with self.town.database.write() as session:
            return await signing.due_countersign(session, self.town.plan, now)

    async def adjust(self, role: str = "district", *, number: int = 1, lift: bool = False) -> None:
        async with self.town.database.write() as session:
            who, where = await self._who(role)
            series = await self.series()
            await drafting.adjust(session, self.town.plan, who, self.now, series.id, number, where, lift=lift)

    async def withdraw(self, role: str = "district", *, number: int = 1) -> None:
        async with self.town.database.write() as session:
            who, where = await self._who(role)
            await proposing.withdraw(session, self.town.plan, who, self.now, (await self.series()).id, number, where)

    async def issued(self) -> None:
        await self.begin()
        await self.complete()
        await self.write("platform_number", "50011120260712001")
        await self.propose()
        await self.sign()

    async def series(self) -> Series:
        async with self.town.database.read() as session:
            return (await session.exec(select(Series).order_by(col(Series.id).desc()))).first() or pytest.fail("none")

    async def version(self) -> Version:
        async with self.town.database.read() as session:
            statement = select(Version).where(Version.state != VersionState.DISCARDED)
            found = (await session.exec(statement.order_by(col(Version.id).desc()))).first()
            return found or pytest.fail("no version")

    async def view(self, version_id: int | None = None) -> DraftView:
        wanted = version_id or (await self.version()).id
        async with self.town.database.read() as session:
            view = await previewing.draft_view(session, self.town.plan, wanted)
        return view or pytest.fail("no view")

    async def acts(self) -> list[str]:
        async with self.town.database.read() as session:
            rows = await audit.about(session, f"warning:{(await self.series()).id}")
        return [row.act for row in rows]

    async def _who(self, role: str) -> tuple[Actor, Target]:
        async with self.town.database.read() as session:
            actor = await self.town.actor(session, role, self.now)
        return actor, Target(self.town.chats[role])
