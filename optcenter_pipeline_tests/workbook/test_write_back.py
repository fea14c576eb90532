import json
import random
from collections.abc import Sequence
from typing import Any

import pytest

from optcenter_pipeline.workbook.columns import Owner, Tab
from optcenter_pipeline.workbook.reading import raw_tab, read_tabs
from optcenter_pipeline.workbook.tabs import CANDIDATES, CONSTRAINTS, INPUT_TABS, TARGETS
from optcenter_pipeline.workbook.workbook import Cell, RangeWrite, Workbook
from optcenter_pipeline.workbook.write_back import RowStatus, write_statuses
from optcenter_pipeline_tests.workbook.people import Person, WatchedWorkbook, cells_sent


def verdicts(
    workbook: Workbook, at: str = "2026-11-23T10:00:00Z", tabs: Sequence[Tab] = INPUT_TABS
) -> list[RowStatus]:
    """A status for every row that names its content, so that a wrong one is seen."""
    return [
        RowStatus(
            name, row.row_num, f"row {row.row_num}", row.content_hash, f"OK {row.content_hash[:8]}", "save 1", at
        )
        for name, tab in read_tabs(workbook, tabs).items()
        for row in tab.rows
    ]


def wrong_rows(person: Person, judged: set[str]) -> list[str]:
    """Rows whose status is not that of their content; rows that were not judged must have none."""
    grid = person.look()
    wrong = []
    for row in range(1, len(grid.rows)):
        content = grid.content_hash(row)
        expected = f"OK {content[:8]}" if content in judged else ""
        if grid.named(row, "run_status") != expected:
            wrong.append(f"{row + 1}: {grid.named(row, 'run_status')!r}, not {expected!r}")
    return wrong


def test_statuses_of_all_tabs_cost_two_reads_and_one_write(sample: Workbook) -> None:
    statuses = verdicts(sample)
    reads, writes = sample.counts.reads, sample.counts.writes
    report = write_statuses(sample, statuses)
    assert (sample.counts.reads - reads, sample.counts.writes - writes) == (2, 1)
    assert (report.written, report.unchanged, report.errors) == (len(statuses), 0, ())
    for tab in INPUT_TABS:
        judged = {status.content_hash for status in statuses}
        assert wrong_rows(Person(sample, tab), judged) == []


def test_a_repeat_writes_nothing(sample: Workbook) -> None:
    statuses = verdicts(sample)
    write_statuses(sample, statuses)
    reads, writes = sample.counts.reads, sample.counts.writes
    report = write_statuses(sample, statuses)
    assert (sample.counts.reads - reads, sample.counts.writes - writes) == (1, 0)
    assert (report.written, report.unchanged) == (0, len(statuses))


def test_only_the_stamps_are_written(sample: Workbook) -> None:
    watched = WatchedWorkbook(sample)
    before = {tab.name: Person(sample, tab).look() for tab in INPUT_TABS}
    statuses = verdicts(sample)
    write_statuses(watched, statuses)
    (sent,) = watched.sent
    assert sent and all(set(request) <= {"updateCells", "repeatCell"} for request in sent)
    cells = list(cells_sent(sent))
    for tab in INPUT_TABS:
        person = Person(sample, tab)
        after = person.look()
        stamps = {after.layout.positions[c.name] for c in tab.columns if c.owner is Owner.SYSTEM}
        judged = {status.row_num - 1 for status in statuses if status.tab == tab.name}
        wanted = {(person.sheet_id, row, column) for row in judged for column in stamps}
        assert sorted(place for place in cells if place[0] == person.sheet_id) == sorted(wanted)
        for row in range(len(after.rows)):
            for column in range(len(after.rows[0])):
                if row == 0 or column not in stamps:
                    assert after.value(row, column) == before[tab.name].value(row, column)


