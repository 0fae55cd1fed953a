"""Acts at the door and about oneself, and the list of people."""

from __future__ import annotations

from dataclasses import replace

from telegram import Contact
from telegram.ext import filters

from bot.core.access import Permission
from bot.delivery import service as delivery
from bot.delivery.schemas import Target
from bot.directory import groups, invitations, joining, people, rules
from bot.directory.errors import ChangedMeanwhile
from bot.directory.joining import Arrival, Outcome
from bot.directory.models import PersonState
from bot.directory.schemas import PersonView
from handlers.act import Act
from handlers.directory import screens
from handlers.form.routes import SITE, begin_at_site
from handlers.pages import number_at
from handlers.routing import GROUPS, NEW, PRIVATE, Route, button, command, message, word
from handlers.telling import tell_person, tell_watchers
from messages import directory as texts
from messages.directory import Name
from messages.engine import Payload, known

# The link that a stranger gets in a group: it opens this chat and invites to nothing.
_NO_TOKEN = "join"

_ONLY_IN_PRIVATE = ("start", "menu", "people", "leave", "invite", "posts", "groups", "stopwork", "drill")


def routes() -> list[Route]:
    """Everything at the door and about oneself."""
    return [
        command("start", start, PRIVATE),
        message(NEW & PRIVATE & filters.CONTACT, contact),
        word("words.contact", contact_as_text),
        command("menu", menu, PRIVATE),
        command("help", help_, PRIVATE),
        command("help", help_in_group, GROUPS),
        word("menu.help", help_),
        command("language", language),
        word("menu.language", language),
        button("dir.lang", set_language),
        command("leave", leave, PRIVATE),
        button("dir.leave", leave_now),
        command("people", list_people, PRIVATE),
        word("menu.people", list_people),
        button("dir.people", list_people),
        button("dir.person", show_person),
        button("dir.suspend", suspend),
        button("dir.reinstate", reinstate),
        *(command(name, only_in_private, GROUPS) for name in _ONLY_IN_PRIVATE),
    ]


# --- at the door -----------------------------------------------------------------------------------------------------


async def start(act: Act) -> None:
    """`/start`, with the token of an invitation or without."""
    await people.reachable_again(act.session, act.now, act.platform_id, by=act.actor)
    token = act.arguments[0] if act.arguments else _NO_TOKEN
    if token.startswith(SITE) and act.actor.person_id is not None:
        await begin_at_site(act, token.removeprefix(SITE))
    elif token != _NO_TOKEN and not token.startswith(SITE):
        await _open_invitation(act, token)
    elif act.actor.person_id is None:
        await act.say(texts.Welcome(district=_district(act), phone=_phone(act)), screens.contact(act.locale))
    else:
        await menu(act)


async def contact(act: Act) -> None:
    """A contact card; only the sender's own says who he is."""
    card = act.message.contact
    if not isinstance(card, Contact) or card.user_id != act.platform_id:
        await act.say(texts.ForeignContact(), screens.menu(act.actor, act.locale))
        return
    arrival = await joining.come(
        act.session,
        act.plan,
        act.now,
        platform_id=act.platform_id,
        number=card.phone_number,
        name=" ".join(part for part in (card.first_name, card.last_name) if part),
        locale=act.locale,
    )
    await _welcome(act, arrival, card.phone_number)


async def contact_as_text(act: Act) -> None:
    """Some clients send the words on the key instead of the card."""
    await act.say(texts.ContactAsText(), screens.contact(act.locale))


async def _open_invitation(act: Act, token: str) -> None:
    knock = await invitations.knock(act.session, act.now, platform_id=act.platform_id, token=token)
    if knock.invitation is None:
        refused = texts.InvitationRefused(reason=knock.refused or "wrong", phone=_phone(act))
        await act.say(refused, screens.menu(act.actor, act.locale))
        return
    if act.actor.person_id is not None:
        arrival = await joining.accept(act.session, act.now, platform_id=act.platform_id, invitation=knock.invitation)
        await _welcome(act, arrival, "")
        return
    post = rules.post_name(act.plan, knock.invitation.post)
    asked = texts.InvitedTo(post=post, role=knock.invitation.role.value, until=knock.invitation.expires_at)
    await act.say(asked, screens.contact(act.locale))


async def _welcome(act: Act, arrival: Arrival, number: str) -> None:
    """Says what came of it, and tells the account that lost its person."""
    person = arrival.person
    if person is None:
        await act.say(_no(act, arrival, number), screens.no_keys())
        return
    actor = await people.actor_of(act.session, act.plan, act.platform_id, act.now)
    moved = arrival.outcome is Outcome.MOVED
    joined = texts.Joined(name=person.name, posts=screens.post_names(act.plan, person), moved=moved)
    to = act.in_private if actor is None else _in_language(act, person)
    await act.say(joined, screens.menu(actor or act.actor, to.locale), to=to)
    if arrival.former_account is not None:
        replaced = texts.AccountReplaced(phone=_phone(act))
        await act.say(replaced, screens.no_keys(), to=Target(arrival.former_account, person.locale))


