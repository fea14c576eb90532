"""Every member of a request is known and of its type, or the request is refused in Google's words."""

from __future__ import annotations

from typing import Any

import pytest

from optcenter_pipeline.local_workbook.errors import InvalidArgumentError
from optcenter_pipeline.local_workbook.messages import read_message

from .conftest import Api, message

API = "type.googleapis.com/google.apps.sheets.v4."
LINE = "type.googleapis.com/google.protobuf.ListValue"
UNKNOWN = "Invalid JSON payload received. Unknown name "


def request(kind: str, body: Any) -> dict[str, Any]:
    return {"requests": [{kind: body}]}


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"request": []}, UNKNOWN + '"request": Cannot find field.'),
        ({"requests": [{"makeCoffee": {}}]}, UNKNOWN + "\"makeCoffee\" at 'requests[0]': Cannot find field."),
        (
            request("repeatCell", {"cell": {"colour": 1}}),
            UNKNOWN + "\"colour\" at 'requests[0].repeat_cell.cell': Cannot find field.",
        ),
        (
            request("updateCells", {"rows": [{"values": [{}, {"userEnteredValue": {"numberValue": "Sat"}}]}]}),
            "Invalid value at 'requests[0].update_cells.rows[0].values[1].user_entered_value.number_value' "
            '(TYPE_DOUBLE), "Sat"',
        ),
        (
            request("addSheet", {"properties": "x"}),
            f"Invalid value at 'requests[0].add_sheet.properties' ({API}SheetProperties), \"x\"",
        ),
        (
            request("addSheet", {"properties": {"sheetId": 1.5}}),
            "Invalid value at 'requests[0].add_sheet.properties.sheet_id' (TYPE_INT32), 1.5",
        ),
        (
            request("addSheet", {"properties": {"hidden": "maybe"}}),
            "Invalid value at 'requests[0].add_sheet.properties.hidden' (TYPE_BOOL), \"maybe\"",
        ),
        (
            request("addSheet", {"properties": {"title": 3}}),
            "Invalid value at 'requests[0].add_sheet.properties.title' (TYPE_STRING), 3",
        ),
        (
            request("addSheet", {"properties": {"title": {"text": "x"}}}),
            "Invalid value at 'requests[0].add_sheet.properties' (title), Starting an object on a scalar field",
        ),
        (
            request("addSheet", {"properties": {"title": ["x"]}}),
            UNKNOWN + "\"title\" at 'requests[0].add_sheet.properties': "
            "Proto field is not repeating, cannot start list.",
        ),
        (
            request("appendDimension", {"dimension": "DIAGONALS"}),
            f"Invalid value at 'requests[0].append_dimension.dimension' ({API}Dimension), \"DIAGONALS\"",
        ),
        (
            request("mergeCells", {"range": {"startRowIndex": "first"}}),
            "Invalid value at 'requests[0].merge_cells.range.start_row_index.value' (TYPE_INT32), \"first\"",
        ),
        (
            {"requests": [{"addSheet": {}, "deleteSheet": {}}]},
            "Invalid value at 'requests[0]' (oneof), oneof field 'kind' is already set. Cannot set 'deleteSheet'",
        ),
        (
            request(
                "updateCells", {"rows": [{"values": [{"userEnteredValue": {"numberValue": 1, "boolValue": 1}}]}]}
            ),
            "Invalid value at 'requests[0].update_cells.rows[0].values[0].user_entered_value' (oneof), "
            "oneof field 'value' is already set. Cannot set 'boolValue'",
        ),
        (
            {"requests": [1, {"addSheet": {"colour": 1, "size": 2}}]},
            f"Invalid value at 'requests[0]' ({API}Request), 1\n"
            f"{UNKNOWN}\"colour\" at 'requests[1].add_sheet': Cannot find field.\n"
            f"{UNKNOWN}\"size\" at 'requests[1].add_sheet': Cannot find field.",
        ),
    ],
)
def test_a_misfit_is_named_at_its_path(api: Api, body: Any, refusal: str) -> None:
    refused = api("POST", ":batchUpdate", body)
    assert message(refused) == refusal
    (detail,) = refused["error"]["details"]
    assert detail["@type"] == "type.googleapis.com/google.rpc.BadRequest"
    assert [violation["description"] for violation in detail["fieldViolations"]] == refusal.split("\n")


def test_a_violation_names_its_field_but_not_the_root(api: Api) -> None:
    root = api("POST", ":batchUpdate", {"request": []})["error"]["details"][0]["fieldViolations"]
    assert [set(violation) for violation in root] == [{"description"}]
    below = api("POST", ":batchUpdate", request("addSheet", {"x": 1}))["error"]["details"][0]["fieldViolations"]
    assert [violation["field"] for violation in below] == ["requests[0].add_sheet"]


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"values": "X"}, f"Invalid value at 'data.values' ({LINE}), \"X\""),
        (
            {"values": [["a"], "b", 3]},
            f"Invalid value at 'data.values[1]' ({LINE}), \"b\"\nInvalid value at 'data.values[2]' ({LINE}), 3",
        ),
        ({"value": [[1]]}, UNKNOWN + "\"value\" at 'data': Cannot find field."),
        (
            {"values": [["a", ["b"]]]},
            'Invalid values[0][1]: list_value {\n  values {\n    string_value: "b"\n  }\n}\n',
        ),
        (
            {"values": [[{"a": True}]]},
            'Invalid values[0][0]: struct_value {\n  fields {\n    key: "a"\n    value {\n      bool_value: true\n'
            "    }\n  }\n}\n",
        ),
    ],
)
def test_values_are_lines_of_cell_values(api: Api, body: Any, refusal: str) -> None:
    for method, path in (("PUT", "/values/A1"), ("POST", "/values/A1:append")):
        assert message(api(method, path, body, valueInputOption="RAW")) == refusal


