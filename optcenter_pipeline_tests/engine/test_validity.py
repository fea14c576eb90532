"""Inputs that cannot make a model: each is named with its place and rows, all of them in one pass."""

from typing import Any

import pytest

from optcenter_pipeline.engine import Result, Snapshot, load_snapshot, solve
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot

Json = dict[str, Any]


def document(**changes: Any) -> Json:
    """A snapshot document that is right but for the changes."""
    base: Json = {
        "schema_version": 1,
        "scenario": {"scenario_name": "plan", "capacity_total_tokens": 10, "source_row": "Scenario_Config!2"},
        "candidates": [
            {"initiative_key": "A", "engineering_tokens": 1, "source_row": "Candidates!2"},
            {"initiative_key": "B", "engineering_tokens": 1, "source_row": "Candidates!3"},
        ],
        "metrics": [
            {"kpi_key": "gmv", "kpi_level": "north_star"},
            {"kpi_key": "old", "kpi_level": "strategic", "is_active": False},
            {"kpi_key": "nps", "kpi_level": "strategic"},
        ],
    }
    scenario = {**base["scenario"], **changes.pop("scenario", {})}
    return {**base, "scenario": scenario, **changes}


def messages(result: Result | Snapshot) -> list[tuple[str, tuple[str, ...]]]:
    assert isinstance(result, Result)
    assert result.status == "invalid"
    assert {alert.code for alert in result.alerts} == {"invalid_input"}
    assert (result.selected, result.objective.value) == ((), None)
    return [(alert.message, alert.source_rows) for alert in result.alerts]


def found(**changes: Any) -> list[tuple[str, tuple[str, ...]]]:
    loaded = load_snapshot(document(**changes))
    return messages(loaded if isinstance(loaded, Result) else solve(loaded))


def rules(**families: list[Json]) -> Json:
    return {"constraint_set": families}


RULES = ("Constraints!7",)
SCENARIO = ("Scenario_Config!2",)

