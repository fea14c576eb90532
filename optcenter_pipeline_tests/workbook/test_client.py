import datetime as dt
import socket
from email.utils import format_datetime

import gspread
import pytest
import requests

from optcenter_pipeline.workbook.client import SheetsClient
from optcenter_pipeline.workbook.errors import (
    WorkbookCredentialsError,
    WorkbookError,
    WorkbookNotFoundError,
    WorkbookPermissionError,
    WorkbookQuotaError,
    WorkbookRefusedError,
    WorkbookUnreachableError,
)
from optcenter_pipeline.workbook.retries import RetryPolicy
from optcenter_pipeline.workbook.workbook import RangeWrite, Workbook
from optcenter_pipeline_tests.workbook.faulty_server import Fault, faulty_server

WRITE = [RangeWrite("'Runs'!A1", [["x"]])]
ACCOUNT = "planner@project.example"


class Patience:
    """A clock that only naps move."""

    def __init__(self, deadline: float = 120.0, jitter: float = 1.0) -> None:
        self.naps: list[float] = []
        self.policy = RetryPolicy(
            deadline=deadline, clock=lambda: sum(self.naps), sleep=self.naps.append, jitter=lambda: jitter
        )


def workbook(root: str, patience: Patience | None = None) -> Workbook:
    session = requests.Session()
    session.headers["Authorization"] = "Bearer very-secret-token"
    policy = (patience or Patience()).policy
    return Workbook(SheetsClient(session=session, api_root=root, account_email=ACCOUNT, policy=policy), "BOOK")


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 0])
@pytest.mark.parametrize("commits", [False, True])
def test_reads_and_value_writes_survive_what_passes(status: int, commits: bool) -> None:
    patience = Patience()
    with faulty_server(Fault(status, commits), Fault(status, commits)) as (root, handler):
        book = workbook(root, patience)
        book.batch_update(WRITE)
        book.batch_get(["'Runs'"])
    assert patience.naps == [1, 2]
    assert (book.counts.reads, book.counts.writes, book.counts.retries) == (1, 3, 2)
    bodies = [body for method, _, body in handler.carried_out if method == "POST"]
    assert len(bodies) == (3 if commits else 1)
    assert all(body == bodies[0] for body in bodies)


@pytest.mark.parametrize("fault", [Fault(503, commits=True), Fault(0, commits=True), Fault(429), Fault(502)])
def test_what_must_not_be_repeated_is_sent_once(fault: Fault) -> None:
    patience = Patience()
    with faulty_server(fault) as (root, handler):
        book = workbook(root, patience)
        with pytest.raises(WorkbookError, match="look at the workbook before trying again"):
            book.structural_update([{"addSheet": {}}], idempotent=False)
        with pytest.raises(WorkbookError):
            handler.faults.append(fault)
            book.http.values_append("BOOK", "Runs", {"valueInputOption": "RAW"}, {"values": [["x"]]})
    assert len(handler.seen) == 2
    assert patience.naps == []


def test_structure_is_repeated_when_told_that_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    with faulty_server(Fault(503)) as (root, handler):
        workbook(root).structural_update([{"updateSheetProperties": {}}], idempotent=True)
    assert len(handler.seen) == 2


def test_a_lasting_failure_ends_at_the_deadline() -> None:
    patience = Patience(deadline=60)
    with faulty_server(*[Fault(503)] * 50) as (root, _), pytest.raises(WorkbookUnreachableError) as caught:
        workbook(root, patience).batch_get(["'Runs'"])
    assert patience.naps == [1, 2, 4, 8, 16]
    assert "6 attempts in 31 s (last: HTTP 503)" in str(caught.value)
    assert "safe to try again" in str(caught.value)


def test_too_many_requests_in_the_end_is_about_the_quota() -> None:
    with faulty_server(*[Fault(429)] * 50) as (root, _), pytest.raises(WorkbookQuotaError, match="Wait a minute"):
        workbook(root).batch_update(WRITE)


