"""The methods of ``/v4/spreadsheets``: each takes a connection in a transaction and a call, and gives an answer."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

from .a1 import CellRange, format_range
from .call import Call, choose
from .errors import InvalidArgumentError, wrong_type
from .field_mask import select
from .formulas.calculation import Calculation
from .grid_data import sheet_properties, spreadsheet_resource
from .rendering import DATE_OPTIONS, VALUE_OPTIONS, RenderOptions
from .requests import apply_requests
from .requests.dimensions import insert_dimension
from .requests.sheet_copies import copy_sheet, copy_title
from .shapes import check_shape
from .sheet import Sheet
from .spreadsheet import Spreadsheet
from .table_append import last_table
from .values import INPUT_OPTIONS, RangeWriter, clear_range, read_range, value_lines

Method = Callable[[sqlite3.Connection, Call], Any]
_DIMENSIONS = ("ROWS", "COLUMNS")
_VALUE_RANGE = ("range", "majorDimension", "values")


def get_spreadsheet(connection: sqlite3.Connection, call: Call) -> Any:
    """``GET /v4/spreadsheets/{id}``."""
    spreadsheet = Spreadsheet.open(connection, call.path["id"])
    return _resource(spreadsheet, call, call.query.get("ranges", []), call.flag("includeGridData"))


def _resource(spreadsheet: Spreadsheet, call: Call, ranges: list[str], with_grid_data: bool) -> Any:
    resource = spreadsheet_resource(
        spreadsheet,
        Calculation(spreadsheet),
        url=f"{call.base_url}/?spreadsheet={spreadsheet.id}",
        ranges=ranges,
        with_grid_data=with_grid_data,
        mask=call.mask,
    )
    return select(resource, call.mask)


def create_spreadsheet(connection: sqlite3.Connection, call: Call) -> Any:
    """``POST /v4/spreadsheets``: properties and sheets' properties are taken, cells are not."""
    call.check_body(("properties", "sheets"))
    check_shape(call.body, "")
    properties = {name: value for name, value in (call.body.get("properties") or {}).items() if value is not None}
    sheets = [dict(sheet.get("properties") or {}) for sheet in call.body.get("sheets") or []]
    return _resource(Spreadsheet.create(connection, properties, sheets), call, [], False)


def copy_sheet_to(connection: sqlite3.Connection, call: Call) -> Any:
    """``POST /v4/spreadsheets/{id}/sheets/{sheet_id}:copyTo``: gives the copy's properties; it comes last."""
    call.check_body(("destinationSpreadsheetId",))
    source = Spreadsheet.open(connection, call.path["id"])
    if not call.path["sheet_id"].isdecimal():
        raise wrong_type(call.path["sheet_id"], "sheet_id", "TYPE_INT32")
    sheet = source.sheet_by_id(int(call.path["sheet_id"]))
    target_id = call.body.get("destinationSpreadsheetId")
    if not isinstance(target_id, str) or not target_id:
        raise InvalidArgumentError("destination_spreadsheet_id must be specified.")
    target = source if target_id == source.id else Spreadsheet.open(connection, target_id)
    made = copy_sheet(sheet, target, {"title": copy_title(target, sheet.title)})
    target.save()
    return select(sheet_properties(target, made), call.mask)


def batch_update(connection: sqlite3.Connection, call: Call) -> Any:
    """``POST /v4/spreadsheets/{id}:batchUpdate``: all requests or none."""
    call.check_body(("requests", "includeSpreadsheetInResponse", "responseRanges", "responseIncludeGridData"))
    spreadsheet = Spreadsheet.open(connection, call.path["id"])
    replies = apply_requests(spreadsheet, call.body.get("requests") or [])
    spreadsheet.save()
    answer: dict[str, Any] = {"spreadsheetId": spreadsheet.id, "replies": replies}
    if call.body.get("includeSpreadsheetInResponse"):
        ranges = _texts(call.body, "responseRanges")
        with_grid_data = bool(call.body.get("responseIncludeGridData"))
        bare = Call(call.path, {}, {}, call.base_url)
        answer["updatedSpreadsheet"] = _resource(spreadsheet, bare, ranges, with_grid_data)
    return select(answer, call.mask)


