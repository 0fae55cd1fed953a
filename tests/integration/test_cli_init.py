"""`jiaoying init`: from a token to a link for the first administrator, and back in when the administrator is lost."""

from __future__ import annotations

import asyncio
import os
import re
import stat
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.core.access import SYSTEM
from bot.core.clock import Clock
from bot.core.database import Database
from bot.directory import invitations, joining, posts
from bot.directory.invitations import Knock
from bot.directory.models import Role
from bot.directory.schemas import PlaceOfPost
from bot.plan.service import Plan
from bot.settings import Settings
from migrations import run as migrations
from tests.integration.command_line import Beside, jiaoying, sandbox_beside

T = TypeVar("T")
ADMINISTRATOR = PlaceOfPost("administrator", "500111")
LINK = re.compile(r"https://t\.me/jiaoying_bot\?start=([\w-]+)")
START = re.compile(r"/start ([\w-]+)")
NOWHERE = "http://127.0.0.1:1"


@pytest.fixture(autouse=True)
def _an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("JIAOYING_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[Beside]:
    with sandbox_beside() as beside:
        monkeypatch.setenv("JIAOYING_API_URL", beside.sandbox.url)
        yield beside


def test_from_a_token_to_a_link_that_lets_an_administrator_in(
    platform: Beside, bare_database_url: str, plan: Plan
) -> None:
    done = jiaoying("init", "--yes", "--token", platform.sandbox.token, "--database", bare_database_url)
    assert done.exit_code == 0
    assert migrations.pending(bare_database_url) == []
    token = link_in(done.stdout)
    assert come_in(bare_database_url, plan, token, 7) == joining.Outcome.JOINED
    assert holders(bare_database_url) == {Role.HOLDER: 7}
    assert knock(bare_database_url, token).refused == "used"


def test_the_doctor_finds_nothing_wrong_once_somebody_has_come_in(
    platform: Beside, bare_database_url: str, plan: Plan
) -> None:
    done = jiaoying("init", "--yes", "--token", platform.sandbox.token, "--database", bare_database_url)
    come_in(bare_database_url, plan, link_in(done.stdout), 7)
    looked = jiaoying("doctor")
    assert (looked.exit_code, "bad " in looked.stdout) == (0, False)


def test_the_settings_are_kept_for_the_owner_only_and_read_back_as_given(platform: Beside, sqlite_url: str) -> None:
    jiaoying("init", "--yes", "--token", platform.sandbox.token, "--database", sqlite_url)
    assert stat.S_IMODE(Path(".env").stat().st_mode) == 0o600
    read = Settings()
    assert read.bot_token.get_secret_value() == platform.sandbox.token
    assert read.database_url == sqlite_url


def test_it_asks_for_what_was_not_given(platform: Beside, sqlite_url: str) -> None:
    done = jiaoying("init", answers=f"{platform.sandbox.token}\n{sqlite_url}\n\n")
    assert done.exit_code == 0
    assert platform.sandbox.token not in done.stdout
    assert Path(".env").read_text(encoding="utf-8").splitlines()[1:] == [
        f"JIAOYING_BOT_TOKEN='{platform.sandbox.token}'",
        f"JIAOYING_DATABASE_URL='{sqlite_url}'",
    ]


def test_what_the_environment_says_is_not_written_down(
    platform: Beside, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIAOYING_BOT_TOKEN", platform.sandbox.token)
    monkeypatch.setenv("JIAOYING_DATABASE_URL", sqlite_url)
    done = jiaoying("init", "--yes")
    assert link_in(done.stdout)
    assert not Path(".env").exists()


def test_settings_that_are_there_are_not_overwritten_without_force(platform: Beside, sqlite_url: str) -> None:
    jiaoying("init", "--yes", "--token", platform.sandbox.token, "--database", sqlite_url)
    before = Path(".env").read_text(encoding="utf-8")
    refused = jiaoying("init", "--yes", "--token", "1:another")
    assert (refused.exit_code, Path(".env").read_text(encoding="utf-8")) == (2, before)
    assert "--force" in refused.stderr


def test_force_keeps_the_old_settings_beside_the_new(platform: Beside, sqlite_url: str) -> None:
    Path(".env").write_text("JIAOYING_BOT_TOKEN='1:old'\n", encoding="utf-8")
    done = jiaoying("init", "--yes", "--force", "--token", platform.sandbox.token, "--database", sqlite_url)
    assert done.exit_code == 0
    assert Path(".env.old").read_text(encoding="utf-8") == "JIAOYING_BOT_TOKEN='1:old'\n"
    assert Settings().bot_token.get_secret_value() == platform.sandbox.token


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--yes"], "@BotFather"),
        (["--yes", "--token", "no token"], "it looks like"),
        (["--yes", "--token", "110000001:wrong"], "refuses the token: Unauthorized"),
        (["--yes", "--token", "{good}", "--database", "mysql://x"], "sqlite+aiosqlite:// or postgresql+asyncpg://"),
        (["--yes", "--token", "{good}", "--database", "postgresql+asyncpg://x@127.0.0.1:1/x"], "cannot be opened"),
        (["--yes", "--token", "{good}", "--database", "sqlite+aiosqlite:///it's.db"], "does not fit into .env"),
        (["--yes", "--token", "{good}", "--pack", "nowhere"], "nowhere"),
    ],
)
def test_what_cannot_work_is_a_sentence_and_nothing_is_written(
    platform: Beside, words: list[str], said: str, tmp_path: Path
) -> None:
    refused = jiaoying("init", *(word.format(good=platform.sandbox.token) for word in words))
    assert refused.exit_code == 2
    assert said in refused.stderr
    assert list(tmp_path.iterdir()) == []


