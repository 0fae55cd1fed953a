"""Answers: 收到, 已到岗, 去不了; nudging who has not, in private only; the telephone list and what a call gave."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import SYSTEM, Actor, Permission
from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Button, InlineKeyboard, Target, Telling
from bot.directory import people, places
from bot.directory.models import PersonState
from bot.directory.schemas import PersonView
from bot.plan.schema import WarningLevel
from bot.plan.service import Plan
from bot.warning import issuing, repository, telephoning, telling
from bot.warning.errors import NotConcerned, Overtaken
from bot.warning.models import Answer, PhoneResult, Recipient, Series, SeriesState, Version
from bot.warning.rules import has_account, is_cut_off, is_missing, lane_of
from messages import warning as texts
from messages.engine import label

_TOLD_BY = (PhoneResult.REACHED, PhoneResult.MESSENGER)
"""After which the warning counts as answered."""


async def answer(
    session: AsyncSession,
    plan: Plan,
    actor: Actor,
    now: datetime,
    series_id: int,
    chat_id: int,
    given: Answer,
    under: int | None = None,
) -> None:
    """Somebody taps under a warning. The first answer counts for a group; a later, better one is written over it.

    Answering beats the nudge that is due. 去不了 calls the deputy at once and counts as no answer of the post.
    It counts for the version it was tapped `under`, the newest without one: who has read yellow has not read orange.

    Raises:
        NotConcerned: the chat was not told, or nobody we know taps in a group.
        Overtaken: the series is over.
    """
    await repository.hold(session, series_id, actor.person_id, chat_id=chat_id)
    row = await repository.recipient_in(session, series_id, chat_id)
    await _answer(session, plan, actor, now, series_id, row, given, under)


async def answer_row(
    session: AsyncSession,
    plan: Plan,
    actor: Actor,
    now: datetime,
    series_id: int,
    recipient_id: int,
    given: Answer,
    under: int | None = None,
) -> None:
    """The same under a reminder: it counts for the chat that was reminded of. Raises as `answer` does."""
    await repository.hold(session, series_id, actor.person_id, recipient_id=recipient_id)
    row = await repository.recipient(session, recipient_id)
    await _answer(session, plan, actor, now, series_id, row, given, under)


async def _answer(
    session: AsyncSession,
    plan: Plan,
    actor: Actor,
    now: datetime,
    series_id: int,
    row: Recipient | None,
    given: Answer,
    under: int | None,
) -> None:
    series, version = await issuing.issued(session, series_id)
    if row is None or row.series_id != series_id or actor.person_id is None:
        raise NotConcerned(series.number or "")
    if under is not None and under < row.told_version:
        await _answers_an_older_text(session, actor, now, series, row, given, under)
        return
    if series.state is not SeriesState.IN_FORCE and row.answered_version == row.told_version:
        raise Overtaken(series.number or "")
    if row.answered_version == row.told_version and _rank(row.answer) >= _rank(given):
        return
    await _call_off(session, row, given)
    row.answer, row.answered_version, row.answered_at = given, row.told_version, now
    row.answered_by, row.answered_name, row.nudge_due_at = actor.person_id, actor.name, None
    await _answers_for_himself_too(session, actor, now, row, given)
    await _has_a_line(session, row)
    if given is Answer.CANNOT:
        await _deputise(session, plan, now, series, version, row, cannot=True)
    target = Target(row.chat_id, row.locale, row.thread_id, silent=True)
    await delivery.wish_card(
        session,
        now,
        subject=issuing.subject_of(series.id),
        role=issuing.ANSWERS_CARD,
        target=target,
        lane=Lane.ROUTINE,
        drill=series.drill,
    )
    await delivery.touch(session, issuing.subject_of(series.id), role=issuing.BOARD)
    audit.record(
        session,
        now,
        actor,
        "warning.answer",
        issuing.subject_of(series.id),
        drill=series.drill,
        chat=row.chat_id,
        answer=given.value,
        version=row.told_version,
    )


async def _answers_an_older_text(
    session: AsyncSession, actor: Actor, now: datetime, series: Series, row: Recipient, given: Answer, under: int
) -> None:
    """Counts for the version it was tapped under, and whoever taps is shown to the newer one, once."""
    if series.state is not SeriesState.IN_FORCE:
        raise Overtaken(series.number or "")
    subject = issuing.subject_of(series.id)
    if (row.answered_version or 0) < under:
        row.answer, row.answered_version, row.answered_at = given, under, now
        row.answered_by, row.answered_name = actor.person_id, actor.name
        facts = {"chat": row.chat_id, "answer": given.value, "version": under}
        audit.record(session, now, actor, "warning.answer", subject, drill=series.drill, **facts)
    person = await people.person(session, actor.person_id or 0, now)
    if person is None or person.platform_id is None or not is_missing(row):
        return
    how = Telling(subject, "newer", Lane.INTERACTIVE, version=row.told_version, seq=person.id, drill=series.drill)
    words = texts.NewerText(number=series.number or "", version=row.told_version)
    await delivery.tell(session, now, how, words, [Target(person.platform_id, person.locale)])


async def nudge_missing(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, series_id: int) -> int:
    """只催没应答的: asks everybody who has not answered once more, in private; how many."""
    actor.require(Permission.WARNING_SEE)
    series, version = await issuing.issued(session, series_id, lock=True)
    missing = [row for row in await repository.to_be_nudged(session, series_id) if is_missing(row)]
    asked_last = [await nudge(session, plan, now, series, version, row) for row in missing]
    if any(asked_last):
        await tell_phone_list(session, plan, now, series, version)
    await delivery.touch(session, issuing.subject_of(series.id), role=issuing.BOARD)
    subject = issuing.subject_of(series.id)
    audit.record(session, now, actor, "warning.nudge", subject, drill=series.drill, asked=len(missing))
    return len(missing)


async def nudge(
    session: AsyncSession, plan: Plan, now: datetime, series: Series, version: Version, row: Recipient
) -> bool:
    """Asks once more: the person, for a group its duty post; the last time the deputy too.

    Whether it was the last time: then it is the telephone's turn, and the publisher gets one list for all of them.
    """
    level = row.level or version.level
    reach = plan.reach(level, series.kind_key)
    targets = await _reminded(session, now, row, reach.must_answer)
    # After a downtime of several steps one is asked once, at the last; where nobody can be told, none is waited for.
    passed = sum(row.told_at + timedelta(minutes=after) <= now for after in reach.nudge_after)
    row.nudges = max(row.nudges + 1, passed) if targets else len(reach.nudge_after)
    later = reach.nudge_after[row.nudges] if row.nudges < len(reach.nudge_after) else None
    row.nudge_due_at = row.told_at + timedelta(minutes=later) if later is not None else None
    minutes = int((now - row.told_at).total_seconds() // 60)
    place = await places.name_of(session, plan, row.region_code)
    kind = plan.warning_kind(series.kind_key)
    words = texts.Nudge(
        number=series.number or "",
        kind=kind.words,
        kind_en=kind.name_en,
        level=level.value,
        place=place,
        minutes=minutes,
        for_group=row.name if row.person_id is None else None,
    )
    how = Telling(
        issuing.subject_of(series.id),
        "nudge",
        max(lane_of(level, drill=series.drill), Lane.INTERACTIVE),
        version=version.number,
        seq=_reminders(row).start + row.nudges,
        critical=True,
        drill=series.drill,
        valid_until=version.valid_until,
    )
    await delivery.tell(session, now, how, words, targets, lambda locale: _answer_keys(series.id, row, version, locale))
    if not targets:
        subject = issuing.subject_of(series.id)
        audit.record(session, now, SYSTEM, "warning.reached_nobody", subject, drill=series.drill, recipient=row.id)
    if later is None:
        await _deputise(session, plan, now, series, version, row, cannot=False)
    return later is None


async def tell_phone_list(session: AsyncSession, plan: Plan, now: datetime, series: Series, version: Version) -> None:
    """Gives the publisher who has still not answered, with numbers as text."""
    rows = await repository.recipients(session, series.id)
    await telephoning.tell_list(session, plan, now, issuing.subject_of(series.id), series, version, rows)


async def phoned(session: AsyncSession, actor: Actor, now: datetime, recipient_id: int, result: PhoneResult) -> None:
    """What a telephone call gave, or somebody who was sent. Reached counts as answered.

    A place cut off is 失联 and never told, and it is so for every warning in force.
    """
    actor.require(Permission.WARNING_RELAY)
    row = await repository.recipient(session, recipient_id)
    if row is None:
        raise NotConcerned("")
    rows = [row, *(await repository.elsewhere(session, row) if result is PhoneResult.CUT_OFF else ())]
    for each in rows:
        each.phoned, each.phoned_by, each.phoned_at = result, actor.name, now
        await delivery.touch(session, issuing.subject_of(each.series_id), role=issuing.BOARD)
    subject = issuing.subject_of(row.series_id)
    if result in _TOLD_BY:
        await _call_off(session, row, Answer.RECEIVED)
        row.answer, row.answered_version, row.answered_at = Answer.RECEIVED, row.told_version, now
        row.answered_by, row.answered_name, row.nudge_due_at = None, row.name, None
        await delivery.touch(session, subject, role=issuing.ANSWERS_CARD, chat_id=row.chat_id)
    series, _ = await issuing.existing(session, row.series_id)
    audit.record(
        session, now, actor, "warning.phone", subject, drill=series.drill, recipient=row.id, result=result.value
    )


async def _call_off(session: AsyncSession, row: Recipient, given: Answer) -> None:
    """Who has answered is reminded no more: what was queued before is called off in the answer's own transaction."""
    if not row.nudges and row.answer is not Answer.CANNOT:
        return
    subject = issuing.subject_of(row.series_id)
    # A group is reminded through whoever is on duty there.
    chat_id = row.chat_id if row.person_id is not None else None
    await delivery.call_off(session, subject, ("nudge",), _reminders(row), chat_id)
    if given is not Answer.CANNOT:
        await delivery.call_off(session, subject, ("deputise",), range(row.id, row.id + 1))


