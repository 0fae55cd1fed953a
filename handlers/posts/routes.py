"""Acts on posts: inviting somebody, handing over, a deputy, dated 代管, ending."""

from __future__ import annotations

from datetime import timedelta

from bot.core.access import Permission
from bot.delivery.schemas import Button
from bot.directory import invitations, people, posts, rules
from bot.directory.errors import ChangedMeanwhile, NoSuchPost
from bot.directory.models import Role
from bot.directory.posts import Change
from bot.directory.schemas import PersonView, PlaceOfPost
from bot.plan.schema import Level, PostKind, WaitKey
from handlers.act import Act
from handlers.directory.screens import menu
from handlers.pages import number_at
from handlers.posts import screens
from handlers.routing import PRIVATE, Route, button, command, word
from handlers.telling import tell_person
from messages import posts as texts
from messages.engine import Payload


def routes() -> list[Route]:
    """Everything about posts."""
    return [
        command("invite", invite, PRIVATE),
        word("menu.invite", invite),
        button("dir.inv", choose_place),
        button("dir.inv.ok", make_invitation),
        button("dir.inv.no", revoke_invitation),
        command("posts", own_posts, PRIVATE),
        word("menu.posts", own_posts),
        button("dir.post", show_post),
        button("dir.give", choose_person),
        button("dir.to", person_chosen),
        button("dir.ok", give),
        button("dir.days", act_for),
        button("dir.end", end),
    ]


# --- inviting --------------------------------------------------------------------------------------------------------


async def invite(act: Act) -> None:
    """`/invite`, also with a kind of post and a place: `/invite 镇街值班员 龙水镇`."""
    act.actor.require(Permission.PERSON_INVITE)
    found = rules.kinds_open_to(act.plan, act.actor, Permission.PERSON_INVITE)
    wanted = act.arguments if act.text.startswith("/") else []
    kind = next((kind for kind in found if wanted and wanted[0] in {kind.key, kind.name, kind.name_en}), None)
    if kind is None:
        await act.say(texts.ChooseKind(), screens.kinds(found, act.locale))
        return
    regions = act.plan.find_regions(wanted[1]) if len(wanted) > 1 else ()
    await _ask_place(act, kind, regions[0].code if len(regions) == 1 else None)


async def choose_place(act: Act) -> None:
    """A kind or a place was tapped: go on to the next smaller place, or ask for A or B."""
    act.actor.require(Permission.PERSON_INVITE)
    kind = act.plan.posts.get(act.data[1]) if len(act.data) > 1 else None
    if kind is None:
        raise NoSuchPost
    place = act.data[2] if len(act.data) > 2 else None
    await _ask_place(act, kind, place, number_at(act.data, 3))


async def make_invitation(act: Act) -> None:
    """A or B was tapped: here is the link."""
    if len(act.data) != len(("action", "kind", "place", "role")):
        raise NoSuchPost
    _, kind, place, letter = act.data
    where, role = screens.place_from(kind, place), screens.ROLE_LETTERS.get(letter, Role.HOLDER)
    token = await invitations.create(
        act.session,
        act.plan,
        act.actor,
        act.now,
        kind=kind,
        region_code=where.region_code,
        unit_key=where.unit_key,
        role=role,
    )
    made = await invitations.get(act.session, token)
    if made is None:
        raise ChangedMeanwhile
    shown = texts.InvitationMade(
        post=rules.post_name(act.plan, where),
        role=role.value,
        link=f"https://t.me/{act.bot_username}?start={token}",
        uses=made.max_uses,
        until=act.now + act.plan.wait(WaitKey.INVITATION_VALID),
    )
    await act.say(shown, screens.revoking(made.id, act.locale), to=act.in_private)


async def revoke_invitation(act: Act) -> None:
    """The link is to open nothing any more."""
    revoked = await invitations.revoke(
        act.session, act.plan, act.actor, act.now, invitation_id=number_at(act.data, 1, 0)
    )
    await act.say(texts.InvitationRevoked(post=rules.post_name(act.plan, revoked.post)), to=act.in_private)


async def _ask_place(act: Act, kind: PostKind, place: str | None, page: int = 1) -> None:
    """Asks for the place, one level at a time, until it is one where such a post can be."""
    if kind.level is Level.DISTRICT:
        place = act.plan.district.code
    where = screens.place_from(kind.key, place) if place else None
    if where and rules.fits(act.plan, kind, where):
        rules.require_reach(act.plan, act.actor, Permission.PERSON_INVITE, where)
        held = await posts.at(act.session, where, act.now)
        role_payload, keyboard = screens.role_choice(act.plan, where, held, act.locale)
        await act.say(role_payload, keyboard, to=act.in_private)
        return
    roots = rules.roots(act.plan, act.actor, Permission.PERSON_INVITE)
    at = place or (roots[0] if len(roots) == 1 else act.plan.district.code)
    if rules.level_of(act.plan, at) is None:
        raise NoSuchPost
    options = await _options(act, kind, at, roots if place is None and len(roots) > 1 else None)
    payload, keyboard = screens.places(act.plan, kind, at, options, page, act.locale)
    await act.say(payload, keyboard, to=act.in_private)


async def _options(act: Act, kind: PostKind, at: str, roots: list[str] | None) -> list[Button]:
    if roots is not None:
        return screens.place_options(act.plan, kind, roots)
    if kind.level is Level.UNIT:
        return screens.unit_options(act.plan, kind, at, act.locale)
    if rules.level_of(act.plan, at) is Level.VILLAGE:
        return screens.grid_options(kind, at, await posts.grids_of(act.session, at), act.locale)
    children = [region.code for region in act.plan.children(at)]
    return screens.place_options(act.plan, kind, children)


# --- handing over ----------------------------------------------------------------------------------------------------


