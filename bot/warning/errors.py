"""Why an act on a warning is refused."""

from __future__ import annotations

from bot.core.errors import NotAllowed, Refusal
from bot.plan.warnings import DEFAULT, Reason
from messages import warning as texts
from messages import warning_draft, warning_relay, warning_sign


class NoSuchWarning(Refusal):
    """There is no such series."""

    def __init__(self) -> None:
        super().__init__(texts.NoSuchWarning())


class Overtaken(Refusal):
    """The button belongs to a version or state that has passed."""

    def __init__(self, number: str) -> None:
        super().__init__(texts.Overtaken(number=number))


class NotYours(NotAllowed):
    """The law or the plan gives this to somebody else; it says to whom, why, and by which paper."""

    def __init__(self, permission: str, place: str, reason: Reason) -> None:
        paper = "" if reason.source == DEFAULT else reason.source
        super().__init__(permission, place, texts.NotYours(why=reason.why, why_en=reason.why_en, paper=paper))


class Incomplete(Refusal):
    """Elements are missing that the law or the pack requires before signing. `missing` are keys of labels."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(texts.Incomplete(missing=missing))


class NothingToLift(Refusal):
    """A station ends what nobody has relayed: there is no lifting without an issue."""

    def __init__(self) -> None:
        super().__init__(warning_relay.NothingToLift())


class OwnDraft(Refusal):
    """Nobody signs his own (two pairs of eyes)."""

    def __init__(self) -> None:
        super().__init__(texts.OwnDraft())


class NotConcerned(Refusal):
    """Somebody answers who was not told, or has joined nothing."""

    def __init__(self, number: str) -> None:
        super().__init__(texts.NotConcerned(number=number))


class TimeUnread(Refusal):
    """What was typed is no instant to come."""

    def __init__(self) -> None:
        super().__init__(warning_draft.TimeUnread())


class TooLong(Refusal):
    """More words than a field of a warning takes."""

    def __init__(self, longest: int) -> None:
        super().__init__(warning_draft.TooLong(longest=longest))


class ConsentUnread(Refusal):
    """Post, number or time of a consent by telephone is missing."""

    def __init__(self) -> None:
        super().__init__(warning_sign.OralUnread())


class SignYourself(Refusal):
    """Somebody who may sign wants to write down a consent."""

    def __init__(self) -> None:
        super().__init__(warning_sign.SignYourself())
