"""The template as requests in Google's shape: what a tab lacks, and nothing that it has."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from optcenter_pipeline.workbook.columns import Column, Kind, Owner
from optcenter_pipeline.workbook.grid import is_blank
from optcenter_pipeline.workbook.tabs import INITIATIVES
from optcenter_pipeline.workbook.template_state import PROTECTION, TabState, WorkbookState
from optcenter_pipeline.workbook.workbook import column_letters

Request = dict[str, Any]

_HEADER_COLORS = {
    Owner.PM: {"red": 0.85, "green": 0.92, "blue": 0.83},
    Owner.FORMULA: {"red": 1.0, "green": 0.95, "blue": 0.8},
    Owner.SYSTEM: {"red": 0.87, "green": 0.87, "blue": 0.87},
}
_FORMULA_ROWS = 200
_TEXT_KINDS = (Kind.PERIOD, Kind.KEY_LIST, Kind.JSON)


def template_requests(state: WorkbookState, account_email: str) -> list[Request]:
    """Everything that the workbook lacks, in an order in which one batch can carry it out."""
    tabs = [tab for tab in state.tabs.values() if not tab.problem]
    requests = [request for tab in tabs for request in _sheet(tab)]
    if state.leftover is not None:
        requests.append({"deleteSheet": {"sheetId": state.leftover.sheet_id}})
    requests += [request for tab in tabs for request in _columns(tab)]
    requests += [request for tab in tabs for request in _protections(tab, account_email)]
    # last: a formula that names a sheet needs it to be there
    initiatives = state.tabs[INITIATIVES.name]
    if not initiatives.problem:
        requests += [request for tab in tabs for request in _formulas(tab, initiatives)]
    return requests


def _sheet(state: TabState) -> Iterator[Request]:
    """The sheet itself, its size, and its frozen header row."""
    sheet, needed = state.sheet, state.first_free + len(state.missing)
    if state.is_new:
        grid = {"rowCount": sheet.row_count, "columnCount": needed, "frozenRowCount": 1}
        yield {
            "addSheet": {"properties": {"sheetId": sheet.sheet_id, "title": sheet.title, "gridProperties": grid}}
        }
        return
    if needed > sheet.column_count:
        yield _sheet_property(state, "columnCount", needed)
    if not sheet.frozen_row_count:
        yield _sheet_property(state, "frozenRowCount", 1)


def _sheet_property(state: TabState, name: str, value: int) -> Request:
    properties = {"sheetId": state.sheet.sheet_id, "gridProperties": {name: value}}
    return {"updateSheetProperties": {"properties": properties, "fields": f"gridProperties.{name}"}}


def _columns(state: TabState) -> Iterator[Request]:
    """Headers, widths and formats of missing columns; notes and drop-downs wherever there are none."""
    if state.missing:
        cells = [_header_cell(column) for column in state.missing]
        start = {"sheetId": state.sheet.sheet_id, "rowIndex": 0, "columnIndex": state.first_free}
        fields = "userEnteredValue,note,userEnteredFormat(textFormat,backgroundColor)"
        yield {"updateCells": {"start": start, "rows": [{"values": cells}], "fields": fields}}
    missing = {column.name for column in state.missing}
    for name, position in state.positions.items():
        column = state.tab.by_name[name]
        if name in missing:
            yield from _format(state, column, position)
        elif column.note and position not in state.noted:
            area = {**_column_range(state, position, 0), "endRowIndex": 1}
            rows = [{"values": [{"note": column.note}]}]
            yield {"updateCells": {"range": area, "rows": rows, "fields": "note"}}
        if column.choices and position not in state.validated:
            yield _drop_down(state, column, position)


def _header_cell(column: Column) -> Request:
    text_format = {"textFormat": {"bold": True}, "backgroundColor": _HEADER_COLORS[column.owner]}
    value = {"userEnteredValue": {"stringValue": column.name}, "userEnteredFormat": text_format}
    return {**value, "note": column.note}


def _format(state: TabState, column: Column, position: int) -> Iterator[Request]:
    """Width, dates as dates, and keys as text, so that 2027-03 and 12,13 stay what was typed."""
    sheet_id = state.sheet.sheet_id
    if column.width:
        span = {"sheetId": sheet_id, "dimension": "COLUMNS", "startIndex": position, "endIndex": position + 1}
        size = {"pixelSize": column.width}
        yield {"updateDimensionProperties": {"range": span, "properties": size, "fields": "pixelSize"}}
    number_format = None
    if column.kind is Kind.DATE:
        number_format = {"type": "DATE", "pattern": "yyyy-mm-dd"}
    elif column.owner is Owner.PM and (column.kind in _TEXT_KINDS or (column.is_key and column.kind is Kind.TEXT)):
        number_format = {"type": "TEXT"}
    if number_format:
        cell = {"userEnteredFormat": {"numberFormat": number_format}}
        area = _column_range(state, position, 1)
        yield {"repeatCell": {"range": area, "cell": cell, "fields": "userEnteredFormat.numberFormat"}}


def _drop_down(state: TabState, column: Column, position: int) -> Request:
    """A list to choose from that lets other text pass with a warning: aliases and old spellings stay possible."""
    values = [{"userEnteredValue": choice} for choice in column.choices]
    condition = {"type": "ONE_OF_LIST", "values": values}
    rule = {"condition": condition, "inputMessage": column.note, "strict": False, "showCustomUi": True}
    return {"setDataValidation": {"range": _column_range(state, position, 1), "rule": rule}}


def _protections(state: TabState, account_email: str) -> Iterator[Request]:
    """Protect the system's columns, run by run; without a known account people are warned instead of stopped."""
    positions = state.positions
    places = {positions[name] for name in state.tab.owned_by(Owner.SYSTEM) if name in positions}
    for first, last in runs(places - state.protected):
        area = {"sheetId": state.sheet.sheet_id, "startColumnIndex": first, "endColumnIndex": last + 1}
        protected: Request = {"range": area, "description": PROTECTION, "warningOnly": not account_email}
        if account_email:
            protected["editors"] = {"users": [account_email]}
        yield {"addProtectedRange": {"protectedRange": protected}}


