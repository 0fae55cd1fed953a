"""docs/benchmarks.md: what was found before stays, and says which code it measured."""

from __future__ import annotations

from pathlib import Path

from benchmarks import document
from benchmarks.pairs import Aim, Finding, Result, Rounds

NAMES = ("limits", "growth")


def _result(name: str, ratio: float) -> Result:
    rounds = Rounds("s", {"ours": [ratio, ratio], "theory": [1.0, 1.0]})
    aim = Aim("ours", "theory", 1.03, at_most=True)
    return Result(name, f"{name} of something", {"": rounds}, [(aim, ratio)], [Finding("none lost", holds=True)])


def test_a_benchmark_that_was_not_run_says_so(tmp_path: Path) -> None:
    document.keep(_result("limits", 1.0), NAMES, 5, tmp_path / "found.md")

    written = (tmp_path / "found.md").read_text(encoding="utf-8")
    assert "## limits\n\nlimits of something" in written
    assert "## growth\n\nNot run yet." in written


def test_what_was_found_before_an_interruption_stays(tmp_path: Path) -> None:
    document.keep(_result("limits", 1.0), NAMES, 5, tmp_path / "found.md")
    document.keep(_result("growth", 1.0), NAMES, 5, tmp_path / "found.md")

    written = (tmp_path / "found.md").read_text(encoding="utf-8")
    assert "limits of something" in written
    assert "growth of something" in written
    assert "Not run" not in written


def test_what_was_found_on_other_code_stays_and_names_it(tmp_path: Path) -> None:
    path = tmp_path / "found.md"
    document.keep(_result("limits", 1.0), NAMES, 5, path)
    path.write_text(
        path.read_text(encoding="utf-8").replace("Code measured: ", "Code measured: 0.0 "), encoding="utf-8"
    )

    document.keep(_result("growth", 1.0), NAMES, 5, path)

    limits, growth = path.read_text(encoding="utf-8").split("## growth")
    assert "limits of something" in limits
    assert "Code measured: 0.0 " in limits
    assert "Code measured: 0.0 " not in growth


def test_an_aim_that_is_not_met_says_so(tmp_path: Path) -> None:
    document.keep(_result("limits", 1.2), NAMES, 5, tmp_path / "found.md")

    written = (tmp_path / "found.md").read_text(encoding="utf-8")
    assert "| ours <= 1.03 x theory | 1.20 | **not met** |" in written
    assert "- none lost: met" in written
