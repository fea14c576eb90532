"""Opening the workbook that the settings name: a local file served by this process, or a Google workbook."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import google.auth.transport.requests
import requests
from google.auth.exceptions import GoogleAuthError
from google.oauth2 import service_account

from optcenter_pipeline.workbook.client import SheetsClient
from optcenter_pipeline.workbook.errors import (
    WorkbookAddressError,
    WorkbookCredentialsError,
    WorkbookUnreachableError,
)
from optcenter_pipeline.workbook.retries import RetryPolicy
from optcenter_pipeline.workbook.workbook import Workbook

_SCOPES = ("https://www.googleapis.com/auth/spreadsheets", "https://www.googleapis.com/auth/drive")
_FORMS = "give local:PATH.sqlite or gsheets:SPREADSHEET_ID"


@contextmanager
def open_workbook(
    workbook: str,
    *,
    google_credentials: Path | None = None,
    google_api_root: str | None = None,
    policy: RetryPolicy | None = None,
) -> Iterator[Workbook]:
    """Open a workbook for as long as the context lasts.

    Args:
        workbook: `local:PATH.sqlite` is served by this process on a free loopback port meanwhile, and made where
            it does not exist; `gsheets:ID` is a Google workbook.
        google_credentials: a service-account file, for `gsheets:`.
        google_api_root: another server's root instead of Google's hosts, for `gsheets:`.
        policy: how patient to be; the default has an overall deadline of two minutes a call.

    Raises:
        WorkbookAddressError: `workbook` is of neither form.
        WorkbookCredentialsError: the service-account file is missing or is none.
        WorkbookUnreachableError: the local file cannot be opened.
    """
    scheme, _, place = workbook.partition(":")
    if scheme == "local" and place:
        # imported where it is used: only a local file needs a server
        from optcenter_pipeline.local_workbook import LocalWorkbookServer  # noqa: PLC0415

        with ExitStack() as stack:
            try:
                server = stack.enter_context(LocalWorkbookServer(_made_ready(Path(place))))
            except (OSError, sqlite3.DatabaseError) as error:
                raise WorkbookUnreachableError(
                    f"The local workbook {place} cannot be opened: {error}. Nothing was changed."
                ) from error
            account = server.service_account_info()
            yield _opened(server.spreadsheet_id, account, server.root_url, policy, trust_environment=False)
    elif scheme == "gsheets" and place:
        account = _account_info(google_credentials)
        yield _opened(place, account, google_api_root, policy, trust_environment=True)
    else:
        raise WorkbookAddressError(f"{workbook!r} names no workbook; {_FORMS}")


def _made_ready(path: Path) -> Path:
    """The file's path, with a folder to stand in."""
    path = path.expanduser()
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _opened(
    spreadsheet_id: str,
    account: dict[str, Any],
    api_root: str | None,
    policy: RetryPolicy | None,
    *,
    trust_environment: bool,
) -> Workbook:
    """A workbook on a session of its own; no request is sent yet."""
    try:
        credentials = service_account.Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
            account, scopes=_SCOPES
        )
    except (ValueError, GoogleAuthError) as error:
        raise WorkbookCredentialsError(
            "The service-account file is not one that Google made for a service account; download its key anew."
        ) from error
    for_tokens = requests.Session()
    for_tokens.trust_env = trust_environment
    session = google.auth.transport.requests.AuthorizedSession(  # type: ignore[no-untyped-call]
        credentials, auth_request=google.auth.transport.requests.Request(for_tokens)
    )
    # a proxy of the environment must not stand between this process and its own loopback port
    session.trust_env = trust_environment
    email = str(account.get("client_email", ""))
    client = SheetsClient(session=session, api_root=api_root, account_email=email, policy=policy)
    return Workbook(client, spreadsheet_id)


def _account_info(path: Path | None) -> dict[str, Any]:
    """The service account's file as a dict; its content never reaches a message."""
    if path is None:
        raise WorkbookCredentialsError(
            "A Google workbook needs a service account: set OPTCENTER_GOOGLE_CREDENTIALS to its JSON file, and "
            "share the workbook with its e-mail address as Editor."
        )
    try:
        info = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WorkbookCredentialsError(
            f"The service-account file {path} cannot be read: {error.strerror}. Check OPTCENTER_GOOGLE_CREDENTIALS."
        ) from error
    except ValueError:
        info = None
    if not isinstance(info, dict):
        raise WorkbookCredentialsError(f"{path} is not a service-account file (JSON); download its key anew.")
    return info
