"""Whether some portfolio keeps some of a run's rules: one warm solver, and every portfolio found is kept."""

from collections.abc import Collection, Sequence

import numpy as np

from optcenter_pipeline.engine.infeasibility import bonus_ties
from optcenter_pipeline.engine.linear_model import ARITHMETIC_TOLERANCE, LinearModel, Point, certainly_hold, holds
from optcenter_pipeline.engine.recheck import repairing_cut
from optcenter_pipeline.engine.refutation import Refutation
from optcenter_pipeline.engine.row_matrix import Bools, Floats, RowMatrix
from optcenter_pipeline.engine.snapshot import SolverOptions
from optcenter_pipeline.engine.switched_rows import SwitchedRows
from optcenter_pipeline.explain.conflict.branching import Branching
from optcenter_pipeline.explain.conflict.effort import Effort
from optcenter_pipeline.explain.conflict.rule_rows import RuleRows

_MOST_RECHECKS = 50
_WORK_OF_BRANCHING = 5_000_000
_RELAXATIONS = (300, 2_000)
"""How many of them branching may solve: work divided by coefficients, within these."""


class Probes:
    """Probes over a part of a run's linear rows.

    Args:
        rules: the run's.
        numbers: the rows that are asked of. Rows that nobody can drop, and the ties of the bonuses in them, come
            along and are always in force.
        effort: what may be spent.
        threads: of the solver.
    """

    def __init__(self, rules: RuleRows, numbers: Collection[int], effort: Effort, threads: int) -> None:
        self._model: LinearModel = rules.model
        self._maluses = rules.maluses
        self._effort = effort
        always = {*rules.unsourced, *bonus_ties(rules.model, [*numbers, *rules.unsourced])}
        whole = self._model.row_matrix
        self.numbers = np.array(sorted(always.union(numbers)), dtype=np.int64)
        self._rows = RowMatrix(whole.matrix[self.numbers], whole.lower[self.numbers], whole.upper[self.numbers])
        self._always = np.isin(self.numbers, list(always))
        self._hopeless = _hopeless(self._rows)
        self._solver = SwitchedRows(self._model, self.numbers.tolist(), SolverOptions(threads=threads))
        self._proof: Refutation | None = None
        self._proven: list[Bools] = []
        """Choices of rows that contradict each other by a proof, or by a search without presolve."""
        self._loose: set[bytes] = set()
        """Choices of rows that parts of candidates keep."""
        self._portfolios: list[Bools] = []
        """Of each portfolio found, the rows that it breaks."""

    def without_presolve(self) -> None:
        """Leave presolve out from now on: the second opinion on an `infeasible`."""
        self._solver.without_presolve()

    def core(self, steps: Sequence[Collection[int]]) -> frozenset[int] | None:
        """Rows that contradict each other, by the relaxation or by branching; None where neither shows any.

        Args:
            steps: the rows, put in force step by step: where those of the first are enough, no others are named.
        """
        in_force: set[int] = set()
        for step in steps:
            in_force.update(step)
            if not step:
                continue
            self._solver.switch(self._mask(in_force))
            proven = self._relax()
            if proven is not None:
                return proven
        fewest, most = _RELAXATIONS
        allowed = min(max(_WORK_OF_BRANCHING // max(self._size, 1), fewest), most)
        branching = Branching(self._solver, self._effort, allowed)
        proven = branching.rows()
        self._effort.count_relaxations(branching.solved, self._size)
        return proven

    def contradict(self, numbers: Collection[int]) -> frozenset[int] | bool | None:
        """Whether no portfolio keeps these rows.

        Returns:
            True, or those of the rows that are enough for it; False where there is a portfolio; None where the
            effort was too small to say.
        """
        verdict = self.relaxed(numbers)
        return self._search(self._mask(numbers)) if verdict is None else verdict

    def confirm(self, numbers: Collection[int]) -> bool | None:
        """A second look at rows that were said to contradict each other, without presolve; as `contradict`."""
        wanted = self._mask(numbers)
        if any(not (proven & ~wanted).any() for proven in self._proven):
            return True
        if self._effort.is_spent or self._solver.is_lost:
            return None
        self._solver.switch(wanted)
        self._solver.without_presolve()
        return self._found(wanted, None)

    def relaxed(self, numbers: Collection[int]) -> frozenset[int] | bool | None:
        """As `contradict`, by what needs no search: portfolios known, and parts of candidates."""
        wanted = self._mask(numbers)
        hopeless = np.flatnonzero(wanted & self._hopeless)
        if len(hopeless):
            self._proven.append(np.arange(len(wanted)) == hopeless[0])
            return frozenset({int(self.numbers[hopeless[0]])})
        if any(not (broken & wanted).any() for broken in self._portfolios):
            return False
        if self._effort.is_spent or self._solver.is_lost:
            return None
        if wanted.tobytes() in self._loose:
            return None
        self._solver.switch(wanted)
        proven = self._relax()
        if proven is None:
            self._loose.add(wanted.tobytes())
        return proven

    @property
    def _size(self) -> int:
        return int(self._rows.matrix.nnz)

    def _mask(self, numbers: Collection[int]) -> Bools:
        return self._always | np.isin(self.numbers, np.fromiter(numbers, np.int64, len(numbers)))

    def _relax(self) -> frozenset[int] | None:
        """Rows in force that the relaxation cannot keep."""
        relaxed = self._solver.relaxed(self._effort.limits(self._size))
        self._effort.count_relaxations(1, self._size)
        if not isinstance(relaxed, Refutation):
            return None
        self._proof = self._solver.sparser(relaxed)
        self._proven.append(self._proof.weights != 0)
        return self._solver.rows_of(self._proof)

    def _search(self, wanted: Bools) -> bool | None:
        """Branch and bound: where more rows were refuted by a proof, first along it, then without."""
        if self._effort.is_spent or self._solver.is_lost:
            return None
        self._solver.switch(wanted)
        verdict = None
        if self._proof is not None:
            verdict = self._found(wanted, self._proof.weights)
            if verdict:
                self._proven.append(wanted)
        if verdict is None:
            verdict = self._found(wanted, None)
        self._effort.undecided += verdict is None
        return verdict

    def _found(self, wanted: Bools, weights: Floats | None) -> bool | None:
        """One search, repeated until what it finds keeps every row exactly."""
        for _ in range(_MOST_RECHECKS):
            search = self._solver.find(self._effort.limits(self._size), weights)
            self._effort.count_search(search.nodes, self._size)
            if search.infeasible:
                return True
            if search.values is None or self._solver.is_lost:
                return None
            point = self._point(search.values, wanted)
            broken = self._broken(point)
            if not (broken & wanted).any():
                self._portfolios.append(broken)
                return False
            self._solver.tighten()
            for position in np.flatnonzero(broken & wanted).tolist():
                row = self._model.rows[self.numbers[position]]
                self._solver.teach(position, repairing_cut(self._model, row, point))
        return None

    def _point(self, values: Floats, wanted: Bools) -> Point:
        """The portfolio in the solver's point. A cannibalisation that is out of force takes nothing away."""
        point = np.zeros(self._model.column_count)
        point[self._solver.columns] = values > 0.5
        n = self._model.candidate_count
        in_force = frozenset(self.numbers[wanted].tolist())
        for column in self._solver.columns[self._solver.columns >= n].tolist():
            is_in_force = column not in self._maluses or self._maluses[column] in in_force
            members = list(self._model.synergy_members[column - n])
            point[column] = float(is_in_force and point[members].all())
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
    slack = ARITHMETIC_TOLERANCE * (rows.magnitudes + positive - negative)
    return np.asarray((positive < rows.lower - slack) | (negative > rows.upper + slack))
