"""What things of the pack are called in the reader's language, for screens of several rooms. Pure."""

from __future__ import annotations

from bot.plan.service import Plan


def kind_name(plan: Plan, key: str | None, locale: str) -> str | None:
    """What the kind is called; the key of one the pack no longer has, None for none."""
    kind = plan.kinds.get(key or "")
    if kind is None:
        return key
    return kind.name if locale == "zh" else kind.name_en
