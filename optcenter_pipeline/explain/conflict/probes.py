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
from optcenter_pipeline.explain.conflict.edge import Edge
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
        self._solver = SwitchedRows(self._model, self.numbers.tolist(), SolverOptions(threads=threads))
        self._edge: Edge | None = None
        """Where the relaxation has refuted some of the rows."""
        self._proven = [self.numbers == self.numbers[row] for row in np.flatnonzero(_hopeless(self._rows))]
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
        wanted = self._mask(numbers)
        if self._edge is None:
            verdict = self.relaxed(numbers)
            return self._search(wanted) if verdict is None else verdict
        verdict = self._known(wanted)
        return self._at_edge(wanted, self._edge) if verdict is None else verdict

    def heaviest(self, parts: Sequence[Collection[int]]) -> list[int]:
        """Of parts that the relaxation cannot keep, what weighs most in that; see `Edge.heaviest`.

        Args:
            parts: the rows of each.
        """
        part_of = {number: part for part in reversed(range(len(parts))) for number in parts[part]}
        of_row = np.array([part_of.get(number, -1) for number in self.numbers.tolist()], dtype=np.int32)
        kept = [] if self._edge is None else self._edge.heaviest(self._always | (of_row >= 0), of_row)
        if kept:
            self._proven.append(self._always | np.isin(of_row, kept))
        return kept

    def confirm(self, numbers: Collection[int]) -> bool | None:
        """A second look at rows that were said to contradict each other, without presolve; as `contradict`."""
        wanted = self._mask(numbers)
        if any(not (proven & ~wanted).any() for proven in self._proven):
            return True
        if self._effort.is_spent or self._solver.is_lost:
            return None
        self._solver.switch(wanted)
        self._solver.without_presolve()
        return self._found(wanted)

    def relaxed(self, numbers: Collection[int]) -> frozenset[int] | bool | None:
        """As `contradict`, by what needs no search: portfolios known, and parts of candidates."""
        wanted = self._mask(numbers)
        known = self._known(wanted)
        if known is not None or self._effort.is_spent or self._solver.is_lost or wanted.tobytes() in self._loose:
            return known
        self._solver.switch(wanted)
        proven = self._relax()
        if proven is None:
            self._loose.add(wanted.tobytes())
        return proven

    def _known(self, wanted: Bools) -> frozenset[int] | bool | None:
        """What needs no solver any more."""
        if any(not (broken & wanted).any() for broken in self._portfolios):
            return False
        proven = next((proven for proven in self._proven if not (proven & ~wanted).any()), None)
        return None if proven is None else frozenset(self.numbers[proven].tolist())

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
        proof = self._solver.sparser(relaxed)
        self._edge = self._edge or Edge(self._solver, self._effort, proof)
        return self._refuted(proof)

    def _refuted(self, proof: Refutation) -> frozenset[int]:
        self._proven.append(proof.weights != 0)
        return self._solver.rows_of(proof)

    def _at_edge(self, wanted: Bools, edge: Edge) -> frozenset[int] | bool | None:
        """Whether no portfolio keeps these rows, by how near the lead comes to being kept."""
        if self._effort.is_spent or self._solver.is_lost:
            return None
        self._solver.switch(wanted)
        reach = edge.reach()
        if reach is None:
            return self._search(wanted)
        if reach.proof is not None:
            self._solver.anchor()
            return self._refuted(self._solver.sparser(reach.proof))
        if reach.is_whole and self._accepts(reach.rounded, wanted):
            return False
        search = None
        for search, is_all in edge.searches(reach):
            if search.values is not None and self._accepts(search.values, wanted):
                return False
            if is_all and search.infeasible:
                self._solver.anchor()
                self._proven.append(wanted)
                return True
        if search is not None and search.values is not None:
            return self._search(wanted)  # what rounding broke teaches it
        self._effort.undecided += 1
        return None

    def _accepts(self, values: Floats, wanted: Bools) -> bool:
        """Whether a solver's point is a portfolio that keeps every row exactly: it answers later probes, too."""
        broken = self._broken(self._point(values, wanted))
        if (broken & wanted).any():
            return False
        self._portfolios.append(broken)
        return True

    def _search(self, wanted: Bools) -> bool | None:
        """Branch and bound."""
        if self._effort.is_spent or self._solver.is_lost:
            return None
        self._solver.switch(wanted)
        verdict = self._found(wanted)
        self._effort.undecided += verdict is None
        return verdict

    def _found(self, wanted: Bools) -> bool | None:
        """One search, repeated until what it finds keeps every row exactly."""
        for _ in range(_MOST_RECHECKS):
            search = self._solver.find(self._effort.limits(self._size))
            self._effort.count_search(search.nodes, self._size)
            if search.infeasible:
                return True
            if search.values is None or self._solver.is_lost:
                return None
            if self._accepts(search.values, wanted):
                return False
            point = self._point(search.values, wanted)
            broken = self._broken(point)
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
