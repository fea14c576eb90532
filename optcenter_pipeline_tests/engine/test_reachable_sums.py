"""Bounds moved to sums that coefficients have: the same portfolios, fewer fractions."""

import math

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from optcenter_pipeline.engine.reachable_sums import reachable_bounds
from optcenter_pipeline.engine.row_matrix import RowMatrix

NUMBERS = st.integers(-300, 300).map(lambda n: n / 10)


def moved(coefficients: list[float], lower: float, upper: float, *, whole: bool = True) -> tuple[float, float]:
    rows = RowMatrix(sp.csr_array([coefficients]), np.array([lower]), np.array([upper]))
    lowers, uppers = reachable_bounds(rows, np.full(len(coefficients), whole))
    return float(lowers[0]), float(uppers[0])


def sums(coefficients: list[float]) -> list[float]:
    found = [0.0]
    for coefficient in coefficients:
        found += [value + coefficient for value in found]
    return [round(value, 6) for value in found]


@given(st.lists(NUMBERS.filter(bool), min_size=1, max_size=8), NUMBERS, NUMBERS)
def test_the_same_sums_lie_between_the_bounds(coefficients: list[float], one: float, other: float) -> None:
    lower, upper = min(one, other), max(one, other)
    tight = moved(coefficients, lower, upper)
    for value in sums(coefficients):
        assert (lower - 1e-7 <= value <= upper + 1e-7) == (tight[0] - 1e-7 <= value <= tight[1] + 1e-7)


@given(st.lists(NUMBERS.filter(bool), min_size=1, max_size=8), st.integers(0, 100))
def test_a_bound_among_the_sums_becomes_one_of_them(coefficients: list[float], percent: int) -> None:
    known = sums([*coefficients, 0.3])
    bound = min(known) + (max(known) - min(known)) * percent / 100
    lower, upper = (moved([*coefficients, 0.3], *ends) for ends in ((bound, math.inf), (-math.inf, bound)))
    assert min(value for value in known if value >= bound - 1e-7) == pytest.approx(lower[0], abs=1e-6)
    assert max(value for value in known if value <= bound + 1e-7) == pytest.approx(upper[1], abs=1e-6)


def test_a_window_between_two_sums_closes() -> None:
    lower, upper = moved([20.0, 20.0, 20.0], 30, 39)
    assert (lower, upper) == (40, 20)


def test_a_long_row_is_moved_to_a_multiple_of_its_step() -> None:
    assert moved([5.0] * 500, 12, 1234) == (15, 1230)


def test_what_has_no_common_step_or_is_not_whole_stays() -> None:
    assert moved([math.pi, math.e], 1, 4) == (1, 4)
    assert moved([20.0, 20.0], 30, 39, whole=False) == (30, 39)
