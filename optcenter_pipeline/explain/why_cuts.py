"""Rows that every portfolio keeps and fractional points break: mixed-integer rounding (Nemhauser, Wolsey, 1990).

Let `a x + c t <= b` hold, x whole and 0 or more, t continuous and 0 or more. Divide by d > 0 and let f be the
fraction of b / d and F(v) = floor(v) + max(0, frac(v) - f) / (1 - f). Then

    sum of F(a_j / d) x_j + sum of min(c_k / d, 0) / (1 - f) t_k <= floor(b / d).

Columns are counted from the nearer of their bounds first, so that x and t are 0 or more. Whatever rows were added
up with whatever weights, the result is as true as they are; the weights only decide what it cuts off. F is
continuous: an error of 1e-9 in a coefficient is one of 1e-9 / (1 - f) in the result. b / d is used only where f is
neither near 0 nor near 1, so that no rounding moves its floor.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from optcenter_pipeline.engine.row_matrix import Bools, Floats

_FRACTIONAL = 1e-6
_NEAR = 0.02
_MOST_DIVISORS = 8
_HALVINGS = (2.0, 4.0, 8.0)
_SMALL = 1e-11
_LEAST_VIOLATION = 1e-4
"""Relative to the row's length: a distance from the point."""


@dataclass(frozen=True, slots=True)
class Box:
    """Bounds of columns, and which of them are whole numbers. Shapes (columns,)."""

    lower: Floats
    upper: Floats
    integer: Bools


@dataclass(frozen=True, slots=True)
class Added:
    """`coefficients · x + slacks · t <= upper`, t >= 0: rows that were added up.

    Shapes: coefficients (columns,); slacks, slack_values (slacks,).
    """

    coefficients: Floats
    upper: float
    slacks: Floats
    slack_values: Floats
    """t at the point to be cut off."""


@dataclass(frozen=True, slots=True)
class Rounded:
    """The same form, after rounding."""

    coefficients: Floats
    upper: float
    slacks: Floats


def mixed_rounding(row: Added, box: Box, point: Floats) -> Rounded | None:
    """The rounding of a row that a point breaks the most; None where it breaks none.

    Args:
        row: holds for every portfolio.
        box: of the columns; every column has a finite bound.
        point: to be cut off. Shape (columns,).
    """
    used = np.flatnonzero(np.abs(row.coefficients) > _SMALL)
    lower, upper, whole = box.lower[used], box.upper[used], box.integer[used]
    from_upper = upper - point[used] < point[used] - lower
    bound = np.where(from_upper, upper, lower)
    sign = np.where(from_upper, -1.0, 1.0)
    counted = sign * row.coefficients[used]
    values = np.abs(point[used] - bound)
    shifted = _Shifted(
        whole=counted[whole],
        whole_values=values[whole],
        continuous=np.concatenate([counted[~whole], row.slacks]),
        continuous_values=np.concatenate([values[~whole], row.slack_values]),
        upper=row.upper - float(row.coefficients[used] @ bound),
    )
    found = shifted.best()
    if found is None:
        return None
    of_whole, of_continuous, floor = found
    moved = np.empty(len(used))
    moved[whole] = of_whole
    moved[~whole] = of_continuous[: np.count_nonzero(~whole)]
    coefficients = np.zeros(len(point))
    coefficients[used] = sign * moved
    return Rounded(
        coefficients=coefficients,
        upper=floor + float(coefficients[used] @ bound),
        slacks=of_continuous[np.count_nonzero(~whole) :],
    )


@dataclass(frozen=True, slots=True)
class _Shifted:
    """A row over columns that are 0 or more."""

    whole: Floats
    whole_values: Floats
    continuous: Floats
    continuous_values: Floats
    upper: float

    def best(self) -> tuple[Floats, Floats, float] | None:
        """(coefficients of whole columns, of continuous ones, upper) of the rounding that cuts deepest."""
        most, chosen = _LEAST_VIOLATION, None
        for divisor in self._divisors():
            depth = self._depth(divisor)
            if depth > most:
                most, chosen = depth, divisor
        if chosen is None:
            return None
        best = max((chosen, *(chosen / part for part in _HALVINGS)), key=self._depth)
        return self._rounded(best)

    def _divisors(self) -> Iterator[float]:
        """Coefficients of the whole columns that are furthest from whole, and 1."""
        away = np.minimum(self.whole_values, np.abs(1.0 - self.whole_values))
        order = np.argsort(-away, kind="stable")[:_MOST_DIVISORS]
        sizes = np.abs(self.whole[order][away[order] > _FRACTIONAL])
        yield from dict.fromkeys((*sizes.tolist(), 1.0))

    def _depth(self, divisor: float) -> float:
        rounded = self._rounded(divisor)
        if rounded is None:
            return 0.0
        whole, continuous, upper = rounded
        length = float(np.sqrt(whole @ whole + continuous @ continuous))
        beyond = float(whole @ self.whole_values + continuous @ self.continuous_values) - upper
        return beyond / length if length > 0 else 0.0

    def _rounded(self, divisor: float) -> tuple[Floats, Floats, float] | None:
        scaled = self.upper / divisor
        floor = float(np.floor(scaled))
        fraction = scaled - floor
        if not _NEAR <= fraction <= 1 - _NEAR:
            return None
        share = 1.0 / (1.0 - fraction)
        parts = self.whole / divisor
        floors = np.floor(parts)
        whole = floors + np.maximum(parts - floors - fraction, 0.0) * share
        return whole, np.minimum(self.continuous / divisor, 0.0) * share, floor
