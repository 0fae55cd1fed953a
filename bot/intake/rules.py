"""How a report is numbered and what a draft holds. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from bot.incident.models import Facts, Threat
from bot.intake.models import Asked, FileState, Item, ItemKind, Via
from bot.intake.schemas import Evidence
from bot.plan.schema import Nature
from messages.engine import ZONE

DRAFT_CARD = "intake.draft"
"""The role of a draft's card in the reporter's chat; it lives on as the card of his report."""

SHOWN = (ItemKind.PHOTO, ItemKind.VOICE, ItemKind.VIDEO, ItemKind.DOCUMENT)
"""What has a file and is shown to the desks."""

LONGEST_CAPTION = 800
"""Characters of a caption shown under a photo together with number and place; a longer one is told as words."""

ANSWERS = (ItemKind.TEXT, ItemKind.VOICE)
"""What answers 几户几人？"""


_ANSWERED: dict[Asked, tuple[str, ...]] = {
    Asked.KIND: ("kind_key",),
    Asked.PLACE: ("place_source",),
    Asked.TIME: ("occurred_at",),
    Asked.CASUALTIES: ("dead", "missing", "trapped", "seriously_injured", "injured"),
    Asked.WHAT: ("what",),
    Asked.MEASURES: ("measures",),
    Asked.REINFORCEMENT: ("reinforcement",),
    Asked.CONTACT: ("contact_name", "contact_phone"),
}


def is_answered(facts: Facts, field: Asked) -> bool:
    """Whether anything is known of the field."""
    return any(getattr(facts, name) is not None for name in _ANSWERED[field])


def threat_unasked(via: Via, nature: Nature) -> Threat:
    """What is known of people threatened where 有人受威胁 was not chosen; on the telephone nobody was asked that."""
    return Threat.UNCLEAR if via is Via.TELEPHONE and nature is Nature.ACCIDENT else Threat.NO


def draft_subject(draft_id: int) -> str:
    """The name of the draft in the ledger and the audit."""
    return f"draft:{draft_id}"


def day_of(now: datetime) -> str:
    """The district's calendar day, 2026-07-12: serials begin anew at its midnight."""
    return now.astimezone(ZONE).date().isoformat()


def number_of(prefix: str, day: str, serial: int) -> str:
    """How a report is called on the phone: 龙水0712-3."""
    return f"{prefix}{day[5:7]}{day[8:10]}-{serial}"


def evidence_of(items: Iterable[Item]) -> Evidence:
    """How much of each kind, and how many files have not been fetched."""
    held = list(items)
    unfetched = sum(1 for item in held if _is_missed(item))
    return Evidence(Counter(item.kind for item in held if item.kind is not ItemKind.ANSWER), unfetched)


def is_complete(items: Iterable[Item]) -> bool:
    """Whether this is a first report by itself: one photo, voice note or film is enough (FIELD 1)."""
    return any(item.kind in SHOWN for item in items)


def _is_missed(item: Item) -> bool:
    """Given up, or tried at least once in vain; a file asked for a moment ago is not missed yet."""
    return item.file_state is FileState.MISSING or (item.file_state is FileState.WANTED and item.attempts > 0)
