"""What the channels' gateway reads and writes between two calls, each in a transaction of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.core.database import Database
from bot.delivery import channel_repository as repository
from bot.delivery import service
from bot.delivery.gateway import GatewayError, Refused, Unknown
from bot.delivery.models import ChannelState

NO_CONNECTION, UNREADABLE, DEMO_ONLY = (
    "no connection",
    "the address cannot be read",
    "the demo writes to this machine only",
)
"""Reasons that are no number and no name of an error."""

CARD = "delivery.channel"
"""The role of the card on which whoever attached a channel sees how it does."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a channel is, for as long as one call needs it; `error` and `failing_since` as they were before."""

    channel_id: int
    url: str
    error: str | None
    failing_since: datetime | None
    has_answered: bool

    def __repr__(self) -> str:
        return f"Address(channel_id={self.channel_id})"

    @property
    def unconnected_since(self) -> datetime | None:
        """Since when nobody has answered there at all; None if the last failure was another."""
        return self.failing_since if self.error == NO_CONNECTION else None


def subject_of(channel_id: int) -> str:
    """The name of the channel in the ledger and the audit."""
    return f"channel:{channel_id}"


async def address_of(database: Database, channel_id: int) -> Address | None:
    """The attached channel's address; None if there is no such channel any more."""
    async with database.read() as session:
        channel = await repository.get(session, channel_id)
        if channel is None or channel.state is not ChannelState.ATTACHED or channel.url is None:
            return None
        answered = channel.answered_at is not None
        return Address(channel_id, channel.url, channel.error, channel.failing_since, answered)


async def note(database: Database, now: datetime, address: Address, failure: GatewayError | None) -> None:
    """Writes down how it went if that is news, and lets its card say so."""
    error = _words(failure) if failure is not None else None
    if error == address.error and (failure is not None or address.has_answered):
        return
    answers = failure is None or (isinstance(failure, Refused) and failure.code != 429)
    values = {"error": error, "failing_since": now if failure is not None else None}
    async with database.write() as session:
        await repository.write(session, address.channel_id, **values, **({"answered_at": now} if answers else {}))
        await service.touch(session, subject_of(address.channel_id), role=CARD)


def _words(failure: GatewayError) -> str:
    if isinstance(failure, Refused):
        return failure.description
    return f"{str(failure).partition(': ')[2]} (?)" if isinstance(failure, Unknown) else NO_CONNECTION
