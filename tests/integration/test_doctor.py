"""The doctor sees each thing that is wrong, says how to mend it, and says what it could not look at."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text, update
from sqlmodel import col

from bot.audit import service as audit
from bot.core import sole
from bot.core.access import SYSTEM
from bot.core.clock import Clock
from bot.core.database import Database
from bot.core.errors import ConfigurationFault
from bot.core.nursery import Nursery
from bot.core.sole import Sole
from bot.delivery import service as delivery
from bot.delivery.models import Lane, Message, MessageState
from bot.delivery.schemas import Screen, Target, Telling
from bot.directory import groups, invitations, joining
from bot.doctor import Finding, Heard, Verdict, clock_off, examine
from bot.inbox.webhook import address_of
from bot.installation import require_proxy, require_webhook
from bot.plan.service import Plan
from bot.settings import Settings
from sandbox.client import Control
from sandbox.server import Sandbox
from tests.databases import Postgres
from tests.waiting import eventually

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
DISTRICT, LONGSHUI = "500111", "500111100"


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(limits=None) as running:
        yield running


@pytest.fixture
async def control(sandbox: Sandbox) -> AsyncIterator[Control]:
    async with Control(sandbox.url) as client:
        yield client


@pytest.fixture
def settings(sandbox: Sandbox, sqlite_url: str, tmp_path: Path) -> Settings:
    """An installation with nothing wrong but that nobody has come in yet."""
    return Settings(
        bot_token=SecretStr(sandbox.token),
        api_url=sandbox.url,
        database_url=sqlite_url,
        files=tmp_path / "files",
    )


@pytest.fixture
def settings_on_both(settings: Settings, database_url: str) -> Settings:
    """The same where the answer comes out of the database."""
    settings.database_url = database_url
    return settings


async def looked_at(settings: Settings, clock: Clock | None = None) -> dict[str, Finding]:
    return {finding.check: finding async for finding in examine(settings, clock or Clock())}


async def bad(settings: Settings, clock: Clock | None = None) -> dict[str, Finding]:
    found = await looked_at(settings, clock)
    return {name: finding for name, finding in found.items() if finding.verdict is Verdict.BAD}


async def with_administrator(database: Database, plan: Plan) -> None:
    """Somebody opens a link to the administrator's post and shows a contact card."""
    now = Clock().now()
    async with database.write() as session:
        token = await invitations.create(
            session, plan, SYSTEM, now, kind=plan.info.administrator_post, region_code=DISTRICT
        )
        await invitations.knock(session, now, platform_id=7, token=token)
        await joining.come(session, plan, now, platform_id=7, number="+8613800000007", name="区管理员", locale="zh")


async def with_group(database: Database, plan: Plan, chat_id: int, title: str) -> None:
    now = Clock().now()
    async with database.write() as session:
        met = await groups.met(
            session,
            now,
            chat_id=chat_id,
            title=title,
            kind="supergroup",
            is_forum=False,
            bot_status="member",
            locale="zh",
        )
        await groups.bind(session, plan, SYSTEM, now, group_id=met.group.id, region_code=LONGSHUI)


async def test_a_sound_installation_has_nothing_bad_and_nothing_left_out(
    settings_on_both: Settings, database: Database, plan: Plan, control: Control
) -> None:
    await with_administrator(database, plan)
    await with_group(database, plan, await control.group("龙水镇应急群", []), "龙水镇应急群")
    found = await looked_at(settings_on_both)
    assert {name: finding.verdict for name, finding in found.items()} == dict.fromkeys(found, Verdict.OK)
    assert set(found) == {
        "settings", "platform", "clock", "token", "privacy", "joining", "webhook",
        "pack", "database", "programs", "audit", "outbox", "files", "administrator", "groups",
    }  # fmt: skip
    assert found["programs"].said == ("one does everything" if database.is_sqlite else "none runs now")
    assert found["token"].said == "we are @sandbox_bot"
    assert found["administrator"].said == "区管理员"
    assert found["groups"].said == "1 bound, and we may write in each"


