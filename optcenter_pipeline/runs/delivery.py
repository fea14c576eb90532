"""Delivering finished runs to the sheet: the database says which the sheet has not seen, and can say it again."""

import datetime as dt
from typing import Any

from optcenter_pipeline.database.connection import Database
from optcenter_pipeline.database.run_records import RunRecord, get_run, mark_delivered, runs_to_deliver
from optcenter_pipeline.engine.result import Result
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.report.output_rows import RunHeader, output_rows, stamp
from optcenter_pipeline.workbook.output_writing import write_outputs
from optcenter_pipeline.workbook.workbook import Workbook


def deliver_runs(database: Database, workbook: Workbook, *, source: str) -> list[str]:
    """Write every final run that the sheet does not show yet, oldest first, one batch request a run.

    Returns:
        Ids of the runs that stand in the sheet now.
    """
    with database.reading() as session:
        waiting = runs_to_deliver(session)
    for run_id in waiting:
        with database.reading() as session:
            record = get_run(session, run_id)
        write_outputs(workbook, stamped(run_rows(record), source=source, now=dt.datetime.now(dt.UTC)))
        with database.session() as session:
            mark_delivered(session, run_id, now=dt.datetime.now(dt.UTC))
    return list(waiting)


def run_rows(record: RunRecord) -> dict[str, list[dict[str, Any]]]:
    """A run of the ledger as rows of the output tabs."""
    summary = record.summary
    header = RunHeader(
        run_id=summary.run_id,
        scenario_name=summary.scenario_name,
        constraint_set_name=summary.constraint_set_name,
        status=summary.status,
        created_at=summary.created_at,
        started_at=summary.started_at,
        finished_at=summary.finished_at,
        requested_by=summary.requested_by,
        error_text=summary.error_text,
    )
    snapshot = Snapshot.model_validate_json(record.inputs_snapshot_json)
    result = Result.model_validate_json(record.results_json) if record.results_json else None
    return output_rows(header, snapshot, result if summary.status != "failed" else None)


def stamped(
    rows: dict[str, list[dict[str, Any]]], *, source: str, now: dt.datetime
) -> dict[str, list[dict[str, Any]]]:
    """The rows with their stamps: an output row that was written is OK by that."""
    stamps = {"run_status": "OK", "updated_source": source, "updated_at": stamp(now)}
    return {tab: [row | stamps for row in listed] for tab, listed in rows.items()}
