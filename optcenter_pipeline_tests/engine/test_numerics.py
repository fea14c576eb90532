"""Numbers of every size: exact rechecks, scales, cuts, and sums without dust."""

import itertools
import math
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from optcenter_pipeline.engine import Result, solve
from optcenter_pipeline.engine.arrays import ModelArrays, power_scale
from optcenter_pipeline.engine.figures import clean
from optcenter_pipeline.engine.highs import SolverModel
from optcenter_pipeline.engine.linear_model import LinearModel, broken_rows
from optcenter_pipeline.engine.question import build_question
from optcenter_pipeline.engine.recheck import repairing_cut
from optcenter_pipeline.engine.search import SearchLimits
from optcenter_pipeline.engine.snapshot import SolverOptions
from optcenter_pipeline.rules.linear import LinearRow, Terms
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot


def funded(result: Result) -> set[str]:
    return {item.initiative_key for item in result.selected}


def test_decimal_fractions_fill_a_capacity_exactly() -> None:
    result = solve(snapshot([candidate("A", 0.1, {"gmv": 1}), candidate("B", 0.2, {"gmv": 1})], capacity=0.3))
    assert (funded(result), result.capacity and result.capacity.used) == ({"A", "B"}, 0.3)


@pytest.mark.parametrize("excess", [1e-4, 1e-6, 1e-7, 5e-8])
def test_what_the_solver_tolerates_is_not_accepted(excess: float) -> None:
    rows = [candidate(f"I{i:02d}", 100 / 3 + excess, {"gmv": 1 + i / 100}) for i in range(12)]
    result = solve(snapshot(rows, capacity=100))
    assert (result.status, len(result.selected)) == ("optimal", 2)


def test_a_target_missed_by_less_than_the_solver_minds_is_missed() -> None:
    target = {"kpi_key": "gmv", "floor_or_goal": "floor", "target_value": 3.0000003}
    rows = [candidate("A", 1, {"gmv": 3}), candidate("B", 9, {"gmv": 3.1})]
    assert funded(solve(snapshot(rows, capacity=9, targets=[target]))) == {"B"}
    assert solve(snapshot(rows[:1], targets=[target])).status == "infeasible"


def tidy(seed: int, exponent: int) -> tuple[list[tuple[int, float]], float]:
    """Twelve candidates as (tokens, gain) and the best gain for 60 tokens, by enumeration."""
    random = Random(seed)
    rows = [(random.randint(3, 20), random.randint(1, 99) * 10.0**exponent) for _ in range(12)]
    best = max(
        math.fsum(gain for (_, gain), chosen in zip(rows, choice, strict=True) if chosen)
        for choice in itertools.product((0, 1), repeat=12)
        if sum(tokens for (tokens, _), chosen in zip(rows, choice, strict=True) if chosen) <= 60
    )
    return rows, best


@pytest.mark.parametrize("exponent", [-9, -6, -3, 3, 6, 9, 12])
def test_kpis_of_every_size(exponent: int) -> None:
    rows, best = tidy(11, exponent)
    result = solve(snapshot([candidate(f"I{i}", t, {"gmv": g}) for i, (t, g) in enumerate(rows)], capacity=60))
    assert result.status == "optimal"
    assert result.objective.best_possible == pytest.approx(best, rel=1e-12)
    assert result.objective.bound == pytest.approx(best, rel=1e-12)
    assert result.objective.value == pytest.approx(best, rel=1e-12, abs=1e-6)


@pytest.mark.parametrize("exponent", [-9, -6, -3, 3, 6, 9])
def test_tokens_of_every_size(exponent: int) -> None:
    rows, best = tidy(12, 0)
    scale = 10.0**exponent
    candidates = [candidate(f"I{i}", t * scale, {"gmv": g}) for i, (t, g) in enumerate(rows)]
    result = solve(snapshot(candidates, capacity=60 * scale))
    assert (result.status, result.objective.value) == ("optimal", best)
    assert result.capacity is not None
    assert result.capacity.used <= 60 * scale * (1 + 1e-9)


@pytest.mark.parametrize("exponent", [-6, 9])
def test_goals_of_every_size(exponent: int) -> None:
    scale = 10.0**exponent
    rows = [candidate("A", 1, {"gmv": 1, "nps": 2 * scale}), candidate("B", 1, {"gmv": 1, "nps": 5 * scale})]
    goal = {"kpi_key": "nps", "floor_or_goal": "goal", "target_value": 8 * scale}
    metrics = {"gmv": "north_star", "nps": "strategic"}
    result = solve(snapshot(rows, capacity=1, metrics=metrics, targets=[goal]))
    assert funded(result) == {"B"}
    assert result.gaps[0].gap == pytest.approx(3 * scale)


THREE = {"gmv": "north_star", "nps": "supporting", "margin": "supporting"}
WEIGHTED = {"objective_mode": "weighted_kpis", "objective_weights": {"gmv": 1, "nps": 0.3}}
ORDERED = {"objective_mode": "lexicographic", "objective_weights": ["gmv", "margin"]}
MILLIONS = [{"gmv": -3, "margin": 9e6}, {"gmv": -2, "margin": 1.3e6}, {"margin": -1e6}]
AT_NOTHING: dict[str, tuple[list[dict[str, float]], list[float], Any]] = {
    "a KPI": ([{"gmv": -3, "margin": 6}], [10], None),
    "weights without a common step": ([{"gmv": -4.32, "margin": 6.68}], [8.23], WEIGHTED),
    "goals far below what anybody brings": ([{"gmv": -3, "margin": 12594}], [11, 18], None),
    "millions": (MILLIONS, [11], ORDERED),
}
"""What each candidate brings, goals on margin that nobody can be funded for without a loss, and the objective."""


