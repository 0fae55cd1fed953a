"""How many lost chats at once are too many to be true."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.disbelief import BELIEVED, WINDOW, Disbelief, pause

NOW = datetime(2026, 7, 12, tzinfo=UTC)


def wave(*, lost: int, arrived: int = 0, now: datetime = NOW) -> Disbelief:
    disbelief = Disbelief()
    for chat in range(arrived):
        disbelief.arrived(chat, now)
    for chat in range(arrived, arrived + lost):
        disbelief.lost(chat, now)
    return disbelief


@pytest.mark.parametrize(
    ("lost", "arrived", "believed"),
    [
        (1, 0, True),
        (BELIEVED, 0, True),
        (BELIEVED + 1, 0, False),
        (BELIEVED + 1, BELIEVED + 1, False),
        (BELIEVED + 1, BELIEVED + 2, True),
        (300, 2_700, True),
        (3_000, 300, False),
    ],
)
def test_many_at_once_are_not_believed_and_a_few_among_many_are(lost: int, arrived: int, believed: bool) -> None:
    assert (wave(lost=lost, arrived=arrived).since is None) is believed


def test_a_wave_begins_once() -> None:
    disbelief = wave(lost=BELIEVED)
    assert [disbelief.lost(chat, NOW) for chat in range(100, 103)] == [True, False, False]
    assert disbelief.since == NOW


def test_one_chat_however_often_it_refuses_is_one() -> None:
    disbelief = Disbelief()
    assert not any(disbelief.lost(1, NOW) for _ in range(50))


def test_what_lies_further_back_than_the_window_says_nothing() -> None:
    disbelief = wave(lost=BELIEVED)
    assert not disbelief.lost(1_000, NOW + WINDOW + timedelta(seconds=1))
    assert disbelief.chats == 1


def test_what_was_learned_before_the_clock_was_set_back_says_nothing() -> None:
    disbelief = wave(lost=0, arrived=100, now=NOW + timedelta(hours=1))
    assert [disbelief.lost(chat, NOW) for chat in range(200, 201 + BELIEVED)][-1]


def test_a_wave_ends_when_most_chats_take_what_they_are_sent_and_the_next_one_begins_anew() -> None:
    disbelief = wave(lost=20)
    for chat in range(10):
        assert disbelief.since is not None
        disbelief.arrived(chat, NOW)
    disbelief.arrived(10, NOW)
    assert disbelief.since is None
    assert [disbelief.lost(chat, NOW) for chat in range(100, 112)].count(True) == 1


def test_the_pauses_grow_and_stay_at_minutes() -> None:
    pauses = [pause(attempts) for attempts in range(6)]
    assert pauses == sorted(pauses)
    assert pauses[-1] < WINDOW, "who is left alone longer would be asked when the others are forgotten, and believed"
