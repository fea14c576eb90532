"""A model as arrays, scaled so that an absolute tolerance of 1e-6 means little in every unit.

HiGHS accepts a row that misses its bound by 1e-6 in the numbers it is given. In tokens by the million that is
nothing; in a KPI of 1e-6 it is everything. Rows, shortfall columns and costs are therefore multiplied by powers
of two (exact in binary), and what comes back is divided by them.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from optcenter_pipeline.rules.linear import Terms

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_SMALLEST_MAXIMUM = 8.0
_LARGEST_MAXIMUM = 2.0**14

SMALLEST_COEFFICIENT = 1e-12
"""What is smaller in the solver's units (16 orders below the row's largest) is left out of the row there: far
below its tolerance, and the exact recheck of every portfolio still counts it."""

_LARGEST_BOUND = 1e19
"""HiGHS takes 1e20 for infinite. No row comes near this in the solver's units: what lies beyond is out of reach."""


@dataclass(frozen=True)
class ModelArrays:
    """`row_lower <= A x <= row_upper`, `lower <= x <= upper`, in the PM's units.

    Shapes: A (rows, columns), row_* (rows,), the rest (columns,).
    """

    matrix: sp.csr_array
    row_lower: Floats
    row_upper: Floats
    lower: Floats
    upper: Floats
    integer: Bools


@dataclass(frozen=True)
class ScaledArrays:
    """A model in the solver's units: row r is multiplied by `row_scale[r]`, column j divided by `column_scale[j]`.

    A point goes over as `x · column_scale`, a cost as `cost / column_scale`.
    """

    arrays: ModelArrays
    column_scale: Floats

    def row(self, terms: Terms) -> tuple[npt.NDArray[np.int32], Floats, float]:
        """(columns, scaled coefficients, scale) of one more row; its bounds take the same scale."""
        columns = np.asarray(terms.columns, dtype=np.int32)
        coefficients = np.asarray(terms.coefficients, dtype=np.float64) / self.column_scale[columns]
        scale = power_scale(float(np.abs(coefficients).max(initial=0.0)))
        kept = np.abs(coefficients * scale) > SMALLEST_COEFFICIENT
        return columns[kept], coefficients[kept] * scale, scale

    def costs(self, costs: Floats) -> tuple[Floats, float]:
        """(cost of every column, scale): the solver's objective is `scale` times the stage's."""
        own = costs / self.column_scale
        scale = power_scale(float(np.abs(own).max(initial=0.0)))
        out = own * scale
        out[np.abs(out) <= SMALLEST_COEFFICIENT] = 0.0
        return out, scale


def power_scale(largest: float) -> float:
    """The power of two that brings a largest coefficient into 8 … 16384; 1 where it lies there, or is 0.

    Small whole numbers (1 and -1 of pairs, bundles, prerequisites) are left as they are.
    """
    if largest == 0 or not math.isfinite(largest) or 1.0 <= largest <= _LARGEST_MAXIMUM:
        return 1.0
    wanted = _LARGEST_MAXIMUM if largest > 1 else _SMALLEST_MAXIMUM
    return 2.0 ** math.floor(math.log2(wanted / largest))


def scaled_bounds(bounds: Floats, scale: Floats | float) -> Floats:
    """Bounds of rows in the solver's units; infinite ones stay so. Shape (rows,)."""
    own = bounds * scale
    return np.where(np.isfinite(bounds), np.clip(own, -_LARGEST_BOUND, _LARGEST_BOUND), own)


def scaled(arrays: ModelArrays, free_columns: Bools) -> ScaledArrays:
    """The same model in the solver's units.

    Args:
        arrays: the model.
        free_columns: True for continuous columns in a KPI's unit (shortfalls), which take their row's scale.
            Shape (columns,).
    """
    matrix = arrays.matrix.tocsr()
    lengths = np.diff(matrix.indptr)
    magnitudes = np.abs(matrix.data)
    binary = ~free_columns[matrix.indices]
    rows = np.repeat(np.arange(matrix.shape[0]), lengths)
    largest = np.zeros(matrix.shape[0])
    np.maximum.at(largest, rows[binary], magnitudes[binary])
    row_scale = np.array([power_scale(value) for value in largest])
    column_scale = np.ones(matrix.shape[1])
    column_scale[matrix.indices[~binary]] = row_scale[rows[~binary]]
    data = matrix.data * row_scale[rows] / column_scale[matrix.indices]
    data[np.abs(data) <= SMALLEST_COEFFICIENT] = 0.0
    scaled_matrix = sp.csr_array((data, matrix.indices.copy(), matrix.indptr.copy()), shape=matrix.shape)
    scaled_matrix.eliminate_zeros()
    model = ModelArrays(
        matrix=scaled_matrix,
        row_lower=scaled_bounds(arrays.row_lower, row_scale),
        row_upper=scaled_bounds(arrays.row_upper, row_scale),
        lower=arrays.lower * column_scale,
        upper=arrays.upper * column_scale,
        integer=arrays.integer,
    )
    return ScaledArrays(model, column_scale)
