"""Cards: one message per subject and chat that is kept up to date, whatever happens on the way."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.database import Database
from bot.core.nursery import Nursery
from bot.delivery import service
from bot.delivery.models import CardState, Lane
from bot.delivery.painter import Painter
from bot.delivery.schemas import CardView, Screen
from tests.integration.delivery.post import REPEATED, Post
from tests.waiting import eventually


async def test_fifty_touches_make_few_edits_and_the_last_state_is_shown(post: Post, group: int) -> None:
    await post.wish("incident:1", group, "0")
    async with post.sending():
        await post.settled()
        await post.control.fault("slow", seconds=0.2, method="editMessageText")
        for number in range(1, 51):
            await post.touch("incident:1", str(number))
        await post.settled()
    assert await post.texts(group) == ["50"]
    (seen,) = await post.seen(group)
    assert 1 <= len(seen.edits) <= 10


async def test_a_card_that_changes_costs_the_sender_two_transactions(
    post: Post, officer: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One for finding it and letting it leave, one for what became of it; the first of all for the touch itself."""
    written: list[str] = []
    write = Database.write

    @asynccontextmanager
    async def counted(self: Database) -> AsyncIterator[AsyncSession]:
        async with write(self) as session:
            yield session
        written.append(asyncio.current_task().get_name())  # type: ignore[union-attr]  # a test runs in a task

    await post.wish("incident:1", officer, "一")
    async with post.sending():
        await post.settled()
        monkeypatch.setattr(Database, "write", counted)
        await post.touch("incident:1", "二")
        await post.settled()
    assert await post.texts(officer) == ["二"]
    assert Counter(written)["painter"] == 1
    assert Counter(written)["sender"] == 2


async def test_who_changes_his_language_gets_what_is_on_his_screen_in_it_and_the_rest_when_it_changes(
    post: Post, officer: int, group: int
) -> None:
    for number in range(7):
        await post.wish(f"incident:{number}", officer, f"险情{number}")
    await post.wish("incident:1", group, "险情1")
    await post.sent()
    async with post.database.write() as session:
        await service.speak(session, officer, "en")
    before = {card.id: card.painted_rev for card in await post.cards()}
    await post.sent()
    after = await post.cards()
    painted = [card.subject for card in after if card.painted_rev > before[card.id]]
    assert painted == [f"incident:{number}" for number in range(2, 7)]
    assert {card.locale for card in after if card.chat_id == officer} == {"en"}
    assert {card.locale for card in after if card.chat_id == group} == {"zh"}


async def test_a_touch_that_changes_nothing_ships_nothing(post: Post, group: int) -> None:
    await post.wish("incident:1", group, "一样")
    await post.sent()
    await post.touch("incident:1")
    await post.touch("incident:1")
    await post.sent()
    assert await post.calls("editMessageText") == []


async def test_not_modified_is_success(post: Post, group: int) -> None:
    """As after an edit whose answer was lost."""
    await post.wish("incident:1", group, "一")
    async with post.sending():
        await post.settled()
        await post.control.fault("drop_answer", method="editMessageText")
        await post.touch("incident:1", "二")
        await post.settled()
        post.pass_time(5)
        await post.settled()
    (card,), (seen,) = await post.cards(), await post.seen(group)
    assert (card.state, card.shown_rev, seen.text) == (CardState.IDLE, card.wanted_rev, "二")
    edits = await post.calls("editMessageText")
    assert ["not modified" in (call.get("description") or "") for call in edits] == [False, True]


async def test_a_card_that_was_deleted_comes_anew(post: Post, officer: int) -> None:
    await post.wish("incident:1", officer, "一")
    await post.sent()
    (first,) = await post.seen(officer)
    await post.control.delete(officer, first.message_id)
    await post.touch("incident:1", "二")
    await post.sent()
    (second,), (card,) = await post.seen(officer), await post.cards()
    assert (second.text, card.message_id) == ("二", second.message_id)
    assert second.message_id != first.message_id


async def test_the_first_appearance_is_repeated_once_and_marked_and_then_kept_up_to_date(
    post: Post, group: int
) -> None:
    await post.control.fault("drop_answer", method="sendMessage")
    await post.wish("incident:1", group, "一", Lane.ROUTINE)
    await post.sent()
    await post.touch("incident:1", "二")
    await post.sent()
    assert await post.texts(group) == ["一", f"{REPEATED}\n二"]


async def test_a_card_nobody_answers_for_twice_waits_for_its_next_change(post: Post, group: int) -> None:
    await post.control.fault("reset", method="sendMessage", count=2)
    await post.wish("incident:1", group, "一")
    await post.sent()
    assert [card.state for card in await post.cards()] == [CardState.UNCERTAIN]
    await post.touch("incident:1", "二")
    await post.sent()
    assert await post.texts(group) == [f"{REPEATED}\n二"]
    assert [card.state for card in await post.cards()] == [CardState.IDLE]


async def test_a_painter_that_fails_spoils_its_own_card_only_until_it_is_touched(post: Post, group: int) -> None:
    await post.wish("incident:1", group, "坏")
    del post.shows["incident:1"]
    await post.wish("incident:2", group, "好")
    await post.sent()
    assert await post.texts(group) == ["好"]
    bad, good = await post.cards()
    assert (bad.state, good.state, bad.error) == (CardState.DEAD, CardState.IDLE, "KeyError: 'incident:1'")
    await post.touch("incident:1", "修好了")
    await post.sent()
    assert await post.texts(group) == ["好", "修好了"]


