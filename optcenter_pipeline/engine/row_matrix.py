"""The rows of a run as one sparse matrix: what looks at all rows at once reads this, not row by row."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from optcenter_pipeline.rules.linear import LinearRow, Terms

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int32]

_UNIT = 2.0**-53
"""Half the distance from 1 to the next double: the relative error of one operation."""


@dataclass(frozen=True)
class RowMatrix:
    """`lower <= matrix x <= upper`, rows in the order of the model's.

    Shapes: matrix (rows, columns), bounds (rows,), infinite where there is none; all in the PM's units. Whoever
    wants to change a number copies the array first: everybody shares it.
    """

    matrix: sp.csr_array
    lower: Floats
    upper: Floats

    @cached_property
    def largest(self) -> Floats:
        """Each row's largest coefficient in size, 0 without one. Shape (rows,)."""
        return largest_by_row(self.matrix.indptr, np.abs(self.matrix.data))

    @cached_property
    def magnitudes(self) -> Floats:
        """Each row's largest number in size, coefficient or bound. Shape (rows,)."""
        lower, upper = np.abs(self.lower), np.abs(self.upper)
        bounds = np.maximum(np.where(np.isfinite(lower), lower, 0.0), np.where(np.isfinite(upper), upper, 0.0))
        return np.maximum(self.largest, bounds)

    @cached_property
    def sizes(self) -> sp.csr_array:
        """The matrix with every coefficient's size."""
        return sp.csr_array((np.abs(self.matrix.data), self.matrix.indices, self.matrix.indptr), self.matrix.shape)

    def activities(self, point: Floats) -> tuple[Floats, Floats]:
        """(each row's value at a point, by how much at most that may miss the exact sum). Shapes (rows,).

        A sum of n rounded products misses by at most (n + 1) · 2^-53 of the sum of their sizes, whatever the order
        in which they are added; a few units more cover that sum's own rounding and the comparison with a bound.
        """
        lengths = np.diff(self.matrix.indptr)
        error = (2 * lengths + 16) * _UNIT * (self.sizes @ np.abs(point))
        return self.matrix @ point, error


def row_matrix(rows: Sequence[LinearRow], columns: int) -> RowMatrix:
    """The rows as a matrix.

    Args:
        rows: over columns numbered from 0.
        columns: how many there are.
    """
    lengths = np.fromiter((len(row.terms.columns) for row in rows), np.int32, len(rows))
    starts = np.zeros(len(rows) + 1, dtype=np.int32)
    np.cumsum(lengths, out=starts[1:])
    count = int(starts[-1])
    indices = np.fromiter(chain.from_iterable(row.terms.columns for row in rows), np.int32, count)
    data = np.fromiter(chain.from_iterable(row.terms.coefficients for row in rows), np.float64, count)
    return RowMatrix(
        matrix=sp.csr_array((data, indices, starts), shape=(len(rows), columns)),
        lower=np.fromiter((row.lower for row in rows), np.float64, len(rows)),
        upper=np.fromiter((row.upper for row in rows), np.float64, len(rows)),
    )


def terms_arrays(terms: Terms) -> tuple[Integers, Floats]:
    """(columns, coefficients) of an expression."""
    count = len(terms.columns)
    return np.fromiter(terms.columns, np.int32, count), np.fromiter(terms.coefficients, np.float64, count)


def largest_by_row(starts: Integers, sizes: Floats) -> Floats:
    """The largest of each row's numbers, 0 for a row without any.

    Args:
        starts: where each row begins in `sizes`, and the end of the last. Shape (rows + 1,).
        sizes: 0 or more each.
    """
    largest = np.zeros(len(starts) - 1)
    filled = np.flatnonzero(np.diff(starts))
    if len(filled):
        largest[filled] = np.maximum.reduceat(sizes, starts[filled])
    return largest
