"""Who goes first, and in which order one chat reads."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from bot.delivery import sender
from bot.delivery.models import Lane, MessageState
from bot.delivery.pacing import TELEGRAM, Policy, Rate
from bot.delivery.repository import MASS
from bot.delivery.window import SIZE
from sandbox.limits import Limits, Pacer
from tests.integration.delivery.post import PUT_OFF, Post
from tests.waiting import eventually

PLENTY = Rate(1e6, 1e6)


async def test_a_series_arrives_in_order_though_its_first_one_had_to_wait(post: Post, group: int) -> None:
    await post.control.fault("flood", chat=group, retry_after=1)
    for number in range(4):
        await post.tell(group, f"续报{number}", subject="incident:1")
    async with post.sending():
        await post.settled()
        post.pass_time(2)
        await post.settled()
    assert await post.texts(group) == ["续报0", "续报1", "续报2", "续报3"]


async def test_one_series_does_not_hold_up_another(post: Post, officer: int) -> None:
    held = await post.tell(officer, "甲一", subject="incident:1")
    await post.set_row(held, state=MessageState.RETRY, not_before=post.clock.now() + PUT_OFF)
    await post.tell(officer, "甲二", subject="incident:1")
    await post.tell(officer, "乙一", subject="incident:2")
    async with post.sending():
        await post.settled()
    assert await post.texts(officer) == ["乙一"]


async def test_what_is_told_of_a_case_comes_after_the_case(post: Post, group: int) -> None:
    await post.wish("incident:1", group, "险情卡片", Lane.URGENT)
    await post.tell(group, "现场照片", Lane.URGENT, subject="incident:1")
    await post.sent()
    assert await post.texts(group) == ["险情卡片", "现场照片"]


class _Accepting:
    """A platform that takes everything."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    async def call(self, _method: str, params: Mapping[str, Any], *, timeout: float = 20.0) -> Any:
        self.texts.append(str(params.get("text")))
        return {"message_id": len(self.texts)}

    def download(self, path: str) -> AsyncIterator[bytes]:
        raise AssertionError(path)


