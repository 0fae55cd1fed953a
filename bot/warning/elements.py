"""What a warning of the district's own must say before it is signed, and what people type into its form. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.directory.rules import place_name
from bot.plan.schema import WarningAct, WarningLevel
from bot.plan.service import Plan
from bot.plan.warnings import WarningNeed
from bot.warning.models import Audience, Place, Series, Version
from bot.warning.rules import ENDS, act_between, hash_of
from messages import warning_draft as texts
from messages.engine import ZONE

WORDED = ("scope_words", "matters", "measures", "issuer", "consultation", "authority", "platform_number")
"""The columns that are filled in by typing."""

LONGEST_WORDS = 800
LONGEST_NUMBER = 60


class AtLevel(Protocol):
    """A region and the level there, as a row or a view."""

    @property
    def region_code(self) -> str: ...
    @property
    def level(self) -> WarningLevel: ...


_SEEN_LENGTH = 10
_FARTHEST = timedelta(days=30)
_MORNING = (7, 30)

_HOURS = re.compile(r"^(\d{1,3})\s*(?:个?小时|h|hours?)$", re.IGNORECASE)
_CLOCK = re.compile(
    r"^(?:(?:(?P<month>\d{1,2})\s*[月/\-.]\s*)?(?P<day>\d{1,2})\s*[日号]?\s+|"
    r"(?:(?P<month_zh>\d{1,2})月)?(?P<day_zh>\d{1,2})[日号]\s*|(?P<word>今天|今晚|明天|明早|明晚|后天)\s*)?"
    r"(?P<hour>\d{1,2})(?:[:：](?P<minute>\d{2})|[点时](?:(?P<spoken>\d{1,2})分?)?)$"
)
_DAYS = {"今天": 0, "今晚": 0, "明天": 1, "明早": 1, "明晚": 1, "后天": 2}
_SPOKEN_CLOCK = re.compile(r"(?<!\d)(\d{1,2})(?:[:：](\d{2})|[点时](?:(\d{1,2})分?)?)(?!\d)")
_LAST_DAY = re.compile(r"(?:至|到|止于)\s*(20\d{2})\s*[-年/.]\s*(\d{1,2})\s*[-月/.]\s*(\d{1,2})")
_PHONE = re.compile(r"\+?\d[\d\s\-]{5,17}\d")


def missing(
    version: Version, places: Sequence[Place], needs: Collection[WarningNeed], now: datetime
) -> tuple[str, ...]:
    """Keys of the elements that stand in the way of signing, in the order of the law; the platform's number never does.

    Kind and level are always there; begin and publication are the moment of issue where nothing else was written.
    """
    if version.act in ENDS:
        present = {"reason": bool(version.matters), "issuer": bool(version.issuer), **_papers(version, needs, now)}
        return tuple(key for key, is_there in present.items() if not is_there)
    valid = version.valid_until is not None and version.valid_until > max(now, version.starts_at or now)
    present = {
        "valid_until": valid,
        "places": bool(places),
        "matters": bool(version.matters),
        "measures": bool(version.measures),
        "issuer": bool(version.issuer),
        **_papers(version, needs, now),
    }
    return tuple(key for key, is_there in present.items() if not is_there)


def wants_number(version: Version, needs: Collection[WarningNeed]) -> bool:
    """Whether the platform's number must be there before anybody is told: what goes to society, or as the pack says."""
    needed = WarningNeed.PLATFORM_NUMBER in needs or version.audience is Audience.PUBLIC
    return needed and not version.platform_number and version.act is not WarningAct.WITHDRAW


def act_of(
    version: Version, places: Sequence[Place], former: Version | None, former_places: Sequence[Place]
) -> WarningAct:
    """What a version that ends nothing does to the series: the first issues it, a longer time alone extends it."""
    if former is None:
        return WarningAct.ISSUE
    act = act_between(former.level, version.level)
    if act is not WarningAct.UPDATE or version.valid_until is None or former.valid_until is None:
        return act
    same = all(getattr(version, name) == getattr(former, name) for name in ("matters", "measures", "scope_words"))
    same = same and _levels(places) == _levels(former_places)
    return WarningAct.EXTEND if same and version.valid_until > former.valid_until else act


def next_level(version: Version, levels: Sequence[WarningLevel], at: WarningLevel | None) -> WarningLevel | None:
    """What one tap makes of a town: the notice's level, then each lower one of `levels`, then not concerned."""
    turns = [version.level, *(level for level in sorted(levels, key=_rank) if level.rank > version.level.rank), None]
    return turns[turns.index(at) + 1] if at in turns and at is not None and at in turns[:-1] else turns[0]


def seen_mark(version: Version, places: Sequence[Place]) -> str:
    """What a signer's button carries: he signs the text that stood on his card, or nothing."""
    return hash_of(version, list(places))[:_SEEN_LENGTH]


