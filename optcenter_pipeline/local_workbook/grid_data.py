"""Writes a spreadsheet as the API's ``Spreadsheet`` resource, with or without its cells."""

from __future__ import annotations

from typing import Any

from .a1 import CellRange
from .cell import Cell, Row
from .default_format import DEFAULT_FORMAT, THEME, effective_format
from .developer_metadata import Location, all_metadata, line_location
from .field_mask import Mask, covers
from .formulas.calculation import Calculation
from .formulas.values import CellError, Computed
from .links import link_of, linked
from .rendering import formatted, json_number
from .sheet import Sheet
from .spreadsheet import Spreadsheet

Areas = dict[int, list[CellRange]]
"""Which areas of which sheets, by the sheets' ids."""
MetadataByLocation = dict[Location, list[dict[str, Any]]]
"""The developer metadata of each place that has some."""

_DEFAULT_PIXELS = {"rows": 21, "columns": 100}
# what a sheet's document holds under the API's own names
_ANCHORED = (
    "merges",
    "conditionalFormats",
    "filterViews",
    "protectedRanges",
    "basicFilter",
    "charts",
    "bandedRanges",
    "rowGroups",
    "columnGroups",
    "slicers",
    "tables",
)


def sheet_properties(spreadsheet: Spreadsheet, sheet: Sheet) -> dict[str, Any]:
    """Give a sheet's ``SheetProperties`` with its id and index, zeros of these two included."""
    properties = dict(sheet.document["properties"])
    head = {"sheetId": sheet.sheet_id, "title": properties.pop("title")}
    return {**head, "index": spreadsheet.sheets.index(sheet), **properties}


def spreadsheet_resource(
    spreadsheet: Spreadsheet,
    calculation: Calculation,
    *,
    url: str,
    wanted: Areas | None = None,
    with_grid_data: bool = False,
    mask: Mask | None = None,
) -> dict[str, Any]:
    """Build the ``Spreadsheet`` resource; the caller applies `mask_of_rest`.

    Args:
        spreadsheet: what is described.
        calculation: gives formulas their values.
        url: the ``spreadsheetUrl``.
        wanted: by the sheets' ids, which areas; only these sheets are described, and only these cells.
            None means everything.
        with_grid_data: the request's ``includeGridData``; a mask that names ``sheets.data`` overrides it.
        mask: the answer's; of cells, which are many, nothing is built that it does not select.
    """
    with_grid_data = covers(mask, "sheets", "data") if mask else with_grid_data
    look = {"defaultFormat": DEFAULT_FORMAT, "spreadsheetTheme": THEME}
    properties = {**look, **spreadsheet.properties}
    parts = _Parts(mask or {}, properties["defaultFormat"])
    metadata: MetadataByLocation = {}
    for entry in all_metadata(spreadsheet):
        metadata.setdefault(entry.location, []).append(entry.resource())
    sheets = []
    for sheet in spreadsheet.sheets:
        if wanted is None or sheet.sheet_id in wanted:
            resource: dict[str, Any] = {"properties": sheet_properties(spreadsheet, sheet)}
            if with_grid_data:
                whole = CellRange().clipped(sheet.row_count, sheet.column_count)
                areas = [whole] if wanted is None else wanted[sheet.sheet_id]
                resource["data"] = [grid_data(calculation, sheet, area, metadata, parts) for area in areas]
            resource.update({name: sheet.document[name] for name in _ANCHORED if sheet.document.get(name)})
            if "tables" in resource:
                resource["tables"] = [_table(calculation, sheet, table) for table in resource["tables"]]
            sheets.append({**resource, **_metadata(metadata, Location("SHEET", sheet))})
    resource = {"spreadsheetId": spreadsheet.id, "properties": properties, "sheets": sheets}
    named = [named_range for sheet in spreadsheet.sheets for named_range in sheet.document.get("namedRanges", [])]
    if named:
        resource["namedRanges"] = named
    return {**resource, "spreadsheetUrl": url, **_metadata(metadata, Location("SPREADSHEET"))}


def _table(calculation: Calculation, sheet: Sheet, table: dict[str, Any]) -> dict[str, Any]:
    """Give a table, its columns named by what their header cells show now."""
    top, left = table["range"]["startRowIndex"], table["range"]["startColumnIndex"]
    row = sheet.row(top)
    columns = []
    for index, column in enumerate(table["columnProperties"]):
        cell = row.get(left + index, Cell())
        value = calculation.value(sheet, top, left + index, cell)
        shown = formatted(value, sheet.format_of(cell).get("numberFormat"))
        columns.append({**column, "columnName": shown or column["columnName"]})
    return {**table, "columnProperties": columns}


def _metadata(metadata: MetadataByLocation, location: Location) -> dict[str, Any]:
    return {"developerMetadata": metadata[location]} if location in metadata else {}


