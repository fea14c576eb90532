"""A model in HiGHS, solved: its relaxation, and branch and bound. Bound and gap are computed here."""

import math
from collections.abc import Callable
from typing import Any

import highspy
import numpy as np

from optcenter_pipeline.engine.arrays import ModelArrays
from optcenter_pipeline.engine.highs_model import HighsModel, SolverError, solver_version
from optcenter_pipeline.engine.highs_run import HighsRun, Limits, Reported
from optcenter_pipeline.engine.row_matrix import Bools, Floats
from optcenter_pipeline.engine.search import Fixings, Relaxation, Search, SearchLimits
from optcenter_pipeline.engine.snapshot import SolverOptions

__all__ = ["SolverError", "SolverModel", "solver_version"]

_Status = highspy.HighsModelStatus
_STOPS = ("kTimeLimit", "kInterrupt", "kHighsInterrupt", "kSolutionLimit", "kObjectiveTarget", "kObjectiveBound")
_STOPPED = {status for name, status in _Status.__members__.items() if name in _STOPS}
_INFEASIBLE = {_Status.kInfeasible, _Status.kUnboundedOrInfeasible}
_FREE_WORK = 2_000_000
"""Nodes times coefficients that are spent on a full proof once the gap asked for is reached."""
_LARGE_MODEL = 20_000
_TINY_MODEL = 500
"""Coefficients from which on a search stops at the gap asked for: where that is the usual one, or a wider one."""
_USUAL_GAP = 1e-4
_ANY_NUMBER = int(highspy.kHighsIInf)
_PRIMAL_SIMPLEX = 4


class SolverModel(HighsModel):
    """A model in HiGHS that is solved again and again; see `HighsModel` for how it is made.

    Args:
        arrays: the model, in the PM's units.
        shortfalls: True for the shortfall columns. Shape (columns,).
        options: threads and seed.

    Raises:
        SolverError: HiGHS refuses the model or an option.
    """

    def __init__(self, arrays: ModelArrays, shortfalls: Bools, options: SolverOptions) -> None:
        super().__init__(arrays, shortfalls, options)
        self._nonzeros = max(int(arrays.matrix.nnz), 1)
        self._basis: Any = None
        self.is_lost = False
        """A search was left behind: nothing can be asked of this model any more."""

    def is_thorough(self, mip_gap: float) -> bool:
        """Whether a full proof is worth a try: a tiny model, or a small one where little was given away."""
        return self._nonzeros <= (_LARGE_MODEL if mip_gap <= _USUAL_GAP else _TINY_MODEL)

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

    def _known(self, objective: float | None) -> float | None:
        return None if objective is None else self._in_units(objective)

    def _target(self, value: float | None) -> float:
        if value is None:
            return math.inf if self._maximise else -math.inf
        return value * self._objective_scale

    def _reuse_basis(self) -> None:
        """The last relaxation's basis, rows that came since basic."""
        if self._basis is not None:
            status = list(self._basis.row_status)
            self._basis.row_status = status + [highspy.HighsBasisStatus.kBasic] * (self._rows - len(status))
            self._checked(self._highs.setBasis(self._basis), "passing a basis")


def _good_enough(gap: float, free_nodes: int) -> Callable[[Reported], bool]:
    """Whether the gap asked for is reached, and the nodes that a full proof may take beyond it are spent."""
    return lambda reported: gap > 0 and reported.gap <= gap and reported.nodes >= max(1, free_nodes)
