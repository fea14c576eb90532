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
    from optcenter_pipeline.rules.analysis_options import AnalysisOptions

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
    """A run for the analyses of each run, with the options that were asked for; what is asked for again later is
    another run. What has been found, or has failed, and was not written is written.

    While one is at work on a run no other begins there: it has the report to make when the rest is done.
    """
    from optcenter_pipeline.database.analyses import analyses_to_deliver, wanted_analyses
    from optcenter_pipeline.database.run_records import get_run, runs_to_deliver

    with database.open() as db, db.reading() as session:
        not_in_sheet = set(runs_to_deliver(session))
        wait = not_in_sheet | _at_work(context.instance)
        wanted = [
            record
            for record in wanted_analyses(session, now=dt.datetime.now(dt.UTC))
            if record.run_id not in wait or _was_left(record, not_in_sheet)
        ]
        # a job that failed, or that somebody ended, has left them
        left = [record for record in analyses_to_deliver(session) if record.run_id not in wait]
        by_run: dict[str, list[AnalysisRecord]] = {record.run_id: [] for record in (*wanted, *left)}
        for record in wanted:
            by_run[record.run_id].append(record)
        names = {run_id: get_run(session, run_id).summary for run_id in by_run}
    keys = {run_id: partition_key(run.scenario_name, run.constraint_set_name) for run_id, run in names.items()}
    # the run may have been made by a process whose Dagster is another one
    context.instance.add_dynamic_partitions(str(CONSTRAINT_SETS.name), sorted(set(keys.values())))
    if not by_run:
        return dg.SkipReason("nothing is asked for")
    untold = {run_id: [record for record in left if record.run_id == run_id] for run_id in by_run}
    return [
        _run_request(run_id, records, keys[run_id]) if records else _delivery(run_id, untold[run_id], keys[run_id])
        for run_id, records in by_run.items()
    ]


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
    attempt = max(str(record.started_at or record.created_at) for record in records)
    asked = [record.asked for record in records]
    key = f"analyses-{run_id}-{'-'.join(options.kind for options in asked)}-{attempt}"
    return _request(key, run_id, asked, partition)


def _delivery(run_id: str, untold: "Sequence[AnalysisRecord]", partition: str) -> dg.RunRequest:
    """A run that writes what has been found, or has failed; once for each ending."""
    newest = max(str(record.finished_at) for record in untold)
    return _request(f"analyses-{run_id}-delivery-{newest}", run_id, [], partition)


def _request(key: str, run_id: str, asked: "Sequence[AnalysisOptions]", partition: str) -> dg.RunRequest:
    return dg.RunRequest(
        run_key=key,
        run_config={"ops": analyses_ops(run_id, asked), "loggers": _QUIET},
        job_name=analyses_job.name,
        partition_key=partition,
        asset_selection=analyses_selection([options.kind for options in asked]),
        tags={"dagster/partition": partition, ANALYSED_RUN_TAG: run_id},
    )


def analyses_ops(run_id: str, asked: "Sequence[AnalysisOptions]") -> dict[str, dict[str, Any]]:
    """Configuration of analyses_job by asset, for some analyses of one run."""
    from optcenter_pipeline.stages.analyses import ASSET_OF

    return {
        ASSET_OF[options.kind].key.to_python_identifier(): {"config": {"run_id": run_id, **options.given}}
        for options in asked
    }


def analyses_selection(kinds: "Sequence[AnalysisKind]") -> list[dg.AssetKey]:
    """The assets of analyses_job that make some analyses and deliver them."""
    from optcenter_pipeline.stages.analyses import ASSET_OF, analysis_tabs

    return [*(ASSET_OF[kind].key for kind in kinds), analysis_tabs.key]
