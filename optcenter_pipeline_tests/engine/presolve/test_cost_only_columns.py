"""Candidates that bring nothing themselves are folded into what needs them."""

from typing import Any

import pytest

from optcenter_pipeline.engine.presolve.cost_only_columns import cost_only_columns
from optcenter_pipeline_tests.engine.presolve.test_transitive_edges import needs
from optcenter_pipeline_tests.support.reductions import SmallRun, for_random_runs, is_right, small_run
from optcenter_pipeline_tests.support.snapshots import Json, candidate, snapshot


def earning(*earners: int, size: int = 6, **rules: Any) -> SmallRun:
    """Candidates I-0, I-1, … of 1, 2, … tokens, of which some have a contribution."""
    values: list[dict[str, float]] = [{"gmv": 3.0} if i in earners else {} for i in range(size)]
    rows = [candidate(f"I-{i}", i + 1.0, value, source_row=f"Candidates!{i}") for i, value in enumerate(values)]
    return small_run(snapshot(rows, capacity=12, **rules))


def pays(*members: int, value: float = 7) -> Json:
    return {"members": [f"I-{i}" for i in members], "kpi_key": "gmv", "value": value}


def test_a_portfolio_as_good_stays_for_every_one() -> None:
    def right(run: SmallRun) -> None:
        is_right(run, cost_only_columns)

    for_random_runs(right, 40)


def test_what_nobody_needs_is_not_funded() -> None:
    run = earning(0, prerequisites=needs((1, 2)))
    reduced = is_right(run, cost_only_columns)
    assert reduced.columns.representative.tolist() == [0, -1, -1, -1, -1, -1]
    assert reduced.matrix.toarray().tolist() == [[1.0]]


def test_what_one_needs_is_part_of_its_cost() -> None:
    run = earning(0, 5, prerequisites=needs((0, 1), (1, 2), (0, 2), (5, 4)))
    reduced = is_right(run, cost_only_columns)
    assert reduced.columns.representative.tolist() == [0, 0, 0, -1, 1, 1]
    assert reduced.matrix.toarray().tolist() == [[1.0 + 2.0 + 3.0, 5.0 + 6.0]]


def test_what_the_same_ones_need_is_one_column() -> None:
    run = earning(0, 1, prerequisites=needs((0, 2), (1, 2), (0, 3), (1, 3), (0, 4)))
    reduced = is_right(run, cost_only_columns)
    assert reduced.columns.representative.tolist() == [0, 1, 2, 2, 0, -1]
    assert reduced.height == 3
    origins = [line.nonzero()[0].tolist() for line in reduced.row_origins.toarray()]
    assert sorted(len(rows) for rows in origins) == [1, 2, 2]


def test_a_member_that_another_member_needs_is_folded_into_it() -> None:
    """y <= a, y <= b, z <= b, b <= a: a is needed by b alone; then b by both synergies, with the cost of both."""
    run = earning(prerequisites=needs((1, 0)), synergy_bonuses=[pays(0, 1, 2), pays(1, 3)])
    reduced = is_right(run, cost_only_columns)
    assert reduced.columns.representative.tolist() == [0, 0, 1, 2, -1, -1, 1, 2]
    assert reduced.height == 3


@pytest.mark.parametrize(
    "rules",
    [
        {"synergy_bonuses": [pays(0, 1, value=-7)]},
        {"capacity_floors": [{"dimension": "all", "dimension_key": "all", "min_tokens": 2}]},
        {"mandatory": [{"initiative_key": "I-1"}]},
    ],
)
def test_what_a_row_may_want_stays(rules: dict[str, Any]) -> None:
    """The malus needs I-1 no more than I-0 does; a floor and a mandate may want it for itself."""
    run = earning(0, 2, size=3, prerequisites=needs((0, 1), (2, 1)), **rules)
    assert is_right(run, cost_only_columns).columns.representative[1] >= 0


def test_a_floor_keeps_candidates_that_bring_nothing_else() -> None:
    floor = {"dimension": "all", "dimension_key": "all", "min_tokens": 11}
    run = earning(0, capacity_floors=[floor])
    assert cost_only_columns(run.unreduced) is run.unreduced


def test_a_later_stage_may_gain_by_it() -> None:
    rows = [candidate("A", 1, {"gmv": 1.0}), candidate("B", 1, {"nps": 1.0})]
    levels = {"gmv": "north_star", "nps": "supporting"}
    question = snapshot(rows, metrics=levels)
    goal = {
        "kpi_key": "nps",
        "floor_or_goal": "goal",
        "target_value": 1,
        "dimension": "all",
        "dimension_key": "all",
    }
    with_goal = snapshot(rows, metrics=levels, targets=[goal])
    assert is_right(small_run(question), cost_only_columns).width == 1
    assert is_right(small_run(with_goal), cost_only_columns).width == 3
