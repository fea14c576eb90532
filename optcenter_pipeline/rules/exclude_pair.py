"""`exclude_pair`: two initiatives of which at most one is funded."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from optcenter_pipeline.rules.linear import LinearRow, PoolColumns, Terms
from optcenter_pipeline.rules.members_row import MembersRow, in_number
from optcenter_pipeline.rules.names import InitiativeKey, Rule
from optcenter_pipeline.rules.row import Groups, Saying, wrong

FAMILY = "exclude_pair"


class ExcludePair(Rule):
    """x_i + x_j <= 1."""

    members: tuple[InitiativeKey, InitiativeKey]

    def initiatives_named(self) -> Iterator[tuple[str, str]]:
        """Both."""
        yield from (("members", key) for key in self.members)

    def linear_rows(self, pool: PoolColumns) -> Iterable[LinearRow]:
        """One row where both are in the pool, else none."""
        columns = tuple(pool.index[m] for m in self.members if m in pool.index)
        if len(columns) == 2:
            yield LinearRow(FAMILY, Terms(columns, (1.0, 1.0)), self.source_rows, self.in_words(), upper=1.0)

    def in_words(self) -> str:
        """As a person would say it."""
        return f"{self.members[0]} and {self.members[1]} exclude each other"


class ExcludePairRow(MembersRow):
    """A row of Constraints of type `exclude_pair`."""

    constraint_type: Literal["exclude_pair"]

    @classmethod
    def check_members(cls, members: tuple[str, ...], typed: str, column: str) -> None:
        """Two different initiatives."""
        if len(members) != 2:
            raise wrong(f"{typed} names {in_number(members)}; give two different ones, as A|B", column)

    def sayings(self, groups: Groups) -> Iterator[Saying]:
        """Two initiatives exclude each other once."""
        text = f"that {' and '.join(sorted(self.initiatives))} exclude each other"
        yield Saying(("pair", frozenset(self.initiatives)), self.members_column, text)

    def rules(self, groups: Groups, kpi_keys: Mapping[str, str]) -> Iterator[Rule]:
        """One, its members in order of their keys."""
        first, second = sorted(self.initiatives)
        yield ExcludePair(members=(first, second), source_rows=(self.source_row,))
