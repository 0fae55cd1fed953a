"""自查: looks for what should have happened and did not, and tells the desk and the administrators, once.

Two sorts: rows that did not arrive, each told of once; and things that are late (a pass, an urgent row, an update, a
card), told of once until they are late no more. Its own notices are neither urgent nor critical: it never rings about
itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.logging import log_after_commit
from bot.delivery import channels, lateness
from bot.delivery import service as delivery
from bot.delivery.addressing import is_channel
from bot.delivery.lateness import NotArrived
from bot.delivery.models import Lane
from bot.delivery.schemas import Button, InlineKeyboard, Target, Telling
from bot.directory import groups, people
from bot.inbox import service as inbox
from bot.incident import service as incidents
from bot.incident.errors import NoSuchIncident
from bot.plan.schema import WaitKey
from bot.plan.service import Plan
from bot.warning import service as warnings
from bot.warning.errors import NoSuchWarning
from bot.watch import repository
from bot.watch.models import Finding
from messages import watch as texts
from messages.engine import label

log = structlog.get_logger()

RETRY = "watch.retry"
SUBJECT = "audit"
_GATHERED = timedelta(minutes=1)
"""Rows of one broadcast fail one after the other: they are told of together."""

_NAMED = 5
RETRIED = 6
_REASONS = 3


@dataclass(frozen=True, slots=True)
class Late:
    """Something that waits since an instant. `key` is `pass:<name>`, or `urgent`, `inbox`, `cards`."""

    key: str
    since: datetime


@dataclass(slots=True)
class Auditor:
    """Oversees the passes: it is told when each has something to do next.

    `began` is when this process did: what waited while nobody was there is not late before it had its time since.
    """

    plan: Plan
    began: datetime | None = None

    async def run_due(self, session: AsyncSession, now: datetime, passes: Mapping[str, datetime]) -> int:
        """Tells of what is newly found and forgets what is late no more; how much was looked at."""
        known = {finding.key: finding for finding in await repository.findings(session)}
        waiting = {each.key: each for each in await self._waiting(session, passes)}
        new = [each for key, each in waiting.items() if key not in known and self._is_late(each, now)]
        due = [finding for finding in known.values() if finding.checked_at + self._patience <= now]
        for finding in due:
            finding.checked_at = now
            if finding.key not in waiting or not self._is_late(waiting[finding.key], now):
                await repository.forget_finding(session, finding)
                log_after_commit(session, "audit_cleared", key=finding.key)
        for each in new:
            await repository.add_finding(session, Finding(key=each.key, since=each.since, told_at=now, checked_at=now))
            log_after_commit(session, "audit_finding", key=each.key, since=each.since.isoformat())
        rows = await self._unreported(session, now)
        await self._tell(session, now, new, [row for row in rows if not row.is_known])
        return len(new) + len(due) + len(rows)

    async def next_due(self, session: AsyncSession, passes: Mapping[str, datetime]) -> datetime | None:
        """When something will be late, when what is late is looked at again, when failed rows are told of."""
        known = {finding.key: finding.checked_at for finding in await repository.findings(session)}
        waiting = {each.key: each.since for each in await self._waiting(session, passes)}
        instants = [instant + self._patience for instant in {**waiting, **known}.values()]
        tried = await lateness.oldest_unreported(session)
        return min(instants + ([tried + _GATHERED] if tried else []), default=None)

    @property
    def _patience(self) -> timedelta:
        return self.plan.wait(WaitKey.PATIENCE)

    def _is_late(self, each: Late, now: datetime) -> bool:
        return each.since + self._patience <= now

    async def _waiting(self, session: AsyncSession, passes: Mapping[str, datetime]) -> list[Late]:
        """Everything that could be late, with since when."""
        since: dict[str, datetime | None] = {
            "urgent": await lateness.urgent_since(session),
            "inbox": await inbox.oldest_waiting(session),
            "cards": await lateness.unpainted_since(session),
        }
        since |= {f"pass:{name}": due for name, due in passes.items()}
        return [Late(key, max(at, self.began or at)) for key, at in since.items() if at is not None]

    async def _unreported(self, session: AsyncSession, now: datetime) -> list[NotArrived]:
        """What did not arrive, all of it once; from now on it has been told of."""
        tried = await lateness.oldest_unreported(session)
        if tried is None or tried + _GATHERED > now:
            return []
        rows: list[NotArrived] = []
        while some := await lateness.unreported(session):
            await lateness.reported(session, now, [row.id for row in some])
            rows += some
        return rows

    async def _tell(
        self, session: AsyncSession, now: datetime, new: Sequence[Late], rows: Sequence[NotArrived]
    ) -> None:
        """One notice to the district's desk and the administrators."""
        if not new and not rows:
            return
        texts_of = by_text(rows)
        failures = tuple([await failure(session, self.plan, found) for found in texts_of.values()])
        for (subject, version), found in texts_of.items():
            log_after_commit(session, "audit_not_arrived", subject=subject, version=version, rows=len(found))
        late = tuple([await self._said(session, now, each) for each in new])
        how = Telling(SUBJECT, "findings", Lane.INTERACTIVE, version=int(now.timestamp()), seq=now.microsecond)
        watching = await people.watchers(session, now, self.plan.district.code)
        targets = [Target(person.platform_id, person.locale) for person in watching if person.platform_id]
        words = texts.AuditFindings(late=late, failures=failures)
        await delivery.tell(session, now, how, words, targets, lambda locale: retry_keys(texts_of, failures, locale))

    async def _said(self, session: AsyncSession, now: datetime, each: Late) -> texts.Late:
        what, _, name = each.key.partition(":")
        count = await lateness.urgent_count(session, now - self._patience) if what == "urgent" else 0
        return texts.Late(what=what, name=name, minutes=int((now - each.since).total_seconds() // 60), count=count)


ByText = Mapping[tuple[str, int], Sequence[NotArrived]]


def by_text(rows: Sequence[NotArrived]) -> ByText:
    """The rows of each text, by its subject and version."""
    found: dict[tuple[str, int], list[NotArrived]] = {}
    for row in rows:
        found.setdefault((row.subject, row.version), []).append(row)
    return found


async def failure(session: AsyncSession, plan: Plan, rows: Sequence[NotArrived]) -> texts.Failure:
    """What did not arrive of one text: how many, why, and whose chats."""
    chats = list(dict.fromkeys(row.chat_id for row in rows))[:_NAMED]
    names = [await name_of(session, plan, chat_id) for chat_id in chats]
    uncertain = sum(row.is_uncertain for row in rows)
    return texts.Failure(
        about=await _number(session, rows[0].subject),
        failed=len(rows) - uncertain,
        uncertain=uncertain,
        chats=tuple(name for name in names if name),
        reasons=tuple(texts.Reason(meaning=meaning, count=count) for meaning, count in _reasons(rows)),
    )


def _reasons(rows: Sequence[NotArrived]) -> list[tuple[str, int]]:
    """Why, the commonest first."""
    return Counter(row.meaning.value for row in rows).most_common(_REASONS)


async def name_of(session: AsyncSession, plan: Plan, chat_id: int) -> str:
    """Whose chat or channel it is."""
    if is_channel(chat_id):
        return await channels.name_of(session, plan, chat_id)
    if group := await groups.by_chat(session, chat_id):
        return group.title
    person = await people.person_by_platform(session, chat_id)
    return person.name if person else ""


async def _number(session: AsyncSession, subject: str) -> str:
    """The number people call the thing by; empty for what has none."""
    kind, _, rest = subject.partition(":")
    ident = rest.partition(":")[0]
    if not ident.isdecimal():
        return ""
    try:
        if kind == "warning":
            return (await warnings.view(session, int(ident))).number or ""
        if kind == "incident":
            return (await incidents.view(session, int(ident))).number
    except (NoSuchWarning, NoSuchIncident):
        log.info("audit_subject_gone", subject=subject)
    return ""


def retry_keys(found: ByText, failures: Sequence[texts.Failure], locale: str) -> InlineKeyboard:
    """One button for each text that did not arrive somewhere."""
    rows = []
    for (subject, version), failure in list(zip(found, failures, strict=True))[:RETRIED]:
        words = " ".join(part for part in (label("watch.retry", locale), failure.about) if part)
        rows.append([Button(words, f"{RETRY}:{version}:{subject}")])
    return InlineKeyboard(rows)