def _read_options(call: Call) -> tuple[RenderOptions, str]:
    value = call.choice("valueRenderOption", VALUE_OPTIONS, "FORMATTED_VALUE")
    date_time = call.choice("dateTimeRenderOption", DATE_OPTIONS, "SERIAL_NUMBER")
    return RenderOptions(value, date_time), call.choice("majorDimension", _DIMENSIONS, "ROWS")


def get_values(connection: sqlite3.Connection, call: Call) -> Any:
    """``GET /v4/spreadsheets/{id}/values/{range}``."""
    options, dimension = _read_options(call)
    spreadsheet = Spreadsheet.open(connection, call.path["id"])
    sheet, area = spreadsheet.resolve(call.path["range"])
    return select(read_range(Calculation(spreadsheet), sheet, area, options, dimension), call.mask)


def batch_get_values(connection: sqlite3.Connection, call: Call) -> Any:
    """``GET /v4/spreadsheets/{id}/values:batchGet``."""
    options, dimension = _read_options(call)
    spreadsheet = Spreadsheet.open(connection, call.path["id"])
    calculation = Calculation(spreadsheet)
    answer: dict[str, Any] = {"spreadsheetId": spreadsheet.id}
    value_ranges = [
        read_range(calculation, *spreadsheet.resolve(text), options, dimension)
        for text in call.query.get("ranges", [])
    ]
    if value_ranges:
        answer["valueRanges"] = value_ranges
    return select(answer, call.mask)


def _texts(body: dict[str, Any], name: str) -> list[str]:
    texts = body.get(name) or []
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise wrong_type(texts, name, "TYPE_STRING")
    return texts


def _input_option(value: Any) -> str:
    option = choose(value, "valueInputOption", INPUT_OPTIONS, "")
    if not option:
        raise InvalidArgumentError("'valueInputOption' is required but not specified")
    return option


def _updated_data(
    spreadsheet: Spreadsheet, response: dict[str, Any], value_option: Any, date_option: Any, body: dict[str, Any]
) -> dict[str, Any]:
    """Read back what a write touched, as ``includeValuesInResponse`` asks."""
    options = RenderOptions(
        choose(value_option, "responseValueRenderOption", VALUE_OPTIONS, "FORMATTED_VALUE"),
        choose(date_option, "responseDateTimeRenderOption", DATE_OPTIONS, "SERIAL_NUMBER"),
    )
    sheet, area = spreadsheet.resolve(response["updatedRange"])
    dimension = choose(body.get("majorDimension"), "majorDimension", _DIMENSIONS, "ROWS")
    return read_range(Calculation(spreadsheet), sheet, area, options, dimension)


def _with_values(spreadsheet: Spreadsheet, call: Call, response: dict[str, Any]) -> dict[str, Any]:
    if call.flag("includeValuesInResponse"):
        response["updatedData"] = _updated_data(
            spreadsheet,
            response,
            call.parameter("responseValueRenderOption"),
            call.parameter("responseDateTimeRenderOption"),
            call.body,
        )
    return response


def _check_same_range(spreadsheet: Spreadsheet, body: dict[str, Any], text: str) -> None:
    """Refuse a body that names another range than the address does."""
    given = body.get("range")
    if given is not None and not isinstance(given, str):
        raise wrong_type(given, "data.range", "TYPE_STRING")
    if given is not None and given != text and spreadsheet.resolve(given) != spreadsheet.resolve(text):
        raise InvalidArgumentError(
            f"Requested writing within range [{text}], but the body's range is [{given}]: they must be equal."
        )


def update_values(connection: sqlite3.Connection, call: Call) -> Any:
    """``PUT /v4/spreadsheets/{id}/values/{range}``."""
    call.check_body(_VALUE_RANGE)
    writer_option = _input_option(call.parameter("valueInputOption"))
    spreadsheet = Spreadsheet.open(connection, call.path["id"])
    value_lines(call.body, "data")  # refused before the range is looked at, as Google does
    sheet, area = spreadsheet.resolve(call.path["range"])
    _check_same_range(spreadsheet, call.body, call.path["range"])
    response = RangeWriter(spreadsheet, writer_option).write(sheet, area, call.body, "data")
    spreadsheet.save()
    return select(_with_values(spreadsheet, call, response), call.mask)


