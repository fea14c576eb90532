"""The client against a real server that fails on demand, by the real token flow."""

import datetime as dt
import json
import socket
from email.utils import format_datetime
from typing import Any

import gspread
import pytest
import requests

from optcenter_pipeline.workbook.client import SheetsClient
from optcenter_pipeline.workbook.errors import (
    WorkbookAddressError,
    WorkbookError,
    WorkbookNotFoundError,
    WorkbookPermissionError,
    WorkbookQuotaError,
    WorkbookRefusedError,
    WorkbookUnreachableError,
)
from optcenter_pipeline.workbook.retries import RetryPolicy
from optcenter_pipeline.workbook.workbook import Workbook
from optcenter_pipeline_tests.support.ordered_server import OrderedServer
from optcenter_pipeline_tests.workbook.ordered_workbook import FOR_EVER, WRITE, Naps, cells, workbook

ADD_SHEET = [{"addSheet": {"properties": {"title": "Another"}}}]


def titles(server: OrderedServer) -> list[str]:
    return [sheet.title for sheet in workbook(server).sheets()]


@pytest.mark.parametrize(
    "fault",
    [*({"status": status} for status in (429, 500, 502, 503, 504)), {"drop": True}],
    ids=lambda fault: str(next(iter(fault.values()))),
)
@pytest.mark.parametrize("after_commit", [False, True])
def test_reads_and_value_writes_survive_what_passes(
    server: OrderedServer, fault: dict[str, Any], after_commit: bool
) -> None:
    naps = Naps()
    book = workbook(server, naps)
    server.plan(
        {**fault, "after_commit": after_commit, "kind": "write", "times": 2},
        {**fault, "after_commit": after_commit, "kind": "read"},
    )
    book.batch_update(WRITE)
    assert book.batch_get(["'Sheet1'!A1:A9"])[0].rows == [["written"]]
    assert naps.naps == [1, 2, 1]
    assert (book.counts.reads, book.counts.writes, book.counts.retries) == (2, 3, 3)
    assert server.received()["counts"] == {"read": 2, "write": 3, "drive": 0, "token": 1}


@pytest.mark.parametrize(
    "fault", [{"status": 503, "after_commit": True}, {"drop": True, "after_commit": True}, {"status": 429}]
)
def test_what_must_not_be_repeated_is_sent_once(server: OrderedServer, fault: dict[str, Any]) -> None:
    naps = Naps()
    book = workbook(server, naps)
    server.plan({**fault, "kind": "write", "times": 2})
    with pytest.raises(WorkbookError, match="look at the workbook before trying again"):
        book.http.values_append(
            book.spreadsheet_id, "Sheet1", {"valueInputOption": "RAW"}, {"values": [["appended"]]}
        )
    with pytest.raises(WorkbookError, match="look at the workbook before trying again"):
        book.structural_update(ADD_SHEET, idempotent=False)
    assert server.received()["counts"]["write"] == 2
    assert naps.naps == []
    was_carried_out = "after_commit" in fault
    assert cells(server) == ([["appended"]] if was_carried_out else [])
    assert ("Another" in titles(server)) is was_carried_out
    if was_carried_out:
        sheet_id = next(sheet.sheet_id for sheet in book.sheets() if sheet.title == "Another")
        book.structural_update([{"deleteSheet": {"sheetId": sheet_id}}], idempotent=False)


def test_structure_is_repeated_when_told_that_it_may(server: OrderedServer) -> None:
    book = workbook(server)
    server.plan({"status": 503, "kind": "write"})
    frozen = {"sheetId": 0, "gridProperties": {"frozenRowCount": 1}}
    request = {"updateSheetProperties": {"properties": frozen, "fields": "gridProperties.frozenRowCount"}}
    book.structural_update([request], idempotent=True)
    assert [r["status"] for r in server.received()["requests"]][-2:] == [503, 200]
    assert book.sheets()[0].frozen_row_count == 1


def test_a_lasting_failure_ends_at_the_deadline(server: OrderedServer) -> None:
    naps = Naps(deadline=60)
    server.plan({"status": 503, "kind": "read", **FOR_EVER})
    with pytest.raises(WorkbookUnreachableError) as caught:
        workbook(server, naps).batch_get(["'Sheet1'"])
    assert naps.naps == [1, 2, 4, 8, 16]
    assert "6 attempts in 31 s (last: HTTP 503)" in str(caught.value)
    assert "safe to try again" in str(caught.value)


