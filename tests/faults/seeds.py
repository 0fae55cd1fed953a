"""What is drawn by lot can be drawn again: FAULTS_SEED repeats a run's decisions, if not the machine's instants."""

from __future__ import annotations

import os
from random import Random, SystemRandom

from typer import echo


def seeded(part: int = 0) -> tuple[int, Random]:
    """The seed of this run, said where a failing test shows it, and what draws by it in this part of the run."""
    seed = int(os.environ.get("FAULTS_SEED") or SystemRandom().randrange(10**6))
    echo(f"FAULTS_SEED={seed}")
    return seed, Random(seed * 1_000 + part)
