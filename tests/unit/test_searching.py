"""What somebody types to find something: numbers, places, states and kinds are told apart, and nothing breaks it."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.incident.searching import STATES, Number, Search, read
from bot.plan.schema import Nature
from bot.plan.service import Plan
from messages.engine import LOCALES, label

BEFORE_MIDNIGHT = datetime(2026, 7, 11, 15, 59, tzinfo=UTC)
AFTER_MIDNIGHT = datetime(2026, 7, 11, 16, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("龙水0712-3", Number("龙水", "0712", "3")),
        ("龙水０７１２－３", Number("龙水", "0712", "3")),
        ("0712-3", Number("", "0712", "3")),
        ("0712-123", Number("", "0712", "123")),
        ("龙水0712", Number("龙水", "0712", "")),
        ("0712", Number("", "0712", "")),
    ],
)
def test_a_number_is_read_as_far_as_it_was_said(plan: Plan, text: str, number: Number) -> None:
    assert read(plan, AFTER_MIDNIGHT, text) == Search(numbers=(number,))


def test_a_bare_serial_is_todays_and_today_begins_at_the_districts_midnight(plan: Plan) -> None:
    assert read(plan, BEFORE_MIDNIGHT, "3").numbers == (Number("", "0711", "3"),)
    assert read(plan, AFTER_MIDNIGHT, "3").numbers == (Number("", "0712", "3"),)


def test_words_of_different_sorts_narrow_each_other(plan: Plan) -> None:
    search = read(plan, AFTER_MIDNIGHT, "龙水镇 未接手 滑坡 险情 老井")
    assert search.regions == (("500111100",),)
    assert search.states == ("untaken",)
    assert search.kinds == (("landslide",),)
    assert search.natures == (Nature.DANGER_SIGN,)
    assert search.words == ("老井",)
    assert search.numbers == ()


def test_every_state_has_a_word_in_every_language_and_none_means_two(plan: Plan) -> None:
    for locale in LOCALES:
        words = [(word, key) for key in STATES for word in label(f"lists.words.{key}", locale).split()]
        assert len(dict(words)) == len(words)
        for word, key in words:
            assert read(plan, AFTER_MIDNIGHT, word).states == (key,)


def test_an_exact_name_is_not_drowned_by_names_that_contain_it(plan: Plan) -> None:
    (codes,) = read(plan, AFTER_MIDNIGHT, "龙水").regions
    assert codes == ("500111100",)


@given(text=st.text(max_size=60))
def test_whatever_is_typed_each_word_is_looked_for_once(plan: Plan, text: str) -> None:
    search = read(plan, AFTER_MIDNIGHT, text)
    held = (search.numbers, search.states, search.regions, search.kinds, search.natures, search.words)
    assert sum(len(part) for part in held) == len(unicodedata.normalize("NFKC", text).split())
