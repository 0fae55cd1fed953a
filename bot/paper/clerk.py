"""The loop that makes papers: reads in one snapshot, builds in a thread, keeps the file, and only then writes.

Thousands of recipients take most of a second to set out; nobody's transaction waits for that, and what a kill cuts
short is still wanted at the next start.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import secrets
from collections.abc import Mapping
from pathlib import Path

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core import shelf
from bot.core.clock import Clock
from bot.core.database import Database
from bot.directory import places
from bot.paper import repository, service
from bot.paper.models import Paper, PaperKind
from bot.paper.packing import packed
from bot.paper.report import Made, Report, report_of
from bot.paper.schemas import File
from bot.paper.wording import file_name
from bot.plan.loading import PACK_FILES, content_hash
from bot.plan.service import Plan
from bot.warning import closing
from bot.warning.closing import SeriesRecord
from messages.paper import Shipped

log = structlog.get_logger()

_NAP_SECONDS = 5.0


class Clerk:
    """`run()` until cancelled. `files` is the shelf, `pack` the folder the plan was loaded from."""

    def __init__(self, database: Database, clock: Clock, plan: Plan, files: Path, pack: Path) -> None:
        self._database = database
        self._clock = clock
        self._plan = plan
        self._files = files
        self._pack = pack

    async def run(self) -> None:
        """Makes papers until cancelled."""
        await self.keep_pack()
        while True:
            if not await self.make_next():
                await self._database.bells.wait("paper", _NAP_SECONDS)

    async def keep_pack(self) -> None:
        """Keeps the files of the pack in force: an archive made in a year still shows on what a warning was issued."""
        kept = await asyncio.to_thread(self._packed)
        if kept is None:
            log.warning("pack_not_kept", pack=self._plan.version, folder=str(self._pack))
            return
        digest = await asyncio.to_thread(shelf.keep, self._files, kept)
        row = {"version": self._plan.version, "sha256": digest, "kept_at": self._clock.now()}
        async with self._database.write() as session:
            await repository.keep_pack(session, row)

    async def make_next(self) -> bool:
        """Makes the oldest paper that is wanted now; whether there was one."""
        async with self._database.read() as session:
            paper = await repository.next_wanted(session, self._clock.now())
        if paper is None:
            return False
        try:
            file = await self._make(paper)
        except Exception as error:
            # One series that cannot be set out must not keep the others from their papers.
            fault = secrets.token_hex(4)
            log.error("paper_not_made", paper=paper.id, kind=paper.kind.value, fault=fault, exc_info=error)
            async with self._database.write() as session:
                await service.failed(session, self._clock.now(), paper.id, fault)
            return True
        async with self._database.write() as session:
            await service.made(session, self._clock.now(), paper.id, file)
        return True

    async def _make(self, paper: Paper) -> File:
        if paper.kind is PaperKind.ARCHIVE:
            # What was written a moment ago is sealed before it is copied.
            async with self._database.write() as session:
                while await audit.seal(session):
                    pass
        async with self._database.read() as session:
            record = await closing.record(session, paper.series_id)
            names = await self._names(session, record)
            wanted = _packs_of(record) if paper.kind is PaperKind.ARCHIVE else ()
            packs = {kept.version: kept.sha256 for kept in await repository.packs(session, wanted)}
        product = f"jiaoying {importlib.metadata.version('jiaoying')}"
        post = Made(self._clock.now(), paper.asked_name, paper.asked_post, product, self._plan.version)
        return await asyncio.to_thread(self._build, paper, record, names, packs, post)

    def _build(
        self, paper: Paper, record: SeriesRecord, names: Mapping[str, str], packs: Mapping[str, str], made: Made
    ) -> File:
        # Here and not above: the office libraries cost a tenth of a second that no start should pay.
        from bot.paper import building

        report = report_of(self._plan, record, names, made)
        kept = {version: shelf.place_of(self._files, digest) for version, digest in packs.items()}
        found = {version: place.read_bytes() for version, place in kept.items() if place.exists()}
        built = building.build(paper.kind, building.Material(record, report, found), paper.locale)
        digest = shelf.keep(self._files, built.data)
        name = file_name(paper.kind, report.number, paper.locale, drill=report.drill)
        return File(digest, name, len(built.data), _words(paper.kind, report, digest, built.callees))

    async def _names(self, session: AsyncSession, record: SeriesRecord) -> dict[str, str]:
        codes = {row.region_code for row in record.recipients}
        codes |= {place.region_code for some in record.places.values() for place in some}
        codes |= {self._plan.town_of(code) for code in codes}
        known = [code for code in codes if self._plan.knows(code)]
        return await places.names_of(session, self._plan, known)

    def _packed(self) -> bytes | None:
        """The folder's files; None if they are no longer those the plan was loaded from."""
        try:
            if content_hash(self._pack) != self._plan.content_hash:
                return None
            return packed({name: (self._pack / name).read_bytes() for name in PACK_FILES})
        except FileNotFoundError:
            return None


def _packs_of(record: SeriesRecord) -> set[str]:
    return {str(act.entry.facts["pack"]) for act in record.acts if "pack" in act.entry.facts}


def _words(kind: PaperKind, report: Report, digest: str, callees: int) -> Shipped:
    return Shipped(
        kind=kind.value,
        number=report.number,
        of=report.kind,
        of_en=report.kind_en,
        level=report.newest.level.value,
        state=report.state.value,
        answered=report.answered,
        awaited=report.awaited,
        callees=callees,
        made_at=report.made.at,
        sha256=digest,
    )
