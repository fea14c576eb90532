"""The stages of a save, materialised on a real workbook and a real database."""

import json

import dagster as dg
import pytest

from optcenter_pipeline.stages.constraint_sets import constraint_sets
from optcenter_pipeline.stages.partitions import CONSTRAINT_SETS, names_of, partition_key
from optcenter_pipeline.stages.raw_tabs import raw_tabs
from optcenter_pipeline.stages.row_statuses import row_statuses
from optcenter_pipeline.stages.tables import tables
from optcenter_pipeline.stages.validated_rows import ROWS_ARE_VALID, TABS_ARE_READABLE, validated_rows
from optcenter_pipeline_tests.support.planning_space import PlanningSpace

SAVE = [raw_tabs, validated_rows, constraint_sets, tables, row_statuses]


def materialize(space: PlanningSpace, *assets: dg.AssetsDefinition) -> dg.ExecuteInProcessResult:
    return dg.materialize(
        [*SAVE],
        selection=[asset.key for asset in assets],
        instance=space.instance,
        resources={"workbook": space.workbook, "database": space.database},
        raise_on_error=True,
    )


def metadata(result: dg.ExecuteInProcessResult, asset: str) -> dict[str, object]:
    (materialization,) = result.asset_materializations_for_node(asset)
    return {label: value.value for label, value in materialization.metadata.items()}


def test_raw_tabs_reads_every_input_tab_in_one_batch(sample_space: PlanningSpace) -> None:
    said = metadata(materialize(sample_space, raw_tabs), "raw_tabs")
    assert said["rows"] == {
        "Initiatives": 42,
        "Metrics_Config": 5,
        "KPI_Contributions": 129,
        "Scenario_Config": 3,
        "Constraints": 31,
        "Targets": 14,
        "Candidates": 40,
    }
    assert said["unreadable_tabs"] == []
    assert said["read_requests"] == 1


def test_raw_tabs_tells_by_its_data_version_whether_the_inputs_changed(sample_space: PlanningSpace) -> None:
    def version() -> str:
        materialize(sample_space, raw_tabs)
        event = sample_space.instance.get_latest_materialization_event(raw_tabs.key)
        assert event is not None
        assert event.asset_materialization is not None
        return (event.asset_materialization.tags or {})["dagster/data_version"]

    first = version()
    assert version() == first
    sample_space.type_cell("Scenario_Config", 2, "capacity_total_tokens", 471)
    assert version() != first
    sample_space.type_cell("Scenario_Config", 2, "capacity_total_tokens", 470)
    assert version() == first


def test_validated_rows_warns_by_its_checks_and_shows_each_finding(sample_space: PlanningSpace) -> None:
    result = materialize(sample_space, raw_tabs, validated_rows)
    checks = {e.check_name: e for e in result.get_asset_check_evaluations()}
    assert not checks[ROWS_ARE_VALID].passed
    assert checks[ROWS_ARE_VALID].severity is dg.AssetCheckSeverity.WARN
    assert checks[TABS_ARE_READABLE].passed
    said = metadata(result, "validated_rows")
    assert said["rows_in_error"] == 3
    findings = checks[ROWS_ARE_VALID].metadata["findings"].value
    assert {record.data["row"] for record in findings.records} == {  # type: ignore[union-attr]
        "Constraints!29",
        "Constraints!30",
        "Constraints!31",
    }


def test_an_unreadable_tab_fails_its_check_and_leaves_the_database_alone(sample_space: PlanningSpace) -> None:
    materialize(sample_space, *SAVE)
    before = sample_space.query("select * from candidates")
    sample_space.type_cell("Candidates", 1, "engineering_tokens", "points")
    result = materialize(sample_space, *SAVE)
    checks = {e.check_name: e for e in result.get_asset_check_evaluations()}
    assert not checks[TABS_ARE_READABLE].passed
    assert sample_space.query("select * from candidates") == before


def test_constraint_sets_compiles_the_valid_and_names_the_invalid(sample_space: PlanningSpace) -> None:
    said = metadata(materialize(sample_space, raw_tabs, validated_rows, constraint_sets), "constraint_sets")
    assert said["valid"] == 4
    assert len(said["invalid"]) == 1  # type: ignore[arg-type]


