"""`bundle_all_or_nothing`: initiatives that are funded together or not at all."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Annotated

from pydantic import Field

from optcenter_pipeline.rules.linear import LinearRow, PoolColumns, Terms, fixed_row
from optcenter_pipeline.rules.names import InitiativeKey, Name, Rule

FAMILY = "bundle_all_or_nothing"


class Bundle(Rule):
    """x_i = x_j for all members i, j."""

    bundle_key: Name
    members: Annotated[tuple[InitiativeKey, ...], Field(min_length=1)]

    def missing(self, pool: PoolColumns) -> tuple[str, ...]:
        """Members outside the pool: with one of them missing the whole bundle is blocked."""
        return tuple(member for member in self.members if member not in pool.index)

    def linear_rows(self, pool: PoolColumns) -> Iterable[LinearRow]:
        """A chain of equalities, or x = 0 for every member where one is outside the pool."""
        columns = sorted({pool.index[m] for m in self.members if m in pool.index})
        missing = self.missing(pool)
        if missing:
            text = f"{self.in_words()}, and {', '.join(missing)} is not in the pool"
            for column in columns:
                yield fixed_row(FAMILY, column, 0.0, self.source_rows, text)
            return
        for first, second in pairwise(columns):
            terms = Terms((first, second), (1.0, -1.0))
            yield LinearRow(FAMILY, terms, self.source_rows, self.in_words(), lower=0.0, upper=0.0)

    def in_words(self) -> str:
        """As a person would say it."""
        return f"bundle {self.bundle_key} ({', '.join(self.members)}) is funded whole or not at all"
