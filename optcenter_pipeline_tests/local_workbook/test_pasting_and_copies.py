"""Cells copied and cut, sheets copied within and between spreadsheets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gspread
import pytest

from optcenter_pipeline.local_workbook import LocalWorkbookServer

from .conftest import Api, message
from .test_merges_and_names import area, merge, merges

Batch = Callable[..., list[dict[str, Any]]]


def copy(source: dict[str, int], target: dict[str, int], kind: str = "PASTE_NORMAL", **more: Any) -> dict[str, Any]:
    ranges = {"source": {"sheetId": 0, **source}, "destination": {"sheetId": 0, **target}}
    return {"copyPaste": {**ranges, "pasteType": kind, **more}}


def cut(source: dict[str, int], row: int, column: int, sheet_id: int = 0) -> dict[str, Any]:
    target = {"sheetId": sheet_id, "rowIndex": row, "columnIndex": column}
    return {"cutPaste": {"source": {"sheetId": 0, **source}, "destination": target, "pasteType": "PASTE_NORMAL"}}


def formulas(api: Api, text: str) -> Any:
    return api("GET", f"/values/{text}", valueRenderOption="FORMULA").get("values")


def test_a_copy_repeats_into_a_multiple_of_its_size_and_else_stands_once(api: Api, batch: Batch) -> None:
    api("PUT", "/values/A1", {"values": [[1], [2]]}, valueInputOption="RAW")
    batch(
        copy(area((0, 2), (0, 1)), area((0, 4), (1, 3))),
        copy(area((0, 2), (0, 1)), area((5, 6), (1, 2))),  # too small: the whole source all the same
    )
    assert formulas(api, "A1:C7") == [[1, 1, 1], [2, 2, 2], ["", 1, 1], ["", 2, 2], [], ["", 1], ["", 2]]


def test_a_copied_formula_moves_along_and_can_be_turned(api: Api, batch: Batch) -> None:
    api("PUT", "/values/A1", {"values": [[1, "=A1+$A$1"], [2, "x"]]}, valueInputOption="USER_ENTERED")
    batch(
        copy(area((0, 1), (1, 2)), area((1, 2), (2, 3))),
        copy(area((0, 2), (0, 1)), area((4, 5), (0, 1)), pasteOrientation="TRANSPOSE"),
    )
    assert formulas(api, "C2") == [["=B2+$A$1"]]
    assert formulas(api, "A5:B5") == [[1, 2]]


def test_paste_types_take_their_own_parts(api: Api, batch: Batch) -> None:
    api("PUT", "/values/A1", {"values": [["=1+1"]]}, valueInputOption="USER_ENTERED")
    rule = {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "2"}]}, "strict": True}
    cell = {"note": "n", "userEnteredFormat": {"textFormat": {"bold": True}}, "dataValidation": rule}
    fields = "note,userEnteredFormat,dataValidation"
    batch({"repeatCell": {"range": {"sheetId": 0, **area((0, 1), (0, 1))}, "cell": cell, "fields": fields}})
    kinds = ("NORMAL", "VALUES", "FORMAT", "FORMULA", "DATA_VALIDATION")
    source = area((0, 1), (0, 1))
    batch(*(copy(source, area((1, 2), (index, index + 1)), f"PASTE_{name}") for index, name in enumerate(kinds)))
    members = "userEnteredValue,note,userEnteredFormat,dataValidation"
    answer = api("GET", "", ranges="A2:E2", fields=f"sheets.data.rowData.values({members})")
    bold, formula = {"textFormat": {"bold": True}}, {"formulaValue": "=1+1"}
    whole = {"userEnteredValue": formula, "note": "n", "userEnteredFormat": bold, "dataValidation": rule}
    assert answer["sheets"][0]["data"][0]["rowData"][0]["values"] == [
        whole,
        {"userEnteredValue": {"numberValue": 2}},
        {"userEnteredFormat": bold},
        {"userEnteredValue": formula},
        {"dataValidation": rule},
    ]


def test_a_copy_brings_its_merges_and_leaves_the_grid_alone(api: Api, batch: Batch) -> None:
    batch(merge((0, 2), (0, 2)), copy(area((0, 2), (0, 2)), area((4, 6), (4, 6))))
    assert merges(api) == [area((0, 2), (0, 2)), area((4, 6), (4, 6))]
    beyond = copy(area((0, 2), (0, 2)), area((999, 1000), (0, 1)))
    answer = api("POST", ":batchUpdate", {"requests": [beyond]})
    assert message(answer) == (
        "Invalid requests[0].copyPaste: Range (Sheet1!A1000:B1001) exceeds grid limits. "
        "Max rows: 1000, max columns: 26"
    )


def test_what_is_cut_is_followed_by_formulas(api: Api, batch: Batch) -> None:
    rows = [[1, "=A1+A2", "=SUM(A1:A2)", "=A3"], [2]]
    api("PUT", "/values/A1", {"values": rows}, valueInputOption="USER_ENTERED")
    batch(merge((4, 5), (0, 2)), cut(area((0, 2), (0, 1)), 10, 5), cut(area((4, 5), (0, 2)), 6, 0))
    assert formulas(api, "A1:D2") == [["", "=F11+F12", "=SUM(F11:F12)", "=A3"]]
    assert formulas(api, "F11:F12") == [[1], [2]]
    assert merges(api) == [area((6, 7), (0, 2))]


def test_what_is_cut_to_another_sheet_keeps_its_sense(api: Api, batch: Batch) -> None:
    (reply,) = batch({"addSheet": {"properties": {"title": "My notes"}}})
    api("PUT", "/values/A1", {"values": [[1, "=A1", "=B1"]]}, valueInputOption="USER_ENTERED")
    batch(cut(area((0, 1), (1, 2)), 0, 0, reply["addSheet"]["properties"]["sheetId"]))
    assert formulas(api, "A1:C1") == [[1, "", "='My notes'!A1"]]
    assert formulas(api, "'My notes'!A1") == [["=Sheet1!A1"]]
    assert api("GET", "/values/C1")["values"] == [["1"]]


def test_the_formulas_of_rules_follow_as_those_of_cells_do(api: Api, batch: Batch) -> None:
    def condition(kind: str, formula: str) -> dict[str, Any]:
        return {"type": kind, "values": [{"userEnteredValue": formula}]}

    options = {"condition": condition("ONE_OF_RANGE", "=Sheet1!$E$1:$E$9"), "strict": True}
    format_rule = {
        "ranges": [{"sheetId": 0, **area((0, 9), (0, 1))}],
        "booleanRule": {
            "condition": condition("CUSTOM_FORMULA", "=$A1>$B1"),
            "format": {"textFormat": {"bold": True}},
        },
    }
    batch(
        {"setDataValidation": {"range": {"sheetId": 0, **area((0, 2), (2, 3))}, "rule": options}},
        {"addConditionalFormatRule": {"rule": format_rule, "index": 0}},
        {"insertDimension": {"range": {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 1, "endIndex": 2}}},
        {"updateSheetProperties": {"properties": {"sheetId": 0, "title": "Plan 1"}, "fields": "title"}},
    )
    fields = "sheets(conditionalFormats.booleanRule.condition,data.rowData.values.dataValidation.condition)"
    (told,) = api("GET", "", ranges="D1:D2", fields=fields)["sheets"]
    expected = condition("CUSTOM_FORMULA", "=$A1>$C1")
    assert told["conditionalFormats"] == [{"booleanRule": {"condition": expected}}]
    follows = {"dataValidation": {"condition": condition("ONE_OF_RANGE", "='Plan 1'!$F$1:$F$9")}}
    assert [row["values"] for row in told["data"][0]["rowData"]] == [[follows], [follows]]


def test_a_duplicate_has_all_but_the_names(api: Api, batch: Batch, sheet: gspread.Worksheet) -> None:
    sheet.update([["a", 1]], "A1:B1")
    sheet.update_note("A1", "n")
    sheet.freeze(1)
    sheet.define_named_range("A1:B1", "Names")
    sheet.add_protected_range("A1:B1")
    batch(merge((4, 6), (0, 2)))
    (reply,) = batch({"duplicateSheet": {"sourceSheetId": 0, "insertSheetIndex": 1}})
    properties = reply["duplicateSheet"]["properties"]
    assert properties == {
        "sheetId": properties["sheetId"],
        "title": "Copy of Sheet1",
        "index": 1,
        "sheetType": "GRID",
        "gridProperties": {"rowCount": 1000, "columnCount": 26, "frozenRowCount": 1},
    }
    first, second = api("GET", "", fields="sheets(merges,protectedRanges)")["sheets"]
    own = {"sheetId": properties["sheetId"]}
    assert second["merges"] == [{**own, **area((4, 6), (0, 2))}]
    assert second["protectedRanges"][0]["range"] == {**own, **area((0, 1), (0, 2))}
    assert second["protectedRanges"][0]["protectedRangeId"] != first["protectedRanges"][0]["protectedRangeId"]
    assert api("GET", "/values/'Copy of Sheet1'!A1:B1")["values"] == [["a", "1"]]
    assert sheet.spreadsheet.worksheet("Copy of Sheet1").get_note("A1") == "n"
    api("PUT", "/values/'Copy of Sheet1'!A1", {"values": [["b"]]}, valueInputOption="RAW")
    assert sheet.acell("A1").value == "a"
    (reply,) = batch({"duplicateSheet": {"sourceSheetId": 0, "newSheetId": 77, "newSheetName": "Mine"}})
    assert [reply["duplicateSheet"]["properties"][name] for name in ("sheetId", "title", "index")] == [
        77,
        "Mine",
        0,
    ]


@pytest.mark.parametrize(
    ("request_body", "expected"),
    [
        ({"sourceSheetId": 5}, "No sheet with id: 5"),
        ({"newSheetId": 0}, "Sheet with id 0 already exists. Please specify another ID or leave it out."),
        (
            {"newSheetName": "sheet1"},
            'A sheet with the name "sheet1" already exists. Please enter another name.',
        ),
        ({"insertSheetIndex": 9}, "The index 9 is out of range."),
    ],
)
def test_duplicates_that_are_refused(api: Api, request_body: dict[str, Any], expected: str) -> None:
    answer = api("POST", ":batchUpdate", {"requests": [{"duplicateSheet": request_body}]})
    assert message(answer).removeprefix("Invalid requests[0].duplicateSheet: ") == expected
    assert len(api("GET", "")["sheets"]) == 1


def test_a_sheet_goes_into_another_spreadsheet(
    client: gspread.Client, workbook: gspread.Spreadsheet, server: LocalWorkbookServer, session: Any
) -> None:
    workbook.sheet1.update([["a"]], "A1")
    other = client.create("Other")
    for title in ("Copy of Sheet1", "Copy of Sheet1 2"):
        made = workbook.sheet1.copy_to(other.id)
        assert made["title"] == title
    assert made["index"] == 2
    assert other.worksheet("Copy of Sheet1").acell("A1").value == "a"
    url = f"{server.root_url}/v4/spreadsheets/{workbook.id}/sheets"
    unknown = session.post(f"{url}/0:copyTo", json={"destinationSpreadsheetId": "unknown"})
    assert (unknown.status_code, unknown.json()["error"]["status"]) == (404, "NOT_FOUND")
    no_sheet = session.post(f"{url}/9:copyTo", json={"destinationSpreadsheetId": other.id})
    assert message(no_sheet.json()) == "No grid with id: 9"
