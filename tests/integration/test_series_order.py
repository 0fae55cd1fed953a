"""A warning is raised and lifted while its first text is still tried: each chat reads in order, or nothing at all.

PEERS F9. Who has read nothing reads of no end; who may have read something does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.core.database import Database
from bot.delivery import service as delivery
from bot.delivery.models import Message, MessageState
from bot.delivery.sender import is_settled
from bot.plan.schema import WarningLevel
from bot.plan.service import Plan
from bot.warning import concerned, jobs
from bot.warning.models import PhoneResult, Recipient, Series
from tests.integration.phones import FLOOD_SECONDS, SHUT, Fault
from tests.integration.series_story import Story, all_of, open_story
from tests.integration.series_watch import Watch
from tests.waiting import eventually

YELLOW, ORANGE = WarningLevel.YELLOW, WarningLevel.ORANGE
TOWN, OTHER, VILLAGE, DISTRICT = -202, -204, -201, -203


@pytest.fixture
async def story(database: Database, plan: Plan) -> AsyncIterator[Story]:
    story = await open_story(database, plan)
    yield story
    await story.kill()


@pytest.fixture
def watch(story: Story) -> Watch:
    return Watch(story.database, story.plan, story.phones)


async def relay(story: Story, watch: Watch, what: str, level: WarningLevel = YELLOW) -> None:
    async with watch.deed(story.clock.at) as session:
        await story.relay(session, what, level)


async def shipped(story: Story) -> None:
    """All that may leave at this instant."""

    async def is_idle() -> bool:
        return (await is_settled(story.database, story.clock.at))[0]

    story.live()
    story.phones.allow(None)
    await eventually(story.database, is_idle, "rest")


async def later(story: Story, seconds: float) -> None:
    story.clock.at += timedelta(seconds=seconds)
    story.database.bells.ring(["send", "paint"])
    await shipped(story)


def read(story: Story, chat: int) -> list[str]:
    """What each warning that arrived in the chat does, in order."""
    words = ("解除", "橙色", "黄色")
    texts = [call.text for call in story.phones.arrived if call.chat == chat and "大足区气象台" in call.text]
    return [next(word for word in words if word in text) for text in texts]


async def test_raised_and_lifted_while_the_first_is_still_tried_each_chat_reads_in_order_or_nothing(
    story: Story, watch: Watch
) -> None:
    story.phones.faults = {
        TOWN: deque([Fault.FLOOD, Fault.FLOOD, Fault.FLOOD]),
        OTHER: deque([Fault.UNSENT]),
        VILLAGE: deque([Fault.LATE]),
    }
    await relay(story, watch, "发布")
    await shipped(story)
    await relay(story, watch, "发布", ORANGE)
    await later(story, 3)
    await relay(story, watch, "解除")
    await later(story, 10 * FLOOD_SECONDS)

    assert read(story, DISTRICT) == ["黄色", "橙色", "解除"]
    assert read(story, TOWN) == [], "no end of what never began there"
    assert read(story, OTHER) == ["橙色", "解除"]
    assert read(story, VILLAGE) == ["黄色", "黄色", "橙色", "解除"], "one text again, marked"
    assert sum(call.text.startswith("（可能重复）") for call in story.phones.arrived) == 1
    await watch.compare()


async def test_lifted_before_anything_left_nobody_reads_anything(story: Story, watch: Watch) -> None:
    await relay(story, watch, "发布", ORANGE)
    await relay(story, watch, "解除")
    await shipped(story)
    for chat in (TOWN, OTHER, VILLAGE, DISTRICT, 103):
        assert read(story, chat) == []
    await watch.compare()


async def test_who_blocked_us_reads_of_no_end_and_who_may_have_read_does(story: Story, watch: Watch) -> None:
    story.phones.shut[TOWN] = SHUT["kicked"]
    story.phones.faults = {OTHER: deque([Fault.RESET, Fault.RESET])}
    await relay(story, watch, "发布", ORANGE)
    await shipped(story)
    del story.phones.shut[TOWN]
    await relay(story, watch, "解除")
    await shipped(story)
    assert read(story, TOWN) == []
    assert read(story, OTHER) == ["解除"], "nobody knows whether the warning arrived"
    await watch.compare()


async def test_who_was_told_by_telephone_alone_is_told_of_the_end(story: Story, watch: Watch) -> None:
    story.phones.shut[103] = SHUT["blocked"]
    await relay(story, watch, "发布", ORANGE)
    await shipped(story)
    async with watch.deed(story.clock.at) as session:
        rows = [row.chat_id for row in reversed(await all_of(session, Recipient))]
        await story.telephone(session, rows.index(103), PhoneResult.REACHED)
    del story.phones.shut[103]
    await relay(story, watch, "解除")
    await shipped(story)
    assert read(story, 103) == ["解除"]
    await watch.compare()


async def test_killed_between_sending_and_knowing_he_may_have_read_it_and_hears_of_the_end(
    story: Story, watch: Watch
) -> None:
    """Lifted before the next start, so that the warning itself is not sent again."""
    story.phones.carries_out = True
    await relay(story, watch, "发布")
    story.live()
    story.phones.allow(0)

    async def waits() -> bool:
        return any(call.chat == DISTRICT for call in story.phones.calls)

    await eventually(story.database, waits, "a call that waits")
    await story.kill()
    await relay(story, watch, "解除")
    await shipped(story)
    assert read(story, DISTRICT) == ["黄色", "解除"]
    await watch.compare()


async def test_a_reminder_waits_for_what_it_reminds_of_while_that_is_tried_again(story: Story, watch: Watch) -> None:
    story.phones.faults = {103: deque([Fault.UNSENT])}
    await relay(story, watch, "发布")
    story.clock.at += timedelta(minutes=11)
    async with watch.deed(story.clock.at) as session:
        await jobs.run_due(session, story.plan, story.clock.at)
    await shipped(story)
    await later(story, 10)
    text, reminder = [call.text for call in story.phones.arrived if call.chat == 103]
    assert "大足区气象台" in text
    assert "11分钟" in reminder
    await watch.compare()


@pytest.mark.parametrize(
    ("state", "tried", "repeated", "may"),
    [
        (MessageState.QUEUED, False, False, False),
        (MessageState.SUPERSEDED, False, False, False),
        (MessageState.SUPERSEDED, True, False, True),
        (MessageState.SENDING, True, False, True),
        (MessageState.SENT, True, False, True),
        (MessageState.UNCERTAIN, True, True, True),
        (MessageState.DEAD, True, False, False),
        (MessageState.DEAD, True, True, True),
    ],
)
async def test_the_ledger_knows_in_which_chats_a_text_may_be(
    story: Story, watch: Watch, state: MessageState, tried: bool, repeated: bool, may: bool
) -> None:
    await relay(story, watch, "发布")
    async with story.database.write() as session:
        (series,) = await all_of(session, Series)
        for row in await all_of(session, Message):
            if row.chat_id == TOWN:
                row.state, row.repeated, row.sending_at = state, repeated, story.clock.at if tried else None
    async with story.database.read() as session:
        found = await delivery.may_have_read(session, f"warning:{series.id}", concerned.READ)
    assert (TOWN in found) is may
