"""workbook_changed_sensor: one save for every change that people make to the input tabs.

A tick asks Drive for the workbook's version, and reads the input tabs only when it has moved. Our own writes move
it too; they change no cell of a PM's, so the reading is the one that was saved already. A save that failed is asked
for again after a wait that doubles: what fails for good fails a few times an hour, and not at every tick.
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
_FIRST_WAIT = dt.timedelta(minutes=1)
_LONGEST_WAIT = dt.timedelta(hours=1)
_CHANGE_TAG = "optcenter/change"
"""On the runs that this sensor asks for: their run_key."""


class ChangesCursor(BaseModel):
    """What the sensor has seen and asked for."""

    version: str | None = None
    """Drive's, at the last look that left nothing to do until it moves or the wait is over."""
    requested: str | None = None
    """sha256 of the reading that a save was asked for last."""
    run_key: str | None = None
    """Of that save."""
    asked_at: dt.datetime | None = None
    """When; None once the reading was found saved."""
    attempts: int = 0
    """How often in a row a save was asked for that reading."""
    sequence: int = Field(default_factory=lambda: int(time.time()))
    """Of the next save: Dagster keeps a run_key for ever, and people come back to what they had before.

    It begins with the time, so that a cursor that was lost repeats none.
    """

    def is_due(self, now: dt.datetime) -> bool:
        """Whether it is time to look what has become of the save, and to ask again if it failed."""
        return self.asked_at is not None and now - self.asked_at >= wait_after(self.attempts)

    def asking(self, version: str, reading: str, now: dt.datetime) -> "ChangesCursor":
        """The cursor that has just asked for a save of this reading."""
        return ChangesCursor(
            version=version,
            requested=reading,
            run_key=f"change-{reading[:24]}-{self.sequence}",
            asked_at=now,
            attempts=self.attempts + 1 if reading == self.requested else 1,
            sequence=self.sequence + 1,
        )

    def settled(self, version: str) -> "ChangesCursor":
        """The cursor that has found the reading saved."""
        return self.model_copy(update={"version": version, "asked_at": None, "attempts": 0})


def wait_after(attempts: int) -> dt.timedelta:
    """How long a reading whose save was asked for so often is left alone: 1, 2, 4, … minutes, an hour at most."""
    return min(_FIRST_WAIT * (1 << min(max(attempts - 1, 0), 6)), _LONGEST_WAIT)


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
    now = dt.datetime.now(dt.UTC)
    with workbook.open(at_most_seconds=SECONDS_IN_A_TICK) as book:
        version = book.version()
        if version == cursor.version and not cursor.is_due(now):
            return dg.SkipReason("the workbook is as it was")
        tabs = read_tabs(book, INPUT_TABS, blank_rows=workbook.blank_rows_that_end_a_tab())
    reading = reading_sha256(tabs)
    with database.open() as db:
        known = known_readings(db)
    runs, after = [], cursor
    is_saving = _is_saving(context.instance)
    if needs_save(reading, known, cursor.requested, is_saving=is_saving):
        if reading == cursor.requested and not cursor.is_due(now) and _has_failed(context.instance, cursor):
            after = cursor.model_copy(update={"version": version})
        else:
            after = cursor.asking(version, reading, now)
            runs = [save_request(str(after.run_key), {"action": ACTION}, tags={_CHANGE_TAG: str(after.run_key)})]
    elif reading == known.saved and (reading == known.newest or not is_saving):
        after = cursor.settled(version)
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


def _has_failed(instance: dg.DagsterInstance, cursor: ChangesCursor) -> bool:
    """Whether the save that was asked for last came to nothing; one that was carried out others have undone."""
    if cursor.asked_at is None or cursor.run_key is None:
        return False
    runs = instance.get_runs(dg.RunsFilter(tags={_CHANGE_TAG: cursor.run_key}), limit=1)
    return not (runs and runs[0].status is dg.DagsterRunStatus.SUCCESS)
