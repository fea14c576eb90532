"""Imports into a workbook in use: what is refused, what is replaced, what is told."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from optcenter_pipeline.exchange.errors import ExchangeError
from optcenter_pipeline.exchange.exporting import export_xlsx
from optcenter_pipeline.exchange.importing import import_file
from optcenter_pipeline.runs.workbook_access import open_workbook
from optcenter_pipeline.workbook.workbook import RangeWrite, Workbook, cell_range
from optcenter_pipeline_tests.exchange.books import book, book_of, csv_files
from optcenter_pipeline_tests.exchange.sheets import add_columns, all_values, everything, type_row, values
from optcenter_pipeline_tests.support.planning_space import PlanningSpace

HEADER = ["initiative_key", "title", "lifecycle_status"]
TWO = [HEADER, ["INIT-1", "One", "ready"], ["INIT-2", "Two", "idea"]]


def refused(workbook: Workbook, file: Path, *, replace: bool = False) -> tuple[str, ...]:
    """What an import says that refuses; nothing is written."""
    before, writes = all_values(workbook), workbook.counts.writes
    with pytest.raises(ExchangeError) as caught:
        import_file(workbook, file, replace=replace)
    assert (all_values(workbook), workbook.counts.writes) == (before, writes)
    return caught.value.lines


def test_headers_by_alias_in_any_order(empty: Workbook, tmp_path: Path) -> None:
    sheets: dict[str, Any] = {
        "initiatives": [["Team", "NAME", "Key"], ["Payments", "One", "INIT-1"]],
        "KPI contributions": [["kpi", "Initiative Key", "contribution"], ["gmv", "INIT-1", 9.5]],
    }
    report = import_file(empty, book_of(tmp_path / "book.xlsx", sheets))
    assert {name: tab.rows for name, tab in report.tabs.items()} == {"Initiatives": 1, "KPI_Contributions": 1}
    assert values(empty, "Initiatives")[1] == ["INIT-1", "One", "", "", "", "", "", "", "", "Payments"]
    assert values(empty, "KPI_Contributions")[1] == ["INIT-1", "gmv", 9.5]


def test_an_import_takes_few_requests(empty: Workbook, tmp_path: Path) -> None:
    before = (empty.counts.reads, empty.counts.writes)
    import_file(empty, book_of(tmp_path / "book.xlsx", {"Initiatives": TWO}))
    assert (empty.counts.reads - before[0], empty.counts.writes - before[1]) == (3, 1)


def test_a_tab_in_use_is_refused_and_so_is_all_the_rest(sample: Workbook, tmp_path: Path) -> None:
    free = [["run_id", "initiative_key", "notes"]]
    lines = refused(sample, book_of(tmp_path / "book.xlsx", {"Results": free, "Initiatives": TWO}))
    assert len(lines) == 1
    assert lines[0].startswith(
        "Initiatives!2 initiative_key: the workbook's tab has 42 rows already; give --replace"
    )


def test_replace_puts_the_files_rows_in_place_of_the_others(sample: Workbook, tmp_path: Path) -> None:
    others = {name: rows for name, rows in everything(sample).items() if name not in ("Initiatives", "Candidates")}
    report = import_file(sample, book_of(tmp_path / "book.xlsx", {"Initiatives": TWO}), replace=True)
    now = everything(sample)
    assert now["Initiatives"][1:] == TWO[1:]
    assert {name: now[name] for name in others} == others
    assert [warning.split(":")[0] for warning in report.warnings] == ["Initiatives"]
    assert "no column country, region, segment, product, category, program, department" in report.warnings[0]


def test_statuses_of_rows_that_change_go_and_the_others_stay(sample_space: PlanningSpace, tmp_path: Path) -> None:
    sample_space.save()
    with sample_space.workbook.open() as workbook:
        export_xlsx(workbook, tmp_path / "book.xlsx")
        before = values(workbook, "Metrics_Config")
        type_row(workbook, "Metrics_Config", 2, ["a name of today"], column=1)
        report = import_file(workbook, tmp_path / "book.xlsx", replace=True)
        after = values(workbook, "Metrics_Config")
    assert before[2][6] == "OK"
    assert report.tabs["Metrics_Config"].cells_written == 4
    assert after[2][:6] == before[2][:6]
    assert "".join(after[2][6:]) == ""
    assert [row for n, row in enumerate(after) if n != 2] == [row for n, row in enumerate(before) if n != 2]


def test_formulas_and_statuses_of_a_file_are_not_taken(empty: Workbook, tmp_path: Path) -> None:
    sheets: dict[str, Any] = {
        "Initiatives": [["key", "title", "run_status"], ["INIT-1", "One", "OK"]],
        "Candidates": [["key", "title", "tokens"], ["INIT-1", "a title that nobody looked up", 3]],
    }
    import_file(empty, book_of(tmp_path / "book.xlsx", sheets))
    assert values(empty, "Candidates")[1][:6] == ["INIT-1", "One", "", "", "", 3]
    assert values(empty, "Initiatives")[1] == ["INIT-1", "One"]


def test_a_formula_of_people_that_gives_the_files_value_stays(sample: Workbook, tmp_path: Path) -> None:
    ids = {sheet.title: sheet.sheet_id for sheet in sample.sheets()}
    start = {"sheetId": ids["Candidates"], "rowIndex": 1, "columnIndex": 5}
    cell = {"values": [{"userEnteredValue": {"formulaValue": "=30+4"}}]}
    request = {"updateCells": {"start": start, "rows": [cell], "fields": "userEnteredValue"}}
    sample.structural_update([request], idempotent=True)
    report = export_xlsx(sample, tmp_path / "book.xlsx")
    assert report.warnings == (
        "Candidates!2 engineering_tokens: a formula stands there; what they give was exported, not how",
    )
    type_row(sample, "Candidates", 2, [23], column=5)
    import_file(sample, tmp_path / "book.xlsx", replace=True)
    assert sample.batch_get(["Candidates!F2:F3"], render="FORMULA")[0].rows == [["=30+4"], [22]]


def test_columns_of_their_own_travel_where_both_have_them(empty: Workbook, tmp_path: Path) -> None:
    add_columns(empty, "Metrics_Config", 1)
    type_row(empty, "Metrics_Config", 0, ["Owner of it"], column=9)
    rows = [["kpi", "level", "kpi_level", "owner_of_it", "colour"], ["gmv", "x", "north_star", "Mo", "red"]]
    report = import_file(empty, book_of(tmp_path / "book.xlsx", {"Metrics_Config": rows}))
    assert values(empty, "Metrics_Config")[1] == ["gmv", "", "north_star", "", "", "", "", "", "", "Mo"]
    assert report.warnings == (
        "Metrics_Config: not imported, no columns of the workbook's tab: 'level', 'colour'; "
        "add the headers there and import again",
    )


@pytest.mark.parametrize("header", ["Owner", ""])
def test_cells_of_their_own_are_never_left_beside_other_rows(sample: Workbook, tmp_path: Path, header: str) -> None:
    add_columns(sample, "Initiatives", 2)
    type_row(sample, "Initiatives", 0, [header], column=15)
    type_row(sample, "Initiatives", 2, ["Mo"], column=15)
    lines = refused(sample, book_of(tmp_path / "book.xlsx", {"Initiatives": TWO}), replace=True)
    assert lines[0].startswith(f"Initiatives!3 {header or 'column P'}: a column of your own that the file lacks")


def test_unknown_tabs_and_columns_without_header_are_told(empty: Workbook, tmp_path: Path) -> None:
    sheets: dict[str, Any] = {
        "Budget": [["a"], [1]],
        "Targets": [],
        "Initiatives": [[*HEADER, None], [*TWO[1], "stray"]],
        "Runs": [["run_id", "status"], ["run-1", "optimal"]],
        "Actions": [["request_id", "action"], ["r1", "pm.save_selected"]],
    }
    report = import_file(empty, book_of(tmp_path / "book.xlsx", sheets))
    assert report.warnings == (
        "Budget: not imported, it is none of the planning tabs",
        "Targets: empty in the file, nothing was imported",
        "Initiatives: column D has no header and was not imported (row 2 on)",
        "Runs: not imported, its rows are requests and runs, which are not made by files",
        "Actions: not imported, its rows are requests and runs, which are not made by files",
    )
    assert len(values(empty, "Actions")) == 1


def test_all_that_is_wrong_with_a_file_is_told_in_one_pass(empty: Workbook, tmp_path: Path) -> None:
    sheets: dict[str, Any] = {
        "Initiatives": [["title"], ["One"]],
        "Metrics_Config": [["kpi_key", "KPI", "kpi_level"], ["gmv", "gmv", "north_star"]],
        "Targets": [["some", "other", "table"]],
        "Candidates": [["key", "tokens", "notes"], ["INIT-1", 3, "a\0b"]],
        "candidates ": [["key", "tokens"], ["INIT-1", 3]],
    }
    lines = refused(empty, book_of(tmp_path / "book.xlsx", sheets))
    assert [line.split(": ")[0] for line in lines] == [
        "Initiatives!1 header",
        "Metrics_Config!1 header",
        "Targets!1 header",
        "Candidates!2 notes",
        "Candidates!1 header",
    ]
    assert "lacks the column initiative_key (or key, initiative)" in lines[0]
    assert "stands twice, in columns A ('kpi_key') and B ('KPI')" in lines[1]


def test_a_file_with_none_of_the_tabs_is_refused(empty: Workbook, tmp_path: Path) -> None:
    lines = refused(empty, book_of(tmp_path / "book.xlsx", {"Sheet1": TWO}))
    assert lines[0].startswith("book.xlsx has none of the planning tabs")


def test_text_too_long_for_a_cell_is_refused(empty: Workbook, tmp_path: Path) -> None:
    folder = csv_files(tmp_path / "f", {"Initiatives.csv": "key,title\r\nINIT-1," + "x" * 50_001})
    assert refused(empty, folder) == (
        "Initiatives!2 title: the text has 50,001 characters, a cell holds 50,000; shorten it",
    )


def test_excel_errors_come_as_text_and_become_errors_of_their_rows(
    empty_space: PlanningSpace, tmp_path: Path
) -> None:
    def fill(file: Any) -> None:
        sheet = file.add_worksheet("Candidates")
        sheet.write_row(0, 0, ["initiative_key", "engineering_tokens"])
        sheet.write(1, 0, "INIT-1")
        sheet.write_formula(1, 1, "=A1/0", None, "#DIV/0!")

    with empty_space.workbook.open() as workbook:
        import_file(workbook, book(tmp_path / "book.xlsx", fill))
    empty_space.save()
    row = empty_space.rows("Candidates")[0]
    assert row["engineering_tokens"] == "#DIV/0!"
    assert "engineering_tokens: " in row["run_status"]
    assert row["run_status"].startswith("FAILED")


def test_formulas_without_their_values_are_refused_where_people_type(empty: Workbook, tmp_path: Path) -> None:
    def fill(file: Any) -> None:
        sheet = file.add_worksheet("Candidates")
        sheet.write_row(0, 0, ["initiative_key", "engineering_tokens", "country", "Mine"])
        for row in range(1, 4):
            sheet.write(row, 0, f"INIT-{row}")
            for column in (1, 2, 3):
                sheet.write_formula(row, column, "=10+5", None, 15 if (row, column) == (1, 1) else "")

    text = "holds a formula that was never calculated, and so do"
    lines = refused(empty, book(tmp_path / "book.xlsx", fill))
    assert [line[: line.index(" more below")] for line in lines] == [
        f"Candidates!3 engineering_tokens: {text} 1",
        f"Candidates!2 Mine: {text} 2",
    ]
    assert all("open it in Excel" in line for line in lines)


def test_notes_to_people_travel_and_those_at_the_head_of_a_tab_stay(empty: Workbook, tmp_path: Path) -> None:
    type_row(empty, "Initiatives", 1, ["# one row an initiative"])
    file = book_of(tmp_path / "book.xlsx", {"Initiatives": [*TWO[:2], ["# retired:"], TWO[2]]})
    report = import_file(empty, file)
    assert [row[0] for row in values(empty, "Initiatives")] == [
        "initiative_key",
        "# one row an initiative",
        "INIT-1",
        "# retired:",
        "INIT-2",
    ]
    assert report.tabs["Initiatives"].rows == 2
    assert import_file(empty, file).tabs["Initiatives"].cells_written == 0


def test_rows_keep_their_distance(empty: Workbook, tmp_path: Path) -> None:
    import_file(empty, book_of(tmp_path / "book.xlsx", {"Initiatives": [*TWO[:2], [], [], TWO[2]]}))
    assert values(empty, "Initiatives")[1:] == [*TWO[1:2], [], [], TWO[2]]


def results(workbook: Workbook) -> None:
    """Two rows as a run writes them, the second with a note of a PM's."""
    type_row(workbook, "Results", 1, ["run-1", "INIT-1"])
    type_row(workbook, "Results", 2, ["run-1", "INIT-2"])
    type_row(workbook, "Results", 2, ["ask Mo"], column=values(workbook, "Results")[0].index("notes"))


