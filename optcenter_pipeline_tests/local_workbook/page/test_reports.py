"""The folder of reports as the server gives it: to the page's visitors, nothing beside, nothing above. Raw HTTP."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from optcenter_pipeline.local_workbook import LocalWorkbookServer

NAME = "20261123T054200-3f2a9c.html"
PAGE = "<!DOCTYPE html><title>a plan</title>€"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "reports"
    made.mkdir()
    (made / NAME).write_text(PAGE, encoding="utf-8")
    return made


@pytest.fixture
def serving(folder: Path, tmp_path: Path) -> Iterator[LocalWorkbookServer]:
    with LocalWorkbookServer(tmp_path / "book.sqlite", reports=folder) as running:
        yield running


@pytest.fixture
def reader(serving: LocalWorkbookServer) -> requests.Session:
    """A browser that has opened the printed address."""
    session = requests.Session()
    assert session.get(serving.page_url, timeout=10).ok
    return session


def test_a_visitor_reads_a_report_which_may_run_what_stands_in_it_and_nothing_else(
    serving: LocalWorkbookServer, reader: requests.Session
) -> None:
    answer = reader.get(f"{serving.reports_url}/{NAME}", timeout=10)
    assert (answer.status_code, answer.content.decode()) == (200, PAGE)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'unsafe-inline'"
    assert "allow-same-origin" not in policy["sandbox"]
    head = reader.head(f"{serving.reports_url}/{NAME}", timeout=10)
    assert (head.status_code, head.content) == (200, b"")


def test_who_has_not_opened_the_page_is_told_to(serving: LocalWorkbookServer) -> None:
    refused = requests.get(f"{serving.reports_url}/{NAME}", timeout=10)
    assert refused.status_code == 403
    assert "it carries a token" in refused.text
    assert PAGE not in refused.text


@pytest.mark.parametrize(
    "path",
    [
        "/reports/20261123T054200-000000.html",
        "/reports/secret.html",
        "/reports/../book.sqlite",
        "/reports/..%2fbook.sqlite",
        "/reports/%2e%2e/book.sqlite",
        "/reports/..%2f..%2fetc%2fpasswd",
        "/reports/sub/20261123T054200-3f2a9c.html",
        "/reports/sub%2f20261123T054200-3f2a9c.html",
        "/reports/20261123T054200-3f2a9c.html%00.txt",
        "/reports/20261123T054200-3f2a9c.HTML",
        "/reports/20261123T054200-3f2a9c.html%0a",
        "/reports/20261123T054200-abcdef.html",
        "/reports/20261123T054200-bbbbbb.html",
        "/reports/",
        "/reports",
    ],
)
def test_nothing_else_is_served(
    serving: LocalWorkbookServer, reader: requests.Session, folder: Path, path: str
) -> None:
    secret = folder.parent / "outside.html"
    for file in (secret, folder / "secret.html"):
        file.write_text("SQLite secret")
    (folder / "sub").mkdir()
    (folder / "sub" / NAME).write_text("SQLite secret")
    (folder / "20261123T054200-abcdef.html").symlink_to(secret)
    (folder / "20261123T054200-bbbbbb.html").mkdir()
    # a client that sends the path as it stands
    connection = http.client.HTTPConnection("127.0.0.1", int(serving.root_url.rpartition(":")[2]), timeout=10)
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in reader.cookies)
    connection.request("GET", path, headers={"Cookie": cookies})
    answer = connection.getresponse()
    assert answer.status == 404
    assert b"SQLite" not in answer.read()
    connection.close()


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
def test_reports_are_read_only(
    serving: LocalWorkbookServer, reader: requests.Session, folder: Path, method: str
) -> None:
    answer = reader.request(method, f"{serving.reports_url}/{NAME}", data=b"other", timeout=10)
    assert answer.status_code == 405
    assert (folder / NAME).read_text(encoding="utf-8") == PAGE


def test_a_report_that_is_written_anew_is_served_anew_and_a_folder_may_come_later(
    serving: LocalWorkbookServer, reader: requests.Session, folder: Path
) -> None:
    (folder / NAME).write_text("newer", encoding="utf-8")
    assert reader.get(f"{serving.reports_url}/{NAME}", timeout=10).text == "newer"
    (folder / NAME).unlink()
    folder.rmdir()
    gone = reader.get(f"{serving.reports_url}/{NAME}", timeout=10)
    assert gone.status_code == 404
    assert "To make it: optcenter report 20261123T054200-3f2a9c" in gone.text


def test_without_a_folder_there_are_no_reports(tmp_path: Path) -> None:
    with LocalWorkbookServer(tmp_path / "book.sqlite") as server:
        session = requests.Session()
        assert session.get(server.page_url, timeout=10).ok
        assert session.get(f"{server.reports_url}/{NAME}", timeout=10).status_code == 404
