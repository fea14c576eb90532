"""How large things may be, and what is said of those that are larger."""

from __future__ import annotations

from typing import Any

import gspread
import pytest

from .conftest import Api, message
from .test_cell_requests import refusal

CELLS = "This action would increase the number of cells in the workbook above the limit of 10000000 cells."
COLUMNS = "This action would increase the number of columns in the sheet above the limit of 18278 columns."
CHARACTERS = "Your input contains more than the maximum of 50000 characters in a single cell."
TITLE = "The sheet name cannot be greater than 100 characters."


def new_sheet(**grid: int) -> dict[str, Any]:
    return {"properties": {"title": "New", "gridProperties": grid}}


def sized(**grid: int) -> dict[str, Any]:
    fields = ",".join(f"gridProperties.{name}" for name in grid)
    return {"properties": {"sheetId": 0, "gridProperties": grid}, "fields": fields}


@pytest.mark.parametrize(
    ("kind", "body", "reason"),
    [
        ("addSheet", new_sheet(rowCount=9_974, columnCount=1000), None),
        ("addSheet", new_sheet(rowCount=9_975, columnCount=1000), CELLS),
        ("addSheet", new_sheet(rowCount=1, columnCount=18_278), None),
        ("addSheet", new_sheet(rowCount=1, columnCount=18_279), COLUMNS),
        ("updateSheetProperties", sized(rowCount=384_616), CELLS),
        ("updateSheetProperties", sized(rowCount=1, columnCount=18_279), COLUMNS),
        ("appendDimension", {"dimension": "ROWS", "length": 383_616}, CELLS),
        ("appendDimension", {"dimension": "COLUMNS", "length": 9_975}, CELLS),
        ("insertDimension", {"range": {"dimension": "ROWS", "startIndex": 5, "endIndex": 400_000}}, CELLS),
        ("addSheet", {"properties": {"title": "x" * 100}}, None),
        ("addSheet", {"properties": {"title": "x" * 101}}, TITLE),
        ("updateSheetProperties", {"properties": {"title": "x" * 101}, "fields": "title"}, TITLE),
    ],
)
def test_a_workbook_has_its_bounds(api: Api, kind: str, body: dict[str, Any], reason: str | None) -> None:
    if reason is None:
        assert "error" not in api("POST", ":batchUpdate", {"requests": [{kind: body}]})
    else:
        assert refusal(api, kind, body) == reason
        (properties,) = [part["properties"] for part in api("GET", "", fields="sheets.properties")["sheets"]]
        assert properties["gridProperties"] == {"rowCount": 1000, "columnCount": 26}


def test_what_would_be_appended_past_the_bounds_is_refused(api: Api, workbook: gspread.Spreadsheet) -> None:
    full = workbook.add_worksheet("Full", 9_974, 1000)
    full.update([["last"]], "A9974")
    refused = api("POST", "/values/Full!A9974:append", {"values": [[1]]}, valueInputOption="RAW")
    assert message(refused) == CELLS
    assert api("GET", "/values/Full!A9974:B9975")["values"] == [["last"]]


@pytest.mark.parametrize("value", [{"stringValue": "x" * 50_001}, {"formulaValue": "=" + "1" * 50_000}])
def test_a_cell_has_its_bounds_whoever_writes_it(api: Api, value: dict[str, str]) -> None:
    rows = [{"values": [{"userEnteredValue": value}]}]
    assert refusal(api, "updateCells", {"start": {}, "rows": rows, "fields": "*"}) == CHARACTERS
    (text,) = value.values()
    for option in ("RAW", "USER_ENTERED"):
        refused = api("PUT", "/values/A1", {"values": [[text]]}, valueInputOption=option)
        assert message(refused) == CHARACTERS
    api("PUT", "/values/A1", {"values": [["a" * 30_000]]}, valueInputOption="RAW")
    assert refusal(api, "findReplace", {"find": "a", "replacement": "aa", "allSheets": True}) == CHARACTERS


def test_a_copy_of_a_long_title_has_room(api: Api, workbook: gspread.Spreadsheet) -> None:
    long = workbook.add_worksheet("y" * 100, 2, 2)
    copies = [workbook.duplicate_sheet(long.id).title for _ in range(2)]
    assert copies == [f"Copy of {'y' * 88}", f"Copy of {'y' * 88} 2"]


@pytest.mark.parametrize("bounds", [{"startRowIndex": -1}, {"endColumnIndex": -2}])
def test_indexes_are_not_negative(api: Api, bounds: dict[str, int]) -> None:
    assert refusal(api, "mergeCells", {"range": bounds}) == "GridRange indexes must be >= 0"
    body = {"dataFilters": [{"gridRange": bounds}]}
    assert message(api("POST", "/values:batchGetByDataFilter", body)) == (
        "Invalid dataFilters[0]: GridRange indexes must be >= 0"
    )
