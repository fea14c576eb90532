from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from optcenter_pipeline.engine.presolve import dominated_columns as module
from optcenter_pipeline.engine.presolve.dominated_columns import dominated_columns
from optcenter_pipeline_tests.support.hand_runs import Row, at_least, at_most, hand_run
from optcenter_pipeline_tests.support.reductions import CASES, SmallRun, for_random_runs, is_right


def constants(run: SmallRun) -> dict[int, float]:
    """Column → what it was fixed at; the answer is checked against every portfolio."""
    columns = is_right(run, dominated_columns).columns
    return {i: float(columns.constant[i]) for i in np.flatnonzero(columns.representative < 0).tolist()}


def test_every_random_run_keeps_its_best_portfolios() -> None:
    def test(run: SmallRun) -> None:
        is_right(run, dominated_columns)

    for_random_runs(test, 2004)


def crowded_run(dice: Random) -> SmallRun:
    """Few different candidates in a few rows of all of them, or of most."""
    width = dice.randint(2, 8)
    few = dice.choice((2, 3, 5))
    columns = list(range(width))

    def row() -> Row:
        among = columns if dice.random() < 0.7 else columns[: dice.randint(2, width)]
        least = dice.choice((1, 1, 1, -2))
        terms = {i: float(dice.randint(least, few)) for i in among}
        size = sum(terms.values())
        lower = float(dice.randint(0, max(0, int(size * 0.8)))) if dice.random() < 0.4 else -np.inf
        upper = float(dice.randint(1, max(1, int(size * 0.8)))) if dice.random() < 0.7 else np.inf
        return terms, min(lower, upper), max(lower, upper)

    amounts = [float(dice.randint(0, few)) for _ in columns]
    tokens = [float(dice.randint(1, few)) for _ in columns]
    return hand_run(amounts, [row() for _ in range(dice.randint(1, 3))], tokens)


def test_what_is_better_leaves_room_or_not() -> None:
    changed = 0

    @seed(2005)
    @settings(max_examples=CASES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(dice=st.randoms(use_true_random=False))
    def put(dice: Random) -> None:
        nonlocal changed
        run = crowded_run(dice)
        changed += is_right(run, dominated_columns) is not run.unreduced

    put()
    assert changed > CASES / 5


TOKENS = [3.0, 3.0, 3.0, 3.0]


def test_there_is_no_room_for_the_worst_behind_the_better_ones() -> None:
    """Two of three tokens each: the two that bring most."""
    assert constants(hand_run([5, 6, 7, 4], [at_most(8, 3, 3, 3, 3)], TOKENS)) == {0: 0, 3: 0}


def test_there_is_room_for_all_but_the_worst() -> None:
    assert constants(hand_run([5, 6, 7, 4], [at_most(11, 3, 3, 3, 3)], TOKENS)) == {3: 0}


def test_of_equal_ones_the_first_are_taken() -> None:
    assert constants(hand_run([5, 5, 5, 5], [at_most(8, 3, 3, 3, 3)], TOKENS)) == {2: 0, 3: 0}


def test_a_floor_takes_the_better_ones_for_granted() -> None:
    """Three of four are needed: at least the two that bring most, whatever the third is."""
    assert constants(hand_run([5, 6, 7, 4], [at_least(7, 3, 3, 3, 3)], TOKENS)) == {0: 1, 1: 1, 2: 1}
    assert constants(hand_run([5, 6, 7, 4], [at_least(6, 3, 3, 3, 3)], TOKENS)) == {1: 1, 2: 1}


def test_of_an_exclusive_pair_the_better_one_is_left() -> None:
    assert constants(hand_run([5, 6], [at_most(1, 1, 1)], [2, 1])) == {0: 0}
    assert constants(hand_run([5, 6], [at_most(1, 1, 1)], [1, 2])) == {}


def test_what_is_better_in_one_row_and_worse_in_another_decides_nothing() -> None:
    rows = [at_most(8, 3, 3, 3, 3), at_least(1, 4, 3, 2, 5)]
    assert constants(hand_run([5, 6, 7, 4], rows, TOKENS)) == {}


def test_what_costs_more_in_the_last_stage_is_not_better() -> None:
    assert constants(hand_run([5, 6, 7], [at_most(5, 3, 3, 3)], [1, 2, 3])) == {}


def test_a_row_of_its_own_keeps_a_candidate_apart() -> None:
    pair: Row = ({0: 1.0, 1: -1.0}, -np.inf, 0.0)
    assert constants(hand_run([9, 5, 6, 7], [at_most(8, 3, 3, 3, 3), pair], TOKENS)) == {}


def test_a_portfolio_that_fills_a_cap_but_for_rounding_stays() -> None:
    """0.1 + 0.2 is more than 0.3 in binary, and accepted: both are funded."""
    assert constants(hand_run([5, 4], [at_most(0.3, 0.1, 0.2)], [0.1, 0.2])) == {}


def test_too_many_to_compare_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    run = hand_run([5, 6, 7, 4], [at_most(8, 3, 3, 3, 3)], TOKENS)
    monkeypatch.setattr(module, "_TRIALS", 0)
    assert dominated_columns(run.unreduced) is run.unreduced


def test_thousands_in_one_row_are_decided_by_halves() -> None:
    """All cost the same: exactly those that bring most are left to choose from."""
    count, kept = 5000, 1200
    amounts = [float(i * 7919 % count) for i in range(count)]
    run = hand_run(amounts, [at_most(float(kept), *[1.0] * count)])
    columns = dominated_columns(run.unreduced).columns
    assert np.flatnonzero(columns.representative >= 0).tolist() == [
        i for i, amount in enumerate(amounts) if amount >= count - kept
    ]
