"""送签: a text that is complete is laid before everybody who may sign it; a withdrawal before a second person.

What signing needs as well stands here: who may sign, what the pack wants written down, the cards.
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import service as audit
from bot.core.access import Actor
from bot.delivery import service as delivery
from bot.delivery.models import Lane
from bot.delivery.schemas import Target
from bot.plan.schema import WarningAct
from bot.plan.service import Plan
from bot.plan.warnings import WarningDeed, WarningNeed
from bot.warning import drafting, elements, issuing, repository, rights
from bot.warning.errors import Incomplete, Overtaken
from bot.warning.models import Place, Series, SeriesState, Version, VersionState
from bot.warning.rules import Step, after
from bot.warning.schemas import SignerView
from messages import warning_draft as texts
from messages.engine import label

SIGN_CARD = "warning.sign"
"""The role of the card on which a text is signed."""


async def propose(session: AsyncSession, plan: Plan, actor: Actor, now: datetime, version_id: int) -> None:
    """送签: the text is made of its elements and laid before everybody who may sign it.

    Raises:
        NotAllowed, NotYours.
        Incomplete: elements are missing.
        Overtaken: it is proposed already.
    """
    series, version = await drafting.editable(session, plan, actor, now, version_id)
    if version.state is not VersionState.DRAFT:
        raise Overtaken(series.number or "")
    places = list(await repository.places(session, version.id))
    require_complete(plan, series, version, places, now)
    former = await repository.newest_issued(session, series.id)
    version.text = elements.text_of(plan, series, version, places, former, None)
    version.drafted_by, version.drafted_name = actor.person_id, actor.name
    await _lay_before(session, plan, actor, now, series, version)


async def withdraw(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, series_id: int, number: int, target: Target
) -> None:
    """误发撤回: a second person's tap is enough to take back what was sent by mistake; it is laid before them at once.

    A change that was being written is thrown away by it.

    Raises:
        NotAllowed: without the right to draft.
        Overtaken: the series has ended, a newer version is out, or the withdrawal waits already.
    """
    rights.require(plan, actor, WarningDeed.DRAFT)
    series, newest = await issuing.existing(session, series_id, lock=True)
    former = await repository.newest_issued(session, series.id)
    is_waiting = newest.state is VersionState.PROPOSED and newest.act is WarningAct.WITHDRAW
    if former is None or former.number != number or series.state is not SeriesState.IN_FORCE or is_waiting:
        raise Overtaken(series.number or "")
    if newest.state is not VersionState.ISSUED:
        newest.state = VersionState.DISCARDED
        record(session, now, actor, "warning.discard_draft", series, newest)
        await touch(session, newest)
    why = label("warning_draft.withdrawn_because", "zh")
    version = await drafting.next_version(session, actor, series, former, WarningAct.WITHDRAW, why)
    places = await repository.places(session, version.id)
    version.text = elements.text_of(plan, series, version, places, former, None)
    await _lay_before(session, plan, actor, now, series, version)
    await card(session, now, series, version, drafting.DRAFT_CARD, target)


async def signers(
    session: AsyncSession, plan: Plan, now: datetime, series: Series, version: Version
) -> list[SignerView]:
    """Whoever may sign it but who wrote it; a withdrawal is agreed to by anybody of the desk or who signs."""
    deeds = [rights.signing_deed(version.act)]
    if version.act is WarningAct.WITHDRAW:
        deeds.append(WarningDeed.DRAFT)
    found = await rights.who_may(session, plan, now, deeds, series.kind_key, version.level)
    return [each for each in found if each.person_id != version.drafted_by]


def needs_of(plan: Plan, series: Series, version: Version) -> tuple[WarningNeed, ...]:
    """What the pack wants written down for it; a withdrawal wants nothing."""
    if version.act is WarningAct.WITHDRAW:
        return ()
    return plan.warning_right(rights.signing_deed(version.act), series.kind_key, version.level).needs


def require_complete(plan: Plan, series: Series, version: Version, places: list[Place], now: datetime) -> None:
    """Raises Incomplete, naming the elements."""
    if lacking := elements.missing(version, places, needs_of(plan, series, version), now):
        raise Incomplete(lacking)


async def card(
    session: AsyncSession, now: datetime, series: Series, version: Version, role: str, target: Target
) -> None:
    """The card as a new, ringing message; that of a drill waits behind what is real."""
    subject, lane = drafting.card_subject(version.id), Lane.INTERACTIVE if series.drill else Lane.URGENT
    await delivery.wish_card(session, now, subject=subject, role=role, target=target, lane=lane, drill=series.drill)
    await delivery.show_card_again(session, subject, role, target.chat_id)


async def touch(session: AsyncSession, version: Version) -> None:
    """Says that the version's cards have changed."""
    await delivery.touch(session, drafting.card_subject(version.id))


def what(plan: Plan, series: Series, version: Version) -> texts.What:
    """Which warning a text is about."""
    kind = plan.warning_kind(series.kind_key)
    return texts.What(kind=kind.words, kind_en=kind.name_en, level=version.level.value)


def record(
    session: AsyncSession, now: datetime, actor: Actor, act: str, series: Series, version: Version, **facts: str
) -> None:
    """Writes the act down under its series."""
    subject = issuing.subject_of(series.id)
    audit.record(session, now, actor, act, subject, drill=series.drill, version=version.number, **facts)


async def _lay_before(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, series: Series, version: Version
) -> None:
    version.state, version.asking, version.return_reason = VersionState.PROPOSED, "", None
    version.changed_at = now
    series.state = after(series.state, Step.PROPOSE) or series.state
    asked = await signers(session, plan, now, series, version)
    names = [signer.name for signer in asked]
    record(session, now, actor, "warning.propose", series, version, act_proposed=version.act.value, to="、".join(names))
    for signer in asked:
        if signer.reachable and signer.platform_id:
            await card(session, now, series, version, SIGN_CARD, Target(signer.platform_id, signer.locale))
    await touch(session, version)
