import datetime as dt
import json
import multiprocessing
import os
import socket
import subprocess
import sys
import threading

import pytest
from sqlalchemy import select, text

from optcenter_pipeline.database.connection import Database
from optcenter_pipeline.database.errors import DatabaseError, RunAlreadyFinalError, RunLedgerError, UnknownRunError
from optcenter_pipeline.database.ledger import (
    FoundPortfolio,
    FundedInitiative,
    RunOutcome,
    create_run,
    fail_run,
    finish_run,
    heartbeat,
    start_run,
)
from optcenter_pipeline.database.orphans import fail_orphans
from optcenter_pipeline.database.run_records import get_run, list_runs, mark_delivered, runs_to_deliver
from optcenter_pipeline.database.stage_outputs import sha256_of
from optcenter_pipeline.database.tables import Portfolio, PortfolioItem
from optcenter_pipeline.database.workers import this_worker
from optcenter_pipeline_tests.database.conftest import NOW

SECOND = dt.timedelta(seconds=1)


def snapshot(scenario: str = "Q2 plan", constraint_set: str = "baseline", **more: object) -> str:
    document = {
        "schema_version": 1,
        "scenario": {"scenario_name": scenario, "period_key": "2026-Q2", "capacity_total_tokens": 100},
        "constraint_set": {"constraint_set_name": constraint_set},
        "candidates": [],
        "metrics": [],
        **more,
    }
    return json.dumps(document, indent=1)


def found(*keys: str) -> FoundPortfolio:
    items = [FundedInitiative(key, rank, 12.0, 9.5, '{"gmv": 9.5}', "why") for rank, key in enumerate(keys, 1)]
    return FoundPortfolio(objective_value=9.5, capacity_used=12.0 * len(keys), items=items)


def new_run(database: Database, *args: str, start: bool = True, now: dt.datetime = NOW) -> str:
    with database.session() as session:
        run_id = create_run(session, snapshot(*args), now=now, requested_by="ann")
        if start:
            start_run(session, run_id, now=now)
    return run_id


def test_a_run_is_written_down_before_it_is_solved_and_then_given_one_ending(database: Database) -> None:
    document = snapshot(scope={"scope_type": "selected"})
    with database.session() as session:
        run_id = create_run(session, document, now=NOW, requested_by="ann", dagster_run_id="d-1")
    with database.reading() as session:
        pending = get_run(session, run_id)
    assert run_id.startswith("20261123T054200-")
    assert (pending.summary.status, pending.summary.scope_type) == ("pending", "selected")
    assert pending.inputs_snapshot_json == document
    assert pending.summary.inputs_sha256 == sha256_of(document)

    outcome = RunOutcome(
        status="optimal",
        results_json='{ "odd":   "spacing", "ключ": "значение" }',
        gaps_json="[ ]",
        objective_value=31.5,
        objective_bound=32.0,
        mip_gap=0.0,
        solve_seconds=0.02,
        solver_name="highs",
        solver_version="1.15.1",
        portfolio=found("INIT-1", "INIT-2"),
    )
    with database.session() as session:
        start_run(session, run_id, now=NOW + SECOND)
        finish_run(session, run_id, outcome, now=NOW + 2 * SECOND)
    with database.reading() as session:
        final = get_run(session, run_id)
        portfolio = session.scalars(select(Portfolio)).one()
        items = session.scalars(select(PortfolioItem).order_by(PortfolioItem.rank)).all()
    assert (final.results_json, final.gaps_json) == (outcome.results_json, outcome.gaps_json)
    assert (final.summary.status, final.summary.objective_bound, final.summary.selected_count) == (
        "optimal",
        32.0,
        2,
    )
    assert (final.summary.worker, final.summary.finished_at) == (this_worker(), NOW + 2 * SECOND)
    assert (portfolio.run_id, portfolio.capacity_used) == (run_id, 24.0)
    assert [item.initiative_key for item in items] == ["INIT-1", "INIT-2"]


