"""`synergy_bonus`: an extra effect on a KPI when all members are funded; below 0 it is cannibalisation."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from optcenter_pipeline.rules.linear import LinearRow, PoolColumns, Terms
from optcenter_pipeline.rules.names import InitiativeKey, Name, Rule

FAMILY = "synergy_bonus"


class SynergyBonus(Rule):
    """y = product of x_i over the members; adds value·y to the KPI.

    y is continuous in [0, 1]: every use of a KPI (a maximised stage, a floor, a goal, a held stage) wants
    more of it, so y <= x_i is enough for a bonus and y >= sum x_i - (n - 1) for a malus.
    """

    members: Annotated[tuple[InitiativeKey, ...], Field(min_length=1)]
    kpi_key: Name
    value: float

    def in_pool(self, pool_keys: Iterable[str]) -> bool:
        """A synergy with a member outside the pool has no effect."""
        keys = pool_keys if isinstance(pool_keys, (set, frozenset, dict)) else frozenset(pool_keys)
        return all(member in keys for member in self.members)

    def linear_rows(self, pool: PoolColumns) -> Iterable[LinearRow]:
        """The rows that tie y to its members; none where the pool does not hold them all."""
        y = pool.column_of_synergy(self)
        if y is None:
            return
        members = tuple(dict.fromkeys(pool.index[m] for m in self.members))
        if self.value > 0:
            for member in members:
                terms = Terms((y, member), (1.0, -1.0))
                yield LinearRow(FAMILY, terms, self.source_rows, self.in_words(), upper=0.0)
        elif self.value < 0:
            terms = Terms((*members, y), (*(1.0 for _ in members), -1.0))
            upper = float(len(members) - 1)
            yield LinearRow(FAMILY, terms, self.source_rows, self.in_words(), upper=upper)

    def in_words(self) -> str:
        """As a person would say it."""
        return f"{' + '.join(self.members)} together add {self.value:+g} {self.kpi_key}"
