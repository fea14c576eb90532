"""Rows that nothing keeps, and the proof: weighted and added up, they ask for more than the columns can give."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

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
    if not 0 < largest < np.inf:
        return None
    weights = np.where(np.abs(ray) > _NEGLIGIBLE * largest, ray / largest, 0.0)
    for signed in (weights, -weights):
        if in_force[signed != 0].all() and excess_of(arrays, signed) > 0:
            pull = signed @ arrays.matrix
            pull[np.abs(pull) <= _NEGLIGIBLE] = 0.0
            return Refutation(signed, pull)
    return None


def sparser(
    arrays: ModelArrays, proof: Refutation, parts: Integers | None = None, rather: Bools | None = None
) -> Refutation:
    """The proof with fewer rows: while it stays one, it gives up the part that it loses least by.

    Args:
        arrays: the rows and the columns' bounds.
        proof: what is made smaller.
        parts: the number of the part that each row belongs to and is given up with, below 0 for a row that stays;
            each row is one by itself where left out. Shape (rows,).
        rather: parts that are given up before all others, where the proof can lose them. Shape (parts,).
    """
    parts = np.arange(len(proof.weights), dtype=np.int32) if parts is None else parts
    weights = proof.weights.copy()
    summands = _Summands(arrays, weights, parts)
    excess = excess_of(arrays, weights)
    kept = summands.parts >= 0
    first = kept & (False if rather is None else rather[summands.parts])
    while kept.any():
        losses = summands.losses()
        lightest = [int(np.argmin(np.where(among, losses, np.inf))) for among in (first, kept) if among.any()]
        given = next((part for part in lightest if losses[part] < excess), None)
        if given is None:
            break
        excess -= losses[given]
        kept[given] = first[given] = False
        summands.give_up(given)
        weights[parts == summands.parts[given]] = 0.0
    return refutation(arrays, weights != 0, weights) or proof


def part_losses(arrays: ModelArrays, proof: Refutation, parts: Integers) -> Floats:
    """By how much less each part leaves the proof asking for, infinite where the proof does not take it.

    Args:
        arrays: the rows and the columns' bounds.
        proof: of these rows.
        parts: the number of each row's part, below 0 for a row without one. Shape (rows,).

    Returns:
        Shape (largest part + 1,).
    """
    summands = _Summands(arrays, proof.weights, parts)
    losses = np.full(int(parts.max(initial=-1)) + 1, np.inf)
    own = summands.parts >= 0
    losses[summands.parts[own]] = summands.losses()[own]
    return losses


class _Summands:
    """What a proof adds up, by part."""

    def __init__(self, arrays: ModelArrays, weights: Floats, parts: Integers) -> None:
        used = np.flatnonzero(weights)
        self.parts, own = np.unique(parts[used], return_inverse=True)
        """The parts that the proof takes, in order."""
        to_part = sp.csr_array((weights[used], (own, np.arange(len(used)))), shape=(len(self.parts), len(used)))
        self._arrays = arrays
        self._sums = (to_part @ arrays.matrix[used]).tocsr()
        self._asked = to_part @ _leaned_on(arrays, weights)[used]
        self._of_entry = np.repeat(np.arange(len(self.parts)), np.diff(self._sums.indptr))
        self._pull = np.asarray(self._sums.sum(axis=0))

    def losses(self) -> Floats:
        """By how much less the proof asks for without each part. Shape (parts,)."""
        sums, pull = self._sums, self._pull[self._sums.indices]
        changes = _reach(self._arrays, pull - sums.data, sums.indices) - _reach(self._arrays, pull, sums.indices)
        return np.asarray(self._asked + np.bincount(self._of_entry, changes, len(self.parts)))

    def give_up(self, part: int) -> None:
        """Leave a part out of the sum."""
        entries = slice(self._sums.indptr[part], self._sums.indptr[part + 1])
        self._pull[self._sums.indices[entries]] -= self._sums.data[entries]


def excess_of(arrays: ModelArrays, weights: Floats) -> float:
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
