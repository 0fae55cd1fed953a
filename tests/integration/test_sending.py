"""What people send through the real routes, as the platform's updates: what counts, and what is answered instead."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from sqlmodel import col, select

from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.errors import Refusal
from bot.inbox.models import InboxUpdate
from bot.incident.models import Facts, Incident, PlaceSource, Threat
from bot.intake import service
from bot.intake.models import Draft, DraftState, Item, ItemKind
from bot.plan.service import Plan
from handlers.conversation import Conversation, converse
from tests.integration.directory.talk import OnlyNamesItself
from tests.integration.town import NIGHT, Town, build

PLACE = {"latitude": 29.7, "longitude": 105.72, "horizontal_accuracy": 20.0}
MOVED = {"latitude": 29.71, "longitude": 105.73, "horizontal_accuracy": 20.0}
LIVE = {"live_period": 900}
HELD = {"file_id": "F", "file_unique_id": "u", "file_size": 12}
PHOTO = [{"file_id": "P", "file_unique_id": "p", "width": 9, "height": 9, "file_size": 12}]


@dataclass(slots=True)
class Phone:
    """The worker's phone: what it sends is handled as the inbox's worker would."""

    town: Town
    conversation: Conversation
    numbers: count[int]

    async def sends(self, *, edits: int | None = None, **content: Any) -> int:
        """A message, or the edit of an earlier one; its number."""
        number = next(self.numbers)
        who = self.town.chats["worker"]
        user = {"id": who, "is_bot": False, "first_name": "网格员"}
        frame = {"message_id": edits or number, "date": int(NIGHT.timestamp()), "from": user}
        message = {**frame, "chat": {"id": who, "type": "private", "first_name": "网格员"}, **content}
        payload = {"update_id": number, "edited_message" if edits else "message": message}
        row = InboxUpdate(id=number, update_id=number, chat_id=who, payload=payload, received_at=NIGHT)
        try:
            async with self.town.database.write() as session:
                await self.conversation.handle(session, row)
        except Refusal as refusal:
            async with self.town.database.write() as session:
                await self.conversation.explain(session, row, refusal)
        return edits or number

    async def files_it(self) -> None:
        """The worker says that people are threatened."""
        async with self.town.database.write() as session:
            actor = await self.town.actor(session, "worker")
            await service.answer(session, self.town.plan, actor, NIGHT, (await self.drafts())[-1].id, Threat.YES)

    async def drafts(self) -> list[Draft]:
        async with self.town.database.read() as session:
            return list((await session.exec(select(Draft).order_by(col(Draft.id)))).all())

    async def items(self) -> list[Item]:
        async with self.town.database.read() as session:
            return list((await session.exec(select(Item).order_by(col(Item.id)))).all())


@pytest.fixture
async def phone(database: Database, plan: Plan) -> Phone:
    clock = Clock()
    clock.shift((NIGHT - clock.now()).total_seconds(), 1)
    conversation = await converse(OnlyNamesItself(), "1000:test", plan, clock)
    return Phone(await build(database, plan), conversation, count(1))


@pytest.mark.parametrize(
    "content",
    [
        {"sticker": {**HELD, "type": "regular", "width": 1, "height": 1, "is_animated": False, "is_video": False}},
        {"dice": {"emoji": "🎲", "value": 3}},
        {"contact": {"phone_number": "+86 10000 00009", "first_name": "村民", "user_id": 9}},
    ],
    ids=["sticker", "dice", "somebody's card"],
)
async def test_what_no_report_is_made_of_is_answered_and_opens_no_draft(phone: Phone, content: dict[str, Any]) -> None:
    await phone.sends(**content)
    assert await phone.drafts() == []
    assert len(await phone.town.told("worker", "answer")) == 1


@pytest.mark.parametrize(
    ("content", "kind", "by_copy"),
    [
        ({"video_note": {**HELD, "duration": 3, "length": 240}}, ItemKind.VIDEO, True),
        ({"audio": {**HELD, "duration": 3}}, ItemKind.VOICE, True),
        ({"voice": {**HELD, "duration": 3}}, ItemKind.VOICE, False),
        ({"document": {**HELD, "file_name": "IMG_1.HEIC"}}, ItemKind.DOCUMENT, True),
        ({"document": {**HELD, "file_name": "a.pdf", "mime_type": "application/pdf"}}, ItemKind.DOCUMENT, False),
    ],
    ids=["round video", "music", "voice", "picture as a file", "pdf"],
)
async def test_every_file_is_evidence_on_a_draft(
    phone: Phone, content: dict[str, Any], kind: ItemKind, by_copy: bool
) -> None:
    await phone.sends(**content)
    (item,) = await phone.items()
    assert (item.kind, item.file_id, item.by_copy) == (kind, "F", by_copy)
    assert [draft.state for draft in await phone.drafts()] == [DraftState.OPEN]


async def test_a_pin_from_the_map_keeps_its_name(phone: Phone) -> None:
    await phone.sends(location=PLACE, venue={"location": PLACE, "title": "横店村委会", "address": "龙水镇"})
    (draft,) = await phone.drafts()
    assert _place(draft) == (29.7, 105.72, PlaceSource.PIN)
    assert draft.place_words == "横店村委会"


async def test_a_live_location_moves_the_draft_and_no_longer_what_is_filed(phone: Phone) -> None:
    await phone.sends(photo=PHOTO)
    first = await phone.sends(location={**PLACE, **LIVE})
    await phone.sends(edits=first, location={**MOVED, **LIVE})
    (draft,) = await phone.drafts()
    assert _place(draft) == (29.71, 105.73, PlaceSource.LOCATION)

    await phone.files_it()
    await phone.sends(edits=first, location={**PLACE, **LIVE})

    async with phone.town.database.read() as session:
        (incident,) = (await session.exec(select(Incident))).all()
    assert _place(incident) == (29.71, 105.73, PlaceSource.LOCATION)
    assert len(await phone.items()) == 2
    assert len(await phone.drafts()) == 1


async def test_editing_what_was_no_evidence_opens_no_draft(phone: Phone) -> None:
    sent = await phone.sends(text="语言/Language")
    assert await phone.drafts() == []
    await phone.sends(edits=sent, text="语言")
    await phone.sends(edits=99, location={**MOVED, **LIVE})
    assert (await phone.drafts(), await phone.items()) == ([], [])


async def test_a_stranger_who_shares_a_moving_location_is_told_once_whom_to_phone(phone: Phone) -> None:
    phone.town.chats["worker"] = 999
    first = await phone.sends(location={**PLACE, **LIVE})
    for _ in range(3):
        await phone.sends(edits=first, location={**MOVED, **LIVE})
    assert len(await phone.town.told("worker", "answer")) == 1


async def test_a_forwarded_photo_is_evidence_like_any_other(phone: Phone) -> None:
    sender = {"id": 9, "is_bot": False, "first_name": "村民"}
    origin = {"type": "user", "date": int(NIGHT.timestamp()), "sender_user": sender}
    await phone.sends(photo=PHOTO, forward_origin=origin)
    assert [item.kind for item in await phone.items()] == [ItemKind.PHOTO]


def _place(facts: Facts) -> tuple[float | None, float | None, PlaceSource | None]:
    return facts.latitude, facts.longitude, facts.place_source
