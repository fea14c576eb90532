"""Filters, groups of lines, and sizes fitted to content."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .conftest import Api, message
from .test_merges_and_names import area

Batch = Callable[..., list[dict[str, Any]]]


def sheet_of(api: Api, fields: str) -> Any:
    return api("GET", "", fields=f"sheets({fields})")["sheets"][0]


def insert(dimension: str, start: int, end: int) -> dict[str, Any]:
    span = {"sheetId": 0, "dimension": dimension, "startIndex": start, "endIndex": end}
    return {"insertDimension": {"range": span}}


def test_a_basic_filter_is_replaced_follows_its_columns_and_is_cleared(api: Api, batch: Batch) -> None:
    batch({"setBasicFilter": {"filter": {"range": {"sheetId": 0}}}})
    assert sheet_of(api, "basicFilter") == {"basicFilter": {"range": area((0, 1000), (0, 26))}}
    criteria = {"2": {"hiddenValues": ["x"]}}
    order = [{"dimensionIndex": 1, "sortOrder": "DESCENDING"}]
    given = {"range": {"sheetId": 0, **area((0, 9), (1, 4))}, "criteria": criteria, "sortSpecs": order}
    batch({"setBasicFilter": {"filter": given}}, insert("COLUMNS", 2, 3), insert("ROWS", 0, 1))
    assert sheet_of(api, "basicFilter") == {
        "basicFilter": {
            "range": area((1, 10), (1, 5)),
            "criteria": {"3": {"hiddenValues": ["x"]}},
            "sortSpecs": [{"dimensionIndex": 1, "sortOrder": "DESCENDING"}],
        }
    }
    batch({"clearBasicFilter": {"sheetId": 0}})
    assert sheet_of(api, "basicFilter") == {}


def test_a_filter_names_columns_of_its_own(api: Api) -> None:
    given = {"range": {"sheetId": 0, **area((0, 9), (1, 4))}, "criteria": {"7": {"hiddenValues": ["x"]}}}
    answer = api("POST", ":batchUpdate", {"requests": [{"setBasicFilter": {"filter": given}}]})
    assert message(answer) == "Invalid requests[0].setBasicFilter: Column 7 is outside of the filter's range."


def test_filter_views_are_added_copied_changed_and_deleted(api: Api, batch: Batch) -> None:
    view = {"title": "Mine", "range": {"sheetId": 0, **area((0, 9), (1, 4))}}
    (reply,) = batch({"addFilterView": {"filter": view}})
    first = reply["addFilterView"]["filter"]
    assert first == {
        "filterViewId": first["filterViewId"],
        "title": "Mine",
        "range": area((0, 9), (1, 4)),
    }
    (reply,) = batch({"duplicateFilterView": {"filterId": first["filterViewId"]}})
    second = reply["duplicateFilterView"]["filter"]
    assert (second["title"], second["range"]) == ("Copy of Mine", first["range"])
    change = {"filterViewId": second["filterViewId"], "title": "Yours"}
    batch({"updateFilterView": {"filter": change, "fields": "title"}})
    batch({"deleteFilterView": {"filterId": first["filterViewId"]}})
    assert sheet_of(api, "filterViews") == {"filterViews": [{**second, "title": "Yours"}]}
    answer = api("POST", ":batchUpdate", {"requests": [{"deleteFilterView": {"filterId": 7}}]})
    assert message(answer) == "Invalid requests[0].deleteFilterView: No filter view with id: 7"


def group(kind: str, start: int, end: int) -> dict[str, Any]:
    span = {"sheetId": 0, "dimension": "COLUMNS", "startIndex": start, "endIndex": end}
    return {kind: {"range": span}}


def told(*groups: tuple[int, int, int]) -> list[dict[str, Any]]:
    return [
        {"range": {"dimension": "COLUMNS", "startIndex": start, "endIndex": end}, "depth": depth}
        for start, end, depth in groups
    ]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((2, 4), (1, 5), [(1, 5, 1), (2, 4, 2)]),  # a wider one goes outside
        ((1, 5), (2, 4), [(1, 5, 1), (2, 4, 2)]),  # a narrower one inside
        ((1, 4), (2, 5), [(1, 5, 1), (2, 4, 2)]),  # overlapping ones give their union and their intersection
        ((1, 2), (3, 4), [(1, 2, 1), (3, 4, 1)]),
    ],
)
def test_groups_nest(
    batch: Batch,
    first: tuple[int, int],
    second: tuple[int, int],
    expected: list[tuple[int, int, int]],
) -> None:
    replies = batch(group("addDimensionGroup", *first), group("addDimensionGroup", *second))
    assert replies[1] == {"addDimensionGroup": {"dimensionGroups": told(*expected)}}


def test_a_deleted_group_takes_one_off_the_depth_of_its_lines(api: Api, batch: Batch) -> None:
    batch(group("addDimensionGroup", 1, 5), group("addDimensionGroup", 2, 4))
    (reply,) = batch(group("deleteDimensionGroup", 3, 5))
    assert reply == {"deleteDimensionGroup": {"dimensionGroups": told((1, 4, 1), (2, 3, 2))}}
    batch(insert("COLUMNS", 2, 3))
    assert sheet_of(api, "columnGroups") == {"columnGroups": told((1, 5, 1), (3, 4, 2))}
    answer = api("POST", ":batchUpdate", {"requests": [group("deleteDimensionGroup", 20, 22)]})
    assert message(answer).startswith("Invalid requests[0].deleteDimensionGroup: No group")


def test_a_collapsed_group_hides_its_lines(api: Api, batch: Batch) -> None:
    def hidden() -> list[int]:
        columns = sheet_of(api, "data.columnMetadata")["data"][0]["columnMetadata"]
        return [index for index, column in enumerate(columns) if column.get("hiddenByUser")]

    batch(group("addDimensionGroup", 1, 3))
    collapsed = {**told((1, 3, 1))[0], "collapsed": True}
    change = {**collapsed, "range": {**collapsed["range"], "sheetId": 0}}
    batch({"updateDimensionGroup": {"dimensionGroup": change, "fields": "collapsed"}})
    assert sheet_of(api, "columnGroups") == {"columnGroups": [collapsed]}
    assert hidden() == [1, 2]
    batch({"updateDimensionGroup": {"dimensionGroup": {**change, "collapsed": False}, "fields": "*"}})
    assert sheet_of(api, "columnGroups") == {"columnGroups": told((1, 3, 1))}
    assert hidden() == []


def test_sizes_fit_the_largest_cell(api: Api, batch: Batch) -> None:
    api("PUT", "/values/A1", {"values": [["i" * 9, "W" * 40], ["", "x\ny\nz"]]}, valueInputOption="RAW")
    sizes = [
        {"autoResizeDimensions": {"dimensions": {"sheetId": 0, "dimension": name, "startIndex": 0, "endIndex": 3}}}
        for name in ("COLUMNS", "ROWS")
    ]
    batch(*sizes)
    data = sheet_of(api, "data(columnMetadata,rowMetadata)")["data"][0]
    narrow, wide, empty = (column["pixelSize"] for column in data["columnMetadata"][:3])
    assert narrow < 100 == empty < wide
    one_line, three_lines, no_line = (row["pixelSize"] for row in data["rowMetadata"][:3])
    assert one_line == no_line == 21 < three_lines
