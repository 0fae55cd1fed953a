"""Which warning and which paper; the buttons that stand on the board and under the telephone list. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.delivery.schemas import Button, InlineKeyboard
from bot.paper.models import PaperKind
from bot.plan.service import Plan
from bot.warning.models import Series
from messages import paper as texts
from messages.engine import label

CHOOSE, REPORT, ARCHIVE, CALLS = "paper.of", "paper.report", "paper.archive", "paper.calls"


def warnings(plan: Plan, found: Sequence[Series], locale: str) -> tuple[texts.ChooseWarning, InlineKeyboard]:
    """The warnings issued lately, one to a row."""
    rows = []
    for series in found:
        mark = label("delivery.drill", locale) if series.drill else ""
        state = label(f"warning.state.{series.state.value}", locale)
        words = f"{mark}{series.number} {_kind(plan, series, locale)} · {state}"
        rows.append([Button(words, f"{CHOOSE}:{series.id}")])
    return texts.ChooseWarning(count=len(found)), InlineKeyboard(rows)


def papers(
    plan: Plan, series: Series, may_have: Collection[PaperKind], locale: str
) -> tuple[texts.Choose, InlineKeyboard]:
    """The papers there are on a warning, as far as the reader may have them."""
    payload = texts.Choose(
        number=series.number or "",
        of=_kind(plan, series, "zh"),
        of_en=_kind(plan, series, "en"),
        state=series.state.value,
    )
    offered = (
        (PaperKind.REPORT, report_button(series.id, locale)),
        (PaperKind.CALL_SHEET, calls_button(series.id, locale)),
        (PaperKind.ARCHIVE, archive_button(series.id, locale)),
    )
    return payload, InlineKeyboard([[button] for kind, button in offered if kind in may_have])


def report_button(series_id: int, locale: str) -> Button:
    """[结案报告]."""
    return Button(label("paper.report", locale), f"{REPORT}:{series_id}")


def archive_button(series_id: int, locale: str) -> Button:
    """[审计档案]."""
    return Button(label("paper.archive", locale), f"{ARCHIVE}:{series_id}")


def calls_button(series_id: int, locale: str) -> Button:
    """[外呼单]."""
    return Button(label("paper.calls", locale), f"{CALLS}:{series_id}")


def _kind(plan: Plan, series: Series, locale: str) -> str:
    kind = plan.warning_kinds.get(series.kind_key)
    if kind is None:
        return series.kind_key
    return kind.words if locale == "zh" else kind.name_en
