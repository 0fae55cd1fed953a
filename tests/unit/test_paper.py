"""Papers from rows: the files are opened again and say what the rows say, in both languages, byte for byte the same."""

from __future__ import annotations

import ast
import csv
import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from docx import Document
from openpyxl import load_workbook

from bot.delivery.schemas import Fate
from bot.paper.building import Material, build
from bot.paper.models import PaperKind
from bot.paper.packing import packed, unpacked
from bot.paper.report import Report, report_of
from bot.paper.tables import answer_words, to_call
from bot.paper.wording import Words, file_name, local
from bot.plan.service import Plan
from bot.warning.closing import SeriesRecord
from bot.warning.models import Answer, SeriesState
from tests.unit.recorded_night import MADE, NAMES, TEXT, chained, minutes, night

ROOT = Path(__file__).parents[2]
LABELLED = ("zh", "en")


@pytest.fixture(scope="module")
def report(plan: Plan) -> Report:
    return report_of(plan, night(), NAMES, MADE)


def made(plan: Plan, kind: PaperKind, record: SeriesRecord, locale: str = "zh") -> bytes:
    packs = {"dazu 1.0 abc": packed({"pack.yaml": b"key: dazu\n"})}
    return build(kind, Material(record, report_of(plan, record, NAMES, MADE), packs), locale).data


def sheets(data: bytes) -> dict[str, list[list[Any]]]:
    book = load_workbook(io.BytesIO(data))
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}


def said(data: bytes) -> str:
    """Every word of a document, tables included, in order."""
    return "\n".join(paragraph.text for paragraph in _paragraphs(Document(io.BytesIO(data)).element.body))


def _paragraphs(body: Any) -> list[Any]:
    return list(body.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}p"))


# --- figures ---------------------------------------------------------------------------------------------------------


def test_after_the_lifting_it_still_says_who_had_to_answer_and_did(report: Report) -> None:
    assert (report.awaited, report.answered, report.groups, report.people, report.without_account) == (5, 2, 1, 5, 1)
    assert {line.name for line in report.missing} == {"横店村干部", "宝顶镇值班员", "没有账目的人"}
    towns = {town.name: town for town in report.towns}
    assert (towns["龙水镇"].awaited, towns["龙水镇"].answered) == (3, 1)
    assert (towns["宝顶镇"].awaited, towns["宝顶镇"].answered, towns["宝顶镇"].reached_by_phone) == (2, 1, 1)
    assert towns["宝顶镇"].cut_off == ("宝顶镇值班员",)
    assert report.ended_at == minutes(10)


def test_who_answers_twice_has_answered_the_first_time(report: Report) -> None:
    towns = {town.name: town for town in report.towns}
    assert (towns["龙水镇"].first_at, towns["龙水镇"].last_at) == (minutes(2), minutes(2))
    assert (towns["宝顶镇"].first_at, towns["宝顶镇"].last_at) == (minutes(6), minutes(6))


def test_each_version_has_its_own_deliveries(report: Report) -> None:
    first, last = report.versions
    assert (first.sent, first.failed, first.told, first.pack) == (3, 1, 6, "dazu 1.0 abc")
    assert (first.first_at, first.median_at, first.last_at) == (minutes(11), minutes(12), minutes(14))
    assert (last.sent, last.failed, last.told, last.pack) == (3, 1, None, None)


def test_what_nobody_knows_is_not_a_figure(report: Report) -> None:
    lines = {line.name: line for line in report.recipients}
    assert (lines["没有账目的人"].fate, lines["没有账目的人"].sent_at) == (None, None)
    assert lines["宝顶镇值班员"].fate is Fate.FAILED
    assert lines["龙水镇应急值班群"].nudges is None