def _formulas(state: TabState, initiatives: TabState) -> Iterator[Request]:
    """Formulas of the looked-up columns, in every used row and a good many below, where nothing stands yet.

    Not in the whole grid: thousands of formulas over blank rows would slow every look at the tab.
    """
    end = min(state.sheet.row_count, max(_FORMULA_ROWS, state.last_row + 1 + _FORMULA_ROWS // 2))
    own_key = column_letters(state.positions[state.tab.key_columns[0]])
    for name in state.tab.owned_by(Owner.FORMULA):
        position, formula = state.positions[name], state.tab.by_name[name].formula
        grid = state.grid
        free = [row for row in range(1, end) if is_blank(grid.value(row, position)) and not grid.is_note(row)]
        for first, last in runs(free):
            text = _filled(formula, f"${own_key}{first + 1}", initiatives)
            area = {**_column_range(state, position, first), "endRowIndex": last + 1}
            cell = {"userEnteredValue": {"formulaValue": text}}
            yield {"repeatCell": {"range": area, "cell": cell, "fields": "userEnteredValue"}}


def _filled(formula: str, own_key: str, initiatives: TabState) -> str:
    """A template formula with its placeholders filled in (see `Column.formula`)."""

    def reference(match: re.Match[str]) -> str:
        if match[1] == "own_key":
            return own_key
        letters = column_letters(initiatives.positions[match[1]])
        return f"${letters}$2:${letters}"

    return re.sub(r"\{(\w+)\}", reference, formula)


def _column_range(state: TabState, position: int, first_row: int) -> dict[str, int]:
    """A column from a row on, to the grid's end."""
    ends = {"startColumnIndex": position, "endColumnIndex": position + 1}
    return {"sheetId": state.sheet.sheet_id, "startRowIndex": first_row, **ends}


def runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of consecutive numbers."""
    for _, group in groupby(enumerate(sorted(numbers)), lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        yield run[0], run[-1]