def test_without_the_platform_the_words_to_send_are_printed(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIAOYING_API_URL", NOWHERE)
    done = jiaoying("init", "--yes", "--token", "1:abc", "--database", sqlite_url)
    found = START.search(done.stdout)
    assert found is not None
    assert knock(sqlite_url, found[1]).refused is None


def test_run_again_it_prints_a_new_link_and_the_old_one_opens_nothing(platform: Beside, database_url: str) -> None:
    first = link_in(jiaoying("init", "--yes", "--token", platform.sandbox.token, "--database", database_url).stdout)
    again = jiaoying("init", "--yes")
    assert "older links that open nothing any more: 1" in again.stdout
    assert knock(database_url, first).refused == "revoked"
    assert knock(database_url, link_in(again.stdout)).refused is None


def test_links_to_other_posts_stay_open(platform: Beside, database_url: str, plan: Plan) -> None:
    jiaoying("init", "--yes", "--token", platform.sandbox.token, "--database", database_url)
    other = with_session(database_url, lambda session: invite(session, plan, "district_duty"))
    jiaoying("init", "--yes")
    assert knock(database_url, other).refused is None


def test_a_lost_administrator_is_followed_by_a_deputy_and_then_replaced(
    platform: Beside, database_url: str, plan: Plan
) -> None:
    first = jiaoying("init", "--yes", "--token", platform.sandbox.token, "--database", database_url)
    come_in(database_url, plan, link_in(first.stdout), 7)
    second = jiaoying("init", "--yes")
    assert "(B)" in second.stdout
    come_in(database_url, plan, link_in(second.stdout), 8)
    full = jiaoying("init", "--yes")
    assert (full.exit_code, holders(database_url)) == (2, {Role.HOLDER: 7, Role.DEPUTY: 8})
    assert "--replace" in full.stderr
    third = jiaoying("init", "--yes", "--replace")
    assert "管理员7 no longer holds the post" in third.stdout
    come_in(database_url, plan, link_in(third.stdout), 9)
    assert holders(database_url) == {Role.HOLDER: 9, Role.DEPUTY: 8}


def test_a_refused_recovery_leaves_the_open_links_as_they_were(platform: Beside, database_url: str, plan: Plan) -> None:
    first = jiaoying("init", "--yes", "--token", platform.sandbox.token, "--database", database_url)
    come_in(database_url, plan, link_in(first.stdout), 7)
    come_in(database_url, plan, link_in(jiaoying("init", "--yes").stdout), 8)
    spare = with_session(database_url, lambda session: invite(session, plan, ADMINISTRATOR.kind))
    assert jiaoying("init", "--yes").exit_code == 2
    assert knock(database_url, spare).refused is None


# --- who came in -----------------------------------------------------------------------------------------------------


def link_in(said: str) -> str:
    found = LINK.search(said)
    assert found is not None, said
    return found[1]


def with_session(url: str, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    async def done() -> T:
        database = Database(url)
        try:
            async with database.write() as session:
                return await work(session)
        finally:
            await database.close()

    return asyncio.run(done())


async def invite(session: AsyncSession, plan: Plan, kind: str) -> str:
    return await invitations.create(session, plan, SYSTEM, Clock().now(), kind=kind, region_code="500111")


def knock(url: str, token: str) -> Knock:
    return with_session(url, lambda session: invitations.knock(session, Clock().now(), platform_id=99, token=token))


def come_in(url: str, plan: Plan, token: str, account: int) -> joining.Outcome:
    async def enter(session: AsyncSession) -> joining.Outcome:
        now = Clock().now()
        await invitations.knock(session, now, platform_id=account, token=token)
        arrival = await joining.come(
            session,
            plan,
            now,
            platform_id=account,
            number=f"+861000000000{account}",
            name=f"管理员{account}",
            locale="zh",
        )
        return arrival.outcome

    return with_session(url, enter)


def holders(url: str) -> dict[Role, int | None]:
    async def look(session: AsyncSession) -> dict[Role, int | None]:
        held = await posts.at(session, ADMINISTRATOR, Clock().now())
        return {one.post.role: one.person.platform_id for one in held}

    return with_session(url, look)
