"""`/todo`, `/find`, `/handover` and what is tapped in their lists. In a group the answer goes to the private chat."""

from __future__ import annotations

from bot.core.access import Permission
from bot.core.geo import Point
from bot.delivery.models import Lane
from bot.delivery.schemas import Target, Telling
from bot.incident import listing
from bot.intake import maplinks, unfinished
from handlers.act import Act
from handlers.lists import screens
from handlers.pages import number_at
from handlers.routing import Route, button, command, word
from messages import lists as texts
from messages.engine import Payload

NEAR = "find"
"""Subject of the answer to `/find` alone: a reply to it says what to look for, or where."""


def routes() -> list[Route]:
    """All routes of this room."""
    return [
        command("todo", todo),
        word("menu.todo", todo),
        command("find", find),
        word("menu.find", find),
        command("handover", shift),
        word("menu.shift", shift),
        button("l.show", show),
        button("l.draft", show_draft),
        button("l.handed", hand_over),
    ]


async def todo(act: Act) -> None:
    """What waits for the person, by minutes left."""
    rows, more = await listing.todo(act.session, act.plan, act.actor, act.now)
    draft_id = await unfinished.draft_of(act.session, act.actor)
    payload, keyboard = screens.todo(act.plan, rows, more, draft_id, act.now, act.actor.locale)
    await act.say(payload, keyboard, to=_own(act))


async def find(act: Act) -> None:
    """`/find` with words looks for them; alone it says how."""
    act.actor.require(Permission.REPORT_SEE_OWN)
    words = " ".join(act.arguments) if act.text.startswith("/") else ""
    if words:
        await _look_for(act, words)
        return
    await _ask(act, texts.FindHow())


async def near(act: Act, _number: int) -> None:
    """A reply to `/find`: a location, or a map's link, finds what is near; words find what they say."""
    here = _point(act)
    if here is None:
        await (_look_for(act, act.text) if act.text else _ask(act, texts.FindHow()))
        return
    hits = await listing.near(act.session, act.plan, act.actor, act.now, here)
    payload, keyboard = screens.found(act.plan, "", hits, act.actor.locale)
    await act.say(payload, keyboard, to=_own(act))


async def show(act: Act) -> None:
    """Opens one incident of a list."""
    row = await listing.show(act.session, act.plan, act.actor, act.now, number_at(act.data, 1, 0), _own(act))
    if row is not None:
        await act.say(texts.Opened(row=screens.row_of(act.plan, row, act.actor.locale)), to=_own(act))


async def show_draft(act: Act) -> None:
    """Goes on with the draft."""
    await unfinished.show(act.session, act.actor, number_at(act.data, 1, 0))


async def shift(act: Act) -> None:
    """交接班: what the next shift must know."""
    view = await listing.shift(act.session, act.plan, act.actor, act.now)
    payload, keyboard = screens.shift(act.plan, view, act.now, act.actor.locale)
    await act.say(payload, keyboard, to=_own(act))


async def hand_over(act: Act) -> None:
    """The shift was handed over; the data says to whom, 0 where the post has the desk to itself."""
    to = number_at(act.data, 1, 0) or None
    desk, taker = await listing.hand_over(act.session, act.plan, act.actor, act.now, to)
    locale = act.actor.locale
    post = desk.post.zh if locale == "zh" else desk.post.en
    done = texts.HandedOver(
        desk=desk.name,
        given_by=screens.post_name(desk, locale) or act.actor.name,
        taken_by=screens.held_as(post, taker.role, locale) if taker else "",
        at=act.now,
    )
    await act.say(done, to=_own(act))


async def _look_for(act: Act, words: str) -> None:
    hits = await listing.find(act.session, act.plan, act.actor, act.now, words)
    payload, keyboard = screens.found(act.plan, words, hits, act.actor.locale)
    await act.say(payload, keyboard, to=_own(act))


async def _ask(act: Act, question: Payload) -> None:
    how = Telling(f"{NEAR}:{act.number}", "how", Lane.INTERACTIVE)
    await act.tell(how, question, [_own(act)])


def _point(act: Act) -> Point | None:
    if sent := act.message.location:
        return Point(sent.latitude, sent.longitude)
    named = maplinks.read(act.text)
    return named.point if named else None


def _own(act: Act) -> Target:
    """The person's private chat, in his language also when he spoke in a group of another."""
    return Target(act.platform_id, act.actor.locale)
