"""The stages of a run, on a saved sample."""

import json

import dagster as dg
import pytest

from optcenter_pipeline.engine import Result, Snapshot, solve
from optcenter_pipeline.runs import execution
from optcenter_pipeline.stages.partitions import partition_key
from optcenter_pipeline.stages.solve import PASSES_INDEPENDENT_CHECK
from optcenter_pipeline_tests.support.planning_space import PlanningSpace, failure_text, materialized

GROWTH = "Q1 2027 growth"


def test_a_run_stands_in_database_and_sheet(sample_space: PlanningSpace) -> None:
    result = sample_space.optimize(GROWTH, "baseline", requested_by="Product Operations")
    assert result.success
    said = materialized(result, "solve")
    run_id = said["run_id"]
    ((status, snapshot, sha256, dagster_run_id),) = sample_space.query(
        "select status, inputs_snapshot_json, inputs_sha256, dagster_run_id from optimization_runs"
    )
    assert (status, dagster_run_id) == ("optimal", result.run_id)
    assert materialized(result, "run_snapshot")["inputs_sha256"] == sha256
    assert json.loads(snapshot)["scenario"]["scenario_name"] == GROWTH
    items = sample_space.query("select initiative_key, rank from portfolio_items order by rank")
    assert [rank for _, rank in items] == list(range(1, len(items) + 1))

    (run,) = sample_space.rows("Runs")
    assert (run["run_id"], run["status"], run["selected_count"]) == (run_id, "optimal", len(items))
    assert run["requested_by"] == "Product Operations"
    assert run["capacity_used"] <= run["capacity_total"] == 470
    results = sample_space.rows("Results")
    assert {row["initiative_key"] for row in results if row["selected"]} == {key for key, _ in items}
    assert len(results) == 40
    assert all(row["reason"] for row in results)
    gaps = sample_space.rows("Gaps_Alerts")
    assert [row["line"] for row in gaps] == list(range(1, len(gaps) + 1))
    assert {row["kind"] for row in gaps} == {"target", "alert"}


def test_the_checker_is_a_check_on_solve(sample_space: PlanningSpace) -> None:
    result = sample_space.optimize(GROWTH, "baseline")
    (check,) = [e for e in result.get_asset_check_evaluations() if e.check_name == PASSES_INDEPENDENT_CHECK]
    assert check.passed
    assert check.asset_key == dg.AssetKey("solve")


def test_a_result_that_the_checker_refuses_is_a_failed_run_and_reaches_no_output(
    sample_space: PlanningSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_token_too_many(snapshot: Snapshot, **_: object) -> Result:
        result = solve(snapshot)
        first, *rest = result.selected
        return result.model_copy(
            update={"selected": (first.model_copy(update={"allocated_tokens": first.allocated_tokens + 1}), *rest)}
        )

    monkeypatch.setattr(execution, "answer", one_token_too_many)
    result = sample_space.optimize(GROWTH, "baseline")
    assert not result.success
    (check,) = [e for e in result.get_asset_check_evaluations() if e.check_name == PASSES_INDEPENDENT_CHECK]
    assert not check.passed
    ((status, error_text),) = sample_space.query("select status, error_text from optimization_runs")
    assert status == "failed"
    assert "independent checker refused" in error_text
    assert sample_space.query("select * from portfolios") == []
    assert sample_space.rows("Runs") == []
    monkeypatch.undo()
    sample_space.save()
    (run,) = sample_space.rows("Runs")
    assert run["status"] == "failed"
    assert sample_space.rows("Results") == []


def test_an_error_of_the_engine_ends_the_run_as_failed_with_its_text(
    sample_space: PlanningSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> object:
        raise RuntimeError("the solver ran out of luck")

    monkeypatch.setattr(execution, "answer", broken)
    assert not sample_space.optimize(GROWTH, "baseline").success
    ((status, error_text),) = sample_space.query("select status, error_text from optimization_runs")
    assert (status, error_text) == ("failed", "RuntimeError: the solver ran out of luck")


def test_a_person_who_stops_a_run_cancels_it(sample_space: PlanningSpace, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr(execution, "answer", stopped)
    assert not sample_space.optimize(GROWTH, "baseline").success
    ((status,),) = sample_space.query("select status from optimization_runs")
    assert status == "cancelled"


def test_an_invalid_set_blocks_runs_on_itself_and_no_other(sample_space: PlanningSpace) -> None:
    ((scenario, broken),) = {
        (row["scenario_name"], row["constraint_set_name"])
        for row in sample_space.rows("Constraints")
        if row["constraint_set_name"].startswith("draft")
    }
    result = sample_space.optimize(scenario, broken)
    assert not result.success
    text = failure_text(result)
    assert "Constraints!29 max_tokens: '12k' is not a number" in text
    assert "Constraints!30 dimension_key: 'INIT-999' is not in Initiatives" in text
    assert "Constraints!31 target_kpi_key: is blank" in text
    assert sample_space.query("select * from optimization_runs") == []
    assert sample_space.optimize(scenario, "regional balance").success


def test_an_infeasible_run_is_a_result_with_the_rows_in_the_sheet(sample_space: PlanningSpace) -> None:
    result = sample_space.optimize(GROWTH, "all promises")
    assert result.success
    (run,) = sample_space.rows("Runs")
    assert run["status"] == "infeasible"
    assert sample_space.rows("Results") == []
    assert sample_space.rows("Gaps_Alerts")


def test_all_three_modes_and_a_run_without_a_set(sample_space: PlanningSpace) -> None:
    for scenario, name in (
        ("H1 2027 balanced", "regional balance"),
        ("2027 resilience", "platform first"),
        (GROWTH, ""),
    ):
        assert sample_space.optimize(scenario, name).success
    statuses = sample_space.query(
        "select constraint_set_name, status, objective_mode from optimization_runs order by id"
    )
    assert statuses == [
        ("regional balance", "optimal", "weighted_kpis"),
        ("platform first", "optimal", "lexicographic"),
        ("", "optimal", "north_star"),
    ]


def test_scope_selected_takes_the_marked_candidates_or_those_named(sample_space: PlanningSpace) -> None:
    marked = {row["initiative_key"] for row in sample_space.rows("Candidates") if row.get("is_selected_for_run")}
    assert sample_space.optimize(GROWTH, "", scope_type="selected").success
    assert sample_space.optimize(GROWTH, "", scope_type="selected", initiative_keys=["init-107"]).success
    snapshots = [
        json.loads(s)
        for (s,) in sample_space.query("select inputs_snapshot_json from optimization_runs order by id")
    ]
    assert set(snapshots[0]["scope"]["initiative_keys"]) == marked
    assert snapshots[1]["scope"]["initiative_keys"] == ["INIT-107"]


def test_solve_alone_runs_the_newest_snapshot_again_as_a_run_of_its_own(sample_space: PlanningSpace) -> None:
    sample_space.optimize(GROWTH, "baseline")
    key = partition_key(GROWTH, "baseline")
    job = sample_space.defs.resolve_implicit_global_asset_job_def()
    result = job.execute_in_process(
        instance=sample_space.instance, partition_key=key, asset_selection=[dg.AssetKey("solve")]
    )
    assert result.success
    first, second = sample_space.query(
        "select run_id, inputs_sha256, objective_value from optimization_runs order by id"
    )
    assert first[0] != second[0]
    assert first[1:] == second[1:]


def test_an_unknown_scenario_gets_a_hint(sample_space: PlanningSpace) -> None:
    result = sample_space.optimize("Q1 2027 grwth", "baseline")
    assert not result.success
    assert "Q1 2027 growth" in failure_text(result)
