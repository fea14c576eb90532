"""Columns that only cost: they are as large as what needs them, and so become one with it."""

import numpy as np

from optcenter_pipeline.engine.presolve.equalities import equalities
from optcenter_pipeline.engine.presolve.folding import folded
from optcenter_pipeline.engine.presolve.graph import Edges, helping_entries, implications
from optcenter_pipeline.engine.presolve.reduced_model import SHORTFALL, ReducedModel
from optcenter_pipeline.engine.row_matrix import Bools


def cost_only_columns(model: ReducedModel) -> ReducedModel:
    """Fold columns that only cost into the one column that needs them, or into others that are needed as they are.

    Column j only costs when no stage gains by it (all benefits <= 0), its least value is 0, and more of it helps no
    row but those of its dependents k, x_k - x_j <= 0. Take any portfolio that keeps the rows: every column but
    shortfalls is 0 or 1, as synergies are at best. Lower x_j to the largest of its dependents, or to 0 without any.
    Each x_k - x_j <= 0 still holds; every other row of j allows whatever it allowed before, or more; no stage
    loses. The same is true of every row that is added later: a hold asks a stage for no less than a number, and a
    repairing cut follows from a row, so it asks for more of j only where that row does. Done for all such columns,
    dependents first (there is no circle: `equalities` come first), it yields a portfolio that is no worse in any
    stage, in which x_j = max of the dependents for all of them at once. So, keeping one such for every portfolio:

    (a) without dependents x_j = 0;
    (b) with the one dependent k x_j = x_k, and k has the benefits and the coefficients of both;
    (c) columns that only cost and have the same dependents are equal.

    Each makes more of the others, and so does leaving out rows that others imply: where y <= a, y <= b and b <= a,
    a is needed by b alone (`transitive_edges`). What k becomes by (b) only costs if k did: both parts then do.
    """
    model = equalities(model)
    edges = implications(model)
    return folded(model, edges, only_costs(model, edges), np.zeros(model.width))


def only_costs(model: ReducedModel, edges: Edges) -> Bools:
    """The columns that only cost, see `cost_only_columns`.

    Args:
        model: the model.
        edges: all its implications.
    """
    helps = helping_entries(model, rising=True) - np.bincount(edges.second, minlength=model.width)
    from_zero = np.asarray(model.lower == 0)
    unfit = (model.lower[edges.first] < 0) | (model.families[edges.first] == SHORTFALL)
    from_zero[edges.second[unfit]] = False
    return np.asarray((helps == 0) & (model.benefits <= 0).all(axis=0) & from_zero)
