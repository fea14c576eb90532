"""Analyses that are asked for come behind the run, by a run of their own, once each."""

import sqlite3

import dagster as dg
import pytest

from optcenter_pipeline.orchestration.wanted_analyses import ANALYSED_RUN_TAG, wanted_analyses_sensor
from optcenter_pipeline.runs import analyses as analyses_module
from optcenter_pipeline_tests.support.planning_space import PlanningSpace, failure_text, materialized
from optcenter_pipeline_tests.support.requests import Daemon

GROWTH = "Q1 2027 growth"
RESILIENCE = "2027 resilience"


def test_what_a_scenario_asks_for_is_made_once_the_portfolio_stands_in_the_sheet(
    sample_space: PlanningSpace,
) -> None:
    sample_space.type_cell("Scenario_Config", 2, "analyses", "explain(exact=0)|frontier(points=3)|report")
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


def test_what_was_asked_for_is_passed_on_a_failure_reaches_the_sheet_and_the_report_tells_of_it(
    sample_space: PlanningSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ["frontier(points=3)", "alternatives(count=1, within=2)", "report"]
    solved = sample_space.optimize(RESILIENCE, "platform first", analyses=asked)
    run_id = materialized(solved, "solve")["run_id"]
    daemon = Daemon(sample_space, wanted_analyses_sensor)
    (request,) = daemon.tick()
    ops = {name: op["config"] for name, op in request.run_config["ops"].items()}
    assert ops == {
        "frontier": {"run_id": run_id, "points": 3, "against": "capacity"},
        "alternatives": {"run_id": run_id, "count": 1, "within": 2.0},
        "run_report": {"run_id": run_id},
    }

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("no luck today")

    with monkeypatch.context() as patched:
        patched.setattr(analyses_module, "frontier", broken)
        assert not daemon.carry_out(request).success
    (behind,) = daemon.tick()
    assert behind.asset_selection is not None
    assert {key.to_user_string() for key in behind.asset_selection} == {"run_report", "analysis_tabs"}
    result = daemon.carry_out(behind)
    assert result.success, failure_text(result)
    (alert,) = [row for row in sample_space.rows("Gaps_Alerts") if "The analysis" in str(row["message"])]
    assert "frontier(points=3, against=capacity) failed: RuntimeError: no luck today" in alert["message"]
    assert [row["line"] for row in sample_space.rows("Explanations")] == [0, 1]
    html = (sample_space.home / "reports" / f"{run_id}.html").read_text(encoding="utf-8")
    assert "Analyses that failed" in html
    assert "no luck today" in html
    assert daemon.tick() == []

    again = sample_space.analyse(RESILIENCE, "platform first", "frontier")
    assert len(materialized(again, "frontier")["points"].splitlines()) == 3 + 2  # with the table's head
    (delivery,) = daemon.tick()
    assert delivery.asset_selection is not None
    assert [key.to_user_string() for key in delivery.asset_selection] == ["analysis_tabs"]
    assert daemon.carry_out(delivery).success
    texts = [row["message"] for row in sample_space.rows("Gaps_Alerts") if row["line"] == alert["line"]]
    assert texts == ["The analysis frontier had failed; it has been made since"]


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
