"""The request of the tab Actions that a run carries out, if it was started by one."""

import datetime as dt
from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    from optcenter_pipeline.database.actions import RequestRecord
    from optcenter_pipeline.database.connection import Database

REQUEST_TAG = "optcenter/request"
"""Names the request, as `request_key` gives it."""
ACTIONS_TAB_TAG = "optcenter/actions_tab"
"""The title under which the tab was found."""


def actions_title(run: dg.DagsterRun) -> str | None:
    """Where the request stands; None for a run that nobody asked for in the sheet."""
    return run.tags.get(ACTIONS_TAB_TAG) if REQUEST_TAG in run.tags else None


def request_of(run: dg.DagsterRun, database: "Database") -> "RequestRecord | None":
    """The request that this run carries out; None where it has its ending, or another run carries it out."""
    from optcenter_pipeline.runs.requests import unfinished_request

    key = run.tags.get(REQUEST_TAG)
    record = unfinished_request(database, key) if key else None
    return record if record is not None and record.dagster_run_id == run.run_id else None


def started(run: dg.DagsterRun, database: "Database") -> "tuple[RequestRecord, RequestRecord] | None":
    """The run's request as it was and as it is now that the run has begun; None where there is nothing to start."""
    from optcenter_pipeline.database.actions import start_request
    from optcenter_pipeline.database.workers import this_worker
    from optcenter_pipeline.runs.requests import unfinished_request
    from optcenter_pipeline.settings import load_settings

    key = run.tags.get(REQUEST_TAG)
    before = unfinished_request(database, key) if key else None
    if before is None:
        return None
    with database.session() as session:
        has_started = start_request(
            session,
            before.request_id,
            now=dt.datetime.now(dt.UTC),
            dagster_run_id=run.run_id,
            run_url=f"{load_settings().dagster_url.rstrip('/')}/runs/{run.run_id}",
            worker=this_worker(),
        )
    now = request_of(run, database)
    return (before, now) if has_started and now is not None else None
