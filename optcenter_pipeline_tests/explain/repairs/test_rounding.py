"""A repair's number is short, works, and is hardly more than what is needed."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from optcenter_pipeline.explain.repairs.rounding import rounded


@pytest.mark.parametrize(
    ("value", "needed", "is_raised", "becomes"),
    [
        (300.0, 262.0, False, 262.0),
        (300.0, 262.37, False, 262.0),
        (300.0, 299.37, False, 299.37),
        (300.0, 299.3712345, False, 299.37),
        (90.0, 104.2000001, True, 104.3),
        (0.1, 0.30000000000000004, True, 0.3),
        (1_000_000.0, 1_234_567.2, True, 1_234_568.0),
        (50.0, 0.0, False, 0.0),
        (-4.0, -4.256, False, -4.256),
        (-4.0, -9.996, False, -10.0),
        (1e-3, 7.77e-4, False, 7.77e-4),
    ],
)
def test_the_coarsest_step_that_adds_little(value: float, needed: float, is_raised: bool, becomes: float) -> None:
    assert rounded(value, needed, is_raised=is_raised) == becomes


@given(
    value=st.decimals(min_value=-(10**6), max_value=10**6, places=3),
    change=st.decimals(min_value="0.001", max_value=10**6, places=5),
    is_raised=st.booleans(),
)
@example(value=Decimal(300), change=Decimal("0.001"), is_raised=False)
def test_never_past_the_safe_side_and_never_far(value: Decimal, change: Decimal, is_raised: bool) -> None:
    needed = float(value + change if is_raised else value - change)
    end = Decimal(repr(rounded(float(value), needed, is_raised=is_raised)))
    exact = Decimal(repr(needed))
    beyond = end - exact if is_raised else exact - end
    assert -Decimal("1e-11") * max(Decimal(1), abs(exact)) <= beyond <= abs(exact - value) / 100
    assert abs(value + (end - value) * 95 / 100 - value) < abs(exact - value)
