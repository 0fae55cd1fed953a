"""Who is on duty at every minute of a night, compared with a book kept by hand (the list of faults has it as F13)."""

from __future__ import annotations

import pytest
from typer import echo

from bot.core.database import Database
from bot.plan.service import Plan
from tests.faults.seeds import seeded
from tests.integration.duty_story import DutyStory

NIGHT_AND_ITS_CHANGES = range(19 * 60 + 45, 32 * 60 + 15)
"""The minutes from a quarter to eight in the evening until a quarter past eight in the morning."""

# A test of more than two minutes is taken for one that hangs.
PARTS = range(6)

pytestmark = pytest.mark.faults


@pytest.mark.parametrize("part", PARTS)
async def test_at_each_minute_of_a_night_whoever_the_book_says_is_on_duty(
    database: Database, plan: Plan, part: int
) -> None:
    _, lots = seeded(part)
    story = DutyStory(database, plan, lots, days=2, deeds=40, looks=NIGHT_AND_ITS_CHANGES)
    await story.play()
    echo(f"part {part}: asked {story.asked} times amid {sum(story.done.values())} changes: {dict(story.done)}")
    assert story.asked >= len(NIGHT_AND_ITS_CHANGES)
