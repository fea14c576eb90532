"""Tokens: fetched, expired, refused; and kept out of every message."""

from typing import Any

import pytest

from optcenter_pipeline.workbook.attempts import ServiceSession
from optcenter_pipeline.workbook.errors import WorkbookCredentialsError, WorkbookError
from optcenter_pipeline_tests.support.ordered_server import OrderedServer
from optcenter_pipeline_tests.workbook.ordered_workbook import FOR_EVER, WRITE, Naps, cells, workbook


@pytest.mark.parametrize("times", [1, 2])
def test_a_token_that_has_expired_is_replaced(server: OrderedServer, times: int) -> None:
    book = workbook(server)
    book.batch_update(WRITE)
    server.plan({"expire_tokens": True, "kind": "write", "times": times})
    book.http.values_append(book.spreadsheet_id, "Sheet1", {"valueInputOption": "RAW"}, {"values": [["once"]]})
    assert server.received()["counts"] == {"read": 0, "write": 1 + times, "drive": 0, "token": times}
    assert (book.counts.writes, book.counts.retries) == (2 + times, times)
    assert cells(server) == [["written"], ["once"]]


def test_an_account_that_no_new_token_helps_is_refused(server: OrderedServer) -> None:
    book = workbook(server)
    server.plan({"status": 401, "kind": "read", **FOR_EVER})
    with pytest.raises(WorkbookCredentialsError, match="service-account file"):
        book.batch_get(["'Sheet1'"])
    assert server.received()["counts"] == {"read": 3, "write": 0, "drive": 0, "token": 3}


@pytest.mark.parametrize("fault", [{"status": 503}, {"status": 429}, {"drop": True}])
def test_a_token_server_that_fails_is_tried_again_by_the_same_rules(
    server: OrderedServer, fault: dict[str, Any]
) -> None:
    naps = Naps()
    book = workbook(server, naps)
    server.plan({**fault, "kind": "token", "times": 3})
    book.http.values_append(book.spreadsheet_id, "Sheet1", {"valueInputOption": "RAW"}, {"values": [["once"]]})
    assert naps.naps == [1, 2, 4]
    assert server.received()["counts"] == {"read": 0, "write": 1, "drive": 0, "token": 4}
    assert (book.counts.writes, book.counts.retries) == (1, 3)


def test_an_account_that_gets_no_token_is_refused_at_once(server: OrderedServer) -> None:
    book = workbook(server)
    server.plan({"status": 400, "kind": "token"})
    with pytest.raises(WorkbookCredentialsError, match="refused a token"):
        book.batch_get(["'Sheet1'"])
    assert server.received()["counts"] == {"read": 0, "write": 0, "drive": 0, "token": 1}


@pytest.mark.parametrize(
    "fault", [*({"status": status} for status in (400, 401, 403, 404, 429, 503)), {"drop": True}]
)
def test_no_message_holds_a_secret(server: OrderedServer, fault: dict[str, Any]) -> None:
    book = workbook(server)
    book.sheets()
    key = server.server.service_account_info()["private_key"].splitlines()[1]
    assert isinstance(book.http.session, ServiceSession)
    token = book.http.session.credentials.token
    server.plan({**fault, "kind": "read", **FOR_EVER})
    with pytest.raises(WorkbookError) as caught:
        book.batch_get(["'Sheet1'"])
    assert token not in str(caught.value)
    assert key not in str(caught.value)