async def test_what_is_told_of_a_case_leaves_as_soon_as_its_card_is_there_while_many_are_told_something(
    post: Post, group: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sender has enough to choose from, and looks at the queue only when it is rung for."""
    monkeypatch.setattr(sender, "_LONGEST_NAP_SECONDS", 3600)
    post.policy = Policy(Rate(4, 4, {Lane.ROUTINE: 1, Lane.BULK: 2}), PLENTY, PLENTY)
    platform = _Accepting()
    await post.tell_all(range(1_000, 1_000 + SIZE), "黄色预警", Lane.ROUTINE)
    async with post.sending(platform):
        await eventually(post.database, lambda: _has(platform, "黄色预警"), "a broadcast under way")
        await post.wish("incident:1", group, "险情卡片", Lane.URGENT)
        await post.tell(group, "现场照片", Lane.URGENT, subject="incident:1")
        await eventually(post.database, lambda: _has(platform, "现场照片"), "what is told of the case")
    told = [text for text in platform.texts if text in ("险情卡片", "现场照片")]
    assert told == ["险情卡片", "现场照片"]
    assert len(platform.texts) < SIZE // 2, "the others still wait"


async def _has(platform: _Accepting, text: str) -> bool:
    return text in platform.texts


async def test_a_card_that_cannot_be_painted_does_not_hold_up_what_is_told(post: Post, group: int) -> None:
    await post.wish("incident:1", group, "x", Lane.URGENT)
    del post.shows["incident:1"]
    await post.tell(group, "现场照片", Lane.URGENT, subject="incident:1")
    await post.sent()
    assert await post.texts(group) == ["现场照片"]


async def test_a_call_out_overtakes_a_backlog_of_digests_and_reminders(post: Post) -> None:
    """At four messages a second there would be a minute of them before it."""
    post.policy = Policy(Rate(4, 4, {Lane.ROUTINE: 1, Lane.BULK: 2}), PLENTY, PLENTY)
    people = [await post.control.person(f"网格员{number}", started=True) for number in range(60)]
    for person in people:
        await post.tell(person, "提醒", Lane.ROUTINE)
    async with post.sending():
        await post.control.wait_for(people[1], lambda message: message.text == "提醒")
        await post.tell(people[59], "立即撤离", Lane.URGENT)
        await post.control.wait_for(people[59], lambda message: message.text == "立即撤离")
        sent = len(await post.calls("sendMessage"))
    assert sent < 30


async def test_an_order_to_one_overtakes_a_red_warning_to_hundreds(post: Post) -> None:
    """Both are urgent; at four a second the warning takes most of a minute."""
    post.policy = Policy(Rate(4, 4, {}), PLENTY, PLENTY)
    people = [await post.control.person(f"网格员{number}", started=True) for number in range(MASS + 11)]
    *many, one = people
    await post.tell_all(many, "红色预警", Lane.URGENT)
    async with post.sending():
        await post.control.wait_for(many[1], lambda message: message.text == "红色预警")
        await post.tell(one, "先撤人", Lane.URGENT)
        await post.control.wait_for(one, lambda message: message.text == "先撤人")
        sent = len(await post.calls("sendMessage"))
    assert sent < len(many) / 2


async def test_a_red_one_goes_before_any_more_of_three_hundred_blue(post: Post) -> None:
    """At the platform's own pace, by the platform's own record: within what it takes in a second."""
    post.policy = TELEGRAM
    people = [await post.control.person(f"网格员{number}", started=True) for number in range(301)]
    *many, one = people
    await post.tell_all(many, "大雾蓝色预警", Lane.ROUTINE)
    async with post.sending():
        await post.control.wait_for(many[0], lambda message: message.text == "大雾蓝色预警")
        before = len(await post.calls("sendMessage"))
        await post.tell(one, "暴雨红色预警", Lane.URGENT, critical=True)
        await post.control.wait_for(one, lambda message: message.text == "暴雨红色预警")
        said = [str(call["params"]["text"]) for call in await post.calls("sendMessage")]
    assert said.index("暴雨红色预警") <= before + TELEGRAM.overall.per_second
    assert said.count("大雾蓝色预警") < len(many) / 2


async def test_an_answer_somebody_waits_for_comes_though_a_red_warning_to_hundreds_is_leaving(post: Post) -> None:
    """The red alone would use up all there is for a quarter of a minute."""
    post.policy = Policy(Rate(4, 4, {Lane.INTERACTIVE: 2}), PLENTY, PLENTY)
    people = [await post.control.person(f"网格员{number}", started=True) for number in range(MASS + 11)]
    *many, desk = people
    await post.tell_all(many, "红色预警", Lane.URGENT)
    async with post.sending():
        await post.control.wait_for(many[1], lambda message: message.text == "红色预警")
        for number in range(10):
            await post.tell(desk, f"待办{number}", Lane.INTERACTIVE)
        await post.control.wait_for(desk, lambda message: message.text == "待办0")
        said = [str(call["params"]["text"]) for call in await post.calls("sendMessage")]
    assert said.count("红色预警") < len(many) / 2
    assert len(said) - said.count("红色预警") <= 3, "and takes little of what the red needs"


async def test_an_urgent_one_of_a_chat_goes_before_its_reminders(post: Post, officer: int) -> None:
    for number in range(5):
        await post.tell(officer, f"提醒{number}", Lane.ROUTINE)
    await post.tell(officer, "立即撤离", Lane.URGENT)
    await post.sent()
    assert (await post.texts(officer))[0] == "立即撤离"


async def test_the_pace_is_kept_so_that_the_platform_never_has_to_refuse(post: Post, officer: int, group: int) -> None:
    """Real limits on the other side, and as much as they take at once."""
    post.policy = TELEGRAM
    world = post.sandbox.world
    world.pacer = Pacer(Limits(), world.clock.monotonic)
    for number in range(8):
        await post.tell(officer, f"甲{number}", Lane.URGENT)
        await post.tell(group, f"乙{number}", Lane.URGENT)
    async with post.sending():
        for _ in range(5):
            await post.control.advance(0.02)
            post.pass_time(1.2)
        await post.settled()
    assert not [call for call in await post.control.calls() if not call["ok"]]
    assert (len(await post.texts(officer)), len(await post.texts(group))) == (8, 8)
