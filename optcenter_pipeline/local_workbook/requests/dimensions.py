"""Requests about rows and columns: add, insert, delete, size, hide."""

from __future__ import annotations

from typing import Any

from ..anchored import LinesShifted
from ..cell import Cell
from ..errors import InvalidArgumentError
from ..field_mask import copy_fields
from ..formulas.references import Shift
from ..sheet import Sheet
from ..spreadsheet import Spreadsheet
from .arguments import fields, integer
from .movements import follow_in

_DIMENSIONS = {"ROWS": "rows", "COLUMNS": "columns"}
_FROZEN = {"ROWS": "frozenRowCount", "COLUMNS": "frozenColumnCount"}


def append_dimension(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Add empty rows or columns at the end of a sheet."""
    sheet = spreadsheet.sheet_by_id(integer(body, "sheetId", 0))
    length = integer(body, "length", 0)
    if length < 1:
        raise InvalidArgumentError("length must be greater than 0.")
    _resize(sheet, _dimension(body), length)
    spreadsheet.check_size()


def insert_dimension(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Insert empty rows or columns, formatted like the line before or after them."""
    sheet, shift = _span(spreadsheet, body, 1)
    inherit = bool(body.get("inheritFromBefore"))
    if inherit and shift.start == 0:
        raise InvalidArgumentError("inheritFromBefore cannot be true when inserting at the beginning.")
    length = _length(sheet, shift.dimension)
    if shift.start >= length and not inherit:
        raise InvalidArgumentError(
            f"range.startIndex must be less than the grid size ({length}) if inheritFromBefore is false."
        )
    if shift.start > length:
        raise InvalidArgumentError(f"range.startIndex[{shift.start}] is after the last index of the grid.")
    _resize(sheet, shift.dimension, shift.count)
    spreadsheet.check_size()
    _shift_everything(spreadsheet, sheet, shift)
    model = shift.start - 1 if inherit else shift.start + shift.count
    if shift.dimension == "ROWS":
        for column, cell in list(sheet.row(model).items()) if model < sheet.row_count else ():
            for row in range(shift.start, shift.start + shift.count):
                _inherit(sheet.cell(row, column), cell)
    else:
        for row, cells in sheet.rows().items():
            if model in cells:
                for column in range(shift.start, shift.start + shift.count):
                    _inherit(sheet.cell(row, column), cells[model])


def _inherit(cell: Cell, model: Cell) -> None:
    cell.format_key, cell.validation_key = model.format_key, model.validation_key


def delete_dimension(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Delete rows or columns with their cells; what stands after them moves up."""
    sheet, shift = _span(spreadsheet, body, -1)
    length = _length(sheet, shift.dimension)
    if shift.start + shift.count > length:
        raise InvalidArgumentError(
            f"Cannot delete a {_DIMENSIONS[shift.dimension][:-1]} that doesn't exist. "
            f"Tried to delete {_DIMENSIONS[shift.dimension][:-1]} index {shift.start + shift.count - 1} "
            f"but there are only {length} {_DIMENSIONS[shift.dimension]}."
        )
    if shift.count == length:
        raise InvalidArgumentError(f"You can't delete all the {_DIMENSIONS[shift.dimension]} on the sheet.")
    frozen_left = _frozen_left(sheet, shift)
    if frozen_left == length - shift.count:
        words = _DIMENSIONS[shift.dimension]
        raise InvalidArgumentError(f"Sorry, it is not possible to delete all non-frozen {words}.")
    _shift_everything(spreadsheet, sheet, shift)
    _resize(sheet, shift.dimension, -shift.count)
    if frozen_left:
        sheet.document["properties"]["gridProperties"][_FROZEN[shift.dimension]] = frozen_left
    else:
        sheet.document["properties"]["gridProperties"].pop(_FROZEN[shift.dimension], None)


def _frozen_left(sheet: Sheet, shift: Shift) -> int:
    """Count the frozen lines that a deletion leaves."""
    frozen: int = sheet.document["properties"]["gridProperties"].get(_FROZEN[shift.dimension], 0)
    return frozen - max(0, min(frozen, shift.start + shift.count) - shift.start)


def update_dimension_properties(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Set the pixel size of rows or columns, or hide them."""
    sheet, span = dimension_span(spreadsheet, body.get("range"))
    mask = fields(body, ("pixelSize", "hiddenByUser"))
    given = body.get("properties") or {}
    for index in range(span.start, span.start + span.count):
        properties = line_properties(sheet, span.dimension, index)
        copy_fields(properties, {name: value for name, value in given.items() if value}, mask)
        if not properties:
            del sheet.document[_DIMENSIONS[span.dimension]][str(index)]


def dimension_span(spreadsheet: Spreadsheet, span: Any) -> tuple[Sheet, Shift]:
    """Resolve a ``DimensionRange`` of lines that exist; a missing end is the grid's.

    Raises:
        InvalidArgumentError: for an unknown sheet, and a span that is empty or ends outside of the grid.
    """
    sheet, shift = _span(spreadsheet, {"range": span}, 1, default_end=True)
    if shift.start + shift.count > _length(sheet, shift.dimension):
        raise InvalidArgumentError(f"range.endIndex[{shift.start + shift.count}] is outside of the grid.")
    return sheet, shift


def line_properties(sheet: Sheet, dimension: str, index: int) -> dict[str, Any]:
    """Give the properties of a row or column that are not a new sheet's, to be changed."""
    own: dict[str, Any] = sheet.document.setdefault(_DIMENSIONS[dimension], {})
    properties: dict[str, Any] = own.setdefault(str(index), {})
    return properties


def _dimension(body: dict[str, Any]) -> str:
    dimension = body.get("dimension")
    if dimension not in _DIMENSIONS:
        raise InvalidArgumentError("dimension must be specified.")
    return str(dimension)


def _span(
    spreadsheet: Spreadsheet, body: dict[str, Any], sign: int, *, default_end: bool = False
) -> tuple[Sheet, Shift]:
    """Resolve a ``DimensionRange``."""
    span = body.get("range")
    if not isinstance(span, dict):
        raise InvalidArgumentError("range must be specified.")
    sheet = spreadsheet.sheet_by_id(integer(span, "sheetId", 0))
    dimension = _dimension(span)
    default = _length(sheet, dimension) if default_end or sign < 0 else None
    start, end = integer(span, "startIndex", 0), integer(span, "endIndex", default)
    if end <= start:
        raise InvalidArgumentError(f"range.endIndex[{end}] must be after range.startIndex[{start}]")
    return sheet, Shift(dimension, start, end - start, inserted=sign > 0)


def _length(sheet: Sheet, dimension: str) -> int:
    return sheet.row_count if dimension == "ROWS" else sheet.column_count


def _resize(sheet: Sheet, dimension: str, change: int) -> None:
    rows, columns = (change, 0) if dimension == "ROWS" else (0, change)
    sheet.set_size(sheet.row_count + rows, sheet.column_count + columns)


def _shift_everything(spreadsheet: Spreadsheet, sheet: Sheet, shift: Shift) -> None:
    """Move cells, and whatever points at places of the sheet."""
    if shift.dimension == "ROWS":
        if shift.inserted:
            sheet.move_rows(shift.start, shift.count)
        else:
            sheet.delete_rows(shift.start, shift.start + shift.count)
            sheet.move_rows(shift.start + shift.count, -shift.count)
    else:
        sheet.replace_rows(
            {
                row: {
                    moved: cell
                    for column, cell in cells.items()
                    if (moved := shift.moved_index(column)) is not None
                }
                for row, cells in sheet.rows().items()
            }
        )
    follow_in(spreadsheet, sheet, LinesShifted(shift))
