"""A spreadsheet made in one call, with all that is on it."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from optcenter_pipeline.local_workbook import LocalWorkbookServer

from .conftest import message
from .test_moving import area


@pytest.fixture
def create(server: LocalWorkbookServer, session: requests.Session) -> Any:
    def post(body: Any) -> Any:
        return session.post(f"{server.root_url}/v4/spreadsheets", json=body).json()

    return post


def test_a_spreadsheet_is_made_whole(create: Any, server: LocalWorkbookServer, session: requests.Session) -> None:
    first = {
        "properties": {"title": "Plan", "sheetId": 5, "gridProperties": {"rowCount": 9, "columnCount": 4}},
        "data": [
            {
                "startRow": 1,
                "startColumn": 1,
                "rowData": [
                    {
                        "values": [
                            {"userEnteredValue": {"stringValue": "=no formula"}, "note": "read me"},
                            {"userEnteredValue": {"formulaValue": "=1+1"}, "formattedValue": "as a read told it"},
                        ]
                    }
                ],
            }
        ],
        "merges": [{"sheetId": 5, **area(4, 6, 0, 2)}],
        "protectedRanges": [{"range": {"sheetId": 5, **area(0, 1, 0, 4)}}],
        "developerMetadata": [{"metadataKey": "k", "visibility": "DOCUMENT", "location": {"sheetId": 5}}],
    }
    made = create(
        {
            "properties": {"title": "Whole", "locale": "de_DE"},
            "sheets": [first, {"properties": {"title": "Other"}}],
            "namedRanges": [{"name": "corner", "range": {"sheetId": 5, **area(0, 1, 0, 1)}}],
        }
    )
    assert made["properties"]["title"] == "Whole"
    assert made["properties"]["locale"] == "de_DE"
    assert [sheet["properties"]["title"] for sheet in made["sheets"]] == ["Plan", "Other"]
    assert made["sheets"][0]["merges"] == [{"sheetId": 5, **area(4, 6, 0, 2)}]
    assert made["sheets"][0]["developerMetadata"][0]["location"] == {"locationType": "SHEET", "sheetId": 5}
    assert made["namedRanges"][0]["name"] == "corner"
    address = f"{server.root_url}/v4/spreadsheets/{made['spreadsheetId']}"
    read = session.get(f"{address}/values/Plan!B2:C2", params={"valueRenderOption": "FORMULA"}).json()
    assert read["values"] == [["=no formula", "=1+1"]]


def test_a_sheet_made_without_rows_or_columns_has_as_many_as_a_new_one(create: Any) -> None:
    made = create({"sheets": [{"properties": {"gridProperties": {"rowCount": 0, "columnCount": 0}}}]})
    grid = made["sheets"][0]["properties"]["gridProperties"]
    assert grid == {"rowCount": 1000, "columnCount": 26}


def test_what_cannot_be_made_leaves_nothing_behind(
    create: Any, server: LocalWorkbookServer, session: requests.Session
) -> None:
    title = "made in vain"
    bad = create({"properties": {"title": title}, "sheets": [{"merges": [{"sheetId": 77}]}]})
    assert message(bad) == "No grid with id: 77"
    twice = create({"properties": {"title": title}, "sheets": [{"properties": {"title": "A"}}] * 2})
    assert message(twice) == 'A sheet with the name "A" already exists. Please enter another name.'
    unknown = create({"title": title})
    assert message(unknown) == (
        "Invalid JSON payload received. Unknown name \"title\" at 'spreadsheet': Cannot find field."
    )
    found = session.get(f"{server.root_url}/drive/v3/files", params={"q": f"name = '{title}'"}).json()
    assert found["files"] == []
