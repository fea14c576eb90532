"""Formulas in system cells are left as they are; what could not be written stands in the header's note."""

from collections.abc import Sequence

import pytest

from optcenter_pipeline.workbook.full_look import look_at_grids
from optcenter_pipeline.workbook.header_notes import MARK
from optcenter_pipeline.workbook.output_writing import write_outputs
from optcenter_pipeline.workbook.reading import read_tabs
from optcenter_pipeline.workbook.tabs import ACTIONS, CANDIDATES, RESULTS, TARGETS
from optcenter_pipeline.workbook.workbook import RangeWrite, Workbook
from optcenter_pipeline.workbook.write_back import RowStatus, write_statuses
from optcenter_pipeline_tests.workbook.people import Person, WatchedWorkbook

AT = "2026-11-23T10:00:00Z"


def judged(workbook: Workbook, at: str = AT, keys: Sequence[str] | None = None) -> list[RowStatus]:
    rows = read_tabs(workbook, [CANDIDATES])["Candidates"].rows
    names = keys or [str(row.cells.get("initiative_key") or "") for row in rows]
    return [
        RowStatus(
            "Candidates", row.row_num, key, row.content_hash, f"OK {row.content_hash[:8]}", "pm.save_selected 7", at
        )
        for row, key in zip(rows, names, strict=True)
    ]


def formula(workbook: Workbook, cell: str, text: str) -> None:
    workbook.http.values_update(
        workbook.spreadsheet_id, cell, {"valueInputOption": "USER_ENTERED"}, {"values": [[text]]}
    )


def notes(workbook: Workbook, name: str = "Candidates") -> dict[str, str]:
    """Header → its note."""
    grid = look_at_grids(workbook, [CANDIDATES, RESULTS, ACTIONS, TARGETS])[name]
    assert grid.details is not None
    return {str(grid.value(0, column)): note for column, note in grid.details.header_notes.items()}


def typed(workbook: Workbook, name: str = "Candidates") -> list[list[object]]:
    return [list(row) for row in workbook.batch_get([name], render="FORMULA")[0].rows]


def test_a_formula_in_a_status_cell_stays_and_is_reported(sample: Workbook) -> None:
    positions = Person(sample, CANDIDATES).look().layout.positions
    letter = chr(65 + positions["run_status"])
    formula(sample, f"Candidates!{letter}4", "=1+1")
    before = notes(sample)
    statuses = judged(sample)
    reads, writes = sample.counts.reads, sample.counts.writes
    report = write_statuses(sample, statuses)
    assert (sample.counts.reads - reads, sample.counts.writes - writes) == (2, 1)
    assert typed(sample)[3][positions["run_status"]] == "=1+1"
    assert typed(sample)[3][positions["updated_at"]] == AT
    assert typed(sample)[4][positions["run_status"]] == statuses[3].run_status
    (line,) = report.formulas
    assert line.startswith("Candidates!4 run_status: a formula")
    note = notes(sample)["run_status"]
    assert note == f"{before['run_status']}\n\n{MARK}\n{AT}, pm.save_selected 7:\n{line}"
    assert {k: v for k, v in notes(sample).items() if k != "run_status"} == {
        k: v for k, v in before.items() if k != "run_status"
    }

    reads, writes = sample.counts.reads, sample.counts.writes
    again = write_statuses(sample, statuses)
    assert (again.written, again.unchanged, again.formulas) == (0, len(statuses), report.formulas)
    assert (sample.counts.reads - reads, sample.counts.writes - writes) == (1, 0)

    sample.batch_update([RangeWrite(f"Candidates!{letter}4", [[""]])])
    report = write_statuses(sample, statuses)
    assert (report.written, report.formulas) == (1, ())
    assert typed(sample)[3][positions["run_status"]] == statuses[2].run_status
    assert notes(sample) == before


@pytest.mark.parametrize("column", ["run_status", "updated_source", "updated_at"])
def test_a_formula_that_is_sorted_into_the_way_comes_back(sample: Workbook, column: str) -> None:
    person = Person(sample, CANDIDATES)
    place = person.look().layout.positions[column]
    formula(sample, f"Candidates!{chr(65 + place)}4", '="mine"')
    key = person.look().named(3, "initiative_key")
    statuses = judged(sample)
    watched = WatchedWorkbook(sample)
    watched.before_writes.append(lambda: person.sort("engineering_tokens", descending=True))
    report = write_statuses(watched, statuses)
    cells = typed(sample)
    (row,) = [number for number, line in enumerate(cells) if line[0] == key]
    assert row != 3
    assert [number for number, line in enumerate(cells) if len(line) > place and line[place] == '="mine"'] == [row]
    assert report.formulas[0].startswith(f"Candidates!{row + 1} {column}: a formula")
    grid = person.look()
    for number in range(1, 41):
        if number != row:
            assert grid.named(number, "run_status") == f"OK {grid.content_hash(number)[:8]}"
            assert grid.named(number, "updated_at") == AT


