"""Work in a process of its own: nothing it imports or leaves behind is measured with another's.

Each is started anew from nothing, and no two share an interpreter. What it may be given and give back must pickle.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from benchmarks.progress import quieten

T = TypeVar("T")

_STATUS = Path("/proc/self/status")
_PEAK = "VmHWM:"


@dataclass(frozen=True, slots=True)
class Measured(Generic[T]):
    """What the work gave, and what its process took from its start to the end: seconds of CPU, most bytes at once."""

    value: T
    cpu_seconds: float
    peak_bytes: int


def alone(work: Callable[[], T]) -> Measured[T]:
    """Does it and waits."""
    return side_by_side({"": work})[""]


def side_by_side(works: Mapping[str, Callable[[], T]]) -> dict[str, Measured[T]]:
    """Does all of them at the same time, each in its process."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(len(works), mp_context=context, max_tasks_per_child=1) as pool:
        under_way = {name: pool.submit(partial(_measured, work)) for name, work in works.items()}
        return {name: future.result() for name, future in under_way.items()}


def _measured(work: Callable[[], T]) -> Measured[T]:
    quieten()
    value = work()
    return Measured(value, time.process_time(), _peak_bytes())


def _peak_bytes() -> int:
    """Linux passes ru_maxrss on from the process that started this one; its own status does not."""
    if _STATUS.exists():
        line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(_PEAK))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
