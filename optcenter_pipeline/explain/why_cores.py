"""One candidate the other way, searched among the few columns that can matter there.

With the candidate fixed, the relaxation's optimum is B, and a column with reduced cost d costs at least |d| of it
when it leaves its value there. So the columns of the smallest |d| are a core (E. Balas, E. Zemel, 1980): all else
constant, the run's own stages search it. No portfolio at all beats the larger of what is proven in the core and
B - |d| of the first column outside; B is rounded to the step in which values change only after that. Nothing is
presolved or built anew: the model of all candidates is cut down.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optcenter_pipeline.engine.arrays import ModelArrays
from optcenter_pipeline.engine.highs import SolverModel
from optcenter_pipeline.engine.holds import hold_tolerance
from optcenter_pipeline.engine.linear_model import Point
from optcenter_pipeline.engine.presolve.reduced_model import SHORTFALL, ColumnMap, ReducedModel
from optcenter_pipeline.engine.row_matrix import Bools, Floats
from optcenter_pipeline.engine.snapshot import SolverOptions
from optcenter_pipeline.engine.staged import Clock, Staged
from optcenter_pipeline.engine.stages import StagedSearch
from optcenter_pipeline.explain.base_plan import BasePlan, Cancel
from optcenter_pipeline.explain.why_relaxation import Relaxed, TightRelaxation

_SMALLEST = 40
_GROWTH = 2.5
_SHRINKING = 0.8
_LARGEST = 250
_LARGEST_WITHOUT = 600
"""Columns of a core: of the first, how many times more in the next, in the next candidate's first, of the last, and
of the last where the others hold no portfolio, which is soon seen."""
_WORK = 2_000_000
"""Of the cores that hold a portfolio, the squares of their columns: what a search costs goes with that."""
_NODES = 60
"""Of all stages of one core: where they do not do, the whole is searched as well."""
_FRACTIONAL = 1e-6


@dataclass(frozen=True, slots=True)
class Reached:
    """What the cores of one candidate came to."""

    point: Point | None
    """The best portfolio by the run's stages, as far as it was searched for; None without one."""
    bound: float
    """What no portfolio can beat in the first KPI stage."""
    is_whole: bool
    """No portfolio outside the core is as good, and the core was searched in full."""