def test_formulas_in_outputs_stay(sample: Workbook) -> None:
    rows = [{"run_id": "r", "initiative_key": f"I{n}", "title": f"t{n}", "rank": n} for n in range(1, 4)]
    stamps = {"run_status": "OK", "updated_source": "run r", "updated_at": AT}
    write_outputs(sample, {"Results": [row | stamps for row in rows]})
    person = Person(sample, RESULTS)
    title = person.look().layout.positions["title"]
    formula(sample, f"Results!{chr(65 + title)}3", "=2+2")
    changed = [row | stamps | {"title": f"new {row['title']}"} for row in rows]
    report = write_outputs(sample, {"Results": changed})
    assert len(report.formulas) == 1
    results = typed(sample, "Results")
    assert [line[title] for line in results[1:4]] == ["new t1", "=2+2", "new t3"]
    assert "Results!3 title: a formula" in notes(sample, "Results")["run_status"]
    writes = sample.counts.writes
    write_outputs(sample, {"Results": changed})
    assert sample.counts.writes == writes


@pytest.mark.parametrize("key", ["", "INIT-101"])
def test_a_row_that_no_key_names_is_told_in_the_note_until_the_next_save(sample: Workbook, key: str) -> None:
    """Edited after it was judged: its content is gone, and its key cannot say which row it is now."""
    person = Person(sample, CANDIDATES)
    before = notes(sample)
    person.type_named(2, "initiative_key", key)
    person.type_named(1, "initiative_key", "INIT-101")
    statuses = judged(sample)
    person.type_named(2, "engineering_tokens", 77)
    report = write_statuses(sample, statuses)
    (line,) = report.untold
    assert line.startswith("Candidates!3: edited or removed")
    assert ("blank" in line) is (key == "")
    assert (report.edited, report.gone, report.written) == ((), (), 39)
    assert notes(sample)["run_status"].endswith(f"{MARK}\n{AT}, pm.save_selected 7:\n{line}")
    report = write_statuses(sample, judged(sample, "2026-11-23T11:00:00Z"))
    assert (report.written, report.untold) == (40, ())
    assert notes(sample) == before


def test_what_people_wrote_into_the_note_stays(sample: Workbook) -> None:
    person = Person(sample, CANDIDATES)
    place = person.look().layout.positions["run_status"]
    start = {"sheetId": person.sheet_id, "rowIndex": 0, "columnIndex": place}
    rows = [{"values": [{"note": "ask Kim\nif red"}]}]
    sample.structural_update([{"updateCells": {"start": start, "rows": rows, "fields": "note"}}], idempotent=True)
    formula(sample, f"Candidates!{chr(65 + place)}2", "=1")
    write_statuses(sample, judged(sample))
    assert notes(sample)["run_status"].startswith(f"ask Kim\nif red\n\n{MARK}\n")
    sample.batch_update([RangeWrite(f"Candidates!{chr(65 + place)}2", [[""]])])
    write_statuses(sample, judged(sample))
    assert notes(sample)["run_status"] == "ask Kim\nif red"


def test_a_note_that_lands_on_another_header_is_put_right(sample: Workbook) -> None:
    """A column is inserted between our look and our write: the note hits the neighbour, whose own comes back."""
    person = Person(sample, CANDIDATES)
    before = notes(sample)
    place = person.look().layout.positions["run_status"]
    formula(sample, f"Candidates!{chr(65 + place)}2", "=1")
    watched = WatchedWorkbook(sample)
    watched.before_writes.append(lambda: person.insert_column(2))
    report = write_statuses(watched, judged(sample))
    after = notes(sample)
    assert MARK in after.pop("run_status")
    assert after == {name: note for name, note in before.items() if name != "run_status"}
    assert len(report.formulas) == 1
    grid = person.look()
    assert all(grid.named(n, "run_status") == f"OK {grid.content_hash(n)[:8]}" for n in range(2, 41))
    assert typed(sample)[1][place + 1] == "=1"


def test_many_lines_are_cut_with_their_number(sample: Workbook) -> None:
    place = Person(sample, CANDIDATES).look().layout.positions["run_status"]
    for row in range(2, 42):
        formula(sample, f"Candidates!{chr(65 + place)}{row}", "=1")
    report = write_statuses(sample, judged(sample))
    assert len(report.formulas) == 40
    lines = notes(sample)["run_status"].partition(MARK)[2].splitlines()
    assert len(lines) == 1 + 1 + 20 + 1
    assert lines[-1] == "… and 20 more"
