"""What became of everything a crowd did: the bot's database and the phones of the sandbox, compared line by line.

Each check gives sentences about what is wrong; nothing wrong gives none.
"""

from __future__ import annotations

import html
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.database import Database
from bot.delivery.models import OPEN_STATES, Card, CardState, MessageState
from bot.delivery.models import Message as Row
from bot.delivery.service import body_of, view_of
from bot.directory.models import Person
from bot.inbox.models import InboxUpdate, UpdateState
from bot.incident.models import Incident
from bot.intake.models import Draft, DraftState, FileState, Item, ItemKind, Report
from bot.plan.service import Plan
from handlers.painters import painters
from sandbox.client import Control
from sandbox.seen import Message
from tests.faults.crowd import Done

MARK = "（可能重复）"
_TAG = re.compile(r"<[^>]*>")
_CLOSING = {
    "d.threatened_yes": ("threat", "yes"),
    "d.threatened_unclear": ("threat", "unclear"),
    "d.happened": ("nature", "accident"),
    "d.hazard_only": ("nature", "hazard"),
    "d.join": ("state", "joined"),
}
_DEEDS = {"i.take": "taken_by", "i.verify": "verified_by", "i.arrive": "arrive_by"}

Place = tuple[int, int]
"""A chat and a message's id in it."""


