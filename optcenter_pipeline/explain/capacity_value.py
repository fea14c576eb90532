"""What tokens under a limit are worth: the whole capacity and each cap, changed and searched again.

What is compared is the first KPI stage's value in the final portfolio. Never a dual value: the next token of an
integer plan mostly buys nothing, and the one that does buys much.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

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
from optcenter_pipeline.explain.why_relaxation import TightRelaxation
from optcenter_pipeline.rules import capacity_cap
from optcenter_pipeline.rules.linear import INFINITY, LinearRow, Terms
from optcenter_pipeline.rules.names import SourceRow
from optcenter_pipeline.rules.numbers import amount

_SMALL = 150
_LARGE = 500
_WORK_OF_SMALL = 1_200
_WORK = 21_000
_LEAST_WORK = 14
"""Work of all searches: for a pool of up to 150; over the size of a larger one, and no less than the last."""
_STEPS_PCT = (1, -1, 5, -5, 10, -10)
_CLEARLY_MORE = 1e-4
"""Of the best: what counts as more where the objective changes in no step that is known."""


class LimitsTold(NamedTuple):
    """What the tokens under each limit are worth."""

    limits: tuple[LimitValue, ...]
    """The whole capacity first, then caps that bind, then the others."""
    binding: tuple[BindingRow, ...]
    """Rows without which the plan would be better, largest gain first."""
    unsearched: tuple[SourceRow, ...]
    """Other rows of whom that was not found out: work or time was used up."""


def value_limits(
    plan: BasePlan, *, left: Callable[[], float | None] = lambda: None, cancel: Cancel = lambda: False
) -> LimitsTold:
    """What the tokens under each limit are worth, and the rows without which the plan would be better.

    Args:
        plan: the run and its portfolio.
        left: seconds that are left, None without a limit; the same input gives the same answer without one.
        cancel: True ends it with what is known by then.

    Returns:
        Searches are counted: the whole capacity comes first, then caps, most used up first, then other rows. A cap
        that was not searched any more has the most that it can gain, as a `bound`, and no steps; another row is
        `unsearched`, unless the relaxation without it promises nothing. In a large pool wide steps are searched to
        the gap of an analysis; each says how far it is proven.

    Raises:
        SolverError: the solver refused a model or gave no usable answer.
    """
    size = len(plan.question.model.columns.candidates)
    most = _WORK_OF_SMALL if size <= _SMALL else max(_WORK // size, _LEAST_WORK)
    search = Variations(plan, most, left, cancel)
    limits = _Limits(plan, search).all()
    rows = binding_rows(plan, search, limits)
    return LimitsTold(limits, rows.binding, rows.unsearched)


class _Limits:
    def __init__(self, plan: BasePlan, search: Variations) -> None:
        self._plan = plan
        self._search = search
        self._rows = plan.question.model.rows
        self._is_large = len(plan.question.model.columns.candidates) > _LARGE

    def all(self) -> tuple[LimitValue, ...]:
        """The whole capacity, then caps that bind by what they cost, then the others."""
        whole = next(n for n, row in enumerate(self._rows) if row.family == capacity_cap.SCENARIO_FAMILY)
        numbers = [number for number, row in enumerate(self._rows) if row.family == capacity_cap.FAMILY]
        first = self._stepped(self._limit(whole, self._without(whole, roughly=self._is_large)), whole)
        gains = self._gains(sorted(numbers, key=lambda number: (self._room(number), number)))
        values = [(number, self._limit(number, gains.get(number))) for number in numbers]
        values.sort(key=lambda entry: (not entry[1].is_binding, -(entry[1].gain_without or 0.0), entry[0]))
        told = [self._stepped(value, number) if value.is_binding else value for number, value in values]
        return (first, *told)

    def _room(self, number: int) -> float:
        row = self._rows[number]
        return row.upper - row.terms.value(self._plan.point)

    def _gains(self, numbers: list[int]) -> dict[int, Varied]:
        """The run without each cap; those far from used up are tried all at once first."""
        found = {number: self._search.unchanged() for number in numbers if self._cannot_bind(number)}
        far = [number for number in numbers if number not in found and self._is_far(number)]
        if self._search.is_monotone and len(far) > 1:
            together = self._search.without(far)
            if together is not None and together.certainty == "exact" and not self._gain(together):
                found |= dict.fromkeys(far, self._search.unchanged())
        for number in numbers:
            if number not in found and (varied := self._without(number)) is not None:
                found[number] = varied
        rest = [number for number in numbers if number not in found]
        for group in ([n for n in rest if self._is_far(n)], [n for n in rest if not self._is_far(n)]):
            if group:
                found |= dict.fromkeys(group, self._bounded(group))
        return found

    def _bounded(self, numbers: list[int]) -> Varied:
        """Where no search is left: what the plan could gain at most, even without all of these at once."""
        now = clean(self._plan.objective)
        if not self._search.is_monotone:
            return Varied(None, None, "found")
        relaxed = TightRelaxation(self._plan.question.with_model_rows(self._search.remaining(numbers))).base
        if relaxed is None or not math.isfinite(relaxed.bound):
            return Varied(None, None, "found")
        most = max(now, clean(relaxed.bound))
        return Varied(most, most, "bound") if most > now else self._search.unchanged()

    def _without(self, number: int, *, roughly: bool = False) -> Varied | None:
        if self._cannot_bind(number):
            return self._search.unchanged()
        return self._search.without([number], roughly=roughly)

    def _cannot_bind(self, number: int) -> bool:
        """Whether even everybody together stays under the limit, and fewer rules can only help."""
        row = self._rows[number]
        return math.fsum(row.terms.coefficients) <= row.upper + row_tolerance(row)

    def _is_far(self, number: int) -> bool:
        """Whether each candidate by itself would still fit."""
        return self._room(number) >= max(self._rows[number].terms.coefficients, default=0.0)

    def _gain(self, varied: Varied) -> float | None:
        if varied.objective is None:
            return None
        return clean(varied.objective - clean(self._plan.objective))

    def _limit(self, number: int, without: Varied | None) -> LimitValue:
        """A limit and what the plan would gain without it."""
        row = self._rows[number]
        gain = None if without is None else self._gain(without)
        return LimitValue(
            source_row=row.source_rows[0],
            text=row.text,
            field="capacity_total_tokens" if row.family == capacity_cap.SCENARIO_FAMILY else "max_tokens",
            limit=row.upper,
            used=clean(row.terms.value(self._plan.point)),
            is_binding=gain is not None and gain > 0 and without is not None and without.certainty != "bound",
            gain_without=gain,
            certainty=without.certainty if without is not None else "found",
        )

    def _stepped(self, value: LimitValue, number: int) -> LimitValue:
        """A limit with its next useful increment and its steps."""
        increment = self._increment(number) if value.is_binding else None
        steps = sorted(self._steps(value, number, increment), key=lambda step: step.change)
        return value.model_copy(update={"next_increment": increment, "steps": tuple(steps)})

    def _steps(self, value: LimitValue, number: int, increment: CapacityStep | None) -> Iterator[CapacityStep]:
        """The limit some percent up and down, in whole tokens."""
        seen = {0.0}
        for percent in _STEPS_PCT:
            change = float(round(value.limit * percent / 100))
            if change in seen or value.limit + change < 0:
                continue
            seen.add(change)
            is_far = self._is_large and abs(percent) > 1
            varied = self._at(value, number, value.limit + change, increment, roughly=is_far)
            if varied is not None:
                yield self._step(value.limit, value.limit + change, varied)

    def _at(
        self, value: LimitValue, number: int, limit: float, increment: CapacityStep | None, *, roughly: bool
    ) -> Varied | None:
        """The run under another limit; searched for only where it is not known already."""
        row = self._rows[number]
        if self._search.is_strict and self._room(number) + row_tolerance(row) >= value.limit - limit > 0:
            return self._search.unchanged()
        if self._search.is_monotone and limit >= value.limit and value.certainty == "exact":
            if not value.is_binding:
                return self._search.unchanged()
            if increment is not None and increment.certainty == "exact" and limit < increment.limit:
                return self._search.unchanged()
        return self._search.instead(number, replace(row, upper=limit), roughly=roughly)

    def _step(self, before: float, limit: float, varied: Varied) -> CapacityStep:
        return CapacityStep(
            change=clean(limit - before),
            limit=clean(limit),
            objective=varied.objective,
            objective_change=self._gain(varied),
            bound=varied.bound,
            certainty=varied.certainty,
            lets_in=varied.lets_in,
            displaces=varied.displaces,
        )

    def _increment(self, number: int) -> CapacityStep | None:
        """The fewest tokens under the limit with which the first KPI stage can be better than it can be now.

        Better than its best before goals and tolerances take their share, all stages before it held. What is
        bought with them is what the run comes to under that limit. `exact` only where that fewer do not is proven.
        """
        row = self._rows[number]
        rows = [*self._search.replaced(number, replace(row, upper=INFINITY)), *self._held(), self._better()]
        spared = Terms(row.terms.columns, tuple(-tokens for tokens in row.terms.coefficients))
        own = self._plan.question.plan
        fewest = Plan((Stage("tokens spared", "kpi", spared),), None, 0.0, own.economy)
        staged = self._search.staged(rows, fewest, in_full=True)
        if staged is None or staged.point is None or not staged.stages:
            return None
        limit = row.terms.value(staged.point)
        varied = self._search.instead(number, replace(row, upper=limit))
        if varied is None:
            return None
        step = self._step(row.upper, limit, varied)
        spent = staged.stages[0]
        return step if spent.bound == spent.value else step.model_copy(update={"certainty": "found"})

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
        best = max(self._plan.objective, objective.best_possible or -math.inf, objective.bound or -math.inf)
        step = granularity(np.asarray((*stage.terms.coefficients, stage.terms.constant)))
        least = best + (step or _CLEARLY_MORE * (abs(best) or 1.0))
        return LinearRow("more", stage.terms, (), f"{stage.name} is more than {amount(best)}", lower=least)