def test_what_many_rows_are_told_is_sent_once(sample: Workbook) -> None:
    person = Person(sample, CANDIDATES)
    sample.batch_update([RangeWrite("Candidates!A2:A1000", [[f"INIT-{number}"] for number in range(999)])])
    grid = person.look()
    told = [
        RowStatus("Candidates", row + 1, "", grid.content_hash(row), "FAILED: =1" if row == 500 else "OK", "s", "t")
        for row in range(1, len(grid.rows))
    ]
    watched = WatchedWorkbook(sample)
    write_statuses(watched, told)
    (sent,) = watched.sent
    assert [sum(kind in request for request in sent) for kind in ("repeatCell", "updateCells")] == [4, 1]
    after = person.look()
    assert [after.named(row, "run_status") for row in range(1, 1000)] == [s.run_status for s in told]
    assert {(after.named(row, "updated_source"), after.named(row, "updated_at")) for row in range(1, 1000)} == {
        ("s", "t")
    }


def test_rows_are_found_wherever_they_stand(sample: Workbook) -> None:
    statuses = verdicts(sample)
    person = Person(sample, CANDIDATES)
    person.sort("engineering_tokens")
    person.insert_row(3, 2)
    report = write_statuses(sample, statuses)
    assert report.written == len(statuses)
    assert wrong_rows(person, {status.content_hash for status in statuses}) == []


def test_an_edited_row_gets_nothing_and_a_gone_one_is_reported(sample: Workbook) -> None:
    raw = read_tabs(sample, [CANDIDATES])["Candidates"]
    statuses = [
        RowStatus("Candidates", r.row_num, str(r.cells["initiative_key"]), r.content_hash, "OK", "save 1", "now")
        for r in raw.rows
    ]
    person = Person(sample, CANDIDATES)
    person.type_named(1, "engineering_tokens", 99)
    person.delete_row(5)
    report = write_statuses(sample, statuses)
    assert report.edited == (f"Candidates: {statuses[0].key}",)
    assert report.gone == (f"Candidates: {statuses[4].key}",)
    assert report.written == len(statuses) - 2
    assert person.look().named(1, "run_status") == ""


