"""How a refusal or a fault reaches the person: why, who can, and never in front of the whole group.

In a group the sentence goes to the person's private chat. Somebody the directory does not know cannot be written to
there; he gets one link in the group, once an hour.
"""

from __future__ import annotations

from bot.core.access import Permission
from bot.core.errors import NotAllowed, Refusal
from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Button, InlineKeyboard, Screen, Telling
from bot.directory import people, places
from bot.directory.models import PersonState
from bot.directory.rules import posts_with
from bot.plan.service import Plan
from handlers.act import Act
from messages import common, directory
from messages.engine import Payload, label, render


async def explain(act: Act, refusal: Refusal) -> None:
    """Says why the act was refused."""
    if act.is_private:
        await act.say(await _payload(act, refusal))
    elif act.actor.person_id is not None:
        await act.say(await _payload(act, refusal), to=act.in_private)
    else:
        await _invite_stranger(act)


async def apologise(act: Act, fault: str) -> None:
    """Says that something went wrong and under which id the log tells it; silent in groups."""
    if act.is_private or act.actor.person_id is not None:
        await act.say(common.FaultHappened(fault=fault), to=act.in_private)


def who_may(plan: Plan, permission: Permission, place: str | None, locale: str) -> tuple[str, ...]:
    """The posts that hold the right at the place, nearest first, by name."""
    names = posts_with(plan, permission, place or plan.district.code)
    return tuple(name.zh if locale == "zh" else name.en for name in names)


async def _payload(act: Act, refusal: Refusal) -> Payload:
    if not isinstance(refusal, NotAllowed):
        if not isinstance(refusal.payload, Payload):
            raise TypeError(f"{type(refusal).__name__} carries no payload")
        return refusal.payload
    person = await people.person_by_platform(act.session, act.platform_id, act.now)
    if person is not None and person.state is PersonState.SUSPENDED:
        return directory.Suspended(phone=act.plan.duty_phone(act.plan.district.code))
    if isinstance(refusal.payload, Payload):
        return refusal.payload
    permission = Permission(refusal.permission)
    where = await places.name_of(act.session, act.plan, refusal.place) if refusal.place else ""
    who = who_may(act.plan, permission, refusal.place, act.locale)
    return common.NotAllowed(permission=permission.value, place=where, who=who)


async def _invite_stranger(act: Act) -> None:
    link = f"https://t.me/{act.bot_username}?start=join"
    keyboard = InlineKeyboard([[Button(label("common.join", act.locale), url=link)]])
    hour = int(act.now.timestamp() // 3600)
    how = Telling(f"stranger:{act.platform_id}", "join", Lane.INTERACTIVE, version=hour)
    screen = Screen(render(common.StrangerInGroup(), act.locale), keyboard)
    await delivery.show(act.session, act.now, how, screen, [act.here])
