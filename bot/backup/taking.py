"""Taking a backup while the bot runs: the database first, then the attachments its rows name; docs/decisions/0025.

A file stands on the shelf before a row names it and is never taken away, so whatever the saved rows name can still be
copied afterwards. The other way round a photo that came in between would be named and missing.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy.engine import make_url

from bot import installation
from bot.backup import manifest as layout
from bot.backup import postgres, sqlite
from bot.backup.manifest import Attachments, Manifest, Tables
from bot.core import shelf
from bot.core.errors import ConfigurationFault
from bot.plan.service import Plan, load_plan
from bot.settings import Settings
from migrations import run as migrations

_LEFT_BEHIND = timedelta(days=1)
_PASSWORD = re.compile(r"(://[^/@:]*):[^/@]*@")


@dataclass(frozen=True, slots=True)
class Taken:
    """A backup that is whole. `new` attachments came into the folder with it; `forgotten` backups were removed."""

    home: Path
    manifest: Manifest
    new: int
    forgotten: tuple[str, ...] = ()

    def __str__(self) -> str:
        saved, there = self.manifest.database, self.manifest.attachments
        lines = [
            f"{self.home}: {sum(saved.counts.values())} rows at {saved.revision}",
            f"attachments: {there.count}, new {self.new}, {there.bytes / 1e6:.1f} MB",
            "with token and passwords: guard it" if self.manifest.has_secrets else "without token and passwords",
        ]
        if self.forgotten:
            lines.append(f"removed: {', '.join(self.forgotten)}")
        if there.missing:
            lines.append(f"attachments that rows name and that are nowhere: {len(there.missing)}, in {layout.NAME}")
        return "\n".join(lines)


async def take(
    settings: Settings, folder: Path, now: datetime, *, with_secrets: bool = False, keep: int | None = None
) -> Taken:
    """Saves everything into the folder, beside the backups that are there.

    `keep`: how many backups stay, the newest; attachments are kept for ever.

    Raises:
        ConfigurationFault: it cannot be saved; what was begun is taken away again.
    """
    plan = await asyncio.to_thread(load_plan, settings.pack)
    try:
        with _begun(folder, now) as part:
            tables, named = await _snapshot(settings.database_url, part)
            taken = await asyncio.to_thread(_finish, settings, plan, part, now, tables, named, with_secrets)
    except OSError as error:
        raise ConfigurationFault(f"the backup in {folder} was not made: {error}") from error
    forgotten = await asyncio.to_thread(_forget, folder, keep) if keep else ()
    return Taken(taken.home, taken.manifest, taken.new, tuple(forgotten))


@contextmanager
def _begun(folder: Path, now: datetime) -> Iterator[Path]:
    """A folder for the parts, gone if it does not become a backup; only its owner may look into it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _sweep(folder, now - _LEFT_BEHIND)
    part = folder / f"{layout.UNFINISHED}{os.getpid()}"
    part.mkdir(mode=0o700)
    try:
        yield part
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _sweep(folder: Path, before: datetime) -> None:
    """What a killed backup left; a day later nobody is at it any more."""
    for left in folder.glob(f"{layout.UNFINISHED}*"):
        if left.stat().st_mtime < before.timestamp():
            shutil.rmtree(left, ignore_errors=True)


async def _snapshot(url: str, part: Path) -> tuple[Tables, set[str]]:
    migrations.require_driver(url)
    if make_url(url).get_backend_name() == "sqlite":
        return await asyncio.to_thread(sqlite.snapshot, url, part)
    return await postgres.snapshot(url, part)


def _finish(
    settings: Settings, plan: Plan, part: Path, now: datetime, tables: Tables, named: set[str], with_secrets: bool
) -> Taken:
    home = part.parent / layout.stamp_of(now)
    if home.exists():
        raise ConfigurationFault(f"{home} is there already: two backups in one second are one too many")
    attachments, new = _save_files(settings.files, part, named)
    layout.copy_folder(settings.pack, part / layout.PACK)
    (part / layout.ENV).write_text(env_of(settings, with_secrets=with_secrets), encoding="utf-8")
    manifest = Manifest(
        made_at=now,
        product=importlib.metadata.version("jiaoying"),
        pack=plan.version,
        has_secrets=with_secrets,
        database=tables,
        attachments=attachments,
        parts=layout.parts_of(part),
    )
    layout.write(part, manifest)
    # One name, given last and when everything is on the disk: what has it is whole.
    os.sync()
    part.rename(home)
    return Taken(home, manifest, new)


def _save_files(files: Path, part: Path, named: set[str]) -> tuple[Attachments, int]:
    """Copies what is new; everything on the shelf is saved, and everything rows name is looked for."""
    store = part.parent / layout.FILES
    store.mkdir(mode=0o700, exist_ok=True)
    before = set(layout.on_shelf(store))
    wanted = named | set(layout.on_shelf(files))
    found = {digest for digest in sorted(wanted) if layout.copy_attachment(files, store, digest)}
    sizes = {digest: shelf.place_of(store, digest).stat().st_size for digest in found}
    layout.write_list(part, sizes)
    missing = tuple(sorted(named - found))
    return Attachments(count=len(sizes), bytes=sum(sizes.values()), missing=missing), len(found - before)


def _forget(folder: Path, keep: int) -> Sequence[str]:
    old = layout.whole_ones(folder)[:-keep]
    for home in old:
        shutil.rmtree(home)
    return [home.name for home in old]


# --- settings --------------------------------------------------------------------------------------------------------


def env_of(settings: Settings, *, with_secrets: bool) -> str:
    """The settings that differ from the usual, as .env holds them; without secrets unless they are asked for."""
    values = {name: getattr(settings, name) for name in sorted(settings.model_fields_set)}
    if not with_secrets:
        values = {name: value for name, value in values.items() if not isinstance(value, SecretStr)}
    plain = {name: _plain(value) for name, value in values.items() if value is not None}
    return installation.env_text(plain if with_secrets else {name: _bare(value) for name, value in plain.items()})


def _plain(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def _bare(value: str) -> str:
    """An address without the password in it."""
    return _PASSWORD.sub(r"\1@", value)
