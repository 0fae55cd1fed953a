"""A text too long for one message arrives whole, in several."""

from __future__ import annotations

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from messages.splitting import LONGEST_TEXT, split, split_plain, visible_length

words = st.text(alphabet="报险 情\na<&>😀", max_size=60)
marked = st.lists(st.tuples(words, st.sampled_from(["", "b", "i"])), max_size=8).map(
    lambda pieces: "".join(f"<{tag}>{html.escape(word)}</{tag}>" if tag else html.escape(word) for word, tag in pieces)
)


def seen(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", text))


def test_a_text_that_fits_stays_as_it_is() -> None:
    assert split("<b>先撤人</b>") == ["<b>先撤人</b>"]
    assert len(split("险" * LONGEST_TEXT)) == 1


def test_one_character_more_makes_a_second_message() -> None:
    assert [len(part) for part in split("险" * (LONGEST_TEXT + 1))] == [LONGEST_TEXT, 1]


def test_lines_are_kept_whole() -> None:
    assert split("第一行\n第二行\n第三行", 9) == ["第一行\n第二行\n", "第三行"]


def test_bold_stays_bold_across_the_cut() -> None:
    assert split("<b>一二三四</b>", 2) == ["<b>一二</b>", "<b>三四</b>"]


def test_characters_outside_the_first_plane_count_twice() -> None:
    assert visible_length("😀") == 2
    assert split("😀😀😀", 4) == ["😀😀", "😀"]


@given(marked, st.integers(min_value=2, max_value=40))
def test_nothing_is_lost_and_every_part_fits(text: str, longest: int) -> None:
    parts = split(text, longest)
    assert "".join(seen(part) for part in parts) == seen(text)
    assert all(visible_length(part) <= longest for part in parts)


@given(marked, st.integers(min_value=2, max_value=40))
def test_every_part_closes_what_it_opens(text: str, longest: int) -> None:
    for part in split(text, longest):
        opened: list[str] = []
        for closing, tag in re.findall(r"<(/?)([a-z]+)>", part):
            if closing:
                assert opened.pop() == tag
            else:
                opened.append(tag)
        assert opened == []


def test_a_plain_text_counts_every_character_and_is_cut_at_lines() -> None:
    assert split_plain("<b>&amp;</b>", 12) == ["<b>&amp;</b>"]
    assert split_plain("第一行\n第二行\n第三行", 9) == ["第一行\n第二行\n", "第三行"]
    assert split_plain("😀😀😀", 4) == ["😀😀", "😀"]


@given(words, st.integers(min_value=2, max_value=40))
def test_the_parts_of_a_plain_text_are_the_text(text: str, longest: int) -> None:
    parts = split_plain(text, longest)
    assert "".join(parts) == text
    assert all(len(part.encode("utf-16-le")) // 2 <= longest for part in parts)
