"""Requests whose run died are answered by the next tick, on a real instance."""

import datetime as dt
import subprocess
import sys
from typing import Any

import dagster as dg
import pytest
from sqlalchemy import update

from optcenter_pipeline.database.actions import finish_request, start_request
from optcenter_pipeline.database.tables import ActionRequest
from optcenter_pipeline.database.workers import this_worker
from optcenter_pipeline.orchestration import dead_runs
from optcenter_pipeline.runs import delivery
from optcenter_pipeline.stages.requests import REQUEST_TAG
from optcenter_pipeline_tests.database.conftest import NOW
from optcenter_pipeline_tests.support.planning_space import PlanningSpace
from optcenter_pipeline_tests.support.requests import RUN_ALL, Daemon, request_row

GROWTH = {"scenario_name": "Q1 2027 growth", "constraint_set_name": "baseline"}


@pytest.fixture
def daemon(sample_space: PlanningSpace) -> Daemon:
    sample_space.type_rows("Actions", [request_row("r-1")], first_row=2)
    return Daemon(sample_space)


def launched(daemon: Daemon) -> dg.DagsterRun:
    """The run of the one request, as Dagster knows it before it begins."""
    (request,) = daemon.tick()
    job = daemon.space.defs.resolve_job_def(str(request.job_name))
    return daemon.space.instance.create_run_for_job(job, run_config=request.run_config, tags=request.tags)


def begun(daemon: Daemon, run: dg.DagsterRun, *, worker: str) -> None:
    with daemon.space.database.open() as db, db.session() as session:
        assert start_request(session, "r-1", now=NOW, dagster_run_id=run.run_id, worker=worker)


def claimed(daemon: Daemon, ago: dt.timedelta) -> None:
    """As if the request had been claimed so long ago."""
    with daemon.space.database.open() as db, db.session() as session:
        session.execute(update(ActionRequest).values(created_at=dt.datetime.now(dt.UTC) - ago))


