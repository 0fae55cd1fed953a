"""A real Chromium and a sandbox of its own for the browser tests; no product, no network but loopback.

The browser lives on the module's event loop: mark a module with
`pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]`.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from tests.browser.table import TOKEN, USERNAME, Table, watch

ROOT = Path(__file__).resolve().parents[2]
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
)
WIDE = (1440, 900)
Opener = Callable[..., Awaitable[Page]]


def _chromium() -> str:
    """Where Chromium is; without one the test is skipped, or fails where REQUIRE_BROWSER=1 asks for it."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if found:
        return found
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail("chromium is not installed")
    pytest.skip("chromium is not installed")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for a module; each page gets a context of its own."""
    path = _chromium()
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield launched
        await launched.close()


@pytest.fixture(scope="session")
def sandbox_address() -> Iterator[str]:
    """The sandbox as a process of its own, on a free port, as everybody else starts it."""
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--token", TOKEN, "--username", USERNAME]
    with subprocess.Popen([*command, "--name", "试验机器人"], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("ready "), f"the sandbox did not start: {line!r}"
        yield line.split()[1]
        process.terminate()


@pytest_asyncio.fixture(loop_scope="module")
async def table(sandbox_address: str) -> AsyncIterator[Table]:
    """The sandbox from outside: make people and groups, speak as the bot, see what arrived."""
    async with aiohttp.ClientSession(sandbox_address) as session:
        laid = Table(session)
        await laid.forget_updates()
        yield laid
        await laid.control("DELETE", "faults")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def window(browser: Browser) -> AsyncIterator[tuple[Page, list[str]]]:
    """One window for a module, and what went wrong in it: opening a new one for each test costs half a second."""
    context = await browser.new_context()
    page = await context.new_page()
    troubles: list[str] = []
    watch(page, troubles)
    yield page, troubles
    await context.close()


@pytest_asyncio.fixture(loop_scope="module")
async def open_page(window: tuple[Page, list[str]], sandbox_address: str) -> AsyncIterator[Opener]:
    """Opens the page as on a first visit; afterwards nothing may have gone wrong in it or left the machine.

    A phone that shakes cannot be clicked until it lies still: `motion` is on only where a test is about it.
    """
    page, troubles = window
    troubles.clear()

    async def open_(*phones: tuple[int, int], size: tuple[int, int] = WIDE, motion: bool = False) -> Page:
        await page.set_viewport_size({"width": size[0], "height": size[1]})
        await page.emulate_media(reduced_motion="no-preference" if motion else "reduce")
        query = ",".join(f"{person}:{chat}" for person, chat in phones)
        await page.goto(f"{sandbox_address}/?phones={query}")
        await page.wait_for_selector("html[data-ready]")
        return page

    yield open_
    await page.evaluate("localStorage.clear()")
    await page.goto("about:blank")
    assert troubles == []