def _no(act: Act, arrival: Arrival, number: str) -> Payload:
    if arrival.outcome is Outcome.SUSPENDED:
        return texts.Suspended(phone=_phone(act))
    if arrival.outcome is Outcome.INVITATION_CLOSED:
        return texts.InvitationRefused(reason=arrival.refused or "wrong", phone=_phone(act))
    written = rules.phone_of_contact(number) or number
    return texts.NotOnRoster(number=written, district=_district(act), phone=_phone(act))


def _in_language(act: Act, person: PersonView) -> Target:
    return Target(act.platform_id, person.locale)


# --- oneself ---------------------------------------------------------------------------------------------------------


async def menu(act: Act) -> None:
    """`/menu`: who one is here, and the keys for what one may do."""
    person = await people.person_by_platform(act.session, act.platform_id, act.now)
    if person is None:
        await act.say(texts.Welcome(district=_district(act), phone=_phone(act)), screens.contact(act.locale))
    elif person.state is PersonState.SUSPENDED:
        await act.say(texts.Suspended(phone=_phone(act)), screens.no_keys())
    else:
        shown = texts.Menu(name=person.name, posts=screens.post_names(act.plan, person))
        await act.say(shown, screens.menu(act.actor, act.locale))


async def help_(act: Act) -> None:
    """`/help`: what one can do here."""
    shown = texts.Help(commands=screens.commands(act.actor), district=_district(act), phone=_phone(act))
    await act.say(shown, screens.menu(act.actor, act.locale))


async def help_in_group(act: Act) -> None:
    """`/help` in a group."""
    await act.say(texts.HelpInGroup())


async def only_in_private(act: Act) -> None:
    """A command of the private chat, given in a group."""
    await act.say(texts.OnlyInPrivate())


async def language(act: Act) -> None:
    """`/language`: one's own, or the group's."""
    if not act.is_private:
        act.actor.require(Permission.GROUP_BIND)
    await act.say(texts.LanguageAsk(), screens.languages())


async def set_language(act: Act) -> None:
    """A language was tapped."""
    wanted = known(act.data[1] if len(act.data) > 1 else None)
    if not act.is_private:
        await groups.set_language(act.session, act.plan, act.actor, act.now, chat_id=act.chat.id, locale=wanted)
        await delivery.speak(act.session, act.chat.id, wanted)
        await act.say(texts.LanguageSet(), to=replace(act.here, locale=wanted))
        return
    await people.set_language(act.session, act.actor, act.now, locale=wanted)
    if act.actor.person_id is not None:
        await delivery.speak(act.session, act.chat.id, wanted)
    await act.say(texts.LanguageSet(), screens.menu(act.actor, wanted), to=replace(act.here, locale=wanted))


async def leave(act: Act) -> None:
    """`/leave`: what it would end."""
    person = await people.person_by_platform(act.session, act.platform_id, act.now)
    if person is None:
        await menu(act)
        return
    await act.say(texts.LeaveAsk(posts=screens.post_names(act.plan, person)), screens.leaving(act.locale))


async def leave_now(act: Act) -> None:
    """Leaving was confirmed."""
    person_id = act.actor.person_id
    home = await people.home_region(act.session, act.plan, person_id, act.now) if person_id else None
    person = await people.leave(act.session, act.actor, act.now)
    await act.say(texts.Goodbye(), screens.no_keys(), to=act.in_private)
    posts = screens.post_names(act.plan, person)
    await tell_watchers(act, home, texts.PersonGone(name=person.name, phone=person.phone, posts=posts, reason="left"))


# --- others ----------------------------------------------------------------------------------------------------------


async def list_people(act: Act) -> None:
    """`/people`, or a page of them."""
    views = await people.in_regions(act.session, act.plan, act.actor, act.now)
    payload, keyboard = screens.people_list(views, number_at(act.data, 1), act.locale)
    await act.say(payload, keyboard, to=act.in_private)


async def show_person(act: Act) -> None:
    """One of them."""
    person_id = number_at(act.data, 1, 0)
    visible = await people.in_regions(act.session, act.plan, act.actor, act.now)
    person = next((view for view in visible if view.id == person_id), None)
    if person is None:
        raise ChangedMeanwhile
    payload, keyboard = screens.person_card(act.plan, act.actor, person, act.locale)
    await act.say(payload, keyboard, to=act.in_private)


async def suspend(act: Act) -> None:
    """Takes somebody's rights away."""
    person = await people.suspend(act.session, act.plan, act.actor, act.now, person_id=number_at(act.data, 1, 0))
    await act.say(texts.PersonChanged(name=person.name, state=person.state.value), to=act.in_private)
    await tell_person(act, person, texts.Suspended(phone=_phone(act)), screens.no_keys())


async def reinstate(act: Act) -> None:
    """Gives them back."""
    person = await people.reinstate(act.session, act.plan, act.actor, act.now, person_id=number_at(act.data, 1, 0))
    await act.say(texts.PersonChanged(name=person.name, state=person.state.value), to=act.in_private)
    actor = await people.actor_of(act.session, act.plan, person.platform_id, act.now) if person.platform_id else None
    if actor is not None:
        await tell_person(act, person, texts.Reinstated(), screens.menu(actor, person.locale))


def _district(act: Act) -> Name:
    return Name(zh=act.plan.info.name, en=act.plan.info.name_en)


def _phone(act: Act) -> str | None:
    return act.plan.duty_phone(act.plan.district.code)
