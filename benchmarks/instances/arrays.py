"""A portfolio problem as the mixed-integer program that a user of a solver would write, built by numpy."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from benchmarks.instances.portfolio import Floats, Portfolio

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class NaturalArrays:
    """max costs·z, row_lower <= matrix z <= row_upper, lower <= z <= upper; z = x (candidates), then y (synergies).

    x is binary. y is continuous in [0, 1]: y <= each member of a bonus, y >= sum x - (members - 1) of a malus.
    """

    costs: Floats
    matrix: sp.csr_array
    row_lower: Floats
    row_upper: Floats
    lower: Floats
    upper: Floats
    candidate_count: int

    @property
    def integer(self) -> npt.NDArray[np.bool_]:
        """Which columns are whole numbers."""
        return np.arange(len(self.costs)) < self.candidate_count


class _Rows:
    """Blocks of rows, put together at the end."""

    def __init__(self) -> None:
        self._parts: list[tuple[Ints, Ints, Floats]] = []
        self._lower: list[Floats] = []
        self._upper: list[Floats] = []
        self._count = 0

    def add(
        self,
        rows: npt.ArrayLike,
        columns: npt.ArrayLike,
        coefficients: npt.ArrayLike,
        count: int,
        lower: npt.ArrayLike = -np.inf,
        upper: npt.ArrayLike = np.inf,
    ) -> None:
        """`count` rows from triplets with rows numbered from 0."""
        row_numbers = np.asarray(rows, dtype=np.int64)
        data = np.broadcast_to(np.asarray(coefficients, dtype=np.float64), row_numbers.shape)
        self._parts.append((row_numbers + self._count, np.asarray(columns, dtype=np.int64), data))
        self._lower.append(np.broadcast_to(np.asarray(lower, dtype=np.float64), (count,)))
        self._upper.append(np.broadcast_to(np.asarray(upper, dtype=np.float64), (count,)))
        self._count += count

    def one(self, columns: npt.ArrayLike, coefficients: npt.ArrayLike, lower: float, upper: float) -> None:
        """One row."""
        entries = np.asarray(columns)
        self.add(np.zeros(len(entries)), entries, coefficients, 1, lower, upper)

    def pairs(self, entries: Iterable[tuple[int, int]], second: float, lower: float, upper: float) -> None:
        """A row z_i + second·z_j for each (i, j)."""
        both = np.array(list(entries), dtype=np.int64).reshape(-1, 2)
        numbers = np.arange(len(both))
        self.add(
            np.concatenate([numbers, numbers]),
            np.concatenate([both[:, 0], both[:, 1]]),
            np.concatenate([np.ones(len(both)), np.full(len(both), second)]),
            len(both),
            lower,
            upper,
        )

    def assembled(self, columns: int) -> tuple[sp.csr_array, Floats, Floats]:
        """(matrix, lower, upper)."""
        rows, numbers, data = (np.concatenate([part[k] for part in self._parts]) for k in range(3))
        matrix = sp.csr_array((data, (rows, numbers)), shape=(self._count, columns))
        return matrix, np.concatenate(self._lower), np.concatenate(self._upper)


def natural_arrays(portfolio: Portfolio) -> NaturalArrays:
    """Every rule as rows; what is mandatory or excluded as bounds."""
    n, m = portfolio.size, len(portfolio.synergies)
    rows = _Rows()
    rows.one(np.arange(n), portfolio.tokens, -np.inf, portfolio.capacity)
    for cap in portfolio.caps:
        members = portfolio.members(cap)
        rows.one(members, portfolio.tokens[members], -np.inf, cap.tokens)
    for floor in portfolio.floors:
        members = portfolio.members(floor)
        rows.one(members, portfolio.tokens[members], floor.tokens, np.inf)
    for target in portfolio.kpi_floors:
        amounts, members = portfolio.kpis[target.kpi_key], portfolio.members(target)
        members = members[amounts[members] != 0]
        rows.one(members, amounts[members], target.required, np.inf)
    rows.pairs(portfolio.prerequisites, -1.0, -np.inf, 0.0)
    rows.pairs(portfolio.pairs, 1.0, -np.inf, 1.0)
    chained = [(b[k], b[k + 1]) for b in portfolio.bundles for k in range(len(b) - 1)]
    rows.pairs(chained, -1.0, 0.0, 0.0)
    bonuses = [(n + k, i) for k, s in enumerate(portfolio.synergies) if s.value > 0 for i in s.members]
    rows.pairs(bonuses, -1.0, -np.inf, 0.0)
    for k, synergy in enumerate(portfolio.synergies):
        if synergy.value < 0:
            size = len(synergy.members)
            rows.one([*synergy.members, n + k], [1.0] * size + [-1.0], -np.inf, size - 1.0)
    matrix, row_lower, row_upper = rows.assembled(n + m)
    lower, upper = np.zeros(n + m), np.ones(n + m)
    lower[list(portfolio.mandatory)] = 1.0
    upper[list(portfolio.excluded)] = 0.0
    costs = np.concatenate([portfolio.values, [synergy.value for synergy in portfolio.synergies]])
    return NaturalArrays(costs, matrix, row_lower, row_upper, lower, upper, n)
