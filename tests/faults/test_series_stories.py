"""Many long stories of series, with chats that fail and a sender that dies, on each database (`make faults`)."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from bot.plan.service import Plan
from tests.databases import Postgres
from tests.integration.series_machine import on_postgres, on_sqlite

# Not shrunk: that takes longer than the story, which is printed whole and can be played again.
MANY = settings(
    max_examples=10,
    stateful_step_count=60,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
    print_blob=True,
)
# A test of more than two minutes is taken for one that hangs.
PARTS = range(10)

pytestmark = pytest.mark.faults


@pytest.mark.parametrize("part", PARTS)
def test_many_long_stories_of_series_end_well_on_sqlite(
    part: int, sqlite_template: Path, tmp_path: Path, plan: Plan
) -> None:
    run_state_machine_as_test(on_sqlite(sqlite_template, tmp_path, plan), settings=MANY)


@pytest.mark.postgres
@pytest.mark.parametrize("part", PARTS)
def test_many_long_stories_of_series_end_well_on_postgresql(part: int, postgres: Postgres, plan: Plan) -> None:
    run_state_machine_as_test(on_postgres(postgres, plan), settings=MANY)
