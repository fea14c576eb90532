"""A run of the ledger, executed."""

import datetime as dt
import json
import threading
from pathlib import Path
from typing import Any

import pytest

from optcenter_pipeline.database.connection import Database, open_database
from optcenter_pipeline.database.errors import RunAlreadyFinalError
from optcenter_pipeline.database.ledger import create_run, heartbeat
from optcenter_pipeline.database.run_records import get_run
from optcenter_pipeline.engine import Result, Snapshot, solve
from optcenter_pipeline.runs import execution

NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
SNAPSHOT: dict[str, Any] = {
    "schema_version": 1,
    "scenario": {"scenario_name": "plan", "capacity_total_tokens": 10},
    "candidates": [
        {"initiative_key": "A", "engineering_tokens": 6, "contributions": {"gmv": 6}},
        {"initiative_key": "B", "engineering_tokens": 5, "contributions": {"gmv": 5}},
    ],
    "metrics": [{"kpi_key": "gmv", "kpi_level": "north_star"}],
}


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return open_database(f"sqlite:///{tmp_path / 'optcenter.db'}")


def pending(database: Database, **changes: Any) -> str:
    with database.session() as session:
        return create_run(session, json.dumps({**SNAPSHOT, **changes}), now=NOW)


def test_a_run_ends_with_its_result_and_its_portfolio(database: Database) -> None:
    run_id = pending(database)
    lines: list[str] = []
    executed = execution.execute_run(database, run_id, log=lines.append)
    assert executed.status == "optimal"
    with database.reading() as session:
        record = get_run(session, run_id)
    assert record.summary.status == "optimal"
    assert (record.summary.objective_value, record.summary.selected_count, record.summary.capacity_used) == (
        6,
        1,
        6,
    )
    assert Result.model_validate_json(record.results_json or "") == executed.result
    assert any("gmv done: 6" in line for line in lines)
    assert lines[-1] == f"run {run_id}: optimal"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"constraint_set": {"capacity_floors": [{"min_tokens": 99}]}}, "infeasible"),
        ({"metrics": [{"kpi_key": "gmv", "kpi_level": "strategic"}]}, "invalid"),
    ],
)
def test_a_run_without_a_portfolio_ends_too(database: Database, changes: dict[str, Any], status: str) -> None:
    run_id = pending(database, **changes)
    execution.execute_run(database, run_id, log=lambda _: None)
    with database.reading() as session:
        summary = get_run(session, run_id).summary
    assert (summary.status, summary.selected_count) == (status, None)


def test_a_final_run_is_never_executed_again(database: Database) -> None:
    run_id = pending(database)
    execution.execute_run(database, run_id, log=lambda _: None)
    with pytest.raises(RunAlreadyFinalError):
        execution.execute_run(database, run_id, log=lambda _: None)


def test_while_it_solves_the_ledger_hears_from_it(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = pending(database)
    heard = threading.Event()

    def signalled(*arguments: Any, **options: Any) -> bool:
        alive = heartbeat(*arguments, **options)
        heard.set()
        return alive

    def slow(snapshot: Snapshot, **options: Any) -> Result:
        assert heard.wait(60)
        return solve(snapshot, **options)

    monkeypatch.setattr(execution, "heartbeat", signalled)
    monkeypatch.setattr(execution, "_HEARTBEAT_SECONDS", 0.01)
    monkeypatch.setattr(execution, "answer", slow)
    execution.execute_run(database, run_id, log=lambda _: None)
    with database.reading() as session:
        summary = get_run(session, run_id).summary
    assert summary.heartbeat_at is not None
    assert summary.started_at is not None
    assert summary.heartbeat_at > summary.started_at


def test_the_same_answer_has_the_same_data_version(database: Database) -> None:
    first = execution.execute_run(database, pending(database), log=lambda _: None)
    second = execution.execute_run(database, pending(database), log=lambda _: None)
    assert first.results_sha256 == second.results_sha256
