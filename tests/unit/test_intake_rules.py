"""What a draft says without having been asked."""

from __future__ import annotations

import pytest

from bot.incident.models import Threat
from bot.intake.models import Via
from bot.intake.rules import threat_unasked
from bot.plan.schema import Nature


@pytest.mark.parametrize(
    ("via", "nature", "known"),
    [
        (Via.CHAT, Nature.ACCIDENT, Threat.NO),
        (Via.CHAT, Nature.HAZARD, Threat.NO),
        (Via.TELEPHONE, Nature.ACCIDENT, Threat.UNCLEAR),
        (Via.TELEPHONE, Nature.HAZARD, Threat.NO),
    ],
)
def test_an_accident_told_on_the_telephone_never_says_that_nobody_is_threatened(
    via: Via, nature: Nature, known: Threat
) -> None:
    assert threat_unasked(via, nature) is known
