"""Turns what a search says of itself, as often as it likes, into the progress that a caller is told."""

import math
from collections.abc import Callable
from typing import NamedTuple

from optcenter_pipeline.engine.holds import relative_gap
from optcenter_pipeline.engine.objective import Stage
from optcenter_pipeline.engine.progress import Progress, ProgressKind

_PULSE_SECONDS = 0.1
"""Between two signs of life, so that a listener who takes one a second shows nothing that is older than that."""
_SAME = 1e-9
"""Relative difference below which two values are one: a solver's sum, and the exact one."""


class _Reached(NamedTuple):
    value: float
    at: float
    """Seconds since the run began."""


class ProgressTeller:
    """Keeps the best value and bound of the stage that runs, and when each was reached.

    Args:
        on_progress: who is told, in the thread that calls.
        stages: how many the run has.
        spent: seconds since the run began.
    """

    def __init__(self, on_progress: Callable[[Progress], None], stages: int, spent: Callable[[], float]) -> None:
        self._on_progress = on_progress
        self._stages = stages
        self._spent = spent
        self._stage: Stage | None = None
        self._position = 0
        self._nodes = 0
        self._told_at = -math.inf
        self._best: _Reached | None = None
        self._bound: _Reached | None = None

    def begin(self, stage: Stage) -> None:
        """The next stage runs from now on."""
        self._stage = stage
        self._position += 1
        self._nodes = 0
        self._best = self._bound = None

    def state(self, value: float | None = None, bound: float | None = None, nodes: int | None = None) -> None:
        """What the search has now; None or infinite where it has none, or does not say.

        A better portfolio or bound is told at once, anything else as a sign of life a few times a second.
        """
        now = self._spent()
        kind: ProgressKind = "alive"
        if bound is not None and self._is_better(bound, self._bound, upward=not self._is_maximised):
            self._bound, kind = _Reached(float(bound), now), "bound"
        if value is not None and self._is_better(value, self._best, upward=self._is_maximised):
            self._best, kind = _Reached(float(value), now), "incumbent"
        if nodes is not None:
            self._nodes = max(self._nodes, nodes)
        if kind != "alive" or now - self._told_at >= _PULSE_SECONDS:
            self._tell(kind, now)

    def finish(self, value: float, bound: float, nodes: int) -> None:
        """The stage's exact end, which may correct what the search had said."""
        now = self._spent()
        self._best = _kept(value, self._best, now)
        self._bound = _kept(bound, self._bound, now)
        self._nodes = nodes
        self._tell("finished", now)

    @property
    def _is_maximised(self) -> bool:
        return self._stage is not None and self._stage.sense == "max"

    @staticmethod
    def _is_better(new: float, known: _Reached | None, *, upward: bool) -> bool:
        if not math.isfinite(new):
            return False
        if known is None:
            return True
        ahead = new > known.value if upward else new < known.value
        return ahead and not _same(new, known)

    def _tell(self, kind: ProgressKind, now: float) -> None:
        if self._stage is None:
            return
        best, bound = self._best, self._bound
        self._told_at = now
        self._on_progress(
            Progress(
                kind=kind,
                stage=self._stage.name,
                position=self._position,
                stages=self._stages,
                value=best and best.value,
                bound=bound and bound.value,
                gap=relative_gap(best.value, bound.value) if best and bound else None,
                nodes=self._nodes,
                seconds=now,
                best_found_at=best and best.at,
                bound_found_at=bound and bound.at,
            )
        )


def _kept(exact: float, known: _Reached | None, now: float) -> _Reached:
    """The exact value, reached when the search first said it."""
    return _Reached(exact, known.at if known is not None and _same(exact, known) else now)


def _same(one: float, other: _Reached) -> bool:
    return abs(one - other.value) <= _SAME * max(abs(one), abs(other.value))