CASES: dict[str, tuple[Json, str, tuple[str, ...]]] = {
    "an unknown initiative": (
        rules(exclude_initiatives=[{"initiative_key": "z", "source_rows": RULES}]),
        "constraint_set.exclude_initiatives[0].initiative_key: Z is neither a candidate nor a known initiative",
        RULES,
    ),
    "an unknown member": (
        rules(bundles=[{"bundle_key": "b", "members": ["A", "Z"], "source_rows": RULES}]),
        "constraint_set.bundles[0].members: Z is neither a candidate nor a known initiative",
        RULES,
    ),
    "an unknown prerequisite": (
        rules(prerequisites=[{"initiative_key": "A", "requires": ["Z"], "source_rows": RULES}]),
        "constraint_set.prerequisites[0].requires: Z is neither a candidate nor a known initiative",
        RULES,
    ),
    "a mandatory one without tokens": (
        {**rules(mandatory=[{"initiative_key": "X", "source_rows": RULES}]), "known_initiatives": ["X"]},
        "constraint_set.mandatory[0].initiative_key: X is mandatory, and is no candidate: it has no tokens",
        RULES,
    ),
    "a pair of one": (
        rules(exclude_pairs=[{"members": ["A", "a"], "source_rows": RULES}]),
        "constraint_set.exclude_pairs[0].members: A stands twice; a pair needs two initiatives",
        RULES,
    ),
    "an unknown KPI of a target": (
        rules(targets=[{"kpi_key": "gvm", "floor_or_goal": "goal", "target_value": 1, "source_rows": RULES}]),
        "constraint_set.targets[0].kpi_key: 'gvm' is not in metrics (known: gmv, nps, old)",
        RULES,
    ),
    "an unknown KPI of a synergy": (
        rules(synergy_bonuses=[{"members": ["A", "B"], "kpi_key": "gvm", "value": 1, "source_rows": RULES}]),
        "constraint_set.synergy_bonuses[0].kpi_key: 'gvm' is not in metrics (known: gmv, nps, old)",
        RULES,
    ),
    "an unknown dimension": (
        rules(capacity_caps=[{"dimension": "planet", "dimension_key": "X", "max_tokens": 1, "source_rows": RULES}]),
        "constraint_set.capacity_caps[0].dimension: 'planet' is not a dimension; give all, country, region, "
        "segment, product, category, program, department, or several joined by '|'",
        RULES,
    ),
    "a period that does not exist": (
        {"scenario": {"period_key": "2026-Q5"}},
        "scenario.period_key: 2026 has no quarter 5; give YYYY, YYYY-Hn, YYYY-Qn, YYYY-MM or YYYY-Www",
        SCENARIO,
    ),
    "no north star": (
        {"metrics": [{"kpi_key": "gmv", "kpi_level": "north_star", "is_active": False}]},
        "metrics: mode north_star needs one active KPI of level north_star, none is",
        SCENARIO,
    ),
    "two north stars": (
        {"metrics": [{"kpi_key": key, "kpi_level": "north_star"} for key in ("gmv", "nps")]},
        "metrics: mode north_star needs one active KPI of level north_star, 2 are: gmv, nps",
        SCENARIO,
    ),
    "no weights": (
        {"scenario": {"objective_mode": "weighted_kpis"}},
        "scenario.objective_weights: mode weighted_kpis needs an object of KPI and weight, like {'gmv': 0.7}",
        SCENARIO,
    ),
    "a list for weights": (
        {"scenario": {"objective_mode": "weighted_kpis", "objective_weights": ["gmv"]}},
        "scenario.objective_weights: mode weighted_kpis needs an object of KPI and weight, like {'gmv': 0.7}",
        SCENARIO,
    ),
    "a negative weight": (
        {"scenario": {"objective_mode": "weighted_kpis", "objective_weights": {"gmv": 2, "nps": -1}}},
        "scenario.objective_weights: a weight must be 0 or more: nps has -1",
        SCENARIO,
    ),
    "weights of nothing": (
        {"scenario": {"objective_mode": "weighted_kpis", "objective_weights": {"gmv": 0}}},
        "scenario.objective_weights: the weights sum to 0: at least one must be above 0",
        SCENARIO,
    ),
    "a weight on an inactive KPI": (
        {"scenario": {"objective_mode": "weighted_kpis", "objective_weights": {"OLD": 1}}},
        "scenario.objective_weights: 'OLD' is not active",
        SCENARIO,
    ),
    "a weight on an unknown KPI": (
        {"scenario": {"objective_mode": "weighted_kpis", "objective_weights": {"gvm": 1}}},
        "scenario.objective_weights: 'gvm' is not in metrics",
        SCENARIO,
    ),
    "the same weight twice": (
        {"scenario": {"objective_mode": "weighted_kpis", "objective_weights": {"gmv": 1, "GMV ": 1}}},
        "scenario.objective_weights: 'GMV' stands more than once",
        SCENARIO,
    ),
    "no list": (
        {"scenario": {"objective_mode": "lexicographic", "objective_weights": {"gmv": 1}}},
        "scenario.objective_weights: mode lexicographic needs a list of KPIs in order of importance",
        SCENARIO,
    ),
    "an empty list": (
        {"scenario": {"objective_mode": "lexicographic", "objective_weights": []}},
        "scenario.objective_weights: mode lexicographic needs a list of KPIs in order of importance",
        SCENARIO,
    ),
    "a list of goals alone": (
        {"scenario": {"objective_mode": "lexicographic", "objective_weights": ["goals"]}},
        "scenario.objective_weights: the list names no KPI, only goals",
        SCENARIO,
    ),
    "goals twice": (
        {"scenario": {"objective_mode": "lexicographic", "objective_weights": ["gmv", "goals", "Goals"]}},
        "scenario.objective_weights: 'goals' stands more than once in the list",
        SCENARIO,
    ),
    "a KPI twice in the list": (
        {"scenario": {"objective_mode": "lexicographic", "objective_weights": ["gmv", {"kpi": "GMV"}]}},
        "scenario.objective_weights: 'GMV' stands more than once",
        SCENARIO,
    ),
    "a metric twice": (
        {"metrics": [{"kpi_key": key, "kpi_level": "supporting"} for key in ("nps", " NPS")]
         + [{"kpi_key": "gmv", "kpi_level": "north_star"}]},
        "metrics[1].kpi_key: 'NPS' stands already in metrics[0]",
        (),
    ),
    "a candidate twice": (
        {"candidates": [{"initiative_key": key, "engineering_tokens": 1, "source_row": f"Candidates!{row}"}
                        for row, key in ((2, "A"), (3, "a "))]},
        "candidates[1].initiative_key: A stands already in candidates[0]",
        ("Candidates!3",),
    ),
    "a contribution to an unknown KPI": (
        {"candidates": [{"initiative_key": "A", "engineering_tokens": 1, "contributions": {"gvm": 1},
                         "source_row": "Candidates!2"}]},
        "candidates[0].contributions: 'gvm' is not in metrics (known: gmv, nps, old)",
        ("Candidates!2",),
    ),
    "a contribution twice": (
        {"candidates": [{"initiative_key": "A", "engineering_tokens": 1, "contributions": {"gmv": 1, "GMV": 2},
                         "source_row": "Candidates!2"}]},
        "candidates[0].contributions: 'GMV' stands twice (names have no case)",
        ("Candidates!2",),
    ),
    "a range that runs down": (
        {"candidates": [{"initiative_key": "A", "engineering_tokens": 1, "contribution_ranges": {"gmv": [3, 1]},
                         "source_row": "Candidates!2"}]},
        "candidates[0].contribution_ranges: the range of gmv runs from 3 down to 1; give low, then high",
        ("Candidates!2",),
    ),
    "a selection without a list": (
        {"scope": {"scope_type": "selected"}},
        "scope.initiative_keys: scope 'selected' needs the list of candidates to choose from (it may be empty)",
        (),
    ),
    "a selection of nobody we know": (
        {"scope": {"scope_type": "selected", "initiative_keys": ["A", "Z"]}},
        "scope.initiative_keys[1]: Z is not a candidate",
        (),
    ),
    "all, and a list": (
        {"scope": {"scope_type": "all", "initiative_keys": ["A"]}},
        "scope.initiative_keys: scope 'all' takes no keys; give scope_type 'selected' or no keys",
        (),
    ),
    # what pydantic finds, in words
    "a number out of range": (
        {"candidates": [{"initiative_key": "a", "engineering_tokens": 0, "source_row": "Candidates!9"}]},
        "candidates[0].engineering_tokens: 0 must be above 0",
        ("Candidates!9",),
    ),
    "no number": (
        {"candidates": [{"initiative_key": "a", "engineering_tokens": "12k", "source_row": "Candidates!9"}]},
        "candidates[0].engineering_tokens: '12k' is not a number",
        ("Candidates!9",),
    ),
    "a number written as a text": (
        {"candidates": [{"initiative_key": "a", "engineering_tokens": "5", "source_row": "Candidates!9"}]},
        "candidates[0].engineering_tokens: '5' is not a number",
        ("Candidates!9",),
    ),
    "true for a number": (
        {"candidates": [{"initiative_key": "a", "engineering_tokens": True, "source_row": "Candidates!9"}]},
        "candidates[0].engineering_tokens: true is not a number",
        ("Candidates!9",),
    ),
    "true for a contribution": (
        {"candidates": [{"initiative_key": "a", "engineering_tokens": 1, "contributions": {"gmv": True}}]},
        "candidates[0].contributions.gmv: true is not a number",
        (),
    ),
    "a text for a weight": (
        {"scenario": {"objective_mode": "weighted_kpis", "objective_weights": {"gmv": "0.5"}}},
        "scenario.objective_weights.gmv: '0.5' is not a number",
        SCENARIO,
    ),
    "a text for a tolerance": (
        {"scenario": {"objective_mode": "lexicographic",
                      "objective_weights": [{"kpi": "gmv", "tolerance_pct": "5"}]}},
        "scenario.objective_weights[0].tolerance_pct: '5' is not a number",
        SCENARIO,
    ),
    "a number in the list": (
        {"scenario": {"objective_mode": "lexicographic", "objective_weights": ["gmv", 5]}},
        "scenario.objective_weights[1]: 5 has no form that fits here",
        SCENARIO,
    ),
    "a text for a cap": (
        rules(capacity_caps=[{"max_tokens": "5", "source_rows": RULES}]),
        "constraint_set.capacity_caps[0].max_tokens: '5' is not a number",
        RULES,
    ),
    "true for a baseline": (
        rules(targets=[{"kpi_key": "gmv", "floor_or_goal": "goal", "target_value": 1, "baseline_value": True,
                        "source_rows": RULES}]),
        "constraint_set.targets[0].baseline_value: true is not a number",
        RULES,
    ),
    "true for a bonus": (
        rules(synergy_bonuses=[{"members": ["A", "B"], "kpi_key": "gmv", "value": True, "source_rows": RULES}]),
        "constraint_set.synergy_bonuses[0].value: true is not a number",
        RULES,
    ),
    "true for threads": ({"solver": {"threads": True}}, "solver.threads: true is not a whole number", ()),
    "a text for a gap": ({"solver": {"mip_gap": "0"}}, "solver.mip_gap: '0' is not a number", ()),
    "a part of all": (
        rules(capacity_caps=[{"dimension": "all", "dimension_key": "UK", "max_tokens": 1, "source_rows": RULES}]),
        "constraint_set.capacity_caps[0].dimension_key: 'UK' is a key, and dimension all has none; "
        "give its dimension",
        RULES,
    ),
    "a KPI called goals in a list": (
        {"scenario": {"objective_mode": "lexicographic", "objective_weights": ["gmv", "Goals"]},
         "metrics": [{"kpi_key": "gmv", "kpi_level": "north_star"},
                     {"kpi_key": "goals", "kpi_level": "strategic"}]},
        "scenario.objective_weights: 'goals' means the goal targets here: the KPI of that name cannot be listed, "
        "give it another name",
        SCENARIO,
    ),
    "too large a contribution": (
        {"candidates": [{"initiative_key": "A", "engineering_tokens": 1, "contributions": {"gmv": -1e308},
                         "source_row": "Candidates!2"}]},
        "candidates[0].contributions.gmv: -1e+308 is beyond 1e+15 in size; count in a larger unit",
        ("Candidates!2",),
    ),
    "too small a target": (
        rules(targets=[{"kpi_key": "gmv", "floor_or_goal": "goal", "target_value": 1e-300, "source_rows": RULES}]),
        "constraint_set.targets[0].target_value: 1e-300 is below 1e-100 in size; "
        "give 0, or count in a smaller unit",
        RULES,
    ),
    "an endless number": (
        {"candidates": [{"initiative_key": "a", "engineering_tokens": float("inf"), "source_row": "Candidates!9"}]},
        "candidates[0].engineering_tokens: Infinity is not a finite number",
        ("Candidates!9",),
    ),
    "a missing field": (
        rules(targets=[{"kpi_key": "gmv", "floor_or_goal": "goal", "source_rows": RULES}]),
        "constraint_set.targets[0].target_value: is missing",
        RULES,
    ),
    "an unknown field": (
        rules(mandatory=[{"initiative_key": "A", "because": "x", "source_rows": RULES}]),
        "constraint_set.mandatory[0].because: is not a field here",
        RULES,
    ),
    "another word": (
        rules(targets=[{"kpi_key": "gmv", "floor_or_goal": "aim", "target_value": 1, "source_rows": RULES}]),
        "constraint_set.targets[0].floor_or_goal: 'aim' must be 'floor' or 'goal'",
        RULES,
    ),
    "no date": (
        {"candidates": [{"initiative_key": "a", "engineering_tokens": 1, "deadline_date": "soon"}]},
        "candidates[0].deadline_date: 'soon' is not a date like 2026-04-01",
        (),
    ),
    "a tolerance beyond all": (
        {"scenario": {"objective_mode": "lexicographic",
                      "objective_weights": ["nps", {"kpi": "gmv", "tolerance_pct": 101}]}},
        "scenario.objective_weights[1].tolerance_pct: 101 must be 100 or less",
        SCENARIO,
    ),
    "weights of another kind": (
        {"scenario": {"objective_weights": "gmv"}},
        "scenario.objective_weights: 'gmv' has no form that fits here",
        SCENARIO,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_problem_is_named_with_its_place_and_rows(name: str) -> None:
    changes, message, rows = CASES[name]
    assert found(**changes) == [(message, rows)]


def test_all_problems_come_in_one_pass() -> None:
    changes = {
        "scenario": {"period_key": "soon", "objective_mode": "lexicographic"},
        "scope": {"scope_type": "selected"},
        **rules(
            mandatory=[{"initiative_key": "Z"}],
            targets=[{"kpi_key": "gvm", "dimension": "moon", "floor_or_goal": "goal", "target_value": 1}],
        ),
    }
    places = [message.split(":")[0] for message, _ in found(**changes)]
    assert places == [
        "scenario.period_key",
        "scenario.objective_weights",
        "scope.initiative_keys",
        "constraint_set.targets[0].kpi_key",
        "constraint_set.targets[0].dimension",
        "constraint_set.mandatory[0].initiative_key",
    ]


def test_numbers_too_large_are_named_wherever_they_stand() -> None:
    changes = {
        "scenario": {
            "capacity_total_tokens": 1e16, "objective_mode": "weighted_kpis", "objective_weights": {"gmv": 1e16},
        },
        "candidates": [
            {"initiative_key": "A", "engineering_tokens": 1e300, "contributions": {"gmv": 1e300},
             "contribution_ranges": {"gmv": [-1e300, 1e300]}},
            {"initiative_key": "B", "engineering_tokens": 1e15, "contributions": {"gmv": -1e15}},
        ],
        **rules(
            capacity_floors=[{"min_tokens": 1e300}],
            capacity_caps=[{"max_tokens": 1e300}],
            targets=[{"kpi_key": "gmv", "floor_or_goal": "goal", "target_value": 1e300, "baseline_value": -1e300}],
            synergy_bonuses=[{"members": ["A", "B"], "kpi_key": "gmv", "value": 1e300}],
        ),
    }  # fmt: skip
    assert [message.split(":")[0] for message, _ in found(**changes)] == [
        "candidates[0].engineering_tokens",
        "candidates[0].contributions.gmv",
        "candidates[0].contribution_ranges.gmv.low",
        "candidates[0].contribution_ranges.gmv.high",
        "scenario.capacity_total_tokens",
        "scenario.objective_weights.gmv",
        "constraint_set.capacity_floors[0].min_tokens",
        "constraint_set.capacity_caps[0].max_tokens",
        "constraint_set.targets[0].target_value",
        "constraint_set.targets[0].baseline_value",
        "constraint_set.synergy_bonuses[0].value",
    ]


@pytest.mark.parametrize("size", [1e-100, 1e15])
@pytest.mark.parametrize("other", [1e-100, 1.0, 1e15])
def test_numbers_at_the_ends_of_the_range_are_solved(size: float, other: float) -> None:
    rows = [candidate(key, tokens, {"gmv": gain}) for key, tokens, gain in
            [("A", size, other), ("B", other, size), ("C", size, -size), ("D", 1, 1)]]  # fmt: skip
    for mode in ({}, {"objective_mode": "weighted_kpis", "objective_weights": {"gmv": size}}):
        question = snapshot(
            rows,
            capacity=1e15,
            scenario=mode,
            targets=[{"kpi_key": "gmv", "floor_or_goal": "goal", "target_value": other}],
            synergy_bonuses=[{"members": ["A", "B"], "kpi_key": "gmv", "value": other}],
        )
        assert solve(question).status == "optimal"


def test_whole_numbers_stand_for_others() -> None:
    loaded = load_snapshot(document(scenario={"goal_tolerance_pct": 3}, solver={"threads": 2.0, "mip_gap": 0}))
    assert isinstance(loaded, Snapshot)
    assert (loaded.scenario.goal_tolerance_pct, loaded.solver.threads, loaded.solver.mip_gap) == (3.0, 2, 0.0)


@pytest.mark.parametrize("text", ["{", "[]", "7", b"\xff\xfe"])
def test_what_is_no_snapshot_at_all(text: str | bytes) -> None:
    assert len(messages(load_snapshot(text))) == 1


def test_json_text_becomes_a_snapshot() -> None:
    loaded = load_snapshot(snapshot([candidate("A", 1)]).model_dump_json())
    assert isinstance(loaded, Snapshot)


def test_targets_and_synergies_on_inactive_kpis_are_computed() -> None:
    changes = document(
        constraint_set={
            "targets": [{"kpi_key": "Old", "floor_or_goal": "floor", "target_value": 3}],
            "synergy_bonuses": [{"members": ["A", "B"], "kpi_key": "OLD", "value": 1}],
        },
        candidates=[
            {"initiative_key": key, "engineering_tokens": 1, "contributions": {"oLd": 1}} for key in ("A", "B")
        ],
    )
    loaded = load_snapshot(changes)
    assert isinstance(loaded, Snapshot)
    result = solve(loaded)
    assert result.status == "optimal"
    assert result.kpis == {"gmv": 0, "old": 3, "nps": 0}
    assert [(gap.kpi_key, gap.achieved, gap.severity) for gap in result.gaps] == [("old", 3, "OK")]
