"""What the rules alone force: candidates that every portfolio funds, or none, and contradictions on the way.

Works on linear rows and never asks what type a rule is: a row whose least (or greatest) possible value leaves a
column no choice fixes that column, and is remembered as the reason.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from optcenter_pipeline.engine.linear_model import LinearModel, row_tolerance
from optcenter_pipeline.engine.row_matrix import RowMatrix, largest_by_row
from optcenter_pipeline.rules.linear import LinearRow

_ROUNDING = 1e-9
"""Of all of a row's numbers together: far more than adding them up in any order can miss."""


@dataclass(frozen=True, slots=True)
class _Fixing:
    """Column fixed at `value` by row `row`, as the `order`-th fixing."""

    value: int
    row: int
    order: int
    too_high: bool
    """The other value would push the row above its upper bound (else below its lower one)."""


class _Ranges:
    """What each row can reach under the fixings so far, kept up to date fixing by fixing.

    Only says which rows are worth adding up: a row is passed over where no rounding of these sums could hide that
    it is broken, or leaves a column no choice.

    Args:
        rows: all rows.
        free_from: first of the columns without an upper bound; those before are 0 or 1.
    """

    def __init__(self, rows: RowMatrix, free_from: int) -> None:
        matrix = rows.matrix
        bounded = matrix.indices < free_from
        most = np.where(bounded, np.maximum(matrix.data, 0.0), np.where(matrix.data > 0, np.inf, 0.0))
        least = np.where(bounded, np.minimum(matrix.data, 0.0), np.where(matrix.data < 0, -np.inf, 0.0))
        sizes = np.where(bounded, np.abs(matrix.data), 0.0)
        of_row = np.repeat(np.arange(len(rows.lower)), np.diff(matrix.indptr))
        sums = (np.bincount(of_row, part, len(rows.lower)) for part in (least, most, sizes))
        lowest, highest, total = sums
        room = largest_by_row(matrix.indptr, sizes) + _ROUNDING * (total + rows.magnitudes)
        self._least: list[float] = lowest.tolist()
        self._most: list[float] = highest.tolist()
        self._upper: list[float] = (rows.upper - room).tolist()
        self._lower: list[float] = (rows.lower + room).tolist()
        by_column = matrix.tocsc()
        self._starts: list[int] = by_column.indptr.tolist()
        self._numbers: list[int] = by_column.indices.tolist()
        self._coefficients: list[float] = by_column.data.tolist()

    def may_matter(self, row: int) -> bool:
        """Whether the row may be broken, or fix a column."""
        return self._least[row] > self._upper[row] or self._most[row] < self._lower[row]

    def fix(self, column: int, value: int) -> list[int]:
        """The rows of a column that is fixed from now on."""
        entries = slice(self._starts[column], self._starts[column + 1])
        rows = self._numbers[entries]
        for row, coefficient in zip(rows, self._coefficients[entries], strict=True):
            if (coefficient > 0) == (value == 1):
                self._least[row] += abs(coefficient)
            else:
                self._most[row] -= abs(coefficient)
        return rows


class Propagation:
    """The closure of what the rows force.

    Args:
        model: the run; synergies count as 0 or 1, shortfalls as anything from 0 up.
    """

    def __init__(self, model: LinearModel) -> None:
        self._rows: Sequence[LinearRow] = model.rows
        self._free_from = model.candidate_count + len(model.synergies)
        self._fixed: dict[int, _Fixing] = {}
        self._ranges = _Ranges(model.row_matrix, self._free_from)
        self.contradiction: frozenset[int] | None = self._run()
        """Numbers of rows that cannot hold together; None where none was met."""

    def forced(self, column: int) -> bool:
        """Whether every portfolio funds this candidate."""
        return column in self._fixed and self._fixed[column].value == 1

    def value(self, column: int) -> int | None:
        """The one value that the rows leave a candidate; None where they leave both."""
        fixing = self._fixed.get(column)
        return None if fixing is None else fixing.value

    def why(self, column: int) -> frozenset[int]:
        """Rows that fix a column."""
        fixing = self._fixed[column]
        return self._explained([(fixing.row, fixing.too_high, fixing.order)])

    def _run(self) -> frozenset[int] | None:
        waiting = deque(range(len(self._rows)))
        queued = set(waiting)
        while waiting:
            number = waiting.popleft()
            queued.discard(number)
            if not self._ranges.may_matter(number):
                continue
            broken = self._broken(number)
            if broken is not None:
                return self._explained([(number, broken, len(self._fixed))])
            for column in self._fix(number):
                for other in self._ranges.fix(column, self._fixed[column].value):
                    if other not in queued:
                        queued.add(other)
                        waiting.append(other)
        return None

    def _range(self, row: LinearRow) -> tuple[float, float]:
        """(least, greatest) value of a row under the fixings so far."""
        least = greatest = 0.0
        for column, coefficient in zip(row.terms.columns, row.terms.coefficients, strict=True):
            low, high = self._bounds(column)
            least += coefficient * (low if coefficient > 0 else high)
            greatest += coefficient * (high if coefficient > 0 else low)
        return least, greatest

    def _bounds(self, column: int) -> tuple[float, float]:
        if column >= self._free_from:
            return 0.0, float("inf")
        fixing = self._fixed.get(column)
        return (0.0, 1.0) if fixing is None else (fixing.value, fixing.value)

    def _broken(self, number: int) -> bool | None:
        """True: above its upper bound whatever else happens; False: below its lower one; None: neither."""
        row = self._rows[number]
        least, greatest = self._range(row)
        slack = row_tolerance(row)
        if least > row.upper + slack:
            return True
        return False if greatest < row.lower - slack else None

    def _fix(self, number: int) -> list[int]:
        """Fix the columns that a row leaves no choice; the columns that are new."""
        row = self._rows[number]
        least, greatest = self._range(row)
        slack = row_tolerance(row)
        fixed = []
        for column, coefficient in zip(row.terms.columns, row.terms.coefficients, strict=True):
            if column in self._fixed or column >= self._free_from:
                continue
            size = abs(coefficient)
            too_high = least + size > row.upper + slack
            if too_high or greatest - size < row.lower - slack:
                value = int((coefficient > 0) != too_high)
                self._fixed[column] = _Fixing(value, number, len(self._fixed), too_high)
                fixed.append(column)
        return fixed

    def _explained(self, start: list[tuple[int, bool, int]]) -> frozenset[int]:
        """Rows behind (row, too high, before which fixing) and, transitively, behind the fixings that matter."""
        rows: set[int] = set()
        seen: set[int] = set()
        waiting = list(start)
        while waiting:
            number, too_high, before = waiting.pop()
            rows.add(number)
            for column in self._culprits(number, too_high=too_high, before=before):
                if column not in seen:
                    seen.add(column)
                    fixing = self._fixed[column]
                    waiting.append((fixing.row, fixing.too_high, fixing.order))
        return frozenset(rows)

    def _culprits(self, number: int, *, too_high: bool, before: int) -> Iterator[int]:
        """Columns whose earlier fixing pushes the row the wrong way."""
        terms = self._rows[number].terms
        for column, coefficient in zip(terms.columns, terms.coefficients, strict=True):
            fixing = self._fixed.get(column)
            if fixing is None or fixing.order >= before:
                continue
            if (fixing.value == 1) == ((coefficient > 0) == too_high):
                yield column
