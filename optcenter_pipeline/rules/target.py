"""Targets: a KPI of a slice must reach (floor) or should reach (goal) a value."""

from collections.abc import Iterable
from typing import Literal

from optcenter_pipeline.rules.linear import LinearRow, PoolColumns, Terms
from optcenter_pipeline.rules.names import Name, Rule
from optcenter_pipeline.rules.slices import WHOLE, slice_id, slice_in_words

FLOOR_FAMILY = "target_floor"
GOAL_FAMILY = "target_goal"


class Target(Rule):
    """KPI_k(S) >= required (floor), or KPI_k(S) + s >= required with s >= 0 the shortfall (goal)."""

    dimension: Name = WHOLE
    dimension_key: Name = WHOLE
    kpi_key: Name
    floor_or_goal: Literal["floor", "goal"]
    target_value: float
    baseline_value: float | None = None

    @property
    def required(self) -> float:
        """target_value less baseline_value: what the portfolio itself has to bring."""
        return self.target_value - (self.baseline_value or 0.0)

    @property
    def shortfall_weight(self) -> float:
        """1 / max(|required|, 1): what one unit of shortfall costs in the goals stage."""
        return 1.0 / max(abs(self.required), 1.0)

    def linear_rows(self, pool: PoolColumns) -> Iterable[LinearRow]:
        """One row; a goal's has its shortfall in it."""
        terms = pool.kpi_terms(self.kpi_key, slice_id(self.dimension, self.dimension_key))
        if self.floor_or_goal == "goal":
            shortfall = pool.shortfall_column(self)
            terms = Terms((*terms.columns, shortfall), (*terms.coefficients, 1.0))
        family = GOAL_FAMILY if self.floor_or_goal == "goal" else FLOOR_FAMILY
        yield LinearRow(family, terms, self.source_rows, self.in_words(), lower=self.required)

    def in_words(self) -> str:
        """As a person would say it."""
        verb = "must" if self.floor_or_goal == "floor" else "should"
        where = slice_in_words(self.dimension, self.dimension_key)
        over = f" ({self.baseline_value:g} of it is the baseline)" if self.baseline_value else ""
        return f"{self.kpi_key} of {where} {verb} reach {self.target_value:g}{over}"
