"""All points of a frontier by one warm search, each with what the others have shown."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from optcenter_pipeline.engine.figures import clean
from optcenter_pipeline.engine.holds import HOLD_FAMILY, relative_gap
from optcenter_pipeline.engine.linear_model import Point
from optcenter_pipeline.engine.staged import Clock
from optcenter_pipeline.explain.base_plan import BasePlan, Cancel
from optcenter_pipeline.explain.documents import FrontierPoint
from optcenter_pipeline.explain.frontier_axis import Axis, relevant_stages
from optcenter_pipeline.explain.warm_search import Found, WarmSearch
from optcenter_pipeline.rules.linear import LinearRow

NODES_OF_A_POINT = 20
"""Nodes that one point's search may take: what is not proven by then is told with its bound."""

NODES_OF_A_GLANCE = 5


@dataclass(frozen=True, slots=True)
class _Entry:
    """A portfolio that was found, for whichever x."""

    point: Point
    x: float
    y: float
    tokens: float


@dataclass(slots=True)
class _Target:
    """One x, and what is known of it."""

    x: float
    bound: float
    is_impossible: bool = False
    is_searched: bool = False


class Sweep:
    """The searches of one frontier: the loosest x first, then the tightest, then those between, loosening.

    Args:
        plan: the run.
        axis: what x is.
        clock: the analysis's time.
        cancel: asked often.
    """

    def __init__(self, plan: BasePlan, axis: Axis, clock: Clock, cancel: Cancel) -> None:
        self._plan = plan
        self._axis = axis
        self._gap = plan.options.mip_gap
        stages = relevant_stages(plan, axis)
        self._y = stages[0]
        self._economy = axis.question.plan.economy
        self._search = WarmSearch(
            axis.question, stages, self._economy, options=plan.options, clock=clock, cancel=cancel
        )
        self._x_row = self._search.add(axis.row(-math.inf if axis.is_floor else math.inf))
        self._y_row = self._search.add(LinearRow(HOLD_FAMILY, self._y.terms, (), "the objective is held"))
        self._pool: list[_Entry] = []
        self._keep(plan.point)
        self.messages: list[str] = []

    def points(self, count: int, low: float | None, high: float | None) -> tuple[FrontierPoint, ...]:
        """See `frontier`."""
        axis = self._axis
        given_loosest, given_tightest = (low, high) if axis.is_floor else (high, low)
        most = self._search.best(self._y, start=self._first(self._pool).point, nodes=NODES_OF_A_POINT)
        self._keep(most.point)
        extreme = self._extreme()
        tightest = self._tightest() if given_tightest is None else given_tightest
        loosest = self._loosest() if given_loosest is None else given_loosest
        if axis.is_tighter(loosest, tightest):  # only one end was given, and it lies beyond the other
            loosest = tightest = loosest if given_tightest is None else tightest
        values = axis.grid(loosest, tightest, count, is_open=given_loosest is None)
        targets = [_Target(x, most.bound) for x in values]
        for target in reversed(targets):
            if self._search.is_stopped:
                self.messages.append(self._stopped(targets))
                break
            self._solve(target, extreme)
        return tuple(sorted(self._told(targets), key=lambda point: point.x))

    def _solve(self, target: _Target, extreme: Found) -> None:
        """The best y at one x, with the fewest tokens where that is cheap."""
        target.is_searched = True
        allowed = self._allowed(target.x)
        if not allowed and self._axis.is_beyond(target.x, extreme.bound):
            target.is_impossible = True
            return
        start = self._first(allowed) if allowed else None
        if start is None or relative_gap(start.y, target.bound) > self._gap:
            self._ask(self._x_row, target.x)
            point = start.point if start else None
            found = self._search.best(self._y, start=point, nodes=NODES_OF_A_POINT, seeks=start is None)
            target.is_impossible = found.is_infeasible
            target.bound = min(target.bound, found.bound)
            self._keep(found.point)
            self._save_tokens(found)
            self._search.move(self._x_row)

    def _save_tokens(self, found: Found) -> None:
        """The same y for fewer tokens, x still asked for."""
        if found.point is None or found.value is None or self._search.is_stopped:
            return
        self._search.move(self._y_row, lower=found.value)
        self._keep(self._search.best(self._economy, start=found.point, nodes=NODES_OF_A_GLANCE, glance=True).point)
        self._search.move(self._y_row)

    def _extreme(self) -> Found:
        """The tightest x that any portfolio keeps, as far as that is proven."""
        best: Callable[[_Entry], float] = (lambda e: -e.x) if self._axis.is_floor else (lambda e: e.x)
        start = min(self._pool, key=best)
        found = self._search.best(self._axis.stage, start=start.point, nodes=NODES_OF_A_POINT)
        self._keep(found.point)
        return found

    def _tightest(self) -> float:
        """The tightest x of a portfolio in hand."""
        values = [entry.x for entry in self._pool]
        return max(values) if self._axis.is_floor else min(values)

    def _loosest(self) -> float:
        """The tightest x of the best portfolio in hand: from there on a looser one buys nothing that was found."""
        best = self._first(self._pool)
        self._search.move(self._y_row, lower=best.y)
        found = self._search.best(self._axis.stage, start=best.point, nodes=NODES_OF_A_GLANCE, glance=True)
        self._search.move(self._y_row)
        self._keep(found.point)
        alike = [entry.x for entry in self._pool if entry.y >= best.y]
        return max(alike) if self._axis.is_floor else min(alike)

    def _ask(self, row: int, x: float) -> None:
        if self._axis.is_floor:
            self._search.move(row, lower=x)
        else:
            self._search.move(row, upper=x)

    def _keep(self, point: Point | None) -> None:
        if point is not None:
            y, tokens = self._y.terms.value(point), self._economy.terms.value(point)
            self._pool.append(_Entry(point, self._axis.value(point), y, tokens))

    def _allowed(self, x: float) -> list[_Entry]:
        return [entry for entry in self._pool if self._axis.keeps(entry.x, x)]

    @staticmethod
    def _first(entries: list[_Entry]) -> _Entry:
        """The most y, of those the fewest tokens, of those the one found first."""
        return min(entries, key=lambda entry: (-entry.y, entry.tokens))

    def _told(self, targets: list[_Target]) -> list[FrontierPoint]:
        """Targets, loosest first, as points: portfolios count where they are allowed, bounds where x is tighter."""
        told, bound = [], math.inf
        for target in targets:
            bound = min(bound, target.bound)
            if target.is_searched:
                told.append(self._point(target, bound))
        return told

    def _point(self, target: _Target, bound: float) -> FrontierPoint:
        is_current = target.x == self._axis.current
        allowed = self._allowed(target.x)
        if not allowed:
            certainty = "exact" if target.is_impossible else "found"
            return FrontierPoint(x=target.x, certainty=certainty, is_current=is_current)
        best = self._first(allowed)
        bound = max(bound, best.y)
        gap = relative_gap(best.y, bound)
        return FrontierPoint(
            x=target.x,
            y=clean(best.y),
            bound=clean(bound),
            mip_gap=clean(gap),
            certainty="exact" if gap <= self._gap else "found",
            tokens=clean(best.tokens),
            selected=self._plan.question.keys_of(best.point),
            is_current=is_current,
        )

    @staticmethod
    def _stopped(targets: list[_Target]) -> str:
        done = sum(target.is_searched for target in targets)
        return f"stopped before all points were searched: {done} of {len(targets)} are here"
