import datetime as dt
from typing import Any

import pytest

from optcenter_pipeline.rows.keys import KEY_COLUMNS
from optcenter_pipeline.rows.raw import RawTab
from optcenter_pipeline.workbook.columns import Tab
from optcenter_pipeline.workbook.grid import TabGrid
from optcenter_pipeline.workbook.reading import raw_tab, read_tabs
from optcenter_pipeline.workbook.sample import sample_rows
from optcenter_pipeline.workbook.tabs import (
    ALL_TABS,
    CANDIDATES,
    CONSTRAINTS,
    INPUT_TABS,
    SCENARIO_CONFIG,
    TAB_BY_NAME,
    TARGETS,
)
from optcenter_pipeline.workbook.workbook import Cell, RangeWrite, Workbook

HEADER = ["scenario_name", "constraint_set_name", "dimension", "dimension_key", "kpi_key", "target_value"]
TARGET_HEADER = [*HEADER, "baseline_value", "floor_or_goal", "notes"]
TARGET = ["s", "a", "country", "UK", "gmv", 5, "", "floor"]


def read(rows: list[list[Any]], tab: Tab = TARGETS, **options: int) -> RawTab:
    return raw_tab(TabGrid(tab, rows, 1000, 26), **options)


def test_cells_come_by_canonical_name_with_the_sheets_row_numbers() -> None:
    tab = read([TARGET_HEADER, TARGET, [], ["s", "a", "", "DE", "nps", "6", 1, "goal", "x"]])
    assert [row.row_num for row in tab.rows] == [2, 4]
    assert tab.rows[0].cells == {
        "scenario_name": "s",
        "constraint_set_name": "a",
        "dimension": "country",
        "dimension_key": "UK",
        "kpi_key": "gmv",
        "target_value": 5,
        "floor_or_goal": "floor",
    }
    assert tab.rows[1].cells["target_value"] == 6
    assert "dimension" not in tab.rows[1].cells


def test_headers_match_by_alias_without_case_spaces_hyphens_and_underscores() -> None:
    header = [
        "Scenario Name",
        "SET",
        "Dimension",
        "market",
        "KPI-Key",
        " Target ",
        "current value",
        "floor or goal",
    ]
    tab = read([header, TARGET])
    assert tab.errors == ()
    assert tab.rows[0].cells == read([TARGET_HEADER, TARGET]).rows[0].cells


def test_a_missing_column_is_one_error_and_no_rows() -> None:
    tab = read([[name for name in TARGET_HEADER if name not in ("kpi_key", "target_value")], TARGET])
    assert tab.rows == ()
    (error,) = tab.errors
    assert "kpi_key (or kpi)" in error
    assert "target_value (or target)" in error


def test_a_header_that_stands_twice_is_one_error_and_no_rows() -> None:
    tab = read([[*TARGET_HEADER, "Target"], TARGET])
    assert tab.rows == ()
    assert tab.errors == (
        "the header target_value stands twice, in columns F ('target_value') and J ('Target'): "
        "rename or remove one",
    )


def test_unknown_columns_are_one_warning() -> None:
    tab = read([[*TARGET_HEADER, "mood", "Weather", ""], [*TARGET, "", 1, 2, 3]])
    assert len(tab.rows) == 1
    (warning,) = tab.warnings
    assert "'mood', 'Weather', column L, which has no header" in warning


def test_notes_to_people_are_skipped_and_error_values_are_not() -> None:
    errors = [[error, *TARGET[1:]] for error in ("#REF!", "#N/A", " #name?", "#GETTING_DATA")]
    tab = read([TARGET_HEADER, ["# agreed in May"], TARGET, *errors, ["#N/A means: nobody asked"]])
    assert [row.row_num for row in tab.rows] == [3, 4, 5, 6, 7]
    assert tab.rows[1].cells["scenario_name"] == "#REF!"


def test_a_run_of_blank_rows_ends_reading_and_what_is_below_is_warned_about() -> None:
    blank: list[list[Any]] = [[]] * 49
    assert len(read([TARGET_HEADER, TARGET, *blank, TARGET]).rows) == 2
    tab = read([TARGET_HEADER, TARGET, *blank, [], TARGET, TARGET])
    assert len(tab.rows) == 1
    assert "rows from 53 on were not read" in tab.warnings[0]
    assert len(read([TARGET_HEADER, TARGET, *blank, [], TARGET], blank_rows=51).rows) == 2
    assert read([TARGET_HEADER, TARGET, *blank, [], [], ["", " "]]).warnings == ()


@pytest.mark.parametrize("blank_rows", [0, -1])
def test_a_run_of_no_blank_rows_is_refused(sample: Workbook, blank_rows: int) -> None:
    with pytest.raises(ValueError, match="1 blank row or more"):
        read_tabs(sample, INPUT_TABS, blank_rows=blank_rows)


