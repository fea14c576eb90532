"""Which rows an edit may reach, and where a new row stands."""

from __future__ import annotations

from threading import Event, Thread
from typing import Any

import gspread
import pytest
from gspread.utils import ValueInputOption, ValueRenderOption

from .conftest import Call, edit


def test_an_edit_is_typed_into_the_row_that_was_seen(sheet: gspread.Worksheet, call: Call) -> None:
    sheet.update([["a", "1"], ["b", "2"]], "A1", value_input_option=ValueInputOption.user_entered)
    status, answer = call("/page/edit", edit(sheet, 1, ["b", {"v": "2", "e": "2", "k": "n"}], [(1, "1,000")]))
    assert (status, answer) == (
        200,
        {"rows": [{"row": 1, "cells": ["b", {"v": "1,000", "e": "1000", "k": "n"}]}]},
    )
    assert sheet.get(value_render_option=ValueRenderOption.unformatted) == [["a", 1], ["b", 1000]]


def test_it_follows_a_row_that_moved_with_its_formulas(sheet: gspread.Worksheet, call: Call) -> None:
    sheet.update([["a", "=A1"], ["b", "=A2"]], "A1", value_input_option=ValueInputOption.user_entered)
    sheet.insert_rows([["new"]], 1)
    assert call("/page/edit", edit(sheet, 1, ["b"], [(2, "mine")]))[1]["rows"][0]["row"] == 2
    assert sheet.get() == [["new"], ["a", "a"], ["b", "b", "mine"]]


@pytest.mark.parametrize(
    ("now", "seen"),
    [
        ([["a"], ["other"]], ["b"]),
        ([["b"], ["other"], ["b"]], ["b"]),
        ([["a"], ["typed meanwhile"]], [None]),
        ([["a"], [2]], ["2"]),
        ([["a"]], ["b"]),
    ],
    ids=["changed", "which of two", "no longer blank", "a number now", "deleted"],
)
def test_a_row_that_is_not_what_was_seen_is_never_written(
    sheet: gspread.Worksheet, call: Call, now: list[list[Any]], seen: list[Any]
) -> None:
    sheet.update(now, "A1", raw=True)
    before = sheet.get(value_render_option=ValueRenderOption.unformatted)
    status, answer = call("/page/edit", edit(sheet, 1, seen, [(1, "mine")]))
    assert (status, answer["error"]["status"]) == (409, "ABORTED")
    assert answer["error"]["message"].startswith("Row 2 of Sheet1 was changed, moved or deleted meanwhile.")
    assert sheet.get(value_render_option=ValueRenderOption.unformatted) == before


def test_a_range_is_written_whole_or_not_at_all(sheet: gspread.Worksheet, call: Call) -> None:
    sheet.update([["a"], ["b"]], "A1", raw=True)
    body = edit(sheet, 0, ["a"], [(1, "1")])
    body["rows"] += edit(sheet, 1, ["gone"], [(1, "2")])["rows"]
    assert call("/page/edit", body)[0] == 409
    assert sheet.get() == [["a"], ["b"]]
    body["rows"][1]["seen"] = [[0, "b"]]
    assert call("/page/edit", body)[0] == 200
    assert sheet.get() == [["a", "1"], ["b", "2"]]


def test_two_rows_that_became_one_are_refused(sheet: gspread.Worksheet, call: Call) -> None:
    sheet.update([["other"], ["same"]], "A1", raw=True)
    body = edit(sheet, 0, ["same"], [(1, "1")])
    body["rows"] += edit(sheet, 1, ["same"], [(1, "2")])["rows"]
    status, answer = call("/page/edit", body)
    assert (status, answer["error"]["message"].partition(".")[0]) == (
        409,
        "Rows of Sheet1 can no longer be told apart",
    )
    assert sheet.get() == [["other"], ["same"]]


