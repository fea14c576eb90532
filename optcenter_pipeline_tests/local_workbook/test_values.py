"""What ``spreadsheets.values`` reads, writes, counts, echoes and refuses."""

from __future__ import annotations

import gspread
import pytest

from .conftest import Api, message

DANGEROUS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "'quoted",
    '"quoted"',
    "\ttab",
    "line\nbreak\r\nand return",
    "007",
    "1e3",
    "12%",
    "2026-03-01",
    "TRUE",
    "NaN",
    "#REF!",
    " spaces ",
    "🎯 emoji 👩‍👩‍👧‍👦",
    "e\u0301 é",
    "\u202eright to left",
    "a\x00b\x07",
    "<script>alert(1)</script>",
    "'; DROP TABLE files; --",
    "\\",
]


def test_raw_text_comes_back_the_same_in_every_rendering(sheet: gspread.Worksheet, api: Api) -> None:
    sheet.update([[text] for text in DANGEROUS], "A1", raw=True)
    for option in ("FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA"):
        answer = api("GET", f"/values/A1:A{len(DANGEROUS)}", valueRenderOption=option)
        assert [row[0] for row in answer["values"]] == DANGEROUS


def test_numbers_and_booleans_keep_their_types(api: Api) -> None:
    values = [[1, 1.5, True, False, -0.25, 0, 123456789012, 1e21, "1"]]
    api("PUT", "/values/A1", {"values": values}, valueInputOption="RAW")
    read = api("GET", "/values/A1:I1", valueRenderOption="UNFORMATTED_VALUE")["values"]
    assert read == values
    assert [type(value) for value in read[0]] == [int, float, bool, bool, float, int, int, float, str]
    shown = api("GET", "/values/A1:I1")["values"][0]
    assert shown == ["1", "1.5", "TRUE", "FALSE", "-0.25", "0", "123456789012", "1E+21", "1"]


def test_trailing_empty_cells_and_rows_are_dropped(api: Api) -> None:
    api(
        "PUT",
        "/values/A1",
        {"values": [["a", "", "c", ""], ["", "", "", ""], ["", "b", "", ""], ["", "", "", ""]]},
        valueInputOption="RAW",
    )
    assert api("GET", "/values/A1:D4")["values"] == [["a", "", "c"], [], ["", "b"]]
    assert api("GET", "/values/A1:D4", majorDimension="COLUMNS")["values"] == [["a"], ["", "", "b"], ["c"]]
    assert "values" not in api("GET", "/values/A4:D9")
    assert api("GET", "/values/B2:D4")["values"] == [[], ["b"]]


@pytest.mark.parametrize(
    ("title", "echoed"),
    [
        ("Runs", "Runs"),
        ("Run_log2", "Run_log2"),
        ("Résumé", "'Résumé'"),
        ("Run log", "'Run log'"),
        ("Q2", "'Q2'"),
        ("R1C1", "'R1C1'"),
        ("2026", "'2026'"),
        ("it's", "'it''s'"),
        ("a!b", "'a!b'"),
        ("50% / done?", "'50% / done?'"),
        ("🌵", "'🌵'"),
    ],
)
def test_a_range_is_echoed_clipped_and_quoted(
    workbook: gspread.Spreadsheet, api: Api, title: str, echoed: str
) -> None:
    workbook.add_worksheet(title, rows=5, cols=3)
    quoted = "'" + title.replace("'", "''") + "'"
    answer = workbook.values_batch_get([f"{quoted}!A:ZZ", f"{quoted}!A2:B", f"{quoted}!2:9", quoted])
    ranges = [value_range["range"] for value_range in answer["valueRanges"]]
    assert ranges == [f"{echoed}!A1:C5", f"{echoed}!A2:B5", f"{echoed}!A2:C5", f"{echoed}!A1:C5"]


def test_ranges_without_a_sheet_mean_the_first_and_case_does_not_matter(
    workbook: gspread.Spreadsheet, sheet: gspread.Worksheet
) -> None:
    sheet.update([["x"]], "B2")
    answer = workbook.values_batch_get(["B2", "sheet1!b2", "C3:B2", "R2C2", "$B$2"])
    assert [found["range"] for found in answer["valueRanges"]] == [
        "Sheet1!B2",
        "Sheet1!B2",
        "Sheet1!B2:C3",
        "Sheet1!B2",
        "Sheet1!B2",
    ]
    assert all(found["values"] == [["x"]] for found in answer["valueRanges"])


@pytest.mark.parametrize("text", ["Nope!A1", "Nope", "'Sheet1", "Sheet1!A0", "Sheet1!!A1", "Sheet1!A1:", "Sheet1!"])
def test_a_range_that_cannot_be_parsed_is_named(api: Api, text: str) -> None:
    assert message(api("GET", "/values:batchGet", ranges=text)) == f"Unable to parse range: {text}"


