"""The faults that broke other projects of our field, and the tests that show they do not break us.

The keys are those of the list of faults collected from them; a fault may be covered elsewhere.
"""

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
from tests.integration.test_crowded_warning import RED
from tests.integration.test_warning import LIFTED, ORANGE, YELLOW, due, relayed
from tests.integration.town import NIGHT, Town, build
from tests.waiting import eventually

ROOT = Path(__file__).parents[2]
HERE = "tests/integration/test_peers.py"
DELIVERY = "tests/integration/delivery"
INBOX = "tests/integration/inbox"
ORDER = "tests/integration/test_series_order.py"
WARNING = "tests/integration/test_warning.py"
ORDER = "tests/integration/test_series_order.py"
SERIES = "tests/integration/test_series_machine.py"
HOOK = f"{INBOX}/test_webhook.py"

FAULTS: dict[str, tuple[str, ...]] = {
    "F1 killed anywhere": (
        "tests/faults/test_kills.py::test_no_act_is_lost_in_a_short_stream_with_kills",
        "tests/e2e/test_storm_night.py::test_a_night_of_warnings_killed_at_every_step_ends_as_if_nothing_had_happened",
        f"{DELIVERY}/test_lifecycle.py::test_what_was_being_sent_when_it_died_is_repeated_marked_if_somebody_depends_on_it",
        f"{DELIVERY}/test_lifecycle.py::test_what_was_only_claimed_when_it_died_goes_out_unmarked",
    ),
    "F4 away for three hours across several steps": (
        f"{HERE}::test_three_hours_away_everybody_is_asked_once_at_the_last_step_and_then_telephoned",
        "tests/integration/test_timetable.py::test_after_three_hours_each_item_is_caught_up_with_once",
        "tests/integration/test_chase.py::test_many_are_told_again_after_five_minutes_and_once_after_three_hours",
        f"{DELIVERY}/test_outcomes.py::test_what_is_past_its_validity_is_held",
    ),
    "F5 a whole district at the platform's limits": (
        "tests/faults/test_limits.py::test_a_red_warning_to_everybody_is_as_fast_as_the_platform_allows_on_sqlite",
        "tests/faults/test_limits.py::test_a_red_warning_to_everybody_is_as_fast_as_the_platform_allows_on_postgresql",
        "tests/integration/test_crowded_warning.py::test_issuing_to_hundreds_takes_no_statement_for_each",
        f"{DELIVERY}/test_order.py::test_the_pace_is_kept_so_that_the_platform_never_has_to_refuse",
        f"{DELIVERY}/test_outcomes.py::test_a_flood_answer_parks_only_its_chat_and_is_no_attempt",
    ),
    "F6 one red behind three hundred blue": (
        f"{DELIVERY}/test_order.py::test_a_red_one_goes_before_any_more_of_three_hundred_blue",
        f"{DELIVERY}/test_order.py::test_an_order_to_one_overtakes_a_red_warning_to_hundreds",
        f"{DELIVERY}/test_order.py::test_an_answer_somebody_waits_for_comes_though_a_red_warning_to_hundreds_is_leaving",
        f"{DELIVERY}/test_pins.py::test_a_pin_waits_until_every_text_is_there",
    ),
    "F7 whatever the platform may answer": (
        f"{DELIVERY}/test_outcomes.py::test_broken_markup_goes_plain_and_a_plain_text_refused_again_ends",
        f"{DELIVERY}/test_outcomes.py::test_a_lost_answer_is_repeated_once_and_marked_if_somebody_depends_on_it",
        f"{DELIVERY}/test_cards.py::test_a_group_that_moves_is_followed_and_nothing_comes_twice",
        f"{DELIVERY}/test_cards.py::test_not_modified_is_success",
    ),
    "F8 taps of every kind": (
        f"{WARNING}::test_a_second_tap_changes_nothing_and_a_better_answer_does",
        f"{HERE}::test_ten_people_at_once_are_ten_answers",
        f"{HERE}::test_who_has_read_the_older_text_has_not_read_the_newer_one",
        f"{HERE}::test_after_a_lifting_an_old_button_says_that_it_is_over",
        f"{HERE}::test_a_stranger_in_a_group_counts_for_nothing_and_is_shown_how_to_join",
        f"{HERE}::test_twelve_hours_of_taps_at_once_count_once_each_under_their_own_version",
        f"{HERE}::test_a_tap_too_old_to_be_answered_is_handled_all_the_same",
        f"{INBOX}/test_worker.py::test_what_arrives_twice_is_handled_once",
        f"{INBOX}/test_poller.py::test_what_the_platform_delivers_twice_is_stored_once",
        f"{HOOK}::test_who_does_not_know_both_secrets_brings_nothing",
    ),
    "F9 raised and lifted while the first is still tried": (
        f"{ORDER}::test_raised_and_lifted_while_the_first_is_still_tried_each_chat_reads_in_order_or_nothing",
        f"{ORDER}::test_lifted_before_anything_left_nobody_reads_anything",
        f"{ORDER}::test_who_blocked_us_reads_of_no_end_and_who_may_have_read_does",
        f"{ORDER}::test_killed_between_sending_and_knowing_he_may_have_read_it_and_hears_of_the_end",
        f"{SERIES}::test_whatever_becomes_of_a_series_everybody_has_its_newest_text_on_sqlite",
    ),
    "F9 raised and lifted while the first still retries": (
        f"{ORDER}::test_raised_and_lifted_while_the_first_is_still_tried_each_chat_reads_in_order_or_nothing",
        f"{ORDER}::test_lifted_before_anything_left_nobody_reads_anything",
        f"{ORDER}::test_who_blocked_us_reads_of_no_end_and_who_may_have_read_does",
        f"{DELIVERY}/test_versions.py::test_of_two_versions_waiting_only_the_newer_is_read",
    ),
    "F10 nobody there": (
        f"{HERE}::test_who_never_came_is_telephoned_at_once_and_it_is_written_down",
        f"{HERE}::test_who_goes_while_he_is_being_asked_is_not_waited_for",
        f"{HERE}::test_when_nobody_at_all_can_be_reached_the_desk_hears_it_at_once",
        "tests/integration/test_incident.py::test_where_there_is_no_group_the_duty_post_is_told_and_an_empty_tier_is_shown",
    ),
    "F11 one poisonous item": (
        f"{INBOX}/test_worker.py::test_a_poisonous_update_is_tried_three_times_and_set_aside_and_its_chat_goes_on",
        "tests/integration/test_timetable.py::test_a_pass_that_fails_stops_no_other_and_leaves_nothing",
        f"{DELIVERY}/test_cards.py::test_a_painter_that_fails_spoils_its_own_card_only_until_it_is_touched",
    ),
    "F12 everybody has blocked the bot": (
        f"{DELIVERY}/test_disbelief.py::test_when_everybody_is_gone_for_five_minutes_nobody_is_struck_off_and_everybody_is_told",
        f"{DELIVERY}/test_disbelief.py::test_while_it_lasts_each_chat_is_asked_now_and_then_and_never_believed",
        f"{DELIVERY}/test_disbelief.py::test_a_few_who_block_the_bot_among_many_are_believed",
        f"{DELIVERY}/test_disbelief.py::test_groups_that_put_the_bot_out_all_at_once_keep_their_places",
    ),
    "F15 a message nobody expected": (
        f"{HERE}::test_a_message_nobody_expected_fails_the_story",
        f"{HERE}::test_a_call_the_platform_refuses_fails_the_story",
    ),
    "F16 polling and webhook": (
        "tests/e2e/test_webhook.py::test_a_danger_sign_looks_the_same_by_polling_and_by_webhook",
        f"{HOOK}::test_what_people_do_is_brought_in_order_and_what_waited_before_too",
        f"{HOOK}::test_what_could_not_be_stored_is_brought_again_and_once_is_enough",
        f"{HOOK}::test_an_installation_that_fetches_again_takes_its_webhook_away_and_loses_nothing",
    ),
}

TOO_OLD_SECONDS = 120.0
STRANGER = 999


@pytest.fixture
async def town(database: Database, plan: Plan) -> Town:
    return await build(database, plan)


def named_in(path: Path) -> set[str]:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, functions)}


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
