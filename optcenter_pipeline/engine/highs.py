"""One model in our own HiGHS handle for a whole run: costs and bounds changed in place, rows added, solved again.

Every option's status is checked (HiGHS ignores what it does not know), and the bound and the gap are computed here.
"""

import math
from collections.abc import Callable
from typing import Any, Literal

import highspy
import numpy as np

from optcenter_pipeline.engine.arrays import SMALLEST_COEFFICIENT, ModelArrays, ScaledArrays, scaled
from optcenter_pipeline.engine.highs_run import HighsRun, Limits, Reported
from optcenter_pipeline.engine.row_matrix import Bools, Floats
from optcenter_pipeline.engine.search import Fixings, Relaxation, Search, SearchLimits
from optcenter_pipeline.engine.snapshot import SolverOptions
from optcenter_pipeline.rules.linear import Terms

_Status = highspy.HighsModelStatus
_STOPS = ("kTimeLimit", "kInterrupt", "kHighsInterrupt", "kSolutionLimit", "kObjectiveTarget", "kObjectiveBound")
_STOPPED = {status for name, status in _Status.__members__.items() if name in _STOPS}
_INFEASIBLE = {_Status.kInfeasible, _Status.kUnboundedOrInfeasible}
_SOLVER_TOLERANCE = 1e-6
_FREE_WORK = 2_000_000
"""Nodes times coefficients that are spent on a full proof once the gap asked for is reached."""
_LARGE_MODEL = 20_000
_TINY_MODEL = 500
"""Coefficients from which on a search stops at the gap asked for: where that is the usual one, or a wider one."""
_USUAL_GAP = 1e-4
_ANY_NUMBER = int(highspy.kHighsIInf)
_PRIMAL_SIMPLEX = 4


def solver_version() -> str:
    """HiGHS's own version, `1.15.1`."""
    return f"{highspy.HIGHS_VERSION_MAJOR}.{highspy.HIGHS_VERSION_MINOR}.{highspy.HIGHS_VERSION_PATCH}"


class SolverError(RuntimeError):
    """The solver refused a model or an option, or gave no usable answer."""


