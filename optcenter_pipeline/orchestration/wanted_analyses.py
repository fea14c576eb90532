"""wanted_analyses_sensor: starts what was asked of finished runs, once their portfolios stand in the sheet."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from optcenter_pipeline.orchestration.jobs import analyses_job
from optcenter_pipeline.settings import sensor_seconds
from optcenter_pipeline.stages.partitions import CONSTRAINT_SETS, partition_key
from optcenter_pipeline.stages.resources import DatabaseResource

if TYPE_CHECKING:
    from optcenter_pipeline.database.analyses import AnalysisRecord
    from optcenter_pipeline.rules.analysis_kinds import AnalysisKind

ANALYSED_RUN_TAG = "optcenter/analysed_run"
_AT_WORK_FOR = dt.timedelta(hours=1)
"""So long a job that makes analyses of a run is waited for: its process may have died without a word to Dagster."""
_QUIET = {"console": {"config": {"log_level": "WARNING"}}}


@dg.sensor(
    name="wanted_analyses_sensor",
    job=analyses_job,
    minimum_interval_seconds=sensor_seconds(),
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Analyses that scenarios and requests ask for: one run for each finished run that the sheet shows.",
)
def wanted_analyses_sensor(
    context: dg.SensorEvaluationContext, database: DatabaseResource
) -> list[dg.RunRequest] | dg.SkipReason:
    """A run for the analyses of each run; what is asked for again later is another run.

    While one is at work on a run no other begins there: it has the report to make when the rest is done.
    """
    from optcenter_pipeline.database.analyses import wanted_analyses
    from optcenter_pipeline.database.run_records import get_run, runs_to_deliver

    with database.open() as db, db.reading() as session:
        not_in_sheet = set(runs_to_deliver(session))
        wait = not_in_sheet | _at_work(context.instance)
        wanted = [
            record
            for record in wanted_analyses(session, now=dt.datetime.now(dt.UTC))
            if record.run_id not in wait or _was_left(record, not_in_sheet)
        ]
        by_run: dict[str, list[AnalysisRecord]] = {}
        for record in wanted:
            by_run.setdefault(record.run_id, []).append(record)
        names = {run_id: get_run(session, run_id).summary for run_id in by_run}
    keys = {run_id: partition_key(run.scenario_name, run.constraint_set_name) for run_id, run in names.items()}
    # the run may have been made by a process whose Dagster is another one
    context.instance.add_dynamic_partitions(str(CONSTRAINT_SETS.name), sorted(set(keys.values())))
    if not by_run:
        return dg.SkipReason("nothing is asked for")
    return [_run_request(run_id, records, keys[run_id]) for run_id, records in by_run.items()]


def _at_work(instance: dg.DagsterInstance) -> set[str]:
    """The runs of the ledger that a job is making analyses of."""
    begun = dg.RunsFilter(
        job_name=analyses_job.name,
        statuses=[
            dg.DagsterRunStatus.NOT_STARTED,
            dg.DagsterRunStatus.QUEUED,
            dg.DagsterRunStatus.STARTING,
            dg.DagsterRunStatus.STARTED,
        ],
        updated_after=dt.datetime.now(dt.UTC) - _AT_WORK_FOR,
    )
    tags = (run.tags.get(ANALYSED_RUN_TAG) for run in instance.get_runs(begun))
    return {run_id for run_id in tags if run_id is not None}


def _was_left(record: "AnalysisRecord", not_in_sheet: Collection[str]) -> bool:
    """Whether the process that was making it has died, and the job that it belonged to with it."""
    return record.status == "running" and record.run_id not in not_in_sheet


def _run_request(run_id: str, records: "Sequence[AnalysisRecord]", partition: str) -> dg.RunRequest:
    from optcenter_pipeline.rules.analysis_kinds import AnalysisKind

    attempt = max(str(record.started_at or record.created_at) for record in records)
    kinds = [AnalysisKind(record.kind) for record in records]
    return dg.RunRequest(
        run_key=f"analyses-{run_id}-{'-'.join(kinds)}-{attempt}",
        run_config={"ops": analyses_ops(run_id, kinds), "loggers": _QUIET},
        job_name=analyses_job.name,
        partition_key=partition,
        asset_selection=analyses_selection(kinds),
        tags={"dagster/partition": partition, ANALYSED_RUN_TAG: run_id},
    )


def analyses_ops(run_id: str, kinds: "Sequence[AnalysisKind]") -> dict[str, dict[str, Any]]:
    """Configuration of analyses_job by asset, for some analyses of one run."""
    from optcenter_pipeline.stages.analyses import ASSET_OF

    return {ASSET_OF[kind].key.to_python_identifier(): {"config": {"run_id": run_id}} for kind in kinds}


def analyses_selection(kinds: "Sequence[AnalysisKind]") -> list[dg.AssetKey]:
    """The assets of analyses_job that make some analyses and deliver them."""
    from optcenter_pipeline.stages.analyses import ASSET_OF, analysis_tabs

    return [*(ASSET_OF[kind].key for kind in kinds), analysis_tabs.key]