@pytest.mark.parametrize(
    ("fault", "advice"),
    [
        ({"status": 503, "kind": "write"}, "trying again writes the same cells and is safe"),
        ({"drop": True, "kind": "write"}, "trying again writes the same cells and is safe"),
        ({"status": 503, "kind": "token"}, "Nothing was changed; it is safe to try again"),
    ],
)
def test_the_error_in_the_end_says_what_is_safe(server: OrderedServer, fault: dict[str, Any], advice: str) -> None:
    server.plan({**fault, **FOR_EVER})
    with pytest.raises(WorkbookUnreachableError, match=f"attempts in .*{advice}"):
        workbook(server).batch_update(WRITE)


def test_too_many_requests_in_the_end_is_about_the_quota(server: OrderedServer) -> None:
    server.plan({"status": 429, "kind": "write", **FOR_EVER})
    with pytest.raises(WorkbookQuotaError, match="Wait a minute"):
        workbook(server).batch_update(WRITE)


@pytest.mark.parametrize("jitter", [0.1, 0.5, 1.0])
def test_a_quota_that_is_used_up_for_a_minute_is_outlived(server: OrderedServer, jitter: float) -> None:
    naps = Naps(jitter=jitter)

    def nap(seconds: float) -> None:
        naps.naps.append(seconds)
        if sum(naps.naps) >= 60:
            server.order("DELETE", "quotas")

    book = workbook(server, naps)
    book.http.policy = RetryPolicy(clock=naps.policy.clock, sleep=nap, jitter=lambda: jitter)
    server.order("POST", "quotas", {"per_user": 1})
    book.batch_update(WRITE)
    book.batch_update(WRITE)
    assert 60 <= sum(naps.naps) < book.http.policy.deadline
    assert book.counts.writes == 2 + book.counts.retries


def test_a_busy_drive_that_says_403_is_tried_again(server: OrderedServer) -> None:
    reasons = [{"domain": "usageLimits", "reason": "userRateLimitExceeded", "message": "User Rate Limit Exceeded"}]
    body = json.dumps({"error": {"errors": reasons, "code": 403, "message": "Too fast"}})
    book = workbook(server)
    server.plan({"status": 403, "body": body, "kind": "drive"})
    address = f"https://www.googleapis.com/drive/v3/files/{book.spreadsheet_id}"
    assert book.http.request("get", address).json()["id"] == book.spreadsheet_id
    assert (book.counts.drive, book.counts.reads, book.counts.retries) == (2, 0, 1)


def test_posts_that_read_count_as_reads_and_are_repeated(server: OrderedServer) -> None:
    book = workbook(server)
    server.plan({"status": 503, "kind": "read", **FOR_EVER})
    address = f"https://sheets.googleapis.com/v4/spreadsheets/{book.spreadsheet_id}/values:batchGetByDataFilter"
    with pytest.raises(WorkbookUnreachableError, match=r"Reading from .* Nothing was changed"):
        book.http.request("post", address, json={"dataFilters": [{"a1Range": "Sheet1"}]})
    assert (book.counts.reads, book.counts.writes) == (book.counts.retries + 1, 0)


@pytest.mark.parametrize("kind", ["read", "token"])
def test_a_server_that_does_not_answer_is_given_up(server: OrderedServer, kind: str) -> None:
    naps = Naps(deadline=10, read_timeout=0.05)
    server.plan({"delay_seconds": 0.3, "kind": kind, **FOR_EVER})
    with pytest.raises(WorkbookUnreachableError, match="4 attempts in 7 s"):
        workbook(server, naps).batch_get(["'Sheet1'"])


def test_no_timeout_is_longer_than_what_is_left_of_the_deadline(server: OrderedServer) -> None:
    real = RetryPolicy(deadline=0.4, read_timeout=60)
    book = workbook(server)
    book.http.policy = real
    server.plan({"delay_seconds": 1.0, "kind": "read", **FOR_EVER})
    with pytest.raises(WorkbookUnreachableError, match="last: no answer in time"):
        book.batch_get(["'Sheet1'"])


