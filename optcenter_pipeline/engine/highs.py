"""One model in our own HiGHS handle: costs changed in place, rows added, searches started and stopped.

Every option's status is checked (HiGHS ignores what it does not know), the bound and the gap are computed here,
and the number of threads never changes under a running search (HiGHS has one pool of them per process).
"""

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from highspy import cb

from optcenter_pipeline.engine.arrays import SMALLEST_COEFFICIENT, Floats, ModelArrays, ScaledArrays, scaled
from optcenter_pipeline.engine.linear_model import Point
from optcenter_pipeline.engine.objective import Stage
from optcenter_pipeline.engine.snapshot import SolverOptions
from optcenter_pipeline.rules.linear import Terms

_Status = highspy.HighsModelStatus
_STOPS = ("kTimeLimit", "kInterrupt", "kHighsInterrupt", "kSolutionLimit")
_STOPPED = {status for name, status in _Status.__members__.items() if name in _STOPS}
_INFEASIBLE = {_Status.kInfeasible, _Status.kUnboundedOrInfeasible}
_CALLBACKS = (
    cb.HighsCallbackType.kCallbackMipInterrupt,
    cb.HighsCallbackType.kCallbackSimplexInterrupt,
    cb.HighsCallbackType.kCallbackIpmInterrupt,
    cb.HighsCallbackType.kCallbackMipImprovingSolution,
)
_SOLVER_TOLERANCE = 1e-6
_FREE_WORK = 2_000_000
"""Nodes times coefficients that are spent on a full proof once the gap asked for is reached."""
_LARGE_MODEL = 20_000
"""Coefficients from which on the search stops at the gap asked for."""


def solver_version() -> str:
    """HiGHS's own version, `1.15.1`."""
    return f"{highspy.HIGHS_VERSION_MAJOR}.{highspy.HIGHS_VERSION_MINOR}.{highspy.HIGHS_VERSION_PATCH}"


class SolverError(RuntimeError):
    """The solver refused a model or an option, or gave no usable answer."""


@dataclass(frozen=True, slots=True)
class SearchLimits:
    """When a search may stop."""

    mip_gap: float
    seconds: float | None
    cancel: Callable[[], bool]
    improved: Callable[[float, float, int], None] = lambda *_: None
    """(value, bound, nodes) in the stage's unit, for every better portfolio."""
    work: int | None = None
    """Nodes times coefficients after which the search stops, the same on every machine."""


@dataclass(frozen=True, slots=True)
class Search:
    """What one search found."""

    values: Floats | None
    """One a column, in the PM's units; None where no portfolio was found."""
    bound: float
    """What no portfolio can beat, in the stage's unit; infinite where nothing is proven."""
    exhausted: bool
    """The search ended by itself: the gap asked for is proven."""
    infeasible: bool
    nodes: int
    resolution: float = 0.0
    """What the solver's tolerance amounts to in the stage's unit."""


