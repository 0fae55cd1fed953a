"""What the clerk hands to the use cases."""

from __future__ import annotations

from dataclasses import dataclass

from messages.paper import Shipped


@dataclass(frozen=True, slots=True)
class File:
    """A file that stands on the shelf, what it is called, and the words it comes with."""

    sha256: str
    name: str
    size: int
    words: Shipped
