"""What is shipped for watching names only what is exported: Prometheus' rules, Grafana's board, the page on both."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from itertools import combinations
from typing import Any

import pytest
import yaml

from bot.core.counting import Event, Timed
from bot.delivery.models import Lane
from bot.delivery.overview import Figures, LaneView, Trouble
from bot.settings import ROOT
from bot.watch.heartbeat import Part
from bot.watch.metrics import Metrics

RULES_FILE = ROOT / "deploy" / "prometheus" / "rules.yml"
STORIES = ROOT / "tests" / "prometheus" / "rules.test.yml"
RULES: list[dict[str, Any]] = yaml.safe_load(RULES_FILE.read_text(encoding="utf-8"))["groups"][0]["rules"]
BOARD: dict[str, Any] = json.loads((ROOT / "deploy" / "grafana" / "jiaoying.json").read_text(encoding="utf-8"))
PAGE = (ROOT / "docs" / "watching.md").read_text(encoding="utf-8")
PANELS = [panel for panel in BOARD["panels"] if panel["type"] != "row"]
NOW = datetime(2026, 7, 12, tzinfo=UTC)
NAME = re.compile(r"\bjiaoying_\w+")

FROM_THE_DATABASE = (
    "backlog",
    "backlog_oldest_age_seconds",
    "not_arrived",
    "in_flight",
    "parked_chats",
    "disbelieved_chats",
    "line_down",
    "inbox_waiting",
    "inbox_oldest_age_seconds",
)
"""Every process reads these: several must not be added up."""

needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="no promtool on this machine: apt-get install prometheus"
)


def exported() -> dict[str, set[str]]:
    """The labels of every sample by its name, each having been counted once."""
    metrics = Metrics("1", "x")
    for event in Event:
        metrics.add(event, "word")
    for timed in Timed:
        metrics.took(timed, 1.0, "word")
    metrics.take_outbox(Figures(tuple(LaneView(lane) for lane in Lane), 0, Trouble(), 0, 0, is_down=False), NOW)
    metrics.take_ages([(Part("sender", lambda: None), 1.0)])
    found: dict[str, set[str]] = {}
    for family in metrics.registry.collect():
        found.setdefault(family.name, set())
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


EXPORTED = exported()


def named_in(words: str) -> set[str]:
    return set(NAME.findall(words))


def test_the_pattern_finds_names() -> None:
    assert named_in("sum(rate(jiaoying_outcomes_total{a='b'}[5m])) / jiaoying_backlog") == {
        "jiaoying_outcomes_total",
        "jiaoying_backlog",
    }
    assert "jiaoying_outcomes_total" in EXPORTED
    assert "jiaoying_delivery_seconds_bucket" in EXPORTED


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_a_rule_names_what_is_exported_and_says_what_to_do_in_both_languages(rule: dict[str, Any]) -> None:
    assert named_in(rule["expr"]) <= set(EXPORTED)
    assert rule["labels"]["urgency"] in ("now", "today")
    for said in ("summary", "do", "summary_zh", "do_zh"):
        assert rule["annotations"][said].strip().endswith(("。", "."))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_what_every_machine_reads_is_never_added_up(rule: dict[str, Any]) -> None:
    for name in FROM_THE_DATABASE:
        for before in re.findall(rf"(.{{0,30}})\(\s*jiaoying_{name}\b", rule["expr"]):
            assert "max without (instance)" in before, f"{rule['alert']}: several machines read {name}"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_the_page_says_of_each_rule_what_it_means_and_what_to_do(rule: dict[str, Any]) -> None:
    assert f"| `{rule['alert']}` |" in PAGE


def test_the_page_names_every_figure_and_no_other() -> None:
    ours = {name for name in EXPORTED if name.startswith("jiaoying_")}
    known = ours | {re.sub(r"_(total|bucket|sum|count|created|info)$", "", name) for name in ours}
    assert named_in(PAGE) <= known
    families = {re.sub(r"_(total|bucket|sum|count|created|info)$", "", name) for name in ours}
    said = {re.sub(r"_(total|bucket|sum|count|created|info)$", "", name) for name in named_in(PAGE)}
    assert families - said == set()


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: str(panel["title"]))
def test_a_panel_names_what_is_exported_and_has_what_grafana_needs(panel: dict[str, Any]) -> None:
    assert {"id", "type", "title", "gridPos", "datasource", "targets", "fieldConfig", "options"} <= set(panel)
    assert panel["description"]
    assert panel["targets"]
    refs = [target["refId"] for target in panel["targets"]]
    assert len(set(refs)) == len(refs)
    for target in panel["targets"]:
        assert target["datasource"]["uid"] == "${datasource}"
        assert named_in(target["expr"]) <= set(EXPORTED)
        assert named_in(target["expr"])
        for label in re.findall(r"by \(([^)]*)\)", target["expr"]):
            known = {"le", "job", "instance"}.union(*(EXPORTED[name] for name in named_in(target["expr"])))
            assert {word.strip() for word in label.split(",")} <= known, "a label that no sample has"


def test_the_board_has_what_grafana_needs_and_no_panel_lies_on_another() -> None:
    assert {"uid", "title", "schemaVersion", "time", "refresh", "templating", "panels"} <= set(BOARD)
    assert [variable["name"] for variable in BOARD["templating"]["list"]] == ["datasource", "job"]
    ids = [panel["id"] for panel in BOARD["panels"]]
    assert len(set(ids)) == len(ids)
    for panel in BOARD["panels"]:
        assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24
    for one, other in combinations((panel["gridPos"] for panel in BOARD["panels"]), 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or above, f"{one} lies on {other}"


@needs_promtool
@pytest.mark.parametrize("what", [["check", "rules", str(RULES_FILE)], ["test", "rules", str(STORIES)]], ids=" ".join)
def test_prometheus_itself_finds_the_rules_sound(what: list[str]) -> None:
    said = subprocess.run(["promtool", *what], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