def test_who_only_learned_of_the_lifting_has_not_answered_the_warning(plan: Plan) -> None:
    record = night()
    late, first = record.recipients[5], record.recipients[0]
    for row in (late, first):
        row.answer, row.answered_version, row.answered_at = Answer.RECEIVED, 2, minutes(30)
    report = report_of(plan, record, NAMES, MADE)
    lines = {line.name: line for line in report.recipients}
    assert (report.answered, lines[late.name].is_missing, lines[first.name].is_missing) == (2, True, False)
    assert lines[first.name].answered_at == minutes(2), "when it was due, not when the old button was tapped again"
    assert answer_words(lines[late.name], Words("zh")) == "收到（解除以后）"


@pytest.mark.parametrize(
    ("called", "answered_at"),
    [((6, 20), minutes(6)), ((20,), None), ((-5, 20), None)],
    ids=["about the warning too", "about the lifting only", "about an earlier version"],
)
def test_a_call_counts_for_what_was_in_force_when_it_got_through(
    plan: Plan, called: tuple[int, ...], answered_at: datetime | None
) -> None:
    record = night()
    row = record.recipients[5]
    acts = [(minutes(at), "warning.phone", {"recipient": row.id, "result": "reached"}) for at in called]
    row.answer, row.answered_version, row.answered_at = Answer.RECEIVED, 2, minutes(20)
    report = report_of(plan, replace(record, acts=chained(acts)), NAMES, MADE)
    line = next(line for line in report.recipients if line.id == row.id)
    assert (line.is_missing, line.answered_at) == (answered_at is None, answered_at or minutes(20))


def test_who_answered_in_his_group_and_learned_of_the_lifting_by_telephone_has_answered(plan: Plan) -> None:
    record = night()
    row = record.recipients[5]
    acts = [(minutes(5), "warning.answer", {"chat": -5, "version": 1, "answer": "received"})]
    acts.append((minutes(20), "warning.phone", {"recipient": row.id, "result": "reached"}))
    row.person_id, row.answer, row.answered_version, row.answered_at = 9, Answer.RECEIVED, 2, minutes(20)
    report = report_of(plan, replace(record, acts=chained(acts)), NAMES, MADE)
    line = next(line for line in report.recipients if line.id == row.id)
    assert (line.is_missing, line.answered_at) == (False, minutes(5))


# --- the files -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("locale", LABELLED)
def test_the_document_says_every_version_word_for_word_and_each_towns_times(
    plan: Plan, report: Report, locale: str
) -> None:
    data, words = made(plan, PaperKind.REPORT, night(), locale), Words(locale)
    whole = said(data)
    shown = Document(io.BytesIO(data))
    texts = [paragraph.text for paragraph in shown.paragraphs]
    assert TEXT.replace("\x0b", "\ufffd") in texts
    assert "解除。" in texts
    for line in report.versions:
        assert line.content_hash in whole
    cells = [[cell.text for cell in row.cells] for table in shown.tables for row in table.rows]
    for town in report.towns:
        assert any(
            row[:5]
            == [town.name, str(town.answered), str(town.awaited), *map(words.moment, (town.first_at, town.last_at))]
            for row in cells
        )
    assert "2026-07-12 00:52:00" in whole
    assert "迟报" not in whole


@pytest.mark.parametrize("locale", LABELLED)
def test_the_tables_hold_numbers_as_numbers_and_times_as_times(plan: Plan, report: Report, locale: str) -> None:
    overview, towns, people, calls, versions = sheets(made(plan, PaperKind.TABLES, night(), locale)).values()
    assert {(row[0], row[1]) for row in overview} >= {
        (Words(locale).say("fact.awaited"), 5),
        (Words(locale).say("fact.answered"), 2),
        (Words(locale).say("fact.ended"), local(minutes(10))),
    }
    assert [row[:6] for row in towns[1:]] == [
        [town.name, town.awaited, town.answered, town.awaited - town.answered, *_times(town.first_at, town.last_at)]
        for town in report.towns
    ]
    assert [row[0] for row in people[1:]] == [line.name for line in report.recipients]
    assert [row[13] for row in people[1:]] == _times(*(line.answered_at for line in report.recipients))
    assert [row[0] for row in calls[1:]] == _times(*(call.at for call in report.calls))
    assert len(calls) == 4
    assert [row[0] for row in versions[1:]] == [1, 2]
    assert versions[1][-1] == TEXT.replace("\x0b", "\ufffd")


