"""What Dagster loads: one Definitions; nothing is computed and nothing is reached at import."""

import gc
from typing import Any

import dagster as dg

from optcenter_pipeline import stages
from optcenter_pipeline.orchestration.action_requests import action_requests_sensor
from optcenter_pipeline.orchestration.jobs import analyses_job, optimize_job, save_job
from optcenter_pipeline.orchestration.nightly import nightly_optimize
from optcenter_pipeline.orchestration.wanted_analyses import wanted_analyses_sensor
from optcenter_pipeline.orchestration.workbook_changes import workbook_changed_sensor
from optcenter_pipeline.stages.resources import (
    DatabaseResource,
    ReportsResource,
    SolverResource,
    WorkbookResource,
)

# a save of a large workbook makes millions of objects that live on: by default the collector would walk through
# all of them at every few thousand new ones, which takes a quarter of the whole time
gc.set_threshold(1_000_000, 5, 10)


def build_defs(**resource_overrides: Any) -> dg.Definitions:
    """The definitions, with other resources where a test or a tool brings its own.

    Args:
        resource_overrides: `workbook`, `database`, `solver` or `reports` → another resource.
    """
    resources = {
        "workbook": WorkbookResource(),
        "database": DatabaseResource(),
        "solver": SolverResource(),
        "reports": ReportsResource(),
        **resource_overrides,
    }
    return dg.Definitions(
        assets=dg.load_assets_from_package_module(stages),
        jobs=[save_job, optimize_job, analyses_job],
        sensors=[action_requests_sensor, workbook_changed_sensor, wanted_analyses_sensor],
        schedules=[nightly_optimize],
        resources=resources,
        # steps in one process: each would spend seconds on imports in a process of its own
        executor=dg.in_process_executor,
    )


defs = build_defs()
