"""What rows can come to while their columns move within their bounds, rounded outwards."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from optcenter_pipeline.engine.presolve.reduced_model import Integers
from optcenter_pipeline.engine.row_matrix import Bools, Floats

UNIT = 2.0**-53
"""Half the distance from 1 to the next double: the relative error of one operation."""

_LARGEST_WHOLE = 2.0**53

CERTAIN, GRANTED = 0.5, 2.0
"""Shares of a row's slack: what a portfolio is granted for certain, and beyond what none is granted anything.
Between them lies what rounding may have taken from a row whose constants were taken out."""


@dataclass(frozen=True)
class Entries:
    """The coefficients of some rows, in order: line k of `starts` is where those of the k-th row begin.

    Shapes: rows, starts, lengths (rows,); line, places, columns, data (entries,).
    """

    rows: Integers
    starts: Integers
    lengths: Integers
    line: Integers
    """Which of the rows, counted from 0, an entry belongs to."""
    places: Integers
    """Where it stands in the matrix's data."""
    columns: Integers
    data: Floats

    def summed(self, values: Floats) -> Floats:
        """The sum of one value an entry over each row. Shape (rows,)."""
        sums = np.zeros(len(self.rows))
        filled = np.flatnonzero(self.lengths)
        if len(filled):
            sums[filled] = np.add.reduceat(values, self.starts[filled])
        return sums

    def none(self, flags: Bools) -> Bools:
        """Where none of a row's entries is flagged. Shape (rows,)."""
        return np.asarray(np.bincount(self.line[flags], minlength=len(self.rows)) == 0)

    def largest(self, values: Floats) -> Floats:
        """The largest of the values of each row, 0 or more each; 0 for a row without entries. Shape (rows,)."""
        found = np.zeros(len(self.rows))
        filled = np.flatnonzero(self.lengths)
        if len(filled):
            found[filled] = np.maximum.reduceat(values, self.starts[filled])
        return found


def entries_of(matrix: sp.csr_array, rows: Integers | None = None, most: int | None = None) -> Entries:
    """The entries of some rows of a matrix, or of all.

    Args:
        matrix: in canonical CSR form, but for the order of a row's entries.
        rows: their numbers.
        most: so many of each of these rows, no more.
    """
    every = np.diff(matrix.indptr)
    if rows is None:
        numbers = np.arange(matrix.shape[0])
        line = np.repeat(numbers, every)
        return Entries(numbers, matrix.indptr[:-1], every, line, np.arange(matrix.nnz), matrix.indices, matrix.data)
    lengths = every[rows] if most is None else np.minimum(every[rows], most)
    starts = np.cumsum(lengths) - lengths
    line = np.repeat(np.arange(len(rows)), lengths)
    places = np.arange(len(line)) + (matrix.indptr[rows] - starts)[line]
    return Entries(rows, starts, lengths, line, places, matrix.indices[places], matrix.data[places])


def reach(entries: Entries, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
    """(least, greatest) that each row can come to; infinite where a column without a bound lets it.

    Rounded outwards, where anything is rounded: no exact sum lies outside, however it was added up.

    Args:
        entries: some rows.
        lower, upper: bounds of all columns. Shapes (columns,).

    Returns:
        Shapes (rows,).
    """
    rising = entries.data > 0
    low, high = lower[entries.columns], upper[entries.columns]
    least = entries.data * np.where(rising, low, high)
    greatest = entries.data * np.where(rising, high, low)
    return (
        entries.summed(least) - _rounding(entries, least),
        entries.summed(greatest) + _rounding(entries, greatest),
    )


def _rounding(entries: Entries, values: Floats) -> Floats:
    """By how much the sum of each row's values may miss the exact one: 0 for whole numbers. Shape (rows,)."""
    sizes = entries.summed(np.abs(values))
    whole = entries.none(values != np.rint(values)) & (sizes < _LARGEST_WHOLE)
    return np.where(whole, 0.0, (entries.lengths + 16) * UNIT * sizes)