async def own_posts(act: Act) -> None:
    """`/posts`: what one holds."""
    person = await people.person_by_platform(act.session, act.platform_id, act.now)
    payload, keyboard = screens.own_posts(act.plan, person, act.locale)
    await act.say(payload, keyboard)


async def show_post(act: Act) -> None:
    """Who holds it. Who holds it himself may see that, and who may see the people there."""
    post_id = number_at(act.data, 1, 0)
    where, held = await _post(act, post_id), await posts.holders(act.session, post_id, act.now)
    if act.actor.person_id not in {row.person.id for row in held}:
        place = rules.place_of(act.plan, where) or act.plan.district.code
        rules.require_at(act.plan, act.actor, Permission.PERSON_SEE, place)
    may_give = rules.may_reach(act.plan, act.actor, Permission.POST_HAND_OVER, where)
    payload, keyboard = screens.post_card(act.plan, where, post_id, held, may_give=may_give, locale=act.locale)
    await act.say(payload, keyboard, to=act.in_private)


async def choose_person(act: Act) -> None:
    """Hand over, deputy or 代管 was tapped: to whom?"""
    post_id, role = number_at(act.data, 1, 0), _role(act, 2)
    found = await posts.candidates(act.session, act.plan, act.actor, act.now, post_id=post_id)
    has_it = {row.person.id for row in await posts.holders(act.session, post_id, act.now) if row.post.role is role}
    found = [person for person in found if person.id not in has_it]
    name = rules.post_name(act.plan, await _post(act, post_id))
    asked = texts.ChoosePerson(post=name, role=role.value, anybody=bool(found))
    await act.say(asked, screens.choices(post_id, role, found, number_at(act.data, 3), act.locale), to=act.in_private)


async def person_chosen(act: Act) -> None:
    """To him: sure? Or, for 代管: for how long?"""
    post_id, role, taker_id = number_at(act.data, 1, 0), _role(act, 2), number_at(act.data, 3, 0)
    where, taker = await _post(act, post_id), await _candidate(act, post_id, taker_id)
    name = rules.post_name(act.plan, where)
    if role is Role.ACTING:
        asked = texts.ChoosePeriod(post=name, taker=taker.name)
        await act.say(asked, screens.periods(post_id, taker_id, act.locale), to=act.in_private)
        return
    held = await posts.holders(act.session, post_id, act.now)
    giver = next((row.person for row in held if row.post.role is role), None)
    sure = texts.ConfirmGiving(post=name, role=role.value, giver=giver.name if giver else None, taker=taker.name)
    keyboard = screens.confirming(post_id, role, taker_id, giver.id if giver else 0, act.locale)
    await act.say(sure, keyboard, to=act.in_private)


async def give(act: Act) -> None:
    """Confirmed: the post changes hands."""
    change = await posts.hand_over(
        act.session,
        act.plan,
        act.actor,
        act.now,
        post_id=number_at(act.data, 1, 0),
        role=_role(act, 2),
        person_id=number_at(act.data, 3, 0),
        giver_id=number_at(act.data, 4, 0),
    )
    await _tell_change(act, change)


async def act_for(act: Act) -> None:
    """Dated 代管 from now for so many days."""
    days = number_at(act.data, 3)
    change = await posts.act_for(
        act.session,
        act.plan,
        act.actor,
        act.now,
        post_id=number_at(act.data, 1, 0),
        person_id=number_at(act.data, 2, 0),
        starts_at=act.now,
        ends_at=act.now + timedelta(days=min(days, max(screens.DAYS))),
    )
    await _tell_change(act, change)


async def end(act: Act) -> None:
    """Somebody is no longer deputy, or no longer acts for the post."""
    ended = await posts.end(act.session, act.plan, act.actor, act.now, holding_id=number_at(act.data, 1, 0))
    name = rules.post_name(act.plan, ended.post)
    said = texts.PostEnded(post=name, role=ended.post.role.value, name=ended.person.name)
    await act.say(said, to=act.in_private)
    await _tell_with_menu(act, ended.person, said)


async def _tell_change(act: Act, change: Change) -> None:
    """Tells who did it, who has it now and who gave it up, each once and with the menu he has from now on."""
    name, giver = rules.post_name(act.plan, change.post), change.giver
    giver_name = giver.name if giver else None
    given = texts.PostGiven(
        post=name, role=change.role.value, giver=giver_name, taker=change.taker.name, until=change.until
    )
    received = texts.PostReceived(post=name, role=change.role.value, giver=giver_name, until=change.until)
    await act.say(given, to=act.in_private)
    await _tell_with_menu(act, change.taker, received)
    if giver is not None and giver.id != act.actor.person_id:
        await _tell_with_menu(act, giver, given)


async def _tell_with_menu(act: Act, person: PersonView, payload: Payload) -> None:
    actor = await people.actor_of(act.session, act.plan, person.platform_id, act.now) if person.platform_id else None
    if actor is not None and person.platform_id != act.platform_id:
        await tell_person(act, person, payload, menu(actor, person.locale))


async def _post(act: Act, post_id: int) -> PlaceOfPost:
    where = await posts.place(act.session, post_id)
    if where is None:
        raise ChangedMeanwhile
    return where


async def _candidate(act: Act, post_id: int, person_id: int) -> PersonView:
    found = await posts.candidates(act.session, act.plan, act.actor, act.now, post_id=post_id)
    person = next((person for person in found if person.id == person_id), None)
    if person is None:
        raise ChangedMeanwhile
    return person


def _role(act: Act, index: int) -> Role:
    """The role in a button's data. Raises ChangedMeanwhile for one we do not know, as in an old button."""
    text = act.data[index] if index < len(act.data) else ""
    if text not in {role.value for role in Role}:
        raise ChangedMeanwhile
    return Role(text)
