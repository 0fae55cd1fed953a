"""How the rest of the house speaks to people: tell a text, wish for a card, touch what has changed.

Everything here writes rows in the caller's transaction and calls nobody. The painter and the sender do the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.bells import ring_after_commit
from bot.delivery import briefing, ledger_repository, repository, restored, tidying
from bot.delivery.addressing import is_channel
from bot.delivery.briefing import ShortOf
from bot.delivery.models import Card, Lane, Message, MessageState, Text
from bot.delivery.schemas import CardView, ChatOutcome, Doubted, Fate, Keyboard, Outcomes, Screen, Target, Telling
from messages.engine import Payload, label, render
from messages.shortening import Short, plain
from messages.splitting import LONGEST_PART, split, split_plain

_OUTER_BLANKS = " \t\r\n"
"""What the platform takes off the ends of a text itself. The wide blank a paragraph begins with is none of them."""

_FATES = {
    MessageState.SENT: Fate.SENT,
    MessageState.UNCERTAIN: Fate.UNCERTAIN,
    MessageState.HELD: Fate.FAILED,
    MessageState.DEAD: Fate.FAILED,
}
_WORSE = list(Fate)

Told = Message | Row[Any]
"""A row of the outbox, or what is read of it to say what became of it."""

KeyboardOf = Callable[[str], Keyboard | None]
"""Gives the keyboard of a text in a locale."""


async def tell(
    session: AsyncSession,
    now: datetime,
    how: Telling,
    payload: Payload,
    targets: Sequence[Target],
    keyboard: KeyboardOf | None = None,
    *,
    short: ShortOf | None = None,
) -> None:
    """Queues one text for every target, rendered once per locale. Telling the same again changes nothing.

    What is urgent goes to the channels of those told as well: its `short` variant, else the beginning of the text.
    """
    for locale in sorted({target.locale for target in targets}):
        screen = Screen(render(payload, locale), keyboard(locale) if keyboard else None)
        await show(session, now, how, screen, [target for target in targets if target.locale == locale])
    in_short = short or (lambda locale: Short(words=plain(render(payload, locale))))
    await briefing.brief(session, now, how, in_short, [target.chat_id for target in targets])


async def show(session: AsyncSession, now: datetime, how: Telling, screen: Screen, targets: Sequence[Target]) -> None:
    """Queues a screen already worded for targets of one locale. One too long for a message becomes several."""
    if not targets:
        return
    drill_mark = label("delivery.drill", targets[0].locale) if how.drill else ""
    for number, part in enumerate(_parts(screen, how)):
        purpose = f"{how.purpose}/{number}" if number else how.purpose
        part_how = replace(how, purpose=purpose, pin=how.pin and not number)
        body = body_of(part, drill_mark=drill_mark, how=part_how)
        text_id = await repository.text_id(session, part_how, targets[0].locale, body)
        await repository.add_messages(session, now, part_how, text_id, targets)
    ring_after_commit(session, "send")


async def wish_card(
    session: AsyncSession, now: datetime, *, subject: str, role: str, target: Target, lane: Lane, drill: bool = False
) -> None:
    """Wishes that `target` has a card of `subject`, painted by the painter of `role`. Wishing again only repaints it,
    in the language that is read there by now.

    What other cards of the subject show is said by `touch`.
    """
    await repository.add_card(session, now, subject=subject, role=role, target=target, lane=lane, drill=drill)
    await repository.touch_cards(session, subject, role, target.chat_id, target.locale)
    ring_after_commit(session, "paint")


async def touch(session: AsyncSession, subject: str, *, role: str | None = None, chat_id: int | None = None) -> None:
    """Says that what the cards of `subject` show has changed. However often this happens, each is edited once.

    All of them, or those of one role or chat: a subject may have a card in a thousand chats, and painting them costs.
    """
    await repository.touch_cards(session, subject, role, chat_id)
    ring_after_commit(session, "paint")


async def speak(session: AsyncSession, chat_id: int, locale: str) -> None:
    """The cards of a chat are in that language from now on: the newest at once, the others when they change next."""
    await repository.set_language(session, chat_id, locale)
    ring_after_commit(session, "paint")


async def show_card_again(session: AsyncSession, subject: str, role: str, chat_id: int | None = None) -> None:
    """Ships the card as a new, ringing message at the foot of its chat; the old message is not kept up to date.

    In every chat that has one, or only in `chat_id`.
    """
    await repository.detach_cards(session, subject, role, chat_id)
    ring_after_commit(session, "paint")


async def follow_subject(session: AsyncSession, subject: str, role: str, new_subject: str) -> None:
    """Lets the cards of that role show another subject from now on, each staying the message it is."""
    await repository.rename_cards(session, subject, role, new_subject)
    ring_after_commit(session, "paint")


async def subject_of(session: AsyncSession, chat_id: int, message_id: int) -> str | None:
    """What the message in the chat was about, if it was ours: how a reply finds its case."""
    return await repository.subject_of(session, chat_id, message_id)


async def messages_about(session: AsyncSession, subject: str) -> Sequence[Message]:
    """Every row of the outbox on the subject, oldest first: who was told what, and what became of it."""
    return await repository.messages_about(session, subject)


async def texts_about(session: AsyncSession, subject: str) -> Sequence[Text]:
    """Every body told on the subject, oldest first; a message says by its `text_id` which one it carries."""
    return await repository.texts_about(session, subject)


async def supersede(session: AsyncSession, subject: str, before_version: int) -> int:
    """What is not sent yet of versions before that one is never sent; how many messages that were."""
    ring_after_commit(session, "send")
    return await repository.drop(session, subject, MessageState.SUPERSEDED, before_version)


async def cancel(session: AsyncSession, subject: str) -> int:
    """What is not sent yet on the subject is never sent; how many messages that were."""
    ring_after_commit(session, "send")
    return await repository.drop(session, subject, MessageState.CANCELLED)


async def call_off(
    session: AsyncSession,
    subject: str,
    purposes: Collection[str],
    seqs: range | None = None,
    chat_id: int | None = None,
) -> int:
    """What is not sent yet on the subject for these purposes has become pointless and is never sent; how many.

    Of all of it, or of those whose `seq` is one of these, or in one chat. For texts of one part.
    """
    ring_after_commit(session, "send")
    return await repository.call_off(session, subject, purposes, seqs, chat_id)


async def erase(session: AsyncSession, now: datetime, how: Telling, purposes: Collection[str]) -> int:
    """Deletes what former versions of the subject said for these purposes, where the platform still allows it.

    Before anything that is told on the subject afterwards, in the lane of `how`; how many messages that are.
    """
    ring_after_commit(session, "send")
    return await tidying.erase(session, now, how, purposes)


async def take_away(session: AsyncSession, now: datetime, chat_id: int, message_id: int) -> None:
    """Deletes a message that somebody sent us in private."""
    ring_after_commit(session, "send")
    await tidying.take_away(session, now, chat_id, message_id)


async def unpin(session: AsyncSession, now: datetime, subject: str, before_version: int) -> None:
    """Takes down what was pinned of the subject's versions before that one, after everything that is to be read."""
    ring_after_commit(session, "send")
    await tidying.unpin(session, now, subject, before_version)


