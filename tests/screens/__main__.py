"""`make screens`: writes the contact sheet of each language and has Chromium look at it, a picture for each room.

Buttons whose words do not fit are outlined and named. With --keep the sheet of each language becomes the picture in
docs/screens. Needs a Chromium; CHROMIUM says where it is.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from messages.engine import LOCALES
from tests.screens import sheet

FOLDER, KEPT = Path("var/screens"), Path("docs/screens")
WIDTH = 4 * (sheet.PHONE_PIXELS + 14) + 32
WIDE = 10 * (sheet.PHONE_PIXELS + 14) + 32
SCALE = 0.66
COLOURS = 16
_MARK_CUT = """() => [...document.querySelectorAll('.row span')].filter((key) => key.scrollWidth > key.clientWidth)
  .map((key) => { key.classList.add('cut');
    const name = key.closest('figure').firstChild.textContent;
    return `${key.closest('section').id}: ${name}: ${key.textContent}` })"""


def main() -> None:
    """Writes FOLDER anew."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("make screens needs a Chromium: install it, or say where it is: make screens CHROMIUM=/path/to/it")
    FOLDER.mkdir(parents=True, exist_ok=True)
    scenes = sheet.all_scenes()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        window = browser.new_page(viewport={"width": WIDTH, "height": 900})
        for locale in LOCALES:
            rooms = sheet.bubbles(scenes, locale)
            written = FOLDER / f"{locale}.html"
            written.write_text(sheet.page(rooms, locale), encoding="utf-8")
            window.goto(written.resolve().as_uri())
            for cut in window.evaluate(_MARK_CUT):
                sys.stdout.write(f"{locale}: cut off: {cut}\n")
            for room in rooms:
                _save(window.locator(f"#{room}").screenshot(), FOLDER / f"{locale}-{room}.png")
            _shoot_all(browser, written, FOLDER / f"{locale}.png")
            sys.stdout.write(f"{locale}: {sum(map(len, rooms.values()))} screens in {len(rooms)} rooms\n")
        browser.close()
    if "--keep" in sys.argv:
        KEPT.mkdir(parents=True, exist_ok=True)
        for locale in LOCALES:
            shutil.copyfile(FOLDER / f"{locale}.png", KEPT / f"{locale}.png")
    sys.stdout.write(f"{FOLDER}/zh.html, {FOLDER}/en.html and a picture for each room beside them\n")


def _shoot_all(browser: Browser, written: Path, path: Path) -> None:
    window = browser.new_page(viewport={"width": WIDE, "height": 900}, device_scale_factor=SCALE)
    window.goto(written.resolve().as_uri())
    _save(window.screenshot(full_page=True), path)
    window.close()


def _save(taken: bytes, path: Path) -> None:
    """As a picture of few colours: a tenth of the size, and all the words are still to be read."""
    Image.open(io.BytesIO(taken)).convert("RGB").quantize(COLOURS).save(path, optimize=True)


if __name__ == "__main__":
    main()
