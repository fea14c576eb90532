"""The methods of ``/v4/spreadsheets/{id}/values``, of ranges in A1 notation."""

from __future__ import annotations

import sqlite3
from typing import Any

from .a1 import CellRange, format_range
from .call import Call
from .errors import InvalidArgumentError
from .field_mask import select
from .formulas.calculation import Calculation
from .messages import enum_names
from .rendering import RenderOptions
from .requests.dimensions import insert_dimension
from .sheet import Sheet
from .spreadsheet import Spreadsheet
from .table_append import last_table
from .value_lines import Lines, value_lines
from .values import RangeWriter, clear_range, read_range

_WRITE_QUERY = (
    "valueInputOption",
    "includeValuesInResponse",
    "responseValueRenderOption",
    "responseDateTimeRenderOption",
)
_BATCH = "BatchUpdateValuesRequest"
_READ = "BatchGetValuesByDataFilterRequest"


def get_values(connection: sqlite3.Connection, call: Call) -> Any:
    """``GET /v4/spreadsheets/{id}/values/{range}``."""
    call.check_query("valueRenderOption", "dateTimeRenderOption", "majorDimension")
    options, dimension = _read_options(call)
    mask = call.selection("ValueRange")
    spreadsheet = Spreadsheet.open(connection, call.path["id"])
    sheet, area = spreadsheet.resolve(call.path["range"])
    return select(read_range(Calculation(spreadsheet), sheet, area, options, dimension), mask)


def batch_get_values(connection: sqlite3.Connection, call: Call) -> Any:
    """``GET /v4/spreadsheets/{id}/values:batchGet``."""
    call.check_query("ranges", "valueRenderOption", "dateTimeRenderOption", "majorDimension")
    options, dimension = _read_options(call)
    mask = call.selection("BatchGetValuesResponse")
    spreadsheet = Spreadsheet.open(connection, call.path["id"])
    calculation = Calculation(spreadsheet)
    answer: dict[str, Any] = {"spreadsheetId": spreadsheet.id}
    value_ranges = [
        read_range(calculation, *spreadsheet.resolve(text), options, dimension)
        for text in call.query.get("ranges", [])
    ]
    if value_ranges:
        answer["valueRanges"] = value_ranges
    return select(answer, mask)


def _read_options(call: Call) -> tuple[RenderOptions, str]:
    value = _choice(call, "valueRenderOption", _READ, "FORMATTED_VALUE")
    date_time = _choice(call, "dateTimeRenderOption", _READ, "SERIAL_NUMBER")
    return RenderOptions(value, date_time), _choice(call, "majorDimension", _READ, "ROWS")


def _choice(call: Call, name: str, message: str, default: str) -> str:
    return call.choice(name, enum_names(message, name), default)


def require_input_option(option: str | None) -> str:
    """Give the ``valueInputOption``, which has no default.

    Raises:
        InvalidArgumentError: where none is given.
    """
    if not option:
        raise InvalidArgumentError("'valueInputOption' is required but not specified")
    return option


def response_options(body: dict[str, Any]) -> RenderOptions:
    """Read how a write's answer is to show what was written."""
    return RenderOptions(
        body.get("responseValueRenderOption") or "FORMATTED_VALUE",
        body.get("responseDateTimeRenderOption") or "SERIAL_NUMBER",
    )


def update_values(connection: sqlite3.Connection, call: Call) -> Any:
    """``PUT /v4/spreadsheets/{id}/values/{range}``."""
    call.check_query(*_WRITE_QUERY)
    option, response = _write_options(call)
    mask = call.selection("UpdateValuesResponse")
    body = call.message("ValueRange", "data")
    spreadsheet = Spreadsheet.open(connection, call.path["id"])
    lines = value_lines(body)  # refused before the range is looked at, as Google does
    sheet, area = spreadsheet.resolve(call.path["range"])
    _check_same_range(spreadsheet, body.get("range"), call.path["range"])
    answer = RangeWriter(spreadsheet, require_input_option(option)).write(sheet, area, lines)
    spreadsheet.save()
    if response is not None:
        answer["updatedData"] = updated_data(spreadsheet, sheet, area, answer, body, response)
    return select(answer, mask)


def _write_options(call: Call) -> tuple[str, RenderOptions | None]:
    """Read a write's query: the input option, and how the answer is to show the values, if at all."""
    option = _choice(call, "valueInputOption", _BATCH, "")
    names = ("responseValueRenderOption", "responseDateTimeRenderOption")
    given = {name: _choice(call, name, _BATCH, "") for name in names}
    return option, response_options(given) if call.flag("includeValuesInResponse") else None


def updated_data(
    spreadsheet: Spreadsheet,
    sheet: Sheet,
    area: CellRange,
    answer: dict[str, Any],
    body: dict[str, Any],
    options: RenderOptions,
) -> dict[str, Any]:
    """Read back the range that a write was asked for; of a single cell all that was written from there on."""
    shown = spreadsheet.resolve(answer["updatedRange"])[1] if area.is_anchor else area
    return read_range(Calculation(spreadsheet), sheet, shown, options, body.get("majorDimension") or "ROWS")


