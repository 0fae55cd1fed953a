"""One installation: its settings file, its tables, its first administrator, and what must be so before it serves.

The logic of `jiaoying init` and the guards of `jiaoying run`. Whoever may run these commands has the machine, and with
it every right; nothing here is reachable from a chat.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.access import SYSTEM
from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.errors import ConfigurationFault
from bot.delivery.gateway import Gateway, GatewayError, Refused
from bot.directory import invitations, posts, roster, rules
from bot.directory.models import Role
from bot.directory.roster import RosterResult
from bot.directory.schemas import PlaceOfPost
from bot.plan.service import Plan, load_plan
from bot.settings import Settings, Work
from migrations import run as migrations

ENV_FILE = Path(".env")
PREFIX = "JIAOYING_"

_TOKEN = re.compile(r"\d+:[\w-]+")
_PROXY = re.compile(r"http://(?:\S+@)?(?:[^\s/@:]+|\[[\da-fA-F:]+\])(?::\d+)?/?")
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")
_FORBIDDEN_IN_VALUES = re.compile(r"[\n\r'\\]|\$\{")
_SEATS = (Role.HOLDER, Role.DEPUTY)
_ANSWER_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Entrance:
    """How the first administrator comes in: the token of an invitation, good once until `expires_at`.

    `called` is the post, `role` the seat that was free, `replaced` who gave up his for it, `revoked` how many older
    links open nothing any more.
    """

    token: str
    called: str
    role: Role
    expires_at: datetime
    replaced: str | None
    revoked: int


# --- settings --------------------------------------------------------------------------------------------------------


def read_settings(given: Mapping[str, str] | None = None) -> Settings:
    """The settings of the environment and `.env`, those given on top.

    Raises:
        ConfigurationFault: a value that cannot be one; names each.
    """
    try:
        return Settings.model_validate({**Settings().model_dump(), **given}) if given else Settings()
    except ValidationError as error:
        wrong = (f"{PREFIX}{str(one['loc'][0]).upper()}: {one['msg']}" for one in error.errors())
        raise ConfigurationFault("; ".join(wrong)) from error


def require_token(token: str) -> None:
    """Raises ConfigurationFault for what cannot be a bot's token."""
    if not token:
        raise ConfigurationFault("a bot token is needed: @BotFather gives one; --token, or JIAOYING_BOT_TOKEN in .env")
    if not _TOKEN.fullmatch(token):
        raise ConfigurationFault("the bot token is not one: it looks like 110000001:letters-and-digits")


def env_text(values: Mapping[str, str]) -> str:
    """The settings as a file holds them. Raises ConfigurationFault for a value that does not fit on a line of it."""
    lines = [f"{PREFIX}{name.upper()}='{_fitting(name, value)}'" for name, value in values.items()]
    return "\n".join(["# Every setting and its meaning: .env.example", *lines, ""])


def write_env(text: str, path: Path = ENV_FILE) -> Path | None:
    """Writes the settings file, readable by its owner only; where the former one is kept, if there was one."""
    former = path.replace(path.with_name(f"{path.name}.old")) if path.exists() else None
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
    return former


# --- before it serves ------------------------------------------------------------------------------------------------


def require_right_platform(settings: Settings, *, sandbox: bool) -> None:
    """A program in service follows no sandbox's clock, and one on a sandbox speaks to nobody outside this machine.

    Raises:
        ConfigurationFault: the settings are for the other one.
    """
    if settings.sandbox_url is None:
        if sandbox:
            raise ConfigurationFault("--sandbox needs JIAOYING_SANDBOX_URL: the address `jiaoying sandbox` prints")
        return
    if not sandbox:
        raise ConfigurationFault(
            "JIAOYING_SANDBOX_URL is set, so this is no installation in service: take it out, or say --sandbox"
        )
    for name, url in (("SANDBOX_URL", settings.sandbox_url), ("API_URL", settings.api_url)):
        if not _is_loopback(url):
            raise ConfigurationFault(f"with --sandbox {PREFIX}{name} must be on this machine, and {url} is not")


def require_webhook(settings: Settings) -> None:
    """A webhook can be called: by https, or on this machine by a sandbox; its secret is one the platform takes.

    Raises:
        ConfigurationFault: the platform would refuse it.
    """
    if not settings.webhook_url:
        return
    if not settings.webhook_url.startswith("https://") and not _is_loopback(settings.api_url):
        raise ConfigurationFault(f"{PREFIX}WEBHOOK_URL must begin with https://, and {settings.webhook_url} does not")
    if not _WEBHOOK_SECRET.fullmatch(settings.webhook_secret.get_secret_value()):
        raise ConfigurationFault(f"{PREFIX}WEBHOOK_SECRET may have letters, digits, - and _ only, 256 at most")


def require_proxy(settings: Settings) -> None:
    """Raises ConfigurationFault for what cannot be an HTTP proxy; its password is not quoted."""
    if settings.proxy and not _PROXY.fullmatch(settings.proxy):
        raise ConfigurationFault(f"{PREFIX}PROXY is no HTTP proxy: http://HOST:PORT or http://USER:PASSWORD@HOST:PORT")


