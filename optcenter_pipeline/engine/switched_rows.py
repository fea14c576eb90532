"""Some rows of a run in a solver of their own, each in force or not: what looks for contradictions asks it."""

import math
from collections.abc import Sequence
from dataclasses import replace

import highspy
import numpy as np
import scipy.sparse as sp

from optcenter_pipeline.engine.arrays import ModelArrays
from optcenter_pipeline.engine.highs import SolverModel
from optcenter_pipeline.engine.linear_model import LinearModel
from optcenter_pipeline.engine.reachable_sums import reachable_bounds
from optcenter_pipeline.engine.refutation import Refutation, refutation, sparser
from optcenter_pipeline.engine.row_matrix import Bools, Floats, Integers, RowMatrix
from optcenter_pipeline.engine.search import Fixings, Search, SearchLimits
from optcenter_pipeline.engine.snapshot import SolverOptions
from optcenter_pipeline.rules.linear import LinearRow, Terms

_DUAL_SIMPLEX = 1
_PRIMAL_SIMPLEX = 4
_FRACTION = 1e-6
_FEW_COLUMNS = 150
"""Of which a search along a proof begins, and fewer than which it does not pick any."""
_FEW_NODES = 10
"""Of a search of all columns behind that: what is near lies near the proof, or is for others to find."""
_ANY_NUMBER = int(highspy.kHighsIInf)


