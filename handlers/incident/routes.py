"""What is tapped on the desk's card. A button's data is `action:incident:rev[:more]`.

A card is everybody's: what one officer must choose or write is asked in his private chat, and done from there.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.access import Actor, Permission
from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import InlineKeyboard, Telling
from bot.directory import places
from bot.incident import deeds, desk, enquiries, merging, service, sorting
from bot.incident.deeds import Scene
from bot.incident.models import Wanted
from bot.incident.rules import Deed
from bot.incident.schemas import IncidentView
from bot.incident.views import own_view
from bot.plan.schema import Nature
from bot.plan.service import Plan
from handlers.act import Act
from handlers.incident import choices
from handlers.incident.screens import MORE, unit_name
from handlers.naming import kind_name
from handlers.pages import number_at
from handlers.routing import Do, Route, button
from messages import desk as texts
from messages import desk_private as private
from messages.engine import Payload, label

DOUBT, VERDICT = "doubt", "verdict"
"""What the questions for a reason are about: the incident, and the reporter's row as its follower."""

OneTap = Callable[[AsyncSession, Plan, Actor, datetime, int], Awaitable[None]]
"""A use case that a tap is enough for."""


def routes() -> list[Route]:
    """All routes of this room."""
    return [
        button("i.take", _one_tap(service.take)),
        button("i.arrive", arrive),
        button("i.verify", _one_tap(service.verify)),
        button("i.ask", ask),
        button("i.doubt", doubt),
        button("i.second", _one_tap(desk.second)),
        button("i.uphold", _one_tap(desk.uphold)),
        button("i.dismiss", _one_tap(desk.dismiss)),
        button("i.close", close),
        button("i.reopen", _one_tap(desk.reopen)),
        button("i.keep_closed", _one_tap(desk.keep_closed)),
        button("i.unmerge", _one_tap(merging.unmerge)),
        button(MORE, more),
        button("i.kind", kind),
        button("i.reroute", reroute),
        button("i.merge", merge),
        button(desk.SATISFIED, satisfied),
        button(desk.UNSATISFIED, unsatisfied),
    ]


async def arrive(act: Act) -> None:
    """Whoever took it says when he is there."""
    await service.arrive(act.session, act.plan, act.actor, act.now, int(act.data[1]), int(act.data[3]))


async def ask(act: Act) -> None:
    """请补充: which one thing, then the question to the reporters."""
    if len(act.data) > 3:
        wanted = Wanted(act.data[3])
        await enquiries.ask(act.session, act.plan, act.actor, act.now, int(act.data[1]), wanted)
        await _done(act, Deed.ASK, label(f"desk.wanted.{wanted.value}", act.locale))
        return
    view, place = await _before(act, Deed.ASK)
    question = private.AskWhat(number=view.number, place=place)
    await act.say(question, choices.asking(view, act.data[2], act.locale), to=act.in_private)


async def doubt(act: Act) -> None:
    """查否: why, by a button or in own words."""
    if len(act.data) > 3:
        reason = texts.coded(act.data[3])
        await desk.doubt(act.session, act.plan, act.actor, act.now, int(act.data[1]), reason)
        await _done(act, Deed.DOUBT, texts.reason_words(reason, act.locale))
        return
    view, place = await _before(act, Deed.DOUBT)
    wants_second = await deeds.mentions_people(act.session, await deeds.existing(act.session, view.id))
    prompt = private.WhyDoubt(number=view.number, place=place, people=wants_second)
    await _prompt(act, f"{DOUBT}:{view.id}", prompt, choices.reasons(view, act.data[2], act.locale))


async def doubt_in_words(act: Act, incident_id: int) -> None:
    """The reply to the question why."""
    if not act.text:
        await _want_words(act, incident_id)
        return
    await desk.doubt(act.session, act.plan, act.actor, act.now, incident_id, act.text)
    await _done(act, Deed.DOUBT, act.text, incident_id=incident_id)


async def close(act: Act) -> None:
    """办结, from 更多."""
    await desk.close(act.session, act.plan, act.actor, act.now, int(act.data[1]))
    await _done(act, Deed.CLOSE)


async def more(act: Act) -> None:
    """更多: the rarer deeds, in private."""
    view = await own_view(act.session, int(act.data[1]))
    act.actor.require(Permission.INCIDENT_SEE, view.region_code)
    keyboard = choices.more(view, act.actor, act.data[2], act.locale)
    payload = private.More(number=view.number, place=await _place(act, view), any=bool(keyboard.rows))
    await act.say(payload, keyboard, to=act.in_private)


async def kind(act: Act) -> None:
    """改类别: sector, kind, and where the kind is not of its nature, that first."""
    incident_id, rev, rest = int(act.data[1]), act.data[2], act.data[3:]
    locale = act.locale
    if not rest or rest[0] == "p":
        view, place = await _before(act, Deed.KIND)
        await _choose(act, view, place, "sector", choices.sectors(act.plan, view, rev, number_at(rest, 1), locale))
    elif rest[0] == "s":
        view, place = await _before(act, Deed.KIND)
        keyboard = choices.kinds(act.plan, view, rev, rest[1], number_at(rest, 2), locale)
        await _choose(act, view, place, "kind", keyboard)
    elif await sorting.change_kind(
        act.session, act.plan, act.actor, act.now, incident_id, rest[1], Nature(rest[2]) if len(rest) > 2 else None
    ):
        await _done(act, Deed.KIND, kind_name(act.plan, rest[1], act.locale) or "")
    else:
        view, place = await _before(act, Deed.KIND)
        await _choose(act, view, place, "nature", choices.natures(act.plan, view, rev, rest[1], locale))


