"""raw_tabs: the input tabs as they stand in the sheet, cells coerced and nothing judged."""

import datetime as dt

import dagster as dg

from optcenter_pipeline.stages.failures import told_clearly
from optcenter_pipeline.stages.request_counts import request_metadata
from optcenter_pipeline.stages.requests import actions_title, started
from optcenter_pipeline.stages.resources import DatabaseResource, WorkbookResource


@dg.asset(
    group_name="save",
    kinds={"googlesheets"},
    owners=["team:product-operations"],
    description="Every input tab of the workbook, read in one batch request: cells coerced, nothing judged.",
)
def raw_tabs(
    context: dg.AssetExecutionContext, workbook: WorkbookResource, database: DatabaseResource
) -> dg.MaterializeResult:
    """Read every input tab in one batch request and keep what stands there; tell a request that it has started."""
    from optcenter_pipeline.rows.raw import RawWorkbook
    from optcenter_pipeline.runs.answers import show_start
    from optcenter_pipeline.runs.saving import keep_reading, read_inputs

    with told_clearly(), database.open() as db:
        request = started(context.run, db)
        began = dt.datetime.now(dt.UTC)
        with workbook.open() as book:
            title = actions_title(context.run)
            tabs, actions = read_inputs(book, workbook.blank_rows_that_end_a_tab(), actions_title=title)
            if request is not None and actions is not None:
                show_start(book, actions, *request)
            requests = book.counts
        sha256 = keep_reading(db, RawWorkbook(tabs=tabs), began=began).sha256
    return dg.MaterializeResult(
        data_version=dg.DataVersion(sha256),
        metadata={
            "dagster/row_count": sum(len(tab.rows) for tab in tabs.values()),
            "rows": {name: len(tab.rows) for name, tab in tabs.items()},
            "unreadable_tabs": [name for name, tab in tabs.items() if tab.errors],
            **request_metadata(context, requests),
        },
    )
