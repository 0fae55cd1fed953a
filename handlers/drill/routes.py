"""`/drill`: `dr.action` in private; `dr.part:group:in|out[:page]` in private and on a group's card; `dr.got:test`."""

from __future__ import annotations

from bot.core.access import Permission
from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Target, Telling
from bot.directory import groups, taking_part
from bot.directory.schemas import GroupView
from bot.drill import service
from handlers.act import Act
from handlers.drill import screens
from handlers.pages import number_at
from handlers.routing import PRIVATE, Route, button, command, word
from messages import drill as texts

_NIGHT, _IN = "night", "in"


def routes() -> list[Route]:
    """All routes of this room. A drill of a warning is drafted where warnings are (`wd.practise`)."""
    return [
        command("drill", menu, PRIVATE),
        word("menu.drill", menu),
        button("dr.link", link_start),
        button("dr.start", start),
        button("dr.got", got),
        button("dr.end", end),
        button("dr.parts", parts),
        button("dr.part", part),
        button("dr.all", everybody),
    ]


async def menu(act: Act) -> None:
    """演练: what can be held."""
    outlook = await service.outlook(act.session, act.plan, act.actor, act.now)
    payload, keyboard = screens.menu(act.actor, outlook, act.actor.locale)
    await act.say(payload, keyboard, to=act.in_private)


async def link_start(act: Act) -> None:
    """链路测试: what it would do."""
    outlook = await service.outlook(act.session, act.plan, act.actor, act.now)
    payload, keyboard = screens.link_start(outlook, act.actor.locale)
    await act.say(payload, keyboard, to=act.in_private)


async def start(act: Act) -> None:
    """开始."""
    at_night = _NIGHT in act.data[1:]
    await service.start(act.session, act.plan, act.actor, act.now, act.in_private, at_night=at_night)


async def got(act: Act) -> None:
    """收到, in a group."""
    await service.answer(act.session, act.actor, act.now, number_at(act.data, 1, 0), act.chat.id)


async def end(act: Act) -> None:
    """现在结束."""
    await service.end(act.session, act.plan, act.actor, act.now, number_at(act.data, 1, 0))


async def parts(act: Act) -> None:
    """哪些群参加, or a page of them."""
    await _show_parts(act, number_at(act.data, 1))


async def part(act: Act) -> None:
    """One group takes part from now on, or no longer."""
    takes_part, group_id = _IN in act.data[2:3], number_at(act.data, 1, 0)
    group = await taking_part.set_part(
        act.session, act.plan, act.actor, act.now, group_id=group_id, takes_part=takes_part
    )
    await _told(act, group)
    if act.is_private:
        await _show_parts(act, number_at(act.data, 3))


async def everybody(act: Act) -> None:
    """全部参加."""
    for group in await taking_part.set_all(act.session, act.plan, act.actor, act.now):
        await _told(act, group)
    await _show_parts(act, 1)


async def _show_parts(act: Act, page: int) -> None:
    act.actor.require(Permission.GROUP_BIND)
    bound = await groups.bound(act.session, act.plan, act.actor)
    payload, keyboard = screens.parts(bound, page, act.actor.locale)
    await act.say(payload, keyboard, to=act.in_private)


async def _told(act: Act, group: GroupView) -> None:
    """The group's card shows it; the first time the group is told what it means."""
    subject = f"group:{group.id}"
    await delivery.touch(act.session, subject)
    if group.drill_opt_in:
        how = Telling(subject, "takes_part", Lane.ROUTINE)
        target = Target(group.chat_id, group.locale, group.thread_id, silent=True)
        await act.tell(how, texts.TakesPart(), [target])
