"""How much was sent, in a few words: what the reporter's card and the desk's card both say. Pure."""

from __future__ import annotations

from bot.intake.models import ItemKind
from bot.intake.schemas import Evidence
from messages.engine import label


def evidence_text(evidence: Evidence, locale: str) -> str:
    """照片2 语音1, and how much of it is not here yet."""
    parts = [
        f"{label(f'evidence.{kind.value}', locale)}{evidence.counts[kind]}"
        for kind in ItemKind
        if evidence.counts[kind]
    ]
    missing = label("evidence.missing", locale).format(count=evidence.missing) if evidence.missing else ""
    return " ".join(parts) + missing
