"""What may happen to a series, as one table, and what a new version does to it. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bot.delivery.models import Lane
from bot.plan.schema import WarningAct, WarningLevel
from bot.warning.models import Answer, PhoneResult, Place, Recipient, SeriesState, Version

S, A = SeriesState, WarningAct


class Step(StrEnum):
    """What people do with a series besides issuing a version of it."""

    PROPOSE = "propose"
    RETURN = "return"
    DISCARD = "discard"


TRANSITIONS: dict[tuple[SeriesState, WarningAct | Step], SeriesState] = {
    (S.DRAFT, Step.PROPOSE): S.PROPOSED,
    (S.RETURNED, Step.PROPOSE): S.PROPOSED,
    (S.PROPOSED, Step.RETURN): S.RETURNED,
    (S.DRAFT, Step.DISCARD): S.DISCARDED,
    (S.RETURNED, Step.DISCARD): S.DISCARDED,
    (S.DRAFT, A.ISSUE): S.IN_FORCE,
    (S.PROPOSED, A.ISSUE): S.IN_FORCE,
    (S.IN_FORCE, A.UPDATE): S.IN_FORCE,
    (S.IN_FORCE, A.UPGRADE): S.IN_FORCE,
    (S.IN_FORCE, A.DOWNGRADE): S.IN_FORCE,
    (S.IN_FORCE, A.EXTEND): S.IN_FORCE,
    (S.IN_FORCE, A.LIFT): S.LIFTED,
    (S.IN_FORCE, A.WITHDRAW): S.WITHDRAWN,
}

ENDS = (A.LIFT, A.WITHDRAW)
"""Acts told to everybody who was or may have been told any version, wherever they are now."""

_LANES = {
    WarningLevel.RED: Lane.URGENT,
    WarningLevel.ORANGE: Lane.URGENT,
    WarningLevel.YELLOW: Lane.ROUTINE,
    WarningLevel.BLUE: Lane.ROUTINE,
}


_NOWHERE = -(10**16)
"""Below every chat id of the platform (52 bits)."""


def after(state: SeriesState, what: WarningAct | Step) -> SeriesState | None:
    """The state it leads to; None where it makes no sense: nothing is lifted that was not issued."""
    return TRANSITIONS.get((state, what))


def act_between(former: WarningLevel, now: WarningLevel) -> WarningAct:
    """What a version at another level does: red is rank 1."""
    if now.rank < former.rank:
        return A.UPGRADE
    return A.DOWNGRADE if now.rank > former.rank else A.UPDATE


def lane_of(level: WarningLevel, *, drill: bool = False) -> Lane:
    """Red and orange overtake everything; yellow and blue wait their turn, and a drill waits for all that is real."""
    return Lane.BULK if drill else _LANES[level]


def hash_of(version: Version, places: list[Place]) -> str:
    """SHA-256 of what is issued: act, level, text, places and validity, in an order of their own."""
    return hashlib.sha256((hashed_head(version, places) + version.text).encode()).hexdigest()


def hashed_head(version: Version, places: Sequence[Place]) -> str:
    """What stands before the text in what is hashed."""
    where = ",".join(sorted(f"{place.region_code}:{place.level.value}" for place in places))
    until = version.valid_until.astimezone(UTC).isoformat() if version.valid_until else ""
    return "\n".join((version.act.value, version.level.value, where, until, ""))


def nowhere(person_id: int) -> int:
    """Stands for the chat of somebody who has not joined: he is on the list, and told by telephone."""
    return _NOWHERE - person_id


def has_account(recipient: Recipient) -> bool:
    """Whether there is a chat to write to."""
    return recipient.chat_id > _NOWHERE


def is_missing(recipient: Recipient) -> bool:
    """Whether somebody who must answer has not answered the newest version he was told; 去不了 leaves the post open."""
    return recipient.must_answer and not has_answered(recipient)


def has_answered(recipient: Recipient) -> bool:
    """Whether somebody there has answered the newest version, for himself or for his group."""
    return recipient.answered_version == recipient.told_version and recipient.answer is not Answer.CANNOT


def is_told_by_telephone(recipient: Recipient) -> bool:
    """Whether no tap says that he reads what is sent: the telephone, or somebody who was sent to him, came last."""
    if recipient.phoned_at is None:
        return not has_account(recipient)
    return recipient.answered_at is None or recipient.answered_at <= recipient.phoned_at


def is_cut_off(recipient: Recipient) -> bool:
    """失联: whatever was sent, it is not told until somebody gets through, is there, or an answer comes."""
    return recipient.phoned is PhoneResult.CUT_OFF and is_told_by_telephone(recipient)


def end_of(version: Version, issued_at: datetime, otherwise: timedelta) -> datetime:
    """When it ends by its own words; one that names no end is looked at again after `otherwise`."""
    return version.valid_until or issued_at + otherwise


def is_past(version: Version, now: datetime) -> bool:
    """Whether what it says holds no longer: such a text is sent to nobody."""
    return version.valid_until is not None and version.valid_until <= now