def test_nobody_listening_is_unreachable() -> None:
    with faulty_server() as (root, _):
        pass
    with pytest.raises(WorkbookUnreachableError, match="the connection failed"):
        workbook(root, Patience(deadline=5)).batch_get(["'Runs'"])


def test_waits_are_jittered_and_as_long_as_the_server_asks() -> None:
    patience = Patience(jitter=0.25)
    later = format_datetime(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=50), usegmt=True)
    faults = [Fault(503, headers=(("Retry-After", value),)) for value in ("7", later, "soon")]
    with faulty_server(*faults, Fault(503)) as (root, _):
        workbook(root, patience).batch_get(["'Runs'"])
    assert patience.naps[0] == 7
    assert 45 < patience.naps[1] <= 50
    assert patience.naps[2:] == [1, 2]


def test_a_server_that_asks_for_more_than_the_deadline_is_not_waited_for() -> None:
    patience = Patience(deadline=30)
    fault = Fault(429, headers=(("Retry-After", "3600"),))
    with faulty_server(fault) as (root, _), pytest.raises(WorkbookQuotaError):
        workbook(root, patience).batch_get(["'Runs'"])
    assert patience.naps == []


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (400, WorkbookRefusedError, "in the server's words"),
        (401, WorkbookCredentialsError, "service-account file"),
        (403, WorkbookPermissionError, f"share it with {ACCOUNT} as Editor"),
        (404, WorkbookNotFoundError, "OPTCENTER_WORKBOOK"),
    ],
)
def test_refusals_say_what_to_do(status: int, kind: type[WorkbookError], words: str) -> None:
    patience = Patience()
    with faulty_server(Fault(status)) as (root, handler), pytest.raises(kind) as caught:
        workbook(root, patience).batch_update(WRITE)
    assert words in str(caught.value)
    assert len(handler.seen) == 1


def test_no_message_holds_a_secret() -> None:
    for status in (400, 401, 403, 404, 429, 503, 0):
        with faulty_server(*[Fault(status)] * 50) as (root, _), pytest.raises(WorkbookError) as caught:
            workbook(root).batch_get(["'Runs'"])
        assert "secret" not in str(caught.value)


def test_an_answer_that_is_no_json_is_no_answer() -> None:
    page = Fault(200, body=b"<html>Please sign in</html>")
    with faulty_server(page) as (root, _), pytest.raises(WorkbookUnreachableError, match="no JSON"):
        workbook(root).batch_get(["'Runs'"])


def test_only_the_root_of_an_address_changes() -> None:
    client = SheetsClient(session=requests.Session(), api_root="http://127.0.0.1:9/")
    assert (
        client.rewritten("https://sheets.googleapis.com/v4/spreadsheets/X")
        == "http://127.0.0.1:9/v4/spreadsheets/X"
    )
    assert client.rewritten("https://www.googleapis.com/drive/v3/files") == "http://127.0.0.1:9/drive/v3/files"
    assert client.rewritten("https://elsewhere.example/v4") == "https://elsewhere.example/v4"
    google = SheetsClient(session=requests.Session())
    assert google.rewritten("https://sheets.googleapis.com/v4") == "https://sheets.googleapis.com/v4"


def test_gspreads_own_objects_work_on_it(sample: Workbook) -> None:
    client = gspread.Client(auth=None, session=sample.http.session, http_client=lambda *_: sample.http)  # type: ignore[arg-type]
    sheet = client.open_by_key(sample.spreadsheet_id).worksheet("Candidates")
    assert sheet.acell("A2").value == "INIT-101"


def test_a_server_that_is_not_there_is_given_up_sooner_than_one_that_is_busy() -> None:
    patience = Patience()
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        root = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        with pytest.raises(WorkbookUnreachableError):
            workbook(root, patience).batch_get(["'Runs'"])
    assert sum(patience.naps) < patience.policy.unreachable_deadline < patience.policy.deadline
