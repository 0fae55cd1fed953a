"""What a night has left of warnings, for whoever reads it in the morning: what ended, what still lacks its signature,
what lies half written. Drills are none of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.plan.schema import WarningAct, WarningLevel
from bot.warning import repository
from bot.warning.models import VersionState


@dataclass(frozen=True, slots=True)
class Ended:
    """A series that was lifted or withdrawn, and the level it had then."""

    number: str
    kind_key: str
    level: WarningLevel
    act: WarningAct


@dataclass(frozen=True, slots=True)
class Waiting:
    """A version that waits for somebody; `number` is empty before the series has one."""

    number: str
    kind_key: str
    level: WarningLevel
    is_proposed: bool = False


@dataclass(frozen=True, slots=True)
class Overnight:
    """Oldest first, each."""

    ended: tuple[Ended, ...]
    unsigned: tuple[Waiting, ...]
    drafts: tuple[Waiting, ...]


async def look(session: AsyncSession, since: datetime) -> Overnight:
    """What ended since the instant, which oral consents are not signed yet, which texts are unfinished."""
    ended = await repository.ended_since(session, since)
    unsigned = await repository.unsigned(session)
    drafts = reversed(await repository.unfinished(session, drill=False))
    return Overnight(
        tuple(Ended(series.number or "", series.kind_key, version.level, version.act) for series, version in ended),
        tuple(Waiting(series.number or "", series.kind_key, version.level) for series, version in unsigned),
        tuple(
            Waiting(series.number or "", series.kind_key, version.level, version.state is VersionState.PROPOSED)
            for series, version in drafts
        ),
    )
