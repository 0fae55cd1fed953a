"""The painters of all cards, by role: reads the views, calls the screen."""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.delivery.painter import Paint
from bot.delivery.schemas import CardView, Screen
from bot.directory import groups, places
from bot.incident import service as incidents
from bot.intake import service as intake
from bot.plan.service import Plan
from handlers.groups.routes import GROUP_CARD
from handlers.groups.screens import group_card
from handlers.incident.screens import desk_card
from handlers.intake.screens import draft_card


def painters(plan: Plan) -> Mapping[str, Paint]:
    """Every role a card may have, with what paints it."""

    async def paint_desk(session: AsyncSession, card: CardView, rev: int) -> Screen | None:
        view = await incidents.view(session, card.subject_id)
        evidence = await intake.evidence_of_incident(session, view.id)
        place = await places.name_of(session, plan, view.region_code)
        return desk_card(view, evidence, place, rev, card.locale)

    async def paint_draft(session: AsyncSession, card: CardView, rev: int) -> Screen | None:
        view = await intake.draft_view(session, card.subject_id)
        if view is None:
            return None
        return draft_card(view, await places.name_of(session, plan, view.region_code), rev, card.locale)

    async def paint_group(session: AsyncSession, card: CardView, _rev: int) -> Screen | None:
        group = await groups.get(session, card.subject_id)
        return group_card(plan, group, card.locale) if group else None

    return {incidents.DESK_CARD: paint_desk, intake.DRAFT_CARD: paint_draft, GROUP_CARD: paint_group}
