"""Merges and named ranges: what is told of them, what is refused, and how they follow the grid."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gspread
import pytest

from .conftest import Api, message

Batch = Callable[..., list[dict[str, Any]]]


def area(rows: tuple[int, int], columns: tuple[int, int]) -> dict[str, int]:
    return {
        "startRowIndex": rows[0],
        "endRowIndex": rows[1],
        "startColumnIndex": columns[0],
        "endColumnIndex": columns[1],
    }


def merge(rows: tuple[int, int], columns: tuple[int, int], kind: str = "MERGE_ALL") -> dict[str, Any]:
    return {"mergeCells": {"range": {"sheetId": 0, **area(rows, columns)}, "mergeType": kind}}


def merges(api: Api) -> Any:
    return api("GET", "", fields="sheets.merges")["sheets"][0].get("merges", [])


def test_each_kind_of_merge_keeps_the_first_content(api: Api, batch: Batch) -> None:
    api("PUT", "/values/A1", {"values": [[1, 2], [3, 4]]}, valueInputOption="RAW")
    api("PUT", "/values/D1", {"values": [["", "e"], ["d", ""]]}, valueInputOption="RAW")
    api("PUT", "/values/A5", {"values": [[1, 2], [3, 4]]}, valueInputOption="RAW")
    batch(merge((0, 2), (0, 2)), merge((0, 2), (3, 5), "MERGE_ROWS"), merge((4, 6), (0, 2), "MERGE_COLUMNS"))
    assert merges(api) == [
        area((0, 2), (0, 2)),
        area((0, 1), (3, 5)),
        area((1, 2), (3, 5)),
        area((4, 6), (0, 1)),
        area((4, 6), (1, 2)),
    ]
    values = api("GET", "/values/A1:E6", valueRenderOption="UNFORMATTED_VALUE")["values"]
    assert values == [[1, "", "", "e"], ["", "", "", "d"], [], [], [1, 2]]


def test_a_merge_of_one_cell_is_none(api: Api, batch: Batch) -> None:
    batch(merge((0, 1), (0, 1)), merge((0, 3), (0, 1), "MERGE_ROWS"))
    assert merges(api) == []


def test_a_merge_takes_in_those_inside_and_refuses_those_across_its_edge(api: Api, batch: Batch) -> None:
    batch(merge((0, 2), (0, 2)), merge((0, 4), (0, 4)))
    assert merges(api) == [area((0, 4), (0, 4))]
    across = [merge((3, 5), (0, 2)), {"unmergeCells": {"range": {"sheetId": 0, **area((0, 1), (0, 9))}}}]
    for request in across:
        answer = api("POST", ":batchUpdate", {"requests": [request]})
        kind = next(iter(request))
        assert message(answer) == (
            f"Invalid requests[0].{kind}: You must select all cells in a merged range to merge or unmerge them."
        )
    batch({"unmergeCells": {"range": {"sheetId": 0}}})
    assert merges(api) == []


def test_no_merge_lies_across_the_edge_of_what_is_frozen(api: Api, batch: Batch) -> None:
    def freeze(name: str, count: int) -> dict[str, Any]:
        properties = {"sheetId": 0, "gridProperties": {name: count}}
        return {"updateSheetProperties": {"properties": properties, "fields": f"gridProperties.{name}"}}

    def refusal(request: dict[str, Any]) -> str:
        text = message(api("POST", ":batchUpdate", {"requests": [request]}))
        return text.partition(": ")[2]

    batch(merge((0, 2), (0, 2)), freeze("frozenRowCount", 2), merge((0, 1), (4, 6)))
    assert refusal(merge((1, 3), (7, 8))) == "You can't merge frozen and non-frozen rows."
    part = "You can't freeze {} which contain only part of a merged cell."
    assert refusal(freeze("frozenColumnCount", 5)) == part.format("columns")
    assert refusal(freeze("frozenRowCount", 1)) == part.format("rows")
    assert merges(api) == [area((0, 2), (0, 2)), area((0, 1), (4, 6))]


def test_merges_follow_lines(api: Api, batch: Batch) -> None:
    def lines(kind: str, start: int, end: int) -> dict[str, Any]:
        return {kind: {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": start, "endIndex": end}}}

    batch(merge((2, 4), (1, 3)))
    batch(lines("insertDimension", 0, 1), lines("insertDimension", 4, 6))
    assert merges(api) == [area((3, 7), (1, 3))]
    batch(lines("deleteDimension", 2, 6))
    assert merges(api) == [area((2, 3), (1, 3))]
    batch({"deleteDimension": {"range": {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 2, "endIndex": 3}}})
    assert merges(api) == []  # one cell is left of it


def test_a_smaller_grid_cuts_what_was_anchored_outside(api: Api, batch: Batch, sheet: gspread.Worksheet) -> None:
    batch(merge((2, 6), (0, 2)), merge((8, 9), (0, 2)))
    sheet.define_named_range("A1:Z1000", "All")
    sheet.define_named_range("Y900:Z1000", "Gone")
    sheet.resize(5, 5)
    assert merges(api) == [area((2, 5), (0, 2))]
    named = api("GET", "", fields="namedRanges")["namedRanges"]
    assert [(item["name"], item["range"]) for item in named] == [("All", area((0, 5), (0, 5)))]


def named_range(name: Any, **bounds: Any) -> dict[str, Any]:
    return {"addNamedRange": {"namedRange": {"name": name, "range": {"sheetId": 0, **bounds}}}}


def test_a_named_range_is_read_written_and_shown_by_its_name(api: Api, batch: Batch) -> None:
    (reply,) = batch(named_range("Budget", **area((1, 3), (1, 3))))
    identifier = reply["addNamedRange"]["namedRange"]["namedRangeId"]
    assert reply == {
        "addNamedRange": {
            "namedRange": {"namedRangeId": identifier, "name": "Budget", "range": area((1, 3), (1, 3))}
        }
    }
    written = api("PUT", "/values/Budget", {"values": [[1, 2], [3, 4]]}, valueInputOption="RAW")
    assert written["updatedRange"] == "Sheet1!B2:C3"
    for text in ("Budget", "budget", "Sheet1!Budget"):
        assert api("GET", f"/values/{text}")["values"] == [["1", "2"], ["3", "4"]]
    assert message(api("GET", "/values/Other")) == "Unable to parse range: Other"


def test_formulas_read_named_ranges(api: Api, batch: Batch) -> None:
    api("PUT", "/values/A1", {"values": [[1, 2], [3, 4]]}, valueInputOption="RAW")
    batch(named_range("Tokens_2026", **area((0, 2), (0, 2))), named_range("Rate", **area((1, 2), (1, 2))))
    typed = [["=SUM(tokens_2026)", "=Rate*10", "=SUM(Nothing)", "=Tokens_2026"]]
    api("PUT", "/values/D1", {"values": typed}, valueInputOption="USER_ENTERED")
    batch({"insertDimension": {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 0, "endIndex": 1}}})
    assert api("GET", "/values/D2:G2")["values"] == [["10", "40", "#NAME?", "#VALUE!"]]


def test_a_named_range_is_changed_moved_and_deleted(api: Api, batch: Batch) -> None:
    (reply,) = batch(named_range("Budget", **area((1, 3), (1, 3))))
    identifier = reply["addNamedRange"]["namedRange"]["namedRangeId"]
    (added,) = batch({"addSheet": {"properties": {"title": "Other"}}})
    sheet_id = added["addSheet"]["properties"]["sheetId"]
    change = {"namedRangeId": identifier, "name": "Plan", "range": {"sheetId": sheet_id, **area((0, 1), (0, 1))}}
    batch({"updateNamedRange": {"namedRange": change, "fields": "name,range"}})
    batch({"insertDimension": {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 0, "endIndex": 1}}})
    assert api("GET", "", fields="namedRanges") == {
        "namedRanges": [
            {
                "namedRangeId": identifier,
                "name": "Plan",
                "range": {"sheetId": sheet_id, **area((0, 1), (0, 1))},
            }
        ]
    }
    batch({"deleteNamedRange": {"namedRangeId": identifier}})
    assert api("GET", "", fields="namedRanges") == {}
    answer = api("POST", ":batchUpdate", {"requests": [{"deleteNamedRange": {"namedRangeId": identifier}}]})
    assert message(answer) == f"Invalid requests[0].deleteNamedRange: No named range with id: {identifier}"


@pytest.mark.parametrize("name", ["", "A1", "R1C1", "1st", "two words", "TRUE", "x" * 251, "a-b", None])
def test_names_that_a_formula_could_not_tell_are_refused(api: Api, name: Any) -> None:
    assert "named range" in message(api("POST", ":batchUpdate", {"requests": [named_range(name)]}))
    assert api("GET", "", fields="namedRanges") == {}


def test_a_name_is_taken_once(api: Api) -> None:
    answer = api("POST", ":batchUpdate", {"requests": [named_range("Plan"), named_range("PLAN")]})
    assert message(answer).startswith('Invalid requests[1].addNamedRange: A named range with name "PLAN" already')
    assert api("GET", "", fields="namedRanges") == {}  # the batch is one
