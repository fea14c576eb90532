"""A run with some of its rows changed, searched again by its own stages, so many times at most."""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from optcenter_pipeline.engine.figures import clean
from optcenter_pipeline.engine.linear_model import Point
from optcenter_pipeline.engine.objective import ECONOMY, Plan, Stage
from optcenter_pipeline.engine.portfolio_search import search_portfolio
from optcenter_pipeline.engine.staged import Clock, Staged
from optcenter_pipeline.explain.base_plan import BasePlan, Cancel
from optcenter_pipeline.explain.documents import Certainty
from optcenter_pipeline.rules.linear import LinearRow, Terms

_NO_ECONOMY = Stage(ECONOMY, "economy", Terms((), ()))
"""Where only the objective is asked for and no tolerance lets it vary, nobody needs the last tokens."""
_NODES = 30_000
_FEWEST_NODES = 30
_FINE = 3
"""Nodes of one search: so many over the number of candidates, and no fewer than these."""


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
        most: work at most: a search to the run's own gap is `_FINE`, one to an analysis's gap 1.
        left: seconds that are left, None without a limit.
        cancel: True ends it.
    """

    def __init__(self, plan: BasePlan, most: int, left: Callable[[], float | None], cancel: Cancel) -> None:
        self.plan = plan
        self._rows = plan.question.model.rows
        self._left_to_search = most
        self._left = left
        self._cancel = cancel
        options = plan.question.snapshot.solver
        self._gap = options.mip_gap
        nodes = max(_NODES // max(len(plan.question.model.columns.candidates), 1), _FEWEST_NODES)
        given = options.node_limit
        self._options = options.model_copy(update={"node_limit": nodes if given is None else min(nodes, given)})
        stages = plan.question.plan.stages
        self.is_strict = plan.question.plan.goals is None and all(stage.tolerance == 0 for stage in stages)
        """Nothing gives way: what is best stays so for as long as it is allowed."""
        self.is_monotone = self.is_strict and plan.question.plan.first.is_kpi
        """Fewer rules never make the objective less."""

    @property
    def is_over(self) -> bool:
        """Whether searches, time or patience are used up."""
        return self._left_to_search <= 0 or self.is_stopped

    @property
    def is_stopped(self) -> bool:
        """Whether time or patience is used up."""
        left = self._left()
        return self._cancel() or (left is not None and left <= 0)

    def allow(self, searches: int) -> None:
        """So many searches to the run's own gap more."""
        self._left_to_search = max(self._left_to_search, 0) + searches * _FINE

    def unchanged(self) -> Varied:
        """The run as it is, where a change is known to leave it so."""
        certainty: Certainty = "exact" if self.plan.result.status == "optimal" else "found"
        return Varied(clean(self.plan.objective), None, certainty)

    def without(self, numbers: Collection[int], *, roughly: bool = False) -> Varied | None:
        """The objective of the run without some rows; None where it is not searched any more.

        Args:
            numbers: of the rows.
            roughly: to the gap of an analysis (`BasePlan.options`) rather than to the run's own.
        """
        plan = self.plan.question.plan
        plan = replace(plan, economy=_NO_ECONOMY) if self.is_strict else plan
        return self._told(self.staged(self.remaining(numbers), plan, roughly=roughly))

    def instead(self, number: int, row: LinearRow, *, roughly: bool = False) -> Varied | None:
        """The run with another row in place of one; None where it is not searched any more."""
        return self._told(self.staged(self.replaced(number, row), self.plan.question.plan, roughly=roughly))

    def remaining(self, numbers: Collection[int]) -> list[LinearRow]:
        """The run's rows without some."""
        return [row for number, row in enumerate(self._rows) if number not in numbers]

    def replaced(self, number: int, row: LinearRow) -> list[LinearRow]:
        """The run's rows with another in place of one."""
        return [row if other == number else kept for other, kept in enumerate(self._rows)]

    def staged(
        self, rows: Sequence[LinearRow], plan: Plan, *, roughly: bool = False, in_full: bool = False
    ) -> Staged | None:
        """A search over these rows by these stages; None where none is left.

        Args:
            rows: in place of the run's.
            plan: in place of the run's.
            roughly: to the gap of an analysis rather than to the run's own.
            in_full: to no gap at all; nodes and time limit it as any other.
        """
        if self.is_over:
            return None
        self._left_to_search -= 1 if roughly else _FINE
        question = self.plan.question.with_model_rows(rows).with_plan(plan)
        clock = Clock(time.perf_counter(), self._left())
        gap = 0.0 if in_full else self.plan.options.mip_gap if roughly else self._gap
        options = self._options.model_copy(update={"mip_gap": gap})
        return search_portfolio(
            question, options=options, clock=clock, start=self.plan.point, cancel=self._cancel
        ).staged

    def _told(self, staged: Staged | None) -> Varied | None:
        if staged is None:
            return None
        if staged.ending == "infeasible":
            return Varied(None, None, "exact")
        if staged.point is None:
            return None
        ahead = [stage for stage in staged.stages if stage.kind != "economy"]
        is_whole = staged.ending == "done" and len(ahead) == self.plan.question.plan.length - 1
        is_proven = (
            is_whole and all(stage.mip_gap <= self._gap for stage in ahead) and self.plan.result.status == "optimal"
        )
        first = next((stage for stage in ahead if stage.kind in ("kpi", "weighted")), None)
        lets_in, displaces = self._moves(staged.point)
        return Varied(
            objective=clean(self.plan.stage.terms.value(staged.point)),
            bound=None if first is None else clean(first.bound),
            certainty="exact" if is_proven else "found",
            lets_in=lets_in,
            displaces=displaces,
        )

    def _moves(self, point: Point) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """(funded there only, funded in the run only), in order of key."""
        question = self.plan.question
        before, after = question.keys_of(self.plan.point), question.keys_of(point)
        gone, come = frozenset(before) - frozenset(after), frozenset(after) - frozenset(before)
        return tuple(key for key in after if key in come), tuple(key for key in before if key in gone)
