"""KPIs may have the names that stages have: what a stage is, its kind says."""

from typing import Any

import pytest

from optcenter_pipeline.engine import solve
from optcenter_pipeline.engine.checker import check
from optcenter_pipeline_tests.support import brute_force
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot

NAMES = ["economy", "goals", "weighted_kpis", "Economy"]
ROWS = [("A", 5, 10, 0), ("B", 5, 9, 4), ("C", 4, 9.6, 2), ("D", 3, 0, 1)]

Json = dict[str, Any]


def objectives(name: str) -> dict[str, Json]:
    """Every mode with a KPI of this name where it can stand."""
    modes: dict[str, Json] = {
        "north_star": {},
        "weighted_kpis": {"objective_mode": "weighted_kpis", "objective_weights": {name: 1, "nps": 0.1}},
    }
    if name != "goals":
        modes["lexicographic"] = {"objective_mode": "lexicographic", "objective_weights": [name, "nps"]}
        modes["behind"] = {"objective_mode": "lexicographic", "objective_weights": ["nps", name]}
        modes["with the word"] = {"objective_mode": "lexicographic", "objective_weights": ["nps", "goals", name]}
    return modes


@pytest.mark.parametrize("with_goal", [False, True])
@pytest.mark.parametrize(("name", "mode"), [(name, mode) for name in NAMES for mode in objectives(name)])
def test_a_kpi_with_the_name_of_a_stage(name: str, mode: str, with_goal: bool) -> None:
    question = snapshot(
        [candidate(key, tokens, {name: gain, "nps": nps}) for key, tokens, gain, nps in ROWS],
        capacity=5,
        metrics={name: "north_star", "nps": "strategic"},
        scenario=objectives(name)[mode],
        targets=[{"kpi_key": "nps", "floor_or_goal": "goal", "target_value": 3}] if with_goal else [],
    )
    result, answer = solve(question), brute_force.solve(question)
    assert result.status == answer.status == "optimal"
    assert check(question, result) == ()
    *stages, economy = result.objective.stages
    found = [(stage.kind, stage.name.casefold(), stage.second_pass) for stage in stages]
    assert found == [(stage.kind, stage.name, stage.second_pass) for stage in answer.stages]
    assert economy.kind == "economy"
    assert frozenset(item.initiative_key for item in result.selected) in answer.portfolios


def test_a_kpi_called_goals_hinders_no_list_without_the_word() -> None:
    question = snapshot(
        [candidate("A", 1, {"gmv": 1, "goals": 1})],
        metrics={"gmv": "north_star", "goals": "strategic"},
        scenario={"objective_mode": "lexicographic", "objective_weights": ["gmv"]},
        targets=[{"kpi_key": "goals", "floor_or_goal": "goal", "target_value": 3}],
    )
    result = solve(question)
    assert [stage.kind for stage in result.objective.stages] == ["kpi", "goals", "kpi", "economy"]
    assert check(question, result) == ()