def _check_same_range(spreadsheet: Spreadsheet, given: str | None, text: str) -> None:
    """Refuse a body that names another range than the address does."""
    if given and given != text and spreadsheet.resolve(given) != spreadsheet.resolve(text):
        raise InvalidArgumentError(f"Request range[{text}] does not match value's range[{given}]")


def batch_update_values(connection: sqlite3.Connection, call: Call) -> Any:
    """``POST /v4/spreadsheets/{id}/values:batchUpdate``: all ranges or none."""
    call.check_query()
    mask = call.selection("BatchUpdateValuesResponse")
    body = call.message("BatchUpdateValuesRequest")
    option = require_input_option(body.get("valueInputOption"))
    data = body.get("data") or []
    spreadsheet = Spreadsheet.open(connection, call.path["id"])
    writer = RangeWriter(spreadsheet, option)
    responses = []
    written = []
    for number, item in enumerate(data):
        try:
            lines = value_lines(item)
            written.append(spreadsheet.resolve(item.get("range") or ""))
            responses.append(writer.write(*written[-1], lines))
        except InvalidArgumentError as error:
            raise InvalidArgumentError(f"Invalid data[{number}]: {error.message}") from error
    spreadsheet.save()
    if body.get("includeValuesInResponse"):
        options = response_options(body)
        for answer, place, item in zip(responses, written, data, strict=True):
            answer["updatedData"] = updated_data(spreadsheet, *place, answer, item, options)
    found = {"spreadsheetId": spreadsheet.id, **writer.totals(), **({"responses": responses} if responses else {})}
    return select(found, mask)


def clear_values(connection: sqlite3.Connection, call: Call) -> Any:
    """``POST /v4/spreadsheets/{id}/values/{range}:clear``."""
    call.check_query()
    mask = call.selection("ClearValuesResponse")
    call.message("ClearValuesRequest")
    spreadsheet = Spreadsheet.open(connection, call.path["id"])
    cleared = clear_range(*spreadsheet.resolve(call.path["range"]))
    spreadsheet.save()
    return select({"spreadsheetId": spreadsheet.id, "clearedRange": cleared}, mask)


def batch_clear_values(connection: sqlite3.Connection, call: Call) -> Any:
    """``POST /v4/spreadsheets/{id}/values:batchClear``."""
    call.check_query()
    mask = call.selection("BatchClearValuesResponse")
    body = call.message("BatchClearValuesRequest")
    spreadsheet = Spreadsheet.open(connection, call.path["id"])
    cleared = [clear_range(*spreadsheet.resolve(text)) for text in body.get("ranges") or []]
    spreadsheet.save()
    answer = {"spreadsheetId": spreadsheet.id, **({"clearedRanges": cleared} if cleared else {})}
    return select(answer, mask)


def append_values(connection: sqlite3.Connection, call: Call) -> Any:
    """``POST /v4/spreadsheets/{id}/values/{range}:append``: below the range's last table, in a grid that grows."""
    call.check_query(*_WRITE_QUERY, "insertDataOption")
    option, response = _write_options(call)
    inserts = call.choice("insertDataOption", ("OVERWRITE", "INSERT_ROWS"), "OVERWRITE") == "INSERT_ROWS"
    mask = call.selection("AppendValuesResponse")
    body = call.message("ValueRange", "data")
    spreadsheet = Spreadsheet.open(connection, call.path["id"])
    lines = value_lines(body)
    sheet, area = spreadsheet.resolve(call.path["range"])
    _check_same_range(spreadsheet, body.get("range"), call.path["range"])
    sheet.check_inside(area, whole=False)
    table = last_table(sheet, area)
    row, column = (
        (area.start_row, area.start_column) if table is None else (table.closed_end_row, table.start_column)
    )
    writer = RangeWriter(spreadsheet, require_input_option(option))
    anchor = CellRange(row, column, row + 1, column + 1, is_anchor=True)
    _make_room(spreadsheet, sheet, anchor, lines, inserts=inserts)
    answer: dict[str, Any] = {"spreadsheetId": spreadsheet.id}
    if table is not None:
        answer["tableRange"] = format_range(sheet.title, table)
    updates = writer.write(sheet, anchor, lines)
    spreadsheet.save()
    if response is not None:
        updates["updatedData"] = updated_data(spreadsheet, sheet, anchor, updates, body, response)
    answer["updates"] = updates
    return select(answer, mask)


def _make_room(spreadsheet: Spreadsheet, sheet: Sheet, anchor: CellRange, lines: Lines, *, inserts: bool) -> None:
    """Insert rows, or let the grid grow by the rows and columns that it lacks; no lines at all need one row."""
    row = anchor.start_row
    if inserts and lines and row < sheet.row_count:
        span = {"dimension": "ROWS", "startIndex": row, "endIndex": row + len(lines)}
        body = {"range": {"sheetId": sheet.sheet_id, **span}, "inheritFromBefore": row > 0}
        insert_dimension(spreadsheet, body)
    rows = max(sheet.row_count, row + max(len(lines), 1))
    columns = max(sheet.column_count, anchor.start_column + max(map(len, lines), default=0))
    if (rows, columns) != (sheet.row_count, sheet.column_count):
        sheet.set_size(rows, columns)
        spreadsheet.check_size()
