"""What stands in deploy/ and docs/operating.md can be used as it stands: units, nginx, containers, every command."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import ssl
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest
import typer
import yaml
from typer.core import TyperGroup

from bot.cli import app
from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.nursery import Nursery
from bot.delivery.gateway import Gateway
from bot.directory import roster
from bot.inbox.taps import TapAnswerer
from bot.inbox.webhook import SECRET_HEADER, Address, Webhook
from bot.plan.service import Plan
from bot.settings import ROOT, Settings
from sandbox.server import Sandbox
from tests.integration.inbox.test_poller import until_stored
from tests.staging import free_address
from tests.waiting import eventually

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
PAGES = [ROOT / "docs" / "operating.md"]
WORDS = re.compile(r"^\s*(?:sudo (?:-u \w+ )?)?(?:\S*/)?jiaoying (\S.*)$", re.MULTILINE)
NAMED = re.compile(r"\bJIAOYING_([A-Z_]+[A-Z])\b")
LARGEST_EXPOSURE = "20"
"""Of systemd's 100: a unit without hardening has 96."""

SECRET = "told_to-the-platform"
BODY = 512 * 1024

USAGE: type[Exception] = typer.BadParameter.__mro__[1]
"""What the command line raises against words it does not take."""

Knock = Callable[[str, bytes | None], Awaitable[int]]


def tool(name: str, required_by: str) -> str:
    """Where the tool is; without it the test is skipped, or fails where it is required."""
    if found := shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin"):
        return found
    reason = f"no {name} on this machine"
    if os.environ.get(required_by) == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


# --- systemd ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units as they would be installed, with the program where it is on this machine."""
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace("/opt/jiaoying/bin/jiaoying", sys.executable)
        (tmp_path / unit.name.replace("@.", "@8443.")).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_finds_nothing_wrong_with_the_unit(unit: Path, units: Path) -> None:
    analyze = tool("systemd-analyze", "REQUIRE_SYSTEMD")
    name = unit.name.replace("@.", "@8443.")
    looked = subprocess.run([analyze, "verify", name], cwd=units, capture_output=True, text=True, check=False)
    assert (looked.returncode, looked.stdout + looked.stderr) == (0, "")


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_the_service_may_do_little_else_than_serve(unit: Path, units: Path) -> None:
    analyze = tool("systemd-analyze", "REQUIRE_SYSTEMD")
    name = unit.name.replace("@.", "@8443.")
    words = [analyze, "security", "--offline=true", f"--threshold={LARGEST_EXPOSURE}", name]
    looked = subprocess.run(words, cwd=units, capture_output=True, text=True, check=False)
    assert looked.returncode == 0, looked.stdout + looked.stderr


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_the_service_runs_as_nobody_in_particular_and_comes_back_at_once(unit: Path) -> None:
    lines = unit.read_text(encoding="utf-8").splitlines()
    assert {"User=jiaoying", "NoNewPrivileges=yes", "ProtectSystem=strict", "StateDirectory=jiaoying"} <= set(lines)
    assert "backup" in unit.name or {"Restart=always", "RestartSec=1", "StartLimitIntervalSec=0"} <= set(lines)


# --- nginx -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Front:
    """The example on this machine: where it listens, and where two workers do."""

    listens: str
    workers: tuple[str, str]
    config: Path
    certificate: Path


