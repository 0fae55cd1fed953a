"""A district for the stories of one module: a staged demo with some more people on the roster."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from scenarios.world import join
from tests import databases
from tests.conftest import ON_BOTH
from tests.databases import Postgres
from tests.staging import Live, live

VILLAGE = "500111100216"
_FIRST_NEWCOMER = 72_001
_FIRST_GRID = 31
_NEWCOMERS = 16


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def district(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Live]:
    """Everybody of the demo, joined and bound."""
    async with live(tmp_path_factory.mktemp("district"), roster=roster()) as staged:
        yield staged


def roster() -> str:
    """Grid workers of 横店村 who may join when a story needs one."""
    lines = [f"{_name(n)},{_phone(n)},grid_worker,{VILLAGE}-{_FIRST_GRID + n},," for n in range(_NEWCOMERS)]
    return "\n".join(["name,phone,post,region,unit,role", *lines])


async def newcomer(district: Live) -> str:
    """The next grid worker on the roster takes out his phone and joins; his key on the stage. A story begins."""
    number = sum(key.startswith("newcomer") for key in district.world.people)
    key = f"newcomer{number}"
    await stranger(district, key, _name(number), phone=_phone(number).replace(" ", ""))
    await join(district.control, district.world.people[key])
    await district.stage.begin()
    return key


async def stranger(district: Live, key: str, name: str, *, phone: str | None = None) -> int:
    """Somebody with a phone whom the bot has never seen; his id."""
    world = district.world
    number = await district.control.person(name, phone=phone, id=_FIRST_NEWCOMER + len(world.people))
    district.stage.world = replace(world, people={**world.people, key: number}, names={**world.names, number: name})
    return number


def _name(number: int) -> str:
    return f"龙水镇横店村第{_FIRST_GRID + number}网格员"


def _phone(number: int) -> str:
    return f"+86 10000 {20_001 + number}"


@pytest.fixture(params=ON_BOTH)
def server(request: pytest.FixtureRequest) -> str | None:
    """Where the story's databases are made: None for a SQLite file."""
    if request.param == "sqlite":
        return None
    assert isinstance(request.getfixturevalue("postgres"), Postgres)
    return databases.server_url().render_as_string(hide_password=False)


def ends_the_same(code: int, capsys: pytest.CaptureFixture[str]) -> None:
    """The story held twice, and being killed at every step made no difference to what everybody sees."""
    said = capsys.readouterr()
    assert code == 0, said.err
    assert said.out.count("every expectation held, silence included") == 2
    assert said.out.endswith("killed at every step, the end is the same\n")
