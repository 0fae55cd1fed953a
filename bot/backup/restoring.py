"""Putting a backup back: looked through before anything is changed, brought to this version, and told that time passed.

What was queued when the backup was made has perhaps gone out since: it is treated as what is being sent is after a
crash; docs/decisions/0025. Nothing here speaks to the platform.
"""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pydantic import ValidationError

from bot import installation
from bot.backup import manifest as layout
from bot.backup import postgres, sqlite
from bot.backup.manifest import Manifest
from bot.core.database import Database
from bot.core.errors import ConfigurationFault
from bot.delivery import service as delivery
from bot.delivery.schemas import Doubted
from bot.intake import service as intake
from bot.plan.service import Plan, load_plan
from bot.settings import Settings
from bot.warning import issuing
from bot.watch import service as watch
from migrations import run as migrations

GAP = 1_000
"""More numbers than any town gives out on one day."""

_NAMED_FAULTS = 5


@dataclass(slots=True)
class Restored:
    """What was put back. `kept` is where what was there before is kept; `notes` are sentences for who did it."""

    home: Path
    manifest: Manifest
    doubted: Doubted | None = None
    attachments: int = 0
    kept: str = ""
    notes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [f"restored {self.home}, attachments put back: {self.attachments}"]
        if self.kept:
            lines.append(f"kept aside, if there was anything: {self.kept}")
        lines += self.notes
        if self.doubted:
            again, parked = self.doubted.again, self.doubted.parked
            lines.append(f"goes out once more at the start, marked: {again}; left uncertain: {parked}")
            lines.append(f"today's numbers go on {GAP} further; what came in since the backup has to be told again")
        return "\n".join(lines)


async def check(folder: Path) -> tuple[Path, Manifest]:
    """Reads the backup, all of it, and changes nothing.

    Raises:
        ConfigurationFault: there is none, or a part of it is not as it was when it was made.
    """
    home, manifest = await asyncio.to_thread(layout.require_backup, folder)
    try:
        faults = await asyncio.to_thread(lambda: list(layout.faults_of(home, manifest)))
    except OSError as error:
        raise ConfigurationFault(f"{home} cannot be read: {error}") from error
    if faults:
        shown = ", ".join(faults[:_NAMED_FAULTS])
        raise ConfigurationFault(f"{home}: {len(faults)} parts are damaged or missing, nothing was changed: {shown}")
    return home, manifest


async def restore(folder: Path, now: datetime, *, replace: bool = False, moved: bool = False) -> Restored:
    """Puts the backup (or the newest in the folder) where the settings say; without .env, where those in it say.

    `replace`: what is there is kept aside. `moved`: no bot has run on the database since the backup was made, so
    nothing that was queued can have gone out.

    Raises:
        ConfigurationFault: it is damaged, from a newer version, for another kind of database, or its place is taken.
    """
    home, manifest = await check(folder)
    settings = _settings(home)
    _require_fitting(settings, manifest)
    done = Restored(home, manifest)
    if replace:
        done.kept = _kept(settings.database_url, now)
    try:
        async with _loading(settings.database_url, home, manifest, now, replace=replace) as url:
            await asyncio.to_thread(migrations.upgrade, url)
            done.attachments = await asyncio.to_thread(_put_files, home, settings.files)
            done.notes += await asyncio.to_thread(_put_rest, home, settings)
            if not moved:
                plan = await asyncio.to_thread(load_plan, settings.pack)
                done.doubted = await _time_has_passed(url, plan, manifest.made_at, now)
    except OSError as error:
        raise ConfigurationFault(f"{home} was not restored: {error}") from error
    return done


def _settings(home: Path) -> Settings:
    if installation.ENV_FILE.exists():
        return installation.read_settings()
    try:
        return Settings(_env_file=home / layout.ENV)
    except ValidationError as error:
        raise ConfigurationFault(f"{home / layout.ENV} does not fit this version: {error}") from error


def _require_fitting(settings: Settings, manifest: Manifest) -> None:
    migrations.require_driver(settings.database_url)
    here, saved = settings.database_url.partition("+")[0], manifest.database
    if here != saved.kind:
        raise ConfigurationFault(f"the backup is of {saved.kind}, and JIAOYING_DATABASE_URL names {here}")
    if saved.revision not in migrations.revisions():
        raise ConfigurationFault(
            f"the backup is at revision {saved.revision}, which this version does not know: "
            f"restore it with jiaoying {manifest.product} or newer"
        )


def _loading(
    url: str, home: Path, manifest: Manifest, now: datetime, *, replace: bool
) -> AbstractAsyncContextManager[str]:
    loading = sqlite.loading if manifest.database.kind == "sqlite" else postgres.loading
    return loading(url, home, manifest, stamp=layout.stamp_of(now), replace=replace)


def _kept(url: str, now: datetime) -> str:
    stamp = layout.stamp_of(now)
    return str(sqlite.kept_as(url, stamp)) if url.startswith("sqlite") else f"the schema {postgres.kept_as(stamp)}"


def _put_files(home: Path, files: Path) -> int:
    """Attachments that are not there yet; how many. What is there stays: nothing on a shelf ever changes."""
    files.mkdir(parents=True, exist_ok=True)
    there, store = set(layout.on_shelf(files)), home.parent / layout.FILES
    new = [digest for digest in layout.listed(home) if digest not in there]
    for digest in new:
        layout.copy_attachment(store, files, digest)
    return len(new)


def _put_rest(home: Path, settings: Settings) -> list[str]:
    """Pack and settings where there are none; what is there is not touched. What is to be said of them."""
    notes = []
    if not settings.pack.exists():
        layout.copy_folder(home / layout.PACK, settings.pack)
        notes.append(f"the pack is in {settings.pack}")
    elif layout.parts_of(home / layout.PACK) != layout.parts_of(settings.pack):
        notes.append(f"the pack in {settings.pack} is another than that of the backup, {home / layout.PACK}")
    if not installation.ENV_FILE.exists():
        installation.write_env((home / layout.ENV).read_text(encoding="utf-8"))
        notes.append("wrote .env")
    if not settings.bot_token.get_secret_value():
        notes.append("the backup holds neither token nor passwords: write JIAOYING_BOT_TOKEN into .env")
    return notes


async def _time_has_passed(url: str, plan: Plan, saved_at: datetime, now: datetime) -> Doubted:
    database = Database(url)
    try:
        async with database.write() as session:
            await intake.leave_gap(session, plan, now, GAP)
            await issuing.leave_gap(session, now, GAP)
            await watch.note_restored(session, saved_at, now)
            return await delivery.doubt_open(session, now, saved_at)
    finally:
        await database.close()
