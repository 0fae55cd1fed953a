"""Every query on drafts, reports and what was sent. Private to intake."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import case, func, or_, update
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.upsert import next_in_series
from bot.intake.models import Draft, DraftState, FileState, Item, Report, Serial

Row = TypeVar("Row", bound=SQLModel)

_LOOKED_AT = 200


async def item_at(session: AsyncSession, chat_id: int, message_id: int) -> Item | None:
    """What was sent with that message, if it was stored."""
    statement = select(Item).where(Item.chat_id == chat_id, Item.message_id == message_id)
    return (await session.exec(statement)).first()


async def album_part(session: AsyncSession, chat_id: int, album: str) -> Item | None:
    """A part of the album that came before."""
    statement = select(Item).where(Item.chat_id == chat_id, Item.album == album).order_by(col(Item.id).desc()).limit(1)
    return (await session.exec(statement)).first()


async def first_of_album(session: AsyncSession, chat_id: int, album: str) -> int:
    """The id of the album's part that came first; 0 if none has."""
    statement = select(func.min(Item.id)).where(Item.chat_id == chat_id, Item.album == album)
    return (await session.exec(statement)).one() or 0


async def is_later_part(session: AsyncSession, item: Item) -> bool:
    """Whether a part of the item's album came before it to the same report."""
    if item.album is None:
        return False
    statement = select(func.min(Item.id)).where(
        Item.chat_id == item.chat_id, Item.album == item.album, Item.report_id == item.report_id
    )
    return ((await session.exec(statement)).one() or item.id) < item.id


async def add(session: AsyncSession, row: Row) -> Row:
    """Stores a new row; its id is known afterwards."""
    session.add(row)
    await session.flush()
    return row


async def open_draft(session: AsyncSession, person_id: int) -> Draft | None:
    """The person's open draft, locked."""
    statement = select(Draft).where(Draft.person_id == person_id, Draft.state == DraftState.OPEN)
    return (await session.exec(statement.order_by(col(Draft.id).desc()).limit(1).with_for_update())).first()


async def draft(session: AsyncSession, draft_id: int, *, lock: bool = False) -> Draft | None:
    """The draft, or None."""
    statement = select(Draft).where(Draft.id == draft_id)
    return (await session.exec(statement.with_for_update() if lock else statement)).first()


async def report(session: AsyncSession, report_id: int) -> Report | None:
    """The report, or None."""
    return await session.get(Report, report_id)


async def drafts_of_report(session: AsyncSession, report_id: int) -> Sequence[int]:
    """The ids of the draft the report was filed from and of those that joined it later."""
    return (await session.exec(select(Draft.id).where(Draft.report_id == report_id).order_by(col(Draft.id)))).all()


async def newest_report(session: AsyncSession, person_id: int, since: datetime) -> Report | None:
    """The person's report filed last, if after the instant; one taken back is added to no more."""
    lately = select(Report).where(Report.person_id == person_id, col(Report.filed_at) >= since)
    standing = lately.where(col(Report.withdrawn_at).is_(None))
    return (await session.exec(standing.order_by(col(Report.id).desc()).limit(1))).first()


async def reports_of_incident(session: AsyncSession, incident_id: int) -> Sequence[Report]:
    """Everybody's reports of the incident, first one first."""
    return (await session.exec(select(Report).where(Report.incident_id == incident_id).order_by(col(Report.id)))).all()


async def reports_of(session: AsyncSession, person_id: int, limit: int) -> Sequence[Report]:
    """The person's reports, newest first."""
    statement = select(Report).where(Report.person_id == person_id).order_by(col(Report.id).desc()).limit(limit)
    return (await session.exec(statement)).all()


async def next_serial(session: AsyncSession, prefix: str, day: str) -> int:
    """The next serial of the prefix on the day, 1 for the first; concurrent callers get different ones.

    A number names no year and is never given again: the same day a year later goes on counting.
    """
    return await next_in_series(session, Serial, {"prefix": prefix, "day": day[5:]}, "last")


async def leap(session: AsyncSession, prefix: str, day: str, by: int) -> None:
    """Leaves out so many serials of the prefix on the day."""
    await next_in_series(session, Serial, {"prefix": prefix, "day": day[5:]}, "last", by=by)


async def items_of_draft(session: AsyncSession, draft_id: int) -> Sequence[Item]:
    """What is on the draft, in the order it came."""
    return (await session.exec(select(Item).where(Item.draft_id == draft_id).order_by(col(Item.id)))).all()


async def items_of_report(session: AsyncSession, report_id: int) -> Sequence[Item]:
    """What is on the report, in the order it came."""
    return (await session.exec(select(Item).where(Item.report_id == report_id).order_by(col(Item.id)))).all()


async def items_of_incidents(session: AsyncSession, incident_ids: Sequence[int]) -> Sequence[Item]:
    """What is on all reports of the incidents, in the order it came."""
    statement = select(Item).join(Report, col(Report.id) == col(Item.report_id))
    return (await session.exec(statement.where(col(Report.incident_id).in_(incident_ids)).order_by(col(Item.id)))).all()


async def move_items(session: AsyncSession, draft_id: int, report_id: int) -> None:
    """Everything on the draft now belongs to the report."""
    values = {"draft_id": None, "report_id": report_id}
    await session.exec(update(Item).where(col(Item.draft_id) == draft_id).values(**values))


