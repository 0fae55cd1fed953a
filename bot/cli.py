"""The command line. Every command is thin: it reads its words, calls one room, and says what came of it.

A command imports what it needs when it is called: `jiaoying --help` is back at once, the whole program takes seconds.
Exit codes: 0 fine, 1 something was found wrong, 2 it cannot run as it is set up.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import importlib.metadata
import os
import signal
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich.console import Console
from typer.core import TyperGroup

from bot.core.errors import ConfigurationFault, Refusal
from bot.plan.errors import PackError
from bot.settings import ROOT, Work

if TYPE_CHECKING:
    from bot.app import App
    from bot.directory.roster import RosterResult
    from bot.doctor import Finding
    from bot.installation import Entrance
    from bot.settings import Settings

T = TypeVar("T")

# No wrapping: a path or an address that is broken over two lines cannot be clicked or copied.
_out = Console(soft_wrap=True, highlight=False, markup=False)
_err = Console(soft_wrap=True, highlight=False, markup=False, stderr=True)
_COLOURS = {"ok": "green", "bad": "bold red", "--": "yellow"}


class _Commands(TyperGroup):
    """Faults of the set-up become a sentence and exit code 2; a traceback is for what nobody foresaw."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except PackError as error:
            for problem in error.problems:
                _err.print(str(problem))
        except ConfigurationFault as fault:
            _err.print(str(fault))
        except Refusal as refusal:
            _err.print(f"refused: {refusal}")
        raise typer.Exit(2)


app = typer.Typer(
    cls=_Commands, no_args_is_help=True, add_completion=False, help="叫应: reports, warnings, call-and-answer in chat."
)
pack = typer.Typer(no_args_is_help=True, help="District packs.")
roster = typer.Typer(no_args_is_help=True, help="The roster (花名册): who holds which post.")
app.add_typer(pack, name="pack")
app.add_typer(roster, name="roster")

_ANY_WORDS = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def main() -> None:
    """The entry point `jiaoying`."""
    app()


# --- running ---------------------------------------------------------------------------------------------------------


@app.command()
def demo(
    scenario: Annotated[str | None, typer.Option(help="A story to play, e.g. danger-sign.")] = None,
    exit_: Annotated[bool, typer.Option("--exit", help="End with the story; 0 if every expectation held.")] = False,
    kill_every_step: Annotated[bool, typer.Option(help="Kill the bot at every step and compare the end.")] = False,
    database: Annotated[str | None, typer.Option(help="A PostgreSQL URL; a SQLite file without.")] = None,
    port: Annotated[int, typer.Option(help="The page's port; 0: any free one.")] = 0,
) -> None:
    """The whole product on this machine, with an invented world and no account."""
    from bot.demo import run_demo

    code = asyncio.run(run_demo(scenario, exit_=exit_, kill_every_step=kill_every_step, database=database, port=port))
    raise typer.Exit(code)


@app.command()
def run(
    role: Annotated[
        Work | None, typer.Option(help="A part of the work, where several programs share it on PostgreSQL.")
    ] = None,
    sandbox: Annotated[bool, typer.Option(help="On a sandbox on this machine, never in service.")] = False,
) -> None:
    """Serves until SIGTERM or Ctrl-C."""
    with _loading():
        from bot import installation
        from bot.app import build
        from bot.core import logging
        from bot.plan.service import load_plan

    settings = installation.read_settings({"role": role.value} if role else None)
    installation.require_token(settings.bot_token.get_secret_value())
    installation.require_role(settings)
    installation.require_right_platform(settings, sandbox=sandbox)
    installation.require_webhook(settings)
    installation.require_proxy(settings)
    plan = load_plan(settings.pack)
    installation.require_migrated(settings)
    logging.set_up(settings.log_level, as_json=settings.log_json)
    _on_a_loop(_serve(build(settings, plan)))


@app.command(context_settings=_ANY_WORDS)
def sandbox(context: typer.Context) -> None:
    """A small Telegram of our own on this machine; `jiaoying sandbox --help` lists its options."""
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "sandbox", *context.args])


# --- setting up ------------------------------------------------------------------------------------------------------


