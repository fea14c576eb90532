"""Rows of Constraints of the types `capacity_floor` and `capacity_cap`; either may say both."""

from collections.abc import Iterator, Mapping
from typing import ClassVar, Literal

from pydantic import Field

from optcenter_pipeline.rules.capacity_cap import CapacityCap
from optcenter_pipeline.rules.capacity_floor import CapacityFloor
from optcenter_pipeline.rules.names import Rule
from optcenter_pipeline.rules.row import Groups, Remark, Saying, Tokens
from optcenter_pipeline.rules.slice_columns import SliceRow
from optcenter_pipeline.rules.slices import slice_in_words

_NUMBER = "tokens as a number, 0 or more"


class CapacityRow(SliceRow):
    """A floor or a cap on the tokens of a slice; a row that gives both numbers is read as both."""

    tab: ClassVar[str] = "Constraints"
    other_column: ClassVar[str]
    """The number that the row's own type does not ask for."""
    min_tokens: float | None
    max_tokens: float | None

    def remarks(self, cells: Mapping[str, object]) -> Iterator[Remark]:
        """Both numbers in one row: read as both, and said so."""
        if self.min_tokens is not None and self.max_tokens is not None:
            yield Remark(self.other_column, "read as a floor and a cap, since min_tokens and max_tokens are given")

    @property
    def needs_members(self) -> bool:
        """A floor that is not plainly 0."""
        return self.min_tokens is not None and not self.min_tokens <= 0

    def sayings(self, groups: Groups) -> Iterator[Saying]:
        """A floor and a cap on a slice stand once each."""
        where = slice_in_words(self.dimension, self.dimension_key)
        if self.min_tokens is not None:
            yield Saying(("floor", self.slice), "dimension_key", f"a floor on {where}")
        if self.max_tokens is not None:
            yield Saying(("cap", self.slice), "dimension_key", f"a cap on {where}")

    def rules(self, groups: Groups, kpi_keys: Mapping[str, str]) -> Iterator[Rule]:
        """A rule for each number."""
        dimension, key, sources = self.dimension, self.dimension_key, (self.source_row,)
        if self.min_tokens is not None:
            yield CapacityFloor(
                dimension=dimension, dimension_key=key, min_tokens=self.min_tokens, source_rows=sources
            )
        if self.max_tokens is not None:
            yield CapacityCap(
                dimension=dimension, dimension_key=key, max_tokens=self.max_tokens, source_rows=sources
            )


class CapacityFloorRow(CapacityRow):
    """A row of Constraints of type `capacity_floor`."""

    other_column: ClassVar[str] = "max_tokens"
    constraint_type: Literal["capacity_floor"]
    min_tokens: Tokens = Field(description=_NUMBER)
    max_tokens: Tokens | None = Field(default=None, description=f"{_NUMBER}, or leave it blank")


class CapacityCapRow(CapacityRow):
    """A row of Constraints of type `capacity_cap`."""

    other_column: ClassVar[str] = "min_tokens"
    constraint_type: Literal["capacity_cap"]
    min_tokens: Tokens | None = Field(default=None, description=f"{_NUMBER}, or leave it blank")
    max_tokens: Tokens = Field(description=_NUMBER)
