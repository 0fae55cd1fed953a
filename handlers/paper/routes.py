"""Asking for papers: from the board, from the telephone list, or by the number of a warning.

They come to the private chat of whoever asked: a paper names everybody with his number, and a board may be a group's.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.paper import service
from bot.paper.models import PaperKind
from handlers.act import Act
from handlers.paper import screens
from handlers.routing import PRIVATE, Do, Route, button, command

REPORT = (PaperKind.REPORT, PaperKind.TABLES)


def routes() -> list[Route]:
    """All routes of this room."""
    return [
        command("paper", which, PRIVATE),
        button(screens.CHOOSE, choose),
        button(screens.REPORT, _asking(REPORT)),
        button(screens.ARCHIVE, _asking((PaperKind.ARCHIVE,))),
        button(screens.CALLS, _asking((PaperKind.CALL_SHEET,))),
    ]


async def which(act: Act) -> None:
    """`/paper 预0712-1`, or without a number a list."""
    if not act.arguments:
        found = await service.issued_lately(act.session, act.plan, act.actor)
        await act.say(*screens.warnings(act.plan, found, act.locale))
        return
    series = await service.numbered(act.session, act.plan, act.actor, act.arguments[0])
    await act.say(*screens.papers(act.plan, series, service.may_have(act.plan, act.actor), act.locale))


async def choose(act: Act) -> None:
    """One warning of the list."""
    series = await service.issued(act.session, act.plan, act.actor, int(act.data[1]))
    await act.say(*screens.papers(act.plan, series, service.may_have(act.plan, act.actor), act.locale))


def _asking(kinds: Sequence[PaperKind]) -> Do:
    async def ask(act: Act) -> None:
        series_id = int(act.data[1])
        await service.ask(act.session, act.plan, act.actor, act.now, act.in_private, series_id, kinds)

    return ask
