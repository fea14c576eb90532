"""One try to send a request: the answer, or in words why there is none, and what that says of the server."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import google.auth.exceptions
import google.auth.transport.requests
import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from optcenter_pipeline.workbook.errors import WorkbookAddressError

Timeouts = tuple[float, float]
"""Seconds to wait for the connection, and for the answer."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one try ended."""

    response: requests.Response | None = None
    failure: str = ""
    """In words why there is no answer."""
    may_have_arrived: bool = True
    """Whether the server may have seen the request."""
    somebody_is_there: bool = True
    """Whether a server was reached at all."""


class TokenServerBusyError(google.auth.exceptions.TransportError):
    """The token server answered that it cannot answer now."""


class _TokenRequest(google.auth.transport.requests.Request):
    """How google-auth fetches a token.

    It would itself try a busy token server again, and sleep beside the client's deadline: here that is an error,
    and the client's own loop tries again.
    """

    def __call__(self, url: str, *arguments: Any, **options: Any) -> Any:
        response = super().__call__(url, *arguments, **options)  # type: ignore[no-untyped-call]
        if response.status == 429 or response.status >= 500:
            raise TokenServerBusyError(f"HTTP {response.status}")  # type: ignore[no-untyped-call]
        return response


class ServiceSession(google.auth.transport.requests.AuthorizedSession):
    """A session that carries a service account's token; `send_once` and its neighbours look after the token.

    Args:
        credentials: the account's.
        trust_environment: whether the environment's proxies are used.
    """

    def __init__(self, credentials: Any, *, trust_environment: bool = True) -> None:
        for_tokens = requests.Session()
        for_tokens.trust_env = trust_environment
        self.token_request = _TokenRequest(for_tokens)
        super().__init__(  # type: ignore[no-untyped-call]
            credentials,
            refresh_status_codes=(),  # google-auth would repeat what nobody counts
            auth_request=self.token_request,
        )
        self.trust_env = trust_environment


def fetch_token(session: requests.Session, timeouts: Timeouts) -> Outcome | None:
    """Have a token that is still good; None where there is one now, or none is needed.

    Raises:
        google.auth.exceptions.RefreshError: the account gets none.
    """
    if not isinstance(session, ServiceSession) or session.credentials.valid:
        return None
    try:
        session.credentials.refresh(partial(session.token_request, timeout=timeouts))
    except TokenServerBusyError as error:
        return Outcome(failure=f"the token server answered {error}", may_have_arrived=False)
    except google.auth.exceptions.RefreshError as error:
        if not error.retryable:
            raise
        return Outcome(failure="the token server failed", may_have_arrived=False)
    except google.auth.exceptions.TransportError:
        failure = "the token server could not be reached"
        return Outcome(failure=failure, may_have_arrived=False, somebody_is_there=False)
    return None


def forget_token(session: requests.Session) -> bool:
    """Let the next request fetch a new token; False where the session has none to fetch."""
    if not isinstance(session, ServiceSession):
        return False
    session.credentials.token = None
    return True


def send_once(
    session: requests.Session, method: str, url: str, body: Mapping[str, Any], timeouts: Timeouts
) -> Outcome:
    """Send a request.

    Raises:
        WorkbookAddressError: the address is none.
    """
    try:
        return Outcome(session.request(method=method, url=url, timeout=timeouts, **body))
    except requests.ConnectTimeout:
        return Outcome(failure="no connection in time", may_have_arrived=False, somebody_is_there=False)
    except requests.Timeout:
        return Outcome(failure="no answer in time")
    except requests.exceptions.SSLError:
        return Outcome(failure="no secure connection", may_have_arrived=False, somebody_is_there=False)
    except requests.ConnectionError as error:
        if _nobody_listens(error):
            return Outcome(failure="the connection failed", may_have_arrived=False, somebody_is_there=False)
        return Outcome(failure="the connection broke off")
    except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError):
        return Outcome(failure="the answer broke off")
    except (
        requests.exceptions.MissingSchema,
        requests.exceptions.InvalidSchema,
        requests.exceptions.InvalidURL,
    ) as error:
        raise WorkbookAddressError(
            "OPTCENTER_GOOGLE_API_ROOT is no server's address; give one as http://127.0.0.1:8080. Nothing was sent."
        ) from error


def _nobody_listens(error: requests.ConnectionError) -> bool:
    """Whether no connection was made, so that nothing can have arrived."""
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)
