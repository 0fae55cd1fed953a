"""docs/coverage.csv says of each of the 109 systems of the source documents which room it becomes and how far it is.

What counts as working is a test that tells its story; a row cannot claim one that does not exist.
"""

from __future__ import annotations

import ast
import csv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COLUMNS = ["id", "name_zh", "name_en", "mechanism", "status", "story_test"]
STATUSES = ("works", "partial", "planned")
ROOMS = frozenset(
    [
        "audit",
        "plan",
        "directory",
        "duty",
        "inbox",
        "delivery",
        "intake",
        "incident",
        "hazard",
        "inspection",
        "obligation",
        "warning",
        "callout",
        "response",
        "register",
        "tip",
        "timetable",
    ]
)


def coverage() -> list[dict[str, str]]:
    with (ROOT / "docs" / "coverage.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def defined_in(path: Path) -> set[str]:
    """The node ids, after the path, of every test a file defines: `name` or `Class::name`."""
    names: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            names.add(node.name)
        elif isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            functions = (inner for inner in node.body if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef))
            names |= {f"{node.name}::{inner.name}" for inner in functions if inner.name.startswith("test_")}
    return names


def complaint(row: dict[str, str], root: Path) -> str | None:
    """What is wrong with a row's claim, or None."""
    status, story = row["status"], row["story_test"]
    if status not in STATUSES:
        return f"status {status!r} is none of {', '.join(STATUSES)}"
    if status == "planned":
        return f"planned, but names {story}" if story else None
    path, _, test = story.partition("::")
    if not path or not test:
        return f"{status}, but names no test (path::name)"
    if not path.startswith("tests/") or not (root / path).is_file():
        return f"{path} is no file under tests/"
    return None if test.partition("[")[0] in defined_in(root / path) else f"{path} defines no {test}"


def test_all_109_systems_are_listed_once_and_in_order() -> None:
    rows = coverage()
    assert list(rows[0]) == COLUMNS
    assert [row["id"] for row in rows] == [f"S{number:02d}" for number in range(1, 110)]
    assert all(row["name_zh"].strip() and row["name_en"].strip() for row in rows)


def test_every_system_becomes_a_room_of_the_house() -> None:
    strange = {row["id"]: row["mechanism"] for row in coverage() if row["mechanism"] not in ROOMS}
    assert not strange


def test_what_works_has_a_story_test_and_what_is_planned_claims_none() -> None:
    complaints = {row["id"]: words for row in coverage() if (words := complaint(row, ROOT))}
    assert not complaints


@pytest.mark.parametrize(
    ("status", "story", "words"),
    [
        ("works", "tests/test_story.py::test_told", None),
        ("partial", "tests/test_story.py::test_told[zh]", None),
        ("works", "tests/test_story.py::TestNight::test_one", None),
        ("planned", "", None),
        ("works", "", "names no test"),
        ("works", "tests/test_story.py", "names no test"),
        ("works", "tests/test_story.py::test_one", "defines no test_one"),
        ("works", "tests/test_gone.py::test_told", "is no file"),
        ("works", "test_story.py::test_told", "is no file"),
        ("planned", "tests/test_story.py::test_told", "planned, but names"),
        ("done", "", "is none of"),
    ],
)
def test_a_false_claim_is_seen(tmp_path: Path, status: str, story: str, words: str | None) -> None:
    (tmp_path / "tests").mkdir()
    text = "async def test_told(): ...\nclass TestNight:\n    def test_one(self): ...\n"
    (tmp_path / "tests" / "test_story.py").write_text(text, encoding="utf-8")
    found = complaint({"status": status, "story_test": story}, tmp_path)
    assert found is None if words is None else found is not None and words in found
