"""A post office for each test: database, sandbox, sender and painter."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.core.clock import Clock
from bot.core.database import Database
from bot.delivery.gateway import Gateway
from sandbox.client import Control
from sandbox.server import Sandbox
from tests.integration.delivery.post import Gate, Post


@pytest.fixture
async def post(database: Database, clock: Clock) -> AsyncIterator[Post]:
    """Nothing is told yet and nobody sends yet; the sandbox sets no limits of rate."""
    async with Sandbox(limits=None) as sandbox, Control(sandbox.url) as control:
        yield Post(database, clock, sandbox, control)


@pytest.fixture
async def officer(post: Post) -> int:
    """A person's private chat."""
    return await post.control.person("龙水镇值班员", started=True)


@pytest.fixture
async def group(post: Post) -> int:
    """A group with the bot in it."""
    return await post.control.group("龙水镇应急值班群")


@pytest.fixture
async def gate(post: Post) -> AsyncIterator[Gate]:
    async with Gateway(post.sandbox.token, post.sandbox.url) as gateway:
        yield Gate(gateway)
