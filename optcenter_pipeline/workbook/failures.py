"""From an answer that will not do to the error that says so."""

import re
from dataclasses import dataclass, field
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
from optcenter_pipeline.workbook.requests_sent import changes_nothing
from optcenter_pipeline.workbook.retries import TEMPORARY_STATUSES

_RATE_LIMITS = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"})

_SAFE_READ = "Nothing was changed; it is safe to try again."
_SAFE_WRITE = "It may have arrived or not; trying again writes the same cells and is safe."
_UNSAFE_WRITE = "It may have been carried out: look at the workbook before trying again."


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked of the server, as far as messages need it."""

    method: str
    url: str
    account_email: str
    idempotent: bool = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class Tried:
    """What was tried before patience ended."""

    attempts: int
    seconds: float
    response: requests.Response | None
    """The last answer, or None."""
    failure: str
    """In words why there was none."""


def is_temporary(response: requests.Response) -> bool:
    """Whether the answer may be different the next time; Drive says 403 where Sheets says 429."""
    return response.status_code in TEMPORARY_STATUSES or (
        response.status_code == 403 and bool(_RATE_LIMITS & _reason_codes(response))
    )


def gave_up(request: Request, tried: Tried, *, may_have_arrived: bool) -> WorkbookError:
    """What to raise when patience ended.

    Args:
        request: what was asked.
        tried: how often, and how it ended.
        may_have_arrived: whether any of the attempts may have reached the server.
    """
    response = tried.response
    looks = changes_nothing(request.method, request.url)
    what = "Reading from" if looks else "Writing to"
    last = f"HTTP {response.status_code}" if response is not None else tried.failure
    advice = _UNSAFE_WRITE
    if looks or not may_have_arrived:
        advice = _SAFE_READ
    elif request.idempotent:
        advice = _SAFE_WRITE
    tries = f"{tried.attempts} attempt{'s' if tried.attempts > 1 else ''} in {tried.seconds:.0f} s"
    if response is not None and response.status_code in (403, 429):
        return WorkbookQuotaError(
            f"{what} the workbook at {_host(request.url)} failed: too many requests, still after {tries}. "
            f"Wait a minute. {advice}"
        )
    return WorkbookUnreachableError(
        f"{what} the workbook at {_host(request.url)} failed after {tries} (last: {last}). {advice}"
    )


def refusal(request: Request, response: requests.Response) -> WorkbookError:
    """What to raise for an answer that will stay the same."""
    reason = _reason(response)
    workbook = _spreadsheet_id(request.url)
    host = _host(request.url)
    account = request.account_email or "the service account"
    if response.status_code == 401:
        return WorkbookCredentialsError(
            f"{host} does not accept the credentials of {account}. Check the service-account file; "
            "nothing was changed."
        )
    if response.status_code == 403:
        return WorkbookPermissionError(
            f"{account} may not open {workbook}: share it with {account} as Editor (or, for a "
            f"protected range, add that address to its editors), then try again. Nothing was changed. "
            f"The server says: {reason}"
        )
    if response.status_code == 404:
        return WorkbookNotFoundError(
            f"There is no {workbook} at {host}, or {account} cannot see it: check the id in "
            f"OPTCENTER_WORKBOOK (the long part of the address in the browser). Nothing was changed."
        )
    return WorkbookRefusedError(
        f"{host} refused the request ({request.method}, HTTP {response.status_code}): {reason}. "
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


def _reason_codes(response: requests.Response) -> set[str]:
    """The names that a refusal gives for itself, in Drive's older shape and in the one of today."""
    try:
        error = response.json()["error"]
        listed = [*error.get("errors", ()), *error.get("details", ())]
        return {str(one["reason"]) for one in listed if "reason" in one}
    except (ValueError, KeyError, TypeError, AttributeError):
        return set()


def _reason(response: requests.Response) -> str:
    """The server's own words, shortened."""
    try:
        text = str(response.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        text = response.reason or "no reason given"
    return text if len(text) <= 300 else text[:300] + "…"
