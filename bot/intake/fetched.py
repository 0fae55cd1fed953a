"""What follows when a file is here, or will never be: the row, the desks, a proposed place, the sender's sentence.

Each in one transaction, after the files it names are on the disk.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.access import SYSTEM, Actor
from bot.core.geo import Point
from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Target, Telling
from bot.directory import people
from bot.incident import service as incidents
from bot.incident.models import Facts, PlaceSource
from bot.incident.rules import learn
from bot.incident.schemas import Addition
from bot.intake import evidence, filing, repository, service
from bot.intake.models import Draft, DraftState, FileState, Item, ItemKind, Report
from bot.intake.rules import draft_subject
from bot.plan.service import Plan
from messages import evidence as texts

_OLDEST_PLACE = timedelta(days=1)
"""A picture taken longer before it was sent says where it was taken, not where the thing is."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that is on our disk. `is_picture` as its bytes say; `cleaned_sha256` is the copy groups may see.

    `point` (WGS-84) and `taken_at` are what a picture says of itself.
    """

    sha256: str
    is_picture: bool = False
    cleaned_sha256: str | None = None
    point: Point | None = None
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A try that failed. `next_at` is when it is tried again; None: never."""

    reason: str
    next_at: datetime | None
    is_too_large: bool = False


async def stored(session: AsyncSession, plan: Plan, now: datetime, item_id: int, kept: Kept) -> None:
    """The file is here: shows what was held for it, proposes where it was taken if nobody has said where it is."""
    found = await _locked(session, item_id)
    if found is None:
        return
    item, draft, report = found
    item.file_state, item.sha256, item.cleaned_sha256, item.error = FileState.STORED, kept.sha256, None, None
    was_held = item.by_copy
    if item.kind is ItemKind.DOCUMENT:
        item.cleaned_sha256 = kept.cleaned_sha256
        item.by_copy = was_held and kept.is_picture
    proposed = await _propose(session, item, draft, report, kept)
    if was_held:
        await _show(session, plan, now, item, report)
    if item.attempts or proposed:
        # Only what failed at least once was ever shown as missing.
        await _touch(session, item, draft)


async def failed(session: AsyncSession, plan: Plan, now: datetime, item_id: int, failure: Failure) -> None:
    """The file is not here. The cards say so; when it never will be, what was held is told in words only."""
    found = await _locked(session, item_id)
    if found is None:
        return
    item, draft, report = found
    item.attempts += 1
    item.not_before, item.error = failure.next_at, failure.reason
    await _touch(session, item, draft)
    if failure.next_at is not None:
        return
    item.file_state = FileState.MISSING
    if item.by_copy:
        await _show(session, plan, now, item, report)
    if failure.is_too_large:
        await _say_too_large(session, now, item, report)


async def _locked(session: AsyncSession, item_id: int) -> tuple[Item, Draft | None, Report | None] | None:
    """The item and what it is on, locked in the order filing locks them: the draft first."""
    before = await repository.item(session, item_id)
    if before is None:
        return None
    draft = await repository.draft(session, before.draft_id, lock=True) if before.draft_id else None
    if draft is None and before.report_id:
        draft = await repository.draft_of_report(session, before.report_id)
    item = await repository.lock_item(session, item_id)
    if item is None or item.file_state is not FileState.WANTED:
        return None
    report = await repository.report(session, item.report_id) if item.report_id else None
    return item, draft, report


async def _show(session: AsyncSession, plan: Plan, now: datetime, item: Item, report: Report | None) -> None:
    """To the desks of its incident; what is still on a draft is shown when that is filed."""
    if report is None or report.incident_id is None:
        return
    person = await people.person(session, item.person_id)
    actor = Actor(person.id, person.name, person.locale) if person else SYSTEM
    quiet = await repository.is_later_part(session, item)
    added = Addition(item.id, "", item.received_at > report.filed_at, said_in=item.chat_id, quiet=quiet)
    await evidence.show(session, plan, actor, now, report.incident_id, item, added)


async def _propose(session: AsyncSession, item: Item, draft: Draft | None, report: Report | None, kept: Kept) -> bool:
    """Takes the picture's place over wherever nothing better is known; whether it was anywhere."""
    if kept.point is None or (kept.taken_at is not None and abs(item.sent_at - kept.taken_at) > _OLDEST_PLACE):
        return False
    told = Facts(
        latitude=kept.point.latitude, longitude=kept.point.longitude, place_source=PlaceSource.PHOTO, accuracy=None
    )
    own = draft if draft is not None and (report is None or draft.report_id == report.id) else None
    rows = [row for row in (own, report) if row is not None and _nothing_better(row)]
    for row in rows:
        learn(row, told)
    if report is None or report.incident_id is None:
        return bool(rows)
    incident = await incidents.view(session, report.incident_id)
    if _nothing_better(incident.facts):
        await incidents.learn(session, incident.id, told)
    return bool(rows)


def _nothing_better(known: Facts) -> bool:
    """Nobody has said where it is: the reporter's own grid is a default, not a statement."""
    return known.place_source in (None, PlaceSource.GRID) and known.latitude is None and not known.place_words


async def _touch(session: AsyncSession, item: Item, draft: Draft | None) -> None:
    await service.touch_cards_of(session, item)
    if draft is not None and draft.state is DraftState.FILED:
        await delivery.touch(session, await filing.card_subject(session, draft))


async def _say_too_large(session: AsyncSession, now: datetime, item: Item, report: Report | None) -> None:
    person = await people.person(session, item.person_id)
    if person is None or person.platform_id is None:
        return
    subject = filing.telling_subject(report) if report else draft_subject(item.draft_id or 0)
    how = Telling(subject, "too_large", Lane.INTERACTIVE, seq=item.id, drill=bool(report and report.drill))
    told = texts.TooLarge(number=report.number if report else "")
    await delivery.tell(session, now, how, told, [Target(person.platform_id, person.locale)])
