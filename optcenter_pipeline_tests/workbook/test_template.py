from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from optcenter_pipeline.runs.workbook_access import open_workbook
from optcenter_pipeline.workbook.columns import Owner
from optcenter_pipeline.workbook.errors import WorkbookUnreachableError
from optcenter_pipeline.workbook.reading import read_tabs
from optcenter_pipeline.workbook.sample import sample_rows
from optcenter_pipeline.workbook.tabs import ALL_TABS, CANDIDATES, INPUT_TABS, TARGETS
from optcenter_pipeline.workbook.template import InitReport, init_workbook
from optcenter_pipeline.workbook.workbook import Cell, RangeWrite, Workbook, column_letters
from optcenter_pipeline_tests.workbook.people import Person

EVERYTHING = (
    "sheets(properties,protectedRanges,data(rowData(values(userEnteredValue,userEnteredFormat,note,dataValidation)),"
    "columnMetadata))"
)


def everything(workbook: Workbook, *titles: str) -> dict[str, Any]:
    """Title → all that a sheet holds; without titles, of every sheet."""
    sheets = workbook.metadata(EVERYTHING, [f"'{title}'" for title in titles])["sheets"]
    return {sheet["properties"]["title"]: sheet for sheet in sheets}


def header_cells(sheet: dict[str, Any]) -> list[dict[str, Any]]:
    cells: list[dict[str, Any]] = sheet["data"][0]["rowData"][0]["values"]
    return cells


class Made(NamedTuple):
    """What came of an empty workbook."""

    report: InitReport
    requests: tuple[int, int]
    sheets: dict[str, Any]
    account: str


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    with open_workbook(f"local:{tmp_path_factory.mktemp('made') / 'new.sqlite'}") as workbook:
        report = init_workbook(workbook)
        requests = (workbook.counts.reads, workbook.counts.writes)
        return Made(report, requests, everything(workbook), workbook.account_email)


def test_an_empty_workbook_gets_every_tab_in_order(made: Made) -> None:
    assert made.report.changed
    assert made.report.created_tabs == tuple(tab.name for tab in ALL_TABS)
    assert made.requests == (2, 1)
    assert list(made.sheets) == [tab.name for tab in ALL_TABS]
    for tab in ALL_TABS:
        cells = header_cells(made.sheets[tab.name])
        assert [cell["userEnteredValue"]["stringValue"] for cell in cells] == [c.name for c in tab.columns]
        assert [cell["note"] for cell in cells] == [c.note for c in tab.columns]
        assert all(cell["userEnteredFormat"]["textFormat"]["bold"] for cell in cells)
        grid = made.sheets[tab.name]["properties"]["gridProperties"]
        assert (grid["frozenRowCount"], grid["columnCount"]) == (1, len(tab.columns))
        assert grid["rowCount"] == 1000


def test_drop_downs_warn_and_do_not_refuse(made: Made) -> None:
    for tab in ALL_TABS:
        second = made.sheets[tab.name]["data"][0]["rowData"][1:2]
        cells = second[0].get("values", []) if second else []
        for position, column in enumerate(tab.columns):
            rule = cells[position].get("dataValidation") if position < len(cells) else None
            if column.choices:
                assert rule
                assert not rule.get("strict")
                values = [value["userEnteredValue"] for value in rule["condition"]["values"]]
                assert values == list(column.choices)
            else:
                assert rule is None


def test_system_columns_are_protected_for_all_but_the_account(made: Made) -> None:
    for tab in ALL_TABS:
        covered: set[int] = set()
        for protection in made.sheets[tab.name]["protectedRanges"]:
            assert protection["description"] == "system columns"
            assert protection["editors"]["users"] == [made.account]
            assert not protection.get("warningOnly")
            area = protection["range"]
            covered |= set(range(area.get("startColumnIndex", 0), area["endColumnIndex"]))
        assert covered == {n for n, column in enumerate(tab.columns) if column.owner is Owner.SYSTEM}


