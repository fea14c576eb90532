"""One candidate the other way: what no plan can beat, what plan was found, how far that is proven."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from optcenter_pipeline.engine.linear_model import Point
from optcenter_pipeline.engine.objective import Plan
from optcenter_pipeline.engine.portfolio_search import search_portfolio
from optcenter_pipeline.engine.refutation import Refutation
from optcenter_pipeline.engine.staged import Clock, Staged
from optcenter_pipeline.explain.base_plan import BasePlan, Cancel
from optcenter_pipeline.explain.why_cores import Cores
from optcenter_pipeline.explain.why_relaxation import TightRelaxation
from optcenter_pipeline.rules.linear import fixed_row

FORCED_FAMILY = "forced"
FORCED_ROW = "the other way"
"""Stands for a source row where a forced candidate is part of a conflict."""
_NODES = 30_000
_FEWEST_NODES = 30
"""Nodes of one search: so many over the number of candidates, and no fewer than these."""
_FAILURES = 3
_FAILURES_SHARE = 0.1
"""Cores that did not do until no more of them are searched: so many, and of those searched this share."""


@dataclass
class Flip:
    """One candidate the other way, as far as it is known."""

    column: int
    value: float
    """Of the candidate there, 0 or 1."""
    bound: float
    """What the first KPI stage cannot beat there; infinite where nothing is proven."""
    point: Point | None = None
    """The best plan found."""
    is_searched: bool = False
    is_exact: bool = False
    is_possible: bool = True


def is_strict(plan: Plan) -> bool:
    """Whether nothing gives way: the final portfolio has the best of the first KPI stage that is possible."""
    return plan.goals is None and plan.first.is_kpi and plan.first.tolerance == 0


class Flips:
    """The candidates that may be the other way.

    Args:
        plan: the run and its portfolio.
        columns: of these candidates.
        left: seconds that are left, None without a limit.
        cancel: True leaves the rest as it is.
    """

    def __init__(
        self, plan: BasePlan, columns: Sequence[int], left: Callable[[], float | None], cancel: Cancel
    ) -> None:
        self._plan = plan
        self._question = plan.question
        self._left = left
        self._cancel = cancel
        self._is_strict = is_strict(plan.question.plan)
        gap = plan.question.snapshot.solver.mip_gap
        self._gap = gap
        self._is_proven = plan.result.status == "optimal"
        nodes = max(_NODES // max(len(plan.question.model.columns.candidates), 1), _FEWEST_NODES)
        given = plan.question.snapshot.solver.node_limit
        self._options = plan.question.snapshot.solver.model_copy(
            update={"node_limit": nodes if given is None else min(nodes, given)}
        )
        self._relaxation: TightRelaxation | None = None
        bound = self._bound_of_all()
        self.by_column = {column: Flip(column, 1.0 - plan.point[column], bound) for column in columns}

    def bound_all(self) -> None:
        """What no plan can beat, for each: by the relaxation with the candidate fixed."""
        if not self.by_column or self._is_over():
            return
        relaxation = self._relaxation = TightRelaxation(self._question)
        columns = relaxation.model.columns
        for flip in self.by_column.values():
            if self._is_over():
                return
            inner = int(columns.representative[flip.column])
            if inner < 0:
                flip.is_possible = float(columns.constant[flip.column]) == flip.value
            elif relaxation.base is not None:
                relaxed = relaxation.flipped(inner, flip.value)
                if isinstance(relaxed, Refutation):
                    flip.is_possible = False
                elif relaxed is not None:
                    flip.bound = min(flip.bound, relaxed.bound)

    def search(self, most: int, most_anew: int, *, in_full: bool) -> None:
        """Search plans for so many at most, the least decided first; each may settle others.

        Args:
            most: candidates that are searched.
            most_anew: of them, searches of the whole run from scratch, where a core does not do.
            in_full: whether what is settled within the run's gap is searched too.
        """
        waiting = sorted(self.by_column.values(), key=lambda flip: (-flip.bound, flip.column))
        decided = self._search_cores(waiting, most, in_full) if self._is_strict else 0
        left = min(most - decided, most_anew)
        for flip in waiting:
            if left <= 0 or self._is_over():
                break
            if flip.is_possible and not flip.is_exact and (in_full or not self.is_settled(flip)):
                self._search(flip)
                left -= 1

    def _search_cores(self, waiting: Sequence[Flip], most: int, in_full: bool) -> int:
        """Search cores for so many at most, until they do not do any more; how many that decided."""
        if self._relaxation is None:
            return 0
        enough = None if in_full else self._is_close
        cores = Cores(self._plan, self._relaxation, enough, self._left, self._cancel)
        searched = failures = 0
        for flip in waiting:
            if (
                searched >= most
                or cores.is_spent
                or self._is_over()
                or failures > _FAILURES + _FAILURES_SHARE * searched
            ):
                break
            if not flip.is_possible or (not in_full and self.is_settled(flip)):
                continue
            reached = cores.search(flip.column, flip.value, flip.point)
            searched += 1
            if reached is None:
                failures += 1
                continue
            flip.bound = min(flip.bound, reached.bound)
            flip.is_exact = self._is_proven and reached.is_whole
            if reached.point is not None:
                flip.is_searched = reached.is_whole
                flip.point = reached.point
                self._share(reached.point)
            failures += not (flip.is_exact or self.is_settled(flip))
        return searched - failures

    def reopen(self, flip: Flip) -> None:
        """Search one that was called impossible, though a portfolio has it so, unless a search called it that."""
        if not flip.is_searched and not self._is_over():
            self._search(flip)
        flip.is_possible = True

    def is_settled(self, flip: Flip) -> bool:
        """Whether the plan found is proven within the run's gap."""
        if flip.is_exact:
            return True
        if not (self._is_strict and self._is_proven) or flip.point is None:
            return False
        return self._is_close(self._plan.stage.terms.value(flip.point), flip.bound)

    def _is_close(self, value: float, bound: float) -> bool:
        return bound - value <= self._gap * abs(value)

    def _bound_of_all(self) -> float:
        """What no plan can beat in the first KPI stage, whoever is funded."""
        stages = self._plan.result.objective.stages
        return stages[0].bound if self._question.plan.first.is_kpi and stages else math.inf

    def _is_over(self) -> bool:
        left = self._left()
        return self._cancel() or (left is not None and left <= 0)

    def _search(self, flip: Flip) -> None:
        """The whole plan again, the candidate the other way."""
        row = fixed_row(FORCED_FAMILY, flip.column, flip.value, (), FORCED_ROW)
        clock = Clock(time.perf_counter(), self._left())
        question = self._question.with_rows([row])
        start = flip.point
        staged = search_portfolio(
            question, options=self._options, clock=clock, start=start, cancel=self._cancel
        ).staged
        flip.is_searched = True
        if staged.ending == "infeasible":  # with presolve and without, both times
            flip.is_possible = False
            return
        flip.is_exact = self._is_proven and self._is_whole(staged)
        if self._question.plan.first.is_kpi and staged.stages:
            flip.bound = min(flip.bound, staged.stages[0].bound)
        if staged.point is not None:
            flip.point = staged.point
            self._share(staged.point)

    def _is_whole(self, staged: Staged) -> bool:
        """Whether every stage but economy was searched, and proven."""
        ahead = [stage for stage in staged.stages if stage.kind != "economy"]
        is_whole = staged.ending == "done" and len(ahead) == self._question.plan.length - 1
        return is_whole and all(stage.proven for stage in ahead)

    def _share(self, point: Point) -> None:
        """A plan found for one candidate counts for all others that are the other way in it."""
        value = self._plan.stage.terms.value(point)
        for flip in self.by_column.values():
            if point[flip.column] != flip.value:
                continue
            flip.is_possible = True
            if flip.is_searched:
                continue
            if flip.point is None or value > self._plan.stage.terms.value(flip.point):
                flip.point = point