@dataclass(frozen=True, slots=True)
class Books:
    """Everything at the end, read once. `phones`: the bot's undeleted messages; `since`: the last before the crowd."""

    done: Sequence[Done]
    updates: Mapping[int, InboxUpdate]
    items: Sequence[Item]
    drafts: Mapping[int, Draft]
    reports: Mapping[int, Report]
    incidents: Mapping[int, Incident]
    people: Mapping[int, Person]
    rows: Sequence[Row]
    cards: Sequence[Card]
    painted: Mapping[int, Mapping[str, Any]]
    phones: Mapping[int, Sequence[Message]]
    since: Mapping[int, int]

    def wrong(self) -> list[str]:
        """Everything that is not as it should be."""
        checks = (self._unhandled, self._items, self._draft_taps, self._desk_taps, self._open_rows, self._screens)
        return [line for check in (*checks, self._strays) for line in check()]

    @property
    def told(self) -> int:
        """Messages on the phones since the crowd began."""
        return sum(message.message_id > self.since[chat] for chat in self.phones for message in self.phones[chat])

    @property
    def repeats(self) -> int:
        """Messages and cards that bear the mark of a repeat."""
        return sum(row.repeated for row in self.rows) + sum(card.repeated for card in self.cards)

    @property
    def refused(self) -> int:
        """Acts that were answered with a reason instead of an effect."""
        explained = {row.subject for row in self.rows if row.subject.startswith("act:")}
        handled = [self.updates[number].id for done in self.done if (number := done.update_id or 0) in self.updates]
        return sum(f"act:{number}" in explained for number in handled)

    # every act is accounted for

    def _unhandled(self) -> Iterator[str]:
        for done in self.done:
            if done.update_id is None:
                continue
            update = self.updates.get(done.update_id)
            if update is None:
                yield f"lost: {done}"
            elif update.state is not UpdateState.DONE:
                yield f"{update.state.value} (fault {update.fault}): {done}"

    def _items(self) -> Iterator[str]:
        held = Counter((item.chat_id, item.message_id) for item in self.items)
        for done in self.done:
            if done.kind in ("photo", "words", "reply") and held[(done.chat, done.message_id or 0)] != 1:
                yield f"{held[(done.chat, done.message_id or 0)]} items of {done}"
        for item in self.items:
            if (item.draft_id is None) == (item.report_id is None):
                yield f"item {item.id} is on draft {item.draft_id} and report {item.report_id}"
            if item.kind is ItemKind.PHOTO and item.file_state is not FileState.STORED:
                yield f"the file of item {item.id} is {item.file_state.value}: {item.error}"

    def _draft_taps(self) -> Iterator[str]:
        for draft_id, taps in self._heeded("d.").items():
            draft, acts = self.drafts[draft_id], Counter(action for action, _ in taps)
            closed = [action for action in acts if action in _CLOSING]
            if sum(acts[action] for action in closed) > 1:
                yield f"draft {draft_id} was closed more than once: {dict(acts)}"
            if closed and not self._is_closed_as(draft, closed[0]):
                yield f"draft {draft_id} is {draft.state.value} after {closed[0]}"
            given_up = acts["d.cancel"] - acts["d.restore"]
            if given_up not in (0, 1) or (given_up == 1) is not (draft.state is DraftState.DISCARDED):
                yield f"draft {draft_id} is {draft.state.value} after {dict(acts)}"

    def _desk_taps(self) -> Iterator[str]:
        heeded = self._heeded("i.")
        for incident in self.incidents.values():
            for action, column in _DEEDS.items():
                by = [person for done, person in heeded.get(incident.id, []) if done == action]
                value = getattr(incident, column)
                if len(by) != (value is not None):
                    yield f"incident {incident.id}: {column} is {value} after {action} by {by}"
                elif (
                    by and column.endswith("_by") and column != "arrive_by" and self.people[value].platform_id != by[0]
                ):
                    yield f"incident {incident.id}: {column} is not who tapped"

    def _heeded(self, prefix: str) -> dict[int, list[tuple[str, int]]]:
        """Taps that were not answered with a reason: (action, person) by the number of the draft or incident."""
        explained = {row.subject for row in self.rows if row.subject.startswith("act:")}
        found: dict[int, list[tuple[str, int]]] = defaultdict(list)
        for done in self.done:
            if done.data is None or done.update_id is None or not done.data.startswith(prefix):
                continue
            update = self.updates.get(done.update_id)
            if update is not None and f"act:{update.id}" not in explained:
                action, number = done.data.split(":")[:2]
                found[int(number)].append((action, done.person))
        return found

    def _is_closed_as(self, draft: Draft, action: str) -> bool:
        name, value = _CLOSING[action]
        report = self.reports.get(draft.report_id or 0)
        if name == "state":
            return draft.state is DraftState.JOINED and report is not None
        return draft.state is DraftState.FILED and report is not None and getattr(report, name).value == value

    # everything that was to be told was told, once

    def _open_rows(self) -> Iterator[str]:
        for row in self.rows:
            if row.state is not MessageState.SENT:
                yield f"message {row.id} ({row.subject} {row.purpose}) is {row.state.value}: {row.error}"
        for card in self.cards:
            if card.state is not CardState.IDLE or not card.wanted_rev == card.painted_rev == card.shown_rev:
                revs = f"{card.wanted_rev}/{card.painted_rev}/{card.shown_rev}"
                yield f"card {card.id} ({card.subject} in {card.chat_id}) is {card.state.value} at {revs}: {card.error}"

    def _screens(self) -> Iterator[str]:
        """Each card shows what its painter paints now, and is the newest of its subject in the chat."""
        for card in self.cards:
            shown = next((m for m in self.phones[card.chat_id] if m.message_id == card.message_id), None)
            if shown is None:
                yield f"card {card.id} ({card.subject} in {card.chat_id}) is not there"
                continue
            wanted = self.painted[card.id]
            text = _plain(wanted["text"])
            if shown.text.removeprefix(MARK).split() != text.split() or _keys(shown.raw["keyboard"]) != _keys(
                wanted.get("reply_markup")
            ):
                yield f"card {card.id} shows {shown.text!r} {_keys(shown.raw['keyboard'])}, not {text!r}"
            later = [m for m in self._of_subject(card) if m.message_id > shown.message_id]
            if later:
                yield f"card {card.id} ({card.subject}) is message {shown.message_id}, but {later[0]} came later"

    def _strays(self) -> Iterator[str]:
        """Messages the ledger does not know are first tries whose repeat is marked, or former places of a card."""
        ours: Sequence[Row | Card] = [*self.rows, *self.cards]
        known = Counter[Place]((each.chat_id, each.message_id) for each in ours if each.message_id)
        yield from (f"two rows are message {place}" for place, times in known.items() if times > 1)
        for chat, messages in self.phones.items():
            told = [message for message in messages if message.message_id > self.since[chat]]
            strays = [message for message in told if (chat, message.message_id) not in known]
            marked = Counter(
                message.text.removeprefix(MARK).strip() for message in messages if message.text.startswith(MARK)
            )
            for stray in strays:
                former = self._former_card(chat, stray)
                if former is None and marked[stray.text.removeprefix(MARK).strip()] < 1:
                    yield f"sent twice without the mark in {chat}: {stray}"
                elif former is not None and not (former.repeated or self._was_asked_again(former)):
                    yield f"a second message of card {former.id} without the mark in {chat}: {stray}"

    def _former_card(self, chat: int, message: Message) -> Card | None:
        subjects = self._subjects(message)
        return next((card for card in self.cards if card.chat_id == chat and card.subject in subjects), None)

    def _of_subject(self, card: Card) -> list[Message]:
        return [message for message in self.phones[card.chat_id] if card.subject in self._subjects(message)]

    def _subjects(self, message: Message) -> set[str]:
        """What the message was about: what its buttons name, and the incident that a draft has become."""
        named = _named(message)
        drafts = [self.drafts[int(each.partition(":")[2])] for each in named if each.startswith("draft:")]
        reports = [self.reports[draft.report_id] for draft in drafts if draft.report_id and _is_filed(draft)]
        return named | {f"incident:{report.incident_id}" for report in reports if report.incident_id}

    def _was_asked_again(self, card: Card) -> bool:
        kind, _, number = card.subject.partition(":")
        if kind == "draft":
            return self.drafts[int(number)].reminded
        mine = [report.id for report in self.reports.values() if report.incident_id == int(number)]
        return any(draft.reminded for draft in self.drafts.values() if draft.report_id in mine)


