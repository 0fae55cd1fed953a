"""Channels of people, units and groups, and the sender with both ways out: for tests of channels."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlmodel import col, select

from bot.delivery import channel_repository, service
from bot.delivery.addressing import channel_chat
from bot.delivery.apprise_gateway import AppriseGateway
from bot.delivery.gateway import Gateway
from bot.delivery.models import Channel, ChannelKind, ChannelState, Lane, Message
from bot.delivery.schemas import Target, Telling
from bot.delivery.sender import Sender
from bot.delivery.switchboard import Switchboard
from bot.directory.models import Person, PersonState
from messages.shortening import Short
from tests.integration.delivery.post import Post as PostOffice

WORDS = "险情：房后山坡裂缝变宽。"


@asynccontextmanager
async def both_ways(post: PostOffice, *, loopback_only: bool = False) -> AsyncIterator[Sender]:
    """The sender with the chat's gateway and the channels'."""
    channels = AppriseGateway(post.database, post.clock, loopback_only=loopback_only)
    async with (
        Gateway(post.sandbox.token, post.sandbox.url) as gateway,
        post.sending(Switchboard(gateway, channels)) as sender,
    ):
        yield sender
    channels.close()


async def person(post: PostOffice, account: int | None, name: str = "龙水镇值班员") -> int:
    async with post.database.write() as session:
        state = PersonState.ACTIVE if account else PersonState.INVITED
        row = Person(name=name, platform_id=account, state=state, created_at=post.clock.now())
        session.add(row)
        await session.flush()
        return row.id


async def attached(post: PostOffice, url: str, **owner: Any) -> int:
    """A channel of that owner; its chat."""
    now = post.clock.now()
    async with post.database.write() as session:
        channel = Channel(
            kind=ChannelKind.SMS,
            state=ChannelState.ATTACHED,
            region_code="500111",
            url=url,
            scheme=url.partition(":")[0],
            fingerprint="3f9a",
            created_at=now,
            attached_at=now,
            **owner,
        )
        return channel_chat((await channel_repository.add(session, channel)).id)


async def tell(post: PostOffice, chats: list[int], words: str = WORDS, version: int = 1, **how: Any) -> None:
    telling = Telling("incident:1", "order", Lane.URGENT, version=version, critical=True, **how)
    async with post.database.write() as session:
        await service.tell(session, post.clock.now(), telling, Short(words=words), [Target(chat) for chat in chats])


async def channel_of(post: PostOffice, chat: int) -> Channel:
    async with post.database.read() as session:
        found = await session.exec(select(Channel).where(col(Channel.id) == channel_chat(0) - chat))
        return found.one()


async def rows_of(post: PostOffice, chat: int) -> list[Message]:
    return [row for row in await post.rows() if row.chat_id == chat]