@pytest.mark.parametrize("name", AT_NOTHING)
def test_what_is_held_at_nothing_gives_no_goal_a_millionth(name: str) -> None:
    """The solver takes a millionth of an initiative for none, and its margin for some."""
    brought, wanted, scenario = AT_NOTHING[name]
    rows = [candidate(f"I{i}", 3, contributions) for i, contributions in enumerate(brought)]
    goals = [{"kpi_key": "margin", "floor_or_goal": "goal", "target_value": value} for value in wanted]
    result = solve(snapshot(rows, metrics=THREE, scenario=scenario, targets=goals))
    assert (result.status, funded(result)) == ("optimal", set())
    assert all(stage.bound == stage.value for stage in result.objective.stages)


def test_one_kpi_may_span_fifteen_orders_of_magnitude() -> None:
    rows = [candidate(f"I{i:02d}", 1, {"gmv": 10.0 ** (i - 6)}) for i in range(16)]
    result = solve(snapshot(rows, capacity=8))
    assert result.status == "optimal"
    assert result.objective.best_possible == pytest.approx(sum(10.0**i for i in range(2, 10)), rel=1e-12)


@pytest.mark.parametrize(("least", "most"), [(-math.inf, -8e12), (8e12, math.inf)])
def test_a_bound_beyond_what_the_solver_takes_for_infinite_is_out_of_reach(least: float, most: float) -> None:
    """1e-8 tokens are left where a capacity is overspent by 8e12: in the row's own scale by more than 1e20."""
    one = np.ones(1)
    row = ModelArrays(sp.csr_array([[1e-8]]), one * least, one * most, one * 0, one, one > 0)
    solver = SolverModel(row, one < 0, SolverOptions())
    assert solver.search(SearchLimits(0.0)).infeasible
    free = SolverModel(replace(row, row_lower=one * -math.inf, row_upper=one), one < 0, SolverOptions())
    assert not free.search(SearchLimits(0.0)).infeasible
    free.add_row(Terms((0,), (1e-8,)), least, most)
    assert free.search(SearchLimits(0.0)).infeasible


def test_sums_carry_no_dust() -> None:
    rows = [candidate(f"I{i:02d}", 0.1, {"gmv": 183.9 + 0.1}) for i in range(10)]
    result = solve(snapshot(rows))
    assert (result.objective.value, result.kpis["gmv"], result.capacity and result.capacity.used) == (1840, 1840, 1)
    assert [clean(value) for value in (1839.9999999998, 0.1 + 0.2, -0.0, 1e-20)] == [1840, 0.3, 0, 1e-20]


def test_scales_are_powers_of_two_into_a_quiet_range() -> None:
    for largest in (1e-12, 1e-6, 0.3, 1, 7, 16384, 1e5, 1e9, 1e15):
        scale = power_scale(largest)
        assert math.frexp(scale)[0] == 0.5
        assert 1 <= largest * scale <= 16384
    assert power_scale(0) == 1


def mixed_model() -> LinearModel:
    """Six candidates with a synergy, a malus, a floor, a goal and a cap."""
    rows = [candidate(f"I{i}", i + 1, {"gmv": (-1) ** i * (i + 2)}) for i in range(6)]
    question = snapshot(
        rows,
        capacity=13,
        synergy_bonuses=[
            {"members": ["I0", "I1"], "kpi_key": "gmv", "value": 4},
            {"members": ["I2", "I3"], "kpi_key": "gmv", "value": -5},
        ],
        targets=[
            {"kpi_key": "gmv", "floor_or_goal": "floor", "target_value": 3},
            {"kpi_key": "gmv", "floor_or_goal": "goal", "target_value": 9},
        ],
        bundles=[{"bundle_key": "b", "members": ["I4", "I5"]}],
    )
    return build_question(question).model


def test_a_cut_shuts_out_the_portfolio_and_none_that_keeps_the_row() -> None:
    model = mixed_model()
    points = [model.point(choice) for choice in itertools.product((False, True), repeat=6)]
    for point in points:
        for row in broken_rows(model.rows, point):
            cut = repairing_cut(model, row, point)
            assert broken_rows([cut], point)
            assert not [other for other in points if broken_rows([cut], other) and not broken_rows([row], other)]


def test_a_cut_on_shortfalls_asks_for_more_of_the_goals_kpi() -> None:
    model = mixed_model()
    goal_column = model.column_count - 1
    terms = model.rows[-1].terms
    assert goal_column in terms.columns
    held = LinearRow("hold", type(terms)((goal_column,), (1.0,)), (), "held", upper=2.0)
    points = [model.point(choice) for choice in itertools.product((False, True), repeat=6)]
    for point in (p for p in points if broken_rows([held], p)):
        cut = repairing_cut(model, held, point)
        assert broken_rows([cut], point)
        assert not [other for other in points if broken_rows([cut], other) and not broken_rows([held], other)]
