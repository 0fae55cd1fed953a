"""What tests of all rooms share: databases, a clock, Dazu's plan, and a wall around this machine.

`database` comes in both kinds, so a test that takes it runs twice. It begins with all tables and no rows.
"""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.core.clock import Clock
from bot.core.database import Database
from bot.plan.service import Plan, load_demo, load_plan
from tests import databases
from tests.databases import Postgres
from tests.scheduling import ByWorld

PACK = Path(__file__).parents[1] / "packs" / "dazu"

ON_BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]

AT_LENGTH_ON_BOTH = ["sqlite", pytest.param("postgresql", marks=[pytest.mark.postgres, pytest.mark.faults])]
"""For stories of more than half a minute: every run plays them on SQLite, `make faults` on PostgreSQL, too."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--golden` writes the golden files anew instead of comparing with them (`make golden`)."""
    parser.addoption("--golden", action="store_true", help="write golden files anew")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByWorld | None:
    """Tests that share a world go to one worker; None leaves other ways of distributing them alone."""
    return ByWorld(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.fixture(scope="session", autouse=True)
def nobody_leaves_this_machine() -> Iterator[None]:
    """A test that connects to anything but loopback fails where it tries."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", _guarded(socket.socket.connect))
        patch.setattr(socket.socket, "connect_ex", _guarded(socket.socket.connect_ex))
        yield


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with all tables, copied for every test."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    databases.create_tables(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """This worker's own databases on the server, dropped when the worker ends.

    Skips without a server that answers; fails instead where REQUIRE_POSTGRES=1.
    """
    server = databases.server_url()
    if (why := databases.unreachable(server)) is not None:
        reason = (
            f"no PostgreSQL answers at {databases.shown(server)} ({why}); set TEST_DATABASE_URL or use .ci/postgres"
        )
        if os.environ.get("REQUIRE_POSTGRES") == "1":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    with Postgres(server) as running:
        yield running


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """As `database_url`, SQLite only: for tests to which the database is beside the point."""
    path = tmp_path / "jiaoying.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture(params=ON_BOTH)
def database_url(request: pytest.FixtureRequest) -> str:
    """A database with all tables and no rows, stamped as migrated to head: SQLite, then PostgreSQL."""
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        return server.emptied()
    url: str = request.getfixturevalue("sqlite_url")
    return url


@pytest.fixture(params=ON_BOTH)
def bare_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with no tables at all, of this test's own: the file does not exist yet, the database does."""
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        with server.bare() as url:
            yield url
        return
    yield f"sqlite+aiosqlite:///{tmp_path / 'bare.db'}"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The product's own access to `database_url`, closed after the test."""
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> Clock:
    """A clock at the machine's time that nobody has moved; `clock.shift(seconds, rev)` moves it."""
    return Clock()


@pytest.fixture(scope="session")
def plan() -> Plan:
    """Dazu's pack as it ships, with the demo's invented duty numbers for the towns."""
    pack = load_plan(PACK)
    return pack.with_duty_phones({duty.region: duty.phone for duty in load_demo(PACK, pack).duty_phones})


def _guarded(connect: Any) -> Any:
    def guarded(self: socket.socket, address: Any) -> Any:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_loopback(str(address[0])):
            raise AssertionError(f"a test tried to reach {address[0]}: tests stay on this machine")
        return connect(self, address)

    return guarded


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
