"""Every answer is measured against Google's discovery documents, and so is what we know of its messages."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from optcenter_pipeline import local_workbook
from optcenter_pipeline.local_workbook import LocalWorkbookServer
from optcenter_pipeline.local_workbook.discovery import MisfitError, brief_types, check_answer
from optcenter_pipeline.local_workbook.message_types import DRIVE, SHEETS

from .conftest import authorized_session

SHEET = "/v4/spreadsheets/ID"
FILE = "/drive/v3/files/ID"


def test_the_message_types_are_those_of_the_documents() -> None:
    ours = json.loads(files(local_workbook).joinpath("message_types.json").read_text(encoding="utf-8"))
    assert ours == {name: brief_types(name) for name in (DRIVE, SHEETS)}


def test_every_test_is_checked() -> None:
    assert os.environ["OPTCENTER_CHECK_ANSWERS"] == "1"


FITTING = [
    ("GET", SHEET, {"sheets": [{"properties": {"sheetId": 0, "sheetType": "GRID", "tabColor": {"red": 1}}}]}),
    ("GET", SHEET + "/values/A1", {"values": [["a", 1, True, None]]}),
    ("GET", SHEET + "/values/A%2F1", {"values": [[0.5]]}),
    ("GET", FILE, {"version": "12", "modifiedTime": "2026-03-01T10:00:00.000Z", "trashed": False}),
    ("PATCH", "/upload" + FILE, {"id": "ID"}),
    ("POST", SHEET + ":batchUpdate", {"replies": [{}, {"addSheet": {"properties": {"index": 3}}}]}),
]


@pytest.mark.parametrize(("verb", "path", "body"), FITTING)
def test_what_google_could_answer_fits(verb: str, path: str, body: Any) -> None:
    check_answer(verb, path, 200, json.dumps(body).encode())


MISFITS = [
    (SHEET, {"sheets": [{"title": "x"}]}, "Spreadsheet.sheets[0] has an unknown field 'title'"),
    (
        SHEET,
        {"sheets": [{"properties": {"index": "3"}}]},
        "Spreadsheet.sheets[0].properties.index is no integer: '3'",
    ),
    (
        SHEET,
        {"sheets": [{"properties": {"index": 2**31}}]},
        "Spreadsheet.sheets[0].properties.index is not of the format int32: 2147483648",
    ),
    (
        SHEET,
        {"sheets": [{"properties": {"index": True}}]},
        "Spreadsheet.sheets[0].properties.index is no integer: True",
    ),
    (
        SHEET,
        {"sheets": [{"properties": {"sheetType": "ROUND"}}]},
        "Spreadsheet.sheets[0].properties.sheetType is not one of the enum: 'ROUND'",
    ),
    (SHEET, {"sheets": {}}, "Spreadsheet.sheets is no list: {}"),
    (SHEET, {"properties": []}, "Spreadsheet.properties is no object: []"),
    (FILE, {"version": 12}, "File.version is no string: 12"),
    (FILE, {"version": "twelve"}, "File.version is not of the format int64: 'twelve'"),
    (FILE, {"modifiedTime": "yesterday"}, "File.modifiedTime is not of the format date-time: 'yesterday'"),
    (FILE, {"modifiedTime": "2026-03-01"}, "File.modifiedTime is not of the format date-time: '2026-03-01'"),
    (FILE + "/coffee", {}, "Google has no method GET /drive/v3/files/ID/coffee"),
]


@pytest.mark.parametrize(("path", "body", "misfit"), MISFITS)
def test_what_google_could_not_answer_is_found(path: str, body: Any, misfit: str) -> None:
    with pytest.raises(MisfitError) as found:
        check_answer("GET", path, 200, json.dumps(body).encode())
    assert str(found.value) == misfit


@pytest.mark.parametrize(
    ("body", "misfit"),
    [
        (b"oops", "The answer is no JSON: Expecting value: line 1 column 1 (char 0)"),
        (b'{"error": "x"}', "A refusal must be one object, error, not {'error': 'x'}"),
        (b'{"error": {"code": 500, "message": ""}}', "error.code is 500, the answer's status 404"),
        (b'{"error": {"code": 404}}', "error.message is no text: None"),
        (
            b'{"error": {"code": 404, "message": "", "hint": 1}}',
            "error has an unknown field 'hint'",
        ),
        (
            b'{"error": {"code": 404, "message": "", "details": [1]}}',
            "error.details is no list of objects: [1]",
        ),
    ],
)
def test_a_refusal_has_googles_shape(body: bytes, misfit: str) -> None:
    with pytest.raises(MisfitError) as found:
        check_answer("GET", SHEET, 404, body)
    assert str(found.value) == misfit


@pytest.mark.parametrize("constant", [b"NaN", b"Infinity"])
def test_what_is_no_json_is_found(constant: bytes) -> None:
    with pytest.raises(MisfitError, match="is no JSON"):
        check_answer("GET", SHEET + "/values/A1", 200, b'{"values": [[' + constant + b"]]}")


@pytest.mark.parametrize(
    ("path", "status"),
    [("/v4/spreadsheets/{}", 200), ("/v4/spreadsheets", 405), ("/v4/nothing", 404)],
)
def test_the_answer_to_head_is_that_of_its_route(path: str, status: int, tmp_path: Path) -> None:
    with LocalWorkbookServer(tmp_path / "book.sqlite", check_answers=True) as server:
        answer = authorized_session(server).head(server.root_url + path.format(server.spreadsheet_id))
    assert (answer.status_code, answer.content) == (status, b"")


def test_a_planted_misfit_is_answered_by_500_and_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with LocalWorkbookServer(tmp_path / "book.sqlite", check_answers=True) as server:
        session = authorized_session(server)
        address = f"{server.root_url}/v4/spreadsheets/{server.spreadsheet_id}"
        assert session.get(address).status_code == 200
        # a name that Google's schema has no field for, put where only the file's owner can reach
        with sqlite3.connect(server.path) as connection:
            connection.execute("UPDATE sheets SET document = json_set(document, '$.properties.colour', 'red')")
        with caplog.at_level(logging.ERROR):
            refused = session.get(address)
        assert session.get(address, params={"fields": "properties"}).status_code == 200
    misfit = "Spreadsheet.sheets[0].properties has an unknown field 'colour'"
    text = f"The answer does not fit Google's discovery document: {misfit}"
    assert refused.status_code == 500
    assert refused.json() == {"error": {"code": 500, "message": text, "status": "INTERNAL"}}
    (record,) = (record for record in caplog.records if "discovery" in record.name or "answer" in record.name)
    assert record.getMessage() == f"GET /v4/spreadsheets/{server.spreadsheet_id}: {misfit}"
