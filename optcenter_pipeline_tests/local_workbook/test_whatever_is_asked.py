"""Odd requests that a simple double would take, or fall over."""

from __future__ import annotations

from typing import Any

import gspread
import pytest
import requests

from optcenter_pipeline.local_workbook import LocalWorkbookServer

from .conftest import Api, message
from .test_cell_requests import refusal
from .test_moving import area


@pytest.mark.parametrize("values", [[[]], [], None])
def test_a_write_of_nothing_writes_nothing(api: Api, values: Any) -> None:
    api("PUT", "/values/A1", {"values": [["kept"]]}, valueInputOption="RAW")
    answer = api("PUT", "/values/A1:B2", {"values": values}, valueInputOption="RAW")
    assert set(answer) == {"spreadsheetId", "updatedRange"}
    assert api("GET", "/values/A1:B2")["values"] == [["kept"]]


@pytest.mark.parametrize(
    ("path", "body", "members"),
    [
        ("/values:batchClear", {}, {"spreadsheetId"}),
        ("/values:batchUpdate", {"valueInputOption": "RAW"}, {"spreadsheetId"}),
        ("/values:batchUpdateByDataFilter", {"valueInputOption": "RAW"}, {"spreadsheetId"}),
    ],
)
def test_a_batch_of_nothing_tells_of_nothing(api: Api, path: str, body: Any, members: set[str]) -> None:
    assert set(api("POST", path, body)) == members


def test_a_write_answers_with_the_range_it_was_asked_for(api: Api) -> None:
    api("PUT", "/values/B2", {"values": [["old"]]}, valueInputOption="RAW")
    query = {"valueInputOption": "RAW", "includeValuesInResponse": "true"}
    answer = api("PUT", "/values/A1:B3", {"values": [["new"]]}, **query)
    assert answer["updatedRange"] == "Sheet1!A1"
    shown = {"range": "Sheet1!A1:B3", "majorDimension": "ROWS", "values": [["new"], ["", "old"]]}
    assert answer["updatedData"] == shown
    spread = api("PUT", "/values/D1", {"values": [["a", "b"]]}, **query)
    assert spread["updatedData"]["range"] == "Sheet1!D1:E1"


def test_a_sheet_is_told_from_a_cell_of_its_name(api: Api, workbook: gspread.Spreadsheet) -> None:
    for title, text in (("B2", "of B2"), ("R1C1", "of R1C1"), ("It's Q1", "of Q1"), ("a!b", "of a!b")):
        workbook.add_worksheet(title, 3, 3).update([[text]], "A1")
    api("PUT", "/values/Sheet1!B2", {"values": [["a cell"]]}, valueInputOption="RAW")
    named = {
        "B2": ("Sheet1!B2", "a cell"),
        "'B2'": ("'B2'!A1:C3", "of B2"),
        "B2!A1": ("'B2'!A1", "of B2"),
        "'R1C1'!R1C1": ("'R1C1'!A1", "of R1C1"),
        "'It''s Q1'!A1": ("'It''s Q1'!A1", "of Q1"),
        "'a!b'!A1:A2": ("'a!b'!A1:A2", "of a!b"),
        "a!b!A1": ("'a!b'!A1", "of a!b"),
    }
    for text, (echoed, value) in named.items():
        read = api("GET", "/values:batchGet", ranges=text)["valueRanges"][0]
        assert (read["range"], read["values"]) == (echoed, [[value]]), text


@pytest.mark.parametrize(
    ("grid", "reason"),
    [
        ({"rowCount": 0}, "gridProperties.rowCount must be greater than 0"),
        ({"columnCount": -1}, "gridProperties.columnCount must be greater than 0"),
        ({"rowCount": 2, "frozenRowCount": 2}, "You can't freeze all visible rows on the sheet."),
        ({"frozenColumnCount": -1}, "gridProperties.frozenColumnCount must be a non-negative integer."),
    ],
)
def test_no_sheet_is_added_without_cells_to_scroll(api: Api, grid: dict[str, int], reason: str) -> None:
    assert refusal(api, "addSheet", {"properties": {"gridProperties": grid}}) == reason


@pytest.mark.parametrize(("dimension", "count", "word"), [("ROWS", 5, "rows"), ("COLUMNS", 4, "columns")])
def test_some_line_is_left_to_scroll(
    api: Api, workbook: gspread.Spreadsheet, dimension: str, count: int, word: str
) -> None:
    small = workbook.add_worksheet("Small", 5, 4)
    small.freeze(rows=2, cols=2)

    def deletion(start: int, end: int) -> dict[str, Any]:
        return {"range": {"sheetId": small.id, "dimension": dimension, "startIndex": start, "endIndex": end}}

    assert refusal(api, "deleteDimension", deletion(2, count)) == (
        f"Sorry, it is not possible to delete all non-frozen {word}."
    )
    assert refusal(api, "deleteDimension", deletion(0, count)) == f"You can't delete all the {word} on the sheet."
    # frozen lines that go are frozen no more
    frozen = "frozenRowCount" if dimension == "ROWS" else "frozenColumnCount"
    for left in (1, None):
        assert "error" not in api("POST", ":batchUpdate", {"requests": [{"deleteDimension": deletion(0, 1)}]})
        assert api("GET", "")["sheets"][1]["properties"]["gridProperties"].get(frozen) == left
    assert "error" not in api("POST", ":batchUpdate", {"requests": [{"deleteDimension": deletion(0, 1)}]})


