"""The draft's card and a person's list of reports. Pure: view in, text and buttons out."""

from __future__ import annotations

from bot.delivery.schemas import Button, InlineKeyboard, Screen
from bot.intake.models import DraftState, ItemKind, Question
from bot.intake.schemas import DraftView, Evidence
from messages import intake as texts
from messages.engine import Payload, label, render


def draft_card(view: DraftView, place: str, rev: int, locale: str) -> Screen:
    """The one card a reporter looks at from the first photo to the report's number."""
    evidence = evidence_text(view.evidence, locale)
    payload, keyboard = _of_state(view, evidence, place, rev, locale)
    return Screen(render(payload, locale), InlineKeyboard(keyboard))


def evidence_text(evidence: Evidence, locale: str) -> str:
    """照片2 语音1, and how much of it is not here yet."""
    parts = [
        f"{label(f'evidence.{kind.value}', locale)}{evidence.counts[kind]}"
        for kind in ItemKind
        if evidence.counts[kind]
    ]
    missing = label("evidence.missing", locale).format(count=evidence.missing) if evidence.missing else ""
    return " ".join(parts) + missing


def _of_state(view: DraftView, evidence: str, place: str, rev: int, locale: str) -> tuple[Payload, list[list[Button]]]:
    if view.state is DraftState.FILED and view.number and view.nature:
        filed = texts.DraftFiled(number=view.number, nature=view.nature.value, evidence=evidence, place=place)
        return filed, []
    if view.state is DraftState.JOINED and view.number:
        return texts.DraftAdded(number=view.number, evidence=evidence), []
    if view.state is DraftState.DISCARDED:
        return texts.DraftDiscarded(evidence=evidence), [[_button("restore", view, rev, locale)]]
    if view.question is Question.OUTCOME:
        outcome = texts.DraftOutcome(evidence=evidence, place=place)
        rows = [[_button("happened", view, rev, locale), _button("hazard_only", view, rev, locale)]]
        return outcome, [*rows, [_button("cancel", view, rev, locale)]]
    return texts.Draft(evidence=evidence, place=place), _threat_rows(view, rev, locale)


def _threat_rows(view: DraftView, rev: int, locale: str) -> list[list[Button]]:
    rows = [
        [_button("threatened_yes", view, rev, locale)],
        [_button("threatened_no", view, rev, locale), _button("threatened_unclear", view, rev, locale)],
    ]
    if view.may_join:
        words = label("intake.add_to", locale).format(number=view.may_join)
        rows.append([Button(words, f"d.join:{view.id}:{rev}")])
    return [*rows, [_button("cancel", view, rev, locale)]]


def _button(action: str, view: DraftView, rev: int, locale: str) -> Button:
    return Button(label(f"intake.{action}", locale), f"d.{action}:{view.id}:{rev}")
