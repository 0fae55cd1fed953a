"""Relaying a pasted signal, answering a warning, and what the publisher taps on his board."""

from __future__ import annotations

from bot.core.access import Permission
from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Telling
from bot.plan.schema import WarningLevel
from bot.warning import answering, checking, issuing, reading, relaying, validity
from bot.warning.errors import NoSuchWarning
from bot.warning.models import Answer, PhoneResult
from handlers.act import Act
from handlers.routing import PRIVATE, Do, Route, button, command, word
from messages import warning_relay as texts

STATION = "wstation"
"""Subject of the question who issued a text, with the version's id."""


def routes() -> list[Route]:
    """All routes of this room but the pasted text itself, which comes with everything people send."""
    return [
        word("menu.relay", how),
        command("relay", how, PRIVATE),
        button("w.relay", relay),
        button("w.level", level),
        button("w.region", region),
        button("w.parts", parts),
        button("w.kinds", kinds),
        button("w.kind", kind),
        button("w.station", ask_station),
        button("w.into", into),
        button("w.discard", discard),
        *(button(f"w.{given.value}", _answer(given)) for given in Answer),
        button("w.for", answer_for),
        button("w.lapse", lapse),
        button("w.nudge", nudge),
        button("w.phones", phones),
        button("w.phone", phoned),
    ]


async def how(act: Act) -> None:
    """转发预警: says how."""
    act.actor.require(Permission.WARNING_RELAY)
    await act.say(texts.RelayHow())


async def take_signal(act: Act) -> bool:
    """Whether what was sent is an official signal from somebody who relays them; it is taken in then."""
    if not act.actor.may(Permission.WARNING_RELAY) or not reading.looks_official(act.text):
        return False
    signal = checking.recognise(act.plan, act.text, act.now)
    if signal is None:
        await act.say(texts.RelayUnread())
        return True
    await relaying.receive(act.session, act.plan, act.actor, act.now, act.here, act.text, signal)
    return True


async def relay(act: Act) -> None:
    """核对无误，立即转发."""
    await relaying.relay(act.session, act.plan, act.actor, act.now, int(act.data[1]))


async def level(act: Act) -> None:
    """The colour was not the one recognised."""
    await checking.put_level(act.session, act.actor, int(act.data[1]), WarningLevel(act.data[3]))


async def region(act: Act) -> None:
    """One region more or less, or at another level."""
    if act.plan.get_region(act.data[3]) is None:
        raise NoSuchWarning
    await checking.put_place(act.session, act.actor, int(act.data[1]), act.data[3])


async def parts(act: Act) -> None:
    """各地级别不同, or the same."""
    await checking.part_levels(act.session, act.actor, int(act.data[1]))


async def kinds(act: Act) -> None:
    """改种类: the list, or back."""
    await checking.list_kinds(act.session, act.actor, int(act.data[1]))


async def kind(act: Act) -> None:
    """The kind it is."""
    await checking.put_kind(act.session, act.plan, act.actor, act.now, int(act.data[1]), act.data[3])


async def ask_station(act: Act) -> None:
    """改单位: its question is a message of its own."""
    version_id = int(act.data[1])
    station = await checking.station_of(act.session, act.actor, version_id)
    how = Telling(f"{STATION}:{version_id}", "ask", Lane.INTERACTIVE, seq=act.number)
    await delivery.tell(act.session, act.now, how, texts.AskStation(station=station), [act.here])


async def station_in_words(act: Act, version_id: int) -> None:
    """The reply; the card is shown again below it."""
    await checking.put_station(act.session, act.plan, act.actor, act.now, version_id, act.text)
    await delivery.show_card_again(act.session, relaying.check_subject(version_id), relaying.RELAY_CARD, act.chat.id)


async def into(act: Act) -> None:
    """It goes on with another series, or begins its own."""
    series_id = int(act.data[3]) or None
    await checking.put_into(act.session, act.plan, act.actor, act.now, int(act.data[1]), series_id)


async def discard(act: Act) -> None:
    """不是预警."""
    await relaying.discard(act.session, act.actor, act.now, int(act.data[1]))


async def answer_for(act: Act) -> None:
    """An answer tapped under a reminder counts for the chat it reminds of."""
    series_id, under, row_id, given = int(act.data[1]), int(act.data[2]), int(act.data[3]), Answer(act.data[4])
    await answering.answer_row(act.session, act.plan, act.actor, act.now, series_id, row_id, given, under)


async def lapse(act: Act) -> None:
    """到期收起."""
    await validity.lay_aside(act.session, act.plan, act.actor, act.now, int(act.data[1]), int(act.data[2]))


async def nudge(act: Act) -> None:
    """只催没应答的."""
    await answering.nudge_missing(act.session, act.plan, act.actor, act.now, int(act.data[1]))


async def phones(act: Act) -> None:
    """电话清单."""
    act.actor.require(Permission.WARNING_SEE)
    series, version = await issuing.issued(act.session, int(act.data[1]))
    await answering.tell_phone_list(act.session, act.plan, act.now, series, version)


async def phoned(act: Act) -> None:
    """What the call gave."""
    await answering.phoned(act.session, act.actor, act.now, int(act.data[1]), PhoneResult(act.data[2]))


def _answer(given: Answer) -> Do:
    async def answer(act: Act) -> None:
        series_id, under = int(act.data[1]), int(act.data[2])
        await answering.answer(act.session, act.plan, act.actor, act.now, series_id, act.chat.id, given, under)

    return answer
