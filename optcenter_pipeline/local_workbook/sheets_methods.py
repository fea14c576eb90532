"""The methods of ``/v4/spreadsheets``: each takes a connection in a transaction and a call, and gives an answer."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

from .call import Call
from .creation import create_whole
from .errors import InvalidArgumentError
from .field_mask import Mask, select
from .formulas.calculation import Calculation
from .grid_data import Areas, mask_of_rest, sheet_properties, spreadsheet_resource
from .requests import apply_requests
from .requests.sheet_copies import copy_sheet, copy_title
from .spreadsheet import Spreadsheet

Method = Callable[[sqlite3.Connection, Call], Any]


def get_spreadsheet(connection: sqlite3.Connection, call: Call) -> Any:
    """``GET /v4/spreadsheets/{id}``."""
    call.check_query("ranges", "includeGridData", "excludeTablesInBandedRanges", "commentsViewMode")
    with_grid_data, mask = call.flag("includeGridData"), call.selection("Spreadsheet")
    spreadsheet = Spreadsheet.open(connection, call.path["id"])
    wanted = wanted_areas(spreadsheet, call.query.get("ranges", []))
    return spreadsheet_answer(spreadsheet, call, wanted, mask, with_grid_data=with_grid_data)


def wanted_areas(spreadsheet: Spreadsheet, ranges: list[str]) -> Areas | None:
    """Read the ranges of a spreadsheet that are asked for; none at all asks for everything."""
    if not ranges:
        return None
    wanted: Areas = {}
    for text in ranges:
        sheet, area = spreadsheet.resolve(text)
        wanted.setdefault(sheet.sheet_id, []).append(sheet.check_inside(area, whole=False))
    return wanted


def spreadsheet_answer(
    spreadsheet: Spreadsheet, call: Call, wanted: Areas | None, mask: Mask, *, with_grid_data: bool
) -> Any:
    """Describe a spreadsheet, or the areas of it that are wanted, cut by a mask."""
    resource = spreadsheet_resource(
        spreadsheet,
        Calculation(spreadsheet),
        url=f"{call.base_url}/?spreadsheet={spreadsheet.id}",
        wanted=wanted,
        with_grid_data=with_grid_data,
        mask=mask,
    )
    return select(resource, mask_of_rest(mask))


def create_spreadsheet(connection: sqlite3.Connection, call: Call) -> Any:
    """``POST /v4/spreadsheets``."""
    call.check_query()
    mask = call.selection("Spreadsheet")
    body = call.message("Spreadsheet", "spreadsheet")
    spreadsheet = create_whole(connection, body)
    return spreadsheet_answer(spreadsheet, call, None, mask, with_grid_data=False)


def copy_sheet_to(connection: sqlite3.Connection, call: Call) -> Any:
    """``POST /v4/spreadsheets/{id}/sheets/{sheet_id}:copyTo``: gives the copy's properties; it comes last."""
    call.check_query()
    mask = call.selection("SheetProperties")
    target_id = call.message("CopySheetToAnotherSpreadsheetRequest").get("destinationSpreadsheetId")
    sheet_id = call.path_integer("sheet_id")
    source = Spreadsheet.open(connection, call.path["id"])
    sheet = source.sheet_by_id(sheet_id)
    if not target_id:
        raise InvalidArgumentError("destination_spreadsheet_id must be specified.")
    target = source if target_id == source.id else Spreadsheet.open(connection, target_id)
    made = copy_sheet(sheet, target, {"title": copy_title(target, sheet.title)})
    target.save()
    return select(sheet_properties(target, made), mask)


def batch_update(connection: sqlite3.Connection, call: Call) -> Any:
    """``POST /v4/spreadsheets/{id}:batchUpdate``: all requests or none."""
    call.check_query()
    mask = call.selection("BatchUpdateSpreadsheetResponse")
    body = call.message("BatchUpdateSpreadsheetRequest")
    spreadsheet = Spreadsheet.open(connection, call.path["id"])
    replies = apply_requests(spreadsheet, body.get("requests") or [])
    spreadsheet.save()
    answer: dict[str, Any] = {"spreadsheetId": spreadsheet.id, "replies": replies}
    if body.get("includeSpreadsheetInResponse"):
        wanted = wanted_areas(spreadsheet, body.get("responseRanges") or [])
        with_grid_data = bool(body.get("responseIncludeGridData"))
        answer["updatedSpreadsheet"] = spreadsheet_answer(
            spreadsheet, call, wanted, {}, with_grid_data=with_grid_data
        )
    return select(answer, mask)
