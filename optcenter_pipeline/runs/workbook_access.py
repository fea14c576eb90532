"""Opening the workbook that the settings name: a local file served by this process, or a Google workbook."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from optcenter_pipeline.local_workbook import LocalWorkbookServer
from optcenter_pipeline.workbook.connection import connect, service_account_info
from optcenter_pipeline.workbook.errors import WorkbookAddressError, WorkbookUnreachableError
from optcenter_pipeline.workbook.retries import RetryPolicy
from optcenter_pipeline.workbook.workbook import Workbook


@contextmanager
def open_workbook(
    location: str,
    *,
    google_credentials: Path | None = None,
    google_api_root: str | None = None,
    policy: RetryPolicy | None = None,
) -> Iterator[Workbook]:
    """Open a workbook for as long as the context lasts.

    Args:
        location: `local:PATH.sqlite` is served by this process on a free loopback port meanwhile, and made where
            it does not exist; `gsheets:ID` is a Google workbook.
        google_credentials: a service-account file, for `gsheets:`.
        google_api_root: another server's root instead of Google's hosts, for `gsheets:`.
        policy: how patient to be; the default has an overall deadline of two minutes a call.

    Raises:
        WorkbookAddressError: `location` is of neither form.
        WorkbookCredentialsError: the service-account file is missing or is none.
        WorkbookUnreachableError: the local file cannot be opened.
    """
    scheme, _, place = location.partition(":")
    if scheme == "local" and place:
        with ExitStack() as stack:
            try:
                server = stack.enter_context(LocalWorkbookServer(_made_ready(Path(place))))
            except (OSError, sqlite3.DatabaseError) as error:
                raise WorkbookUnreachableError(
                    f"The local workbook {place} cannot be opened: {error}. Nothing was changed."
                ) from error
            yield connect(
                server.spreadsheet_id,
                server.service_account_info(),
                api_root=server.root_url,
                policy=policy,
                trust_environment=False,
            )
    elif scheme == "gsheets" and place:
        account = service_account_info(google_credentials)
        yield connect(place, account, api_root=google_api_root, policy=policy)
    else:
        raise WorkbookAddressError(
            f"{location!r} names no workbook; give local:PATH.sqlite or gsheets:SPREADSHEET_ID"
        )


def _made_ready(path: Path) -> Path:
    """The file's path, with a folder to stand in."""
    path = path.expanduser()
    path.parent.mkdir(parents=True, exist_ok=True)
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise PermissionError("it cannot be written; check who owns it")
    return path
