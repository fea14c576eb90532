"""A served workbook, and clients that reach it as they would reach Google."""

from __future__ import annotations

from collections.abc import Callable, Iterator, MutableMapping
from pathlib import Path
from typing import Any

import gspread
import pytest
import requests
from google.auth.transport.requests import AuthorizedSession
from google.oauth2.service_account import Credentials

from optcenter_pipeline.local_workbook import LocalWorkbookServer

GOOGLE_HOSTS = ("https://sheets.googleapis.com", "https://www.googleapis.com")
SCOPES = ["https://www.googleapis.com/auth/spreadsheets", "https://www.googleapis.com/auth/drive"]

Api = Callable[..., Any]


class LoopbackHTTPClient(gspread.HTTPClient):
    """gspread's own client, pointed at another server.

    gspread's hosts are constants that several modules copy when they are imported, so the one place to change
    them is where every request passes.
    """

    root_url = ""

    def request(self, method: str, endpoint: str, *args: Any, **kwargs: Any) -> Any:
        for host in GOOGLE_HOSTS:
            if endpoint.startswith(host):
                endpoint = self.root_url + endpoint.removeprefix(host)
        return super().request(method, endpoint, *args, **kwargs)


class OfflineCredentials(Credentials):
    """A service account's credentials that talk to their own token address alone.

    google-auth otherwise asks iamcredentials.googleapis.com, in a thread of its own and with the fresh token, where
    the account may be used from.
    """

    def _is_regional_access_boundary_lookup_required(self) -> bool:
        return False


def offline_credentials(server: LocalWorkbookServer) -> OfflineCredentials:
    """Give credentials for the server's own service account, which go through the real token flow."""
    info = server.service_account_info()
    credentials: OfflineCredentials = OfflineCredentials.from_service_account_info(info, scopes=SCOPES)  # type: ignore[no-untyped-call]
    return credentials


def gspread_client(server: LocalWorkbookServer) -> gspread.Client:
    """Make a gspread client with a service account of the server's, through the real token flow."""
    client = gspread.Client(offline_credentials(server), http_client=LoopbackHTTPClient)
    point_at(client, server.root_url)
    return client


def point_at(client: gspread.Client, root_url: str) -> None:
    """Send a client's requests to another server."""
    assert isinstance(client.http_client, LoopbackHTTPClient)
    client.http_client.root_url = root_url


def authorized_session(server: LocalWorkbookServer) -> requests.Session:
    """Make a plain HTTP session with a service account of the server's."""
    session: requests.Session = AuthorizedSession(offline_credentials(server))  # type: ignore[no-untyped-call]
    return session


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalWorkbookServer]:
    path: Path = tmp_path_factory.mktemp("workbook") / "workbook.sqlite"
    with LocalWorkbookServer(path) as running:
        yield running


@pytest.fixture(scope="session")
def client(server: LocalWorkbookServer) -> gspread.Client:
    return gspread_client(server)


@pytest.fixture
def workbook(client: gspread.Client, request: pytest.FixtureRequest) -> gspread.Spreadsheet:
    """A new spreadsheet with one sheet, Sheet1, of 1000 by 26 cells."""
    return client.create(request.node.name)


@pytest.fixture
def sheet(workbook: gspread.Spreadsheet) -> gspread.Worksheet:
    return workbook.sheet1


@pytest.fixture(scope="session")
def session(server: LocalWorkbookServer) -> requests.Session:
    return authorized_session(server)


@pytest.fixture
def api(server: LocalWorkbookServer, session: requests.Session, workbook: gspread.Spreadsheet) -> Api:
    """Call a method on the test's own spreadsheet; gives the answer's JSON, errors included."""

    def call(method: str, path: str, body: Any = None, **params: Any) -> Any:
        url = f"{server.root_url}/v4/spreadsheets/{workbook.id}{path}"
        return session.request(method, url, params=params, json=body).json()

    return call


@pytest.fixture
def batch(api: Api) -> Callable[..., list[dict[str, Any]]]:
    """Apply batchUpdate requests to the test's own spreadsheet and give the replies."""

    def apply(*requests: MutableMapping[str, Any]) -> list[dict[str, Any]]:
        answer = api("POST", ":batchUpdate", {"requests": list(requests)})
        assert "error" not in answer, answer
        replies: list[dict[str, Any]] = answer["replies"]
        return replies

    return apply


def message(answer: Any) -> str:
    """Give a refusal's message, and make sure that it is one of a wrong argument."""
    assert answer["error"]["status"] == "INVALID_ARGUMENT", answer
    return str(answer["error"]["message"])
