"""A field of a CSV file says its cell exactly, and is nothing that a spreadsheet program evaluates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optcenter_pipeline.exchange.csv_cells import cell_of, field_of
from optcenter_pipeline.exchange.file_cells import FileCell, Moment
from optcenter_pipeline.workbook.columns import Column
from optcenter_pipeline.workbook.tabs import ALL_TABS, CANDIDATES, SCENARIO_CONFIG
from optcenter_pipeline_tests.exchange.generated_cells import cells, texts, typed
from optcenter_pipeline_tests.support.dangerous_text import DANGEROUS

TITLE = CANDIDATES.by_name["title"]
TOKENS = CANDIDATES.by_name["engineering_tokens"]
DEADLINE = CANDIDATES.by_name["deadline_date"]
PERIOD = SCENARIO_CONFIG.by_name["period_key"]
NOTES = CANDIDATES.by_name["notes"]
COLUMNS = st.sampled_from(
    [None, *{column.kind: column for tab in ALL_TABS for column in tab.columns}.values(), NOTES]
)


@given(cells, COLUMNS)
def test_every_cell_comes_back_the_same(cell: FileCell, column: Column | None) -> None:
    back = cell_of(field_of(cell, column), column)
    if isinstance(cell, Moment) and not isinstance(back, Moment):
        # where no date may stand, or no date says it exactly, its number does
        assert typed(back) == (float, float(cell.serial))
    else:
        assert typed(back) == typed(cell)


@pytest.mark.parametrize("number", [123456789012345680, -(10**20), 2**53, -(2**60)])
def test_a_whole_number_of_any_size_stays_a_number(number: int) -> None:
    back = cell_of(field_of(number, TOKENS), TOKENS)
    assert not isinstance(back, str)
    assert back == number


@given(texts, COLUMNS)
def test_no_text_is_evaluated_by_a_spreadsheet_program(text: str, column: Column | None) -> None:
    field = field_of(text, column)
    assert not field.lstrip().startswith(("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"))
    assert not field.startswith(("\t", "\r", "\n"))


@pytest.mark.parametrize("text", DANGEROUS)
def test_dangerous_text_comes_back_the_same(text: str) -> None:
    for column in (TITLE, TOKENS, DEADLINE, None):
        assert typed(cell_of(field_of(text, column), column)) == (str, text)


@pytest.mark.parametrize(
    ("cell", "column", "field"),
    [
        ("INIT-1", TITLE, "INIT-1"),
        ("007", TITLE, "007"),
        ("=1+1", TITLE, "'=1+1"),
        (" =1+1", TITLE, "' =1+1"),
        ("'=1+1", TITLE, "''=1+1"),
        ("'quoted", TITLE, "'quoted"),
        ("12", TOKENS, "'12"),
        (12, TOKENS, "12"),
        (12.0, TOKENS, "12"),
        (1e-7, TOKENS, "1e-07"),
        (-3, TOKENS, "-3"),
        (True, TITLE, "TRUE"),
        ("TRUE", TITLE, "'TRUE"),
        ("true", TITLE, "true"),
        (Moment(46477), DEADLINE, "2027-03-31"),
        (Moment(46477.5), DEADLINE, "2027-03-31 12:00:00"),
        ("2027-03-31", DEADLINE, "'2027-03-31"),
        ("31.03.2027", DEADLINE, "31.03.2027"),
        (Moment(46477), PERIOD, "2027-03-31"),
        (Moment(46477), NOTES, "2027-03-31"),
        (Moment(46477), TITLE, "46477"),
        ("2027-03-31", TITLE, "2027-03-31"),
        (Moment(0.75), DEADLINE, "0.75"),
        ("", TITLE, ""),
    ],
)
def test_fields_are_what_people_would_type(cell: FileCell, column: Column, field: str) -> None:
    assert field_of(cell, column) == field


@pytest.mark.parametrize(
    "field", ["1e5", "1.50", "+5", "00", "1,5", "12345678901234567890", " 12", "1_000", "Infinity"]
)
def test_what_is_not_plainly_a_number_stays_text(field: str) -> None:
    assert cell_of(field, TOKENS) == field


@pytest.mark.parametrize("field", ["2027-02-30", "2027-3-1", "0001-01-01", "1900-01-30", "2027-03-31 24:00:00"])
def test_what_is_no_date_of_ours_stays_text(field: str) -> None:
    assert cell_of(field, DEADLINE) == field