async def may_have_read(session: AsyncSession, subject: str, purposes: Collection[str]) -> set[int]:
    """The chats where a text on the subject for one of the purposes is, or may be, or is just arriving."""
    return await repository.chats_tried(session, subject, purposes)


async def outcomes_of(session: AsyncSession, subject: str, version: int, purpose: str | None = None) -> Outcomes:
    """What became of a version in every chat it was to go to, of all that was told or of one purpose."""
    return outcomes_among(await repository.fates_of(session, subject, version, purpose))


async def in_channels(session: AsyncSession, subject: str, version: int) -> Outcomes:
    """What became of a version's short variant in every channel, which are no chats: nobody answers there."""
    return outcomes_among(await repository.fates_of(session, subject, version, None), channels=True)


def outcomes_among(rows: Iterable[Told], *, channels: bool = False) -> Outcomes:
    """What became of these rows, chat by chat in the order they were told in; or of those for channels, by channel."""
    by_chat: dict[int, list[Told]] = {}
    for row in rows:
        if is_channel(row.chat_id) is channels:
            by_chat.setdefault(row.chat_id, []).append(row)
    return Outcomes(tuple(_outcome(chat_id, rows) for chat_id, rows in by_chat.items()))


async def migrate_chat(session: AsyncSession, old_chat_id: int, new_chat_id: int) -> None:
    """Follows a group to its new id in everything that was or is to be told there. Doing it again changes nothing."""
    await ledger_repository.migrate(session, old_chat_id, new_chat_id)
    ring_after_commit(session, "paint", "send")


async def left_unsent(session: AsyncSession) -> dict[str, int]:
    """How many messages and cards are dead (nobody got them), uncertain, or held because they came too late."""
    return await repository.left_unsent(session)


async def doubt_open(session: AsyncSession, now: datetime, saved_at: datetime) -> Doubted:
    """After a restore: what was open when the backup was made may have gone out since (docs/decisions/0025)."""
    return await restored.doubt(session, now, saved_at)


def body_of(screen: Screen, *, drill_mark: str = "", how: Telling | None = None) -> dict[str, Any]:
    """The screen as stored: the parameters of a Bot API call less chat and thread."""
    words = screen.text.strip(_OUTER_BLANKS) if screen.plain else screen.text
    text = f"{drill_mark}\n{words}" if drill_mark else words
    body: dict[str, Any] = {"text": text}
    if how and how.media:
        which = {"sha256": how.media.sha256} if how.media.sha256 else {"file_id": how.media.file_id}
        named = {"name": how.media.name} if how.media.name else {}
        body = {"media": how.media.kind, **which, **named, "caption": text}
    if screen.plain:
        body["plain"] = True
    if how and how.pin:
        body["pin"] = True
    if screen.keyboard is not None:
        body["reply_markup"] = screen.keyboard.as_json()
    return body


def _parts(screen: Screen, how: Telling) -> list[Screen]:
    """The screen as messages that fit; the keyboard goes with the last. Captions are short by their templates."""
    *first, last = (replace(screen, text=text, keyboard=None) for text in _cut(screen, how))
    return [*first, replace(last, keyboard=screen.keyboard)]


def _cut(screen: Screen, how: Telling) -> list[str]:
    if how.media:
        return [screen.text]
    if screen.plain:
        return split_plain(screen.text.strip(_OUTER_BLANKS), LONGEST_PART)
    return split(screen.text, LONGEST_PART)


def view_of(card: Card) -> CardView:
    """The card as painters and handlers see it."""
    return CardView(card.id, card.subject, card.role, card.chat_id, card.locale, card.drill)


def _outcome(chat_id: int, rows: Sequence[Told]) -> ChatOutcome:
    worst = max(rows, key=lambda row: _WORSE.index(_fate(row)))
    fate = _fate(worst)
    sent_at = max((row.sent_at for row in rows if row.sent_at), default=None)
    return ChatOutcome(chat_id, fate, sent_at if fate is Fate.SENT else None, worst.error)


def _fate(row: Told) -> Fate:
    if row.state in (MessageState.CANCELLED, MessageState.SUPERSEDED):
        return Fate.UNCERTAIN if row.sending_at else Fate.DROPPED
    return _FATES.get(row.state, Fate.WAITING)
