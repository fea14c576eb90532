"""A contradiction seen from one of its rows, the lead: how near the others let it come to being kept.

That is a linear objective. Its relaxation proves more than that the rows contradict each other: without one of them
there is room, or there is none; a column that takes more room than there is, moved from where it helps, is as good
as decided; and whole candidates that keep all rows, where there are any, lie near.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from optcenter_pipeline.engine.arrays import ModelArrays
from optcenter_pipeline.engine.refutation import Refutation
from optcenter_pipeline.engine.row_matrix import Bools, Floats

_FRACTION = 1e-6
_NEGLIGIBLE = 1e-7
"""What a row without a free column may miss its bounds by; every portfolio is added up exactly afterwards."""


@dataclass(frozen=True)
class Lead:
    """A row, by its position, and the bound of it that cannot be reached: 1 its lower one, -1 its upper."""

    row: int
    side: Literal[-1, 1]


@dataclass(frozen=True)
class Reach:
    """How near the relaxation of some rows comes to keeping the lead. Shapes (columns,)."""

    values: Floats
    """Where it comes nearest."""
    pull: Floats
    """What a column gives to the lead and, as far as the other rows stand in the way, takes from it."""
    room: float
    """By how much the bound of the lead can be passed at most, in the unit of `pull`; infinite where it is out of
    force."""
    proof: Refutation | None
    """That it cannot be reached, where that is so."""

    @property
    def possible(self) -> Bools:
        """The columns that can be moved from where they help without taking more room than there is."""
        return np.asarray(np.abs(self.pull) <= self.room)

    def nearest(self, count: int) -> Bools:
        """So many of the possible columns: those that take least room, parts of candidates first."""
        distance = np.where(self._parts, -1.0, np.abs(self.pull))
        distance[~self.possible] = np.inf
        chosen = np.zeros(len(distance), dtype=bool)
        chosen[np.argsort(distance, kind="stable")[:count]] = True
        return chosen & self.possible

    @property
    def is_whole(self) -> bool:
        """Whether it comes nearest with whole candidates."""
        return not self._parts.any()

    @property
    def _parts(self) -> Bools:
        return np.asarray(np.minimum(self.values, 1.0 - self.values) > _FRACTION)

    @property
    def rounded(self) -> Floats:
        """Whole candidates: those where the relaxation is, those that have to be where they help there."""
        return np.where(self.possible, np.rint(self.values), (self.pull > 0).astype(np.float64))


def with_constants(arrays: ModelArrays, rows: Bools, free: Bools, values: Floats) -> ModelArrays:
    """Some rows over some columns, the others being constants.

    Args:
        arrays: the whole model.
        rows: which are in force. Shape (rows,).
        free: the columns that are left. Shape (columns,).
        values: of the others. Shape (columns,).
    """
    whole = arrays.matrix[np.flatnonzero(rows)]
    reached = whole @ np.where(free, 0.0, values)
    lower, upper = arrays.row_lower[rows] - reached, arrays.row_upper[rows] - reached
    matrix = whole[:, np.flatnonzero(free)]
    told = (np.diff(matrix.indptr) > 0) | (lower > _NEGLIGIBLE) | (upper < -_NEGLIGIBLE)
    return ModelArrays(
        matrix=matrix[np.flatnonzero(told)],
        row_lower=lower[told],
        row_upper=upper[told],
        lower=arrays.lower[free],
        upper=arrays.upper[free],
        integer=arrays.integer[free],
    )
