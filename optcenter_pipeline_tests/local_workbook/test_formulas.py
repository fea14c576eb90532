"""Formulas: what they yield, that they follow changes, and that they move with their cells."""

from __future__ import annotations

from typing import Any

import gspread
import pytest

from optcenter_pipeline.local_workbook.anchored import LinesShifted
from optcenter_pipeline.local_workbook.formulas.references import Shift, followed_formula, moved_formula
from optcenter_pipeline.local_workbook.formulas.tokens import tokenise

from .conftest import Api
from .test_batch_update import Batch, grid

# against the cells A1:C4 of the fixture below
RESULTS: list[tuple[str, Any]] = [
    ("=3/2", 1.5),
    ("= 1 / 1024", 0.0009765625),
    ("=1+2*3^2", 19),
    ("=-2^2", 4),
    ("=2^-1", 0.5),
    ("=(1+2)*3%", 0.09),
    ("=10-2-3", 5),
    ('="a"&1&TRUE&D9', "a1TRUE"),
    ('="say ""hi"""', 'say "hi"'),
    ("=1=1", True),
    ('="A"="a"', True),
    ('=2<"1"', True),
    ("=1<>1", False),
    ('=D9=""', True),
    ("=B2+1", 21),
    ("=$B$2*B3", 600),
    ('="5"+1', 6),
    ('="x"+1', "#VALUE!"),
    ("=1/0", "#DIV/0!"),
    ("=10^999", "#NUM!"),
    ("=(-1)^0.5", "#NUM!"),
    ("=NOPE(1)", "#NAME?"),
    ("=nothing", "#NAME?"),
    ("=Nope!A1", "#REF!"),
    ("=ZZ1", "#REF!"),
    ("=#N/A", "#N/A"),
    ("=1+", "#ERROR!"),
    ("=)(", "#ERROR!"),
    ("=A1:A3", "#VALUE!"),
    ("=" + "(" * 3000 + "1" + ")" * 3000, "#ERROR!"),
    ("=SUM(B1:B4,5,TRUE)", 66),
    ("=SUM(A:A)", 4),
    ("=SUM(Data!B:B)", 60),
    ("=COUNTA(A1:C4)", 10),
    ("=COUNT(A1:C4)", 4),
    ("=MIN(B1:B4)", 10),
    ("=MAX(B1:B4)", 30),
    ("=AVERAGE(B1:B4)", 20),
    ("=AVERAGE(A1)", "#DIV/0!"),
    ("=ROUND(2.345,2)", 2.35),
    ("=ROUND(1234,-2)", 1200),
    ("=ROUND(1e300,2)", 1e300),
    ("=ABS(-3)", 3),
    ('=IF(B2>5,"big","small")', "big"),
    ("=IF(FALSE,1)", False),
    ("=IF(TRUE,1,1/0)", 1),
    ("=AND(TRUE,B2>1)", True),
    ("=OR(FALSE,B2>99)", False),
    ("=NOT(FALSE)", True),
    ("=ISBLANK(D9)", True),
    ('=IFERROR(1/0,"none")', "none"),
    ('=IFERROR(5,"none")', 5),
    ('=IFNA(VLOOKUP("zz",A1:C4,2,FALSE),"missing")', "missing"),
    ('=IFNA(1/0,"missing")', "#DIV/0!"),
    ('=VLOOKUP("B",A1:C4,2,FALSE)', 20),
    ('=VLOOKUP("b*",A1:C4,3,0)', "two"),
    ('=VLOOKUP("?",A1:C4,2,FALSE)', 10),
    ('=VLOOKUP("~*",A1:C4,2,FALSE)', "#N/A"),
    ("=VLOOKUP(4,A1:C4,3,FALSE)", "four"),
    ('=VLOOKUP("zz",A1:C4,2,FALSE)', "#N/A"),
    ('=VLOOKUP("a",A1:C4,9,FALSE)', "#REF!"),
    ('=VLOOKUP("a",A1:C4,0,FALSE)', "#VALUE!"),
    ("=VLOOKUP(25,B1:C4,2)", "two"),
    ("=VLOOKUP(D9,A1:C4,2,FALSE)", "#N/A"),
    ('=INDEX(B1:B4,MATCH("c",A1:A4,0))', 30),
    ("=INDEX(A1:C4,2,3)", "two"),
    ("=INDEX(A1:C1,3)", "one"),
    ("=SUM(INDEX(A1:C4,0,2))", 60),
    ("=INDEX(A1:C4,9,1)", "#REF!"),
    ("=MATCH(20,A2:C2,0)", 2),
    ("=MATCH(25,B1:B3)", 2),
    ("=MATCH(1,A1:C4,0)", "#N/A"),
    ("=IF(1)", "#N/A"),
]