async def anything_waits(database: Database) -> bool:
    """Whether a message is still to leave, or a card shows less than was painted."""
    async with database.read() as session:
        rows = await session.exec(select(Row.id).where(col(Row.state).in_(OPEN_STATES)).limit(1))
        behind = col(Card.painted_rev) > col(Card.shown_rev)
        cards = await session.exec(select(Card.id).where(behind, Card.state != CardState.UNCERTAIN).limit(1))
        return rows.first() is not None or cards.first() is not None


async def read(url: str, plan: Plan, control: Control, done: Sequence[Done], since: Mapping[int, int]) -> Books:
    """The books as they stand. `since`: the newest message of each chat when the crowd began."""
    phones = {}
    for chat in since:
        messages = await control.messages(chat)
        phones[chat] = [message for message in messages if message.by_bot and not message.deleted]
    database = Database(url)
    async with database.read() as session:
        cards = await _all(session, Card)
        books = Books(
            done=done,
            updates={row.update_id: row for row in await _all(session, InboxUpdate)},
            items=await _all(session, Item),
            drafts={row.id: row for row in await _all(session, Draft)},
            reports={row.id: row for row in await _all(session, Report)},
            incidents={row.id: row for row in await _all(session, Incident)},
            people={row.id: row for row in await _all(session, Person)},
            rows=await _all(session, Row),
            cards=cards,
            painted=await _paint(session, plan, cards),
            phones=phones,
            since=since,
        )
    await database.close()
    return books


async def _paint(session: AsyncSession, plan: Plan, cards: Sequence[Card]) -> dict[int, Mapping[str, Any]]:
    paint = painters(plan)
    screens = {card.id: await paint[card.role](session, view_of(card), card.wanted_rev) for card in cards}
    return {number: body_of(screen) for number, screen in screens.items() if screen is not None}


async def _all(session: AsyncSession, model: type[Any]) -> Sequence[Any]:
    assert issubclass(model, SQLModel)
    return (await session.exec(select(model))).all()


def _plain(markup: str) -> str:
    return html.unescape(_TAG.sub("", markup))


def _keys(keyboard: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Words and data of an inline keyboard, whether as the Bot API or as the sandbox writes it."""
    rows = (keyboard or {}).get("inline_keyboard", (keyboard or {}).get("rows", []))
    return [(button["text"], button.get("callback_data", button.get("data"))) for row in rows for button in row]


def _is_filed(draft: Draft) -> bool:
    return draft.state is DraftState.FILED


def _named(message: Message) -> set[str]:
    """What the buttons of the message are or were about."""
    keyboards = [message.raw["keyboard"], *(edit["keyboard"] for edit in message.edits)]
    data = [data for keyboard in keyboards for _, data in _keys(keyboard)]
    kinds = {"d": "draft", "i": "incident"}
    return {f"{kinds[each[0]]}:{each.split(':')[1]}" for each in data if each and each[:2] in ("d.", "i.")}
