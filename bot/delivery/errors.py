"""Why delivery says no, one small class per reason. Each carries the sentence the person gets.

Refusal
└── AddressRefused    what was sent is no address that can be attached now
"""

from __future__ import annotations

from bot.core.errors import Refusal
from bot.delivery.models import ChannelKind
from messages import channel as texts


class AddressRefused(Refusal):
    """`reason`: not_one, other_kind (than `kind`), twice, changed. Never the address itself."""

    def __init__(self, reason: str, kind: ChannelKind) -> None:
        super().__init__(texts.AddressRefused(reason=reason, kind=kind.value))
