"""拟发预警 and 签发: `wd.action:version[:field[:value]]` on the draft's card, `ws.action:version[:seen]` on the other.

Words are replies to a question of a subject of its own, `wmatters:<series>`; `WORDS` is all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any

from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Telling
from bot.plan.schema import WarningLevel
from bot.warning import drafting, previewing, proposing, signing
from bot.warning.errors import NoSuchWarning
from bot.warning.schemas import DraftView
from handlers.act import Act
from handlers.pages import number_at
from handlers.routing import Do, Route, button, word
from handlers.warning_draft import screens
from messages import warning_draft as texts
from messages import warning_sign as signed
from messages.engine import Payload

_SUBJECTS = {
    "matters": "wmatters",
    "measures": "wmeasures",
    "consultation": "wconsult",
    "authority": "wauthority",
    "platform_number": signing.NUMBER,
    "valid_until": "wvalid",
    "starts_at": "wstarts",
    "scope_words": "wscope",
    "issuer": "wissuer",
    "reason": "wreason",
}
"""The question of each field that is answered in words."""

RETURN, ORAL = "wreturn", "woral"
"""Subjects of the questions why a text is returned, and who agreed on the telephone."""

Reply = Callable[[Act, int], Coroutine[Any, Any, None]]


def routes() -> list[Route]:
    """All routes of this room."""
    return [
        word("menu.draft_warning", _begin(drill=False)),
        button("wd.new", _new(drill=False)),
        button("wd.practise", _begin(drill=True)),
        button("wd.drill", _new(drill=True)),
        button("wd.show", show),
        button("wd.open", open_list),
        button("wd.put", put),
        button("wd.word", ask_words),
        button("wd.propose", propose),
        button("wd.discard", discard),
        button("w.adjust", _adjust(lift=False)),
        button("w.lift", _adjust(lift=True)),
        button("w.withdraw", withdraw),
        button("ws.sign", sign),
        button("ws.edit", show),
        button("ws.return", ask_return),
        button("ws.refer", refer),
        button("ws.oral", ask_oral),
        button(signing.COUNTERSIGN, countersign),
    ]


async def show(act: Act) -> None:
    """接着拟, and 修改 for who may sign."""
    await drafting.show(act.session, act.plan, act.actor, act.now, number_at(act.data, 1, 0), act.in_private)


async def open_list(act: Act) -> None:
    """A field's list on the card, a page of it, or back to the fields."""
    asking = ":".join(act.data[2:])
    await drafting.open_list(act.session, act.plan, act.actor, act.now, number_at(act.data, 1, 0), asking)


async def put(act: Act) -> None:
    """One of the answers of a list."""
    if len(act.data) < 4:
        raise NoSuchWarning
    version_id, field, value = number_at(act.data, 1, 0), act.data[2], act.data[3]
    await drafting.choose(act.session, act.plan, act.actor, act.now, version_id, field, value)


async def ask_words(act: Act) -> None:
    """A field that wants words: its question is a message of its own."""
    field = act.data[2] if len(act.data) > 2 else ""
    if field not in _SUBJECTS:
        raise NoSuchWarning
    version_id = number_at(act.data, 1, 0)
    view = await _view(act, version_id)
    if field == "platform_number":
        await signing.may_fill_number(act.session, act.plan, act.actor, act.now, version_id)
    else:
        await drafting.editable(act.session, act.plan, act.actor, act.now, version_id)
    question = texts.AskWords(**_what(act, view), field=field, value=screens.field_value(view, field))
    await _ask(act, f"{_SUBJECTS[field]}:{view.series_id}", question, drill=view.drill)


async def propose(act: Act) -> None:
    """送签."""
    await proposing.propose(act.session, act.plan, act.actor, act.now, number_at(act.data, 1, 0))


async def discard(act: Act) -> None:
    """作废."""
    await drafting.discard(act.session, act.plan, act.actor, act.now, number_at(act.data, 1, 0))


async def withdraw(act: Act) -> None:
    """误发撤回, on the publisher's board."""
    series_id, number = number_at(act.data, 1, 0), number_at(act.data, 2, 0)
    await proposing.withdraw(act.session, act.plan, act.actor, act.now, series_id, number, act.in_private)


async def sign(act: Act) -> None:
    """签发; the data carries what stood on the card."""
    seen = act.data[2] if len(act.data) > 2 else ""
    await signing.sign(act.session, act.plan, act.actor, act.now, number_at(act.data, 1, 0), seen)


async def ask_return(act: Act) -> None:
    """退回: why."""
    version_id = number_at(act.data, 1, 0)
    await signing.may_sign(act.session, act.plan, act.actor, act.now, version_id)
    view = await _view(act, version_id)
    await _ask(act, f"{RETURN}:{view.series_id}", signed.AskReturn(**_what(act, view)), drill=view.drill)


async def refer(act: Act) -> None:
    """报区政府签发."""
    version_id = number_at(act.data, 1, 0)
    await signing.refer(act.session, act.plan, act.actor, act.now, version_id)
    await act.say(signed.ReferredBack(**_what(act, await _view(act, version_id))), to=act.in_private)