@app.command()
def init(
    token: Annotated[str | None, typer.Option(help="What @BotFather gave.")] = None,
    database: Annotated[str | None, typer.Option(help="sqlite+aiosqlite:///PATH or postgresql+asyncpg://…")] = None,
    pack: Annotated[Path | None, typer.Option(help="The district pack's folder.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing; take what is set or usual.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write .env anew; the old one is kept beside it.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Take the administrator's post from who has it.")] = False,
) -> None:
    """Writes .env, migrates, and prints a link for the first administrator.

    Run again, it keeps .env and prints a new link: that is how a lost administrator is recovered.
    """
    from bot import installation
    from bot.core.clock import Clock
    from bot.plan.service import load_plan
    from migrations import run as migrations

    named = {"bot_token": token, "database_url": database, "pack": str(pack) if pack else None}
    given = {name: value for name, value in named.items() if value is not None}
    is_new = force or not installation.ENV_FILE.exists()
    if not is_new and given:
        raise ConfigurationFault(".env is there already: change it by hand, or say --force (the old one is kept)")
    if is_new and not yes:
        given |= _asked(installation.read_settings(), given)
    settings = installation.read_settings(given)
    installation.require_token(settings.bot_token.get_secret_value())
    text, plan = installation.env_text(given), load_plan(settings.pack)
    username = asyncio.run(installation.bot_username(settings))
    migrations.upgrade(settings.database_url)
    if given:
        former = installation.write_env(text)
        _out.print("wrote .env" + (f"; the old one is {former}" if former else ""))
    entrance = asyncio.run(installation.admit_administrator(settings, plan, Clock().now(), replace=replace))
    _show(entrance, username)


@app.command()
def doctor(
    sandbox: Annotated[bool, typer.Option(help="The installation is meant to run on a sandbox.")] = False,
) -> None:
    """Says what is wrong and how to mend it."""
    from bot import installation
    from bot.core.clock import Clock
    from bot.doctor import Verdict, examine

    async def look() -> bool:
        found = [_told(finding) async for finding in examine(installation.read_settings(), Clock(), sandbox=sandbox)]
        return any(finding.verdict is Verdict.BAD for finding in found)

    raise typer.Exit(int(asyncio.run(look())))


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="Where backups are kept, on another disk than the database.")],
    with_secrets: Annotated[bool, typer.Option("--with-secrets", help="Token and passwords too.")] = False,
    keep: Annotated[int | None, typer.Option(min=1, help="How many backups stay; attachments always do.")] = None,
) -> None:
    """Saves database, attachments, pack and settings while the bot runs."""
    from bot import installation
    from bot.backup.taking import take
    from bot.core.clock import Clock

    settings = installation.read_settings()
    taken = asyncio.run(take(settings, folder, Clock().now(), with_secrets=with_secrets, keep=keep))
    _out.print(str(taken))
    raise typer.Exit(int(bool(taken.manifest.attachments.missing)))


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(help="One backup, or the folder of all: the newest is taken.")],
    replace: Annotated[bool, typer.Option("--replace", help="Keep aside what is there.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only look whether it is whole.")] = False,
    moved: Annotated[bool, typer.Option("--moved", help="No bot has run since it was made: all can go out.")] = False,
) -> None:
    """Puts a backup back, after it was looked through; the bot must not run."""
    from bot.backup import restoring
    from bot.core.clock import Clock

    if check:
        home, _manifest = asyncio.run(restoring.check(folder))
        _out.print(f"{home}: whole")
        return
    _out.print(str(asyncio.run(restoring.restore(folder, Clock().now(), replace=replace, moved=moved))))


@app.command()
def migrate(
    down: Annotated[str | None, typer.Option(help="Go back to this revision; `base` takes everything away.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before going back.")] = False,
) -> None:
    """Brings the database to this version's tables."""
    from bot import installation
    from migrations import run as migrations

    url = installation.read_settings().database_url
    if down is None:
        lacking = migrations.pending(url)
        migrations.upgrade(url)
        _out.print(f"{migrations.shown(url)}: {', '.join(lacking) or 'nothing to do'}")
        return
    if down not in {"base", *migrations.revisions()}:
        raise ConfigurationFault(f"there is no revision {down!r}; there are base, {', '.join(migrations.revisions())}")
    if not yes:
        typer.confirm(f"Going back to {down} loses what the later tables hold. Is there a backup?", abort=True)
    migrations.downgrade(url, down)
    _out.print(f"{migrations.shown(url)}: at {down}")


