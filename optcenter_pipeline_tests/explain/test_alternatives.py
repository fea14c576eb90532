"""Alternatives against enumeration: allowed, distinct, within the percentage, the first as far as any."""

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.instances.generated import generated_portfolio
from benchmarks.instances.snapshots import to_snapshot
from optcenter_pipeline.engine import Snapshot, solve
from optcenter_pipeline.engine.checker import check_portfolio
from optcenter_pipeline.engine.highs import SolverError
from optcenter_pipeline.explain import alternatives as module
from optcenter_pipeline.explain.alternatives import alternatives
from optcenter_pipeline.explain.alternatives_search import Differing
from optcenter_pipeline.explain.base_plan import BasePlan, base_plan
from optcenter_pipeline.explain.documents import Alternatives
from optcenter_pipeline_tests.support.brute_force import feasible
from optcenter_pipeline_tests.support.random_cases import cases
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot, snapshots

FEW = settings(max_examples=cases(40), deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
Keys = frozenset[str]


def plan_of(one: Snapshot) -> BasePlan | None:
    result = solve(one)
    return base_plan(one, result) if result.has_portfolio else None


def planned(one: Snapshot) -> BasePlan:
    plan = plan_of(one)
    assert plan is not None
    return plan


def worth(plan: BasePlan, keys: Keys) -> float:
    return plan.stage.own_terms.value(plan.question.point_of(keys))


def what_counts(plan: BasePlan) -> Keys:
    candidates = plan.question.model.columns.candidates
    return frozenset(candidates[column].initiative_key for column in Differing.of(plan.question).columns)


def timeless(told: Alternatives) -> Alternatives:
    return told.model_copy(update={"seconds": 0.0})


@FEW
@given(snapshots(spoilt_percent=0), st.sampled_from([0.0, 5.0, 30.0]))
def test_each_is_allowed_and_as_far_from_those_before_as_any(one: Snapshot, pct: float) -> None:
    plan = plan_of(one)
    if plan is None:
        return
    base, counts = frozenset(plan.question.keys_of(plan.point)), what_counts(plan)
    best = worth(plan, base)
    least = best - pct / 100 * abs(best)
    allowed = {keys for keys in feasible(one) if worth(plan, keys) >= least - 1e-9 * max(1.0, abs(least))}
    told = alternatives(plan, count=3, within_pct=pct)
    before = [base]
    for entry in told.found:
        keys = frozenset(entry.selected)
        assert keys in allowed
        nearest = min(len((keys ^ other) & counts) for other in before)
        farthest = max(min(len((one_ ^ other) & counts) for other in before) for one_ in allowed)
        assert nearest == farthest > 0
        assert entry.certainty == "exact"
        assert entry.objective == pytest.approx(worth(plan, keys))
        assert (frozenset(entry.adds), frozenset(entry.drops)) == (keys - base, base - keys)
        same = {other for other in allowed if min(len((other ^ o) & counts) for o in before) == nearest}
        assert entry.objective == pytest.approx(max(worth(plan, other) for other in same), rel=1e-5, abs=1e-5)
        before.append(keys)
    others = {keys & counts for keys in allowed} - {keys & counts for keys in before}
    is_over, passed_over = len(told.found) < 3, Differing.of(plan.question).passed_over
    assert told.no_more_exist == (is_over and not passed_over)
    assert any("no more that differ" in message for message in told.messages) == (is_over and bool(passed_over))
    assert not (is_over and others)
    assert not told.no_more_exist or allowed == set(before)


def three_ways() -> Snapshot:
    """Room for one of three that are nearly alike, beside one that is always worth it."""
    named = [("A", 10.0, 100.0), ("B", 10.0, 100.0), ("C", 10.0, 98.0), ("D", 5.0, 300.0)]
    return snapshot([candidate(key, tokens, {"gmv": value}) for key, tokens, value in named], capacity=15)


def test_says_when_fewer_exist() -> None:
    told = alternatives(planned(three_ways()), count=5, within_pct=1.0)
    assert [entry.selected for entry in told.found] == [("B", "D"), ("C", "D")]
    assert [entry.loss_pct for entry in told.found] == [0.0, 0.5]
    assert told.no_more_exist
    assert [entry.certainty for entry in told.found] == ["exact", "exact"]


def test_within_nothing_only_what_is_as_good() -> None:
    told = alternatives(planned(three_ways()), count=5, within_pct=0.0)
    assert [entry.selected for entry in told.found] == [("B", "D")]
    assert told.no_more_exist


def test_as_many_as_were_asked_for_say_nothing_of_others() -> None:
    told = alternatives(planned(three_ways()), count=1, within_pct=1.0)
    assert len(told.found) == 1
    assert not told.no_more_exist


def test_what_brings_nothing_makes_no_difference() -> None:
    one = snapshot(
        [
            candidate("A", 10, {"gmv": 100}),
            candidate("B", 10, {"gmv": 99}),
            candidate("JUNK", 1),
            candidate("NEEDED", 1),
            candidate("BONUS", 1),
            candidate("UNASKED", 1, {"nps": 5}),
        ],
        capacity=13,
        metrics={"gmv": "north_star", "nps": "supporting"},
        prerequisites=[{"initiative_key": "B", "requires": ["NEEDED"], "source_rows": ["Constraints!2"]}],
        synergy_bonuses=[
            {"members": ["A", "BONUS"], "kpi_key": "gmv", "value": -2, "source_rows": ["Constraints!3"]},
            {"members": ["A", "UNASKED"], "kpi_key": "nps", "value": 9, "source_rows": ["Constraints!4"]},
        ],
    )
    told = alternatives(planned(one), count=9, within_pct=2.0)
    assert all({"JUNK", "UNASKED"}.isdisjoint(entry.selected) for entry in told.found)
    assert told.messages[0] == f"{len(told.found)} found, and no more that differ in what counts: that is proven"
    assert "(JUNK, UNASKED)" in told.messages[1]
    assert ("B", "BONUS", "NEEDED") in [entry.selected for entry in told.found]
    assert not told.no_more_exist  # there is the run's own with JUNK


def test_bundles_are_whole_and_goals_are_no_wall() -> None:
    one = snapshot(
        [candidate(key, 10, {"gmv": value}) for key, value in (("A", 60.0), ("B", 40.0), ("C", 99.0), ("D", 1.0))],
        capacity=20,
        bundles=[{"bundle_key": "ab", "members": ["A", "B"], "source_rows": ["Constraints!2"]}],
        targets=[
            {
                "dimension": "all",
                "dimension_key": "all",
                "kpi_key": "gmv",
                "floor_or_goal": "goal",
                "target_value": 100.0,
                "source_rows": ["Targets!2"],
            }
        ],
    )
    told = alternatives(planned(one), count=5, within_pct=1.0)
    assert {entry.selected for entry in told.found} <= {("A", "B"), ("C", "D"), ("C",)}
    assert len(told.found) == 2
    assert told.no_more_exist


@pytest.mark.parametrize(("value", "pct", "expected"), [(-100.0, 10.0, 1), (-100.0, 1.0, 0)])
def test_a_best_below_zero_has_its_percentage_below_it(value: float, pct: float, expected: int) -> None:
    one = snapshot(
        [candidate("A", 10, {"gmv": value}), candidate("B", 10, {"gmv": -7})],
        capacity=20,
        mandatory=[{"initiative_key": "A", "source_rows": ["Constraints!2"]}],
    )
    told = alternatives(planned(one), count=3, within_pct=pct)
    assert told.best == value
    assert len(told.found) == expected
    assert told.no_more_exist


def test_a_best_of_zero_leaves_only_what_brings_zero() -> None:
    one = snapshot([candidate("A", 10, {"gmv": -1}), candidate("B", 5, {"gmv": 0})], capacity=20)
    told = alternatives(planned(one), count=3, within_pct=50.0)
    assert (told.best, told.found, told.no_more_exist) == (0.0, (), False)
    assert "no more that differ" in told.messages[0]
    assert "B brings nothing" in told.messages[1]


@pytest.mark.parametrize(("count", "pct"), [(0, 5.0), (3, -1.0), (3, math.nan), (3, math.inf)])
def test_numbers_that_ask_for_nothing_are_refused(count: int, pct: float) -> None:
    with pytest.raises(ValueError, match=r"ask for|give a number"):
        alternatives(planned(three_ways()), count=count, within_pct=pct)


def test_cancelled_it_tells_those_found() -> None:
    told = alternatives(planned(three_ways()), cancel=lambda: True)
    assert (told.found, told.no_more_exist) == ((), False)
    assert "stopped" in told.messages[0]


def test_a_portfolio_that_the_checker_refuses_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = planned(three_ways())
    smaller = plan.question.snapshot.model_copy(
        update={"scenario": plan.question.snapshot.scenario.model_copy(update={"capacity_total_tokens": 5.0})}
    )
    monkeypatch.setattr(module, "check_portfolio", lambda _, keys: check_portfolio(smaller, keys))
    with pytest.raises(SolverError, match="scenario_capacity"):
        alternatives(plan)


def test_hard_ones_are_allowed_distinct_and_the_same_again() -> None:
    one = to_snapshot(generated_portfolio(120, 1), mip_gap=1e-3)
    plan = base_plan(
        one, solve(one.model_copy(update={"solver": one.solver.model_copy(update={"node_limit": 50})}))
    )
    told = alternatives(plan, count=3)
    assert len(told.found) == 3
    assert len({entry.selected for entry in told.found} | {plan.question.keys_of(plan.point)}) == 4
    for entry in told.found:
        assert check_portfolio(one, entry.selected) == ()
        assert entry.loss_pct <= 5 + 1e-9
    assert timeless(alternatives(plan, count=3)) == timeless(told)


@FEW
@given(snapshots(spoilt_percent=0), st.data())
def test_the_checker_allows_what_enumeration_allows(one: Snapshot, data: st.DataObject) -> None:
    keys = [c.initiative_key for c in one.candidates]
    some = data.draw(st.sets(st.sampled_from(keys))) if keys else set()
    assert (check_portfolio(one, some) == ()) == (frozenset(some) in feasible(one))
