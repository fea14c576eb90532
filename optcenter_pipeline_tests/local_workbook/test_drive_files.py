"""Files copied, renamed, moved, listed page by page, filled from CSV and exported."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import gspread
import pytest
import requests
from gspread.utils import ExportFormat, ValueInputOption

from optcenter_pipeline.local_workbook import LocalWorkbookServer

Drive = Callable[..., requests.Response]


@pytest.fixture
def drive(server: LocalWorkbookServer, session: requests.Session) -> Drive:
    def call(method: str, path: str, body: Any = None, root: str = "/drive/v3", **params: Any) -> requests.Response:
        return session.request(method, f"{server.root_url}{root}/files{path}", params=params, json=body)

    return call


def reason(answer: requests.Response) -> tuple[int, str]:
    error = answer.json()["error"]
    assert error["code"] == answer.status_code
    assert error["errors"][0]["message"] == error["message"]
    return answer.status_code, error["errors"][0]["reason"]


def test_a_copy_is_a_file_of_its_own(client: gspread.Client, workbook: gspread.Spreadsheet) -> None:
    sheet = workbook.sheet1
    sheet.update([["a", 1]], "A1:B1")
    sheet.merge_cells("A3:B4")
    sheet.define_named_range("A1:B1", "Names")
    workbook.add_worksheet("Second", 5, 5)
    copied = client.copy(workbook.id)
    assert copied.title == f"Copy of {workbook.title}"
    theirs, ours = copied.fetch_sheet_metadata(), workbook.fetch_sheet_metadata()
    assert (theirs["sheets"], theirs["namedRanges"]) == (ours["sheets"], ours["namedRanges"])
    copied.sheet1.update([["b"]], "A1")
    assert sheet.acell("A1").value == "a"
    assert client.copy(workbook.id, title="Named").title == "Named"


def test_a_file_is_renamed_moved_starred_and_put_in_the_bin(drive: Drive, workbook: gspread.Spreadsheet) -> None:
    def state() -> tuple[int, str]:
        file = drive("GET", f"/{workbook.id}", fields="version,modifiedTime").json()
        return int(file["version"]), file["modifiedTime"]

    before = state()
    fields = "name,parents,starred,trashed,description,appProperties"
    body = {"name": "New", "starred": True, "description": "d", "appProperties": {"a": "b"}}
    changed = drive("PATCH", f"/{workbook.id}", body, fields=fields, addParents="f1", removeParents="root")
    expected = {**body, "parents": ["f1"], "trashed": False}
    assert changed.json() == expected
    assert workbook.fetch_sheet_metadata()["properties"]["title"] == "New"
    after = state()
    assert after[0] > before[0]
    assert after[1] >= before[1]
    drive("PATCH", f"/{workbook.id}", {"trashed": True})
    listed = {file["id"] for file in drive("GET", "", q="trashed = false", pageSize=1000).json()["files"]}
    assert workbook.id not in listed
    found = drive("GET", "", q="'f1' in parents and trashed = true").json()["files"]
    assert [file["id"] for file in found] == [workbook.id]
    assert reason(drive("PATCH", f"/{workbook.id}", {"parents": ["x"]})) == (403, "fieldNotWritable")
    assert reason(drive("PATCH", f"/{workbook.id}", {"starred": "yes"})) == (400, "invalid")


def test_a_file_is_made_in_a_folder_and_found_there(client: gspread.Client) -> None:
    made = client.create("Plan", folder_id="folder-7")
    client.create("Plan", folder_id="folder-8")
    assert client.open("Plan", folder_id="folder-7").id == made.id


def test_queries_join_terms(drive: Drive, client: gspread.Client) -> None:
    ids = {name: client.create(f"{name} of the query test").id for name in ("Alpha", "Beta")}

    def found(query: str) -> list[str]:
        files = drive("GET", "", q=query, orderBy="name desc").json()["files"]
        return [name for file in files for name, own in ids.items() if own == file["id"]]

    mine = "name contains 'of the query test'"
    assert found(f"{mine} and (name = 'Alpha of the query test' or name = 'x')") == ["Alpha"]
    assert found(f"{mine} and not name contains 'alpha'") == ["Beta"]
    assert found(f"{mine} and modifiedTime > '2020-01-01T00:00:00' and 'me' in owners") == ["Beta", "Alpha"]
    assert found(f"{mine} and createdTime < '2020-01-01T00:00:00Z'") == []
    for query in ("name", "name =", "name = 'a' and", "(name = 'a'", "name < 'a'", "size > 1", "trashed = 'x"):
        assert reason(drive("GET", "", q=query)) == (400, "invalid"), query


def test_files_come_page_by_page(drive: Drive, client: gspread.Client) -> None:
    ids = {client.create("One of a pageful").id for _ in range(5)}
    pages: list[list[str]] = []
    token: dict[str, str] = {}
    while not pages or token:
        answer = drive("GET", "", q="name = 'One of a pageful'", pageSize=2, **token).json()
        pages.append([file["id"] for file in answer["files"]])
        token = {"pageToken": answer["nextPageToken"]} if "nextPageToken" in answer else {}
    assert [len(page) for page in pages] == [2, 2, 1]
    assert {file for page in pages for file in page} == ids
    assert reason(drive("GET", "", pageSize=0)) == (400, "invalidParameter")
    assert reason(drive("GET", "", pageToken="other")) == (400, "invalid")


def test_csv_takes_the_place_of_every_sheet(client: gspread.Client, workbook: gspread.Spreadsheet) -> None:
    workbook.add_worksheet("Second", 5, 5)
    text = 'name,tokens,on,when\r\n"a, ""b""\nc",12.5,TRUE,2026-03-01\r\n=1+1,,é,\'5\r\n'
    client.import_csv(workbook.id, text)
    (sheet,) = client.open_by_key(workbook.id).worksheets()
    assert (sheet.title, sheet.row_count, sheet.col_count) == (workbook.title, 1000, 26)
    assert sheet.get_all_values() == [
        ["name", "tokens", "on", "when"],
        ['a, "b"\nc', "12.5", "TRUE", "2026-03-01"],
        ["2", "", "é", "5"],
    ]


def test_a_large_csv_makes_a_large_grid(client: gspread.Client, workbook: gspread.Spreadsheet) -> None:
    client.import_csv(workbook.id, "\n".join(",".join(["1"] * 30) for _ in range(1200)))
    sheet = client.open_by_key(workbook.id).sheet1
    assert (sheet.row_count, sheet.col_count) == (1200, 30)


def test_uploads_by_the_third_version(drive: Drive, client: gspread.Client, session: Any, server: Any) -> None:
    url = f"{server.root_url}/upload/drive/v3/files"
    tsv = {"Content-Type": "text/tab-separated-values"}
    made = session.post(f"{url}?uploadType=media", data=b"a\tb", headers=tsv).json()
    sheet = client.open_by_key(made["id"]).sheet1
    assert (made["name"], sheet.get_all_values()) == ("Untitled", [["a", "b"]])
    parts = (
        b"--X\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n"
        b'{"name": "Named", "mimeType": "application/vnd.google-apps.spreadsheet"}\r\n'
        b"--X\r\nContent-Type: text/csv\r\n\r\n1,2\r\n--X--"
    )
    related = {"Content-Type": "multipart/related; boundary=X"}
    changed = session.patch(f"{url}/{made['id']}?uploadType=multipart", data=parts, headers=related)
    assert changed.json()["name"] == "Named"
    assert client.open_by_key(made["id"]).sheet1.get_all_values() == [["1", "2"]]
    for body, content_type in ((b"\xff", "text/csv"), (b"x", "image/png"), (b"--X", "multipart/related")):
        refused = session.patch(f"{url}/{made['id']}", data=body, headers={"Content-Type": content_type})
        assert refused.status_code == 400
    assert client.open_by_key(made["id"]).sheet1.get_all_values() == [["1", "2"]]
    assert session.patch(f"{url}/unknown", data=b"", headers=tsv).status_code == 404


@pytest.fixture
def filled(workbook: gspread.Spreadsheet) -> gspread.Spreadsheet:
    """Two sheets with texts that a careless export would read as something else."""
    rows: list[list[Any]] = [["name", "value", "when"], ['a,"b"\n<c>', 1.5, "2026-03-01"], ["'=1+1", "=1+2", True]]
    workbook.sheet1.update(rows, "A1", value_input_option=ValueInputOption.user_entered)
    workbook.add_worksheet("Plan/2 (é)", 5, 5).update([["second"]], "B2")
    return workbook


def test_text_exports_hold_the_first_sheet_as_shown(filled: gspread.Spreadsheet) -> None:
    rows = list(csv.reader(io.StringIO(filled.export(ExportFormat.CSV).decode(), newline="")))
    shown = [["name", "value", "when"], ['a,"b"\n<c>', "1.5", "2026-03-01"], ["=1+1", "3", "TRUE"]]
    assert rows == shown
    lines = filled.export(ExportFormat.TSV).decode().split("\r\n")
    assert [line.split("\t") for line in lines] == [shown[0], ['a,"b" <c>', "1.5", "2026-03-01"], shown[2]]


def test_an_export_to_excel_keeps_types_and_never_makes_a_formula(filled: gspread.Spreadsheet) -> None:
    with zipfile.ZipFile(io.BytesIO(filled.export(ExportFormat.EXCEL))) as archive:
        pages = [archive.read(name).decode() for name in sorted(archive.namelist()) if "worksheets/sheet" in name]
        names = re.findall(r'<sheet name="([^"]*)"', archive.read("xl/workbook.xml").decode())
        texts = archive.read("xl/sharedStrings.xml").decode()
    assert names == ["Sheet1", "Plan_2 (é)"]
    assert re.findall(r"<f>(.*?)</f>", "".join(pages)) == ["1+2"]
    assert re.findall(r'<c r="B2"[^>]*><v>([^<]*)</v>', pages[0]) == ["1.5"]
    assert re.findall(r'<c r="C3" t="b"><v>([^<]*)</v>', pages[0]) == ["1"]
    assert "<t>=1+1</t>" in texts


def test_an_open_document_export_holds_every_sheet(filled: gspread.Spreadsheet) -> None:
    with zipfile.ZipFile(io.BytesIO(filled.export(ExportFormat.OPEN_OFFICE_SHEET))) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        root = ElementTree.fromstring(archive.read("content.xml"))
    space = {
        "t": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "o": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    }
    tables = root.findall(".//t:table", space)
    assert [table.get(f"{{{space['t']}}}name") for table in tables] == ["Sheet1", "Plan/2 (é)"]
    kinds = [cell.get(f"{{{space['o']}}}value-type") for cell in tables[0].findall(".//t:table-cell", space)]
    assert kinds == ["string"] * 3 + ["string", "float", "float"] + ["string", "float", "boolean"]


def test_a_web_export_holds_a_page_a_sheet(filled: gspread.Spreadsheet) -> None:
    with zipfile.ZipFile(io.BytesIO(filled.export(ExportFormat.ZIPPED_HTML))) as archive:
        assert archive.namelist() == ["Sheet1.html", "Plan_2 (é).html"]
        page = archive.read("Sheet1.html").decode()
    assert "<td>a,&quot;b&quot;<br>&lt;c&gt;</td>" in page
    assert "<c>" not in page


def test_a_pdf_export_can_be_found_its_way_in(filled: gspread.Spreadsheet) -> None:
    document = filled.export(ExportFormat.PDF)
    assert document.startswith(b"%PDF-1.4")
    table = int(document.split(b"startxref\n")[1].split(b"\n")[0])
    assert document[table:].startswith(b"xref\n")
    places = [int(line[:10]) for line in document[table:].splitlines()[3:] if line.endswith(b" n ")]
    for number, place in enumerate(places, start=1):
        assert document[place:].startswith(b"%d 0 obj" % number)
    assert document.count(b"/Type /Page ") == 2
    assert b"second) Tj" in document
    assert b"(Plan/2 \\(\xe9\\)) Tj" in document


def test_exports_that_are_refused(drive: Drive, workbook: gspread.Spreadsheet) -> None:
    assert reason(drive("GET", f"/{workbook.id}", alt="media")) == (403, "fileNotDownloadable")
    assert reason(drive("GET", f"/{workbook.id}/export", mimeType="image/png")) == (400, "badRequest")
    assert reason(drive("GET", f"/{workbook.id}/export")) == (400, "required")
    assert reason(drive("GET", "/unknown/export", mimeType="text/csv")) == (404, "notFound")