@pack.command("check")
def check_pack(directory: Annotated[Path, typer.Argument(help="The pack's folder.")]) -> None:
    """Lists everything wrong with a pack as file:line: field."""
    from bot.plan.service import check, load_plan

    problems = check(directory)
    for problem in problems:
        _out.print(str(problem))
    if problems:
        raise typer.Exit(1)
    _out.print(f"{load_plan(directory).version}: nothing wrong")


@roster.command("import")
def import_roster(
    file: Annotated[Path, typer.Argument(help="A CSV: name, phone, post, region or unit, role (A or B), grid.")],
) -> None:
    """Brings people and posts in, the whole file or nothing of it."""
    from bot import installation

    settings = installation.read_settings()
    result = asyncio.run(installation.import_roster(settings, file))
    for error in result.errors:
        _out.print(f"{file}:{error.line}: {error.field}: {error.found}; expected {error.expectation}")
    if result.errors:
        _out.print("nothing was brought in")
        raise typer.Exit(1)
    _summarise(result)


# --- the rest --------------------------------------------------------------------------------------------------------


@app.command(context_settings=_ANY_WORDS)
def bench(context: typer.Context) -> None:
    """Measures what the documents claim: a benchmark's name and its options."""
    if not (ROOT / "benchmarks" / "__main__.py").exists():
        raise ConfigurationFault("the benchmarks are not installed: they come with the source, not with the package")
    # The folder is in the source only, beside the packages that an installation has on its path.
    sys.path.insert(0, str(ROOT))
    raise typer.Exit(importlib.import_module("benchmarks.__main__").main(context.args))


@app.command()
def version() -> None:
    """Says which version this is."""
    _out.print(f"jiaoying {importlib.metadata.version('jiaoying')}")


# --- small print -----------------------------------------------------------------------------------------------------


@contextmanager
def _loading() -> Iterator[None]:
    """What is loaded stays: looking through it for garbage again and again meanwhile is a fifth of the start."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _on_a_loop(work: Coroutine[Any, Any, T]) -> T:
    """Runs on uvloop where there is one."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run(work)
    return uvloop.run(work)


async def _serve(built: App) -> None:
    import aiohttp

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        await built.run(stop)
    except aiohttp.ClientError as error:
        raise ConfigurationFault(f"the sandbox at {built.settings.sandbox_url} does not answer") from error
    finally:
        await built.database.close()


def _asked(settings: Settings, given: dict[str, str]) -> dict[str, str]:
    """What was not given, asked for; Enter takes what is set or usual, which then need not be written."""
    answers = {}
    if "bot_token" not in given:
        has_one = bool(settings.bot_token.get_secret_value())
        words = "Bot token from @BotFather" + (" (Enter: the one set)" if has_one else "")
        answers["bot_token"] = typer.prompt(words, default="" if has_one else None, show_default=False, hide_input=True)
    for name, words in (("database_url", "Database"), ("pack", "District pack")):
        if name not in given:
            usual = str(getattr(settings, name))
            answer = typer.prompt(words, default=usual)
            answers[name] = "" if answer == usual else answer
    return {name: answer for name, answer in answers.items() if answer}


def _show(entrance: Entrance, username: str | None) -> None:
    if entrance.replaced:
        _out.print(f"{entrance.replaced} no longer holds the post")
    if entrance.revoked:
        _out.print(f"older links that open nothing any more: {entrance.revoked}")
    seat = {"holder": "A", "deputy": "B"}[entrance.role]
    until = entrance.expires_at.astimezone().strftime("%Y-%m-%d %H:%M %z")
    _out.print(
        f"{entrance.called} ({seat}): this opens once, until {until}. Whoever has it can come in: pass it on safely."
    )
    if username:
        _out.print(f"  https://t.me/{username}?start={entrance.token}")
        return
    _out.print("the platform does not answer, so the bot's name is not known; send it this in a private chat:")
    _out.print(f"  /start {entrance.token}")


def _told(finding: Finding) -> Finding:
    _out.print(f"{finding.verdict:<3}", style=_COLOURS[finding.verdict], end=" ")
    _out.print(f"{finding.check}: {finding.said}" + (f". To mend: {finding.mend}" if finding.mend else ""))
    return finding


def _summarise(result: RosterResult) -> None:
    _out.print(f"new {result.new}, changed {result.changed}, unchanged {result.unchanged}, grids {result.grids}")
    if result.replaced:
        _out.print(f"people who gave up a post to somebody the roster names: {len(set(result.replaced))}")
        _out.print("nobody was told: tell them")
