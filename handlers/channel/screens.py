"""Screens of channels: views to payloads and keyboards, pure data. An address is on none of them."""

from __future__ import annotations

from collections.abc import Sequence

from bot.delivery.channel_results import DEMO_ONLY, NO_CONNECTION, UNREADABLE
from bot.delivery.models import ChannelKind, ChannelState
from bot.delivery.schemas import Button, ChannelView, InlineKeyboard, Screen
from handlers.pages import in_rows, page_of, pages_of, turning
from messages import channel as texts
from messages.engine import label, render

OWNERS = ("person", "unit", "group")

_LISTED = 20
_REASONS = {
    NO_CONNECTION: "channel.reason.no_connection",
    UNREADABLE: "channel.reason.unreadable",
    DEMO_ONLY: "channel.reason.demo_only",
}


def listing(channels: Sequence[ChannelView], locale: str) -> tuple[texts.ChannelList, InlineKeyboard]:
    """What is attached, each a button, and the way to attach another."""
    shown = channels[-_LISTED:]
    lines = tuple(
        texts.ChannelLine(owner=each.owner, kind=each.kind.value, fails=each.failing_since is not None)
        for each in shown
    )
    keys = [Button(f"{_kind(each.kind, locale)} · {each.owner}", f"ch.show:{each.id}") for each in shown]
    new = Button(label("channel.attach", locale), "ch.new")
    return texts.ChannelList(channels=lines, total=len(channels)), InlineKeyboard([[new], *in_rows(keys, 1)])


def whose(locale: str) -> tuple[texts.ChooseOwner, InlineKeyboard]:
    """A person's, a unit's or a group's?"""
    keys = [Button(label(f"channel.owner.{owner}", locale), f"ch.of:{owner}") for owner in OWNERS]
    return texts.ChooseOwner(of=None), InlineKeyboard([keys])


def owners(
    of: str, found: Sequence[tuple[str, str]], page: int, locale: str
) -> tuple[texts.ChooseOwner, InlineKeyboard | None]:
    """One page of owners to choose from, each by what names it and its name."""
    keys = [Button(name, f"ch.who:{of}:{which}") for which, name in page_of(found, page)]
    rows = [*in_rows(keys, 2), *turning(f"ch.of:{of}", page, pages_of(found), locale)]
    return texts.ChooseOwner(of=of, anybody=bool(found)), InlineKeyboard(rows) if rows else None


def found(fits: Sequence[tuple[str, str, str]], locale: str) -> tuple[texts.ChooseOwner, InlineKeyboard | None]:
    """Whoever was looked for by name: what sort of owner, what names it, and its name."""
    keys = [
        Button(f"{name}（{label(f'channel.owner.{of}', locale)}）", f"ch.who:{of}:{which}")
        for of, which, name in fits[:_LISTED]
    ]
    if not keys:
        return texts.ChooseOwner(of="person", anybody=False), None
    return texts.ChooseOwner(of=None), InlineKeyboard(in_rows(keys, 1))


def kinds(of: str, which: str, owner: str, locale: str) -> tuple[texts.ChooseKind, InlineKeyboard]:
    """By which platform?"""
    keys = [Button(_kind(kind, locale), f"ch.kind:{of}:{which}:{kind.value}") for kind in ChannelKind]
    return texts.ChooseKind(owner=owner), InlineKeyboard(in_rows(keys, 3))


def card(view: ChannelView, locale: str) -> Screen:
    """How the channel does, and what can be done with it."""
    payload = texts.ChannelCard(
        owner=view.owner,
        kind=view.kind.value,
        scheme=view.scheme,
        fingerprint=view.fingerprint,
        state=view.state.value,
        attached_at=view.attached_at,
        answered_at=view.answered_at,
        failing_since=view.failing_since,
        error=_said(view.error, locale),
        testing=view.answered_at is None and view.error is None,
    )
    if view.state is not ChannelState.ATTACHED:
        return Screen(render(payload, locale), InlineKeyboard())
    keys = [
        Button(label("channel.test_again", locale), f"ch.test:{view.id}"),
        Button(label("channel.detach", locale), f"ch.off:{view.id}"),
    ]
    return Screen(render(payload, locale), InlineKeyboard([keys]))


def _said(error: str | None, locale: str) -> str | None:
    """Why nothing gets through; a status, a code or the name of an error stays what it is."""
    return label(_REASONS[error], locale) if error in _REASONS else error


def _kind(kind: ChannelKind, locale: str) -> str:
    return label(f"channel.kind.{kind.value}", locale)
