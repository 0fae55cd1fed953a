"""When the platform gives a group a new number, everything that holds the old one follows, in one transaction.

Every column that can hold a chat's number is decided here, by walking the tables: one nobody decided fails the test.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import Column, Table
from sqlalchemy import select as select_columns

from bot.core.clock import Clock
from bot.core.columns import PlatformId
from bot.core.database import Database
from bot.delivery.models import Lane
from bot.drill.models import LinkGroup, LinkTest
from bot.plan.schema import Level
from bot.plan.service import Plan
from bot.warning import service as warnings
from bot.warning.models import Origin, Recipient, Series
from handlers.chat_changes import heeding
from handlers.conversation import converse
from migrations.metadata import METADATA
from sandbox.client import Control
from sandbox.server import Sandbox
from tests.integration.delivery.post import Post
from tests.integration.directory.talk import OnlyNamesItself, Talk
from tests.integration.directory.world import World

TOWN = "500111100"

FOLLOWS = {"delivery_message.chat_id", "delivery_card.chat_id", "directory_group.chat_id", "warning_recipient.chat_id"}

STAYS = {
    "delivery_chat.chat_id": "what the sender learned of the old number; of the new one it learns anew",
    "directory_group_alias.chat_id": "is the old number, so that what still names it finds the group",
    "inbox_update.chat_id": "where an update came from; the platform numbers the new chat's messages anew",
    "warning_series.opened_chat": "a person's private chat: such a one has no second number",
    "drill_link_test.started_chat": "a person's private chat",
    "incident_follower.chat_id": "a person's private chat",
    "intake_draft.chat_id": "a person's private chat",
    "intake_report.chat_id": "a person's private chat",
    "intake_item.chat_id": "where it was sent: the platform's number of that message, which only holds there",
    "paper_paper.chat_id": "a person's private chat",
    "delivery_channel.group_chat": "the number its group had when it was attached; the alias finds the group by it",
}

Where = dict[str, list[int]]


def test_every_column_that_holds_a_chat_is_decided() -> None:
    found = {_named(column) for table in METADATA.sorted_tables for column in table.columns if _holds_a_chat(column)}
    assert found == FOLLOWS | set(STAYS), "say in FOLLOWS or STAYS what becomes of it when a group moves"


def _holds_a_chat(column: Column[Any]) -> bool:
    return isinstance(column.type, PlatformId) and "chat" in column.name


def _named(column: Column[Any]) -> str:
    table: Table = column.table
    return f"{table.name}.{column.name}"


def everywhere(chat: int) -> Where:
    """That number and no other in each column that follows."""
    return {name: [chat] for name in sorted(FOLLOWS)}


async def where_it_is(database: Database, chats: tuple[int, int]) -> Where:
    """By each column that follows, which of the two numbers stand there."""
    found: Where = {}
    async with database.read() as session:
        for name in sorted(FOLLOWS):
            table, column = name.split(".")
            held = METADATA.tables[table].c[column]
            rows = (await (await session.connection()).execute(select_columns(held).where(held.in_(chats)))).scalars()
            found[name] = sorted(set(rows.all()))
    return found


@pytest.fixture
async def post(database: Database, clock: Clock, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Post]:
    monkeypatch.setattr(Post, "_heed", staticmethod(heeding(plan)))
    async with Sandbox(limits=None) as sandbox, Control(sandbox.url) as control:
        yield Post(database, clock, sandbox, control)


@pytest.fixture
async def group(post: Post, plan: Plan) -> int:
    """A bound group with a text on its way, a card, a warning that was told there, and a link test it takes part in."""
    chat = await post.control.group("龙水镇应急值班群")
    now = post.clock.now()
    async with post.database.write() as session:
        bound = await World(session, plan).group("龙水镇应急值班群", chat, region_code=TOWN)
        assert bound.tier is not None
        bound.drill_opt_in = True
        series = Series(kind_key="rainstorm", origin=Origin.OWN, opened_name="x", opened_chat=11, opened_at=now)
        test = LinkTest(started_name="x", started_chat=11, started_at=now, closes_at=now)
        session.add_all([series, test])
        await session.flush()
        recipient = Recipient(
            series_id=series.id,
            chat_id=chat,
            must_answer=True,
            told_version=1,
            told_at=now,
            region_code=TOWN,
            tier=Level.TOWN,
            name="x",
        )
        tested = LinkGroup(test_id=test.id, group_id=bound.id, title="x", region_code=TOWN, tier=bound.tier)
        session.add_all([recipient, tested])
    await post.tell(chat, "预警", Lane.URGENT)
    await post.wish("incident:1", chat, "卡片")
    return chat


def watched(post: Post, chats: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> list[Where]:
    """Looks from outside just before the last of it is moved, as anybody else would see it then."""
    seen: list[Where] = []
    follow = warnings.migrate_chat

    async def looked_at(*given: Any) -> None:
        seen.append(await where_it_is(post.database, chats))
        await follow(*given)

    monkeypatch.setattr(warnings, "migrate_chat", looked_at)
    return seen


async def test_the_senders_finding_moves_everything_in_one_transaction(
    post: Post, group: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = int((await post.control.fault("migrate", chat=group))["migrated_to"])
    seen = watched(post, (group, new), monkeypatch)
    await post.sent()
    assert seen[0] == everywhere(group), "nobody sees a part of it"
    assert await where_it_is(post.database, (group, new)) == everywhere(new)
    assert await _takes_part(post, new), "drills follow the group, not its number"


async def test_the_platforms_own_word_moves_everything_in_one_transaction(
    post: Post, plan: Plan, group: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = -1_002_000_000_123_456
    seen = watched(post, (group, new), monkeypatch)
    talk = Talk(post.database, await converse(OnlyNamesItself(), "1000:test", plan, post.clock), plan)
    await talk.service(group, migrate_to_chat_id=new)
    assert seen[0] == everywhere(group)
    assert await where_it_is(post.database, (group, new)) == everywhere(new)


async def test_when_a_part_cannot_follow_the_platforms_word_nothing_does(
    post: Post, plan: Plan, group: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise OSError("the database is away")

    monkeypatch.setattr(warnings, "migrate_chat", fail)
    talk = Talk(post.database, await converse(OnlyNamesItself(), "1000:test", plan, post.clock), plan)
    with pytest.raises(OSError, match="away"):
        await talk.service(group, migrate_to_chat_id=-1_002_000_000_123_456)
    assert await where_it_is(post.database, (group, -1_002_000_000_123_456)) == everywhere(group)


async def test_what_could_not_follow_the_sender_does_so_at_the_next_text(
    post: Post, group: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What became of the row matters more than the news; the next text to the old number brings it again."""
    new = int((await post.control.fault("migrate", chat=group))["migrated_to"])

    async def fail(*_: object) -> None:
        raise OSError("away")

    with monkeypatch.context() as patch:
        patch.setattr(warnings, "migrate_chat", fail)
        await post.sent()
    assert (await where_it_is(post.database, (group, new)))["warning_recipient.chat_id"] == [group]
    await post.tell(group, "第二条", Lane.URGENT)
    await post.sent()
    assert await where_it_is(post.database, (group, new)) == everywhere(new)
    assert "第二条" in await post.texts(new)


async def _takes_part(post: Post, chat: int) -> bool:
    group, link = METADATA.tables["directory_group"], METADATA.tables["drill_link_group"]
    joined = select_columns(group.c.drill_opt_in).join(link, link.c.group_id == group.c.id)
    async with post.database.read() as session:
        found = (await (await session.connection()).execute(joined.where(group.c.chat_id == chat))).scalars().all()
    return list(found) == [True]