async def reroute(act: Act) -> None:
    """转办: to a town or to a unit."""
    incident_id, rev, rest = int(act.data[1]), act.data[2], act.data[3:]
    step, locale = rest[0] if rest else "", act.locale
    if step == "to":
        await sorting.send_to_town(act.session, act.plan, act.actor, act.now, incident_id, rest[1])
        town = act.plan.region(rest[1])
        await _done(act, Deed.REROUTE, town.name, phone=act.plan.duty_phone(town.code))
        return
    if step == "for":
        reached = await sorting.send_to_unit(act.session, act.plan, act.actor, act.now, incident_id, rest[1])
        unit = act.plan.unit(rest[1])
        await _done(act, Deed.REROUTE, unit_name(unit, locale), phone=unit.duty_phone, reached=reached)
        return
    view, place = await _before(act, Deed.REROUTE)
    if step == "t":
        await _choose(act, view, place, "town", choices.towns(act.plan, view, rev, number_at(rest, 1), locale))
    elif step == "u":
        await _choose(act, view, place, "unit", choices.units(act.plan, view, rev, number_at(rest, 1), locale))
    else:
        await _choose(act, view, place, "whither", choices.whither(view, rev, locale))


async def merge(act: Act) -> None:
    """并案: with which of those near."""
    incident_id = int(act.data[1])
    if len(act.data) > 3:
        kept = await merging.merge(act.session, act.plan, act.actor, act.now, incident_id, int(act.data[3]))
        await _done(act, Deed.MERGE, kept.number)
        return
    view, place = await _before(act, Deed.MERGE)
    found = await merging.likely(act.session, act.plan, act.actor, act.now, incident_id)
    lines = [
        private.Likely(
            number=other.number,
            place=await places.name_of(act.session, act.plan, other.region_code),
            opened_at=other.opened_at,
            what=other.what,
            metres=other.metres,
        )
        for other in found
    ]
    payload = private.MergeWith(number=view.number, place=place, others=tuple(lines))
    await act.say(payload, choices.others(view, act.data[2], found), to=act.in_private)


async def satisfied(act: Act) -> None:
    """满意."""
    await _verdict(act, int(act.data[1]), is_satisfied=True)


async def unsatisfied(act: Act) -> None:
    """不满意 is kept at once; the reason is asked for."""
    incident_id = int(act.data[1])
    judge = await desk.verdict(act.session, act.plan, act.actor, act.now, incident_id, satisfied=False)
    view = await own_view(act.session, incident_id)
    prompt = texts.WhyUnsatisfied(number=view.number, place=await _place(act, view))
    await _prompt(act, f"{VERDICT}:{judge}", prompt)


async def verdict_in_words(act: Act, follower_id: int) -> None:
    """The reply to the question what was not done well."""
    judge = await desk.follower(act.session, follower_id)
    if not act.text:
        await _want_words(act, judge.incident_id)
        return
    await _verdict(act, judge.incident_id, is_satisfied=False, reason=act.text)


def _one_tap(deed: OneTap) -> Do:
    async def do(act: Act) -> None:
        await deed(act.session, act.plan, act.actor, act.now, int(act.data[1]))

    return do


async def _verdict(act: Act, incident_id: int, *, is_satisfied: bool, reason: str | None = None) -> None:
    await desk.verdict(act.session, act.plan, act.actor, act.now, incident_id, satisfied=is_satisfied, reason=reason)
    view = await own_view(act.session, incident_id)
    await act.say(texts.VerdictKept(number=view.number, place=await _place(act, view), satisfied=is_satisfied))


async def _before(act: Act, deed: Deed) -> tuple[IncidentView, str]:
    """The incident and its place, if the actor may do the deed now: nobody is asked for what he will be refused."""
    scene = Scene(act.session, act.plan, act.actor, act.now)
    await deeds.required(scene, int(act.data[1]), deed)
    view = await own_view(act.session, int(act.data[1]))
    return view, await _place(act, view)


async def _place(act: Act, view: IncidentView) -> str:
    return await places.name_of(act.session, act.plan, view.region_code)


async def _choose(act: Act, view: IncidentView, place: str, what: str, keyboard: InlineKeyboard) -> None:
    await act.say(private.Choose(number=view.number, place=place, what=what), keyboard, to=act.in_private)


async def _prompt(act: Act, subject: str, payload: Payload, keyboard: InlineKeyboard | None = None) -> None:
    """Asks for words: a message of its own subject, so that the reply finds what it answers."""
    how = Telling(subject, "why", Lane.INTERACTIVE, seq=act.number)
    await delivery.tell(act.session, act.now, how, payload, [act.in_private], lambda _locale: keyboard)


async def _want_words(act: Act, incident_id: int) -> None:
    view = await own_view(act.session, incident_id)
    await act.say(private.WordsWanted(number=view.number, place=await _place(act, view)))


async def _done(
    act: Act,
    deed: Deed,
    detail: str = "",
    *,
    incident_id: int | None = None,
    phone: str | None = None,
    reached: bool = True,
) -> None:
    """Says in private that what was chosen there is done; the card says it to everybody."""
    view = await own_view(act.session, incident_id or int(act.data[1]))
    payload = private.Done(
        number=view.number,
        place=await _place(act, view),
        deed=deed.value,
        detail=detail,
        phone=phone,
        reached=reached,
    )
    await act.say(payload, to=act.in_private)