class Cores:
    """Searches cores of a run in which nothing gives way (see `why_flips.is_strict`).

    Args:
        plan: the run and its portfolio.
        relaxation: of its question.
        is_enough: (value, bound) that need no larger core; None: each candidate's are searched until one is whole,
            whatever the work.
        left: seconds that are left, None without a limit.
        cancel: True ends a search with what it has.
    """

    def __init__(
        self,
        plan: BasePlan,
        relaxation: TightRelaxation,
        is_enough: Callable[[float, float], bool] | None,
        left: Callable[[], float | None],
        cancel: Cancel,
    ) -> None:
        self._question = plan.question
        self._stage = plan.stage
        self._relaxation = relaxation
        self._model = relaxation.model
        self._is_enough = is_enough or (lambda value, bound: False)
        self._work_left = math.inf if is_enough is None else _WORK
        self._left = left
        self._cancel = cancel
        own = plan.question.snapshot.solver
        nodes = _NODES if own.node_limit is None else min(_NODES, own.node_limit)
        self._options: SolverOptions = own.model_copy(update={"node_limit": nodes})
        self._size = _SMALLEST

    @property
    def is_spent(self) -> bool:
        """Whether the work that searches may take is used up."""
        return self._work_left <= 0

    def search(self, column: int, value: float, start: Point | None) -> Reached | None:
        """Search ever larger cores while that promises a proof; None where there is no relaxation to begin with.

        Args:
            column: the candidate's.
            value: of the candidate, 0 or 1.
            start: a portfolio that has it so.

        Raises:
            SolverError: the solver gave no usable answer.
        """
        inner = int(self._model.columns.representative[column])
        relaxed = self._relaxation.flipped(inner, value) if inner >= 0 else None
        if not isinstance(relaxed, Relaxed):
            return None
        best, bound, size = start, relaxed.bound, self._size
        self._size = max(_SMALLEST, int(size * _SHRINKING))
        while True:
            core, outside = self._core(relaxed, inner, best, size)
            if not core.any():
                return Reached(best, bound, is_whole=False)
            staged = self._staged(core, relaxed, inner, value, best)
            if staged.ending != "infeasible":
                self._work_left -= int(core.sum()) ** 2
            if staged.point is not None:
                best = staged.point
            beyond = self._relaxation.sound(relaxed.optimum - outside) if math.isfinite(outside) else -math.inf
            if staged.stages:
                bound = min(bound, max(staged.stages[0].bound, beyond))
            is_stuck = staged.ending == "cancelled"
            if best is not None:
                objective = self._stage.terms.value(best)
                bound = max(bound, objective)
                is_proven = staged.ending == "done" and all(s.proven for s in staged.stages if s.kind != "economy")
                if is_proven and beyond < objective - hold_tolerance(objective):
                    return Reached(best, bound, is_whole=True)
                if self._is_enough(objective, bound):
                    return Reached(best, bound, is_whole=False)
                is_stuck = not is_proven
            most = _LARGEST_WITHOUT if best is None else _LARGEST
            if is_stuck or size >= min(most, self._model.width):
                return Reached(best, bound, is_whole=False)
            size = self._size = min(int(size * _GROWTH), most)

    def _core(self, relaxed: Relaxed, inner: int, start: Point | None, size: int) -> tuple[Bools, float]:
        """(the columns that are free, the least that one of the others costs)."""
        losses = relaxed.losses.copy()
        losses[self._is_off(relaxed.values, relaxed.values)] = 0.0
        order = np.argsort(losses, kind="stable")
        order = order[order != inner]
        core = np.zeros(len(losses), dtype=np.bool_)
        core[order[:size]] = True
        outside = float(losses[order[size]]) if size < len(order) else math.inf
        if start is not None:
            core |= self._is_off(self._inside(start), relaxed.values)
            core[inner] = False
        return core, outside

    def _is_off(self, values: Floats, relaxed: Floats) -> Bools:
        """Where values are not the whole numbers next to the relaxation's."""
        return np.asarray(np.abs(values - np.round(relaxed)) > _FRACTIONAL)

    def _inside(self, point: Point) -> Floats:
        return self._model.columns.project(point, self._model.width)

    def _staged(self, core: Bools, relaxed: Relaxed, inner: int, value: float, start: Point | None) -> Staged:
        """The run's stages, all but the core constant."""
        constants = np.where(core, 0.0, np.round(relaxed.values))
        constants[inner] = value
        representative = np.where(core, np.cumsum(core) - 1, -1)
        reduced = self._model.substituted(ColumnMap(representative, constants))
        slacks = reduced.row_slacks[1]
        holds = (reduced.row_lower <= slacks) & (reduced.row_upper >= -slacks)
        reduced = reduced.with_rows((np.diff(reduced.matrix.indptr) > 0) | ~holds)
        slacks = reduced.row_slacks[1]
        arrays = ModelArrays(
            reduced.matrix,
            reduced.row_lower - slacks,
            reduced.row_upper + slacks,
            reduced.lower,
            reduced.upper,
            reduced.integer,
        )
        return StagedSearch(
            self._question.model,
            self._question.plan,
            reduced,
            SolverModel(arrays, reduced.families == SHORTFALL, self._options),
            options=self._options,
            clock=Clock(time.perf_counter(), self._left()),
            start=start if start is not None and self._holds(reduced, start) else None,
            on_progress=lambda _: None,
            cancel=self._cancel,
            refuted=lambda: False,
        ).run()

    def _holds(self, reduced: ReducedModel, point: Point) -> bool:
        """Whether a portfolio is one of the cut-down model's."""
        count = self._question.model.candidate_count
        back = reduced.columns.restore(reduced.columns.project(point, reduced.width))[:count]
        return bool(np.array_equal(back, np.asarray(point[:count])))
