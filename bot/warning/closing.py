"""What a series leaves behind, whole: every version, everybody told, the ledger's rows and what was done, in one read.

Rows as they are: who writes a paper from them decides nothing about the warning, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.audit.service import Sealed
from bot.delivery import service as delivery
from bot.delivery.models import Message, Text
from bot.warning import issuing, repository
from bot.warning.errors import NoSuchWarning
from bot.warning.models import Place, Recipient, Series, Version


@dataclass(frozen=True, slots=True)
class SeriesRecord:
    """Everything on one series. `places` are each version's, by its id; `messages` are in the order of the ledger."""

    series: Series
    versions: Sequence[Version]
    places: Mapping[int, Sequence[Place]]
    recipients: Sequence[Recipient]
    messages: Sequence[Message]
    texts: Sequence[Text]
    acts: Sequence[Sealed]


async def record(session: AsyncSession, series_id: int) -> SeriesRecord:
    """The whole series. Raises NoSuchWarning for one that was never issued: there is nothing to record of it."""
    series = await issued_series(session, series_id)
    subject = issuing.subject_of(series_id)
    versions = await repository.versions(session, series_id)
    return SeriesRecord(
        series=series,
        versions=versions,
        places={version.id: await repository.places(session, version.id) for version in versions},
        recipients=await repository.recipients(session, series_id),
        messages=await delivery.messages_about(session, subject),
        texts=await delivery.texts_about(session, subject),
        acts=await audit.sealed_about(session, subject),
    )


async def issued_series(session: AsyncSession, series_id: int) -> Series:
    """The series, if it was ever issued. Raises NoSuchWarning."""
    series = await repository.series(session, series_id)
    if series is None or series.number is None:
        raise NoSuchWarning
    return series


async def numbered(session: AsyncSession, number: str) -> Series:
    """The series of that number, as it is spoken. Raises NoSuchWarning."""
    series = await repository.series_numbered(session, number)
    if series is None:
        raise NoSuchWarning
    return series


async def issued_lately(session: AsyncSession, limit: int) -> Sequence[Series]:
    """Series that were ever issued, the newest first."""
    return await repository.issued_lately(session, limit)
