"""What screens see of warnings."""

from __future__ import annotations

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.warning import issuing, repository
from bot.warning.models import Place, Recipient, Series, Version
from bot.warning.rules import has_answered, is_cut_off, is_missing
from bot.warning.schemas import IssuedView, PlaceView, RecipientView, SeriesView, VersionView


async def view(session: AsyncSession, series_id: int) -> SeriesView:
    """The series with its versions and everybody told. Raises NoSuchWarning."""
    series, newest = await issuing.existing(session, series_id)
    return await _whole(session, series, newest)


async def view_in(session: AsyncSession, series_id: int, chat_id: int) -> SeriesView:
    """The series with the one chat of all it was told in. Raises NoSuchWarning."""
    series, newest = await issuing.existing(session, series_id)
    row = await repository.recipient_in(session, series_id, chat_id, lock=False)
    return _view(series, await version_view(session, newest), None, [_recipient(row)] if row else [])


async def of_version(session: AsyncSession, version_id: int) -> tuple[SeriesView, VersionView] | None:
    """A version, also one that was discarded, and its series; None if there is none."""
    version = await repository.version(session, version_id)
    series = await repository.series(session, version.series_id) if version else None
    if version is None or series is None:
        return None
    newest = await repository.newest_version(session, series.id) or version
    return await _whole(session, series, newest), await version_view(session, version)


async def in_force(session: AsyncSession, *, drill: bool = False) -> list[SeriesView]:
    """Every series in force, oldest first; with `drill` the drills, and only these."""
    return [await view(session, series.id) for series in await repository.all_in_force(session, drill=drill)]


async def last_issued(session: AsyncSession, limit: int, *, drill: bool) -> list[IssuedView]:
    """The versions issued last, the newest first; with `drill` those of drills, and only these."""
    return [
        IssuedView(
            subject=issuing.subject_of(series.id),
            version=version.number,
            number=series.number or "",
            kind_key=series.kind_key,
            level=version.level,
            drill=series.drill,
        )
        for series, version in await repository.last_issued(session, limit, drill=drill)
    ]


async def migrate_chat(session: AsyncSession, old_chat_id: int, new_chat_id: int) -> None:
    """Follows a group to its new id: what was told there was told to it, and it answers and is told the end there."""
    await repository.move_recipients(session, old_chat_id, new_chat_id)


async def version_view(session: AsyncSession, version: Version) -> VersionView:
    """The version as screens show it."""
    places = await repository.places(session, version.id)
    return VersionView(
        id=version.id,
        number=version.number,
        act=version.act,
        state=version.state,
        level=version.level,
        text=version.text,
        scope_words=version.scope_words,
        starts_at=version.starts_at,
        valid_until=version.valid_until,
        matters=version.matters,
        measures=version.measures,
        issuer=version.issuer,
        consultation=version.consultation,
        authority=version.authority,
        platform_number=version.platform_number,
        document_number=version.document_number,
        published_at=version.published_at,
        drafted_name=version.drafted_name,
        signed_name=version.signed_name,
        oral_words=version.oral_words,
        countersigned=version.countersigned_at is not None,
        return_reason=version.return_reason,
        issued_at=version.issued_at,
        places=tuple(_place(place) for place in places),
    )


async def _whole(session: AsyncSession, series: Series, newest: Version) -> SeriesView:
    issued = await repository.newest_issued(session, series.id)
    return _view(
        series,
        await version_view(session, newest),
        await version_view(session, issued) if issued else None,
        [_recipient(row) for row in await repository.recipients(session, series.id)],
    )


def _view(
    series: Series, newest: VersionView, issued: VersionView | None, recipients: list[RecipientView]
) -> SeriesView:
    return SeriesView(
        id=series.id,
        number=series.number,
        kind_key=series.kind_key,
        origin=series.origin,
        state=series.state,
        source_words=series.source_words,
        newest=newest,
        issued=issued,
        recipients=tuple(recipients),
        drill=series.drill,
    )


def _place(place: Place) -> PlaceView:
    return PlaceView(place.region_code, place.level)


def _recipient(row: Recipient) -> RecipientView:
    return RecipientView(
        id=row.id,
        chat_id=row.chat_id,
        name=row.name,
        phone=row.phone,
        region_code=row.region_code,
        tier=row.tier,
        must_answer=row.must_answer,
        is_missing=is_missing(row),
        is_cut_off=is_cut_off(row),
        is_group=row.person_id is None,
        has_answered=has_answered(row),
        answer=row.answer,
        answered_name=row.answered_name,
        answered_at=row.answered_at,
        phoned=row.phoned,
        phoned_by=row.phoned_by,
    )
