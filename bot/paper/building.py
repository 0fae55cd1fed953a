"""Builds the file of a paper. Draws in the office libraries: imported in the thread that builds, never at a start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.paper.archive import Archive, archived
from bot.paper.document import closing_document
from bot.paper.models import PaperKind
from bot.paper.packing import unpacked
from bot.paper.report import Report
from bot.paper.tables import call_sheet, closing_tables, to_call
from bot.paper.wording import Words
from bot.warning.closing import SeriesRecord
from messages.engine import LOCALES


@dataclass(frozen=True, slots=True)
class Material:
    """All that a paper is made of. `packs`: the kept files of packs that were in force, as zips by version."""

    record: SeriesRecord
    report: Report
    packs: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Built:
    """The bytes, and how many are on the call sheet."""

    data: bytes
    callees: int


def build(kind: PaperKind, material: Material, locale: str) -> Built:
    """The paper's bytes: the same for the same material."""
    report, words = material.report, Words(locale)
    if kind is PaperKind.REPORT:
        data = closing_document(report, words)
    elif kind is PaperKind.TABLES:
        data = closing_tables(report, words)
    elif kind is PaperKind.CALL_SHEET:
        data = call_sheet(report, words)
    else:
        data = archived(_archive(material))
    return Built(data, len(to_call(report)))


def _archive(material: Material) -> Archive:
    reports = {}
    for locale in LOCALES:
        words = Words(locale)
        reports[f"report.{locale}.docx"] = closing_document(material.report, words)
        reports[f"report.{locale}.xlsx"] = closing_tables(material.report, words)
    packs = {version: unpacked(data) for version, data in material.packs.items()}
    return Archive(material.record, material.report, reports, packs)