async def test_every_bad_finding_says_how_to_mend_it_and_no_other_does(tmp_path: Path) -> None:
    settings = Settings(
        bot_token=SecretStr(""),
        api_url="http://127.0.0.1:1",
        database_url="mysql://x",
        pack=tmp_path,
        files=Path("/dev/null"),
    )
    found = await looked_at(settings)
    assert {name for name, finding in found.items() if finding.verdict is Verdict.BAD} == {
        "settings", "platform", "pack", "database", "files",
    }  # fmt: skip
    assert {name for name, finding in found.items() if finding.mend} == set(await bad(settings))
    assert Verdict.OK not in {finding.verdict for finding in found.values()}


async def test_a_token_the_platform_refuses_is_bad_and_never_shown(settings: Settings) -> None:
    settings.bot_token = SecretStr("110000001:wrong-secret")
    found = await looked_at(settings)
    assert found["token"].verdict is Verdict.BAD
    assert "401 Unauthorized" in found["token"].said
    assert "wrong-secret" not in repr(found)
    assert {found[name].verdict for name in ("privacy", "joining", "webhook", "groups")} == {Verdict.SKIPPED}


async def test_a_platform_that_does_not_answer_leaves_the_rest_looked_at(settings: Settings) -> None:
    settings.api_url = "http://127.0.0.1:1"
    found = await looked_at(settings)
    assert found["platform"].verdict is Verdict.BAD
    assert "JIAOYING_PROXY" in found["platform"].mend
    assert {found[name].verdict for name in ("clock", "token", "groups")} == {Verdict.SKIPPED}
    assert {found[name].verdict for name in ("pack", "database", "programs", "audit", "files")} == {Verdict.OK}


async def test_a_platform_that_breaks_off_is_told_as_such(settings: Settings, control: Control) -> None:
    await control.fault("reset", method="getMe", count=1)
    found = await looked_at(settings)
    assert found["token"].verdict is Verdict.BAD
    assert "no answer to getMe" in found["token"].said


@pytest.mark.parametrize(("offset", "said"), [(-3600, "3600 s behind"), (3600, "3600 s ahead of"), (-5, " s behind")])
async def test_a_wrong_clock_is_bad(settings: Settings, clock: Clock, offset: float, said: str) -> None:
    clock.shift(offset, 1)
    finding = (await bad(settings, clock))["clock"]
    assert said in finding.said.replace("3599", "3600").replace("3601", "3600")
    assert "timedatectl" in finding.mend


@pytest.mark.parametrize(
    ("theirs", "asked", "answered", "off"),
    [
        (0.0, 0.0, 0.1, 0.0),
        (0.0, 0.99, 1.2, 0.0),
        (0.0, 0.5, 8.0, 0.0),
        (3.0, 0.5, 0.8, 2.2),
        (0.0, 3.5, 3.8, -2.5),
        (0.0, 3.5, 60.0, -2.5),
    ],
)
def test_neither_a_slow_answer_nor_a_whole_second_counts_as_a_wrong_clock(
    theirs: float, asked: float, answered: float, off: float
) -> None:
    heard = Heard(*(NOON + timedelta(seconds=seconds) for seconds in (theirs, asked, answered)))
    assert clock_off(heard).total_seconds() == pytest.approx(off)


async def test_privacy_mode_switched_off_is_bad(sqlite_url: str, tmp_path: Path) -> None:
    async with Sandbox(limits=None, privacy=False) as open_one:
        settings = Settings(
            bot_token=SecretStr(open_one.token), api_url=open_one.url, database_url=sqlite_url, files=tmp_path
        )
        finding = (await bad(settings))["privacy"]
    assert "/setprivacy" in finding.mend


async def test_a_webhook_of_ours_must_be_called_and_answer(settings: Settings, sandbox: Sandbox) -> None:
    settings.webhook_url = "http://127.0.0.1:9/bot"
    assert "brought nowhere yet" in (await bad(settings))["webhook"].said
    address = address_of(settings)
    assert address is not None
    sandbox.world.webhook.set(address.url, address.secret, 1)
    good = (await looked_at(settings))["webhook"]
    assert (good.verdict, good.said) == (Verdict.OK, "updates are brought to http://127.0.0.1:9/bot; 0 updates wait")
    sandbox.world.webhook.last_error = (1, "Connection failed")
    assert "Connection failed" in (await bad(settings))["webhook"].said
    settings.webhook_url = "http://127.0.0.1:9/other"
    wrong = (await bad(settings))["webhook"]
    assert "brought elsewhere" in wrong.said
    assert address.secret not in wrong.said + wrong.mend


