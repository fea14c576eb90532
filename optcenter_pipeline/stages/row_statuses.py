"""row_statuses: what was promised to the sheet is delivered: a status on every row, outputs of runs cut short."""

import dagster as dg

from optcenter_pipeline.stages.failures import told_clearly
from optcenter_pipeline.stages.request_counts import request_metadata
from optcenter_pipeline.stages.requests import actions_title, request_of
from optcenter_pipeline.stages.resources import DatabaseResource, WorkbookResource
from optcenter_pipeline.stages.tables import SaveRequest, tables


@dg.asset(
    group_name="save",
    kinds={"googlesheets"},
    owners=["team:product-operations"],
    deps=[tables],
    description="run_status, updated_source and updated_at on every input row, found by its content.",
)
def row_statuses(
    context: dg.AssetExecutionContext,
    config: SaveRequest,
    database: DatabaseResource,
    workbook: WorkbookResource,
) -> dg.MaterializeResult:
    """Write each row's status where the sheet does not show it yet; and what earlier runs could not deliver."""
    from optcenter_pipeline.runs.answered_save import deliver_save
    from optcenter_pipeline.runs.delivery import deliver_runs, undelivered_lines

    title = actions_title(context.run)
    with (
        told_clearly(kept="What was read is saved: the next save writes its statuses."),
        database.open() as db,
        workbook.open() as book,
    ):
        report = deliver_save(db, book, config.scope(), request=request_of(context.run, db), actions_title=title)
        lines = undelivered_lines(report)
        delivered = deliver_runs(db, book, actions_title=title, tell=lines.append)
        requests = book.counts
    for line in lines:
        context.log.warning(line)
    return dg.MaterializeResult(
        metadata={
            "rows_written": report.written,
            "rows_unchanged": report.unchanged,
            "not_delivered": lines,
            "runs_delivered": delivered,
            **request_metadata(context, requests),
        }
    )
