"""Why sending again, or a button, is refused by the watch.

Refusal
├── NothingToSend       it was sent again already, or there is a newer text
└── FromLostHours       the button stands under a message our books do not know any more
"""

from __future__ import annotations

from datetime import datetime

from bot.core.errors import Refusal
from messages import common
from messages import watch as texts


class NothingToSend(Refusal):
    """Nothing of it is left that could be sent again."""

    def __init__(self) -> None:
        super().__init__(texts.NothingToSend())


class FromLostHours(Refusal):
    """The message came between a backup and its restore: what its button names may be something else now."""

    def __init__(self, since: datetime, until: datetime) -> None:
        super().__init__(common.LostHours(since=since, until=until))
