"""What the rows of `capacity_floor` and `capacity_cap` share."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from optcenter_pipeline.rules.row import Groups, Remark, Saying
from optcenter_pipeline.rules.slice_columns import SliceRow
from optcenter_pipeline.rules.slices import slice_in_words


class CapacityRow(SliceRow):
    """A floor or a cap on the tokens of a slice; a row that gives both numbers is read as both."""

    tab: ClassVar[str] = "Constraints"
    min_tokens: float | None
    max_tokens: float | None

    def remarks(self, cells: Mapping[str, object]) -> Iterator[Remark]:
        """Both numbers in one row: read as both, and said so."""
        if self.min_tokens is not None and self.max_tokens is not None:
            yield Remark(
                self.other_column(), "read as a floor and a cap, since min_tokens and max_tokens are given"
            )

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

    def other_column(self) -> str:
        """The number that the row's own type does not ask for."""
        raise NotImplementedError