def _reminders(row: Recipient) -> range:
    """The numbers that reminders of this recipient bear in the outbox."""
    return range(row.id * 100, (row.id + 1) * 100)


async def _deputise(
    session: AsyncSession,
    plan: Plan,
    now: datetime,
    series: Series,
    version: Version,
    row: Recipient,
    *,
    cannot: bool,
) -> None:
    """Asks the B holders of the person's posts to stand in; they read the text itself first."""
    person = await people.person(session, row.person_id, now) if row.person_id else None
    if person is None:
        return
    kind = plan.warning_kind(series.kind_key)
    words = texts.Deputise(
        number=series.number or "",
        kind=kind.words,
        kind_en=kind.name_en,
        level=(row.level or version.level).value,
        name=row.name,
        cannot=cannot,
    )
    how = Telling(
        issuing.subject_of(series.id),
        "deputise",
        lane_of(WarningLevel.RED, drill=series.drill),
        version=version.number,
        # Two things are said of him, one after the other: that he has not answered, and that he cannot come.
        seq=-row.id if cannot else row.id,
        critical=True,
        drill=series.drill,
    )
    kinds = [post.kind for post in person.posts]
    others = await people.on_post(session, kinds, row.region_code, now)
    asked = {other.platform_id: other for other in others if other.id != person.id and other.platform_id}
    for chat_id, other in asked.items():
        await _let_read(session, plan, now, series, version, row, chat_id, other)
    targets = [Target(chat_id, other.locale) for chat_id, other in asked.items()]
    await delivery.tell(session, now, how, words, targets, lambda locale: _answer_keys(series.id, row, version, locale))


