"""A recorded night for tests of papers: one warning issued, answered, telephoned about and lifted, as rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.audit.models import AuditEntry
from bot.audit.service import Sealed, said_of, seal_of
from bot.delivery.models import Message, MessageState, Text
from bot.paper.report import Made
from bot.plan.schema import Level, WarningAct, WarningLevel
from bot.warning.closing import SeriesRecord
from bot.warning.models import (
    Answer,
    Origin,
    PhoneResult,
    Place,
    Recipient,
    Series,
    SeriesState,
    Version,
    VersionState,
)
from bot.warning.rules import hash_of, nowhere

NIGHT = datetime(2026, 7, 11, 16, 50, tzinfo=UTC)
TOWN, VILLAGE, OTHER_TOWN = "500111100", "500111100216", "500111102"
NAMES = {"500111": "大足区", TOWN: "龙水镇", VILLAGE: "龙水镇 横店村", OTHER_TOWN: "宝顶镇"}
TEXT = "大足区气象台发布暴雨橙色预警信号：\n　　请注意防范 <b>&amp;\t末尾\x0b。"
MADE = Made(NIGHT + timedelta(hours=9), "区应急局值班员", "大足区 · 值班员", "jiaoying 0.1.0", "dazu 1.0 abc")


def minutes(count: float) -> datetime:
    return NIGHT + timedelta(minutes=count)


def person(number: int, name: str, region: str, **values: Any) -> Recipient:
    told = {"series_id": 1, "told_version": 2, "told_at": NIGHT, "tier": Level.TOWN, "awaited_version": 1}
    chat = {"id": number, "chat_id": number, "person_id": number, "name": name, "region_code": region}
    return Recipient(**{**told, **chat, "phone": f"+86100000{number:05}", **values})


def sent(number: int, version: int, chat: int, **values: Any) -> Message:
    row = {"id": number, "subject": "warning:1", "version": version, "purpose": "warning", "chat_id": chat}
    at = {"created_at": NIGHT, "state": MessageState.SENT, "sent_at": minutes(number)}
    return Message(**{**row, "text_id": 1, "lane": 0, **at, **values})


def chained(acts: list[tuple[datetime, str, dict[str, Any]]]) -> list[Sealed]:
    rows, previous = [], "0" * 64
    for number, (at, act, facts) in enumerate(acts, 1):
        entry = AuditEntry(id=number, at=at, actor_id=9, actor_name="值班员", act=act, subject="warning:1", facts=facts)
        entry.seal = seal_of(entry, previous)
        rows.append(Sealed(entry, previous, said_of(entry).decode()))
        previous = entry.seal
    return rows


def version(number: int, act: WarningAct, text: str, at: datetime) -> Version:
    row = Version(
        id=number,
        series_id=1,
        number=number,
        act=act,
        state=VersionState.ISSUED,
        level=WarningLevel.ORANGE,
        text=text,
        issued_at=at,
        valid_until=minutes(360),
        drafted_name="值班员",
        signed_name="值班员",
        signed_at=at,
    )
    row.content_hash = hash_of(row, [Place(version_id=number, region_code="500111", level=WarningLevel.ORANGE)])
    return row


def night(state: SeriesState = SeriesState.LIFTED, *, drill: bool = False) -> SeriesRecord:
    """Issued at 00:50, lifted ten minutes later: five who must answer, a group, somebody without an account."""
    versions = [version(1, WarningAct.ISSUE, TEXT, NIGHT)]
    if state is SeriesState.LIFTED:
        versions.append(version(2, WarningAct.LIFT, "解除。", minutes(10)))
    newest = len(versions)
    people = [
        person(1, "=1+1龙水镇值班员", TOWN, answer=Answer.RECEIVED, answered_version=1, answered_at=minutes(3)),
        person(2, "横店村干部", VILLAGE, answer=Answer.CANNOT, answered_version=1, answered_at=minutes(4)),
        person(3, "宝顶镇值班员", OTHER_TOWN, phoned=PhoneResult.CUT_OFF, phoned_by="值班员", phoned_at=minutes(8)),
        person(4, "宝顶镇镇长", OTHER_TOWN, chat_id=nowhere(4), answer=Answer.RECEIVED, answered_version=1),
        person(5, "龙水镇应急值班群", TOWN, person_id=None, chat_id=-5, awaited_version=None, phone=None),
        person(6, "没有账目的人", TOWN),
    ]
    people[3].answered_at, people[3].phoned, people[3].phoned_at = minutes(6), PhoneResult.REACHED, minutes(6)
    for row in people:
        row.told_version = newest
    fates: dict[int, dict[str, Any]] = {
        3: {"state": MessageState.DEAD, "sent_at": None, "error": "bot was blocked"},
        -5: {"purpose": "notice"},
    }
    messages = [
        sent(number * 10 + row, number, chat, **fates.get(chat, {}))
        for number in range(1, newest + 1)
        for row, chat in enumerate((1, 2, 3, -5), 1)
    ]
    messages.append(sent(90, 1, 1, purpose="nudge", state=MessageState.UNCERTAIN, sent_at=None))
    acts: list[tuple[datetime, str, dict[str, Any]]] = [
        (NIGHT, "warning.issue", {"version": 1, "hash": versions[0].content_hash, "pack": "dazu 1.0 abc", "told": 6}),
        (minutes(2), "warning.answer", {"chat": 1, "version": 1, "answer": "received"}),
        (minutes(3), "warning.answer", {"chat": 1, "version": 1, "answer": "received"}),
        (minutes(6), "warning.phone", {"recipient": 4, "result": "reached"}),
        (minutes(7), "warning.phone", {"recipient": 3, "result": "no_answer"}),
        (minutes(8), "warning.phone", {"recipient": 3, "result": "cut_off"}),
    ]
    series = Series(
        id=1,
        number="预0712-1",
        kind_key="rainstorm",
        origin=Origin.RELAYED,
        state=state,
        source_words="大足区气象台",
        opened_name="区应急局值班员",
        opened_chat=9,
        opened_at=NIGHT,
        drill=drill,
    )
    places = {row.id: [Place(version_id=row.id, region_code="500111", level=row.level)] for row in versions}
    text = Text(
        id=1, subject="warning:1", version=1, purpose="warning#0", locale="zh", body={"text": f"头\n{TEXT}\n脚"}
    )
    return SeriesRecord(series, versions, places, people, messages, [text], chained(acts))
