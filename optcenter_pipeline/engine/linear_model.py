"""The neutral form of a whole run: numbered columns and linear rows, each row with its source.

Everything that comes after reads this and nothing else: the Pyomo model, the recheck of a portfolio,
certificates of infeasibility, export.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np

from optcenter_pipeline.engine.pool import Pool
from optcenter_pipeline.engine.row_matrix import Bools, RowMatrix, row_matrix
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.rules.capacity_cap import scenario_capacity
from optcenter_pipeline.rules.linear import LinearRow, PoolColumns, Terms
from optcenter_pipeline.rules.synergy import SynergyBonus
from optcenter_pipeline.rules.target import Target

ARITHMETIC_TOLERANCE = 1e-9
"""Relative to the row's largest number: what decimal fractions in binary may miss a bound by (0.1 + 0.2 <= 0.3)."""

Point = tuple[float, ...]
"""One value a column."""


@dataclass(frozen=True)
class LinearModel:
    """All rows of a run over the columns x (candidates, 0 or 1), y (synergies, 0..1), s (shortfalls, >= 0)."""

    columns: PoolColumns
    rows: tuple[LinearRow, ...]
    synergies: tuple[SynergyBonus, ...] = ()
    goals: tuple[Target, ...] = ()

    @property
    def candidate_count(self) -> int:
        """Number of x columns; they come first."""
        return len(self.columns.candidates)

    @property
    def column_count(self) -> int:
        """Number of all columns."""
        return self.candidate_count + len(self.synergies) + len(self.goals)

    @property
    def nonzero_count(self) -> int:
        """Number of coefficients in all rows."""
        return int(self.row_matrix.matrix.nnz)

    @cached_property
    def row_matrix(self) -> RowMatrix:
        """All rows as one sparse matrix, in their order."""
        return row_matrix(self.rows, self.column_count)

    @cached_property
    def synergy_members(self) -> tuple[tuple[int, ...], ...]:
        """Columns of each synergy's members, in the order of the y columns."""
        return tuple(
            tuple(sorted({self.columns.index[member] for member in synergy.members})) for synergy in self.synergies
        )

    @cached_property
    def goal_terms(self) -> tuple[Terms, ...]:
        """KPI_k(S) of each goal, without its shortfall, in the order of the s columns."""
        return tuple(goal.achieved_terms(self.columns) for goal in self.goals)

    def point(self, funded: Sequence[bool]) -> Point:
        """The exact point of a portfolio: y = product of its members, s = max(0, required - KPI).

        Args:
            funded: one entry a candidate.
        """
        x = tuple(1.0 if chosen else 0.0 for chosen in funded)
        y = tuple(1.0 if all(funded[i] for i in members) else 0.0 for members in self.synergy_members)
        effect = x + y
        s = tuple(
            max(0.0, goal.required - terms.value(effect))
            for goal, terms in zip(self.goals, self.goal_terms, strict=True)
        )
        return effect + s


def build_linear_model(snapshot: Snapshot, pool: Pool) -> LinearModel:
    """Every row of the run: scenario capacity, rules and targets, ineligible members, commitments."""
    columns = pool.columns
    rows = [scenario_capacity(snapshot.scenario, columns)]
    for rule in snapshot.constraint_set.rules():
        rows.extend(rule.linear_rows(columns))
    rows.extend(pool.ineligible_rows())
    if snapshot.commitments is not None:
        rows.extend(snapshot.commitments.linear_rows(columns))
    return LinearModel(columns, tuple(rows), pool.synergies, pool.goals)


def row_tolerance(row: LinearRow) -> float:
    """By how much the arithmetic alone may miss this row's bounds, in the row's unit."""
    bounds = (abs(bound) for bound in (row.lower, row.upper) if math.isfinite(bound))
    largest = max(chain(bounds, map(abs, row.terms.coefficients)), default=0.0)
    return ARITHMETIC_TOLERANCE * largest


def holds(row: LinearRow, point: Point) -> bool:
    """Whether a point satisfies a row, in exactly summed arithmetic."""
    value, slack = row.terms.value(point), row_tolerance(row)
    return row.lower - slack <= value <= row.upper + slack


def broken_rows(rows: LinearModel | Sequence[LinearRow], point: Point) -> tuple[LinearRow, ...]:
    """The rows that a point breaks, by `holds`.

    Args:
        rows: some rows; or a model for all of its, which adds most of them up at once and exactly only those whose
            value lies within the error of that from a bound.
        point: one value a column.
    """
    if isinstance(rows, LinearModel):
        doubtful = np.flatnonzero(~certainly_hold(rows.row_matrix, point))
        return broken_rows([rows.rows[number] for number in doubtful], point)
    return tuple(row for row in rows if not holds(row, point))


def certainly_hold(rows: RowMatrix, point: Point) -> Bools:
    """True for the rows that hold however their value was rounded. Shape (rows,)."""
    values, errors = rows.activities(np.fromiter(point, np.float64, len(point)))
    slacks = ARITHMETIC_TOLERANCE * rows.magnitudes
    return (values - errors >= rows.lower - slacks) & (values + errors <= rows.upper + slacks)
