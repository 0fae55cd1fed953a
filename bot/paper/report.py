"""The closing report (结案报告) as values: figures by town, everybody told, every call, every version. Pure.

It is counted as the publisher's board counts, at its last state before the warning ended: at a lifting nobody must
answer any more, and the report is about who had to. What is not known is None and never 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.delivery import service as delivery
from bot.delivery.models import Message
from bot.delivery.schemas import ChatOutcome, Fate, Outcomes
from bot.paper.answered import GOT_THROUGH, Answers, acts
from bot.plan.schema import Level, WarningAct, WarningLevel
from bot.plan.service import Plan
from bot.warning.closing import SeriesRecord
from bot.warning.issuing import NOTICE, PURPOSE
from bot.warning.models import Answer, Audience, Origin, PhoneResult, Recipient, SeriesState, Version
from bot.warning.rules import ENDS, has_account, is_cut_off, is_told_by_telephone


@dataclass(frozen=True, slots=True)
class Made:
    """When a paper was made, for whom (name and post), by which version of the program and on which pack."""

    at: datetime
    by: str
    post: str
    product: str
    pack: str


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One issued version: what it said, on whose word, and what became of it in the chats it went to.

    `countersigned_by`: who gave the signature after a consent by telephone. `pack`: the pack it was issued on.
    """

    number: int
    act: WarningAct
    level: WarningLevel
    text: str
    content_hash: str
    issued_at: datetime
    published_at: datetime | None
    valid_until: datetime | None
    issuer: str
    consultation: str
    authority: str
    platform_number: str
    document_number: str | None
    audience: Audience
    drafted_name: str
    signed_name: str | None
    signed_at: datetime | None
    oral_words: str | None
    countersigned_at: datetime | None
    pack: str | None
    told: int | None
    sent: int
    uncertain: int
    failed: int
    waiting: int
    first_at: datetime | None
    median_at: datetime | None
    last_at: datetime | None
    places: tuple[tuple[str, WarningLevel], ...] = ()
    countersigned_by: str | None = None


@dataclass(frozen=True, slots=True)
class RecipientLine:
    """One chat that was told, or somebody without an account (`fate` None): the newest version, and what came back."""

    id: int
    name: str
    place: str
    town: str
    tier: Level
    level: WarningLevel | None
    is_group: bool
    has_account: bool
    awaited: bool
    is_missing: bool
    is_after_the_end: bool
    is_cut_off: bool
    is_told_by_telephone: bool
    told_version: int
    told_at: datetime
    fate: Fate | None
    sent_at: datetime | None
    error: str | None
    answer: Answer | None
    answered_name: str | None
    answered_at: datetime | None
    nudges: int | None
    phone: str | None
    phoned: PhoneResult | None
    phoned_by: str | None
    phoned_at: datetime | None


@dataclass(frozen=True, slots=True)
class TownLine:
    """One town: who had to answer there and has, when the first and the last did, who has not, who is cut off."""

    code: str
    name: str
    awaited: int
    answered: int
    first_at: datetime | None
    last_at: datetime | None
    missing: tuple[str, ...]
    cut_off: tuple[str, ...]
    reached_by_phone: int
    groups: int
    people: int


@dataclass(frozen=True, slots=True)
class CallLine:
    """One telephone call to somebody who had not answered."""

    at: datetime
    by: str
    name: str
    place: str
    phone: str | None
    result: PhoneResult


