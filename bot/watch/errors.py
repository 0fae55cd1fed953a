"""Why sending again is refused.

Refusal
└── NothingToSend       it was sent again already, or there is a newer text
"""

from __future__ import annotations

from bot.core.errors import Refusal
from messages import watch as texts


class NothingToSend(Refusal):
    """Nothing of it is left that could be sent again."""

    def __init__(self) -> None:
        super().__init__(texts.NothingToSend())
