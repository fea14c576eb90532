"""Columns that are equal become one: bundles, and prerequisites that run in a circle."""

import numpy as np
import scipy.sparse as sp

from optcenter_pipeline.engine.presolve.graph import (
    contraction,
    equal_pairs,
    implications,
    without_empty_rows,
)
from optcenter_pipeline.engine.presolve.reduced_model import ReducedModel


def equalities(model: ReducedModel) -> ReducedModel:
    """Contract what rows say is equal.

    A row x_i - x_j = 0 says x_i <= x_j and x_j <= x_i. Where such steps, and those of rows x_i - x_j <= 0, lead
    from a column back to itself, x_i <= x_j <= … <= x_i: all columns on the way have one value at every point that
    keeps the rows, whole or not. So exactly the points of the model stay, and what every stage gains by them.
    """
    edges, pairs = implications(model), equal_pairs(model)
    if not len(edges) and not len(pairs):
        return model
    low = np.concatenate([edges.first, pairs.first, pairs.second])
    high = np.concatenate([edges.second, pairs.second, pairs.first])
    graph = sp.csr_array((np.ones(len(low)), (low, high)), shape=(model.width, model.width))
    count, circle = sp.csgraph.connected_components(graph, directed=True, connection="strong")
    if count == model.width:
        return model
    first_of_circle = np.full(count, model.width)
    np.minimum.at(first_of_circle, circle, np.arange(model.width))
    return without_empty_rows(model.substituted(contraction(first_of_circle[circle])))
