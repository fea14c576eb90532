"""Makes a spreadsheet of a whole ``Spreadsheet`` message: its sheets, their cells and what is anchored in them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from .colors import with_both_spellings
from .errors import InvalidArgumentError
from .requests import apply_requests
from .requests.arguments import without_defaults
from .spreadsheet import Spreadsheet

_WRITABLE = ("userEnteredValue", "userEnteredFormat", "note", "dataValidation")
# a sheet's list -> the request that adds one of its items, and the item's name in it
_ANCHORED = (
    ("merges", "mergeCells", "range"),
    ("conditionalFormats", "addConditionalFormatRule", "rule"),
    ("protectedRanges", "addProtectedRange", "protectedRange"),
    ("filterViews", "addFilterView", "filter"),
    ("bandedRanges", "addBanding", "bandedRange"),
    ("tables", "addTable", "table"),
    ("charts", "addChart", "chart"),
    ("slicers", "addSlicer", "slicer"),
    ("developerMetadata", "createDeveloperMetadata", "developerMetadata"),
)


def create_whole(connection: sqlite3.Connection, body: dict[str, Any]) -> Spreadsheet:
    """Make a spreadsheet.

    Args:
        connection: in a writing transaction.
        body: the ``Spreadsheet`` message, read.

    Raises:
        InvalidArgumentError: where something of it cannot be made.
    """
    sheets = body.get("sheets") or []
    properties = [_sheet_properties(sheet.get("properties") or {}) for sheet in sheets]
    spreadsheet = Spreadsheet.create(connection, body.get("properties") or {}, properties)
    requests = list(_requests(spreadsheet, body))
    if requests:
        try:
            apply_requests(spreadsheet, requests)
        except InvalidArgumentError as error:
            # the caller sent no requests: the place in a list of them would say nothing
            raise InvalidArgumentError(error.message.partition(": ")[2] or error.message) from error
        spreadsheet.save()
    return spreadsheet


def _sheet_properties(given: dict[str, Any]) -> dict[str, Any]:
    chosen: dict[str, Any] = {name: given[name] for name in ("index", "sheetId") if name in given}
    # no rows or no columns asks for as many as a new sheet has
    grid = {name: value for name, value in (given.get("gridProperties") or {}).items() if value}
    return {**with_both_spellings(without_defaults({**given, "gridProperties": grid})), **chosen}


def _requests(spreadsheet: Spreadsheet, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for sheet, given in zip(spreadsheet.sheets, body.get("sheets") or [], strict=False):
        for data in given.get("data", []):
            place = {"rowIndex": data.get("startRow", 0), "columnIndex": data.get("startColumn", 0)}
            rows = [
                {"values": [{name: part for name, part in cell.items() if name in _WRITABLE} for cell in cells]}
                for cells in (row.get("values", []) for row in data.get("rowData", []))
            ]
            start = {"sheetId": sheet.sheet_id, **place}
            yield {"updateCells": {"start": start, "rows": rows, "fields": ",".join(_WRITABLE)}}
        for name, kind, member in _ANCHORED:
            for item in given.get(name, []):
                yield {kind: {member: item}}
        if "basicFilter" in given:
            yield {"setBasicFilter": {"filter": given["basicFilter"]}}
    for named in body.get("namedRanges", []):
        yield {"addNamedRange": {"namedRange": named}}
    for metadata in body.get("developerMetadata", []):
        yield {"createDeveloperMetadata": {"developerMetadata": metadata}}