@pytest.mark.parametrize(
    ("url", "secret", "named"),
    [("http://bot.example", "", "WEBHOOK_URL"), ("https://bot.example", "with space", "WEBHOOK_SECRET")],
)
async def test_a_webhook_the_platform_would_refuse_is_named(
    settings: Settings, url: str, secret: str, named: str
) -> None:
    settings.webhook_url, settings.webhook_secret = url, SecretStr(secret)
    settings.api_url = "https://api.telegram.org"
    with pytest.raises(ConfigurationFault, match=named):
        require_webhook(settings)


async def test_a_webhook_is_bad_since_we_poll(settings: Settings, sandbox: Sandbox) -> None:
    sandbox.world.webhook.set("http://127.0.0.1:1/hook", None, 1)
    finding = (await bad(settings))["webhook"]
    assert "http://127.0.0.1:1/hook" in finding.said
    assert "deleteWebhook" in finding.mend
    assert sandbox.token not in finding.mend


async def test_a_pack_with_problems_names_the_first_and_where_to_see_all(settings: Settings, tmp_path: Path) -> None:
    broken = shutil.copytree(settings.pack, tmp_path / "broken")
    (broken / "tiers.yaml").unlink()
    settings.pack = broken
    finding = (await bad(settings))["pack"]
    assert "tiers.yaml:1" in finding.said
    assert finding.mend == f"`jiaoying pack check {broken}` lists them all"


async def test_a_database_without_tables_is_bad_until_it_is_migrated(
    settings: Settings, bare_database_url: str
) -> None:
    settings.database_url = bare_database_url
    found = await looked_at(settings)
    assert found["database"].verdict is Verdict.BAD
    assert found["database"].mend == "`jiaoying migrate`"
    assert found["audit"].verdict is Verdict.SKIPPED


async def test_a_database_that_does_not_answer_is_bad(settings: Settings) -> None:
    settings.database_url = "postgresql+asyncpg://somebody:secret@127.0.0.1:1/test"
    finding = (await bad(settings))["database"]
    assert "cannot be opened" in finding.said
    assert "secret" not in finding.said


async def test_a_record_changed_after_it_was_sealed_is_found(settings_on_both: Settings, database: Database) -> None:
    async with database.write() as session:
        for number in range(3):
            audit.record(session, NOON, SYSTEM, "test.act", f"thing:{number}")
        await session.flush()
        await audit.seal(session)
    assert "audit" not in await bad(settings_on_both)
    async with database.write() as session:
        connection = await session.connection()
        await connection.execute(text("update audit_entry set subject = 'thing:9' where id = 2"))
    assert "entry 2 is not what was sealed" in (await bad(settings_on_both))["audit"].said


async def test_a_message_that_reached_nobody_is_found(settings_on_both: Settings, database: Database) -> None:
    async with database.write() as session:
        how = Telling("incident:1", "order", Lane.URGENT)
        await delivery.show(session, NOON, how, Screen("先撤人"), [Target(1), Target(2)])
        await session.exec(update(Message).where(col(Message.chat_id) == 1).values(state=MessageState.DEAD))
    found = (await looked_at(settings_on_both))["outbox"]
    assert (found.verdict, found.said) == (Verdict.BAD, "1 dead")


