import datetime as dt
import json
import subprocess
import sys

import pytest
from alembic import command
from sqlalchemy import create_engine, insert

from optcenter_pipeline.database.analyses import (
    LONGEST,
    AnalysisRecord,
    analyses_of,
    analyses_to_deliver,
    fail_analysis,
    keep_analysis,
    mark_analysis_delivered,
    start_analysis,
    want_analyses,
    want_analysis,
    wanted_analyses,
)
from optcenter_pipeline.database.connection import Database, open_database
from optcenter_pipeline.database.errors import RunLedgerError, UnknownRunError
from optcenter_pipeline.database.ledger import RunOutcome, finish_run
from optcenter_pipeline.database.migrations import migration_config
from optcenter_pipeline.database.run_records import get_run, mark_delivered
from optcenter_pipeline.database.tables import OptimizationRun
from optcenter_pipeline.database.workers import this_worker
from optcenter_pipeline.rules.analysis_options import ExplainOptions, FrontierOptions
from optcenter_pipeline.rules.asked_analyses import asked_analyses
from optcenter_pipeline_tests.database.conftest import NOW
from optcenter_pipeline_tests.database.test_ledger import SECOND, new_run


def final_run(database: Database) -> str:
    run_id = new_run(database)
    with database.session() as session:
        finish_run(session, run_id, RunOutcome(status="optimal", results_json="{}"), now=NOW)
    return run_id


def made(database: Database, run_id: str, kind: str, document: str) -> AnalysisRecord:
    """The analysis wanted, begun and kept; its record."""
    with database.session() as session:
        want_analysis(session, run_id, kind, {"for": document}, now=NOW)
        assert start_analysis(session, run_id, kind, now=NOW)
        keep_analysis(session, run_id, kind, document, NOW)
        return next(record for record in analyses_of(session, run_id) if record.kind == kind)


def wanted(database: Database, now: dt.datetime = NOW) -> list[tuple[str, str]]:
    with database.reading() as session:
        return [(record.run_id, record.kind) for record in wanted_analyses(session, now=now)]


def test_an_analysis_is_asked_for_begun_and_kept_once(database: Database) -> None:
    run_id = final_run(database)
    with database.session() as session:
        before = get_run(session, run_id)
        assert want_analyses(session, run_id, asked_analyses("report|explain"), now=NOW) == ("explain", "report")
        assert want_analyses(session, run_id, [ExplainOptions()], now=NOW + SECOND) == ()
    assert wanted(database) == [(run_id, "explain"), (run_id, "report")]
    with database.session() as session:
        assert start_analysis(session, run_id, "explain", now=NOW + SECOND)
        assert not start_analysis(session, run_id, "explain", now=NOW + SECOND)
        assert not start_analysis(session, run_id, "frontier", now=NOW)
    assert wanted(database) == [(run_id, "report")]
    with database.session() as session:
        keep_analysis(session, run_id, "explain", '{ "ключ": 1 }', NOW + 2 * SECOND)
    with pytest.raises(RunLedgerError, match="is done, not running"), database.session() as session:
        keep_analysis(session, run_id, "explain", "{}", NOW)
    with pytest.raises(RunLedgerError, match="never asked for"), database.session() as session:
        keep_analysis(session, run_id, "frontier", "{}", NOW)
    with database.session() as session:
        assert not fail_analysis(session, run_id, "explain", "too late", now=NOW)
    with database.reading() as session:
        kept, waiting = analyses_of(session, run_id)
        assert get_run(session, run_id) == before
    assert (kept.kind, kept.status, kept.document_json, kept.worker) == (
        "explain",
        "done",
        '{ "ключ": 1 }',
        this_worker(),
    )
    assert (kept.created_at, kept.started_at, kept.finished_at) == (NOW, NOW + SECOND, NOW + 2 * SECOND)
    assert (waiting.kind, waiting.status, waiting.options) == ("report", "wanted", {})


def test_what_nobody_can_make_is_refused(database: Database) -> None:
    with pytest.raises(UnknownRunError), database.session() as session:
        want_analyses(session, "nothing", [ExplainOptions()], now=NOW)
    assert wanted(database) == []


def test_an_open_run_is_not_analysed_before_it_has_ended(database: Database) -> None:
    run_id = new_run(database)
    with database.session() as session:
        assert want_analyses(session, run_id, [ExplainOptions()], now=NOW) == ("explain",)
    assert wanted(database) == []
    with database.session() as session:
        finish_run(session, run_id, RunOutcome(status="infeasible"), now=NOW)
    assert wanted(database) == [(run_id, "explain")]


