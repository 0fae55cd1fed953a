"""What to read out, and the buttons for what came of each call. Pure: views in, payloads and keyboards out."""

from __future__ import annotations

from bot.delivery.schemas import Button, InlineKeyboard, Screen
from bot.incident.calls import Callee, Calling
from bot.incident.models import Call, CallResult
from bot.plan.service import Plan
from handlers.lists.screens import post_name, title
from messages import calls as texts
from messages.engine import Payload, label, render

POSTS = {"duty": "calls.post_duty", "leader": "calls.post_leader"}
"""What may be tapped for who answered."""


def read_out(plan: Plan, view: Calling, rev: int, locale: str) -> Screen:
    """The words for the telephone, the numbers, and three results per callee."""
    facts = view.facts
    upward = tuple(_callee(each, locale) for each in view.callees if each.upward)
    payload = texts.ReadOut(
        number=view.number,
        title=call_title(plan, view, locale),
        desk=view.desk.name,
        post=post_name(view.desk, locale),
        place=view.place,
        occurred_at=facts.occurred_at,
        opened_at=view.opened_at,
        what=_spoken(facts.what),
        threat=view.threat.value,
        dead=facts.dead,
        missing=facts.missing,
        trapped=facts.trapped,
        seriously_injured=facts.seriously_injured,
        measures=_spoken(facts.measures),
        verified=view.is_verified,
        next_report_by=view.next_report_by,
        upward=upward,
        back=tuple(_callee(each, locale) for each in view.callees if not each.upward),
    )
    in_order = sorted(view.callees, key=lambda each: not each.upward)
    rows = [_results(view.incident_id, each, rev, f"{n}", locale) for n, each in enumerate(in_order, 1)]
    return Screen(render(payload, locale), InlineKeyboard(rows))


def noted(plan: Plan, view: Calling, call: Call, key: str, rev: int, locale: str) -> tuple[Payload, InlineKeyboard]:
    """What was written down: a question after a call that got through, another try after one that did not."""
    name = call_title(plan, view, locale)
    if call.result is CallResult.REACHED:
        asked = texts.WhoAnswered(number=view.number, title=name, place=view.place, callee=call.callee, at=call.at)
        buttons = [Button(label(words, locale), f"c.post:{call.id}:{post}") for post, words in POSTS.items()]
        return asked, InlineKeyboard([buttons])
    written = texts.CallNoted(
        number=view.number,
        title=name,
        place=view.place,
        callee=texts.Callee(name=call.callee, phone=call.phone),
        result=call.result.value,
        at=call.at,
    )
    again = next(each for each in view.callees if each.key == key)
    return written, InlineKeyboard([_results(view.incident_id, again, rev, "", locale)])


def call_title(plan: Plan, view: Calling, locale: str) -> str:
    """What the incident is called; what was told of it is read out anyway."""
    return title(plan, view.nature, view.facts.kind_key, None, locale)


def _spoken(words: str | None) -> str | None:
    """Words as part of a sentence that goes on: in one line and without a full stop of their own."""
    return " ".join(words.split()).rstrip("。.") if words else None


def _callee(callee: Callee, locale: str) -> texts.Callee:
    return texts.Callee(name=callee.name or label("calls.city", locale), phone=callee.phone)


def _results(incident_id: int, callee: Callee, rev: int, number: str, locale: str) -> list[Button]:
    return [
        Button(
            label(f"calls.{result.value}", locale).format(n=number).strip(),
            f"c.{result.value}:{incident_id}:{rev}:{callee.key}",
        )
        for result in CallResult
    ]
