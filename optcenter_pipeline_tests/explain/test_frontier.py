"""The frontier against enumeration, point by point; monotone whatever limits stopped."""

import math
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.instances.generated import generated_portfolio
from benchmarks.instances.planning import planning_portfolio
from benchmarks.instances.snapshots import to_snapshot
from optcenter_pipeline.engine import Snapshot, solve
from optcenter_pipeline.engine.checker import check_portfolio
from optcenter_pipeline.explain.base_plan import BasePlan, base_plan
from optcenter_pipeline.explain.documents import Frontier, FrontierPoint
from optcenter_pipeline.explain.frontier import frontier
from optcenter_pipeline.explain.frontier_axis import about, axis_of
from optcenter_pipeline_tests.support.brute_force import feasible
from optcenter_pipeline_tests.support.random_cases import cases
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot, snapshots

FEW = settings(max_examples=cases(40), deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


def plan_of(one: Snapshot) -> BasePlan | None:
    result = solve(one)
    return base_plan(one, result) if result.has_portfolio else None


def with_capacity(one: Snapshot, capacity: float) -> Snapshot:
    return one.model_copy(update={"scenario": one.scenario.model_copy(update={"capacity_total_tokens": capacity})})


def possible(plan: BasePlan, against: str) -> list[tuple[float, float]]:
    """(x, y) of every portfolio that keeps the hard rules, the one that x stands for aside."""
    one = plan.question.snapshot
    allowed = feasible(with_capacity(one, 1e9) if against == "capacity" else one)
    axis, terms = axis_of(plan, against), plan.stage.own_terms
    points = [plan.question.point_of(keys) for keys in allowed]
    return [(axis.value(point), terms.value(point)) for point in points]


def assert_is_right(plan: BasePlan, told: Frontier, against: str) -> None:
    is_floor = axis_of(plan, against).is_floor
    pairs = possible(plan, against)
    for point in told.points:
        allowed = [y for x, y in pairs if (x >= point.x - 1e-9 if is_floor else x <= point.x + 1e-9)]
        if not allowed:
            assert (point.y, point.bound, point.certainty) == (None, None, "exact")
            continue
        assert point.y == pytest.approx(max(allowed), rel=1e-6, abs=1e-6)
        assert point.certainty == "exact"
    assert_is_monotone(told, is_floor=is_floor)


def assert_is_monotone(told: Frontier, *, is_floor: bool) -> None:
    points = told.points[::-1] if is_floor else told.points
    assert [point.x for point in told.points] == sorted({point.x for point in told.points})
    for tighter, looser in pairwise(points):
        assert ys(tighter) <= ys(looser)
        assert tighter.bound is None or looser.bound is None or tighter.bound <= looser.bound
    for point in points:
        assert point.y is None or (point.bound is not None and point.y <= point.bound)


def ys(point: FrontierPoint) -> float:
    return -math.inf if point.y is None else point.y


@FEW
@given(snapshots(spoilt_percent=0))
def test_every_capacity_has_the_best_of_all_portfolios(one: Snapshot) -> None:
    plan = plan_of(one)
    if plan is None:
        return
    told = frontier(plan, points=6)
    assert_is_right(plan, told, "capacity")
    current = [point for point in told.points if point.is_current]
    assert [point.x for point in current] == [one.scenario.capacity_total_tokens]
    xs = [x for x, _ in possible(plan, "capacity")]
    assert told.points[0].x == pytest.approx(min(xs))
    assert told.points[-1].y == pytest.approx(max(y for _, y in possible(plan, "capacity")), rel=1e-6, abs=1e-6)


@FEW
@given(snapshots(spoilt_percent=0), st.data())
def test_every_kpi_and_the_goals_can_be_set_against_the_objective_or_any_kpi(
    one: Snapshot, data: st.DataObject
) -> None:
    run = plan_of(one)
    if run is None:
        return
    of = data.draw(st.sampled_from([None, *(metric.kpi_key for metric in one.metrics)]))
    plan = run if of is None else about(run, of)
    own = plan.stage.name.casefold().strip() if plan.stage.kind == "kpi" else ""
    names = [m.kpi_key for m in one.metrics if m.kpi_key.casefold().strip() != own]
    names += ["goals"] if plan.question.model.goals else []
    if names:
        against = data.draw(st.sampled_from(names))
        told = frontier(run, points=5, against=against, of=of)
        assert told.y_name == plan.stage.name
        assert_is_right(plan, told, against)
        xs = [x for x, _ in possible(plan, against)]
        axis = axis_of(plan, against)
        tightest = told.points[-1 if axis.is_floor else 0].x
        assert tightest == pytest.approx(max(xs) if axis.is_floor else min(xs), rel=1e-9, abs=1e-9)


@FEW
@given(snapshots(spoilt_percent=0), st.integers(1, 60), st.integers(0, 60))
def test_ends_that_are_given_are_the_ends(one: Snapshot, low: int, more: int) -> None:
    plan = plan_of(one)
    if plan is None:
        return
    told = frontier(plan, points=4, low=float(low), high=float(low + more))
    assert (told.points[0].x, told.points[-1].x) == (low, low + more)
    assert_is_right(plan, told, "capacity")


def test_a_kpi_may_be_called_goals_where_the_set_has_none() -> None:
    metrics = {"gmv": "north_star", "Goals": "supporting"}
    plan = plan_of(snapshot([candidate("A", 1, {"gmv": 5, "Goals": 2})], metrics=metrics))
    assert plan is not None
    told = frontier(plan, points=2, against="goals")
    assert (told.x_name, [point.x for point in told.points]) == ("Goals", [2.0])


def floored() -> BasePlan:
    one = snapshot(
        [candidate(f"I-{i}", 10.0 + i, {"gmv": 10.0 - i, "nps": float(i)}) for i in range(6)],
        capacity=40.0,
        metrics={"gmv": "north_star", "nps": "strategic"},
        capacity_floors=[
            {"dimension": "all", "dimension_key": "all", "min_tokens": 23.0, "source_rows": ["Constraints!2"]}
        ],
    )
    plan = plan_of(one)
    assert plan is not None
    return plan


def test_below_what_the_rules_need_there_is_no_portfolio() -> None:
    told = frontier(floored(), points=5, low=10.0, high=60.0)
    assert [(point.x, point.y is None) for point in told.points][:2] == [(10.0, True), (22.0, True)]
    assert all(point.certainty == "exact" for point in told.points)
    assert told.points[0].selected == ()
    assert told.points[-1].y is not None


def test_from_the_least_that_the_rules_need_to_where_more_buys_nothing() -> None:
    told = frontier(floored(), points=5)
    assert (told.points[0].x, told.points[-1].x) == (23.0, 75.0)
    assert (told.points[-1].y, told.points[-1].tokens) == (45.0, 75.0)
    assert [point.x for point in told.points if point.is_current] == [40.0]
    assert len(told.points) == 5


@pytest.mark.parametrize(("against", "part"), [("npss", "'nps'"), ("tokens", "capacity"), ("gmv", "itself")])
def test_what_is_no_axis_is_refused_with_those_there_are(against: str, part: str) -> None:
    with pytest.raises(ValueError, match=part):
        frontier(floored(), against=against)


def test_goals_need_goals() -> None:
    with pytest.raises(ValueError, match="no goals"):
        frontier(floored(), against="goals")


@pytest.mark.parametrize(
    ("points", "low", "high"), [(0, None, None), (3, 5.0, 4.0), (3, math.nan, None), (3, None, math.inf)]
)
def test_numbers_that_are_no_range_are_refused(points: int, low: float | None, high: float | None) -> None:
    with pytest.raises(ValueError, match=r"points|above|number"):
        frontier(floored(), points=points, low=low, high=high)


def middling() -> BasePlan:
    one = to_snapshot(generated_portfolio(100, 3), mip_gap=1e-3)
    result = solve(one.model_copy(update={"solver": one.solver.model_copy(update={"node_limit": 50})}))
    return base_plan(one, result)


def test_hard_points_are_monotone_told_with_their_bounds_and_the_same_again() -> None:
    plan = middling()
    for against in ("capacity", "nps"):
        told = frontier(plan, points=6, against=against)
        assert_is_monotone(told, is_floor=against != "capacity")
        for point in told.points:
            assert point.mip_gap is not None
            assert (point.certainty == "exact") == (point.mip_gap <= 1e-3)
            limit = with_capacity(plan.question.snapshot, point.x) if against == "capacity" else None
            assert check_portfolio(limit or plan.question.snapshot, point.selected) == ()
    again = frontier(plan, points=6, against="nps")
    assert again.model_copy(update={"seconds": 0.0}) == told.model_copy(update={"seconds": 0.0})


def test_a_quarters_plan_is_proven_at_every_point_whose_best_is_what_a_run_of_its_own_finds() -> None:
    one = to_snapshot(planning_portfolio(150, 2), mip_gap=1e-4)
    told = frontier(base_plan(one, solve(one)), points=5)
    assert [point.certainty for point in told.points] == ["exact"] * 5
    for point in (told.points[0], told.points[-1]):
        alone = solve(with_capacity(one, point.x)).objective
        assert point.y is not None
        assert point.bound is not None
        assert alone.value is not None
        assert alone.bound is not None
        assert point.y <= alone.bound
        assert alone.value <= point.bound
    assert_is_monotone(told, is_floor=False)


def test_cancelled_it_tells_the_points_that_were_found() -> None:
    asked = 0

    def cancel() -> bool:
        nonlocal asked
        asked += 1
        return asked > 12

    told = frontier(floored(), points=8, cancel=cancel)
    assert len(told.points) < 8
    assert told.messages
    assert "stopped" in told.messages[0]
    assert_is_monotone(told, is_floor=False)