def test_an_analysis_is_made_again_for_other_options_and_after_a_failure_only_if_asked(database: Database) -> None:
    run_id = final_run(database)
    with database.session() as session:
        want_analyses(session, run_id, [FrontierOptions(points=12)], now=NOW)
        start_analysis(session, run_id, "frontier", now=NOW)
        assert fail_analysis(session, run_id, "frontier", "boom", now=NOW)
        assert want_analyses(session, run_id, [FrontierOptions()], now=NOW) == ()
        assert analyses_of(session, run_id)[0].error_text == "boom"
        assert want_analyses(session, run_id, [FrontierOptions()], now=NOW, again=True) == ("frontier",)
        again = analyses_of(session, run_id)[0]
        assert (again.status, again.error_text, again.asked) == ("wanted", None, FrontierOptions(points=12))

        start_analysis(session, run_id, "frontier", now=NOW)
        keep_analysis(session, run_id, "frontier", "{}", NOW)
        assert want_analyses(session, run_id, [FrontierOptions()], now=NOW, again=True) == ()
        assert not want_analyses(session, run_id, [FrontierOptions(against="capacity")], now=NOW)
        assert want_analyses(session, run_id, [FrontierOptions(points=20)], now=NOW)
        assert analyses_of(session, run_id)[0].options == {"points": 20, "against": "capacity", "of": None}


def test_what_was_asked_for_otherwise_meanwhile_is_not_kept(database: Database) -> None:
    run_id = final_run(database)
    with database.session() as session:
        want_analyses(session, run_id, [FrontierOptions()], now=NOW)
        start_analysis(session, run_id, "frontier", now=NOW)
        want_analyses(session, run_id, [FrontierOptions(points=20)], now=NOW)
    with (
        pytest.raises(RunLedgerError, match="was asked for again meanwhile"),
        database.session() as session,
    ):
        keep_analysis(session, run_id, "frontier", "{}", NOW)
    assert wanted(database) == [(run_id, "frontier")]


def test_an_analysis_whose_process_has_gone_waits_again(database: Database) -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    host = this_worker().rpartition(":")[0]
    gone, silent, at_work = (final_run(database) for _ in range(3))
    with database.session() as session:
        for run_id, worker in [(gone, f"{host}:{child.pid}"), (silent, "elsewhere:1"), (at_work, None)]:
            want_analyses(session, run_id, [ExplainOptions()], now=NOW)
            assert start_analysis(session, run_id, "explain", now=NOW, worker=worker)
    assert wanted(database) == [(gone, "explain")]
    late = NOW + LONGEST + SECOND
    assert [run_id for run_id, _ in wanted(database, late)] == [gone, silent, at_work]
    with database.session() as session:
        assert start_analysis(session, gone, "explain", now=NOW + SECOND)
        assert not start_analysis(session, gone, "explain", now=NOW + SECOND)


def test_a_document_waits_for_its_run_to_be_delivered_and_is_delivered_once(database: Database) -> None:
    run_id = final_run(database)
    explain = made(database, run_id, "explain", "{}")
    with database.session() as session:
        assert analyses_to_deliver(session) == ()
        mark_delivered(session, run_id, now=NOW)
        assert analyses_to_deliver(session) == (explain,)
        assert mark_analysis_delivered(session, explain, now=NOW)
        assert analyses_to_deliver(session) == ()


def test_a_document_that_was_made_anew_is_delivered_anew(database: Database) -> None:
    run_id = final_run(database)
    first = made(database, run_id, "frontier", "1")
    with database.session() as session:
        mark_delivered(session, run_id, now=NOW)
        assert mark_analysis_delivered(session, first, now=NOW)
    second = made(database, run_id, "frontier", "2")
    third = made(database, run_id, "frontier", "3")
    with database.session() as session:
        # the second reached the sheet while the third was being made
        assert not mark_analysis_delivered(session, second, now=NOW)
        assert analyses_to_deliver(session) == (third,)
        assert mark_analysis_delivered(session, third, now=NOW)
        assert analyses_to_deliver(session) == ()


def test_a_database_from_before_there_were_analyses_gets_them_and_keeps_its_runs(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        command.upgrade(migration_config(connection), "0002")
        connection.execute(
            insert(OptimizationRun.__table__).values(  # type: ignore[arg-type]
                run_id="20261101T000000-abcdef",
                scenario_name="Q2 plan",
                constraint_set_name="",
                scenario_key="q2 plan",
                constraint_set_key="",
                scope_type="all",
                status="optimal",
                inputs_snapshot_json="{}",
                inputs_sha256="0" * 64,
                created_at=NOW,
            )
        )
    engine.dispose()
    with open_database(url) as opened, opened.session() as session:
        before = get_run(session, "20261101T000000-abcdef")
        assert want_analysis(session, before.summary.run_id, "explain", {"a": 1}, now=NOW)
        assert json.loads(analyses_of(session, before.summary.run_id)[0].options_json) == {"a": 1}
        assert get_run(session, before.summary.run_id) == before
