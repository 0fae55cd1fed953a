"""What a place is called, down to the grid. The pack names regions; grids are named here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.directory import repository
from bot.plan.regions import is_grid
from bot.plan.schema import Level
from bot.plan.service import Plan


async def name_of(session: AsyncSession, plan: Plan, code: str) -> str:
    """The place from the town down, `龙水镇 明光社区 第3网格`; the district itself by its own name."""
    return (await names_of(session, plan, (code,)))[code]


async def names_of(session: AsyncSession, plan: Plan, codes: Iterable[str]) -> dict[str, str]:
    """Each of the places by its code, however many there are."""
    wanted = sorted(set(codes))
    grids = await repository.grid_names(session, [code for code in wanted if is_grid(code)])
    return {code: _named(plan, code, grids) for code in wanted}


def _named(plan: Plan, code: str, grids: Mapping[str, str]) -> str:
    below = [region for region in plan.path(code) if region.level is not Level.DISTRICT]
    names = [region.name if region.level is Level.TOWN else region.short_name for region in below]
    if is_grid(code):
        names.append(grids.get(code, code))
    return " ".join(names) or plan.district.name