def batch_update_values(connection: sqlite3.Connection, call: Call) -> Any:
    """``POST /v4/spreadsheets/{id}/values:batchUpdate``: all ranges or none."""
    call.check_body(
        (
            "valueInputOption",
            "data",
            "includeValuesInResponse",
            "responseValueRenderOption",
            "responseDateTimeRenderOption",
        )
    )
    body = call.body
    writer_option = _input_option(body.get("valueInputOption"))
    data = body.get("data") or []
    if not isinstance(data, list) or not all(isinstance(item, dict) for item in data):
        raise wrong_type(data, "data", "type.googleapis.com/google.apps.sheets.v4.ValueRange")
    spreadsheet = Spreadsheet.open(connection, call.path["id"])
    writer = RangeWriter(spreadsheet, writer_option)
    responses = []
    for number, item in enumerate(data):
        try:
            sheet, area = spreadsheet.resolve(str(item.get("range") or ""))
            responses.append(writer.write(sheet, area, item, f"data[{number}]"))
        except InvalidArgumentError as error:
            raise InvalidArgumentError(f"Invalid data[{number}]: {error.message}") from error
    spreadsheet.save()
    if body.get("includeValuesInResponse"):
        options = (body.get("responseValueRenderOption"), body.get("responseDateTimeRenderOption"))
        for response, item in zip(responses, data, strict=True):
            response["updatedData"] = _updated_data(spreadsheet, response, *options, item)
    return select({"spreadsheetId": spreadsheet.id, **writer.totals(), "responses": responses}, call.mask)


def clear_values(connection: sqlite3.Connection, call: Call) -> Any:
    """``POST /v4/spreadsheets/{id}/values/{range}:clear``."""
    call.check_body(())
    spreadsheet = Spreadsheet.open(connection, call.path["id"])
    cleared = clear_range(*spreadsheet.resolve(call.path["range"]))
    spreadsheet.save()
    return select({"spreadsheetId": spreadsheet.id, "clearedRange": cleared}, call.mask)


def batch_clear_values(connection: sqlite3.Connection, call: Call) -> Any:
    """``POST /v4/spreadsheets/{id}/values:batchClear``."""
    call.check_body(("ranges",))
    spreadsheet = Spreadsheet.open(connection, call.path["id"])
    cleared = [clear_range(*spreadsheet.resolve(str(text))) for text in _texts(call.body, "ranges")]
    spreadsheet.save()
    return select({"spreadsheetId": spreadsheet.id, "clearedRanges": cleared}, call.mask)


def append_values(connection: sqlite3.Connection, call: Call) -> Any:
    """``POST /v4/spreadsheets/{id}/values/{range}:append``: below the range's last table, making rows as needed."""
    call.check_body(_VALUE_RANGE)
    writer_option = _input_option(call.parameter("valueInputOption"))
    inserts = call.choice("insertDataOption", ("OVERWRITE", "INSERT_ROWS"), "OVERWRITE") == "INSERT_ROWS"
    spreadsheet = Spreadsheet.open(connection, call.path["id"])
    sheet, area = spreadsheet.resolve(call.path["range"])
    sheet.check_inside(area, whole=False)
    table = last_table(sheet, area)
    row, column = (
        (area.start_row, area.start_column) if table is None else (table.closed_end_row, table.start_column)
    )
    _make_room(spreadsheet, sheet, row, len(value_lines(call.body, "data")), inserts=inserts)
    anchor = CellRange(row, column, row + 1, column + 1, is_anchor=True)
    answer: dict[str, Any] = {"spreadsheetId": spreadsheet.id}
    if table is not None:
        answer["tableRange"] = format_range(sheet.title, table)
    response = RangeWriter(spreadsheet, writer_option).write(sheet, anchor, call.body, "data")
    spreadsheet.save()
    answer["updates"] = _with_values(spreadsheet, call, response)
    return select(answer, call.mask)


def _make_room(spreadsheet: Spreadsheet, sheet: Sheet, row: int, height: int, *, inserts: bool) -> None:
    if inserts and height and row < sheet.row_count:
        span = {"dimension": "ROWS", "startIndex": row, "endIndex": row + height}
        body = {"range": {"sheetId": sheet.sheet_id, **span}, "inheritFromBefore": row > 0}
        insert_dimension(spreadsheet, body)
    elif row + height > sheet.row_count:
        sheet.set_size(row + height, sheet.column_count)
        spreadsheet.check_size()
