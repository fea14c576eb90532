import json
import threading

import pytest

from optcenter_pipeline.database.actions import (
    claim_request,
    finish_request,
    get_request,
    start_request,
    unfinished_requests,
)
from optcenter_pipeline.database.connection import Database
from optcenter_pipeline_tests.database.conftest import NOW

REQUEST = {
    "request_id": "r-1",
    "action": "pm.optimize.run_all_candidates",
    "sheet_context": {"tab": "Candidates"},
    "scope": {"type": "all", "keys": []},
    "scenario_name": "Q2 plan; DROP TABLE candidates; --",
    "constraint_set_name": "baseline",
    "options": {"time_limit_seconds": 60},
    "requested_by": "ann",
}


def test_a_request_is_one_action_however_often_it_comes(database: Database) -> None:
    with database.session() as session:
        assert claim_request(session, REQUEST, now=NOW)
        assert not claim_request(session, {**REQUEST, "action": "pm.save_selected"}, now=NOW)
    with database.session() as session:
        assert not claim_request(session, REQUEST, now=NOW)
        record = get_request(session, "r-1")
    assert record is not None
    assert (record.action, record.status) == (REQUEST["action"], "queued")
    assert json.loads(record.request_json) == REQUEST


def test_of_many_who_claim_a_request_one_may_carry_it_out(database: Database) -> None:
    gate, claims = threading.Barrier(6), []

    def claim() -> None:
        gate.wait()
        with database.session() as session:
            claims.append(claim_request(session, REQUEST, now=NOW))

    threads = [threading.Thread(target=claim) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claims) == [False] * 5 + [True]


def test_a_request_starts_once_and_ends_once(database: Database) -> None:
    with database.session() as session:
        claim_request(session, REQUEST, now=NOW)
        assert start_request(session, "r-1", now=NOW, dagster_run_id="d-1")
        assert not start_request(session, "r-1", now=NOW, dagster_run_id="d-2")
        assert [request.dagster_run_id for request in unfinished_requests(session)] == ["d-1"]
        assert finish_request(session, "r-1", "success", "done", now=NOW, run_id="run-1")
        assert not finish_request(session, "r-1", "failed", "too late", now=NOW)
        assert not finish_request(session, "unknown", "failed", "?", now=NOW)
        assert unfinished_requests(session) == ()
        record = get_request(session, "r-1")
        assert record is not None
        assert (record.status, record.message, record.run_id, record.finished_at) == (
            "success",
            "done",
            "run-1",
            NOW,
        )
        assert get_request(session, "unknown") is None
    with pytest.raises(ValueError, match="does not end a request"), database.session() as session:
        finish_request(session, "r-1", "running", "", now=NOW)
