"""Groups: made, joined, left, promoted, upgraded to supergroups; topics; and the bot's own place in them."""

from dataclasses import dataclass
from typing import Any, get_args

from sandbox import objects
from sandbox.acts.telling import tell, tell_bot_status, tell_member
from sandbox.chats import ANONYMOUS_BOT, BotStatus, Chat, Member, Person
from sandbox.errors import Refused
from sandbox.world import World


@dataclass(frozen=True, slots=True)
class NewGroup:
    """A group to be made; the owner is the first member unless named."""

    title: str
    members: tuple[int, ...]
    forum: bool = False
    bot: BotStatus = "member"
    id: int | None = None
    owner: int | None = None
    topics: tuple[str, ...] = ()


def create(world: World, wanted: NewGroup) -> Chat:
    """Make a group; the bot hears of it if it is in."""
    if wanted.bot not in ("member", "administrator", "absent"):
        raise Refused("bot is member, administrator or absent")
    if wanted.id is not None and (wanted.id >= 0 or wanted.id in world.chats):
        raise Refused(f"{wanted.id} cannot be a new group's id: it must be negative and free")
    members = [world.person(number) for number in wanted.members]
    owner = world.person(wanted.owner) if wanted.owner is not None else next(iter(members), None)
    group_id = wanted.id if wanted.id is not None else world.free_group_id(wanted.forum)
    chat = world.add_group(group_id, wanted.title, wanted.forum)
    chat.members = {person.id: Member() for person in members}
    if owner is not None:
        chat.members[owner.id] = Member("creator")
    world.bus.publish("chat", chat)
    for name in wanted.topics:
        add_topic(world, chat, name, tells=False)
    if wanted.bot != "absent":
        chat.bot = wanted.bot
        tell_bot_status(world, chat, _user(owner), "absent", wanted.bot)
        field = "group_chat_created" if chat.kind == "group" else "supergroup_chat_created"
        tell(world, world.post(chat, {field: True}, sender=owner or _somebody()))
    return chat


def change_person(world: World, chat: Chat, person: Person, action: str, anonymous: bool, by: int | None) -> None:
    """add, remove, promote or demote a person."""
    old = chat.members.get(person.id)
    actor = _actor(world, chat, by, person)
    match action:
        case "add" if old is None:
            chat.members[person.id] = Member()
            _service(world, chat, {"new_chat_members": [objects.person_user(person)]}, actor)
        case "remove" if old is not None:
            del chat.members[person.id]
            chat.keyboards.pop(person.id, None)
            _service(world, chat, {"left_chat_member": objects.person_user(person)}, actor)
        case "promote" if old is not None:
            status = "creator" if old.status == "creator" else "administrator"
            chat.members[person.id] = Member("creator" if status == "creator" else "administrator", anonymous)
        case "demote" if old is not None:
            chat.members[person.id] = Member()
        case "add":
            return
        case "remove" | "promote" | "demote":
            raise Refused(f"person {person.id} is not in chat {chat.id}")
        case _:
            raise Refused("action is add, remove, promote or demote")
    world.bus.publish("chat", chat)
    tell_member(world, chat, _user(actor), person, old, chat.members.get(person.id))


def change_bot(world: World, chat: Chat, action: str, by: int | None) -> None:
    """add, remove, promote or demote the bot itself."""
    actor = _actor(world, chat, by, None)
    targets: dict[str, BotStatus] = {
        "add": "member",
        "remove": "kicked",
        "promote": "administrator",
        "demote": "member",
    }
    if action not in targets:
        raise Refused("action is add, remove, promote or demote")
    if action in ("remove", "demote") and not chat.has_bot:
        raise Refused(f"the bot is not in chat {chat.id}")
    if action == "add" and chat.has_bot:
        return
    entered = not chat.has_bot
    set_bot(world, chat, targets[action], _user(actor))
    if entered:
        _service(world, chat, {"new_chat_members": [objects.bot_user(world.bot)]}, actor)
    elif action == "remove":
        _service(world, chat, {"left_chat_member": objects.bot_user(world.bot)}, actor)


def set_bot(world: World, chat: Chat, status: BotStatus, by: dict[str, Any]) -> None:
    """Change the bot's place and tell it."""
    old = chat.bot
    if old == status:
        return
    chat.bot = status
    world.bus.publish("chat", chat)
    tell_bot_status(world, chat, by, old, status)


def add_topic(world: World, chat: Chat, name: str, *, tells: bool = True) -> int:
    """Open a topic of a forum.

    Returns:
        Its thread: the id of the service message that opened it.
    """
    if not chat.forum:
        raise Refused(f"chat {chat.id} has no topics")
    content = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
    thread = chat.last_id + 1
    record = world.post(chat, content, sender=_actor(world, chat, None, None) or _somebody(), thread=thread)
    chat.topics[thread] = name
    world.bus.publish("chat", chat)
    if tells:
        tell(world, record)
    return thread


def remove_topic(world: World, chat: Chat, thread: int) -> None:
    """Close a topic for good; its messages go with it."""
    if chat.topics.pop(thread, None) is None:
        raise Refused(f"there is no topic {thread} in chat {chat.id}")
    for record in list(chat.messages.values()):
        if record.body.get("message_thread_id") == thread and not record.deleted:
            world.erase(record)
    world.bus.publish("chat", chat)


def migrate(world: World, chat: Chat) -> Chat:
    """Upgrade a group to a supergroup: a new id, the same people, a service message on both sides."""
    if chat.migrated_to is not None:
        raise Refused(f"chat {chat.id} was upgraded before, to {chat.migrated_to}")
    fresh = world.add_group(world.free_group_id(supergroup=True), chat.title, chat.forum)
    fresh.members, fresh.bot = chat.members, chat.bot
    fresh.topics = dict(chat.topics)
    fresh.keyboards, chat.keyboards = chat.keyboards, {}
    actor = _actor(world, chat, None, None) or _somebody()
    left = world.post(chat, {"migrate_to_chat_id": fresh.id}, sender=actor)
    tell(world, left)
    chat.migrated_to = fresh.id
    world.pacer.forget(chat.id)
    world.bus.publish("chat", chat)
    tell(world, world.post(fresh, {"migrate_from_chat_id": chat.id}, sender=actor))
    world.bus.publish("chat", fresh)
    return fresh


def check_status(value: object) -> BotStatus:
    """Read a bot status from a request."""
    for status in get_args(BotStatus):
        if value == status:
            return status  # type: ignore[no-any-return]  # get_args forgets that these are the literals
    raise Refused("bot is member, administrator or absent")


def _service(world: World, chat: Chat, content: dict[str, Any], actor: Person | None) -> None:
    tell(world, world.post(chat, content, sender=actor or _somebody()))


def _actor(world: World, chat: Chat, by: int | None, fallback: Person | None) -> Person | None:
    """Who did it: the one named, else the owner, else the person concerned."""
    if by is not None:
        return world.person(by)
    for person_id, member in chat.members.items():
        if member.status == "creator":
            return world.people[person_id]
    return fallback


def _somebody() -> Person:
    """The platform needs a name for every act; a group without people acts in its own."""
    return Person(ANONYMOUS_BOT, "Group")


def _user(person: Person | None) -> dict[str, Any]:
    return objects.person_user(person) if person is not None else objects.ANONYMOUS
