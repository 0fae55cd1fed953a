"""Secrets never reach a log line, wherever they hide."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from bot.core import logging as house
from bot.core.logging import set_up, without_tokens

TOKEN = "110000001:AAE-secret_part"


@pytest.fixture
def _as_before() -> Iterator[None]:
    """What the house sets up for one process is taken back after the test."""
    before = logging.getLogger().handlers[:]
    yield
    structlog.reset_defaults()
    logging.getLogger().handlers[:] = before


@pytest.mark.parametrize(
    ("line", "clean"),
    [
        (f"token {TOKEN}", "token 110000001:…"),
        (f"GET https://api.telegram.org/bot{TOKEN}/getMe", "GET https://api.telegram.org/bot110000001:…/getMe"),
        (f"/file/bot{TOKEN}/photos/1.jpg and {TOKEN}", "/file/bot110000001:…/photos/1.jpg and 110000001:…"),
        ("at 2026-06-01T12:00:00, incident:12, 16:45", "at 2026-06-01T12:00:00, incident:12, 16:45"),
    ],
)
def test_a_token_is_cut_down_to_the_bots_number(line: str, clean: str) -> None:
    assert without_tokens(line) == clean


@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.usefixtures("_as_before")
def test_no_token_reaches_a_line_in_a_text_a_list_an_error_or_a_traceback(
    as_json: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up("INFO", as_json=as_json)
    log: Any = structlog.get_logger()
    try:
        raise ValueError(f"http://127.0.0.1/bot{TOKEN}/getMe")
    except ValueError as error:
        log.exception("failed", said=TOKEN, tried=[TOKEN], error=error)
    line = capsys.readouterr().err
    assert "secret_part" not in line
    assert line.count("110000001:…") >= 4
    assert "Traceback" in line


def test_the_libraries_lines_are_cleaned_too() -> None:
    record = logging.LogRecord("aiohttp", logging.WARNING, "", 0, "GET %s", (f"/bot{TOKEN}/x",), None)
    assert house._Clean("%(name)s: %(message)s").format(record) == "aiohttp: GET /bot110000001:…/x"


@pytest.mark.usefixtures("_as_before")
def test_what_is_below_the_level_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    set_up("WARNING")
    log: Any = structlog.get_logger()
    log.info("quiet")
    log.warning("loud")
    said = capsys.readouterr().err
    assert ("quiet" in said, "loud" in said) == (False, True)


@pytest.mark.usefixtures("_as_before")
def test_a_line_goes_to_the_standard_error_of_its_own_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", first)
    set_up()
    first.close()
    monkeypatch.setattr(sys, "stderr", second)
    structlog.get_logger().info("still_heard")
    assert "still_heard" in second.getvalue()
