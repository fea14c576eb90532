"""Some rows of a run in a solver of their own, each in force or not: what looks for contradictions asks it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp

from optcenter_pipeline.engine.arrays import ModelArrays
from optcenter_pipeline.engine.highs import SolverModel
from optcenter_pipeline.engine.linear_model import LinearModel
from optcenter_pipeline.engine.row_matrix import Bools, Floats, Integers
from optcenter_pipeline.engine.search import SearchLimits
from optcenter_pipeline.engine.snapshot import SolverOptions
from optcenter_pipeline.rules.linear import LinearRow

_NEGLIGIBLE = 1e-9
"""Of a ray's largest number."""
_MARGIN = 1e-7
"""By how much of its sizes a combination of rows must miss zero to count as a proof."""


@dataclass(frozen=True)
class Refutation:
    """Rows that, weighted and added up, nothing between the columns' bounds can keep."""

    rows: tuple[int, ...]
    """Numbers of the run's rows."""
    pull: Floats
    """Coefficients of the sum: where above 0 it leans on the column's upper bound, below 0 on the lower.
    Shape (columns,)."""


class SwitchedRows(SolverModel):
    """A feasibility question over some rows of a run; at first all of them are in force.

    Args:
        model: the run.
        numbers: the rows to ask of, each once; none with a goal's shortfall.
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
        place = np.zeros(model.column_count, dtype=np.int32)
        place[self.columns] = np.arange(len(self.columns), dtype=np.int32)
        shape = (len(self.numbers), len(self.columns))
        arrays = ModelArrays(
            matrix=sp.csr_array((matrix.data, place[matrix.indices], matrix.indptr), shape=shape),
            row_lower=whole.lower[self.numbers],
            row_upper=whole.upper[self.numbers],
            lower=np.zeros(len(self.columns)),
            upper=np.ones(len(self.columns)),
            integer=self.columns < model.candidate_count,
        )
        super().__init__(arrays, np.zeros(len(self.columns), dtype=bool), options)
        self._place = place
        self._in_force = np.ones(len(self.numbers), dtype=bool)
        self._position = {int(number): position for position, number in enumerate(self.numbers)}
        self._cuts: list[tuple[int, int, LinearRow]] = []
        self._bounds = (np.zeros(len(self.columns)), np.ones(len(self.columns)))

    def switch(self, in_force: Bools) -> None:
        """Put rows in force or out of it, in place.

        Args:
            in_force: one entry a row, in the order of `numbers`.
        """
        changed = np.flatnonzero(in_force != self._in_force).astype(np.int32)
        if len(changed):
            arrays, wanted = self._scaled.arrays, in_force[changed]
            lower = np.where(wanted, arrays.row_lower[changed], -np.inf)
            upper = np.where(wanted, arrays.row_upper[changed], np.inf)
            self._checked(self._highs.changeRowsBounds(len(changed), changed, lower, upper), "switching rows")
        self._in_force = in_force.copy()
        for number, position, cut in self._cuts:
            self.set_row_bounds(number, cut.lower if in_force[position] else -math.inf, math.inf)

    def teach(self, number: int, cut: LinearRow) -> None:
        """One more row, in force wherever row `number` of the run is: what keeps that row keeps it too."""
        columns = tuple(int(self._place[column]) for column in cut.terms.columns)
        terms = type(cut.terms)(columns, cut.terms.coefficients)
        self._cuts.append((self.add_row(terms, cut.lower, cut.upper), self._position[number], cut))

    def bound(self, column: int, lower: float, upper: float) -> None:
        """Other bounds for a column, by its position, in relaxations; None of them lasts into a search."""
        self._bounds[0][column], self._bounds[1][column] = lower, upper
        self._checked(self._highs.changeColBounds(column, lower, upper), "changing a bound")

    def relaxed(self, limits: SearchLimits) -> Refutation | Floats | None:
        """The linear relaxation of the rows in force, from where the last one ended, presolve off.

        Returns:
            A proof that it has no solution; or a solution, shape (columns,); None where neither came about.
        """
        self._set("solve_relaxation", True)
        self._set("presolve", "off")
        self._set("simplex_strategy", 1)
        run = self._run(limits)
        if run is None or self.is_lost:
            return None
        status = self._highs.getModelStatus()
        if status == highspy.HighsModelStatus.kOptimal:
            return np.array(self._highs.getSolution().col_value)
        if status != highspy.HighsModelStatus.kInfeasible:
            return None
        _, has_ray, ray = self._highs.getDualRay()
        return self._proof(np.array(ray)[: len(self.numbers)]) if has_ray else None

    def _proof(self, ray: Floats) -> Refutation | None:
        """The ray as a proof, either way round; None where its numbers do not add up to one."""
        largest = np.abs(ray).max(initial=0.0)
        if not largest > 0:
            return None
        ray = np.where(np.abs(ray) > _NEGLIGIBLE * largest, ray / largest, 0.0)
        arrays = self._scaled.arrays
        for weights in (ray, -ray):
            used = np.flatnonzero(weights)
            wanted = np.where(weights[used] > 0, arrays.row_lower[used], arrays.row_upper[used])
            if not np.isfinite(wanted).all() or not self._in_force[used].all():
                continue
            pull = weights @ arrays.matrix
            lower, upper = self._bounds
            reach = float((np.maximum(pull, 0.0) * upper).sum() + (np.minimum(pull, 0.0) * lower).sum())
            total = float(weights[used] @ wanted)
            if total - reach > _MARGIN * (1.0 + float(np.abs(weights[used] * wanted).sum())):
                pull[np.abs(pull) <= _NEGLIGIBLE] = 0.0
                return Refutation(tuple(int(number) for number in self.numbers[used]), pull)
        return None
