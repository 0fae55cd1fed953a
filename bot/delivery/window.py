"""What the sender chooses from: some hundred rows read from the queue, in their turn. Pure; it forgets without harm.

A chat whose budget is used up has a few places in it only. Else six hundred messages for one person would fill it, and
everybody else would wait for him.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable
from dataclasses import dataclass, field

from bot.delivery.addressing import is_channel
from bot.delivery.models import Lane
from bot.delivery.pacing import Pacer
from bot.delivery.schemas import Shipment

SIZE = 500
_OF_ONE_CHAT = 4
_LONGEST_NAP_SECONDS = 1.0
_SLOW = (Lane.ROUTINE, Lane.BULK)

_Key = tuple[bool, int]


@dataclass(frozen=True, slots=True)
class Choice:
    """What may go now; how long to nap, in seconds; whether it is the budget over all chats that more wait for."""

    shipments: list[Shipment]
    nap: float = _LONGEST_NAP_SECONDS
    is_full: bool = False


@dataclass(slots=True)
class Window:
    """Shipments in their turn: the lane that comes first first, what is told to a few before what is told to many."""

    _shipments: dict[_Key, Shipment] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._shipments)

    def __contains__(self, key: _Key) -> bool:
        return key in self._shipments

    def clear(self) -> None:
        """Forgets everything: it is still in the queue."""
        self._shipments.clear()

    def drop(self, shipments: Iterable[Shipment]) -> None:
        """Forgets these."""
        for shipment in shipments:
            self._shipments.pop(shipment.key, None)

    def take_in(self, shipments: Iterable[Shipment], in_flight: Container[_Key]) -> None:
        """Adds what was read from the queue, as it is now; but few for one chat, the first ones."""
        new = {shipment.key: shipment for shipment in shipments if shipment.key not in in_flight}
        if not new:
            return
        places: Counter[int] = Counter()
        self._shipments |= new
        in_turn = sorted(self._shipments.values(), key=_turn)
        self._shipments = {}
        for shipment in in_turn:
            places[shipment.chat_id] += 1
            if shipment.is_card or places[shipment.chat_id] <= _OF_ONE_CHAT:
                self._shipments[shipment.key] = shipment

    def is_for_channels(self) -> bool:
        """Whether nothing in it goes to the platform."""
        return all(is_channel(shipment.chat_id) for shipment in self._shipments.values())

    def full_chats(self) -> list[tuple[int, Lane]]:
        """The chats of which there is enough in it, and from which lane on more for them need not be read now."""
        places: dict[int, list[Lane]] = {}
        for shipment in self._shipments.values():
            if not shipment.is_card:
                places.setdefault(shipment.chat_id, []).append(shipment.lane)
        return [(chat, max(lanes)) for chat, lanes in places.items() if len(lanes) >= _OF_ONE_CHAT]

    def last_wanted(self) -> Lane:
        """The last lane that is to be read: while it holds enough of what can wait, only what cannot."""
        slow = sum(1 for shipment in self._shipments.values() if shipment.lane in _SLOW)
        return Lane.INTERACTIVE if slow > SIZE // 2 else Lane.BULK

    def choose(self, pacer: Pacer, now: float, taken: set[int], free: int) -> Choice:
        """At most `free` shipments that may go now, one for a chat, none for the chats that are `taken`.

        What is chosen is counted by the pacer, and its chat is taken.
        """
        chosen: list[Shipment] = []
        nap, is_full = _LONGEST_NAP_SECONDS, False
        if free > 0 and (answer := self._answer_ahead(pacer, now, taken)) is not None:
            pacer.count(answer.chat_id, now)
            pacer.count_share(now)
            taken.add(answer.chat_id)
            chosen.append(answer)
        for shipment in self._shipments.values():
            if len(chosen) >= free:
                break
            if shipment.chat_id in taken:
                continue
            # Channels go another way: what all chats wait for does not hold them up.
            goes_alone = is_channel(shipment.chat_id)
            if not (goes_alone or is_full) and (wait := pacer.wait_overall(shipment.lane, now)) > 0:
                is_full, nap = True, min(nap, wait)
            if is_full and not goes_alone:
                continue
            taken.add(shipment.chat_id)
            if (wait := pacer.wait(shipment.chat_id, shipment.lane, now)) > 0:
                nap = min(nap, wait)
                continue
            pacer.count(shipment.chat_id, now)
            chosen.append(shipment)
        return Choice(chosen, nap, is_full)

    def _answer_ahead(self, pacer: Pacer, now: float, taken: Container[int]) -> Shipment | None:
        """While a warning to many leaves: an answer somebody waits for, or the board, now and then before it."""
        first = next(iter(self._shipments.values()), None)
        if first is None or not (first.lane is Lane.URGENT and first.mass) or not pacer.share_is_due(now):
            return None
        answers = (shipment for shipment in self._shipments.values() if shipment.lane is Lane.INTERACTIVE)
        free = (answer for answer in answers if answer.chat_id not in taken)
        return next((answer for answer in free if not pacer.wait(answer.chat_id, Lane.URGENT, now)), None)


def _turn(shipment: Shipment) -> tuple[int, bool, bool, int]:
    return int(shipment.lane), shipment.mass, not shipment.is_card, shipment.id