async def ask_oral(act: Act) -> None:
    """电话口头同意: who agreed, at which number, when."""
    version_id = number_at(act.data, 1, 0)
    series, _, signers = await signing.oral_open(act.session, act.plan, act.actor, act.now, version_id)
    question = signed.AskOral(**_what(act, await _view(act, version_id)), signers=screens.signers_of(signers))
    await _ask(act, f"{ORAL}:{series.id}", question, drill=series.drill)


async def countersign(act: Act) -> None:
    """补签."""
    version_id = number_at(act.data, 1, 0)
    series = await signing.countersign(act.session, act.plan, act.actor, act.now, version_id)
    what = _what(act, await _view(act, version_id))
    done = signed.Countersigned(**what, number=series.number or "", name=act.actor.name, at=act.now)
    await act.say(done, to=act.in_private)


# --- replies ---------------------------------------------------------------------------------------------------------


async def _field_in_words(field: str, act: Act, series_id: int) -> None:
    """Takes the words, and shows the card below them: edited above the screen it would say nothing."""
    who = (act.session, act.plan, act.actor, act.now)
    if field == "platform_number":
        version_id = await signing.fill_number(*who, series_id, act.text)
    else:
        version_id = await drafting.write(*who, series_id, field, act.text)
    if version_id is not None:
        await drafting.show(*who, version_id, act.in_private)


async def _returned_in_words(act: Act, series_id: int) -> None:
    await signing.send_back(act.session, act.plan, act.actor, act.now, series_id, act.text)


async def _oral_in_words(act: Act, series_id: int) -> None:
    await signing.oral(act.session, act.plan, act.actor, act.now, series_id, act.text)


async def _card_replied(act: Act, _version_id: int) -> None:
    await act.say(texts.TapAField(), to=act.in_private)


def _in_words(take: Reply) -> Reply:
    async def answer(act: Act, number: int) -> None:
        if not act.text:
            await act.say(texts.WordsWanted(), to=act.in_private)
            return
        await take(act, number)

    return answer


WORDS: Mapping[str, Reply] = {
    **{subject: _in_words(partial(_field_in_words, field)) for field, subject in _SUBJECTS.items()},
    RETURN: _in_words(_returned_in_words),
    ORAL: _in_words(_oral_in_words),
    drafting.CARD_SUBJECT: _card_replied,
}
"""What a reply answers, by the name of the question's subject; the number behind the colon is the series."""


# --- small things ----------------------------------------------------------------------------------------------------


def _begin(*, drill: bool) -> Do:
    async def begin(act: Act) -> None:
        """拟发预警, or a drill of it: the kinds, and what lies."""
        kinds = await drafting.kinds_open(act.session, act.plan, act.actor, act.now)
        lying = await drafting.unfinished(act.session, act.plan, act.actor, drill=drill)
        payload, keyboard = screens.choose_kind(act.plan, list(kinds), lying, act.actor.locale, drill=drill)
        await act.say(payload, keyboard, to=act.in_private)

    return begin


def _new(*, drill: bool) -> Do:
    async def new(act: Act) -> None:
        """A kind, then its level, then the card."""
        key = act.data[1] if len(act.data) > 1 else ""
        if key not in act.plan.warning_kinds:
            raise NoSuchWarning
        if len(act.data) > 2:
            level, who = _level(act.data[2]), (act.session, act.plan, act.actor, act.now)
            await drafting.begin(*who, key, level, act.in_private, drill=drill)
            return
        kind = act.plan.warning_kind(key)
        kinds = await drafting.kinds_open(act.session, act.plan, act.actor, act.now)
        payload, keyboard = screens.choose_level(kind, kinds.get(kind, ()), act.actor.locale, drill=drill)
        await act.say(payload, keyboard, to=act.in_private)

    return new


def _adjust(*, lift: bool) -> Do:
    async def adjust(act: Act) -> None:
        series_id, number = number_at(act.data, 1, 0), number_at(act.data, 2, 0)
        await drafting.adjust(act.session, act.plan, act.actor, act.now, series_id, number, act.in_private, lift=lift)

    return adjust


async def _view(act: Act, version_id: int) -> DraftView:
    view = await previewing.draft_view(act.session, act.plan, version_id)
    if view is None:
        raise NoSuchWarning
    return view


async def _ask(act: Act, subject: str, question: Payload, *, drill: bool) -> None:
    """Asks for words in private: a message of its own subject, so that the reply finds what it answers."""
    how = Telling(subject, "ask", Lane.INTERACTIVE, seq=act.number, drill=drill)
    await delivery.tell(act.session, act.now, how, question, [act.in_private])


def _what(act: Act, view: DraftView) -> texts.What:
    kind = act.plan.warning_kind(view.kind_key)
    return texts.What(kind=kind.words, kind_en=kind.name_en, level=view.version.level.value)


def _level(value: str) -> WarningLevel:
    try:
        return WarningLevel(value)
    except ValueError as error:
        raise NoSuchWarning from error
