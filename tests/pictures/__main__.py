"""`make pictures`: plays the storm night to a few moments and has Chromium look at the phones there, for the READMEs.

The pictures come to var/pictures; with --keep also to docs/images. Needs a Chromium; CHROMIUM says where it is.
"""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.async_api import Browser, async_playwright

from scenarios.stage import Stage
from scenarios.storm_night import cut_off, evening, flood, nightfall, red, slope
from tests.staging import Live, live

FOLDER, KEPT = Path("var/pictures"), Path("docs/images")
WIDE, NARROW, LONG = (1440, 900), (390, 960), (390, 1060)
_TO_FOOT = """(nodes, words) => {
  const said = [...nodes].reverse().find((node) => node.innerText.includes(words));
  (said.closest('.unit') ?? said).scrollIntoView({ block: 'end' }); }"""
COLOURS = 128
Act = Callable[[Stage], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Moment:
    """A picture: what is played before it, and whose phones lie on the page, each in a group or in private.

    `foot` are words of the message that stands lowest on each.
    """

    name: str
    acts: tuple[Act, ...]
    phones: tuple[tuple[str, str, str], ...]
    size: tuple[int, int] = NARROW


NIGHT = (
    Moment(
        "storm-night",
        (nightfall, evening.relayed_in_one_step, evening.only_the_missing_are_nudged),
        (
            ("district_duty", "", "已应答 2/4"),
            ("longshui_duty", "longshui", "龙水镇值班员（A） 收到"),
            ("gulong_duty", "", "10分钟没有应答"),
            ("gulong_duty", "gulong", "暴雨黄色预警"),
        ),
        WIDE,
    ),
    Moment(
        "sign-phone", (evening.the_two_are_telephoned, flood.proposed), (("district_deputy", "", "【请签发】"),), LONG
    ),
    Moment(
        "cut-off-phone",
        (flood.agreed_to_by_telephone, slope.play, cut_off.raised_to_orange, cut_off.lost),
        (("district_duty", "", "暴雨橙色 · 生效中"),),
    ),
    Moment(
        "repeated-phone",
        (flood.raised_and_signed, cut_off.reached_on_foot, red.goes_out_while_the_bot_dies),
        (("longshui_duty", "longshui", "（可能重复）"),),
    ),
)


def main() -> None:
    """Writes FOLDER anew."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("make pictures needs a Chromium: install it, or say where it is: make pictures CHROMIUM=/path/to/it")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as folder:
        asyncio.run(_play(chromium, Path(folder)))
    if "--keep" in sys.argv:
        for moment in NIGHT:
            shutil.copyfile(_path(moment), KEPT / _path(moment).name)


async def _play(chromium: str, folder: Path) -> None:
    async with async_playwright() as playwright, live(folder) as world:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for moment in NIGHT:
            for act in moment.acts:
                await act(world.stage)
            await _shoot(world, browser, moment)
        await browser.close()


async def _shoot(world: Live, browser: Browser, moment: Moment) -> None:
    width, height = moment.size
    window = await browser.new_page(viewport={"width": width, "height": height})
    await window.emulate_media(reduced_motion="reduce")
    chats = [(world.world.people[who], world.stage.chat_of(where or who)) for who, where, _foot in moment.phones]
    await window.goto(f"{world.sandbox.url}/?phones={','.join(f'{person}:{chat}' for person, chat in chats)}")
    await window.wait_for_selector("html[data-ready]")
    await window.get_by_test_id("hint-close").click()
    for toggle in await window.get_by_test_id("reply-keyboard-toggle").all():
        if await toggle.is_visible():
            await toggle.click()
    for (person, chat), (_who, _where, foot) in zip(chats, moment.phones, strict=True):
        phone = window.locator(f'[data-testid="phone"][data-person="{person}"][data-chat="{chat}"]')
        said = phone.locator('[data-testid="message"]')
        await said.filter(has_text=foot).last.wait_for()
        await said.evaluate_all(_TO_FOOT, foot)
    await window.mouse.move(1, 1)
    taken = Image.open(io.BytesIO(await window.screenshot())).convert("RGB")
    # By coverage: the mark of a level is a few dots, and its colour is what the picture is about.
    taken.quantize(COLOURS, method=Image.Quantize.MAXCOVERAGE).save(_path(moment), optimize=True)
    await window.close()


def _path(moment: Moment) -> Path:
    return FOLDER / f"{moment.name}.png"


if __name__ == "__main__":
    main()
