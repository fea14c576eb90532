"""A run with some of its rows changed, searched again by its own stages, so many times at most."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from optcenter_pipeline.engine.figures import clean
from optcenter_pipeline.engine.linear_model import Point
from optcenter_pipeline.engine.objective import Plan
from optcenter_pipeline.engine.portfolio_search import search_portfolio
from optcenter_pipeline.engine.staged import Clock, Staged
from optcenter_pipeline.explain.base_plan import BasePlan, Cancel
from optcenter_pipeline.explain.documents import Certainty
from optcenter_pipeline.rules.linear import LinearRow


@dataclass(frozen=True, slots=True)
class Varied:
    """What a changed run came to."""

    objective: float | None
    """The first KPI stage's value in the final portfolio; None where no portfolio is possible."""
    bound: float | None
    certainty: Certainty
    lets_in: tuple[str, ...] = ()
    displaces: tuple[str, ...] = ()


class Variations:
    """Searches changed runs.

    Args:
        plan: the run as it is.
        most: searches at most.
        left: seconds that are left, None without a limit.
        cancel: True ends it.
    """

    def __init__(self, plan: BasePlan, most: int, left: Callable[[], float | None], cancel: Cancel) -> None:
        self.plan = plan
        self._left_to_search = most
        self._left = left
        self._cancel = cancel
        stages = plan.question.plan.stages
        self.is_strict = plan.question.plan.goals is None and all(stage.tolerance == 0 for stage in stages)
        """Nothing gives way: what is best stays so for as long as it is allowed."""
        self.is_monotone = self.is_strict and plan.question.plan.first.is_kpi
        """Fewer rules never make the objective less."""

    @property
    def is_over(self) -> bool:
        """Whether searches, time or patience are used up."""
        left = self._left()
        return self._left_to_search <= 0 or self._cancel() or (left is not None and left <= 0)

    def unchanged(self) -> Varied:
        """The run as it is, where a change is known to leave it so."""
        certainty: Certainty = "exact" if self.plan.result.status == "optimal" else "found"
        return Varied(clean(self.plan.objective), None, certainty)

    def solved(self, rows: Sequence[LinearRow]) -> Varied | None:
        """The run with these rows instead of its own; None where that is not searched any more."""
        staged = self.staged(rows)
        if staged is None:
            return None
        if staged.ending == "infeasible":
            return Varied(None, None, "exact")
        if staged.point is None:
            return None
        ahead = [stage for stage in staged.stages if stage.kind != "economy"]
        plan = self.plan.question.plan
        is_whole = staged.ending == "done" and len(ahead) == plan.length - 1
        is_proven = is_whole and all(stage.proven for stage in ahead) and self.plan.result.status == "optimal"
        first = next((stage for stage in ahead if stage.kind in ("kpi", "weighted")), None)
        lets_in, displaces = self._moves(staged.point)
        return Varied(
            objective=clean(self.plan.stage.terms.value(staged.point)),
            bound=None if first is None else clean(first.bound),
            certainty="exact" if is_proven else "found",
            lets_in=lets_in,
            displaces=displaces,
        )

    def staged(self, rows: Sequence[LinearRow], plan: Plan | None = None) -> Staged | None:
        """The search itself, by the run's stages or by others."""
        if self.is_over:
            return None
        self._left_to_search -= 1
        question = self.plan.question.with_model_rows(rows)
        question = question if plan is None else question.with_plan(plan)
        clock = Clock(time.perf_counter(), self._left())
        options = question.snapshot.solver
        return search_portfolio(
            question, options=options, clock=clock, start=self.plan.point, cancel=self._cancel
        ).staged

    def _moves(self, point: Point) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """(funded there only, funded in the run only), in order of key."""
        question = self.plan.question
        before, after = frozenset(question.keys_of(self.plan.point)), question.keys_of(point)
        return (
            tuple(key for key in after if key not in before),
            tuple(key for key in question.keys_of(self.plan.point) if key not in frozenset(after)),
        )
