"""Which cuts a point asks for: what rows there are to round, how they are added up, which results are kept."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from optcenter_pipeline.engine.row_matrix import Bools, Floats
from optcenter_pipeline.explain.why_cuts import Added, Box, Rounded, mixed_rounding

Cut = tuple[Floats, float]
"""`coefficients · x <= upper`. Shape (columns,)."""

_TOLERANCE = 1e-6
_MOST_CUTS = 60
_MOST_ALIKE = 0.6
"""Cosine of two cuts of one round."""
_LARGEST_SPREAD = 1e6
_SHORTEST_ROW = 3
_LENIENT = 1e-6
"""By how much a cut whose largest coefficient is 1 gives way: more than what adding it up can miss."""


@dataclass(frozen=True)
class Rows:
    """All rows of the relaxation, the solver's units."""

    matrix: sp.csr_array
    lower: Floats
    upper: Floats

    def dense(self, row: int) -> Floats:
        """One row's coefficients. Shape (columns,)."""
        out = np.zeros(self.matrix.shape[1])
        entries = slice(self.matrix.indptr[row], self.matrix.indptr[row + 1])
        out[self.matrix.indices[entries]] = self.matrix.data[entries]
        return out

    def tight(self, activity: Floats, count: int) -> Iterator[tuple[int, float, float]]:
        """(row, 1 for its upper side and -1 for its lower, bound) of the first rows, where a side is used up."""
        long = np.flatnonzero(np.diff(self.matrix.indptr)[:count] >= _SHORTEST_ROW)
        for row in long.tolist():
            for sign, bound in ((1.0, self.upper[row]), (-1.0, self.lower[row])):
                if math.isfinite(bound) and abs(bound - activity[row]) <= _TOLERANCE * max(1.0, abs(bound)):
                    yield row, sign, float(bound)

    def combined(self, weights: Floats, activity: Floats, box: Box, point: Floats) -> Iterator[Cut]:
        """Roundings of weighted rows, both ways round.

        Each row is its nearer bound less (or more) a slack t >= 0, so `weights · rows = weights · bounds -/+ t`.
        """
        rows = np.flatnonzero(weights)
        own, matrix = weights[rows], self.matrix[rows]
        lower, upper = self.lower[rows], self.upper[rows]
        at_upper = np.abs(upper - activity[rows]) <= np.abs(activity[rows] - lower)
        bounds = np.where(at_upper, upper, lower)
        slacks = np.where(at_upper, own, -own)
        values = np.abs(activity[rows] - bounds)
        total, limit = matrix.T @ own, float(own @ bounds)
        for sign in (1.0, -1.0):
            added = Added(sign * total, sign * limit, sign * slacks, values)
            found = mixed_rounding(added, box, point)
            if found is not None:
                yield _without_slacks(found, matrix, at_upper, bounds)

    def with_cuts(self, cuts: Sequence[Cut]) -> "Rows":
        """These and cuts behind them."""
        added = sp.csr_array(np.array([coefficients for coefficients, _ in cuts]))
        return Rows(
            sp.csr_array(sp.vstack([self.matrix, added])),
            np.concatenate([self.lower, np.full(len(cuts), -np.inf)]),
            np.concatenate([self.upper, [upper for _, upper in cuts]]),
        )

    def without(self, numbers: npt.NDArray[np.int32]) -> "Rows":
        """All but some."""
        kept = np.ones(len(self.upper), dtype=np.bool_)
        kept[numbers] = False
        return Rows(sp.csr_array(self.matrix[kept]), self.lower[kept], self.upper[kept])


def _without_slacks(found: Rounded, matrix: sp.csr_array, at_upper: Bools, bounds: Floats) -> Cut:
    """The row over the columns alone: t = upper - row, or row - lower."""
    shares = np.where(at_upper, -found.slacks, found.slacks)
    coefficients = found.coefficients + matrix.T @ shares
    return coefficients, found.upper + float(shares @ bounds)


def deepest(found: Iterable[Cut], point: Floats) -> list[Cut]:
    """Those that a point breaks the most, of those alike only one; the largest coefficient of each is 1."""
    ranked = []
    for coefficients, upper in found:
        largest = float(np.abs(coefficients).max(initial=0.0))
        if largest == 0 or not math.isfinite(upper):
            continue
        own, limit = coefficients / largest, upper / largest
        smallest = float(np.abs(own[own != 0]).min())
        depth = float(own @ point - limit) / float(np.linalg.norm(own))
        if depth > _TOLERANCE and smallest > 1 / _LARGEST_SPREAD:
            ranked.append((depth, own / np.linalg.norm(own), own, limit + _LENIENT))
    ranked.sort(key=lambda entry: -entry[0])
    kept: list[tuple[Floats, Floats, float]] = []
    for _, direction, own, limit in ranked:
        if len(kept) == _MOST_CUTS:
            break
        if all(abs(float(direction @ other)) < _MOST_ALIKE for other, _, _ in kept):
            kept.append((direction, own, limit))
    return [(own, limit) for _, own, limit in kept]
