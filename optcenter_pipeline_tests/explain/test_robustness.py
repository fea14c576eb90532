"""Robustness against solving each drawn snapshot by itself."""

import random

import pytest
from hypothesis import HealthCheck, given, settings

from optcenter_pipeline.engine import Snapshot, solve
from optcenter_pipeline.explain.base_plan import BasePlan, base_plan
from optcenter_pipeline.explain.documents import Robustness
from optcenter_pipeline.explain.robustness import CORE_SHARE, OUT_SHARE, robustness
from optcenter_pipeline.explain.robustness_draws import Draws
from optcenter_pipeline.rules.numbers import amount
from optcenter_pipeline_tests.support.hard_plan import hard_snapshot
from optcenter_pipeline_tests.support.random_cases import cases
from optcenter_pipeline_tests.support.snapshots import candidate, reordered, snapshot, snapshots
from optcenter_pipeline_tests.support.uncertain import bound_to, rough_plan, with_ranges

SLOW = settings(
    max_examples=cases(25), deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def plan_of(one: Snapshot) -> BasePlan:
    return base_plan(one, solve(one))


def timeless(told: Robustness) -> Robustness:
    return told.model_copy(update={"seconds": 0.0})


def shares(told: Robustness) -> dict[str, float]:
    return {entry.initiative_key: entry.share for entry in told.candidates}


def assert_is_the_base_plan(plan: BasePlan, told: Robustness) -> None:
    funded = {chosen.initiative_key for chosen in plan.result.selected}
    assert shares(told) == {
        c.initiative_key: float(c.initiative_key in funded) for c in plan.question.pool.columns.candidates
    }
    assert {entry.initiative_key for entry in told.candidates if entry.verdict == "core"} == funded
    assert all(entry.verdict in ("core", "out") for entry in told.candidates)
    assert {draw.regret for draw in told.draws} == {0.0}
    assert {draw.status for draw in told.draws} == {plan.result.status}
    assert {draw.objective for draw in told.draws} == {plan.result.objective.value}
    assert (told.mean_regret, told.largest_regret, told.base_keeps_rules_share) == (0.0, 0.0, 1.0)


@SLOW
@given(snapshots(mip_gap=0.0, spoilt_percent=0))
def test_without_variance_every_draw_is_the_base_plan(one: Snapshot) -> None:
    exact = with_ranges(one, 0.0)
    result = solve(exact)
    if not result.has_portfolio:
        return
    plan = base_plan(exact, result)
    told = robustness(plan, draws=4, tokens_pct=0.0)
    assert len(told.draws) == 4
    assert_is_the_base_plan(plan, told)
    assert "nothing varies" in told.messages[0]


def test_without_variance_a_run_that_a_limit_stopped_is_its_own_answer() -> None:
    hard = hard_snapshot()
    stopped = hard.model_copy(update={"solver": hard.solver.model_copy(update={"node_limit": 1})})
    plan = plan_of(stopped)
    assert plan.result.status == "feasible"
    told = robustness(plan, draws=3, tokens_pct=0.0)
    assert_is_the_base_plan(plan, told)
    assert any("3 of 3 draws ended at a limit" in message for message in told.messages)


@SLOW
@given(snapshots(mip_gap=0.0, spoilt_percent=0, most=8))
def test_shares_and_regret_are_those_of_solving_each_drawn_snapshot(one: Snapshot) -> None:
    uncertain = with_ranges(one, 0.25)
    result = solve(uncertain)
    if not result.has_portfolio:
        return
    plan = base_plan(uncertain, result)
    funded = {chosen.initiative_key for chosen in result.selected}
    draws = Draws(plan.question, 3, 10.0, 5)
    told = robustness(plan, draws=3, tokens_pct=10.0, seed=5)
    chosen: list[set[str]] = []
    for draw in told.draws:
        drawn = draws.drawn(draw.number - 1).snapshot
        alone, bound = solve(drawn), bound_to(drawn, funded)
        assert draw.status == alone.status
        assert (draw.base_objective is None) == (bound.status == "infeasible")
        if draw.base_objective is not None:
            assert draw.base_objective == pytest.approx(bound.objective.value, rel=1e-9, abs=1e-9)
        assert (draw.objective is None) == (not alone.has_portfolio)
        if draw.objective is None:
            continue
        chosen.append({entry.initiative_key for entry in alone.selected})
        assert alone.objective.value is not None
        # a stage is held to within a millionth of its best
        assert draw.objective == pytest.approx(alone.objective.value, rel=2e-6, abs=2e-6)
        assert (draw.regret is None) == (draw.base_objective is None)
        if draw.regret is not None and bound.objective.value is not None:
            regret = max(0.0, alone.objective.value - bound.objective.value)
            assert draw.regret == pytest.approx(regret, abs=2e-6 * max(1.0, abs(alone.objective.value)))
    assert shares(told) == {
        key: sum(key in some for some in chosen) / len(chosen) for key in (shares(told) if chosen else ())
    }


def test_a_wider_plan_is_told_as_its_draws_are() -> None:
    plan = plan_of(rough_plan())
    told = robustness(plan, draws=12, seed=1)
    draws = Draws(plan.question, 12, 10.0, 1)
    funded = [{s.initiative_key for s in solve(draws.drawn(number).snapshot).selected} for number in range(12)]
    expected = {key: sum(key in some for some in funded) / 12 for key in shares(told)}
    assert shares(told) == expected
    assert len(expected) == 24
    assert [entry.share for entry in told.candidates] == sorted(expected.values(), reverse=True)
    verdicts = {entry.initiative_key: entry.verdict for entry in told.candidates}
    assert set(verdicts.values()) == {"core", "borderline", "out"}
    for key, share in expected.items():
        wanted = "core" if share >= CORE_SHARE else "out" if share <= OUT_SHARE else "borderline"
        assert verdicts[key] == wanted
    regrets = [draw.regret for draw in told.draws if draw.regret is not None]
    assert 0 < len(regrets) < 12
    assert max(regrets) > 0
    assert told.largest_regret == max(regrets)
    assert told.mean_regret == pytest.approx(sum(regrets) / len(regrets))
    assert told.base_keeps_rules_share == len(regrets) / 12


def test_the_order_of_rows_changes_nothing() -> None:
    one = rough_plan()
    other = reordered(one, random.Random(3).shuffle)
    assert other != one
    first, second = (robustness(plan_of(each), draws=5) for each in (one, other))
    assert timeless(first) == timeless(second)


def test_another_seed_draws_otherwise() -> None:
    plan = plan_of(rough_plan())
    objectives = {
        tuple(draw.objective for draw in robustness(plan, draws=3, seed=seed).draws) for seed in (0, 1, 2)
    }
    assert len(objectives) == 3


def test_a_draw_without_any_portfolio_counts_as_one_that_the_plan_does_not_keep() -> None:
    rows = [candidate("A", 10, {"gmv": 5}), candidate("B", 10, {"gmv": 4})]
    plan = plan_of(snapshot(rows, capacity=10, mandatory=[{"initiative_key": "A"}]))
    told = robustness(plan, draws=40)
    drawn = Draws(plan.question, 40, 10.0, 0)
    broken = {number + 1 for number in range(40) if drawn.tokens(number)[0] > 10}
    assert 5 < len(broken) < 35
    assert {draw.number for draw in told.draws if draw.status == "infeasible"} == broken
    assert {draw.number for draw in told.draws if draw.base_objective is None} == broken
    assert told.base_keeps_rules_share == 1 - len(broken) / 40
    assert shares(told) == {"A": 1.0, "B": 0.0}, "of the draws with a portfolio"
    assert f"no portfolio keeps the rules in {len(broken)} of 40 draws" in told.messages


def test_no_share_is_told_where_no_draw_has_a_portfolio() -> None:
    floor = {"kpi_key": "gmv", "floor_or_goal": "floor", "target_value": 10, "source_rows": ["Targets!2"]}
    rows = [candidate("A", 1, {"gmv": 10}, contribution_ranges={"gmv": [1, 2]}, source_row="Candidates!2")]
    told = robustness(plan_of(snapshot(rows, targets=[floor])), draws=3)
    assert {draw.status for draw in told.draws} == {"infeasible"}
    assert (told.candidates, told.mean_regret, told.base_keeps_rules_share) == ((), None, 0.0)
    assert told.messages[0].startswith("Candidates row 2: A is to add 10 gmv, outside its range, 1 to 2")


def test_cancelled_it_tells_of_the_draws_before() -> None:
    plan = plan_of(rough_plan())
    whole = robustness(plan, draws=4, processes=1)
    done: list[None] = []
    for stop_at in (0, 1, 25):
        asked = 0

        def cancel(stop_at: int = stop_at) -> bool:
            nonlocal asked
            asked += 1
            return asked > stop_at

        told = robustness(plan, draws=4, processes=1, cancel=cancel)
        assert told.draws == whole.draws[: len(told.draws)]
        if len(told.draws) < 4:
            done.append(None)
            assert f"cancelled after {len(told.draws)} of 4 draws: shares and regret are of those" in told.messages
    assert len(done) >= 2


def test_the_runs_time_limit_holds_for_all_draws_together() -> None:
    plan = plan_of(rough_plan())
    for seconds, processes in ((0.2, 1), (1e-9, 2)):
        solver = plan.question.snapshot.solver.model_copy(update={"time_limit_seconds": seconds})
        limited = base_plan(plan.question.snapshot.model_copy(update={"solver": solver}), plan.result)
        told = robustness(limited, draws=10_000, processes=processes)
        assert len(told.draws) < 10_000
        ended = f"the time limit of {amount(seconds)} s was reached after {len(told.draws)} of 10,000 draws"
        assert any(message.startswith(ended) for message in told.messages)


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"draws": 0}, "give 1 or more"),
        ({"tokens_pct": 100.0}, "less than 100"),
        ({"tokens_pct": -1.0}, "0 or more"),
        ({"tokens_pct": float("nan")}, "0 or more"),
        ({"seed": -1}, "0 or more"),
        ({"processes": 0}, "1 or more"),
    ],
)
def test_arguments_out_of_range_are_told(wrong: dict[str, float], text: str) -> None:
    plan = plan_of(rough_plan(12))
    with pytest.raises(ValueError, match=text):
        robustness(plan, **wrong)  # type: ignore[arg-type]
