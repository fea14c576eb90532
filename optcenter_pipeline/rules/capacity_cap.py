"""`capacity_cap`: at most max_tokens are spent on a slice; the scenario's capacity is the cap on all of it."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from optcenter_pipeline.rules.linear import LinearRow, PoolColumns
from optcenter_pipeline.rules.names import Name, Rule
from optcenter_pipeline.rules.numbers import amount
from optcenter_pipeline.rules.portfolio import Scenario
from optcenter_pipeline.rules.slices import WHOLE, slice_id, slice_in_words

FAMILY = "capacity_cap"
SCENARIO_FAMILY = "scenario_capacity"


class CapacityCap(Rule):
    """sum of c_i x_i over the slice <= max_tokens."""

    dimension: Name = WHOLE
    dimension_key: Name = WHOLE
    max_tokens: Annotated[float, Field(ge=0)]

    def linear_rows(self, pool: PoolColumns) -> Iterable[LinearRow]:
        """One row."""
        terms = pool.token_terms(slice_id(self.dimension, self.dimension_key))
        yield LinearRow(FAMILY, terms, self.source_rows, self.in_words(), upper=self.max_tokens)

    def in_words(self) -> str:
        """As a person would say it."""
        return f"at most {amount(self.max_tokens)} tokens on {slice_in_words(self.dimension, self.dimension_key)}"


def scenario_capacity(scenario: Scenario, pool: PoolColumns) -> LinearRow:
    """sum of c_i x_i over the pool <= capacity, with the scenario's own source row."""
    text = f"the scenario's capacity is {amount(scenario.capacity_total_tokens)} tokens"
    sources = (scenario.source_row,) if scenario.source_row else ()
    return LinearRow(SCENARIO_FAMILY, pool.token_terms(), sources, text, upper=scenario.capacity_total_tokens)
