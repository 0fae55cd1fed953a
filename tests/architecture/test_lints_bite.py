"""Each lint on a bad snippet and on its nearest good neighbour: a lint that cannot fail holds nothing."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.architecture.file_rules import LONGEST
from tests.architecture.rule import Rule
from tests.architecture.source import Source
from tests.architecture.test_house_rules import RULES

# rule name, path, text that breaches it
BAD = [
    ("transactions open and close in one place", "bot/intake/service.py", "await session.commit()"),
    ("transactions open and close in one place", "handlers/intake/routes.py", "async with self.session.begin(): ..."),
    ("queries live in repositories", "bot/intake/service.py", "from sqlmodel import select\nrows = select(Report)"),
    ("queries live in repositories", "bot/intake/service.py", "import sqlalchemy as sa\nrows = sa.select(Report)"),
    ("queries live in repositories", "bot/intake/jobs.py", "await session.execute(statement)"),
    ("queries live in repositories", "handlers/intake/routes.py", "report = await session.get(Report, 7)"),
    ("queries live in repositories", "bot/intake/rules.py", "rows = (await self.session.scalars(statement)).all()"),
    ("repositories are private to their room", "bot/incident/service.py", "from bot.intake import repository"),
    (
        "repositories are private to their room",
        "handlers/x/routes.py",
        "from bot.intake.repository import get",
    ),
    ("repositories are private to their room", "handlers/x/routes.py", "import bot.intake.repository as reports"),
    ("repositories are private to their room", "bot/intake/service.py", "from bot.delivery import queue"),
    ("nobody reads the time but the clock", "bot/intake/service.py", "at = datetime.now(UTC)"),
    (
        "nobody reads the time but the clock",
        "bot/intake/models.py",
        "at = Field(default_factory=datetime.utcnow)",
    ),
    ("nobody reads the time but the clock", "sandbox/server.py", "import time\nat = time.time()"),
    ("nobody reads the time but the clock", "bot/intake/jobs.py", "from time import time"),
    ("nobody reads the time but the clock", "bot/intake/repository.py", "due = Report.due_at <= func.now()"),
    ("tasks are born in the nursery", "bot/delivery/sender.py", "asyncio.create_task(send())"),
    (
        "tasks are born in the nursery",
        "handlers/x/routes.py",
        "from asyncio import ensure_future\nensure_future(x)",
    ),
    ("everything is caught at the edges only", "bot/intake/service.py", "try: go()\nexcept Exception: pass"),
    (
        "everything is caught at the edges only",
        "bot/intake/service.py",
        "try: go()\nexcept (OSError, BaseException): x()",
    ),
    ("everything is caught at the edges only", "sandbox/limits.py", "try: go()\nexcept: pass"),
    ("a silenced check says why", "bot/x/rules.py", "x = 1  # type: ignore"),
    ("a silenced check says why", "bot/x/rules.py", "x = 1  # type: ignore[assignment]"),
    ("a silenced check says why", "bot/x/rules.py", "import x  # noqa: F401"),
    ("tests do not sleep", "tests/unit/test_x.py", "await asyncio.sleep(0.5)"),
    ("tests do not sleep", "tests/unit/test_x.py", "from time import sleep\nsleep(1)"),
    (f"no file is longer than {LONGEST} lines", "bot/x/service.py", "x = 1\n" * (LONGEST + 1)),
    ("every module says why it exists", "bot/x/service.py", "import ast"),
    ("a room is a closed list of files", "bot/intake/numbers.py", "x = 1"),
    ("a room is a closed list of files", "bot/intake/rules/deep.py", "x = 1"),
    ("a room is a closed list of files", "handlers/intake/texts.py", "x = 1"),
    ("one thing has one name", "bot/warning/service.py", "def issue_alert(): ..."),
    ("one thing has one name", "bot/core/utils.py", "x = 1"),
    ("one thing has one name", "bot/warning/models.py", "class RedAlert: ..."),
    ("one thing has one name", "bot/warning/models.py", "class Warning:\n    severity: int = 0"),
    ("one thing has one name", "handlers/x/routes.py", "def show(alarm): ..."),
    ("no registry hosts, no machine paths", "docs/setup.md", "see https://" + "pypi" + ".org/project/x"),
    ("no registry hosts, no machine paths", "docs/setup.md", "cd " + "/" + "home/somebody/jiaoying"),
    ("links in documents lead somewhere", "docs/setup.md", "see [the plan](no-such-page.md#levels)"),
]

# rule name, path, text it must leave alone
GOOD = [
    ("transactions open and close in one place", "bot/intake/service.py", "await warning.begin(now)"),
    ("queries live in repositories", "bot/intake/service.py", "keyboard.select(row)\nvalue = table.get(key)"),
    ("queries live in repositories", "bot/intake/models.py", "from sqlalchemy import text\nText = text('x > 0')"),
    ("repositories are private to their room", "bot/intake/service.py", "from bot.intake import repository"),
    ("nobody reads the time but the clock", "bot/intake/jobs.py", "now = clock.now()\nleft = time.monotonic()"),
    ("tasks are born in the nursery", "bot/delivery/sender.py", "nursery.once('send', send())"),
    (
        "everything is caught at the edges only",
        "bot/x/service.py",
        "try: go()\nexcept Exception:\n  undo()\n  raise",
    ),
    ("everything is caught at the edges only", "bot/x/service.py", "try: go()\nexcept OSError: pass"),
    ("a silenced check says why", "bot/x/rules.py", "x = 1  # type: ignore[assignment]  # the stub is wrong"),
    ("a silenced check says why", "bot/x/rules.py", "x = '# type: ignore'"),
    ("tests do not sleep", "tests/unit/test_x.py", "await asyncio.sleep(0)"),
    (f"no file is longer than {LONGEST} lines", "bot/x/service.py", "x = 1\n" * LONGEST),
    ("every module says why it exists", "bot/x/service.py", '"""Why."""'),
    ("every module says why it exists", "bot/x/__init__.py", ""),
    ("a room is a closed list of files", "bot/intake/service.py", "x = 1"),
    ("a room is a closed list of files", "bot/core/anything.py", "x = 1"),
    ("one thing has one name", "handlers/x/routes.py", "await query.answer(show_alert=True)"),
    ("one thing has one name", "bot/x/service.py", "alertness = 1"),
    ("no registry hosts, no machine paths", "docs/setup.md", "see https://example.org/home/page and var/home/x"),
    (
        "links in documents lead somewhere",
        "docs/setup.md",
        "[a](decisions/README.md#x) [b](https://example.org/x) [c](#d)",
    ),
]


@pytest.mark.parametrize(("name", "path", "text"), BAD, ids=str)
def test_a_breach_is_found(name: str, path: str, text: str) -> None:
    breaches = _breaches(name, path, text)
    assert breaches, f"{name!r} let this pass: {text}"
    assert breaches[0].startswith(f"{path}:")


@pytest.mark.parametrize(("name", "path", "text"), GOOD, ids=str)
def test_its_good_neighbour_is_left_alone(name: str, path: str, text: str) -> None:
    assert _breaches(name, path, text) == []


def test_every_rule_is_tried_on_a_bad_snippet() -> None:
    assert {rule.name for rule in RULES} == {name for name, _, _ in BAD}


def test_a_complaint_says_where_why_and_how_to_mend() -> None:
    text = dedent(
        '''\
        """Why."""

        async def take_over(session):
            await session.commit()
        '''
    )
    rule = _rule("transactions open and close in one place")
    complaint = rule.complaint(rule.breaches([Source("bot/incident/service.py", text)]))
    assert "bot/incident/service.py:4: session.commit()" in complaint
    assert rule.why in complaint
    assert rule.mend in complaint


def test_one_line_is_one_breach() -> None:
    text = "from sqlmodel import select\nrows = await session.exec(select(Report))"
    assert len(_breaches("queries live in repositories", "bot/intake/service.py", text)) == 1


def _breaches(name: str, path: str, text: str) -> list[str]:
    return _rule(name).breaches([Source(path, text)])


def _rule(name: str) -> Rule:
    (rule,) = [rule for rule in RULES if rule.name == name]
    return rule
