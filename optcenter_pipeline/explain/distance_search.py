"""The portfolio that is farthest from others, in a question that stays in the solver."""

import math
from dataclasses import replace

import numpy as np

from optcenter_pipeline.engine.core_search import Aim
from optcenter_pipeline.engine.granularity import rounded_bound
from optcenter_pipeline.engine.linear_model import Point
from optcenter_pipeline.engine.row_matrix import Floats
from optcenter_pipeline.engine.search import Fixings, Relaxation, SearchLimits
from optcenter_pipeline.explain.least_count import Least
from optcenter_pipeline.explain.warm_search import Found, WarmSearch

_CORE = 100
"""Columns of the first core around the relaxation."""
_NEEDED_TOO = 30
_WIDER = 1.5
_LARGEST_SHARE = 0.7
"""A core of more of the columns than that is no smaller than the whole."""
_POOR = 0.7
"""Of what the relaxation promises: a portfolio of less is made better in blocks."""
_BLOCK = 100
"""Columns of the reduced model that are searched together."""
_PASSES = 2
_NODES_OF_A_BLOCK = 5
_WHOLE = 1e-6
"""What a whole number may be off."""


class DistanceSearch(WarmSearch):
    """A warm search with counts, the smallest of which is to be as large as possible."""

    def farthest(self, *, start: Point, nodes: int, glance: bool = False) -> Found:
        """The portfolio whose smallest count is largest; proven in whole numbers or not at all.

        Args:
            start: a portfolio that keeps the rows, to begin with; never lost.
            nodes: of branch and bound in one search, at most.
            glance: only what the relaxation, cores around it and blocks of columns show.

        Raises:
            SolverError: the solver gave no usable answer.
        """
        least = self._least
        if least is None:
            raise ValueError("no counts were given")
        costs = np.zeros(self._solver.width)
        costs[-1] = 1.0
        self._solver.set_objective(costs, 0.0, "max")
        gap = 0.5 / max(least.most, 1.0)  # less than 1 of any count
        limits = replace(self._limits(nodes), mip_gap=gap)
        best, bound = self._glanced(least, start, limits) if glance else self._proven(least, start, limits)
        value = least.value(best)
        return Found(best, value, max(math.floor(min(bound, least.most) + _WHOLE), value))

    def _proven(self, least: Least, start: Point, limits: SearchLimits) -> tuple[Point, float]:
        """(the best portfolio, what none exceeds)."""
        aim = Aim(maximise=True, step=1.0)
        point, search = self._searched(least.value, aim, replace(limits, seeks=False), start)
        return point or start, least.most if search is None else search.bound

    def _glanced(self, least: Least, start: Point, limits: SearchLimits) -> tuple[Point, float]:
        """(a good portfolio, what none exceeds)."""
        relaxation = None if self.is_stopped else self._solver.relax(limits)
        if relaxation is None:
            return start, least.most
        bound = rounded_bound(relaxation.bound, 1.0, maximise=True, resolution=self._solver.resolution)
        best = self._near_the_relaxation(
            least, start, relaxation, replace(limits, target=math.floor(bound + _WHOLE))
        )
        for number in range(_PASSES):
            if least.value(best) >= _POOR * bound:
                break
            best = self._improved_by_blocks(least, best, limits, shift=number / _PASSES)
        return best, bound

    def _near_the_relaxation(
        self, least: Least, start: Point, relaxation: Relaxation, limits: SearchLimits
    ) -> Point:
        """The portfolio of the first core around the relaxation that has one, ever larger cores; else the start.

        The start is in none of them: it is as far from what is wanted as a portfolio can be.
        """
        solver, rounded = self._solver, np.round(relaxation.values)
        needed = ~solver.is_bounded | (np.abs(relaxation.values - rounded) > _WHOLE)
        needed[-1] = True
        order = np.argsort(np.where(needed, np.inf, np.abs(relaxation.reduced_costs)), kind="stable")
        least_needed, largest = int(needed.sum()), _LARGEST_SHARE * int(solver.integer.sum())
        size = float(max(_CORE, least_needed + _NEEDED_TOO))
        while size <= largest and not self.is_stopped:
            free = needed.copy()
            free[order[: int(size) - least_needed]] = True
            found = self._kept(solver.search(limits, fixings=Fixings(~free, rounded)).values)
            if found is not None:
                return found if least.value(found) > least.value(start) else start
            size = _WIDER * size + _NEEDED_TOO
        return start

    def _improved_by_blocks(self, least: Least, start: Point, limits: SearchLimits, *, shift: float) -> Point:
        """The start, made better in one block of columns after the other: small questions that it answers already.

        Where rules leave little room the solver finds no portfolio far from the start by itself.
        """
        best = start
        width = self._reduced.width
        blocks = math.ceil(width / _BLOCK)
        begin = round(shift * width / blocks) if blocks else 0
        for block in range(blocks if blocks > 1 else 0):
            incumbent = self._incumbent(least.value, best)
            if incumbent is None or self.is_stopped:
                break
            fixed = np.ones(self._solver.width, dtype=np.bool_)
            columns = np.arange(block * width // blocks, (block + 1) * width // blocks)
            fixed[(columns + begin) % width] = False
            fixed[-1] = False
            few = replace(limits, nodes=_NODES_OF_A_BLOCK)
            search = self._solver.search(few, start=incumbent.values, fixings=Fixings(fixed, incumbent.values))
            found = self._kept(search.values)
            if found is not None and least.value(found) > least.value(best):
                best = found
        return best

    def _kept(self, values: Floats | None) -> Point | None:
        """The portfolio that a point stands for; None where it breaks a row."""
        point = None if values is None else self._portfolio(values)
        return None if point is None or self._broken(point) else point
