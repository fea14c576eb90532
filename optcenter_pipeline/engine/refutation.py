"""Rows that nothing keeps, and the proof: weighted and added up, they ask for more than the columns can give."""

from dataclasses import dataclass

import numpy as np

from optcenter_pipeline.engine.arrays import ModelArrays
from optcenter_pipeline.engine.row_matrix import Bools, Floats, Integers

_NEGLIGIBLE = 1e-9
"""Of a ray's largest number."""
_MARGIN = 1e-7
"""By how much of its sizes a sum must miss to count as a proof."""


@dataclass(frozen=True)
class Refutation:
    """`weights · A x` cannot reach `weights · bounds`.

    A weight above 0 stands at its row's lower bound, one below 0 at its upper.

    Shapes: weights (rows,), pull (columns,): the coefficients of the sum. Where they are above 0 the proof leans on
    the column's upper bound, below 0 on its lower one.
    """

    weights: Floats
    pull: Floats


def refutation(arrays: ModelArrays, in_force: Bools, ray: Floats) -> Refutation | None:
    """A dual ray as a proof, whichever sign it came with; None where its numbers do not add up to one.

    Args:
        arrays: the rows and the columns' bounds.
        in_force: the rows that may be leaned on. Shape (rows,).
        ray: one number a row.
    """
    largest = float(np.abs(ray).max(initial=0.0))
    if not largest > 0:
        return None
    weights = np.where(np.abs(ray) > _NEGLIGIBLE * largest, ray / largest, 0.0)
    for signed in (weights, -weights):
        if in_force[signed != 0].all() and _excess(arrays, signed) > 0:
            pull = signed @ arrays.matrix
            pull[np.abs(pull) <= _NEGLIGIBLE] = 0.0
            return Refutation(signed, pull)
    return None


def sparser(arrays: ModelArrays, proof: Refutation) -> Refutation:
    """The proof with fewer rows: while it stays one, it gives up the row that it loses least by."""
    weights = proof.weights.copy()
    used = np.flatnonzero(weights)
    matrix = arrays.matrix[used]
    scaled = matrix.multiply(weights[used][:, None]).tocsr()
    lengths = np.diff(scaled.indptr)
    asked = weights[used] * _leaned_on(arrays, weights)[used]
    pull = np.asarray(scaled.sum(axis=0))
    kept = np.ones(len(used), dtype=bool)
    excess = _excess(arrays, weights)
    while kept.sum() > 1:
        changes = _reach(arrays, pull[scaled.indices] - scaled.data, scaled.indices)
        changes -= _reach(arrays, pull[scaled.indices], scaled.indices)
        gained = np.zeros(len(used))
        np.add.at(gained, np.repeat(np.arange(len(used)), lengths), changes)
        losses = np.where(kept, asked + gained, np.inf)
        row = int(np.argmin(losses))
        if losses[row] >= excess:
            break
        excess -= losses[row]
        kept[row] = False
        entries = slice(scaled.indptr[row], scaled.indptr[row + 1])
        pull[scaled.indices[entries]] -= scaled.data[entries]
    weights[used[~kept]] = 0.0
    return refutation(arrays, weights != 0, weights) or proof


def _excess(arrays: ModelArrays, weights: Floats) -> float:
    """By how much more than rounding the rows ask for more than the columns give; 0 or less where they do not."""
    used = weights != 0
    asked = weights[used] * _leaned_on(arrays, weights)[used]
    if not np.isfinite(asked).all():
        return -np.inf
    reach = _reach(arrays, weights @ arrays.matrix, np.arange(len(arrays.lower), dtype=np.int32))
    return float(asked.sum() - reach.sum() - _MARGIN * (1.0 + np.abs(asked).sum()))


def _leaned_on(arrays: ModelArrays, weights: Floats) -> Floats:
    """The bound of each row that its weight stands at. Shape (rows,)."""
    return np.where(weights > 0, arrays.row_lower, arrays.row_upper)


def _reach(arrays: ModelArrays, pull: Floats, columns: Integers) -> Floats:
    """The most that each of some columns gives to a sum with these coefficients. Shape (columns,)."""
    most: Floats = pull * np.where(pull > 0, arrays.upper[columns], arrays.lower[columns])
    return most
