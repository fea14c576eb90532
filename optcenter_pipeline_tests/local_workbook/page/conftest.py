"""A visitor of the page, and its endpoints as the page asks them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import gspread
import pytest
import requests

from optcenter_pipeline.local_workbook import LocalWorkbookServer

Call = Callable[..., tuple[int, Any]]


@pytest.fixture
def visitor(server: LocalWorkbookServer) -> requests.Session:
    """A browser that has opened the printed address, and so carries the cookie."""
    session = requests.Session()
    assert session.get(server.page_url, timeout=10).status_code == 200
    return session


@pytest.fixture
def call(server: LocalWorkbookServer, visitor: requests.Session) -> Call:
    """Ask one of the page's endpoints as the page does; status and JSON."""

    def ask(path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        method = "GET" if body is None else "POST"
        raw = body if isinstance(body, str) else json.dumps(body)
        sent = {"Origin": server.root_url, **headers} if body is not None else headers
        answer = visitor.request(
            method, server.root_url + path, data=None if body is None else raw.encode(), headers=sent, timeout=10
        )
        return answer.status_code, answer.json()

    return ask


@pytest.fixture
def view(call: Call, workbook: gspread.Spreadsheet) -> Callable[[], dict[str, Any]]:
    """What the page shows of the test's own spreadsheet, Sheet1."""

    def look() -> dict[str, Any]:
        status, answer = call(f"/page/view?spreadsheet={workbook.id}&tab=Sheet1")
        assert status == 200
        seen: dict[str, Any] = answer
        return seen

    return look


def edit(sheet: gspread.Worksheet, row: int, seen: list[Any], cells: list[tuple[int, str]]) -> dict[str, Any]:
    """The body of an edit of one row (0-based), where `seen` stood in the first columns."""
    rows = [{"row": row, "seen": list(enumerate(seen)), "cells": cells}]
    return {"spreadsheet": sheet.spreadsheet_id, "sheet": sheet.id, "header": [], "rows": rows}