def test_a_sheet_prints_on_a4_across_with_its_head_on_every_page(plan: Plan) -> None:
    for kind in (PaperKind.TABLES, PaperKind.CALL_SHEET):
        for sheet in load_workbook(io.BytesIO(made(plan, kind, night()))):
            assert (sheet.page_setup.orientation, int(sheet.page_setup.paperSize)) == ("landscape", 9)
            head = int(sheet.freeze_panes.removeprefix("A")) - 1
            assert sheet.print_title_rows == f"$1:${head}"
            assert sheet.sheet_properties.pageSetUpPr.fitToPage
            assert all(sheet.column_dimensions[letter].width >= 6 for letter in "AB" if sheet.max_column > 1)


def test_a_name_that_looks_like_a_formula_is_a_name(plan: Plan) -> None:
    book = load_workbook(io.BytesIO(made(plan, PaperKind.TABLES, night())))
    cell = next(cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == "=1+1龙水镇值班员")
    assert cell.data_type == "s"
    rows = _rows(unpacked(made(plan, PaperKind.ARCHIVE, night()))["recipients.csv"])
    assert rows[0]["name"] == "'=1+1龙水镇值班员"
    assert rows[0]["id"] == "1"


def test_the_call_sheet_has_numbers_as_they_are_read_out_and_room_to_write(plan: Plan) -> None:
    record = night(SeriesState.IN_FORCE)
    calls, aloud = sheets(made(plan, PaperKind.CALL_SHEET, record)).values()
    assert "预0712-1 暴雨橙色预警" in calls[0][0]
    assert "第1版" in calls[1][0]
    assert {(row[2], row[3]) for row in calls[3:]} == {
        ("横店村干部", "+86 100 0000 0002"),
        ("宝顶镇值班员", "+86 100 0000 0003"),
        ("没有账目的人", "+86 100 0000 0006"),
    }
    assert all("□ 通了" in row[6] and row[7] is None for row in calls[3:])
    assert aloud[2][0] == TEXT.replace("\x0b", "\ufffd")


def test_after_the_end_those_are_called_who_were_told_by_telephone(report: Report) -> None:
    assert {line.name for line in to_call(report)} == {"宝顶镇值班员", "宝顶镇镇长"}


@pytest.mark.parametrize("kind", PaperKind)
def test_the_same_rows_give_the_same_bytes_whenever_they_are_built(plan: Plan, kind: PaperKind) -> None:
    with time_machine.travel("2026-07-12 02:00", tick=False):
        first = made(plan, kind, night())
    with time_machine.travel("2027-01-01 12:34:56", tick=False):
        again = made(plan, kind, night())
    assert first == again
    assert first != made(plan, kind, night(drill=True))


@pytest.mark.parametrize("kind", PaperKind)
def test_a_drill_says_so_on_every_page_and_in_its_name(plan: Plan, kind: PaperKind) -> None:
    assert file_name(kind, "预0712-1", "zh", drill=True).startswith("【演练】预0712-1 ")
    assert "演练" not in file_name(kind, "预0712-1", "zh", drill=False)
    data = made(plan, kind, night(drill=True))
    if kind is PaperKind.REPORT:
        document = Document(io.BytesIO(data))
        assert document.sections[0].header.paragraphs[0].text == "【演练】"
        assert document.paragraphs[1].text.startswith("【演练】")
    elif kind is PaperKind.ARCHIVE:
        files = unpacked(data)
        assert files["README.txt"].decode().startswith("【演练】")
        assert json.loads(files["manifest.json"])["drill"] is True
        assert {row["drill"] for row in _rows(files["recipients.csv"])} == {"1"}
    else:
        assert {sheet.oddHeader.center.text for sheet in load_workbook(io.BytesIO(data))} == {"【演练】"}


