"""What the rules alone force: candidates that every portfolio funds, or none, and contradictions on the way.

Works on linear rows and never asks what type a rule is: a row whose least (or greatest) possible value leaves a
column no choice fixes that column, and is remembered as the reason.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from optcenter_pipeline.engine.linear_model import LinearModel, row_tolerance
from optcenter_pipeline.rules.linear import LinearRow


@dataclass(frozen=True, slots=True)
class _Fixing:
    """Column fixed at `value` by row `row`, as the `order`-th fixing."""

    value: int
    row: int
    order: int
    too_high: bool
    """The other value would push the row above its upper bound (else below its lower one)."""


class Propagation:
    """The closure of what the rows force.

    Args:
        model: the run; synergies count as 0 or 1, shortfalls as anything from 0 up.
    """

    def __init__(self, model: LinearModel) -> None:
        self._rows: Sequence[LinearRow] = model.rows
        self._free_from = model.candidate_count + len(model.synergies)
        self._fixed: dict[int, _Fixing] = {}
        self._rows_of: dict[int, list[int]] = {}
        for number, row in enumerate(self._rows):
            for column in row.terms.columns:
                self._rows_of.setdefault(column, []).append(number)
        self.contradiction: frozenset[int] | None = self._run()
        """Numbers of rows that cannot hold together; None where none was met."""

    def forced(self, column: int) -> bool:
        """Whether every portfolio funds this candidate."""
        return column in self._fixed and self._fixed[column].value == 1

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
            broken = self._broken(number)
            if broken is not None:
                return self._explained([(number, broken, len(self._fixed))])
            for column in self._fix(number):
                for other in self._rows_of[column]:
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
