"""Every benchmark runs from its command to its one line of JSON. How fast anything is, is for `make bench` to say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from tests.staging import postgres_server

ROOT = Path(__file__).resolve().parents[2]

# Of thousands of groups a handful, of a hundred thousand recipients a hundred.
TINY = {"delivery": "0.001", "limits": "0.003", "flooded": "0.02", "growth": "0.001", "tokens": "0.01"}


@pytest.mark.parametrize("name", TINY)
def test_a_benchmark_runs_at_a_tiny_share(name: str) -> None:
    _runs(name, "sqlite")


@pytest.mark.postgres
@pytest.mark.usefixtures("postgres")
def test_a_benchmark_runs_on_postgresql_too() -> None:
    _runs("tokens", "postgresql", TEST_DATABASE_URL=postgres_server())


def _runs(name: str, kind: str, **environment: str) -> None:
    done = subprocess.run(
        (sys.executable, "-m", "benchmarks", name, "--share", TINY[name], "--rounds", "1", "--alone", "--json"),
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    assert done.returncode in (0, 1), done.stderr
    (result,) = orjson.loads(done.stdout)
    assert result["name"] == name
    named = [contender for rounds in result["rounds"].values() for contender in rounds]
    assert any(kind in contender for contender in named), named
    assert all(value >= 0 for rounds in result["rounds"].values() for values in rounds.values() for value in values)
