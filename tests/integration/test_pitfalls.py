"""What goes wrong in bots like this one, and the test that shows it does not here.

The numbers are those of the list of pitfalls collected from other projects; a pitfall may be covered elsewhere.
"""

from __future__ import annotations

import ast
import asyncio
import html
import re
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import col, select

from bot.core.database import Database
from bot.core.errors import Refusal
from bot.delivery.models import Card
from bot.delivery.painter import Painter
from bot.delivery.schemas import InlineKeyboard, Screen
from bot.directory import people
from bot.directory.models import Person
from bot.incident import service as incidents
from bot.incident.errors import InOtherHands
from bot.incident.models import Facts, Incident, IncidentState, Threat
from bot.intake import service
from bot.intake.form import AGO_MINUTES
from bot.intake.models import Asked, DraftState, ItemKind, Question, Via
from bot.intake.rules import evidence_of
from bot.intake.schemas import DraftView, Likely, Sent
from bot.plan.schema import Nature
from bot.plan.service import Plan
from handlers.intake.screens import draft_card
from handlers.painters import painters
from messages.engine import LOCALES, labels
from tests.integration.test_intake import answer, drafts, items, newest_draft, photo, receive, reports, sent, words
from tests.integration.town import GRID, NIGHT, Town, build

ROOT = Path(__file__).parents[2]
HERE = "tests/integration/test_pitfalls.py"
INTAKE = "tests/integration/test_intake.py"
STORIES = "tests/e2e/test_pitfalls.py"
REPORTING = "tests/e2e/test_reporting.py"
MACHINE = "tests/integration/test_draft_machine.py"

PITFALLS: dict[int, tuple[str, ...]] = {
    1: (
        f"{HERE}::test_an_album_of_ten_in_any_order_is_one_draft_asked_about_once",
        f"{HERE}::test_parts_that_come_after_submission_are_on_the_report_with_one_receipt",
        f"{HERE}::test_a_part_that_comes_after_its_draft_was_put_aside_opens_nothing_beside_an_open_draft",
        f"{HERE}::test_the_same_album_forwarded_again_is_more_evidence_and_no_second_question",
    ),
    2: (
        f"{STORIES}::test_a_reply_to_a_photo_is_a_reply_to_its_case_be_it_ours_or_ones_own",
        f"{INTAKE}::test_a_reply_to_anything_about_the_case_is_an_addition",
    ),
    3: (
        "tests/unit/test_reading.py::test_every_file_people_send_is_evidence",
        "tests/unit/test_reading.py::test_what_no_report_is_made_of_does_not_pass",
        "tests/integration/test_evidence.py::test_a_picture_sent_as_a_file_is_shown_to_the_groups_without_the_reporters_home",
        "tests/integration/test_evidence.py::test_a_file_over_20_megabytes_is_missing_at_once_and_its_sender_hears_why_once",
        "tests/e2e/test_evidence.py::test_a_forwarded_photo_is_evidence_like_any_other",
    ),
    4: (
        "tests/unit/test_reading.py::test_the_largest_variant_of_a_photo_is_the_evidence",
        "tests/integration/test_evidence.py::test_the_same_picture_sent_twice_is_kept_once",
    ),
    5: (
        f"{INTAKE}::test_an_edited_message_changes_a_draft_and_never_a_report",
        f"{REPORTING}::test_words_edited_on_a_draft_are_reported_as_edited",
        f"{STORIES}::test_a_photo_its_sender_deletes_is_reported_all_the_same",
    ),
    6: (
        "tests/e2e/test_evidence.py::test_a_location_key_that_only_sends_its_words_is_explained_and_reports_nothing",
        f"{INTAKE}::test_words_after_the_report_answer_how_many_households",
    ),
    7: (
        "tests/unit/test_geo.py::test_a_map_read_as_another_puts_the_slope_hundreds_of_metres_away",
        "tests/unit/test_geo.py::test_a_point_where_nobody_can_be_is_not_plausible",
        "tests/e2e/test_evidence.py::test_a_pasted_map_link_puts_the_incident_where_the_phone_would",
    ),
    8: (
        f"{STORIES}::test_every_button_there_ever_was_is_answered_and_files_nothing_a_second_time",
        f"{STORIES}::test_a_button_from_before_a_restart_still_works_and_one_of_somebody_else_explains_itself",
        f"{STORIES}::test_a_reply_to_an_old_card_is_added_to_the_report",
        "tests/faults/test_restarts.py::test_what_came_while_the_bot_was_dead_is_answered_once_after_a_cold_start",
    ),
    9: (
        f"{HERE}::test_what_a_button_of_a_report_carries_fits_the_platform_whatever_is_chosen",
        f"{HERE}::test_a_name_with_markup_is_shown_as_typed",
        "tests/unit/test_contact_sheet.py::test_what_a_button_carries_fits_the_platform",
        "tests/unit/test_messages.py::test_texts_fit_and_use_only_telegrams_markup",
        "tests/integration/delivery/test_outcomes.py::test_broken_markup_goes_plain_and_a_plain_text_refused_again_ends",
    ),
    10: (
        f"{HERE}::test_two_phones_of_one_person_pressing_at_once_file_one_report",
        f"{HERE}::test_twenty_submissions_of_one_draft_at_once_are_one_report",
        f"{REPORTING}::test_a_button_pressed_twice_acts_once_and_says_so",
        "tests/integration/inbox/test_worker.py::test_what_arrives_twice_is_handled_once",
        "tests/faults/test_kills.py::test_no_act_is_lost_in_a_short_stream_with_kills",
    ),
    11: (
        f"{INTAKE}::test_twenty_reports_at_once_get_twenty_numbers",
        f"{MACHINE}::test_whatever_people_do_with_drafts_nothing_is_lost_on_postgresql",
    ),
    12: (
        "tests/integration/test_desk.py::test_two_officers_at_once_and_one_wins",
        f"{HERE}::test_taken_in_hand_while_its_reporter_takes_it_back_one_of_both_holds",
        f"{HERE}::test_what_an_officer_did_stays_his_after_he_was_suspended",
        "tests/integration/test_desk.py::test_a_case_reopened_is_handled_closed_and_judged_a_second_time",
    ),
    13: (
        "tests/e2e/test_groups.py::test_a_group_that_moved_gets_the_next_card_under_its_new_number",
        "tests/e2e/test_groups.py::test_a_group_that_puts_the_bot_out_is_told_upward_and_is_back_with_its_binding",
        "tests/integration/delivery/test_heeding.py::test_a_person_who_blocked_the_bot_is_unreachable_and_must_be_telephoned",
        "tests/integration/delivery/test_outcomes.py::test_a_topic_that_is_gone_falls_back_to_the_general_one",
    ),
    14: (
        "tests/e2e/test_storm.py::test_taps_are_answered_at_once_while_five_hundred_things_come_in",
        "tests/integration/delivery/test_cards.py::test_fifty_touches_make_few_edits_and_the_last_state_is_shown",
    ),
    22: (f"{HERE}::test_every_button_can_be_read_without_its_pictures",),
    23: (
        "tests/integration/test_database.py::test_what_fails_leaves_nothing_and_rings_nothing",
        f"{HERE}::test_every_card_is_painted_anew_from_the_database_alone",
        f"{MACHINE}::test_whatever_people_do_with_drafts_nothing_is_lost_on_sqlite",
    ),
}

