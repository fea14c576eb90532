"""Requests about tables: named ranges with typed columns, whose names stand in the header row."""

from __future__ import annotations

import secrets
from typing import Any

from ..a1 import CellRange
from ..anchored import area_of
from ..cell import Cell
from ..colors import with_both_spellings
from ..errors import InvalidArgumentError
from ..formulas.calculation import Calculation
from ..rendering import formatted
from ..sheet import Sheet
from ..spreadsheet import Spreadsheet
from .arguments import fields, grid_range, range_message
from .identified import Item, add_item, all_items, remove_item

_MEMBERS = ("name", "range", "columnProperties", "rowsProperties")
_FEWEST_ROWS = 1


def add_table(spreadsheet: Spreadsheet, body: dict[str, Any]) -> dict[str, Any]:
    """Make a range a table; replies it with its id and its columns, which are named by their header cells."""
    given = body.get("table") or {}
    sheet, area = grid_range(spreadsheet, given.get("range"))
    identifier = given.get("tableId") or secrets.token_hex(6)
    if any(table["tableId"] == identifier for _, table in all_items(spreadsheet, "tables")):
        raise InvalidArgumentError(f"A table with id {identifier} already exists.")
    _check_place(sheet, area)
    table = {
        "tableId": identifier,
        "name": _checked_name(spreadsheet, given.get("name") or _free_name(spreadsheet)),
        "range": range_message(sheet, area),
        "columnProperties": _columns(spreadsheet, sheet, area, given.get("columnProperties") or [], is_new=True),
        **({"rowsProperties": with_both_spellings(given["rowsProperties"])} if "rowsProperties" in given else {}),
    }
    add_item(sheet, "tables", table)
    return {"table": table}


def update_table(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Change a table's name, place or columns; columns that are left out keep their header's text alone."""
    given = body.get("table") or {}
    sheet, table = find_table(spreadsheet, given.get("tableId") or "")
    mask = fields(body, ("tableId", *_MEMBERS))
    if "name" in mask:
        table["name"] = _checked_name(spreadsheet, given.get("name") or "", but=table)
    if "range" in mask:
        new_sheet, area = grid_range(spreadsheet, given.get("range"))
        remove_item(sheet, "tables", table)
        _check_place(new_sheet, area)
        table["range"] = range_message(new_sheet, area)
        add_item(new_sheet, "tables", table)
        sheet = new_sheet
    area = area_of(table["range"])
    if "columnProperties" in mask:
        given_columns = given.get("columnProperties") or []
        if any(not column.get("columnName") for column in given_columns):
            raise InvalidArgumentError("Table header row cell must have a value.")
        table["columnProperties"] = _columns(spreadsheet, sheet, area, given_columns, is_new=False)
    elif "range" in mask:
        kept = [column for column in table["columnProperties"] if column.get("columnIndex", 0) < len(area.columns)]
        table["columnProperties"] = _columns(spreadsheet, sheet, area, kept, is_new=False)
    if "rowsProperties" in mask:
        table.pop("rowsProperties", None)
        if given.get("rowsProperties"):
            table["rowsProperties"] = with_both_spellings(given["rowsProperties"])


def delete_table(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Delete a table with the cells that are in it."""
    sheet, table = find_table(spreadsheet, body.get("tableId") or "")
    remove_item(sheet, "tables", table)
    area = area_of(table["range"])
    for index, row in sheet.rows(area.start_row, area.closed_end_row).items():
        for column in [column for column in row if column in area.columns]:
            del row[column]
            sheet.changed((index,))


def find_table(spreadsheet: Spreadsheet, identifier: str) -> tuple[Sheet, Item]:
    """Give a table and its sheet.

    Raises:
        InvalidArgumentError: where no table has the id.
    """
    for sheet, table in all_items(spreadsheet, "tables"):
        if table["tableId"] == identifier:
            return sheet, table
    raise InvalidArgumentError(f"No table with id: {identifier}")


def _free_name(spreadsheet: Spreadsheet) -> str:
    names = {table["name"].lower() for _, table in all_items(spreadsheet, "tables")}
    number = 1
    while f"table{number}" in names:
        number += 1
    return f"Table{number}"


def _checked_name(spreadsheet: Spreadsheet, name: str, but: Item | None = None) -> str:
    if not name:
        raise InvalidArgumentError("table.name must be specified.")
    for _, table in all_items(spreadsheet, "tables"):
        if table is not but and table["name"].lower() == name.lower():
            raise InvalidArgumentError(f"A table with the name {name} already exists.")
    return name


def _check_place(sheet: Sheet, area: CellRange) -> None:
    for other in sheet.document.get("tables", []):
        if area_of(other["range"]).overlaps(area):
            raise InvalidArgumentError(f"The range overlaps the table {other['name']}.")


def _columns(
    spreadsheet: Spreadsheet, sheet: Sheet, area: CellRange, given: list[Item], *, is_new: bool
) -> list[Item]:
    """Give a table's columns, one each; names that are given are written into the header's cells."""
    by_index: dict[int, Item] = {}
    for column in given:
        index = column.get("columnIndex", 0)
        if not 0 <= index < len(area.columns) or index in by_index:
            raise InvalidArgumentError(f"Invalid columnIndex: {index}")
        is_dropdown = column.get("columnType") == "DROPDOWN"
        has_condition = bool((column.get("dataValidationRule") or {}).get("condition"))
        if is_dropdown and not has_condition:
            raise InvalidArgumentError("Condition must be set for dropdown column type.")
        if not is_dropdown and column.get("dataValidationRule"):
            raise InvalidArgumentError("Cannot set condition for non-dropdown column type.")
        by_index[index] = column
    calculation = Calculation(spreadsheet)
    columns = []
    nameless = 0
    for index in range(len(area.columns)):
        place = (area.start_row, area.start_column + index)
        column = {**({"columnIndex": index} if index else {}), **by_index.get(index, {})}
        name = column.get("columnName")
        if not name and is_new and "columnType" in column:
            nameless += 1
            name = f"Column {nameless}"
        if name:
            cell = sheet.cell(*place)
            cell.value, cell.formula = name, None
        else:
            cell = sheet.row(place[0]).get(place[1], Cell())
            value = calculation.value(sheet, *place, cell)
            name = formatted(value, sheet.format_of(cell).get("numberFormat"))
        columns.append({**column, "columnName": name or f"Column {index + 1}"})
    return columns
