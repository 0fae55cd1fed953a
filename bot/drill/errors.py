"""Why a link test, or an answer to one, is refused."""

from __future__ import annotations

from datetime import datetime

from bot.core.errors import Refusal
from messages import drill as texts


class AlreadyOpen(Refusal):
    """A test is under way since then, and ends then at the latest."""

    def __init__(self, since: datetime, until: datetime) -> None:
        super().__init__(texts.AlreadyOpen(since=since, until=until))


class NobodyTakesPart(Refusal):
    """No group has said that it takes part."""

    def __init__(self) -> None:
        super().__init__(texts.NobodyTakesPart())


class ItIsNight(Refusal):
    """At night it is sent only by the button that says so."""

    def __init__(self) -> None:
        super().__init__(texts.ItIsNight())


class LinkTestOver(Refusal):
    """The button belongs to a test that has ended."""

    def __init__(self) -> None:
        super().__init__(texts.LinkTestOver())


class NotAGroupOfIt(Refusal):
    """Who answers is nobody we know, or the chat was not tested."""

    def __init__(self) -> None:
        super().__init__(texts.NotAGroupOfIt())
