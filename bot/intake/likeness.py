"""What may be the same thing: somebody's report of the same kind, near, lately. Asked about, never decided here.

A danger sign that threatens people is filed first and asked about afterwards; all else is asked before it is sent.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Media, Target, Telling
from bot.directory import places
from bot.incident import service as incidents
from bot.incident.models import IncidentState
from bot.incident.rules import metres_apart
from bot.intake import repository
from bot.intake.models import Draft, ItemKind, Report
from bot.intake.rules import draft_subject
from bot.intake.schemas import Likely
from bot.plan.regions import is_grid, parent_of
from bot.plan.schema import Level, Nature, WaitKey
from bot.plan.service import Plan
from messages import form as texts

MOST = 3
"""Candidates shown; who does not find his among three would not among ten."""

_ENDED = (IncidentState.CLOSED, IncidentState.DISMISSED, IncidentState.WITHDRAWN)


async def candidates(session: AsyncSession, plan: Plan, now: datetime, draft: Draft, nature: Nature) -> list[Likely]:
    """At most three reports of others that may be of the same thing, nearest in time first, one for each thing.

    A hazard may be known as one or as an incident; what has happened or threatens is compared with incidents only.
    """
    since = now - plan.wait(WaitKey.LIKENESS)
    town = _town(plan, draft.region_code)
    found: list[Report] = []
    seen: set[int] = set()
    for report in await repository.reports_in(session, town, since):
        if report.person_id == draft.person_id or report.id == draft.report_id:
            continue
        if (report.incident_id is None and nature is not Nature.HAZARD) or not is_like(plan, draft, report):
            continue
        what = report.incident_id or -(report.same_as or report.id)
        if what in seen or await _ended(session, report):
            continue
        seen.add(what)
        found.append(report)
        if len(found) == MOST:
            break
    return [await _likely(session, report) for report in found]


def is_like(plan: Plan, draft: Draft, report: Report) -> bool:
    """Whether both may be of the same thing: the same kind where both are known, and near.

    Near is the kind's distance in metres where both have coordinates. Else it is the same grid, or the same village
    where both say the same kind: a village has many slopes, and who is asked about all of them stops reading.
    """
    if draft.kind_key and report.kind_key and draft.kind_key != report.kind_key:
        return False
    apart = metres_apart(draft, report)
    if apart is not None:
        return apart <= plan.likeness_metres(draft.kind_key or report.kind_key)
    if draft.kind_key and draft.kind_key == report.kind_key:
        return _village(draft.region_code) == _village(report.region_code)
    return draft.region_code == report.region_code and is_grid(draft.region_code)


async def of_reports(session: AsyncSession, report_ids: list[int]) -> list[Likely]:
    """Those reports as candidates, in that order."""
    found = {report.id: report for report in await repository.reports_by_id(session, report_ids)}
    return [await _likely(session, found[number]) for number in report_ids if number in found]


async def show_pictures(session: AsyncSession, plan: Plan, now: datetime, draft: Draft, likely: list[Likely]) -> None:
    """Shows the reporter the candidates' photos, silently, above the question."""
    for place, each in enumerate(likely, 1):
        if each.picture is None:
            continue
        where = each.place_words or await places.name_of(session, plan, each.region_code)
        caption = texts.LikelyCaption(place=place, number=each.number, where=where, filed_at=each.filed_at)
        media = Media(ItemKind.PHOTO.value, each.picture)
        how = Telling(draft_subject(draft.id), "likely", Lane.INTERACTIVE, seq=each.report_id, media=media)
        await delivery.tell(session, now, how, caption, [Target(draft.chat_id, draft.locale, silent=True)])


async def _ended(session: AsyncSession, report: Report) -> bool:
    if report.incident_id is None:
        return report.withdrawn_at is not None
    return (await incidents.view(session, report.incident_id)).state in _ENDED


async def _likely(session: AsyncSession, report: Report) -> Likely:
    items = await repository.items_of_report(session, report.id)
    pictures = (item.file_id for item in items if item.kind is ItemKind.PHOTO and item.file_id)
    return Likely(
        report_id=report.id,
        number=report.number,
        nature=report.nature,
        kind_key=report.kind_key,
        region_code=report.region_code,
        place_words=report.place_words,
        filed_at=report.filed_at,
        picture=next(pictures, None),
    )


def _village(code: str) -> str:
    return (parent_of(code) or code) if is_grid(code) else code


def _town(plan: Plan, code: str) -> str:
    towns = [region.code for region in plan.path(code) if region.level is Level.TOWN]
    return towns[0] if towns else code
