"""The elastic model: a run's rows with a slack for each number and a switch for each row that may give way.

    min  sum of price_r · s_r + price · sum of d_k
    s.t. a_r x + s_r >= l_r        a floor or a target whose number may fall
         a_r x - s_r <= u_r        a cap or the capacity, whose number may rise
         a_j x - d_k <= u_j        a rule that may go: one row for each of its source rows k, as all have to go
         every other row as it is, x in {0, 1}, s, d >= 0

The rules that may go have coefficients of 1 and -1 and whole bounds: with whole x what they miss is 0 or 1, so d
comes out whole by itself.
"""

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from optcenter_pipeline.engine.arrays import ModelArrays
from optcenter_pipeline.engine.granularity import granularity
from optcenter_pipeline.engine.linear_model import Point, holds, row_tolerance
from optcenter_pipeline.engine.row_matrix import Bools, Floats
from optcenter_pipeline.explain.repairs.levers import Levers, Number
from optcenter_pipeline.rules.linear import LinearRow
from optcenter_pipeline.rules.names import SourceRow
from optcenter_pipeline.rules.target import GOAL_FAMILY

_CLEARLY = 1e-6


@dataclass(frozen=True, slots=True)
class Mended:
    """A portfolio that keeps all rows but those that were given leave, and what it needs of these."""

    point: Point
    amounts: tuple[tuple[Number, float], ...]
    """By how much each number has to move, above 0."""
    dropped: tuple[SourceRow, ...]
    cost: float
    bound: float
    """No portfolio costs less, as far as these levers go."""


@dataclass(frozen=True)
class ElasticRows:
    """The run's rows over candidates and synergies, sums of whole steps held to whole steps."""

    matrix: sp.csr_array
    lower: Floats
    upper: Floats
    kept: tuple[int, ...]
    """All but the goals, which hold whatever is funded."""

    @classmethod
    def of(cls, levers: Levers) -> "ElasticRows":
        """The rows of the run that the levers belong to."""
        model = levers.question.model
        width = model.candidate_count + len(model.synergies)
        whole = model.row_matrix
        kept = tuple(number for number, row in enumerate(model.rows) if row.family != GOAL_FAMILY)
        lower, upper = whole.lower.copy(), whole.upper.copy()
        for number in kept:
            lower[number], upper[number] = _at_steps(model.rows[number], model.candidate_count)
        return cls(whole.matrix[:, :width].tocsr(), lower, upper, kept)


def _step(row: LinearRow, candidates: int) -> float:
    """In which the row's sum changes; 0 where it is not known."""
    terms = row.terms
    if not terms.columns or max(terms.columns) >= candidates:
        return 0.0
    step = granularity(np.asarray(terms.coefficients))
    return step if row_tolerance(row) < step * 1e-3 else 0.0


def _at_steps(row: LinearRow, candidates: int) -> tuple[float, float]:
    """The row's bounds at the nearest sums that candidates can have."""
    step, slack = _step(row, candidates), row_tolerance(row)
    if not step:
        return row.lower, row.upper
    lower = math.ceil((row.lower - slack) / step) * step if math.isfinite(row.lower) else row.lower
    upper = math.floor((row.upper + slack) / step) * step if math.isfinite(row.upper) else row.upper
    return lower, upper


