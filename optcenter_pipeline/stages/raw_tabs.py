"""raw_tabs: the input tabs as they stand in the sheet, cells coerced and nothing judged."""

import datetime as dt

import dagster as dg

from optcenter_pipeline.stages.failures import told_clearly
from optcenter_pipeline.stages.resources import DatabaseResource, WorkbookResource


@dg.asset(
    group_name="save",
    kinds={"googlesheets"},
    owners=["team:product-operations"],
    description="Every input tab of the workbook, read in one batch request: cells coerced, nothing judged.",
)
def raw_tabs(workbook: WorkbookResource, database: DatabaseResource) -> dg.MaterializeResult:
    """Read every input tab in one batch request and keep what stands there."""
    from optcenter_pipeline.rows.raw import RawWorkbook
    from optcenter_pipeline.runs.saving import keep_reading
    from optcenter_pipeline.workbook.reading import read_tabs
    from optcenter_pipeline.workbook.tabs import INPUT_TABS

    with told_clearly(), database.open() as db:
        began = dt.datetime.now(dt.UTC)
        with workbook.open() as book:
            tabs = read_tabs(book, INPUT_TABS, blank_rows=workbook.blank_rows_that_end_a_tab())
            requests = book.counts
        sha256 = keep_reading(db, RawWorkbook(tabs=tabs), began=began).sha256
    return dg.MaterializeResult(
        data_version=dg.DataVersion(sha256),
        metadata={
            "dagster/row_count": sum(len(tab.rows) for tab in tabs.values()),
            "rows": {name: len(tab.rows) for name, tab in tabs.items()},
            "unreadable_tabs": [name for name, tab in tabs.items() if tab.errors],
            "read_requests": requests.reads,
        },
    )
