"""Why an act on an incident is refused."""

from __future__ import annotations

from datetime import datetime

from bot.core.errors import Refusal
from messages import calls as call_texts
from messages import desk
from messages import incident as texts
from messages import lists as list_texts
from messages import work_stop as stop_texts
from messages.incident import Phone


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


class MergedAway(Refusal):
    """It was found to be the same as another and is handled there."""

    def __init__(self, number: str, into: str) -> None:
        super().__init__(desk.MergedAway(number=number, into=into))


class AlreadyAsked(Refusal):
    """A question to the reporters is open: one at a time."""

    def __init__(self, number: str, name: str, wanted: str, until: datetime) -> None:
        super().__init__(desk.AlreadyAsked(number=number, name=name, wanted=wanted, until=until))


class AnotherMust(Refusal):
    """Nobody judges his own doubt; `who` can. `upholds`: he wanted to go on after all."""

    def __init__(self, number: str, who: tuple[str, ...], *, upholds: bool = False) -> None:
        super().__init__(desk.AnotherMust(number=number, upholds=upholds, who=who))


class NotReady(Refusal):
    """It cannot be closed before somebody has it in hand and it is verified."""

    def __init__(self, number: str) -> None:
        super().__init__(desk.NotReady(number=number))


class InOtherHands(Refusal):
    """It can no longer be withdrawn: somebody is dealing with it."""

    def __init__(self, number: str, name: str | None, phones: tuple[Phone, ...]) -> None:
        super().__init__(desk.InOtherHands(number=number, name=name, phones=phones))


class NotAtThisDesk(Refusal):
    """Whoever should take the shift holds no post at this desk now."""

    def __init__(self) -> None:
        super().__init__(list_texts.NotAtThisDesk())


class ShiftHandedOver(Refusal):
    """The hand-over was written down a moment ago."""

    def __init__(self, at: datetime) -> None:
        super().__init__(list_texts.ShiftHandedOver(at=at))


class CallNotedAlready(Refusal):
    """The same result of a call was written down a moment ago."""

    def __init__(self, number: str, callee: str, at: datetime) -> None:
        super().__init__(call_texts.CallNotedAlready(number=number, callee=callee, at=at))


class WorkStopStands(Refusal):
    """Work was stopped at the unit a few minutes ago; the order holds."""

    def __init__(self, number: str, unit: str, name: str, at: datetime, phones: tuple[texts.Phone, ...]) -> None:
        stands = stop_texts.WorkStopStands(number=number, unit=unit, name=name, at=at, phones=phones)
        super().__init__(stands)
