"""What people type into a draft: times to come, and who agreed on the telephone; what is not understood is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.plan.schema import WarningAct, WarningLevel
from bot.warning.elements import authority_is_over, consent_of, moment_ahead, next_level, next_morning
from bot.warning.models import Version

NOW = datetime(2026, 7, 11, 16, 50, tzinfo=UTC)
"""00:50 on 12 July on the district's wall clock."""


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 7, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("12小时", NOW + timedelta(hours=12)),
        ("6 h", NOW + timedelta(hours=6)),
        ("20:00", at(12, 20)),
        ("00:30", at(13, 0, 30)),
        ("8时", at(12, 8)),
        ("8点15分", at(12, 8, 15)),
        ("今晚8点", at(12, 20)),
        ("明天8时", at(13, 8)),
        ("13日8时", at(13, 8)),
        ("7月13日08:00", at(13, 8)),
        ("7-13 08:00", at(13, 8)),
        ("今天0时", None),
        ("11日8时", datetime(2026, 8, 11, 0, 0, tzinfo=UTC)),
        ("25:00", None),
        ("8:75", None),
        ("0小时", None),
        ("999小时", None),
        ("昨天", None),
        ("", None),
    ],
)
def test_a_time_to_come(words: str, expected: datetime | None) -> None:
    assert moment_ahead(words, NOW) == expected


@pytest.mark.parametrize(
    ("words", "post", "phone", "agreed"),
    [
        ("区应急局副局长，+86 10000 00402，00:48", "区应急局副局长", "+861000000402", at(12, 0, 48)),
        ("00:48 副局长 +86 10000 00402", "副局长", "+861000000402", at(12, 0, 48)),
        ("区政府办公室 023-43768676 23点50分", "区政府办公室", "02343768676", at(11, 23, 50)),
        ("deputy director, +86 10000 00402, 0:12", "deputy director", "+861000000402", at(12, 0, 12)),
    ],
)
def test_a_consent_names_post_number_and_time(words: str, post: str, phone: str, agreed: datetime) -> None:
    consent = consent_of(words, NOW)
    assert consent is not None
    assert (consent.post, consent.phone, consent.at) == (post, phone, agreed)


@pytest.mark.parametrize("words", ["", "同意", "副局长 00:48", "+86 10000 00402 00:48", "副局长 +86 10000 00402"])
def test_a_consent_that_lacks_one_of_the_three_is_none(words: str) -> None:
    assert consent_of(words, NOW) is None


def test_a_town_is_never_above_the_notice() -> None:
    both = (WarningLevel.BLUE, WarningLevel.YELLOW)
    blue = Version(series_id=1, number=1, act=WarningAct.ISSUE, level=WarningLevel.BLUE)
    yellow = Version(series_id=1, number=1, act=WarningAct.ISSUE, level=WarningLevel.YELLOW)
    assert [next_level(blue, both, level) for level in (None, WarningLevel.BLUE)] == [WarningLevel.BLUE, None]
    turns = [next_level(yellow, both, level) for level in (None, WarningLevel.YELLOW, WarningLevel.BLUE)]
    assert turns == [WarningLevel.YELLOW, WarningLevel.BLUE, None]


@pytest.mark.parametrize(("now", "due"), [(NOW, at(12, 7, 30)), (at(12, 7, 30), at(13, 7, 30))])
def test_a_missing_signature_is_asked_for_at_half_past_seven(now: datetime, due: datetime) -> None:
    assert next_morning(now) == due


@pytest.mark.parametrize(
    ("words", "over"),
    [
        ("授权书〔2026〕3号，有效至2026-12-31", False),
        ("授权书〔2026〕3号，有效期2026年1月1日至2026年7月11日", True),
        ("授权书〔2026〕3号，2026.1.1到2026.7.12", False),
        ("授权书〔2025〕3号", False),
        ("", False),
    ],
)
def test_an_authority_holds_through_its_last_day_and_no_longer(words: str, over: bool) -> None:
    night = datetime(2026, 7, 11, 16, 50, tzinfo=UTC)
    assert authority_is_over(words, night) is over