LONGEST_DATA_BYTES = 64
LARGEST = 2**31 - 1


@pytest.fixture
async def town(database: Database, plan: Plan) -> Town:
    return await build(database, plan)


def named_in(path: Path) -> set[str]:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, functions)}


@pytest.mark.parametrize("number", sorted(PITFALLS))
def test_every_pitfall_has_the_tests_it_names(number: int) -> None:
    for named in PITFALLS[number]:
        path, _, test = named.partition("::")
        assert test in named_in(ROOT / path), named


# --- 1: albums -------------------------------------------------------------------------------------------------------


def album(name: str, *, first_message: int, count: int = 10) -> list[Sent]:
    """The caption is on the first part only."""
    caption = {0: "屋后坡裂了"}
    return [
        sent(ItemKind.PHOTO, album=name, message_id=first_message + n, text=caption.get(n, ""), file_id=f"part-{n}")
        for n in range(count)
    ]


async def test_an_album_of_ten_in_any_order_is_one_draft_asked_about_once(town: Town) -> None:
    parts = album("a", first_message=500)
    for part in (*parts[7:], *parts[:3], *reversed(parts[3:7])):
        await receive(town, part)
    (draft,) = await drafts(town)
    assert list(await town.cards(f"draft:{draft.id}")) == ["worker"]
    assert await town.told("worker") == []
    await answer(town, Threat.YES)
    assert len({item.report_id for item in await items(town)}) == 1
    assert len(await town.told("town_group", "media")) == 10
    assert sum("屋后坡裂了" in told for told in await town.told("town_group", "media")) == 1


async def test_parts_that_come_after_submission_are_on_the_report_with_one_receipt(town: Town) -> None:
    parts = album("a", first_message=500)
    await receive(town, parts[4])
    await answer(town, Threat.YES)
    for part in (*parts[:4], *reversed(parts[5:])):
        await receive(town, part)
    (report,) = await reports(town)
    assert {item.report_id for item in await items(town)} == {report.id}
    assert [draft.state for draft in await drafts(town)] == [DraftState.FILED]
    (receipt,) = await town.told("worker", "supplement_received")
    assert "已补充到 <b>龙水0712-1</b>" in receipt
    assert len(await town.told("town_group", "media")) == 10


