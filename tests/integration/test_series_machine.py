"""A few stories of series in every run of the suite; many long ones are in tests/faults."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from bot.plan.service import Plan
from tests.databases import Postgres
from tests.integration.series_machine import on_postgres, on_sqlite

FEW = settings(
    max_examples=6,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    # To explain a failure Hypothesis traces every line: minutes, for a hint that the shrunk story gives by itself.
    phases=[Phase.reuse, Phase.generate, Phase.shrink],
    print_blob=True,
)


def test_whatever_becomes_of_a_series_everybody_has_its_newest_text_on_sqlite(
    sqlite_template: Path, tmp_path: Path, plan: Plan
) -> None:
    run_state_machine_as_test(on_sqlite(sqlite_template, tmp_path, plan), settings=FEW)


@pytest.mark.postgres
def test_whatever_becomes_of_a_series_everybody_has_its_newest_text_on_postgresql(
    postgres: Postgres, plan: Plan
) -> None:
    run_state_machine_as_test(on_postgres(postgres, plan), settings=FEW)