def test_text_that_nothing_can_store_is_read_and_its_row_still_gets_its_status(
    sample: Workbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    half, nul = '"\\ud83d"', '"A\\u0000B"'  # =LEFT("😀",1), as JSON brings it

    def as_google_delivers(original: Any) -> Any:
        return lambda *args: json.loads(json.dumps(original(*args)).replace('"half"', half).replace('"nul"', nul))

    for name in ("values_batch_get", "spreadsheets_get"):
        monkeypatch.setattr(sample.http, name, as_google_delivers(getattr(sample.http, name)))
    person = Person(sample, CANDIDATES)
    person.type_named(1, "notes", "half")
    person.type_named(1, "bundle_key", "nul")
    person.type_named(2, "initiative_key", "nul")
    person.insert_column(0)
    person.type(0, 0, "half")
    tab = read_tabs(sample, [CANDIDATES])["Candidates"]
    assert (tab.rows[0].cells["notes"], tab.rows[0].cells["bundle_key"]) == ("\ufffd", "A\ufffdB")
    assert "'\ufffd'" in tab.warnings[0]
    tab.model_dump_json().encode()
    statuses = verdicts(sample, tabs=[CANDIDATES])
    report = write_statuses(sample, statuses)
    assert (report.written, report.edited, report.gone) == (len(statuses), (), ())
    assert wrong_rows(person, {status.content_hash for status in statuses}) == []


def test_rows_of_equal_content_are_paired_in_order(sample: Workbook) -> None:
    row: list[Cell] = ["q", "s", "country", "UK", "gmv", 5, "", "floor"]
    end = len(Person(sample, TARGETS).look().rows)
    sample.batch_update([RangeWrite(f"Targets!A{end + 1}", [row, row])])
    statuses = [
        s._replace(run_status="first" if s.row_num == end + 1 else "second")
        for s in verdicts(sample, tabs=[TARGETS])
        if s.row_num > end
    ]
    write_statuses(sample, list(reversed(statuses)))
    grid = Person(sample, TARGETS).look()
    assert [grid.named(r, "run_status") for r in (end, end + 1)] == ["first", "second"]


def test_a_tab_without_stamp_columns_is_reported(empty: Workbook) -> None:
    empty.structural_update([{"addSheet": {"properties": {"title": "Targets"}}}], idempotent=False)
    header: list[Cell] = [c.name for c in TARGETS.columns if c.owner is Owner.PM]
    empty.batch_update([RangeWrite("Targets!A1", [header, ["s", "a", "all", "", "gmv", 5, "", "floor"]])])
    writes = empty.counts.writes
    report = write_statuses(empty, verdicts(empty, tabs=[TARGETS]))
    assert report.written == 0
    assert "run_status" in report.errors[0]
    assert "optcenter workbook init" in report.errors[0]
    assert empty.counts.writes == writes


def test_a_tab_that_is_gone_is_reported_and_the_others_are_written(sample: Workbook) -> None:
    statuses = verdicts(sample, tabs=[TARGETS, CONSTRAINTS])
    person = Person(sample, TARGETS)
    sample.structural_update([{"deleteSheet": {"sheetId": person.sheet_id}}], idempotent=False)
    report = write_statuses(sample, statuses)
    assert report.written == sum(s.tab == "Constraints" for s in statuses)
    assert any("Targets" in error for error in report.errors)


def test_a_sort_between_look_and_write_is_mended(sample: Workbook) -> None:
    statuses = verdicts(sample, tabs=[CANDIDATES])
    watched = WatchedWorkbook(sample)
    person = Person(sample, CANDIDATES)
    watched.before_writes.append(lambda: person.sort("engineering_tokens"))
    report = write_statuses(watched, statuses)
    assert (report.written, report.errors) == (len(statuses), ())
    assert len(watched.sent) == 2
    assert wrong_rows(person, {status.content_hash for status in statuses}) == []


def test_former_statuses_of_other_rows_come_back(sample: Workbook) -> None:
    """A save of a few keys must not spoil what an earlier save said of the other rows."""
    everyone = verdicts(sample, tabs=[CANDIDATES])
    write_statuses(sample, everyone)
    few = [s._replace(run_status=s.run_status, updated_at="later") for s in everyone[:5]]
    watched = WatchedWorkbook(sample)
    person = Person(sample, CANDIDATES)
    watched.before_writes.append(lambda: person.sort("engineering_tokens", descending=True))
    write_statuses(watched, few)
    assert wrong_rows(person, {status.content_hash for status in everyone}) == []
    grid = person.look()
    assert sum(grid.named(row, "updated_at") == "later" for row in range(1, len(grid.rows))) == 5


def everything_typed(person: Person) -> list[object]:
    grid = person.look()
    return [grid.pm_cells(row) for row in range(41)]


@pytest.mark.parametrize("row", [0, 1])
def test_columns_that_move_between_look_and_write_take_no_harm(sample: Workbook, row: int) -> None:
    """An inserted column shifts our write into notes; what stood there is put back."""
    person = Person(sample, CANDIDATES)
    person.type_named(4, "notes", "keep me")
    before = everything_typed(person)
    statuses = verdicts(sample, tabs=[CANDIDATES])
    watched = WatchedWorkbook(sample)
    watched.before_writes.append((lambda: person.insert_column(2)) if row else (lambda: person.insert_row(0)))
    report = write_statuses(watched, statuses)
    if row:
        assert report.errors == ()
        assert wrong_rows(person, {status.content_hash for status in statuses}) == []
        assert everything_typed(person) == before
    else:
        assert "row 1" in report.errors[0]
        person.delete_row(0)
        assert raw_tab(person.look()).errors == ()
        assert everything_typed(person) == before


@pytest.mark.parametrize("block", range(6))
def test_sixty_saves_with_people_in_the_sheet(sample: Workbook, block: int) -> None:
    """No wrong and no missing status, and no cell of a PM changed, whatever happens in between."""
    person = Person(sample, TARGETS)
    person.shorten_grid(60)
    for trial in range(block * 10, block * 10 + 10):
        chance = random.Random(trial)
        statuses = verdicts(sample, at=f"save {trial}", tabs=[TARGETS])
        watched = WatchedWorkbook(sample)
        typed: list[object] = []

        def interfere(chance: random.Random = chance, typed: list[object] = typed) -> None:
            for _ in range(chance.randint(1, 2)):
                person.do_something(chance, chance.choice(("dimension_key", "kpi_key", "notes")))
            grid = person.look()
            typed[:] = sorted(repr(grid.pm_cells(row)) for row in range(len(grid.rows)))

        watched.before_writes += [interfere] * chance.randint(1, 2)
        report = write_statuses(watched, statuses)
        assert report.errors == ()
        grid = person.look()
        now = sorted(repr(grid.pm_cells(row)) for row in range(len(grid.rows)))
        assert [cells for cells in now if cells != "[]"] == [cells for cells in typed if cells != "[]"]
        for row in range(1, len(grid.rows)):
            content = grid.content_hash(row)
            if any(status.content_hash == content for status in statuses):
                assert grid.named(row, "run_status") == f"OK {content[:8]}"
                assert grid.named(row, "updated_at") == f"save {trial}"
            else:
                assert grid.named(row, "updated_at") != f"save {trial}"


def test_rows_beyond_the_judged_copies_share_the_last_verdict(sample: Workbook) -> None:
    """Somebody copies a judged row meanwhile: the original keeps its status, whichever stands first."""
    statuses = verdicts(sample, tabs=[CANDIDATES])
    person = Person(sample, CANDIDATES)
    judged = person.look()
    watched = WatchedWorkbook(sample)

    def copy() -> None:
        person.insert_row(2)
        for name, cell in judged.pm_cells(2):
            person.type_named(2, name, cell)

    watched.before_writes.append(copy)
    report = write_statuses(watched, statuses)
    assert (report.edited, report.gone, report.errors) == ((), (), ())
    assert wrong_rows(person, {status.content_hash for status in statuses}) == []


def test_a_tab_that_is_renamed_meanwhile_is_reported_and_the_next_save_delivers(sample: Workbook) -> None:
    statuses = verdicts(sample, tabs=[TARGETS, CONSTRAINTS])
    person = Person(sample, TARGETS)

    def rename(title: str) -> None:
        properties = {"sheetId": person.sheet_id, "title": title}
        request = {"updateSheetProperties": {"properties": properties, "fields": "title"}}
        sample.structural_update([request], idempotent=True)

    watched = WatchedWorkbook(sample)
    watched.before_writes.append(lambda: rename("Goals"))
    report = write_statuses(watched, statuses)
    assert report.errors == ("Targets: the workbook has no such tab",)
    assert report.written == sum(status.tab == "Constraints" for status in statuses)
    rename("Targets")
    assert write_statuses(sample, statuses).errors == ()
    assert wrong_rows(person, {status.content_hash for status in statuses}) == []


def test_a_system_column_that_is_deleted_meanwhile_spoils_no_other(sample: Workbook) -> None:
    person = Person(sample, CANDIDATES)
    before = everything_typed(person)
    place = person.look().layout.positions["updated_source"]
    statuses = verdicts(sample, tabs=[CANDIDATES])
    watched = WatchedWorkbook(sample)
    watched.before_writes.append(lambda: person.delete_column(place))
    report = write_statuses(watched, statuses)
    assert "no column updated_source" in report.errors[0]
    assert "optcenter workbook init" in report.errors[0]
    assert everything_typed(person) == before


@pytest.mark.parametrize("place", [0, 2, 14])
def test_rows_that_move_after_a_column_did_get_their_own_cells_back(sample: Workbook, place: int) -> None:
    """A column is inserted before our write, and rows are sorted before we look back."""
    person = Person(sample, CANDIDATES)
    for row in range(1, 41):
        person.type_named(row, "notes", f"note {row}")
    before = {str(cells) for cells in everything_typed(person)}
    statuses = verdicts(sample, tabs=[CANDIDATES])
    watched = WatchedWorkbook(sample)
    watched.before_writes.append(lambda: person.insert_column(place))
    watched.after_writes.append(lambda: person.sort("engineering_tokens", descending=True))
    report = write_statuses(watched, statuses)
    assert report.errors == ()
    assert {str(cells) for cells in everything_typed(person)} == before
    assert wrong_rows(person, {status.content_hash for status in statuses}) == []
    assert all(person.look().value(row, place) == "" for row in range(41))
