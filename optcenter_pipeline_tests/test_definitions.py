"""What Dagster loads."""

import subprocess
import sys

import dagster as dg

from optcenter_pipeline.definitions import build_defs, defs
from optcenter_pipeline.stages.resources import SolverResource

STAGES = {
    "raw_tabs",
    "validated_rows",
    "constraint_sets",
    "tables",
    "row_statuses",
    "run_snapshot",
    "solve",
    "output_tabs",
}
ANALYSES = {
    "explanations",
    "frontier",
    "alternatives",
    "robustness",
    "comparison",
    "run_report",
    "analysis_tabs",
}


def test_every_stage_is_an_asset_with_an_owner_a_kind_and_words() -> None:
    specs = {spec.key.to_user_string(): spec for spec in defs.resolve_all_asset_specs()}
    assert set(specs) == STAGES | ANALYSES
    for name, spec in specs.items():
        assert spec.owners, name
        assert spec.kinds, name
        assert spec.description, name
        assert spec.group_name in ("save", "run", "analyses"), name


def test_the_definitions_can_be_loaded_and_every_job_resolved() -> None:
    dg.Definitions.validate_loadable(defs)
    save = defs.resolve_job_def("save_job")
    optimize = defs.resolve_job_def("optimize_job")
    assert {node.name for node in save.nodes} == STAGES - {"run_snapshot", "solve", "output_tabs"}
    assert {node.name for node in optimize.nodes} == STAGES
    assert {node.name for node in defs.resolve_job_def("analyses_job").nodes} == ANALYSES


def test_sensors_work_from_the_start_and_the_schedule_waits_to_be_switched_on() -> None:
    repository = defs.get_repository_def()
    sensors = {sensor.name: sensor for sensor in repository.sensor_defs}
    assert set(sensors) == {"action_requests_sensor", "workbook_changed_sensor", "wanted_analyses_sensor"}
    assert {sensor.default_status for sensor in sensors.values()} == {dg.DefaultSensorStatus.RUNNING}
    assert {sensor.minimum_interval_seconds for sensor in sensors.values()} == {30}
    (schedule,) = repository.schedule_defs
    assert (schedule.name, schedule.default_status) == ("nightly_optimize", dg.DefaultScheduleStatus.STOPPED)
    assert schedule.cron_schedule == "0 2 * * *"


def test_resources_can_be_replaced() -> None:
    solver = SolverResource(mip_gap=0.5)
    assert build_defs(solver=solver).resources["solver"] == solver  # type: ignore[index]


def test_loading_reaches_for_no_heavy_library_and_no_setting() -> None:
    script = (
        "import optcenter_pipeline.definitions, sys; "
        "heavy = ('pyomo', 'highspy', 'gspread', 'sqlalchemy', 'pandas', 'plotly', 'uvicorn'); "
        "print([module for module in heavy if module in sys.modules])"
    )
    broken = {"OPTCENTER_SOLVER_TIME_LIMIT": "soon", "PATH": ""}
    ran = subprocess.run([sys.executable, "-c", script], env=broken, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