class SolverModel:
    """A model in HiGHS.

    Args:
        arrays: the model, in the PM's units.
        shortfalls: True for the shortfall columns. Shape (columns,).
        options: threads and seed.

    Raises:
        SolverError: HiGHS refuses the model or an option.
    """

    def __init__(self, arrays: ModelArrays, shortfalls: Bools, options: SolverOptions) -> None:
        self._scaled: ScaledArrays = scaled(arrays, shortfalls)
        self.integer = arrays.integer
        self.is_bounded = np.isfinite(arrays.upper)
        """False for shortfalls, of which a whole number is nothing special."""
        self._nonzeros = max(int(arrays.matrix.nnz), 1)
        self._highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        self._set("output_flag", False)
        self._set("threads", options.threads)
        self._set("random_seed", options.seed)
        self._set("mip_abs_gap", 0.0)
        self._set("mip_allow_restart", False)  # restarts repeat a presolve that ours has done
        self._set("small_matrix_value", SMALLEST_COEFFICIENT)
        self._pass_model(self._scaled.arrays)
        self._rows = int(arrays.matrix.shape[0])
        self._presolve = "choose"
        self.costs = np.zeros(len(arrays.lower))
        self._objective_scale, self._offset = 1.0, 0.0
        self._maximise = False
        self._row_scales: dict[int, float] = {}
        self._basis: Any = None
        self.is_lost = False
        """A search was left behind: nothing can be asked of this model any more."""

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.integer)

    def is_thorough(self, mip_gap: float) -> bool:
        """Whether a full proof is worth a try: a tiny model, or a small one where little was given away."""
        return self._nonzeros <= (_LARGE_MODEL if mip_gap <= _USUAL_GAP else _TINY_MODEL)

    def set_objective(self, costs: Floats, offset: float, sense: Literal["max", "min"]) -> None:
        """Optimise `costs · z + offset` from now on.

        Args:
            costs: in the PM's units. Shape (columns,).
            offset: what the stage has without any column.
            sense: of the stage.
        """
        self.costs, self._offset = costs, offset
        scaled_costs, self._objective_scale = self._scaled.costs(costs)
        self._maximise = sense == "max"
        indices = np.arange(len(costs), dtype=np.int32)
        self._checked(self._highs.changeColsCost(len(costs), indices, scaled_costs), "changing the objective")
        direction = highspy.ObjSense.kMaximize if self._maximise else highspy.ObjSense.kMinimize
        self._checked(self._highs.changeObjectiveSense(direction), "changing the objective's sense")
        # with its constant part, or the solver's relative gap would not be the stage's
        constant = offset * self._objective_scale
        self._checked(self._highs.changeObjectiveOffset(constant), "changing the objective's constant")

    def value(self, values: Floats) -> float:
        """The stage's value at a point of the model."""
        return float(self.costs @ values) + self._offset

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

    def tighten(self) -> None:
        """Solve to the smallest tolerances that still work, after a rounded portfolio broke a row."""
        self._set("mip_feasibility_tolerance", 1e-9)
        self._set("primal_feasibility_tolerance", 1e-9)

    def without_presolve(self) -> None:
        """Leave presolve out from now on: the second opinion on an `infeasible`."""
        self._presolve = "off"

    def relax(self, limits: SearchLimits) -> Relaxation | None:
        """The linear relaxation, from the last one's basis; None where a limit stopped it or it has no solution."""
        self._set("solve_relaxation", True)
        self._set("presolve", "off")  # the basis of the last relaxation is worth more
        self._set("simplex_strategy", 1 if self._basis is None else _PRIMAL_SIMPLEX)
        self._reuse_basis()
        run = self._run(limits)
        if run is None or self.is_lost or self._highs.getModelStatus() != _Status.kOptimal:
            return None
        self._basis = self._highs.getBasis()
        solution, scale = self._highs.getSolution(), self._scaled.column_scale
        duals = np.array(solution.col_dual) * scale / self._objective_scale
        bound = self._in_units(self._highs.getInfo().objective_function_value)
        return Relaxation(np.array(solution.col_value) / scale, duals, bound)

    def search(
        self, limits: SearchLimits, *, start: Floats | None = None, fixings: Fixings | None = None
    ) -> Search:
        """Branch and bound.

        Args:
            limits: when to stop.
            start: a point to begin with.
            fixings: columns that are constants in this search; what it proves is about the rest.

        Raises:
            SolverError: it gave no usable answer.
        """
        left = limits.left()
        if left is not None and left <= 0:
            return self._left_behind(None)
        thorough = self.is_thorough(limits.mip_gap) and limits.target is None
        self._set("solve_relaxation", False)
        self._set("presolve", self._presolve)
        self._set("mip_rel_gap", 0.0 if thorough else limits.mip_gap)
        for heuristic in ("mip_heuristic_run_rins", "mip_heuristic_run_rens"):
            # a full proof takes longer with their sub-problems
            self._set(heuristic, limits.mip_gap > 0 and limits.seeks)
        self._set("mip_max_nodes", min(max(limits.nodes or _ANY_NUMBER, 1), _ANY_NUMBER))
        self._set("objective_target", self._target(limits.target))
        self._fix(fixings)
        if start is not None:
            indices = np.arange(self.width, dtype=np.int32)
            values = start * self._scaled.column_scale
            self._checked(self._highs.setSolution(self.width, indices, values), "passing a start")
        run = self._run(limits, _good_enough(limits.mip_gap, _FREE_WORK // self._nonzeros) if thorough else None)
        if run is None or self.is_lost:
            return self._left_behind(run)
        search = self._answer(run)
        self._fix(None)
        return search

    def _run(self, limits: SearchLimits, good_enough: Callable[[Reported], bool] | None = None) -> HighsRun | None:
        """The handle's run; None where no time is left for one."""
        seconds = limits.left()
        if seconds is not None and seconds <= 0:
            return None
        self._set("time_limit", math.inf if seconds is None else seconds)

        def pulse(reported: Reported) -> None:
            limits.improved(self._known(reported.value), self._known(reported.bound), reported.nodes)

        run = HighsRun(
            self._highs,
            Limits(seconds, limits.cancel, pulse, good_enough or (lambda _: False)),
        )
        self.is_lost = not run.wait()
        return run

    def _answer(self, run: HighsRun) -> Search:
        status, info = self._highs.getModelStatus(), self._highs.getInfo()
        nodes = max(0, int(info.mip_node_count))
        if status == _Status.kModelEmpty:
            return Search(np.zeros(self.width), self._offset, True, False, 0)
        if status in _INFEASIBLE:
            return Search(None, self.worst_bound, True, True, nodes)
        if status != _Status.kOptimal and status not in _STOPPED:
            raise SolverError(f"HiGHS ended with {self._highs.modelStatusToString(status)} ({run.status})")
        found = int(info.primal_solution_status) == int(highspy.kSolutionStatusFeasible)
        values = None
        if found:
            values = np.array(self._highs.getSolution().col_value) / self._scaled.column_scale
        exhausted = status == _Status.kOptimal or run.satisfied
        # without a binary column it is an LP, which leaves mip_dual_bound at 0
        bound = self._in_units(info.mip_dual_bound if self.integer.any() else info.objective_function_value)
        return Search(values, bound, exhausted, False, nodes, self.resolution)

    def _left_behind(self, run: HighsRun | None) -> Search:
        """What a run had reported when nobody waited for it any longer."""
        reported = run.reported if run is not None else Reported()
        solution = reported.solution
        values = None if solution is None else solution / self._scaled.column_scale
        bound = self._known(reported.bound)
        return Search(
            values=values,
            bound=self.worst_bound if bound is None else bound,
            exhausted=False,
            infeasible=False,
            nodes=reported.nodes,
            resolution=self.resolution,
        )

    @property
    def resolution(self) -> float:
        """What the solver's tolerance amounts to in the stage's unit."""
        return _SOLVER_TOLERANCE / self._objective_scale

    @property
    def worst_bound(self) -> float:
        """The bound that says nothing."""
        return math.inf if self._maximise else -math.inf

    def _in_units(self, objective: float) -> float:
        """A value of the solver's objective in the stage's unit."""
        if not math.isfinite(objective) or abs(objective) >= highspy.kHighsInf:
            return self.worst_bound
        return objective / self._objective_scale

    def _known(self, objective: float | None) -> float | None:
        return None if objective is None else self._in_units(objective)

    def _target(self, value: float | None) -> float:
        if value is None:
            return math.inf if self._maximise else -math.inf
        return value * self._objective_scale

    def _fix(self, fixings: Fixings | None) -> None:
        """Bounds of all columns, with those that are fixed for a search."""
        lower, upper = self._scaled.arrays.lower, self._scaled.arrays.upper
        if fixings is not None:
            values = fixings.values * self._scaled.column_scale
            lower = np.where(fixings.columns, values, lower)
            upper = np.where(fixings.columns, values, upper)
        indices = np.arange(self.width, dtype=np.int32)
        self._checked(self._highs.changeColsBounds(self.width, indices, lower, upper), "changing bounds")

    def _reuse_basis(self) -> None:
        """The last relaxation's basis, rows that came since basic."""
        if self._basis is not None:
            status = list(self._basis.row_status)
            self._basis.row_status = status + [highspy.HighsBasisStatus.kBasic] * (self._rows - len(status))
            self._checked(self._highs.setBasis(self._basis), "passing a basis")

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


def _good_enough(gap: float, free_nodes: int) -> Callable[[Reported], bool]:
    """Whether the gap asked for is reached, and the nodes that a full proof may take beyond it are spent."""
    return lambda reported: gap > 0 and reported.gap <= gap and reported.nodes >= max(1, free_nodes)
