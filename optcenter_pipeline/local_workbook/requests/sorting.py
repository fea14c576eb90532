"""The request that sorts the rows of a range."""

from __future__ import annotations

from typing import Any

from ..cell import Cell
from ..errors import InvalidArgumentError
from ..formulas.calculation import Calculation
from ..formulas.operators import sort_key
from ..formulas.values import CellError, Computed
from ..spreadsheet import Spreadsheet
from .arguments import grid_range, integer
from .arrangement import arrange_rows


def sort_range(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Sort a range's rows by columns; cells move whole, with notes, formats and validation, blanks go last.

    A column is named by ``dimensionIndex``, its index in the sheet. A formula that moves keeps pointing at its
    own row.
    """
    sheet, area = grid_range(spreadsheet, body.get("range"))
    specs = body.get("sortSpecs") or []
    if not specs:
        raise InvalidArgumentError("No sortSpecs specified.")
    calculation = Calculation(spreadsheet)
    order = list(area.rows)
    sheet.rows(area.start_row, area.end_row)  # in one read what the loop below would fetch row by row
    for spec in reversed(specs):
        column = integer(spec, "dimensionIndex", 0)
        if column not in area.columns:
            raise InvalidArgumentError(f"sortSpecs.dimensionIndex {column} is outside of the range.")
        values = {row: calculation.value(sheet, row, column, sheet.row(row).get(column, Cell())) for row in order}
        filled = [row for row in order if values[row] not in (None, "")]
        blank = [row for row in order if values[row] in (None, "")]
        descending = spec.get("sortOrder") == "DESCENDING"
        filled.sort(key=lambda row, values=values: _order(values[row]), reverse=descending)  # type: ignore[misc]
        order = filled + blank
    arrange_rows(sheet, area, order)


def _order(value: Computed) -> tuple[int, Any]:
    """Order as a sheet does, errors last of all."""
    return (3, value.code) if isinstance(value, CellError) else sort_key(value)