@pytest.mark.parametrize("status", ["infeasible", "no_solution", "invalid", "cancelled", "failed"])
def test_a_run_without_a_portfolio_has_no_portfolio_row(database: Database, status: str) -> None:
    run_id = new_run(database)
    with database.session() as session:
        finish_run(session, run_id, RunOutcome(status=status, results_json="{}"), now=NOW)
    with database.reading() as session:
        assert session.scalars(select(Portfolio)).all() == []
        assert get_run(session, run_id).summary.selected_count is None


def test_a_final_run_never_changes(database: Database) -> None:
    run_id = new_run(database)
    with database.session() as session:
        finish_run(session, run_id, RunOutcome(status="optimal", portfolio=found("INIT-1")), now=NOW)
    with database.reading() as session:
        before = get_run(session, run_id)
    with pytest.raises(RunAlreadyFinalError, match="ended as optimal"), database.session() as session:
        finish_run(session, run_id, RunOutcome(status="failed"), now=NOW + SECOND)
    with pytest.raises(RunAlreadyFinalError), database.session() as session:
        fail_run(session, run_id, "too late", now=NOW + SECOND)
    with pytest.raises(RunAlreadyFinalError), database.session() as session:
        start_run(session, run_id, now=NOW + SECOND)
    with database.session() as session:
        assert not heartbeat(session, run_id, now=NOW + SECOND)
    for statement in ("UPDATE optimization_runs SET error_text = 'x'", "DELETE FROM optimization_runs"):
        with pytest.raises(DatabaseError, match="final status never changes"), database.session() as session:
            session.execute(text(statement))
    with database.reading() as session:
        assert get_run(session, run_id) == before


def test_what_no_run_allows_is_refused(database: Database) -> None:
    run_id = new_run(database)
    with pytest.raises(RunLedgerError, match="is running already"), database.session() as session:
        start_run(session, run_id, now=NOW)
    with pytest.raises(ValueError, match="not a final status"), database.session() as session:
        finish_run(session, run_id, RunOutcome(status="running"), now=NOW)
    with pytest.raises(UnknownRunError, match="there is no run nothing"), database.session() as session:
        fail_run(session, "nothing", "x", now=NOW)
    with pytest.raises(UnknownRunError), database.reading() as session:
        get_run(session, "nothing")


def test_a_portfolio_that_cannot_be_kept_leaves_the_run_open(database: Database) -> None:
    run_id = new_run(database)
    with pytest.raises(DatabaseError), database.session() as session:
        finish_run(session, run_id, RunOutcome(status="optimal", portfolio=found("INIT-1", "INIT-1")), now=NOW)
    with database.reading() as session:
        assert get_run(session, run_id).summary.status == "running"
        assert session.scalars(select(Portfolio)).all() == []


