"""Requests that find, fill, paste, split and tidy cells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gspread
import pytest

from .conftest import Api, message
from .test_moving import area, values, write

Batch = Callable[..., list[dict[str, Any]]]


def refusal(api: Api, kind: str, body: Any) -> str:
    text = message(api("POST", ":batchUpdate", {"requests": [{kind: body}]}))
    start = f"Invalid requests[0].{kind}: "
    assert text.startswith(start)
    return text.removeprefix(start)


def data(*rows: list[Any]) -> list[dict[str, Any]]:
    names = {str: "stringValue", float: "numberValue", int: "numberValue", bool: "boolValue"}
    return [{"values": [{"userEnteredValue": {names[type(value)]: value}} for value in row]} for row in rows]


def test_cells_are_appended_below_all_data(api: Api, batch: Batch, workbook: gspread.Spreadsheet) -> None:
    small = workbook.add_worksheet("Small", 3, 2)
    small.update([["a"], ["b"]], "A1")
    rows = data(["c", 1], ["d", True])
    batch({"appendCells": {"sheetId": small.id, "rows": rows, "fields": "userEnteredValue"}})
    assert values(api, "Small") == [["a"], ["b"], ["c", 1], ["d", True]]
    batch({"appendCells": {"sheetId": 0, "rows": data([1, 2]), "fields": "*"}})
    assert values(api, "Sheet1!A1:B1") == [[1, 2]]
    assert refusal(api, "appendCells", {"sheetId": 0, "rows": rows}) == (
        "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)"
    )
    assert refusal(api, "appendCells", {"sheetId": 4, "fields": "*"}) == "No grid with id: 4"


CELLS: list[list[Any]] = [["Google Sheets", "sheets"], ['=UPPER("sheets")', 100.5], ["a.b", "Sheets, sheets"]]


@pytest.mark.parametrize(
    ("wanted", "rows", "counts"),
    [
        (
            {"find": "sheets", "replacement": "docs", "allSheets": True},
            [["Google docs", "docs"], ['=UPPER("sheets")', 100.5], ["a.b", "docs, docs"]],
            {"valuesChanged": 3, "occurrencesChanged": 4, "rowsChanged": 2, "sheetsChanged": 1},
        ),
        (
            {"find": "sheets", "replacement": "docs", "sheetId": 0, "matchCase": True, "includeFormulas": True},
            [["Google Sheets", "docs"], ['=UPPER("docs")', 100.5], ["a.b", "Sheets, docs"]],
            {
                "valuesChanged": 2,
                "formulasChanged": 1,
                "occurrencesChanged": 3,
                "rowsChanged": 3,
                "sheetsChanged": 1,
            },
        ),
        (
            {"find": "SHEETS", "replacement": "docs", "sheetId": 0, "matchEntireCell": True},
            [["Google Sheets", "docs"], *CELLS[1:]],
            {"valuesChanged": 1, "occurrencesChanged": 1, "rowsChanged": 1, "sheetsChanged": 1},
        ),
        (
            {"find": r"o.* (\w)(.*)", "replacement": r"$2 \$1 $1", "searchByRegex": True, "sheetId": 0},
            [["Gheets $1 S", "sheets"], *CELLS[1:]],
            {"valuesChanged": 1, "occurrencesChanged": 1, "rowsChanged": 1, "sheetsChanged": 1},
        ),
        (
            {"find": ".", "replacement": "", "range": area(1, 3, 0, 2)},
            [CELLS[0], ['=UPPER("sheets")', 1005], ["ab", "Sheets, sheets"]],
            {"valuesChanged": 2, "occurrencesChanged": 2, "rowsChanged": 2, "sheetsChanged": 1},
        ),
        (
            {"find": "a.b", "replacement": "=1+1", "sheetId": 0},
            [*CELLS[:2], ["=1+1", "Sheets, sheets"]],
            {"valuesChanged": 1, "occurrencesChanged": 1, "rowsChanged": 1, "sheetsChanged": 1},
        ),
        ({"find": "nothing", "allSheets": True}, CELLS, {}),
    ],
)
def test_texts_are_found_and_replaced_and_counted(
    api: Api, batch: Batch, wanted: dict[str, Any], rows: list[Any], counts: dict[str, int]
) -> None:
    write(api, *CELLS)
    assert batch({"findReplace": wanted}) == [{"findReplace": counts}]
    assert values(api) == rows


def test_a_text_that_comes_to_look_like_a_formula_is_none(api: Api, batch: Batch) -> None:
    write(api, ["x1+1"])
    batch({"findReplace": {"find": "x", "replacement": "=", "allSheets": True}})
    assert api("GET", "/values/A1", valueRenderOption="UNFORMATTED_VALUE")["values"] == [["=1+1"]]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"find": "x"}, "A range, a sheetId or allSheets must be specified."),
        ({"allSheets": True}, "find must be specified."),
        ({"find": "(", "searchByRegex": True, "allSheets": True}, "Invalid regular expression: ("),
    ],
)
def test_a_search_without_aim_is_refused(api: Api, body: Any, reason: str) -> None:
    assert refusal(api, "findReplace", body) == reason


def paste(text: str, **given: Any) -> dict[str, Any]:
    coordinate = {"sheetId": 0, "rowIndex": 1, "columnIndex": 1}
    return {"pasteData": {"coordinate": coordinate, "data": text, "type": "PASTE_NORMAL", **given}}


def test_delimited_text_is_pasted_as_if_typed(api: Api, batch: Batch) -> None:
    batch(paste('a,1\n"b, and\nmore",TRUE\n=1+1,2026-03-01', delimiter=","))
    read = api("GET", "/values/B2:C4", valueRenderOption="UNFORMATTED_VALUE")["values"]
    assert read == [["a", 1], ["b, and\nmore", True], [2, 46082]]
    batch(paste("x::y\nz", delimiter="::"))
    assert values(api, "B2:C3") == [["x", "y"], ["z", True]]


def test_a_table_in_html_is_pasted_cell_by_cell(api: Api, batch: Batch) -> None:
    html = "<p>no</p><table><tr><th>Key</th><th>Tokens</th></tr><tr><td><b>A</b> &amp; B<td>12</tr></table>"
    batch(paste(html, html=True))
    assert values(api, "B2:C3") == [["Key", "Tokens"], ["A & B", 12]]


def test_pasting_makes_the_grid_larger(api: Api, batch: Batch, workbook: gspread.Spreadsheet) -> None:
    small = workbook.add_worksheet("Small", 2, 2)
    coordinate = {"sheetId": small.id, "rowIndex": 1, "columnIndex": 1}
    batch({"pasteData": {"coordinate": coordinate, "data": "1\t2\n3\t4", "delimiter": "\t"}})
    assert values(api, "Small") == [[], ["", 1, 2], ["", 3, 4]]
    assert refusal(api, "pasteData", {"coordinate": coordinate, "data": "x"}) == (
        "Either delimiter or html must be specified."
    )
    assert refusal(api, "pasteData", {"coordinate": {"rowIndex": 1000}, "data": "x", "delimiter": ","}) == (
        "Range (Sheet1!A1001) exceeds grid limits. Max rows: 1000, max columns: 26"
    )


@pytest.mark.parametrize(
    ("kind", "texts", "rows"),
    [
        ({"delimiterType": "COMMA"}, ["a, 1", "b", "c,2,x"], [["a", 1], ["b"], ["c", 2, "x"]]),
        ({"delimiterType": "CUSTOM", "delimiter": "->"}, ["a->b", "c"], [["a", "b"], ["c"]]),
        ({"delimiterType": "AUTODETECT"}, ["a;1", "b;2", "c,d;3"], [["a", 1], ["b", 2], ["c,d", 3]]),
        ({"delimiterType": "AUTODETECT"}, ["plain"], [["plain"]]),
    ],
)
def test_a_column_of_texts_is_split(
    api: Api, batch: Batch, kind: dict[str, Any], texts: list[str], rows: list[list[Any]]
) -> None:
    api("PUT", "/values/A1", {"values": [[text] for text in texts]}, valueInputOption="RAW")
    batch({"textToColumns": {"source": area(0, 3, 0, 1), **kind}})
    assert values(api) == rows
    assert refusal(api, "textToColumns", {"source": area(0, 3, 0, 2), **kind}) == (
        "source must span exactly one column."
    )


def test_white_space_is_trimmed_and_counted(api: Api, batch: Batch) -> None:
    texts = [[" a  b "], ["ok"], ["\tx\n\ny"], ["  "], [" =1+1"]]
    api("PUT", "/values/A1", {"values": texts}, valueInputOption="RAW")
    api("PUT", "/values/B1", {"values": [['="  "&1'], [" 5 "]]}, valueInputOption="USER_ENTERED")
    (reply,) = batch({"trimWhitespace": {"range": area(0, 9, 0, 2)}})
    assert reply == {"trimWhitespace": {"cellsChangedCount": 4}}
    read = api("GET", "/values/A1:B5", valueRenderOption="UNFORMATTED_VALUE")["values"]
    assert read == [["a b", "  1"], ["ok", 5], ["x y"], [], ["=1+1"]]
    assert batch({"trimWhitespace": {"range": area(0, 9, 0, 2)}}) == [{"trimWhitespace": {}}]


def test_rows_that_repeat_are_removed(api: Api, batch: Batch) -> None:
    write(api, ["k", 1, "=B1"], ["K", 1, "=B2"], ["x", 1, "=B3"], ["k", 2, "=B4"], ["below"])
    columns = [{"sheetId": 0, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}]
    (reply,) = batch({"deleteDuplicates": {"range": area(0, 4, 0, 3), "comparisonColumns": columns}})
    assert reply == {"deleteDuplicates": {"duplicatesRemovedCount": 2}}
    assert values(api) == [["k", 1, "=B1"], ["x", 1, "=B2"], [], [], ["below"]]
    assert batch({"deleteDuplicates": {"range": area(0, 2, 0, 3)}}) == [{"deleteDuplicates": {}}]
    outside = {"range": area(0, 4, 1, 3), "comparisonColumns": columns}
    assert refusal(api, "deleteDuplicates", outside) == "comparisonColumns must be inside of the range."


def test_rows_are_shuffled_whole(api: Api, batch: Batch) -> None:
    rows = [[index, index * 2] for index in range(40)]
    write(api, *rows)
    batch({"randomizeRange": {"range": area(0, 40, 0, 2)}})
    shuffled = values(api, "A1:B40")
    assert sorted(shuffled) == rows
    assert shuffled != rows


def fill(**given: Any) -> dict[str, Any]:
    return {"autoFill": given}


def test_series_go_on_and_constants_repeat(api: Api, batch: Batch) -> None:
    write(api, [1, "a", "=A1*2", "2026-01-30", 5], [3, "b", "=A2*2"])
    batch(fill(range=area(0, 5, 0, 2)), fill(range=area(0, 4, 2, 3)), fill(range=area(0, 3, 3, 5)))
    assert values(api, "A1:C5") == [
        [1, "a", "=A1*2"],
        [3, "b", "=A2*2"],
        [5, "a", "=A3*2"],
        [7, "b", "=A4*2"],
        [9, "a"],
    ]
    assert api("GET", "/values/D1:E3")["values"] == [["2026-01-30", "5"], ["2026-01-31", "5"], ["2026-02-01", "5"]]


def test_fills_go_in_any_direction(api: Api, batch: Batch) -> None:
    write(api, ["", "", 10, 20], ["", "", 1], ["", "", 2])
    source = {"source": area(0, 1, 2, 4), "dimension": "COLUMNS", "fillLength": -2}
    batch(fill(sourceAndDestination=source))
    assert values(api, "A1:D1") == [[-10, 0, 10, 20]]
    column = {"source": area(1, 3, 2, 3), "dimension": "ROWS", "fillLength": 3}
    batch(fill(sourceAndDestination=column, useAlternateSeries=True))
    assert values(api, "C2:C6") == [[1], [2], [1], [2], [1]]
    single = {"source": area(1, 2, 2, 3), "dimension": "COLUMNS", "fillLength": 2}
    batch(fill(sourceAndDestination=single, useAlternateSeries=True))
    assert values(api, "C2:E2") == [[1, 2, 3]]
    over = {"source": area(0, 1, 0, 1), "dimension": "ROWS", "fillLength": -1}
    assert refusal(api, "autoFill", {"sourceAndDestination": over}) == "The fill would leave the grid."
    assert refusal(api, "autoFill", {"range": area(10, 12, 0, 1)}) == "The range has no data to fill from."


def borders_of(api: Api, text: str) -> list[list[dict[str, Any]]]:
    answer = api("GET", "", ranges=text, fields="sheets.data.rowData.values.userEnteredFormat.borders")
    rows = answer["sheets"][0]["data"][0].get("rowData", [])
    return [
        [
            {edge: border["style"] for edge, border in cell.get("userEnteredFormat", {}).get("borders", {}).items()}
            for cell in row.get("values", [])
        ]
        for row in rows
    ]


def test_borders_are_drawn_around_and_within(api: Api, batch: Batch) -> None:
    solid, thick = {"style": "SOLID", "color": {"red": 1}}, {"style": "SOLID_THICK"}
    batch({"updateBorders": {"range": area(0, 2, 0, 2), "top": thick, "left": solid, "innerHorizontal": solid}})
    assert borders_of(api, "A1:B2") == [
        [
            {"top": "SOLID_THICK", "left": "SOLID", "bottom": "SOLID"},
            {"top": "SOLID_THICK", "bottom": "SOLID"},
        ],
        [{"left": "SOLID", "top": "SOLID"}, {"top": "SOLID"}],
    ]
    answer = api("GET", "", ranges="A1", fields="sheets.data.rowData.values.userEnteredFormat.borders.left")
    (cell,) = answer["sheets"][0]["data"][0]["rowData"][0]["values"]
    left = {"style": "SOLID", "width": 1, "color": {"red": 1}, "colorStyle": {"rgbColor": {"red": 1}}}
    assert cell["userEnteredFormat"]["borders"] == {"left": left}
    none = {"style": "NONE"}
    batch({"updateBorders": {"range": area(0, 2, 0, 2), "top": none, "left": none, "innerHorizontal": none}})
    assert borders_of(api, "A1:B2") == []
    assert refusal(api, "updateBorders", {"range": area(0, 1, 0, 1), "top": {}}) == (
        "border.style must be specified."
    )
