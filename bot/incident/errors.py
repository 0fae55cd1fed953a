"""Why an act on an incident is refused."""

from __future__ import annotations

from bot.core.errors import Refusal
from messages import incident as texts


class NoSuchIncident(Refusal):
    """The incident is not there (any more)."""

    def __init__(self) -> None:
        super().__init__(texts.NoSuchIncident())


class AlreadyTaken(Refusal):
    """Somebody else has taken it in hand; there is one winner."""

    def __init__(self, number: str, name: str) -> None:
        super().__init__(texts.AlreadyTaken(number=number, name=name))


class NotYours(Refusal):
    """Only whoever took it in hand says when he arrives."""

    def __init__(self, number: str, name: str) -> None:
        super().__init__(texts.NotYours(number=number, name=name))


class NothingToDo(Refusal):
    """The act was done before, or makes no sense as things stand."""

    def __init__(self, number: str) -> None:
        super().__init__(texts.NothingToDo(number=number))
