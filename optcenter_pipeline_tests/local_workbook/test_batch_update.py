"""``spreadsheets.batchUpdate`` and the resource that ``spreadsheets.get`` answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gspread
import pytest

from .conftest import Api, message

Batch = Callable[..., list[dict[str, Any]]]


def grid(**bounds: int) -> dict[str, int]:
    return {"sheetId": 0, **bounds}


def column_a(api: Api, option: str = "UNFORMATTED_VALUE") -> list[Any]:
    rows = api("GET", "/values/A:A", valueRenderOption=option).get("values", [])
    return [row[0] if row else "" for row in rows]


def test_a_batch_is_all_or_nothing(api: Api) -> None:
    requests: list[dict[str, Any]] = [
        {"addSheet": {"properties": {"title": "Gone again"}}},
        {"deleteSheet": {"sheetId": 99}},
    ]
    refused = api("POST", ":batchUpdate", {"requests": requests})
    assert message(refused) == "Invalid requests[1].deleteSheet: No sheet with id: 99"
    assert [sheet["properties"]["title"] for sheet in api("GET", "")["sheets"]] == ["Sheet1"]


def test_a_whole_sheet_that_there_is_not_is_called_a_sheet(api: Api) -> None:
    for kind, body in (
        ("deleteSheet", {"sheetId": 99}),
        ("updateSheetProperties", {"properties": {"sheetId": 99, "title": "x"}, "fields": "title"}),
        ("duplicateSheet", {"sourceSheetId": 99}),
    ):
        refused = api("POST", ":batchUpdate", {"requests": [{kind: body}]})
        assert message(refused) == f"Invalid requests[0].{kind}: No sheet with id: 99"


@pytest.mark.parametrize(("dimension", "size"), [("ROWS", 1000), ("COLUMNS", 26)])
def test_what_is_inserted_after_the_last_line_must_inherit_from_it(
    api: Api, batch: Callable[..., Any], sheet: gspread.Worksheet, dimension: str, size: int
) -> None:
    span = {"sheetId": 0, "dimension": dimension, "startIndex": size, "endIndex": size + 2}
    refused = api("POST", ":batchUpdate", {"requests": [{"insertDimension": {"range": span}}]})
    assert message(refused) == (
        f"Invalid requests[0].insertDimension: range.startIndex must be less than the grid size ({size}) "
        "if inheritFromBefore is false."
    )
    batch({"insertDimension": {"range": span, "inheritFromBefore": True}})
    found = sheet.spreadsheet.worksheet("Sheet1")
    assert (found.row_count if dimension == "ROWS" else found.col_count) == size + 2


def test_unknown_requests_are_refused(api: Api) -> None:
    refused = api("POST", ":batchUpdate", {"requests": [{"makeCoffee": {}}]})
    assert message(refused) == (
        "Invalid JSON payload received. Unknown name \"makeCoffee\" at 'requests[0]': Cannot find field."
    )
    assert message(api("POST", ":batchUpdate", {"requests": []})) == "Must specify at least one request."
    assert message(api("POST", ":batchUpdate", {"requests": [{}]})) == "Invalid requests[0]: No request set."


def test_sheets_are_added_named_placed_and_deleted(workbook: gspread.Spreadsheet, batch: Batch) -> None:
    replies = batch(
        {"addSheet": {"properties": {"title": "B", "gridProperties": {"frozenRowCount": 1}}}},
        {"addSheet": {"properties": {"title": "A", "index": 0, "tabColor": {"red": 1}}}},
    )
    first = replies[0]["addSheet"]["properties"]
    assert first["gridProperties"] == {"rowCount": 1000, "columnCount": 26, "frozenRowCount": 1}
    assert replies[1]["addSheet"]["properties"]["tabColorStyle"] == {"rgbColor": {"red": 1}}
    assert [sheet.title for sheet in workbook.worksheets()] == ["A", "Sheet1", "B"]
    # as Google counts: before the sheet that stands at the index now
    batch({"updateSheetProperties": {"properties": {"sheetId": 0, "index": 3}, "fields": "index"}})
    assert [sheet.title for sheet in workbook.worksheets()] == ["A", "B", "Sheet1"]
    batch({"deleteSheet": {"sheetId": first["sheetId"]}})
    assert [sheet.title for sheet in workbook.worksheets()] == ["A", "Sheet1"]


def test_titles_are_unique_whatever_their_case(api: Api) -> None:
    refused = api("POST", ":batchUpdate", {"requests": [{"addSheet": {"properties": {"title": "SHEET1"}}}]})
    assert message(refused) == (
        'Invalid requests[0].addSheet: A sheet with the name "SHEET1" already exists. Please enter another name.'
    )


def test_sizes_and_freezing(api: Api, batch: Batch) -> None:
    def update(**grid_properties: int) -> dict[str, Any]:
        names = ",".join(f"gridProperties.{name}" for name in grid_properties)
        properties = {"sheetId": 0, "gridProperties": grid_properties}
        return {"updateSheetProperties": {"properties": properties, "fields": names}}

    api("PUT", "/values/A1", {"values": [["a", "b"], ["c", "d"]]}, valueInputOption="RAW")
    batch(update(rowCount=2, columnCount=1), update(frozenRowCount=1))
    batch({"appendDimension": {"sheetId": 0, "dimension": "COLUMNS", "length": 2}})
    properties = api("GET", "", fields="sheets.properties.gridProperties")["sheets"][0]["properties"]
    assert properties["gridProperties"] == {"rowCount": 2, "columnCount": 3, "frozenRowCount": 1}
    assert api("GET", "/values/Sheet1")["values"] == [["a"], ["c"]]
    refused = api("POST", ":batchUpdate", {"requests": [update(frozenRowCount=2)]})
    assert message(refused).endswith("You can't freeze all visible rows on the sheet.")
    huge = api("POST", ":batchUpdate", {"requests": [update(rowCount=10_000_000)]})
    assert message(huge).endswith("above the limit of 10000000 cells.")


def test_rows_and_columns_are_inserted_and_deleted(api: Api, batch: Batch) -> None:
    api("PUT", "/values/A1", {"values": [[1, "a"], [2, "b"], [3, "c"]]}, valueInputOption="RAW")
    batch({"insertDimension": {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 1, "endIndex": 3}}})
    assert column_a(api) == [1, "", "", 2, 3]
    batch({"deleteDimension": {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 2, "endIndex": 4}}})
    assert column_a(api) == [1, "", 3]
    batch({"insertDimension": {"range": {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}}})
    assert api("GET", "/values/A1:C1")["values"] == [["", "1", "a"]]
    batch({"deleteDimension": {"range": {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 2}}})
    assert column_a(api) == ["a", "", "c"]
    sizes = api("GET", "")["sheets"][0]["properties"]["gridProperties"]
    assert sizes == {"rowCount": 1000, "columnCount": 25}


def test_what_points_at_lines_moves_with_them(api: Api, batch: Batch) -> None:
    rule = {"booleanRule": {"condition": {"type": "NOT_BLANK"}, "format": {"backgroundColor": {"red": 1}}}}
    batch(
        {"addProtectedRange": {"protectedRange": {"range": grid(startRowIndex=4, endRowIndex=6)}}},
        {"addProtectedRange": {"protectedRange": {"range": grid(startColumnIndex=2, endColumnIndex=4)}}},
        {"addConditionalFormatRule": {"rule": {"ranges": [grid(startRowIndex=1, endRowIndex=9)], **rule}}},
        {
            "updateDimensionProperties": {
                "range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 4, "endIndex": 5},
                "properties": {"pixelSize": 60, "hiddenByUser": True},
                "fields": "pixelSize,hiddenByUser",
            }
        },
        {"insertDimension": {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 2, "endIndex": 4}}},
    )
    described = api("GET", "", ranges="A7", includeGridData="true")["sheets"][0]
    ranges = [protected["range"] for protected in described["protectedRanges"]]
    assert ranges == [{"startRowIndex": 6, "endRowIndex": 8}, {"startColumnIndex": 2, "endColumnIndex": 4}]
    assert described["conditionalFormats"][0]["ranges"] == [{"startRowIndex": 1, "endRowIndex": 11}]
    assert described["data"][0]["rowMetadata"] == [{"pixelSize": 60, "hiddenByUser": True}]
    batch({"deleteDimension": {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 5, "endIndex": 9}}})
    described = api("GET", "")["sheets"][0]
    assert [protected["range"] for protected in described["protectedRanges"]] == ranges[1:]


def test_protected_ranges_tell_people_and_do_not_stop_the_owner(api: Api, batch: Batch) -> None:
    (reply,) = batch(
        {
            "addProtectedRange": {
                "protectedRange": {
                    "range": grid(startColumnIndex=1, endColumnIndex=2),
                    "description": "written by the system",
                    "warningOnly": True,
                }
            }
        }
    )
    identifier = reply["addProtectedRange"]["protectedRange"]["protectedRangeId"]
    assert "error" not in api("PUT", "/values/B1", {"values": [["OK"]]}, valueInputOption="RAW")
    changed = {"protectedRangeId": identifier, "warningOnly": False}
    batch({"updateProtectedRange": {"protectedRange": changed, "fields": "warningOnly"}})
    (protected,) = api("GET", "")["sheets"][0]["protectedRanges"]
    assert protected["description"] == "written by the system"
    assert "warningOnly" not in protected
    batch({"deleteProtectedRange": {"protectedRangeId": identifier}})
    assert "protectedRanges" not in api("GET", "")["sheets"][0]


def test_cells_are_written_by_field_mask(api: Api, batch: Batch) -> None:
    one = {
        "userEnteredValue": {"numberValue": 46082},
        "userEnteredFormat": {"numberFormat": {"type": "DATE", "pattern": "yyyy-mm-dd"}, "wrapStrategy": "WRAP"},
        "note": "a date",
    }
    start = {"sheetId": 0, "rowIndex": 1, "columnIndex": 1}
    rows = [
        {"values": [one, {"userEnteredValue": {"stringValue": "=1+1"}}, {"userEnteredValue": {"boolValue": True}}]}
    ]
    batch({"updateCells": {"start": start, "rows": rows, "fields": "*"}})
    # only what the mask names changes; what it names and is not given is cleared
    bold = {"userEnteredFormat": {"textFormat": {"bold": True}}}
    batch(
        {
            "repeatCell": {
                "range": grid(startRowIndex=1, endRowIndex=2, startColumnIndex=1, endColumnIndex=2),
                "cell": bold,
                "fields": "userEnteredFormat.textFormat,userEnteredFormat.wrapStrategy,note",
            }
        }
    )
    (row,) = api("GET", "", ranges="B2:D2", fields="sheets.data.rowData")["sheets"][0]["data"][0]["rowData"]
    assert row["values"][0] == {
        "userEnteredValue": {"numberValue": 46082},
        "effectiveValue": {"numberValue": 46082},
        "formattedValue": "2026-03-01",
        "userEnteredFormat": {
            "numberFormat": {"type": "DATE", "pattern": "yyyy-mm-dd"},
            "textFormat": {"bold": True},
        },
        "effectiveFormat": {
            "numberFormat": {"type": "DATE", "pattern": "yyyy-mm-dd"},
            "backgroundColor": {"red": 1, "green": 1, "blue": 1},
            "backgroundColorStyle": {"rgbColor": {"red": 1, "green": 1, "blue": 1}},
            "padding": {"top": 2, "right": 3, "bottom": 2, "left": 3},
            "horizontalAlignment": "RIGHT",
            "verticalAlignment": "BOTTOM",
            "wrapStrategy": "OVERFLOW_CELL",
            "hyperlinkDisplayType": "PLAIN_TEXT",
            "textFormat": {
                "foregroundColor": {},
                "foregroundColorStyle": {"rgbColor": {}},
                "fontFamily": "Arial",
                "fontSize": 10,
                "bold": True,
                "italic": False,
                "strikethrough": False,
                "underline": False,
            },
        },
    }
    assert row["values"][1]["userEnteredValue"] == {"stringValue": "=1+1"}
    assert row["values"][2]["effectiveValue"] == {"boolValue": True}


def test_colors_are_told_in_both_spellings(api: Api, batch: Batch) -> None:
    cell = {"userEnteredFormat": {"backgroundColorStyle": {"rgbColor": {"red": 1, "green": 0}}}}
    area = grid(startRowIndex=0, endRowIndex=1, startColumnIndex=0, endColumnIndex=1)
    batch({"repeatCell": {"range": area, "cell": cell, "fields": "userEnteredFormat.backgroundColorStyle"}})
    data = api("GET", "", ranges="A1", includeGridData="true")["sheets"][0]["data"][0]
    assert data["rowData"][0]["values"][0]["userEnteredFormat"] == {
        "backgroundColor": {"red": 1},
        "backgroundColorStyle": {"rgbColor": {"red": 1}},
    }


@pytest.mark.parametrize(
    ("request_body", "reason"),
    [
        ({"fields": ""}, "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)"),
        ({"fields": "colour"}, "Invalid field: colour"),
        (
            {"fields": "note", "rows": [{"values": [{}, {}]}]},
            "Attempting to write column: 1, beyond the last requested column of: 0",
        ),
        (
            {"fields": "note", "range": {"endRowIndex": 2000}},
            "Range (Sheet1!1:2000) exceeds grid limits. Max rows: 1000, max columns: 26",
        ),
    ],
)
def test_malformed_cell_updates_are_refused(api: Api, request_body: dict[str, Any], reason: str) -> None:
    area = grid(startRowIndex=0, endRowIndex=1, startColumnIndex=0, endColumnIndex=1)
    body = {"range": area, **request_body}
    refused = api("POST", ":batchUpdate", {"requests": [{"updateCells": body}]})
    assert message(refused) == f"Invalid requests[0].updateCells: {reason}"


def test_validation_is_set_and_cleared_on_a_range(api: Api, batch: Batch) -> None:
    rule = {
        "condition": {
            "type": "ONE_OF_LIST",
            "values": [{"userEnteredValue": "floor"}, {"userEnteredValue": "goal"}],
        },
        "showCustomUi": True,
        "strict": True,
    }
    area = grid(startRowIndex=1, endRowIndex=1000, startColumnIndex=0, endColumnIndex=1)
    batch({"setDataValidation": {"range": area, "rule": rule}})
    mask = "sheets.data.rowData.values.dataValidation"
    rows = api("GET", "", fields=mask)["sheets"][0]["data"][0]["rowData"]
    assert rows[0] == {}
    assert [row["values"][0]["dataValidation"] for row in rows[1:]] == [rule] * 999
    batch({"setDataValidation": {"range": area}})
    assert api("GET", "", fields=mask)["sheets"][0]["data"] == [{}]


def test_rows_are_sorted_whole_with_blanks_last(api: Api, sheet: gspread.Worksheet, batch: Batch) -> None:
    values = [["b", 2], ["", 9], ["A", 10], ["c", 1], [5, 2], [True, 0]]
    api("PUT", "/values/A1", {"values": values}, valueInputOption="RAW")
    sheet.insert_note("A4", "of c")
    area = grid(startRowIndex=0, endRowIndex=6, startColumnIndex=0, endColumnIndex=2)

    def sort(*specs: tuple[int, str]) -> list[Any]:
        named = [{"dimensionIndex": column, "sortOrder": order} for column, order in specs]
        batch({"sortRange": {"range": area, "sortSpecs": named}})
        return column_a(api)

    assert sort((0, "ASCENDING")) == [5, "A", "b", "c", True]
    assert sort((0, "DESCENDING")) == [True, "c", "b", "A", 5]
    assert sheet.get_note("A2") == "of c"
    assert sort((1, "ASCENDING"), (0, "DESCENDING")) == [True, "c", "b", 5, "", "A"]


def test_the_resource_can_be_cut_by_a_field_mask(api: Api) -> None:
    api("PUT", "/values/B2", {"values": [["x"]]}, valueInputOption="RAW")
    assert api("GET", "", fields="sheets(properties(title,gridProperties/rowCount))") == {
        "sheets": [{"properties": {"title": "Sheet1", "gridProperties": {"rowCount": 1000}}}]
    }
    answer = api("GET", "", ranges="A2:C3", fields="sheets.data(startRow,rowData.values.formattedValue)")
    assert answer["sheets"][0]["data"] == [{"startRow": 1, "rowData": [{"values": [{}, {"formattedValue": "x"}]}]}]
    assert "data" not in api("GET", "")["sheets"][0]


def test_a_spreadsheet_is_made_with_its_sheets(client: gspread.Client, server: Any, session: Any) -> None:
    body = {
        "properties": {"title": "Plan"},
        "sheets": [{"properties": {"title": "One"}}, {"properties": {"title": "Two"}}],
    }
    made = session.post(f"{server.root_url}/v4/spreadsheets", json=body).json()
    assert [sheet["properties"]["title"] for sheet in made["sheets"]] == ["One", "Two"]
    assert client.open_by_key(made["spreadsheetId"]).title == "Plan"


@pytest.mark.parametrize(
    ("kind", "values", "refusal"),
    [
        ("ONE_OF_LIST", 1, None),
        ("ONE_OF_LIST", 0, "at least one ConditionValue, but 0"),
        ("NUMBER_BETWEEN", 2, None),
        ("NUMBER_BETWEEN", 1, "exactly two ConditionValues, but 1"),
        ("NUMBER_GREATER", 2, "exactly one ConditionValue, but 2"),
        ("BOOLEAN", 0, None),
        ("BOOLEAN", 3, "at most two ConditionValues, but 3"),
        ("DATE_IS_VALID", 1, "no ConditionValues, but 1"),
    ],
)
def test_a_condition_has_the_values_that_it_needs(api: Api, kind: str, values: int, refusal: str | None) -> None:
    condition = {"type": kind, "values": [{"userEnteredValue": "1"}] * values}
    area = {"sheetId": 0, "endRowIndex": 1, "endColumnIndex": 1}
    request = {"setDataValidation": {"range": area, "rule": {"condition": condition}}}
    answer = api("POST", ":batchUpdate", {"requests": [request]})
    if refusal is None:
        assert answer["replies"] == [{}]
    else:
        text = message(answer).removeprefix("Invalid requests[0].setDataValidation: ")
        assert text == f"ConditionType '{kind}' requires {refusal} values were supplied."
