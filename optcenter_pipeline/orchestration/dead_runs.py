"""Requests whose run died: killed, cancelled, never launched, gone from Dagster's history, or never begun in time.

Loaded where it is used: it brings the database and the sheet with it.
"""

import datetime as dt
from collections.abc import Callable

import dagster as dg

from optcenter_pipeline.database.actions import RequestRecord, finish_request, unfinished_requests
from optcenter_pipeline.database.connection import Database
from optcenter_pipeline.database.workers import has_ended
from optcenter_pipeline.runs.delivery import deliver_runs
from optcenter_pipeline.runs.orphans import give_up_orphans
from optcenter_pipeline.runs.requests import request_key
from optcenter_pipeline.stages.requests import REQUEST_TAG
from optcenter_pipeline.workbook.errors import WorkbookError
from optcenter_pipeline.workbook.workbook import Workbook

_MISSING_FOR = dt.timedelta(minutes=10)
"""So long a started run may be missing from Dagster's history."""
_BEGINS_WITHIN = dt.timedelta(minutes=10)
"""A run whose process Dagster has started takes its request on by then, or its process died before it could."""

_WAITING = (dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.QUEUED)


def end_dead_requests(
    database: Database,
    workbook: Workbook,
    instance: dg.DagsterInstance,
    *,
    actions_title: str,
    expiry: dt.timedelta,
    log: Callable[[str], None],
) -> None:
    """Give every request whose run died its ending: what the run found, where it had found it, else `failed`.

    Args:
        expiry: a request that nobody has begun to carry out so long after it was claimed is not carried out.

    Raises:
        DatabaseError: the database failed.
    """
    with database.reading() as session:
        unfinished = unfinished_requests(session)
    for record in unfinished:
        tags = {REQUEST_TAG: request_key(record.request_id)}
        runs = instance.get_run_records(dg.RunsFilter(tags=tags), limit=1)
        found = runs[0] if runs else None
        why = _why_dead(record, found, instance) or _why_expired(record, found, instance, expiry)
        if why is None:
            continue
        log(f"request {record.request_id}: {why}")
        _deliver_what_it_found(database, workbook, record, actions_title, log)
        with database.session() as session:
            # nothing, where the delivery has just given it its ending
            finish_request(
                session,
                record.request_id,
                "failed",
                f"{why}; ask again",
                now=dt.datetime.now(dt.UTC),
                run_id=record.dagster_run_id,
            )


def _why_dead(record: RequestRecord, found: dg.RunRecord | None, instance: dg.DagsterInstance) -> str | None:
    """Why no answer will come, None while one may."""
    if found is None:
        since = record.started_at
        is_gone = since is not None and dt.datetime.now(dt.UTC) - since > _MISSING_FOR
        return "its run is gone from Dagster's history" if is_gone else None
    run = found.dagster_run
    if run.status is dg.DagsterRunStatus.CANCELED:
        return "somebody cancelled its run"
    if run.is_finished:
        return f"its run {run.run_id} ended without an answer; Dagster shows why"
    if record.dagster_run_id == run.run_id and record.worker and has_ended(record.worker):
        # Dagster does not look after the processes that it starts on this machine
        instance.report_run_failed(run, f"its process ({record.worker}) has gone")
        return f"the process of its run ({record.worker}) ended without an answer"
    if record.status == "queued" and _never_began(found):
        instance.report_run_failed(run, "its process has not begun")
        return f"its run {run.run_id} was started and has not begun"
    return None


def _why_expired(
    record: RequestRecord, found: dg.RunRecord | None, instance: dg.DagsterInstance, expiry: dt.timedelta
) -> str | None:
    """Why it is too late to begin; a run that still waits for its turn is taken out of Dagster's queue."""
    if record.status != "queued" or dt.datetime.now(dt.UTC) - record.created_at <= expiry:
        return None
    if found is not None:
        if found.dagster_run.status not in _WAITING:
            return None
        instance.report_run_canceled(found.dagster_run, "its request has expired")
    hours = expiry.total_seconds() / 3600
    return f"it was never started within {hours:g} hours of being queued (is Dagster running?)"


def _never_began(found: dg.RunRecord) -> bool:
    """Whether Dagster started the run's process long ago; such runs hold a place in its queue for ever."""
    was_launched = found.dagster_run.status in (dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED)
    return was_launched and dt.datetime.now(dt.UTC) - found.update_timestamp > _BEGINS_WITHIN


def _deliver_what_it_found(
    database: Database,
    workbook: Workbook,
    record: RequestRecord,
    actions_title: str,
    log: Callable[[str], None],
) -> None:
    """A run that died after its solve has its outputs in the ledger; with them its request has its ending."""
    if record.dagster_run_id is None:
        return
    give_up_orphans(database)
    try:
        deliver_runs(database, workbook, actions_title=actions_title)
    except WorkbookError as error:
        log(f"outputs of earlier runs could not be delivered: {error}")
