"""Every text: complete in both languages, within Telegram's limits, and exactly as it was agreed (golden files)."""

from __future__ import annotations

import html
import importlib
import pkgutil
import re
from itertools import groupby
from pathlib import Path

import pytest

import messages
from messages.engine import LOCALES, Payload, known, label, labels, render

HERE = Path(messages.__file__).parent
GOLDEN = Path(__file__).parents[1] / "golden"
LONGEST_TEXT = 4096
LONGEST_BUTTON_CHARACTERS = 40
NO_BUTTONS = ("threat.", "directory.refused.", "paper.fact.", "paper.sheet.", "paper.document.", "delivery.meaning.")
TAGS = {"b", "i", "u", "s", "code", "pre", "a", "blockquote"}

MODULES = [importlib.import_module(f"messages.{found.name}") for found in pkgutil.iter_modules([str(HERE)])]
SAMPLES: list[Payload] = [sample for module in MODULES for sample in getattr(module, "SAMPLES", [])]
BY_TEMPLATE = {
    template: list(group)
    for template, group in groupby(
        sorted(SAMPLES, key=lambda sample: sample.template), key=lambda sample: sample.template
    )
}


def _payload_classes() -> set[type[Payload]]:
    found = {
        value
        for module in MODULES
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Payload)
    }
    return found - {Payload}


def _templates(locale: str) -> set[str]:
    return {path.relative_to(HERE / locale).with_suffix("").as_posix() for path in (HERE / locale).rglob("*.j2")}


def test_every_payload_has_a_sample() -> None:
    without = {kind.__name__ for kind in _payload_classes() - {type(sample) for sample in SAMPLES}}
    assert not without


@pytest.mark.parametrize("locale", LOCALES)
def test_every_payload_has_a_template_and_every_template_a_payload(locale: str) -> None:
    assert _templates(locale) == {kind.template for kind in _payload_classes()}


def test_labels_have_the_same_keys_in_every_language() -> None:
    assert set(labels("zh")) == set(labels("en"))


@pytest.mark.parametrize("locale", LOCALES)
def test_labels_are_short_enough_for_a_button_on_a_phone(locale: str) -> None:
    words = {key: word for key, word in labels(locale).items() if not key.startswith(NO_BUTTONS)}
    assert {key: word for key, word in words.items() if len(word) > LONGEST_BUTTON_CHARACTERS} == {}


def test_menu_words_mean_one_thing_whatever_the_language() -> None:
    words = [
        (word, key) for locale in LOCALES for key, word in labels(locale).items() if key.startswith(("menu.", "words."))
    ]
    meanings: dict[str, set[str]] = {}
    for word, key in words:
        meanings.setdefault(word, set()).add(key)
    assert {word: keys for word, keys in meanings.items() if len(keys) > 1} == {}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("template", sorted(BY_TEMPLATE))
def test_texts_are_as_agreed(template: str, locale: str, request: pytest.FixtureRequest) -> None:
    said = "\n----\n".join(render(sample, locale) for sample in BY_TEMPLATE[template]) + "\n"
    golden = GOLDEN / locale / f"{template}.txt"
    if request.config.getoption("--golden"):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(said, encoding="utf-8")
    assert golden.exists(), f"no golden file for {template}: look at the text, then run `make golden`"
    assert said == golden.read_text(encoding="utf-8"), "the words have changed: if that is meant, run `make golden`"


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("template", sorted(BY_TEMPLATE))
def test_texts_fit_and_use_only_telegrams_markup(template: str, locale: str) -> None:
    for sample in BY_TEMPLATE[template]:
        said = render(sample, locale)
        visible = html.unescape(re.sub(r"<[^>]*>", "", said))
        assert 0 < len(visible.encode("utf-16-le")) // 2 <= LONGEST_TEXT
        assert set(re.findall(r"</?([a-z]+)", said)) <= TAGS
        assert "\n\n\n" not in said
        assert not [line for line in said.splitlines() if line != line.rstrip()]


@pytest.mark.parametrize("template", sorted(BY_TEMPLATE))
def test_english_is_english(template: str) -> None:
    """What the template itself says has no Chinese but the name of the product; places and posts come as data."""
    source = (HERE / "en" / f"{template}.j2").read_text(encoding="utf-8")
    assert not re.search(r"[\u4e00-\u9fff]", source.replace("叫应", ""))


def test_golden_files_belong_to_texts() -> None:
    held = {path.relative_to(GOLDEN).with_suffix("").as_posix() for path in GOLDEN.rglob("*.txt")}
    assert held == {f"{locale}/{template}" for locale in LOCALES for template in BY_TEMPLATE}


@pytest.mark.parametrize(
    ("asked", "given"), [("zh", "zh"), ("zh-hans", "zh"), ("en-GB", "en"), ("fr", "zh"), ("", "zh"), (None, "zh")]
)
def test_unknown_languages_are_answered_in_chinese(asked: str | None, given: str) -> None:
    assert known(asked) == given


def test_a_label_nobody_wrote_is_an_error() -> None:
    with pytest.raises(KeyError):
        label("no.such.label", "zh")
