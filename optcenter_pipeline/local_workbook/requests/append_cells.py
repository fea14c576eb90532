"""The request that adds rows of cells below all that a sheet, or a table, holds."""

from __future__ import annotations

from typing import Any

from ..anchored import area_of
from ..errors import InvalidArgumentError
from ..sheet import Sheet
from ..spreadsheet import Spreadsheet
from .arguments import integer
from .cells import update_cells
from .tables import find_table


def append_cells(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Write rows of ``CellData`` below the last row with data, the grid growing by what they need.

    A table's rows come right below its last one with data, and the table grows by them.
    """
    rows = body.get("rows") or []
    width = max((len(row.get("values") or []) for row in rows), default=0)
    column = 0
    if body.get("tableId"):
        sheet, table = find_table(spreadsheet, body["tableId"])
        area = area_of(table["range"])
        if width > len(area.columns):
            raise InvalidArgumentError(
                f"The table has {len(area.columns)} columns, fewer than the {width} of the rows."
            )
        column = area.start_column
        row = _last_row(sheet, area.columns, area.closed_end_row, first=area.start_row) + 1
        table["range"]["endRowIndex"] = max(area.closed_end_row, row + len(rows))
    else:
        sheet = spreadsheet.sheet_by_id(integer(body, "sheetId", 0))
        row = _last_row(sheet, range(sheet.column_count), sheet.row_count, first=-1) + 1
    sheet.grow_to(row + len(rows), column + width)
    spreadsheet.check_size()
    start = {"sheetId": sheet.sheet_id, "rowIndex": row, "columnIndex": column}
    update_cells(spreadsheet, {"start": start, "rows": rows, "fields": body.get("fields")})


def _last_row(sheet: Sheet, columns: range, end: int, *, first: int) -> int:
    """Give the last row with data in some columns, `first` where none has any."""
    filled = [
        index
        for index, row in sheet.rows(max(first, 0), end).items()
        if any(column in columns and cell.has_content for column, cell in row.items())
    ]
    return max(filled, default=first)