def test_of_many_who_finish_one_run_one_succeeds(database: Database) -> None:
    run_id = new_run(database)
    gate, endings = threading.Barrier(6), []

    def end(key: str) -> None:
        gate.wait()
        try:
            with database.session() as session:
                finish_run(session, run_id, RunOutcome(status="optimal", portfolio=found(key)), now=NOW)
            endings.append(key)
        except RunAlreadyFinalError:
            endings.append("")

    threads = [threading.Thread(target=end, args=(f"INIT-{i}",)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winners = [key for key in endings if key]
    assert (len(endings), len(winners)) == (6, 1)
    with database.reading() as session:
        assert session.scalars(select(PortfolioItem.initiative_key)).all() == winners


def test_ids_of_runs_made_in_one_second_differ(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = iter(["aaaaaa", "aaaaaa", "aaaaaa", "bbbbbb"])
    monkeypatch.setattr("optcenter_pipeline.database.ledger.secrets.token_hex", lambda _: next(tokens))
    ids = [new_run(database) for _ in range(2)]
    assert ids == ["20261123T054200-aaaaaa", "20261123T054200-bbbbbb"]


def test_history_is_listed_newest_first_and_by_name_without_case(database: Database) -> None:
    ids = [
        new_run(database, scenario, constraint_set, now=NOW + number * SECOND)
        for number, (scenario, constraint_set) in enumerate(
            [("Q2 plan", "baseline"), ("q2 PLAN", "Baseline"), ("Q2 plan", ""), ("Q3", "baseline")]
        )
    ]
    with database.session() as session:
        fail_run(session, ids[0], "boom", now=NOW)
    with database.reading() as session:
        assert [run.run_id for run in list_runs(session)] == ids[::-1]
        assert [run.run_id for run in list_runs(session, limit=1)] == [ids[3]]
        assert [run.run_id for run in list_runs(session, scenario_name=" Q2 Plan ")] == ids[2::-1]
        alone = list_runs(session, scenario_name="q2 plan", constraint_set_name="")
        assert [run.run_id for run in alone] == [ids[2]]
        failed = list_runs(session, scenario_name="Q2 PLAN", constraint_set_name="BASELINE")[-1]
        assert (failed.run_id, failed.error_text) == (ids[0], "boom")


def test_a_final_run_is_delivered_once(database: Database) -> None:
    first, second, still_running = new_run(database), new_run(database), new_run(database)
    with database.session() as session:
        finish_run(session, second, RunOutcome(status="infeasible"), now=NOW)
        finish_run(session, first, RunOutcome(status="failed"), now=NOW + SECOND)
        assert runs_to_deliver(session) == (second, first)
        mark_delivered(session, second, now=NOW)
        mark_delivered(session, second, now=NOW + SECOND)
        assert runs_to_deliver(session) == (first,)
    assert still_running


def test_runs_whose_process_is_gone_or_silent_are_failed(database: Database) -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    dead = f"{socket.gethostname()}:{child.pid}"
    with database.session() as session:
        started = {
            name: create_run(session, snapshot(), now=NOW)
            for name in ("dead", "silent elsewhere", "alive", "alive elsewhere")
        }
        never_started = create_run(session, snapshot(), now=NOW)
        just_made = create_run(session, snapshot(), now=NOW + 20 * 60 * SECOND)
        start_run(session, started["dead"], now=NOW, worker=dead)
        start_run(session, started["silent elsewhere"], now=NOW, worker="elsewhere:1")
        start_run(session, started["alive"], now=NOW)
        start_run(session, started["alive elsewhere"], now=NOW, worker=f"elsewhere:{child.pid}")
        later = NOW + 20 * 60 * SECOND
        assert heartbeat(session, started["alive"], now=later - SECOND)
        assert heartbeat(session, started["alive elsewhere"], now=later - SECOND)
        failed = fail_orphans(session, now=later)
        assert set(failed) == {started["dead"], started["silent elsewhere"], never_started}
        assert fail_orphans(session, now=later) == ()
        assert f"its process ({dead}) ended" in (get_run(session, started["dead"]).summary.error_text or "")
        assert "nothing has been heard" in (get_run(session, never_started).summary.error_text or "")
        assert get_run(session, just_made).summary.status == "pending"


def _solve_and_hang(url: str, ready: "multiprocessing.queues.Queue[str]") -> None:
    from optcenter_pipeline.database.connection import open_database

    with open_database(url) as database:
        run_id = new_run(database)
        with database.session() as session:
            finish_run(session, run_id, RunOutcome(status="optimal", portfolio=found("INIT-1")), now=NOW)
            ready.put(run_id)
            threading.Event().wait()


def test_a_process_killed_while_it_finishes_leaves_an_open_run_that_is_found(url: str, database: Database) -> None:
    context = multiprocessing.get_context("fork")
    ready: multiprocessing.queues.Queue[str] = context.Queue()
    worker = context.Process(target=_solve_and_hang, args=(url, ready))
    worker.start()
    run_id = ready.get(timeout=30)
    os.kill(worker.pid or 0, 9)
    worker.join()
    with database.session() as session:
        assert get_run(session, run_id).summary.status == "running"
        assert fail_orphans(session, now=NOW) == (run_id,)
        assert get_run(session, run_id).summary.status == "failed"
        assert session.scalars(select(Portfolio)).all() == []
