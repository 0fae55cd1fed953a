"""The draft's card and a person's list of reports. Pure: view in, text and buttons out."""

from __future__ import annotations

from collections.abc import Sequence

from bot.delivery.schemas import Button, InlineKeyboard, Screen
from bot.incident.schemas import IncidentView
from bot.intake.models import DraftState, Question
from bot.intake.schemas import DraftView
from bot.plan.service import Plan
from handlers.evidence import evidence_text
from handlers.form import screens as form
from messages import intake as texts
from messages.engine import Payload, label, render


def draft_card(
    plan: Plan, view: DraftView, incident: IncidentView | None, places: Sequence[str], rev: int, locale: str
) -> Screen:
    """The one card a reporter looks at, from the first photo to the end of what became of it.

    `places` are the names of the draft's place and of the candidates' places, in that order.
    """
    evidence, place = evidence_text(view.evidence, locale), places[0]
    if view.state is DraftState.KEPT:
        return form.kept_card(view, evidence, rev, locale)
    if view.state in (DraftState.OPEN, DraftState.FILED):
        if view.question is Question.LIKENESS:
            return form.likeness_card(plan, view, tuple(places[1:]), rev, locale)
        if view.asking is not None:
            return form.question_card(plan, view, place, rev, locale)
    if view.state is DraftState.FILED:
        return form.report_card(plan, view, incident, evidence, place, rev, locale)
    if view.question is Question.RESUME and view.state is DraftState.OPEN:
        return form.resume_card(plan, view, evidence, rev, locale)
    if view.question is Question.OUTCOME and view.state is DraftState.OPEN:
        return form.form_card(plan, view, evidence, place, rev, locale)
    payload, keyboard = _of_state(view, evidence, place, rev, locale)
    return Screen(render(payload, locale), InlineKeyboard(keyboard))


def _of_state(view: DraftView, evidence: str, place: str, rev: int, locale: str) -> tuple[Payload, list[list[Button]]]:
    if view.state is DraftState.JOINED and view.number:
        return texts.DraftAdded(number=view.number, evidence=evidence), []
    if view.state is DraftState.DISCARDED:
        return texts.DraftDiscarded(evidence=evidence), [[_button("restore", view, rev, locale)]]
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
