"""Some rows of a run in a solver of their own, each in force or not: what looks for contradictions asks it."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import highspy
import numpy as np
import scipy.sparse as sp

from optcenter_pipeline.engine.arrays import ModelArrays
from optcenter_pipeline.engine.highs import SolverModel
from optcenter_pipeline.engine.lead_row import Lead, Reach, with_constants
from optcenter_pipeline.engine.linear_model import LinearModel
from optcenter_pipeline.engine.reachable_sums import reachable_bounds
from optcenter_pipeline.engine.refutation import Refutation, excess_of, part_losses, refutation, sparser
from optcenter_pipeline.engine.row_matrix import Bools, Floats, Integers, RowMatrix
from optcenter_pipeline.engine.search import Search, SearchLimits
from optcenter_pipeline.engine.snapshot import SolverOptions
from optcenter_pipeline.rules.linear import LinearRow, Terms

_DUAL_SIMPLEX = 1
_PRIMAL_SIMPLEX = 4
_Aim = Lead | Literal["anywhere", "nowhere"]
"""What a run of the solver optimises: how near a lead comes; whatever, which takes the dual simplex a tenth of the
steps that it takes without costs, where all of them are ties; nothing."""


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
        self._options = options
        self._aimed: _Aim = "nowhere"
        self._anchor: Any = None
        self._latest: Any = None
        """Bases of `reach`: that to begin from, and that where it ended."""

    @property
    def presolves(self) -> bool:
        """Whether a search of all columns begins with presolve."""
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
        self._aim("anywhere")
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

    def reach(self, lead: Lead, limits: SearchLimits) -> Reach | None:
        """How near the relaxation of the rows in force, the lead aside, comes to keeping the lead, presolve off.

        Args:
            lead: a row, in force or not.
            limits: when to stop.

        Returns:
            None where no bound came about.
        """
        in_force, arrays = self._in_force, self._relaxation
        self._aim(lead)
        self.switch(in_force & (np.arange(len(in_force)) != lead.row))
        if self._anchor is not None:
            self._checked(self._highs.setBasis(self._anchor), "passing a basis")
        self._set("solve_relaxation", True)
        self._set("presolve", "off")
        self._set("simplex_strategy", _DUAL_SIMPLEX if self._anchor is None else _PRIMAL_SIMPLEX)
        run = self._run(limits)
        if self.is_lost:
            return None
        is_solved = run is not None and self._highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
        self._latest, solution = self._highs.getBasis(), self._highs.getSolution()
        self.switch(in_force)
        if not is_solved:
            return None
        weights = np.where(in_force, -np.array(solution.row_dual)[: len(in_force)], 0.0) / self._objective_scale
        weights[lead.row] = lead.side
        weights[~np.isfinite(np.where(weights > 0, arrays.row_lower, arrays.row_upper))] = 0.0
        weights /= np.abs(weights).max()
        return Reach(
            values=np.array(solution.col_value),
            pull=weights @ arrays.matrix,
            room=-excess_of(arrays, weights) if in_force[lead.row] else math.inf,
            proof=refutation(arrays, in_force, weights),
        )

    def anchor(self) -> None:
        """Let `reach` begin from where it ended last: best where only more rows are out of force from now on."""
        self._anchor = self._latest

    def sparser(self, proof: Refutation, parts: Integers | None = None, rather: Bools | None = None) -> Refutation:
        """A proof of this model with fewer rows; as `refutation.sparser`."""
        return sparser(self._relaxation, proof, parts, rather)

    def losses(self, proof: Refutation, parts: Integers) -> Floats:
        """As `refutation.part_losses`."""
        return part_losses(self._relaxation, proof, parts)

    def rows_of(self, proof: Refutation) -> frozenset[int]:
        """The run's rows that a proof takes."""
        return frozenset(self.numbers[proof.weights != 0].tolist())

    def find(self, limits: SearchLimits) -> Search:
        """Look for whole candidates that keep the rows in force; the first that do will do."""
        self._aim("nowhere")
        return self.search(limits)

    def find_near(self, lead: Lead, reach: Reach, free: Bools, limits: SearchLimits) -> Search:
        """As `find`, where the relaxation comes nearest to keeping a lead, without presolve.

        Args:
            lead: what is looked for first of all.
            reach: of the lead, with the same rows in force.
            free: the columns that may be moved from there; the others are constants. Shape (columns,).
            limits: when to stop.

        Returns:
            `infeasible` speaks of these columns alone; where they are all that are possible, of all.
        """
        values = reach.rounded
        near = SolverModel(
            with_constants(self._relaxation, self._in_force, free, values),
            np.zeros(int(free.sum()), dtype=bool),
            self._options,
        )
        near.without_presolve()
        near._set("mip_max_improving_sols", 1)
        near._set("mip_heuristic_run_feasibility_jump", False)
        near.set_objective(self._costs_of(lead)[free], 0.0, "max")
        search = near.search(limits)
        if search.values is not None:
            values[free] = search.values
        return replace(search, values=None if search.values is None else values)

    def _aim(self, aim: _Aim) -> None:
        if aim != self._aimed:
            self.set_objective(self._costs_of(aim), 0.0, "max")
            self._aimed = aim

    def _costs_of(self, aim: _Aim) -> Floats:
        """What to optimise. Shape (columns,)."""
        if aim == "anywhere":
            return np.random.default_rng(0).random(self.width) - 0.5
        costs = np.zeros(self.width)
        if isinstance(aim, Lead):
            entries = slice(self.matrix.indptr[aim.row], self.matrix.indptr[aim.row + 1])
            costs[self.matrix.indices[entries]] = aim.side * self.matrix.data[entries]
        return costs
