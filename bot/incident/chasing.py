"""Saying again that nobody has an incident in hand: to the desks, in one message where there are many, and in private
to each reporter.

What somebody has in hand falls due as well: it is only looked whether he is still there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import SYSTEM
from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Target, Telling
from bot.incident import audience, deeds, taker
from bot.incident.deeds import Scene, subject_of
from bot.incident.models import EntryKind, Incident
from bot.incident.rules import next_chase
from bot.plan.schema import WaitKey
from bot.plan.service import Plan
from messages import incident as texts

_ONE_BY_ONE = 3
"""So many are told one by one in a chat; more would run into the platform's limit of messages a minute."""

_SHOWN = 12
_TOGETHER = "untaken:desk"
"""The subject of what is told of many: it is about no one incident."""


@dataclass(frozen=True, slots=True)
class _Chased:
    """What is told of one incident; `entry` is its line in the log."""

    incident: Incident
    entry: int
    told: texts.Untaken


async def chase(session: AsyncSession, plan: Plan, now: datetime, due: Sequence[Incident]) -> int:
    """Says it of all that are due and in nobody's hands; how many those were."""
    scene = Scene(session, plan, SYSTEM, now)
    chased = [await _chase(scene, incident) for incident in due if not await _is_seen_to(scene, incident)]
    desks: defaultdict[tuple[Target, bool], list[_Chased]] = defaultdict(list)
    for each in chased:
        for target in await deeds.desks_of(scene, each.incident):
            desks[target, each.incident.drill].append(each)
    for (target, drill), cases in desks.items():
        await _tell(scene, target, cases, drill=drill)
    return len(chased)


async def _is_seen_to(scene: Scene, incident: Incident) -> bool:
    """Whether somebody has it in hand who can see to it; it falls due again in any case."""
    incident.chase_due_at = next_chase(scene.now, scene.plan.wait(WaitKey.DANGER_SIGN_UNANSWERED))
    away = await taker.absence(scene, incident)
    if away is not incident.away:
        incident.away = away
        await deeds.touch(scene.session, incident)
        audit.record(
            scene.session,
            scene.now,
            SYSTEM,
            "incident.away",
            subject_of(incident.id),
            drill=incident.drill,
            taken_by=incident.taken_by,
            away=away.value if away else None,
        )
    return incident.taken_by is not None and away is None


async def _chase(scene: Scene, incident: Incident) -> _Chased:
    incident.chases += 1
    minutes = int((scene.now - incident.opened_at).total_seconds() // 60)
    entry = await deeds.note(scene, incident, "chase", EntryKind.CHASED, minutes=minutes)
    reporters = await deeds.followers_of(scene.session, incident)
    calls = audience.phones(scene.plan, incident.region_code)
    away = incident.away
    await deeds.tell_reporters(
        scene,
        incident,
        deeds.ringing(incident, deeds.UNTAKEN_FOR_REPORTER, incident.chases),
        lambda number: texts.UntakenForReporter(number=number, minutes=minutes, away=away is not None, phones=calls),
    )
    told = texts.Untaken(
        number=incident.number,
        place=await deeds.place_of(scene, incident),
        threat=incident.threat.value,
        minutes=minutes,
        taken_name=incident.taken_name,
        away=away.value if away else None,
        reporters=tuple(texts.Phone(name=row.name, number=row.phone or "") for row in reporters),
    )
    return _Chased(incident, entry, told)


async def _tell(scene: Scene, target: Target, cases: Sequence[_Chased], *, drill: bool) -> None:
    """One by one if they are few; else one message, those with people threatened first, then the oldest."""
    if len(cases) <= _ONE_BY_ONE:
        for each in cases:
            how = deeds.ringing(each.incident, deeds.UNTAKEN, each.incident.chases)
            minutes = each.told.minutes
            short = deeds.in_short(scene, each.incident, each.told.place, minutes)
            await delivery.tell(scene.session, scene.now, how, each.told, [target], short=short)
        return
    ordered = sorted(cases, key=lambda each: (not each.incident.threat.counts, each.incident.opened_at))
    rows = tuple(_row(each.told) for each in ordered[:_SHOWN])
    many = texts.UntakenMany(count=len(cases), rows=rows, more=len(cases) - len(rows))
    seq = max(each.entry for each in cases)
    how = Telling(_TOGETHER, "untaken_many", Lane.URGENT, seq=seq, critical=True, drill=drill)
    await delivery.tell(scene.session, scene.now, how, many, [target])


def _row(told: texts.Untaken) -> texts.UntakenRow:
    phones = (reporter.number for reporter in told.reporters if reporter.number)
    return texts.UntakenRow(
        number=told.number, threat=told.threat, place=told.place, minutes=told.minutes, phone=next(phones, "")
    )
