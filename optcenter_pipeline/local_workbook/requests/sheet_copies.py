"""Copies of whole sheets: within their spreadsheet, or into another."""

from __future__ import annotations

import copy
import secrets
import sqlite3
from typing import Any

from ..errors import InvalidArgumentError
from ..grid_data import sheet_properties
from ..sheet import Sheet
from ..spreadsheet import MAX_TITLE_CHARACTERS, Spreadsheet
from .arguments import integer

_ROOM = MAX_TITLE_CHARACTERS - len("Copy of  999")
_IDENTIFIERS = (
    ("protectedRanges", "protectedRangeId"),
    ("filterViews", "filterViewId"),
    ("bandedRanges", "bandedRangeId"),
    ("charts", "chartId"),
    ("slicers", "slicerId"),
    ("developerMetadata", "metadataId"),
)


def duplicate_sheet(spreadsheet: Spreadsheet, body: dict[str, Any]) -> dict[str, Any]:
    """Copy a sheet with all that is on it; replies the copy's properties."""
    source = spreadsheet.sheet_by_id(integer(body, "sourceSheetId", 0), "sheet")
    index = integer(body, "insertSheetIndex", 0)
    if index > len(spreadsheet.sheets):
        raise InvalidArgumentError(f"The index {index} is out of range.")
    wanted: dict[str, Any] = {"title": body.get("newSheetName") or copy_title(spreadsheet, source.title)}
    if body.get("newSheetId") is not None:
        wanted["sheetId"] = integer(body, "newSheetId")
    made = copy_sheet(source, spreadsheet, {**wanted, "index": index})
    return {"properties": sheet_properties(spreadsheet, made)}


def copy_title(spreadsheet: Spreadsheet, title: str) -> str:
    """Give the title of a copy: ``Copy of …``, with a number where that is taken."""
    wanted = f"Copy of {title[:_ROOM]}"
    number = 1
    while spreadsheet.sheet_by_title(wanted if number == 1 else f"{wanted} {number}") is not None:
        number += 1
    return wanted if number == 1 else f"{wanted} {number}"


def copy_sheet(source: Sheet, into: Spreadsheet, wanted: dict[str, Any]) -> Sheet:
    """Copy a sheet, its cells and what is anchored in its grid; named ranges keep to the original.

    Args:
        source: the sheet.
        into: the spreadsheet that gets the copy.
        wanted: the copy's ``title``, and its ``index`` and ``sheetId`` if they matter.
    """
    properties = {name: value for name, value in source.document["properties"].items() if name != "title"}
    made = into.add_sheet({**copy.deepcopy(properties), **wanted})
    for name, value in source.document.items():
        if name not in ("properties", "namedRanges"):
            made.document[name] = _on_sheet(copy.deepcopy(value), made.sheet_id)
    taken = {item[member] for sheet in into.sheets if sheet is not made for item, member in _identified(sheet)}
    for item, member in _identified(made):
        while item[member] in taken:
            item[member] = secrets.randbelow(2**31 - 1) + 1
        taken.add(item[member])
    made.copy_rows(source)
    return made


def copy_spreadsheet(
    connection: sqlite3.Connection, source: Spreadsheet, properties: dict[str, Any]
) -> Spreadsheet:
    """Make a spreadsheet of the same sheets, every identifier but the spreadsheet's own kept."""
    sheets = [{**copy.deepcopy(sheet.document["properties"]), "sheetId": sheet.sheet_id} for sheet in source.sheets]
    made = Spreadsheet.create(connection, properties, sheets)
    for sheet, original in zip(made.sheets, source.sheets, strict=True):
        sheet.document = copy.deepcopy(original.document)
        sheet.copy_rows(original)
    made.developer_metadata = copy.deepcopy(source.developer_metadata)
    made.save()
    return made


def _identified(sheet: Sheet) -> list[tuple[dict[str, Any], str]]:
    return [(item, member) for name, member in _IDENTIFIERS for item in sheet.document.get(name, [])]


def _on_sheet(value: Any, sheet_id: int) -> Any:
    """Point every range in a part of a document at another sheet."""
    if isinstance(value, list):
        return [_on_sheet(item, sheet_id) for item in value]
    if not isinstance(value, dict):
        return value
    moved = {name: _on_sheet(part, sheet_id) for name, part in value.items() if name != "sheetId"}
    is_place = value.keys() & {"sheetId", "startRowIndex", "endRowIndex", "startColumnIndex", "rowIndex"}
    is_span = "dimension" in value
    return {"sheetId": sheet_id, **moved} if sheet_id and (is_place or is_span) else moved
