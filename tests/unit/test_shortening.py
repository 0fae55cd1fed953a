"""Short variants: cut behind a sentence, never reworded, what frames the words always whole."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.channel import SAMPLES, WarningShort
from messages.engine import LOCALES, label
from messages.shortening import LONGEST_SHORT, Short, cut, plain, shortened, size

WARNING = next(sample for sample in SAMPLES if isinstance(sample, WarningShort))


def test_whole_sentences_are_kept_and_no_half_one() -> None:
    assert cut("一二三。四五六！七八九；十", 9) == "一二三。四五六！"
    assert cut("One. Two 3.5 m. Three", 15) == "One. Two 3.5 m."
    assert cut("他说：“快撤！”然后走了。", 8) == "他说：“快撤！”"


def test_of_a_first_sentence_that_is_too_long_its_beginning_is_kept_and_marked() -> None:
    assert cut("一二三四五六七八九十", 5) == "一二三四…"


def test_a_sign_outside_the_basic_plane_counts_as_two_as_an_sms_counts_it() -> None:
    assert size("🟠橙") == 3
    assert cut("🟠🟠🟠🟠", 5) == "🟠🟠…"


@pytest.mark.parametrize("locale", LOCALES)
def test_a_long_warning_keeps_what_where_number_and_whom_to_call(locale: str) -> None:
    text = shortened(replace(WARNING, words="请立即转移到安全地带。" * 40), locale)
    assert size(text) <= LONGEST_SHORT
    for kept in (label("warning.level.orange", locale), "龙水镇", "预0712-3", "+86 23 4376 1995", "07-12 00:50"):
        assert kept in text
    assert ("（全文见叫应）" if locale == "zh" else "(rest in the chat)") in text


def test_a_short_warning_is_whole_and_says_nothing_of_a_rest() -> None:
    text = shortened(replace(WARNING, words="请注意防范。"), "zh")
    assert "请注意防范。\n请立即查看叫应并回复收到。" in text
    assert "全文" not in text


def test_markup_is_read_and_not_sent() -> None:
    assert plain("<b>龙水镇</b> &lt;5毫米\n\n  请撤离") == "龙水镇 <5毫米\n请撤离"
    assert shortened(Short(words="<不是标记> 5 < 6 & 7"), "zh").startswith("<不是标记> 5 < 6 & 7")


@given(words=st.text(min_size=1, max_size=600), locale=st.sampled_from(LOCALES))
def test_whatever_is_said_it_fits_with_the_mark_of_a_repeat_and_begins_as_it_was_said(words: str, locale: str) -> None:
    text = shortened(Short(words=words), locale)
    assert size(f"{label('delivery.repeated', locale)}\n{text}") <= LONGEST_SHORT


@given(words=st.text(alphabet="安全。！.\n a", max_size=300), room=st.integers(0, 200))
def test_what_is_kept_is_the_beginning_of_what_was_said(words: str, room: int) -> None:
    kept = cut(words, room)
    assert size(kept) <= room
    assert words.strip().startswith(kept.removesuffix("…").strip())
