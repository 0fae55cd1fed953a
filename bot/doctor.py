"""What is wrong with an installation, and how to mend each thing: `jiaoying doctor`.

A list of checks, each one question about the settings, the platform, the database or this machine. It changes nothing
(a missing files folder apart) and stops at nothing: what could not be looked at is said too, never passed over.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

import aiohttp

from bot.audit import service as audit
from bot.core import sole
from bot.core.access import SYSTEM
from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.errors import ConfigurationFault
from bot.delivery import service as delivery
from bot.delivery.gateway import Gateway, GatewayError, Platform, Refused
from bot.directory import groups, posts
from bot.directory.schemas import GroupView, PlaceOfPost
from bot.inbox.webhook import address_of
from bot.installation import require_proxy, require_right_platform, require_token, require_webhook
from bot.plan.errors import PackError
from bot.plan.service import Plan, load_plan
from bot.settings import Settings
from migrations import run as migrations

CLOCK_TOLERANCE = timedelta(seconds=2)
_ANSWER_SECONDS = 10.0
_IN = {"creator", "administrator", "member"}
_ALONE = ("sender", "painter", "timetable", "fetcher", "clerk")


class Verdict(StrEnum):
    """What a check came to."""

    OK = "ok"
    BAD = "bad"
    SKIPPED = "--"
    """Not looked at, because of something above it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the answer. `mend` says what to do, and is empty unless something is bad."""

    check: str
    verdict: Verdict
    said: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """The platform's own time in an answer, and when by our clock that answer can have been written at the latest."""

    theirs: datetime | None
    asked: datetime
    answered: datetime


@dataclass(slots=True)
class Patient:
    """What is examined, and what earlier checks found out about it for the later ones."""

    settings: Settings
    clock: Clock
    platform: Platform
    sandbox: bool = False
    heard: Heard | None = None
    me: Mapping[str, Any] | None = None
    plan: Plan | None = None
    database: Database | None = field(default=None)


Check = Callable[[Patient], Awaitable[list[Finding]]]


async def examine(settings: Settings, clock: Clock, *, sandbox: bool = False) -> AsyncIterator[Finding]:
    """All checks in their order. `sandbox`: the installation is meant to run on one."""
    token = settings.bot_token.get_secret_value()
    async with Gateway(token, settings.api_url, proxy=settings.proxy) as gateway:
        patient = Patient(settings, clock, gateway, sandbox)
        try:
            for check in CHECKS:
                for finding in await check(patient):
                    yield finding
        finally:
            if patient.database:
                await patient.database.close()


# --- settings and this machine ---------------------------------------------------------------------------------------


async def settings_fit(patient: Patient) -> list[Finding]:
    """A token that looks like one, and no sandbox where service is meant."""
    try:
        require_token(patient.settings.bot_token.get_secret_value())
        require_right_platform(patient.settings, sandbox=patient.sandbox)
        require_webhook(patient.settings)
        require_proxy(patient.settings)
    except ConfigurationFault as fault:
        mend = "change it in .env, or run `jiaoying init`; .env.example lists every setting"
        return [_bad("settings", str(fault), mend)]
    return [_ok("settings", "complete")]


async def files_writable(patient: Patient) -> list[Finding]:
    """Photos and recordings can be kept."""
    folder = patient.settings.files
    try:
        await asyncio.to_thread(_try_writing, patient)
    except OSError as error:
        mend = f"give the program's user the folder {folder} to write in, or set JIAOYING_FILES to another"
        return [_bad("files", f"{folder} cannot be written: {error.strerror or error}", mend)]
    return [_ok("files", f"{folder} can be written")]


def _try_writing(patient: Patient) -> None:
    patient.settings.files.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=patient.settings.files) as file:
        file.write(b"1")


# --- the platform ----------------------------------------------------------------------------------------------------


