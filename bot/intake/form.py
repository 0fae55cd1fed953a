"""The fields of a report: asked one at a time, answered by a tap or in words, before filing and after.

Nothing here is required. Which field is being asked is a column of the draft; an answer moves on to the next field
nobody has answered, going back leads to the card. What is answered after filing goes to the report and to its incident
at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import Actor, Permission
from bot.delivery import service as delivery
from bot.directory import people
from bot.incident import service as incidents
from bot.incident.models import Facts, PlaceSource
from bot.intake import answers, filing, maplinks, repository
from bot.intake.errors import DraftGone, NotUnderstood
from bot.intake.models import Asked, Draft, DraftState, Item, ItemKind, Question, Via
from bot.intake.rules import is_answered
from bot.intake.schemas import Sent
from bot.plan.schema import WaitKey
from bot.plan.service import Plan

ORDER: dict[Via, tuple[Asked, ...]] = {
    Via.CHAT: tuple(Asked),
    Via.TELEPHONE: (Asked.CONTACT, Asked.PLACE, Asked.WHAT, Asked.CASUALTIES),
}
"""In which order fields are asked by themselves. On the telephone four are enough; the others are one tap away."""

AGO_MINUTES = (0, 10, 30, 60)
"""What [时间] offers with one tap: minutes before now."""


async def open_field(
    session: AsyncSession, actor: Actor, now: datetime, draft_id: int, field: Asked, at_step: str = ""
) -> None:
    """Asks the field; `at_step` is where its list stands (a sector, a region and page, one of the figures)."""
    draft = await _form(session, actor, draft_id)
    await repository.ask_nothing_else(session, draft)
    draft.asking, draft.at_step = field, at_step
    await delivery.touch(session, await filing.card_subject(session, draft))


async def more(session: AsyncSession, actor: Actor, now: datetime, draft_id: int) -> None:
    """Asks the first field nobody has answered; with none left the card says so by its ticks."""
    draft = await _form(session, actor, draft_id)
    await repository.ask_nothing_else(session, draft)
    _move_on(draft, None)
    await delivery.touch(session, await filing.card_subject(session, draft))


async def leave(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, draft_id: int, *, onward: bool) -> None:
    """Leaves the field unanswered: to the next one (跳过), or to the card (返回)."""
    draft = await _form(session, actor, draft_id)
    if onward and draft.asking is not None:
        _move_on(draft, draft.asking)
    elif draft.at_step:
        draft.at_step = ""
    else:
        draft.asking = None
    await _touched(session, plan, now, draft)


async def choose(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, draft_id: int, field: Asked, value: str
) -> None:
    """Answers a field by one of the buttons it offers. Raises DraftGone for an answer it does not offer any more."""
    draft = await _form(session, actor, draft_id)
    await repository.ask_nothing_else(session, draft)
    if field is Asked.CASUALTIES and value.partition(".")[0] in answers.FIGURES:
        figure, _, count = value.partition(".")
        told: dict[str, Any] = {figure: answers.number(count)}
        await _put(session, plan, actor, now, draft, told)
        draft.asking, draft.at_step = Asked.CASUALTIES, ""
        return
    await _put(session, plan, actor, now, draft, await _chosen(session, plan, actor, now, draft, field, value))
    _move_on(draft, field)


async def words(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, draft: Draft, sent: Sent) -> None:
    """Takes words as the answer to the field being asked.

    They are kept as typed, and typing them anew (an edited message) answers anew as long as nothing is filed.

    Raises:
        NotUnderstood: a time or a figure that cannot be read; the field stays asked.
    """
    field = draft.asking
    if field is None:
        raise DraftGone
    told = _read(plan, now, draft, field, sent.text)
    await repository.add(
        session,
        Item(
            draft_id=draft.id if draft.report_id is None else None,
            report_id=draft.report_id,
            person_id=draft.person_id,
            chat_id=sent.chat_id,
            message_id=sent.message_id,
            kind=ItemKind.ANSWER,
            answers=field,
            text=sent.text,
            sent_at=sent.sent_at,
            received_at=now,
        ),
    )
    if told is None:
        draft.at_step = f"q.{sent.text[:_LONGEST_SEARCH]}"
        await _touched(session, plan, now, draft)
        return
    await _put(session, plan, actor, now, draft, told)
    if field is Asked.CASUALTIES and draft.at_step:
        draft.at_step = ""
    else:
        _move_on(draft, field)


async def reworded(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, item: Item, text: str) -> None:
    """An answer was edited: it counts anew on a draft, and changes no report."""
    draft = await repository.draft(session, item.draft_id, lock=True) if item.draft_id else None
    if draft is None or item.answers is None or draft.state is not DraftState.OPEN:
        return
    told = _read(plan, now, draft, item.answers, text)
    item.text = text
    if told is not None:
        await _put(session, plan, actor, now, draft, told)


async def located(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, draft: Draft, sent: Sent) -> None:
    """A location or a pin answers [地点]."""
    source = PlaceSource.PIN if sent.place_name else PlaceSource.LOCATION
    told = {
        "latitude": sent.latitude,
        "longitude": sent.longitude,
        "accuracy": sent.accuracy,
        "place_source": source,
        **({"place_words": sent.place_name} if sent.place_name else {}),
    }
    await _put(session, plan, actor, now, draft, told)
    if draft.asking is Asked.PLACE:
        _move_on(draft, Asked.PLACE)


async def linked(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, draft: Draft, text: str) -> None:
    """Words on a draft that are a map link say where it is; other words say nothing of the place."""
    place = maplinks.read(text)
    if place is not None and place.point is not None:
        await _put(session, plan, actor, now, draft, _place_in_words(plan, draft, text))


_LONGEST_SEARCH = 20
_HERE = "home"


async def _chosen(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, draft: Draft, field: Asked, value: str
) -> dict[str, Any]:
    """What one of the buttons of the field says."""
    if field is Asked.KIND and value in plan.kinds:
        return {"kind_key": value}
    if field is Asked.PLACE:
        return await _place(session, plan, now, draft, value)
    if field is Asked.TIME and value.isdecimal():
        return {"occurred_at": now - timedelta(minutes=int(value))}
    if field is Asked.CASUALTIES:
        return dict.fromkeys(answers.FIGURES, 0 if value == "none" else None)
    if field is Asked.REINFORCEMENT:
        return {"reinforcement": value == "yes"}
    if field is Asked.MEASURES and value:
        return {"measures": "；".join(part for part in (draft.measures, value) if part)}
    if field is Asked.CONTACT and value == "me":
        person = await people.person(session, draft.person_id)
        return {"contact_name": actor.name, "contact_phone": person.phone if person else None}
    raise DraftGone


async def _place(session: AsyncSession, plan: Plan, now: datetime, draft: Draft, value: str) -> dict[str, Any]:
    nowhere = {"latitude": None, "longitude": None, "accuracy": None, "place_words": None}
    if value == _HERE:
        home = await people.home_region(session, plan, draft.person_id, now)
        draft.region_code = home or plan.district.code
        return {**nowhere, "place_source": PlaceSource.GRID}
    region = plan.get_region(value)
    if region is None:
        raise DraftGone
    if draft.report_id is not None:
        # The region of what is filed is the desk's to change (转办): it decides who is called.
        return {"place_words": region.name, "place_source": PlaceSource.LIST}
    draft.region_code = region.code
    return {**nowhere, "place_source": PlaceSource.LIST}


def _read(plan: Plan, now: datetime, draft: Draft, field: Asked, text: str) -> dict[str, Any] | None:
    """What typed words say of the field; None for a search in the list of kinds. Raises NotUnderstood."""
    if field is Asked.KIND:
        exact = [kind.key for kind in plan.kinds.values() if text in (kind.name, kind.name_en)]
        return {"kind_key": exact[0]} if exact else None
    if field is Asked.PLACE:
        return _place_in_words(plan, draft, text)
    if field is Asked.TIME:
        at = answers.moment(text, now)
        if at is None:
            raise NotUnderstood(field)
        return {"occurred_at": at}
    if field is Asked.CASUALTIES:
        return _figures(draft.at_step, text)
    if field is Asked.REINFORCEMENT:
        return {"reinforcement": not text.startswith(("不", "没", "无", "no", "No"))}
    if field is Asked.CONTACT:
        name, phone = answers.contact(text)
        return {"contact_name": name, "contact_phone": phone}
    return {field.value: text}


def _figures(figure: str, text: str) -> dict[str, Any]:
    counted = answers.number(text) if figure in answers.FIGURES else None
    if counted is not None:
        return {figure: counted}
    named = answers.figures(text)
    if named is None:
        raise NotUnderstood(Asked.CASUALTIES)
    return dict(named)


def _place_in_words(plan: Plan, draft: Draft, text: str) -> dict[str, Any]:
    place = maplinks.read(text)
    if place is not None and place.point is not None:
        return {
            "latitude": place.point.latitude,
            "longitude": place.point.longitude,
            "accuracy": None,
            "place_source": PlaceSource.LINK,
            "place_words": place.name,
        }
    if place is not None:
        raise NotUnderstood(Asked.PLACE)
    named = [region for region in plan.find_regions(text) if text in (region.name, region.short_name)]
    if len(named) == 1 and draft.report_id is None:
        draft.region_code = named[0].code
        return {"place_source": PlaceSource.LIST, "place_words": None}
    return {"place_words": text, "place_source": PlaceSource.WORDS}


async def _form(session: AsyncSession, actor: Actor, draft_id: int) -> Draft:
    """The draft, locked, if it is the actor's and still takes answers."""
    actor.require(Permission.REPORT_FILE)
    draft = await repository.draft(session, draft_id, lock=True)
    if draft is None or draft.person_id != actor.person_id:
        raise DraftGone
    if draft.state not in (DraftState.OPEN, DraftState.FILED):
        raise DraftGone
    if draft.question in (Question.LIKENESS, Question.RESUME):
        # Whoever goes on with the form, by a button of an older card or by 返回, asks for no answer to these any more.
        draft.question, draft.at_step, draft.reminded = Question.OUTCOME, "", False
    return draft


async def _put(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, draft: Draft, told: dict[str, Any]
) -> None:
    for name, value in told.items():
        setattr(draft, name, value)
    report = await filing.report_of(session, draft)
    if report is not None:
        for name, value in told.items():
            setattr(report, name, value)
        if report.incident_id is not None:
            await incidents.learn(session, report.incident_id, Facts(**told))
        subject = filing.subject_of(report.id)
        audit.record(session, now, actor, "report.facts", subject, drill=report.drill, fields=sorted(told))
    await _touched(session, plan, now, draft)


async def _touched(session: AsyncSession, plan: Plan, now: datetime, draft: Draft) -> None:
    if draft.state is DraftState.OPEN and draft.question is not Question.THREAT:
        draft.due_at, draft.reminded = now + plan.wait(WaitKey.DRAFT_IDLE), False
    await delivery.touch(session, await filing.card_subject(session, draft))


def _move_on(draft: Draft, answered: Asked | None) -> None:
    """To the next field after this one that nobody has answered; to the card when there is none."""
    order: Sequence[Asked] = ORDER[draft.via]
    start = order.index(answered) + 1 if answered in order else len(order) if answered else 0
    draft.at_step = ""
    draft.asking = next((field for field in order[start:] if not is_answered(draft, field)), None)
