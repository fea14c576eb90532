"""Developer metadata: where it hangs, how it is found, and that it keeps to its row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gspread
import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optcenter_pipeline.local_workbook import LocalWorkbookServer
from optcenter_pipeline_tests.support.random_cases import cases

from .conftest import Api, message

Batch = Callable[..., list[dict[str, Any]]]


def row_span(index: int, sheet_id: int = 0) -> dict[str, Any]:
    return {"sheetId": sheet_id, "dimension": "ROWS", "startIndex": index, "endIndex": index + 1}


def create(key: str, location: dict[str, Any], value: str = "", **given: Any) -> dict[str, Any]:
    entry = {"metadataKey": key, "metadataValue": value, "visibility": "DOCUMENT", "location": location, **given}
    return {"createDeveloperMetadata": {"developerMetadata": entry}}


def on_row(key: str, index: int, value: str = "", **given: Any) -> dict[str, Any]:
    return create(key, {"dimensionRange": row_span(index)}, value, **given)


def search(api: Api, *filters: dict[str, Any]) -> list[str]:
    """Search, and give the keys of what is found in order."""
    found = api("POST", "/developerMetadata:search", {"dataFilters": list(filters)})
    assert "error" not in found, found
    return [entry["developerMetadata"]["metadataKey"] for entry in found.get("matchedDeveloperMetadata", [])]


def lookup(**wanted: Any) -> dict[str, Any]:
    return {"developerMetadataLookup": wanted}


@pytest.fixture
def three_rows(api: Api, batch: Batch) -> None:
    api("PUT", "/values/A1", {"values": [["a", 1], ["b", 2], ["c", 3]]}, valueInputOption="RAW")
    batch(*[on_row(key, index) for index, key in enumerate("abc")])


def test_metadata_is_created_read_changed_and_deleted(api: Api, batch: Batch) -> None:
    (reply,) = batch(on_row("Sales", 6, "2022"))
    made = reply["createDeveloperMetadata"]["developerMetadata"]
    identifier = made.pop("metadataId")
    assert identifier > 0
    span = {"dimension": "ROWS", "startIndex": 6, "endIndex": 7}
    expected = {
        "metadataKey": "Sales",
        "metadataValue": "2022",
        "location": {"locationType": "ROW", "dimensionRange": span},
        "visibility": "DOCUMENT",
    }
    assert made == expected
    assert api("GET", f"/developerMetadata/{identifier}") == {"metadataId": identifier, **expected}
    (reply,) = batch(
        {
            "updateDeveloperMetadata": {
                "dataFilters": [lookup(metadataId=identifier)],
                "developerMetadata": {"location": {"sheetId": 0}, "metadataKey": "SalesUpdated"},
                "fields": "location,metadataKey",
            }
        }
    )
    changed = {
        "metadataId": identifier,
        **expected,
        "metadataKey": "SalesUpdated",
        "location": {"locationType": "SHEET", "sheetId": 0},
    }
    assert reply == {"updateDeveloperMetadata": {"developerMetadata": [changed]}}
    (reply,) = batch({"deleteDeveloperMetadata": {"dataFilter": lookup(metadataId=identifier)}})
    assert reply == {"deleteDeveloperMetadata": {"deletedDeveloperMetadata": [changed]}}
    gone = api("GET", f"/developerMetadata/{identifier}")["error"]
    assert (gone["code"], gone["status"]) == (404, "NOT_FOUND")
    assert gone["message"] == f"No developer metadata with ID {identifier}."


def test_each_resource_shows_its_own(api: Api, batch: Batch, workbook: gspread.Spreadsheet) -> None:
    other = workbook.add_worksheet("Other", 5, 5)
    column = {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 1, "endIndex": 2}
    batch(
        create("book", {"spreadsheet": True}, metadataId=1),
        create("sheet", {"sheetId": other.id}, metadataId=2),
        on_row("row", 2, metadataId=3),
        create("column", {"dimensionRange": column}, metadataId=4),
    )
    resource = api("GET", "", includeGridData="true", ranges="Sheet1!A1:C4")
    assert [entry["metadataKey"] for entry in resource["developerMetadata"]] == ["book"]
    assert resource["developerMetadata"][0]["location"] == {"locationType": "SPREADSHEET", "spreadsheet": True}
    (first,) = resource["sheets"]
    assert "developerMetadata" not in first
    data = first["data"][0]
    rows = [[entry["metadataKey"] for entry in row.get("developerMetadata", [])] for row in data["rowMetadata"]]
    assert rows == [[], [], ["row"], []]
    assert "developerMetadata" not in data["columnMetadata"][0]
    assert data["columnMetadata"][1]["developerMetadata"][0]["metadataId"] == 4
    second = api("GET", "")["sheets"][1]
    assert second["developerMetadata"][0]["location"] == {"locationType": "SHEET", "sheetId": other.id}
    # it goes with its sheet
    workbook.del_worksheet(other)
    assert search(api, *[lookup(metadataId=number) for number in (1, 2, 3, 4)]) == ["book", "row", "column"]


@pytest.mark.parametrize(
    ("request_body", "reason"),
    [
        (on_row("", 0), "developerMetadata.metadataKey must be specified."),
        (on_row("x", 0, visibility=None), "developerMetadata.visibility must be specified."),
        (create("x", {}), "developerMetadata.location must be specified."),
        (on_row("x", 0, metadataId=7), "Developer metadata with ID 7 already exists."),
        (on_row("x", 0, metadataId=0), "developerMetadata.metadataId must be positive."),
        (on_row("x", 1000), "developerMetadata.location.dimensionRange is outside of the grid: it has 1000 rows."),
        (create("x", {"sheetId": 99}), "No grid with id: 99"),
        (
            create("x", {"dimensionRange": {**row_span(0), "endIndex": 2}}),
            "developerMetadata.location.dimensionRange must represent a single row or column.",
        ),
        (
            on_row("x", 0, "y" * 30_000),
            "Developer metadata of sheet Sheet1 would have 30006 characters, above the limit of 30000.",
        ),
    ],
)
def test_what_cannot_be_created_is_refused(
    api: Api, batch: Batch, request_body: dict[str, Any], reason: str
) -> None:
    batch(on_row("taken", 1, metadataId=7))
    refused = api("POST", ":batchUpdate", {"requests": [request_body]})
    assert message(refused) == f"Invalid requests[0].createDeveloperMetadata: {reason}"


def test_a_lookup_is_of_all_that_it_names(api: Api, batch: Batch) -> None:
    batch(
        on_row("key", 0, "one", metadataId=1),
        on_row("key", 1, "two", visibility="PROJECT"),
        create("key", {"sheetId": 0}, "three"),
        create("other", {"spreadsheet": True}, "one"),
    )

    def values(**wanted: Any) -> list[str]:
        answer = api("POST", "/developerMetadata:search", {"dataFilters": [lookup(**wanted)]})
        return [entry["developerMetadata"]["metadataValue"] for entry in answer.get("matchedDeveloperMetadata", [])]

    assert values(metadataKey="key") == ["one", "two", "three"]
    assert values(metadataKey="key", metadataValue="one") == ["one"]
    assert values(metadataKey="key", visibility="PROJECT") == ["two"]
    assert values(metadataKey="key", locationType="SHEET") == ["three"]
    assert values(metadataValue="one") == ["one", "one"]
    assert values(metadataKey="key", metadataId=2) == []
    first_row = {"dimensionRange": row_span(0)}
    assert values(metadataLocation=first_row) == ["one", "three"]
    assert values(metadataLocation=first_row, locationMatchingStrategy="EXACT_LOCATION") == ["one"]
    assert values(metadataLocation={"spreadsheet": True}) == ["one"]
    # a range stands for what intersects it
    found = api("POST", "/developerMetadata:search", {"dataFilters": [{"a1Range": "A2:B9"}, {"a1Range": "2:2"}]})
    entries = found["matchedDeveloperMetadata"]
    assert [entry["developerMetadata"]["metadataValue"] for entry in entries] == ["two", "three"]
    assert [entry["dataFilters"] for entry in entries] == [[{"a1Range": "A2:B9"}, {"a1Range": "2:2"}]] * 2


@pytest.mark.parametrize(
    ("filters", "reason"),
    [
        ([], "Must specify at least one dataFilter."),
        ([{}], "Invalid dataFilters[0]: dataFilter.filter must be specified."),
        ([lookup()], "Invalid dataFilters[0]: developerMetadataLookup must specify at least one field."),
        ([{"a1Range": "A1"}, {"a1Range": "Nope!A1"}], "Invalid dataFilters[1]: Unable to parse range: Nope!A1"),
        ([{"gridRange": {"sheetId": 5}}], "Invalid dataFilters[0]: No grid with id: 5"),
        (
            [lookup(locationMatchingStrategy="EXACT_LOCATION")],
            "Invalid dataFilters[0]: metadataLocation must be specified when locationMatchingStrategy is.",
        ),
    ],
)
def test_filters_that_say_nothing_are_refused(api: Api, filters: list[Any], reason: str) -> None:
    for path in ("/developerMetadata:search", "/values:batchGetByDataFilter", "/values:batchClearByDataFilter"):
        assert message(api("POST", path, {"dataFilters": filters})) == reason


@pytest.mark.usefixtures("three_rows")
def test_values_are_read_written_and_cleared_where_metadata_hangs(api: Api, batch: Batch) -> None:
    batch({"insertDimension": {"range": {**row_span(0), "endIndex": 4}}})
    data_filter = lookup(metadataKey="b")
    read = api("POST", "/values:batchGetByDataFilter", {"dataFilters": [data_filter]})
    value_range = {"range": "Sheet1!A6:Z6", "majorDimension": "ROWS", "values": [["b", "2"]]}
    assert read["valueRanges"] == [{"valueRange": value_range, "dataFilters": [data_filter]}]
    body = {
        "valueInputOption": "RAW",
        "includeValuesInResponse": True,
        "data": [{"dataFilter": data_filter, "values": [["B"]]}],
    }
    written = api("POST", "/values:batchUpdateByDataFilter", body)
    del written["spreadsheetId"]
    assert written == {
        "totalUpdatedRows": 1,
        "totalUpdatedColumns": 1,
        "totalUpdatedCells": 1,
        "totalUpdatedSheets": 1,
        "responses": [
            {
                "updatedRange": "Sheet1!A6",
                "updatedRows": 1,
                "updatedColumns": 1,
                "updatedCells": 1,
                "dataFilter": data_filter,
                "updatedData": {**value_range, "values": [["B", "2"]]},
            }
        ],
    }
    cleared = api("POST", "/values:batchClearByDataFilter", {"dataFilters": [lookup(metadataKey="c")]})
    assert cleared["clearedRanges"] == ["Sheet1!A7:Z7"]
    assert api("GET", "/values/A5:B9")["values"] == [["a", "1"], ["B", "2"]]


def test_a_filter_by_sheet_id_survives_a_new_title(api: Api, sheet: gspread.Worksheet) -> None:
    sheet.update([["x"]], "B2")
    sheet.update_title("Renamed by somebody")
    area = {"startRowIndex": 1, "endRowIndex": 2, "startColumnIndex": 1, "endColumnIndex": 2}
    filters = [{"gridRange": area}, {"a1Range": "B2"}]
    (found,) = api("POST", "/values:batchGetByDataFilter", {"dataFilters": filters})["valueRanges"]
    assert found["valueRange"]["range"] == "'Renamed by somebody'!B2"
    assert found["dataFilters"] == filters


def test_a_write_by_filter_fits_or_nothing_is_written(api: Api, batch: Batch) -> None:
    batch(on_row("k", 0))
    data = [
        {"dataFilter": {"a1Range": "A5"}, "values": [["x"]]},
        {"dataFilter": lookup(metadataKey="k"), "values": [["y"], ["z"]]},
    ]
    refused = api("POST", "/values:batchUpdateByDataFilter", {"valueInputOption": "RAW", "data": data})
    assert message(refused) == (
        "Invalid data[1]: Requested writing within range [Sheet1!A1:Z1], but tried writing to row [2]"
    )
    spilling = {"dataFilter": {"a1Range": "A5"}, "values": [["x", "y"]]}
    refused = api("POST", "/values:batchUpdateByDataFilter", {"valueInputOption": "RAW", "data": [spilling]})
    assert message(refused).endswith("within range [Sheet1!A5], but tried writing to column [B]")
    assert "values" not in api("GET", "/values/A1:A9")


@pytest.mark.usefixtures("three_rows")
def test_a_part_of_a_spreadsheet_is_got_by_filter(api: Api, workbook: gspread.Spreadsheet) -> None:
    workbook.add_worksheet("Other", 5, 5)
    body = {"dataFilters": [lookup(metadataKey="c")], "includeGridData": True}
    (only,) = api("POST", ":getByDataFilter", body)["sheets"]
    (data,) = only["data"]
    assert data["startRow"] == 2
    assert data["rowData"][0]["values"][0]["formattedValue"] == "c"
    everything = api("POST", ":getByDataFilter", {})
    assert [part["properties"]["title"] for part in everything["sheets"]] == ["Sheet1", "Other"]
    assert "data" not in everything["sheets"][0]
    assert api("POST", ":getByDataFilter", {"dataFilters": [{"a1Range": "Other!A1"}]}, fields="sheets.data") == {
        "sheets": [{"data": [{"rowMetadata": [{"pixelSize": 21}], "columnMetadata": [{"pixelSize": 100}]}]}]
    }


@pytest.mark.usefixtures("three_rows")
def test_metadata_stays_at_its_place_when_rows_are_sorted(api: Api, batch: Batch) -> None:
    area = {"startRowIndex": 0, "endRowIndex": 3, "startColumnIndex": 0, "endColumnIndex": 2}
    order = [{"dimensionIndex": 0, "sortOrder": "DESCENDING"}]
    batch({"sortRange": {"range": area, "sortSpecs": order}})
    read = api("POST", "/values:batchGetByDataFilter", {"dataFilters": [lookup(metadataKey="a")]})
    assert read["valueRanges"][0]["valueRange"]["values"] == [["c", "3"]]


LINES = st.tuples(st.sampled_from(["insert", "delete"]), st.integers(0, 12), st.integers(1, 4))


@settings(max_examples=cases(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(LINES, min_size=1, max_size=6))
def test_row_metadata_follows_its_row(
    steps: list[tuple[str, int, int]],
    server: LocalWorkbookServer,
    session: requests.Session,
    client: gspread.Client,
) -> None:
    workbook = client.create("following")
    address = f"{server.root_url}/v4/spreadsheets/{workbook.id}"
    model: list[str] = [f"row {index}" for index in range(10)]
    first: list[dict[str, Any]] = [on_row(key, index) for index, key in enumerate(model)]
    body = {"values": [[key] for key in model]}
    session.put(f"{address}/values/A1", params={"valueInputOption": "RAW"}, json=body)
    for kind, start, count in steps:
        span = {"dimension": "ROWS", "startIndex": start, "endIndex": start + count}
        if kind == "insert":
            first.append({"insertDimension": {"range": span}})
            model += [""] * max(0, start - len(model))
            model[start:start] = [""] * count
        else:
            first.append({"deleteDimension": {"range": span}})
            del model[start : start + count]
    assert session.post(f"{address}:batchUpdate", json={"requests": first}).status_code == 200
    filters = [{"developerMetadataLookup": {"locationType": "ROW"}}]
    found = session.post(f"{address}/developerMetadata:search", json={"dataFilters": filters}).json()
    places = {
        entry["developerMetadata"]["metadataKey"]: entry["developerMetadata"]["location"]["dimensionRange"][
            "startIndex"
        ]
        for entry in found.get("matchedDeveloperMetadata", [])
    }
    assert places == {key: index for index, key in enumerate(model) if key}
    rows = session.get(f"{address}/values/A:A").json().get("values", [])
    assert [row[0] if row else "" for row in rows] == "\n".join(model).rstrip("\n").split("\n")[: len(rows)]
    assert len(rows) == max([index + 1 for index, key in enumerate(model) if key], default=0)
