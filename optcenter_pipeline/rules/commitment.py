"""Commitments to an earlier run: who must stay funded, and how much of its portfolio may change at what price.

A change is an initiative of the pool that one of the two portfolios funds and the other does not. What the earlier
run funded outside the pool can neither stay nor go, and does not count.
"""

from collections.abc import Iterable, Iterator
from typing import Annotated

from pydantic import Field

from optcenter_pipeline.rules.linear import LinearRow, PoolColumns, Terms, fixed_row
from optcenter_pipeline.rules.names import Document, InitiativeKey, Name, SourceRow, Value, WholeNumber
from optcenter_pipeline.rules.numbers import amount, counted

APPROVED = "approved"
"""Names, in place of a run, the one that is approved as the scenario's plan."""
LOCKED_FAMILY = "locked_in"
BUDGET_FAMILY = "change_budget"


class AskedCommitments(Value):
    """Commitments as people ask for them: the run is still to be looked up."""

    run: Name
    """Its id, or `approved`."""
    locked_in: bool | tuple[InitiativeKey, ...] = False
    """True: all of that run's portfolio."""
    max_changes: Annotated[WholeNumber, Field(ge=0)] | None = None
    price_per_change: Annotated[float, Field(strict=True, ge=0)] | None = None

    @property
    def binds(self) -> bool:
        """Whether it asks for anything to be kept."""
        return bool(self.locked_in) or self.max_changes is not None or bool(self.price_per_change)


class Commitments(Document):
    """What a plan keeps of an earlier run's portfolio."""

    run_id: Name
    selected: tuple[InitiativeKey, ...] = ()
    """The portfolio of that run."""
    locked_in: tuple[InitiativeKey, ...] = ()
    """Those that must be funded: they are in the pool whatever the scope, as far as they are candidates."""
    max_changes: Annotated[WholeNumber, Field(ge=0)] | None = None
    price_per_change: Annotated[float, Field(strict=True, ge=0)] | None = None
    """What each change takes off the first KPI stage, in its unit."""

    def locked_source(self, key: str) -> SourceRow:
        """Where it is said that an initiative stays, in place of a sheet row."""
        return f"run {self.run_id} locked_in {key}"

    @property
    def budget_source(self) -> SourceRow:
        """Where the number of changes is said, in place of a sheet row."""
        return f"run {self.run_id} max_changes"

    @property
    def source_rows(self) -> tuple[SourceRow, ...]:
        """Every source that its rows have."""
        budget = () if self.max_changes is None else (self.budget_source,)
        return (*map(self.locked_source, self.locked_in), *budget)

    def initiatives_named(self) -> Iterator[tuple[str, str]]:
        """None: what an earlier run knew may be gone by now."""
        yield from ()

    def linear_rows(self, pool: PoolColumns) -> Iterable[LinearRow]:
        """x_i = 1 for each that is locked in, and one row that counts changes."""
        for key in self.locked_in:
            column = pool.index.get(key)
            if column is not None:
                text = f"{key} is locked in: run {self.run_id} funds it"
                yield fixed_row(LOCKED_FAMILY, column, 1.0, (self.locked_source(key),), text)
        if self.max_changes is not None:
            changes, sources = self.changes(pool), (self.budget_source,)
            yield LinearRow(BUDGET_FAMILY, changes, sources, self.budget_in_words(), upper=self.max_changes)

    def changes(self, pool: PoolColumns) -> Terms:
        """How many: sum of (1 - x_i) over the run's portfolio + sum of x_i over the rest of the pool."""
        kept = frozenset(self.selected)
        funded = [candidate.initiative_key in kept for candidate in pool.candidates]
        signs = tuple(-1.0 if was_funded else 1.0 for was_funded in funded)
        return Terms(tuple(range(len(funded))), signs, constant=float(sum(funded)))

    def priced(self, terms: Terms, pool: PoolColumns) -> Terms:
        """A stage's terms less the price of the changes; the terms themselves where there is none."""
        if not self.price_per_change:
            return terms
        changes = self.changes(pool)
        price = self.price_per_change
        worth = dict(zip(terms.columns, terms.coefficients, strict=True))
        for column, sign in zip(changes.columns, changes.coefficients, strict=True):
            worth[column] = worth.get(column, 0.0) - price * sign
        left = {column: share for column, share in sorted(worth.items()) if share != 0}
        return Terms(tuple(left), tuple(left.values()), terms.constant - price * changes.constant)

    def budget_in_words(self) -> str:
        """As a person would say it."""
        return f"at most {counted(self.max_changes or 0, 'change')} against run {self.run_id}"

    def in_words(self) -> str:
        """All of it, as a person would say it."""
        parts = [f"{len(self.locked_in)} locked in"] if self.locked_in else []
        if self.max_changes is not None:
            parts.append(f"at most {counted(self.max_changes, 'change')}")
        if self.price_per_change:
            parts.append(f"{amount(self.price_per_change)} off for each change")
        return f"commitments to run {self.run_id}" + (f": {', '.join(parts)}" if parts else "")
