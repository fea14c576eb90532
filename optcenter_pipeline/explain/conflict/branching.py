"""A contradiction that only whole candidates make: proven by branching, and read off the proof.

A leaf of the tree is a linear relaxation without a solution; its dual ray names the rows and the decisions that it
takes. Two leaves that differ in one candidate, funded or not, take together the rows of both, and no longer that
candidate. What stands at the root in the end is a set of the run's own rows that no portfolio keeps. A leaf that
does not lean on the last decision is a proof without it: its other side need not be looked at.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from optcenter_pipeline.engine.refutation import Refutation
from optcenter_pipeline.engine.row_matrix import Floats, Integers
from optcenter_pipeline.engine.switched_rows import SwitchedRows
from optcenter_pipeline.explain.conflict.effort import Effort

_FRACTION = 1e-6
_ANY_NUMBER = 2**31 - 1


@dataclass(frozen=True)
class _Proof:
    """Rows that cannot be kept under decisions on these columns."""

    rows: frozenset[int]
    leans: frozenset[int]


@dataclass
class _Decision:
    column: int
    value: int
    other_side: _Proof | None = None
    """What rules out the other value."""


@dataclass
class Branching:
    """The search for such a proof over the rows in force.

    Args:
        solver: the rows.
        effort: what may be spent.
        most: relaxations that may be solved.
    """

    solver: SwitchedRows
    effort: Effort
    most: int
    solved: int = 0
    _decisions: list[_Decision] = field(default_factory=list)
    _weights: dict[int, int] = field(default_factory=dict)
    """How often a column took part in a proof: such are decided first."""

    def rows(self) -> frozenset[int] | None:
        """Rows of the run that no portfolio keeps; None where none were found with little work."""
        try:
            return self._search()
        finally:
            while self._decisions:
                self._undo()

    def _search(self) -> frozenset[int] | None:
        while self.solved < self.most and not self.effort.is_over:
            self.solved += 1
            relaxed = self.solver.relaxed(self.effort.limits(1))
            if relaxed is None:
                return None
            if isinstance(relaxed, Refutation):
                proof = self._learn(self._leaf(relaxed))
                if proof is not None:
                    return proof.rows
                continue
            column = self._next(relaxed)
            if column is None:
                return None
            self._decide(_Decision(column, 1))
        return None

    def _next(self, values: Floats) -> int | None:
        """The column to decide; None where all are whole.

        One of earlier proofs; else one of the shortest row: whole candidates matter most where there are few.
        """
        distance = np.minimum(values, 1.0 - values) * self.solver.integer
        candidates = np.flatnonzero(distance > _FRACTION).tolist()
        weights, company = self._weights, self._company
        return max(candidates, key=lambda c: (weights.get(c, 0), -company[c], distance[c], -c), default=None)

    @cached_property
    def _company(self) -> Integers:
        """How many columns the shortest row of each column has, pairs aside. Shape (columns,)."""
        matrix = self.solver.matrix
        lengths = np.diff(matrix.indptr)
        fewest = np.full(matrix.shape[1], _ANY_NUMBER, dtype=np.int32)
        np.minimum.at(fewest, matrix.indices, np.repeat(np.where(lengths > 2, lengths, _ANY_NUMBER), lengths))
        return fewest

    def _leaf(self, refutation: Refutation) -> _Proof:
        """The decisions that a relaxation without a solution takes: bounds that the sum of its rows leans on."""
        pull = refutation.pull
        leans = (d.column for d in self._decisions if (pull[d.column] < 0 if d.value else pull[d.column] > 0))
        return _Proof(self.solver.rows_of(refutation), frozenset(leans))

    def _learn(self, proof: _Proof) -> _Proof | None:
        """Go back to the last decision whose other side is open, and take it; the proof, where there is none."""
        for column in proof.leans:
            self._weights[column] = self._weights.get(column, 0) + 1
        while self._decisions:
            last = self._undo()
            if last.column not in proof.leans:
                continue
            if last.other_side is None:
                self._decide(_Decision(last.column, 1 - last.value, proof))
                return None
            both = last.other_side
            proof = _Proof(proof.rows | both.rows, (proof.leans | both.leans) - {last.column})
        return proof

    def _decide(self, decision: _Decision) -> None:
        self._decisions.append(decision)
        self.solver.bound(decision.column, decision.value, decision.value)

    def _undo(self) -> _Decision:
        last = self._decisions.pop()
        self.solver.bound(last.column, 0.0, 1.0)
        return last
