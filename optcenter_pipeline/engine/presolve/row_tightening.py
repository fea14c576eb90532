"""Rows as tight as whole numbers allow, and none that holds whatever happens."""

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from optcenter_pipeline.engine.presolve.activity import CERTAIN, GRANTED, UNIT, Entries, entries_of, reach
from optcenter_pipeline.engine.presolve.reduced_model import SHORTFALL, Integers, ReducedModel
from optcenter_pipeline.engine.row_matrix import Bools, Floats

_DECIMALS = 6
"""Of numbers that count as whole ones in a smaller unit, at most."""
_LARGEST_WHOLE = 2.0**50
_SAMPLE = 8
"""Coefficients of a row that mostly show that its bounds are whole multiples already."""

_CLEARLY = 1e-6
"""Relative: by how much a coefficient or bound must move to be worth it."""
_SAME_SCALE = 4e-9
"""A slack of so much, relative to a row's numbers, is no more than the row itself would be granted."""


def row_tightening(model: ReducedModel) -> ReducedModel:
    """Drop sides of rows that always hold, round bounds to what sums can be, clip coefficients.

    What stands here about `<=` holds for `>=` with all signs turned.

    - *Idle sides.* With every column where it hurts most the side still holds, within half of what the exact
      recheck grants (within nothing where a shortfall would make up for it): no point breaks it.
    - *Rounding.* Where all columns are whole numbers in every portfolio and all coefficients are multiples of g, a
      portfolio's sum is one, too: it keeps `<= b` within its slack only if it is at most the largest multiple of g
      below b + slack. Coefficients count as multiples where they are the doubles next to whole multiples of a power
      of ten (people type decimals); that the doubles miss these by a little stays within the slack. Rows whose
      slack is not far below g are left alone.
    - *Clipping.* Let M be the most that a·x can be, and d = M - b > 0. Without a 0/1 column of coefficient
      a_j > d the row says nothing: the rest is at most M - a_j < b. With it, it asks the rest to be at most
      b - a_j. Both stay so when a_j becomes d and b becomes b - (a_j - d); M - b is d as before, so one column
      follows the other. A column with a_j < -d is the same with 1 - x_j in place of x_j: a_j becomes -d, b stays.
      In a floor whose coefficients are all positive a_j becomes the floor itself. What a row is granted was
      reckoned from its own numbers; where the new ones are smaller by far, b + slack takes the place of b, so that
      nothing is cut off that is granted.

    So the portfolios are the same, whatever is added to them later, and what stages gain is untouched. Between
    them, for continuous columns, some points are cut off, of which none is a portfolio.

    Args:
        model: any.

    Returns:
        The model with the same columns; the same object where nothing was found.
    """
    least, greatest = reach(entries_of(model.matrix), model.lower, model.upper)
    granted = CERTAIN * model.row_slacks[0]
    granted[np.isinf(least) | np.isinf(greatest)] = 0.0
    above = (greatest <= model.row_upper + granted) & np.isfinite(model.row_upper)
    below = (least >= model.row_lower - granted) & np.isfinite(model.row_lower)
    lower, upper = np.where(below, -np.inf, model.row_lower), np.where(above, np.inf, model.row_upper)
    kept = np.isfinite(lower) | np.isfinite(upper)
    if above.any() or below.any() or not kept.all():
        model = replace(model, row_lower=lower, row_upper=upper).with_rows(kept)
    return _clipped(_rounded(model), least[kept], greatest[kept])


def _rounded(model: ReducedModel) -> ReducedModel:
    """Bounds at multiples of what the rows' coefficients have in common."""
    whole = model.integer | (model.families != SHORTFALL)
    lengths = np.diff(model.matrix.indptr)
    rows = np.flatnonzero(lengths)
    for most in (_SAMPLE, None):
        entries = entries_of(model.matrix, rows, most)
        lower, upper = _at_multiples(model, rows, *_common_parts(entries, whole))
        moved = (lower != model.row_lower[rows]) | (upper != model.row_upper[rows])
        if not moved.any():
            return model
        rows = rows[moved]
    row_lower, row_upper = model.row_lower.copy(), model.row_upper.copy()
    row_lower[rows], row_upper[rows] = lower[moved], upper[moved]
    return replace(model, row_lower=row_lower, row_upper=row_upper)


def _common_parts(entries: Entries, whole: Bools) -> tuple[Floats, Floats]:
    """What the coefficients of each row are multiples of, as (whole number, the power of ten to divide it by).

    Shapes (rows,); (0, 1) for rows that have none, or columns that are not whole numbers.
    """
    fitting = entries.none(~whole[entries.columns])
    scale = np.zeros(len(entries.rows))
    for power in range(_DECIMALS + 1):
        numbers = np.rint(entries.data * 10.0**power)
        misses = (numbers / 10.0**power != entries.data) | (np.abs(numbers) > _LARGEST_WHOLE)
        scale[fitting & (scale == 0) & entries.none(misses)] = 10.0**power
        if (scale[fitting] > 0).all():
            break
    numbers = np.rint(np.abs(entries.data) * scale[entries.line]).astype(np.int64)
    parts = np.gcd.reduceat(numbers, entries.starts) if len(numbers) else np.zeros(0)
    return parts.astype(np.float64), np.where(scale > 0, scale, 1.0)