# --- the archive -----------------------------------------------------------------------------------------------------


def test_an_archive_can_be_checked_without_us(plan: Plan) -> None:
    """As its README says: files against the manifest, texts against their hashes, each row of the log by its seal."""
    record = night()
    files = unpacked(made(plan, PaperKind.ARCHIVE, record))
    manifest = json.loads(files["manifest.json"])
    assert set(manifest["files"]) == set(files) - {"README.txt", "manifest.json"}
    for name, proof in manifest["files"].items():
        assert (proof["sha256"], proof["bytes"]) == (hashlib.sha256(files[name]).hexdigest(), len(files[name]))
    for row in record.versions:
        text, fields = files[f"versions/{row.number:02}.txt"], json.loads(files[f"versions/{row.number:02}.json"])
        assert text == row.text.encode()
        assert hashlib.sha256(fields["hashed_head"].encode() + text).hexdigest() == fields["content_hash"]
    log = _rows(files["audit.csv"])
    assert len(log) == len(record.acts)
    for act in log:
        assert hashlib.sha256((act["previous_seal"] + act["sealed_text"]).encode()).hexdigest() == act["seal"]
        assert json.loads(act["sealed_text"])["act"] == act["act"]
    assert [act["seal"] for act in log][:-1] == [act["previous_seal"] for act in log][1:]


def test_nobody_told_is_missing_from_an_archive(plan: Plan) -> None:
    record = night()
    files = unpacked(made(plan, PaperKind.ARCHIVE, record))
    assert {row["name"].lstrip("'") for row in _rows(files["recipients.csv"])} == {
        row.name for row in record.recipients
    }
    assert [int(row["id"]) for row in _rows(files["deliveries.csv"])] == [row.id for row in record.messages]
    texts = {row["id"]: row["text"] for row in _rows(files["texts.csv"])}
    assert {texts[row["text_id"]] for row in _rows(files["deliveries.csv"])} == {f"头\n{TEXT}\n脚"}
    assert [row["result"] for row in _rows(files["calls.csv"])] == ["reached", "no_answer", "cut_off"]
    assert files["pack/dazu-1.0-abc/pack.yaml"] == b"key: dazu\n"
    assert "report.zh.docx" in files
    assert "report.en.xlsx" in files


def test_a_pack_that_was_not_kept_is_said_to_be_missing(plan: Plan) -> None:
    record = night()
    report = report_of(plan, record, NAMES, MADE)
    report = replace(report, versions=(replace(report.versions[0], pack="dazu 0.9 old"), *report.versions[1:]))
    files = unpacked(build(PaperKind.ARCHIVE, Material(record, report, {}), "zh").data)
    assert "第1版发布时：dazu 0.9 old，文件没有留存" in files["README.txt"].decode()


def test_no_start_pays_for_the_office_libraries() -> None:
    """What draws them in is imported inside the function that runs in the thread, and nowhere at the head of a file."""
    heavy = {f"bot.paper.{name}" for name in ("building", "document", "sheets", "tables")}
    found = set()
    for path in (path for room in ("bot", "handlers") for path in (ROOT / room).rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if "bot.paper" in source and ".".join(path.relative_to(ROOT).with_suffix("").parts) not in heavy:
            found |= {module for module in _imported_at_its_head(source) if module in heavy}
    assert found == set()


def _imported_at_its_head(source: str) -> Iterator[str]:
    for node in ast.parse(source).body:
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
            yield node.module or ""
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def _rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def _times(*moments: datetime | None) -> list[datetime | None]:
    return [local(moment) if moment else None for moment in moments]
