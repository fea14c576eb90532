"""What a frontier's x is: tokens to spend, what another KPI must reach, or the shortfall that goals may have."""

import difflib
import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from optcenter_pipeline.engine.granularity import granularity
from optcenter_pipeline.engine.linear_model import Point
from optcenter_pipeline.engine.objective import Stage, goals_stage
from optcenter_pipeline.engine.question import Question
from optcenter_pipeline.explain.base_plan import BasePlan, kpi_named
from optcenter_pipeline.rules.analysis_options import CAPACITY
from optcenter_pipeline.rules.capacity_cap import SCENARIO_FAMILY
from optcenter_pipeline.rules.linear import LinearRow
from optcenter_pipeline.rules.names import fold
from optcenter_pipeline.rules.numbers import amount
from optcenter_pipeline.rules.portfolio import GOALS

_FAMILY = "frontier"


class NoAxisError(ValueError):
    """A frontier is asked for whose x or y there is none of; the text says which there are."""


@dataclass(frozen=True)
class Axis:
    """x: `stage.terms` at most x of a minimised stage, at least x of a maximised one."""

    name: str
    kind: Literal["capacity", "kpi", "goals"]
    stage: Stage
    """What x is measured by; its best is the tightest x."""
    question: Question
    """The run's, without the row that x stands for."""
    current: float
    """The run's own x."""

    @property
    def is_floor(self) -> bool:
        """Whether x is what must be reached, so that a larger one is tighter."""
        return self.stage.sense == "max"

    def row(self, x: float) -> LinearRow:
        """The row that asks for x."""
        text = f"{self.name} at {'least' if self.is_floor else 'most'} {amount(x)}"
        lower, upper = (x, math.inf) if self.is_floor else (-math.inf, x)
        return LinearRow(_FAMILY, self.stage.terms, (), text, lower=lower, upper=upper)

    def value(self, point: Point) -> float:
        """What a portfolio has of x."""
        return self.stage.terms.value(point)

    def keeps(self, value: float, x: float) -> bool:
        """Whether a portfolio with this much keeps x."""
        slack = 1e-9 * max(abs(value), abs(x))
        return value >= x - slack if self.is_floor else value <= x + slack

    def is_tighter(self, x: float, other: float) -> bool:
        """Whether x leaves less than another."""
        return x > other if self.is_floor else x < other

    def is_beyond(self, x: float, bound: float) -> bool:
        """Whether x is tighter than what is proven to be the tightest that any portfolio keeps."""
        return self.is_tighter(x, bound) and not self.keeps(bound, x)

    def grid(self, loosest: float, tightest: float, points: int, *, is_open: bool) -> list[float]:
        """So many values from one to the other, loosest first, the run's own among them where it lies between.

        Those inside are moved to round numbers where that is little beside their distance.

        Args:
            loosest, tightest: the ends; both are values where there are two or more.
            points: how many.
            is_open: the run's own is a value as well where it is looser than the loosest.
        """
        current = self.current
        is_between = min(loosest, tightest) <= current <= max(loosest, tightest)
        is_outside = is_open and self.is_tighter(loosest, current)
        if points == 1:
            return [current if is_between or is_outside else loosest]
        if is_outside:
            return [current, *self.grid(loosest, tightest, points - 1, is_open=False)]
        if loosest == tightest:
            return [loosest]
        step = (tightest - loosest) / (points - 1)
        unit = self._unit(abs(step))
        inner = [float(f"{round((loosest + step * i) / unit) * unit:.12g}") for i in range(1, points - 1)]
        if is_between and current not in (loosest, tightest) and inner:
            inner.remove(min(inner, key=lambda x: (abs(x - current), x)))
            inner.append(current)
        return sorted({loosest, *inner, tightest}, reverse=tightest < loosest)

    def _unit(self, step: float) -> float:
        """1, 2 or 5 times a power of ten, up to a tenth of the distance; no finer than x itself where that fits."""
        size = 10.0 ** math.floor(math.log10(step / 10))
        unit = max(size * factor for factor in (1, 2, 5) if size * factor <= step / 10 * (1 + 1e-9))
        own = granularity(np.asarray(self.stage.terms.coefficients)) if self.kind != "goals" else 0.0
        return max(unit, own) if own <= step / 2 else unit


def axis_of(plan: BasePlan, against: str) -> Axis:
    """The axis of that name.

    Raises:
        NoAxisError: there is none; the text says which there are.
    """
    question, wanted = plan.question, fold(against)
    economy = question.plan.economy
    if wanted == CAPACITY:
        rows = [row for row in question.model.rows if row.family != SCENARIO_FAMILY]
        free = question.with_model_rows(rows)
        current = question.snapshot.scenario.capacity_total_tokens
        return Axis(CAPACITY, "capacity", economy, free, current)
    kpi = kpi_named(question, against)
    if wanted == GOALS:
        goals = goals_stage(question.model)
        if goals is not None:
            return Axis(GOALS, "goals", goals, question, goals.terms.value(plan.point))
        if kpi is None:  # a KPI may have that name
            raise NoAxisError("the constraint set has no goals that the objective could be set against")
    if kpi is None:
        raise NoAxisError(_unknown(question, against))
    if plan.stage.kind == "kpi" and fold(plan.stage.name) == wanted:
        raise NoAxisError(f"{kpi} is the objective itself; set it against capacity, or against another KPI")
    stage = Stage(kpi, "kpi", question.model.columns.kpi_terms(kpi))
    return Axis(kpi, "kpi", stage, question, stage.terms.value(plan.point))


def about(plan: BasePlan, kpi: str) -> BasePlan:
    """The run as if its objective were a KPI alone.

    Raises:
        NoAxisError: there is no such KPI.
    """
    question = plan.question
    name = kpi_named(question, kpi)
    if name is None:
        kpis = ", ".join(metric.kpi_key for metric in question.snapshot.metrics)
        raise NoAxisError(f"{kpi!r} is no KPI of the run: give one of {kpis}")
    stage = Stage(name, "kpi", question.model.columns.kpi_terms(name))
    return replace(plan, question=question.with_plan(replace(question.plan, stages=(stage,), goals=None)))


def relevant_stages(plan: BasePlan, axis: Axis) -> tuple[Stage, ...]:
    """The stages that a frontier optimises, economy aside: the first KPI stage by itself, and x."""
    objective = Stage(plan.stage.name, plan.stage.kind, plan.stage.own_terms)
    return (objective,) if axis.kind == "capacity" else (objective, axis.stage)


def _unknown(question: Question, against: str) -> str:
    names = [CAPACITY, *([GOALS] if question.model.goals else []), *(m.kpi_key for m in question.snapshot.metrics)]
    near = difflib.get_close_matches(fold(against), [fold(name) for name in names], n=1)
    meant = next((name for name in names if near and fold(name) == near[0]), None)
    hint = f"; did you mean {meant!r}?" if meant else ""
    return f"{against!r} is nothing that the objective can be set against: give one of {', '.join(names)}{hint}"
