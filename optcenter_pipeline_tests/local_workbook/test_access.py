"""Tokens, and who is let in."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import gspread
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from optcenter_pipeline.local_workbook import LocalWorkbookServer
from optcenter_pipeline.local_workbook.access import GRANT_TYPE

from .conftest import SCOPES, LoopbackHTTPClient, OfflineCredentials, point_at


def assertion(header: dict[str, Any] | None = None, **claims: Any) -> str:
    """Write a JWT that is well-formed; nobody verifies its signature."""
    parts = [
        json.dumps(header or {"alg": "RS256", "typ": "JWT"}),
        json.dumps({"iss": "someone", "exp": time.time() + 60, **claims}),
        "signature",
    ]
    return ".".join(base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in parts)


def grant(server: LocalWorkbookServer, **form: str) -> requests.Response:
    return requests.post(f"{server.root_url}/token", data=form, timeout=10)


def test_a_signed_assertion_buys_a_token(server: LocalWorkbookServer) -> None:
    answer = grant(server, grant_type=GRANT_TYPE, assertion=assertion()).json()
    assert answer["expires_in"] == 3600
    assert answer["token_type"] == "Bearer"
    headers = {"Authorization": f"Bearer {answer['access_token']}"}
    url = f"{server.root_url}/v4/spreadsheets/{server.spreadsheet_id}"
    assert requests.get(url, headers=headers, timeout=10).status_code == 200


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"grant_type": "password", "assertion": assertion()},
        {"grant_type": GRANT_TYPE, "assertion": "nonsense"},
        {"grant_type": GRANT_TYPE, "assertion": "a.b.c"},
        {"grant_type": GRANT_TYPE, "assertion": assertion(header={"alg": "none"})},
        {"grant_type": GRANT_TYPE, "assertion": assertion(exp=1)},
        {"grant_type": GRANT_TYPE, "assertion": assertion(iss="")},
    ],
)
def test_anything_else_buys_none(server: LocalWorkbookServer, form: dict[str, str]) -> None:
    answer = grant(server, **form)
    assert answer.status_code == 400
    is_grant = form.get("grant_type") == GRANT_TYPE
    assert answer.json()["error"] == ("invalid_grant" if is_grant else "unsupported_grant_type")


@pytest.mark.parametrize("path", ["/v4/spreadsheets/x", "/v4/spreadsheets/x/values/A1", "/drive/v3/files"])
@pytest.mark.parametrize("header", [None, "Bearer ", "Bearer wrong", "Basic abc", "Bearer \u00e9"])
def test_a_call_without_a_known_token_is_401(server: LocalWorkbookServer, path: str, header: str | None) -> None:
    headers = {"Authorization": header.encode("latin-1")} if header else {}
    answer = requests.get(server.root_url + path, headers=headers, timeout=10)
    assert answer.status_code == 401
    error = answer.json()["error"]
    assert error["status"] == "UNAUTHENTICATED"
    said = "is missing required authentication credential" if header is None else "had invalid authentication"
    assert error["message"].startswith(f"Request {said}")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
    assert ("invalid_token" in answer.headers["WWW-Authenticate"]) is (header is not None)


def test_any_service_account_may_bring_its_own_key(
    server: LocalWorkbookServer, workbook: gspread.Spreadsheet
) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    info = {
        "type": "service_account",
        "client_email": "somebody@elsewhere.example",
        "private_key": key.private_bytes(*form).decode(),
        "token_uri": f"{server.root_url}/token",
    }
    credentials: OfflineCredentials = OfflineCredentials.from_service_account_info(info, scopes=SCOPES)  # type: ignore[no-untyped-call]
    client = gspread.Client(credentials, http_client=LoopbackHTTPClient)
    point_at(client, server.root_url)
    client.open_by_key(workbook.id).sheet1.update([["theirs"]], "A1")
    assert workbook.sheet1.acell("A1").value == "theirs"


def test_a_private_file_is_403(
    server: LocalWorkbookServer, client: gspread.Client, workbook: gspread.Spreadsheet
) -> None:
    made = requests.post(f"{server.root_url}/__admin/private", json={"id": workbook.id}, timeout=10)
    assert made.status_code == 200
    with pytest.raises(PermissionError):
        client.open_by_key(workbook.id)
    with pytest.raises(gspread.exceptions.APIError, match="The caller does not have permission"):
        workbook.values_get("A1")


def test_a_form_of_another_site_cannot_make_files_private(
    server: LocalWorkbookServer, client: gspread.Client, workbook: gspread.Spreadsheet
) -> None:
    body = json.dumps({"id": workbook.id})
    headers = {"Content-Type": "text/plain"}
    refused = requests.post(f"{server.root_url}/__admin/private", data=body, headers=headers, timeout=10)
    assert refused.status_code == 400
    assert client.open_by_key(workbook.id).id == workbook.id


def test_another_host_name_is_not_served(server: LocalWorkbookServer) -> None:
    form = {"grant_type": GRANT_TYPE, "assertion": assertion()}
    answer = requests.post(f"{server.root_url}/token", data=form, headers={"Host": "evil.example"}, timeout=10)
    assert answer.status_code == 400
    assert "access_token" not in answer.text


def test_an_unknown_spreadsheet_is_404(client: gspread.Client) -> None:
    with pytest.raises(gspread.exceptions.SpreadsheetNotFound):
        client.open_by_key("unknown")


def test_bodies_that_are_no_json_are_400(server: LocalWorkbookServer, session: Any) -> None:
    url = f"{server.root_url}/v4/spreadsheets"
    for body in (
        b"{",
        b"[]",
        b'{"properties": NaN}',
        b'{"a": 1e999}',
        b'{"a": 1' + b"0" * 400 + b"}",
        b'{"properties": {"title": "\\ud800"}}',
        b"\xff",
    ):
        assert session.post(url, data=body).status_code == 400


def test_an_unknown_address_answers_in_googles_shape(server: LocalWorkbookServer) -> None:
    answer = requests.get(f"{server.root_url}/v4/other", timeout=10)
    assert (answer.status_code, answer.json()["error"]["status"]) == (404, "NOT_FOUND")