class ElasticModel:
    """The elastic model with some of its levers.

    Args:
        levers: all that may be touched.
        numbers: those that may change; their slacks are the columns behind those of the run.
        drops: source rows that may be dropped; their columns come next.
        gone: source rows that are dropped already.
        counts_changes: a 0/1 column for each number stands at the end.
    """

    def __init__(
        self,
        levers: Levers,
        numbers: tuple[Number, ...],
        drops: Collection[SourceRow] = (),
        gone: Collection[SourceRow] = (),
        *,
        counts_changes: bool = False,
    ) -> None:
        self._levers = levers
        self._model = levers.question.model
        self._numbers = numbers
        self._counters = len(numbers) if counts_changes else 0
        self._drops = tuple(source for source in levers.drops if source in drops)
        self._gone = gone
        self._width = self._model.candidate_count + len(self._model.synergies)
        first = self._width + len(numbers)
        self._column_of_drop = {source: first + place for place, source in enumerate(self._drops)}

    @property
    def slacks(self) -> tuple[int, ...]:
        """Columns of the numbers' slacks, in their order."""
        return tuple(range(self._width, self._width + len(self._numbers)))

    @property
    def counters(self) -> tuple[int, ...]:
        """Columns that are 1 where a number changes, in their order."""
        first = self._width + len(self._numbers) + len(self._drops)
        return tuple(range(first, first + self._counters))

    @property
    def costs(self) -> Floats:
        """What each column costs in tokens; or, where changes are counted, 1 for each. Shape (columns,)."""
        if self._counters:
            return np.repeat([0.0, 1.0], [self.counters[0], self._counters])
        prices = [number.price for number in self._numbers] + [self._levers.price_of_drop] * len(self._drops)
        return np.concatenate([np.zeros(self._width), np.array(prices, dtype=np.float64)])

    @property
    def slack_columns(self) -> Bools:
        """True for the numbers' columns. Shape (columns,)."""
        own = len(self._numbers)
        return np.repeat([False, True, False], [self._width, own, len(self._drops) + self._counters])

    def values(self, point: Point) -> Floats | None:
        """A portfolio as a point of the model; None where it needs more than these levers. Shape (columns,)."""
        mended = self.read(point, -math.inf)
        if mended is None:
            return None
        values = np.zeros(len(self.costs))
        values[: self._width] = point[: self._width]
        moved = {number.row: amount for number, amount in mended.amounts}
        values[list(self.slacks)] = [moved.get(number.row, 0.0) for number in self._numbers]
        values[[self._column_of_drop[source] for source in mended.dropped if source not in self._gone]] = 1.0
        return values

    def arrays(self, rows: ElasticRows) -> ModelArrays:
        """The model for the solver."""
        numbers: list[int] = []
        lower: list[float] = []
        upper: list[float] = []
        slack: list[tuple[int, int, float]] = []

        def add(row: int, least: float, most: float, *entries: tuple[int, float]) -> None:
            slack.extend((len(numbers), column, sign) for column, sign in entries)
            numbers.append(row)
            lower.append(least)
            upper.append(most)

        place_of = {number.row: self._width + place for place, number in enumerate(self._numbers)}
        for row in rows.kept:
            least, most = float(rows.lower[row]), float(rows.upper[row])
            if row in place_of:
                self._loosen(row, place_of[row], (least, most), add)
                continue
            sources = [s for s in self._levers.rows_of_drops.get(row, ()) if s not in self._gone]
            if row in self._levers.rows_of_drops and not sources:
                continue
            columns = [self._column_of_drop.get(source) for source in sources]
            if not columns or None in columns:
                add(row, least, most)
                continue
            for column in columns:
                if column is not None and math.isfinite(least):
                    add(row, least, math.inf, (column, 1.0))
                if column is not None and math.isfinite(most):
                    add(row, -math.inf, most, (column, -1.0))
        return self._assembled(rows.matrix[np.array(numbers, dtype=np.int64)], (lower, upper), slack)

    def _loosen(self, row: int, column: int, at_steps: tuple[float, float], add: Callable[..., None]) -> None:
        """The row with its slack, and the same as sums in whole steps have it.

        Of a x + s >= l with a x in steps of g, and f = l - g·floor(l / g) > 0, follows a x + s·g/f >= g·ceil(l / g)
        (mixed-integer rounding): without it a search has to find out one by one that no sum lies in between.
        """
        own = self._model.rows[row]
        is_floor = math.isfinite(own.lower)
        bound, sign = (own.lower, 1.0) if is_floor else (own.upper, -1.0)
        limits = (bound, math.inf) if is_floor else (-math.inf, bound)
        add(row, *limits, (column, sign))
        step, stepped = _step(own, self._model.candidate_count), at_steps[0 if is_floor else 1]
        part = step - abs(stepped - bound)
        if step and part > step * _CLEARLY and abs(stepped - bound) > step * _CLEARLY:
            limits = (stepped, math.inf) if is_floor else (-math.inf, stepped)
            add(row, *limits, (column, sign * step / part))

    def _assembled(
        self,
        matrix: sp.csr_array,
        bounds: tuple[list[float], list[float]],
        slack: list[tuple[int, int, float]],
    ) -> ModelArrays:
        width = self._width + len(self._numbers) + len(self._drops) + self._counters
        height = matrix.shape[0]
        placed = (
            [entry[2] for entry in slack],
            ([entry[0] for entry in slack], [entry[1] - self._width for entry in slack]),
        )
        extra = sp.csr_array(placed, shape=(height, width - self._width))
        columns = np.arange(width)
        is_counter = columns >= width - self._counters
        return ModelArrays(
            matrix=sp.csr_array(sp.hstack([matrix, extra], format="csr")),
            row_lower=np.array(bounds[0], dtype=np.float64),
            row_upper=np.array(bounds[1], dtype=np.float64),
            lower=np.zeros(width),
            upper=np.where((columns < self._width) | is_counter, 1.0, np.inf),
            integer=(columns < self._model.candidate_count) | is_counter,
        )

    def read(self, point: Point, bound: float) -> Mended | None:
        """What a portfolio needs, exactly summed; None where it breaks a row that has to hold."""
        rows = self._model.rows
        by_row = {number.row: number for number in self._numbers}
        amounts: list[tuple[Number, float]] = []
        dropped: dict[SourceRow, None] = {}
        for position, row in enumerate(rows):
            if holds(row, point):
                continue
            sources = self._levers.rows_of_drops.get(position, ())
            if position in by_row:
                value = row.terms.value(point)
                amounts.append((by_row[position], value - row.upper if value > row.upper else row.lower - value))
            elif sources and all(s in self._gone or s in self._column_of_drop for s in sources):
                dropped.update(dict.fromkeys(sources))
            else:
                return None
        cost = math.fsum(number.price * amount for number, amount in amounts)
        cost += self._levers.price_of_drop * sum(source not in self._gone for source in dropped)
        return Mended(point, tuple(amounts), tuple(dropped), cost, bound)
