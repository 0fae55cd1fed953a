"""`/coverage`, `/delivery`, what is tapped in their lists; sending again. Answers go to the private chat."""

from __future__ import annotations

from bot.duty import service
from bot.watch import auditing, outbox
from bot.watch import service as watch
from handlers.act import Act
from handlers.duty import screens
from handlers.pages import number_at
from handlers.routing import Route, button, command, word
from messages import watch as texts


def routes() -> list[Route]:
    """All routes of this room."""
    return [
        command("coverage", coverage),
        word("menu.coverage", coverage),
        button(screens.TOWNS, coverage),
        button(screens.TOWN, town),
        command("delivery", delivery),
        button(screens.DELIVERY, delivery),
        button(auditing.RETRY, send_again),
    ]


async def coverage(act: Act) -> None:
    """The towns the person answers for; of a single one all that is missing at once."""
    view = await service.seen(act.session, act.plan, act.actor, act.now)
    locale = act.in_private.locale
    if len(view.towns) == 1:
        await act.say(*screens.coverage_town(act.plan, view.towns[0], act.now, 1, locale), to=act.in_private)
        return
    page = number_at(act.data, 1)
    await act.say(*screens.coverage_list(act.plan, view, act.now, page, locale), to=act.in_private)


async def town(act: Act) -> None:
    """One town with everything missing there; the data says which, and which page."""
    code = act.data[1] if len(act.data) > 1 else ""
    found = await service.of_town(act.session, act.plan, act.actor, act.now, code)
    page = number_at(act.data, 2)
    await act.say(*screens.coverage_town(act.plan, found, act.now, page, act.in_private.locale), to=act.in_private)


async def delivery(act: Act) -> None:
    """How the outbox stands at this moment; 刷新 says so anew."""
    view = await outbox.look(act.session, act.plan, act.actor, act.now)
    await act.say(*screens.delivery(act.plan, view, act.now, act.in_private.locale), to=act.in_private)


async def send_again(act: Act) -> None:
    """What did not arrive goes once more; the data says which version of what."""
    version, subject = number_at(act.data, 1, 0), ":".join(act.data[2:])
    count = await watch.send_again(act.session, act.actor, act.now, subject, version)
    await act.say(texts.SentAgain(count=count), to=act.in_private)
