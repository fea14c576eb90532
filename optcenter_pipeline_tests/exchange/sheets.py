"""Looking at and typing into a workbook's sheets."""

from collections.abc import Sequence
from typing import Any

from optcenter_pipeline.exchange.file_cells import FileCell
from optcenter_pipeline.exchange.workbook_copy import copy_workbook
from optcenter_pipeline.workbook.tabs import ALL_TABS
from optcenter_pipeline.workbook.workbook import RangeWrite, Workbook, cell_range, whole_sheet


def everything(workbook: Workbook) -> dict[str, list[list[FileCell]]]:
    """Every tab's cells with their types, dates as dates."""
    return {copy.tab.name: copy.rows for copy in copy_workbook(workbook).tabs}


def all_values(workbook: Workbook) -> list[list[list[Any]]]:
    """Every tab's cells as they are read for a save; quicker than `everything`."""
    return [block.rows for block in workbook.batch_get([whole_sheet(tab.name) for tab in ALL_TABS])]


def values(workbook: Workbook, tab: str) -> list[list[Any]]:
    """A tab's cells, the header first."""
    return workbook.batch_get([whole_sheet(tab)])[0].rows


def type_row(workbook: Workbook, tab: str, row: int, cells: Sequence[Any], column: int = 0) -> None:
    """Type cells from a 0-based row and column on."""
    area = cell_range(tab, row, column, row, column + len(cells) - 1)
    workbook.batch_update([RangeWrite(area, [list(cells)])])


def add_columns(workbook: Workbook, tab: str, count: int) -> None:
    """Make a tab's grid wider."""
    (sheet_id,) = (sheet.sheet_id for sheet in workbook.sheets() if sheet.title == tab)
    columns = {"sheetId": sheet_id, "dimension": "COLUMNS", "length": count}
    workbook.structural_update([{"appendDimension": columns}], idempotent=False)
