"""Bandings, tables, colour scales, charts and slicers: kept with ids, told, and anchored in the grid."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gspread
import pytest

from .conftest import Api, message
from .test_cell_requests import data, refusal
from .test_moving import area, span, values, write

Batch = Callable[..., list[dict[str, Any]]]
RED, BLUE = {"red": 1}, {"blue": 1}
BANDS = {"firstBandColor": RED, "secondBandColorStyle": {"rgbColor": BLUE}}
KEPT_BANDS = {
    "firstBandColor": RED,
    "firstBandColorStyle": {"rgbColor": RED},
    "secondBandColor": BLUE,
    "secondBandColorStyle": {"rgbColor": BLUE},
}


def first_sheet(api: Api) -> dict[str, Any]:
    sheet: dict[str, Any] = api("GET", "")["sheets"][0]
    return sheet


def test_a_range_is_banded_changed_and_freed(api: Api, batch: Batch) -> None:
    banded = {"range": area(1, 5, 0, 2), "rowProperties": BANDS, "bandedRangeId": 7}
    (reply,) = batch({"addBanding": {"bandedRange": banded}})
    kept = {"bandedRangeId": 7, "range": area(1, 5, 0, 2), "rowProperties": KEPT_BANDS}
    assert reply == {"addBanding": {"bandedRange": kept}}
    batch({"insertDimension": {"range": span(2, 4)}})
    assert first_sheet(api)["bandedRanges"] == [{**kept, "range": area(1, 7, 0, 2)}]
    changed = {"bandedRangeId": 7, "range": area(0, 3, 0, 1)}
    batch({"updateBanding": {"bandedRange": changed, "fields": "range"}})
    assert first_sheet(api)["bandedRanges"] == [{**kept, "range": area(0, 3, 0, 1)}]
    batch({"deleteBanding": {"bandedRangeId": 7}})
    assert "bandedRanges" not in first_sheet(api)
    assert refusal(api, "deleteBanding", {"bandedRangeId": 7}) == "No banded range with id: 7"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (
            {"range": area(4, 9, 1, 3), "rowProperties": BANDS},
            "You cannot add alternating background colors to a range that already has alternating "
            "background colors.",
        ),
        (
            {"range": area(9, 12, 0, 1)},
            "At least one of rowProperties or columnProperties must be specified.",
        ),
        (
            {"range": area(9, 12, 0, 1), "rowProperties": BANDS, "bandedRangeId": 7},
            "A banded range with id 7 already exists.",
        ),
    ],
)
def test_a_banding_that_cannot_be_is_refused(api: Api, batch: Batch, given: dict[str, Any], reason: str) -> None:
    first = {"range": area(1, 5, 0, 2), "rowProperties": BANDS, "bandedRangeId": 7}
    batch({"addBanding": {"bandedRange": first}})
    assert refusal(api, "addBanding", {"bandedRange": given}) == reason


def rule(top: int, **kind: Any) -> dict[str, Any]:
    boolean = {"condition": {"type": "NOT_BLANK"}, "format": {"backgroundColor": RED}}
    return {"ranges": [area(top, top + 2, 0, 1)], **(kind or {"booleanRule": boolean})}


def test_a_rule_is_replaced_or_moved(api: Api, batch: Batch) -> None:
    batch(*[{"addConditionalFormatRule": {"rule": rule(top), "index": top}} for top in range(3)])

    def tops() -> list[int]:
        return [kept["ranges"][0]["startRowIndex"] for kept in first_sheet(api)["conditionalFormats"]]

    assert tops() == [0, 1, 2]
    (reply,) = batch({"updateConditionalFormatRule": {"index": 0, "newIndex": 2, "sheetId": 0}})
    assert tops() == [1, 2, 0]
    assert reply["updateConditionalFormatRule"]["oldIndex"] == 0
    (reply,) = batch({"updateConditionalFormatRule": {"index": 1, "rule": rule(8)}})
    assert tops() == [1, 8, 0]
    answer = reply["updateConditionalFormatRule"]
    assert set(answer) == {"newRule", "newIndex", "oldRule"}
    assert answer["oldRule"]["ranges"] == [area(2, 4, 0, 1)]
    both = answer["newRule"]["booleanRule"]["format"]
    assert both == {"backgroundColor": RED, "backgroundColorStyle": {"rgbColor": RED}}
    assert refusal(api, "updateConditionalFormatRule", {"index": 3, "newIndex": 0}) == (
        "No conditional format on sheet: 0 at index: 3"
    )
    assert refusal(api, "updateConditionalFormatRule", {"index": 0, "newIndex": 3}) == (
        "The index 3 is out of range."
    )


@pytest.mark.parametrize(
    ("scale", "reason"),
    [
        ({"minpoint": {"type": "MIN"}}, "No interpolationPointType specified."),
        ({"minpoint": {"color": RED}, "maxpoint": {"type": "MAX"}}, "No interpolationPointType specified."),
        (
            {"minpoint": {"type": "NUMBER"}, "maxpoint": {"type": "MAX"}},
            "InterpolationPoint.value is required.",
        ),
    ],
)
def test_a_scale_of_colours_has_two_ends(api: Api, scale: dict[str, Any], reason: str) -> None:
    assert refusal(api, "addConditionalFormatRule", {"rule": rule(0, gradientRule=scale)}) == reason


def test_a_scale_of_colours_is_kept(api: Api, batch: Batch) -> None:
    scale = {
        "minpoint": {"type": "MIN", "color": RED, "value": "7"},
        "maxpoint": {"type": "NUMBER", "value": "100", "colorStyle": {"rgbColor": BLUE}},
    }
    batch({"addConditionalFormatRule": {"rule": rule(0, gradientRule=scale)}})
    assert first_sheet(api)["conditionalFormats"][0]["gradientRule"] == {
        "minpoint": {"type": "MIN", "color": RED, "colorStyle": {"rgbColor": RED}},
        "maxpoint": {"type": "NUMBER", "value": "100", "color": BLUE, "colorStyle": {"rgbColor": BLUE}},
    }
    both = {"rule": {**rule(0), "gradientRule": scale}}
    refused = api("POST", ":batchUpdate", {"requests": [{"addConditionalFormatRule": both}]})
    assert message(refused) == (
        "Invalid value at 'requests[0].add_conditional_format_rule.rule' (oneof), "
        "oneof field 'rule' is already set. Cannot set 'gradientRule'"
    )


def test_a_table_names_its_columns_by_their_headers(api: Api, batch: Batch) -> None:
    write(api, ["Key", "", "Done"], ["a", 1, True], ["b", 2, False], ["below"])
    columns = [
        {"columnIndex": 1, "columnName": "Tokens", "columnType": "DOUBLE"},
        {"columnIndex": 2, "columnType": "BOOLEAN"},
    ]
    table = {"name": "Plan", "tableId": "plan", "range": area(0, 3, 0, 3), "columnProperties": columns}
    (reply,) = batch({"addTable": {"table": table}})
    named = [
        {"columnName": "Key"},
        {"columnIndex": 1, "columnName": "Tokens", "columnType": "DOUBLE"},
        {"columnIndex": 2, "columnName": "Column 1", "columnType": "BOOLEAN"},
    ]
    assert reply["addTable"]["table"] == {**table, "columnProperties": named}
    assert values(api, "A1:C1") == [["Key", "Tokens", "Column 1"]]
    batch({"insertDimension": {"range": span(1, 2, "COLUMNS")}})
    (kept,) = first_sheet(api)["tables"]
    assert kept["range"] == area(0, 3, 0, 4)
    assert [column["columnName"] for column in kept["columnProperties"]] == [
        "Key",
        "Column 2",
        "Tokens",
        "Column 1",
    ]
    api("PUT", "/values/B1", {"values": [["Team"]]}, valueInputOption="RAW")
    (kept,) = first_sheet(api)["tables"]
    assert [column["columnName"] for column in kept["columnProperties"]] == ["Key", "Team", "Tokens", "Column 1"]
    batch({"updateTable": {"table": {"tableId": "plan", "name": "Plan B"}, "fields": "name"}})
    assert first_sheet(api)["tables"][0]["name"] == "Plan B"
    batch({"appendCells": {"tableId": "plan", "rows": data(["c"]), "fields": "userEnteredValue"}})
    assert values(api, "A1:A5") == [["Key"], ["a"], ["b"], ["c"]]
    assert first_sheet(api)["tables"][0]["range"] == area(0, 4, 0, 4)
    batch({"deleteTable": {"tableId": "plan"}})
    assert "tables" not in first_sheet(api)
    assert values(api) == []


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"name": "plan", "range": area(9, 12, 0, 1)}, "A table with the name plan already exists."),
        ({"tableId": "one", "range": area(9, 12, 0, 1)}, "A table with id one already exists."),
        ({"range": area(2, 9, 0, 1)}, "The range overlaps the table Plan."),
        (
            {"range": area(9, 12, 0, 1), "columnProperties": [{"columnType": "DROPDOWN"}]},
            "Condition must be set for dropdown column type.",
        ),
        (
            {
                "range": area(9, 12, 0, 1),
                "columnProperties": [{"dataValidationRule": {"condition": {"type": "ONE_OF_LIST"}}}],
            },
            "Cannot set condition for non-dropdown column type.",
        ),
        ({"range": area(9, 12, 0, 1), "columnProperties": [{"columnIndex": 1}]}, "Invalid columnIndex: 1"),
    ],
)
def test_a_table_that_cannot_be_is_refused(api: Api, batch: Batch, given: dict[str, Any], reason: str) -> None:
    batch({"addTable": {"table": {"name": "Plan", "tableId": "one", "range": area(0, 3, 0, 2)}}})
    assert refusal(api, "addTable", {"table": given}) == reason


def test_an_unknown_table_is_refused(api: Api, batch: Batch) -> None:
    for kind, body in (
        ("deleteTable", {"tableId": "x"}),
        ("updateTable", {"table": {"tableId": "x"}, "fields": "name"}),
        ("appendCells", {"tableId": "x", "fields": "*"}),
    ):
        assert refusal(api, kind, body) == "No table with id: x"
    batch({"addTable": {"table": {"name": "Plan", "tableId": "one", "range": area(0, 3, 0, 2)}}})
    nameless = {"table": {"tableId": "one", "columnProperties": [{"columnType": "TEXT"}]}, "fields": "*"}
    assert refusal(api, "updateTable", {**nameless, "fields": "columnProperties"}) == (
        "Table header row cell must have a value."
    )
    assert "tables" in first_sheet(api)


def test_charts_and_slicers_are_kept_with_their_places(
    api: Api, batch: Batch, workbook: gspread.Spreadsheet
) -> None:
    spec = {"title": "Tokens", "basicChart": {"chartType": "BAR"}}
    anchor = {"overlayPosition": {"anchorCell": {"rowIndex": 5, "columnIndex": 2}, "widthPixels": 300}}
    replies = batch(
        {"addChart": {"chart": {"spec": spec, "position": anchor, "chartId": 3}}},
        {
            "addSlicer": {
                "slicer": {"spec": {"dataRange": area(0, 9, 0, 3), "title": "By team"}, "position": anchor}
            }
        },
        {"insertDimension": {"range": span(0, 2)}},
    )
    position = {"overlayPosition": {**anchor["overlayPosition"], "heightPixels": 371}}
    assert replies[0] == {"addChart": {"chart": {"chartId": 3, "spec": spec, "position": position}}}
    slicer_id = replies[1]["addSlicer"]["slicer"]["slicerId"]
    resource = first_sheet(api)
    assert resource["charts"][0]["position"]["overlayPosition"]["anchorCell"] == {"rowIndex": 7, "columnIndex": 2}
    assert resource["slicers"][0]["slicerId"] == slicer_id
    other = workbook.add_worksheet("Other", 9, 9)
    there = {"overlayPosition": {"anchorCell": {"sheetId": other.id}, "widthPixels": 50}}
    (reply, *_) = batch(
        {"updateEmbeddedObjectPosition": {"objectId": 3, "newPosition": there, "fields": "anchorCell"}},
        {"updateChartSpec": {"chartId": 3, "spec": {"title": "Other"}}},
        {"updateSlicerSpec": {"slicerId": slicer_id, "spec": {"title": "By market"}, "fields": "title"}},
        {"updateEmbeddedObjectBorder": {"objectId": 3, "border": {"color": RED}, "fields": "color"}},
    )
    moved = {"widthPixels": 300, "heightPixels": 371, "anchorCell": {"sheetId": other.id}}
    assert reply == {"updateEmbeddedObjectPosition": {"position": {"overlayPosition": moved}}}
    first, second = api("GET", "")["sheets"]
    assert "charts" not in first
    (chart,) = second["charts"]
    assert chart["spec"] == {"title": "Other"}
    assert chart["border"] == {"color": RED, "colorStyle": {"rgbColor": RED}}
    assert first["slicers"][0]["spec"] == {"dataRange": area(0, 9, 0, 3), "title": "By market"}
    batch({"deleteEmbeddedObject": {"objectId": 3}}, {"deleteEmbeddedObject": {"objectId": slicer_id}})
    assert refusal(api, "deleteEmbeddedObject", {"objectId": 3}) == "No embedded object with id: 3"


@pytest.mark.parametrize(
    ("kind", "body", "reason"),
    [
        ("addChart", {}, "chart.spec must be specified."),
        ("addSlicer", {"slicer": {"spec": {"title": "x"}}}, "slicer.spec.dataRange must be specified."),
        ("addChart", {"chart": {"spec": {"title": "x"}, "chartId": 3}}, "A chart with id 3 already exists."),
        (
            "addChart",
            {
                "chart": {
                    "spec": {"title": "x"},
                    "position": {"overlayPosition": {"anchorCell": {"rowIndex": 1000}}},
                }
            },
            "overlayPosition.anchorCell.rowIndex is outside of the grid.",
        ),
        ("updateChartSpec", {"chartId": 4, "spec": {"title": "x"}}, "No embedded object with id: 4"),
    ],
)
def test_an_object_that_cannot_be_is_refused(api: Api, batch: Batch, kind: str, body: Any, reason: str) -> None:
    batch({"addChart": {"chart": {"spec": {"title": "x"}, "chartId": 3}}})
    assert refusal(api, kind, body) == reason


def test_an_object_on_a_sheet_of_its_own_is_not_served(api: Api) -> None:
    chart = {"chart": {"spec": {"title": "x"}, "position": {"newSheet": True}}}
    assert api("POST", ":batchUpdate", {"requests": [{"addChart": chart}]})["error"]["code"] == 501
