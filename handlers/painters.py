"""The painters of all cards, by role: reads the views, calls the screen."""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.delivery import channels
from bot.delivery import service as delivery
from bot.delivery.channel_results import CARD as CHANNEL_CARD
from bot.delivery.painter import Paint
from bot.delivery.schemas import CardView, Outcomes, Screen
from bot.directory import groups, people, places
from bot.directory.models import Tier
from bot.drill import service as link_tests
from bot.incident import service as incidents
from bot.incident.views import own_view
from bot.intake import service as intake
from bot.intake.rules import DRAFT_CARD
from bot.plan.service import Plan
from bot.warning import checking, drafting, issuing, previewing, proposing, relaying
from bot.warning import service as warnings
from handlers.channel.screens import card as channel_card
from handlers.drill import screens as drill
from handlers.groups.routes import GROUP_CARD, LEAVING_OUT_CARD
from handlers.groups.screens import group_card, leaving_out
from handlers.incident.screens import desk_card
from handlers.intake.screens import draft_card
from handlers.warning.screens import answers_card, board_card, relay_card
from handlers.warning_draft import screens as warning_draft


def painters(plan: Plan) -> Mapping[str, Paint]:
    """Every role a card may have, with what paints it."""

    async def paint_desk(session: AsyncSession, card: CardView, rev: int) -> Screen | None:
        view = await own_view(session, card.subject_id)
        evidence = await intake.evidence_of_incident(session, view.id)
        place = await places.name_of(session, plan, view.region_code)
        group = await groups.by_chat(session, card.chat_id)
        is_gone = bool(group and group.region_code and not plan.contains(group.region_code, view.region_code))
        return desk_card(plan, view, evidence, place, rev, card.locale, is_gone=is_gone)

    async def paint_draft(session: AsyncSession, card: CardView, rev: int) -> Screen | None:
        filed = card.subject.startswith("incident:")
        view = (
            await intake.draft_of_incident(session, card.subject_id, card.chat_id)
            if filed
            else await intake.draft_view(session, card.subject_id)
        )
        if view is None:
            return None
        codes = (view.region_code, *(each.region_code for each in view.likely))
        names = [await places.name_of(session, plan, code) for code in codes]
        incident = await incidents.view(session, view.incident_id) if view.incident_id else None
        return draft_card(plan, view, incident, names, rev, card.locale)

    async def paint_group(session: AsyncSession, card: CardView, _rev: int) -> Screen | None:
        group = await groups.get(session, card.subject_id)
        return group_card(plan, group, card.locale) if group else None

    async def paint_leaving_out(session: AsyncSession, card: CardView, _rev: int) -> Screen | None:
        group = await groups.get(session, card.subject_id)
        return leaving_out(plan, group, card.locale) if group and group.tier is Tier.UNIT else None

    async def paint_channel(session: AsyncSession, card: CardView, _rev: int) -> Screen | None:
        view = await channels.view(session, plan, card.subject_id)
        return channel_card(view, card.locale) if view else None

    return {
        CHANNEL_CARD: paint_channel,
        incidents.DESK_CARD: paint_desk,
        DRAFT_CARD: paint_draft,
        GROUP_CARD: paint_group,
        LEAVING_OUT_CARD: paint_leaving_out,
        **_of_warnings(plan),
        **_of_drafted_warnings(plan),
        **_of_link_tests(plan),
    }


def _of_warnings(plan: Plan) -> dict[str, Paint]:
    async def paint_relay(session: AsyncSession, card: CardView, rev: int) -> Screen | None:
        found = await warnings.of_version(session, card.subject_id)
        if found is None:
            return None
        series, version = found
        check = await checking.check_view(session, plan, version.id)
        if check is None:
            return None
        codes = [place.region_code for place in version.places]
        names = {code: await places.name_of(session, plan, code) for code in codes}
        return relay_card(plan, series, version, check, names, rev, card.locale)

    async def paint_board(session: AsyncSession, card: CardView, rev: int) -> Screen | None:
        series = await warnings.view(session, card.subject_id)
        version = series.issued.number if series.issued else series.newest.number
        parts = [
            await delivery.outcomes_of(session, card.subject, version, purpose)
            for purpose in (issuing.PURPOSE, issuing.NOTICE)
        ]
        outcomes = Outcomes(tuple(chat for part in parts for chat in part.chats))
        short = await delivery.in_channels(session, card.subject, version)
        names = await places.names_of(session, plan, {plan.town_of(row.region_code) for row in series.recipients})
        return board_card(plan, series, outcomes, names, rev, card.locale, short=short)

    async def paint_answers(session: AsyncSession, card: CardView, _rev: int) -> Screen | None:
        return answers_card(await warnings.view_in(session, card.subject_id, card.chat_id), card.chat_id, card.locale)

    return {relaying.RELAY_CARD: paint_relay, issuing.BOARD: paint_board, issuing.ANSWERS_CARD: paint_answers}


def _of_drafted_warnings(plan: Plan) -> dict[str, Paint]:
    async def paint_drafted(session: AsyncSession, card: CardView, _rev: int) -> Screen | None:
        view = await previewing.draft_view(session, plan, card.subject_id)
        reader = await people.person_by_platform(session, card.chat_id)
        return warning_draft.draft_card(plan, view, reader.id if reader else None, card.locale) if view else None

    async def paint_to_sign(session: AsyncSession, card: CardView, _rev: int) -> Screen | None:
        view = await previewing.draft_view(session, plan, card.subject_id)
        return warning_draft.sign_card(plan, view, card.locale) if view else None

    return {drafting.DRAFT_CARD: paint_drafted, proposing.SIGN_CARD: paint_to_sign}


def _of_link_tests(plan: Plan) -> dict[str, Paint]:
    async def paint_board(session: AsyncSession, card: CardView, _rev: int) -> Screen | None:
        view = await link_tests.view(session, card.subject_id)
        return drill.board_card(plan, view, card.locale) if view else None

    async def paint_answer(session: AsyncSession, card: CardView, _rev: int) -> Screen | None:
        found = await link_tests.answered_in(session, card.subject_id)
        return drill.answer_card(*found, card.locale) if found else None

    return {link_tests.BOARD: paint_board, link_tests.ANSWER_CARD: paint_answer}