@dataclass(frozen=True, slots=True)
class Report:
    """A series to be read when it is over. While it is in force `ended_at` is None and the report says so."""

    number: str
    kind: str
    kind_en: str
    origin: Origin
    source: str
    state: SeriesState
    drill: bool
    opened_by: str
    opened_at: datetime
    ended_at: datetime | None
    made: Made
    versions: tuple[VersionLine, ...]
    towns: tuple[TownLine, ...]
    recipients: tuple[RecipientLine, ...]
    calls: tuple[CallLine, ...]

    @property
    def newest(self) -> VersionLine:
        """The version issued last."""
        return self.versions[-1]

    @property
    def highest(self) -> WarningLevel:
        """The highest level the warning ever had."""
        return min((version.level for version in self.versions), key=lambda level: level.rank)

    @property
    def awaited(self) -> int:
        return sum(town.awaited for town in self.towns)

    @property
    def answered(self) -> int:
        return sum(town.answered for town in self.towns)

    @property
    def groups(self) -> int:
        return sum(line.is_group for line in self.recipients)

    @property
    def people(self) -> int:
        return sum(not line.is_group for line in self.recipients)

    @property
    def without_account(self) -> int:
        return sum(not line.has_account for line in self.recipients)

    @property
    def missing(self) -> tuple[RecipientLine, ...]:
        """Who had to answer and has not."""
        return tuple(line for line in self.recipients if line.is_missing)

    @property
    def cut_off(self) -> tuple[str, ...]:
        return tuple(line.name for line in self.recipients if line.is_cut_off)

    @property
    def not_delivered(self) -> tuple[RecipientLine, ...]:
        """Who may not have it on the phone: it failed, or nobody knows."""
        return tuple(line for line in self.recipients if line.fate in (Fate.FAILED, Fate.UNCERTAIN))


def report_of(plan: Plan, record: SeriesRecord, names: Mapping[str, str], made: Made) -> Report:
    """The report from the rows. `names`: what each region is called, by code."""
    series, kind = record.series, plan.warning_kinds.get(record.series.kind_key)
    versions = tuple(_versions(record, names))
    ended_at = next((line.issued_at for line in versions if line.act in ENDS), None)
    recipients = tuple(
        _recipients(
            plan, record, names, Answers(record.acts, {line.number: line.issued_at for line in versions}, ended_at)
        )
    )
    return Report(
        number=series.number or "",
        kind=kind.words if kind else series.kind_key,
        kind_en=kind.name_en if kind else series.kind_key,
        origin=series.origin,
        source=series.source_words,
        state=series.state,
        drill=series.drill,
        opened_by=series.opened_name,
        opened_at=series.opened_at,
        ended_at=ended_at,
        made=made,
        versions=versions,
        towns=tuple(_towns(recipients, names)),
        recipients=recipients,
        calls=tuple(_calls(record, names)),
    )


def _versions(record: SeriesRecord, names: Mapping[str, str]) -> Iterator[VersionLine]:
    issued = {fact["version"]: fact for _, fact in acts(record.acts, "hash")}
    signed = {fact["version"]: entry.actor_name for entry, fact in acts(record.acts, "version", "warning.countersign")}
    told = _by_version(record.messages)
    for version in record.versions:
        if version.issued_at is not None:
            places = [
                (names.get(place.region_code, place.region_code), place.level) for place in record.places[version.id]
            ]
            outcomes = delivery.outcomes_among(told.get(version.number, ()))
            line = _version(version, version.issued_at, outcomes, issued.get(version.number, {}))
            yield replace(line, places=tuple(places), countersigned_by=signed.get(version.number))


def _version(version: Version, issued_at: datetime, outcomes: Outcomes, facts: Mapping[str, Any]) -> VersionLine:
    """`facts`: what was written down when it was issued."""
    counts = outcomes.counts
    return VersionLine(
        number=version.number,
        act=version.act,
        level=version.level,
        text=version.text,
        content_hash=version.content_hash or "",
        issued_at=issued_at,
        published_at=version.published_at,
        valid_until=version.valid_until,
        issuer=version.issuer,
        consultation=version.consultation,
        authority=version.authority,
        platform_number=version.platform_number,
        document_number=version.document_number,
        audience=version.audience,
        drafted_name=version.drafted_name,
        signed_name=version.signed_name,
        signed_at=version.signed_at,
        oral_words=version.oral_words,
        countersigned_at=version.countersigned_at,
        pack=facts.get("pack"),
        told=facts.get("told"),
        sent=counts[Fate.SENT],
        uncertain=counts[Fate.UNCERTAIN],
        failed=counts[Fate.FAILED],
        waiting=counts[Fate.WAITING],
        first_at=outcomes.first_sent_at,
        median_at=outcomes.median_sent_at,
        last_at=outcomes.last_sent_at,
    )


