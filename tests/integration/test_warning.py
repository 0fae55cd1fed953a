"""Warnings: relayed word for word, whom they reach, who has answered, what a newer version does to an older one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import col, select

from bot.core.access import Actor
from bot.core.database import Database
from bot.core.errors import NotAllowed
from bot.delivery.models import Message, MessageState, Text
from bot.delivery.schemas import Target
from bot.directory.models import Role
from bot.plan.schema import WarningAct, WarningLevel
from bot.plan.service import Plan
from bot.warning import answering, checking, issuing, jobs, reading, relaying, service
from bot.warning.errors import Incomplete, NotConcerned, NothingToLift, Overtaken
from bot.warning.models import Answer, PhoneResult, SeriesState, Version, VersionState
from tests.integration.directory.world import World
from tests.integration.town import DISTRICT, NIGHT, OTHER_TOWN, TOWN, Town, build

YELLOW = "大足区气象台2026年7月12日00时50分发布暴雨黄色预警信号：预计未来6小时，我区大部降雨量将达50毫米以上。"
ORANGE = "大足区气象台2026年7月12日00时50分将暴雨黄色预警信号升级为橙色：预计未来3小时，我区降雨量将达50毫米以上。"
LIFTED = "大足区气象台2026年7月12日00时50分解除暴雨预警信号。"
ONE_TOWN = "大足区气象台2026年7月12日00时50分发布雷电黄色预警信号：预计未来2小时，龙水镇有雷电活动。"


@pytest.fixture
async def town(database: Database, plan: Plan) -> Town:
    return await build(database, plan)


async def pasted(town: Town, text: str, *, role: str = "district", minutes: float = 0) -> int:
    """The text taken in; the id of its version."""
    now = NIGHT + timedelta(minutes=minutes)
    kinds = [(kind.key, kind.words) for kind in town.plan.warning_kinds.values()]
    signal = reading.read(text, kinds, town.plan, now)
    assert signal is not None
    async with town.database.write() as session:
        actor = await town.actor(session, role, now)
        await relaying.receive(session, town.plan, actor, now, Target(town.chats[role]), text, signal)
        return max((await session.exec(select(Version.id))).all())


async def relayed(town: Town, text: str, *, minutes: float = 0) -> int:
    """The text relayed; the id of its series."""
    version_id = await pasted(town, text, minutes=minutes)
    async with town.database.write() as session:
        now = NIGHT + timedelta(minutes=minutes)
        await relaying.relay(session, town.plan, await town.actor(session, "district", now), now, version_id)
        found = await service.of_version(session, version_id)
        assert found is not None
        return found[0].id


async def answers(
    town: Town, role: str, series_id: int, given: Answer, *, chat: str | None = None, minutes: float = 1
) -> None:
    now = NIGHT + timedelta(minutes=minutes)
    async with town.database.write() as session:
        actor = await town.actor(session, role, now)
        await answering.answer(session, town.plan, actor, now, series_id, town.chats[chat or role], given)


async def due(town: Town, minutes: float) -> int:
    async with town.database.write() as session:
        return await jobs.run_due(session, town.plan, NIGHT + timedelta(minutes=minutes))


async def missing(town: Town, series_id: int) -> set[str]:
    async with town.database.read() as session:
        return {row.name for row in (await service.view(session, series_id)).recipients if row.is_missing}


# --- relaying --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [YELLOW, YELLOW + "\n\n　　第二段 <b>&amp;\t 末尾", "\n  " + YELLOW + "  \n"])
async def test_a_signal_is_passed_on_word_for_word(town: Town, text: str) -> None:
    await relayed(town, text)
    for chat in ("district_group", "town_group", "village_group", "other_group", "town"):
        (told,) = [each for each in await town.told(chat) if "暴雨黄色" in each]
        assert text.strip() in told
    async with town.database.read() as session:
        statement = select(Text.body).join(Message, col(Message.text_id) == col(Text.id))
        told_as = col(Message.purpose).in_((issuing.PURPOSE, issuing.NOTICE))
        bodies = (await session.exec(statement.where(told_as))).all()
    assert bodies
    assert all(body["plain"] for body in bodies)


async def test_nobody_but_the_districts_desk_relays(town: Town) -> None:
    with pytest.raises(NotAllowed):
        await pasted(town, YELLOW, role="town")


async def test_nothing_leaves_before_it_was_checked_and_it_leaves_once(town: Town) -> None:
    version_id = await pasted(town, YELLOW)
    assert await town.told("town_group") == []
    async with town.database.write() as session:
        actor = await town.actor(session, "district")
        await relaying.relay(session, town.plan, actor, NIGHT, version_id)
        with pytest.raises(Overtaken):
            await relaying.relay(session, town.plan, actor, NIGHT, version_id)
    assert len(await town.told("town_group")) == 1


async def test_a_text_that_is_no_warning_is_thrown_away_and_its_card_can_say_so(town: Town) -> None:
    version_id = await pasted(town, LIFTED)
    async with town.database.write() as session:
        await relaying.discard(session, await town.actor(session, "district"), NIGHT, version_id)
    async with town.database.read() as session:
        found = await service.of_version(session, version_id)
    assert found is not None
    assert (found[0].state, found[1].state) == (SeriesState.DISCARDED, VersionState.DISCARDED)


async def test_what_was_not_recognised_is_asked_for_before_it_leaves(town: Town) -> None:
    version_id = await pasted(town, "暴雨黄色预警信号")
    async with town.database.write() as session:
        with pytest.raises(Incomplete):
            await relaying.relay(session, town.plan, await town.actor(session, "district"), NIGHT, version_id)
    assert await town.told("town_group") == []


async def test_a_colour_put_right_is_the_colour_that_leaves(town: Town) -> None:
    version_id = await pasted(town, YELLOW)
    async with town.database.write() as session:
        actor = await town.actor(session, "district")
        await checking.put_level(session, actor, version_id, WarningLevel.RED)
        await relaying.relay(session, town.plan, actor, NIGHT, version_id)
    assert any("暴雨红色" in told for told in await town.told("worker")), "red reaches grid workers"


async def test_one_towns_signal_leaves_the_neighbour_alone(town: Town) -> None:
    await relayed(town, ONE_TOWN)
    assert await town.told("town_group")
    assert await town.told("village_group")
    assert await town.told("district_group")
    assert await town.told("other_group") == []
    assert await town.told("other_town") == []


# --- series ----------------------------------------------------------------------------------------------------------


async def test_a_later_text_is_the_next_version_of_the_same_series_and_takes_the_older_out_of_the_queue(
    town: Town,
) -> None:
    first = await relayed(town, YELLOW)
    second = await relayed(town, ORANGE, minutes=5)
    assert first == second
    async with town.database.read() as session:
        view = await service.view(session, first)
        states = (await session.exec(select(Message.version, Message.state).where(Message.purpose == "warning"))).all()
    assert view.issued is not None
    assert (view.issued.number, view.issued.act, view.issued.level) == (2, WarningAct.UPGRADE, WarningLevel.ORANGE)
    assert {state for version, state in states if version == 1} == {MessageState.SUPERSEDED}
    assert {state for version, state in states if version == 2} == {MessageState.QUEUED}


async def test_an_upgrade_gives_the_whole_text_to_who_held_none(town: Town) -> None:
    await relayed(town, YELLOW)
    assert await town.told("worker") == []
    await relayed(town, ORANGE, minutes=5)
    (told,) = await town.told("worker")
    assert ORANGE in told


async def test_who_holds_the_orange_text_learns_that_it_was_lowered_and_is_asked_nothing_more(town: Town) -> None:
    series_id = await relayed(town, ORANGE)
    await town.delivered()
    lowered = "大足区气象台2026年7月12日00时50分将暴雨橙色预警信号降级为黄色：预计未来6小时，我区降雨量将达50毫米。"
    await relayed(town, lowered, minutes=5)
    async with town.database.read() as session:
        worker = next(row for row in (await service.view(session, series_id)).recipients if row.name == "worker")
        rows = await session.exec(select(Message.version).where(Message.chat_id == town.chats["worker"]))
        told = list(rows.all())
    assert 2 in told
    assert not worker.must_answer
    assert not worker.is_missing


async def test_lifting_reaches_everybody_who_was_told_and_nobody_else(town: Town) -> None:
    series_id = await relayed(town, ONE_TOWN)
    await town.delivered()
    await relayed(town, "大足区气象台2026年7月12日00时50分解除雷电黄色预警信号。", minutes=30)
    async with town.database.read() as session:
        view = await service.view(session, series_id)
    assert view.state is SeriesState.LIFTED
    for chat in ("town_group", "village_group", "district_group", "town"):
        assert "解除雷电" in (await town.told(chat))[-1]
    assert await town.told("other_group") == []


async def test_nothing_is_lifted_that_was_not_issued(town: Town) -> None:
    version_id = await pasted(town, LIFTED)
    async with town.database.write() as session:
        with pytest.raises((NothingToLift, Incomplete)):
            await relaying.relay(session, town.plan, await town.actor(session, "district"), NIGHT, version_id)
    assert await town.told("town_group") == []


async def test_an_issued_version_keeps_its_hash(town: Town) -> None:
    series_id = await relayed(town, YELLOW)
    await relayed(town, ORANGE, minutes=5)
    async with town.database.read() as session:
        versions = (await session.exec(select(Version).where(Version.series_id == series_id))).all()
    assert len({version.content_hash for version in versions}) == 2
    assert all(version.content_hash and len(version.content_hash) == 64 for version in versions)


# --- answers ---------------------------------------------------------------------------------------------------------


async def test_who_answers_in_the_group_is_not_called_again_in_private(town: Town) -> None:
    series_id = await relayed(town, YELLOW)
    assert await missing(town, series_id) == {"town", "other_town"}
    await answers(town, "town", series_id, Answer.RECEIVED, chat="town_group")
    assert await missing(town, series_id) == {"other_town"}
    assert await due(town, 10) >= 1
    assert await town.told("town", "nudge") == []
    (nudged,) = await town.told("other_town", "nudge")
    assert "10分钟没有应答" in nudged
    assert await town.told("other_group", "nudge") == [], "never in front of the group"


async def test_three_hours_of_downtime_give_one_reminder(town: Town) -> None:
    await relayed(town, YELLOW)
    while await due(town, 180):
        pass
    assert len(await town.told("other_town", "nudge")) <= 2


async def test_a_new_version_must_be_answered_anew(town: Town) -> None:
    series_id = await relayed(town, YELLOW)
    await answers(town, "town", series_id, Answer.RECEIVED)
    await relayed(town, ORANGE, minutes=5)
    assert "town" in await missing(town, series_id)


async def test_a_second_tap_changes_nothing_and_a_better_answer_does(town: Town) -> None:
    series_id = await relayed(town, YELLOW)
    for given in (Answer.RECEIVED, Answer.RECEIVED, Answer.ON_POST, Answer.RECEIVED):
        await answers(town, "town", series_id, given)
    async with town.database.read() as session:
        row = next(row for row in (await service.view(session, series_id)).recipients if row.name == "town")
    assert row.answer is Answer.ON_POST


async def test_who_stands_in_reads_the_text_first_and_hears_of_its_end(town: Town) -> None:
    async with town.database.write() as session:
        await World(session, town.plan).person("deputy", "town_duty", TOWN, role=Role.DEPUTY, platform_id=902)
    town.chats["deputy"] = 902
    series_id = await relayed(town, YELLOW)
    assert await town.told("deputy") == []
    await answers(town, "town", series_id, Answer.CANNOT)
    said = await town.told("deputy")
    assert [YELLOW in words for words in said] == [True, False]
    assert "请你顶岗" in said[1]
    assert await missing(town, series_id) == {"town", "other_town"}
    await town.delivered()
    await relayed(town, LIFTED, minutes=30)
    assert LIFTED in (await town.told("deputy"))[-1]


async def test_who_cannot_come_after_all_is_heard_though_his_deputy_was_asked_already(town: Town) -> None:
    async with town.database.write() as session:
        await World(session, town.plan).person("deputy", "town_duty", TOWN, role=Role.DEPUTY, platform_id=902)
    town.chats["deputy"] = 902
    series_id = await relayed(town, YELLOW)
    await due(town, 300)
    assert "没有应答" in (await town.told("deputy"))[-1]
    await answers(town, "town", series_id, Answer.CANNOT, minutes=301)
    assert "去不了" in (await town.told("deputy"))[-1]


async def test_a_group_has_answered_once_somebody_we_know_taps_there(town: Town) -> None:
    series_id = await relayed(town, ONE_TOWN)

    async def answered() -> dict[str, bool]:
        async with town.database.read() as session:
            rows = (await service.view(session, series_id)).recipients
        return {row.name: row.has_answered for row in rows if row.is_group}

    assert set((await answered()).values()) == {False}
    async with town.database.write() as session:
        stranger, chat = Actor(None, "路人"), town.chats["town_group"]
        with pytest.raises(NotConcerned):
            await answering.answer(session, town.plan, stranger, NIGHT, series_id, chat, Answer.RECEIVED)
    assert set((await answered()).values()) == {False}
    await answers(town, "town", series_id, Answer.RECEIVED, chat="town_group")
    assert [name for name, has in (await answered()).items() if has] == ["town_group"]
    await relayed(town, ONE_TOWN.replace("黄色", "橙色"), minutes=5)
    assert set((await answered()).values()) == {False}, "who has read yellow has not read orange"


async def test_somebody_who_was_not_told_has_nothing_to_answer(town: Town) -> None:
    series_id = await relayed(town, ONE_TOWN)
    with pytest.raises(NotConcerned):
        await answers(town, "other_town", series_id, Answer.RECEIVED)


async def test_regions_are_told_apart_by_code(town: Town) -> None:
    assert TOWN.startswith(DISTRICT)
    assert not OTHER_TOWN.startswith(TOWN)
    series_id = await relayed(town, ONE_TOWN)
    async with town.database.read() as session:
        view = await service.view(session, series_id)
    assert {row.region_code for row in view.recipients if row.region_code.startswith(OTHER_TOWN)} == set()
    assert issuing.subject_of(series_id) == f"warning:{series_id}"


async def test_red_is_pinned_and_yellow_is_not(town: Town) -> None:
    for text, pinned in ((YELLOW, False), (ORANGE.replace("橙色", "红色"), True)):
        await relayed(town, text)
        async with town.database.read() as session:
            newest = (await session.exec(select(Version.number).order_by(col(Version.id).desc()).limit(1))).one()
            bodies = (
                await session.exec(select(Text.body).where(Text.version == newest, Text.subject == "warning:1"))
            ).all()
        assert bodies
        assert all(bool(body.get("pin")) is pinned for body in bodies)


# --- reminders that wait in the queue --------------------------------------------------------------------------------


async def waiting(town: Town, role: str, purpose: str) -> list[MessageState]:
    async with town.database.read() as session:
        rows = select(Message.state).where(Message.chat_id == town.chats[role], Message.purpose == purpose)
        return [MessageState(state) for state in (await session.exec(rows)).all()]


async def test_an_answer_calls_off_the_reminder_that_waits_to_be_sent_and_nobody_elses(town: Town) -> None:
    series_id = await relayed(town, YELLOW)
    await due(town, 10)
    await answers(town, "town", series_id, Answer.RECEIVED, minutes=10)
    assert await waiting(town, "town", "nudge") == [MessageState.CANCELLED]
    assert await waiting(town, "other_town", "nudge") == [MessageState.QUEUED]


async def test_who_answers_in_his_group_calls_off_the_reminder_to_himself(town: Town) -> None:
    series_id = await relayed(town, YELLOW)
    await due(town, 10)
    await answers(town, "town", series_id, Answer.RECEIVED, chat="town_group", minutes=10)
    assert await waiting(town, "town", "nudge") == [MessageState.CANCELLED]


async def test_who_is_reached_by_telephone_is_reminded_no_more(town: Town) -> None:
    series_id = await relayed(town, YELLOW)
    await due(town, 10)
    async with town.database.write() as session:
        view = await service.view(session, series_id)
        row = next(row for row in view.recipients if row.name == "town")
        await answering.phoned(session, await town.actor(session, "district"), NIGHT, row.id, PhoneResult.REACHED)
    assert await waiting(town, "town", "nudge") == [MessageState.CANCELLED]


async def test_a_reminder_that_has_left_stays_what_it_is(town: Town) -> None:
    series_id = await relayed(town, YELLOW)
    await due(town, 10)
    await town.delivered()
    await answers(town, "town", series_id, Answer.RECEIVED, minutes=10)
    assert await waiting(town, "town", "nudge") == [MessageState.SENT]
