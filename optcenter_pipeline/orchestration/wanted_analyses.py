"""wanted_analyses_sensor: starts what was asked of finished runs, once their portfolios stand in the sheet."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from optcenter_pipeline.orchestration.jobs import analyses_job
from optcenter_pipeline.settings import sensor_seconds
from optcenter_pipeline.stages.partitions import CONSTRAINT_SETS, partition_key
from optcenter_pipeline.stages.resources import DatabaseResource

if TYPE_CHECKING:
    from optcenter_pipeline.database.analyses import AnalysisRecord
    from optcenter_pipeline.rules.analysis_kinds import AnalysisKind

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
    """A run for the analyses of each run; what is asked for again later is another run."""
    from optcenter_pipeline.database.analyses import wanted_analyses
    from optcenter_pipeline.database.run_records import get_run, runs_to_deliver

    with database.open() as db, db.reading() as session:
        not_in_sheet = set(runs_to_deliver(session))
        wanted = [a for a in wanted_analyses(session, now=dt.datetime.now(dt.UTC)) if a.run_id not in not_in_sheet]
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
        tags={"dagster/partition": partition},
    )


def analyses_ops(run_id: str, kinds: "Sequence[AnalysisKind]") -> dict[str, dict[str, Any]]:
    """Configuration of analyses_job by asset, for some analyses of one run."""
    from optcenter_pipeline.stages.analyses import ASSET_OF

    return {ASSET_OF[kind].key.to_python_identifier(): {"config": {"run_id": run_id}} for kind in kinds}


def analyses_selection(kinds: "Sequence[AnalysisKind]") -> list[dg.AssetKey]:
    """The assets of analyses_job that make some analyses and deliver them."""
    from optcenter_pipeline.stages.analyses import ASSET_OF, analysis_tabs

    return [*(ASSET_OF[kind].key for kind in kinds), analysis_tabs.key]