class SwitchedRows(SolverModel):
    """A feasibility question over some rows of a run; at first all of them are in force.

    Their bounds are moved to sums that their coefficients reach, so the relaxation is no looser than it need be.

    Args:
        model: the run.
        numbers: the rows to ask of, in order, each once; none with a goal's shortfall.
        options: threads and seed.

    Raises:
        SolverError: HiGHS refuses the model or an option.
    """

    def __init__(self, model: LinearModel, numbers: Sequence[int], options: SolverOptions) -> None:
        self.numbers = np.array(numbers, dtype=np.int64)
        whole = model.row_matrix
        matrix = whole.matrix[self.numbers]
        self.columns: Integers = np.unique(matrix.indices).astype(np.int32)
        """Columns of the run that these rows speak of, in order."""
        self._place = np.zeros(model.column_count, dtype=np.int32)
        self._place[self.columns] = np.arange(len(self.columns), dtype=np.int32)
        shape = (len(self.numbers), len(self.columns))
        own = sp.csr_array((matrix.data, self._place[matrix.indices], matrix.indptr), shape=shape)
        is_candidate = self.columns < model.candidate_count
        rows = RowMatrix(own, whole.lower[self.numbers], whole.upper[self.numbers])
        lower, upper = reachable_bounds(rows, is_candidate)
        arrays = ModelArrays(
            matrix=own,
            row_lower=lower,
            row_upper=upper,
            lower=np.zeros(len(self.columns)),
            upper=np.ones(len(self.columns)),
            integer=is_candidate,
        )
        super().__init__(arrays, np.zeros(len(self.columns), dtype=bool), options)
        self._relaxation = replace(self._scaled.arrays, lower=arrays.lower.copy(), upper=arrays.upper.copy())
        self._in_force = np.ones(len(self.numbers), dtype=bool)
        self._cuts: list[tuple[int, int, LinearRow]] = []

    @property
    def presolves(self) -> bool:
        """Whether a search without a proof to go along begins with presolve."""
        return self._presolve != "off"

    @property
    def matrix(self) -> sp.csr_array:
        """Coefficients in the solver's units. Shape (numbers, columns)."""
        return self._relaxation.matrix

    def switch(self, in_force: Bools) -> None:
        """Put rows in force or out of it, in place.

        Args:
            in_force: one entry a row, in the order of `numbers`.
        """
        changed = np.flatnonzero(in_force != self._in_force).astype(np.int32)
        if len(changed):
            arrays, wanted = self._relaxation, in_force[changed]
            lower = np.where(wanted, arrays.row_lower[changed], -np.inf)
            upper = np.where(wanted, arrays.row_upper[changed], np.inf)
            self._checked(self._highs.changeRowsBounds(len(changed), changed, lower, upper), "switching rows")
        self._in_force = in_force.copy()
        for number, position, cut in self._cuts:
            self.set_row_bounds(number, cut.lower if in_force[position] else -math.inf, math.inf)

    def teach(self, position: int, cut: LinearRow) -> None:
        """One more row, in force wherever the row at this position is: what keeps that row keeps it too."""
        terms = Terms(tuple(int(self._place[column]) for column in cut.terms.columns), cut.terms.coefficients)
        self._cuts.append((self.add_row(terms, cut.lower, cut.upper), position, cut))

    def bound(self, column: int, lower: float, upper: float) -> None:
        """Other bounds for a column, by its position, in relaxations; a search begins and ends with 0 and 1."""
        self._relaxation.lower[column], self._relaxation.upper[column] = lower, upper
        self._checked(self._highs.changeColBounds(column, lower, upper), "changing a bound")

    def relaxed(self, limits: SearchLimits) -> Refutation | Floats | None:
        """The linear relaxation of the rows in force, from where the last one ended, presolve off.

        Returns:
            A proof that it has no solution; or a solution, shape (columns,); None where neither came about.
        """
        self._set("solve_relaxation", True)
        self._set("presolve", "off")
        self._set("simplex_strategy", _DUAL_SIMPLEX)
        run = self._run(limits)
        if run is None or self.is_lost:
            return None
        status = self._highs.getModelStatus()
        if status == highspy.HighsModelStatus.kOptimal:
            return np.array(self._highs.getSolution().col_value)
        if status != highspy.HighsModelStatus.kInfeasible:
            return None
        _, has_ray, ray = self._highs.getDualRay()
        if not has_ray:
            return None
        return refutation(self._relaxation, self._in_force, np.array(ray)[: len(self.numbers)])

    def sparser(self, proof: Refutation) -> Refutation:
        """A proof of this model with fewer rows."""
        return sparser(self._relaxation, proof)

    def rows_of(self, proof: Refutation) -> frozenset[int]:
        """The run's rows that a proof takes."""
        return frozenset(self.numbers[proof.weights != 0].tolist())

    def find(self, limits: SearchLimits, weights: Floats | None = None) -> Search:
        """Look for whole candidates that keep the rows in force; the first that do will do.

        Args:
            limits: when to stop.
            weights: of a proof that more rows than those cannot be kept. The search then goes where the rows of the
                proof ask it to, without presolve: what that leaves undecided is a few candidates at first. Shape
                (numbers,).
        """
        if weights is None:
            return self.search(limits)
        self.set_objective((weights * self._in_force) @ self.matrix, 0.0, "max")
        usual, self._presolve = self._presolve, "off"
        self._set("mip_max_improving_sols", 1)
        self._set("mip_heuristic_run_feasibility_jump", False)
        fixings = self._undecided(limits)
        search = self.search(limits, fixings=fixings)
        if search.values is None and fixings is not None and not self.is_lost:
            search = self.search(replace(limits, nodes=min(limits.nodes or _FEW_NODES, _FEW_NODES)))
        self._presolve = usual
        if not self.is_lost:
            self._set("mip_max_improving_sols", _ANY_NUMBER)
            self._set("mip_heuristic_run_feasibility_jump", True)
            self.set_objective(np.zeros(self.width), 0.0, "max")
        return search

    def _undecided(self, limits: SearchLimits) -> Fixings | None:
        """All but the columns that the relaxation of the objective is least sure of."""
        if self.width <= _FEW_COLUMNS:
            return None
        self._set("solve_relaxation", True)
        self._set("presolve", "off")
        self._set("simplex_strategy", _PRIMAL_SIMPLEX)
        run = self._run(limits)
        if run is None or self.is_lost or self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        solution = self._highs.getSolution()
        values, costs = np.array(solution.col_value), np.abs(np.array(solution.col_dual))
        costs[~self.integer | (np.minimum(values, 1.0 - values) > _FRACTION)] = -1.0
        free = np.argsort(costs, kind="stable")[:_FEW_COLUMNS]
        fixed = costs >= 0
        fixed[free] = False
        return Fixings(fixed, np.rint(values))
