"""The look that sees formulas must see the same values as the plain one: a row's content hash hangs on them."""

from typing import Any

import pytest

from optcenter_pipeline.workbook.full_look import look_at_grids
from optcenter_pipeline.workbook.grid import Formula, read_grids
from optcenter_pipeline.workbook.tabs import ALL_TABS, CANDIDATES, INPUT_TABS, TARGETS
from optcenter_pipeline.workbook.workbook import Workbook
from optcenter_pipeline_tests.workbook.people import Person

TYPED = [
    "12", "1,5", "12.50", "12%", "€5", "2026-03", "2026-03-01", "31.12.2026", "10:30", "TRUE", "false", "'=1+1",
    "007", "'007", "'", "''x", "1e5", "1E400", "=1/0", "=NA()", "=NOSUCH()", "=A9999999", '=VALUE("x")', "-0",
    "=SQRT(-1)", "=1+", '=""', "=TRUE", "=0.1+0.2", '="text"', "# note", "  padded  ", "a\nb", "ünï😀", "#REF!",
]  # fmt: skip


def test_both_looks_see_the_same_values(sample: Workbook) -> None:
    top = len(Person(sample, TARGETS).look().rows)
    sample.http.values_update(
        sample.spreadsheet_id,
        f"Targets!I{top + 2}",
        {"valueInputOption": "USER_ENTERED"},
        {"values": [[t] for t in TYPED]},
    )
    plain, full = read_grids(sample, ALL_TABS), look_at_grids(sample, ALL_TABS)
    for name, grid in plain.items():
        assert full[name].rows == grid.rows
        assert (full[name].row_count, full[name].column_count) == (grid.row_count, grid.column_count)
        for row in range(len(grid.rows)):
            assert full[name].content_hash(row) == grid.content_hash(row)
    assert len(plain["Targets"].rows) >= top + len(TYPED)


def test_formulas_and_header_notes_are_seen(sample: Workbook) -> None:
    grid = look_at_grids(sample, [CANDIDATES])["Candidates"]
    title, key = grid.layout.positions["title"], grid.layout.positions["initiative_key"]
    assert grid.is_formula(1, title)
    assert str(grid.entered(1, title)).startswith("=")
    assert isinstance(grid.entered(1, title), Formula)
    assert not grid.is_formula(1, key)
    assert grid.entered(1, key) == grid.value(1, key)
    assert grid.details is not None
    assert "system" in grid.details.header_notes[grid.layout.positions["run_status"]]


def test_a_cell_that_a_formula_spills_into_counts_as_one(sample: Workbook, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Google delivers it: such a cell shows a value, and nobody typed one."""
    original = sample.http.spreadsheets_get

    def as_google_delivers(*arguments: Any) -> Any:
        document = original(*arguments)
        del document["sheets"][0]["data"][0]["rowData"][2]["values"][0]["userEnteredValue"]
        return document

    monkeypatch.setattr(sample.http, "spreadsheets_get", as_google_delivers)
    grid = look_at_grids(sample, [TARGETS])["Targets"]
    assert grid.is_formula(2, 0)
    assert (grid.value(2, 0), grid.entered(2, 0)) == ("Q1 2027 growth", "")
    assert not grid.is_formula(1, 0)


def test_a_tab_that_is_missing_is_left_out(sample: Workbook) -> None:
    sheet_id = Person(sample, TARGETS).sheet_id
    sample.structural_update([{"deleteSheet": {"sheetId": sheet_id}}], idempotent=False)
    assert set(look_at_grids(sample, INPUT_TABS)) == {tab.name for tab in INPUT_TABS} - {"Targets"}