@pytest.mark.parametrize("aside", [service.keep, service.discard])
async def test_a_part_that_comes_after_its_draft_was_put_aside_opens_nothing_beside_an_open_draft(
    town: Town, aside: object
) -> None:
    parts = album("a", first_message=500, count=2)
    await receive(town, parts[0])
    put_aside = service.keep if aside is service.keep else service.discard
    async with town.database.write() as session:
        await put_aside(session, await town.actor(session, "worker"), NIGHT, await newest_draft(town))
    await receive(town, photo(message_id=600))
    await receive(town, parts[1])
    first, second = await drafts(town)
    assert second.state is DraftState.OPEN
    assert [item.draft_id for item in await items(town)] == [first.id, second.id, first.id]


async def test_the_same_album_forwarded_again_is_more_evidence_and_no_second_question(town: Town) -> None:
    for part in (*album("a", first_message=500, count=3), *album("b", first_message=600, count=3)):
        await receive(town, part)
    (draft,) = await drafts(town)
    assert list(await town.cards(f"draft:{draft.id}")) == ["worker"]
    await answer(town, Threat.YES)
    assert len(await reports(town)) == 1
    assert len(await town.told("town_group", "media")) == 6


# --- 9: what the platform cuts off or takes for markup ---------------------------------------------------------------


def far_drafts(plan: Plan) -> list[DraftView]:
    """Drafts with the largest ids in every place a form's lists can stand, and in every state."""
    steps = ["", "dead", "seriously_injured", "q.滑", *(f"s.{key}.9" for key in plan.sectors)]
    steps += [f"r.{code}.9" for code in plan.regions]
    recent = tuple(sorted(plan.kinds, key=len)[-4:])
    plain = DraftView(
        id=LARGEST,
        state=DraftState.OPEN,
        question=Question.OUTCOME,
        asking=None,
        at_step="",
        via=Via.CHAT,
        region_code=GRID,
        opened_at=NIGHT,
        facts=Facts(),
        evidence=evidence_of([]),
        number="龙水0712-3",
        nature=Nature.ACCIDENT,
        incident_id=None,
        withdrawn=False,
        may_join="龙水0712-2",
        recent_kinds=recent,
        likely=(),
    )
    likely = [Likely(LARGEST - n, "龙水0712-1", Nature.HAZARD, None, GRID, None, NIGHT, None) for n in range(3)]
    asked = [
        replace(plain, asking=field, at_step=step, via=via)
        for field in Asked
        for step in (steps if field in (Asked.KIND, Asked.PLACE) else ("", "dead", "seriously_injured"))
        for via in Via
    ]
    states = [replace(plain, state=state, question=question) for state in DraftState for question in Question]
    return [*asked, *(replace(each, likely=tuple(likely)) for each in states)]


def data_of(screen: Screen) -> list[str]:
    assert isinstance(screen.keyboard, InlineKeyboard)
    return [button.data or "" for row in screen.keyboard.rows for button in row]


@pytest.mark.parametrize("locale", LOCALES)
def test_what_a_button_of_a_report_carries_fits_the_platform_whatever_is_chosen(plan: Plan, locale: str) -> None:
    longest = ""
    for view in far_drafts(plan):
        places = ["龙水镇 横店村 第3网格"] * (1 + len(view.likely))
        for data in data_of(draft_card(plan, view, None, places, 10**6, locale)):
            assert re.fullmatch(r"[ -~]+", data), f"{data}: ASCII only"
            longest = max(longest, data, key=len)
    assert len(longest) <= LONGEST_DATA_BYTES, longest
    assert len(AGO_MINUTES) > 1


async def test_a_name_with_markup_is_shown_as_typed(town: Town) -> None:
    odd, said = "第3<b>&格", "屋后</b>坡 <i>裂</i> & 响"
    async with town.database.write() as session:
        worker = (await session.exec(select(Person).where(Person.name == "worker"))).one()
        worker.name = odd
    await receive(town, photo(text=said))
    await answer(town, Threat.YES)
    await receive(town, words(said))
    told = [*await town.told("town_group", "media"), *await town.told("town_group", "supplement")]
    assert len(told) == 2
    for text in told:
        assert odd in html.unescape(text)
        assert said in html.unescape(text)
        assert not re.search(r"<(?!/?b>)", text), text
        assert text.count("<b>") == text.count("</b>") <= 1, "only our own heading is bold"
    cards = [str(body["text"]) for body in await _painted(town)]
    named = [card for card in cards if html.escape(odd) in card]
    assert len(named) == 3, "each desk's card names its reporter"
    assert not any(odd in card for card in cards)


# --- 10 and 12: at the same moment -----------------------------------------------------------------------------------


