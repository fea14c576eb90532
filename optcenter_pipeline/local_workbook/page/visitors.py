"""Who may see the page and ask its endpoints, and which requests of a browser this server answers at all."""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ..errors import ApiError

_LOOPBACK_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d+)?")
_COOKIE_SECONDS = 30 * 24 * 3600


def forbidden(message: str) -> ApiError:
    """A refusal that a person reads."""
    return ApiError(403, message, "PERMISSION_DENIED")


@dataclass(frozen=True, slots=True)
class Visitors:
    """Knows its visitors by the page's token: in the address once, in a cookie from then on.

    Attributes:
        token: the page's secret.
        port: sets the cookie's name apart from those of other servers on this machine.
    """

    token: str
    port: int

    @property
    def cookie(self) -> str:
        """The cookie's name."""
        return f"optcenter_page_{self.port}"

    def check(self, request: Request) -> None:
        """Let a visitor in, or say why not.

        Raises:
            ApiError: the name under which the server was asked is not this machine's (another site's name may
                be made to point here), or the token is missing or wrong.
        """
        if not _LOOPBACK_HOST.fullmatch(request.headers.get("host", "")):
            raise forbidden(
                "The page is only served under the name of this machine: open it on the machine that serves it, "
                "without --host."
            )
        given = request.query_params.get("token") if request.url.path == "/" else None
        if not self._is_token(given or request.cookies.get(self.cookie, "")):
            raise forbidden("Open the address that the command printed when it started: it carries a token.")

    def welcome(self, response: Response) -> None:
        """Give the visitor the cookie that stands for the token, so that the address need not carry it."""
        response.set_cookie(
            self.cookie, self.token, max_age=_COOKIE_SECONDS, httponly=True, samesite="strict", path="/"
        )

    def _is_token(self, given: str) -> bool:
        return secrets.compare_digest(given.encode("utf-8", "replace"), self.token.encode())


class OwnOriginMiddleware:
    """Refuses what pages of other origins ask this server, whatever they carry.

    Browsers tell the asking page's origin (`Origin`) or how it relates to ours (`Sec-Fetch-Site`); other programs
    send neither. Only a navigation, which shows its answer to nobody but the person, may come from elsewhere.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as ASGI asks."""
        if scope["type"] == "http" and not _is_own(scope["method"], Headers(scope=scope)):
            refusal = forbidden("This request comes from a page of another origin.")
            response = Response(json.dumps(refusal.body()), refusal.code, media_type="application/json")
            await response(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_own(method: str, headers: Headers) -> bool:
    origin = headers.get("origin")
    if origin is not None and origin != f"http://{headers.get('host', '')}":
        return False
    if headers.get("sec-fetch-site", "none") in ("none", "same-origin"):
        return True
    return method == "GET" and headers.get("sec-fetch-mode") == "navigate"
