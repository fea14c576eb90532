"""Whether some portfolio keeps some of a run's rules: one warm solver, and every portfolio found is kept."""

from collections.abc import Collection, Sequence

import numpy as np

from optcenter_pipeline.engine.linear_model import ARITHMETIC_TOLERANCE, LinearModel, Point, certainly_hold, holds
from optcenter_pipeline.engine.recheck import repairing_cut
from optcenter_pipeline.engine.row_matrix import Bools, Floats, RowMatrix
from optcenter_pipeline.engine.snapshot import SolverOptions
from optcenter_pipeline.engine.switched_rows import Refutation, SwitchedRows
from optcenter_pipeline.explain.conflict.branching import Branching
from optcenter_pipeline.explain.conflict.effort import Effort
from optcenter_pipeline.explain.conflict.rule_rows import RuleRows

_MOST_RECHECKS = 50
_WORK_OF_BRANCHING = 10_000_000
_RELAXATIONS = (300, 2_000)
"""How many of them branching may solve: work divided by coefficients, within these."""


class Probes:
    """Probes over a part of a run's linear rows.

    Args:
        rules: the run's.
        numbers: the rows that are asked of; the ties of the bonuses in them come along and are always in force.
        effort: what may be spent.
        threads: of the solver.
    """

    def __init__(self, rules: RuleRows, numbers: Sequence[int], effort: Effort, threads: int) -> None:
        self._model: LinearModel = rules.model
        links = rules.links(numbers)
        whole = self._model.row_matrix
        self.numbers = np.array(sorted({*numbers, *links}), dtype=np.int64)
        self._rows = RowMatrix(whole.matrix[self.numbers], whole.lower[self.numbers], whole.upper[self.numbers])
        self._always = np.isin(self.numbers, links)
        self._hopeless = _hopeless(self._rows)
        self._effort = effort
        self._maluses = rules.maluses
        self._solver = SwitchedRows(self._model, self.numbers.tolist(), SolverOptions(threads=threads))
        self._portfolios: list[Bools] = []
        """Of each portfolio found, the rows that it breaks."""

    def without_presolve(self) -> None:
        """Leave presolve out from now on: the second opinion on an `infeasible`."""
        self._solver.without_presolve()

    def core(self) -> frozenset[int] | None:
        """Rows that contradict each other, by the relaxation or by branching; None where neither shows any."""
        self._solver.switch(np.ones(len(self.numbers), dtype=bool))
        fewest, most = _RELAXATIONS
        allowed = min(max(_WORK_OF_BRANCHING // max(self._size, 1), fewest), most)
        branching = Branching(self._solver, self._effort, allowed)
        core = branching.rows()
        self._effort.count(branching.solved, self._size)
        return core

    def contradict(self, numbers: Collection[int]) -> frozenset[int] | bool | None:
        """Whether no portfolio keeps these rows.

        Returns:
            True, or those of the rows that are enough for it; False where there is a portfolio; None where the
            effort was too small to say.
        """
        wanted = self._mask(numbers)
        hopeless = np.flatnonzero(wanted & self._hopeless)
        if len(hopeless):
            return frozenset({int(self.numbers[hopeless[0]])})
        if self._knows_portfolio(wanted):
            return False
        if self._effort.is_spent or self._solver.is_lost:
            return None
        self._solver.switch(wanted)
        relaxed = self._solver.relaxed(self._effort.limits(self._size))
        self._effort.count(0, self._size)
        if isinstance(relaxed, Refutation):
            return frozenset(relaxed.rows)
        return self._search(wanted)

    def _knows_portfolio(self, wanted: Bools) -> bool:
        """Whether a portfolio found earlier keeps these rows. Shape (numbers,)."""
        return any(not (broken & wanted).any() for broken in self._portfolios)

    @property
    def _size(self) -> int:
        return int(self._rows.matrix.nnz)

    def _mask(self, numbers: Collection[int]) -> Bools:
        return self._always | np.isin(self.numbers, np.fromiter(numbers, np.int64, len(numbers)))

    def _search(self, wanted: Bools) -> bool | None:
        """Branch and bound, until what it finds keeps every row exactly."""
        for _ in range(_MOST_RECHECKS):
            search = self._solver.search(self._effort.limits(self._size))
            self._effort.count(search.nodes, self._size)
            if search.infeasible:
                return True
            if search.values is None or self._solver.is_lost:
                break
            point = self._point(search.values, wanted)
            broken = self._broken(point)
            if not (broken & wanted).any():
                self._portfolios.append(broken)
                return False
            self._solver.tighten()
            for position in np.flatnonzero(broken & wanted):
                number = int(self.numbers[position])
                self._solver.teach(number, repairing_cut(self._model, self._model.rows[number], point))
        self._effort.undecided += 1
        return None

    def _point(self, values: Floats, wanted: Bools) -> Point:
        """The portfolio in the solver's point. A cannibalisation that is out of force takes nothing away."""
        point = np.zeros(self._model.column_count)
        point[self._solver.columns] = values > 0.5
        n = self._model.candidate_count
        in_force = frozenset(self.numbers[wanted].tolist())
        for column in self._solver.columns[self._solver.columns >= n].tolist():
            members = self._model.synergy_members[column - n]
            is_out = self._maluses.get(column, 0) not in in_force if column in self._maluses else False
            point[column] = float(point[list(members)].all() and not is_out)
        return tuple(point.tolist())

    def _broken(self, point: Point) -> Bools:
        """The rows that a portfolio breaks. Shape (numbers,)."""
        broken = ~certainly_hold(self._rows, point)
        for position in np.flatnonzero(broken):
            broken[position] = not holds(self._model.rows[self.numbers[position]], point)
        return broken


def _hopeless(rows: RowMatrix) -> Bools:
    """The rows that nothing keeps, whatever is funded. Shape (rows,)."""
    ones = np.ones(rows.matrix.shape[1])
    positive, negative = rows.matrix.maximum(0) @ ones, rows.matrix.minimum(0) @ ones
    slack = (ARITHMETIC_TOLERANCE + 1e-12) * (rows.magnitudes + positive - negative)
    return np.asarray((positive < rows.lower - slack) | (negative > rows.upper + slack))
