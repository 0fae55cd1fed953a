"""What each chat is told of a version: the text itself, the head at the level that holds there, and the pack's advice.

A text is one unchanged run of a message. What the pack adds for a sector or a town stands under it, and is marked as
the district's. Chats that read the same share one stored text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.delivery import service as delivery
from bot.delivery.schemas import Button, InlineKeyboard, Screen, Target, Telling
from bot.duty.rules import is_night
from bot.plan.schema import WarningLevel
from bot.plan.service import Plan
from bot.plan.warnings import WarningAdvice
from bot.warning import elements, repository
from bot.warning.briefing import brief
from bot.warning.models import Answer, Audience, Origin, Place, Recipient, Series, Version
from bot.warning.rules import ENDS, has_account, lane_of
from messages import warning as texts
from messages.engine import label

PURPOSE, NOTICE = "warning", "notice"
"""What a version is told as: to who must answer, and to who is only to know."""


_LATE = 1_000
"""Numbers above all that an issue gives to what its chats read."""


@dataclass(frozen=True, slots=True)
class _Variant:
    """What some of the chats read: at this level, with this advice."""

    level: WarningLevel
    advice: tuple[WarningAdvice, ...]


async def tell(
    session: AsyncSession,
    plan: Plan,
    now: datetime,
    subject: str,
    series: Series,
    version: Version,
    told: Sequence[Recipient],
    *,
    first: int = 0,
) -> None:
    """Queues the version for everybody told: groups first, then who must answer, then the rest; high levels first.

    `first` numbers what they read, beyond what others of the version have been told already.
    """
    former = await repository.version_before(session, version)
    places = await repository.places(session, version.id)
    by_variant: dict[_Variant, list[Recipient]] = {}
    for row in told:
        if has_account(row):
            by_variant.setdefault(_variant(plan, series, version, row), []).append(row)
    variants = sorted(by_variant, key=lambda variant: variant.level.rank)
    for is_in_turn in (_is_group, _must_answer, _is_told_only):
        for number, variant in enumerate(variants, first):
            rows = [row for row in by_variant[variant] if is_in_turn(row)]
            how = _how(subject, series, version, variant, number, answering=is_in_turn is _must_answer)
            silent = _may_sleep(plan, now, series, variant)
            for locale in sorted({row.locale for row in rows}):
                words = texts.issued_parts(_words(plan, series, version, variant, places, former, locale), locale)
                here = [row for row in rows if row.locale == locale]
                targets = [Target(row.chat_id, locale, row.thread_id, silent) for row in here]
                await _show(session, now, how, words, _keyboard(series, version, how, locale), targets)
    await brief(session, plan, now, subject, series, version, told, first=first)


async def tell_late(
    session: AsyncSession, plan: Plan, now: datetime, subject: str, series: Series, version: Version, row: Recipient
) -> None:
    """Queues the version for somebody who has become concerned since it was issued."""
    await tell(session, plan, now, subject, series, version, [row], first=_LATE + row.id)


def attached(plan: Plan, kind_key: str, places: Iterable[Place]) -> int:
    """How many pieces of the pack's advice issuing to these places would attach for one or another."""
    found = (each for place in places for each in plan.advice_anywhere(kind_key, place.level, place.region_code))
    return len({(each.sector, each.region, each.text) for each in found})


def _variant(plan: Plan, series: Series, version: Version, row: Recipient) -> _Variant:
    level = row.level or version.level
    if version.act in ENDS or row.level is None:
        return _Variant(level, ())
    sectors = [sector for sector in (row.sectors or "").split(",") if sector]
    return _Variant(level, plan.advice(series.kind_key, level, row.region_code, sectors))


def _is_group(row: Recipient) -> bool:
    return row.person_id is None


def _must_answer(row: Recipient) -> bool:
    return row.person_id is not None and row.must_answer


def _is_told_only(row: Recipient) -> bool:
    return row.person_id is not None and not row.must_answer


def _how(subject: str, series: Series, version: Version, variant: _Variant, number: int, *, answering: bool) -> Telling:
    """`seq` is the variant: what differs must not share a key."""
    ends = version.act in ENDS
    return Telling(
        subject,
        PURPOSE if answering else NOTICE,
        lane_of(variant.level, drill=series.drill),
        version=version.number,
        seq=number,
        critical=True,
        drill=series.drill,
        valid_until=None if ends else version.valid_until,
        pin=variant.level is WarningLevel.RED and not ends and not series.drill,
    )


async def _show(
    session: AsyncSession,
    now: datetime,
    how: Telling,
    words: Sequence[str],
    keyboard: InlineKeyboard | None,
    targets: Sequence[Target],
) -> None:
    """One message, or several where head, text and foot do not fit into one: the text stays one run."""
    for number, part in enumerate(words):
        purpose = f"{how.purpose}/{number}" if number else how.purpose
        keys = keyboard if number == len(words) - 1 else None
        screen = Screen(part, keys, plain=True)
        await delivery.show(session, now, replace(how, purpose=purpose, pin=how.pin and not number), screen, targets)


def _words(
    plan: Plan,
    series: Series,
    version: Version,
    variant: _Variant,
    places: Sequence[Place],
    former: Version | None,
    locale: str,
) -> texts.Issued:
    kind = plan.warning_kind(series.kind_key)
    own = series.origin is Origin.OWN
    text = version.text
    if own and locale != "zh":
        # What was signed is the Chinese text; its labels alone are translated.
        text = elements.text_of(plan, series, version, places, former, version.published_at, locale)
    return texts.Issued(
        number=series.number or "",
        kind=kind.words,
        kind_en=kind.name_en,
        level=variant.level.value,
        act=version.act.value,
        relayed=not own,
        source=series.source_words,
        document=version.document_number or "",
        text=text,
        advice=tuple(_said(variant.advice, locale)),
        internal=version.audience is Audience.INTERNAL and own,
        platform_number=version.platform_number,
        drill=series.drill,
    )


def _said(advice: Iterable[WarningAdvice], locale: str) -> list[str]:
    return [each.text if locale == "zh" else each.text_en for each in advice]


def _keyboard(series: Series, version: Version, how: Telling, locale: str) -> InlineKeyboard | None:
    if version.act in ENDS:
        return None
    answers = tuple(Answer) if how.purpose == PURPOSE else (Answer.RECEIVED,)
    buttons = [
        Button(label(f"warning.answer.{answer.value}", locale), f"w.{answer.value}:{series.id}:{version.number}")
        for answer in answers
    ]
    return InlineKeyboard([buttons[:2], buttons[2:]] if len(buttons) > 2 else [buttons])


def _may_sleep(plan: Plan, now: datetime, series: Series, variant: _Variant) -> bool:
    if not series.drill and not plan.reach(variant.level, series.kind_key).silent_at_night:
        return False
    return is_night(plan, now)