def test_nobody_listening_is_unreachable_and_given_up_sooner_than_a_busy_server(server: OrderedServer) -> None:
    naps = Naps()
    book = workbook(server, naps)
    book.sheets()
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        book.http.api_root = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        with pytest.raises(WorkbookUnreachableError, match=r"the connection failed\). Nothing was changed"):
            book.structural_update(ADD_SHEET, idempotent=False)
    assert book.counts.retries > 1
    assert sum(naps.naps) < naps.policy.unreachable_deadline < naps.policy.deadline


def test_waits_are_jittered_and_as_long_as_the_server_asks(server: OrderedServer) -> None:
    naps = Naps(jitter=0.25)
    later = format_datetime(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=50), usegmt=True)
    asked = [{"status": 503, "retry_after": value, "kind": "read"} for value in ("7", later, "soon")]
    server.plan(*asked, {"status": 503, "kind": "read"})
    workbook(server, naps).batch_get(["'Sheet1'"])
    assert naps.naps[0] == 7
    assert 45 < naps.naps[1] <= 50
    assert naps.naps[2:] == [1, 2]


def test_a_server_that_asks_for_more_than_the_deadline_is_not_waited_for(server: OrderedServer) -> None:
    naps = Naps(deadline=30)
    server.plan({"status": 429, "retry_after": "3600", "kind": "read"})
    with pytest.raises(WorkbookQuotaError):
        workbook(server, naps).batch_get(["'Sheet1'"])
    assert naps.naps == []


def test_refusals_say_what_to_do_and_are_not_repeated(server: OrderedServer) -> None:
    naps = Naps()
    book = workbook(server, naps)
    account = book.account_email
    book.sheets()
    server.plan()
    with pytest.raises(WorkbookRefusedError, match="Unable to parse range: Nowhere"):
        book.batch_get(["Nowhere"])
    made = book.http.request("post", "https://www.googleapis.com/drive/v3/files", json={"name": "Mine"}).json()
    server.order("POST", "private", {"id": made["id"]})
    with pytest.raises(WorkbookPermissionError, match=f"share it with {account} as Editor"):
        Workbook(book.http, made["id"]).batch_update(WRITE)
    with pytest.raises(WorkbookNotFoundError, match="OPTCENTER_WORKBOOK"):
        Workbook(book.http, "nowhere").sheets()
    assert server.received()["counts"] == {"read": 2, "write": 1, "drive": 1, "token": 0}
    assert naps.naps == []


def test_an_answer_that_is_no_json_is_no_answer(server: OrderedServer) -> None:
    server.plan({"status": 200, "body": "<html>Please sign in</html>", "kind": "read"})
    with pytest.raises(WorkbookUnreachableError, match="no JSON"):
        workbook(server).batch_get(["'Sheet1'"])


def test_an_address_that_is_none_is_said_to_be_none() -> None:
    client = SheetsClient(requests.Session(), api_root="127.0.0.1:8080")
    with pytest.raises(WorkbookAddressError, match="OPTCENTER_GOOGLE_API_ROOT"):
        Workbook(client, "BOOK").sheets()


def test_only_the_root_of_an_address_changes() -> None:
    client = SheetsClient(requests.Session(), api_root="http://127.0.0.1:9/")
    assert (
        client.rewritten("https://sheets.googleapis.com/v4/spreadsheets/X")
        == "http://127.0.0.1:9/v4/spreadsheets/X"
    )
    assert client.rewritten("https://www.googleapis.com/drive/v3/files") == "http://127.0.0.1:9/drive/v3/files"
    assert client.rewritten("https://elsewhere.example/v4") == "https://elsewhere.example/v4"
    google = SheetsClient(requests.Session())
    assert google.rewritten("https://sheets.googleapis.com/v4") == "https://sheets.googleapis.com/v4"


def test_gspreads_own_objects_work_on_it(sample: Workbook) -> None:
    client = gspread.Client(auth=None, session=sample.http.session, http_client=lambda *_: sample.http)  # type: ignore[arg-type]
    sheet = client.open_by_key(sample.spreadsheet_id).worksheet("Candidates")
    assert sheet.acell("A2").value == "INIT-101"
