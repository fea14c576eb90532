"""The transport below gspread: another server's root, timeouts, retries that cannot write twice, counts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import google.auth.exceptions
import gspread
import requests

from optcenter_pipeline.workbook.failures import Tried, gave_up, refusal, token_refused
from optcenter_pipeline.workbook.retries import TEMPORARY_STATUSES, RetryPolicy

_GOOGLE_ROOTS = ("https://sheets.googleapis.com", "https://www.googleapis.com")
_IDEMPOTENT_POSTS = re.compile(r"/values(:batchUpdate|:batchClear|/[^/]+:clear|:batchGetByDataFilter)$")
_NO_ANSWER = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)


@dataclass
class RequestCounts:
    """Requests sent, retries included, as quotas count them."""

    reads: int = 0
    writes: int = 0
    retries: int = 0


class SheetsClient(gspread.HTTPClient):
    """gspread's HTTP client, patient and safe.

    Retries 429, 500, 502, 503, 504 and connection errors with full jitter until the deadline, and only where
    sending a request twice is the same as sending it once. Everything that fails in the end is a `WorkbookError`.

    Args:
        auth: Google credentials; they are refreshed when needed.
        session: for tests and for servers that want no token; stands in for `auth`.
        api_root: another server's root instead of Google's hosts, e.g. `http://127.0.0.1:8080`.
        account_email: whom to share a workbook with, for messages.
        policy: how patient to be.
    """

    def __init__(
        self,
        auth: Any = None,
        session: requests.Session | None = None,
        *,
        api_root: str | None = None,
        account_email: str = "",
        policy: RetryPolicy | None = None,
    ) -> None:
        super().__init__(auth, session)
        self.api_root = api_root.rstrip("/") if api_root else None
        self.account_email = account_email
        self.policy = policy or RetryPolicy()
        self.counts = RequestCounts()

    def request(
        self,
        method: str,
        endpoint: str,
        params: Any = None,
        data: Any = None,
        json: Mapping[str, Any] | None = None,
        files: Any = None,
        headers: Any = None,
    ) -> requests.Response:
        """Send one request as gspread does; see `_send`."""
        body = {"params": params, "data": data, "json": json, "files": files, "headers": headers}
        return self._send(method.upper(), endpoint, body, idempotent=_is_idempotent(method.upper(), endpoint))

    def batch_update(self, id: str, body: Mapping[str, Any] | None, *, idempotent: bool = False) -> Any:
        """`spreadsheets.batchUpdate`; retried only if the caller says that its requests are idempotent."""
        endpoint = f"{_GOOGLE_ROOTS[0]}/v4/spreadsheets/{id}:batchUpdate"
        return self._send("POST", endpoint, {"json": body}, idempotent=idempotent).json()

    def rewritten(self, endpoint: str) -> str:
        """The endpoint on the configured server: only its root differs from Google's."""
        for root in _GOOGLE_ROOTS:
            if self.api_root and endpoint.startswith(root + "/"):
                return self.api_root + endpoint[len(root) :]
        return endpoint

    def _send(self, method: str, endpoint: str, body: Mapping[str, Any], *, idempotent: bool) -> requests.Response:
        """Send until there is an answer that will not change, or patience ends.

        Raises:
            WorkbookError: of the kind that fits the last answer.
        """
        policy, url = self.policy, self.rewritten(endpoint)
        start = policy.clock()
        attempt = 0
        while True:
            attempt += 1
            left = policy.deadline - (policy.clock() - start)
            response, failure = self._attempt(method, url, body, max(left, 0.1))
            if response is not None and response.ok:
                return response
            if response is not None and response.status_code not in TEMPORARY_STATUSES:
                raise refusal(method, url, response, self.account_email)
            wait = policy.wait(attempt, response.headers.get("Retry-After") if response is not None else None)
            spent = policy.clock() - start
            patience = (
                policy.deadline if response is not None else min(policy.deadline, policy.unreachable_deadline)
            )
            if not idempotent or spent + wait >= patience:
                tried = Tried(attempt, spent, response, failure)
                raise gave_up(method, url, tried, idempotent=idempotent)
            self.counts.retries += 1
            policy.sleep(wait)

    def _attempt(
        self, method: str, url: str, body: Mapping[str, Any], left: float
    ) -> tuple[requests.Response | None, str]:
        """One try: the answer, or in words why there is none."""
        if method in ("GET", "HEAD"):
            self.counts.reads += 1
        else:
            self.counts.writes += 1
        timeout = (min(self.policy.connect_timeout, left), min(self.policy.read_timeout, left))
        try:
            return self.session.request(method=method, url=url, timeout=timeout, **body), ""
        except requests.Timeout:
            return None, "no answer in time"
        except _NO_ANSWER:
            return None, "the connection failed"
        except google.auth.exceptions.RefreshError as error:
            if error.retryable:
                return None, "the token server failed"
            raise token_refused(self.account_email) from error
        except google.auth.exceptions.TransportError:
            return None, "the token server could not be reached"


def _is_idempotent(method: str, endpoint: str) -> bool:
    """Whether sending the request twice is the same as sending it once."""
    if method in ("GET", "HEAD"):
        return True
    path = urlsplit(endpoint).path
    if method == "PUT":
        return "/values/" in path
    return method == "POST" and _IDEMPOTENT_POSTS.search(path) is not None
