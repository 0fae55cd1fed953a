"""A group that the platform moves to another number keeps what it was told, answers there and hears the end."""

from __future__ import annotations

import pytest

from bot.core.database import Database
from bot.plan.service import Plan
from bot.warning import service
from tests.integration.practice import Practice, practise
from tests.integration.town import build

ISSUED = "大足区气象台2026年7月12日00时50分发布雷电黄色预警信号：预计未来2小时，龙水镇有雷电活动。"
RAISED = "大足区气象台2026年7月12日00时55分将雷电黄色预警信号升级为橙色：预计未来2小时，龙水镇有雷电活动。"
LIFTED = "大足区气象台2026年7月12日02时00分解除雷电预警信号。"
NEW_ID = -1000202


@pytest.fixture
async def practice(database: Database, plan: Plan) -> Practice:
    return await practise(await build(database, plan))


async def relay(practice: Practice, text: str) -> None:
    card = (await practice.say("district", text))[0]
    await practice.tap("district", next(iter(card.buttons.values())))


async def move(practice: Practice) -> None:
    """The platform says so in the old chat and in the new one."""
    old = practice.town.chats["town_group"]
    await practice.talk.service(old, migrate_to_chat_id=NEW_ID)
    await practice.talk.service(NEW_ID, migrate_from_chat_id=old)
    practice.town.chats["town_group"] = NEW_ID


@pytest.mark.parametrize("raised_before", [False, True])
async def test_a_moved_group_answers_and_hears_the_end_under_its_new_number(
    practice: Practice, raised_before: bool
) -> None:
    await relay(practice, ISSUED)
    if raised_before:
        await relay(practice, RAISED)
    await practice.town.delivered()
    await move(practice)
    assert await practice.tap("town", f"w.received:1:{2 if raised_before else 1}", chat="town_group") == []
    async with practice.town.database.read() as session:
        rows = {row.chat_id: row for row in (await service.view(session, 1)).recipients}
    assert rows[NEW_ID].answered_name == "town"
    assert not any(row.is_missing for row in rows.values()), "who answered in the group has answered for himself"

    await relay(practice, LIFTED)
    lifted = [row for row in await practice.rows("warning:1") if row.version == (3 if raised_before else 2)]
    assert [row.chat_id for row in lifted if row.chat_id in (-202, NEW_ID)] == [NEW_ID]


async def test_a_version_issued_after_the_move_finds_the_same_recipient(practice: Practice) -> None:
    await relay(practice, ISSUED)
    await move(practice)
    await relay(practice, RAISED)
    async with practice.town.database.read() as session:
        groups = [row for row in (await service.view(session, 1)).recipients if row.name == "town_group"]
    assert [row.chat_id for row in groups] == [NEW_ID]
