"""Channels in the small town: for tests of rooms that tell what is urgent."""

from __future__ import annotations

from sqlmodel import col, select

from bot.delivery import channel_repository
from bot.delivery.addressing import channel_chat
from bot.delivery.models import Channel, ChannelKind, ChannelState, Message, MessageState, Text
from bot.directory import people
from tests.integration.town import NIGHT, TOWN, Town


async def attached(town: Town, kind: ChannelKind = ChannelKind.SMS, **owner: int | str) -> int:
    """A channel of a role's person, a group's chat or a person by id; its chat."""
    async with town.database.write() as session:
        if "role" in owner:
            person = await people.person_by_platform(session, town.chats[str(owner.pop("role"))])
            assert person is not None
            owner["person_id"] = person.id
        channel = Channel(
            kind=kind,
            state=ChannelState.ATTACHED,
            region_code=TOWN,
            url="json://127.0.0.1:9/x",
            created_at=NIGHT,
            **owner,  # type: ignore[arg-type]  # the three owners are an int, an int and a str
        )
        return channel_chat((await channel_repository.add(session, channel)).id)


async def told(town: Town, chat: int) -> list[tuple[int, MessageState, str]]:
    """Version, state and text of every row of a channel, oldest first."""
    async with town.database.read() as session:
        rows = select(Message, Text).join(Text, col(Text.id) == col(Message.text_id))
        found = (await session.exec(rows.where(Message.chat_id == chat).order_by(col(Message.id)))).all()
    return [(row.version, row.state, text.body["text"]) for row, text in found]
