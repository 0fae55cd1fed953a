"""Paints cards: gives every changed card its newest body, right after the commit that changed it.

Knows the painters only by role; what a card shows is theirs to say. A painter that fails spoils its own card only.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Container, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.bells import ring_after_commit
from bot.core.database import Database
from bot.core.trouble import trouble_of
from bot.delivery import repository
from bot.delivery.models import Card, CardState
from bot.delivery.schemas import CardView, Screen
from bot.delivery.service import body_of, view_of
from messages.engine import label

log = structlog.get_logger()

_AT_ONCE = 50
_NAP_SECONDS = 5.0
_LONG_SECONDS = 0.1
_TIMES_AS_LONG = 5
"""So long a card that took more than _LONG_SECONDS stays as it is: the board of a district must not be all we do."""

Paint = Callable[[AsyncSession, CardView, int], Awaitable[Screen | None]]
"""Gives the card's screen at a revision; None leaves it as it stands, for good."""


@dataclass(frozen=True, slots=True)
class _Picture:
    """What a card shows at a revision. Neither body nor error: it stays as it stands."""

    card_id: int
    subject: str
    rev: int
    body: dict[str, Any] | None = None
    error: str | None = None


class Painter:
    """`run()` until cancelled."""

    def __init__(
        self,
        database: Database,
        painters: Mapping[str, Paint],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._painters = painters
        self._monotonic = monotonic
        self._dry_at: dict[int, float] = {}

    async def run(self) -> None:
        """Paints until cancelled. A card that takes long is left to dry, however often it is touched meanwhile."""
        while True:
            now = self._monotonic()
            self._dry_at = {card_id: at for card_id, at in self._dry_at.items() if at > now}
            await self.paint_changed(leave=self._dry_at)
            nap = min((at - now for at in self._dry_at.values()), default=_NAP_SECONDS)
            await self._database.bells.wait("paint", min(nap, _NAP_SECONDS))

    async def paint_changed(self, *, leave: Container[int] = ()) -> int:
        """Paints the cards that are behind but those to `leave`, the first lanes first; how many it could hang.

        Reading and wording take no writer's time: a board of thousands would hold up every tap meanwhile. Rings its
        own bell when there is more to do.
        """
        async with self._database.read() as session:
            found = await repository.behind(session, _AT_ONCE)
            behind = [card for card in found if card.id not in leave]
            apart = len(behind) > 1 and not self._database.is_sqlite
            painted = [await self._paint(session, card, apart=apart) for card in behind]
        if not painted:
            return 0
        async with self._database.write() as session:
            cards = await repository.hold_cards(session, [picture.card_id for picture in painted])
            at = {card.id: card for card in cards}
            for picture in painted:
                _hang(at.get(picture.card_id), picture)
            ring_after_commit(session, "send")
            if len(found) == _AT_ONCE or len(cards) < len(painted):
                # Whoever has some of them in hand for a moment rings for nobody.
                ring_after_commit(session, "paint")
        return len(cards)

    async def _paint(self, session: AsyncSession, card: Card, *, apart: bool) -> _Picture:
        """`apart`: with PostgreSQL the first error ends a transaction, and others are painted in the same."""
        picture, began = _Picture(card.id, card.subject, card.wanted_rev), self._monotonic()
        try:
            async with session.begin_nested() if apart else nullcontext():
                screen = await self._painters[card.role](session, view_of(card), card.wanted_rev)
        except Exception as error:
            if trouble_of(error) is not None:
                # That says nothing about the card: it is painted when the database can again.
                raise
            log.exception("card_not_painted", card=card.id, role=card.role, subject=card.subject)
            return replace(picture, error=f"{type(error).__name__}: {error}")
        if (seconds := (now := self._monotonic()) - began) > _LONG_SECONDS:
            self._dry_at[card.id] = now + _TIMES_AS_LONG * seconds
        if screen is None:
            return picture
        drill_mark = label("delivery.drill", card.locale) if card.drill else ""
        return replace(picture, body=body_of(screen, drill_mark=drill_mark))


def _hang(card: Card | None, picture: _Picture) -> None:
    """Stores what was painted, unless the card is another's by now or gone: then it is painted anew."""
    if card is None or card.subject != picture.subject:
        return
    shown_as_painted = card.shown_rev == card.painted_rev
    card.painted_rev = picture.rev
    if picture.error is not None:
        card.state, card.error, card.shown_rev = CardState.DEAD, picture.error, picture.rev
        return
    if picture.body is None:
        card.shown_rev = picture.rev
        return
    if picture.body == card.body and card.message_id is not None and shown_as_painted:
        # It looks the same to its readers: nothing to ship.
        card.shown_rev = picture.rev
    card.body = picture.body