async def platform_answers(patient: Patient) -> list[Finding]:
    """The address answers at all, whoever we are."""
    url, asked = patient.settings.api_url, patient.clock.now()
    try:
        said = await _date_of(url, patient.settings.proxy)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        mend = "check this machine's network and JIAOYING_API_URL; where the platform is closed off, set JIAOYING_PROXY"
        return [_bad("platform", f"{url} does not answer ({type(error).__name__})", mend)]
    patient.heard = Heard(said, asked, patient.clock.now())
    return [_ok("platform", f"{url} answers")]


async def clock_right(patient: Patient) -> list[Finding]:
    """Deadlines and dates stand on this machine's clock; the platform's is the one to compare with."""
    if patient.heard is None or patient.heard.theirs is None:
        return [_skipped("clock", "the platform has not told its time")]
    off = clock_off(patient.heard)
    if abs(off) <= CLOCK_TOLERANCE:
        return [_ok("clock", "agrees with the platform's")]
    seconds = round(abs(off).total_seconds())
    way = "behind" if off > timedelta(0) else "ahead of"
    mend = "switch on time synchronisation (`timedatectl set-ntp true`), then look again"
    return [_bad("clock", f"this machine is {seconds} s {way} the platform", mend)]


def clock_off(heard: Heard) -> timedelta:
    """How far their clock is ahead of ours at least: their whole second against our instants of asking and hearing."""
    if heard.theirs is None:
        return timedelta(0)
    earliest, latest = heard.theirs, heard.theirs + timedelta(seconds=1)
    if latest < heard.asked:
        return latest - heard.asked
    return max(earliest - heard.answered, timedelta(0))


async def token_good(patient: Patient) -> list[Finding]:
    """The platform knows us by this token."""
    if patient.heard is None:
        return [_skipped("token", "the platform does not answer")]
    try:
        patient.me = await patient.platform.call("getMe", {}, timeout=_ANSWER_SECONDS)
    except Refused as refused:
        mend = "take the token from @BotFather (/mybots, API Token) and set JIAOYING_BOT_TOKEN"
        return [_bad("token", f"the platform refuses it: {refused.code} {refused.description}", mend)]
    except GatewayError as error:
        mend = "look again; if it stays so, check JIAOYING_API_URL and JIAOYING_PROXY"
        return [_bad("token", f"no answer to {error}", mend)]
    return [_ok("token", f"we are @{patient.me['username']}")]


async def account_right(patient: Patient) -> list[Finding]:
    """May be let into groups, and reads no more of them than it must."""
    if patient.me is None:
        return [_skipped("privacy", "the token is not known to be good"), _skipped("joining", "as above")]
    privacy = _ok("privacy", "groups' talk is kept from us, as it should be")
    joining = _ok("joining", "groups may let us in")
    if patient.me.get("can_read_all_group_messages"):
        mend = "@BotFather: /setprivacy, Enable; then take the bot out of its groups and let it in again"
        privacy = _bad("privacy", "privacy mode is off: the platform sends us all that groups say", mend)
    if not patient.me.get("can_join_groups", True):
        joining = _bad("joining", "no group can let the bot in", "@BotFather: /setjoingroups, Enable")
    return [privacy, joining]


async def webhook_right(patient: Patient) -> list[Finding]:
    """Updates come to us: fetched, and then no webhook may be set, or brought to the address we listen at."""
    if patient.me is None:
        return [_skipped("webhook", "the token is not known to be good")]
    try:
        info = await patient.platform.call("getWebhookInfo", {}, timeout=_ANSWER_SECONDS)
    except GatewayError as error:
        return [_skipped("webhook", f"no answer to {error}")]
    if (address := address_of(patient.settings)) is not None:
        return [_brought(address.url, address.public, info)]
    if not info.get("url"):
        return [_ok("webhook", "none is set")]
    mend = f"stop the program that set it, then open {patient.settings.api_url}/bot<TOKEN>/deleteWebhook once"
    return [_bad("webhook", f"updates go to {info['url']}, and polling is refused", mend)]


