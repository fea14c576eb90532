"""Development's watchdog: every answer under Google's addresses is checked against Google's discovery documents."""

from __future__ import annotations

import json
import logging

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .discovery import MisfitError, check_answer, is_api_path
from .errors import ApiError

_LOG = logging.getLogger(__name__)


class AnswerCheck:
    """ASGI middleware that turns an answer which Google could not have given into a 500 that says where and why.

    Args:
        app: what answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and its answer only when it is whole and fits."""
        # the answer to HEAD has no body, and Google's documents know no such method
        if scope["type"] != "http" or scope["method"] == "HEAD" or not is_api_path(scope["path"]):
            await self._app(scope, receive, send)
            return
        start: Message = {}
        parts: list[bytes] = []

        async def hold(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            parts.append(message.get("body", b""))
            if message.get("more_body"):
                return
            body = b"".join(parts)
            misfit = _misfit(scope, start, body)
            if misfit:
                _LOG.error("%s %s: %s", scope["method"], scope["path"], misfit)
                start["status"], body = 500, _refusal(misfit)
                start["headers"] = [
                    (b"content-type", b"application/json; charset=UTF-8"),
                    (b"content-length", str(len(body)).encode()),
                ]
            await send(start)
            await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, hold)


def _misfit(scope: Scope, start: Message, body: bytes) -> str:
    types = [value for name, value in start["headers"] if name.lower() == b"content-type"]
    is_file = bool(types) and not types[0].startswith(b"application/json")
    path = (scope.get("raw_path") or scope["path"].encode()).decode("ascii", "replace").partition("?")[0]
    try:
        check_answer(scope["method"], path, start["status"], None if is_file else body)
    except MisfitError as misfit:
        return str(misfit)
    return ""


def _refusal(misfit: str) -> bytes:
    error = ApiError(500, f"The answer does not fit Google's discovery document: {misfit}", "INTERNAL")
    return json.dumps(error.body(), ensure_ascii=False).encode()
