"""Modes, scales, tolerances, goals and economy: the stages as semantics.md orders them."""

from typing import Any

import pytest

from optcenter_pipeline.engine import Result, solve
from optcenter_pipeline.engine.checker import check
from optcenter_pipeline.engine.holds import hold_tolerance, relative_gap, sound_bound
from optcenter_pipeline.engine.objective import Stage
from optcenter_pipeline.rules.linear import Terms
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot

TWO = {"gmv": "north_star", "nps": "strategic"}


def funded(result: Result) -> str:
    return "".join(sorted(item.initiative_key for item in result.selected))


def stages(result: Result) -> list[tuple[str, str, float, bool]]:
    return [(stage.name, stage.sense, stage.value, stage.second_pass) for stage in result.objective.stages]


def goal(kpi: str, value: float, **more: Any) -> dict[str, Any]:
    return {"kpi_key": kpi, "floor_or_goal": "goal", "target_value": value, **more}


def lexicographic(*order: Any) -> dict[str, Any]:
    return {"objective_mode": "lexicographic", "objective_weights": list(order)}


def weighted(**weights: float) -> dict[str, Any]:
    return {"objective_mode": "weighted_kpis", "objective_weights": weights}


def test_north_star_then_economy() -> None:
    rows = [candidate("A", 5, {"gmv": 10}), candidate("B", 4, {"gmv": 10}), candidate("C", 1, {"gmv": 0})]
    result = solve(snapshot(rows, capacity=5))
    assert stages(result) == [("gmv", "max", 10, False), ("economy", "min", 4, False)]
    assert funded(result) == "B"
    assert all(stage.proven and stage.bound == stage.value for stage in result.objective.stages)
    assert (result.objective.goals_cost, result.objective.scales) == (None, ())


def test_an_inactive_north_star_beside_the_active_one_is_left_alone() -> None:
    question = snapshot([candidate("A", 5, {"gmv": 1, "old": 9})], metrics={**TWO, "old": "north_star"})
    metrics = [m.model_copy(update={"is_active": m.kpi_key != "old"}) for m in question.metrics]
    result = solve(question.model_copy(update={"metrics": tuple(metrics)}))
    assert (result.status, result.objective.value, result.kpis["old"]) == ("optimal", 1, 9)


SCALES: dict[str, tuple[list[dict[str, Any]], float, str, tuple[str, ...]]] = {
    "the largest on all": (
        [
            goal("gmv", -40, source_rows=["Targets!2"]),
            {**goal("gmv", 10), "floor_or_goal": "goal", "source_rows": ["Targets!3"]},
            goal("gmv", 900, dimension="country", dimension_key="UK", source_rows=["Targets!4"]),
        ],
        40,
        "all_target",
        ("Targets!2",),
    ),
    "zero on all does not count": (
        [
            goal("gmv", 0, source_rows=["Targets!2"]),
            goal("gmv", 90, dimension="country", dimension_key="UK", source_rows=["Targets!3"]),
            goal("gmv", -91, dimension="country", dimension_key="DE", source_rows=["Targets!4"]),
        ],
        91,
        "slice_target",
        ("Targets!4",),
    ),
    "no target: what the eligible pool has above 0": ([], 12, "positive_contributions", ()),
}


@pytest.mark.parametrize("name", SCALES)
def test_scales_and_where_they_come_from(name: str) -> None:
    targets, scale, source, rows = SCALES[name]
    pool = [
        candidate("A", 1, {"gmv": 5}),
        candidate("B", 1, {"gmv": 7, "nps": 0}),
        candidate("C", 1, {"gmv": -3}),
        candidate("D", 1, {"gmv": 99}, lifecycle_status="done"),
    ]
    result = solve(snapshot(pool, metrics=TWO, scenario=weighted(GMV=0.5, nps=2), targets=targets))
    gmv, nps = result.objective.scales
    assert (gmv.kpi_key, gmv.weight, gmv.scale, gmv.source, gmv.source_rows) == ("gmv", 0.5, scale, source, rows)
    assert (nps.kpi_key, nps.scale, nps.source) == ("nps", 1, "unit")


def test_weights_divide_by_scales() -> None:
    rows = [candidate("A", 1, {"gmv": 1000}), candidate("B", 1, {"nps": 3}), candidate("C", 1, {"nps": 1})]
    result = solve(snapshot(rows, capacity=1, metrics=TWO, scenario=weighted(gmv=1, nps=2)))
    assert stages(result)[0] == ("weighted_kpis", "max", 1.5, False)  # nps: 2 · 3 / 4, gmv: 1 · 1000 / 1000
    assert funded(result) == "B"
    assert result.selected[0].objective_contribution == 1.5