def test_columns_that_moved_are_refused(sheet: gspread.Worksheet, call: Call) -> None:
    sheet.update([["key", "value"], ["a", "1"]], "A1", raw=True)
    body = {**edit(sheet, 1, ["a"], [(1, "2")]), "header": [[0, "key"], [1, "price"]]}
    status, answer = call("/page/edit", body)
    assert (status, answer["error"]["message"].partition(".")[0]) == (
        409,
        "The columns of Sheet1 were changed meanwhile",
    )
    assert sheet.get()[1] == ["a", "1"]


def test_a_tab_that_is_gone_and_texts_that_are_too_long_are_refused(sheet: gspread.Worksheet, call: Call) -> None:
    status, answer = call("/page/edit", {**edit(sheet, 0, [], [(0, "x")]), "sheet": 987})
    assert (status, answer["error"]["message"]) == (404, "This tab was deleted meanwhile. Nothing was written.")
    status, answer = call("/page/edit", edit(sheet, 0, [None], [(0, "x" * 50_001)]))
    assert (status, answer["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert sheet.get() == [[]]


@pytest.mark.parametrize(
    "body",
    ["", "[]", "{", '{"rows": []}', '{"spreadsheet": 1, "sheet": 0, "header": [], "rows": [{}]}', '"\\ud800"'],
)
def test_what_is_no_edit_is_refused(call: Call, body: str) -> None:
    status, answer = call("/page/edit", body)
    assert (status, answer["error"]["status"]) == (400, "INVALID_ARGUMENT")


def new_row(sheet: gspread.Worksheet, *cells: tuple[int, str]) -> dict[str, Any]:
    header = [[0, "request_id"], [1, "action"]]
    return {"spreadsheet": sheet.spreadsheet_id, "sheet": sheet.id, "header": header, "cells": list(cells)}


def test_a_new_row_stands_below_the_last_row_as_the_text_that_it_is(sheet: gspread.Worksheet, call: Call) -> None:
    sheet.update([["request_id", "action"], ["q1"], [], ["", "typed by hand"]], "A1", raw=True)
    status, answer = call("/page/new-row", new_row(sheet, (0, "007"), (1, "=1+1")))
    assert (status, answer) == (200, {"row": 4})
    assert sheet.get(value_render_option=ValueRenderOption.unformatted)[4:] == [["007", "=1+1"]]


def test_a_full_grid_grows_by_a_new_row(workbook: gspread.Spreadsheet, call: Call) -> None:
    small = workbook.add_worksheet("small", 1, 2)
    small.update([["request_id", "action"]], "A1", raw=True)
    assert call("/page/new-row", new_row(small, (0, "q1")))[0] == 200
    assert workbook.worksheet("small").row_count == 2


def test_a_new_row_does_not_go_into_columns_that_moved(sheet: gspread.Worksheet, call: Call) -> None:
    sheet.update([["action", "request_id"]], "A1", raw=True)
    assert call("/page/new-row", new_row(sheet, (0, "q1")))[0] == 409
    assert sheet.get() == [["action", "request_id"]]


def test_no_edit_hits_another_row_while_somebody_sorts(sheet: gspread.Worksheet, call: Call) -> None:
    keys = [f"row {number}" for number in range(40)]
    sheet.update([[key] for key in keys], "A1", raw=True)
    is_over, rounds = Event(), list[int]()

    def sort() -> None:
        while not is_over.is_set():
            rounds.append(len(rounds))
            sheet.sort((1, "des" if len(rounds) % 2 else "asc"), range="A1:B60")

    sorter = Thread(target=sort)
    sorter.start()
    try:
        answers = [call("/page/edit", edit(sheet, number, [key], [(1, key)]))[0] for number, key in enumerate(keys)]
        answers += [call("/page/edit", edit(sheet, 0, ["gone"], [(1, "lost")]))[0]]
    finally:
        is_over.set()
        sorter.join()
    assert len(rounds) > 3
    assert answers == [200] * len(keys) + [409]
    assert sorted(sheet.get()) == sorted([key, key] for key in keys)
