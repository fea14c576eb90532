"""The workbook into a file: read whole, put together, and only then put in place of what stood there."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from optcenter_pipeline.exchange.atomic_files import write_atomically
from optcenter_pipeline.exchange.csv_folder import write_csv_folder
from optcenter_pipeline.exchange.workbook_copy import copy_workbook
from optcenter_pipeline.exchange.xlsx_writing import xlsx_bytes
from optcenter_pipeline.workbook.workbook import Workbook


@dataclass(frozen=True)
class ExportReport:
    """What an export wrote."""

    rows: Mapping[str, int]
    """Tab → rows below its header that say anything."""
    warnings: tuple[str, ...]


def export_xlsx(workbook: Workbook, path: Path) -> ExportReport:
    """Write an Excel book, in place of one that stands there.

    Raises:
        ExchangeError: an Excel file cannot hold a cell, or there is nothing to export; the old file stays.
        OSError: the file cannot be written; the old one stays.
        WorkbookError: the workbook could not be read.
    """
    copy = copy_workbook(workbook)
    write_atomically({path: xlsx_bytes(copy.tabs)})
    return ExportReport({tab.tab.name: tab.row_count for tab in copy.tabs}, copy.warnings)


def export_csv(workbook: Workbook, folder: Path) -> ExportReport:
    """Write a CSV file a tab into a folder, which is made where it is missing.

    Raises:
        ExchangeError: there is nothing to export.
        OSError: a file cannot be written; no file was changed.
        WorkbookError: the workbook could not be read.
    """
    copy = copy_workbook(workbook)
    left = write_csv_folder(folder, copy.tabs)
    return ExportReport({tab.tab.name: tab.row_count for tab in copy.tabs}, (*copy.warnings, *left))
