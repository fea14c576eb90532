"""Seconds of one case: wall, and of all processors, those of its processes included."""

import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.analyses.cases import Case


@dataclass(frozen=True)
class Measured:
    """A case, its medians, and what naive re-solving took once."""

    analysis: str
    size: int
    instance: str
    answer: str
    runs: int
    wall: float
    cpu: float
    allowed: float | None
    to_beat: float | None
    naive_runs: int | None = None
    naive_wall: float | None = None
    naive_cpu: float | None = None


def measure(case: Case, *, repeats: int, enough: float, naive: bool) -> Measured:
    """Ask a case several times.

    Args:
        case: what is asked.
        repeats: how often, at most.
        enough: seconds after which it is not asked again.
        naive: whether the same is done by naive re-solving, once.
    """
    walls: list[float] = []
    cpus: list[float] = []
    answer: Any = None
    while len(walls) < repeats and sum(walls) < enough:
        answer, wall, cpu = _timed(case.ask)
        walls.append(wall)
        cpus.append(cpu)
    found = Measured(
        analysis=case.analysis,
        size=case.size,
        instance=case.instance,
        answer=case.told(answer),
        runs=len(walls),
        wall=statistics.median(walls),
        cpu=statistics.median(cpus),
        allowed=case.allowed,
        to_beat=case.to_beat,
    )
    again = case.naive
    if again is None or not naive:
        return found
    runs, wall, cpu = _timed(lambda: again(answer))
    return Measured(**{**found.__dict__, "naive_runs": runs, "naive_wall": wall, "naive_cpu": cpu})


def _timed(ask: Callable[[], Any]) -> tuple[Any, float, float]:
    """(answer, wall seconds, processor seconds)."""
    began, spent = time.perf_counter(), _processor_seconds()
    answer = ask()
    return answer, time.perf_counter() - began, _processor_seconds() - spent


def _processor_seconds() -> float:
    """Of this process and of those that it has seen end."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
