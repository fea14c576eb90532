"""Connecting to a workbook with a service account, at Google or at another server that speaks its API."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from google.auth import crypt
from google.auth.exceptions import GoogleAuthError
from google.oauth2 import service_account

from optcenter_pipeline.workbook.attempts import ServiceSession
from optcenter_pipeline.workbook.client import SheetsClient
from optcenter_pipeline.workbook.errors import WorkbookCredentialsError
from optcenter_pipeline.workbook.retries import RetryPolicy
from optcenter_pipeline.workbook.workbook import Workbook

_SCOPES = ("https://www.googleapis.com/auth/spreadsheets", "https://www.googleapis.com/auth/drive")


class _AccountElsewhere(service_account.Credentials):
    """A service account of a server that is not Google's: it talks to its own token address alone.

    google-auth otherwise asks Google, in a thread and with the fresh token, where the account may be used.
    """

    def _is_regional_access_boundary_lookup_required(self) -> bool:
        return False


def connect(
    spreadsheet_id: str,
    account: dict[str, Any],
    *,
    api_root: str | None = None,
    policy: RetryPolicy | None = None,
    trust_environment: bool = True,
) -> Workbook:
    """A workbook on a session of its own; no request is sent yet.

    Args:
        spreadsheet_id: Google's id of the workbook.
        account: content of a service-account file.
        api_root: another server's root instead of Google's hosts.
        policy: how patient to be; the default has an overall deadline of two minutes a call.
        trust_environment: whether the environment's proxies are used; never between a process and its own port.

    Raises:
        WorkbookCredentialsError: the account is none.
    """
    kind = service_account.Credentials if api_root is None else _AccountElsewhere
    try:
        credentials = kind(  # type: ignore[no-untyped-call]
            _signer(account["private_key"], account.get("private_key_id")),
            account["client_email"],
            account["token_uri"],
            scopes=_SCOPES,
            **{name: account[name] for name in ("project_id", "universe_domain") if name in account},
        )
    except (KeyError, TypeError, ValueError, GoogleAuthError) as error:
        raise WorkbookCredentialsError(
            "The service-account file is not one that Google made for a service account; download its key anew."
        ) from error
    session = ServiceSession(credentials, trust_environment=trust_environment)
    email = str(account.get("client_email", ""))
    client = SheetsClient(session=session, api_root=api_root, account_email=email, policy=policy)
    return Workbook(client, spreadsheet_id)


@lru_cache(maxsize=1)
def _signer(private_key: str, key_id: str | None) -> crypt.Signer:
    """What signs for an account; a key takes longer to read than most requests to answer."""
    signer: crypt.Signer = crypt.RSASigner.from_string(private_key, key_id)  # type: ignore[no-untyped-call]
    return signer


def service_account_info(path: Path | None) -> dict[str, Any]:
    """A service-account file's content, which never reaches a message.

    Raises:
        WorkbookCredentialsError: no file is named, or it cannot be read, or it is none.
    """
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