def text_of(
    plan: Plan,
    series: Series,
    version: Version,
    places: Sequence[Place],
    former: Version | None,
    at: datetime | None,
    locale: str = "zh",
) -> str:
    """The text as it is issued, made of its elements; `at` is the moment of publication, None while it is unknown.

    The Chinese one is signed, hashed and kept. In another language the labels are translated, what people wrote is not.
    """
    kind = plan.warning_kind(series.kind_key)
    payload = texts.Text(
        act=version.act.value,
        kind=kind.words if locale == "zh" else kind.name_en,
        level=version.level.value,
        places=level_lines(plan, places),
        scope_words=version.scope_words,
        starts_at=version.starts_at or at,
        valid_until=version.valid_until,
        matters=version.matters,
        measures=version.measures,
        issuer=version.issuer,
        published_at=at,
        number=series.number or "",
        former_at=former.published_at if former else None,
        former_level=former.level.value if former else "",
    )
    return texts.text(payload, locale)


def level_lines(plan: Plan, places: Iterable[AtLevel]) -> tuple[texts.LevelLine, ...]:
    """The names of the places, the highest level first."""
    by_level: dict[WarningLevel, list[str]] = {}
    for place in places:
        by_level.setdefault(place.level, []).append(place_name(plan, place.region_code))
    return tuple(
        texts.LevelLine(level=each.value, places=tuple(by_level[each])) for each in sorted(by_level, key=_rank)
    )


def moment_ahead(words: str, now: datetime) -> datetime | None:
    """An instant after `now`: 12小时, 20:00, 明天8时, 13日8时, 7月13日08:00. The first such; None if it is none."""
    bare = words.strip()
    if hours := _HOURS.match(bare):
        at = now + timedelta(hours=int(hours[1]))
        return at if now < at <= now + _FARTHEST else None
    clock = _CLOCK.match(bare)
    if clock is None:
        return None
    hour, minute = int(clock["hour"]), int(clock["minute"] or clock["spoken"] or 0)
    if clock["word"] in ("今晚", "明晚") and hour < 12:
        hour += 12
    if hour > 23 or minute > 59:
        return None
    local = now.astimezone(ZONE)
    first = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
    days = [first + timedelta(days=count) for count in range(_FARTHEST.days + 1)]
    return next((each.astimezone(now.tzinfo) for each in days if each > local and _is_day(each, local, clock)), None)


@dataclass(frozen=True, slots=True)
class Consent:
    """Oral consent as the duty officer writes it down: the leader's post, the number called, and when he agreed."""

    post: str
    phone: str
    at: datetime


def consent_of(words: str, now: datetime) -> Consent | None:
    """`区应急局副局长，+86 10000 00402，22:16`. All three must be there; the time is the last such one before `now`."""
    clock = _SPOKEN_CLOCK.search(words)
    if clock is None:
        return None
    rest = f"{words[: clock.start()]}；{words[clock.end() :]}"
    phone = _PHONE.search(rest)
    post = re.sub(r"[\s,，;；。:：]+", " ", _PHONE.sub(" ", rest)).strip()
    hour, minute = int(clock[1]), int(clock[2] or clock[3] or 0)
    if phone is None or not post or hour > 23 or minute > 59:
        return None
    local = now.astimezone(ZONE).replace(hour=hour, minute=minute, second=0, microsecond=0)
    at = local if local <= now else local - timedelta(days=1)
    return Consent(post, re.sub(r"[^\d+]", "", phone.group()), at.astimezone(now.tzinfo))


def next_morning(now: datetime) -> datetime:
    """07:30 on the district's wall clock, the first after `now`: when a missing signature is asked for."""
    local = now.astimezone(ZONE)
    morning = local.replace(hour=_MORNING[0], minute=_MORNING[1], second=0, microsecond=0)
    due = morning if morning > local else morning + timedelta(days=1)
    return due.astimezone(now.tzinfo)


def _papers(version: Version, needs: Collection[WarningNeed], now: datetime) -> dict[str, bool]:
    return {
        "consultation": WarningNeed.CONSULTATION not in needs or bool(version.consultation),
        "authority": WarningNeed.AUTHORITY not in needs or bool(version.authority),
        "authority_over": not authority_is_over(version.authority, now),
    }


def authority_is_over(words: str, now: datetime) -> bool:
    """Whether the last day an authority names as its end has passed: `授权书〔2026〕3号，有效至2026-12-31`."""
    days = [tuple(map(int, found)) for found in _LAST_DAY.findall(words)]
    today = now.astimezone(ZONE).date()
    return bool(days) and max(days) < (today.year, today.month, today.day)


def _is_day(each: datetime, local: datetime, clock: re.Match[str]) -> bool:
    if clock["word"]:
        return (each.date() - local.date()).days == _DAYS[clock["word"]]
    day, month = clock["day"] or clock["day_zh"], clock["month"] or clock["month_zh"]
    return (not day or each.day == int(day)) and (not month or each.month == int(month))


def _levels(places: Sequence[Place]) -> set[tuple[str, WarningLevel]]:
    return {(place.region_code, place.level) for place in places}


def _rank(level: WarningLevel) -> int:
    return level.rank
