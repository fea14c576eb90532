"""output_tabs: a finished run in the sheet: Runs, Results, Gaps_Alerts, in one batch request."""

import dagster as dg

from optcenter_pipeline.stages.failures import told_clearly
from optcenter_pipeline.stages.partitions import CONSTRAINT_SETS
from optcenter_pipeline.stages.request_counts import request_metadata
from optcenter_pipeline.stages.requests import actions_title
from optcenter_pipeline.stages.resources import DatabaseResource, WorkbookResource
from optcenter_pipeline.stages.solve import solve


@dg.asset(
    group_name="run",
    kinds={"googlesheets"},
    owners=["team:product-operations"],
    deps=[solve],
    partitions_def=CONSTRAINT_SETS,
    description="Every final run that the sheet does not show yet: its rows in Runs, Results and Gaps_Alerts.",
)
def output_tabs(
    context: dg.AssetExecutionContext, database: DatabaseResource, workbook: WorkbookResource
) -> dg.MaterializeResult:
    """Deliver every run that the sheet does not show yet, with the answer to who asked; a repeat writes nothing."""
    from optcenter_pipeline.runs.delivery import deliver_runs

    not_delivered: list[str] = []
    with (
        told_clearly(kept="The run is kept: the next save or run writes it to the sheet."),
        database.open() as db,
        workbook.open() as book,
    ):
        delivered = deliver_runs(db, book, actions_title=actions_title(context.run), tell=not_delivered.append)
        requests = book.counts
    for line in not_delivered:
        context.log.warning(line)
    return dg.MaterializeResult(
        metadata={
            "runs_delivered": delivered,
            "not_delivered": not_delivered,
            **request_metadata(context, requests),
        }
    )
