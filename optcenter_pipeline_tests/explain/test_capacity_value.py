"""What tokens under a limit are worth, and which rows bind, against the oracle."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import assume, reject

from optcenter_pipeline.engine import solve
from optcenter_pipeline.engine.portfolio_search import Searched, search_portfolio
from optcenter_pipeline.engine.question import Question
from optcenter_pipeline.engine.snapshot import Snapshot, SolverOptions
from optcenter_pipeline.explain.base_plan import BasePlan, base_plan
from optcenter_pipeline.explain.capacity_value import value_limits
from optcenter_pipeline.explain.documents import CapacityStep, LimitValue
from optcenter_pipeline_tests.engine.test_brute_force import for_random, near
from optcenter_pipeline_tests.support import brute_force
from optcenter_pipeline_tests.support.mid_size import mid_size
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot


def planned(question: Snapshot) -> BasePlan:
    result = solve(question)
    if result.status != "optimal":
        reject()
    return base_plan(question, result)


def under(question: Snapshot, limit: LimitValue, tokens: float) -> Snapshot:
    """The question with other tokens under a limit."""
    if limit.field == "capacity_total_tokens":
        scenario = question.scenario.model_copy(update={"capacity_total_tokens": tokens})
        return question.model_copy(update={"scenario": scenario})
    caps = tuple(
        cap.model_copy(update={"max_tokens": tokens}) if limit.source_row in cap.source_rows else cap
        for cap in question.constraint_set.capacity_caps
    )
    changed = question.constraint_set.model_copy(update={"capacity_caps": caps})
    return question.model_copy(update={"constraint_set": changed})


def same_step(question: Snapshot, plan: BasePlan, limit: LimitValue, step: CapacityStep) -> None:
    answer = brute_force.solve(under(question, limit, step.limit))
    assume(answer.decided)
    assert step.limit == near(limit.limit + step.change)
    assert (step.objective is None) == (answer.status == "infeasible")
    if step.objective is not None:
        assert any(step.objective == near(value) for value in answer.first_values)
        assert step.objective_change == near(step.objective - plan.objective)
        assert step.certainty == "exact" or plan.question.model.goals


def values_as_the_oracle(question: Snapshot) -> None:
    plan = planned(question)
    limits, _, _ = value_limits(plan)
    caps = question.constraint_set.capacity_caps
    assert [limit.source_row for limit in limits][:1] == ["Scenario_Config!2"]
    assert {limit.source_row for limit in limits[1:]} == {row for cap in caps for row in cap.source_rows}
    for limit in limits:
        answer = brute_force.solve(question, without=[limit.source_row])
        assume(answer.decided)
        # a shortfall's bound can miss its value by the solver's tolerance
        assert limit.certainty == "exact" or plan.question.model.goals
        assert limit.gain_without is not None
        assert any(plan.objective + limit.gain_without == near(value) for value in answer.first_values)
        assert limit.is_binding == (limit.gain_without > 0)
        changes = [step.change for step in limit.steps]
        assert changes == sorted({change for change in changes if change})
        for step in limit.steps:
            same_step(question, plan, limit, step)


@pytest.mark.parametrize("share", range(3))
def test_limits_are_worth_what_the_oracle_says(share: int) -> None:
    for_random(values_as_the_oracle, 700 + share, 40, spoilt_percent=0, most=8)


def useful_limits(question: Snapshot, limit: LimitValue) -> Iterator[float]:
    """Tokens under the limit, from few to many, with which another portfolio becomes possible."""
    cap = next((c for c in question.constraint_set.capacity_caps if limit.source_row in c.source_rows), None)
    place = (cap.dimension, cap.dimension_key) if cap else ("all", "all")
    yield from sorted({use for use in brute_force.token_sums(question, *place) if use > limit.limit + 1e-9})


def increments_as_the_oracle(question: Snapshot) -> None:
    plan = planned(question)
    before = brute_force.solve(question)
    for limit in value_limits(plan)[0]:
        if not limit.is_binding:
            assert limit.next_increment is None
            continue
        expected = None
        for tokens in useful_limits(question, limit):
            answer = brute_force.solve(under(question, limit, tokens))
            assume(answer.decided)
            first = next(s for s in answer.stages if s.kind != "goals")
            if first.value > next(s for s in before.stages if s.kind != "goals").value + 1e-4:
                expected = tokens
                break
        step = limit.next_increment
        assert (step is None) == (expected is None)
        if step is not None:
            assert step.limit == near(expected or 0.0)
            same_step(question, plan, limit, step)


@pytest.mark.parametrize("share", range(3))
def test_the_next_increment_is_the_fewest_tokens_that_buy_anything(share: int) -> None:
    for_random(increments_as_the_oracle, 710 + share, 40, spoilt_percent=0, most=7)


def binds_as_the_oracle(question: Snapshot) -> None:
    plan = planned(question)
    _, binding, unsearched = value_limits(plan)
    assert not unsearched or plan.question.model.goals  # a shortfall's bound can miss its value by the tolerance
    gains = {row.source_row: row.gain for row in binding}
    assert len(gains) == len(binding)
    assert [row.gain for row in binding] == sorted(gains.values(), reverse=True)
    rules = question.constraint_set
    hard = {row for rule in rules.rules() for row in rule.source_rows} | {"Scenario_Config!2"}
    hard -= {row for rule in rules.synergy_bonuses for row in rule.source_rows}
    hard -= {row for rule in rules.targets if rule.floor_or_goal == "goal" for row in rule.source_rows}
    assert gains.keys() <= hard
    for row in hard:
        answer = brute_force.solve(question, without=[row])
        assume(answer.decided)
        if row in gains:
            assert gains[row] > 0
            assert any(plan.objective + gains[row] == near(value) for value in answer.first_values)
        else:
            assert min(answer.first_values) <= plan.objective + 1e-6 * max(1.0, abs(plan.objective))


@pytest.mark.parametrize("share", range(3))
def test_the_rows_that_bind_are_those_that_the_oracle_finds(share: int) -> None:
    for_random(binds_as_the_oracle, 720 + share, 40, spoilt_percent=0, tight_percent=40, most=8)


def binds_or_says_that_it_does_not_know(question: Snapshot) -> None:
    plan = planned(question)
    _, binding, unsearched = value_limits(plan)
    gains = {row.source_row: row.gain for row in binding}
    assert not gains.keys() & {*unsearched}
    hard = {row for rule in question.constraint_set.rules() for row in rule.source_rows}
    hard -= {row for rule in question.constraint_set.synergy_bonuses for row in rule.source_rows}
    gap = max(question.solver.mip_gap, 1e-6) * max(1.0, abs(plan.objective))
    for row in hard - {*unsearched}:
        answer = brute_force.solve(question, without=[row])
        assume(answer.decided)
        if row in gains:
            assert any(plan.objective + gains[row] == near(value) for value in answer.first_values)
        elif not plan.question.model.goals and plan.question.plan.first.is_kpi:
            assert min(answer.first_values) <= plan.objective + gap


@pytest.mark.parametrize("searches", [0, 2])
def test_rows_of_a_large_pool_are_settled_by_relaxations_or_named(
    searches: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("capacity_value", "capacity_value_rows"):
        monkeypatch.setattr(f"optcenter_pipeline.explain.{module}._SMALL", 0)
    monkeypatch.setattr("optcenter_pipeline.explain.capacity_value._WORK", 0)
    monkeypatch.setattr("optcenter_pipeline.explain.capacity_value_rows._SEARCHES", searches)
    for_random(binds_or_says_that_it_does_not_know, 730 + searches, 15, spoilt_percent=0, tight_percent=40, most=8)


def test_a_plan_by_hand() -> None:
    rows = [
        candidate("A", 6, {"gmv": 8}, attributes={"country": "UK"}),
        candidate("B", 5, {"gmv": 5}, attributes={"country": "UK"}),
        candidate("C", 20, {"gmv": 9}),
        candidate("D", 1, {"gmv": 2}),
    ]
    cap = {"dimension": "country", "dimension_key": "UK", "max_tokens": 5, "source_rows": ["Constraints!5"]}
    plan = planned(snapshot(rows, capacity=25, capacity_caps=[cap]))
    (whole, uk), binding, _ = value_limits(plan)
    assert (plan.objective, plan.tokens) == (14, 25)
    assert (whole.limit, whole.used, whole.gain_without, whole.is_binding) == (25, 25, 2, True)
    assert whole.next_increment is not None
    assert (whole.next_increment.change, whole.next_increment.objective_change) == (1, 2)
    assert (whole.next_increment.lets_in, whole.next_increment.displaces) == (("D",), ())
    assert (uk.limit, uk.used, uk.gain_without, uk.is_binding) == (5, 5, 1, True)
    assert uk.next_increment is not None
    assert (uk.next_increment.limit, uk.next_increment.objective) == (11, 15)
    assert (uk.next_increment.lets_in, uk.next_increment.displaces) == (("A", "D"), ("C",))
    assert [(row.source_row, row.gain) for row in binding] == [("Scenario_Config!2", 2), ("Constraints!5", 1)]


@pytest.mark.parametrize(("short_by", "certainty"), [(0.0, "exact"), (1.0, "found")])
def test_an_increment_is_searched_in_full_and_exact_only_as_far_as_its_bound(
    short_by: float, certainty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the run's gap; a proof within that gap alone is none that fewer tokens buy nothing."""
    gaps = dict[str, float]()

    def searched(question: Question, *, options: SolverOptions, **rest: Any) -> Searched:
        found = search_portfolio(question, options=options, **rest)
        name = question.plan.stages[0].name
        gaps[name] = options.mip_gap
        if name != "tokens spared":
            return found
        first, *others = found.staged.stages
        first = first.model_copy(update={"bound": first.bound + short_by, "proven": True})
        return replace(found, staged=replace(found.staged, stages=(first, *others)))

    monkeypatch.setattr("optcenter_pipeline.explain.capacity_value_search.search_portfolio", searched)
    rows = [candidate("A", 6, {"gmv": 7}), candidate("B", 6, {"gmv": 6})]
    question = snapshot(rows, capacity=8).model_copy(update={"solver": SolverOptions(mip_gap=0.3)})
    (whole,), _, _ = value_limits(planned(question))
    assert gaps == {"gmv": 0.3, "tokens spared": 0.0}
    assert whole.next_increment is not None
    assert (whole.next_increment.change, whole.next_increment.certainty) == (4, certainty)


def test_nobody_has_time() -> None:
    plan = planned(snapshot([candidate("A", 6, {"gmv": 7}), candidate("B", 6, {"gmv": 6})], capacity=8))
    (whole,), binding, _ = value_limits(plan, cancel=lambda: True)
    assert (whole.gain_without, whole.is_binding, whole.next_increment) == (None, False, None)
    assert [step.change for step in whole.steps] == [-1]  # 6 of 8 tokens are used: known without a search
    assert binding == ()


def test_the_same_plan_has_the_same_value() -> None:
    plan = planned(mid_size(Random(4)))
    assert value_limits(plan) == value_limits(plan)
