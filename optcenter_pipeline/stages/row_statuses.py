"""row_statuses: what was promised to the sheet is delivered: a status on every row, outputs of runs cut short."""

import dagster as dg

from optcenter_pipeline.stages.failures import told_clearly
from optcenter_pipeline.stages.resources import DatabaseResource, WorkbookResource
from optcenter_pipeline.stages.tables import tables


@dg.asset(
    group_name="save",
    kinds={"googlesheets"},
    owners=["team:product-operations"],
    deps=[tables],
    description="run_status, updated_source and updated_at on every input row, found by its content.",
)
def row_statuses(
    context: dg.AssetExecutionContext, database: DatabaseResource, workbook: WorkbookResource
) -> dg.MaterializeResult:
    """Write each row's status where the sheet does not show it yet; and what earlier runs could not deliver."""
    from optcenter_pipeline.database.statuses import promised_statuses
    from optcenter_pipeline.runs.delivery import deliver_runs
    from optcenter_pipeline.workbook.write_back import write_statuses

    with told_clearly(), database.open() as db:
        with db.reading() as session:
            statuses = promised_statuses(session)
        with workbook.open() as book:
            report = write_statuses(book, statuses)
            delivered = deliver_runs(db, book, source=f"pm.save_selected {context.run.run_id[:8]}")
            requests = book.counts
    for line in report.lines():
        context.log.warning(line)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": len(statuses),
            "rows_written": report.rows_written,
            "not_delivered": report.lines(),
            "runs_delivered": delivered,
            "read_requests": requests.reads,
            "write_requests": requests.writes,
        }
    )