@pytest.fixture
def data(workbook: gspread.Spreadsheet) -> gspread.Worksheet:
    """Data!A1:C4, besides the test's Sheet1."""
    sheet = workbook.add_worksheet("Data", rows=100, cols=20)
    sheet.update([["a", 10, "one"], ["b", 20, "two"], ["C", 30], [4, None, "four"]], "A1")
    return sheet


def read(api: Api, area: str, option: str = "UNFORMATTED_VALUE") -> list[list[Any]]:
    values: list[list[Any]] = api("GET", f"/values/{area}", valueRenderOption=option).get("values", [])
    return values


def type_in(api: Api, area: str, *rows: list[Any]) -> None:
    answer = api("PUT", f"/values/{area}", {"values": list(rows)}, valueInputOption="USER_ENTERED")
    assert "error" not in answer, answer


def test_results(data: gspread.Worksheet, api: Api) -> None:
    type_in(api, "Data!H1", *([formula] for formula, _ in RESULTS))
    values = read(api, f"Data!H1:H{len(RESULTS)}")
    found = [(formula, value[0]) for (formula, _), value in zip(RESULTS, values, strict=True)]
    assert found == RESULTS


def test_a_look_up_follows_the_sheet_it_looks_into(
    workbook: gspread.Spreadsheet, data: gspread.Worksheet, api: Api, batch: Batch
) -> None:
    # one request fills the column, its relative references move along
    formula = '=IFERROR(VLOOKUP($A2,Data!$A:$J,3,FALSE),"")'
    area = grid(startRowIndex=1, endRowIndex=4, startColumnIndex=1, endColumnIndex=2)
    cell = {"userEnteredValue": {"formulaValue": formula}}
    batch({"repeatCell": {"range": area, "cell": cell, "fields": "userEnteredValue"}})
    workbook.sheet1.update([["b"], ["nobody"], [4]], "A2")
    assert read(api, "Sheet1!A2:B4") == [["b", "two"], ["nobody", ""], [4, "four"]]
    assert read(api, "Sheet1!B4", "FORMULA") == [['=IFERROR(VLOOKUP($A4,Data!$A:$J,3,FALSE),"")']]
    data.update([["nobody", 0, "found"]], "A9")
    data.update([["changed"]], "C2")
    assert read(api, "Sheet1!B2:B3") == [["changed"], ["found"]]
    workbook.del_worksheet(data)
    assert read(api, "Sheet1!B2:B3") == [[""], [""]]


def test_formulas_stay_with_what_they_point_at(data: gspread.Worksheet, api: Api, batch: Batch) -> None:
    type_in(api, "Sheet1!A1", [1, "=A1*10"], [3, "=A2*10"], [2, "=A3*10"], ["=SUM(A1:A3)", "=Data!B2"])
    data_id = data.id
    batch(
        {"insertDimension": {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 1, "endIndex": 2}}},
        {
            "insertDimension": {
                "range": {"sheetId": data_id, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}
            }
        },
    )
    assert read(api, "Sheet1!A1:B5", "FORMULA") == [
        [1, "=A1*10"],
        [],
        [3, "=A3*10"],
        [2, "=A4*10"],
        ["=SUM(A1:A4)", "=Data!C2"],
    ]
    area = grid(startRowIndex=0, endRowIndex=4, startColumnIndex=0, endColumnIndex=2)
    specs = [{"dimensionIndex": 1, "sortOrder": "DESCENDING"}]
    batch({"sortRange": {"range": area, "sortSpecs": specs}})
    assert read(api, "Sheet1!A1:B5") == [[3, 30], [2, 20], [1, 10], [], [6, 20]]
    batch(
        {"deleteDimension": {"range": {"sheetId": data_id, "dimension": "COLUMNS", "startIndex": 2, "endIndex": 3}}}
    )
    assert read(api, "Sheet1!B5") == [["#REF!"]]
    assert read(api, "Sheet1!B5", "FORMULA") == [["=Data!#REF!"]]


def test_a_cycle_is_a_bad_reference(api: Api) -> None:
    type_in(api, "A1", ["=B1", '=IFERROR(A1,"hidden")', "=A1+1", "=C1"], ["=A2"])
    assert read(api, "A1:D2") == [["#REF!", "#REF!", "#REF!", "#REF!"], ["#REF!"]]


