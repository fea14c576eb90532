"""The step in which a stage's value can change: bounds between two steps are rounded, and proofs end early."""

import math

import numpy as np

from optcenter_pipeline.engine.row_matrix import Floats

_MOST_DECIMALS = 6
_EXACT = 2.0**46
"""Sums of whole numbers up to here, scaled by the decimals, are exact with bits to spare."""


def granularity(coefficients: Floats) -> float:
    """The largest g of which every coefficient is a whole multiple, as decimals of up to six places; 0 for none.

    A sum of some of the coefficients is then a multiple of g as well: no value lies strictly between two of them.

    Args:
        coefficients: of columns that are 0 or 1. Shape (columns,).
    """
    sizes = np.abs(coefficients[coefficients != 0])
    if not len(sizes):
        return 0.0
    for decimals in range(_MOST_DECIMALS + 1):
        scaled = sizes * 10.0**decimals
        if scaled.sum() > _EXACT:
            return 0.0
        whole = np.round(scaled)
        if np.all(whole / 10.0**decimals == sizes):
            return float(np.gcd.reduce(whole.astype(np.int64))) / 10.0**decimals
    return 0.0


def rounded_bound(bound: float, step: float, *, maximise: bool, resolution: float) -> float:
    """A bound moved to the nearest multiple of the step that it does not exclude.

    Args:
        bound: what no portfolio can beat.
        step: of the stage; 0 leaves the bound as it is.
        maximise: the bound is an upper one.
        resolution: by how much the bound itself may be off.
    """
    if not is_told_apart(bound, step, resolution=resolution):
        return bound
    slack = _slack(bound, resolution)
    return (math.floor((bound + slack) / step) if maximise else math.ceil((bound - slack) / step)) * step


def is_told_apart(bound: float, step: float, *, resolution: float) -> bool:
    """Whether a bound that may be off by its resolution can be rounded to a multiple of the step; see
    `rounded_bound`."""
    return step > 0 and math.isfinite(bound) and _slack(bound, resolution) < step / 2


def _slack(bound: float, resolution: float) -> float:
    return resolution + 1e-9 * abs(bound)
