"""The page's addresses: the page itself, its files, and its JSON endpoints below ``/page/``."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..access import issue_token
from ..errors import ApiError, InvalidArgumentError, NotFoundError
from ..store import Store
from .edits import Edit, NewRow, parse, write_edit, write_new_row
from .static_files import ComponentMissingError, StaticFile, static_files
from .view import view
from .visitors import Visitors

_ACCOUNT = "page@optcenter.local"
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class Page:
    """One server's page.

    Attributes:
        store: the file.
        spreadsheet_id: the workbook shown when the address names no other (``?spreadsheet=``).
        visitors: who may see it.
        description: what the page should know of the workbook's meaning, as JSON; empty: a plain grid.
    """

    store: Store
    spreadsheet_id: str
    visitors: Visitors
    description: Mapping[str, Any] = field(default_factory=dict)

    def routes(self) -> list[Route]:
        """Give the routes."""
        return [
            Route("/", self._index, methods=["GET"]),
            Route("/page/description", self._guarded(self._description), methods=["GET"]),
            Route("/page/view", self._guarded(self._view), methods=["GET"]),
            Route("/page/edit", self._guarded(self._edit), methods=["POST"]),
            Route("/page/new-row", self._guarded(self._new_row), methods=["POST"]),
            Route("/page/token", self._guarded(self._token), methods=["POST"]),
            Route("/page/{path:path}", self._guarded(self._file), methods=["GET"]),
        ]

    async def _index(self, request: Request) -> Response:
        try:
            self.visitors.check(request)
            response = _file_response(static_files()["static/index.html"])
        except ApiError as refusal:
            return _words(refusal.message, refusal.code)
        except ComponentMissingError as error:
            return _words(str(error), 500)
        self.visitors.welcome(response)
        return response

    def _guarded(self, answer: Callable[[Request, bytes], Response]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            self.visitors.check(request)
            return await run_in_threadpool(answer, request, await request.body())

        return endpoint

    def _description(self, _request: Request, _raw: bytes) -> Response:
        return _json({"spreadsheet": self.spreadsheet_id, **self.description})

    def _view(self, request: Request, _raw: bytes) -> Response:
        query = request.query_params
        known = query.get("known", "")
        spreadsheet_id = query.get("spreadsheet") or self.spreadsheet_id
        tabs, tags = query.getlist("tab"), query.getlist("tag")
        wanted = dict(zip_longest(tabs, tags[: len(tabs)], fillvalue=""))
        with self.store.read() as connection:
            version = int(known) if known.isascii() and known.isdigit() else None
            return _json(view(connection, spreadsheet_id, wanted, version))

    def _edit(self, _request: Request, raw: bytes) -> Response:
        edit = parse(Edit, raw)
        with self.store.write() as connection:
            return _json(write_edit(connection, edit))

    def _new_row(self, _request: Request, raw: bytes) -> Response:
        row = parse(NewRow, raw)
        with self.store.write() as connection:
            return _json(write_new_row(connection, row))

    def _token(self, _request: Request, raw: bytes) -> Response:
        """A bearer token for the API, for as long as any other."""
        if raw:
            raise InvalidArgumentError("This request takes no body.")
        with self.store.write() as connection:
            return _json(issue_token(connection, _ACCOUNT))

    def _file(self, request: Request, _raw: bytes) -> Response:
        file = static_files().get(request.path_params["path"])
        if file is None or file.media_type.startswith("text/html"):
            raise NotFoundError
        if request.headers.get("if-none-match") == file.etag:
            return Response(status_code=304, headers={"ETag": file.etag, "Cache-Control": "no-cache"})
        return _file_response(file)


def _file_response(file: StaticFile) -> Response:
    headers = {**_HEADERS, "ETag": file.etag, "Cache-Control": "no-cache"}
    return Response(file.body, headers=headers, media_type=file.media_type)


def _words(text: str, status: int) -> Response:
    """A refusal that a person reads."""
    return Response(text + "\n", status, _HEADERS, "text/plain; charset=utf-8")


def _json(body: Any) -> Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    headers = {**_HEADERS, "Cache-Control": "no-store"}
    return Response(text, headers=headers, media_type="application/json; charset=UTF-8")
