"""Which cells of Actions have to be written, as pure functions of the tab and of what was promised."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from optcenter_pipeline.workbook.action_answers import (
    Answer,
    AnswerPlan,
    answer_cells,
    follow_up_cells,
    shows_an_ending,
)
from optcenter_pipeline.workbook.cell_writing import Written
from optcenter_pipeline.workbook.columns import Owner
from optcenter_pipeline.workbook.grid import TabGrid
from optcenter_pipeline.workbook.tabs import ACTIONS

HEADERS = [column.name for column in ACTIONS.columns]
PEOPLES = set(ACTIONS.owned_by(Owner.PM))
QUEUED = Answer(status="queued", run_status="OK").cells()
RUNNING = Answer(status="running", message="saved 3 rows", run_status="OK", run_url="http://x").cells()
DONE = Answer(status="success", message="done", run_id="d-1", run_status="OK").cells()


def grid(rows: list[dict[str, Any]], headers: list[str] | None = None) -> TabGrid:
    names = HEADERS if headers is None else headers
    cells: list[list[Any]] = [list(names), *([row.get(name, "") for name in names] for row in rows)]
    return TabGrid(ACTIONS, cells, len(cells) + 10, len(names))


def written(tab: TabGrid, cells: dict[tuple[int, int], Any]) -> TabGrid:
    """The tab after the cells were written."""
    rows = [list(row) for row in tab.rows]
    for (row, column), value in cells.items():
        rows[row][column] = value
    return TabGrid(tab.tab, rows, tab.row_count, tab.column_count)


def said(tab: TabGrid) -> list[tuple[Any, Any]]:
    return [(tab.named(row, "request_id"), tab.named(row, "status")) for row in range(1, len(tab.rows))]


def test_each_row_is_answered_by_its_request_wherever_it_stands() -> None:
    tab = grid([{"request_id": "b"}, {"request_id": "a", "status": "queued"}, {"request_id": "b"}])
    cells = answer_cells(tab, {"a": DONE, "b": QUEUED})
    assert said(written(tab, cells)) == [("b", "queued"), ("a", "success"), ("b", "queued")]
    assert answer_cells(written(tab, cells), {"a": DONE, "b": QUEUED}) == {}


def test_columns_in_another_order_are_found_and_missing_ones_skipped() -> None:
    headers = ["message", "notes of mine", "status", "action", "request_id"]
    tab = grid([{"request_id": "a", "notes of mine": "keep"}], headers)
    assert answer_cells(tab, {"a": DONE}) == {(1, 0): "done", (1, 2): "success"}


def test_an_answer_that_was_left_behind_by_a_sort_is_cleared() -> None:
    tab = grid([{"status": "success", "message": "done"}, {"request_id": "a"}])
    cells = answer_cells(tab, {"a": DONE})
    assert said(written(tab, cells)) == [("", ""), ("a", "success")]
    assert written(tab, cells).named(1, "message") == ""


def test_a_request_that_nobody_knows_and_a_note_are_left_alone() -> None:
    tab = grid([{"request_id": "unknown", "status": "success"}, {"request_id": "# a note", "status": "mine"}])
    assert answer_cells(tab, {"# a note": DONE}) == {}


def test_an_answer_that_landed_on_a_row_that_nobody_answers_is_taken_back() -> None:
    plan = AnswerPlan(ACTIONS, lambda _: {"a": DONE})
    before = grid([{"request_id": "a", "status": "queued"}, {"request_id": "old", "status": "failed"}])
    so_far = Written(before, plan.cells(before))
    rows: list[dict[str, Any]] = [
        {"request_id": "new", **DONE},
        {"request_id": "# a note", **DONE},
        {"request_id": "a"},
    ]
    after = grid([*rows, {"request_id": "old", "status": "success"}, {"request_id": "older", "message": "mine"}])
    mended = written(after, plan.cells(after, so_far))
    assert said(mended)[:4] == [("new", ""), ("# a note", ""), ("a", "success"), ("old", "failed")]
    assert [mended.named(row, "message") for row in (1, 2, 5)] == ["", "", "mine"]


def test_a_row_without_an_id_says_what_it_lacks_and_is_no_history_once_it_has_one() -> None:
    tab = grid([{"action": "pm.save_selected"}])
    told = written(tab, answer_cells(tab, {}))
    assert (told.named(1, "status"), told.named(1, "message")) == (
        "rejected",
        "request_id: is blank; give any text that no other request has, and the row is looked at again",
    )
    assert told.named(1, "run_status") == f"FAILED: {told.named(1, 'message')}"
    with_id = written(told, {(1, HEADERS.index("request_id")): "a"})
    assert not shows_an_ending(with_id, 1)
    assert said(written(with_id, answer_cells(with_id, {"a": QUEUED}))) == [("a", "queued")]


def test_without_sight_of_formulas_only_what_was_answered_before_is_overwritten() -> None:
    tab = grid([{"request_id": "a", **QUEUED}, {"request_id": "a", "status": "waiting for Ann", "message": ""}])
    cells = follow_up_cells(tab, {"a": QUEUED}, {"a": RUNNING})
    assert cells == {(1, HEADERS.index("status")): "running"}


IDS = st.sampled_from(["", "a", "b", "history"])
ANSWERS = st.sampled_from([QUEUED, RUNNING, DONE])
ROWS = st.lists(
    st.fixed_dictionaries(
        {"request_id": IDS, "action": st.sampled_from(["", "pm.save_selected"])},
        optional={"status": st.sampled_from(["", "queued", "success", "rejected"]), "message": st.text(max_size=3)},
    ),
    max_size=8,
)


@given(rows=ROWS, a=ANSWERS, b=ANSWERS, headers=st.permutations(HEADERS))
def test_one_write_makes_every_row_right_and_touches_no_cell_of_a_person(
    rows: list[dict[str, Any]], a: Any, b: Any, headers: list[str]
) -> None:
    tab = grid(rows, headers)
    answers = {"a": a, "b": b}
    cells = answer_cells(tab, answers)
    assert not {headers[column] for _, column in cells} & PEOPLES
    after = written(tab, cells)
    assert answer_cells(after, answers) == {}
    for row, typed in enumerate(rows, 1):
        if typed["request_id"] in answers:
            assert after.named(row, "status") == answers[typed["request_id"]]["status"]
        if typed["request_id"] == "history":
            assert after.rows[row] == tab.rows[row]
