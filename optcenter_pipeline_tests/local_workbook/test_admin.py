"""Quotas and faults on demand, over HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from optcenter_pipeline.local_workbook import LocalWorkbookServer
from optcenter_pipeline_tests.support.ordered_server import OrderedServer

from .conftest import authorized_session


class Told:
    """A server that takes orders, and a caller of it."""

    def __init__(self, ordered: OrderedServer) -> None:
        self.server = ordered.server
        self.admin = ordered.order
        self.session = authorized_session(self.server)
        self.sheet = f"{self.server.root_url}/v4/spreadsheets/{self.server.spreadsheet_id}"

    def faults(self, *faults: dict[str, Any]) -> None:
        self.admin("POST", "faults", {"faults": list(faults)})

    def read(self) -> requests.Response:
        return self.session.get(f"{self.sheet}/values/A1", timeout=10)

    def write(self, text: str) -> requests.Response:
        url = f"{self.sheet}/values/A1"
        return self.session.put(url, params={"valueInputOption": "RAW"}, json={"values": [[text]]}, timeout=10)

    def cell(self) -> str | None:
        return self.read().json().get("values", [[None]])[0][0]  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OrderedServer]:
    with OrderedServer(tmp_path_factory.mktemp("told") / "workbook.sqlite") as ordered:
        yield ordered


@pytest.fixture
def told(running: OrderedServer) -> Told:
    told = Told(running)
    told.admin("DELETE", "faults")
    told.admin("DELETE", "quotas")
    told.write("before")
    told.admin("DELETE", "requests")
    return told


@pytest.mark.parametrize("status", [429, 500, 503])
@pytest.mark.parametrize(("after_commit", "stands"), [(False, "before"), (True, "written")])
def test_a_write_fails_before_or_after_it_is_carried_out(
    told: Told, status: int, after_commit: bool, stands: str
) -> None:
    told.faults({"method": "PUT", "status": status, "after_commit": after_commit})
    assert told.write("written").status_code == status
    assert told.cell() == stands
    assert told.write("again").status_code == 200


@pytest.mark.parametrize(("after_commit", "stands"), [(False, "before"), (True, "written")])
def test_a_connection_is_dropped_without_an_answer(told: Told, after_commit: bool, stands: str) -> None:
    told.faults({"method": "PUT", "drop": True, "after_commit": after_commit})
    with pytest.raises(requests.ConnectionError):
        told.write("written")
    assert told.cell() == stands
    first = told.admin("GET", "requests")["requests"][0]
    assert (first["status"], first["fault"]) == (None, "drop after commit" if after_commit else "drop")


def test_a_late_answer_is_late(told: Told) -> None:
    told.faults({"method": "PUT", "delay_seconds": 1.0, "after_commit": True})
    with pytest.raises(requests.ReadTimeout):
        told.session.put(
            f"{told.sheet}/values/A1",
            params={"valueInputOption": "RAW"},
            json={"values": [["late"]]},
            timeout=(10, 0.2),
        )
    assert told.cell() == "late"


def test_a_late_request_is_carried_out_after_its_caller_has_gone(told: Told) -> None:
    told.faults({"method": "PUT", "delay_seconds": 0.5})
    with pytest.raises(requests.ReadTimeout):
        told.session.put(
            f"{told.sheet}/values/A1",
            params={"valueInputOption": "RAW"},
            json={"values": [["late"]]},
            timeout=(10, 0.1),
        )
    assert told.cell() == "before"
    while not told.admin("GET", "requests")["requests"][0]["has_ended"]:
        time.sleep(0.02)
    assert told.cell() == "late"


def test_a_delay_alone_answers_well(told: Told) -> None:
    told.faults({"method": "PUT", "delay_seconds": 0.01})
    assert told.write("written").json()["updatedCells"] == 1
    assert told.cell() == "written"


@pytest.mark.parametrize("after_commit", [False, True])
def test_tokens_expire_and_a_new_one_opens(told: Told, after_commit: bool) -> None:
    told.read()
    token = told.session.credentials.token  # type: ignore[attr-defined]
    told.admin("DELETE", "requests")
    told.faults({"expire_tokens": True, "after_commit": after_commit})
    first = requests.get(f"{told.sheet}/values/A1", headers={"Authorization": f"Bearer {token}"}, timeout=10)
    again = requests.get(f"{told.sheet}/values/A1", headers={"Authorization": f"Bearer {token}"}, timeout=10)
    assert [first.status_code, again.status_code] == ([200, 401] if after_commit else [401, 401])
    assert told.read().status_code == 200
    assert told.admin("GET", "requests")["counts"]["token"] == 1


def test_tokens_expire_on_an_order_too(told: Told) -> None:
    told.read()
    token = told.session.credentials.token  # type: ignore[attr-defined]
    told.admin("DELETE", "tokens")
    refused = requests.get(told.sheet, headers={"Authorization": f"Bearer {token}"}, timeout=10)
    assert refused.json()["error"]["status"] == "UNAUTHENTICATED"


def test_the_token_server_fails_on_demand(told: Told) -> None:
    told.faults({"kind": "token", "status": 503}, {"kind": "token", "status": 400})
    answers = [requests.post(f"{told.server.root_url}/token", timeout=10) for _ in range(2)]
    assert [(answer.status_code, answer.json()["error"]) for answer in answers] == [
        (503, "internal_failure"),
        (400, "invalid_grant"),
    ]


def test_an_answer_carries_what_was_asked_for(told: Told) -> None:
    told.faults({"status": 503, "retry_after": "7"}, {"status": 502, "body": "<html>"})
    first, second = (requests.get(told.sheet, timeout=10) for _ in range(2))
    assert first.headers["Retry-After"] == "7"
    assert first.json()["error"] == {
        "code": 503,
        "message": "The service is currently unavailable.",
        "status": "UNAVAILABLE",
    }
    assert (second.status_code, second.text) == (502, "<html>")


def test_quotas_hold_by_user_and_let_tokens_pass(told: Told) -> None:
    told.read()
    told.admin("POST", "quotas", {"per_user": 2, "per_project": 3})
    assert [told.read().status_code for _ in range(3)] == [200, 200, 429]
    told.admin("DELETE", "tokens")
    assert told.write("written").status_code == 200  # with a new token, of the same user
    refused = told.read()
    assert refused.json()["error"]["details"][0]["metadata"]["quota_limit"] == "ReadRequestsPerMinutePerUser"
    somebody = {"Authorization": "Bearer somebody.else"}
    codes = [requests.get(told.sheet, headers=somebody, timeout=10).status_code for _ in range(2)]
    assert codes == [401, 429]
    assert told.admin("GET", "quotas")["used"]["read"] == 3
    told.admin("DELETE", "quotas")
    assert told.read().status_code == 200


def test_googles_own_numbers_are_the_default(told: Told) -> None:
    limits = told.admin("POST", "quotas", {})["limits"]
    assert limits == {"per_project": 300, "per_user": 60, "window_seconds": 60}


def test_every_request_is_counted_by_its_kind(told: Told) -> None:
    told.read()
    told.write("written")
    told.session.get(f"{told.server.root_url}/drive/v3/files", timeout=10)
    told.faults({"status": 503})
    told.read()
    traffic = told.admin("GET", "requests")
    assert traffic["counts"] == {"read": 2, "write": 1, "drive": 1, "token": 0}
    path = f"/v4/spreadsheets/{told.server.spreadsheet_id}/values/A1"
    assert traffic["by_path"] == {f"GET {path}": 2, f"PUT {path}": 1, "GET /drive/v3/files": 1}
    assert [(r["method"], r["kind"], r["status"], r["fault"]) for r in traffic["requests"]] == [
        ("GET", "read", 200, None),
        ("PUT", "write", 200, None),
        ("GET", "drive", 200, None),
        ("GET", "read", 503, "503"),
    ]


def test_the_plan_tells_what_still_waits(told: Told) -> None:
    told.faults({"status": 503, "skip": 1, "times": 2})
    told.read()
    told.read()
    assert told.admin("GET", "faults") == {"faults": [{"status": 503, "skip": 0, "times": 1}]}


@pytest.mark.parametrize(
    ("what", "body"),
    [("faults", {"faults": [{"status": 700}]}), ("faults", []), ("quotas", {"per_user": -1}), ("quotas", "many")],
)
def test_orders_that_make_no_sense_are_400(told: Told, what: str, body: Any) -> None:
    answer = requests.post(f"{told.server.root_url}/__admin/{what}", json=body, timeout=10)
    assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


def test_a_form_of_another_site_gives_no_orders(told: Told) -> None:
    answer = requests.post(
        f"{told.server.root_url}/__admin/faults",
        data='{"faults": [{"drop": true}]}',
        headers={"Content-Type": "text/plain"},
        timeout=10,
    )
    assert answer.status_code == 400
    assert told.admin("GET", "faults") == {"faults": []}
    headers = {"Host": "evil.example"}
    assert requests.get(f"{told.server.root_url}/__admin/requests", headers=headers, timeout=10).status_code == 400


@pytest.mark.parametrize("what", ["faults", "quotas", "requests"])
def test_a_server_that_was_not_asked_takes_no_orders(server: LocalWorkbookServer, what: str) -> None:
    assert requests.get(f"{server.root_url}/__admin/{what}", timeout=10).status_code == 404
