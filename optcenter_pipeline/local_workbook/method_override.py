"""Calls that name their true method in a header, as Google's own clients do where an address would be too long."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADER = "x-http-method-override"
_METHODS = frozenset({"GET", "PUT", "PATCH", "DELETE"})


class MethodOverride:
    """ASGI middleware that serves a POST as the method that its ``X-HTTP-Method-Override`` names.

    A form that is sent so is the query of the call, not its body.

    Args:
        app: what answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on as what it is meant to be."""
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        method = headers.get(_HEADER, "").upper()
        if scope.get("method") != "POST" or method not in _METHODS:
            await self._app(scope, receive, send)
            return
        body = await Request(scope, receive).body()
        meant = {**scope, "method": method}
        if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            meant["query_string"] = b"&".join(part for part in (scope["query_string"], body.strip()) if part)
            body = b""
        unread = [body]

        async def replay() -> Message:
            if unread:
                return {"type": "http.request", "body": unread.pop(), "more_body": False}
            return await receive()

        await self._app(meant, replay, send)
