"""What a unit's group leaves out is not told to it, is not counted, and hides nothing that it must know."""

from __future__ import annotations

import pytest

from bot.core.access import SYSTEM
from bot.core.database import Database
from bot.delivery.schemas import Target
from bot.directory import groups, leaving_out
from bot.plan.schema import WarningLevel
from bot.plan.service import Plan
from bot.warning import checking, issuing, reading, relaying
from tests.integration.town import DISTRICT, NIGHT, Town, build
from tests.integration.warning_desk import Desk, seat

POLICE, FINANCE = "police_group", "finance_group"
ORANGE = "大足区气象台2026年7月12日00时50分发布暴雨橙色预警信号：预计未来3小时，我区降雨量将达50毫米以上。"
LOWERED = "大足区气象台2026年7月12日00时50分将暴雨橙色预警信号降级为黄色：预计未来6小时，我区仍有降雨。"
LIFTED = "大足区气象台2026年7月12日00时50分解除暴雨预警信号。"


@pytest.fixture
async def town(database: Database, plan: Plan) -> Town:
    """With the groups of two units; the police leave out mine and rain, and all that is blue."""
    town = await build(database, plan, groups=("district_group", "town_group"))
    for number, role in enumerate((POLICE, FINANCE), 301):
        await _unit_group(town, -number, role)
    async with database.write() as session:
        group = await groups.by_chat(session, town.chats[POLICE])
        assert group is not None
        kinds = ("mine", "rainstorm")
        await leaving_out.want(session, plan, SYSTEM, NIGHT, group_id=group.id, kinds=kinds, wanted=False)
    await seat(town, "leader", 402, "district_leader")
    return town


async def _unit_group(town: Town, chat_id: int, role: str) -> None:
    async with town.database.write() as session:
        met = await groups.met(
            session,
            NIGHT,
            chat_id=chat_id,
            title=role,
            kind="group",
            is_forum=False,
            bot_status="member",
            locale="zh",
        )
        unit = {POLICE: "public_security", FINANCE: "finance"}[role]
        await groups.bind(session, town.plan, SYSTEM, NIGHT, group_id=met.group.id, region_code=DISTRICT, unit_key=unit)
    town.chats[role] = chat_id


async def relayed(town: Town, text: str) -> int:
    """Relays it; how many chats its card promised."""
    kinds = [(kind.key, kind.words) for kind in town.plan.warning_kinds.values()]
    signal = reading.read(text, kinds, town.plan, NIGHT)
    assert signal is not None
    async with town.database.write() as session:
        actor = await town.actor(session, "district")
        await relaying.receive(session, town.plan, actor, NIGHT, Target(town.chats["district"]), text, signal)
    version = await Desk(town).version()
    async with town.database.write() as session:
        view = await checking.check_view(session, town.plan, version.id)
        promised = view.groups + view.people if view else 0
        await relaying.relay(session, town.plan, await town.actor(session, "district"), NIGHT, version.id)
    return promised


async def told(town: Town, words: str) -> set[str]:
    """The roles and groups that were told a version with the words."""
    texts = {
        role: [*await town.told(role, issuing.PURPOSE), *await town.told(role, issuing.NOTICE)] for role in town.chats
    }
    return {role for role, told in texts.items() if any(words in text for text in told)}


async def test_the_preview_counts_whom_a_yellow_one_really_reaches(town: Town) -> None:
    desk = Desk(town)
    await desk.begin(kind="mine", level=WarningLevel.YELLOW)
    await desk.complete()
    preview = (await desk.view()).preview
    await desk.write("platform_number", "50011120260712001")
    await desk.propose()
    await desk.sign()
    reached = await told(town, "非煤矿山")
    assert {role for role in reached if town.chats[role] < 0} == {"district_group", "town_group", FINANCE}
    assert (preview.groups, preview.groups + preview.people) == (3, len(reached))


async def test_orange_reaches_who_left_the_kind_out_and_what_follows_reaches_who_holds_it(town: Town) -> None:
    everybody = {"district_group", "town_group", POLICE, FINANCE}
    for text, words in ((ORANGE, "暴雨橙色"), (LOWERED, "降级为黄色"), (LIFTED, "解除暴雨")):
        promised = await relayed(town, text)
        reached = await told(town, words)
        assert {role for role in reached if town.chats[role] < 0} == everybody, text
        assert promised == len(reached), text
        await town.delivered()
