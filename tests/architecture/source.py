"""The project's files as the lints see them: path, text, syntax tree.

Reads what git knows (tracked, or new and not ignored), so that a virtualenv or a built package is never judged.
Does not import any of the code it reads.
"""

from __future__ import annotations

import ast
import io
import subprocess
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]
NOT_OURS = {".venv", ".git", "build", "dist", "var", "node_modules", "__pycache__"}


@dataclass(frozen=True)
class Source:
    """One file: its path from the project's root, with forward slashes, and its text."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))

    @property
    def parts(self) -> tuple[str, ...]:
        return PurePosixPath(self.path).parts

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    def comments(self) -> Iterator[tuple[int, str]]:
        """(line, text) of each comment; a string that looks like a comment is not one."""
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string

    def __str__(self) -> str:
        return self.path


@lru_cache(maxsize=1)
def project_files() -> tuple[Source, ...]:
    """Every text file of the project, sorted by path."""
    found = (_read(path) for path in sorted(set(_paths())))
    return tuple(source for source in found if source is not None)


def _paths() -> list[str]:
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listing = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):  # an unpacked archive, or a clone that belongs to another user
        return [path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*") if not NOT_OURS & set(path.parts)]
    return [path for path in listing.split("\0") if path]


def _read(path: str) -> Source | None:
    try:
        return Source(path, (ROOT / path).read_text(encoding="utf-8"))
    except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):  # a picture; deleted, not yet committed
        return None