async def test_two_phones_of_one_person_pressing_at_once_file_one_report(town: Town) -> None:
    await receive(town, photo())
    outcomes = await asyncio.gather(answer(town, Threat.YES), answer(town, Threat.UNCLEAR), return_exceptions=True)
    assert [isinstance(each, Refusal) for each in outcomes].count(True) == 1, outcomes
    assert len(await reports(town)) == 1
    assert len(await town.told("worker", "order")) == 1


@pytest.mark.parametrize("deed", [service.submit, service.answer])
async def test_twenty_submissions_of_one_draft_at_once_are_one_report(town: Town, deed: object) -> None:
    await receive(town, photo())
    draft_id = await newest_draft(town)

    async def submit() -> None:
        async with town.database.write() as session:
            actor = await town.actor(session, "worker")
            if deed is service.submit:
                await service.submit(session, town.plan, actor, NIGHT, draft_id)
            else:
                await service.answer(session, town.plan, actor, NIGHT, draft_id, Threat.YES)

    outcomes = await asyncio.gather(*(submit() for _ in range(20)), return_exceptions=True)
    assert outcomes.count(None) == 1, outcomes
    assert all(each is None or isinstance(each, Refusal) for each in outcomes), outcomes
    (report,) = await reports(town)
    assert (report.number, [item.report_id for item in await items(town)]) == ("龙水0712-1", [report.id])


async def test_taken_in_hand_while_its_reporter_takes_it_back_one_of_both_holds(town: Town) -> None:
    await receive(town, photo())
    await answer(town, Threat.YES)
    (report,) = await reports(town)
    draft_id, incident_id = await newest_draft(town), report.incident_id or 0

    async def take() -> None:
        async with town.database.write() as session:
            await incidents.take(session, town.plan, await town.actor(session, "town"), NIGHT, incident_id)

    async def withdraw() -> None:
        async with town.database.write() as session:
            await service.withdraw(session, town.plan, await town.actor(session, "worker"), NIGHT, draft_id)

    taken, withdrawn = await asyncio.gather(take(), withdraw(), return_exceptions=True)
    (report,) = await reports(town)
    async with town.database.read() as session:
        incident = (await session.exec(select(Incident))).one()
    if withdrawn is None:
        assert isinstance(taken, Refusal)
        assert (incident.state, incident.taken_by) == (IncidentState.WITHDRAWN, None)
        assert report.withdrawn_at == NIGHT
    else:
        assert taken is None
        assert isinstance(withdrawn, InOtherHands)
        assert (incident.state, incident.taken_name) == (IncidentState.REPORTED, "town")
        assert report.withdrawn_at is None


async def test_what_an_officer_did_stays_his_after_he_was_suspended(town: Town) -> None:
    await receive(town, photo())
    await answer(town, Threat.YES)
    (report,) = await reports(town)
    incident_id = report.incident_id or 0
    async with town.database.write() as session:
        await incidents.take(session, town.plan, await town.actor(session, "town"), NIGHT, incident_id)
    async with town.database.write() as session:
        officer, boss = await town.actor(session, "town"), await town.actor(session, "administrator")
        await people.suspend(session, town.plan, boss, NIGHT, person_id=officer.person_id or 0)
    async with town.database.write() as session:
        await incidents.verify(session, town.plan, await town.actor(session, "district"), NIGHT, incident_id)
    async with town.database.read() as session:
        view = await incidents.view(session, incident_id)
    assert (view.taken_name, view.state) == ("town", IncidentState.VERIFIED)
    assert "town" in [entry.name for entry in view.entries]


# --- 22 and 23 -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("locale", LOCALES)
def test_every_button_can_be_read_without_its_pictures(locale: str) -> None:
    """A reader's voice, or a phone without the signs, leaves the words; a level's mark stands beside its word."""
    shown = {key: words for key, words in labels(locale).items() if not re.search(r"_between$|^warning\.mark\.", key)}
    bare = {key: re.sub(r"[^\w{}]", "", words) for key, words in shown.items()}
    assert {key for key, words in bare.items() if not re.search(r"[^\W_]|\{", words)} == set()


async def test_every_card_is_painted_anew_from_the_database_alone(town: Town) -> None:
    await receive(town, photo())
    await answer(town, Threat.YES)
    await receive(town, photo())
    before = await _painted(town)
    async with town.database.write() as session:
        for card in (await session.exec(select(Card))).all():
            card.body, card.painted_rev, card.shown_rev = None, 0, 0
    assert await _painted(town) == before
    assert len(before) == 5, "three desks, the report's card and the new draft's"


async def _painted(town: Town) -> list[dict[str, object]]:
    """The bodies of all cards, painted by somebody who knows nothing but the database."""
    while await Painter(town.database, painters(town.plan)).paint_changed():
        pass
    async with town.database.read() as session:
        return [card.body or {} for card in (await session.exec(select(Card).order_by(col(Card.id)))).all()]
