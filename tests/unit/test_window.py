"""What the sender chooses from, and what it wants to read next."""

from __future__ import annotations

import pytest

from bot.delivery.models import Lane
from bot.delivery.schemas import Shipment
from bot.delivery.window import SIZE, Window


def shipment(number: int, lane: Lane) -> Shipment:
    return Shipment(
        is_card=False, id=number, chat_id=number, thread_id=None, lane=lane, subject=f"t:{number}", locale="zh", body={}
    )


@pytest.mark.parametrize(
    ("lane", "held", "wanted"),
    [
        (Lane.ROUTINE, SIZE // 2, Lane.BULK),
        (Lane.ROUTINE, SIZE // 2 + 1, Lane.INTERACTIVE),
        (Lane.BULK, SIZE, Lane.INTERACTIVE),
        (Lane.URGENT, SIZE, Lane.BULK),
    ],
)
def test_what_can_wait_is_read_again_only_when_half_of_it_has_left(lane: Lane, held: int, wanted: Lane) -> None:
    """Each answer to a person makes the sender look: five hundred rows read for each of them held up everybody."""
    window = Window()
    window.take_in([shipment(number, lane) for number in range(held)], ())
    assert window.last_wanted() is wanted
