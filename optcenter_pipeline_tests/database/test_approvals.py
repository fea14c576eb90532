"""Approvals: the newest counts, none is lost, and the same again changes nothing."""

import datetime as dt
import json

import pytest
from sqlalchemy import text

from optcenter_pipeline.database.approvals import ApprovalRecord, approvals_of, approve_run, plan_of
from optcenter_pipeline.database.connection import Database
from optcenter_pipeline.database.errors import DatabaseError
from optcenter_pipeline.database.ledger import RunOutcome, create_run, finish_run, start_run
from optcenter_pipeline.database.run_records import get_run, list_runs
from optcenter_pipeline_tests.database.conftest import NOW
from optcenter_pipeline_tests.database.test_ledger import found, snapshot

LATER = NOW + dt.timedelta(hours=1)


def finished(database: Database, scenario: str = "Q2 plan", **more: object) -> str:
    with database.session() as session:
        run_id = create_run(session, snapshot(scenario, "baseline", **more), now=NOW)
        start_run(session, run_id, now=NOW)
        finish_run(session, run_id, RunOutcome("optimal", results_json="{}", portfolio=found("A")), now=NOW)
    return run_id


def approve(database: Database, run_id: str, name: str = "Ann", now: dt.datetime = NOW) -> bool:
    with database.session() as session:
        return approve_run(session, run_id, approved_by=name, now=now)[1]


def test_the_newest_is_the_plan_and_the_others_its_history(database: Database) -> None:
    first, second = finished(database), finished(database)
    assert approve(database, first)
    assert approve(database, second, "Bob", LATER)
    assert approve(database, first, "Cy", LATER)
    with database.reading() as session:
        assert [(entry.run_id, entry.approved_by) for entry in approvals_of(session, "q2 PLAN")] == [
            (first, "Cy"),
            (second, "Bob"),
            (first, "Ann"),
        ]
        assert plan_of(session, "Q2 plan") == ApprovalRecord(first, "Cy", LATER)
        assert plan_of(session, "Q3 plan") is None


def test_the_plan_approved_again_stays_as_it_was(database: Database) -> None:
    run_id = finished(database)
    assert approve(database, run_id)
    assert not approve(database, run_id, "Bob", LATER)
    with database.reading() as session:
        assert approvals_of(session, "Q2 plan") == (ApprovalRecord(run_id, "Ann", NOW),)


def test_each_scenario_has_its_own_plan(database: Database) -> None:
    one, other = finished(database), finished(database, "Q3 plan")
    approve(database, one)
    approve(database, other)
    with database.reading() as session:
        plans = [plan_of(session, name) for name in ("Q2 plan", "Q3 plan")]
    assert [plan and plan.run_id for plan in plans] == [one, other]


def test_runs_tell_who_approved_them_last(database: Database) -> None:
    first, second, third = finished(database), finished(database), finished(database)
    approve(database, first)
    approve(database, second, "Bob")
    approve(database, first, "Cy", LATER)
    with database.reading() as session:
        told = {run.run_id: (run.approved_by, run.approved_at, run.is_plan) for run in list_runs(session)}
        assert get_run(session, second).summary.approved_by == "Bob"
    assert told == {third: (None, None, False), first: ("Cy", LATER, True), second: ("Bob", NOW, False)}


@pytest.mark.parametrize("change", ["update approvals set approved_by = 'Eve'", "delete from approvals"])
def test_the_database_refuses_to_change_an_approval(database: Database, change: str) -> None:
    approve(database, finished(database))
    with pytest.raises(DatabaseError, match="an approval never changes"), database.session() as session:
        session.execute(text(change))


def test_a_run_of_other_numbers_than_the_sheets_is_known_as_one(database: Database) -> None:
    what_if = {"capacity_total_tokens": {"value": 120, "before": 100, "message": "capacity_total_tokens is 120"}}
    run_id = finished(database, what_if=what_if)
    plain = finished(database)
    with database.reading() as session:
        told = {run.run_id: run.what_if for run in list_runs(session)}
        assert json.loads(get_run(session, run_id).inputs_snapshot_json)["what_if"] == what_if
    assert told == {run_id: "capacity_total_tokens is 120", plain: None}