def _brought(url: str, public: str, info: Mapping[str, Any]) -> Finding:
    if info.get("url") != url:
        where = "elsewhere" if info.get("url") else "nowhere yet"
        mend = "start the program: it tells the platform where; if it runs, its log says why not (webhook_refused)"
        return _bad("webhook", f"updates are brought {where}, and not to {public}", mend)
    waiting = f"{info.get('pending_update_count', 0)} updates wait"
    if info.get("last_error_message"):
        mend = "check the reverse proxy in front of JIAOYING_WEBHOOK_LISTEN and its certificate"
        return _bad("webhook", f"{public} was called in vain: {info['last_error_message']}; {waiting}", mend)
    return _ok("webhook", f"updates are brought to {public}; {waiting}")


# --- pack and database -----------------------------------------------------------------------------------------------


async def pack_sound(patient: Patient) -> list[Finding]:
    """The district pack can be used."""
    folder = patient.settings.pack
    try:
        patient.plan = await asyncio.to_thread(load_plan, folder)
    except PackError as error:
        said = f"{len(error.problems)} problems in {folder}, the first: {error.problems[0]}"
        return [_bad("pack", said, f"`jiaoying pack check {folder}` lists them all")]
    return [_ok("pack", patient.plan.version)]


async def database_ready(patient: Patient) -> list[Finding]:
    """Can be opened, and has the tables of this version."""
    url = patient.settings.database_url
    try:
        lacking = await asyncio.to_thread(migrations.pending, url)
    except migrations.Unreachable as fault:
        return [_bad("database", str(fault), "start the database, or mend JIAOYING_DATABASE_URL")]
    except ConfigurationFault as fault:
        return [_bad("database", str(fault), "run the version that fits, or mend JIAOYING_DATABASE_URL")]
    if lacking:
        return [_bad("database", f"lacks the revisions {', '.join(lacking)}", "`jiaoying migrate`")]
    patient.database = Database(url)
    return [_ok("database", f"{migrations.shown(url)} is at {migrations.revisions()[-1]}")]


async def work_shared(patient: Patient) -> list[Finding]:
    """Which program does what only one may do; where some run, none of it is left to nobody."""
    if patient.database is None or patient.database.is_sqlite:
        return [_ok("programs", "one does everything")] if patient.database else [_skipped("programs", "no database")]
    async with patient.database.read() as session:
        held = await sole.holders(session, patient.settings.bot_token.get_secret_value().partition(":")[0])
        version = await sole.server_version(session)
    if version < sole.ENDS_THE_SILENT:
        said = f"PostgreSQL {version}: who is frozen, or on a machine that is gone, keeps his part for minutes or hours"
        return [_bad("programs", said, f"move to PostgreSQL {sole.ENDS_THE_SILENT} or later")]
    wanted = _ALONE if address_of(patient.settings) else (*_ALONE, "poller")
    if held and (left := [what for what in wanted if what not in held]):
        mend = "start a program for it: `jiaoying run`, with --role sender, timetable or web, or without to do all"
        return [_bad("programs", f"nobody does this: {', '.join(left)}", mend)]
    return [_ok("programs", "; ".join(f"{what}: {who}" for what, who in sorted(held.items())) or "none runs now")]


async def audit_whole(patient: Patient) -> list[Finding]:
    """Nobody has changed what was recorded."""
    if patient.database is None:
        return [_skipped("audit", "the database is not ready")]
    async with patient.database.read() as session:
        broken = await audit.first_broken(session)
    if broken is None:
        return [_ok("audit", "the chain holds")]
    mend = "stop, keep this database as evidence, and compare the entry with the backups before it"
    return [_bad("audit", f"entry {broken} is not what was sealed: it was changed, or one before it taken out", mend)]


async def nothing_left_unsent(patient: Patient) -> list[Finding]:
    """No message is known to have reached nobody, and of none is it unknown; see docs/decisions/0006."""
    if patient.database is None:
        return [_skipped("outbox", "the database is not ready")]
    async with patient.database.read() as session:
        left = await delivery.left_unsent(session)
    if not any(left.values()):
        return [_ok("outbox", "everything that was to be told has been sent or waits its turn")]
    counts = ", ".join(f"{count} {state}" for state, count in left.items() if count)
    return [_bad("outbox", f"{counts}", "phone whom they were for; the log names chat and subject (not_delivered)")]


