"""The draft somebody has not finished, and bringing it back to the foot of his chat."""

from __future__ import annotations

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.access import Actor
from bot.delivery import service as delivery
from bot.intake import repository
from bot.intake.errors import DraftGone
from bot.intake.rules import DRAFT_CARD, draft_subject


async def draft_of(session: AsyncSession, actor: Actor) -> int | None:
    """The id of the actor's newest draft that is open or was put aside; None if he has finished all."""
    if actor.person_id is None:
        return None
    draft = await repository.unfinished_draft(session, actor.person_id)
    return draft.id if draft else None


async def show(session: AsyncSession, actor: Actor, draft_id: int) -> None:
    """Ships the draft's card anew. Raises DraftGone if it is finished or somebody else's."""
    if await draft_of(session, actor) != draft_id:
        raise DraftGone
    await delivery.show_card_again(session, draft_subject(draft_id), DRAFT_CARD)
