"""电话接报: the duty officer writes down what a caller says, while he says it.

The time is stamped at the tap that opens it. Caller, place, what and casualties are asked in that order; each may stay
unknown. Filing it takes one tap at any moment, and it goes up like any other report.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import Actor, Permission
from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Target
from bot.directory import people
from bot.intake import form, repository
from bot.intake.models import Draft, DraftState, Question, Via
from bot.intake.rules import DRAFT_CARD, draft_subject
from bot.plan.schema import WaitKey
from bot.plan.service import Plan


async def begin(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, chat_id: int) -> None:
    """Opens a telephone report in the officer's private chat; what he was writing himself is put aside.

    Tapping again while nothing has been written only shows the card again: the first tap's time stands.
    """
    home = await people.home_region(session, plan, actor.person_id or 0, now)
    region = home or plan.district.code
    actor.require(Permission.REPORT_TELEPHONE, region)
    draft = await repository.open_draft(session, actor.person_id or 0)
    if draft is not None and draft.via is Via.TELEPHONE and not await _is_begun(session, draft):
        await delivery.show_card_again(session, draft_subject(draft.id), DRAFT_CARD)
        return
    if draft is not None:
        draft.state, draft.due_at, draft.asking = DraftState.KEPT, None, None
        await delivery.touch(session, draft_subject(draft.id))
    draft = await repository.add(
        session,
        Draft(
            person_id=actor.person_id or 0,
            chat_id=chat_id,
            locale=actor.locale,
            question=Question.OUTCOME,
            via=Via.TELEPHONE,
            asking=form.ORDER[Via.TELEPHONE][0],
            region_code=region,
            opened_at=now,
            due_at=now + plan.wait(WaitKey.DRAFT_IDLE),
        ),
    )
    await repository.ask_nothing_else(session, draft)
    target, subject = Target(chat_id, actor.locale), draft_subject(draft.id)
    await delivery.wish_card(session, now, subject=subject, role=DRAFT_CARD, target=target, lane=Lane.URGENT)
    audit.record(session, now, actor, "draft.telephone", subject)


async def _is_begun(session: AsyncSession, draft: Draft) -> bool:
    answered = any((draft.what, draft.contact_name, draft.contact_phone, draft.place_words))
    return answered or bool(await repository.items_of_draft(session, draft.id))
