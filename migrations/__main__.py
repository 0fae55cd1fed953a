"""`python -m migrations "what changes"`: writes the next revision from the models. For whoever changes a table.

It compares with a database made by the revisions there are, so it needs none of yours. Read what it wrote: renames look
like a drop and an add, and rows that exist need values that only a person can decide. Then `make fix`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from migrations import run

_USAGE = 'python -m migrations "what changes"'


def main(arguments: list[str]) -> int:
    """Writes one file into migrations/versions; 2 when the arguments are not one sentence."""
    if len(arguments) != 1:
        sys.stderr.write(f"{_USAGE}\n")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'revisions.db'}"
        run.upgrade(url)
        written = run.write(url, arguments[0], f"{len(run.revisions()) + 1:04}")
    sys.stdout.write(f"{written}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
