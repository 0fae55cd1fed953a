"""What a backup consists of and how it is found again: the manifest, and the layout of the folder it lies in.

    FOLDER/files/ab/cd/<sha256>      attachments, once for all backups in the folder
    FOLDER/20260712T184500Z/         one backup; it gets this name when it is whole
        manifest.json                versions, counts, and the SHA-256 of every part
        database.sqlite | database.dump
        files.sha256                 which attachments belong to it; `sha256sum -c` reads it
        pack/                        the district pack as it was
        env                          the settings, without secrets unless they were asked for

Everything here waits for the disk: call it in a thread.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.core import shelf
from bot.core.errors import ConfigurationFault

NAME, FILES, LIST, PACK, ENV = "manifest.json", "files", "files.sha256", "pack", "env"
DUMPS = {"sqlite": "database.sqlite", "postgresql": "database.dump"}
UNFINISHED = ".part-"

_STAMP = "%Y%m%dT%H%M%S%fZ"
"""To the microsecond: two within a second are two."""
_BLOCK = 1024 * 1024
_DIGITS = frozenset("0123456789abcdef")


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Part(_Record):
    """One file of a backup."""

    sha256: str
    bytes: int


class Tables(_Record):
    """The database as it was: `server` and `client` are versions, of the client 0 where none was needed."""

    kind: Literal["sqlite", "postgresql"]
    revision: str
    server: str
    client: int = 0
    counts: dict[str, int]


class Attachments(_Record):
    """How many there are; `missing` are named by rows and were found whole neither on the machine nor in the folder."""

    count: int
    bytes: int
    missing: tuple[str, ...] = ()


class Manifest(_Record):
    """What stands in manifest.json."""

    form: Literal[1] = 1
    made_at: datetime
    product: str
    pack: str
    has_secrets: bool
    database: Tables
    attachments: Attachments
    parts: dict[str, Part]


def stamp_of(now: datetime) -> str:
    """The name of a backup made at the instant."""
    return now.astimezone(UTC).strftime(_STAMP)


def whole_ones(folder: Path) -> list[Path]:
    """The backups in the folder, oldest first."""
    return sorted(path.parent for path in folder.glob(f"*/{NAME}") if not path.parent.name.startswith(UNFINISHED))


def require_backup(folder: Path) -> tuple[Path, Manifest]:
    """The backup that is meant: the folder itself, or the newest in it.

    Raises:
        ConfigurationFault: there is none, or its manifest cannot be read.
    """
    found = [folder] if (folder / NAME).is_file() else whole_ones(folder)
    if not found:
        raise ConfigurationFault(f"{folder} holds no backup: name the folder that `jiaoying backup` was given")
    try:
        return found[-1], Manifest.model_validate_json((found[-1] / NAME).read_bytes())
    except (OSError, ValidationError) as error:
        raise ConfigurationFault(f"{found[-1] / NAME} cannot be read: {error}") from error


def write(home: Path, manifest: Manifest) -> None:
    """Writes it beside the parts."""
    text = json.dumps(manifest.model_dump(mode="json"), ensure_ascii=False, indent=2)
    (home / NAME).write_text(f"{text}\n", encoding="utf-8")


def parts_of(home: Path) -> dict[str, Part]:
    """Every file in the folder of a backup, by its path in there."""
    files = sorted(path for path in home.rglob("*") if path.is_file())
    return {path.relative_to(home).as_posix(): Part(sha256=hashed(path), bytes=path.stat().st_size) for path in files}


def write_list(home: Path, digests: Mapping[str, int]) -> None:
    """Which attachments belong to the backup, in the form that `sha256sum -c` reads."""
    lines = [f"{digest}  {shelf.place_of(Path('..') / FILES, digest).as_posix()}\n" for digest in sorted(digests)]
    (home / LIST).write_text("".join(lines), encoding="ascii")


def listed(home: Path) -> list[str]:
    """The attachments that belong to the backup."""
    return [line.split(maxsplit=1)[0] for line in (home / LIST).read_text(encoding="ascii").splitlines()]


def faults_of(home: Path, manifest: Manifest) -> Iterator[str]:
    """What is not as it was when the backup was made; reads all of it."""
    for name, part in manifest.parts.items():
        if _hash_or_none(home / name) != part.sha256:
            yield name
    if _hash_or_none(home / LIST) != manifest.parts[LIST].sha256:
        return
    for digest in listed(home):
        place = shelf.place_of(home.parent / FILES, digest)
        if _hash_or_none(place) != digest:
            yield f"../{FILES}/{digest[:2]}/{digest[2:4]}/{digest}"


def hashed(path: Path) -> str:
    """The file's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def on_shelf(folder: Path) -> Iterator[str]:
    """The SHA-256 each file on a shelf is named by."""
    for path in folder.glob("??/??/*"):
        if len(path.name) == 64 and _DIGITS.issuperset(path.name):
            yield path.name


def copy_attachment(source: Path, target: Path, digest: str) -> bool:
    """Puts the attachment on the other shelf unless it is there; whether it is there whole now.

    By renaming, not by a link: backups lie on disks of all kinds. What is not the bytes it is named by is not taken.
    """
    from_place, place = shelf.place_of(source, digest), shelf.place_of(target, digest)
    if place.exists():
        return True
    if not from_place.exists():
        return False
    place.parent.mkdir(parents=True, exist_ok=True)
    part = target / f"{UNFINISHED}{os.getpid()}"
    try:
        if _copied(from_place, part) != digest:
            return False
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)
    return True


def copy_folder(source: Path, target: Path) -> None:
    """A pack's files, one level deep."""
    target.mkdir(parents=True)
    for path in sorted(source.iterdir()):
        if path.is_file():
            shutil.copyfile(path, target / path.name)


def _copied(source: Path, target: Path) -> str:
    digest = hashlib.sha256()
    with source.open("rb") as read, target.open("wb") as written:
        while block := read.read(_BLOCK):
            digest.update(block)
            written.write(block)
        written.flush()
        os.fsync(written.fileno())
    return digest.hexdigest()


def _hash_or_none(path: Path) -> str | None:
    return hashed(path) if path.is_file() else None