async def due_drafts(session: AsyncSession, now: datetime, limit: int) -> Sequence[Draft]:
    """Open drafts whose question has waited long enough."""
    statement = select(Draft).where(Draft.state == DraftState.OPEN, col(Draft.due_at) <= now)
    return (await session.exec(statement.order_by(col(Draft.due_at)).limit(limit).with_for_update())).all()


async def next_due_draft(session: AsyncSession) -> datetime | None:
    """When the next open draft is due."""
    statement = select(func.min(Draft.due_at)).where(Draft.state == DraftState.OPEN)
    return (await session.exec(statement)).one()


async def wanted_files(session: AsyncSession, now: datetime, limit: int) -> Sequence[Item]:
    """Items whose file should be fetched now, oldest first."""
    due = or_(col(Item.not_before).is_(None), col(Item.not_before) <= now)
    statement = select(Item).where(Item.file_state == FileState.WANTED, due)
    return (await session.exec(statement.order_by(col(Item.id)).limit(limit))).all()


async def next_wanted_file(session: AsyncSession, now: datetime) -> datetime | None:
    """When the next file is tried again."""
    statement = select(func.min(Item.not_before)).where(Item.file_state == FileState.WANTED, col(Item.not_before) > now)
    return (await session.exec(statement)).one()


async def asking_draft(session: AsyncSession, person_id: int) -> Draft | None:
    """The draft of the person whose field is being asked, locked; it may be filed already."""
    takes = col(Draft.state).in_((DraftState.OPEN, DraftState.FILED))
    statement = select(Draft).where(Draft.person_id == person_id, col(Draft.asking).is_not(None), takes)
    return (await session.exec(statement.order_by(col(Draft.id).desc()).limit(1).with_for_update())).first()


async def ask_nothing_else(session: AsyncSession, draft: Draft) -> None:
    """No other draft of the person asks a field: words have one place to go."""
    others = update(Draft).where(col(Draft.person_id) == draft.person_id, col(Draft.id) != draft.id)
    await session.exec(others.where(col(Draft.asking).is_not(None)).values(asking=None))


async def unfinished_draft(session: AsyncSession, person_id: int) -> Draft | None:
    """The person's open draft, else the one put aside last."""
    states = (DraftState.OPEN, DraftState.KEPT)
    statement = select(Draft).where(Draft.person_id == person_id, col(Draft.state).in_(states))
    open_first = case((col(Draft.state) == DraftState.OPEN, 0), else_=1)
    return (await session.exec(statement.order_by(open_first, col(Draft.id).desc()).limit(1))).first()


async def draft_of_report(session: AsyncSession, report_id: int) -> Draft | None:
    """The draft the report was filed from, locked."""
    statement = select(Draft).where(Draft.report_id == report_id, Draft.state == DraftState.FILED)
    return (await session.exec(statement.limit(1).with_for_update())).first()


async def draft_of_incident(session: AsyncSession, incident_id: int, chat_id: int) -> Draft | None:
    """The first draft filed in the chat that became a report of the incident."""
    statement = select(Draft).join(Report, col(Report.id) == col(Draft.report_id))
    of_it = statement.where(Report.incident_id == incident_id, Draft.chat_id == chat_id)
    return (await session.exec(of_it.where(Draft.state == DraftState.FILED).order_by(col(Draft.id)).limit(1))).first()


async def reports_in(session: AsyncSession, region_code: str, since: datetime) -> Sequence[Report]:
    """Reports filed in the region since then and not withdrawn, newest first."""
    inside = col(Report.region_code).startswith(region_code, autoescape=True)
    statement = select(Report).where(inside, col(Report.filed_at) >= since, col(Report.withdrawn_at).is_(None))
    return (await session.exec(statement.order_by(col(Report.id).desc()).limit(_LOOKED_AT))).all()


async def reports_by_id(session: AsyncSession, report_ids: Sequence[int]) -> Sequence[Report]:
    """Those reports, in no order."""
    return (await session.exec(select(Report).where(col(Report.id).in_(report_ids)))).all()


async def seen_too(session: AsyncSession, report_id: int) -> int:
    """How many reports say that they are of the same hazard as this one."""
    return (await session.exec(select(func.count()).select_from(Report).where(Report.same_as == report_id))).one()


async def filed_since(session: AsyncSession, person_id: int, since: datetime) -> int:
    """How many reports the person has filed since then."""
    statement = select(func.count()).select_from(Report)
    return (await session.exec(statement.where(Report.person_id == person_id, col(Report.filed_at) >= since))).one()


async def recent_kinds(session: AsyncSession, person_id: int, limit: int) -> tuple[str, ...]:
    """The kinds the person reported lately, newest first, each once."""
    kinds = select(Report.kind_key, func.max(Report.id)).where(Report.person_id == person_id)
    kinds = kinds.where(col(Report.kind_key).is_not(None)).group_by(col(Report.kind_key))
    rows = (await session.exec(kinds.order_by(func.max(Report.id).desc()).limit(limit))).all()
    return tuple(str(kind) for kind, _ in rows)


async def item(session: AsyncSession, item_id: int) -> Item | None:
    """The item, or None."""
    return await session.get(Item, item_id)


async def lock_item(session: AsyncSession, item_id: int) -> Item | None:
    """The item as it is now, locked: who fetches its file and who files it decide one after the other."""
    statement = select(Item).where(Item.id == item_id).with_for_update().execution_options(populate_existing=True)
    return (await session.exec(statement)).first()
