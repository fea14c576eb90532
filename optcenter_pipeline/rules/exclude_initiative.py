"""`exclude_initiative`: an initiative that no plan may fund."""

from collections.abc import Iterable

from optcenter_pipeline.rules.linear import LinearRow, PoolColumns, fixed_row
from optcenter_pipeline.rules.names import InitiativeKey, Rule

FAMILY = "exclude_initiative"


class ExcludeInitiative(Rule):
    """x_i = 0."""

    initiative_key: InitiativeKey

    def linear_rows(self, pool: PoolColumns) -> Iterable[LinearRow]:
        """One row where the initiative is in the pool."""
        column = pool.index.get(self.initiative_key)
        if column is not None:
            yield fixed_row(FAMILY, column, 0.0, self.source_rows, self.in_words())

    def in_words(self) -> str:
        """As a person would say it."""
        return f"{self.initiative_key} is excluded"
