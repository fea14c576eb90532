"""x_u <= x_w need not be said where x_u <= x_v <= x_w is."""

import numpy as np
import scipy.sparse as sp

from optcenter_pipeline.engine.presolve.graph import are_among, implications
from optcenter_pipeline.engine.presolve.reduced_model import Integers, ReducedModel
from optcenter_pipeline.engine.row_matrix import Bools

_MOST_STEPS = 2e7
"""Of a product of two sparse matrices: about 0.1 s."""


def transitive_edges(model: ReducedModel) -> ReducedModel:
    """Drop the rows x_u - x_w <= 0 for which other such rows lead from u to w.

    What is dropped follows from what is kept: the way from u to w may use dropped rows itself, but each of these
    has a longer way in its place, and without a circle ways do not grow for ever. So the same points stay, whole
    or not. Nothing is added. Circles (see `equalities`) keep all their rows, and so does a model with any.
    """
    edges = implications(model)
    redundant = implied(edges.first, edges.second, model.width)
    if not redundant.any():
        return model
    kept = np.ones(model.height, dtype=np.bool_)
    kept[edges.rows[redundant]] = False
    return model.with_rows(kept)


def implied(low: Integers, high: Integers, width: int) -> Bools:
    """Which edges another way of two edges or more runs beside; none where the graph has a circle.

    Args:
        low: x[low] <= x[high]; the same edge may stand several times. Shape (edges,).
        high: see `low`.
        width: number of columns.
    """
    found = np.zeros(len(low), dtype=np.bool_)
    leaving, coming = np.bincount(low, minlength=width), np.bincount(high, minlength=width)
    forked, within = leaving[low] > 1, coming[low] > 0
    if not (forked & (coming[high] > 1)).any() or not within.any():
        return found
    inner = _graph(low[within], high[within], width)
    if sp.csgraph.connected_components(inner, directed=True, connection="strong")[0] < width:
        return found
    outer = _graph(low[forked], high[forked], width)
    reach = _reach(inner)
    if _steps(outer, reach) > _MOST_STEPS:
        return found
    longer = outer @ reach
    longer.data[:] = 1.0
    beside = sp.csr_array(outer.multiply(longer)).tocoo()
    known = np.sort(beside.coords[0].astype(np.int64) * width + beside.coords[1])
    return are_among(low * width + high, known)


def _graph(low: Integers, high: Integers, width: int) -> sp.csr_array:
    graph = sp.csr_array((np.ones(len(low)), (low, high)), shape=(width, width))
    graph.sum_duplicates()
    return graph


def _reach(graph: sp.csr_array) -> sp.csr_array:
    """From where to where edges lead, in few steps only where more would be too much."""
    while _steps(graph, graph) <= _MOST_STEPS:
        longer = sp.csr_array(graph + graph @ graph)
        longer.data[:] = 1.0
        if longer.nnz == graph.nnz:
            break
        graph = longer
    return graph


def _steps(one: sp.csr_array, other: sp.csr_array) -> float:
    """How many products of entries their product adds up."""
    return float(np.bincount(one.indices, minlength=one.shape[1]) @ np.diff(other.indptr))
