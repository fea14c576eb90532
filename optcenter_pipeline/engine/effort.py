"""How hard each stage is searched: a plan's KPIs and goals to their proof, its economy for little."""

import numpy as np

from optcenter_pipeline.engine.core_search import Aim
from optcenter_pipeline.engine.granularity import granularity
from optcenter_pipeline.engine.objective import Stage

_ECONOMY_IN_FULL = 200
"""Columns up to which economy is searched beyond what its relaxation and a core of it prove."""
_NODES_OF_ECONOMY = 10
_GAPS_OF_ECONOMY = 10.0
"""Beyond that size, how many times the gap asked for economy may be from its relaxation without a search."""


def aim_of(stage: Stage, width: int) -> Aim:
    """What a stage's search is for.

    Args:
        stage: whose search it is.
        width: columns of the reduced model.
    """
    # a shortfall is no multiple of anything: it is continuous
    step = (
        0.0 if stage.kind == "goals" else granularity(np.asarray((*stage.terms.coefficients, stage.terms.constant)))
    )
    if stage.kind != "economy":
        return Aim(stage.sense == "max", step)
    is_small = width <= _ECONOMY_IN_FULL
    return Aim(maximise=False, step=step, is_thorough=is_small, gaps_that_do=1.0 if is_small else _GAPS_OF_ECONOMY)


def nodes_of_economy(nodes_of_first: int, width: int) -> int:
    """As many as the first stage took, or a few in a small model: nobody waits longer for the last tokens than for
    the plan."""
    return max(nodes_of_first, _NODES_OF_ECONOMY if width <= _ECONOMY_IN_FULL else 1)