def test_candidates_look_up_their_initiative(sample: Workbook) -> None:
    initiative = sample_rows()["Initiatives"][0]
    grid = Person(sample, CANDIDATES).look()
    assert grid.named(1, "title") == initiative["title"]
    assert grid.named(1, "department") == initiative["department"]
    assert grid.named(60, "title") == ""
    sample.batch_update([RangeWrite("'Candidates'!A51", [["INIT-142"]])])
    assert Person(sample, CANDIDATES).look().named(50, "country") == "DE"


def test_a_second_time_changes_nothing(sample: Workbook) -> None:
    before, writes = everything(sample), sample.counts.writes
    report = init_workbook(sample, sample_rows())
    assert not report.changed
    assert report.created_tabs == ()
    assert "already in use" in report.problems[0]
    assert sample.counts.writes == writes
    assert everything(sample) == before


def test_the_sample_is_read_back_as_it_is(sample: Workbook) -> None:
    tabs = read_tabs(sample, INPUT_TABS)
    assert {name: [row.cells for row in tab.rows] for name, tab in tabs.items()} == sample_rows()


def used_workbook(workbook: Workbook) -> None:
    """Targets with its columns in another order, two missing, one unknown; a tab of somebody's own."""
    add = [{"addSheet": {"properties": {"title": title}}} for title in ("Targets", "Our own notes")]
    workbook.structural_update(add, idempotent=False)
    header: list[Cell] = ["Market", "colour", "KPI", "Target", "Scenario", "Set", "floor_or_goal", "dimension"]
    rows: list[list[Cell]] = [
        header,
        ["# agreed"],
        ["UK", "red", "gmv", 5, "s", "a", "floor", "country"],
        ["", "", "", "", "", "", "", "", "", "stray"],
    ]
    own: list[list[Cell]] = [["anything", 1], ["=text", True]]
    workbook.batch_update([RangeWrite("'Targets'!A1", rows), RangeWrite("'Our own notes'!B2", own)])
    formula = {"userEnteredValue": {"formulaValue": "=2+3"}, "note": "my note"}
    start = {"sheetId": Person(workbook, TARGETS).sheet_id, "rowIndex": 0, "columnIndex": 1}
    cells = {"start": start, "rows": [{"values": [{"note": "mine"}, {"note": "hands off"}]}], "fields": "note"}
    sum_cell = {"start": {**start, "rowIndex": 2, "columnIndex": 3}, "rows": [{"values": [formula]}]}
    workbook.structural_update(
        [{"updateCells": cells}, {"updateCells": {**sum_cell, "fields": "userEnteredValue,note"}}], idempotent=True
    )


def test_a_workbook_in_use_gets_what_is_missing_and_keeps_all_it_has(empty: Workbook) -> None:
    used_workbook(empty)
    before = everything(empty, "Targets", "Sheet1", "Our own notes")
    report = init_workbook(empty)
    assert "Targets" not in report.created_tabs
    assert report.added_columns == {
        "Targets": ("baseline_value", "notes", "run_status", "updated_source", "updated_at")
    }
    after = everything(empty, "Targets", "Sheet1", "Our own notes")
    for title in ("Sheet1", "Our own notes"):
        assert after[title]["data"] == before[title]["data"]
    old_rows, new_rows = (book["Targets"]["data"][0]["rowData"] for book in (before, after))
    for row, cells in enumerate(old_rows):
        for column, cell in enumerate(cells.get("values", [])):
            now = new_rows[row]["values"][column]
            assert {**now, **cell} == now
            if row or cell.get("note"):
                assert {name: value for name, value in now.items() if name != "dataValidation"} == {
                    name: value for name, value in cell.items() if name != "dataValidation"
                }
    header = Person(empty, TARGETS).look().rows[0]
    assert header[8:10] == ["", ""]
    assert header[10:] == ["baseline_value", "notes", "run_status", "updated_source", "updated_at"]
    (target,) = read_tabs(empty, [TARGETS])["Targets"].rows
    assert target.cells["target_value"] == 5
    writes = empty.counts.writes
    assert not init_workbook(empty).changed
    assert empty.counts.writes == writes


