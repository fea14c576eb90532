"""Requests of Actions with what-if numbers and commitments, on a real instance, workbook and database."""

import json
from typing import Any

import pytest

from optcenter_pipeline.workbook.tabs import INPUT_TABS
from optcenter_pipeline_tests.support.planning_space import PlanningSpace, pm_cells
from optcenter_pipeline_tests.support.requests import RUN_ALL, Daemon, request_row

GROWTH = {"scenario_name": "Q1 2027 growth", "constraint_set_name": "baseline"}


def ask(space: PlanningSpace, request_id: str, row_num: int, **options: Any) -> dict[str, Any]:
    """Ask for a run, have it carried out, and read the request's row."""
    row = request_row(request_id, RUN_ALL, **GROWTH, options_json=json.dumps(options))
    space.type_rows("Actions", [row], first_row=row_num)
    Daemon(space).tick_and_carry_out()
    return space.rows("Actions")[row_num - 2]


def newest_run(space: PlanningSpace) -> tuple[Any, ...]:
    ((run_id, snapshot, result),) = space.query(
        "select run_id, inputs_snapshot_json, results_json from optimization_runs order by id desc limit 1"
    )
    return run_id, json.loads(snapshot), json.loads(result)


def test_a_what_if_is_solved_and_shown_as_one_and_the_sheets_inputs_stay(sample_space: PlanningSpace) -> None:
    before = pm_cells(sample_space.grids())
    asked = ask(sample_space, "r-1", 2, capacity_total_tokens=300, what_if={"Targets!2.target_value": 10})
    assert asked["status"] == "success"
    assert asked["message"].startswith("optimal (what-if): ")
    run_id, snapshot, result = newest_run(sample_space)
    assert snapshot["scenario"]["capacity_total_tokens"] == 300
    assert result["capacity"]["used"] <= 300
    assert sorted(alert["message"] for alert in result["alerts"] if alert["code"] == "what_if") == [
        "what-if: capacity_total_tokens (Scenario_Config row 2) is 300 instead of 470",
        "what-if: target_value of Targets row 2 is 10 instead of 3,600",
    ]
    (run,) = [row for row in sample_space.rows("Runs") if row["run_id"] == run_id]
    ((stored,),) = sample_space.query("select what_if from optimization_runs")
    for told in (run["gap_summary"], stored):
        assert "capacity_total_tokens (Scenario_Config row 2) is 300 instead of 470" in told
    lines = [row["message"] for row in sample_space.rows("Gaps_Alerts") if "what_if: " in row["message"]]
    assert len(lines) == 2
    after = pm_cells(sample_space.grids())
    assert {tab.name: after[tab.name] for tab in INPUT_TABS} == {tab.name: before[tab.name] for tab in INPUT_TABS}


def test_a_what_if_about_a_row_that_is_none_fails_with_what_there_is(sample_space: PlanningSpace) -> None:
    asked = ask(sample_space, "r-1", 2, **{"Constraints!999.min_tokens": 3, "INIT-1x.engineering_tokens": 3})
    assert asked["status"] == "failed"
    assert "what-if Constraints!999.min_tokens: no rule of this run comes from Constraints!999" in asked["message"]
    assert (
        "what-if INIT-1x.engineering_tokens: INIT-1x is not a candidate of this run; did you mean INIT-1"
        in (asked["message"])
    )
    assert sample_space.query("select count(*) from optimization_runs") == [(0,)]


def test_a_plan_keeps_to_an_earlier_run_of_its_scenario(sample_space: PlanningSpace) -> None:
    ask(sample_space, "r-1", 2)
    first, _, plan = newest_run(sample_space)
    kept = {"run": first, "max_changes": 1, "price_per_change": 0.25}
    assert ask(sample_space, "r-2", 3, commitments=kept, capacity_total_tokens=520)["status"] == "success"
    _, snapshot, result = newest_run(sample_space)
    funded = {chosen["initiative_key"] for chosen in plan["selected"]}
    assert snapshot["commitments"] == {
        "run_id": first,
        "selected": sorted(funded),
        "locked_in": [],
        "max_changes": 1,
        "price_per_change": 0.25,
    }
    assert len(funded ^ {chosen["initiative_key"] for chosen in result["selected"]}) <= 1
    assert result["stability"]["max_changes"] == 1


@pytest.mark.parametrize(
    ("commitments", "message"),
    [
        (
            {"run": "approved", "locked_in": True},
            "commitments: no run of Q1 2027 growth is approved; approve one (optcenter approve RUN_ID --by NAME)",
        ),
        (
            {"run": "20200101T000000-abcdef", "max_changes": 1},
            "there is no run '20200101T000000-abcdef' of Q1 2027 growth; Q1 2027 growth has no run with",
        ),
    ],
)
def test_commitments_to_a_run_that_is_none_fail_with_what_there_is(
    sample_space: PlanningSpace, commitments: dict[str, Any], message: str
) -> None:
    asked = ask(sample_space, "r-1", 2, commitments=commitments)
    assert asked["status"] == "failed"
    assert message in asked["message"]
