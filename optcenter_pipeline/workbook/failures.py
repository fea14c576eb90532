"""From an answer that will not do to the error that says so."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests

from optcenter_pipeline.workbook.errors import (
    WorkbookCredentialsError,
    WorkbookError,
    WorkbookNotFoundError,
    WorkbookPermissionError,
    WorkbookQuotaError,
    WorkbookRefusedError,
    WorkbookUnreachableError,
)

_SAFE_READ = "Nothing was changed; it is safe to try again."
_SAFE_WRITE = "It may have arrived or not; trying again writes the same cells and is safe."
_UNSAFE_WRITE = "It may have been carried out: look at the workbook before trying again."


@dataclass(frozen=True, slots=True)
class Tried:
    """What was tried before patience ended."""

    attempts: int
    seconds: float
    response: requests.Response | None
    """The last answer, or None."""
    failure: str
    """In words why there was none."""


def gave_up(
    method: str,
    url: str,
    tried: Tried,
    *,
    idempotent: bool,
) -> WorkbookError:
    """What to raise when patience ended."""
    response = tried.response
    is_read = method in ("GET", "HEAD")
    what = "Reading from" if is_read else "Writing to"
    last = f"HTTP {response.status_code}" if response is not None else tried.failure
    advice = _SAFE_READ if is_read else _SAFE_WRITE if idempotent else _UNSAFE_WRITE
    tries = f"{tried.attempts} attempt{'s' if tried.attempts > 1 else ''} in {tried.seconds:.0f} s"
    if response is not None and response.status_code == 429:
        return WorkbookQuotaError(
            f"{what} the workbook at {_host(url)} failed: too many requests, still after {tries}. "
            f"Wait a minute. {advice}"
        )
    return WorkbookUnreachableError(
        f"{what} the workbook at {_host(url)} failed after {tries} (last: {last}). {advice}"
    )


def refusal(method: str, url: str, response: requests.Response, account_email: str) -> WorkbookError:
    """What to raise for an answer that will stay the same."""
    reason = _reason(response)
    workbook = _spreadsheet_id(url)
    account = account_email or "the service account"
    if response.status_code == 401:
        return WorkbookCredentialsError(
            f"{_host(url)} does not accept the credentials of {account}. Check the service-account file; "
            "nothing was changed."
        )
    if response.status_code == 403 and "rateLimitExceeded" not in reason:
        return WorkbookPermissionError(
            f"{account} may not open {workbook}: share it with {account} as Editor (or, for a "
            f"protected range, add that address to its editors), then try again. Nothing was changed. "
            f"The server says: {reason}"
        )
    if response.status_code == 403:
        return WorkbookQuotaError(f"Too many requests to {_host(url)}; wait a minute and try again.")
    if response.status_code == 404:
        return WorkbookNotFoundError(
            f"There is no {workbook} at {_host(url)}, or {account} cannot see it: check the id in "
            f"OPTCENTER_WORKBOOK (the long part of the address in the browser). Nothing was changed."
        )
    return WorkbookRefusedError(
        f"{_host(url)} refused the request ({method}, HTTP {response.status_code}): {reason}. "
        "Nothing of it was carried out.",
        reason,
    )


def token_refused(account_email: str) -> WorkbookCredentialsError:
    """What to raise when the service account gets no token."""
    return WorkbookCredentialsError(
        f"The service account {account_email} was refused a token: its key may have been deleted, "
        "or this machine's clock is wrong. Nothing was sent to the workbook."
    )


def _host(url: str) -> str:
    """Scheme and host, which is all of an address that belongs in a message."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")


def _spreadsheet_id(url: str) -> str:
    """The workbook that an address is about, for messages."""
    found = re.search(r"/(?:spreadsheets|files)/([^/:?]+)", urlsplit(url).path)
    return f"workbook {found[1]}" if found else "the workbook"


def _reason(response: requests.Response) -> str:
    """The server's own words, shortened."""
    try:
        text = str(response.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        text = response.reason or "no reason given"
    return text if len(text) <= 300 else text[:300] + "…"