def require_role(settings: Settings) -> None:
    """Programs share the work where the database keeps them apart; a SQLite file belongs to one.

    Raises:
        ConfigurationFault: a part of the work on SQLite.
    """
    if settings.role is not Work.ALL and settings.database_url.startswith("sqlite"):
        said = f"on SQLite one program does all the work, and it was told to be {settings.role.value} only"
        raise ConfigurationFault(f"{said}: leave --role and {PREFIX}ROLE out, or set a PostgreSQL {PREFIX}DATABASE_URL")


def require_migrated(settings: Settings) -> None:
    """Raises ConfigurationFault unless the database stands at the newest revision. Waits: not for an event loop."""
    if lacking := migrations.pending(settings.database_url):
        name = migrations.shown(settings.database_url)
        raise ConfigurationFault(f"{name} lacks the revisions {', '.join(lacking)}: run `jiaoying migrate`")


# --- the first administrator -----------------------------------------------------------------------------------------


async def bot_username(settings: Settings) -> str | None:
    """Whom the platform takes us for; None when it does not answer.

    Raises:
        ConfigurationFault: it answers that the token is wrong.
    """
    async with Gateway(settings.bot_token.get_secret_value(), settings.api_url, proxy=settings.proxy) as gateway:
        try:
            me = await gateway.call("getMe", {}, timeout=_ANSWER_SECONDS)
        except Refused as refused:
            raise ConfigurationFault(f"{settings.api_url} refuses the token: {refused.description}") from refused
        except GatewayError:
            return None
    return str(me["username"])


async def admit_administrator(settings: Settings, plan: Plan, now: datetime, *, replace: bool = False) -> Entrance:
    """Invites to the administrator's post in a migrated database: as A if that seat is free, else as B.

    Older invitations to the post that nobody has used are revoked: who finds an old link gets nothing by it. With
    `replace`, A gives the post up at once.

    Raises:
        ConfigurationFault: both seats are taken and nobody is to be replaced.
    """
    database = Database(settings.database_url)
    try:
        async with database.write() as session:
            return await _admit(session, plan, now, replace=replace)
    finally:
        await database.close()


async def _admit(session: AsyncSession, plan: Plan, now: datetime, *, replace: bool) -> Entrance:
    where = PlaceOfPost(plan.info.administrator_post, plan.district.code)
    revoked = 0
    for open_one in await invitations.open_to(session, now, where):
        await invitations.revoke(session, plan, SYSTEM, now, invitation_id=open_one.id)
        revoked += 1
    replaced = await _vacate(session, plan, now, where) if replace else None
    role = await _free_seat(session, now, where)
    token = await invitations.create(
        session, plan, SYSTEM, now, kind=where.kind, region_code=where.region_code, role=role
    )
    made = await invitations.get(session, token)
    if made is None:
        raise LookupError("the invitation made a moment ago is gone")
    return Entrance(token, rules.post_name(plan, where).zh, role, made.expires_at, replaced, revoked)


async def _vacate(session: AsyncSession, plan: Plan, now: datetime, where: PlaceOfPost) -> str | None:
    for held in await posts.at(session, where, now):
        if held.post.role is Role.HOLDER:
            await posts.end(session, plan, SYSTEM, now, holding_id=held.post.holding_id)
            return held.person.name
    return None


async def _free_seat(session: AsyncSession, now: datetime, where: PlaceOfPost) -> Role:
    held = await posts.at(session, where, now)
    taken = {one.post.role for one in held}
    for seat in _SEATS:
        if seat not in taken:
            return seat
    names = "、".join(one.person.name for one in held)
    raise ConfigurationFault(f"the administrator's post has its A and its B ({names}): --replace takes it from A")


# --- the roster ------------------------------------------------------------------------------------------------------


async def import_roster(settings: Settings, file: Path) -> RosterResult:
    """Brings a roster file in, or says everything that is wrong with it and changes nothing.

    Raises:
        PackError, ConfigurationFault: the pack or the database is not ready, or the file cannot be read.
    """
    text = await asyncio.to_thread(_read_text, file)
    plan = await asyncio.to_thread(load_plan, settings.pack)
    await asyncio.to_thread(require_migrated, settings)
    database = Database(settings.database_url)
    try:
        async with database.write() as session:
            return await roster.import_csv(session, SYSTEM, Clock().now(), plan, text)
    finally:
        await database.close()


# --- small print -----------------------------------------------------------------------------------------------------


def _fitting(name: str, value: str) -> str:
    if _FORBIDDEN_IN_VALUES.search(value):
        raise ConfigurationFault(f"{name}: a line break, quote, backslash or ${{ does not fit into .env")
    return value


def _read_text(file: Path) -> str:
    try:
        text = roster.decode(file.read_bytes())
    except OSError as error:
        raise ConfigurationFault(f"{file} cannot be read: {error.strerror}") from error
    if text is None:
        raise ConfigurationFault(f"{file} is neither UTF-8 nor GBK: save it as CSV UTF-8")
    return text


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
