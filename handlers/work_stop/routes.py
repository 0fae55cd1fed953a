"""停产撤离: the word brings the card, its one button (`w.stop:unit`) does it."""

from __future__ import annotations

from bot.intake import stopping
from handlers.act import Act
from handlers.routing import PRIVATE, Route, button, command, word
from handlers.work_stop import screens


def routes() -> list[Route]:
    """All routes of this room."""
    return [word("menu.stop", ask), command("stopwork", ask, PRIVATE), button("w.stop", stop)]


async def ask(act: Act) -> None:
    """Shows what will be stopped: a tap by mistake must not empty a mine.

    Somebody who may not stop anything, and says so in danger, hears what to do and whom to phone.
    """
    units = await stopping.units_of(act.session, act.plan, act.actor, act.now)
    payload, keyboard = screens.confirm(act.plan, units, act.locale)
    await act.say(payload, keyboard)


async def stop(act: Act) -> None:
    """Stops. Order, number and phones are told by the use case."""
    unit_key = act.data[1] if len(act.data) > 1 else ""
    await stopping.stop(act.session, act.plan, act.actor, act.now, unit_key, act.here)