def mask_of_rest(mask: Mask) -> Mask:
    """Give what is left of a mask to apply to a ``Spreadsheet`` resource: whole parts of cells are cut already."""
    *above, last = ("sheets", "data", "rowData", "values")
    if last not in (row := _below(mask, above)) or any(row[last].values()):
        return mask
    rest: Mask = {**row, last: {}}
    for depth in reversed(range(len(above))):
        rest = {**_below(mask, above[:depth]), above[depth]: rest}
    return rest


def _below(mask: Mask, path: list[str]) -> Mask:
    for name in path:
        mask = mask.get(name) or {}
    return mask


class _Parts:
    """Which costly parts of a ``GridData`` a mask selects; a sheet has tens of thousands of cells.

    Args:
        mask: of the whole answer.
        default_format: the spreadsheet's.
    """

    def __init__(self, mask: Mask, default_format: dict[str, Any]) -> None:
        def of_cell(name: str) -> bool:
            return covers(mask, "sheets", "data", "rowData", "values", name)

        lines = {"rows": "rowMetadata", "columns": "columnMetadata"}
        self.lines = {name: member for name, member in lines.items() if covers(mask, "sheets", "data", member)}
        self.entered, self.effective = of_cell("userEnteredValue"), of_cell("effectiveValue")
        self.text, self.link = of_cell("formattedValue"), of_cell("hyperlink")
        self.format, self.rule, self.note = of_cell("userEnteredFormat"), of_cell("dataValidation"), of_cell("note")
        self.default_format = default_format if of_cell("effectiveFormat") else None


def grid_data(
    calculation: Calculation, sheet: Sheet, area: CellRange, metadata: MetadataByLocation, parts: _Parts
) -> dict[str, Any]:
    """Build a ``GridData``: rows and cells up to the last one that holds anything, and the dimensions' sizes."""
    data: dict[str, Any] = {}
    if area.start_row:
        data["startRow"] = area.start_row
    if area.start_column:
        data["startColumn"] = area.start_column
    rows: list[dict[str, Any]] = []
    for index, row in sheet.rows(area.start_row, area.closed_end_row).items():
        values = _row_values(calculation, sheet, index, row, area, parts)
        if values:
            rows.extend({} for _ in range(index - area.start_row - len(rows)))
            rows.append({"values": values})
    if rows:
        data["rowData"] = rows
    for name, member in parts.lines.items():
        own = sheet.document.get(name) or {}
        data[member] = [
            {
                "pixelSize": _DEFAULT_PIXELS[name],
                **own.get(str(index), {}),
                **(_metadata(metadata, line_location(sheet, name.upper(), index)) if metadata else {}),
            }
            for index in (area.rows if name == "rows" else area.columns)
        ]
    return data


def _row_values(
    calculation: Calculation, sheet: Sheet, index: int, row: Row, area: CellRange, parts: _Parts
) -> list[dict[str, Any]]:
    values: list[dict[str, Any]] = []
    start, end = area.start_column, area.closed_end_column
    for column in sorted(row):
        cell = row[column]
        if start <= column < end and not cell.is_blank:
            while len(values) < column - start:
                values.append({})
            value = cell.value if cell.formula is None else calculation.value(sheet, index, column, cell)
            values.append(_cell_data(sheet, cell, value, parts))
    return values


def _cell_data(sheet: Sheet, cell: Cell, value: Computed, parts: _Parts) -> dict[str, Any]:
    data: dict[str, Any] = {}
    cell_format = sheet.format_of(cell) if cell.format_key else {}
    if cell.has_content:
        shown = extended_value(value)
        if parts.entered:
            data["userEnteredValue"] = shown if cell.formula is None else {"formulaValue": cell.formula}
        if value not in (None, ""):
            if parts.effective:
                data["effectiveValue"] = shown
            if parts.text:
                data["formattedValue"] = formatted(value, cell_format.get("numberFormat"))
    if parts.format and cell_format:
        data["userEnteredFormat"] = cell_format
    link = link_of(cell_format, cell, value) if parts.link or parts.default_format else None
    if link is not None:
        data["hyperlink"] = link
    if parts.default_format is not None and (cell.has_content or cell_format):
        effective = effective_format(parts.default_format, cell_format, value)
        data["effectiveFormat"] = effective if link is None else linked(effective, cell_format, link)
    rule = sheet.validation_of(cell) if parts.rule and cell.validation_key else None
    if rule:
        data["dataValidation"] = rule
    if parts.note and cell.note:
        data["note"] = cell.note
    return data


def extended_value(value: Computed) -> dict[str, Any]:
    """Write a computed value as the API's ``ExtendedValue``."""
    if isinstance(value, str):
        return {"stringValue": value}
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, float):
        return {"numberValue": json_number(value)}
    if isinstance(value, CellError):
        return {"errorValue": {"type": value.kind, "message": value.code}}
    return {"stringValue": ""}
