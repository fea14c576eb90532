"""Requests that write cells: values, notes, formats and validation by field mask."""

from __future__ import annotations

from typing import Any

from ..a1 import CellRange
from ..cell import Cell, check_length
from ..colors import with_both_spellings
from ..errors import InvalidArgumentError
from ..field_mask import Mask, copy_fields
from ..formulas.references import moved_formula
from ..sheet import Sheet
from ..spreadsheet import Spreadsheet
from .arguments import fields, grid_range, integer, without_defaults
from .conditions import check_condition

_CELL_FIELDS = ("userEnteredValue", "userEnteredFormat", "note", "dataValidation")


def update_cells(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Write rows of ``CellData`` at a start or into a range; what the range has no data for is cleared."""
    mask = fields(body, _CELL_FIELDS)
    rows = body.get("rows") or []
    width = max((len(row.get("values") or []) for row in rows), default=0)
    if body.get("start") is not None:
        start = body["start"]
        sheet = spreadsheet.sheet_by_id(integer(start, "sheetId", 0))
        top, left = integer(start, "rowIndex", 0), integer(start, "columnIndex", 0)
        area = sheet.check_inside(CellRange(top, left, top + len(rows), left + width), whole=True)
    else:
        sheet, area = grid_range(spreadsheet, body.get("range"), whole=True)
        _check_data_fits(area, len(rows), width)
    sheet.prepare(area)
    for row in area.rows:
        offset = row - area.start_row
        values = (rows[offset].get("values") or []) if offset < len(rows) else []
        if body.get("start") is not None:
            columns = range(area.start_column, area.start_column + len(values))
        else:
            columns = area.columns
        for column in columns:
            offset = column - area.start_column
            data = (values[offset] or {}) if offset < len(values) else {}
            _write(sheet, sheet.cell(row, column), data, mask)


def _check_data_fits(area: CellRange, height: int, width: int) -> None:
    for word, first, last, size in (
        ("row", area.start_row, area.closed_end_row, height),
        ("column", area.start_column, area.closed_end_column, width),
    ):
        if first + size > last:
            raise InvalidArgumentError(
                f"Attempting to write {word}: {last}, beyond the last requested {word} of: {last - 1}"
            )


def repeat_cell(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Write one ``CellData`` into every cell of a range; a formula's relative references move along."""
    mask = fields(body, _CELL_FIELDS)
    sheet, area = grid_range(spreadsheet, body.get("range"), whole=True)
    data = body.get("cell") or {}
    entered = Cell()
    _write(sheet, entered, data, {name: below for name, below in mask.items() if name == "userEnteredValue"})
    rest = {name: below for name, below in mask.items() if name != "userEnteredValue"}
    sheet.prepare(area)
    for row in area.rows:
        for column in area.columns:
            cell = sheet.cell(row, column)
            if len(rest) < len(mask):
                cell.value, cell.formula = entered.value, entered.formula
                if entered.formula is not None:
                    cell.formula = moved_formula(entered.formula, row - area.start_row, column - area.start_column)
            if rest:
                _write(sheet, cell, data, rest)


def _write(sheet: Sheet, cell: Cell, data: dict[str, Any], mask: Mask) -> None:
    if "userEnteredValue" in mask:
        _enter(cell, data.get("userEnteredValue") or {})
    if "note" in mask:
        cell.note = data.get("note") or None
    if "dataValidation" in mask:
        rule = data.get("dataValidation")
        if rule:
            if not (rule.get("condition") or {}).get("type"):
                raise InvalidArgumentError("dataValidation.condition must be specified.")
            check_condition(rule["condition"])
        sheet.set_validation(cell, without_defaults(rule))
    if "userEnteredFormat" in mask:
        given = with_both_spellings(data.get("userEnteredFormat") or {})
        current = {} if not mask["userEnteredFormat"] else sheet.format_of(cell)
        wanted = mask["userEnteredFormat"] or {name: {} for name in given}
        copy_fields(current, given, _with_color_styles(wanted))
        sheet.set_format(cell, current)


def _with_color_styles(mask: Mask) -> Mask:
    """Name both spellings of each colour that a mask names."""
    completed: Mask = {}
    for name, below in mask.items():
        completed[name] = _with_color_styles(below)
        if name.endswith("Color"):
            completed[f"{name}Style"] = {}
        elif name.endswith("ColorStyle"):
            completed[name.removesuffix("Style")] = {}
    return completed


def _enter(cell: Cell, value: Any) -> None:
    """Put an ``ExtendedValue`` into a cell, an empty one clears it."""
    if not isinstance(value, dict):
        raise InvalidArgumentError("userEnteredValue must be an object.")
    cell.clear_content()
    text, formula = value.get("stringValue"), value.get("formulaValue")
    if isinstance(text, str):
        cell.value = check_length(text) or None
    elif isinstance(formula, str):
        if not formula.startswith("="):
            raise InvalidArgumentError(f"Formula must start with '=': {formula}")
        cell.formula = check_length(formula)
    elif isinstance(flag := value.get("boolValue"), bool):
        cell.value = flag
    elif isinstance(number := value.get("numberValue"), int | float):
        cell.value = float(number)
    elif value:
        raise InvalidArgumentError(f"Invalid userEnteredValue: {next(iter(value))}")
