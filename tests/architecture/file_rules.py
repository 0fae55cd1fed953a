"""Lints on files and words: length, docstrings, the closed list of a room's files, the glossary, forbidden text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.architecture.glossary import banned_words, words_of
from tests.architecture.rule import Finding, Rule, python_in
from tests.architecture.source import ROOT, Source
from tests.architecture.tables import DOMAIN_FILES, FLOW_FILES, FURTHER_FILES, LONG_ALLOWED, NOT_DOMAINS

LONGEST = 400

# Written so that this file does not contain what it forbids.
REGISTRY_HOST = re.compile(
    r"\b(pypi\.[a-z][\w.]*|[\w.]*pythonhosted\.org|registry\.npmjs\.\w+|registry\.yarnpkg\.\w+)\b"
)
MACHINE_PATH = re.compile(r"(?<![\w.\-~$}>*])/(?:home|root|Users|work|farm)/[\w.]")

# A link in Markdown to something in this repository: no scheme, anchors left aside.
LINK = re.compile(r"\]\((?!\w+:)([^)#\s]+)(?:#[^)]*)?\)")


def _too_long(source: Source) -> Iterator[Finding]:
    if len(source.lines) > LONGEST:
        yield LONGEST + 1, f"{len(source.lines)} lines"


def _is_code(source: Source) -> bool:
    return source.path.endswith((".py", ".js")) and source.path not in LONG_ALLOWED


def _without_docstring(source: Source) -> Iterator[Finding]:
    if source.text.strip() and not ast.get_docstring(source.tree):
        yield 1, "no module docstring"


def _in_a_room(source: Source) -> bool:
    return source.path.endswith(".py") and len(source.parts) > 2 and source.parts[0] in {"bot", "handlers"}


def _unknown_file(source: Source) -> Iterator[Finding]:
    root, room, *rest = source.parts
    if root == "bot" and room in NOT_DOMAINS:
        return
    known = DOMAIN_FILES if root == "bot" else FLOW_FILES
    if source.path not in FURTHER_FILES and (len(rest) > 1 or rest[0].removesuffix(".py") not in known):
        yield 1, f"{'/'.join(rest)} is none of {', '.join(sorted(known - {'__init__'}))}"


def _words_we_do_not_use(source: Source) -> Iterator[Finding]:
    for line, name in _names_given(source):
        for word in words_of(name):
            if word in banned_words():
                yield line, f"`{name}` says {word!r}: {banned_words()[word]}"


def _names_given(source: Source) -> Iterator[tuple[int, str]]:
    """Names this file gives to things; names others gave (a library's keyword) are not ours to choose."""
    for part in source.parts:
        yield 1, part.removesuffix(".py")
    for node in source.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id if isinstance(node, ast.Name) else node.attr


def _forbidden_text(source: Source) -> Iterator[Finding]:
    for number, line in enumerate(source.lines, 1):
        for pattern, what in ((REGISTRY_HOST, "a package registry's host"), (MACHINE_PATH, "a path of one machine")):
            if found := pattern.search(line):
                yield number, f"{what}: {found.group()}"


def _broken_links(source: Source) -> Iterator[Finding]:
    for number, line in enumerate(source.lines, 1):
        for link in LINK.findall(line):
            if not (ROOT / source.path).parent.joinpath(link).exists():
                yield number, f"nothing stands at {link}"


RULES = (
    Rule(
        f"no file is longer than {LONGEST} lines",
        "past that a reader tires, and two ideas live in one room",
        "find the second room: what in here has a name of its own?",
        _is_code,
        _too_long,
    ),
    Rule(
        "every module says why it exists",
        "a stranger opens the file at night and must know within two lines whether this is the place",
        "begin with a docstring: why it exists, and what it does not do",
        python_in(),
        _without_docstring,
    ),
    Rule(
        "a room is a closed list of files",
        "who knows one domain knows where things are in all of them",
        "put it in one of these files, or add the path to FURTHER_FILES in tests/architecture/tables.py with a reason",
        _in_a_room,
        _unknown_file,
    ),
    Rule(
        "one thing has one name",
        "two words for one thing become two things; the glossary is CONTEXT.md",
        "use the term of CONTEXT.md, or, if it is a new thing, give it a row there",
        python_in("bot", "handlers", "messages", "migrations", "scenarios"),
        _words_we_do_not_use,
    ),
    Rule(
        "no registry hosts, no machine paths",
        "they work on one machine and fail, or leak, on every other",
        "leave the host to the reader's own configuration; use a path from the project's root",
        lambda source: True,
        _forbidden_text,
    ),
    Rule(
        "links in documents lead somewhere",
        "a reader who meets one dead link believes none of the others",
        "mend the path (it is relative to the document), or write the thing it promises",
        lambda source: source.path.endswith(".md"),
        _broken_links,
    ),
)
