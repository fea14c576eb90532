"""`capacity_floor`: at least min_tokens are spent on a slice."""

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from optcenter_pipeline.rules.capacity_row import CapacityRow
from optcenter_pipeline.rules.linear import LinearRow, PoolColumns
from optcenter_pipeline.rules.names import Name, Rule
from optcenter_pipeline.rules.row import Tokens
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
        return f"at least {self.min_tokens:.12g} tokens on {slice_in_words(self.dimension, self.dimension_key)}"


class CapacityFloorRow(CapacityRow):
    """A row of Constraints of type `capacity_floor`."""

    constraint_type: Literal["capacity_floor"]
    min_tokens: Tokens = Field(description="tokens as a number, 0 or more")
    max_tokens: Tokens | None = Field(default=None, description="tokens as a number, 0 or more, or leave it blank")

    def other_column(self) -> str:
        """A floor does not ask for max_tokens."""
        return "max_tokens"


def floors_of(row: CapacityRow) -> tuple[CapacityFloor, ...]:
    """The floor that a capacity row sets, if it gives min_tokens."""
    if row.min_tokens is None:
        return ()
    return (
        CapacityFloor(
            dimension=row.dimension,
            dimension_key=row.dimension_key,
            min_tokens=row.min_tokens,
            source_rows=(row.source_row,),
        ),
    )