async def test_a_database_that_cannot_spoils_no_card(post: Post, group: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody would touch it again: it would stay as it is for ever."""
    paint, failures = post._paint, [ConnectionRefusedError("away")]

    async def failing(session: AsyncSession, card: CardView, rev: int) -> Screen | None:
        if failures:
            raise failures.pop()
        return await paint(session, card, rev)

    await post.wish("incident:1", group, "一")
    monkeypatch.setattr(Post, "_paint", lambda _, *given: failing(*given))
    await post.sent()
    (card,) = await post.cards()
    assert (card.state, await post.texts(group)) == (CardState.IDLE, ["一"])


async def test_a_broken_state_goes_plain_and_the_next_sound_one_does_not(post: Post, group: int) -> None:
    await post.wish("incident:1", group, "水位 <b>3 m")
    await post.sent()
    assert await post.texts(group) == ["水位 3 m"]
    await post.touch("incident:1", "水位 <b>4 m</b>")
    await post.sent()
    (seen,) = await post.seen(group)
    assert (seen.text, [mark["type"] for mark in seen.entities]) == ("水位 4 m", ["bold"])


async def test_a_card_shown_again_is_a_new_message_and_the_old_one_stays_as_it_is(post: Post, group: int) -> None:
    await post.wish("incident:1", group, "一")
    await post.sent()
    async with post.database.write() as session:
        await service.show_card_again(session, "incident:1", "test")
    post.shows["incident:1"] = "二"
    await post.sent()
    assert await post.texts(group) == ["一", "二"]


async def test_a_card_wished_again_speaks_the_language_that_is_read_there_by_now(post: Post, officer: int) -> None:
    await post.wish("incident:1", officer, "一", locale="zh")
    await post.wish("incident:1", officer, "one", locale="en")
    assert [card.locale for card in await post.cards()] == ["en"]
    await post.touch("incident:1")
    assert [card.locale for card in await post.cards()] == ["en"]


async def test_a_group_that_moves_is_followed_and_nothing_comes_twice(post: Post, group: int) -> None:
    """Found out by a send; the platform's own word of it comes later, once for each of the two chats."""
    old = await post.tell(group, "旧", subject="incident:9")
    await post.wish("incident:1", group, "卡片")
    await post.sent()
    new = int((await post.control.fault("migrate", chat=group))["migrated_to"])
    rows = [await post.tell(group, f"新{number}", subject="incident:9") for number in range(3)]
    await post.touch("incident:1", "卡片二")
    await post.sent()
    for _ in range(2):
        async with post.database.write() as session:
            await service.migrate_chat(session, group, new)
        await post.sent()
    assert sorted(await post.texts(new)) == sorted(["新0", "新1", "新2", "卡片二"])
    assert [(await post.row(number)).chat_id for number in (old, *rows)] == [new] * 4
    assert [card.chat_id for card in await post.cards()] == [new]
    assert {(change.chat_id, change.moved_to) for change in post.heard} == {(group, new)}


async def test_what_was_told_under_both_ids_is_told_once(post: Post, group: int) -> None:
    """The bot met the new chat before it was told that it is the old one."""
    new = int((await post.control.fault("migrate", chat=group))["migrated_to"])
    for chat in (new, group):
        await post.tell(chat, "预警", subject="warning:1")
        await post.wish("warning:1", chat, "卡片")
    await post.sent()
    assert sorted(await post.texts(new)) == ["卡片", "预警"]
    assert [card.chat_id for card in await post.cards()] == [new]
    await post.touch("warning:1", "卡片二")
    await post.sent()
    assert sorted(await post.texts(new)) == ["卡片二", "预警"]


@pytest.mark.parametrize("lane", [Lane.URGENT, Lane.ROUTINE])
async def test_a_group_that_moves_while_its_card_is_on_its_way_gets_it_once_in_the_new_chat(
    post: Post, group: int, lane: Lane
) -> None:
    await post.wish("incident:1", group, "卡片", lane)
    await post.control.fault("slow", seconds=0.3, method="sendMessage")
    async with post.sending():
        await post.control.wait_for(group, lambda message: message.text == "卡片")
        new = int((await post.control.fault("migrate", chat=group))["migrated_to"])
        async with post.database.write() as session:
            await service.migrate_chat(session, group, new)
        await post.settled()
        await post.touch("incident:1", "卡片二")
        await post.settled()
    assert await post.texts(new) == ["卡片二"]


async def test_a_card_that_takes_long_to_paint_is_left_to_dry_and_others_are_painted_meanwhile(
    post: Post, group: int
) -> None:
    seconds = 0.0

    async def paint(_session: AsyncSession, card: CardView, _rev: int) -> Screen:
        nonlocal seconds
        seconds += 1.0 if card.subject == "warning:1" else 0.0
        return Screen(post.shows[card.subject])

    async def painted(subject: str, shows: str) -> bool:
        return any(card.subject == subject and (card.body or {}).get("text") == shows for card in await post.cards())

    painter = Painter(post.database, {"test": paint}, lambda: seconds)
    await post.wish("warning:1", group, "一")
    await post.wish("incident:1", group, "一")
    async with Nursery() as nursery:
        nursery.loop("painter", painter.run)
        await eventually(post.database, lambda: painted("warning:1", "一"), "the board")
        for number in range(20):
            await post.touch("warning:1", f"{number}")
        await post.touch("incident:1", "二")
        await eventually(post.database, lambda: painted("incident:1", "二"), "the other card")
        assert seconds == 1.0, "not once more, however often it was touched"
        seconds += 60
        await post.touch("incident:1", "三")
        await eventually(post.database, lambda: painted("warning:1", "19"), "the board as it is now")
    assert seconds == 62.0