def test_formulas_follow_a_renamed_sheet(data: gspread.Worksheet, api: Api) -> None:
    type_in(api, "Sheet1!A1", ["=Data!A1&'data'!A2", "=A1"])
    data.update_title("Q2 plan")
    assert read(api, "Sheet1!A1:B1", "FORMULA") == [["='Q2 plan'!A1&'Q2 plan'!A2", "=A1"]]
    assert read(api, "Sheet1!A1:B1") == [["ab", "ab"]]


def test_texts_that_double_in_every_cell_stay_in_bounds(api: Api) -> None:
    type_in(api, "A1", ["x" * 30_000], ["=A1&A1"], ["=A2&A2"])
    assert read(api, "A2:A3") == [["#VALUE!"], ["#VALUE!"]]


def test_long_chains_are_computed(api: Api) -> None:
    count = 900
    type_in(api, "A1", *([f"=A{row + 1}+1"] for row in range(1, count)), [0])
    assert read(api, "A1") == [[count - 1]]
    type_in(api, f"A{count}", ["=A1"])
    assert read(api, "A1:A2") == [["#REF!"], ["#REF!"]]


def test_an_error_is_told_in_the_grid_data(api: Api) -> None:
    type_in(api, "A1", ["=1/0"])
    fields = "sheets.data.rowData.values(userEnteredValue,effectiveValue,formattedValue)"
    answer = api("GET", "", ranges="A1", fields=fields)
    assert answer["sheets"][0]["data"][0]["rowData"][0]["values"] == [
        {
            "userEnteredValue": {"formulaValue": "=1/0"},
            "effectiveValue": {"errorValue": {"type": "DIVIDE_BY_ZERO", "message": "#DIV/0!"}},
            "formattedValue": "#DIV/0!",
        }
    ]


def test_a_formula_is_only_made_by_typing_or_by_its_own_field(api: Api, batch: Batch) -> None:
    api("PUT", "/values/A1", {"values": [["=1+1"]]}, valueInputOption="RAW")
    type_in(api, "A2", ["'=1+1"], ["=1+1"])
    assert read(api, "A1:A3") == [["=1+1"], ["=1+1"], [2]]
    assert read(api, "A1:A3", "FORMULA") == [["=1+1"]] * 3


@pytest.mark.parametrize(
    ("formula", "moved"),
    [
        ("=A1+$A1+A$1+$A$1", "=B3+$A3+B$1+$A$1"),
        ('="A1"&A1', '="A1"&B3'),
        ("=SUM(A:A)+SUM(1:2)", "=SUM(B:B)+SUM(3:4)"),
        ("=SUM(A2:C)", "=SUM(B4:D)"),
        ("='Run log'!A1:B2", "='Run log'!B3:C4"),
        ("=LOG10(A1)", "=LOG10(B3)"),
        ("=A1.5", "=A1.5"),
        ("=Q1_total+A1", "=Q1_total+B3"),
    ],
)
def test_relative_references_move_with_a_copy(formula: str, moved: str) -> None:
    assert moved_formula(formula, 2, 1) == moved
    assert "".join(token.text for token in tokenise(formula)) == formula


def test_a_reference_that_leaves_the_grid_is_broken() -> None:
    assert moved_formula("=A1+Data!B2", -1, 0) == "=#REF!+Data!B1"


@pytest.mark.parametrize(
    ("formula", "inserted", "deleted"),
    [
        ("=A2", "=A2", "=A2"),
        ("=A3", "=A5", "=#REF!"),
        ("=A$9", "=A$11", "=A$7"),
        ("=SUM(A1:A9)", "=SUM(A1:A11)", "=SUM(A1:A7)"),
        ("=SUM(A3:A4)", "=SUM(A5:A6)", "=SUM(#REF!)"),
        ("=SUM(A2:A3)", "=SUM(A2:A5)", "=SUM(A2:A2)"),
        ("=SUM(A4:A9)", "=SUM(A6:A11)", "=SUM(A3:A7)"),
        ("=SUM(A:A)", "=SUM(A:A)", "=SUM(A:A)"),
        ("=SUM(A5:A)", "=SUM(A7:A)", "=SUM(A3:A)"),
        ("=Other!A9", "=Other!A9", "=Other!A9"),
        ("=sheet1!A9", "=sheet1!A11", "=sheet1!A7"),
    ],
)
def test_references_shift_with_inserted_and_deleted_rows(formula: str, inserted: str, deleted: str) -> None:
    # two rows at the third
    for shifted, is_insertion in ((inserted, True), (deleted, False)):
        movement = LinesShifted(Shift("ROWS", 2, 2, inserted=is_insertion))
        assert followed_formula(formula, "Sheet1", "Sheet1", movement.moved_area) == shifted
