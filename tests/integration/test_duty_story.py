"""Who is on duty in two weeks of changes, compared with a book kept by hand. Every minute of a night: tests/faults."""

from __future__ import annotations

from random import Random

import pytest

from bot.core.database import Database
from bot.plan.service import Plan
from tests.integration.duty_story import DutyStory

DEEDS = {"act_for", "hand_over", "end", "suspend", "reinstate", "block", "let_in", "leave", "come", "shift"}
IN_WHICH_ALL_HAPPENS = (0, 12)


@pytest.mark.parametrize("seed", IN_WHICH_ALL_HAPPENS)
async def test_whenever_somebody_asks_whoever_the_book_says_is_on_duty(
    database: Database, plan: Plan, seed: int
) -> None:
    story = DutyStory(database, plan, Random(seed))
    await story.play()
    assert set(story.done) >= DEEDS, story.done
    assert story.asked > 110
