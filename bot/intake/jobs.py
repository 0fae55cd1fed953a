"""What falls due for drafts: asking once more, then filing what nobody answered for.

One photo or one voice note is a complete first report (FIELD 1): a person who cannot press a button has still reported.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.access import SYSTEM
from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Target, Telling
from bot.incident.models import Threat
from bot.intake import filing, repository
from bot.intake.models import Draft, Question, Via
from bot.intake.rules import DRAFT_CARD, draft_subject, is_complete, threat_unasked
from bot.plan.schema import Nature, WaitKey
from bot.plan.service import Plan
from messages import intake as texts

_AT_ONCE = 50


async def run_due(session: AsyncSession, plan: Plan, now: datetime) -> int:
    """Handles the drafts due, each once however long nobody looked; how many."""
    due = await repository.due_drafts(session, now, _AT_ONCE)
    for draft in due:
        if draft.reminded:
            await _close(session, plan, now, draft)
        else:
            await _ask_again(session, plan, now, draft)
    return len(due)


async def next_due(session: AsyncSession) -> datetime | None:
    """The next instant at which there is something to do."""
    return await repository.next_due_draft(session)


async def _ask_again(session: AsyncSession, plan: Plan, now: datetime, draft: Draft) -> None:
    """The one question again; of a form that lay, once, what is to become of it."""
    draft.reminded = True
    if draft.question is Question.THREAT:
        draft.due_at = max(now, draft.opened_at + plan.wait(WaitKey.DRAFT_UNANSWERED))
    else:
        draft.question, draft.asking, draft.at_step = Question.RESUME, None, ""
        draft.due_at = now + plan.wait(WaitKey.DRAFT_IDLE)
    await delivery.show_card_again(session, draft_subject(draft.id), DRAFT_CARD)


async def _close(session: AsyncSession, plan: Plan, now: datetime, draft: Draft) -> None:
    by_telephone = draft.via is Via.TELEPHONE
    complete = is_complete(await repository.items_of_draft(session, draft.id))
    if not (complete or (by_telephone and draft.what)):
        draft.due_at = None
        return
    unclear = draft.question is Question.THREAT or (by_telephone and draft.nature is None)
    chosen = draft.nature or Nature.HAZARD
    settled = (chosen, threat_unasked(draft.via, chosen))
    nature, threat = (Nature.DANGER_SIGN, Threat.UNCLEAR) if unclear else settled
    report = await filing.file(session, plan, SYSTEM, now, draft, nature, threat)
    if unclear:
        how = Telling(filing.telling_subject(report), "filed_for_you", Lane.URGENT, critical=True, drill=draft.drill)
        await delivery.tell(session, now, how, texts.FiledForYou(), [Target(draft.chat_id, draft.locale)])
