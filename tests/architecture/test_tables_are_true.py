"""The lints' own papers: exceptions still needed, a glossary that can be read, contracts that know every room."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Mapping

import pytest

from tests.architecture import code_rules, tables
from tests.architecture.glossary import banned_in, banned_words, words_of
from tests.architecture.source import ROOT, Source, project_files

RULES = {rule.name: rule for rule in code_rules.RULES}

# table, the rule it makes exceptions from
EXEMPTED = [
    (tables.QUERIES_ALLOWED, "queries live in repositories"),
    (tables.EDGES, "everything is caught at the edges only"),
    (tables.TASKS_ALLOWED, "tasks are born in the nursery"),
    (tables.CLOCKS, "nobody reads the time but the clock"),
    (tables.SLEEP_ALLOWED, "tests do not sleep"),
]


@pytest.mark.parametrize(("table", "rule"), EXEMPTED, ids=[rule for _, rule in EXEMPTED])
def test_every_exception_is_still_needed_and_has_a_reason(table: Mapping[str, str], rule: str) -> None:
    sources = {source.path: source for source in project_files()}
    for path, reason in table.items():
        assert len(reason) > 10, f"{path} in tests/architecture/tables.py: say why"
        assert path in sources, f"{path} is in tests/architecture/tables.py and does not exist: take it out"
        assert list(RULES[rule].find(sources[path])), f"{path} keeps the rule {rule!r} by now: take it out of tables.py"


def test_every_further_file_exists() -> None:
    known = {source.path for source in project_files()}
    gone = set(tables.FURTHER_FILES) - known
    assert not gone, f"take these out of FURTHER_FILES in tests/architecture/tables.py: {sorted(gone)}"


def test_the_import_contracts_know_every_room() -> None:
    """A room no layer names would be free to import anything."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = config["tool"]["importlinter"]["contracts"]
    layers = " ".join(layer for contract in contracts if contract["type"] == "layers" for layer in contract["layers"])
    named = set(layers.replace("(", " ").replace(")", " ").split())
    rooms = {_room(source) for source in project_files() if source.parts[0] == "bot" and source.path.endswith(".py")}
    strangers = rooms - named - {"bot.__init__", "bot.__main__"}
    assert not strangers, f"name these in the layers of [tool.importlinter] in pyproject.toml: {sorted(strangers)}"


def test_the_glossary_bans_words_and_says_what_to_say() -> None:
    assert "预警" in banned_words()["alert"]
    assert "manager" in banned_words()


def test_only_the_last_column_of_its_own_tables_bans() -> None:
    markdown = """
| term | 中文 | meaning | words we don't use |
|---|---|---|---|
| warning | 预警 | not `this` | `alert`, advice |

| other | table |
|---|---|
| x | `fine` |
"""
    assert banned_in(markdown) == {"alert": "say warning (预警)"}


def test_no_term_of_the_glossary_is_banned_by_another_row() -> None:
    rows = [
        line.split("|")
        for line in (ROOT / "CONTEXT.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| ")
    ]
    terms = {word for row in rows for word in words_of(row[1])}
    assert not terms & set(banned_words())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("issue_alert", ["issue", "alert"]),
        ("RedAlert", ["red", "alert"]),
        ("HTTPAlert2", ["http", "alert", "2"]),
        ("alertness", ["alertness"]),
    ],
)
def test_identifiers_are_read_word_by_word(name: str, words: list[str]) -> None:
    assert words_of(name) == words


def test_a_comment_in_a_string_is_no_comment() -> None:
    assert list(Source("x.py", "x = '# noqa'  # here\n").comments()) == [(1, "# here")]


def test_sources_parse() -> None:
    assert all(isinstance(source.tree, ast.Module) for source in project_files() if source.path.endswith(".py"))


def _room(source: Source) -> str:
    return f"bot.{source.parts[1].removesuffix('.py')}"
