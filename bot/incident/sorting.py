"""What it is and whose it is: 改类别 and 转办. Where it is told anew, nobody is taken to have heard it."""

from __future__ import annotations

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.access import SYSTEM, Actor
from bot.delivery import service as delivery
from bot.delivery.schemas import Target
from bot.directory import groups, people
from bot.directory.rules import place_name
from bot.incident import audience, deeds, taker
from bot.incident.deeds import Scene
from bot.incident.errors import NothingToDo
from bot.incident.models import EntryKind, Incident
from bot.incident.rules import Deed, let_go, natures_of
from bot.plan.schema import Level, Nature, Unit
from bot.plan.service import Plan
from messages import desk as texts
from messages.incident import Phone


async def change_kind(
    session: AsyncSession,
    plan: Plan,
    actor: Actor,
    now: datetime,
    incident_id: int,
    kind_key: str,
    nature: Nature | None = None,
) -> bool:
    """Says what kind it is. False where the kind is not of its nature and `nature` must be chosen first.

    Raises:
        UnknownEntry: the pack has no such kind.
        NothingToDo: it is of that kind already.
    """
    scene = Scene(session, plan, actor, now)
    incident = await deeds.required(scene, incident_id, Deed.KIND)
    fitting = natures_of(plan.kind(kind_key))
    if nature is None and incident.nature not in fitting and len(fitting) > 1:
        return False
    wanted = nature if nature in fitting else incident.nature if incident.nature in fitting else fitting[0]
    if (incident.kind_key, incident.nature) == (kind_key, wanted):
        raise NothingToDo(incident.number)
    incident.kind_key = kind_key
    await deeds.done(scene, incident, Deed.KIND, EntryKind.KIND, kind_key, to=kind_key, nature=wanted.value)
    if wanted is not incident.nature:
        incident.nature = wanted
        await deeds.ring(scene, incident)
    return True


async def send_to_town(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, incident_id: int, town_code: str
) -> None:
    """Hands it to another town: its desks ring, the old ones' cards say where it went, reporters hear whom to phone.

    Whoever has it in hand keeps it if he may act there too; else it is called for as if it were new.

    Raises:
        UnknownEntry: the pack has no such region.
        NothingToDo: it is there already.
    """
    scene = Scene(session, plan, actor, now)
    incident = await deeds.required(scene, incident_id, Deed.REROUTE)
    town = plan.region(town_code)
    if town.level is not Level.TOWN or plan.contains(town.code, incident.region_code):
        raise NothingToDo(incident.number)
    before = incident.region_code
    incident.region_code, incident.unit_key = town.code, None
    if not await _may_keep(scene, incident):
        let_go(incident)
        deeds.call_again(scene, incident)
    text = f"region:{town.code}"
    entry = await deeds.done(scene, incident, Deed.REROUTE, EntryKind.REROUTED, text, before=before, to=town.code)
    await deeds.ring(scene, incident)
    await _tell_where_it_went(scene, incident, town.name, plan.duty_phone(town.code), before, entry)


async def send_to_unit(
    session: AsyncSession, plan: Plan, actor: Actor, now: datetime, incident_id: int, unit_key: str
) -> bool:
    """Asks a unit to handle it; the desks of the place keep it. Its people are told, its phone stands on the card.

    False where nobody of the unit could be told: it must be phoned.

    Raises:
        UnknownEntry: the pack has no such unit.
        NothingToDo: it has it already.
    """
    scene = Scene(session, plan, actor, now)
    incident = await deeds.required(scene, incident_id, Deed.REROUTE)
    unit = plan.unit(unit_key)
    if incident.unit_key == unit.key:
        raise NothingToDo(incident.number)
    incident.unit_key = unit.key
    text = f"unit:{unit.key}"
    entry = await deeds.done(scene, incident, Deed.REROUTE, EntryKind.REROUTED, text, unit=unit.key)
    told = texts.ForUnit(
        number=incident.number,
        place=await deeds.place_of(scene, incident),
        nature=incident.nature.value,
        threat=incident.threat.value,
        what=incident.what,
        name=actor.name,
        reporters=tuple(
            Phone(name=row.name, number=row.phone or "") for row in await deeds.followers_of(session, incident)
        ),
        phones=audience.phones(plan, incident.region_code),
    )
    how = deeds.ringing(incident, "for_unit", entry)
    chats = await _chats_of(scene, unit)
    await delivery.tell(session, now, how, told, chats)
    if not chats:
        await deeds.log(session, now, incident, EntryKind.UNREACHED, SYSTEM, Level.UNIT.value)
    await _tell_where_it_went(scene, incident, unit.name, unit.duty_phone, incident.region_code, entry)
    return bool(chats)


async def _may_keep(scene: Scene, incident: Incident) -> bool:
    return incident.taken_by is not None and await taker.absence(scene, incident) is None


async def _tell_where_it_went(
    scene: Scene, incident: Incident, to: str, phone: str | None, before: str, entry: int
) -> None:
    place = place_name(scene.plan, before)
    await deeds.tell_reporters(
        scene,
        incident,
        deeds.ringing(incident, "rerouted", entry),
        lambda number: texts.Rerouted(number=number, place=place, to=to, phone=phone),
    )


async def _chats_of(scene: Scene, unit: Unit) -> list[Target]:
    bound = await groups.bound_at(scene.session, unit.region, Level.UNIT.value)
    own = [Target(group.chat_id, group.locale, group.thread_id) for group in bound if group.unit_key == unit.key]
    officers = await people.of_unit(scene.session, unit.key, scene.now)
    return own + [Target(one.platform_id, one.locale) for one in officers if one.platform_id and one.reachable]
