"""All reductions, one after the other, as long as that takes much away."""

import math
from collections.abc import Callable

from optcenter_pipeline.engine.linear_model import LinearModel
from optcenter_pipeline.engine.objective import Plan
from optcenter_pipeline.engine.presolve.cliques import cliques
from optcenter_pipeline.engine.presolve.closure_bounds import closure_bounds
from optcenter_pipeline.engine.presolve.cost_only_columns import cost_only_columns
from optcenter_pipeline.engine.presolve.dominated_columns import dominated_columns
from optcenter_pipeline.engine.presolve.fixings import fixings
from optcenter_pipeline.engine.presolve.gain_only_columns import gain_only_columns
from optcenter_pipeline.engine.presolve.integrality import integrality
from optcenter_pipeline.engine.presolve.parallel_rows import parallel_rows
from optcenter_pipeline.engine.presolve.reduced_model import ReducedModel, unreduced
from optcenter_pipeline.engine.presolve.row_tightening import row_tightening
from optcenter_pipeline.engine.presolve.transitive_edges import transitive_edges

Reduction = Callable[[ReducedModel], ReducedModel]

_REPEATED: tuple[Reduction, ...] = (
    fixings,
    row_tightening,
    cost_only_columns,
    gain_only_columns,
    transitive_edges,
    parallel_rows,
    closure_bounds,
    dominated_columns,
)
"""Each may find more behind the others, and nothing more behind itself; bundles and circles go with the folding."""
_LAST: tuple[Reduction, ...] = (cliques, integrality)
"""Once: they leave the others nothing new."""
_WORTH_A_ROUND = 0.1
"""A round that takes away less than this share of rows and columns is the last: what it opens is little again."""


def presolve(model: LinearModel, plan: Plan) -> ReducedModel:
    """A run's model, reduced; the reductions' docstrings say why each is exact.

    Args:
        model: the run's rows and columns.
        plan: its stages.

    Returns:
        The reduced model, with a line of `benefits` for each of `stage_list(plan)`. Where rules contradict each
        other it has rows or bounds that cannot hold, which the solver will find. A point of it is a portfolio
        after `Settling` and `columns.restore`.
    """
    return reduced(unreduced(model, plan))


def reduced(model: ReducedModel) -> ReducedModel:
    """A model after all reductions; see `presolve`."""
    before, seen = math.inf, dict[Reduction, ReducedModel]()
    while model.width + model.height < (1 - _WORTH_A_ROUND) * before:
        before = model.width + model.height
        for reduction in _REPEATED:
            if seen.get(reduction) is not model:
                model = seen[reduction] = reduction(model)
    for reduction in _LAST:
        model = reduction(model)
    return model
