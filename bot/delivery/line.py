"""Whether the platform answers at all: asked before anything more is risked on a line that failed.

A row may be repeated once only, and a routine one never. So nothing is spent on a dead line: after a failure whose
cause may be the line, and after a start, the sender asks `getMe`, which changes nothing, until there is an answer.
"""

from __future__ import annotations

import structlog

from bot.delivery.gateway import GatewayError, Platform, Refused
from bot.delivery.outcomes import Meaning, outcome_of

log = structlog.get_logger()

_TIMEOUT_SECONDS = 5.0
_PAUSES_SECONDS = (1.0, 2.0, 4.0, 8.0, 15.0)
_DOUBTFUL = (Meaning.UNSENT, Meaning.UNCERTAIN, Meaning.MISCONFIGURED)


class Line:
    """In doubt until the platform has answered once."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._in_doubt = True
        self._failures = 0

    @property
    def in_doubt(self) -> bool:
        """Whether it is to be asked before anything more leaves."""
        return self._in_doubt

    def note(self, meaning: Meaning) -> None:
        """What became of a shipment may put the line in doubt."""
        self._in_doubt |= meaning in _DOUBTFUL

    async def pause(self) -> float:
        """0 if the platform answers (asked only when in doubt); else seconds to wait before asking again."""
        if not self._in_doubt:
            return 0.0
        try:
            await self._platform.call("getMe", {}, timeout=_TIMEOUT_SECONDS)
        except GatewayError as error:
            if outcome_of(error).meaning in _DOUBTFUL:
                return self._failed(error)
        self._in_doubt, self._failures = False, 0
        return 0.0

    def _failed(self, error: GatewayError) -> float:
        if isinstance(error, Refused):
            log.error("token_refused", said=error.description, mend="check BOT_TOKEN with `jiaoying doctor`")
        else:
            log.warning("line_down", said=str(error))
        pause = _PAUSES_SECONDS[min(self._failures, len(_PAUSES_SECONDS) - 1)]
        self._failures += 1
        return pause
