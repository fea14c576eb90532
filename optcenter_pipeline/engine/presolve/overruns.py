"""What a column cannot be, because of all the columns that would have to be the same."""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from optcenter_pipeline.engine.presolve.activity import GRANTED, entries_of, reach
from optcenter_pipeline.engine.presolve.reduced_model import SHORTFALL, Integers, ReducedModel
from optcenter_pipeline.engine.row_matrix import Bools, Floats

ROUNDED_DOWN = 1 - 1e-10
"""Takes off more than rounding can have added to a sum of a hundred thousand positive numbers."""

MOST_STEPS = 3e6
"""Products that one sparse matrix product may add up: some 0.03 s."""


def switches(model: ReducedModel) -> Bools:
    """The columns that are 0 or 1 in every portfolio, and could be either. Shape (columns,)."""
    whole = model.integer | (model.families != SHORTFALL)
    return np.asarray(whole & (model.lower == 0) & (model.upper == 1))


def rooms(model: ReducedModel, least: Floats, greatest: Floats) -> tuple[Floats, Floats]:
    """(how far each row may rise from its least value, how far fall from its greatest) before it breaks for sure.

    Args:
        model: the rows.
        least, greatest: what they can come to. Shapes (rows,).

    Returns:
        Infinite where there is no bound, or no least value. Shapes (rows,).
    """
    granted = GRANTED * model.row_slacks[1]
    return model.row_upper + granted - least, greatest - (model.row_lower - granted)


def overruns(model: ReducedModel, draws: sp.csr_array) -> tuple[Bools, Bools]:
    """Columns that cannot be 1 with all that they draw to 1, and those that cannot be 0 with all they draw to 0.

    Args:
        model: any.
        draws: an entry (j, i), 1, where x_j = 1 asks for x_i = 1, so x_i = 0 for x_j = 0; j itself among them. Only
            columns that are 0 or 1. Shape (columns, columns).

    Returns:
        (never 1, always 1): a row would be out of reach, whatever the other columns are. Shapes (columns,).
    """
    sides = _sides(model)
    return _beyond(draws, sides.rising, sides.room), _beyond(sp.csr_array(draws.T), sides.falling, sides.room)


def steps(one: sp.csr_array, other: sp.csr_array) -> float:
    """How many products of entries the product of two matrices adds up."""
    return float(np.bincount(one.indices, minlength=one.shape[1]) @ np.diff(other.indptr))


@dataclass(frozen=True)
class _Sides:
    """Bounds of rows, each as `sum <= bound`: what columns at 1, or at 0, add to the least sum.

    Shapes: rising, falling (columns, sides), 0 or more each; room (sides,).
    """

    rising: sp.csr_array
    falling: sp.csr_array
    room: Floats
    """How far the least sum lies below what may be granted at most."""


def _sides(model: ReducedModel) -> _Sides:
    least, greatest = reach(entries_of(model.matrix), model.lower, model.upper)
    above, below = rooms(model, least, greatest)
    tops, bottoms = _crowded(above, greatest - least), _crowded(below, greatest - least)
    sides = sp.csr_array(sp.vstack([model.matrix[tops], -model.matrix[bottoms]]))
    room = np.concatenate([above[tops], below[bottoms]])
    rising, falling = sides.maximum(0), (-sides).maximum(0)
    return _Sides(sp.csr_array(rising.T), sp.csr_array(falling.T), room)


def _crowded(room: Floats, width: Floats) -> Integers:
    """The rows that could break, and could hold."""
    return np.flatnonzero(np.isfinite(room) & (room >= 0) & (width > room))


def _beyond(draws: sp.csr_array, adds: sp.csr_array, room: Floats) -> Bools:
    """Columns whose draws add more to a side than there is room for; none where that is too much work."""
    many = np.flatnonzero(np.diff(draws.indptr) > 1)
    found = np.zeros(draws.shape[0], dtype=np.bool_)
    drawn = draws[many]
    if not len(many) or steps(drawn, adds) > MOST_STEPS:
        return found
    sums = sp.csr_array(drawn @ adds)
    over = sums.data * ROUNDED_DOWN > room[sums.indices]
    lines = np.repeat(many, np.diff(sums.indptr))
    found[lines[over]] = True
    return found
