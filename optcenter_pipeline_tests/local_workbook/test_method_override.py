"""Calls whose true method stands in a header."""

from __future__ import annotations

import gspread
import pytest
import requests

from optcenter_pipeline.local_workbook import LocalWorkbookServer


def test_a_long_query_can_be_sent_as_a_form(
    server: LocalWorkbookServer, session: requests.Session, workbook: gspread.Spreadsheet
) -> None:
    workbook.sheet1.update([[number] for number in range(500)])
    answer = session.post(
        f"{server.root_url}/v4/spreadsheets/{workbook.id}/values:batchGet?majorDimension=COLUMNS",
        data=[("ranges", f"Sheet1!A{row}") for row in range(1, 501)],
        headers={"X-HTTP-Method-Override": "GET"},
    )
    assert answer.status_code == 200, answer.text
    found = answer.json()["valueRanges"]
    assert [value_range["values"] for value_range in found] == [[[str(number)]] for number in range(500)]
    assert {value_range["majorDimension"] for value_range in found} == {"COLUMNS"}


def test_a_body_stays_a_body(
    server: LocalWorkbookServer, session: requests.Session, workbook: gspread.Spreadsheet
) -> None:
    url = f"{server.root_url}/drive/v3/files/{workbook.id}"
    renamed = session.post(url, json={"name": "Renamed"}, headers={"X-HTTP-Method-Override": "patch"})
    assert renamed.json()["name"] == "Renamed"


@pytest.mark.parametrize(("method", "wanted"), [("POST", "TRACE"), ("PUT", "GET")])
def test_only_a_post_is_another_method_and_only_a_known_one(
    server: LocalWorkbookServer, session: requests.Session, workbook: gspread.Spreadsheet, method: str, wanted: str
) -> None:
    url = f"{server.root_url}/drive/v3/files/{workbook.id}"
    answer = session.request(method, url, headers={"X-HTTP-Method-Override": wanted})
    assert answer.status_code == 405


def test_an_address_with_another_slash_is_another_address(
    server: LocalWorkbookServer, session: requests.Session, workbook: gspread.Spreadsheet
) -> None:
    url = f"{server.root_url}/v4/spreadsheets/{workbook.id}/"
    assert session.get(url, allow_redirects=False).status_code == 404
