"""The jobs as a whole: repeatable, and finished by the next one wherever a process dies."""

import os
import signal
import subprocess
import sys

from optcenter_pipeline.orchestration.jobs import optimize_job, save_job
from optcenter_pipeline_tests.support.planning_space import PlanningSpace, materialized, pm_cells

GROWTH = "Q1 2027 growth"

KILLED_AT = """
import os, signal
from optcenter_pipeline.runs import {module}
{module}.{name} = lambda *arguments, **options: os.kill(os.getpid(), signal.SIGKILL)
from optcenter_pipeline.cli import main
main({arguments!r})
"""


def run_until_killed(space: PlanningSpace, module: str, name: str, *arguments: str) -> None:
    """Run the command line in a process that dies where it would call `module.name`."""
    script = KILLED_AT.format(module=module, name=name, arguments=list(arguments))
    environment = {**os.environ, "OPTCENTER_HOME": str(space.home), "DAGSTER_HOME": ""}
    ended = subprocess.run(
        [sys.executable, "-c", script], env=environment, cwd=space.home, capture_output=True, check=False
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()


def statuses(space: PlanningSpace) -> dict[str, list[str]]:
    tabs = ("Scenario_Config", "Constraints", "Targets", "Candidates", "Initiatives", "KPI_Contributions")
    return {tab: [row.get("run_status", "") for row in space.rows(tab)] for tab in tabs}


def test_the_jobs_are_known_by_their_public_names() -> None:
    assert (save_job.name, optimize_job.name) == ("save_job", "optimize_job")


def test_a_second_save_changes_no_row_and_no_cell(sample_space: PlanningSpace) -> None:
    first = sample_space.save()
    assert materialized(first, "row_statuses")["rows_written"] == 264
    database, cells = sample_space.dump(), sample_space.grids()
    second = sample_space.save()
    said = materialized(second, "row_statuses")
    assert (said["rows_written"], said["write_requests"], said["not_delivered"]) == (0, 0, [])
    assert sample_space.dump() == database
    assert sample_space.grids() == cells


def test_a_second_run_adds_its_own_rows_and_changes_no_other(sample_space: PlanningSpace) -> None:
    sample_space.optimize(GROWTH, "baseline")
    before = sample_space.grids()
    sample_space.optimize(GROWTH, "baseline")
    after = sample_space.grids()
    for tab in ("Runs", "Results", "Gaps_Alerts"):
        assert after[tab][: len(before[tab])] == before[tab]
        assert len(after[tab]) - 1 == 2 * (len(before[tab]) - 1)
    for tab in statuses(sample_space):
        assert after[tab] == before[tab]
    first, second = (row for row in sample_space.rows("Runs"))
    assert first["objective_value"] == second["objective_value"]


def test_no_cell_of_a_pm_is_ever_written(sample_space: PlanningSpace) -> None:
    before = pm_cells(sample_space.grids())
    sample_space.optimize(GROWTH, "baseline")
    sample_space.save()
    after = pm_cells(sample_space.grids())
    for tab, rows in before.items():
        assert after[tab][: len(rows)] == rows
        assert all(not any(row) for row in after[tab][len(rows) :])


def test_killed_between_database_and_sheet_the_next_save_delivers(sample_space: PlanningSpace) -> None:
    run_until_killed(sample_space, "delivery", "write_statuses", "save")
    assert sample_space.query("select count(*) from candidates") == [(40,)]
    assert not any(any(told) for told in statuses(sample_space).values())
    promised = sample_space.query("select updated_source from row_statuses limit 1")
    assert sample_space.save().success
    assert all(all(told) for told in statuses(sample_space).values())
    assert sample_space.rows("Targets")[0]["updated_source"] == promised[0][0]


def test_killed_before_its_outputs_a_run_is_delivered_by_the_next_save(sample_space: PlanningSpace) -> None:
    run_until_killed(sample_space, "delivery", "write_outputs", "optimize", GROWTH, "baseline")
    ((run_id, status),) = sample_space.query("select run_id, status from optimization_runs")
    assert status == "optimal"
    assert sample_space.rows("Runs") == []
    assert sample_space.save().success
    (run,) = sample_space.rows("Runs")
    assert (run["run_id"], run["status"]) == (run_id, "optimal")
    assert len(sample_space.rows("Results")) == 40


def test_killed_while_solving_the_next_run_gives_it_up(sample_space: PlanningSpace) -> None:
    run_until_killed(sample_space, "execution", "answer", "optimize", GROWTH, "baseline")
    assert sample_space.query("select status from optimization_runs") == [("running",)]
    assert sample_space.optimize(GROWTH, "baseline").success
    runs = sample_space.query("select status, error_text from optimization_runs order by id")
    assert [status for status, _ in runs] == ["failed", "optimal"]
    assert "ended without an answer" in runs[0][1]
    assert [row["status"] for row in sample_space.rows("Runs")] == ["failed", "optimal"]


def test_a_save_of_one_tab_touches_that_tab_alone(sample_space: PlanningSpace) -> None:
    assert sample_space.save(tab="Initiatives").success
    told = statuses(sample_space)
    assert set(told["Initiatives"]) == {"OK"}
    assert not any(told["Constraints"])
    assert sample_space.query("select count(*) from optimization_constraint_sets") == [(0,)]


def test_a_save_of_some_keys_touches_those_rows_alone(sample_space: PlanningSpace) -> None:
    assert sample_space.save().success
    sample_space.type_cell("Candidates", 2, "engineering_tokens", 35)
    sample_space.type_cell("Candidates", 3, "engineering_tokens", 36)
    keys = [row["initiative_key"] for row in sample_space.rows("Candidates")[:2]]
    assert sample_space.save(tab="Candidates", keys=[keys[0].lower()]).success
    tokens = dict(sample_space.query("select initiative_key, engineering_tokens from candidates"))
    assert tokens[keys[0]] == 35
    assert tokens[keys[1]] != 36


def test_rows_that_leave_the_sheet_are_archived_and_come_back(sample_space: PlanningSpace) -> None:
    sample_space.save()
    row = sample_space.rows("KPI_Contributions")[0]
    names = ("initiative_key", "kpi_key", "contribution", "low", "high")
    sample_space.type_rows("KPI_Contributions", [dict.fromkeys(names, "")], first_row=2)
    sample_space.save()
    assert sample_space.query("select count(*) from kpi_contributions where archived_at is not null") == [(1,)]
    sample_space.type_rows("KPI_Contributions", [{name: row.get(name) for name in names}], first_row=2)
    sample_space.save()
    assert sample_space.query("select count(*) from kpi_contributions where archived_at is not null") == [(0,)]


def test_runs_and_saves_at_the_same_time_all_stand_in_the_sheet_once(sample_space: PlanningSpace) -> None:
    sample_space.save()
    environment = {**os.environ, "OPTCENTER_HOME": str(sample_space.home), "DAGSTER_HOME": ""}
    sets = (("optimize", GROWTH, "baseline"), ("optimize", "2027 resilience", "platform first"), ("save",))
    script = "import sys; from optcenter_pipeline.cli import main; main(sys.argv[1:])"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script, *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for arguments in sets
    ]
    ended = [(process.communicate(), process.returncode) for process in processes]
    assert [code for _, code in ended] == [0, 0, 1], [said for said, _ in ended]
    run_ids = {run_id for (run_id,) in sample_space.query("select run_id from optimization_runs")}
    assert [row["status"] for row in sample_space.rows("Runs")] == ["optimal", "optimal"]
    assert {row["run_id"] for row in sample_space.rows("Runs")} == run_ids
    results = [(row["run_id"], row["initiative_key"]) for row in sample_space.rows("Results")]
    assert len(results) == len(set(results)) == 80
    assert sample_space.query("select count(*) from deliveries") == [(2,)]
    assert sample_space.query("select count(*) from leases") == [(0,)]
