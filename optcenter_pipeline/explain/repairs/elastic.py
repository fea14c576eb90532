"""The elastic model, asked with different levers: what is the least that has to give way?"""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from optcenter_pipeline.engine.highs import SolverModel
from optcenter_pipeline.engine.linear_model import Point
from optcenter_pipeline.engine.row_matrix import Bools, Floats
from optcenter_pipeline.engine.search import Fixings, SearchLimits
from optcenter_pipeline.engine.snapshot import SolverOptions
from optcenter_pipeline.explain.repairs.elastic_model import ElasticModel, ElasticRows, Mended
from optcenter_pipeline.explain.repairs.levers import Levers, Number
from optcenter_pipeline.rules.linear import Terms
from optcenter_pipeline.rules.names import SourceRow

_GAP = 5e-3
_MOST_FOR_FEWER = 8e-3
"""Of the least cost: what may be added to it so that fewer numbers change."""
_WORK_OF_A_SEARCH = 10_000_000
_LEAST_WORK = 500_000
_WORK_FOR_FEWER = 1_000_000
"""Nodes times coefficients. Counted, not timed, so that the same snapshot gives the same repairs on any machine."""
_MOST_NODES = 2_000
_NODES_NEARBY = 200


@dataclass
class Elastic:
    """One run's elastic model, asked with different levers.

    Args:
        levers: all that may be touched.
        around: True for the run's columns that the conflict's rows speak of. Shape (columns,).
        left: seconds until the caller's time limit, None without one.
        cancel: asked often; True ends a search.
        work: what a search for the cheapest way may take. Where that was not enough, the next ones get a quarter:
            with other levers of the same plan they seldom do better.
    """

    levers: Levers
    around: Bools
    left: Callable[[], float | None]
    cancel: Callable[[], bool]
    work: int = _WORK_OF_A_SEARCH

    @property
    def is_stopped(self) -> bool:
        """Whether no time is left, or somebody asked to cancel."""
        left = self.left()
        return self.cancel() or (left is not None and left <= 0)

    def cheapest(
        self,
        numbers: Sequence[Number],
        drops: Collection[SourceRow] = (),
        gone: Collection[SourceRow] = (),
        *,
        start: Point | None = None,
        near: Mended | None = None,
        gap: float = _GAP,
    ) -> Mended | None:
        """The cheapest way to a portfolio.

        Args:
            numbers: those that may change.
            drops: source rows that may be dropped.
            gone: source rows that are dropped, at no cost.
            start: a portfolio to begin with; passed over where it needs more than these levers.
            near: a way with other levers: looked at first is what differs from it where the conflict lies.
            gap: a search ends when its bound is no further from the best cost than this share of it.

        Returns:
            The best that was found; None where there is none, or a limit came first.
        """
        model = ElasticModel(self.levers, tuple(numbers), frozenset(drops), frozenset(gone))
        solver = self._solver(model)
        if solver is None:
            return None
        begin = None if start is None else model.values(start)
        if near is not None:
            begin = self._near(model, solver, near)
        found, has_ended = self._searched(model, solver, self.work, begin, gap)
        if not has_ended:
            self.work = max(self.work // 4, _LEAST_WORK)
        return found

    def fewest(self, numbers: Sequence[Number], cheapest: Mended) -> Mended:
        """As good as the cheapest way, with fewer numbers changed, where a short search finds one.

        Args:
            numbers: those that may change.
            cheapest: what `cheapest` found.
        """
        model = ElasticModel(self.levers, tuple(numbers), counts_changes=True)
        solver = self._solver(model)
        if solver is None:
            return cheapest
        most = max(cheapest.cost, cheapest.bound * (1 + _MOST_FOR_FEWER))
        prices = tuple(number.price for number in numbers)
        solver.add_row(Terms(model.slacks, prices), -math.inf, most)
        for slack, counter, price in zip(model.slacks, model.counters, prices, strict=True):
            solver.add_row(Terms((slack, counter), (1.0, -most / price)), -math.inf, 0.0)
        found, _ = self._searched(model, solver, _WORK_FOR_FEWER)
        if found is None or found.cost > most or len(found.amounts) >= len(cheapest.amounts):
            return cheapest
        return replace(found, bound=cheapest.bound)

    def _near(self, model: ElasticModel, solver: SolverModel, known: Mended) -> Floats | None:
        """A point of the model that differs from a known portfolio only where the conflict lies."""
        count = self.levers.question.model.candidate_count
        kept = np.zeros(solver.width, dtype=bool)
        kept[:count] = ~self.around[:count]
        values = np.zeros(solver.width)
        values[:count] = known.point[:count]
        limits = SearchLimits(_GAP, self.left, self.cancel, nodes=_NODES_NEARBY)
        return solver.search(limits, fixings=Fixings(kept, values)).values

    def _solver(self, model: ElasticModel) -> SolverModel | None:
        """A model in the solver; None where no time is left."""
        if self.is_stopped:
            return None
        arrays = model.arrays(self._rows)
        solver = SolverModel(arrays, model.slack_columns, self._options)
        solver.set_objective(model.costs, 0.0, "min")
        return solver

    def _searched(
        self,
        model: ElasticModel,
        solver: SolverModel,
        work: int,
        start: Floats | None = None,
        gap: float = _GAP,
    ) -> tuple[Mended | None, bool]:
        """The best that a search finds; once more, to tighter tolerances, where rounding breaks a row.

        Returns:
            It, and whether the search ended by itself.
        """
        nodes = min(_MOST_NODES, max(1, work // max(self._rows.matrix.nnz, 1)))
        limits = SearchLimits(gap, self.left, self.cancel, nodes=nodes)
        for _ in range(2):
            search = solver.search(limits, start=start)
            has_ended = search.exhausted or search.infeasible
            if search.values is None:
                return None, has_ended
            funded = search.values[: self.levers.question.model.candidate_count] > 0.5
            mended = model.read(self.levers.question.model.point(funded.tolist()), search.bound)
            if mended is not None or solver.is_lost:
                return mended, has_ended
            solver.tighten()
        return None, True

    @cached_property
    def _rows(self) -> "ElasticRows":
        return ElasticRows.of(self.levers)

    @property
    def _options(self) -> SolverOptions:
        own = self.levers.question.snapshot.solver
        return SolverOptions(threads=own.threads, seed=own.seed)
