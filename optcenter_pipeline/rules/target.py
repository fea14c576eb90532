"""Targets: a KPI of a slice must reach (floor) or should reach (goal) a value."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from optcenter_pipeline.rules.linear import LinearRow, PoolColumns, Terms
from optcenter_pipeline.rules.names import Name, Rule, fold
from optcenter_pipeline.rules.numbers import amount
from optcenter_pipeline.rules.row import Groups, Number, RowName, Saying, word
from optcenter_pipeline.rules.slice_columns import SliceRow
from optcenter_pipeline.rules.slices import WHOLE, canonical_dimension, slice_id, slice_in_words

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

    def achieved_terms(self, pool: PoolColumns) -> Terms:
        """KPI_k(S): what a portfolio achieves towards the target."""
        return pool.kpi_terms(self.kpi_key, slice_id(self.dimension, self.dimension_key))

    def linear_rows(self, pool: PoolColumns) -> Iterable[LinearRow]:
        """One row; a goal's has its shortfall in it."""
        terms = self.achieved_terms(pool)
        if self.floor_or_goal == "goal":
            shortfall = pool.shortfall_column(self)
            terms = Terms((*terms.columns, shortfall), (*terms.coefficients, 1.0))
        family = GOAL_FAMILY if self.floor_or_goal == "goal" else FLOOR_FAMILY
        yield LinearRow(family, terms, self.source_rows, self.in_words(), lower=self.required)

    def in_words(self) -> str:
        """As a person would say it."""
        verb = "must" if self.floor_or_goal == "floor" else "should"
        where = slice_in_words(self.dimension, self.dimension_key)
        over = f" ({amount(self.baseline_value)} of it is the baseline)" if self.baseline_value else ""
        return f"{self.kpi_key} of {where} {verb} reach {amount(self.target_value)}{over}"


class TargetRow(SliceRow):
    """A row of Targets."""

    tab: ClassVar[str] = "Targets"
    kpi_columns: ClassVar[tuple[str, ...]] = ("kpi_key",)
    kpi_key: RowName = Field(description="the key of a KPI, as in Metrics_Config")
    target_value: Number = Field(description="a number in the KPI's unit")
    baseline_value: Number | None = Field(
        default=None, description="a number in the KPI's unit, or leave it blank for 0"
    )
    floor_or_goal: Annotated[Literal["floor", "goal"], BeforeValidator(word)] = Field(description="floor or goal")

    @classmethod
    def fill_dimension(cls, cells: dict[str, Any]) -> dict[str, Any]:
        """Blank with a key means `country`, or `all` where the key is a word for it."""
        key = cells.get("dimension_key")
        if not isinstance(key, str) or not key.strip():
            return cells
        return {**cells, "dimension": WHOLE if canonical_dimension(key) == WHOLE else "country"}

    @property
    def required(self) -> float:
        """target_value less baseline_value."""
        return self.target_value - (self.baseline_value or 0.0)

    @property
    def needs_members(self) -> bool:
        """A floor that is not plainly reached without any initiative."""
        return self.floor_or_goal == "floor" and not self.required <= 0

    def sayings(self, groups: Groups) -> Iterator[Saying]:
        """A floor and a goal for a KPI of a slice stand once each."""
        text = f"a {self.floor_or_goal} for {self.kpi_key} of {slice_in_words(self.dimension, self.dimension_key)}"
        yield Saying((self.floor_or_goal, self.slice, fold(self.kpi_key)), "kpi_key", text)

    def rules(self, groups: Groups, kpi_keys: Mapping[str, str]) -> Iterator[Rule]:
        """The target."""
        yield Target(
            dimension=self.dimension,
            dimension_key=self.dimension_key,
            kpi_key=kpi_keys.get(fold(self.kpi_key), self.kpi_key),
            floor_or_goal=self.floor_or_goal,
            target_value=self.target_value,
            baseline_value=self.baseline_value,
            source_rows=(self.source_row,),
        )
