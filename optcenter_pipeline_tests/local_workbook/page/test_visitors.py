"""Who gets in, what pages of other origins get, and what the page is made of. All of it over raw HTTP."""

from __future__ import annotations

import http.client
import re

import gspread
import pytest
import requests

from optcenter_pipeline.local_workbook import LocalWorkbookServer
from optcenter_pipeline.local_workbook.page import static_files

from .conftest import Call, edit

FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


def test_the_token_opens_the_page_and_nothing_else_does(server: LocalWorkbookServer) -> None:
    cookie = f"optcenter_page_{server.root_url.rpartition(':')[2]}"
    for address, cookies in (
        ("/", {}),
        ("/?token=wrong", {}),
        ("/?token=", {}),
        ("/", {cookie: "wrong"}),
        ("/page/view", {cookie: ""}),
        ("/page/view" + server.page_url.removeprefix(server.root_url)[1:], {}),
        ("/page/static/main.js", {}),
        ("/page/component/tabulator.mjs", {}),
    ):
        refused = requests.get(server.root_url + address, cookies=cookies, timeout=10)
        assert refused.status_code == 403, address
        assert "it carries a token" in refused.text
    opened = requests.get(server.page_url, timeout=10)
    assert opened.status_code == 200
    assert "HttpOnly" in opened.headers["Set-Cookie"]
    assert "SameSite=strict" in opened.headers["Set-Cookie"]


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost", 200), ("127.0.0.1:9", 200), ("evil.example", 400), ("127.0.0.1.evil", 400)],
)
def test_only_this_machines_names_are_served(server: LocalWorkbookServer, host: str, status: int) -> None:
    answer = requests.get(server.page_url, headers={"Host": host}, timeout=10)
    assert answer.status_code == status


def test_a_server_for_other_machines_shows_them_no_page(server: LocalWorkbookServer) -> None:
    with LocalWorkbookServer(server.path, host="0.0.0.0") as open_server:
        port = int(open_server.root_url.rpartition(":")[2])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", open_server.page_url.partition(str(port))[2], headers={"Host": "plan.example"})
        answer = connection.getresponse()
        assert answer.status == 403
        assert b"only served under the name of this machine" in answer.read()


@pytest.mark.parametrize("foreign", FOREIGN, ids=str)
@pytest.mark.parametrize("path", ["/page/token", "/page/edit", "/page/new-row"])
def test_pages_of_other_origins_get_nothing_written(
    call: Call, sheet: gspread.Worksheet, path: str, foreign: dict[str, str]
) -> None:
    status, answer = call(path, edit(sheet, 0, [], [(0, "x")]), **foreign)
    assert (status, answer["error"]["status"]) == (403, "PERMISSION_DENIED")
    assert sheet.get() == [[]]


@pytest.mark.parametrize("foreign", FOREIGN, ids=str)
def test_nor_does_the_api_answer_them(
    session: requests.Session,
    sheet: gspread.Worksheet,
    server: LocalWorkbookServer,
    foreign: dict[str, str],
) -> None:
    url = f"{server.root_url}/v4/spreadsheets/{sheet.spreadsheet_id}/values/A1"
    params = {"valueInputOption": "RAW"}
    refused = session.put(url, params=params, json={"values": [["x"]]}, headers=foreign, timeout=10)
    assert refused.status_code == 403
    assert "Access-Control-Allow-Origin" not in refused.headers
    asked_first = session.options(url, headers={**foreign, "Access-Control-Request-Method": "PUT"}, timeout=10)
    assert asked_first.status_code == 403
    assert sheet.get() == [[]]


def test_a_link_on_another_page_may_lead_here(visitor: requests.Session, server: LocalWorkbookServer) -> None:
    followed = {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate"}
    assert visitor.get(server.root_url, headers=followed, timeout=10).status_code == 200


def test_the_cookie_alone_opens_no_api_the_token_that_it_gets_does(
    visitor: requests.Session, call: Call, sheet: gspread.Worksheet, server: LocalWorkbookServer
) -> None:
    url = f"{server.root_url}/v4/spreadsheets/{sheet.spreadsheet_id}"
    own = {"Origin": server.root_url}
    assert visitor.get(url, headers=own, timeout=10).status_code == 401
    status, grant = call("/page/token", "")
    assert status == 200
    bearer = {**own, "Authorization": f"Bearer {grant['access_token']}"}
    assert visitor.get(url, headers=bearer, timeout=10).status_code == 200


def test_nothing_but_our_own_scripts_may_run(visitor: requests.Session, server: LocalWorkbookServer) -> None:
    page = visitor.get(server.root_url, timeout=10)
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]* src=)|\son\w+=|style=|https?://", page.text)
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_every_file_that_the_page_names_is_served(visitor: requests.Session, server: LocalWorkbookServer) -> None:
    waiting, seen = ["/"], set()
    while waiting:
        path = waiting.pop()
        answer = visitor.get(server.root_url + path, timeout=10)
        assert answer.status_code == 200, path
        seen.add(path)
        again = visitor.get(server.root_url + path, headers={"If-None-Match": answer.headers["ETag"]}, timeout=10)
        assert path == "/" or (again.status_code, again.content) == (304, b"")
        if path.startswith("/page/component/"):
            continue
        named = re.findall(r'(?:src|href|from) ?=?"((?:/page|\.)/[^"]+)"', answer.text)
        waiting += {name.replace("./", "/page/static/") for name in named} - seen - set(waiting)
    assert {"/page/static/main.js", "/page/static/grid.js", "/page/component/tabulator.mjs"} <= seen
    for outside in ("/page/static/../endpoints.py", "/page/static/index.html", "/page/static/none.js"):
        assert visitor.get(server.root_url + outside, timeout=10).status_code == 404


def test_a_grid_that_was_not_installed_is_said_so(
    visitor: requests.Session, server: LocalWorkbookServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(static_files, "COMPONENT", "a-package-that-is-not-there")
    static_files.static_files.cache_clear()
    answer = visitor.get(server.root_url, timeout=10)
    assert answer.status_code == 500
    assert "a-package-that-is-not-there, which is not installed" in answer.text