def notes(workbook: Workbook) -> list[Any]:
    header, *rows = values(workbook, "Results")
    place = header.index("notes")
    return [row[place] if len(row) > place else "" for row in rows]


NOTES = [
    ["run_id", "initiative_key", "title", "notes"],
    ["run-1", "init-1", "not taken", "first"],
    ["run-9", "INIT-1", "", "of a run that is gone"],
]


def test_notes_beside_results_follow_their_rows(empty: Workbook, tmp_path: Path) -> None:
    results(empty)
    report = import_file(empty, book_of(tmp_path / "book.xlsx", {"Results": NOTES}))
    assert notes(empty) == ["first", "ask Mo"]
    assert len(values(empty, "Results")) == 3
    assert values(empty, "Results")[1][:3] == ["run-1", "INIT-1", ""]
    assert report.warnings[1] == "Results: 1 note was not imported, the workbook has no such rows (file rows 3)"


def test_a_note_that_says_something_else_is_kept_unless_told(empty: Workbook, tmp_path: Path) -> None:
    results(empty)
    file = book_of(tmp_path / "book.xlsx", {"Results": [*NOTES[:2], ["run-1", "INIT-2", "", "ask Ann"]]})
    assert refused(empty, file) == (
        "Results!3 notes: says 'ask Mo' already, the file says 'ask Ann'; give --replace to take the file's",
    )
    import_file(empty, file, replace=True)
    assert notes(empty) == ["first", "ask Ann"]


