"""`capacity_floor`: at least min_tokens are spent on a slice."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from optcenter_pipeline.rules.linear import LinearRow, PoolColumns
from optcenter_pipeline.rules.names import Name, Rule
from optcenter_pipeline.rules.numbers import amount
from optcenter_pipeline.rules.slices import WHOLE, slice_id, slice_in_words

FAMILY = "capacity_floor"


class CapacityFloor(Rule):
    """sum of c_i x_i over the slice >= min_tokens."""

    dimension: Name = WHOLE
    dimension_key: Name = WHOLE
    min_tokens: Annotated[float, Field(ge=0)]

    def linear_rows(self, pool: PoolColumns) -> Iterable[LinearRow]:
        """One row; on an empty slice it reads 0 >= min_tokens."""
        terms = pool.token_terms(slice_id(self.dimension, self.dimension_key))
        yield LinearRow(FAMILY, terms, self.source_rows, self.in_words(), lower=self.min_tokens)

    def in_words(self) -> str:
        """As a person would say it."""
        return f"at least {amount(self.min_tokens)} tokens on {slice_in_words(self.dimension, self.dimension_key)}"