def test_synergies_count_in_weights_and_stand_apart_from_contributions() -> None:
    bonus = {"members": ["A", "B"], "kpi_key": "gmv", "value": 10}
    rows = [candidate("A", 1, {"gmv": 6}), candidate("B", 1, {"gmv": 4})]
    result = solve(snapshot(rows, scenario=weighted(gmv=1), synergy_bonuses=[bonus]))
    assert result.objective.value == 2  # (6 + 4 + 10) / 10
    assert [item.objective_contribution for item in result.selected] == [0.6, 0.4]


def test_lexicographic_keeps_the_first_kpi() -> None:
    rows = [candidate("A", 1, {"gmv": 10}), candidate("B", 1, {"gmv": 9, "nps": 5})]
    assert funded(solve(snapshot(rows, capacity=1, metrics=TWO, scenario=lexicographic("gmv", "nps")))) == "A"
    assert funded(solve(snapshot(rows, capacity=1, metrics=TWO, scenario=lexicographic("NPS", "gmv")))) == "B"


@pytest.mark.parametrize(("tolerance", "expected"), [(9.9, "A"), (10, "B"), (50, "B")])
def test_a_tolerance_is_given_to_later_kpis(tolerance: float, expected: str) -> None:
    rows = [candidate("A", 1, {"gmv": 10}), candidate("B", 1, {"gmv": 9, "nps": 5})]
    scenario = lexicographic({"kpi": "gmv", "tolerance_pct": tolerance}, "nps")
    result = solve(snapshot(rows, capacity=1, metrics=TWO, scenario=scenario))
    assert funded(result) == expected
    assert result.objective.best_possible == 10
    assert result.objective.value == (10 if expected == "A" else 9)


def test_economy_takes_what_a_tolerance_leaves() -> None:
    rows = [candidate("A", 5, {"gmv": 10}), candidate("B", 1, {"gmv": 9})]
    result = solve(snapshot(rows, capacity=5, scenario=lexicographic({"kpi": "gmv", "tolerance_pct": 10})))
    assert funded(result) == "B"


ONE_OF_TWO = [candidate("A", 5, {"gmv": 100}), candidate("B", 5, {"gmv": 96, "nps": 10})]


def test_kpis_give_way_to_goals_and_are_taken_up_again() -> None:
    rows = [*ONE_OF_TWO, candidate("C", 5, {"gmv": 97, "nps": 10})]
    result = solve(snapshot(rows, capacity=5, metrics=TWO, targets=[goal("nps", 10)]))
    assert stages(result) == [
        ("gmv", "max", 100, False),
        ("goals", "min", 0, False),
        ("gmv", "max", 97, True),
        ("economy", "min", 5, False),
    ]
    objective = result.objective
    assert (objective.value, objective.best_possible, objective.bound, objective.goals_cost) == (97, 100, 100, 3)


def test_goals_take_no_more_than_their_tolerance() -> None:
    scenario = {"goal_tolerance_pct": 3.9}
    result = solve(snapshot(ONE_OF_TWO, capacity=5, metrics=TWO, scenario=scenario, targets=[goal("nps", 10)]))
    assert (funded(result), result.objective.goals_cost) == ("A", 0)


def test_a_wider_tolerance_of_a_stage_holds_for_goals_too() -> None:
    scenario = {**lexicographic({"kpi": "gmv", "tolerance_pct": 4}), "goal_tolerance_pct": 0}
    result = solve(snapshot(ONE_OF_TWO, capacity=5, metrics=TWO, scenario=scenario, targets=[goal("nps", 10)]))
    assert funded(result) == "B"


def test_goals_in_the_list_are_a_stage_at_their_place() -> None:
    targets = [goal("nps", 10)]
    result = solve(
        snapshot(ONE_OF_TWO, capacity=5, metrics=TWO, scenario=lexicographic("gmv", "Goals"), targets=targets)
    )
    assert stages(result) == [("gmv", "max", 100, False), ("goals", "min", 1, False), ("economy", "min", 5, False)]


def test_goals_in_the_list_may_come_first_and_have_a_tolerance() -> None:
    targets = [goal("nps", 10)]
    rows = [*ONE_OF_TWO, candidate("C", 5, {"gmv": 98, "nps": 9})]
    strict = solve(snapshot(rows, capacity=5, metrics=TWO, scenario=lexicographic("goals", "gmv"), targets=targets))
    assert (funded(strict), strict.objective.value, strict.objective.goals_cost) == ("B", 96, 0)
    rows = [*rows, candidate("D", 1)]
    order = ({"kpi": "goals", "tolerance_pct": 50}, "gmv")
    targets = [goal("nps", 20)]
    loose = solve(snapshot(rows, capacity=5, metrics=TWO, scenario=lexicographic(*order), targets=targets))
    assert funded(loose) == "C"  # shortfall 0.55 within 0.5 + 50 %


