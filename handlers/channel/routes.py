"""渠道: an administrator attaches a channel to a person, a unit or a group. All of it in the private chat.

What is said as an address is a secret: whatever comes of it, the message is deleted from the chat and its words from
the inbox, in the transaction that takes it in.
"""

from __future__ import annotations

from bot.core.access import Permission
from bot.core.errors import Refusal
from bot.delivery import channels
from bot.delivery import service as delivery
from bot.delivery.channel_results import CARD, subject_of
from bot.delivery.channels import Owner
from bot.delivery.models import ChannelKind, Lane
from bot.delivery.schemas import Telling
from bot.directory import groups, people, rules
from bot.directory.errors import ChangedMeanwhile
from bot.inbox import service as inbox
from handlers import refusals
from handlers.act import Act
from handlers.channel import screens
from handlers.pages import number_at
from handlers.routing import PRIVATE, Route, button, command
from messages import channel as texts

ADDRESS = "address"
"""Subject of the question for an address: a reply to it is one."""


def routes() -> list[Route]:
    """Everything about channels."""
    return [
        command("channel", listing, PRIVATE),
        button("ch.show", show),
        button("ch.new", whose),
        button("ch.of", choose_owner),
        button("ch.who", choose_kind),
        button("ch.kind", ask_address),
        button("ch.test", test),
        button("ch.off", detach),
    ]


async def listing(act: Act) -> None:
    """`/channel`: what is attached; with a name, `/channel 龙水镇`: whose it may be."""
    found = await channels.listed(act.session, act.plan, act.actor)
    if act.arguments:
        await _find(act, " ".join(act.arguments))
        return
    payload, keyboard = screens.listing(found, act.locale)
    await act.say(payload, keyboard)


async def show(act: Act) -> None:
    """One of them, as a card at the foot of the chat."""
    found = await channels.listed(act.session, act.plan, act.actor)
    number = number_at(act.data, 1, 0)
    if number not in {view.id for view in found}:
        raise ChangedMeanwhile
    await _show(act, number)


async def whose(act: Act) -> None:
    """接入新渠道."""
    act.actor.require(Permission.CHANNEL_ATTACH)
    payload, keyboard = screens.whose(act.locale)
    await act.say(payload, keyboard, to=act.in_private)


async def choose_owner(act: Act) -> None:
    """A person, a unit or a group: which?"""
    act.actor.require(Permission.CHANNEL_ATTACH)
    of = act.data[1] if len(act.data) > 1 else ""
    payload, keyboard = screens.owners(of, await _owners(act, of), number_at(act.data, 2), act.locale)
    await act.say(payload, keyboard, to=act.in_private)


async def choose_kind(act: Act) -> None:
    """That one: by which platform?"""
    act.actor.require(Permission.CHANNEL_ATTACH)
    owner = await _owner(act)
    payload, keyboard = screens.kinds(act.data[1], act.data[2], owner.name, act.locale)
    await act.say(payload, keyboard, to=act.in_private)


async def ask_address(act: Act) -> None:
    """The question is a message of its own, so that a reply to it is understood."""
    owner, kind = await _owner(act), act.data[3] if len(act.data) > 3 else ""
    if kind not in set(ChannelKind):
        raise ChangedMeanwhile
    number = await channels.ask(act.session, act.plan, act.actor, act.now, owner, ChannelKind(kind))
    how = Telling(f"{ADDRESS}:{number}", "ask", Lane.INTERACTIVE, seq=act.number)
    await act.tell(how, texts.AskAddress(owner=owner.name, kind=kind), [act.in_private])


async def take_address(act: Act) -> bool:
    """Something like an address that is no reply: the answer, if the person was asked for one lately."""
    asked = await channels.asked_of(act.session, act.actor, act.now) if "://" in act.text else None
    if asked is not None:
        await address_in_words(act, asked)
    return asked is not None


async def address_in_words(act: Act, channel_id: int) -> None:
    """The address of a channel. A refusal is said here and not raised: raised, it would keep the words."""
    await inbox.forget_words(act.session, act.number)
    await delivery.take_away(act.session, act.now, act.chat.id, act.message.message_id)
    try:
        await channels.attach(act.session, act.plan, act.actor, act.now, channel_id, act.text)
    except Refusal as refusal:
        await refusals.explain(act, refusal)
        return
    await _show(act, channel_id)


async def test(act: Act) -> None:
    """再测一次."""
    await channels.test(act.session, act.plan, act.actor, act.now, number_at(act.data, 1, 0))


async def detach(act: Act) -> None:
    """停用."""
    await channels.detach(act.session, act.plan, act.actor, act.now, number_at(act.data, 1, 0))


async def _find(act: Act, name: str) -> None:
    owners = {of: await _owners(act, of) for of in screens.OWNERS}
    fits = [(of, which, called) for of, each in owners.items() for which, called in each if name in called]
    payload, keyboard = screens.found(fits, act.locale)
    await act.say(payload, keyboard)


async def _show(act: Act, channel_id: int) -> None:
    subject, target = subject_of(channel_id), act.in_private
    await delivery.wish_card(act.session, act.now, subject=subject, role=CARD, target=target, lane=Lane.INTERACTIVE)
    await delivery.show_card_again(act.session, subject, CARD, target.chat_id)


async def _owners(act: Act, of: str) -> list[tuple[str, str]]:
    """What names each owner the actor answers for, and its name."""
    if of == "person":
        found = await people.in_regions(act.session, act.plan, act.actor, act.now)
        return [(str(person.id), person.name) for person in found]
    if of == "group":
        bound = await groups.bound(act.session, act.plan, act.actor)
        return [(str(group.id), group.title) for group in bound]
    units = act.plan.units.values()
    here = (unit for unit in units if rules.may_at(act.plan, act.actor, Permission.CHANNEL_ATTACH, unit.region))
    return [(unit.key, unit.name if act.locale == "zh" else unit.name_en) for unit in here]


async def _owner(act: Act) -> Owner:
    """The owner in a button's data. Raises ChangedMeanwhile for one that is not there, as in an old button."""
    _, of, which, *_ = *act.data, "", ""
    number, owner = int(which) if which.isdecimal() else 0, None
    if of == "person":
        owner = await channels.owner_of_person(act.session, act.plan, act.now, number)
    elif of == "group":
        owner = await channels.owner_of_group(act.session, act.plan, number)
    elif of == "unit":
        owner = channels.owner_of_unit(act.plan, which)
    if owner is None:
        raise ChangedMeanwhile
    return owner
