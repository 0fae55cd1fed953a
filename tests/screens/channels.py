"""Channels: what is attached, whose it is to be, by which platform, and how one does."""

from __future__ import annotations

from dataclasses import replace

from bot.delivery.models import ChannelKind, ChannelState
from bot.delivery.schemas import ChannelView
from bot.plan.service import Plan
from handlers.channel import screens as channels
from tests.screens.scene import NIGHT, OFFICER, Scene

TESTING = ChannelView(
    id=1,
    kind=ChannelKind.SMS,
    state=ChannelState.ATTACHED,
    owner=OFFICER,
    scheme="jsons",
    fingerprint="3f9a",
    attached_at=NIGHT,
    answered_at=None,
    failing_since=None,
    error=None,
)
WORKS = replace(TESTING, answered_at=NIGHT)
FAILS = replace(WORKS, id=2, kind=ChannelKind.DINGTALK, scheme="dingtalk", failing_since=NIGHT, error="HTTP 404")
OWNERS = (("7", OFFICER), ("8", "龙水镇镇领导"))
FOUND = (("person", "7", OFFICER), ("group", "1", "龙水镇应急值班群"))


def scenes(_plan: Plan) -> list[Scene]:
    """Everything about channels."""
    return [
        Scene("channel", "none", channels.listing, ((),)),
        Scene("channel", "list", channels.listing, ((WORKS, FAILS),)),
        Scene("channel", "whose", channels.whose),
        Scene("channel", "owners", channels.owners, ("person", OWNERS, 1)),
        Scene("channel", "no owners", channels.owners, ("unit", (), 1)),
        Scene("channel", "found by name", channels.found, (FOUND,)),
        Scene("channel", "found nobody", channels.found, ((),)),
        Scene("channel", "kinds", channels.kinds, ("person", "7", OFFICER)),
        Scene("channel", "card, testing", channels.card, (TESTING,)),
        Scene("channel", "card, works", channels.card, (WORKS,)),
        Scene("channel", "card, fails", channels.card, (FAILS,)),
        Scene("channel", "card, detached", channels.card, (replace(WORKS, state=ChannelState.DETACHED),)),
    ]
