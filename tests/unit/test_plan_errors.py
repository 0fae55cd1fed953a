"""A broken pack says, for every mistake, in which file and line, at which field, and what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.plan.errors import PackError, PackProblem
from bot.plan.service import check, load_demo, load_plan
from tests.unit.plan_fixtures.broken_entries import VALUES, Broken
from tests.unit.plan_fixtures.broken_links import DEMO, FILE_PROBLEMS, REFERENCES
from tests.unit.plan_fixtures.broken_warnings import WARNINGS
from tests.unit.plan_fixtures.small_pack import FILES, with_change, write_pack


def _id(broken: Broken) -> str:
    return f"{broken.file}-{broken.field or 'entry'}-{broken.found[:24]}"


def _problems(tmp_path: Path, broken: Broken) -> list[PackProblem]:
    return check(write_pack(tmp_path / "pack", with_change(broken.file, broken.old, broken.new)))


@pytest.mark.parametrize("broken", [*VALUES, *REFERENCES, *WARNINGS, *DEMO], ids=_id)
def test_one_mistake_is_one_problem_with_file_line_field_and_expectation(tmp_path: Path, broken: Broken) -> None:
    (problem,) = _problems(tmp_path, broken)
    assert (problem.file, problem.line) == (str(tmp_path / "pack" / broken.file), broken.line)
    assert problem.field == broken.field
    assert broken.found in problem.found
    assert broken.expectation in problem.expectation


@pytest.mark.parametrize("broken", FILE_PROBLEMS, ids=_id)
def test_a_file_that_cannot_be_read_as_meant_says_where(tmp_path: Path, broken: Broken) -> None:
    problems = _problems(tmp_path, broken)
    assert {problem.file for problem in problems} == {str(tmp_path / "pack" / broken.file)}, "no blame on other files"
    (problem,) = (problem for problem in problems if problem.line == broken.line and problem.field == broken.field)
    assert broken.found in problem.found
    assert broken.expectation in problem.expectation


def test_a_problem_reads_as_one_line_that_an_editor_can_jump_to(tmp_path: Path) -> None:
    (problem,) = check(write_pack(tmp_path / "pack", with_change("posts.yaml", "scope: own_grid", "scope: mine")))
    assert str(problem) == (
        f"{tmp_path}/pack/posts.yaml:16: permissions[0].scope: "
        '"mine" is not a scope; expected one of own, own_grid, district'
    )


def test_all_mistakes_of_all_files_are_reported_at_once_in_order(tmp_path: Path) -> None:
    changed = {
        **with_change("posts.yaml", "scope: own_grid", "scope: mine"),
        **with_change("units.csv", "+86 23 4800 0000", "110"),
        **with_change("times.yaml", "PT30M", "half an hour"),
    }
    with pytest.raises(PackError) as caught:
        load_plan(write_pack(tmp_path / "pack", changed))
    assert [Path(problem.file).name for problem in caught.value.problems] == ["posts.yaml", "times.yaml", "units.csv"]
    assert str(caught.value).count("\n") == 2


@pytest.mark.parametrize("name", [name for name in FILES if name != "demo.yaml"])
def test_a_missing_file_is_one_problem_and_leaves_no_trail(tmp_path: Path, name: str) -> None:
    pack = write_pack(tmp_path / "pack")
    (pack / name).unlink()
    (problem,) = check(pack)
    assert (problem.file, problem.found) == (str(pack / name), "is missing")


@pytest.mark.parametrize("name", [name for name in FILES if name != "demo.yaml"])
def test_an_empty_file_is_reported(tmp_path: Path, name: str) -> None:
    problems = check(write_pack(tmp_path / "pack", {name: ""}))
    assert {Path(problem.file).name for problem in problems} == {name}


def test_a_table_without_rows_is_reported(tmp_path: Path) -> None:
    header = FILES["regions.csv"].splitlines(keepends=True)[0]
    assert "has no entries" in {
        problem.found for problem in check(write_pack(tmp_path / "pack", {"regions.csv": header}))
    }


def test_a_pack_may_do_without_a_demo(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack")
    (pack / "demo.yaml").unlink()
    assert check(pack) == []


def test_a_misspelt_file_name_is_not_passed_over(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack", {"regoins.csv": "code\n"})
    (problem,) = check(pack)
    assert (problem.file, problem.found) == (str(pack / "regoins.csv"), "is no file of a pack")


def test_a_directory_that_is_not_there_says_so(tmp_path: Path) -> None:
    assert "is no directory" in {problem.found for problem in check(tmp_path / "nowhere")}


def test_a_file_in_another_encoding_says_what_to_do(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack")
    (pack / "units.csv").write_bytes(FILES["units.csv"].encode("gbk"))
    (problem,) = check(pack)
    assert problem.found == "is not UTF-8"
    assert "CSV UTF-8" in problem.expectation


def test_what_a_spreadsheet_saves_is_read(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack")
    (pack / "regions.csv").write_bytes(FILES["regions.csv"].replace("\n", "\r\n").encode("utf-8-sig"))
    assert load_plan(pack).region("500110100").name == "万东镇"


def test_a_second_district_in_one_pack_is_refused(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack", {"regions.csv": FILES["regions.csv"] + "500110,綦江区,綦江,district,,\n"})
    assert '"綦江区" is a second district' in {problem.found for problem in check(pack)}


def test_a_demo_of_another_district_is_refused(tmp_path: Path) -> None:
    plan = load_plan(write_pack(tmp_path / "pack"))
    with pytest.raises(PackError) as caught:
        load_demo(Path(__file__).parents[2] / "packs" / "dazu", plan)
    assert all(problem.file.endswith("demo.yaml") and problem.line > 1 for problem in caught.value.problems)
