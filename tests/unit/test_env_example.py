""".env.example names every setting, says what it means, and shows what holds without it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.settings import ROOT, Settings

TEXT = (ROOT / ".env.example").read_text(encoding="utf-8")
SHOWN = dict(re.findall(r"^# JIAOYING_(\w+)=(.*)$", TEXT, re.MULTILINE))
FIELDS = Settings.model_fields


def test_it_lists_every_setting_in_order_and_no_other() -> None:
    assert list(SHOWN) == [name.upper() for name in FIELDS]


@pytest.mark.parametrize("name", FIELDS)
def test_the_meaning_stands_above_each(name: str) -> None:
    assert f"\n\n# {FIELDS[name].description}\n# JIAOYING_{name.upper()}=" in TEXT


@pytest.mark.parametrize("name", FIELDS)
def test_the_value_shown_is_the_one_that_holds_without_it(name: str) -> None:
    assert SHOWN[name.upper()] == written(FIELDS[name].default)


def test_copied_as_it_is_it_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text(TEXT, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in FIELDS:
        monkeypatch.delenv(f"JIAOYING_{name.upper()}", raising=False)
    assert Settings() == Settings.model_construct()


def test_a_setting_left_empty_is_as_one_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in FIELDS:
        monkeypatch.setenv(f"JIAOYING_{name.upper()}", "")
    assert Settings(_env_file=None) == Settings.model_construct()


def written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Path) and value.is_relative_to(ROOT):
        return value.relative_to(ROOT).as_posix()
    return str(value)