def test_a_batch_names_the_range_at_fault(api: Api) -> None:
    data = [{"range": "A1", "values": [[1]]}, {"range": "A2", "values": [[{}]]}]
    refused = api("POST", "/values:batchUpdate", {"valueInputOption": "RAW", "data": data})
    assert message(refused) == "Invalid data[1]: Invalid values[0][0]: struct_value {\n}\n"
    assert "values" not in api("GET", "/values/A1")
    bare = api("POST", "/values:batchUpdate", {"valueInputOption": "RAW", "data": [{"values": [7]}]})
    assert message(bare) == f"Invalid value at 'data[0].values[0]' ({LINE}), 7"


@pytest.mark.parametrize(
    ("path", "query", "refusal"),
    [
        (
            "/values/A1",
            {"valueRenderOption": "PRETTY"},
            f"Invalid value at 'value_render_option' ({API}ValueRenderOption), \"PRETTY\"",
        ),
        (
            "/values:batchGet",
            {"majorDimension": "DIAGONAL"},
            f"Invalid value at 'major_dimension' ({API}Dimension), \"DIAGONAL\"",
        ),
        ("", {"includeGridData": "perhaps"}, "Invalid value at 'include_grid_data' (TYPE_BOOL), \"perhaps\""),
        (
            "",
            {"range": "A1"},
            UNKNOWN
            + "\"range\": Cannot bind query parameter. Field 'range' could not be found in request message.",
        ),
    ],
)
def test_query_parameters_are_checked_alike(api: Api, path: str, query: dict[str, str], refusal: str) -> None:
    assert message(api("GET", path, **query)) == refusal


def test_the_api_reads_other_spellings_of_the_same() -> None:
    read = read_message(
        {
            "requests": {"update_sheet_properties": {"properties": {"sheet_id": "7", "index": 2.0, "hidden": 1}}},
            "responseRanges": "A1",
            "includeSpreadsheetInResponse": None,
        },
        "BatchUpdateSpreadsheetRequest",
    )
    properties = {"sheetId": 7, "index": 2, "hidden": True}
    assert read == {"requests": [{"updateSheetProperties": {"properties": properties}}], "responseRanges": ["A1"]}
    spans = [{"dimension": name} for name in ("ROWS", "rows", 1, "1", "DIMENSION_UNSPECIFIED", 0)]
    found = [read_message(span, "DimensionRange").get("dimension") for span in spans]
    assert found == ["ROWS"] * 4 + [None] * 2


def test_only_one_of_a_data_filters_members_is_set() -> None:
    with pytest.raises(InvalidArgumentError, match=r"oneof field 'filter' is already set\."):
        read_message({"a1Range": "A1", "gridRange": {}}, "DataFilter")
    # a null is no member
    assert read_message({"a1Range": None, "gridRange": {}}, "DataFilter") == {"gridRange": {}}


@pytest.mark.parametrize(
    ("path", "mask", "unknown"),
    [
        ("", "sheets.sheetProperties", "sheets.sheetProperties"),
        ("", "sheets(properties(title,colour))", "sheets.properties.colour"),
        ("", "sheets/data/rowData/values/effectiveFormat/type", "sheets.data.rowData.values.effectiveFormat.type"),
        ("", "properties.title.text", "properties.title.text"),
        ("/values/A1", "range,cells", "cells"),
        ("/values:batchGet", "valueRanges(range,value)", "valueRanges.value"),
    ],
)
def test_a_read_of_unknown_fields_is_refused(api: Api, path: str, mask: str, unknown: str) -> None:
    refused = api("GET", path, fields=mask)
    assert message(refused) == "Request contains an invalid argument."
    why = f"Error expanding 'fields' parameter. Cannot find matching fields for path '{unknown}'."
    assert refused["error"]["details"][0]["fieldViolations"] == [{"field": mask, "description": why}]


@pytest.mark.parametrize(
    ("mask", "answer"),
    [
        ("*", {"range": "Sheet1!A1", "majorDimension": "ROWS", "values": [["x"]]}),
        ("values", {"values": [["x"]]}),
        ("range,majorDimension", {"range": "Sheet1!A1", "majorDimension": "ROWS"}),
        ("major_dimension", {"majorDimension": "ROWS"}),
    ],
)
def test_a_read_gives_the_fields_asked_for(api: Api, mask: str, answer: Any) -> None:
    api("PUT", "/values/A1", {"values": [["x"]]}, valueInputOption="RAW")
    assert api("GET", "/values/A1", fields=mask) == answer


@pytest.mark.parametrize(
    ("kind", "body", "unknown"),
    [
        (
            "repeatCell",
            {"range": {}, "fields": "userEnteredFormat(textFormat,colour)"},
            "user_entered_format.colour",
        ),
        ("updateCells", {"range": {}, "fields": "note,colour"}, "colour"),
        ("updateSheetProperties", {"properties": {}, "fields": "gridProperties/rows"}, "grid_properties.rows"),
        ("updateSpreadsheetProperties", {"properties": {}, "fields": "title.text"}, "title.text"),
    ],
)
def test_an_update_of_unknown_fields_is_refused(api: Api, kind: str, body: Any, unknown: str) -> None:
    refused = api("POST", ":batchUpdate", request(kind, body))
    assert message(refused) == f"Invalid requests[0].{kind}: Invalid field: {unknown}"


def test_what_is_not_served_is_refused_as_such(api: Api) -> None:
    refused = api("POST", ":batchUpdate", request("refreshDataSource", {"isAll": True}))
    assert refused["error"] == {
        "code": 501,
        "message": "Operation is not implemented, or supported, or enabled.",
        "status": "UNIMPLEMENTED",
    }
