"""``USER_ENTERED``: what typing a text makes of it, and how it is shown again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import gspread
import pytest

from optcenter_pipeline.local_workbook.number_format import format_number
from optcenter_pipeline.local_workbook.typed_input import TypedInput, parse_typed

from .conftest import Api

# typed, the unformatted value, as shown
TYPED: list[tuple[Any, Any, str]] = [
    (42, 42, "42"),
    ("0042", 42, "42"),
    ("2,000,000.01", 2000000.01, "2,000,000.01"),
    ("1,234", 1234, "1,234"),
    ("1,5", "1,5", "1,5"),
    (".5", 0.5, "0.5"),
    ("-7", -7, "-7"),
    ("+7", 7, "7"),
    ("(5)", -5, "-5"),
    ("1e3", 1000, "1.00E+03"),
    ("12%", 0.12, "12%"),
    ("12.5%", 0.125, "12.50%"),
    ("$1,234.5", 1234.5, "$1,234.50"),
    ("-$5", -5, "-$5"),
    ("€20", 20, "€20"),
    ("true", True, "TRUE"),
    ("FALSE", False, "FALSE"),
    ("2020-01-01", 43831, "2020-01-01"),
    ("2020-02-30", "2020-02-30", "2020-02-30"),
    ("1/2/2020", 43832, "1/2/2020"),
    ("Mar 3, 2026", 46084, "Mar 3, 2026"),
    ("3 March 2026", 46084, "3 March 2026"),
    ("2026-03", 46082, "2026-03"),
    ("2026-Q2", "2026-Q2", "2026-Q2"),
    ("3 Mar 2026", 46084, "3 Mar 2026"),
    ("3-Mar-2026", 46084, "3-Mar-2026"),
    ("May 30 2026", 46172, "May 30, 2026"),
    ("10:30", 0.4375, "10:30"),
    ("9:36", 0.4, "9:36"),
    ("09:36", 0.4, "09:36"),
    ("36:00", 1.5, "36:00:00"),
    ("10:30 PM", 0.9375, "10:30 PM"),
    ("2020-01-01 12:00", 43831.5, "2020-01-01 12:00"),
    ("'007", "007", "007"),
    ("'=1+1", "=1+1", "=1+1"),
    ("=", "=", "="),
    ("3_1_0", "3_1_0", "3_1_0"),
    (" padded ", " padded ", " padded "),
    ("12k", "12k", "12k"),
    ("NaN", "NaN", "NaN"),
    ("2020-01-01T10:00:00Z", "2020-01-01T10:00:00Z", "2020-01-01T10:00:00Z"),
]


def test_typing_into_cells(api: Api) -> None:
    api("PUT", "/values/A1", {"values": [[typed] for typed, _, _ in TYPED]}, valueInputOption="USER_ENTERED")
    values = api("GET", f"/values/A1:A{len(TYPED)}", valueRenderOption="UNFORMATTED_VALUE")["values"]
    shown = api("GET", f"/values/A1:A{len(TYPED)}")["values"]
    assert [(typed, value[0]) for (typed, _, _), value in zip(TYPED, values, strict=True)] == [
        (typed, value) for typed, value, _ in TYPED
    ]
    assert [text[0] for text in shown] == [text for _, _, text in TYPED]


def test_dates_can_be_read_as_text(api: Api) -> None:
    api("PUT", "/values/A1", {"values": [["2020-01-01", 43831]]}, valueInputOption="USER_ENTERED")
    answer = api(
        "GET",
        "/values/A1:B1",
        valueRenderOption="UNFORMATTED_VALUE",
        dateTimeRenderOption="FORMATTED_STRING",
    )
    assert answer["values"] == [["2020-01-01", 43831]]


def test_a_cell_formatted_as_text_keeps_what_is_typed(sheet: gspread.Worksheet, api: Api) -> None:
    sheet.format("A1:C1", {"numberFormat": {"type": "TEXT"}})
    typed = [["007", "=1+1", "2020-01-01"]]
    api("PUT", "/values/A1", {"values": typed}, valueInputOption="USER_ENTERED")
    assert api("GET", "/values/A1:C1", valueRenderOption="UNFORMATTED_VALUE")["values"] == typed


def test_a_chosen_format_outlives_typing(sheet: gspread.Worksheet, api: Api) -> None:
    sheet.format("A1", {"numberFormat": {"type": "NUMBER", "pattern": "0.000"}})
    api("PUT", "/values/A1", {"values": [["12%"]]}, valueInputOption="USER_ENTERED")
    assert api("GET", "/values/A1")["values"] == [["0.120"]]


def test_a_leading_sign_starts_a_formula_only_where_no_number_stands() -> None:
    today = datetime(2026, 11, 23)
    assert parse_typed("-1.5", today=today) == TypedInput(value=-1.5)
    assert parse_typed("+A1", today=today) == TypedInput(formula="=+A1")
    for typed in ("5/6", "5-6", "May 6", "6 May", "6-May", "May. 6"):
        assert parse_typed(typed, today=today).value == 46148.0, typed
    assert parse_typed("13-40", today=today) == TypedInput(value="13-40")


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (1 / 3, None, "0.3333333333"),
        (1 / 1024, None, "0.0009765625"),
        (0.1 + 0.2, None, "0.3"),
        (123456.123456789, None, "123456.123456789"),
        (1e15, None, "1E+15"),
        (-1e-12, None, "-1E-12"),
        (0.285, {"type": "NUMBER", "pattern": "0.00"}, "0.29"),
        (-0.001, {"type": "NUMBER", "pattern": "0.00"}, "0.00"),
        (1234567.5, {"type": "NUMBER", "pattern": "#,##0"}, "1,234,568"),
        (5, {"type": "NUMBER", "pattern": '0 "tokens"'}, "5 tokens"),
        (-5, {"type": "NUMBER", "pattern": "0;(0)"}, "(5)"),
        (0.5, {"type": "NUMBER", "pattern": "#.##"}, ".5"),
        (12345, {"type": "SCIENTIFIC", "pattern": "0.00E+00"}, "1.23E+04"),
        (
            43831.75,
            {"type": "DATE_TIME", "pattern": "dddd, d mmmm yyyy h:mm am/pm"},
            "Wednesday, 1 January 2020 6:00 PM",
        ),
        (1e300, {"type": "NUMBER", "pattern": "0.00"}, "1" + "0" * 300 + ".00"),
        (1.5, {"type": "TIME", "pattern": "[h]:mm"}, "36:00"),
        (43831, {"type": "DATE"}, "1/1/2020"),
        (1e9, {"type": "DATE"}, "1000000000"),
    ],
)
def test_number_formats(value: float, number_format: dict[str, Any] | None, shown: str) -> None:
    assert format_number(float(value), number_format) == shown
