"""`require_prereq`: an initiative that may be funded only together with what it requires."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from optcenter_pipeline.rules.linear import LinearRow, PoolColumns, Terms, fixed_row
from optcenter_pipeline.rules.names import InitiativeKey, Rule

FAMILY = "require_prereq"


class Prerequisite(Rule):
    """x_i <= x_j for each required j."""

    initiative_key: InitiativeKey
    requires: Annotated[tuple[InitiativeKey, ...], Field(min_length=1)]

    def missing(self, pool: PoolColumns) -> tuple[str, ...]:
        """Required initiatives outside the pool: one of them blocks the dependent."""
        return tuple(required for required in self.requires if required not in pool.index)

    def linear_rows(self, pool: PoolColumns) -> Iterable[LinearRow]:
        """A row for each required initiative, x_i = 0 where one is outside the pool."""
        dependent = pool.index.get(self.initiative_key)
        if dependent is None:
            return
        missing = self.missing(pool)
        if missing:
            text = f"{self.initiative_key} needs {', '.join(missing)}, which is not in the pool"
            yield fixed_row(FAMILY, dependent, 0.0, self.source_rows, text)
        for required in dict.fromkeys(self.requires):
            column = pool.index.get(required)
            if column is not None and column != dependent:
                text = f"{self.initiative_key} needs {required}"
                yield LinearRow(FAMILY, Terms((dependent, column), (1.0, -1.0)), self.source_rows, text, upper=0.0)

    def in_words(self) -> str:
        """As a person would say it."""
        return f"{self.initiative_key} needs {', '.join(self.requires)}"
