"""`exclude_pair`: two initiatives of which at most one is funded."""

from collections.abc import Iterable

from optcenter_pipeline.rules.linear import LinearRow, PoolColumns, Terms
from optcenter_pipeline.rules.names import InitiativeKey, Rule

FAMILY = "exclude_pair"


class ExcludePair(Rule):
    """x_i + x_j <= 1."""

    members: tuple[InitiativeKey, InitiativeKey]

    def linear_rows(self, pool: PoolColumns) -> Iterable[LinearRow]:
        """One row where both are in the pool, else none."""
        columns = tuple(pool.index[m] for m in self.members if m in pool.index)
        if len(columns) == 2:
            yield LinearRow(FAMILY, Terms(columns, (1.0, 1.0)), self.source_rows, self.in_words(), upper=1.0)

    def in_words(self) -> str:
        """As a person would say it."""
        return f"{self.members[0]} and {self.members[1]} exclude each other"