def test_a_workbook_without_tabs_is_made_ready(tmp_path: Path) -> None:
    with open_workbook(f"local:{tmp_path / 'new.sqlite'}") as workbook:
        import_file(workbook, book_of(tmp_path / "book.xlsx", {"Initiatives": TWO}))
        assert everything(workbook)["Initiatives"][1:] == TWO[1:]
        assert "Gaps_Alerts" in everything(workbook)


def test_a_tab_that_lost_a_header_gets_its_column_back_or_is_refused(empty: Workbook, tmp_path: Path) -> None:
    type_row(empty, "Initiatives", 0, ["notes"], column=1)
    lines = refused(empty, book_of(tmp_path / "book.xlsx", {"Initiatives": TWO}))
    assert "in the workbook, row 1 lacks the column title" in lines[0]
    assert "stands twice" in lines[0]


class EditedWhenWritten(Workbook):
    """A workbook where somebody types into the first row as soon as it is written."""

    def batch_update(self, writes: Sequence[RangeWrite]) -> None:
        super().batch_update(writes)
        super().batch_update([RangeWrite(cell_range("Initiatives", 1, 0, 1, 0), [["INIT-9"]])])


def test_edits_at_that_moment_are_told(empty: Workbook, tmp_path: Path) -> None:
    edited = EditedWhenWritten(empty.http, empty.spreadsheet_id)
    report = import_file(edited, book_of(tmp_path / "book.xlsx", {"Initiatives": TWO}))
    assert len(report.unsure) == 1
    assert "somebody edited the tab at that moment, rows 2 are not as in the file" in report.unsure[0]


def test_other_sheets_are_told_at_an_export(sample: Workbook, tmp_path: Path) -> None:
    sample.structural_update([{"addSheet": {"properties": {"title": "My sums"}}}], idempotent=False)
    report = export_xlsx(sample, tmp_path / "book.xlsx")
    assert report.warnings == ("My sums: not exported, it is none of the planning tabs",)


def test_a_workbook_without_tabs_is_not_exported(tmp_path: Path) -> None:
    with open_workbook(f"local:{tmp_path / 'new.sqlite'}") as workbook, pytest.raises(ExchangeError, match="init"):
        export_xlsx(workbook, tmp_path / "book.xlsx")
    assert not (tmp_path / "book.xlsx").exists()
