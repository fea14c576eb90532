"""A spreadsheet as an Excel workbook: values, formulas, notes, number formats, frozen panes, merges."""

from __future__ import annotations

import io
import re
from typing import Any

from ..anchored import area_of
from ..cell import Cell
from ..formulas.calculation import Calculation
from ..formulas.values import CellError, Computed
from ..sheet import Sheet
from ..spreadsheet import Spreadsheet

_MAX_TITLE = 31


def export(spreadsheet: Spreadsheet) -> bytes:
    """Write an ``.xlsx`` file; a text stays a text, whatever it begins with."""
    # whoever never exports need not load it
    import xlsxwriter  # noqa: PLC0415

    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    calculation = Calculation(spreadsheet)
    with xlsxwriter.Workbook(buffer, options) as book:
        titles: set[str] = set()
        formats: dict[str, Any] = {}
        for sheet in spreadsheet.sheets:
            _write_sheet(book, book.add_worksheet(_title(sheet.title, titles)), calculation, sheet, formats)
    return buffer.getvalue()


def _title(title: str, taken: set[str]) -> str:
    """Give a title that Excel takes: at most 31 characters, without ``[]:*?/\\``, no other sheet's."""
    base = re.sub(r"[\[\]:*?/\\]", "_", title).strip("'")[:_MAX_TITLE] or "Sheet"
    name, number = base, 1
    while name.lower() in taken:
        number += 1
        name = f"{base[: _MAX_TITLE - 1 - len(str(number))]} {number}"
    taken.add(name.lower())
    return name


def _write_sheet(book: Any, page: Any, calculation: Calculation, sheet: Sheet, formats: dict[str, Any]) -> None:
    for row, cells in sheet.rows().items():
        for column, cell in cells.items():
            cell_format = _format(book, sheet, cell, formats)
            if cell.has_content:
                _write_cell(page, row, column, cell, calculation.value(sheet, row, column, cell), cell_format)
            elif cell_format is not None:
                page.write_blank(row, column, None, cell_format)
            if cell.note:
                page.write_comment(row, column, cell.note)
    for merge in sheet.document.get("merges", []):
        _merge(page, calculation, sheet, merge)
    grid = sheet.document["properties"]["gridProperties"]
    if grid.get("frozenRowCount") or grid.get("frozenColumnCount"):
        page.freeze_panes(grid.get("frozenRowCount", 0), grid.get("frozenColumnCount", 0))
    if sheet.document["properties"].get("hidden"):
        page.hide()


def _write_cell(page: Any, row: int, column: int, cell: Cell, value: Computed, cell_format: Any) -> None:
    shown = value.code if isinstance(value, CellError) else value
    if cell.formula is not None:
        page.write_formula(row, column, cell.formula, cell_format, "" if shown is None else shown)
    elif isinstance(shown, bool):
        page.write_boolean(row, column, shown, cell_format)
    elif isinstance(shown, float):
        page.write_number(row, column, shown, cell_format)
    else:
        page.write_string(row, column, shown or "", cell_format)


def _merge(page: Any, calculation: Calculation, sheet: Sheet, merge: dict[str, Any]) -> None:
    area = area_of(merge)
    page.merge_range(area.start_row, area.start_column, area.closed_end_row - 1, area.closed_end_column - 1, "")
    cell = sheet.row(area.start_row).get(area.start_column)
    if cell is not None and cell.has_content:
        value = calculation.value(sheet, area.start_row, area.start_column, cell)
        _write_cell(page, area.start_row, area.start_column, cell, value, None)


def _format(book: Any, sheet: Sheet, cell: Cell, formats: dict[str, Any]) -> Any:
    """Give the file's format for a cell's, None for a plain cell."""
    if cell.format_key is None:
        return None
    if cell.format_key not in formats:
        own = sheet.format_of(cell)
        text = own.get("textFormat") or {}
        wanted: dict[str, Any] = {name: True for name in ("bold", "italic") if text.get(name)}
        pattern = (own.get("numberFormat") or {}).get("pattern")
        if pattern:
            wanted["num_format"] = pattern
        if own.get("backgroundColor"):
            wanted["bg_color"] = _color(own["backgroundColor"])
        formats[cell.format_key] = book.add_format(wanted)
    return formats[cell.format_key]


def _color(color: dict[str, Any]) -> str:
    return "#" + "".join(f"{round(255 * float(color.get(part) or 0)):02X}" for part in ("red", "green", "blue"))
