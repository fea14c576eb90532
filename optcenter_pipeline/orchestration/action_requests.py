"""action_requests_sensor: looks at the tab Actions, starts one run a request, and keeps the answers right.

State lives in the database. A tick claims what is new there, asks for the run of everything that is still queued
(Dagster drops the repeats by their run_key, so a crash between claim and launch loses nothing), and writes the
answers that the tab does not show: one read, and one write at most. The next tick verifies them.
"""

import datetime as dt
import functools
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import BaseModel

from optcenter_pipeline.orchestration.jobs import optimize_job, save_job
from optcenter_pipeline.orchestration.run_requests import SECONDS_IN_A_TICK, optimize_request, save_request
from optcenter_pipeline.settings import Settings, load_settings, sensor_seconds
from optcenter_pipeline.stages.partitions import CONSTRAINT_SETS, partition_key
from optcenter_pipeline.stages.requests import ACTIONS_TAB_TAG, REQUEST_TAG
from optcenter_pipeline.stages.resources import DatabaseResource, WorkbookResource

if TYPE_CHECKING:
    from optcenter_pipeline.rows.action_request import ActionRequest, RequestRules

REQUESTED_BY_TAG = "optcenter/requested_by"
_LONGEST_NAME = 200
_DAEMON_SECONDS = 5
"""Dagster's daemon ticks no sensor more often."""
_TICKS_BETWEEN_SEARCHES = 20
"""While the tab has another name: a new one named Actions is noticed after so many ticks."""


class ActionsCursor(BaseModel):
    """Where the tab was found last."""

    sheet_id: int | None = None
    title: str = "Actions"
    ticks: int = 0
    """Since it was looked for by its headers."""


@dg.sensor(
    name="action_requests_sensor",
    jobs=[save_job, optimize_job],
    minimum_interval_seconds=sensor_seconds(),
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Saves and runs that people ask for in the tab Actions: one run a request, answered in its row.",
)
def action_requests_sensor(
    context: dg.SensorEvaluationContext, database: DatabaseResource, workbook: WorkbookResource
) -> dg.SensorResult:
    """One look at the requests; a tab that cannot be read is an error, and the cursor stays."""
    from optcenter_pipeline.orchestration.dead_runs import end_dead_requests
    from optcenter_pipeline.runs.answers import mend_answers
    from optcenter_pipeline.runs.requests import queued_requests, take_requests
    from optcenter_pipeline.workbook.actions_tab import ActionsPlace, look_at_actions, place_of

    cursor = ActionsCursor.model_validate_json(context.cursor) if context.cursor else ActionsCursor()
    is_elsewhere = cursor.title != ActionsCursor().title
    search = is_elsewhere and cursor.ticks >= _TICKS_BETWEEN_SEARCHES
    place = ActionsPlace(cursor.sheet_id, cursor.title)
    settings = load_settings()
    warn = functools.cache(context.log.warning)  # once a tick, however many looks see the same
    with database.open() as db, workbook.open(at_most_seconds=SECONDS_IN_A_TICK) as book:
        for _ in _looks(settings.sensor_seconds):
            actions = look_at_actions(book, place, search=search)
            place = place_of(actions)
            rules = _rules(settings)
            take_requests(db, actions, rules)
            end_dead_requests(db, book, context.instance, actions_title=place.title, expiry=rules.expiry, log=warn)
            mend_answers(db, book, actions, log=warn)
            queued = queued_requests(db)
            if queued:
                break
    runs = [_run_request(request, place.title) for request in queued]
    partitions = sorted({run.partition_key for run in runs if run.partition_key})
    ticks = cursor.ticks + 1 if is_elsewhere and not search else 0
    return dg.SensorResult(
        run_requests=runs,
        dynamic_partitions_requests=[CONSTRAINT_SETS.build_add_request(partitions)] if partitions else [],
        cursor=ActionsCursor(sheet_id=place.sheet_id, title=place.title, ticks=ticks).model_dump_json(),
    )


def _looks(seconds: int) -> Iterator[None]:
    """One look a tick; more where they are wanted more often than the daemon ticks."""
    end = time.monotonic() + _DAEMON_SECONDS - 1
    yield
    while seconds < _DAEMON_SECONDS and time.monotonic() + seconds < end:
        time.sleep(seconds)
        yield


def _rules(settings: Settings) -> "RequestRules":
    from optcenter_pipeline.rows.action_request import RequestRules, allow_list
    from optcenter_pipeline.workbook.tabs import INPUT_TABS

    return RequestRules(
        tabs=tuple(tab.name for tab in INPUT_TABS),
        allowed=allow_list(settings.allowed_requesters),
        expiry=dt.timedelta(hours=settings.action_expiry_hours),
    )


def _run_request(request: "ActionRequest", actions_title: str) -> dg.RunRequest:
    """The run that carries a request out; what people typed is data, in its configuration and tags."""
    from optcenter_pipeline.runs.requests import request_key

    key = request_key(request.request_id)
    tags = {
        REQUEST_TAG: key,
        ACTIONS_TAB_TAG: actions_title,
        REQUESTED_BY_TAG: request.requested_by[:_LONGEST_NAME],
    }
    action = request.action.value
    keys = None if request.keys is None else list(request.keys)
    if not request.action.is_run:
        return save_request(key, {"tab": request.tab, "keys": keys, "action": action}, tags=tags)
    run = {
        "scenario_name": request.scenario_name,
        "constraint_set_name": request.constraint_set_name,
        "scope_type": "selected" if request.action.is_of_selected else "all",
        "initiative_keys": keys,
        "time_limit_seconds": request.time_limit_seconds,
        "node_limit": request.node_limit,
        "mip_gap": request.mip_gap,
        "analyses": list(request.analyses) or None,
        "what_if": dict(request.what_if) or None,
        "commitments": request.commitments and request.commitments.model_dump(mode="json", exclude_none=True),
        "requested_by": request.requested_by or None,
    }
    partition = partition_key(request.scenario_name, request.constraint_set_name)
    return optimize_request(key, partition, action, run, tags=tags)
