"""nightly_optimize: every night one run for each saved scenario and valid constraint set; off by default."""

import dagster as dg

from optcenter_pipeline.orchestration.jobs import optimize_job
from optcenter_pipeline.orchestration.run_requests import optimize_request
from optcenter_pipeline.settings import nightly_cron
from optcenter_pipeline.stages.partitions import CONSTRAINT_SETS, partition_key
from optcenter_pipeline.stages.resources import DatabaseResource

ACTION = "schedule.nightly_optimize"


@dg.schedule(
    name="nightly_optimize",
    job=optimize_job,
    cron_schedule=nightly_cron(),
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.STOPPED,
    description="Every night one run for each saved scenario and valid constraint set, with all its candidates.",
)
def nightly_optimize(context: dg.ScheduleEvaluationContext, database: DatabaseResource) -> list[dg.RunRequest]:
    """A run each; sets that have errors are left out, as a run on one would only say so."""
    from optcenter_pipeline.database.inputs import valid_sets

    with database.open() as db, db.reading() as session:
        names = valid_sets(session)
    known = [partition_key(*name) for name in names]
    # a set may have been saved by a process whose Dagster is another one
    context.instance.add_dynamic_partitions(str(CONSTRAINT_SETS.name), known)
    return [
        optimize_request(
            f"nightly-{context.scheduled_execution_time:%Y%m%dT%H%M}-{key}",
            key,
            ACTION,
            {"scenario_name": scenario_name, "constraint_set_name": set_name, "requested_by": "nightly_optimize"},
            tags={},
        )
        for (scenario_name, set_name), key in zip(names, known, strict=True)
    ]
