"""Files: made, found, described, and counted."""

from __future__ import annotations

from typing import Any

import gspread

from optcenter_pipeline.local_workbook import LocalWorkbookServer


def test_files_are_found_by_name(client: gspread.Client) -> None:
    made = client.create("Plan 'A' and more")
    assert client.open("Plan 'A' and more").id == made.id
    assert made.id in {found["id"] for found in client.list_spreadsheet_files()}
    client.del_spreadsheet(made.id)
    assert made.id not in {found["id"] for found in client.list_spreadsheet_files()}


def test_queries(client: gspread.Client, server: LocalWorkbookServer, session: Any) -> None:
    made = client.create("Budget 2026")
    url = f"{server.root_url}/drive/v3/files"

    def found(query: str) -> list[str]:
        return [file["id"] for file in session.get(url, params={"q": query}).json()["files"]]

    assert found("name contains 'budget' and trashed = false") == [made.id]
    assert made.id not in found("name != 'Budget 2026'")
    assert found("mimeType = 'application/pdf'") == []
    assert session.get(url, params={"q": "color = 'red'"}).status_code == 400


def test_version_and_time_move_with_changes_and_nothing_else(
    workbook: gspread.Spreadsheet, server: LocalWorkbookServer, session: Any
) -> None:
    def state() -> tuple[int, str]:
        fields = {"fields": "id,name,mimeType,version,modifiedTime,createdTime"}
        file = session.get(f"{server.root_url}/drive/v3/files/{workbook.id}", params=fields).json()
        assert set(file) == {"id", "name", "mimeType", "version", "modifiedTime", "createdTime"}
        return int(file["version"]), file["modifiedTime"]

    before = state()
    workbook.sheet1.get_all_values()
    workbook.fetch_sheet_metadata()
    refused = session.post(
        f"{server.root_url}/v4/spreadsheets/{workbook.id}:batchUpdate",
        json={"requests": [{"addSheet": {"properties": {"title": "T"}}}, {"deleteSheet": {"sheetId": 5}}]},
    )
    assert refused.status_code == 400
    assert state() == before
    sheet = workbook.sheet1
    changes = (
        lambda: sheet.update([["x"]], "A1"),
        lambda: sheet.update([["x"]], "A1"),  # the same values again are a change all the same
        lambda: sheet.append_row(["y"]),
        sheet.clear,
        lambda: workbook.add_worksheet("New", 2, 2),
        lambda: workbook.update_title("Renamed"),
        lambda: workbook.client.import_csv(workbook.id, "a,b"),
    )
    states = [before]
    for change in changes:
        change()
        states.append(state())
    versions, times = zip(*states, strict=True)
    assert list(versions) == sorted(set(versions))
    assert list(times) == sorted(set(times))


def test_an_unknown_file_is_404(server: LocalWorkbookServer, session: Any) -> None:
    answer = session.get(f"{server.root_url}/drive/v3/files/unknown")
    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == "File not found: unknown."
