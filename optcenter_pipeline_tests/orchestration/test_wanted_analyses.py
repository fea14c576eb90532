"""Analyses that are asked for come behind the run, by a run of their own, once each."""

import sqlite3

import dagster as dg

from optcenter_pipeline.orchestration.wanted_analyses import ANALYSED_RUN_TAG, wanted_analyses_sensor
from optcenter_pipeline_tests.support.planning_space import PlanningSpace, failure_text, materialized
from optcenter_pipeline_tests.support.requests import Daemon

GROWTH = "Q1 2027 growth"
RESILIENCE = "2027 resilience"


def test_what_a_scenario_asks_for_is_made_once_the_portfolio_stands_in_the_sheet(
    sample_space: PlanningSpace,
) -> None:
    sample_space.type_cell("Scenario_Config", 2, "analyses", "explain|frontier|report")
    daemon = Daemon(sample_space, wanted_analyses_sensor)
    assert daemon.tick() == []
    solved = sample_space.optimize(GROWTH, "baseline")
    run_id = materialized(solved, "solve")["run_id"]
    with sqlite3.connect(sample_space.home / "optcenter.db") as connection:
        delivered = connection.execute("select * from deliveries").fetchall()
        connection.execute("delete from deliveries")
    assert daemon.tick() == []  # nobody sees the portfolio yet
    with sqlite3.connect(sample_space.home / "optcenter.db") as connection:
        connection.executemany("insert into deliveries values (?, ?)", delivered)
    (request,) = daemon.tick()
    assert request.job_name == "analyses_job"
    assert request.asset_selection is not None
    assert {key.to_user_string() for key in request.asset_selection} == {
        "explanations",
        "frontier",
        "run_report",
        "analysis_tabs",
    }
    result = daemon.carry_out(request)
    assert result.success, failure_text(result)
    assert {run for (run,) in sample_space.query("select run_id from run_analyses where status = 'done'")} == {
        run_id
    }
    assert sample_space.rows("Explanations")
    assert daemon.tick() == []


def test_without_being_asked_nothing_is_analysed(sample_space: PlanningSpace) -> None:
    sample_space.optimize(RESILIENCE, "platform first")
    assert Daemon(sample_space, wanted_analyses_sensor).tick() == []


def test_an_analysis_whose_process_died_is_started_again(sample_space: PlanningSpace) -> None:
    sample_space.optimize(RESILIENCE, "platform first", analyses=["frontier"])
    daemon = Daemon(sample_space, wanted_analyses_sensor)
    (first,) = daemon.tick()
    with sqlite3.connect(sample_space.home / "optcenter.db") as connection:
        connection.execute(
            "update run_analyses set status = 'running', "
            "started_at = strftime('%Y-%m-%d %H:%M:%S.000000', created_at, '+1 minute'), "
            "worker = (select substr(worker, 1, instr(worker, ':')) || '1999999999' from optimization_runs)"
        )
    (second,) = daemon.tick()
    assert first.run_key != second.run_key
    assert daemon.carry_out(second).success
    assert sample_space.query("select status from run_analyses") == [("done",)]


def test_the_requests_partition_is_known_to_this_dagster(sample_space: PlanningSpace) -> None:
    sample_space.optimize(RESILIENCE, "platform first", analyses=["frontier"])
    elsewhere = PlanningSpace(sample_space.home)
    assert elsewhere.instance.get_dynamic_partitions("constraint_sets") == []
    (request,) = Daemon(elsewhere, wanted_analyses_sensor).tick()
    assert isinstance(request, dg.RunRequest)
    assert elsewhere.instance.get_dynamic_partitions("constraint_sets") == [request.partition_key]


def test_while_a_job_is_at_work_on_a_run_no_other_begins_there(sample_space: PlanningSpace) -> None:
    solved = sample_space.optimize(RESILIENCE, "platform first", analyses=["frontier", "report"])
    run_id = materialized(solved, "solve")["run_id"]
    at_work = sample_space.instance.create_run_for_job(
        sample_space.defs.resolve_job_def("analyses_job"), tags={ANALYSED_RUN_TAG: run_id}
    )
    daemon = Daemon(sample_space, wanted_analyses_sensor)
    assert daemon.tick() == []
    sample_space.instance.report_run_failed(at_work)
    (request,) = daemon.tick()
    assert request.tags[ANALYSED_RUN_TAG] == run_id
