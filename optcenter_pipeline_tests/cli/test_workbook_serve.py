"""`workbook serve`: what it prints, and what keeps it from serving."""

from pathlib import Path

import pytest
import requests

from optcenter_pipeline.cli import workbook_commands
from optcenter_pipeline.local_workbook import LocalWorkbookServer
from optcenter_pipeline_tests.cli.conftest import Optcenter


@pytest.fixture(autouse=True)
def visited(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """What the page knew of the workbook while it was served; Ctrl-C comes at once."""
    seen: list[dict[str, object]] = []
    start = LocalWorkbookServer.start

    def look(server: LocalWorkbookServer) -> LocalWorkbookServer:
        started = start(server)
        visitor, page = requests.Session(), started.page_url.replace("0.0.0.0", "127.0.0.1")
        assert visitor.get(page, timeout=10).ok
        seen.append(visitor.get(page.replace("/?", "/page/description?"), timeout=10).json())
        return started

    monkeypatch.setattr(LocalWorkbookServer, "start", look)
    monkeypatch.setattr(workbook_commands, "wait_until_stopped", lambda: None)
    return seen


def test_it_prints_the_pages_address_and_how_to_stop(
    optcenter: Optcenter, visited: list[dict[str, object]], tmp_path: Path
) -> None:
    ran = optcenter("workbook", "serve", "--file", str(tmp_path / "new" / "book.sqlite"))
    assert ran.code == 0
    (address,) = [word for word in ran.out.split() if "token=" in word]
    assert address.startswith("http://127.0.0.1:")
    assert "Ctrl-C stops it" in ran.out
    assert "shown on this machine alone" not in ran.out
    assert "Candidates" in visited[0]["tabs"]  # type: ignore[operator]
    with pytest.raises(requests.ConnectionError):
        requests.get(address, timeout=5)


def test_for_other_machines_it_says_that_the_page_is_not_for_them(optcenter: Optcenter) -> None:
    ran = optcenter("workbook", "serve", "--host", "0.0.0.0")
    assert ran.code == 0
    assert "The page is shown on this machine alone" in ran.out


def test_a_file_that_cannot_be_is_a_message(optcenter: Optcenter, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no workbook, but a text that is long enough for a header of a database" * 20)
    ran = optcenter("workbook", "serve", "--file", str(tmp_path / "text" / "book.sqlite"))
    assert (ran.code, "text/book.sqlite cannot be opened: " in ran.err) == (4, True)
    ran = optcenter("workbook", "serve", "--file", str(tmp_path / "text"))
    assert ran.code == 4
    assert "is not a database; is it a workbook, and may you write there?" in ran.err
