"""Which columns have to be whole numbers: the fewer, the less there is to branch on."""

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from optcenter_pipeline.engine.presolve.cost_only_columns import only_costs
from optcenter_pipeline.engine.presolve.graph import implications
from optcenter_pipeline.engine.presolve.reduced_model import CANDIDATE, SHORTFALL, Integers, ReducedModel
from optcenter_pipeline.engine.row_matrix import Bools, Floats


def integrality(model: ReducedModel) -> ReducedModel:
    """Let candidates that only cost be continuous where what needs them is whole, bonuses made whole for that.

    Fix the whole columns of the new model. A candidate j that only costs (`cost_only_columns`) may be lowered to
    the largest of its dependents, with no row, no stage and no row that is added later the worse for it. Where all
    dependents are whole numbers, or are such candidates themselves, that is 0 or 1; so the mixed model has a
    portfolio that is no worse than its best point, and `Settling` reads it. A synergy is 0 or 1 in every portfolio,
    so it may be asked to be whole. That is done where it frees as many candidates or more: for each set of
    synergies and candidates that hang together, and without it candidates are freed that need it not. What earns
    by itself and has folded cost does not only cost, and stays whole; so does what another freed candidate needs.

    Rounding: not `value > 0.5` of the solver's point. A freed candidate that nothing needs may be 0.7 there where
    tokens are left for 0.7 of it but not for all of it. `Settling` puts it where its dependents are.
    """
    edges = implications(model)
    free = only_costs(model, edges) & model.integer & (model.families == CANDIDATE)
    synergy = ~model.integer & (model.families != SHORTFALL)
    if not free.any():
        return model
    into = free[edges.second]
    first, second = edges.first[into], edges.second[into]
    asks = synergy[first]
    worthwhile = _worthwhile(model.width, first[asks], second[asks], free)
    free[second[asks & ~worthwhile[second]]] = False
    whole = np.zeros(model.width, dtype=np.bool_)
    whole[first[asks & free[second]]] = True
    # what another freed candidate needs is worth a branch: at 0 it takes all that hangs on it away at once
    free[second[free[first] & free[second]]] = False
    if not free.any():
        return model
    return replace(model, integer=(model.integer & ~free) | whole)


def _worthwhile(width: int, first: Integers, second: Integers, free: Bools) -> Bools:
    """The columns that hang together with at least as many candidates to free as synergies to make whole."""
    graph = sp.csr_array((np.ones(len(first)), (first, second)), shape=(width, width))
    count, part = sp.csgraph.connected_components(graph, directed=False)
    synergies = np.zeros(width, dtype=np.bool_)
    synergies[first] = True
    asked, freed = (np.bincount(part[columns], minlength=count) for columns in (synergies, free))
    return np.asarray((freed >= asked)[part])


@dataclass(frozen=True)
class Settling:
    """Reads the portfolio in a point of a model with freed candidates, see `integrality`."""

    freed: Bools
    integer: Bools
    dependents: sp.csr_array
    """Where x_k - x_j <= 0 with j freed, an entry in line k, column j."""

    @classmethod
    def of(cls, model: ReducedModel) -> "Settling":
        """For the points of this model."""
        freed = ~model.integer & (model.families == CANDIDATE)
        edges = implications(model)
        into = freed[edges.second]
        ones = np.ones(np.count_nonzero(into))
        dependents = sp.csr_array((ones, (edges.first[into], edges.second[into])), shape=(model.width, model.width))
        return cls(freed, model.integer, dependents)

    def settled(self, point: Floats) -> Floats:
        """Whole columns rounded, freed candidates 1 where one of their dependents is and else 0, the rest as it is.

        Args:
            point: keeps the model's rows within the solver's tolerance. Shape (columns,).
        """
        settled = np.where(self.integer, np.round(point), point)
        settled[self.freed] = 0.0
        settled[self._reached_from(np.flatnonzero(settled > 0.5))] = 1.0
        return settled

    def _reached_from(self, funded: Integers) -> Integers:
        """The freed candidates that these need, step by step."""
        graph, width = self.dependents, len(self.freed)
        source = np.append(graph.indices, funded)
        lines = sp.csr_array(
            (np.ones(len(source)), source, np.append(graph.indptr, len(source))), shape=(width + 1, width + 1)
        )
        found = sp.csgraph.breadth_first_order(lines, width, directed=True, return_predecessors=False)
        found = found[found < width]
        return np.asarray(found[self.freed[found]])
