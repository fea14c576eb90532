"""The transport below gspread: another server's root, timeouts, retries that cannot write twice, counts."""

from collections.abc import Mapping
from typing import Any

import google.auth.exceptions
import gspread
import requests

from optcenter_pipeline.workbook.attempts import Outcome, fetch_token, forget_token, send_once
from optcenter_pipeline.workbook.failures import Request, Tried, gave_up, is_temporary, refusal, token_refused
from optcenter_pipeline.workbook.requests_sent import RequestCounts, is_idempotent, kind_of
from optcenter_pipeline.workbook.retries import Patience, RetryPolicy

_GOOGLE_ROOTS = ("https://sheets.googleapis.com", "https://www.googleapis.com")
_NEW_TOKENS = 2
"""So often a refused token is replaced in one call; an account that is refused again is not let in."""


class SheetsClient(gspread.HTTPClient):
    """gspread's HTTP client, patient and safe.

    Retries 429, 500, 502, 503, 504 and connection errors with full jitter until the deadline, and only where
    sending a request twice is the same as sending it once, or where it was never sent. A token that has expired is
    replaced. Everything that fails in the end is a `WorkbookError`.

    Args:
        session: a `ServiceSession`, or a plain one for a server that wants no token.
        api_root: another server's root instead of Google's hosts, e.g. `http://127.0.0.1:8080`.
        account_email: whom to share a workbook with, for messages.
        policy: how patient to be.
    """

    def __init__(
        self,
        session: requests.Session,
        *,
        api_root: str | None = None,
        account_email: str = "",
        policy: RetryPolicy | None = None,
    ) -> None:
        super().__init__(None, session)  # type: ignore[arg-type]
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
        return self._send(method.upper(), endpoint, body, idempotent=is_idempotent(method.upper(), endpoint))

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
        request = Request(method, self.rewritten(endpoint), self.account_email, idempotent=idempotent)
        patience = Patience(self.policy)
        may_have_arrived = False
        new_tokens = 0
        while True:
            outcome = self._attempt(request, body, patience)
            response = outcome.response
            if response is not None and response.ok:
                return response
            patience.note(somebody_is_there=outcome.somebody_is_there)
            may_have_arrived |= outcome.may_have_arrived
            if response is None or is_temporary(response):
                may_repeat = idempotent or not outcome.may_have_arrived
            elif response.status_code == 401 and new_tokens < _NEW_TOKENS and forget_token(self.session):
                new_tokens += 1
                may_repeat = True
                if new_tokens == 1:
                    self.counts.retries += 1
                    continue
            else:
                raise refusal(request, response)
            wait = patience.wait(response.headers.get("Retry-After") if response is not None else None)
            if not may_repeat or not patience.lasts(wait):
                tried = Tried(patience.attempts, patience.spent, response, outcome.failure)
                raise gave_up(request, tried, may_have_arrived=may_have_arrived)
            self.counts.retries += 1
            self.policy.sleep(wait)

    def _attempt(self, request: Request, body: Mapping[str, Any], patience: Patience) -> Outcome:
        """One try, with a token that is still good."""
        patience.begin()
        try:
            lacking = fetch_token(self.session, patience.timeouts())
            if lacking is not None:
                return lacking
            self.counts.add(kind_of(request.method, request.url))
            return send_once(self.session, request.method, request.url, body, patience.timeouts())
        except google.auth.exceptions.RefreshError as error:
            raise token_refused(self.account_email) from error
