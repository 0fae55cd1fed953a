"""A reporter in the database: sends, answers, chooses, as the handlers would have him do it."""

from __future__ import annotations

from datetime import datetime
from itertools import count

from sqlmodel import col, select

from bot.incident.models import Incident, Threat
from bot.intake import form, receiving, service
from bot.intake.models import Asked, Draft, ItemKind, Report
from bot.intake.schemas import Sent
from bot.plan.schema import Nature
from tests.integration.town import NIGHT, Town

MESSAGES = count(1)


async def send(
    town: Town,
    role: str = "worker",
    kind: ItemKind = ItemKind.PHOTO,
    text: str = "",
    *,
    at: datetime = NIGHT,
    message: int | None = None,
    where: tuple[float, float] | None = None,
) -> int:
    number = message or next(MESSAGES)
    latitude, longitude = where or (None, None)
    sent = Sent(
        chat_id=town.chats[role],
        message_id=number,
        kind=kind,
        sent_at=at,
        text=text,
        file_id=f"file{number}" if kind is ItemKind.PHOTO else None,
        latitude=latitude,
        longitude=longitude,
    )
    async with town.database.write() as session:
        await receiving.receive(session, town.plan, await town.actor(session, role, at), at, sent)
    return number


async def newest(town: Town) -> Draft:
    async with town.database.read() as session:
        return (await session.exec(select(Draft).order_by(col(Draft.id).desc()).limit(1))).one()


async def reports(town: Town) -> list[Report]:
    async with town.database.read() as session:
        return list((await session.exec(select(Report).order_by(col(Report.id)))).all())


async def incident_of(town: Town, report: Report) -> Incident:
    async with town.database.read() as session:
        found = await session.get(Incident, report.incident_id)
        assert found is not None
        return found


async def choose(town: Town, field: Asked, value: str, *, role: str = "worker", at: datetime = NIGHT) -> Draft:
    draft = await newest(town)
    async with town.database.write() as session:
        actor = await town.actor(session, role, at)
        await form.choose(session, town.plan, actor, at, draft.id, field, value)
    return await newest(town)


async def no_threat(town: Town, role: str = "worker", at: datetime = NIGHT) -> Draft:
    draft = await newest(town)
    async with town.database.write() as session:
        actor = await town.actor(session, role, at)
        await service.answer(session, town.plan, actor, at, draft.id, Threat.NO)
    return await newest(town)


async def settle(town: Town, nature: Nature, *, role: str = "worker", at: datetime = NIGHT) -> Draft:
    draft = await newest(town)
    async with town.database.write() as session:
        await service.settle(session, town.plan, await town.actor(session, role, at), at, draft.id, nature)
    return await newest(town)


async def ask(town: Town, field: Asked, step: str = "") -> None:
    draft = await newest(town)
    async with town.database.write() as session:
        await form.open_field(session, await town.actor(session, "worker"), NIGHT, draft.id, field, step)


async def accident(town: Town) -> tuple[Draft, Report]:
    await send(town)
    await no_threat(town)
    draft = await settle(town, Nature.ACCIDENT)
    return draft, (await reports(town))[-1]
