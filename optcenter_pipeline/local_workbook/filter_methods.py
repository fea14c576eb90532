"""The methods that select by data filter: values, parts of a spreadsheet, developer metadata."""

from __future__ import annotations

import sqlite3
from typing import Any

from .a1 import CellRange
from .call import Call
from .developer_metadata import all_metadata
from .errors import InvalidArgumentError, NotFoundError
from .field_mask import select
from .formulas.calculation import Calculation
from .grid_data import Areas
from .rendering import RenderOptions
from .requests.data_filters import filtered_areas, matching_metadata, numbered_filters
from .sheet import Sheet
from .sheets_methods import spreadsheet_answer
from .spreadsheet import Spreadsheet
from .value_lines import value_lines
from .values import RangeWriter, clear_range, read_range
from .values_methods import require_input_option, response_options, updated_data

DataFilter = dict[str, Any]


def _matched_areas(
    spreadsheet: Spreadsheet, body: dict[str, Any]
) -> list[tuple[Sheet, CellRange, list[DataFilter]]]:
    """Give each range that a request's filters select once, with all filters that select it."""
    matched: list[tuple[Sheet, CellRange, list[DataFilter]]] = []
    for at, data_filter in numbered_filters(body):
        for sheet, area in _areas(spreadsheet, data_filter, at):
            known = [filters for other, range_, filters in matched if (other, range_) == (sheet, area)]
            if known:
                known[0].append(data_filter)
            else:
                matched.append((sheet, area, [data_filter]))
    return matched


def _areas(spreadsheet: Spreadsheet, data_filter: DataFilter, at: str) -> list[tuple[Sheet, CellRange]]:
    try:
        areas = filtered_areas(spreadsheet, data_filter)
        return [(sheet, sheet.check_inside(area, whole=False)) for sheet, area in areas]
    except InvalidArgumentError as error:
        raise InvalidArgumentError(f"Invalid {at}: {error.message}") from error


def get_spreadsheet_by_filter(connection: sqlite3.Connection, call: Call) -> Any:
    """``POST /v4/spreadsheets/{id}:getByDataFilter``: the sheets, and of these the cells, that filters select."""
    call.check_query()
    mask = call.selection("Spreadsheet")
    body = call.message("GetSpreadsheetByDataFilterRequest")
    spreadsheet = Spreadsheet.open(connection, call.path["id"])
    wanted: Areas | None = None
    if body.get("dataFilters"):
        wanted = {}
        for sheet, area, _ in _matched_areas(spreadsheet, body):
            wanted.setdefault(sheet.sheet_id, []).append(area)
    return spreadsheet_answer(spreadsheet, call, wanted, mask, with_grid_data=bool(body.get("includeGridData")))


def batch_get_values_by_filter(connection: sqlite3.Connection, call: Call) -> Any:
    """``POST /v4/spreadsheets/{id}/values:batchGetByDataFilter``."""
    call.check_query()
    mask = call.selection("BatchGetValuesByDataFilterResponse")
    body = call.message("BatchGetValuesByDataFilterRequest")
    options = RenderOptions(
        body.get("valueRenderOption") or "FORMATTED_VALUE", body.get("dateTimeRenderOption") or "SERIAL_NUMBER"
    )
    dimension = body.get("majorDimension") or "ROWS"
    spreadsheet = Spreadsheet.open(connection, call.path["id"])
    calculation = Calculation(spreadsheet)
    answer: dict[str, Any] = {"spreadsheetId": spreadsheet.id}
    matched = _matched_areas(spreadsheet, body)
    if matched:
        answer["valueRanges"] = [
            {"valueRange": read_range(calculation, sheet, area, options, dimension), "dataFilters": filters}
            for sheet, area, filters in matched
        ]
    return select(answer, mask)


def batch_update_values_by_filter(connection: sqlite3.Connection, call: Call) -> Any:
    """``POST /v4/spreadsheets/{id}/values:batchUpdateByDataFilter``: all ranges of all filters or none."""
    call.check_query()
    mask = call.selection("BatchUpdateValuesByDataFilterResponse")
    body = call.message("BatchUpdateValuesByDataFilterRequest")
    option = require_input_option(body.get("valueInputOption"))
    spreadsheet = Spreadsheet.open(connection, call.path["id"])
    writer = RangeWriter(spreadsheet, option)
    responses: list[dict[str, Any]] = []
    written: list[tuple[Sheet, CellRange, dict[str, Any]]] = []
    for number, item in enumerate(body.get("data") or []):
        try:
            lines = value_lines(item)
            data_filter = item.get("dataFilter") or {}
            for sheet, area in filtered_areas(spreadsheet, data_filter):
                answer = writer.write(sheet, area, lines)
                del answer["spreadsheetId"]
                responses.append({**answer, "dataFilter": data_filter})
                written.append((sheet, area, item))
        except InvalidArgumentError as error:
            raise InvalidArgumentError(f"Invalid data[{number}]: {error.message}") from error
    spreadsheet.save()
    if body.get("includeValuesInResponse"):
        options = response_options(body)
        for answer, (sheet, area, item) in zip(responses, written, strict=True):
            answer["updatedData"] = updated_data(spreadsheet, sheet, area, answer, item, options)
    found = {"spreadsheetId": spreadsheet.id, **writer.totals(), **({"responses": responses} if responses else {})}
    return select(found, mask)


def batch_clear_values_by_filter(connection: sqlite3.Connection, call: Call) -> Any:
    """``POST /v4/spreadsheets/{id}/values:batchClearByDataFilter``."""
    call.check_query()
    mask = call.selection("BatchClearValuesByDataFilterResponse")
    body = call.message("BatchClearValuesByDataFilterRequest")
    spreadsheet = Spreadsheet.open(connection, call.path["id"])
    cleared = [clear_range(sheet, area) for sheet, area, _ in _matched_areas(spreadsheet, body)]
    spreadsheet.save()
    answer = {"spreadsheetId": spreadsheet.id, **({"clearedRanges": cleared} if cleared else {})}
    return select(answer, mask)


def get_developer_metadata(connection: sqlite3.Connection, call: Call) -> Any:
    """``GET /v4/spreadsheets/{id}/developerMetadata/{metadata_id}``."""
    call.check_query()
    mask = call.selection("DeveloperMetadata")
    identifier = call.path_integer("metadata_id")
    spreadsheet = Spreadsheet.open(connection, call.path["id"])
    for metadata in all_metadata(spreadsheet):
        if metadata.kept["metadataId"] == identifier:
            return select(metadata.resource(), mask)
    raise NotFoundError(f"No developer metadata with ID {identifier}.")


def search_developer_metadata(connection: sqlite3.Connection, call: Call) -> Any:
    """``POST /v4/spreadsheets/{id}/developerMetadata:search``: entries with the filters that select each."""
    call.check_query()
    mask = call.selection("SearchDeveloperMetadataResponse")
    body = call.message("SearchDeveloperMetadataRequest")
    spreadsheet = Spreadsheet.open(connection, call.path["id"])
    matched: dict[int, dict[str, Any]] = {}
    for at, data_filter in numbered_filters(body):
        try:
            found = matching_metadata(spreadsheet, data_filter)
        except InvalidArgumentError as error:
            raise InvalidArgumentError(f"Invalid {at}: {error.message}") from error
        for metadata in found:
            entry = {"developerMetadata": metadata.resource(), "dataFilters": []}
            matched.setdefault(metadata.kept["metadataId"], entry)["dataFilters"].append(data_filter)
    answer = {"matchedDeveloperMetadata": list(matched.values())} if matched else {}
    return select(answer, mask)
