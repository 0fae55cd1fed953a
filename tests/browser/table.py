"""The table with the phones on it: a sandbox driven over HTTP, and helpers that find things on its page.

The bot here is the test itself: it says what it wants over the Bot API and reads its updates. No product is involved.
"""

import itertools
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from playwright.async_api import Locator, Page

TOKEN = "110000001:sandbox"
USERNAME = "trial_bot"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
POLL_SECONDS = 5
_serial = itertools.count(1)


class Table:
    """One sandbox: its control API and, as the bot, its Bot API."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._offset = 0

    async def control(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Call the control API; a refusal fails the test with its sentence."""
        async with self._session.request(method, f"/control/{path}", json=body) as response:
            answer: dict[str, Any] = await response.json()
            assert response.status == 200, answer
            return answer

    async def person(self, name: str = "", **fields: Any) -> int:
        """A new person; without a name one that no other test uses."""
        made = await self.control(
            "POST", "people", {"name": name or f"值班员{next(_serial)}", "started": True} | fields
        )
        return int(made["id"])

    async def group(self, title: str, *members: int, **fields: Any) -> int:
        """A new group with the bot in it; what the bot hears of its making is forgotten."""
        made = await self.control(
            "POST", "groups", {"title": title, "members": list(members), "bot": "administrator"} | fields
        )
        await self.forget_updates()
        return int(made["id"])

    async def messages(self, chat: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.control("GET", f"chats/{chat}/messages"))["messages"]
        return found

    async def bot(self, method: str, **params: Any) -> Any:
        """Call the Bot API as the bot and return the result."""
        async with self._session.post(f"/bot{TOKEN}/{method}", json=params) as response:
            answer = await response.json()
            assert answer["ok"], answer
            return answer["result"]

    async def say(self, chat: int, text: str, *buttons: dict[str, str], **params: Any) -> int:
        """A message of the bot, with its buttons in one row; returns its id."""
        if buttons:
            params["reply_markup"] = {"inline_keyboard": [list(buttons)]}
        sent = await self.bot("sendMessage", chat_id=chat, text=text, **params)
        return int(sent["message_id"])

    async def hand(self, chat: int, name: str, data: bytes) -> int:
        """A document of the bot; returns its message's id."""
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("chat_id", str(chat))
        form.add_field("document", data, filename=name)
        async with self._session.post(f"/bot{TOKEN}/sendDocument", data=form) as response:
            answer = await response.json()
            assert answer["ok"], answer
            return int(answer["result"]["message_id"])

    async def forget_updates(self) -> None:
        """Confirm what former tests left for the bot."""
        for update in await self.bot("getUpdates", offset=-1, timeout=0):
            self._offset = update["update_id"] + 1

    async def update(self, kind: str) -> dict[str, Any]:
        """The bot's next update of a kind; others before it are dropped."""
        while True:
            updates = await self.bot("getUpdates", offset=self._offset, timeout=POLL_SECONDS, limit=1)
            assert updates, f"no {kind} came within {POLL_SECONDS} s"
            self._offset = updates[0]["update_id"] + 1
            if kind in updates[0]:
                found: dict[str, Any] = updates[0][kind]
                return found


def phone(page: Page, person: int) -> Locator:
    """The phone of a person."""
    return page.locator(f'[data-testid="phone"][data-person="{person}"]')


def message(where: Locator, message_id: int) -> Locator:
    return where.locator(f'[data-testid="message"][data-message-id="{message_id}"]')


def button(where: Locator, text: str) -> Locator:
    return where.locator(f'[data-testid="inline-button"][data-text="{text}"]')


def watch(page: Page, troubles: list[str]) -> None:
    """Note what must not happen: an error in the page, or a request to anywhere but this machine.

    A call the sandbox refuses is an answer, not an error, though the browser writes a line about it.
    """
    page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
    page.on("request", lambda request: _judge(request.url, troubles))
    page.on(
        "console",
        lambda line: (
            troubles.append(f"console: {line.text}")
            if line.type in ("error", "warning") and "Failed to load resource" not in line.text
            else None
        ),
    )


def _judge(address: str, troubles: list[str]) -> None:
    parts = urlsplit(address)
    if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in LOOPBACK:
        troubles.append(f"request to {address}")
