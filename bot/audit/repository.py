"""Every query on the audit. Private to audit."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit.models import AuditEntry


def add(session: AsyncSession, entry: AuditEntry) -> None:
    """Writes the row with the transaction."""
    session.add(entry)


async def hold_back_writers(session: AsyncSession) -> None:
    """Until this transaction ends nobody writes a row, and whoever was writing one has finished.

    On PostgreSQL a row may get its number early and be committed late; on SQLite there is one writer anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        connection = await session.connection()
        await connection.execute(text("LOCK TABLE audit_entry IN SHARE ROW EXCLUSIVE MODE"))


async def unsealed(session: AsyncSession, limit: int) -> Sequence[AuditEntry]:
    """The oldest rows without a seal."""
    statement = select(AuditEntry).where(col(AuditEntry.seal).is_(None)).order_by(col(AuditEntry.id)).limit(limit)
    return (await session.exec(statement)).all()


async def last_seal(session: AsyncSession) -> str | None:
    """The newest seal of the chain."""
    statement = select(AuditEntry.seal).where(col(AuditEntry.seal).is_not(None))
    return (await session.exec(statement.order_by(col(AuditEntry.id).desc()).limit(1))).first()


async def about(session: AsyncSession, subject: str) -> Sequence[AuditEntry]:
    """All rows on the subject, oldest first."""
    return (
        await session.exec(select(AuditEntry).where(AuditEntry.subject == subject).order_by(col(AuditEntry.id)))
    ).all()


async def seals_before(session: AsyncSession, subject: str) -> dict[int, str | None]:
    """For each row on the subject, by its id, the seal of the row before it in the whole chain."""
    earlier = aliased(AuditEntry)
    before = select(earlier.seal).where(col(earlier.id) < col(AuditEntry.id)).order_by(col(earlier.id).desc()).limit(1)
    statement = select(AuditEntry.id, before.correlate(AuditEntry).scalar_subquery())
    return dict((await session.exec(statement.where(AuditEntry.subject == subject))).all())


async def all_rows(session: AsyncSession) -> Sequence[AuditEntry]:
    """The whole chain, oldest first."""
    return (await session.exec(select(AuditEntry).order_by(col(AuditEntry.id)))).all()
