"""What a request is told in the end, in words."""

import datetime as dt
from dataclasses import fields, replace
from typing import Any

import pytest

from optcenter_pipeline.database.run_records import RunRecord, RunSummary
from optcenter_pipeline.database.save_scope import SaveScope
from optcenter_pipeline.database.statuses import PromisedStatus
from optcenter_pipeline.database.sync import SyncReport
from optcenter_pipeline.database.table_sync import TableCounts
from optcenter_pipeline.engine import solve
from optcenter_pipeline.runs.endings import ending_of_run, save_message
from optcenter_pipeline_tests.support.snapshots import candidate, snapshot

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


def run(**known: Any) -> RunRecord:
    values: dict[str, Any] = {field.name: None for field in fields(RunSummary)} | {"run_id": "r-1", **known}
    return RunRecord(RunSummary(**values), "{}", None, None)


@pytest.mark.parametrize(
    ("status", "error", "message"),
    [
        ("failed", "the solver broke", "failed: the solver broke"),
        ("failed", None, "failed"),
        ("cancelled", "stopped: KeyboardInterrupt", "cancelled: stopped: KeyboardInterrupt"),
        ("invalid", None, "invalid: the inputs allow no run"),
        ("no_solution", None, "no_solution: a limit stopped the search before any portfolio was found; ask again "),
    ],
)
def test_a_run_without_an_answer_is_a_failed_request(status: str, error: str | None, message: str) -> None:
    ending = ending_of_run(run(status=status, error_text=error))
    assert (ending.status, ending.run_id) == ("failed", "r-1")
    assert ending.message.startswith(message)


def test_an_invalid_run_says_which_keys_are_no_candidates_and_what_else_is_wrong() -> None:
    """The engine's own answer to an unknown key, a rule that names another."""
    inputs = snapshot(
        [candidate("A", 1)],
        scope={"scope_type": "selected", "initiative_keys": ["A", "INIT-8", "INIT-9"]},
        mandatory=[{"initiative_key": "INIT-7", "source_rows": ["Constraints!4"]}],
    )
    result = solve(inputs)
    record = replace(run(status="invalid"), results_json=result.model_dump_json())
    ending = ending_of_run(record)
    assert (ending.status, ending.run_id) == ("failed", "r-1")
    assert ending.message.startswith("invalid: INIT-8, INIT-9: no candidates that can be chosen")
    assert "correct scope_keys, or the rows, and ask again; constraint_set.mandatory[0]" in ending.message
    assert ending.message.count("INIT-8") == 1


def promised(tab: str, row_num: int, key: str, run_status: str) -> PromisedStatus:
    return PromisedStatus(tab, "0" * 64, 0, row_num, key, run_status, "pm.save_selected", NOW)


STATUSES = (
    promised("Candidates", 2, "INIT-1", "OK"),
    promised("Candidates", 3, "INIT-2", "OK (warning: notes: long)"),
    promised("Constraints", 7, "Q2 / a", "FAILED: min_tokens: is blank"),
)


@pytest.mark.parametrize(
    ("scope", "message"),
    [
        (SaveScope(), "saved 3 rows: 2 new or changed; 1 row FAILED, see run_status on Constraints row 7"),
        (SaveScope(tabs=["Candidates"]), "saved 2 rows: 2 new or changed"),
        (SaveScope(tabs=["Candidates"], keys=["init-1"]), "saved 1 row: 2 new or changed"),
    ],
)
def test_a_save_tells_of_the_rows_that_it_was_about(scope: SaveScope, message: str) -> None:
    report = SyncReport(tables={"row_statuses": TableCounts(inserted=2, updated=1)})
    assert save_message(report, STATUSES, scope) == message


def test_a_save_tells_what_it_did_not_find_and_what_it_could_not_read() -> None:
    report = SyncReport(
        tables={"row_statuses": TableCounts()}, untouched_tabs=("Targets",), keys_not_found=("init-9", "init-8")
    )
    assert save_message(report, STATUSES[:1], SaveScope()) == (
        "saved 1 row: 0 new or changed; no row has the key init-9, init-8; "
        "not read, and left as they were saved: Targets"
    )
