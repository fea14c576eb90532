"""workbook_changed_sensor: one save for every change that people make to the input tabs.

A tick asks Drive for the workbook's version, and reads the input tabs only when it has moved. Our own writes move
it too; they change no cell of a PM's, so the reading is the one that was saved already.
"""

import datetime as dt
import time
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import BaseModel, Field

from optcenter_pipeline.orchestration.jobs import save_job
from optcenter_pipeline.orchestration.run_requests import SECONDS_IN_A_TICK, save_request
from optcenter_pipeline.settings import sensor_seconds
from optcenter_pipeline.stages.resources import DatabaseResource, WorkbookResource

if TYPE_CHECKING:
    from optcenter_pipeline.runs.saving import KnownReadings

ACTION = "sensor.workbook_changed"
_UNDER_WAY = (
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
)
_LONGEST_SAVE = dt.timedelta(minutes=10)
"""A run that began before that has saved what it read, or never will."""


class ChangesCursor(BaseModel):
    """What the sensor has seen and asked for."""

    version: str | None = None
    """Drive's, when the tabs were last found settled."""
    requested: str | None = None
    """sha256 of the reading that a save was asked for last."""
    sequence: int = Field(default_factory=lambda: int(time.time()))
    """Of the next save: Dagster keeps a run_key for ever, and people come back to what they had before.

    It begins with the time, so that a cursor that was lost repeats none.
    """


@dg.sensor(
    name="workbook_changed_sensor",
    job=save_job,
    minimum_interval_seconds=sensor_seconds(),
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Saves everything when somebody has changed an input tab; what the system writes is no change.",
)
def workbook_changed_sensor(
    context: dg.SensorEvaluationContext, database: DatabaseResource, workbook: WorkbookResource
) -> dg.SensorResult | dg.SkipReason:
    """One look at the version, and at the tabs if it has moved; what cannot be read is an error."""
    from optcenter_pipeline.runs.saving import known_readings, reading_sha256
    from optcenter_pipeline.workbook.reading import read_tabs
    from optcenter_pipeline.workbook.tabs import INPUT_TABS

    cursor = ChangesCursor.model_validate_json(context.cursor) if context.cursor else ChangesCursor()
    with workbook.open(at_most_seconds=SECONDS_IN_A_TICK) as book:
        version = book.version()
        if version == cursor.version:
            return dg.SkipReason("the workbook is as it was")
        tabs = read_tabs(book, INPUT_TABS, blank_rows=workbook.blank_rows_that_end_a_tab())
    reading = reading_sha256(tabs)
    with database.open() as db:
        known = known_readings(db)
    runs, after = [], cursor
    is_saving = _is_saving(context.instance)
    if needs_save(reading, known, cursor.requested, is_saving=is_saving):
        run_key = f"change-{reading[:24]}-{cursor.sequence}"
        runs = [save_request(run_key, {"action": ACTION}, tags={})]
        after = ChangesCursor(version=version, requested=reading, sequence=cursor.sequence + 1)
    elif reading == known.saved and (reading == known.newest or not is_saving):
        after = cursor.model_copy(update={"version": version})
    # else a save is under way, and the next tick looks at what it has come to
    return dg.SensorResult(run_requests=runs, cursor=after.model_dump_json())


def needs_save(reading: str, known: "KnownReadings", requested: str | None, *, is_saving: bool) -> bool:
    """Whether a save has to be asked for.

    Args:
        reading: sha256 of the input tabs as they stand.
        known: what the database has read and saved.
        requested: what a save was asked for last.
        is_saving: whether some run may be about to save what it, or we, have read.
    """
    if reading == known.saved:
        return False
    return not (is_saving and reading in (known.newest, requested))


def _is_saving(instance: dg.DagsterInstance) -> bool:
    since = dt.datetime.now(dt.UTC) - _LONGEST_SAVE
    return instance.get_runs_count(dg.RunsFilter(statuses=list(_UNDER_WAY), created_after=since)) > 0
