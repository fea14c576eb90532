"""Columns that are the largest of their dependents, or the smallest of what they need, become one with these."""

from dataclasses import dataclass, replace

import numpy as np

from optcenter_pipeline.engine.presolve.graph import (
    Edges,
    are_among,
    contraction,
    distinct,
    equal_lines,
    merged_rows,
    row_scales,
    without_empty_rows,
)
from optcenter_pipeline.engine.presolve.reduced_model import Integers, ReducedModel
from optcenter_pipeline.engine.presolve.transitive_edges import implied
from optcenter_pipeline.engine.row_matrix import Bools, Floats

_MOST_ROUNDS = 50
"""Each goes through all edges; in plans of people a handful is enough."""


def folded(model: ReducedModel, edges: Edges, foldable: Bools, constants: Floats) -> ReducedModel:
    """Fold columns that some best point determines from their neighbours.

    Args:
        model: without circles of implications.
        edges: all its implications, either all turned towards the larger column, or all towards the smaller one.
        foldable: columns that, at some best point, all have the largest (or the smallest) of the values from which
            edges lead to them, whatever else holds; a column without such edges has its constant.
        constants: for each column.

    Returns:
        The model in which (a) a foldable column without neighbours is constant; (b) one with a single neighbour is
        that; (c) foldable columns with the same neighbours are one; all this repeated, between edges that others
        imply are left out. The same object where there is nothing of the kind.
    """
    if not foldable.any():
        return model
    folding = _Folding(edges.first, edges.second, foldable, np.arange(model.width))
    for _ in range(_MOST_ROUNDS):
        if folding.ended:
            break
        folding = folding.further()
    if (folding.leaders == np.arange(model.width)).all():
        return model
    step = contraction(folding.leaders, constants)
    return without_empty_rows(_with_edges_once(model, edges, folding).substituted(step))


@dataclass(frozen=True)
class _Folding:
    """How far the columns are folded."""

    first: Integers
    """Edges between leaders; when it has ended each once, and none that others imply. Shape (edges,)."""
    second: Integers
    foldable: Bools
    leaders: Integers
    """For each column of the model the one that it equals now, -1 where it is constant."""
    ended: bool = False
    """Whether nothing was left to do."""

    def further(self) -> "_Folding":
        """One round of leaving out edges and (a), (b), (c)."""
        width = len(self.leaders)
        first, second = _distinct(self.first, self.second, width)
        needed = ~implied(first, second, width)
        first, second = first[needed], second[needed]
        step = self._step(first, second)
        if (step == np.arange(width)).all():
            return replace(self, first=first, second=second, ended=True)
        first, second = step[first], step[second]
        kept = (first >= 0) & (first != second)
        foldable = self.foldable & (step == np.arange(width))
        return _Folding(first[kept], second[kept], foldable, np.append(step, -1)[self.leaders])

    def _step(self, first: Integers, second: Integers) -> Integers:
        """The column that each leader becomes one with; its own number without one, -1 for a constant."""
        width = len(self.leaders)
        neighbours = np.bincount(second, minlength=width)
        order = np.argsort(second, kind="stable")
        starts = np.concatenate([[0], np.cumsum(neighbours)])
        step = equal_lines(starts, first[order], None, self.foldable & (neighbours > 1))
        step[self.foldable & (neighbours == 0)] = -1
        single = np.flatnonzero(self.foldable & (neighbours == 1))
        step[single] = first[order][starts[single]]
        while True:
            onward = np.append(step, -1)[step]
            if (onward == step).all():
                return step
            step = onward


def _distinct(first: Integers, second: Integers, width: int) -> tuple[Integers, Integers]:
    """Each edge once, in order."""
    keys = distinct(first * width + second)
    return keys // width, keys % width


def _with_edges_once(model: ReducedModel, edges: Edges, folding: _Folding) -> ReducedModel:
    """The model with one row for each edge that is left, with the origins of all rows that come to say it."""
    width, onward = model.width, np.append(folding.leaders, -1)
    first, second = onward[edges.first], onward[edges.second]
    keys = first * width + second
    needed = np.sort(folding.first * width + folding.second)
    said = np.flatnonzero(are_among(keys, needed) & (first >= 0) & (second >= 0))
    order = said[np.argsort(keys[said], kind="stable")]
    leads = np.diff(keys[order], prepend=-1) != 0
    rows = edges.rows[order]
    leaders = np.arange(model.height)
    leaders[edges.rows] = -1
    leaders[rows] = rows[leads][np.cumsum(leads) - 1]
    return merged_rows(model, leaders, np.abs(row_scales(model.matrix)))
