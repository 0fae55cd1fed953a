"""Delivery of updates to the bot's webhook: in order, one at a time, again and again until it says yes.

The platform delivers up to `max_connections` at once; here it is always one, so that tests see one order. A method
call in the webhook's answer is not carried out.
"""

from collections.abc import Callable
from http import HTTPStatus

import aiohttp

from sandbox.clock import Clock
from sandbox.updates import Pending, Updates
from sandbox.waiting import until

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0
LONGEST_RETRY_AFTER = 3600.0
ANSWER_SECONDS = 60.0


class Webhook:
    """Where updates go; an empty `url`: nowhere, the bot polls.

    Args:
        line_up: False while the bot is cut off; every delivery fails then.
        first_wait: seconds before the first repetition; doubles up to a minute.
    """

    def __init__(
        self, updates: Updates, clock: Clock, line_up: Callable[[], bool], first_wait: float = FIRST_WAIT
    ) -> None:
        self.url = ""
        self.secret: str | None = None
        self.max_connections = 40
        self.last_error: tuple[int, str] | None = None
        self._updates = updates
        self._clock = clock
        self._line_up = line_up
        self._first_wait = first_wait
        self._settings = 0

    def set(self, url: str, secret: str | None, max_connections: int) -> None:
        self.url = url
        self.secret = secret
        self.max_connections = max_connections
        self.last_error = None
        self._updates.webhook_active = bool(url)
        self._settings += 1
        self._updates.changed.notify()
        self._clock.changed.notify()

    async def run(self) -> None:
        """Deliver for as long as the sandbox lives."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS)) as session:
            wait = self._first_wait
            while True:
                pending = self._updates.oldest() if self.url else None
                if pending is None:
                    await self._updates.changed.wait()
                    continue
                retry_after = await self._deliver(session, pending)
                if retry_after is None:
                    wait = self._first_wait
                    continue
                await self._pause(min(max(wait, retry_after), LONGEST_RETRY_AFTER))
                wait = min(wait * 2, LONGEST_WAIT)

    async def _deliver(self, session: aiohttp.ClientSession, pending: Pending) -> float | None:
        """Returns None when delivered, else the seconds the other side asked to wait (0: it did not say)."""
        if not self._line_up():
            return self._failed("Connection failed: offline")
        headers = {"Content-Type": "application/json"}
        if self.secret:
            headers[SECRET_HEADER] = self.secret
        url = self.url
        try:
            async with session.post(url, data=pending.data, headers=headers, allow_redirects=False) as response:
                if HTTPStatus.OK <= response.status < HTTPStatus.MULTIPLE_CHOICES:
                    self._updates.done(pending)
                    return None
                return self._failed(f"Wrong response from the webhook: {response.status} {response.reason}", response)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return self._failed(f"Connection failed: {type(error).__name__}")

    def _failed(self, text: str, response: aiohttp.ClientResponse | None = None) -> float:
        self.last_error = (self._clock.unix(), text)
        asked = response.headers.get("Retry-After", "") if response is not None else ""
        return float(asked) if asked.isdigit() else 0.0

    async def _pause(self, seconds: float) -> None:
        """Wait on the sandbox's clock, unless the webhook is set anew."""
        settings, due = self._settings, self._clock.monotonic() + seconds
        await until(lambda: self._settings != settings or self._clock.monotonic() >= due, self._clock.changed, seconds)
