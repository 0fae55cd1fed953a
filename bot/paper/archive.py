"""The audit archive (审计档案) of one series: texts, ledger, calls and log, each file with its hash. Pure.

It holds what a stranger needs to check it without us: README.txt says how.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.paper.packing import packed
from bot.paper.report import Report
from bot.warning.closing import SeriesRecord
from bot.warning.models import Place, Version
from bot.warning.rules import hashed_head
from messages import paper as texts
from messages.engine import LOCALES, ZONE

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is reckoned by a spreadsheet; names of groups are other people's words."""


@dataclass(frozen=True, slots=True)
class Archive:
    """What goes in: the rows, the report made of them, its files by name, and the packs' files by version."""

    record: SeriesRecord
    report: Report
    reports: Mapping[str, bytes]
    packs: Mapping[str, Mapping[str, bytes]]


def archived(archive: Archive) -> bytes:
    """The archive as a zip, README and manifest first."""
    files = dict(_files(archive))
    return packed({"README.txt": _readme(archive), "manifest.json": _manifest(archive, files), **files})


def _files(archive: Archive) -> Iterable[tuple[str, bytes]]:
    record = archive.record
    for version in record.versions:
        yield f"versions/{version.number:02}.txt", version.text.encode()
        yield f"versions/{version.number:02}.json", _json(_version(version, record.places.get(version.id, ())))
    yield "recipients.csv", _recipients(record)
    yield "deliveries.csv", _deliveries(record)
    yield "texts.csv", _texts(record)
    yield "calls.csv", _calls(archive.report)
    yield "audit.csv", _log(record)
    yield from archive.reports.items()
    for pack, kept in archive.packs.items():
        yield from ((f"{_folder(pack)}/{name}", data) for name, data in kept.items())


def _readme(archive: Archive) -> bytes:
    report = archive.report
    packs = tuple(
        texts.PackLine(
            version=line.number,
            pack=line.pack or "",
            folder=_folder(line.pack) if line.pack and line.pack in archive.packs else None,
        )
        for line in report.versions
    )
    payload = texts.Readme(
        number=report.number,
        of=report.kind,
        of_en=report.kind_en,
        drill=report.drill,
        made_at=report.made.at,
        unsealed=sum(act.entry.seal is None for act in archive.record.acts),
        packs=packs,
    )
    return "\n\n\n".join(texts.readme(payload, locale) for locale in LOCALES).encode()


def _manifest(archive: Archive, files: Mapping[str, bytes]) -> bytes:
    report = archive.report
    said = {
        "format": "jiaoying-archive/1",
        "number": report.number,
        "drill": report.drill,
        "state": report.state.value,
        "made_at": _moment(report.made.at),
        "made_by": report.made.by,
        "post": report.made.post,
        "product": report.made.product,
        "pack": report.made.pack,
        "packs": {str(line.number): line.pack for line in report.versions},
        "files": {
            name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)} for name, data in files.items()
        },
    }
    return _json(said)


def _version(version: Version, places: Sequence[Place]) -> dict[str, Any]:
    where = [{"region": place.region_code, "level": place.level.value} for place in places]
    return {**version.model_dump(mode="json"), "places": where, "hashed_head": hashed_head(version, places)}


def _recipients(record: SeriesRecord) -> bytes:
    left_out = {"locale", "nudge_due_at"}
    names = (
        [name for name in type(record.recipients[0]).model_fields if name not in left_out] if record.recipients else []
    )
    rows = ([getattr(row, name) for name in names] for row in record.recipients)
    return _csv([*names, "drill"], ([*row, record.series.drill] for row in rows))


def _deliveries(record: SeriesRecord) -> bytes:
    names = (
        "id",
        "chat_id",
        "thread_id",
        "purpose",
        "version",
        "seq",
        "state",
        "lane",
        "created_at",
        "sending_at",
        "sent_at",
        "valid_until",
        "text_id",
        "message_id",
        "attempts",
        "repeated",
        "silent",
        "drill",
        "error",
    )
    return _csv(names, ([getattr(row, name) for name in names] for row in record.messages))


def _texts(record: SeriesRecord) -> bytes:
    """What each message said around the text of the warning: head, foot, advice, reminders."""
    rows = (
        (text.id, text.version, text.purpose, text.locale, text.body.get("text") or text.body.get("caption"))
        for text in record.texts
    )
    return _csv(("id", "version", "purpose", "locale", "text"), rows)


def _calls(report: Report) -> bytes:
    rows = ((call.at, call.by, call.name, call.place, call.phone, call.result, report.drill) for call in report.calls)
    return _csv(("at", "by", "name", "place", "phone", "result", "drill"), rows)


def _log(record: SeriesRecord) -> bytes:
    names = ("id", "at", "actor_id", "actor_name", "act", "subject", "drill", "previous_seal", "sealed_text", "seal")
    rows = (
        (
            act.entry.id,
            act.entry.at,
            act.entry.actor_id,
            act.entry.actor_name,
            act.entry.act,
            act.entry.subject,
            act.entry.drill,
            act.previous,
            act.said,
            act.entry.seal,
        )
        for act in record.acts
    )
    return _csv(names, rows)


def _csv(names: Sequence[str], rows: Iterable[Iterable[object]]) -> bytes:
    """With the mark by which spreadsheets know UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return int(value)
    if isinstance(value, datetime):
        return _moment(value)
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _moment(at: datetime) -> str:
    return at.astimezone(ZONE).isoformat()


def _folder(pack: str) -> str:
    return "pack/" + pack.replace(" ", "-")


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"