def test_drop_downs_of_the_pms_own_stay(empty: Workbook) -> None:
    used_workbook(empty)
    rule = {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "floor!"}]}, "strict": True}
    area = {"sheetId": Person(empty, TARGETS).sheet_id, "startRowIndex": 5, "endRowIndex": 6}
    area |= {"startColumnIndex": 6, "endColumnIndex": 7}
    empty.structural_update([{"setDataValidation": {"range": area, "rule": rule}}], idempotent=True)
    init_workbook(empty)
    rows = everything(empty, "Targets")["Targets"]["data"][0]["rowData"]
    assert "dataValidation" not in rows[4]["values"][6]
    assert rows[5]["values"][6]["dataValidation"]["condition"] == rule["condition"]


def test_a_tab_with_other_content_is_left_alone_and_reported(empty: Workbook) -> None:
    empty.structural_update([{"addSheet": {"properties": {"title": "Runs"}}}], idempotent=False)
    empty.batch_update([RangeWrite("'Runs'!A1", [["kilometres", "shoes"], [10, "blue"]])])
    before = everything(empty, "Runs")["Runs"]
    report = init_workbook(empty, sample_rows())
    assert "Runs: row 1 has none of its headers" in report.problems[0]
    assert everything(empty, "Runs")["Runs"] == before
    assert report.sample_rows > 0


def test_a_lone_sheet_with_content_stays(empty: Workbook) -> None:
    empty.batch_update([RangeWrite("'Sheet1'!C3", [["mine"]])])
    init_workbook(empty)
    assert empty.sheets()[0].title == "Sheet1"
    assert empty.batch_get(["'Sheet1'!C3"])[0].rows == [["mine"]]


def test_missing_columns_find_room_in_a_narrow_grid(empty: Workbook) -> None:
    grid = {"rowCount": 5, "columnCount": 2}
    add = {"addSheet": {"properties": {"title": "Metrics_Config", "gridProperties": grid}}}
    empty.structural_update([add], idempotent=False)
    empty.batch_update([RangeWrite("'Metrics_Config'!A1", [["kpi", "kpi_level"], ["gmv", "north_star"]])])
    init_workbook(empty)
    rows = empty.batch_get(["'Metrics_Config'"])[0].rows
    assert rows[0][:3] == ["kpi", "kpi_level", "kpi_name"]
    assert rows[1] == ["gmv", "north_star"]


@pytest.mark.parametrize(
    ("carried_out", "attempts"), [("never", 2), ("before its answer was lost", 2), ("during the second attempt", 3)]
)
def test_a_lost_answer_is_looked_after_and_nothing_is_made_twice(
    empty: Workbook, monkeypatch: pytest.MonkeyPatch, carried_out: str, attempts: int
) -> None:
    send = empty.http.batch_update
    naps: list[float] = []
    empty.http.policy = replace(empty.http.policy, sleep=naps.append)

    def lossy(*arguments: Any, **options: Any) -> Any:
        if not naps and carried_out != "before its answer was lost":
            raise WorkbookUnreachableError("lost")
        if len(naps) == (1 if carried_out == "during the second attempt" else 0):
            send(*arguments, **options)
            if not naps:
                raise WorkbookUnreachableError("lost")
        return send(*arguments, **options)

    monkeypatch.setattr(empty.http, "batch_update", lossy)
    report = init_workbook(empty)
    assert len(naps) == attempts - 1
    assert report.created_tabs == tuple(tab.name for tab in ALL_TABS)
    assert [sheet.title for sheet in empty.sheets()] == [tab.name for tab in ALL_TABS]
    monkeypatch.undo()
    assert not init_workbook(empty).changed


def test_column_letters() -> None:
    assert [column_letters(n) for n in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
