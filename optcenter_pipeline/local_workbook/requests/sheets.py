"""Requests about whole sheets and the spreadsheet's own properties."""

from __future__ import annotations

from typing import Any

from ..anchored import LinesShifted, area_of, follow
from ..colors import with_both_spellings
from ..errors import InvalidArgumentError
from ..field_mask import copy_fields
from ..formulas.references import Shift, orphaned_formula, renamed_formula
from ..grid_data import sheet_properties
from ..sheet import Sheet
from ..spreadsheet import DEFAULT_PROPERTIES, Spreadsheet, check_grid, check_properties
from .arguments import fields, integer, without_defaults
from .merges import check_frozen

_PROPERTIES = ("title", "index", "gridProperties", "hidden", "tabColor", "tabColorStyle", "rightToLeft")
_SPREADSHEET_PROPERTIES = ("title", "locale", "timeZone", "autoRecalc", "defaultFormat")
_CREATION_PROPERTIES = (*_PROPERTIES, "sheetId", "sheetType")


def add_sheet(spreadsheet: Spreadsheet, body: dict[str, Any]) -> dict[str, Any]:
    """Add a sheet; replies its properties."""
    given = without_defaults(body.get("properties") or {})
    for name in given:
        if name not in _CREATION_PROPERTIES:
            raise InvalidArgumentError(f"Invalid field: {name}")
    for name in ("index", "sheetId"):
        if (body.get("properties") or {}).get(name) is not None:
            given[name] = integer(body["properties"], name)
    sheet = spreadsheet.add_sheet(with_both_spellings(given))
    return {"properties": sheet_properties(spreadsheet, sheet)}


def delete_sheet(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Delete a sheet with its cells."""
    sheet = spreadsheet.sheet_by_id(integer(body, "sheetId", 0), "sheet")
    if len(spreadsheet.sheets) == 1:
        raise InvalidArgumentError("You can't remove all the sheets in a document.")
    spreadsheet.delete_sheet(sheet)
    title = sheet.title
    spreadsheet.rewrite_formulas(lambda _, formula: orphaned_formula(formula, title))
    _check_some_visible(spreadsheet, "You can't remove all the visible sheets in a document.")


def update_sheet_properties(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Change a sheet's title, place, size, freezing, colour or visibility."""
    given = body.get("properties") or {}
    mask = fields(body, (*_PROPERTIES, "sheetId"))
    mask.pop("sheetId", None)
    sheet = spreadsheet.sheet_by_id(integer(given, "sheetId", 0), "sheet")
    if "index" in mask:
        _move(spreadsheet, sheet, integer(given, "index"))
    if "title" in mask:
        if not given.get("title"):
            raise InvalidArgumentError("Sheet name cannot be empty.")
        spreadsheet.check_title_is_free(given["title"], but=sheet)
        old, new = sheet.title, given["title"]
        spreadsheet.rewrite_formulas(lambda _, formula: renamed_formula(formula, old, new))
    _copy_properties(sheet, given, {name: below for name, below in mask.items() if name != "index"})
    _check_some_visible(spreadsheet, "You can't hide all the sheets in a document.")
    spreadsheet.check_size()


def _copy_properties(sheet: Sheet, given: dict[str, Any], mask: dict[str, Any]) -> None:
    properties = sheet.document["properties"]
    before = (sheet.row_count, sheet.column_count)
    if "gridProperties" in mask and not mask["gridProperties"]:
        # a whole-object mask leaves the size alone where none is given
        size = {"rowCount": sheet.row_count, "columnCount": sheet.column_count}
        given = {**given, "gridProperties": {**size, **(given.get("gridProperties") or {})}}
    copy_fields(properties, with_both_spellings(given), _with_twins(mask))
    grid = properties.get("gridProperties") or {}
    check_grid(grid)
    properties["gridProperties"] = {name: value for name, value in grid.items() if value}
    sheet.document["properties"] = without_defaults(properties)
    if "gridProperties" in mask:
        for dimension, old, new in (
            ("ROWS", before[0], sheet.row_count),
            ("COLUMNS", before[1], sheet.column_count),
        ):
            if new < old:
                follow(sheet.document, LinesShifted(Shift(dimension, new, old - new, inserted=False)))
        _cut_cells_outside(sheet)
        for merge in sheet.document.get("merges", []):
            check_frozen(sheet, area_of(merge), "You can't freeze {} which contain only part of a merged cell.")


def _with_twins(mask: dict[str, Any]) -> dict[str, Any]:
    """Name both spellings of the tab's colour where one is named."""
    twins = {"tabColor", "tabColorStyle"} if mask.keys() & {"tabColor", "tabColorStyle"} else set()
    return {**mask, **{name: {} for name in twins}}


def _cut_cells_outside(sheet: Sheet) -> None:
    sheet.delete_rows(sheet.row_count)
    for index, row in sheet.rows().items():
        for column in [column for column in row if column >= sheet.column_count]:
            del row[column]
            sheet.changed((index,))


def _move(spreadsheet: Spreadsheet, sheet: Sheet, index: int) -> None:
    """Put a sheet before the one that now stands at an index, which is how the API counts."""
    if index > len(spreadsheet.sheets):
        raise InvalidArgumentError(f"The index {index} is out of range.")
    current = spreadsheet.sheets.index(sheet)
    spreadsheet.sheets.remove(sheet)
    spreadsheet.sheets.insert(index - 1 if index > current else index, sheet)


def _check_some_visible(spreadsheet: Spreadsheet, message: str) -> None:
    if all(sheet.document["properties"].get("hidden") for sheet in spreadsheet.sheets):
        raise InvalidArgumentError(message)


def update_spreadsheet_properties(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Change the spreadsheet's title, locale or time zone (values are read and shown as in en_US all the same)."""
    mask = fields(body, _SPREADSHEET_PROPERTIES)
    given = body.get("properties") or {}
    if "title" in mask and not given.get("title"):
        raise InvalidArgumentError("Title cannot be empty.")
    copy_fields(spreadsheet.properties, given, mask)
    for name, value in DEFAULT_PROPERTIES.items():
        spreadsheet.properties.setdefault(name, value)
    check_properties(spreadsheet.properties)
