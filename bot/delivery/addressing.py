"""How the ledger addresses what is no chat of the platform: as one, with an id that no chat can have. Pure."""

from __future__ import annotations

CHANNELS_FROM = -4 * 10**18
"""At and below it the ids of channels begin: the platform's own have 52 bits, and no other id of ours goes so low."""


def channel_chat(channel_id: int) -> int:
    """The chat that stands for a channel."""
    return CHANNELS_FROM - channel_id


def channel_in(chat_id: int) -> int:
    """The channel that the chat stands for."""
    return CHANNELS_FROM - chat_id


def is_channel(chat_id: int) -> bool:
    """Whether the chat stands for a channel."""
    return chat_id <= CHANNELS_FROM