def _recipients(
    plan: Plan, record: SeriesRecord, names: Mapping[str, str], answers: Answers
) -> Iterator[RecipientLine]:
    fates = {
        number: {chat.chat_id: chat for chat in delivery.outcomes_among(rows).chats}
        for number, rows in _by_version(record.messages).items()
    }
    for row in record.recipients:
        outcome = fates.get(row.told_version, {}).get(row.chat_id)
        yield _recipient(plan, row, names, outcome, answers.due_at(row))


def _recipient(
    plan: Plan, row: Recipient, names: Mapping[str, str], outcome: ChatOutcome | None, due_at: datetime | None
) -> RecipientLine:
    """`due_at`: when he answered what he had to."""
    awaited = row.awaited_version is not None
    return RecipientLine(
        id=row.id,
        name=row.name,
        place=names.get(row.region_code, row.region_code),
        town=plan.town_of(row.region_code),
        tier=row.tier,
        level=row.level,
        is_group=row.person_id is None,
        has_account=has_account(row),
        awaited=awaited,
        is_missing=awaited and due_at is None,
        is_after_the_end=awaited and (row.answered_version or 0) > (row.awaited_version or 0),
        is_cut_off=is_cut_off(row),
        is_told_by_telephone=is_told_by_telephone(row),
        told_version=row.told_version,
        told_at=row.told_at,
        fate=outcome.fate if outcome else None,
        sent_at=outcome.sent_at if outcome else None,
        error=outcome.error if outcome else None,
        answer=row.answer,
        answered_name=row.answered_name,
        answered_at=due_at or row.answered_at,
        nudges=row.nudges if awaited else None,
        phone=row.phone or plan.duty_phone(row.region_code),
        phoned=row.phoned,
        phoned_by=row.phoned_by,
        phoned_at=row.phoned_at,
    )


def _towns(recipients: Sequence[RecipientLine], names: Mapping[str, str]) -> Iterator[TownLine]:
    by_town: dict[str, list[RecipientLine]] = {}
    for line in recipients:
        by_town.setdefault(line.town, []).append(line)
    for code, lines in sorted(by_town.items()):
        awaited = [line for line in lines if line.awaited]
        times = [line.answered_at for line in awaited if line.answered_at and not line.is_missing]
        yield TownLine(
            code=code,
            name=names.get(code, code),
            awaited=len(awaited),
            answered=sum(not line.is_missing for line in awaited),
            first_at=min(times, default=None),
            last_at=max(times, default=None),
            missing=tuple(line.name for line in awaited if line.is_missing),
            cut_off=tuple(line.name for line in lines if line.is_cut_off),
            reached_by_phone=sum(line.phoned is not None and line.phoned.value in GOT_THROUGH for line in lines),
            groups=sum(line.is_group for line in lines),
            people=sum(not line.is_group for line in lines),
        )


def _calls(record: SeriesRecord, names: Mapping[str, str]) -> Iterator[CallLine]:
    rows = {row.id: row for row in record.recipients}
    for entry, facts in acts(record.acts, "recipient", "warning.phone"):
        row = rows.get(facts["recipient"])
        yield CallLine(
            at=entry.at,
            by=entry.actor_name,
            name=row.name if row else "",
            place=names.get(row.region_code, row.region_code) if row else "",
            phone=row.phone if row else None,
            result=PhoneResult(facts["result"]),
        )


def _by_version(messages: Iterable[Message]) -> dict[int, list[Message]]:
    """The rows that carry the warning itself, by version; reminders and lists are about it."""
    found: dict[int, list[Message]] = {}
    for row in messages:
        if row.purpose.partition("/")[0] in (PURPOSE, NOTICE):
            found.setdefault(row.version, []).append(row)
    return found
