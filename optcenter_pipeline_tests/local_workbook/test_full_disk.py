"""A disk without room: SQLite's own refusal, brought about by a limit on the file's pages."""

import sqlite3
from pathlib import Path

import gspread
import pytest

from optcenter_pipeline.local_workbook import LocalWorkbookServer
from optcenter_pipeline.local_workbook.store import Store
from optcenter_pipeline_tests.local_workbook.conftest import gspread_client

_PAGES = 100
"""Of 4 KiB: room for a small workbook."""


def test_a_full_disk_is_told_and_what_was_written_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = Store._connect

    def with_little_room(store: Store) -> sqlite3.Connection:
        connection = connect(store)
        connection.execute(f"PRAGMA max_page_count = {_PAGES}")
        return connection

    monkeypatch.setattr(Store, "_connect", with_little_room)
    with LocalWorkbookServer(tmp_path / "workbook.sqlite") as server:
        sheet = gspread_client(server).create("plan").sheet1
        sheet.update([["kept"]], "A1")
        with pytest.raises(
            gspread.exceptions.APIError, match="disk that holds the local workbook's file is full"
        ) as e:
            sheet.update([["x" * 49_000] * 20], "A1")
        assert (e.value.code, e.value.error["status"]) == (503, "UNAVAILABLE")
        assert sheet.acell("A1").value == "kept"