def test_counts_are_of_cells_that_are_not_null(api: Api) -> None:
    api("PUT", "/values/A1:C2", {"values": [["a", "b", "c"], ["d", "e", "f"]]}, valueInputOption="RAW")
    answer = api("PUT", "/values/A1:C3", {"values": [[None, "B", None], [], ["", None]]}, valueInputOption="RAW")
    assert answer["updatedRange"] == "Sheet1!A1:C3"
    assert (answer["updatedRows"], answer["updatedColumns"], answer["updatedCells"]) == (2, 2, 2)
    assert api("GET", "/values/A1:C3")["values"] == [["a", "B", "c"], ["d", "e", "f"]]
    cleared = api("PUT", "/values/A1", {"values": [["", None]]}, valueInputOption="RAW")
    assert cleared["updatedCells"] == 1
    assert api("GET", "/values/A1:C1")["values"] == [["", "B", "c"]]


def test_writing_past_the_range_or_the_grid_is_refused_and_grows_nothing(
    workbook: gspread.Spreadsheet, api: Api
) -> None:
    workbook.add_worksheet("Small grid", rows=3, cols=2)
    body = {"values": [[1, 2, 3]]}
    for text, reason in (
        ("A1:B1", "Requested writing within range ['Small grid'!A1:B1], but tried writing to column [C]"),
        ("A1", "Range ('Small grid'!A1:C1) exceeds grid limits. Max rows: 3, max columns: 2"),
        ("A4", "Range ('Small grid'!A4) exceeds grid limits. Max rows: 3, max columns: 2"),
        ("C:C", "Range ('Small grid'!C:C) exceeds grid limits. Max rows: 3, max columns: 2"),
        ("A1:B9", "Range ('Small grid'!A1:B9) exceeds grid limits. Max rows: 3, max columns: 2"),
    ):
        refused = api("PUT", f"/values/'Small grid'!{text}", body, valueInputOption="RAW")
        assert message(refused) == reason
    tall = api("PUT", "/values/'Small grid'!A1:A2", {"values": [[1], [2], [3]]}, valueInputOption="RAW")
    assert message(tall) == ("Requested writing within range ['Small grid'!A1:A2], but tried writing to row [3]")
    assert api("GET", "/values/'Small grid'") == {"range": "'Small grid'!A1:B3", "majorDimension": "ROWS"}
    assert message(api("GET", "/values/'Small grid'!A9:B9")).startswith("Range ('Small grid'!A9:B9) exceeds")


def test_a_batch_of_writes_is_all_or_nothing(api: Api) -> None:
    data = [{"range": "A1", "values": [["kept?"]]}, {"range": "Nope!A1", "values": [["x"]]}]
    refused = api("POST", "/values:batchUpdate", {"valueInputOption": "RAW", "data": data})
    assert message(refused) == "Invalid data[1]: Unable to parse range: Nope!A1"
    assert "values" not in api("GET", "/values/A1")


def test_batch_totals_count_a_line_once(workbook: gspread.Spreadsheet, api: Api) -> None:
    workbook.add_worksheet("Other", rows=3, cols=3)
    data = [
        {"range": "A1:B1", "values": [[1, 2]]},
        {"range": "B1:C1", "values": [[3, 4]]},
        {"range": "Other!A2", "majorDimension": "COLUMNS", "values": [[5, 6]]},
    ]
    answer = api("POST", "/values:batchUpdate", {"valueInputOption": "RAW", "data": data})
    assert answer["totalUpdatedRows"] == 3
    assert answer["totalUpdatedColumns"] == 4
    assert answer["totalUpdatedCells"] == 6
    assert answer["totalUpdatedSheets"] == 2
    assert api("GET", "/values/A1:C1")["values"] == [["1", "3", "4"]]
    assert api("GET", "/values/Other!A1:A3")["values"] == [[], ["5"], ["6"]]


def test_a_write_can_answer_with_the_values(api: Api) -> None:
    answer = api(
        "PUT",
        "/values/A1:B1",
        {"values": [["2026-03-01", "12%"]]},
        valueInputOption="USER_ENTERED",
        includeValuesInResponse="true",
        responseValueRenderOption="UNFORMATTED_VALUE",
    )
    assert answer["updatedData"] == {
        "range": "Sheet1!A1:B1",
        "majorDimension": "ROWS",
        "values": [[46082, 0.12]],
    }


