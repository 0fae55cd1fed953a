"""The faults that broke other projects of our field do not break us. Which tests show it stands in peers.py."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlmodel import col, select

from bot.audit.models import AuditEntry
from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.errors import Refusal
from bot.core.nursery import Nursery
from bot.delivery.gateway import Gateway
from bot.directory import people
from bot.directory.models import Person, PersonState
from bot.inbox.models import InboxUpdate
from bot.inbox.poller import Poller
from bot.inbox.taps import TapAnswerer
from bot.plan.service import Plan
from bot.warning import answering
from bot.warning.errors import Overtaken
from bot.warning.models import Answer, Recipient
from handlers.conversation import Conversation, converse
from sandbox.client import Control
from sandbox.server import Sandbox
from scenarios.stage import ScenarioFailed, Stage
from scenarios.world import World
from tests.crowded import enrol
from tests.integration.directory.talk import OnlyNamesItself
from tests.integration.inbox.test_poller import until_stored
from tests.integration.peers import FAULTS
from tests.integration.test_crowded_warning import RED
from tests.integration.test_warning import LIFTED, ORANGE, YELLOW, due, relayed
from tests.integration.town import NIGHT, Town, build
from tests.waiting import eventually

ROOT = Path(__file__).parents[2]
TOO_OLD_SECONDS = 120.0
STRANGER = 999


@pytest.fixture
async def town(database: Database, plan: Plan) -> Town:
    return await build(database, plan)


def named_in(path: Path) -> set[str]:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, functions)}


def test_each_of_the_sixteen_faults_is_there() -> None:
    named = sorted(int(fault.split()[0].removeprefix("F")) for fault in FAULTS)
    assert named == list(range(1, 17))


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_has_the_tests_it_names(fault: str) -> None:
    for named in FAULTS[fault]:
        path, _, test = named.partition("::")
        assert test in named_in(ROOT / path), named


async def recipients(town: Town) -> dict[str, Recipient]:
    async with town.database.read() as session:
        return {row.name: row for row in (await session.exec(select(Recipient))).all()}


async def catches_up(town: Town, minutes: float) -> None:
    while await due(town, minutes):
        pass


# --- F4: away --------------------------------------------------------------------------------------------------------


async def test_three_hours_away_everybody_is_asked_once_at_the_last_step_and_then_telephoned(town: Town) -> None:
    await relayed(town, RED)
    await catches_up(town, 180)
    for role in ("town", "other_town", "cadre"):
        (asked,) = await town.told(role, "nudge")
        assert "180分钟" in asked
    (phones,) = await town.told("district", "phones")
    assert all(role in phones for role in ("town", "other_town", "cadre"))
    await catches_up(town, 240)
    assert len(await town.told("town", "nudge")) == 1
    assert len(await town.told("district", "phones")) == 1


# --- F8: taps --------------------------------------------------------------------------------------------------------


async def test_ten_people_at_once_are_ten_answers(town: Town, plan: Plan) -> None:
    async with town.database.write() as session:
        _, chats = await enrol(session, plan, NIGHT, groups=0, workers=5, cadres=5)
    series_id = await relayed(town, RED)

    async def taps(chat: int) -> None:
        async with town.database.write() as session:
            actor = await people.actor_of(session, plan, chat, NIGHT)
            assert actor is not None
            await answering.answer(session, plan, actor, NIGHT, series_id, chat, Answer.RECEIVED)

    await asyncio.gather(*(taps(chat) for chat in chats * 2))
    rows = [row for row in (await recipients(town)).values() if row.answer is not None]
    assert sorted(row.chat_id for row in rows) == sorted(chats)
    assert len(await written_down(town, "warning.answer")) == len(chats)


async def test_who_has_read_the_older_text_has_not_read_the_newer_one(town: Town) -> None:
    series_id = await relayed(town, YELLOW)
    await relayed(town, ORANGE, minutes=5)
    await taps_under(town, "town", series_id, version=1)
    await taps_under(town, "town", series_id, version=1)
    row = (await recipients(town))["town"]
    assert (row.answered_version, row.told_version) == (1, 2)
    (shown,) = await town.told("town", "newer")
    assert "第2版" in shown
    await due(town, 10)
    assert len(await town.told("town", "nudge")) == 1, "the newer one is still asked about"
    await taps_under(town, "town", series_id, version=2)
    await taps_under(town, "town", series_id, version=1)
    assert (await recipients(town))["town"].answered_version == 2


async def test_after_a_lifting_an_old_button_says_that_it_is_over(town: Town) -> None:
    series_id = await relayed(town, YELLOW)
    await town.delivered()
    await relayed(town, LIFTED, minutes=30)
    with pytest.raises(Overtaken):
        await taps_under(town, "town", series_id, version=1)
    assert (await recipients(town))["town"].answer is None


async def test_a_stranger_in_a_group_counts_for_nothing_and_is_shown_how_to_join(town: Town) -> None:
    series_id = await relayed(town, YELLOW)
    conversation, numbers = await talking(town), count(1)
    for _ in range(2):
        await tapped(town, conversation, next(numbers), STRANGER, f"w.received:{series_id}:1", "town_group")
    row = (await recipients(town))["town_group"]
    assert (row.answer, row.answered_version) == (None, None)
    assert len(await town.told("town_group", "join")) == 1, "once an hour"


async def test_twelve_hours_of_taps_at_once_count_once_each_under_their_own_version(town: Town) -> None:
    """We were away; the platform kept every tap, and hands them over in the order they were made."""
    series_id = await relayed(town, YELLOW)
    await relayed(town, ORANGE, minutes=5)
    conversation, numbers = await talking(town), count(1)
    for version in (1, 2):
        for role in ("town", "other_town"):
            for _ in range(3):
                who = town.chats[role]
                if (role, version) != ("other_town", 2):
                    await tapped(town, conversation, next(numbers), who, f"w.received:{series_id}:{version}")
    rows = await recipients(town)
    assert [rows[role].answered_version for role in ("town", "other_town")] == [2, 1]
    counted = [entry.facts["version"] for entry in await written_down(town, "warning.answer")]
    assert sorted(counted) == [1, 1, 2]


async def test_a_tap_too_old_to_be_answered_is_handled_all_the_same(sqlite_url: str, clock: Clock) -> None:
    database = Database(sqlite_url)
    async with (
        Sandbox(limits=None) as sandbox,
        Control(sandbox.url) as control,
        Gateway(sandbox.token, sandbox.url) as gateway,
        Nursery() as nursery,
    ):
        worker = await control.person("网格员", started=True)
        keyboard = {"inline_keyboard": [[{"text": "收到", "callback_data": "a:1"}]]}
        sent = await gateway.call("sendMessage", {"chat_id": worker, "text": "x", "reply_markup": keyboard})
        nursery.once("tap", _forgotten(control, worker, sent["message_id"]))
        while not sandbox.world.queries:
            await sandbox.world.updates.changed.wait()
        sandbox.world.clock.jump(TOO_OLD_SECONDS)
        nursery.loop("poller", Poller(database, clock, gateway, TapAnswerer(gateway, nursery)).run)

        async def refused() -> bool:
            return bool(await control.calls(method="answerCallbackQuery", ok=False))

        await eventually(database, refused, "the refusal")
        (call,) = await control.calls(method="answerCallbackQuery", ok=False)
        assert "query is too old" in call["description"]
        assert len(await until_stored(database, 1)) == 1
    await database.close()


async def _forgotten(control: Control, person: int, message: int) -> None:
    """A tap whose button has long stopped spinning."""
    await control.tap(person, message, "收到")


# --- F10: nobody there ---------------------------------------------------------------------------------------------


async def test_who_never_came_is_telephoned_at_once_and_it_is_written_down(town: Town) -> None:
    await lost(town, "other_town", platform_id=None)
    await relayed(town, YELLOW)
    await catches_up(town, 0)
    (phones,) = await town.told("district", "phones")
    assert "other_town" in phones
    assert len(await written_down(town, "warning.reached_nobody")) == 1
    assert await town.told("town", "nudge") == [], "whoever can read it has his time"
    await catches_up(town, 10)
    assert len(await town.told("town", "nudge")) == 1


async def test_who_goes_while_he_is_being_asked_is_not_waited_for(town: Town) -> None:
    await relayed(town, RED)
    await catches_up(town, 3)
    assert len(await town.told("other_town", "nudge")) == 1
    await lost(town, "other_town", state=PersonState.SUSPENDED)
    await catches_up(town, 6)
    assert len(await town.told("other_town", "nudge")) == 1, "nothing is sent where nobody may read it"
    (phones,) = await town.told("district", "phones")
    assert "other_town" in phones


async def test_when_nobody_at_all_can_be_reached_the_desk_hears_it_at_once(town: Town) -> None:
    for role in ("town", "other_town", "cadre"):
        await lost(town, role, reachable=False)
    await relayed(town, RED)
    await catches_up(town, 0)
    (phones,) = await town.told("district", "phones")
    assert all(role in phones for role in ("town", "other_town", "cadre"))
    assert len(await written_down(town, "warning.reached_nobody")) == 3
    await catches_up(town, 60)
    assert len(await town.told("district", "phones")) == 1


# --- F15: silence ----------------------------------------------------------------------------------------------------


@pytest.fixture
async def stage() -> AsyncIterator[tuple[Stage, Gateway]]:
    """One phone, and a bot that says what the test says."""
    async with (
        Sandbox(limits=None) as sandbox,
        Control(sandbox.url) as control,
        Gateway(sandbox.token, sandbox.url) as gateway,
    ):
        worker = await control.person("网格员", started=True)
        yield Stage(control, World({"worker": worker}, {}, {worker: "网格员"}), lambda _line: None), gateway


async def test_a_message_nobody_expected_fails_the_story(stage: tuple[Stage, Gateway]) -> None:
    acted, gateway = stage
    await gateway.call("sendMessage", {"chat_id": acted.world.people["worker"], "text": "预警"})
    await acted.sees("worker", "预警")
    await acted.end()
    await gateway.call("sendMessage", {"chat_id": acted.world.people["worker"], "text": "多出来的"})
    with pytest.raises(ScenarioFailed, match="多出来的"):
        await acted.end()


async def test_a_call_the_platform_refuses_fails_the_story(stage: tuple[Stage, Gateway]) -> None:
    acted, gateway = stage
    await acted.end()
    with pytest.raises(Exception, match="chat not found"):
        await gateway.call("sendMessage", {"chat_id": STRANGER, "text": "x"})
    with pytest.raises(ScenarioFailed, match="sendMessage"):
        await acted.end()


# --- acts ------------------------------------------------------------------------------------------------------------


async def taps_under(town: Town, role: str, series_id: int, *, version: int) -> None:
    """收到, under that version's text in the person's own chat."""
    now = NIGHT + timedelta(minutes=6)
    async with town.database.write() as session:
        actor = await town.actor(session, role, now)
        chat = town.chats[role]
        await answering.answer(session, town.plan, actor, now, series_id, chat, Answer.RECEIVED, version)


async def talking(town: Town) -> Conversation:
    clock = Clock()
    clock.shift((NIGHT + timedelta(hours=12) - clock.now()).total_seconds(), 1)
    return await converse(OnlyNamesItself(), "1000:test", town.plan, clock)


async def tapped(
    town: Town, conversation: Conversation, number: int, who: int, data: str, group: str | None = None
) -> None:
    """An inline button is pressed, in private unless in a group; handled as the inbox's worker would."""
    user = {"id": who, "is_bot": False, "first_name": "人"}
    private = {"id": who, "type": "private", "first_name": "人"}
    chat = {"id": town.chats[group], "type": "group", "title": group} if group else private
    bot = {"id": 1000, "is_bot": True, "first_name": "叫应"}
    message = {"message_id": 7, "date": int(NIGHT.timestamp()), "chat": chat, "from": bot, "text": "…"}
    query = {"id": str(number), "from": user, "chat_instance": "1", "data": data, "message": message}
    payload = {"update_id": number, "callback_query": query}
    row = InboxUpdate(id=number, update_id=number, chat_id=who, payload=payload, received_at=NIGHT)
    try:
        async with town.database.write() as session:
            await conversation.handle(session, row)
    except Refusal as refusal:
        async with town.database.write() as session:
            await conversation.explain(session, row, refusal)


async def lost(town: Town, role: str, **values: object) -> None:
    """Somebody cannot be told any more, or has never come."""
    async with town.database.write() as session:
        person = (await session.exec(select(Person).where(Person.name == role))).one()
        for name, value in values.items():
            setattr(person, name, value)


async def written_down(town: Town, act: str) -> list[AuditEntry]:
    async with town.database.read() as session:
        found = await session.exec(select(AuditEntry).where(AuditEntry.act == act).order_by(col(AuditEntry.id)))
        return list(found.all())
