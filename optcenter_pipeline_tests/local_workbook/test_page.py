"""The page: who sees it, and that it shows texts as texts."""

from __future__ import annotations

import gspread
import pytest
import requests

from optcenter_pipeline.local_workbook import LocalWorkbookServer


@pytest.fixture
def browser(server: LocalWorkbookServer) -> requests.Session:
    """A session that has opened the printed address, and so carries the cookie."""
    session = requests.Session()
    assert session.get(server.page_url, timeout=10).status_code == 200
    return session


def show(browser: requests.Session, server: LocalWorkbookServer, sheet: gspread.Worksheet) -> str:
    params = {"spreadsheet": sheet.spreadsheet_id, "tab": sheet.title}
    response = browser.get(server.root_url, params=params, timeout=10)
    assert response.status_code == 200
    assert "script" not in response.headers["Content-Security-Policy"]
    return response.text


def test_the_token_opens_the_page_and_nothing_else_does(server: LocalWorkbookServer) -> None:
    assert requests.get(server.root_url, timeout=10).status_code == 403
    assert requests.get(f"{server.root_url}/?token=wrong", timeout=10).status_code == 403
    wrong_cookie = {f"optcenter_page_{server.root_url.rpartition(':')[2]}": "wrong"}
    assert requests.get(server.root_url, cookies=wrong_cookie, timeout=10).status_code == 403
    opened = requests.get(server.page_url, timeout=10)
    assert opened.status_code == 200
    assert "HttpOnly" in opened.headers["Set-Cookie"]


@pytest.mark.parametrize(("host", "status"), [("localhost", 200), ("127.0.0.1:9", 200), ("evil.example", 400)])
def test_only_this_machines_names_are_served(server: LocalWorkbookServer, host: str, status: int) -> None:
    answer = requests.get(server.page_url, headers={"Host": host}, timeout=10)
    assert answer.status_code == status


def test_cells_are_shown_as_text_and_statuses_in_colour(
    server: LocalWorkbookServer, browser: requests.Session, sheet: gspread.Worksheet
) -> None:
    rows: list[list[object]] = [
        ["title", "run_status"],
        ["<script>alert(1)</script>", "OK"],
        ["\"quoted\" & 'more'", "OK (warning: unknown column)"],
        [12.5, "FAILED: title: <b>"],
    ]
    sheet.update(rows, "A1", raw=True)
    sheet.insert_note("A1", '"><img src=x>')
    sheet.freeze(rows=1)
    page = show(browser, server, sheet)
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert '<td class="ok">OK</td>' in page
    assert '<td class="warning">OK (warning: unknown column)</td>' in page
    assert '<td class="failed">FAILED: title: &lt;b&gt;</td>' in page
    assert '<td class="numeric">12.5</td>' in page
    assert '<tr class="frozen">' in page


def test_tabs_link_to_each_other(
    server: LocalWorkbookServer, browser: requests.Session, workbook: gspread.Spreadsheet
) -> None:
    odd = workbook.add_worksheet("A & <b> / 50%?", 2, 2)
    page = show(browser, server, odd)
    assert "This tab is empty." in page
    assert "tab=A+%26+%3Cb%3E+%2F+50%25%3F" in page
    assert ">A &amp; &lt;b&gt; / 50%?</a>" in page
    assert "tab=Sheet1" in page