def _at_multiples(model: ReducedModel, rows: Integers, parts: Floats, scale: Floats) -> tuple[Floats, Floats]:
    """(lower, upper) of the rows: what lies between two multiples of parts / scale, at the one inside."""
    lower, upper = model.row_lower[rows], model.row_upper[rows]
    slack = GRANTED * model.row_slacks[1][rows]
    fine = _much_smaller(slack, parts, scale)
    rounded_lower, rounded_upper = -_multiple(slack - lower, parts, scale), _multiple(upper + slack, parts, scale)
    raised = fine & (rounded_lower > lower + _CLEARLY * parts / scale)
    lowered = fine & (rounded_upper < upper - _CLEARLY * parts / scale)
    rounded_lower = np.where(raised, rounded_lower, lower)
    rounded_upper = np.where(lowered, rounded_upper, upper)
    met = rounded_lower <= rounded_upper
    return np.where(met, rounded_lower, lower), np.where(met, rounded_upper, upper)


def _much_smaller(slack: Floats, parts: Floats, scale: Floats) -> Bools:
    """Where sums that are multiples of parts / scale keep a bound for sure, or miss it for sure."""
    return np.asarray((parts > 0) & (slack * scale < 0.25 * parts))


def _multiple(bound: Floats, parts: Floats, scale: Floats) -> Floats:
    """The largest multiple of parts / scale up to a bound; the bound itself where parts is 0."""
    number = np.floor(bound * scale / np.where(parts > 0, parts, 1.0))
    usable = (parts > 0) & (np.abs(number) < _LARGEST_WHOLE)
    return np.where(usable, np.where(usable, number, 0.0) * parts / scale, bound)


def _clipped(model: ReducedModel, least: Floats, greatest: Floats) -> ReducedModel:
    """No coefficient larger than what the row's sum can miss its bound by.

    Args:
        model: without idle sides.
        least, greatest: what each row can come to. Shapes (rows,).
    """
    risen = np.isfinite(model.row_upper)
    one_sided = risen != np.isfinite(model.row_lower)
    bound = np.where(one_sided, np.where(risen, model.row_upper, -model.row_lower), 0.0)
    most = np.where(one_sided, np.where(risen, greatest, -least), np.inf)
    lengths = np.diff(model.matrix.indptr)
    binary = model.integer & (model.lower == 0) & (model.upper == 1)
    limit = np.repeat((most - bound) * (1 + _CLEARLY), lengths)
    large = (np.abs(model.matrix.data) > limit) & binary[model.matrix.indices]
    rows = np.unique(np.repeat(np.arange(model.height), lengths)[large])
    entries = entries_of(model.matrix, rows)
    bound, room, loosened = _exact_bounds(model, entries, bound[rows], most[rows])
    sizes = np.abs(entries.data)
    error = (entries.lengths + 16) * UNIT * entries.summed(sizes)
    fit = (room > model.row_slacks[1][rows]) & (error < 0.1 * model.row_slacks[0][rows])
    room = np.where(fit, room, np.inf)[entries.line]
    clipped = (sizes > room * (1 + _CLEARLY)) & binary[entries.columns]
    if not clipped.any():
        return model
    sign = np.where(risen[rows], 1.0, -1.0)
    signed = entries.data * sign[entries.line]
    excess = np.where(clipped, sizes - room, 0.0)
    data, row_lower, row_upper = model.matrix.data.copy(), model.row_lower.copy(), model.row_upper.copy()
    data[entries.places[clipped]] = np.copysign(room, entries.data)[clipped]
    bound = bound - entries.summed(np.where(signed > 0, excess, 0.0))
    touched = entries.largest(excess) > 0
    up, down = touched & risen[rows], touched & ~risen[rows]
    row_upper[rows[up]], row_lower[rows[down]] = bound[up], -bound[down]
    matrix = sp.csr_array((data, model.matrix.indices, model.matrix.indptr), shape=model.matrix.shape)
    origins = model.row_origins.copy()
    within = np.zeros(model.height, dtype=np.bool_)
    within[rows[touched & loosened]] = True
    spent = np.repeat(within, np.diff(origins.indptr))
    origins.data[spent] = -np.abs(origins.data[spent])
    return replace(model, matrix=matrix, row_lower=row_lower, row_upper=row_upper, row_origins=origins)


def _exact_bounds(
    model: ReducedModel, entries: Entries, bound: Floats, most: Floats
) -> tuple[Floats, Floats, Bools]:
    """(the bound that just what is granted keeps, most less this bound, whether the slack is in it) of some rows.

    Shapes (rows,).
    """
    # what a portfolio misses a goal by is its shortfall, exactly: nothing is granted beside that
    is_goal = ~entries.none(model.families[entries.columns] == SHORTFALL)
    slack = np.where(is_goal, 0.0, model.row_slacks[1][entries.rows])
    parts, scale = _common_parts(entries, model.integer | (model.families != SHORTFALL))
    whole = _multiple(bound + GRANTED * slack, parts, scale)
    fine = _much_smaller(GRANTED * slack, parts, scale) & (whole <= bound + CERTAIN * slack)
    loose = ~fine & (slack > _SAME_SCALE * (most - bound))
    spent = np.asarray((model.row_origins[entries.rows] < 0).sum(axis=1)) > 0
    # a slack is given once
    most = np.where(loose & spent, bound, most)
    bound = np.where(fine, whole, np.where(loose, bound + slack, bound))
    room = most - bound
    whole_room = np.rint(room * scale / np.maximum(parts, 1.0)) * parts / scale
    return bound, np.where(fine, whole_room, room), loose
