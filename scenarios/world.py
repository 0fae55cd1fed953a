"""An invented district in the sandbox: people with phones, groups with members, and how they all join the bot.

Built from the plain data of a pack's demo file. Joining goes the way real people go: /start, then the own contact card;
an administrator then says where the groups belong.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.client import Control

_FIRST_PERSON = 70_001
_FIRST_GROUP = -80_001
_PATIENCE_SECONDS = 60.0
BIND_ALL = "全部按建议绑定"
ENGLISH = "English"


@dataclass(frozen=True, slots=True)
class World:
    """Ids in the sandbox by the keys of the demo file, and what everybody is called."""

    people: Mapping[str, int]
    groups: Mapping[str, int]
    names: Mapping[int, str]


def of(demo: Mapping[str, Any]) -> World:
    """The ids everybody will have: they follow from the order in the file."""
    people = {person["key"]: _FIRST_PERSON + n for n, person in enumerate(demo["people"])}
    groups = {group["key"]: _FIRST_GROUP - n for n, group in enumerate(demo["groups"])}
    names = {people[person["key"]]: person["name"] for person in demo["people"]}
    return World(people, groups, {**names, **{groups[group["key"]]: group["title"] for group in demo["groups"]}})


def seed(demo: Mapping[str, Any]) -> dict[str, Any]:
    """What the sandbox's page shows a first visitor: the hint, and which phones are open."""
    world = of(demo)
    phones = [
        (world.people["hengdian_worker"], world.people["hengdian_worker"]),
        (world.people["longshui_duty"], world.groups["longshui"]),
        (world.people["district_duty"], world.groups["district"]),
        (world.people["baoding_duty"], world.groups["baoding"]),
    ]
    return {"hint": demo["first_visit"], "phones": [f"{person}:{chat}" for person, chat in phones]}


async def build(control: Control, demo: Mapping[str, Any]) -> World:
    """Makes the people and the groups, lets everybody join and binds the groups. The bot must be running."""
    world = of(demo)
    for person in demo["people"]:
        phone, language = person["phone"].replace(" ", ""), person.get("language", "zh")
        await control.person(person["name"], id=world.people[person["key"]], phone=phone, language=language)
    for group in demo["groups"]:
        members = [world.people[key] for key in group["members"]]
        await control.group(group["title"], members, id=world.groups[group["key"]], bot="administrator")
    await join(control, *world.people.values())
    foreigners = [world.people[person["key"]] for person in demo["people"] if person.get("language") == "en"]
    await asyncio.gather(*(_speak_english(control, person) for person in foreigners))
    await _bind(control, world.people["administrator"])
    return world


async def join(control: Control, *people: int) -> None:
    """All of them come to the bot as people do, side by side: /start, then the own contact card."""
    await asyncio.gather(*(_come(control, person) for person in people))
    await control.settled(_PATIENCE_SECONDS)


async def _come(control: Control, person: int) -> None:
    await control.say(person, "/start")
    await control.send_contact(person)


async def _speak_english(control: Control, person: int) -> None:
    """Everybody begins in Chinese; who wants English says so once."""
    await control.say(person, "/language")
    asked = await control.wait_for(person, lambda message: ENGLISH in message.buttons)
    await control.tap(person, asked.message_id, ENGLISH)


async def _bind(control: Control, administrator: int) -> None:
    await control.say(administrator, "/groups")
    asked = await control.wait_for(administrator, lambda message: any(BIND_ALL in text for text in message.buttons))
    button = next(text for text in asked.buttons if BIND_ALL in text)
    await control.tap(administrator, asked.message_id, button)
    await control.settled(_PATIENCE_SECONDS)