def test_a_stage_without_its_input_says_what_to_run_first(sample_space: PlanningSpace) -> None:
    result = dg.materialize(
        [*SAVE],
        selection=[validated_rows.key],
        instance=sample_space.instance,
        resources={"workbook": sample_space.workbook, "database": sample_space.database},
        raise_on_error=False,
    )
    (failure,) = [event.step_failure_data for event in result.all_events if event.is_step_failure]
    assert failure.user_failure_data is not None
    assert "raw_tabs has not run yet" in str(failure.user_failure_data.description)


def test_tables_adds_a_partition_a_set_and_removes_those_that_went(sample_space: PlanningSpace) -> None:
    materialize(sample_space, *SAVE)
    keys = set(sample_space.instance.get_dynamic_partitions(str(CONSTRAINT_SETS.name)))
    assert partition_key("Q1 2027 growth", "baseline") in keys
    assert partition_key("q1 2027 GROWTH ", "") in keys
    for row_num, row in enumerate(sample_space.rows("Constraints"), start=2):
        if row["constraint_set_name"] == "all promises":
            sample_space.type_cell("Constraints", row_num, "constraint_set_name", "fewer promises")
    for row_num, row in enumerate(sample_space.rows("Targets"), start=2):
        if row["constraint_set_name"] == "all promises":
            sample_space.type_cell("Targets", row_num, "constraint_set_name", "fewer promises")
    materialize(sample_space, *SAVE)
    now = set(sample_space.instance.get_dynamic_partitions(str(CONSTRAINT_SETS.name)))
    assert keys - now == {partition_key("Q1 2027 growth", "all promises")}
    assert now - keys == {partition_key("Q1 2027 growth", "fewer promises")}


def test_row_statuses_stand_on_every_input_row(sample_space: PlanningSpace) -> None:
    materialize(sample_space, *SAVE)
    constraints = sample_space.rows("Constraints")
    assert [row["run_status"] for row in constraints[:27]] == ["OK"] * 27
    assert constraints[27]["run_status"].startswith("FAILED: max_tokens: '12k' is not a number")
    for tab in ("Initiatives", "Metrics_Config", "KPI_Contributions", "Scenario_Config", "Targets", "Candidates"):
        assert {row["run_status"] for row in sample_space.rows(tab)} == {"OK"}, tab
    assert all(row["updated_source"].startswith("pm.save_selected ") for row in constraints)
    assert all(row["updated_at"].endswith("Z") for row in constraints)


def test_set_rows_keep_what_their_rows_said(sample_space: PlanningSpace) -> None:
    materialize(sample_space, *SAVE)
    ((rows_json, compiled_json, messages_json),) = sample_space.query(
        "select rows_json, compiled_json, messages_json from optimization_constraint_sets where not is_valid"
    )
    assert compiled_json is None
    assert len(json.loads(rows_json)) == 5
    assert len(json.loads(messages_json)["errors"]) == 3


def test_partition_keys_are_safe_and_tell_names_apart() -> None:
    names = [
        ("Q2 plan", "baseline"),
        ("Q2-plan", "baseline"),
        ("Q2 plan", ""),
        ("計画", "甲"),
        ("計画", "乙"),
        ("a::b", "…"),
    ]
    keys = [partition_key(*pair) for pair in names]
    assert len(set(keys)) == len(names)
    for key in keys:
        assert key.replace("~", "-").replace("-", "").isascii()
        assert key.replace("~", "-").replace("-", "").isalnum()
    assert partition_key(" q2 PLAN ", "BASELINE") == keys[0]
    assert names_of(keys[4], names) == ("計画", "乙")


def test_how_many_blank_rows_end_a_tab_is_a_setting(
    sample_space: PlanningSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = len(sample_space.rows("Targets")) + 1
    target = sample_space.rows("Targets")[0]
    names = ("scenario_name", "constraint_set_name", "dimension", "kpi_key", "target_value", "floor_or_goal")
    far_below = {name: target[name] for name in names} | {"kpi_key": "nps", "floor_or_goal": "floor"}
    sample_space.type_rows("Targets", [far_below], first_row=last + 5)
    assert metadata(materialize(sample_space, raw_tabs), "raw_tabs")["rows"]["Targets"] == 15  # type: ignore[index]
    monkeypatch.setenv("OPTCENTER_BLANK_ROWS", "3")
    assert metadata(materialize(sample_space, raw_tabs), "raw_tabs")["rows"]["Targets"] == 14  # type: ignore[index]