class SolverModel:
    """A model in HiGHS.

    Args:
        arrays: the model, in the PM's units.
        shortfalls: the shortfall columns.
        options: threads and seed.

    Raises:
        SolverError: HiGHS refuses the model or an option.
    """

    def __init__(self, arrays: ModelArrays, shortfalls: range, options: SolverOptions) -> None:
        self._scaled: ScaledArrays = scaled(arrays, shortfalls)
        self._threads = options.threads
        self._mixed = bool(arrays.integer.any())
        self._nonzeros = arrays.matrix.nnz
        self._highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        self._set("output_flag", False)
        self._set("threads", options.threads)
        self._set("random_seed", options.seed)
        self._set("mip_abs_gap", 0.0)
        self._set("small_matrix_value", SMALLEST_COEFFICIENT)
        self._pass_model(self._scaled.arrays)
        self._rows = int(arrays.matrix.shape[0])
        self._objective_scale = 1.0
        self._maximise = False
        self._row_scales: dict[int, float] = {}

    def set_objective(self, stage: Stage) -> None:
        """Optimise this stage from now on."""
        costs, self._objective_scale = self._scaled.costs(stage.terms)
        self._maximise = stage.sense == "max"
        indices = np.arange(len(costs), dtype=np.int32)
        self._checked(self._highs.changeColsCost(len(costs), indices, costs), "changing the objective")
        sense = highspy.ObjSense.kMaximize if self._maximise else highspy.ObjSense.kMinimize
        self._checked(self._highs.changeObjectiveSense(sense), "changing the objective's sense")

    def add_row(self, terms: Terms, lower: float, upper: float) -> int:
        """One more row; its number. Without terms it is added as well: it must hold by itself."""
        columns, coefficients, scale = self._scaled.row(terms)
        added = self._highs.addRow(lower * scale, upper * scale, len(columns), columns, coefficients)
        self._checked(added, "adding a row")
        number = self._rows
        self._rows += 1
        self._row_scales[number] = scale
        return number

    def set_row_bounds(self, row: int, lower: float, upper: float) -> None:
        """Other bounds for a row that `add_row` made."""
        scale = self._row_scales[row]
        self._checked(self._highs.changeRowBounds(row, lower * scale, upper * scale), "changing a row")

    def start_from(self, point: Point) -> None:
        """Begin the next search with a portfolio in hand."""
        scale = self._scaled.column_scale
        values = np.zeros(len(scale))
        values[: len(point)] = point
        indices = np.arange(len(values), dtype=np.int32)
        self._checked(self._highs.setSolution(len(values), indices, values * scale), "passing a start")

    def tighten(self) -> None:
        """Solve to the smallest tolerances that still work, after a rounded portfolio broke a row."""
        self._set("mip_feasibility_tolerance", 1e-9)
        self._set("primal_feasibility_tolerance", 1e-9)

    def without_presolve(self) -> None:
        """Leave presolve out from now on: the second opinion on an `infeasible`."""
        self._set("presolve", "off")

    def search(self, limits: SearchLimits) -> Search:
        """Run the solver.

        Raises:
            SolverError: it gave no usable answer.
        """
        self._set("time_limit", math.inf if limits.seconds is None else max(limits.seconds, 1e-3))
        thorough = self._nonzeros <= _LARGE_MODEL
        self._set("mip_rel_gap", 0.0 if thorough else limits.mip_gap)
        if limits.work is not None:
            self._set("mip_max_nodes", max(1, limits.work // max(self._nonzeros, 1)))
        watch = _Watch(self, limits, max(1, _FREE_WORK // max(self._nonzeros, 1)) if thorough else None)
        self._checked(self._highs.setCallback(watch.called, None), "setting a callback")
        for kind in _CALLBACKS:
            self._checked(self._highs.startCallback(kind), "starting a callback")
        with _scheduler.running(self._threads):
            ran = self._highs.run()
        self._highs.setCallback(None, None)
        if watch.raised is not None:
            raise watch.raised
        return self._answer(ran, watch)

    def _answer(self, ran: Any, watch: "_Watch") -> Search:
        status = self._highs.getModelStatus()
        info = self._highs.getInfo()
        nodes = max(0, int(info.mip_node_count))
        if status == _Status.kModelEmpty:
            return Search(np.zeros(len(self._scaled.column_scale)), 0.0, True, False, 0)
        if status in _INFEASIBLE:
            return Search(None, self.worst_bound, True, True, nodes)
        if status != _Status.kOptimal and status not in _STOPPED:
            raise SolverError(f"HiGHS ended with {self._highs.modelStatusToString(status)} ({ran})")
        found = int(info.primal_solution_status) == int(highspy.kSolutionStatusFeasible)
        values = None
        if found:
            values = np.array(self._highs.getSolution().col_value) / self._scaled.column_scale
        exhausted = status == _Status.kOptimal or watch.satisfied
        # without a binary column it is an LP, which leaves mip_dual_bound at 0
        bound = self._unscaled_bound(info.mip_dual_bound if self._mixed else info.objective_function_value)
        return Search(values, bound, exhausted, False, nodes, _SOLVER_TOLERANCE / self._objective_scale)

    @property
    def worst_bound(self) -> float:
        """The bound that says nothing."""
        return math.inf if self._maximise else -math.inf

    def _unscaled_bound(self, bound: float) -> float:
        unscaled = bound / self._objective_scale
        return unscaled if math.isfinite(bound) and abs(bound) < highspy.kHighsInf else self.worst_bound

    def _pass_model(self, arrays: ModelArrays) -> None:
        matrix = arrays.matrix
        rows, columns = matrix.shape
        passed = self._highs.passModel(
            columns,
            rows,
            matrix.nnz,
            int(highspy.MatrixFormat.kRowwise),
            int(highspy.ObjSense.kMaximize),
            0.0,
            np.zeros(columns),
            arrays.lower,
            arrays.upper,
            arrays.row_lower,
            arrays.row_upper,
            matrix.indptr.astype(np.int32),
            matrix.indices.astype(np.int32),
            matrix.data.astype(np.float64),
            arrays.integer.astype(np.int32),
        )
        self._checked(passed, "passing the model")

    def _set(self, option: str, value: object) -> None:
        self._checked(self._highs.setOptionValue(option, value), f"setting option {option} to {value!r}")

    @staticmethod
    def _checked(status: object, doing: str) -> None:
        if status != highspy.HighsStatus.kOk:
            raise SolverError(f"HiGHS answered {status} to {doing}")


class _Watch:
    """Listens to one search: stops it on cancel, time, or a gap that is good enough; tells of better portfolios."""

    def __init__(self, model: SolverModel, limits: SearchLimits, free_nodes: int | None) -> None:
        self._model = model
        self._limits = limits
        self._free_nodes = free_nodes
        self._deadline = None if limits.seconds is None else time.monotonic() + limits.seconds
        self.satisfied = False
        self.raised: BaseException | None = None

    def called(self, kind: int, _message: str, told: Any, answer: Any, _data: object) -> None:
        """HiGHS calls this. An exception must not cross it: it is kept, the search stopped, then raised."""
        try:
            if int(kind) == int(cb.HighsCallbackType.kCallbackMipImprovingSolution):
                self._tell(told)
            elif self._should_stop(int(kind), told):
                answer.user_interrupt = True
        except BaseException as error:  # noqa: BLE001 - KeyboardInterrupt too: C++ frames lie between
            self.raised = error
            answer.user_interrupt = True

    def _tell(self, told: Any) -> None:
        scale = self._model._objective_scale
        bound = self._model._unscaled_bound(told.mip_dual_bound)
        self._limits.improved(told.objective_function_value / scale, bound, int(told.mip_node_count))

    def _should_stop(self, kind: int, told: Any) -> bool:
        if self.raised is not None or self._limits.cancel():
            return True
        if self._deadline is not None and time.monotonic() > self._deadline:
            return True
        if kind != int(cb.HighsCallbackType.kCallbackMipInterrupt) or self._free_nodes is None:
            return False
        close_enough = told.mip_gap <= self._limits.mip_gap and self._limits.mip_gap > 0
        self.satisfied = bool(close_enough and told.mip_node_count >= self._free_nodes)
        return self.satisfied


class _Scheduler:
    """HiGHS's threads, of which a process has one pool: it is rebuilt only while no search runs."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._running = 0
        self._threads: int | None = None

    @contextmanager
    def running(self, threads: int) -> Iterator[None]:
        """Wait until searches with another number of threads have ended, then hold this number."""
        with self._changed:
            self._changed.wait_for(lambda: self._running == 0 or self._threads == threads)
            if self._threads is not None and self._threads != threads:
                highspy.Highs.resetGlobalScheduler(True)
            self._threads = threads
            self._running += 1
        try:
            yield
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()


_scheduler = _Scheduler()
