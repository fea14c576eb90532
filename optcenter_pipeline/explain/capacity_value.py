"""What tokens under a limit are worth: the whole capacity and each cap, changed and solved again.

What is compared is the first KPI stage's value in the final portfolio. Never a dual value: the next token of an
integer plan mostly buys nothing, and the one that does buys much.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from optcenter_pipeline.engine.figures import clean
from optcenter_pipeline.engine.granularity import granularity
from optcenter_pipeline.engine.holds import hold_row
from optcenter_pipeline.engine.linear_model import row_tolerance
from optcenter_pipeline.engine.objective import Plan, Stage
from optcenter_pipeline.explain.base_plan import BasePlan, Cancel
from optcenter_pipeline.explain.capacity_value_rows import binding_rows
from optcenter_pipeline.explain.capacity_value_search import Variations, Varied
from optcenter_pipeline.explain.documents import BindingRow, CapacityStep, LimitValue
from optcenter_pipeline.rules import capacity_cap
from optcenter_pipeline.rules.linear import INFINITY, LinearRow, Terms

_WORK = 10_000
"""Candidates times searches."""
_FEWEST = 15
_STEPS_PCT = (-10, -5, -1, 1, 5, 10)
_CLEARLY_MORE = 1e-4
"""Of the best: what counts as more where the objective changes in no step that is known."""


def value_limits(
    plan: BasePlan, *, left: Callable[[], float | None] = lambda: None, cancel: Cancel = lambda: False
) -> tuple[tuple[LimitValue, ...], tuple[BindingRow, ...]]:
    """What the tokens under each limit are worth, and the rows without which the plan would be better.

    Args:
        plan: the run and its portfolio.
        left: seconds that are left, None without a limit; the same input gives the same answer without one.
        cancel: True ends it with what is known by then.

    Returns:
        (limits: the whole capacity first, then caps that bind, then the others; binding rows: largest gain first).
        Searches are counted: the whole capacity first, then limits and rows that are used up.

    Raises:
        SolverError: the solver refused a model or gave no usable answer.
    """
    size = len(plan.question.model.columns.candidates)
    search = Variations(plan, max(_WORK // max(size, 1), _FEWEST), left, cancel)
    limits = _Limits(plan, search).all()
    return limits, binding_rows(plan, search, limits)


class _Limits:
    def __init__(self, plan: BasePlan, search: Variations) -> None:
        self._plan = plan
        self._search = search
        self._rows = plan.question.model.rows

    def all(self) -> tuple[LimitValue, ...]:
        """Every limit, by how much tokens are left under it first."""
        numbers = [number for number, row in enumerate(self._rows) if row.family == capacity_cap.FAMILY]
        numbers.sort(key=lambda number: (self._room(number), number))
        whole = next(n for n, row in enumerate(self._rows) if row.family == capacity_cap.SCENARIO_FAMILY)
        first = self._stepped(self._gained(whole), whole)
        gained = [(number, self._gained(number)) for number in numbers]
        told = [(n, self._stepped(value, n) if value.is_binding else value) for n, value in gained]
        told.sort(key=lambda entry: (not entry[1].is_binding, -(entry[1].gain_without or 0.0), entry[0]))
        return (first, *(value for _, value in told))

    def _room(self, number: int) -> float:
        row = self._rows[number]
        return row.upper - row.terms.value(self._plan.point)

    def _gained(self, number: int) -> LimitValue:
        """A limit and what the plan would gain without it."""
        row = self._rows[number]
        without = self._without(number)
        gain = None
        if without is not None and without.objective is not None:
            gain = clean(without.objective - clean(self._plan.objective))
        return LimitValue(
            source_row=row.source_rows[0],
            text=row.text,
            field="capacity_total_tokens" if row.family == capacity_cap.SCENARIO_FAMILY else "max_tokens",
            limit=row.upper,
            used=clean(row.terms.value(self._plan.point)),
            is_binding=gain is not None and gain > 0,
            gain_without=gain,
            certainty=without.certainty if without is not None else "found",
        )

    def _without(self, number: int) -> Varied | None:
        if self._cannot_bind(number):
            return self._search.unchanged()
        return self._search.solved([row for other, row in enumerate(self._rows) if other != number])

    def _cannot_bind(self, number: int) -> bool:
        """Whether even everybody together stays under the limit."""
        row = self._rows[number]
        return math.fsum(row.terms.coefficients) <= row.upper + row_tolerance(row)

    def _stepped(self, value: LimitValue, number: int) -> LimitValue:
        """A limit with its next useful increment and its steps."""
        increment = self._increment(number) if value.is_binding else None
        steps = tuple(self._steps(value, number, increment))
        return value.model_copy(update={"next_increment": increment, "steps": steps})

    def _steps(self, value: LimitValue, number: int, increment: CapacityStep | None) -> Iterator[CapacityStep]:
        seen = {0.0}
        for percent in _STEPS_PCT:
            change = float(round(value.limit * percent / 100))
            if change in seen or value.limit + change < 0:
                continue
            seen.add(change)
            varied = self._at(value, number, value.limit + change, increment)
            if varied is not None:
                yield self._step(value, value.limit + change, varied)

    def _at(self, value: LimitValue, number: int, limit: float, increment: CapacityStep | None) -> Varied | None:
        """The run under another limit; searched for only where it is not known already."""
        row = self._rows[number]
        if self._search.is_strict and value.used <= limit < value.limit:
            return self._search.unchanged()
        if self._search.is_monotone and limit >= value.limit and value.certainty == "exact":
            if not value.is_binding:
                return self._search.unchanged()
            if increment is not None and increment.certainty == "exact" and limit < increment.limit:
                return self._search.unchanged()
        return self._search.solved(self._replaced(number, replace(row, upper=limit)))

    def _replaced(self, number: int, row: LinearRow) -> list[LinearRow]:
        return [row if other == number else kept for other, kept in enumerate(self._rows)]

    def _step(self, value: LimitValue, limit: float, varied: Varied) -> CapacityStep:
        now = clean(self._plan.objective)
        return CapacityStep(
            change=clean(limit - value.limit),
            limit=clean(limit),
            objective=varied.objective,
            objective_change=None if varied.objective is None else clean(varied.objective - now),
            bound=varied.bound,
            certainty=varied.certainty,
            lets_in=varied.lets_in,
            displaces=varied.displaces,
        )

    def _increment(self, number: int) -> CapacityStep | None:
        """The fewest tokens under the limit with which the first KPI stage can be better than it can be now.

        Better than its best before goals and tolerances take their share, all stages before it held.
        """
        row = self._rows[number]
        rows = [*self._replaced(number, replace(row, upper=INFINITY)), *self._held(), self._better()]
        spared = Terms(row.terms.columns, tuple(-tokens for tokens in row.terms.coefficients))
        own = self._plan.question.plan
        fewest = Plan((Stage("tokens spared", "kpi", spared),), None, 0.0, own.economy)
        staged = self._search.staged(rows, fewest)
        if staged is None or staged.point is None or not staged.stages or not staged.stages[0].proven:
            return None
        limit = row.terms.value(staged.point)
        varied = self._search.solved(self._replaced(number, replace(row, upper=limit)))
        if varied is None:
            return None
        value = LimitValue(
            source_row=row.source_rows[0],
            text=row.text,
            field="max_tokens",
            limit=row.upper,
            used=0,
            is_binding=True,
        )
        return self._step(value, limit, varied)

    def _held(self) -> Iterator[LinearRow]:
        """The stages before the first KPI stage, at what the plan gives them."""
        for stage in self._plan.question.plan.stages:
            if stage.is_kpi:
                return
            yield hold_row(stage, stage.terms.value(self._plan.point), stage.tolerance)

    def _better(self) -> LinearRow:
        """The first KPI stage above what is proven to be the most now."""
        stage = self._plan.stage
        objective = self._plan.result.objective
        best = max(self._plan.objective, objective.best_possible or 0.0, objective.bound or 0.0)
        step = granularity(np.asarray((*stage.terms.coefficients, stage.terms.constant)))
        least = best + (step or _CLEARLY_MORE * (abs(best) or 1.0))
        return LinearRow("more", stage.terms, (), f"{stage.name} is more than {best:.12g}", lower=least)