async def test_a_folder_that_cannot_be_written_is_bad(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    settings.files = tmp_path / "taken"
    assert "JIAOYING_FILES" in (await bad(settings))["files"].mend


async def test_an_installation_nobody_administers_is_bad(
    settings_on_both: Settings, database: Database, plan: Plan
) -> None:
    assert "jiaoying init" in (await bad(settings_on_both))["administrator"].mend
    await with_administrator(database, plan)
    assert "administrator" not in await bad(settings_on_both)


async def test_a_sandbox_set_where_service_is_meant_is_bad(settings: Settings, sandbox: Sandbox) -> None:
    settings.sandbox_url = sandbox.url
    assert "--sandbox" in (await bad(settings))["settings"].said
    meant = {finding.check: finding async for finding in examine(settings, Clock(), sandbox=True)}
    assert meant["settings"].verdict is Verdict.OK


async def test_a_group_that_has_put_the_bot_out_is_bad_and_the_others_are_still_looked_at(
    settings_on_both: Settings, database: Database, plan: Plan, control: Control
) -> None:
    gone, here = await control.group("龙水镇一群", []), await control.group("龙水镇二群", [], bot="administrator")
    await with_group(database, plan, gone, "龙水镇一群")
    await with_group(database, plan, here, "龙水镇二群")
    await control.members(gone, "remove", bot=True)
    found = {name: finding for name, finding in (await bad(settings_on_both)).items() if name.startswith("group")}
    assert set(found) == {"group 龙水镇一群"}
    assert "let the bot in again" in found["group 龙水镇一群"].mend


async def test_a_group_nobody_can_answer_for_now_is_told_as_not_looked_at(
    settings_on_both: Settings, database: Database, plan: Plan, control: Control
) -> None:
    await with_group(database, plan, await control.group("龙水镇应急群", []), "龙水镇应急群")
    await control.fault("error_500", method="getChatMember", count=1)
    found = await looked_at(settings_on_both)
    assert found["group 龙水镇应急群"].verdict is Verdict.SKIPPED
    assert "groups" not in found


# --- several programs ------------------------------------------------------------------------------------------------


class Idle:
    """A part that does nothing, alone."""

    async def run(self) -> None:
        await asyncio.Event().wait()


@pytest.mark.postgres
async def test_who_does_what_only_one_may_do_is_named_and_what_is_left_to_nobody_is_bad(
    settings: Settings, postgres: Postgres, clock: Clock
) -> None:
    settings.database_url = postgres.emptied()
    database, bot = Database(settings.database_url), settings.bot_token.get_secret_value().split(":")[0]
    parts = {what: Sole(database, clock, bot, what, lambda *_: Idle()) for what in ("sender", "painter", "timetable")}
    async with Nursery() as nursery:
        for what, part in parts.items():
            nursery.loop(what, part.run)

        async def all_held() -> bool:
            return all(part.part for part in parts.values())

        await eventually(database, all_held, "the parts")
        found = (await looked_at(settings))["programs"]
        assert (found.verdict, found.said) == (Verdict.BAD, "nobody does this: fetcher, clerk, poller")
        for what in ("fetcher", "clerk", "poller"):
            parts[what] = Sole(database, clock, bot, what, lambda *_: Idle())
            nursery.loop(what, parts[what].run)
        await eventually(database, all_held, "the parts")
        found = (await looked_at(settings))["programs"]
        assert found.verdict is Verdict.OK
        assert f"sender: {socket.gethostname()}, process {os.getpid()}" in found.said
    await database.close()


@pytest.mark.postgres
async def test_a_server_too_old_to_end_a_session_that_says_nothing_is_named(
    settings: Settings, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sole, "ENDS_THE_SILENT", 99)
    settings.database_url = postgres.emptied()
    found = (await looked_at(settings))["programs"]
    assert (found.verdict, found.mend) == (Verdict.BAD, "move to PostgreSQL 99 or later")


@pytest.mark.parametrize("proxy", ["127.0.0.1:3128", "socks5://127.0.0.1:1080", "http://", "http://host:port"])
def test_a_proxy_that_cannot_be_one_is_named_without_its_password(proxy: str) -> None:
    with pytest.raises(ConfigurationFault, match="JIAOYING_PROXY is no HTTP proxy"):
        require_proxy(Settings(proxy=proxy))


@pytest.mark.parametrize("proxy", [None, "http://host:3128", "http://u:p%40@10.0.0.1:3128/", "http://[::1]:3128"])
def test_a_proxy_that_can_be_one_is_taken(proxy: str | None) -> None:
    require_proxy(Settings(proxy=proxy))
