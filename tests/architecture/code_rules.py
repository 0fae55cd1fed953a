"""Lints on what code calls: transactions, queries, clocks, tasks, caught exceptions, silenced checks.

Syntax only, no types: a call is recognised by the words it is written with, which is why the names are kept special.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.architecture.rule import Finding, Rule, python_in
from tests.architecture.source import Source
from tests.architecture.tables import CLOCKS, EDGES, QUERIES_ALLOWED, SLEEP_ALLOWED, TASKS_ALLOWED

PRODUCT = ("bot", "handlers", "messages")
EVERYTHING_THAT_RUNS = (*PRODUCT, "sandbox", "scenarios")

STATEMENTS = {"select", "insert", "update", "delete", "exists", "union", "union_all"}
EXECUTIONS = {"execute", "exec", "scalar", "scalars", "stream", "stream_scalars", "exec_driver_sql", "get_one"}
READ_THE_TIME = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
    ("func", "now"),
}
CATCH_ALL = {"Exception", "BaseException"}
SILENCER = re.compile(r"#\s*(type:\s*ignore|noqa)(?P<code>\[[\w, -]+\]|:\s*[A-Z]+\d+[A-Z\d, ]*)?(?P<rest>.*)")


def _commits(source: Source) -> Iterator[Finding]:
    for node in source.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _moves_transaction(node.func):
            yield node.lineno, f"{ast.unparse(node.func)}()"


def _moves_transaction(function: ast.Attribute) -> bool:
    if function.attr == "begin":
        return _last_name(function.value).endswith(("session", "engine", "connection"))
    return function.attr == "commit"


def _queries(source: Source) -> Iterator[Finding]:
    statements = set(_statement_names(source))
    for node in source.nodes:
        if isinstance(node, ast.Call) and _is_query(node.func, statements):
            yield node.lineno, f"a query: {ast.unparse(node.func)}(...)"


def _statement_names(source: Source) -> Iterator[str]:
    """Local names of select, insert ... as far as they come from SQLAlchemy or SQLModel."""
    for node in source.nodes:
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in {"sqlalchemy", "sqlmodel"}:
            yield from (alias.asname or alias.name for alias in node.names if alias.name in STATEMENTS)
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] in {"sqlalchemy", "sqlmodel"}:
                    yield from (f"{alias.asname or alias.name}.{name}" for name in STATEMENTS)


def _is_query(function: ast.expr, statements: set[str]) -> bool:
    if ast.unparse(function) in statements:
        return True
    if not isinstance(function, ast.Attribute):
        return False
    if function.attr in EXECUTIONS:
        return True
    return function.attr == "get" and _last_name(function.value).endswith("session")


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _times(source: Source) -> Iterator[Finding]:
    for node in source.nodes:
        if isinstance(node, ast.Attribute) and (_last_name(node.value), node.attr) in READ_THE_TIME:
            yield node.lineno, ast.unparse(node)
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            yield from (
                (node.lineno, f"from time import {a.name}") for a in node.names if ("time", a.name) in READ_THE_TIME
            )


def _tasks(source: Source) -> Iterator[Finding]:
    for node in source.nodes:
        if isinstance(node, ast.Call) and _last_name(node.func) in {"create_task", "ensure_future"}:
            yield node.lineno, f"{ast.unparse(node.func)}(...)"


def _catch_alls(source: Source) -> Iterator[Finding]:
    for node in source.nodes:
        if isinstance(node, ast.ExceptHandler) and _catches_all(node) and not _raises_again(node):
            yield node.lineno, f"except {ast.unparse(node.type) if node.type else ''}".strip()


def _catches_all(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(_last_name(one) in CATCH_ALL for one in caught)


def _raises_again(handler: ast.ExceptHandler) -> bool:
    """Tidying up and raising the same again hides nothing."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def _silencers(source: Source) -> Iterator[Finding]:
    for line, comment in source.comments():
        found = SILENCER.search(comment)
        if found and not (found["code"] and len(found["rest"].strip(" #:-,")) >= 8):
            yield line, comment


