"""Columns that do not fit together with all that they need, or that too many others need."""

import numpy as np
import scipy.sparse as sp

from optcenter_pipeline.engine.presolve.fixings import narrowed
from optcenter_pipeline.engine.presolve.graph import implications
from optcenter_pipeline.engine.presolve.overruns import MOST_STEPS, overruns, steps, switches
from optcenter_pipeline.engine.presolve.reduced_model import ReducedModel


def closure_bounds(model: ReducedModel) -> ReducedModel:
    """Fix columns by looking at each row with all that a column needs, and with all that needs it.

    Rows x_k - x_j <= 0 say that k needs j. Where x_k = 1, everything that k needs, step by step, is 1. If a row
    then breaks even with the other columns where they help it most (a cap that k fits into alone, but not with its
    prerequisites; an exclusive pair among them), no portfolio has x_k = 1. Where x_j = 0, everything that needs j
    is 0. If a row then breaks (a floor out of reach), every portfolio has x_j = 1. Each says what is true of every
    portfolio, so all hold at once; a row counts as broken beyond twice what it is granted. Where there is too much
    to follow, only some steps are: what a column needs for certain, if not all of it.

    Args:
        model: any.

    Returns:
        The model without the fixed columns; the same object where nothing was found.
    """
    edges, free = implications(model), switches(model)
    usable = free[edges.first] & free[edges.second]
    if not usable.any():
        return model
    low, high = edges.first[usable], edges.second[usable]
    never, always = overruns(
        model, _reachable(sp.csr_array((np.ones(len(low)), (low, high)), shape=2 * (len(free),)))
    )
    always &= ~never
    if not (never.any() or always.any()):
        return model
    return narrowed(model, np.where(always, 1.0, model.lower), np.where(never, 0.0, model.upper))


def _reachable(graph: sp.csr_array) -> sp.csr_array:
    """From where to where edges lead, no edge at all included; in a few steps only where all would be too much."""
    reached = sp.csr_array(graph + sp.identity(graph.shape[0], format="csr"))
    while steps(reached, reached) <= MOST_STEPS:
        further = sp.csr_array(reached @ reached)
        if further.nnz == reached.nnz:
            break
        reached = further
        reached.data[:] = 1.0
    reached.data[:] = 1.0
    return reached
