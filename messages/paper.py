"""Texts on papers: what comes with a file, which one is wanted, and how an archive is checked."""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from messages.engine import Payload, render


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped(Payload):
    """Under a file: what it is, how it stands, and the beginning of its hash."""

    template: ClassVar[str] = "paper/shipped"
    kind: str
    number: str
    of: str
    of_en: str
    level: str
    state: str
    answered: int
    awaited: int
    callees: int
    made_at: datetime
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose(Payload):
    """Which paper of one warning."""

    template: ClassVar[str] = "paper/choose"
    number: str
    of: str
    of_en: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseWarning(Payload):
    """Which warning; `count` have been issued lately."""

    template: ClassVar[str] = "paper/choose_warning"
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PackLine:
    """A version of the warning and the pack it was issued on; `folder`: where its files lie, None if not kept."""

    version: int
    pack: str
    folder: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Readme(Payload):
    """What is in an archive and how anybody checks it; plain text, use `readme`."""

    template: ClassVar[str] = "paper/readme"
    number: str
    of: str
    of_en: str
    drill: bool
    made_at: datetime
    unsealed: int
    packs: tuple[PackLine, ...]


def readme(payload: Readme, locale: str) -> str:
    """The words as plain text."""
    return html.unescape(render(payload, locale))


_AT = datetime(2026, 7, 12, 23, 40, tzinfo=UTC)
_STORM = {"number": "预0712-1", "of": "暴雨", "of_en": "Heavy rain"}

SAMPLES: list[Payload] = [
    *(
        Shipped(
            kind=kind,
            level="orange",
            state="lifted",
            answered=25,
            awaited=27,
            callees=2,
            made_at=_AT,
            sha256="ab12" * 16,
            **_STORM,
        )
        for kind in ("report", "tables", "call_sheet", "archive")
    ),
    Choose(state="in_force", **_STORM),
    ChooseWarning(count=3),
    ChooseWarning(count=0),
    Readme(
        drill=False,
        made_at=_AT,
        unsealed=0,
        packs=(PackLine(version=1, pack="dazu 1.0 a1b2c3d4e5f6", folder="pack/dazu-1.0-a1b2c3d4e5f6"),),
        **_STORM,
    ),
    Readme(
        drill=True,
        made_at=_AT,
        unsealed=2,
        packs=(PackLine(version=1, pack="dazu 0.9 0123456789ab", folder=None),),
        **_STORM,
    ),
]
