"""What is tapped on the desk's card. A button's data is `action:incident:rev[:minutes]`."""

from __future__ import annotations

from bot.incident import service
from handlers.act import Act
from handlers.routing import Route, button


def routes() -> list[Route]:
    """All routes of this room."""
    return [button("i.take", take), button("i.arrive", arrive), button("i.verify", verify)]


async def take(act: Act) -> None:
    """我来处理."""
    await service.take(act.session, act.plan, act.actor, act.now, int(act.data[1]))


async def arrive(act: Act) -> None:
    """Whoever took it says when he is there."""
    await service.arrive(act.session, act.plan, act.actor, act.now, int(act.data[1]), int(act.data[3]))


async def verify(act: Act) -> None:
    """属实."""
    await service.verify(act.session, act.plan, act.actor, act.now, int(act.data[1]))
