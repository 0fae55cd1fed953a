"""How fast we may speak: literal figures of Telegram's policy, and what holds for any policy and any traffic."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivery.addressing import channel_chat
from bot.delivery.models import Lane
from bot.delivery.pacing import TELEGRAM, Pacer, Policy, Rate

PERSON, OTHER, GROUP = 7, 8, -100
ROBOT, GATEWAY = channel_chat(1), channel_chat(2)

SMALL = Policy(
    overall=Rate(6, 3.0, {Lane.INTERACTIVE: 1, Lane.ROUTINE: 2, Lane.BULK: 4}),
    private=Rate(2, 1.0),
    group=Rate(4, 0.5, {Lane.INTERACTIVE: 1, Lane.ROUTINE: 2, Lane.BULK: 3}),
)


def burst(pacer: Pacer, chat: int, lane: Lane, now: float = 0.0) -> int:
    """How many go at once."""
    sent = 0
    while pacer.wait(chat, lane, now) == 0:
        pacer.count(chat, now)
        sent += 1
    return sent


@pytest.mark.parametrize(
    ("chat", "lane", "at_once"),
    [
        (PERSON, Lane.URGENT, 4),
        (PERSON, Lane.BULK, 4),
        (GROUP, Lane.URGENT, 19),
        (GROUP, Lane.INTERACTIVE, 15),
        (GROUP, Lane.ROUTINE, 13),
        (GROUP, Lane.BULK, 9),
    ],
)
def test_a_lane_leaves_each_chat_the_reserve_of_the_lanes_before_it(chat: int, lane: Lane, at_once: int) -> None:
    assert burst(Pacer(TELEGRAM), chat, lane) == at_once


@pytest.mark.parametrize(
    ("lane", "at_once"), [(Lane.URGENT, 29), (Lane.INTERACTIVE, 27), (Lane.ROUTINE, 21), (Lane.BULK, 17)]
)
def test_a_lane_leaves_all_chats_the_reserve_of_the_lanes_before_it(lane: Lane, at_once: int) -> None:
    pacer = Pacer(TELEGRAM)
    sent = 0
    while pacer.wait(sent + 1, lane, 0.0) == 0:
        pacer.count(sent + 1, 0.0)
        sent += 1
    assert sent == at_once


def test_a_call_out_goes_at_once_where_digests_have_used_up_their_share() -> None:
    pacer = Pacer(TELEGRAM)
    burst(pacer, GROUP, Lane.BULK)
    assert pacer.wait(GROUP, Lane.BULK, 0.0) > 0
    assert pacer.wait(GROUP, Lane.ROUTINE, 0.0) == 0
    burst(pacer, GROUP, Lane.INTERACTIVE)
    assert burst(pacer, GROUP, Lane.URGENT) == 4


@pytest.mark.parametrize(
    ("chat", "lane", "seconds"), [(PERSON, Lane.URGENT, 1 / 0.98), (GROUP, Lane.URGENT, 60 / 19.6)]
)
def test_after_a_burst_the_wait_is_that_of_one_message(chat: int, lane: Lane, seconds: float) -> None:
    pacer = Pacer(TELEGRAM)
    burst(pacer, chat, lane)
    assert pacer.wait(chat, lane, 0.0) == pytest.approx(seconds)
    assert pacer.wait(chat, lane, seconds + 0.001) == 0
    assert pacer.wait(OTHER, lane, 0.0) == 0


def test_what_leaves_later_than_it_was_counted_is_not_followed_by_what_came_back_meanwhile() -> None:
    """The database may take a second over writing down that they leave."""
    pacer = Pacer(TELEGRAM)
    chats = range(1, 30)
    for chat in chats:
        assert pacer.wait(chat, Lane.URGENT, 0.0) == 0
        pacer.count(chat, 0.0)
    pacer.delay(chats, 1.0)
    assert pacer.wait_overall(Lane.URGENT, 1.0) > 0
    assert pacer.wait(100, Lane.URGENT, 1.0) > 0
    assert pacer.wait(100, Lane.URGENT, 1.1) == 0


def test_what_leaves_late_from_a_bucket_that_is_not_full_costs_no_more_than_it_is() -> None:
    late, prompt = Pacer(TELEGRAM), Pacer(TELEGRAM)
    for pacer in (late, prompt):
        for chat in range(1, 30):
            pacer.count(chat, 0.0)
    late.count(50, 0.5)
    late.delay([50], 0.9)
    prompt.count(50, 0.9)
    assert late.wait_overall(Lane.BULK, 0.9) == pytest.approx(prompt.wait_overall(Lane.BULK, 0.9))


def test_what_left_before_a_restart_still_counts() -> None:
    pacer = Pacer(TELEGRAM)
    for at in (-3.0, -2.0, -1.0, -0.5):
        pacer.count(PERSON, at)
    assert burst(pacer, PERSON, Lane.URGENT) == 2


def test_a_clock_set_back_neither_gives_nor_takes() -> None:
    pacer = Pacer(SMALL)
    pacer.count(PERSON, 1000.0)
    assert pacer.wait(PERSON, Lane.URGENT, 10.0) == 0
    pacer.count(PERSON, 10.0)
    assert pacer.wait(PERSON, Lane.URGENT, 10.0) == pytest.approx(1.0)
    assert pacer.wait(PERSON, Lane.URGENT, 11.0) == 0


def test_only_idle_chats_are_forgotten_and_forgetting_changes_no_wait() -> None:
    pacer = Pacer(SMALL)
    burst(pacer, PERSON, Lane.URGENT)
    pacer.count(OTHER, 0.0)
    before = pacer.wait(PERSON, Lane.URGENT, 1.0)
    pacer.forget_idle(1.0)
    assert set(pacer._chats) == {PERSON}
    assert pacer.wait(PERSON, Lane.URGENT, 1.0) == before
    pacer.forget_idle(2.5)
    assert not pacer._chats


Wish = tuple[float, int, Lane]
chats, lanes = st.sampled_from([PERSON, OTHER, GROUP, GROUP - 1]), st.sampled_from(list(Lane))
wishes = st.lists(st.tuples(st.floats(0, 2, allow_nan=False), chats, lanes), min_size=1, max_size=60)


def traffic(policy: Policy, wanted: list[Wish], forget: bool) -> list[tuple[float, int]]:
    """What the pacer lets through at once, of messages that come so many seconds one after the other."""
    pacer, now, sent = Pacer(policy), 0.0, []
    for pause, chat, lane in wanted:
        now += pause
        if forget:
            pacer.forget_idle(now)
        if pacer.wait(chat, lane, now) == 0:
            pacer.count(chat, now)
            sent.append((now, chat))
    return sent


def within(rate: Rate, times: list[float]) -> bool:
    """Whether every window holds at most the bucket and what comes back in it."""
    windows = ((last - first + 1, times[last] - times[first]) for first, last in combinations(range(len(times)), 2))
    return all(count <= rate.size + seconds * rate.per_second + 1e-6 for count, seconds in windows)


@given(wishes, st.booleans())
@settings(deadline=None)
def test_no_window_ever_holds_more_than_the_policy_allows(wanted: list[Wish], forget: bool) -> None:
    sent = traffic(SMALL, wanted, forget)
    assert within(SMALL.overall, [at for at, _ in sent])
    for chat in {chat for _, chat in sent}:
        assert within(SMALL.rate_of(chat), [at for at, to in sent if to == chat])


@given(wishes, lanes)
@settings(deadline=None)
def test_who_waits_as_long_as_told_may_go(wanted: list[Wish], lane: Lane) -> None:
    pacer, now = Pacer(SMALL), 0.0
    for pause, chat, _ in wanted:
        now += pause
        now += pacer.wait(chat, lane, now) + 1e-6
        assert pacer.wait(chat, lane, now) == 0
        pacer.count(chat, now)


def test_a_channel_is_told_no_faster_than_a_robot_takes_it() -> None:
    pacer = Pacer(TELEGRAM)
    assert burst(pacer, ROBOT, Lane.URGENT) == 19
    assert burst(pacer, ROBOT, Lane.URGENT, 60.0) == 19


def test_channels_use_none_of_the_platforms_budget_and_the_platform_none_of_theirs() -> None:
    pacer = Pacer(TELEGRAM)
    for number in range(200):
        pacer.count(channel_chat(number), 0.0)
    assert pacer.wait(PERSON, Lane.URGENT, 0.0) == 0
    assert pacer.wait_overall(Lane.BULK, 0.0) == 0
    assert pacer.wait(channel_chat(300), Lane.URGENT, 0.0) > 0

    pacer = Pacer(TELEGRAM)
    for number in range(200):
        pacer.count(number + 1, 0.0)
    pacer.delay([ROBOT, PERSON], 0.0)
    assert pacer.wait_overall(Lane.URGENT, 0.0) > 0
    assert pacer.wait(GATEWAY, Lane.URGENT, 0.0) == 0


def test_of_all_channels_together_no_more_begin_than_slow_ones_may_keep_under_way() -> None:
    """A call may take twelve seconds, and the sender has 128 under way at most: most of them are the platform's."""
    pacer, under_way = Pacer(TELEGRAM), 0
    for second in range(12):
        for number in range(500):
            chat = channel_chat(second * 500 + number)
            if pacer.wait(chat, Lane.URGENT, float(second)) == 0:
                pacer.count(chat, float(second))
                under_way += 1
    assert under_way == 32 + 11 * 5
