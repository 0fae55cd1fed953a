"""`make screens` shows everything: no text and no screen can be added without being on the contact sheet."""

from __future__ import annotations

import html
import importlib
import inspect
import pkgutil
import typing
from collections.abc import Callable
from typing import Any

import pytest

import handlers
from bot.delivery.schemas import Button, InlineKeyboard, ReplyKeyboard, Screen
from handlers.pages import fits
from messages.engine import LOCALES, Payload, render
from tests.screens import sheet

LONGEST_DATA_BYTES = 64
SCENES = sheet.all_scenes()


def _makes_a_screen(function: Callable[..., Any]) -> bool:
    """Whether it gives a screen, a keyboard or a text by itself; parts of screens give lists."""
    return _is_shown(typing.get_type_hints(function).get("return"))


def _is_shown(kind: Any) -> bool:
    if inspect.isclass(kind) and not typing.get_args(kind):
        return issubclass(kind, Screen | InlineKeyboard | ReplyKeyboard | Payload)
    return typing.get_origin(kind) is not list and any(_is_shown(part) for part in typing.get_args(kind))


def _screen_functions() -> set[str]:
    """All public ones of modules without I/O: those of a flow that are neither its routes nor read updates."""
    found = set()
    for module in pkgutil.walk_packages(handlers.__path__, "handlers."):
        if module.name.count(".") != 2 or module.name.endswith(".routes"):
            continue
        members = inspect.getmembers(importlib.import_module(module.name), inspect.isfunction)
        found |= {
            f"{module.name}.{name}"
            for name, function in members
            if function.__module__ == module.name
            and not name.startswith("_")
            and not inspect.iscoroutinefunction(function)
            and _makes_a_screen(function)
        }
    return found


def test_every_screen_function_has_a_scene() -> None:
    shown = {f"{scene.function.__module__}.{scene.function.__name__}" for scene in SCENES}
    assert _screen_functions() - shown == set()


def test_the_search_for_screen_functions_finds_cards_lists_and_menus() -> None:
    assert {
        "handlers.form.screens.form_card",
        "handlers.incident.choices.kinds",
        "handlers.directory.screens.menu",
        "handlers.groups.screens.bound",
        "handlers.lists.screens.todo",
    } <= _screen_functions()


@pytest.mark.parametrize("locale", LOCALES)
def test_every_text_stands_on_the_sheet_in_every_language(locale: str) -> None:
    shown = {bubble.text for found in sheet.bubbles(SCENES, locale).values() for bubble in found}
    assert {sample.template for _, sample in sheet.all_samples() if render(sample, locale) not in shown} == set()


@pytest.mark.parametrize("locale", LOCALES)
def test_the_page_shows_what_is_said_and_what_can_be_tapped(locale: str) -> None:
    rooms = sheet.bubbles(SCENES, locale)
    page = sheet.page(rooms, locale)
    for bubble in (bubble for found in rooms.values() for bubble in found):
        rows = bubble.keyboard.rows if bubble.keyboard else ()
        assert bubble.text in page
        assert [key.text for row in rows for key in row if f"<span>{html.escape(key.text)}</span>" not in page] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_no_button_among_others_is_cut_off_on_a_phone(locale: str) -> None:
    cut = {
        f"{scene.room}: {scene.name}: {button.text}"
        for scene in SCENES
        for row in _rows(scene.painted(locale))
        if len(row) > 1 and not fits(row)
        for button in row
    }
    assert cut == set()


def test_what_a_button_carries_fits_the_platform() -> None:
    buttons = [button for scene in SCENES for row in _rows(scene.painted("zh")) for button in row]
    data = {button.data for button in buttons if isinstance(button, Button)}
    assert {each for each in data if each and len(each.encode()) > LONGEST_DATA_BYTES} == set()


def _rows(screen: Screen) -> list[list[Any]]:
    return [list(row) for row in screen.keyboard.rows] if screen.keyboard else []