def _sleeps(source: Source) -> Iterator[Finding]:
    for node in source.nodes:
        if isinstance(node, ast.Call) and _last_name(node.func) == "sleep" and ast.unparse(node).split("(")[1] != "0)":
            yield node.lineno, ast.unparse(node)


def _outside_repositories(source: Source) -> bool:
    return python_in("bot", "handlers", but=QUERIES_ALLOWED)(source) and source.parts[-1] != "repository.py"


def _foreign_repositories(source: Source) -> Iterator[Finding]:
    home = ".".join(source.parts[:2])
    for node in source.nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for module in _imported(node):
                if _is_private(module) and not module.startswith(f"{home}."):
                    yield node.lineno, f"import of {module}"


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """Modules named by one import, those among `from package import module` included."""
    if isinstance(node, ast.ImportFrom):
        yield node.module or ""
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    else:
        yield from (alias.name for alias in node.names)


def _is_private(module: str) -> bool:
    """A room's repository.py, and whatever else in the room holds queries."""
    path = f"{module.replace('.', '/')}.py"
    return not module.startswith("bot.core.") and (
        re.fullmatch(r"bot/\w+/repository\.py", path) is not None or path in QUERIES_ALLOWED
    )


RULES = (
    Rule(
        "transactions open and close in one place",
        "a use case that commits half of itself leaves a change nobody was told of",
        "write through the repository and return: the edge's `async with database.write()` commits once, at the end",
        python_in(*PRODUCT, but={"bot/core/database.py"}),
        _commits,
    ),
    Rule(
        "queries live in repositories",
        "a rule that is also a query can be tested on neither paper nor a database, and no one finds it again",
        "move it to the room's repository.py under a name of the trade (get_x, require_x, claim_due)",
        _outside_repositories,
        _queries,
    ),
    Rule(
        "repositories are private to their room",
        "rows read from outside are rules applied outside: rights and states are checked in the service",
        "call the room's service, or let it hand you a view or an id",
        python_in("bot", "handlers", "sandbox", "scenarios"),
        _foreign_repositories,
    ),
    Rule(
        "nobody reads the time but the clock",
        "the demo's clock moves, drills fast-forward, and a rule that reads the time itself cannot be tested at 02:41",
        "take `now` as a parameter; only loops ask the clock (bot/core/clock.py, sandbox/clock.py)",
        python_in(*EVERYTHING_THAT_RUNS, but=CLOCKS),
        _times,
    ),
    Rule(
        "tasks are born in the nursery",
        "a task nobody holds disappears with its exception, and with it a warning that was never sent",
        "nursery.loop(name, run), nursery.once(name, coroutine); in the sandbox, a file of TASKS_ALLOWED (tables.py)",
        python_in(*EVERYTHING_THAT_RUNS, but=TASKS_ALLOWED),
        _tasks,
    ),
    Rule(
        "everything is caught at the edges only",
        "in the middle it turns a fault into silence, and silence is never mistaken for success",
        "catch the error you expect; a process edge goes into EDGES in tests/architecture/tables.py, with its reason",
        python_in(*EVERYTHING_THAT_RUNS, "migrations", "benchmarks", but=EDGES),
        _catch_alls,
    ),
    Rule(
        "a silenced check says why",
        "the next reader must see whether the reason still holds",
        "`# type: ignore[code]  # the reason`, `# noqa: CODE  # the reason`, on the narrowest line",
        python_in(),
        _silencers,
    ),
    Rule(
        "tests do not sleep",
        "a sleep is too short on a busy machine and too long on every other; time is moved, events are waited for",
        "wait on a condition or an event with a timeout, or on the sandbox's settled",
        python_in("tests", but=SLEEP_ALLOWED),
        _sleeps,
    ),
)