def ended_worker() -> str:
    """A process of this machine that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return f"{this_worker().rpartition(':')[0]}:{process.pid}"


def answer(daemon: Daemon) -> tuple[Any, str]:
    assert daemon.tick() == []
    (row,) = daemon.space.rows("Actions")
    return row["status"], row.get("message", "")


def test_a_run_that_could_not_be_launched(daemon: Daemon) -> None:
    run = launched(daemon)
    daemon.space.instance.report_run_failed(run, "no room")
    status, message = answer(daemon)
    assert status == "failed"
    assert message == f"its run {run.run_id} ended without an answer; Dagster shows why; ask again"


def test_a_run_that_somebody_cancelled(daemon: Daemon) -> None:
    run = launched(daemon)
    begun(daemon, run, worker=this_worker())
    daemon.space.instance.report_run_canceled(run)
    assert answer(daemon) == ("failed", "somebody cancelled its run; ask again")


def test_a_run_whose_process_was_killed_is_closed_in_dagster_too(daemon: Daemon) -> None:
    run = launched(daemon)
    worker = ended_worker()
    begun(daemon, run, worker=worker)
    assert answer(daemon) == ("failed", f"the process of its run ({worker}) ended without an answer; ask again")
    record = daemon.space.instance.get_run_by_id(run.run_id)
    assert record is not None
    assert record.status is dg.DagsterRunStatus.FAILURE


@pytest.mark.parametrize("is_started", [False, True])
def test_a_run_whose_process_was_killed_before_it_took_its_request_on(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch, is_started: bool
) -> None:
    run = launched(daemon)
    instance = daemon.space.instance
    kinds = [dg.DagsterEventType.PIPELINE_STARTING, *([dg.DagsterEventType.PIPELINE_START] if is_started else [])]
    for kind in kinds:
        instance.report_dagster_event(dg.DagsterEvent(kind.value, run.job_name), run_id=run.run_id)
    assert answer(daemon)[0] == "queued"
    monkeypatch.setattr(dead_runs, "_BEGINS_WITHIN", dt.timedelta())
    assert answer(daemon) == ("failed", f"its run {run.run_id} was started and has not begun; ask again")
    record = instance.get_run_by_id(run.run_id)
    assert record is not None
    assert record.status is dg.DagsterRunStatus.FAILURE


@pytest.mark.parametrize("is_known", [False, True])
def test_a_request_that_nobody_started_expires_as_others_do(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch, is_known: bool
) -> None:
    monkeypatch.setenv("OPTCENTER_ACTION_EXPIRY_HOURS", "2")
    run = launched(daemon)
    instance = daemon.space.instance
    if not is_known:
        instance.delete_run(run.run_id)
    claimed(daemon, dt.timedelta(minutes=119))
    assert answer(daemon)[0] == "queued"
    claimed(daemon, dt.timedelta(minutes=121))
    why = "it was never started within 2 hours of being queued (is Dagster running?); ask again"
    assert answer(daemon) == ("failed", why)
    record = instance.get_run_by_id(run.run_id)
    assert (record is not None) is is_known
    assert record is None or record.status is dg.DagsterRunStatus.CANCELED
    assert Daemon(daemon.space).tick() == []


def test_a_request_whose_run_has_begun_does_not_expire(daemon: Daemon) -> None:
    begun(daemon, launched(daemon), worker=this_worker())
    claimed(daemon, dt.timedelta(days=3))
    assert answer(daemon)[0] == "running"


def test_a_run_that_is_gone_from_the_history_and_one_that_is_only_late(daemon: Daemon) -> None:
    run = launched(daemon)
    begun(daemon, run, worker="elsewhere:1")
    assert answer(daemon)[0] == "running"
    daemon.space.instance.delete_run(run.run_id)
    assert answer(daemon) == ("failed", "its run is gone from Dagster's history; ask again")


def test_a_run_that_lives_is_left_alone(daemon: Daemon) -> None:
    run = launched(daemon)
    assert answer(daemon)[0] == "queued"
    begun(daemon, run, worker=this_worker())
    assert answer(daemon)[0] == "running"


def test_an_ending_that_the_run_has_just_written_is_not_taken_back(daemon: Daemon) -> None:
    begun(daemon, launched(daemon), worker=this_worker())
    assert answer(daemon)[0] == "running"
    daemon.space.type_cell("Actions", 2, "status", "success")  # the database is told a moment later
    assert answer(daemon)[0] == "success"
    with daemon.space.database.open() as db, db.session() as session:
        assert finish_request(session, "r-1", "failed", "all was in vain", now=NOW)
    assert answer(daemon) == ("failed", "all was in vain")


def test_a_dead_request_is_answered_once_and_may_be_asked_again(daemon: Daemon) -> None:
    run = launched(daemon)
    daemon.space.instance.report_run_failed(run, "no room")
    answer(daemon)
    cells = daemon.space.grid("Actions")
    assert answer(daemon)[0] == "failed"
    assert daemon.space.grid("Actions") == cells
    daemon.space.type_rows("Actions", [request_row("r-2")], first_row=3)
    (result,) = daemon.tick_and_carry_out()
    assert result.success
    assert [row["status"] for row in daemon.space.rows("Actions")] == ["failed", "success"]


def test_a_run_that_died_before_its_outputs_is_delivered_with_its_answer(
    sample_space: PlanningSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    sample_space.type_rows("Actions", [request_row("r-1", RUN_ALL, **GROWTH)], first_row=2)
    daemon = Daemon(sample_space)
    (request,) = daemon.tick()
    with monkeypatch.context() as patch:
        patch.setattr(delivery, "write_outputs", dies)
        daemon.carry_out(request)
    assert [row["status"] for row in sample_space.rows("Actions")] == ["running"]
    assert sample_space.rows("Runs") == []
    status, message = answer(daemon)
    assert status == "success"
    assert message.startswith("optimal: ")
    assert [row["status"] for row in sample_space.rows("Runs")] == ["optimal"]
    assert answer(daemon) == (status, message)


def test_outputs_that_cannot_be_delivered_fail_the_request_and_come_later(
    sample_space: PlanningSpace,
) -> None:
    with sample_space.workbook.open() as book:
        runs = next(sheet for sheet in book.sheets() if sheet.title == "Runs")
        book.structural_update([{"deleteSheet": {"sheetId": runs.sheet_id}}], idempotent=False)
    sample_space.type_rows("Actions", [request_row("r-1", RUN_ALL, **GROWTH)], first_row=2)
    daemon = Daemon(sample_space)
    daemon.tick_and_carry_out()
    status, message = answer(daemon)
    assert status == "failed"
    assert "is not in the sheet: Runs: the workbook has no such tab" in message
    sample_space.init(sample=False)
    assert sample_space.save().success
    assert [row["status"] for row in sample_space.rows("Runs")] == ["optimal"]


def test_only_the_runs_of_requests_are_asked_for(daemon: Daemon) -> None:
    run = launched(daemon)
    other = daemon.space.instance.create_run_for_job(daemon.space.defs.resolve_job_def("save_job"))
    daemon.space.instance.report_run_failed(other, "somebody else's")
    assert REQUEST_TAG in run.tags
    assert answer(daemon)[0] == "queued"
