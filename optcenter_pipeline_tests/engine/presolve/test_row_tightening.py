import numpy as np
import pytest

from optcenter_pipeline.engine.presolve.equalities import equalities
from optcenter_pipeline.engine.presolve.row_tightening import row_tightening
from optcenter_pipeline_tests.support.hand_runs import Row, at_least, at_most, hand_run
from optcenter_pipeline_tests.support.reductions import SmallRun, for_random_runs, is_right, small_run
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot

INF = float("inf")


def tightened(*rows: Row, columns: int = 4) -> list[tuple[list[float], float, float]]:
    """(coefficients, lower, upper) of the rows that are left; the answer is checked against every portfolio."""
    reduced = is_right(hand_run([5.0, 4.0, 3.0, 2.0][:columns], rows), row_tightening)
    lines = reduced.matrix.toarray().tolist()
    return list(zip(lines, reduced.row_lower.tolist(), reduced.row_upper.tolist(), strict=True))


def test_every_random_run_keeps_its_best_portfolios() -> None:
    def test(run: SmallRun) -> None:
        is_right(run, row_tightening)

    for_random_runs(test, 2002)


def test_a_row_that_always_holds_is_left_out() -> None:
    assert tightened(at_most(12, 3, 4, 5, 0), at_least(-2, 1, -1, -1, 0), at_most(7, 3, 4, 5, 0)) == [
        ([3, 4, 5, 0], -INF, 7)
    ]


def test_a_side_that_always_holds_is_left_out() -> None:
    assert tightened(({0: 3.0, 1: 4.0, 2: 5.0}, 0.0, 6.0)) == [([3, 4, 5, 0], -INF, 6)]


def test_a_row_that_never_holds_stays() -> None:
    assert tightened(({}, 1.0, INF), at_least(13, 3, 4, 5, 0)) == [([0, 0, 0, 0], 1, INF), ([3, 4, 5, 0], 13, INF)]


def test_bounds_become_multiples_of_what_coefficients_have_in_common() -> None:
    assert tightened(at_most(23, 10, 5, 15, 0), at_least(11, 4, 6, 8, 0)) == [
        ([10, 5, 10, 0], -INF, 15),
        ([4, 6, 8, 0], 12, INF),
    ]


def test_an_equation_of_two_multiples_with_no_multiple_stays_as_it_is() -> None:
    assert tightened(({0: 2.0, 1: 4.0}, 3.0, 3.0)) == [([2, 4, 0, 0], 3, 3)]


def test_decimals_count_as_whole_numbers_of_a_smaller_unit() -> None:
    """0.3 is not three times 0.1 in binary."""
    ((_, _, upper),) = tightened(at_most(0.85, 0.3, 0.6, 0.6, 0))
    assert upper == pytest.approx(0.6, rel=1e-12)


def test_a_bound_that_is_met_but_for_rounding_is_not_moved() -> None:
    """0.1 + 0.2 + 0.3 is a little more than 0.6 in binary, and allowed."""
    run = hand_run([1.0, 1.0, 1.0, 1.0], [at_most(0.6, 0.1, 0.2, 0.3, 0.3)])
    assert run.feasible[0b0111]
    reduced = is_right(run, row_tightening)
    assert reduced.row_upper.tolist() == [0.6]


def test_thirds_have_nothing_in_common() -> None:
    rows = at_most(0.5, 1 / 3, 1 / 3, 1 / 7, 1 / 7)
    assert tightened(rows) == [(list(rows[0].values()), -INF, 0.5)]


def test_a_coefficient_above_its_floor_is_cut_to_the_floor() -> None:
    assert tightened(at_least(5, 7, 3, 2, 9)) == [([5, 3, 2, 5], 5, INF)]


def test_a_cap_that_only_all_together_break_is_a_cover() -> None:
    assert tightened(at_most(8, 3, 2, 4, 0)) == [([1, 1, 1, 0], -INF, 2)]


