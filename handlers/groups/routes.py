"""Acts on chat groups: the bot is let in, removed or moved; somebody says where a group belongs.

A question in a group goes to the group; choosing and refusals go to the private chat of who tapped.
"""

from __future__ import annotations

from telegram import Chat, ChatMember, ChatMemberRestricted
from telegram.ext import filters

from bot.core.access import Permission
from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Target
from bot.directory import groups, leaving_out, people, posts, rules
from bot.directory.errors import ChangedMeanwhile, GroupUnknown, NoSuchRegion
from bot.directory.schemas import GroupView
from bot.plan.schema import Level, WarningLevel
from bot.warning import service as warnings
from handlers.act import Act
from handlers.directory.screens import post_names
from handlers.groups import screens
from handlers.pages import number_at
from handlers.routing import GROUPS, PRIVATE, Route, button, command, message, own_membership, word
from handlers.telling import tell_watchers
from messages.directory import PersonGone

GROUP_CARD = "directory.group"
"""The role of the card that asks a group where it belongs and then says so."""

LEAVING_OUT_CARD = "directory.leaving_out"
"""The role of the private card on which somebody chooses what a unit's group leaves out."""

_IN = (ChatMember.OWNER, ChatMember.ADMINISTRATOR, ChatMember.MEMBER)
_GROUP_TYPES = (Chat.GROUP, Chat.SUPERGROUP)


def routes() -> list[Route]:
    """Everything about chat groups."""
    return [
        own_membership(membership),
        message(GROUPS & filters.StatusUpdate.MIGRATE, migrated),
        message(GROUPS & filters.StatusUpdate.NEW_CHAT_TITLE, retitled),
        command("groups", list_waiting, PRIVATE),
        word("menu.groups", list_waiting),
        button("dir.ask", ask_in_private),
        button("dir.bind", bind),
        button("dir.bindall", bind_all),
        button("dir.pick", pick),
        button("dir.units", pick_unit),
        button("dir.out", show_left_out),
        button("dir.want", want),
        button("dir.from", want_from),
    ]


# --- the platform tells ----------------------------------------------------------------------------------------------


async def membership(act: Act) -> None:
    """What the bot is in a chat has changed."""
    change = act.update.my_chat_member
    if change is None:
        return
    may_write = _may_write(change.new_chat_member)
    if change.chat.type == Chat.PRIVATE:
        await _blocked_or_not(act, may_write=may_write)
    elif change.chat.type in _GROUP_TYPES and may_write:
        was_administrator = change.old_chat_member.status == ChatMember.ADMINISTRATOR
        await _let_in(act, change.new_chat_member.status, was_administrator=was_administrator)
    elif change.chat.type in _GROUP_TYPES:
        is_muted = change.new_chat_member.status == ChatMember.RESTRICTED
        await _put_out(act, "muted" if is_muted else "removed")


async def migrated(act: Act) -> None:
    """The group has become a supergroup; told in the old chat and in the new one, in either order."""
    old, new = act.message.migrate_from_chat_id, act.message.migrate_to_chat_id
    before, after = old or act.chat.id, new or act.chat.id
    group = await groups.migrate(act.session, act.now, before, after)
    await delivery.migrate_chat(act.session, before, after)
    await warnings.migrate_chat(act.session, before, after)
    if group is not None:
        await act.say(screens.moved(act.plan, group), to=_in_group(group))


async def retitled(act: Act) -> None:
    """The group has a new title; its binding stays."""
    await groups.retitled(act.session, act.chat.id, act.message.new_chat_title or "")


async def _blocked_or_not(act: Act, *, may_write: bool) -> None:
    if may_write:
        await people.reachable_again(act.session, act.now, act.platform_id, by=act.actor)
        return
    person = await people.unreachable(act.session, act.now, act.platform_id, "blocked", by=act.actor)
    if person is None:
        return
    home = await people.home_region(act.session, act.plan, person.id, act.now)
    names = post_names(act.plan, person)
    await tell_watchers(act, home, PersonGone(name=person.name, phone=person.phone, posts=names, reason="blocked"))


async def _let_in(act: Act, status: str, *, was_administrator: bool) -> None:
    met = await groups.met(
        act.session,
        act.now,
        chat_id=act.chat.id,
        title=act.chat.title or str(act.chat.id),
        kind=act.chat.type,
        is_forum=bool(act.chat.is_forum),
        bot_status=status,
        locale=act.plan.info.locale,
        by=act.actor,
    )
    group = met.group
    if met.ask:
        await _ask(act, group)
    elif met.is_back:
        await act.say(screens.back(act.plan, group), to=_in_group(group))
        await tell_watchers(act, group.region_code, screens.back(act.plan, group))
    elif was_administrator and status == ChatMember.MEMBER and group.region_code:
        await tell_watchers(act, group.region_code, screens.rights_lost(act.plan, group))


async def _put_out(act: Act, reason: str) -> None:
    group = await groups.lost(act.session, act.now, act.chat.id, reason, by=act.actor)
    if group is not None:
        await tell_watchers(act, group.region_code, screens.lost(act.plan, group, reason))


def _may_write(member: ChatMember) -> bool:
    if isinstance(member, ChatMemberRestricted):
        return member.is_member and member.can_send_messages
    return member.status in _IN


# --- somebody says where it belongs ----------------------------------------------------------------------------------


