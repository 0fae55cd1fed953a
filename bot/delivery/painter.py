"""Paints cards: gives every changed card its newest body, right after the commit that changed it.

Knows the painters only by role; what a card shows is theirs to say. A painter that fails spoils its own card only.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.bells import ring_after_commit
from bot.core.database import Database
from bot.delivery import repository
from bot.delivery.models import Card, CardState
from bot.delivery.schemas import CardView, Screen
from bot.delivery.service import body_of, view_of
from messages.engine import label

log = structlog.get_logger()

_AT_ONCE = 50
_NAP_SECONDS = 5.0

Paint = Callable[[AsyncSession, CardView, int], Awaitable[Screen | None]]
"""Gives the card's screen at a revision; None leaves it as it stands, for good."""


class Painter:
    """`run()` until cancelled."""

    def __init__(self, database: Database, painters: Mapping[str, Paint]) -> None:
        self._database = database
        self._painters = painters

    async def run(self) -> None:
        """Paints until cancelled."""
        while True:
            if not await self.paint_changed():
                await self._database.bells.wait("paint", _NAP_SECONDS)

    async def paint_changed(self) -> int:
        """Paints the cards that are behind, those of the first lanes first; how many there were."""
        async with self._database.read() as session:
            if not await repository.behind(session, 1):
                return 0
        async with self._database.write() as session:
            cards = await repository.behind(session, _AT_ONCE)
            for card in cards:
                await self._paint(session, card)
            ring_after_commit(session, "send")
            return len(cards)

    async def _paint(self, session: AsyncSession, card: Card) -> None:
        rev, painted = card.wanted_rev, card.painted_rev
        try:
            async with session.begin_nested():
                screen = await self._painters[card.role](session, view_of(card), rev)
        except Exception as error:
            log.exception("card_not_painted", card=card.id, role=card.role, subject=card.subject)
            card.state, card.error = CardState.DEAD, f"{type(error).__name__}: {error}"
            card.painted_rev = card.shown_rev = rev
            return
        card.painted_rev = rev
        if screen is None:
            card.shown_rev = rev
            return
        body = body_of(screen, drill_mark=label("delivery.drill", card.locale) if card.drill else "")
        if body == card.body and card.message_id is not None and card.shown_rev == painted:
            # It looks the same to its readers: nothing to ship.
            card.shown_rev = rev
        card.body = body