def test_a_coefficient_that_helps_is_cut_too() -> None:
    """x0 - 3 x1 <= 0 says no more than that I-01 is needed."""
    assert tightened(at_most(0, 1, -3)) == [([1, -1, 0, 0], -INF, 0)]


def test_a_coefficient_that_the_bound_can_miss_stays() -> None:
    assert tightened(at_most(8, 5, 4, 4, 0), at_most(0, 1, -1)) == [
        ([5, 4, 4, 0], -INF, 8),
        ([1, -1, 0, 0], -INF, 0),
    ]


def test_a_range_keeps_its_coefficients() -> None:
    row: Row = ({0: 7.0, 1: 3.0, 2: 2.0}, 5.0, 9.0)
    assert tightened(row) == [([7, 3, 2, 0], 5, 9)]


def test_a_huge_coefficient_takes_what_it_grants_with_it() -> None:
    """1e9 x0 + 3.1 x1 + 2.2 x2 + 2.3 x3 >= 5.5 is granted 1, the recheck says: 5.3 of x1 and x2 is enough."""
    run = hand_run([1.0, 1.0, 1.0, 1.0], [at_least(5.5, 1e9, 3.1, 2.2, 2.3)])
    assert run.feasible[0b0110]
    reduced = row_tightening(run.unreduced)
    coefficients, lower = reduced.matrix.toarray()[0], reduced.row_lower[0]
    assert coefficients.max() < 10
    assert [bool(coefficients @ point[:4] >= lower) for point in run.points] == run.feasible.tolist()


def test_what_lies_beyond_all_that_is_granted_stays_beyond() -> None:
    """0.2 is more than the cap and twice its slack away from it, or nearly."""
    run = hand_run([1.0, 1.0], [at_most(0.1999999996, 0.2, 0.1)])
    assert run.feasible.tolist() == [True, False, True, False]
    reduced = row_tightening(run.unreduced)
    activities = run.points[:, :2] @ reduced.matrix.toarray().T
    assert (activities <= reduced.row_upper).all(axis=1).tolist() == run.feasible.tolist()


def test_a_slack_that_was_given_is_not_given_again() -> None:
    """9.4 misses the cap by twice its slack; clipped, contracted and clipped again the row still says so."""
    bundle: Row = ({0: -1.0, 1: 1.0}, 0.0, 0.0)
    run = hand_run([1.0, 1.0, 1.0], [at_most(9.3999999812, 0.4, 9.0, 0.6), bundle])
    assert np.flatnonzero(run.feasible).tolist() == [0b000, 0b100]
    reduced = row_tightening(equalities(row_tightening(run.unreduced)))
    ((coefficient, _),) = reduced.matrix.toarray()
    assert coefficient > reduced.row_upper[0] + reduced.row_slacks[1][0]


def test_a_goal_keeps_its_shortfall_and_loses_what_is_above_it() -> None:
    goal = {"kpi_key": "gmv", "floor_or_goal": "goal", "target_value": 6}
    run = small_run(
        snapshot([candidate("A", 4, {"gmv": 9}), candidate("B", 3, {"gmv": 5})], capacity=6, targets=[goal])
    )
    reduced = is_right(run, row_tightening)
    lines = [line for line in reduced.matrix.toarray().tolist() if line[2]]
    assert lines == [[6, 5, 1]]


def test_what_stages_gain_is_untouched() -> None:
    run = hand_run([5.0, 4.0, 3.0, 2.0], [at_least(5, 7, 3, 2, 9)])
    reduced = row_tightening(run.unreduced)
    assert np.array_equal(reduced.benefits, run.unreduced.benefits)
    assert reduced.columns is run.unreduced.columns


def test_a_model_without_anything_to_tighten_is_returned_as_it_is() -> None:
    run = hand_run([5.0, 4.0, 3.0], [at_most(8, 5, 4, 4)])
    assert row_tightening(run.unreduced) is run.unreduced