def test_the_run_of_blank_rows_can_be_set(sample: Workbook) -> None:
    empty_row = [RangeWrite("Candidates!A3:R3", [[""] * 18])]
    sample.batch_update(empty_row)
    tab = read_tabs(sample, [CANDIDATES], blank_rows=1)["Candidates"]
    assert [row.row_num for row in tab.rows] == [2]
    assert "rows from 4 on were not read: reading stops after 1 blank rows" in tab.warnings[0]


def test_formulas_system_cells_white_space_and_unticked_boxes_do_not_fill_a_row() -> None:
    header = [column.name for column in CANDIDATES.columns]
    row: list[Any] = [""] * len(header)
    for name, cell in {"title": "looked up", "run_status": "OK", "notes": "  ", "is_mandatory": False}.items():
        row[header.index(name)] = cell
    assert read([header, row], CANDIDATES).rows == ()


def test_the_content_hash_names_the_pms_cells_alone() -> None:
    header = [*TARGET_HEADER, "run_status", "mood"]
    first = read([header, [*TARGET, "", "OK", "fine"]]).rows[0]
    elsewhere = read([header, [], [], [*TARGET, "", "FAILED", ""]]).rows[0]
    turned = read([list(reversed(TARGET_HEADER)), list(reversed([*TARGET, ""]))]).rows[0]
    assert first.content_hash == elsewhere.content_hash == turned.content_hash
    number = read([header, [*TARGET[:5], 5.0, *TARGET[6:]]]).rows[0]
    text = read([header, [*TARGET[:5], "5", *TARGET[6:]]]).rows[0]
    assert number.content_hash == first.content_hash != text.content_hash
    moved = read([header, ["a", "s", *TARGET[2:]]]).rows[0]
    assert moved.content_hash != first.content_hash


def test_a_tab_without_headers_says_so() -> None:
    assert "row 1 has none of the headers" in read([]).errors[0]
    assert "row 1 has none of the headers" in read([[], TARGET]).errors[0]


def test_all_tabs_come_in_one_request(sample: Workbook) -> None:
    reads = sample.counts.reads
    tabs = read_tabs(sample, ALL_TABS)
    assert sample.counts.reads == reads + 1
    assert list(tabs) == [tab.name for tab in ALL_TABS]
    for name, rows in sample_rows().items():
        assert [row.cells for row in tabs[name].rows] == rows
        assert tabs[name].errors == tabs[name].warnings == ()


def test_a_missing_tab_is_an_error_of_that_tab_alone(sample: Workbook) -> None:
    sheet = next(sheet for sheet in sample.sheets() if sheet.title == "Targets")
    sample.structural_update([{"deleteSheet": {"sheetId": sheet.sheet_id}}], idempotent=False)
    tabs = read_tabs(sample, INPUT_TABS)
    assert "no tab named Targets" in tabs["Targets"].errors[0]
    assert len(tabs["Candidates"].rows) == 40


@pytest.mark.parametrize(
    ("typed", "column", "value"),
    [
        ("2026-03", "period_key", dt.date(2026, 3, 1)),
        ("2026", "period_key", "2026"),
        ("2026-Q2", "period_key", "2026-Q2"),
        ("1,500.5", "capacity_total_tokens", 1500.5),
        ("12k", "capacity_total_tokens", "12k"),
    ],
)
def test_what_a_person_types_into_an_unformatted_cell(
    empty: Workbook, typed: str, column: str, value: object
) -> None:
    empty.structural_update([{"addSheet": {"properties": {"title": "Scenario_Config"}}}], idempotent=False)
    names: list[Cell] = [c.name for c in SCENARIO_CONFIG.columns]
    empty.batch_update([RangeWrite("Scenario_Config!A1", [names])])
    letter = "ABCDEFGHIJ"[names.index(column)]
    body = {
        "valueInputOption": "USER_ENTERED",
        "data": [{"range": f"Scenario_Config!{letter}2", "values": [[typed]]}],
    }
    empty.http.values_batch_update(empty.spreadsheet_id, body)
    (row,) = read_tabs(empty, [SCENARIO_CONFIG])["Scenario_Config"].rows
    assert row.cells[column] == value


def test_the_key_columns_are_those_that_validation_knows() -> None:
    assert {name: TAB_BY_NAME[name].key_columns for name in KEY_COLUMNS} == dict(KEY_COLUMNS)


def test_no_spelling_of_a_header_means_two_columns() -> None:
    for tab in ALL_TABS:
        spellings = [name for column in tab.columns for name in {column.name, *column.aliases}]
        assert len(tab.by_header) == len(spellings), tab.name
    assert CONSTRAINTS.by_header["key"].name == "dimension_key"
