"""Rows that say the same of the same columns become one."""

from dataclasses import replace

import numpy as np

from optcenter_pipeline.engine.presolve.graph import equal_lines, merged_rows, row_scales
from optcenter_pipeline.engine.presolve.reduced_model import ReducedModel


def parallel_rows(model: ReducedModel) -> ReducedModel:
    """Keep one of the rows whose coefficients are the same up to a factor, with the tightest of their bounds.

    l <= a·x <= u and l' <= f·a·x <= u' hold together exactly where max(l, l'/f) <= a·x <= min(u, u'/f) does, for
    f > 0; for f < 0 the ends change places. The same points stay. Coefficients count as the same only where, over
    the row's first one, they are the same doubles: that misses by 2^-52 of their size, and people's tolerance is
    1e-9. The first of the rows keeps its own scale; the others' origins become its own. Rows that leave no room
    between them all stay, for the solver to find that out.
    """
    matrix = model.matrix if model.matrix.has_sorted_indices else model.matrix.sorted_indices()
    starts = matrix.indptr.astype(np.int64)
    lengths = np.diff(starts)
    scale = row_scales(matrix)
    normal = matrix.data / np.repeat(scale, lengths)
    leaders = equal_lines(starts, matrix.indices.astype(np.int64), normal, lengths > 0)
    others = np.flatnonzero(leaders != np.arange(model.height))
    if not len(others):
        return model
    factor = scale[leaders[others]] / scale[others]
    ends = np.array([model.row_lower[others], model.row_upper[others]]) * factor
    lower, upper = model.row_lower.copy(), model.row_upper.copy()
    np.maximum.at(lower, leaders[others], ends.min(axis=0))
    np.minimum.at(upper, leaders[others], ends.max(axis=0))
    clash = lower > upper
    clashing = clash[leaders]
    leaders[clashing] = np.flatnonzero(clashing)
    lower, upper = np.where(clash, model.row_lower, lower), np.where(clash, model.row_upper, upper)
    return merged_rows(replace(model, row_lower=lower, row_upper=upper), leaders, scale)