def test_a_sheet_is_of_cells(api: Api) -> None:
    assert refusal(api, "addSheet", {"properties": {"sheetType": "OBJECT"}}) == (
        "Sheets of the type OBJECT cannot be added."
    )
    assert refusal(api, "addSheet", {"properties": {"sheetId": -1}}) == "sheetId must be a non-negative integer."


def test_properties_that_are_cleared_fall_back(api: Api) -> None:
    changed = {"properties": {"title": "New", "locale": "de_DE"}, "fields": "title,locale"}
    cleared = {"properties": {"title": "Newer"}, "fields": "*"}
    requests_made = [{"updateSpreadsheetProperties": body} for body in (changed, cleared)]
    assert "error" not in api("POST", ":batchUpdate", {"requests": requests_made})
    properties = api("GET", "", fields="properties(title,locale,timeZone,autoRecalc)")["properties"]
    assert properties == {"title": "Newer", "locale": "en_US", "timeZone": "Etc/GMT", "autoRecalc": "ON_CHANGE"}


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"timeZone": "Mars/Olympus"}, "Invalid time zone: Mars/Olympus"),
        ({"timeZone": "../../etc/passwd"}, "Invalid time zone: ../../etc/passwd"),
        ({"locale": "English"}, "Unsupported locale: English"),
    ],
)
def test_places_that_there_are_not_are_refused(api: Api, properties: dict[str, str], reason: str) -> None:
    body = {"properties": properties, "fields": ",".join(properties)}
    assert refusal(api, "updateSpreadsheetProperties", body) == reason


def test_a_condition_has_as_many_values_as_its_type_wherever_it_is_given(api: Api) -> None:
    between = {"type": "NUMBER_BETWEEN", "values": [{"userEnteredValue": "1"}]}
    place = area(0, 1, 0, 1)
    wanted = "ConditionType 'NUMBER_BETWEEN' requires exactly two ConditionValues, but 1 values were supplied."
    cell = {"dataValidation": {"condition": between}}
    rule = {"ranges": [place], "booleanRule": {"condition": between, "format": {}}}
    assert refusal(api, "setDataValidation", {"range": place, "rule": {"condition": between}}) == wanted
    assert refusal(api, "repeatCell", {"range": place, "cell": cell, "fields": "dataValidation"}) == wanted
    assert refusal(api, "addConditionalFormatRule", {"rule": rule}) == wanted
    empty = {"range": place, "cell": {"dataValidation": {"strict": True}}, "fields": "dataValidation"}
    assert refusal(api, "repeatCell", empty) == "dataValidation.condition must be specified."


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b'{"requests": [', "Invalid JSON payload received. Unexpected token."),
        (b"[]", 'Invalid JSON payload received. Unknown name "": Root element must be a message.'),
        (b'{"requests": NaN}', "Invalid JSON payload received. Unexpected token."),
        (b"\xff", "Invalid JSON payload received. Unexpected token."),
    ],
)
def test_a_body_is_a_json_object(
    raw: bytes, reason: str, server: LocalWorkbookServer, session: requests.Session, workbook: gspread.Spreadsheet
) -> None:
    for path in (":batchUpdate", "/values:batchGetByDataFilter", "/developerMetadata:search"):
        refused = session.post(f"{server.root_url}/v4/spreadsheets/{workbook.id}{path}", data=raw)
        assert message(refused.json()) == reason


@pytest.mark.parametrize(("fields", "unknown"), [("nosuch", "nosuch"), ("id,owners(me,colour)", "colour")])
def test_drive_refuses_fields_that_a_file_has_not(
    fields: str, unknown: str, server: LocalWorkbookServer, session: requests.Session, workbook: gspread.Spreadsheet
) -> None:
    for path, mask in ((f"/drive/v3/files/{workbook.id}", fields), ("/drive/v3/files", f"files({fields})")):
        refused = session.get(server.root_url + path, params={"fields": mask})
        assert refused.status_code == 400
        error = refused.json()["error"]
        assert error["message"] == f"Invalid field selection {unknown}"
        assert error["errors"][0]["location"] == "fields"


def test_the_number_of_an_address_is_one(api: Api) -> None:
    refused = api("GET", "/developerMetadata/first")
    assert message(refused) == "Invalid value at 'metadata_id' (TYPE_INT32), \"first\""
    refused = api("POST", "/sheets/first:copyTo", {"destinationSpreadsheetId": "x"})
    assert message(refused) == "Invalid value at 'sheet_id' (TYPE_INT32), \"first\""
