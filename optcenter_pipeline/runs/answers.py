"""What the tab Actions should say of each request, from the database; and saying it from a run."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from optcenter_pipeline.database.actions import RequestRecord, get_requests, tell_progress, unfinished_requests
from optcenter_pipeline.database.connection import Database
from optcenter_pipeline.database.save_scope import SaveScope
from optcenter_pipeline.database.statuses import promised_statuses
from optcenter_pipeline.database.sync import SyncReport
from optcenter_pipeline.report.output_rows import stamp
from optcenter_pipeline.runs.endings import Ending, save_message
from optcenter_pipeline.workbook.action_answers import (
    Answer,
    AnswerPlan,
    Answers,
    SystemCells,
    answer_cells,
    follow_up_cells,
    shows_an_ending,
    write_cells,
)
from optcenter_pipeline.workbook.actions_tab import actions_tab, request_id_of, request_rows
from optcenter_pipeline.workbook.errors import WorkbookError
from optcenter_pipeline.workbook.grid import TabGrid
from optcenter_pipeline.workbook.header_notes import formula_lines
from optcenter_pipeline.workbook.workbook import Workbook

AS_FOUND = "as_found"
"""In a request of before this database's time: the system cells that stood on its row."""
_SENSOR = "sensor.action_requests"


def answer_of(record: RequestRecord) -> SystemCells:
    """The system cells of a request's rows; the same record always gives the same cells."""
    as_found = record.request.get(AS_FOUND)
    if as_found is not None:
        return dict(as_found)
    is_rejected = record.status == "rejected"
    last = max(time for time in (record.created_at, record.started_at, record.finished_at) if time is not None)
    return Answer(
        status=record.status,
        message=record.message or "",
        run_id=record.run_id or "",
        run_url=record.run_url or "",
        started_at=stamp(record.started_at) or "",
        finished_at=stamp(record.finished_at) or "",
        run_status=f"FAILED: {record.message}" if is_rejected else "OK",
        updated_source=f"{record.action} {record.dagster_run_id}" if record.dagster_run_id else _SENSOR,
        updated_at=stamp(last) or "",
    ).cells()


def ended(record: RequestRecord, ending: Ending, *, now: dt.datetime) -> RequestRecord:
    """The record as it will be when the request has this ending."""
    return replace(record, status=ending.status, message=ending.message, run_id=ending.run_id, finished_at=now)


def coming_endings(
    database: Database, dagster_run_id: str | None, ending: Ending, *, now: dt.datetime
) -> dict[str, RequestRecord]:
    """Requests that a Dagster run carries out, by id, as they will be when they have this ending."""
    with database.reading() as session:
        own = [r for r in unfinished_requests(session) if dagster_run_id and r.dagster_run_id == dagster_run_id]
    return {record.request_id: ended(record, ending, now=now) for record in own}


def answers_from(database: Database, coming: Mapping[str, RequestRecord] | None = None) -> Answers:
    """Answers as the database has them at the moment of asking.

    Args:
        database: where requests are kept.
        coming: by request_id, records that a delivery makes true: they are shown with it, and kept after it.
    """

    def answers(request_ids: Collection[str]) -> Mapping[str, SystemCells]:
        with database.reading() as session:
            records = get_requests(session, request_ids)
        return {request_id: answer_of(record) for request_id, record in {**records, **(coming or {})}.items()}

    return answers


def answer_plan(database: Database, title: str, coming: Mapping[str, RequestRecord] | None = None) -> AnswerPlan:
    """The answers as a part of a delivery to the tab of this title."""
    return AnswerPlan(actions_tab(title), answers_from(database, coming))


def tell_of_save(database: Database, request: RequestRecord | None, report: SyncReport, scope: SaveScope) -> None:
    """Note what a request's save has done; nothing where nobody asked for it."""
    if request is None:
        return
    with database.session() as session:
        message = save_message(report, promised_statuses(session), scope)
        tell_progress(session, request.request_id, message)


def show_start(workbook: Workbook, actions: TabGrid, before: RequestRecord, now: RequestRecord) -> None:
    """Write that a request has started, from a look at values alone; the next look verifies and completes it.

    Raises:
        WorkbookError: it could not be written.
    """
    if not actions.layout.error:
        shown, answers = ({record.request_id: answer_of(record)} for record in (before, now))
        write_cells(workbook, actions, follow_up_cells(actions, shown, answers))


def mend_answers(database: Database, workbook: Workbook, actions: TabGrid, *, log: Callable[[str], None]) -> None:
    """Write the answers that the tab does not show, in one request; the next look verifies them.

    What cannot be written now is told to `log` and left to the next look, and so are formulas in its way.

    Args:
        actions: the tab as a full look has just seen it.
    """
    rows = {request_id_of(actions, row): row for row in request_rows(actions)}
    with database.reading() as session:
        records = get_requests(session, rows)
    # the run that is just delivering its ending keeps it in the database a moment after the sheet shows it
    told = {
        request_id: answer_of(record)
        for request_id, record in records.items()
        if record.status != "running" or not shows_an_ending(actions, rows[request_id])
    }
    cells = answer_cells(actions, told)
    for line in formula_lines(actions, (place for place in cells if actions.is_formula(*place))):
        log(line)
    try:
        write_cells(workbook, actions, cells)
    except WorkbookError as error:
        log(f"the answers could not be written yet: {error}")
