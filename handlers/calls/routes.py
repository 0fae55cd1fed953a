"""打电话: `c.open:incident:rev` asks for the words, `c.reached:incident:rev:callee` (or busy) says what came of it."""

from __future__ import annotations

from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Screen, Target, Telling
from bot.incident import calls
from bot.incident.deeds import subject_of
from bot.incident.errors import NoSuchIncident
from bot.incident.models import CallResult
from handlers.act import Act
from handlers.calls import screens
from handlers.pages import number_at
from handlers.routing import Do, Route, button
from messages import calls as texts
from messages.engine import DEFAULT_LOCALE, label, render

ANSWERED = "call"
"""Subject of the question which post answered: `call:<call id>`."""


def routes() -> list[Route]:
    """All routes of this room."""
    results = [button(f"c.{result.value}", _note(result)) for result in CallResult]
    return [button("c.open", read_out), *results, button("c.post", post_tapped)]


async def read_out(act: Act) -> None:
    """The words for the telephone, in the officer's own chat."""
    view = await calls.calling(act.session, act.plan, act.actor, act.now, number_at(act.data, 1, 0))
    screen = screens.read_out(act.plan, view, number_at(act.data, 2, 0), act.actor.locale)
    how = Telling(subject_of(view.incident_id), "read_out", Lane.INTERACTIVE, seq=act.number, drill=view.drill)
    await delivery.show(act.session, act.now, how, screen, [_own(act)])


async def post_replied(act: Act, call_id: int) -> None:
    """The reply to the question which post answered."""
    if not act.text:
        await act.say(texts.PostInWords(), to=_own(act))
        return
    await _answered(act, call_id, act.text)


async def post_tapped(act: Act) -> None:
    """One of the usual posts was tapped; it is written down in Chinese, as the log is."""
    words = screens.POSTS.get(act.data[2] if len(act.data) > 2 else "")
    if words is None:
        raise NoSuchIncident
    await _answered(act, number_at(act.data, 1, 0), label(words, DEFAULT_LOCALE))


async def _answered(act: Act, call_id: int, post: str) -> None:
    call, number = await calls.answered(act.session, act.plan, act.actor, act.now, call_id, post)
    noted = texts.AnswererNoted(number=number, callee=call.callee, post=call.answered_by or "", at=call.at)
    await act.say(noted, to=_own(act))


def _note(result: CallResult) -> Do:
    async def note(act: Act) -> None:
        incident_id, rev = number_at(act.data, 1, 0), number_at(act.data, 2, 0)
        key = act.data[3] if len(act.data) > 3 else ""
        city = label("calls.city", DEFAULT_LOCALE)
        told = (act.session, act.plan, act.actor, act.now, incident_id)
        call = await calls.note(*told, key, result, city=city)
        view = await calls.calling(*told)
        payload, keyboard = screens.noted(act.plan, view, call, key, rev, act.actor.locale)
        how = Telling(_subject(call.id, incident_id, result), "noted", Lane.INTERACTIVE, seq=call.id, drill=view.drill)
        screen = Screen(render(payload, act.actor.locale), keyboard)
        await delivery.show(act.session, act.now, how, screen, [_own(act)])

    return note


def _subject(call_id: int, incident_id: int, result: CallResult) -> str:
    """A reply to a call that got through names who answered; a reply to another one adds to the incident."""
    return f"{ANSWERED}:{call_id}" if result is CallResult.REACHED else subject_of(incident_id)


def _own(act: Act) -> Target:
    return Target(act.platform_id, act.actor.locale)
