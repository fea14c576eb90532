"""How a run ends: proven, stopped by a limit or by a person, without a portfolio; and what it tells on the way."""

import time
from random import Random

import pytest

from optcenter_pipeline.engine import Progress, Result, Snapshot, solve
from optcenter_pipeline.engine.checker import check
from optcenter_pipeline.engine.holds import hold_row
from optcenter_pipeline.engine.objective import Stage
from optcenter_pipeline.engine.snapshot import SolverOptions
from optcenter_pipeline.explain.answer import answer
from optcenter_pipeline.rules.linear import Terms
from optcenter_pipeline_tests.support.snapshots import candidate, reordered, snapshot


def knapsack(size: int, solver: SolverOptions, seed: int = 1, spread: int = 900) -> Snapshot:
    """A knapsack whose gain is its weight and a constant: hard to prove, easy to begin with."""
    random = Random(seed)
    weights = [100 + random.randrange(spread) for _ in range(size)]
    rows = [
        candidate(
            f"I{i:03d}",
            weight,
            {"gmv": weight + 100},
            attributes={"country": random.choice("ABCD")},
            source_row=f"Candidates!{i}",
        )
        for i, weight in enumerate(weights)
    ]
    caps = [
        {
            "dimension": "country",
            "dimension_key": key,
            "max_tokens": sum(weights) // 13,
            "source_rows": [f"Constraints!{n}"],
        }
        for n, key in enumerate("ABC")
    ]
    question = snapshot(rows, capacity=sum(weights) // 3, capacity_caps=caps)
    return question.model_copy(update={"solver": solver})


def timeless(result: Result) -> str:
    stages = tuple(stage.model_copy(update={"seconds": 0.0}) for stage in result.objective.stages)
    objective = result.objective.model_copy(update={"stages": stages})
    return result.model_copy(update={"objective": objective, "timings": type(result.timings)()}).model_dump_json()


def test_the_same_snapshot_gives_the_same_bytes() -> None:
    question = knapsack(60, SolverOptions())
    answers = {timeless(solve(question)) for _ in range(3)}
    answers.add(timeless(solve(reordered(question, Random(4).shuffle))))
    assert len(answers) == 1


def test_other_thread_counts_in_one_process_still_answer() -> None:
    found = [solve(knapsack(40, SolverOptions(threads=threads, mip_gap=0))) for threads in (1, 2, 1)]
    assert {result.status for result in found} == {"optimal"}
    assert len({result.objective.value for result in found}) == 1


def test_a_limit_before_any_portfolio() -> None:
    result = solve(knapsack(300, SolverOptions(time_limit_seconds=1e-9)))
    assert result.status in ("no_solution", "feasible")
    if result.status == "no_solution":
        assert (result.selected, result.objective.value, result.kpis) == ((), None, {})


def test_a_limit_with_a_portfolio_in_hand() -> None:
    question = knapsack(250, SolverOptions(time_limit_seconds=0.4, mip_gap=0), seed=3)
    result = solve(question)
    assert result.status in ("feasible", "optimal")
    assert check(question, result) == ()
    first = result.objective.stages[0]
    if result.status == "feasible":
        assert first.bound >= first.value
        assert first.mip_gap == pytest.approx((first.bound - first.value) / first.value)
        assert {alert.code for alert in result.alerts} & {"stage_not_proven", "stage_skipped"}


def test_an_economy_that_no_time_is_left_for_takes_nothing_from_optimal() -> None:
    def linger(told: Progress) -> None:
        if told.kind == "finished":
            time.sleep(2.1)

    question = knapsack(20, SolverOptions(time_limit_seconds=2))
    result = solve(question, on_progress=linger)
    assert (result.status, [stage.kind for stage in result.objective.stages]) == ("optimal", ["kpi"])
    assert "stage_skipped" in {alert.code for alert in result.alerts}
    assert check(question, result) == ()


def test_contradictions_are_found_although_the_limit_is_over() -> None:
    rows = [candidate("A", 20), candidate("B", 1)]
    question = snapshot(rows, capacity=10, mandatory=[{"initiative_key": "A", "source_rows": ["Constraints!2"]}])
    result = solve(question.model_copy(update={"solver": SolverOptions(time_limit_seconds=1e-9)}))
    assert result.status == "infeasible"


def test_cancelled_before_it_began() -> None:
    result = solve(knapsack(30, SolverOptions()), cancel=lambda: True)
    assert (result.status, result.selected, result.objective.stages) == ("cancelled", (), ())


def test_cancelled_with_a_portfolio_in_hand() -> None:
    seen: list[Progress] = []
    question = knapsack(120, SolverOptions(mip_gap=0), seed=5)
    result = solve(question, on_progress=seen.append, cancel=lambda: len(seen) > 2)
    assert result.status == "cancelled"
    assert result.has_portfolio
    assert check(question, result) == ()
    assert result.selected
    assert result.objective.value is not None
    assert check(question, result.model_copy(update={"status": "feasible"})) == ()


def test_progress_tells_of_better_portfolios_and_finished_stages() -> None:
    seen: list[Progress] = []
    result = solve(knapsack(60, SolverOptions()), on_progress=seen.append)
    finished = [(told.stage, told.position, told.stages, told.value) for told in seen if told.kind == "finished"]
    assert finished == [
        ("gmv", 1, 2, result.objective.stages[0].value),
        ("economy", 2, 2, result.objective.stages[1].value),
    ]
    assert seen == sorted(seen, key=lambda told: told.seconds)
    assert len([told for told in seen if told.kind == "incumbent"]) > 0


def test_what_a_listener_raises_comes_out() -> None:
    def broken(_: Progress) -> None:
        raise KeyError("listener")

    with pytest.raises(KeyError, match="listener"):
        solve(knapsack(60, SolverOptions()), on_progress=broken)


def test_a_small_run_is_proven_beyond_the_gap_that_was_asked_for() -> None:
    result = solve(knapsack(25, SolverOptions(mip_gap=0.05)))
    assert (result.status, result.objective.mip_gap) == ("optimal", 0)


def test_a_gap_that_was_asked_for_counts_as_proven() -> None:
    result = solve(knapsack(250, SolverOptions(mip_gap=0.2), seed=3))
    assert result.status == "optimal"
    assert all(stage.proven for stage in result.objective.stages)


def test_a_hold_never_shuts_out_what_it_was_made_from() -> None:
    random = Random(7)
    for exponent in (-9, -6, -3, 0, 3, 6, 9, 12):
        terms = Terms(tuple(range(50)), tuple(random.uniform(-1, 1) * 10.0**exponent for _ in range(50)))
        for sense in ("kpi", "goals"):
            point = tuple(float(random.randrange(2)) for _ in range(50))
            best = terms.value(point)
            row = hold_row(Stage("gmv", sense, terms), best, 0.0)
            assert row.lower < best < row.upper


def test_empty_inputs_work() -> None:
    result = solve(snapshot([]))
    assert (result.status, result.objective.value, result.kpis) == ("optimal", 0, {"gmv": 0})
    assert result.capacity is not None
    assert result.capacity.used == 0
    floor = {"min_tokens": 1, "source_rows": ["Constraints!3"]}
    impossible = answer(snapshot([], capacity_floors=[floor]))
    assert impossible.status == "infeasible"
    assert impossible.conflict is not None
    assert impossible.conflict.source_rows == ("Constraints!3",)
    goal = {"kpi_key": "gmv", "floor_or_goal": "goal", "target_value": 4}
    assert solve(snapshot([], targets=[goal])).gaps[0].gap == 4
