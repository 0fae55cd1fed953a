"""The contact sheet: every text and every screen in both languages, as bubbles on a phone 390 pixels wide.

Everything here is text to HTML; `tests.screens.__main__` lets a browser look at it.
"""

from __future__ import annotations

import html
import importlib
import pkgutil
from collections.abc import Sequence
from dataclasses import dataclass

import messages
from bot.delivery.schemas import Keyboard, ReplyKeyboard
from messages.engine import Payload, render
from tests.screens import channels, desk, directory, drill, duty, lists, reporting, warnings
from tests.screens.scene import Scene, demo_plan

PHONE_PIXELS = 390

_STYLE = """
* { box-sizing: border-box }
body { margin: 0; padding: 16px; background: #e6ebf0; color: #16202a;
  font: 15px/1.42 "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif }
.room { column-width: 390px; column-gap: 14px }
h2 { margin: 0 0 10px; font-size: 20px }
figure { break-inside: avoid; width: 390px; margin: 0 0 14px; padding: 6px 10px 10px; background: #d3e0e6 }
figcaption { color: #44525f; font: 12px/1.5 monospace }
.bubble { width: 92%; padding: 6px 11px; border-radius: 14px 14px 6px 6px; background: #fff;
  white-space: pre-wrap; overflow-wrap: anywhere }
blockquote { margin: 0; padding-left: 8px; border-left: 3px solid #1a67a8 }
.rows { display: grid; grid-template-columns: minmax(0, 1fr); gap: 4px; width: 92%; margin-top: 4px }
.rows.menu { width: 100%; padding: 5px; background: #f2f5f8 }
.row { display: flex; gap: 4px }
.row span { flex: 1 1 0; min-width: 0; padding: 8px; border-radius: 9px; background: rgba(255, 255, 255, .92);
  color: #1a67a8; font-size: 14.5px; font-weight: 600; line-height: 22px; text-align: center;
  white-space: nowrap; overflow: hidden; text-overflow: ellipsis }
.row span.cut { outline: 2px solid #b3261e }
"""


@dataclass(frozen=True, slots=True)
class Bubble:
    """One text as a phone shows it, Telegram HTML, and the buttons under it."""

    room: str
    name: str
    text: str
    keyboard: Keyboard | None = None


def all_scenes() -> list[Scene]:
    """Every screen function at work."""
    plan = demo_plan()
    rooms = (reporting, desk, lists, directory, channels, warnings, duty, drill)
    return [scene for room in rooms for scene in room.scenes(plan)]


def all_samples() -> list[tuple[str, Payload]]:
    """Every sample of every text, with the module it stands in."""
    found = [module.name for module in pkgutil.iter_modules(messages.__path__)]
    modules = ((name, importlib.import_module(f"messages.{name}")) for name in found)
    return [(name, sample) for name, module in modules for sample in getattr(module, "SAMPLES", ())]


def bubbles(scenes: Sequence[Scene], locale: str) -> dict[str, list[Bubble]]:
    """By room: its screens first, then its texts."""
    shown = [Bubble(scene.room, scene.name, (made := scene.painted(locale)).text, made.keyboard) for scene in scenes]
    seen = {bubble.text for bubble in shown}
    texts = [Bubble(room, sample.template, render(sample, locale)) for room, sample in all_samples()]
    rooms: dict[str, list[Bubble]] = {}
    for bubble in [*shown, *(text for text in texts if text.text not in seen)]:
        rooms.setdefault(bubble.room, []).append(bubble)
    return dict(sorted(rooms.items()))


def page(rooms: dict[str, list[Bubble]], locale: str) -> str:
    """The whole sheet of a language."""
    sections = "".join(
        f'<section id="{room}"><h2>{room} · {locale}</h2><div class="room">{_figures(found)}</div></section>'
        for room, found in rooms.items()
    )
    head = f'<meta charset="utf-8"><title>{locale}</title><style>{_STYLE}</style>'
    return f'<!doctype html><html lang="{locale}"><head>{head}</head><body>{sections}</body></html>'


def _figures(found: Sequence[Bubble]) -> str:
    return "".join(map(_figure, found))


def _figure(bubble: Bubble) -> str:
    said = f'<div class="bubble">{bubble.text}</div>'
    return f"<figure><figcaption>{html.escape(bubble.name)}</figcaption>{said}{_rows(bubble.keyboard)}</figure>"


def _rows(keyboard: Keyboard | None) -> str:
    if keyboard is None or not keyboard.rows:
        return ""
    rows = "".join(
        f'<div class="row">{"".join(f"<span>{html.escape(key.text)}</span>" for key in row)}</div>'
        for row in keyboard.rows
    )
    return f'<div class="rows{" menu" if isinstance(keyboard, ReplyKeyboard) else ""}">{rows}</div>'