def test_clear_keeps_notes_formats_and_validation(api: Api, sheet: gspread.Worksheet) -> None:
    sheet.update([["x", "y"]], "A1")
    sheet.insert_note("A1", "read me")
    sheet.format("A1", {"textFormat": {"bold": True}})
    sheet.add_validation("A1", gspread.utils.ValidationConditionType.one_of_list, ["x", "y"])
    assert sheet.batch_clear(["A1:A9", "B1"])["clearedRanges"] == ["Sheet1!A1:A9", "Sheet1!B1"]
    (row,) = api("GET", "", ranges="A1:B1", includeGridData="true")["sheets"][0]["data"][0]["rowData"]
    (cell,) = row["values"]
    assert cell["note"] == "read me"
    assert cell["userEnteredFormat"] == {"textFormat": {"bold": True}}
    assert cell["dataValidation"]["condition"]["values"] == [
        {"userEnteredValue": "x"},
        {"userEnteredValue": "y"},
    ]
    assert "userEnteredValue" not in cell


def test_append_finds_the_table_and_makes_rows(workbook: gspread.Spreadsheet, api: Api) -> None:
    workbook.add_worksheet("Log", rows=3, cols=3)
    api("PUT", "/values/Log!B1:C2", {"values": [["h1", "h2"], [1, 2]]}, valueInputOption="RAW")
    body = {"values": [[3, 4], [5, 6]]}
    answer = api("POST", "/values/Log:append", body, valueInputOption="RAW")
    assert answer["tableRange"] == "Log!B1:C2"
    assert answer["updates"]["updatedRange"] == "Log!B3:C4"
    assert api("GET", "/values/Log")["range"] == "Log!A1:C4"


@pytest.mark.parametrize("inserts", ["OVERWRITE", "INSERT_ROWS"])
def test_append_makes_columns_where_a_write_is_refused_them(
    workbook: gspread.Spreadsheet, api: Api, inserts: str
) -> None:
    workbook.add_worksheet("Log", rows=2, cols=2)
    body = {"values": [[1, 2, 3], [4, 5, 6]]}
    refused = api("PUT", "/values/Log!A1", body, valueInputOption="RAW")
    assert message(refused) == "Range (Log!A1:C2) exceeds grid limits. Max rows: 2, max columns: 2"
    api("PUT", "/values/Log!B1", {"values": [["h"]]}, valueInputOption="RAW")
    answer = api("POST", "/values/Log:append", body, valueInputOption="RAW", insertDataOption=inserts)
    assert answer["updates"]["updatedRange"] == "Log!B2:D3"
    assert api("GET", "/values/Log!B1:Z9")["values"] == [["h"], ["1", "2", "3"], ["4", "5", "6"]]
    assert api("GET", "/values/Log")["range"] == ("Log!A1:D3" if inserts == "OVERWRITE" else "Log!A1:D4")


def test_nothing_can_be_appended_to_a_full_sheet(workbook: gspread.Spreadsheet, api: Api) -> None:
    workbook.add_worksheet("Log", rows=1, cols=1).update([["h"]])
    answer = api("POST", "/values/Log:append", {"values": []}, valueInputOption="RAW")
    assert answer["tableRange"] == "Log!A1"
    assert answer["updates"] == {"spreadsheetId": workbook.id, "updatedRange": "Log!A2"}


@pytest.mark.parametrize(("method", "path"), [("PUT", "/values/Sheet1!A1"), ("POST", "/values/Sheet1!A1:append")])
def test_a_body_for_another_range_is_refused(api: Api, method: str, path: str) -> None:
    body = {"range": "Sheet1!A2", "values": [["x"]]}
    refused = api(method, path, body, valueInputOption="RAW")
    assert message(refused) == "Request range[Sheet1!A1] does not match value's range[Sheet1!A2]"
    assert "values" not in api("GET", "/values/Sheet1")
    body["range"] = "'Sheet1'!A1"
    assert "error" not in api(method, path, body, valueInputOption="RAW")
    assert api("GET", "/values/Sheet1")["values"] == [["x"]]


def test_append_can_insert_rows(api: Api) -> None:
    api("PUT", "/values/A1", {"values": [["a"], [""], ["below"]]}, valueInputOption="RAW")
    api(
        "POST",
        "/values/A1:append",
        {"values": [["b"]]},
        valueInputOption="RAW",
        insertDataOption="INSERT_ROWS",
    )
    assert api("GET", "/values/A1:A5")["values"] == [["a"], ["b"], [], ["below"]]


def test_a_cell_holds_fifty_thousand_characters(api: Api) -> None:
    assert "error" not in api("PUT", "/values/A1", {"values": [["x" * 50_000]]}, valueInputOption="RAW")
    refused = api("PUT", "/values/A2", {"values": [["x" * 50_001]]}, valueInputOption="USER_ENTERED")
    assert message(refused) == "Your input contains more than the maximum of 50000 characters in a single cell."


def test_malformed_writes_are_refused(api: Api) -> None:
    assert message(api("PUT", "/values/A1", {"values": [[1]]})) == (
        "'valueInputOption' is required but not specified"
    )
