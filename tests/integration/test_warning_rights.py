"""Every deed at every level by every post: done or refused as the law's table says, and refused with its reason.

The table is the one of tests/unit/test_plan_warnings.py, written down from the law and not from the pack.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.database import Database
from bot.core.errors import NotAllowed, Refusal
from bot.delivery.schemas import Target
from bot.plan.schema import WarningAct, WarningLevel
from bot.plan.service import Plan
from bot.plan.warnings import WarningDeed
from bot.warning import drafting, elements, proposing, relaying, repository, signing
from bot.warning.errors import NotYours
from bot.warning.models import Origin, Place, Series, SeriesState, Version, VersionState
from messages.engine import Payload, render
from tests.integration.town import NIGHT, TOWN, Town, build
from tests.integration.warning_desk import seat
from tests.unit.test_plan_warnings import ALLOWED, BY_WORDS

DRAFT, SIGN, LIFT, RELAY = WarningDeed.DRAFT, WarningDeed.SIGN, WarningDeed.LIFT, WarningDeed.RELAY
KINDS = ("暴雨", "地质灾害气象风险", "洪水", "非煤矿山", "森林火灾")
"""One of each station, and of each law that gives the district its own; all kinds stand in the unit test."""

ROLES = {
    "district": "district_duty",
    "leader": "district_leader",
    "administrator": "administrator",
    "town": "town_duty",
    "cadre": "village_cadre",
    "worker": "grid_worker",
}


@pytest.fixture
async def town(database: Database, plan: Plan) -> Town:
    town = await build(database, plan)
    await seat(town, "leader", 402, "district_leader")
    return town


async def attempts(town: Town, deed: WarningDeed, role: str, kind: str, level: WarningLevel) -> Refusal | None:
    """The deed of that role on a warning ready for it; the refusal, None if it was done. Nothing of it stays."""
    try:
        async with town.database.write() as session:
            actor, target = await town.actor(session, role), Target(town.chats[role])
            if deed is DRAFT:
                await drafting.begin(session, town.plan, actor, NIGHT, kind, level, target)
            else:
                version = await _ready(session, deed, kind, level)
                if deed is RELAY:
                    await relaying.relay(session, town.plan, actor, NIGHT, version.id)
                else:
                    view = await repository.places(session, version.id)
                    seen = elements.seen_mark(version, list(view))
                    await signing.sign(session, town.plan, actor, NIGHT, version.id, seen)
            raise _Done
    except _Done:
        return None
    except Refusal as refusal:
        return refusal


class _Done(Exception):
    """It was done; the transaction is taken back."""


async def _ready(session: AsyncSession, deed: WarningDeed, kind: str, level: WarningLevel) -> Version:
    relayed = deed is RELAY
    series = await repository.add(
        session,
        Series(
            kind_key=kind,
            origin=Origin.RELAYED if relayed else Origin.OWN,
            state=SeriesState.IN_FORCE if deed is LIFT else SeriesState.DRAFT if relayed else SeriesState.PROPOSED,
            source_words="市里" if relayed else "",
            opened_name="x",
            opened_chat=1,
            opened_at=NIGHT,
        ),
    )
    version = await repository.add(
        session,
        Version(
            series_id=series.id,
            number=2 if deed is LIFT else 1,
            act=WarningAct.LIFT if deed is LIFT else WarningAct.ISSUE,
            state=VersionState.DRAFT if relayed else VersionState.PROPOSED,
            level=level,
            text="原文",
            valid_until=NIGHT + timedelta(hours=6),
            matters="警示",
            measures="措施",
            issuer="区应急局",
            consultation="会商",
            authority="授权书",
            platform_number="1",
        ),
    )
    await repository.add(session, Place(version_id=version.id, region_code=TOWN, level=level))
    return version


@pytest.mark.parametrize("deed", WarningDeed)
async def test_every_post_does_what_the_law_leaves_to_it_and_is_told_why_of_the_rest(
    town: Town, deed: WarningDeed
) -> None:
    for words, level, role in product(KINDS, WarningLevel, ROLES):
        kind = BY_WORDS[words]
        refusal = await attempts(town, deed, role, kind, level)
        allowed = (deed, words, level, ROLES[role]) in ALLOWED
        assert (refusal is None) is allowed, (words, level, role, refusal)
        if refusal is not None and deed is not RELAY:
            reason = town.plan.refusal(deed, kind, level)
            assert isinstance(refusal, NotYours), (words, level, role)
            assert isinstance(refusal.payload, Payload)
            said = render(refusal.payload, "zh")
            assert reason.why in said
            assert reason.source in said


async def test_who_may_not_relay_is_refused_before_anything_else(town: Town) -> None:
    for role in ("leader", "administrator", "town", "worker"):
        refusal = await attempts(town, RELAY, role, "rainstorm", WarningLevel.RED)
        assert isinstance(refusal, NotAllowed)


@pytest.mark.parametrize("role", ROLES)
async def test_what_is_offered_is_what_is_allowed(town: Town, role: str) -> None:
    async with town.database.read() as session:
        actor = await town.actor(session, role)
        try:
            offered = await drafting.kinds_open(session, town.plan, actor, NIGHT)
        except NotAllowed:
            offered = {}
    cells = {(kind.words, level) for kind, levels in offered.items() for level in levels}
    assert cells == {(words, level) for deed, words, level, post in ALLOWED if deed is DRAFT and post == ROLES[role]}


async def test_only_who_may_sign_is_asked_to(town: Town) -> None:
    async with town.database.write() as session:
        version = await _ready(session, SIGN, "flood", WarningLevel.YELLOW)
        series = await repository.series(session, version.series_id)
        assert series is not None
        signers = await proposing.signers(session, town.plan, NIGHT, series, version)
    assert [signer.name for signer in signers] == ["leader"]
