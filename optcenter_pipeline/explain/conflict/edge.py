"""A contradiction of the relaxation at its edge: many rows take a little each, without any one there is room.

It is seen from one row, the lead (`engine/lead_row.py`). What the others weigh is read off one relaxation; which of
them are needed takes one more for each, and a small search near it.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from optcenter_pipeline.engine.lead_row import Lead, Reach
from optcenter_pipeline.engine.refutation import Refutation
from optcenter_pipeline.engine.row_matrix import Bools, Integers
from optcenter_pipeline.engine.search import Search
from optcenter_pipeline.engine.switched_rows import SwitchedRows
from optcenter_pipeline.explain.conflict.effort import Effort

_SHORT = range(3, 300)
"""Columns of a sum whose bound whole candidates miss by much."""
_NEAR = (150, 400, 2_000)
"""Columns that may be moved in one search, then in the next; all where it is few more that are possible."""
_FEW_NODES = 10
"""Of a search of some columns only: what is near is found soon."""


class Edge:
    """The edge of one contradiction.

    Args:
        solver: asked of the rows that it has in force.
        effort: what may be spent.
        proof: that its rows, or more, cannot be kept.
    """

    def __init__(self, solver: SwitchedRows, effort: Effort, proof: Refutation) -> None:
        self._solver = solver
        self._effort = effort
        self._size = int(solver.matrix.nnz)
        each = np.arange(len(proof.weights), dtype=np.int32)
        losses = solver.losses(proof, each)
        row = int(np.argmax(np.where(np.isfinite(losses), losses, -np.inf)))
        self.lead = Lead(row, 1 if proof.weights[row] > 0 else -1)

    def heaviest(self, in_force: Bools, parts: Integers) -> list[int]:
        """Of parts that the relaxation cannot keep, what weighs most in that, and is enough for it.

        Short sums are given up first: whole candidates miss their bounds by more than many another row weighs, and
        which of those that leaves needless takes long to find.

        Args:
            in_force: all rows of these parts, and what is always in force. Shape (numbers,).
            parts: the number of each row's part, below 0 for what is always in force. Shape (numbers,).

        Returns:
            The parts that are left, the heaviest first; none where no relaxation proved anything.
        """
        given_up = np.where(parts == parts[self.lead.row], -1, parts)
        is_short = np.isin(np.diff(self._solver.matrix.indptr), _SHORT) & (given_up >= 0)
        rather = np.isin(np.arange(parts.max(initial=-1) + 1), given_up[is_short])
        proof = None
        while True:
            self._solver.switch(in_force)
            reach = self.reach()
            if reach is None or reach.proof is None:
                break
            proof = reach.proof
            fewer = self._solver.sparser(proof, given_up, rather)
            left = (given_up < 0) | np.isin(given_up, given_up[fewer.weights != 0])
            if left[in_force].all():
                break
            in_force = in_force & left
        if proof is None:
            return []
        self._solver.anchor()
        losses = self._solver.losses(proof, parts)
        return sorted(set(parts[in_force & (parts >= 0)].tolist()), key=lambda part: (-losses[part], part))

    def reach(self) -> Reach | None:
        """How near the rows in force let the lead come."""
        self._effort.count_relaxations(1, self._size)
        return self._solver.reach(self.lead, self._effort.limits(self._size))

    def searches(self, reach: Reach) -> Iterator[tuple[Search, bool]]:
        """Searches for whole candidates that keep the rows in force, wider and wider; True: by all columns.

        Args:
            reach: with the same rows in force.
        """
        possible = int(reach.possible.sum())
        for count in _NEAR:
            is_all = 2 * possible <= 3 * count
            size = max(1, self._size * min(count, possible) // self._solver.width)
            limits = self._effort.limits(size)
            if not is_all:
                limits = replace(limits, nodes=_FEW_NODES)
            free = reach.possible if is_all else reach.nearest(count)
            search = self._solver.find_near(self.lead, reach, free, limits)
            self._effort.count_search(search.nodes, size)
            yield search, is_all
            if is_all:
                return