async def _let_read(
    session: AsyncSession,
    plan: Plan,
    now: datetime,
    series: Series,
    version: Version,
    row: Recipient,
    chat_id: int,
    other: PersonView,
) -> None:
    """Who stands in is told the version, unless he was, and then hears of its changes and its end like everybody."""
    if await repository.recipient_of(session, series.id, other.id) is not None:
        return
    columns = {
        **{name: getattr(row, name) for name in ("series_id", "region_code", "tier", "level", "sectors")},
        "chat_id": chat_id,
        "person_id": other.id,
        "name": other.name,
        "phone": other.phone,
        "locale": other.locale,
        "told_version": version.number,
        "told_at": now,
    }
    late = await repository.add(session, Recipient(**columns))
    await telling.tell_late(session, plan, now, issuing.subject_of(series.id), series, version, late)


async def _reminded(session: AsyncSession, now: datetime, row: Recipient, posts: Sequence[str]) -> list[Target]:
    """Where a reminder goes; nowhere if he has not come, has left, is suspended or has blocked the bot."""
    if row.person_id is None:
        return await _duty(session, now, row, posts)
    person = await people.person(session, row.person_id, now)
    is_there = person is not None and person.reachable and person.state is PersonState.ACTIVE
    return [Target(row.chat_id, row.locale)] if is_there and has_account(row) else []


async def _duty(session: AsyncSession, now: datetime, row: Recipient, posts: Sequence[str]) -> list[Target]:
    """Whom to ask for a group: never in front of the group."""
    officers = await people.on_post(session, posts, row.region_code, now)
    return [Target(person.platform_id, person.locale) for person in officers if person.platform_id]


async def _has_a_line(session: AsyncSession, row: Recipient) -> None:
    """Who taps is not cut off, whichever warning he answers."""
    if not row.phoned:
        return
    for other in await repository.elsewhere(session, row):
        if is_cut_off(other):
            other.phoned = other.phoned_by = other.phoned_at = None
            await delivery.touch(session, issuing.subject_of(other.series_id), role=issuing.BOARD)


async def _answers_for_himself_too(
    session: AsyncSession, actor: Actor, now: datetime, row: Recipient, given: Answer
) -> None:
    """Who has answered in a group is not called again in private."""
    own = await repository.recipient_of(session, row.series_id, actor.person_id or 0)
    if own is None or own.id == row.id or (_rank(own.answer) >= _rank(given) and not is_missing(own)):
        return
    await _call_off(session, own, given)
    own.answer, own.answered_version, own.answered_at = given, own.told_version, now
    own.answered_by, own.answered_name, own.nudge_due_at = actor.person_id, actor.name, None
    subject = issuing.subject_of(row.series_id)
    await delivery.touch(session, subject, role=issuing.ANSWERS_CARD, chat_id=own.chat_id)


def _answer_keys(series_id: int, row: Recipient, version: Version, locale: str) -> InlineKeyboard:
    """Answers for the recipient's chat from wherever they are tapped."""
    keys = [
        Button(
            label(f"warning.answer.{given.value}", locale), f"w.for:{series_id}:{version.number}:{row.id}:{given.value}"
        )
        for given in (Answer.RECEIVED, Answer.ON_POST)
    ]
    return InlineKeyboard([keys])


def _rank(given: Answer | None) -> int:
    return 0 if given is None else (Answer.CANNOT, Answer.RECEIVED, Answer.ON_POST).index(given) + 1
