"""Rows over whole candidates, with bounds that some of their sums reach: between two sums nothing can lie."""

import math
from collections.abc import Sequence

import numpy as np

from optcenter_pipeline.engine.granularity import granularity, rounded_bound
from optcenter_pipeline.engine.linear_model import ARITHMETIC_TOLERANCE
from optcenter_pipeline.engine.row_matrix import Bools, Floats, RowMatrix

_SHORT = 60
"""Columns up to which all sums of a row are listed; longer rows reach nearly every multiple of their step."""
_MOST_SUMS = 100_000


def reachable_bounds(rows: RowMatrix, whole: Bools) -> tuple[Floats, Floats]:
    """(lower, upper) of each row, moved to sums that its coefficients have. Shapes (rows,).

    A point of whole candidates keeps a row exactly when it keeps these bounds; the relaxation keeps fewer points.

    Args:
        rows: over columns between 0 and 1.
        whole: True for the columns that are 0 or 1; a row with others stays as it is. Shape (columns,).
    """
    lower, upper = rows.lower.copy(), rows.upper.copy()
    matrix = rows.matrix
    numbers = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    for row in np.unique(numbers[np.abs(matrix.data) != 1.0]).tolist():
        entries = slice(matrix.indptr[row], matrix.indptr[row + 1])
        coefficients = matrix.data[entries]
        if whole[matrix.indices[entries]].all():
            slack = ARITHMETIC_TOLERANCE * float(rows.magnitudes[row])
            lower[row], upper[row] = _reached(coefficients, float(lower[row]), float(upper[row]), slack)
    return lower, upper


def _reached(coefficients: Floats, lower: float, upper: float, slack: float) -> tuple[float, float]:
    """The bounds of one row; those it had where its coefficients have no common step."""
    step = granularity(coefficients)
    if step <= 0:
        return lower, upper
    rounded = (
        rounded_bound(lower, step, maximise=False, resolution=slack),
        rounded_bound(upper, step, maximise=True, resolution=slack),
    )
    sizes = np.rint(np.abs(coefficients) / step).astype(np.int64).tolist()
    if len(sizes) > _SHORT or sum(sizes) > _MOST_SUMS:
        return rounded
    least = float(np.minimum(coefficients, 0.0).sum())
    low, high = ((bound - least) / step if math.isfinite(bound) else bound for bound in rounded)
    sums = _sums(sizes)
    if math.isfinite(low) and 0 < low <= sum(sizes):
        first = round(low)
        above = sums >> first
        low = float(first + (above & -above).bit_length() - 1)
    if math.isfinite(high) and 0 <= high < sum(sizes):
        high = float((sums & ((1 << (round(high) + 1)) - 1)).bit_length() - 1)
    return least + low * step, least + high * step


def _sums(sizes: Sequence[int]) -> int:
    """Bit s is 1 where some of the sizes add up to s."""
    sums = 1
    for size in sizes:
        sums |= sums << size
    return sums
