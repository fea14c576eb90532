"""The smallest of several counts as a column of its own, so that it can be made as large as possible."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from optcenter_pipeline.engine.arrays import ModelArrays
from optcenter_pipeline.engine.linear_model import Point
from optcenter_pipeline.engine.objective import Stage


@dataclass(frozen=True, slots=True)
class Least:
    """The smallest of several counts, to be as large as possible: the distance from the nearest of others."""

    counts: tuple[tuple[Stage, float], ...]
    """A stage with coefficients of 1 and -1, and what is added to its value."""
    most: float
    """No count is larger."""

    def value(self, point: Point) -> float:
        """At a portfolio."""
        return min(stage.terms.value(point) + constant for stage, constant in self.counts)


def with_count(arrays: ModelArrays, most: float) -> ModelArrays:
    """The model with one more column, a whole number from 0 to `most`."""
    matrix, (rows, columns) = arrays.matrix, arrays.matrix.shape
    return ModelArrays(
        matrix=sp.csr_array((matrix.data, matrix.indices, matrix.indptr), shape=(rows, columns + 1)),
        row_lower=arrays.row_lower,
        row_upper=arrays.row_upper,
        lower=np.append(arrays.lower, 0.0),
        upper=np.append(arrays.upper, most),
        integer=np.append(arrays.integer, True),
    )