async def list_waiting(act: Act) -> None:
    """`/groups`: which groups wait for a binding."""
    rows = await groups.pending(act.session, act.plan, act.actor)
    bound = await groups.bound(act.session, act.plan, act.actor)
    units = await leaving_out.units(act.session, act.plan, act.actor)
    payload, keyboard = screens.waiting(act.plan, rows, units, len(bound), act.locale)
    await act.say(payload, keyboard, to=act.in_private)


async def ask_in_private(act: Act) -> None:
    """A group of the list was tapped: the same question as in the group, in private."""
    act.actor.require(Permission.GROUP_BIND)
    group = await _group(act)
    payload, keyboard = screens.ask(act.plan, group, groups.suggestion(act.plan, group.title), act.locale)
    await act.say(payload, keyboard, to=act.in_private)


async def bind(act: Act) -> None:
    """It belongs there: the group's card says so, and who said so elsewhere is told."""
    region = act.data[2] if len(act.data) > 2 else ""
    unit = act.data[3] if len(act.data) > 3 else None
    number = number_at(act.data, 1, 0)
    group = await groups.bind(
        act.session, act.plan, act.actor, act.now, group_id=number, region_code=region, unit_key=unit
    )
    await delivery.touch(act.session, _subject(group))
    if act.is_private:
        await act.say(screens.bound(act.plan, group))


async def bind_all(act: Act) -> None:
    """All to what their titles suggest."""
    done = await groups.bind_suggested(act.session, act.plan, act.actor, act.now)
    left = await groups.pending(act.session, act.plan, act.actor)
    for group in done:
        await delivery.touch(act.session, _subject(group))
    await act.say(screens.all_bound(act.plan, done, len(left)), to=act.in_private)


async def pick(act: Act) -> None:
    """Choosing another region, one level at a time; in private, so that the group stays quiet."""
    act.actor.require(Permission.GROUP_BIND)
    group = await _group(act)
    roots = rules.roots(act.plan, act.actor, Permission.GROUP_BIND)
    at = act.data[2] if len(act.data) > 2 else (roots or [act.plan.district.code])[0]
    level = rules.level_of(act.plan, at)
    if level is None:
        raise NoSuchRegion(at)
    below = [region.code for region in act.plan.children(at)] if level is not Level.GRID else []
    if level is Level.VILLAGE:
        below = [grid.code for grid in await posts.grids_of(act.session, at)]
    payload, keyboard = screens.picking(act.plan, group, at, below, number_at(act.data, 3), act.locale)
    await act.say(payload, keyboard, to=act.in_private)


async def pick_unit(act: Act) -> None:
    """It is the group of a unit: which? In private."""
    act.actor.require(Permission.GROUP_BIND)
    group = await _group(act)
    at = act.data[2] if len(act.data) > 2 else act.plan.district.code
    if rules.level_of(act.plan, at) is None:
        raise NoSuchRegion(at)
    payload, keyboard = screens.picking_unit(act.plan, group, at, number_at(act.data, 3), act.locale)
    await act.say(payload, keyboard, to=act.in_private)


# --- what a unit's group leaves out ----------------------------------------------------------------------------------


async def show_left_out(act: Act) -> None:
    """The card to choose on, in the private chat of who tapped, at its foot."""
    group = await leaving_out.chosen(act.session, act.plan, act.actor, number_at(act.data, 1, 0))
    await delivery.wish_card(
        act.session,
        act.now,
        subject=_subject(group),
        role=LEAVING_OUT_CARD,
        target=act.in_private,
        lane=Lane.INTERACTIVE,
    )
    await delivery.show_card_again(act.session, _subject(group), LEAVING_OUT_CARD, act.in_private.chat_id)


async def want(act: Act) -> None:
    """A kind is wanted, or is not; or all of them are."""
    _, number, kind, wanted = act.data if len(act.data) == 4 else ("", "", "", "")
    kinds = act.plan.warning_kinds if kind == "*" and wanted == "1" else (kind,)
    group = await leaving_out.want(
        act.session,
        act.plan,
        act.actor,
        act.now,
        group_id=int(number) if number.isdecimal() else 0,
        kinds=tuple(kinds),
        wanted=wanted == "1",
    )
    await delivery.touch(act.session, _subject(group))


async def want_from(act: Act) -> None:
    """Blue is wanted, or is not."""
    value = act.data[2] if len(act.data) > 2 else ""
    if value not in set(WarningLevel):
        raise ChangedMeanwhile
    group = await leaving_out.want_from(
        act.session, act.plan, act.actor, act.now, group_id=number_at(act.data, 1, 0), level=WarningLevel(value)
    )
    await delivery.touch(act.session, _subject(group))


async def _ask(act: Act, group: GroupView) -> None:
    """The group's card asks where it belongs; asked again, it comes again."""
    subject = _subject(group)
    await delivery.wish_card(
        act.session, act.now, subject=subject, role=GROUP_CARD, target=_in_group(group), lane=Lane.INTERACTIVE
    )
    await delivery.show_card_again(act.session, subject, GROUP_CARD)


def _subject(group: GroupView) -> str:
    return f"group:{group.id}"


async def _group(act: Act) -> GroupView:
    group = await groups.get(act.session, number_at(act.data, 1, 0))
    if group is None:
        raise GroupUnknown
    return group


def _in_group(group: GroupView) -> Target:
    return Target(group.chat_id, group.locale, group.thread_id)
