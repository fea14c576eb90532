"""Formulas at their edges: their own place and time, lost sheets, and every depth, length and circle."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import gspread
import pytest

from optcenter_pipeline.local_workbook.formulas.functions import FUNCTIONS

from .conftest import Api
from .test_batch_update import Batch
from .test_formulas import read, type_in


def test_a_formula_knows_its_own_place(api: Api) -> None:
    type_in(api, "C7", ["=ROW()&COLUMN()"])
    assert read(api, "C7") == [["73"]]


def test_the_day_is_that_of_the_spreadsheets_time_zone(workbook: gspread.Spreadsheet, api: Api) -> None:
    workbook.update_timezone("Pacific/Kiritimati")
    type_in(api, "A1", ["=NOW()"])
    ((serial,),) = read(api, "A1")
    told = datetime(1899, 12, 30) + timedelta(days=serial)
    there = datetime.now(ZoneInfo("Pacific/Kiritimati")).replace(tzinfo=None)
    assert abs(there - told) < timedelta(hours=1)  # UTC is 14 hours off


def test_many_wildcards_are_matched_without_going_back(api: Api) -> None:
    type_in(api, "A1", ["a" * 40_000], [f'=COUNTIF(A1,"{"*a" * 12}*b")'], [f'=COUNTIF(A1,"{"*a" * 12}*a")'])
    assert read(api, "A2:A3") == [[0], [1]]


def test_a_deleted_sheet_is_lost_for_good(workbook: gspread.Spreadsheet, api: Api, batch: Batch) -> None:
    plan = workbook.add_worksheet("Q1 plan", rows=10, cols=5)
    type_in(api, "A1", ["='Q1 plan'!B2+1", "=IFERROR(SUM('q1 plan'!A:B),\"lost\")", "=A9"])
    workbook.del_worksheet(plan)
    new = workbook.add_worksheet("Q1 plan", rows=10, cols=5)
    new.update([[7]], "B2")
    assert read(api, "A1:C1", "FORMULA") == [["=#REF!B2+1", '=IFERROR(SUM(#REF!A:B),"lost")', "=A9"]]
    assert read(api, "A1:B1") == [["#REF!", "lost"]]
    # neither a new row nor a sheet of that very name touches them
    new.update_title("#REF")
    type_in(api, "D1", ["='#REF'!B2"])
    new.update_title("again")
    batch({"insertDimension": {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 0, "endIndex": 1}}})
    assert read(api, "A2:D2", "FORMULA") == [["=#REF!B2+1", '=IFERROR(SUM(#REF!A:B),"lost")', "=A10", "=again!B2"]]
    assert read(api, "D2") == [[7]]


def test_formulas_of_any_depth_and_length_are_answered(api: Api) -> None:
    nested = "=" + "(" * 10_000 + "1" + ")" * 10_000
    chosen = "=" + "IF(TRUE," * 3000 + "1" + ")" * 3000
    type_in(api, "A1", [nested], [chosen], ["=" + "-" * 10_000 + "1"], ["=" + "1+" * 10_000 + "1"])
    assert read(api, "A1:A4") == [["#ERROR!"], ["#ERROR!"], ["#ERROR!"], [10_001]]


def test_a_chain_of_deep_formulas_is_computed(api: Api) -> None:
    count = 30
    nested = "IF(TRUE," * 25
    type_in(api, "A1", *([f"={nested}A{row + 1}+1{')' * 25}"] for row in range(1, count)), [0])
    assert read(api, "A1") == [[count - 1]]


@pytest.mark.parametrize(
    "circle", [["=A1"], ["=SUM(A1:A9)"], ["=SUMPRODUCT(A:A*2)"], ['=COUNTIF(A:A,">0")'], ["=A2", "=A1"]]
)
def test_a_circle_is_a_bad_reference(circle: list[str], api: Api) -> None:
    type_in(api, "A1", *([formula] for formula in circle))
    assert read(api, "A1") == [["#REF!"]]


ODD_ARGUMENTS = (
    "10^300",
    "-10^300",
    '""',
    '"(*~["',
    "A1:C3",
    "Z:Z",
    "Nowhere!A1",
    "TRUE",
    "0",
    "-1",
    '"12:30"',
    "",
)


def test_every_function_answers_whatever_its_arguments(api: Api) -> None:
    chance = random.Random(5)
    formulas = [
        f"={name}({','.join(chance.choice(ODD_ARGUMENTS) for _ in range(count))})"
        for name, (_, fewest, most) in FUNCTIONS.items()
        for count in range(fewest, min(most, fewest + 3) + 1)
        for _ in range(4)
    ]
    type_in(api, "A1", [1, "a", True], ["", -5, "b*"], [1e300, "x", 0])
    type_in(api, "H1", *([formula] for formula in formulas))
    # every one has an answer, and no answer is that the formula cannot be read
    type_in(api, f"H{len(formulas) + 1}", ["end"])
    values = read(api, f"H1:H{len(formulas) + 1}")
    assert len(values) == len(formulas) + 1
    assert ["#ERROR!"] not in values