@pytest.fixture
def front(tmp_path: Path) -> Front:
    """The example with a certificate of this test's own, on ports nobody has."""
    certificate, key = tmp_path / "fullchain.pem", tmp_path / "privkey.pem"
    subject = ["-subj", "/CN=bot.example.org", "-addext", "subjectAltName=DNS:bot.example.org"]
    files = ["-out", str(certificate), "-keyout", str(key)]
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *files]
    subprocess.run([tool("openssl", "REQUIRE_NGINX"), *made, *subject], check=True, capture_output=True)
    listens, workers = free_address(), (free_address(), free_address())
    text = (DEPLOY / "nginx" / "jiaoying.conf").read_text(encoding="utf-8")
    for there, here in {
        "listen 443 ssl;": f"listen {listens} ssl;",
        "    listen [::]:443 ssl;\n": "",
        "127.0.0.1:8443": workers[0],
        "127.0.0.1:8444": workers[1],
        "/etc/ssl/jiaoying/fullchain.pem": str(certificate),
        "/etc/ssl/jiaoying/privkey.pem": str(key),
        "/var/log/nginx/": f"{tmp_path}/",
    }.items():
        assert there in text
        text = text.replace(there, here)
    (tmp_path / "site.conf").write_text(text, encoding="utf-8")
    config = tmp_path / "nginx.conf"
    temporary = "".join(
        f"{kind}_temp_path {tmp_path};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    http = f"http {{ {temporary} access_log off; include site.conf; }}"
    config.write_text(f"pid {tmp_path}/nginx.pid; events {{}} {http}", encoding="utf-8")
    return Front(listens, workers, config, certificate)


def nginx_with(front: Front) -> list[str]:
    folder = front.config.parent
    return [tool("nginx", "REQUIRE_NGINX"), "-p", str(folder), "-e", f"{folder}/error.log", "-c", str(front.config)]


def test_nginx_takes_the_example_with_a_certificate_in_its_place(front: Front) -> None:
    looked = subprocess.run([*nginx_with(front), "-t"], capture_output=True, text=True, check=False)
    assert (looked.returncode, "[warn]" in looked.stderr) == (0, False), looked.stderr


async def test_behind_nginx_only_the_secret_path_leads_anywhere_and_a_dead_worker_costs_nothing(
    front: Front, database: Database, clock: Clock
) -> None:
    with running_nginx(front):
        async with Sandbox(limits=None) as sandbox, AsyncExitStack() as workers:
            ones = [await workers.enter_async_context(worker(database, clock, sandbox, front, n)) for n in (0, 1)]
            async with platform(front) as knock:
                await eventually(database, lambda: both_listen(front, knock), "nginx and its workers")
                assert await knock(f"/{ones[0].key}", update(1)) == 200
                assert await knock("/health", None) == 404
                assert await knock("/", update(2)) == 404
                assert await knock(f"/{ones[0].key}", None) == 403
                assert await knock(f"/{'0' * 32}", update(2)) == 404
                assert await knock(f"/{ones[0].key}", b"0" * (BODY + 1)) == 413
                await workers.aclose()
                async with worker(database, clock, sandbox, front, 1):
                    await eventually(database, lambda: takes(knock, ones[0], 3), "the worker that is left")
                    for number in range(4, 10):
                        assert await knock(f"/{ones[0].key}", update(number)) == 200
    assert await until_stored(database, 8) == [1, *range(3, 10)]


@contextmanager
def running_nginx(front: Front) -> Iterator[None]:
    with subprocess.Popen([*nginx_with(front), "-g", "daemon off;"]) as process:
        try:
            yield
        finally:
            process.terminate()


@asynccontextmanager
async def worker(
    database: Database, clock: Clock, sandbox: Sandbox, front: Front, number: int
) -> AsyncIterator[Address]:
    """A web worker behind nginx, as `jiaoying run --role web` has it."""
    address = Address("https://bot.example.org", front.workers[number], SECRET)
    async with Gateway(sandbox.token, sandbox.url) as gateway, Nursery() as nursery:
        nursery.loop("webhook", Webhook(database, clock, gateway, TapAnswerer(gateway, nursery), address).run)
        yield address


@asynccontextmanager
async def platform(front: Front) -> AsyncIterator[Knock]:
    """Calls nginx as the platform does; a body is posted, none is a GET. The status, 0 where nobody listens."""
    trusted = ssl.create_default_context(cafile=str(front.certificate))
    async with aiohttp.ClientSession(headers={SECRET_HEADER: SECRET, "Host": "bot.example.org"}) as http:

        async def knock(path: str, body: bytes | None) -> int:
            url, method = f"https://{front.listens}{path}", "GET" if body is None else "POST"
            try:
                async with http.request(
                    method, url, data=body, ssl=trusted, server_hostname="bot.example.org"
                ) as answer:
                    return answer.status
            except aiohttp.ClientError:
                return 0

        yield knock


async def both_listen(front: Front, knock: Knock) -> bool:
    async with aiohttp.ClientSession() as http:
        for there in front.workers:
            try:
                async with http.get(f"http://{there}/health") as answer:
                    if answer.status != 200:
                        return False
            except aiohttp.ClientError:
                return False
    return bool(await knock("/", None) == 404)


async def takes(knock: Knock, address: Address, number: int) -> bool:
    return bool(await knock(f"/{address.key}", update(number)) == 200)


def update(number: int) -> bytes:
    return orjson.dumps({"update_id": number})


# --- commands and settings -------------------------------------------------------------------------------------------


def understood(words: list[str]) -> str | None:
    """What the command line would say against these words; None if it would take them. Nothing is run."""
    command: Any = typer.main.get_command(app)
    while isinstance(command, TyperGroup):
        # Groups of ours take no options before the command's name.
        if not words or words[0] not in command.commands:
            return f"there is no command {' '.join(words)}"
        command, words = command.commands[words[0]], words[1:]
    try:
        command.make_context(command.name, list(words))
    except USAGE as error:
        return str(error)
    return None


def commands_in(text: str) -> Iterator[list[str]]:
    for line in WORDS.findall(text):
        words = shlex.split(line.replace("\\\n", " "), comments=True)
        yield words[: next((n for n, word in enumerate(words) if word in {"|", "&&", ">", ";"}), len(words))]


def compose() -> dict[str, dict[str, Any]]:
    return dict(yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"])


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_what_a_service_starts_is_a_command_with_options_there_are(unit: Path) -> None:
    (line,) = re.findall(r"^ExecStart=.*/bin/jiaoying (.+)$", unit.read_text(encoding="utf-8"), re.MULTILINE)
    assert understood(shlex.split(line)) is None


@pytest.mark.parametrize("service", [name for name, parts in compose().items() if parts.get("image") == "jiaoying"])
def test_what_a_container_starts_is_a_command_with_options_there_are(service: str) -> None:
    command = compose()[service]["command"]
    assert isinstance(command, list)
    assert understood([str(word) for word in command]) is None


def test_the_containers_are_a_database_two_web_workers_a_sender_and_a_timetable() -> None:
    roles = [str(command[-1]) for parts in compose().values() if (command := parts.get("command"))]
    assert sorted(role for role in roles if role in {"web", "sender", "timetable"}) == [
        "sender",
        "timetable",
        "web",
        "web",
    ]
    assert str(compose()["database"]["image"]).startswith("postgres:")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_a_page_shows_is_one_with_options_there_are(page: Path) -> None:
    shown = list(commands_in(page.read_text(encoding="utf-8")))
    assert len(shown) > 10
    assert {" ".join(words): why for words in shown if (why := understood(words))} == {}


@pytest.mark.parametrize(
    "file", [*PAGES, *(path for path in sorted(DEPLOY.rglob("*")) if path.is_file())], ids=lambda path: path.name
)
def test_every_setting_named_is_one(file: Path) -> None:
    named = set(NAMED.findall(file.read_text(encoding="utf-8")))
    assert named <= {name.upper() for name in Settings.model_fields}


def test_what_a_former_version_left_in_build_is_never_installed_again() -> None:
    """A wheel takes along whatever lies in build/lib: going back would install the newer version's migrations."""
    page = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    first, *others = re.split(r"^.*bin/pip install .*$", page, flags=re.MULTILINE)[:-1]
    assert "git clone" in first
    assert len(others) == 2
    assert all("sudo rm -rf /opt/jiaoying/src/build" in before.splitlines()[-1] for before in others)


def test_the_roster_the_page_shows_can_be_brought_in(plan: Plan) -> None:
    page = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"(?:^    .+,.+\n){3,}", page, re.MULTILINE)
    rows, errors = roster.read(plan, textwrap.dedent(shown))
    assert (len(rows), errors) == (3, [])


def test_a_word_the_command_line_does_not_know_would_be_found() -> None:
    assert understood(["backup", "somewhere", "--keep", "3"]) is None
    assert understood(["backup", "somewhere", "--weekly"]) is not None
    assert understood(["backups"]) is not None
