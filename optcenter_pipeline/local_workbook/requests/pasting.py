"""Requests that copy and cut cells from one place to another."""

from __future__ import annotations

from typing import Any

from ..a1 import CellRange
from ..anchored import area_of
from ..cell import Cell
from ..errors import InvalidArgumentError
from ..formulas.calculation import Calculation
from ..formulas.references import Relocation, anchored_formula, moved_formula, relocated_formula
from ..formulas.values import CellError, Computed
from ..sheet import Sheet
from ..spreadsheet import Spreadsheet
from .arguments import grid_range, integer, range_message
from .merges import merges_outside

_TYPES = (
    "PASTE_NORMAL",
    "PASTE_VALUES",
    "PASTE_FORMAT",
    "PASTE_NO_BORDERS",
    "PASTE_FORMULA",
    "PASTE_DATA_VALIDATION",
    "PASTE_CONDITIONAL_FORMATTING",
)
_WITH_MERGES = ("PASTE_NORMAL", "PASTE_FORMAT", "PASTE_NO_BORDERS")
_Copied = tuple[Cell, Computed]


def copy_paste(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Copy a range; into a destination of a multiple of its size as often as fits, else once."""
    sheet, source = grid_range(spreadsheet, body.get("source"), whole=True)
    target_sheet, target = grid_range(spreadsheet, body.get("destination"), whole=True)
    kind = _paste_type(body)
    transposed = (body.get("pasteOrientation") or "NORMAL") == "TRANSPOSE"
    height, width = len(source.rows), len(source.columns)
    if transposed:
        height, width = width, height
    copied = _read(Calculation(spreadsheet), sheet, source)
    merges = _merges(sheet, source)
    for top in _starts(target.rows, height):
        for left in _starts(target.columns, width):
            area = CellRange(top, left, top + height, left + width)
            target_sheet.check_inside(area, whole=True)
            _paste(target_sheet, source, area, copied, kind, transposed=transposed)
            if kind in _WITH_MERGES:
                _paste_merges(target_sheet, source, area, merges, transposed=transposed)


def cut_paste(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Move a range: what formulas elsewhere say about its cells they say about the new place."""
    sheet, source = grid_range(spreadsheet, body.get("source"), whole=True)
    kind = _paste_type(body)
    start = body.get("destination")
    if not isinstance(start, dict):
        raise InvalidArgumentError("destination must be specified.")
    target_sheet = spreadsheet.sheet_by_id(integer(start, "sheetId", 0))
    top, left = integer(start, "rowIndex", 0), integer(start, "columnIndex", 0)
    area = CellRange(top, left, top + len(source.rows), left + len(source.columns))
    target_sheet.check_inside(area, whole=True)
    copied = _read(Calculation(spreadsheet), sheet, source)
    merges = _merges(sheet, source)
    if target_sheet is not sheet:
        for cell, _ in copied.values():
            if cell.formula is not None:
                cell.formula = anchored_formula(cell.formula, sheet.title)
    _clear(sheet, source)
    _paste(target_sheet, source, area, copied, kind, transposed=False, moved=True)
    relocation = Relocation(
        sheet.title, source, target_sheet.title, top - source.start_row, left - source.start_column
    )
    spreadsheet.rewrite_formulas(lambda other, formula: relocated_formula(formula, other.title, relocation))
    sheet.document["merges"] = [merge for merge in sheet.document.get("merges", []) if merge not in merges]
    if not sheet.document["merges"]:
        del sheet.document["merges"]
    if kind in _WITH_MERGES:
        _paste_merges(target_sheet, source, area, merges, transposed=False)


def _paste_type(body: dict[str, Any]) -> str:
    kind = body.get("pasteType") or "PASTE_NORMAL"
    if kind not in _TYPES:
        raise InvalidArgumentError(f"pasteType must be one of {', '.join(_TYPES)}.")
    return str(kind)


def _starts(lines: range, size: int) -> range:
    """Give where copies start: at every multiple of the size if the lines are one, else once."""
    return range(lines.start, lines.stop, size) if len(lines) % size == 0 else range(lines.start, lines.start + 1)


def _read(calculation: Calculation, sheet: Sheet, area: CellRange) -> dict[tuple[int, int], _Copied]:
    """Copy an area's cells with their values, by place within the area."""
    copied: dict[tuple[int, int], _Copied] = {}
    for row, cells in sheet.rows(area.start_row, area.end_row).items():
        for column, cell in cells.items():
            if column in area.columns and not cell.is_blank:
                value = calculation.value(sheet, row, column, cell)
                copied[row - area.start_row, column - area.start_column] = (cell.copy(), value)
    return copied


def _paste(
    sheet: Sheet,
    source: CellRange,
    area: CellRange,
    copied: dict[tuple[int, int], _Copied],
    kind: str,
    *,
    transposed: bool,
    moved: bool = False,
) -> None:
    empty = (Cell(), None)
    for row in area.rows:
        for column in area.columns:
            place = (row - area.start_row, column - area.start_column)
            offset = place[::-1] if transposed else place
            original, value = copied.get((offset[0], offset[1]), empty)
            formula = original.formula
            if formula is not None and not moved:
                rows = row - source.start_row - offset[0]
                formula = moved_formula(formula, rows, column - source.start_column - offset[1])
            _put(sheet, sheet.cell(row, column), original, formula, value, kind)


def _put(sheet: Sheet, cell: Cell, original: Cell, formula: str | None, value: Computed, kind: str) -> None:
    """Write the parts of a cell that a paste type names."""
    if kind in ("PASTE_NORMAL", "PASTE_NO_BORDERS", "PASTE_FORMULA"):
        cell.value, cell.formula = original.value, formula
    elif kind == "PASTE_VALUES":
        cell.value, cell.formula = value.code if isinstance(value, CellError) else value, None
    if kind in ("PASTE_NORMAL", "PASTE_NO_BORDERS"):
        cell.note, cell.validation_key = original.note, original.validation_key
    if kind == "PASTE_DATA_VALIDATION":
        cell.validation_key = original.validation_key
    if kind in ("PASTE_NORMAL", "PASTE_FORMAT"):
        cell.format_key = original.format_key
    elif kind == "PASTE_NO_BORDERS":
        without = {name: part for name, part in sheet.format_of(original).items() if name != "borders"}
        sheet.set_format(cell, without)


def _clear(sheet: Sheet, area: CellRange) -> None:
    for row, cells in sheet.rows(area.start_row, area.end_row).items():
        for column in [column for column in cells if column in area.columns]:
            del cells[column]
            sheet.changed((row,))


def _merges(sheet: Sheet, area: CellRange) -> list[dict[str, Any]]:
    return [merge for merge in sheet.document.get("merges", []) if area.contains(area_of(merge))]


def _paste_merges(
    sheet: Sheet, source: CellRange, area: CellRange, merges: list[dict[str, Any]], *, transposed: bool
) -> None:
    kept = merges_outside(sheet, area, "You can't paste over a part of a merged range.")
    for merge in merges:
        merged = area_of(merge)
        top, left = merged.start_row - source.start_row, merged.start_column - source.start_column
        height, width = len(merged.rows), len(merged.columns)
        if transposed:
            top, left, height, width = left, top, width, height
        row, column = area.start_row + top, area.start_column + left
        kept.append(range_message(sheet, CellRange(row, column, row + height, column + width)))
    sheet.document["merges"] = kept
    if not kept:
        del sheet.document["merges"]
