"""Promises of the HTML parser: what is marked, where, in UTF-16, and what is refused."""

import html
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.entities import detect, formatted, normal_url, parse_html, utf16
from sandbox.errors import ApiError


def marked(kind: str, offset: int, length: int, **more: Any) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **more}


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("plain", "plain", []),
        ("<b>a</b>", "a", [marked("bold", 0, 1)]),
        ("<strong>a</strong><em>b</em>", "ab", [marked("bold", 0, 1), marked("italic", 1, 1)]),
        ("<u>a</u><ins>b</ins>", "ab", [marked("underline", 0, 1), marked("underline", 1, 1)]),
        ("<s>a</s><strike>b</strike><del>c</del>", "abc", [marked("strikethrough", n, 1) for n in range(3)]),
        ("<tg-spoiler>a</tg-spoiler>", "a", [marked("spoiler", 0, 1)]),
        ('<span class="tg-spoiler">a</span>', "a", [marked("spoiler", 0, 1)]),
        ("<b>a<i>b</i></b>", "ab", [marked("bold", 0, 2), marked("italic", 1, 1)]),
        ("<i><b>ab</b></i>", "ab", [marked("bold", 0, 2), marked("italic", 0, 2)]),
        ("<B>a</B >", "a", [marked("bold", 0, 1)]),
        ("<b>a</>", "a", [marked("bold", 0, 1)]),
        ("<b></b>a", "a", []),
        ("a &lt;b&gt; &amp; &quot;c&quot;", 'a <b> & "c"', []),
        ("&#39;&#x4F60;", "'你", []),
        ("&nbsp;&copy", "&nbsp;&copy", []),
        ("<code>a <b>b</b></code>", "a b", [marked("code", 0, 3)]),
        ("<pre>x</pre>", "x", [marked("pre", 0, 1)]),
        (
            '<pre><code class="language-python">x</code></pre>',
            "x",
            [marked("pre", 0, 1, language="python")],
        ),
        ("<blockquote>a</blockquote>", "a", [marked("blockquote", 0, 1)]),
        ("<blockquote expandable>a</blockquote>", "a", [marked("expandable_blockquote", 0, 1)]),
        ('<tg-emoji emoji-id="5">👍</tg-emoji>', "👍", [marked("custom_emoji", 0, 2, custom_emoji_id="5")]),
        ("😀<b>你好</b>", "😀你好", [marked("bold", 2, 2)]),
        ("<b>😀</b>𠮷<i>x</i>", "😀𠮷x", [marked("bold", 0, 2), marked("italic", 4, 1)]),
        (
            '<a href="https://example.org/?a=1&amp;b=2">here</a>',
            "here",
            [marked("text_link", 0, 4, url="https://example.org/?a=1&b=2")],
        ),
        ("<a href='http://example.org'>x</a>", "x", [marked("text_link", 0, 1, url="http://example.org/")]),
        ("<a href=example.org>x</a>", "x", [marked("text_link", 0, 1, url="http://example.org/")]),
        ("<a>example.org</a>", "example.org", [marked("text_link", 0, 11, url="http://example.org/")]),
        ('<a href="nowhere">x</a>', "x", []),
        ('<a href="tg://user?id=7">x</a>', "x", [marked("text_mention", 0, 1, user_id=7)]),
    ],
)
def test_html_becomes_text_and_entities(source: str, text: str, entities: list[dict[str, Any]]) -> None:
    found_text, found = parse_html(source)
    assert found_text == text
    assert sorted(found, key=str) == sorted(entities, key=str)


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<div>a</div>", 'Unsupported start tag "div" at byte offset 0'),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("水<h1>", 'Unsupported start tag "h1" at byte offset 3'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>a</b", "Unclosed end tag at byte offset 4"),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_broken_html_is_refused_with_the_place(source: str, complaint: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse_html(source)
    assert caught.value.code == 400
    assert caught.value.description == f"Bad Request: can't parse entities: {complaint}"


@given(st.text())
def test_escaped_text_comes_back_unchanged_and_unmarked(text: str) -> None:
    assert parse_html(html.escape(text)) == (text, [])


@given(st.lists(st.tuples(st.sampled_from(["b", "i", "u", "s", "code"]), st.text(min_size=1)), max_size=6))
def test_each_mark_covers_exactly_its_own_words(parts: list[tuple[str, str]]) -> None:
    text, entities = parse_html("".join(f"<{tag}>{html.escape(words)}</{tag}>" for tag, words in parts))
    assert text == "".join(words for _, words in parts)
    units = text.encode("utf-16-le")
    covered = [units[2 * e["offset"] : 2 * (e["offset"] + e["length"])].decode("utf-16-le") for e in entities]
    assert covered == [words for _, words in parts]


@given(st.text(alphabet="<>/&;ab \"'=#x1"))
def test_any_input_is_either_text_or_a_refusal(source: str) -> None:
    try:
        text, entities = parse_html(source)
    except ApiError as error:
        text, entities = error.description, []
    assert all(e["offset"] >= 0 and e["length"] > 0 and e["offset"] + e["length"] <= utf16(text) for e in entities)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/start abc", [("bot_command", 0, 6)]),
        ("/now@jiaoying_bot", [("bot_command", 0, 17)]),
        ("😀 /todo", [("bot_command", 3, 5)]),
        ("a/b and 1/2", []),
        ("/待办", []),
        ("问 @jiaoying_bot", [("mention", 2, 13)]),
        ("见 https://example.org/a?b=1。", [("url", 2, 25)]),
        ("a@example.org", [("email", 0, 13)]),
        ("#险情 x", [("hashtag", 0, 3)]),
        ("值班 +86 23 4372 0000", [("phone_number", 3, 16)]),
        ("5+5=10", []),
    ],
)
def test_the_platform_marks_what_it_knows_by_itself(text: str, found: list[tuple[str, int, int]]) -> None:
    assert [(e["type"], e["offset"], e["length"]) for e in detect(text)] == found


def test_nothing_is_marked_inside_code_and_links() -> None:
    _, entities = formatted('<code>/start</code> <a href="https://example.org">/now</a> /todo', "HTML", None)
    assert [e["type"] for e in entities] == ["code", "text_link", "bot_command"]


def test_blank_space_around_a_text_is_cut_and_entities_move() -> None:
    assert formatted("\n <b> 你好 </b>\n", "HTML", None) == ("你好", [marked("bold", 0, 2)])


def test_a_mode_this_simulator_does_not_speak_is_refused() -> None:
    with pytest.raises(ApiError, match="unsupported parse_mode"):
        formatted("*a*", "MarkdownV2", None)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://example.org", "https://example.org/"),
        ("HTTP://example.org/x", "http://example.org/x"),
        ("tg://resolve?domain=x", "tg://resolve?domain=x"),
        ("tel:+8623", "tel:+8623"),
        ("localhost", ""),
        ("no address", ""),
    ],
)
def test_addresses_are_kept_as_the_platform_keeps_them(url: str, kept: str) -> None:
    assert normal_url(url) == kept
