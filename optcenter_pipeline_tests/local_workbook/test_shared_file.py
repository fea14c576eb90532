"""One file, several servers: what one writes the other reads, and nothing is lost."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import gspread
import pytest

from optcenter_pipeline.local_workbook import LocalWorkbookServer

from .conftest import gspread_client, point_at

WRITES = 20

CHILD = """
import sys
from pathlib import Path
from optcenter_pipeline.local_workbook import LocalWorkbookServer
with LocalWorkbookServer(Path(sys.argv[1])) as server:
    print(server.root_url, server.spreadsheet_id, flush=True)
    sys.stdin.read()
"""


def test_two_servers_share_a_file(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "workbook.sqlite"
    with LocalWorkbookServer(path) as one, LocalWorkbookServer(path) as two:
        assert one.spreadsheet_id == two.spreadsheet_id
        assert len(one.spreadsheet_id) == 44
        assert one.root_url != two.root_url
        ours, theirs = (gspread_client(server).open_by_key(server.spreadsheet_id) for server in (one, two))
        ours.sheet1.update([["=1+1", 2]], "A1", raw=True)
        assert theirs.sheet1.get_all_values() == [["=1+1", "2"]]
        theirs.add_worksheet("New", 2, 2)
        assert [sheet.title for sheet in ours.worksheets()] == ["Sheet1", "New"]
    with LocalWorkbookServer(path) as again:
        book = gspread_client(again).open_by_key(one.spreadsheet_id)
        assert book.sheet1.get_all_values() == [["=1+1", "2"]]


def test_a_token_is_good_at_every_server_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "workbook.sqlite"
    with LocalWorkbookServer(path) as one, LocalWorkbookServer(path) as two:
        client = gspread_client(one)
        client.open_by_key(one.spreadsheet_id)
        point_at(client, two.root_url)
        assert client.open_by_key(one.spreadsheet_id).sheet1.title == "Sheet1"


def test_concurrent_writes_from_two_processes_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "workbook.sqlite"
    with LocalWorkbookServer(path) as here:
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        try:
            assert child.stdout is not None
            root_url, spreadsheet_id = child.stdout.readline().split()
            assert spreadsheet_id == here.spreadsheet_id
            roots = [here.root_url, here.root_url, root_url]
            books = []
            for root in roots:
                client = gspread_client(here)
                point_at(client, root)
                books.append(client.open_by_key(spreadsheet_id))

            def write(column: int) -> None:
                for row in range(1, WRITES + 1):
                    address = gspread.utils.rowcol_to_a1(row, column)
                    books[column - 1].sheet1.update([[row * column]], address)

            threads = [threading.Thread(target=write, args=(column,)) for column in (1, 2, 3)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            values = books[0].sheet1.get_all_values()
            assert values == [[str(row * column) for column in (1, 2, 3)] for row in range(1, WRITES + 1)]
            version = (
                books[0]
                .client.request(
                    "get",
                    f"https://www.googleapis.com/drive/v3/files/{spreadsheet_id}",
                    params={"fields": "version"},
                )
                .json()
            )
            assert version == {"version": str(1 + 3 * WRITES)}
        finally:
            child.communicate("", timeout=30)
        assert child.returncode == 0


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with LocalWorkbookServer(tmp_path / "one.sqlite") as server:
        port = int(server.root_url.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"):
            LocalWorkbookServer(tmp_path / "two.sqlite", port=port).start()


def test_an_account_needs_a_started_server(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="not been started"):
        LocalWorkbookServer(tmp_path / "workbook.sqlite").service_account_info()
