"""The runner of gspread's suite, on a suite of two tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SUITE = """
import os
import gspread, pytest, requests

@pytest.fixture
def client():
    return gspread.service_account(os.environ["GS_CREDS_FILENAME"])

def test_traffic_meant_for_google_is_served(client):
    spreadsheet = client.create("Plan")
    spreadsheet.sheet1.update([["a"]], "A1")
    assert client.open("Plan").sheet1.acell("A1").value == "a"
    client.del_spreadsheet(spreadsheet.id)

def test_other_hosts_are_refused():
    with pytest.raises(requests.ConnectionError):
        requests.get("https://example.org/", timeout=5)
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "optcenter_pipeline_tests.local_workbook.gspread_suite", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_a_suite_runs_against_the_local_server(tmp_path: Path) -> None:
    (tmp_path / "some_test.py").write_text(SUITE, encoding="utf-8")
    done = run(str(tmp_path), "-q")
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout
    assert "requests, all to http://127.0.0.1:" in done.stdout
    (tmp_path / "some_test.py").write_text("def test_wrong(): assert False", encoding="utf-8")
    assert run(str(tmp_path), "-q").returncode == 1


def test_a_suite_must_be_named() -> None:
    done = run("/nowhere/at/all")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("usage: ")
