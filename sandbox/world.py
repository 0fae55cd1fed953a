"""The one state of a sandbox: the bot, people, chats, messages, and what hangs on them. In memory only.

It stores, numbers and hands out; it does not judge. What people may do is in `acts/`, what the bot may do in
`methods/`.
"""

import itertools
from dataclasses import dataclass, field
from typing import Any

from sandbox import objects
from sandbox.bus import Bus
from sandbox.calls import CallLog
from sandbox.chats import ANONYMOUS_BOT, SUPERGROUPS_BELOW, BotAccount, Chat, Person, Record
from sandbox.clock import Clock
from sandbox.errors import unknown
from sandbox.faults import Faults
from sandbox.files import FileStore
from sandbox.limits import Limits, Pacer
from sandbox.updates import Updates
from sandbox.waiting import Signal
from sandbox.webhook import Webhook

QUERIES_KEPT = 10_000


@dataclass(slots=True)
class Query:
    """A tap on an inline button, waiting for the bot's answer."""

    id: str
    chat: Chat
    message_id: int
    person: Person
    born: float
    answer: dict[str, Any] | None = None
    answered: Signal = field(default_factory=Signal)


class World:
    """Everything there is."""

    def __init__(self, bot: BotAccount, limits: Limits | None, privacy: bool = True, webhook_wait: float = 1.0) -> None:
        self.bot = bot
        self.privacy = privacy
        self.clock = Clock()
        self.bus = Bus()
        self.files = FileStore(self.clock)
        self.updates = Updates(self.clock)
        self.faults = Faults(self.clock)
        self.calls = CallLog(self.clock)
        self.webhook = Webhook(self.updates, self.clock, lambda: self.faults.offline_left() <= 0, webhook_wait)
        self.pacer = Pacer(limits, self.clock.monotonic)
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.queries: dict[str, Query] = {}
        self.commands: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self.hint: dict[str, str] | None = None
        self.phones: list[str] | None = None
        self._people_ids = itertools.count(5_000_000_001)
        self._group_ids = itertools.count(4_000_000_001)
        self._supergroup_ids = itertools.count(1_001_000_000_001)
        self._albums = itertools.count(13_000_000_000_000_001)
        self._query_ids = itertools.count(self.clock.unix() * 1_000_000)

    # --- finding -----------------------------------------------------------------------------------------------

    def person(self, person_id: int) -> Person:
        """Raises Refused (404) if there is no such person."""
        found = self.people.get(person_id)
        if found is None:
            raise unknown(f"there is no person {person_id}")
        return found

    def chat(self, chat_id: int) -> Chat:
        """Raises Refused (404) if there is no such chat."""
        found = self.chats.get(chat_id)
        if found is None:
            raise unknown(f"there is no chat {chat_id}")
        return found

    def group(self, chat_id: int) -> Chat:
        """Raises Refused (404) if there is no such group."""
        found = self.chat(chat_id)
        if found.kind == "private":
            raise unknown(f"{chat_id} is a private chat, no group")
        return found

    def current(self, chat: Chat) -> Chat:
        """Where a chat's people are now: the supergroup, if the group was upgraded."""
        while chat.migrated_to is not None:
            chat = self.chats[chat.migrated_to]
        return chat

    # --- making ------------------------------------------------------------------------------------------------

    def add_person(self, person: Person) -> Person:
        self.people[person.id] = person
        self.chats[person.id] = Chat(person.id, "private", person=person)
        self.bus.publish("person", self.chats[person.id], person=person.id)
        return person

    def free_person_id(self) -> int:
        return next(number for number in self._people_ids if number not in self.people)

    def free_group_id(self, supergroup: bool) -> int:
        numbers = self._supergroup_ids if supergroup else self._group_ids
        return next(-number for number in numbers if -number not in self.chats)

    def add_group(self, group_id: int, title: str, forum: bool = False) -> Chat:
        supergroup = forum or group_id < SUPERGROUPS_BELOW
        chat = Chat(group_id, "supergroup" if supergroup else "group", title, forum=forum)
        self.chats[group_id] = chat
        return chat

    def album_id(self) -> str:
        return str(next(self._albums))

    def new_query(self, chat: Chat, message_id: int, person: Person) -> Query:
        query = Query(str(next(self._query_ids)), chat, message_id, person, self.clock.monotonic())
        self.queries[query.id] = query
        if len(self.queries) > QUERIES_KEPT:
            del self.queries[next(iter(self.queries))]
        return query

    # --- messages ----------------------------------------------------------------------------------------------

    def post(
        self,
        chat: Chat,
        content: dict[str, Any],
        *,
        sender: Person | None,
        reply_to: int | None = None,
        thread: int | None = None,
        silent: bool = False,
    ) -> Record:
        """Put a new message into a chat.

        Args:
            content: the fields beside id, date, chat and sender.
            sender: None: the bot.
        """
        chat.last_id += 1
        head = {"message_id": chat.last_id, "date": self.clock.unix(), "chat": objects.chat_object(chat)}
        body = head | self._sender(chat, sender) | content
        if thread is not None:
            body |= {"message_thread_id": thread, "is_topic_message": True}
        author = sender.id if sender else self.bot.id
        record = Record(chat, chat.last_id, author, sender is None, body, reply_to, silent)
        chat.messages[record.message_id] = record
        self.bus.publish("message", chat, record)
        return record

    def revise(self, record: Record, changes: dict[str, Any], *, dated: bool = True) -> None:
        """Replace parts of a message (None removes a part); the former version stays in its history."""
        record.former.append((self.clock.unix(), record.body))
        merged = {**record.body, **changes}
        if dated:
            merged["edit_date"] = self.clock.unix()
        record.body = {key: value for key, value in merged.items() if value is not None}
        self.bus.publish("edit", record.chat, record)

    def erase(self, record: Record) -> None:
        record.deleted = True
        record.pinned = False
        self.bus.publish("delete", record.chat, record)

    def _sender(self, chat: Chat, sender: Person | None) -> dict[str, Any]:
        if sender is None:
            return {"from": objects.bot_user(self.bot)}
        member = chat.members.get(sender.id)
        if member is not None and member.anonymous and member.status != "member":
            return {"from": objects.ANONYMOUS, "sender_chat": objects.chat_object(chat)}
        return {"from": objects.ANONYMOUS if sender.id == ANONYMOUS_BOT else objects.person_user(sender)}