def test_the_word_goals_does_nothing_without_goal_targets() -> None:
    floor = {"kpi_key": "nps", "floor_or_goal": "floor", "target_value": 0}
    result = solve(snapshot(ONE_OF_TWO, metrics=TWO, scenario=lexicographic("goals", "gmv"), targets=[floor]))
    assert [stage.name for stage in result.objective.stages] == ["gmv", "economy"]


def test_shortfalls_weigh_by_what_is_required_but_at_least_one() -> None:
    rows = [candidate("A", 1, {"gmv": 1, "nps": 50}), candidate("B", 1, {"gmv": 1, "small": 0.3})]
    metrics = {**TWO, "small": "supporting"}
    targets = [goal("nps", 150, baseline_value=50), goal("small", 0.4)]
    result = solve(snapshot(rows, capacity=1, metrics=metrics, targets=targets))
    goals = result.objective.stages[1]
    assert goals.name == "goals"
    assert goals.value == pytest.approx(50 / 100 + 0.4 / 1)
    assert funded(result) == "A"


@pytest.mark.parametrize(("target", "gap", "surplus", "severity"), [
    (100, 0, 0, "OK"),
    (90, 0, 10, "OK"),
    (105, 5, 0, "WARN"),
    (105.26, 5.26, 0, "WARN"),
    (106, 6, 0, "CRITICAL"),
    (100.00001, 0, 0, "OK"),
    (-5, 0, 105, "OK"),
    (0, 0, 100, "OK"),
    (100.0002, 0.0002, 0, "WARN"),
    (100.0001, 0, 0, "OK"),
])  # fmt: skip
def test_gaps_and_severities(target: float, gap: float, surplus: float, severity: str) -> None:
    result = solve(snapshot([candidate("A", 1, {"gmv": 100})], targets=[goal("gmv", target)]))
    (row,) = result.gaps
    assert (row.gap, row.surplus, row.severity, row.achieved) == (gap, surplus, severity, 100)


@pytest.mark.parametrize(("parts", "target", "gap", "severity"), [
    ([1.9], 2, 0.1, "WARN"),  # 5 % and not more, though 2 - 1.9 > 0.05 * 2 in floats
    ([0.285], 0.3, 0.015, "WARN"),
    ([-0.1, -0.2, 0.3], 0, 0, "OK"),  # -2.8e-17 in floats
    ([0.0], 5e-7, 5e-7, "CRITICAL"),
    ([0.0], -5e-7, 0, "OK"),
    ([1e-6], 2e-6, 1e-6, "CRITICAL"),
    ([1e9, -1e9], 5e-7, 5e-7, "CRITICAL"),
])  # fmt: skip
def test_severities_are_relative_to_what_is_required(
    parts: list[float], target: float, gap: float, severity: str
) -> None:
    rows = [candidate(f"I{i}", 1, {"gmv": part}) for i, part in enumerate(parts)]
    must = [{"initiative_key": row["initiative_key"]} for row in rows]
    question = snapshot(rows, mandatory=must, targets=[goal("gmv", target)])
    result = solve(question)
    assert (result.gaps[0].gap, str(result.gaps[0].severity)) == (gap, severity)
    assert check(question, result) == ()


def test_a_negative_goal_falls_short_too() -> None:
    rows = [candidate("A", 1, {"gmv": -100})]
    result = solve(snapshot(rows, mandatory=[{"initiative_key": "A"}], targets=[goal("gmv", -97)]))
    assert (result.gaps[0].gap, result.gaps[0].severity) == (3, "WARN")


def test_ranks_go_by_objective_then_tokens_then_key() -> None:
    rows = [
        candidate("C", 2, {"gmv": 5}),
        candidate("B", 1, {"gmv": 5}),
        candidate("A", 2, {"gmv": 5}),
        candidate("D", 9, {"gmv": 7}),
    ]
    result = solve(snapshot(rows))
    ranks = [(item.initiative_key, item.rank) for item in result.selected]
    assert ranks == [("D", 1), ("B", 2), ("A", 3), ("C", 4)]


def test_hold_tolerances() -> None:
    assert hold_tolerance(100) == 1e-6 * 100
    assert hold_tolerance(-0.5) == 1e-6
    assert hold_tolerance(0) == 1e-6
    assert hold_tolerance(1e-6) == 1e-6


def test_gaps_of_a_stage() -> None:
    assert [relative_gap(*pair) for pair in ((100, 101), (-100, -99), (0, 0), (0, 5))] == [0.01, 0.01, 0, 1]


def test_bounds_as_people_read_them() -> None:
    stage = Stage("gmv", "kpi", Terms((0, 1, 2), (5.0, -1.0, 3.0)))
    assert sound_bound(stage, 7, 7.0000001, 1e-6) == 7
    assert sound_bound(stage, 7, 6, 1e-6) == 7
    assert sound_bound(stage, 7, float("inf"), 1e-6) == 8
