"""Delivering to the sheet what the database has promised it: row statuses, and the outputs of finished runs."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from optcenter_pipeline.database.actions import finish_request
from optcenter_pipeline.database.connection import Database
from optcenter_pipeline.database.leases import hold_lease
from optcenter_pipeline.database.run_records import RunRecord, get_run, mark_delivered, runs_to_deliver
from optcenter_pipeline.database.save_scope import WHOLE_WORKBOOK, SaveScope
from optcenter_pipeline.database.statuses import PromisedStatus, promised_statuses
from optcenter_pipeline.engine.result import Result
from optcenter_pipeline.engine.snapshot import Snapshot
from optcenter_pipeline.report.output_rows import output_rows, stamp
from optcenter_pipeline.rows.action_request import Action
from optcenter_pipeline.runs.answers import answer_plan, coming_endings
from optcenter_pipeline.runs.endings import ending_of_run
from optcenter_pipeline.runs.run_header import header_of
from optcenter_pipeline.workbook.action_answers import AnswerPlan
from optcenter_pipeline.workbook.errors import WorkbookRefusedError
from optcenter_pipeline.workbook.output_writing import write_outputs
from optcenter_pipeline.workbook.workbook import Workbook
from optcenter_pipeline.workbook.write_back import RowStatus, WriteReport, write_statuses

SHEET = "writing to the sheet"
"""The lease: two deliveries at a time would take the same free rows."""


def deliver_statuses(
    database: Database,
    workbook: Workbook,
    *,
    scope: SaveScope = WHOLE_WORKBOOK,
    answers: AnswerPlan | None = None,
) -> WriteReport:
    """Write the row statuses that the sheet does not show yet, each on the row whose content was judged.

    Args:
        scope: which rows' statuses.
        answers: to requests; they go out in the same requests.
    """
    with hold_lease(database, SHEET):
        with database.reading() as session:
            promised = promised_statuses(session)
        rows = _row_statuses(s for s in promised if scope.has_row(s.tab, s.key))
        return write_statuses(workbook, rows, answers=answers)


def _row_statuses(promised: Iterable[PromisedStatus]) -> list[RowStatus]:
    return [
        RowStatus(
            tab=status.tab,
            row_num=status.row_num,
            key=status.key,
            content_hash=status.content_hash,
            run_status=status.run_status,
            updated_source=status.updated_source,
            updated_at=stamp(status.updated_at) or "",
        )
        for status in promised
    ]


def undelivered_lines(report: WriteReport) -> list[str]:
    """What a write-back could not do, a line each."""
    return [
        *(f"{row}: edited while it was being judged; save again for its status" for row in report.edited),
        *(f"{row}: no longer in the sheet" for row in report.gone),
        *report.untold,
        *report.formulas,
        *(f"{text}: shortened, a cell holds 50,000 characters" for text in report.shortened),
        *report.errors,
    ]


def deliver_runs(
    database: Database,
    workbook: Workbook,
    *,
    actions_title: str | None = None,
    tell: Callable[[str], None] | None = None,
) -> list[str]:
    """Write every final run that the sheet does not show yet, oldest first, one batch request a run.

    The request that a run carries out has its ending from then on.

    Args:
        actions_title: title of the tab with the requests, where the answer goes out in the same request.
        tell: is given a line for each cell that could not be written as it should be.

    Returns:
        Ids of the runs that stand in the sheet now.
    """
    with hold_lease(database, SHEET):
        with database.reading() as session:
            waiting = runs_to_deliver(session)
        for run_id in waiting:
            report = _deliver(database, workbook, run_id, actions_title)
            if tell is not None:
                for line in undelivered_lines(report):
                    tell(line)
    return list(waiting)


def _deliver(database: Database, workbook: Workbook, run_id: str, actions_title: str | None) -> WriteReport:
    """One run's rows; it counts as delivered only if all of them stand in the sheet.

    Raises:
        WorkbookRefusedError: an output tab is missing or cannot be written; the text says which.
    """
    with database.reading() as session:
        record = get_run(session, run_id)
    now = dt.datetime.now(dt.UTC)
    source = f"{Action.run_of(record.summary.scope_type)} {run_id}"
    ending = ending_of_run(record)
    coming = coming_endings(database, record.summary.dagster_run_id, ending, now=now)
    answers = answer_plan(database, actions_title, coming) if actions_title is not None and coming else None
    report = write_outputs(workbook, stamped(run_rows(record), source=source, now=now), answers=answers)
    if report.errors:
        raise WorkbookRefusedError(
            f"run {run_id} is not in the sheet: {'; '.join(report.errors)}. It is kept in the database; "
            "`optcenter workbook init` adds what the workbook lacks, and the next save or run delivers it."
        )
    with database.session() as session:
        mark_delivered(session, run_id, now=now)
        for request_id in coming:
            finish_request(session, request_id, ending.status, ending.message, now=now, run_id=run_id)
    return report


def run_rows(record: RunRecord) -> dict[str, list[dict[str, Any]]]:
    """A run of the ledger as rows of the output tabs."""
    snapshot = Snapshot.model_validate_json(record.inputs_snapshot_json)
    result = Result.model_validate_json(record.results_json) if record.results_json else None
    return output_rows(header_of(record.summary), snapshot, result if record.summary.status != "failed" else None)


def stamped(
    rows: dict[str, list[dict[str, Any]]], *, source: str, now: dt.datetime
) -> dict[str, list[dict[str, Any]]]:
    """The rows with their stamps: an output row that was written is OK by that."""
    stamps = {"run_status": "OK", "updated_source": source, "updated_at": stamp(now)}
    return {tab: [row | stamps for row in listed] for tab, listed in rows.items()}