async def somebody_administers(patient: Patient) -> list[Finding]:
    """Somebody can let people in."""
    if patient.database is None or patient.plan is None:
        return [_skipped("administrator", "database or pack is not ready")]
    where = PlaceOfPost(patient.plan.info.administrator_post, patient.plan.district.code)
    async with patient.database.read() as session:
        held = await posts.at(session, where, patient.clock.now())
    able = [one.person.name for one in held if one.person.platform_id is not None]
    if able:
        return [_ok("administrator", "、".join(able))]
    return [_bad("administrator", "nobody who has come in holds the post", "`jiaoying init` prints a link for one")]


# --- groups ----------------------------------------------------------------------------------------------------------


async def groups_open(patient: Patient) -> list[Finding]:
    """We may write in every group that is bound to a region."""
    if patient.database is None or patient.plan is None or patient.me is None:
        return [_skipped("groups", "token, database or pack is not ready")]
    async with patient.database.read() as session:
        bound = await groups.bound(session, patient.plan, SYSTEM)
    found = []
    for group in bound:
        finding = await _group(patient, group, int(patient.me["id"]))
        found += [finding] if finding else []
    return found or [_ok("groups", f"{len(bound)} bound, and we may write in each")]


async def _group(patient: Patient, group: GroupView, bot_id: int) -> Finding | None:
    """What is wrong with one group; None if nothing is."""
    name = f"group {group.title}"
    try:
        member = await patient.platform.call(
            "getChatMember", {"chat_id": group.chat_id, "user_id": bot_id}, timeout=_ANSWER_SECONDS
        )
    except Refused as refused:
        return _refused(name, refused)
    except GatewayError as error:
        return _skipped(name, f"no answer to {error}")
    if _may_write(member):
        return None
    mend = "ask an administrator of the group to let the bot in and let it write; its binding holds again at once"
    return _bad(name, f"the bot is {member['status']} there and cannot write", mend)


def _refused(name: str, refused: Refused) -> Finding:
    if refused.retry_after is not None:
        return _skipped(name, f"the platform asks us to wait {refused.retry_after} s")
    if refused.migrate_to is not None:
        mend = "let somebody write a word there while the program runs: it follows by itself"
        return _bad(name, "it has become a supergroup with another id", mend)
    mend = "ask an administrator of the group to let the bot in again, or bind another group to its region"
    return _bad(name, f"the platform says: {refused.description}", mend)


def _may_write(member: Mapping[str, Any]) -> bool:
    if member["status"] == "restricted":
        return bool(member.get("is_member") and member.get("can_send_messages"))
    return member["status"] in _IN


CHECKS: tuple[Check, ...] = (
    settings_fit,
    platform_answers,
    clock_right,
    token_good,
    account_right,
    webhook_right,
    pack_sound,
    database_ready,
    work_shared,
    audit_whole,
    nothing_left_unsent,
    files_writable,
    somebody_administers,
    groups_open,
)


async def _date_of(url: str, proxy: str | None) -> datetime | None:
    """The Date of any answer from the address; None without one. No token goes along."""
    limit = aiohttp.ClientTimeout(total=_ANSWER_SECONDS)
    async with (
        aiohttp.ClientSession(timeout=limit) as http,
        http.get(url, proxy=proxy, allow_redirects=False) as response,
    ):
        said = response.headers.get("Date")
    return parsedate_to_datetime(said).astimezone(UTC) if said else None


def _ok(name: str, said: str) -> Finding:
    return Finding(name, Verdict.OK, said)


def _bad(name: str, said: str, mend: str) -> Finding:
    return Finding(name, Verdict.BAD, said, mend)


def _skipped(name: str, said: str) -> Finding:
    return Finding(name, Verdict.SKIPPED, f"not looked at: {said}")
