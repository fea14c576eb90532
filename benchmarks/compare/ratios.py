"""How our time compares: geometric means of ratios, proven counts, the worst case."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.compare.record import Record
from benchmarks.compare.solvers import ENGINE
from benchmarks.compare.verdicts import by_instance

SHIFT = 1.0
"""Seconds added to both times where instances that a solver left open are counted too."""

CLOCKS = ("seconds", "cpu")


@dataclass(frozen=True)
class Comparison:
    """Our engine against one other solver, over the instances that both ran."""

    other: str
    instances: int
    ours_proven: int
    theirs_proven: int
    both: int
    """Instances that both proved."""
    ratio: float | None
    """Geometric mean of our time over theirs, on those; None where there is none."""
    without_handover: float | None
    """The same, with the seconds until the other held its model taken off its time (not off ours)."""
    shifted: float | None
    """Geometric mean of (ours + SHIFT) / (theirs + SHIFT) on all; who proved nothing is counted at the limit."""
    worst: tuple[float, str]
    """Most seconds by which we are slower, and where; what is open counts at the limit. 0 where we never are."""


def compare(records: Iterable[Record], other: str, clock: str = "seconds") -> Comparison | None:
    """None where no instance has both."""
    found = []
    for same in by_instance(records).values():
        by_solver = {record.key.solver: record for record in same}
        if ENGINE in by_solver and other in by_solver:
            found.append((by_solver[ENGINE], by_solver[other]))
    if not found:
        return None
    both = [(ours, theirs) for ours, theirs in found if ours.proven and theirs.proven]
    counted = [(counted_seconds(ours, clock), counted_seconds(theirs, clock)) for ours, theirs in found]
    worst = max((a - b, ours.key.instance) for (a, b), (ours, _) in zip(counted, found, strict=True))
    return Comparison(
        other=other,
        instances=len(found),
        ours_proven=sum(ours.proven for ours, _ in found),
        theirs_proven=sum(theirs.proven for _, theirs in found),
        both=len(both),
        ratio=geometric_mean([getattr(ours, clock) / getattr(theirs, clock) for ours, theirs in both]),
        without_handover=geometric_mean(
            [getattr(ours, clock) / max(getattr(theirs, clock) - theirs.handover, 1e-6) for ours, theirs in both]
        ),
        shifted=geometric_mean([(a + SHIFT) / (b + SHIFT) for a, b in counted]),
        worst=worst if worst[0] > 0 else (0.0, ""),
    )


def counted_seconds(record: Record, clock: str = "seconds") -> float:
    """The time, or the limit where nothing was proven."""
    seconds: float = getattr(record, clock)
    return seconds if record.proven else record.key.limit


def geometric_mean(numbers: Sequence[float]) -> float | None:
    """None of none."""
    return math.exp(math.fsum(math.log(number) for number in numbers) / len(numbers)) if numbers else None
