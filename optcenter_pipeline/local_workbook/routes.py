"""Which method answers which address, and what every call goes through on its way there."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import parse_qs

from pydantic_core import to_json
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from . import drive_methods as drive
from . import drive_sharing as sharing
from . import drive_uploads as uploads
from . import filter_methods as filters
from . import sheets_methods as sheets
from . import values_methods as values
from .access import GrantRefusedError, check_bearer, grant_token
from .admin import Admin, Gate
from .answer_check import AnswerCheck
from .call import Call, Media, parse_body
from .discovery import load_documents
from .errors import ApiError, InvalidArgumentError
from .messages import refuse
from .method_override import MethodOverride
from .page import OwnOriginMiddleware
from .sheets_methods import Method
from .spreadsheet import Spreadsheet
from .store import Store

Endpoint = Callable[[Request], Awaitable[Response]]

_SPREADSHEET = "/v4/spreadsheets/{id}"
_API: tuple[tuple[str, str, Method, bool], ...] = (
    ("POST", "/v4/spreadsheets", sheets.create_spreadsheet, True),
    ("POST", _SPREADSHEET + ":batchUpdate", sheets.batch_update, True),
    ("GET", _SPREADSHEET + "/values:batchGet", values.batch_get_values, False),
    ("POST", _SPREADSHEET + "/values:batchUpdate", values.batch_update_values, True),
    ("POST", _SPREADSHEET + "/values:batchClear", values.batch_clear_values, True),
    ("POST", _SPREADSHEET + "/values/{range:path}:append", values.append_values, True),
    ("POST", _SPREADSHEET + "/values/{range:path}:clear", values.clear_values, True),
    ("GET", _SPREADSHEET + "/values/{range:path}", values.get_values, False),
    ("PUT", _SPREADSHEET + "/values/{range:path}", values.update_values, True),
    ("POST", _SPREADSHEET + "/sheets/{sheet_id}:copyTo", sheets.copy_sheet_to, True),
    ("POST", _SPREADSHEET + "/values:batchGetByDataFilter", filters.batch_get_values_by_filter, False),
    ("POST", _SPREADSHEET + "/values:batchUpdateByDataFilter", filters.batch_update_values_by_filter, True),
    ("POST", _SPREADSHEET + "/values:batchClearByDataFilter", filters.batch_clear_values_by_filter, True),
    ("POST", _SPREADSHEET + ":getByDataFilter", filters.get_spreadsheet_by_filter, False),
    ("POST", _SPREADSHEET + "/developerMetadata:search", filters.search_developer_metadata, False),
    ("GET", _SPREADSHEET + "/developerMetadata/{metadata_id}", filters.get_developer_metadata, False),
    ("GET", _SPREADSHEET, sheets.get_spreadsheet, False),
    ("POST", "/drive/v3/files", drive.create_file, True),
    ("GET", "/drive/v3/files", drive.list_files, False),
    ("GET", "/drive/v3/files/{id}", drive.get_file, False),
    ("PATCH", "/drive/v3/files/{id}", drive.update_file, True),
    ("DELETE", "/drive/v3/files/{id}", drive.delete_file, True),
    ("POST", "/drive/v3/files/{id}/copy", drive.copy_file, True),
    ("GET", "/drive/v3/files/{id}/export", drive.export_file, False),
    ("GET", "/drive/v3/files/{id}/permissions", sharing.list_permissions, False),
    ("POST", "/drive/v3/files/{id}/permissions", sharing.create_permission, True),
    ("GET", "/drive/v3/files/{id}/permissions/{item_id}", sharing.get_permission, False),
    ("PATCH", "/drive/v3/files/{id}/permissions/{item_id}", sharing.update_permission, True),
    ("DELETE", "/drive/v3/files/{id}/permissions/{item_id}", sharing.delete_permission, True),
    ("GET", "/drive/v3/files/{id}/comments", sharing.list_comments, False),
    ("POST", "/drive/v3/files/{id}/comments", sharing.create_comment, True),
    ("DELETE", "/drive/v3/files/{id}/comments/{item_id}", sharing.delete_comment, True),
)
_UPLOADS: tuple[tuple[str, str, Method], ...] = (
    ("POST", "/upload/drive/v3/files", uploads.upload_new_file),
    ("PATCH", "/upload/drive/v3/files/{id}", uploads.upload_file),
    ("PUT", "/upload/drive/v3/files/{id}", uploads.upload_file),
    ("PUT", "/upload/drive/v2/files/{id}", uploads.upload_file_v2),
)


def make_app(
    store: Store,
    page: Sequence[Route],
    allowed_hosts: Sequence[str],
    admin: Admin | None = None,
    *,
    check_answers: bool = False,
) -> Starlette:
    """Build the application.

    Args:
        store: the file.
        page: the page's own routes.
        allowed_hosts: the host names served; a page of another site, whose name was made to point here, could
            otherwise read the workbook with the visitor's own browser. ``*`` serves any.
        admin: faults and quotas on demand, where asked for.
        check_answers: check every answer against Google's discovery documents, but for the faults asked for.

    Raises:
        ModuleNotFoundError: where answers are to be checked and google-api-python-client is not installed.
    """
    routes = [
        Route(path, _api_endpoint(store, method, writes=writes), methods=[verb])
        for verb, path, method, writes in _API
    ]
    routes += [
        Route(path, _api_endpoint(store, method, writes=True, takes_media=True), methods=[verb])
        for verb, path, method in _UPLOADS
    ]
    routes.append(Route("/token", _token_endpoint(store), methods=["POST"]))
    routes.append(Route("/__admin/private", _private_endpoint(store), methods=["POST"]))
    routes.extend(page)
    routes += admin.routes() if admin is not None else []
    app = Starlette(routes=routes)
    app.router.redirect_slashes = False  # to Google another slash is another address
    if check_answers:
        load_documents()
        app.add_middleware(AnswerCheck)
    if admin is not None:
        app.add_middleware(Gate, admin=admin)
    app.add_middleware(MethodOverride)
    app.add_middleware(OwnOriginMiddleware)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(allowed_hosts), www_redirect=False)
    app.add_exception_handler(ApiError, _refusal)
    app.add_exception_handler(HTTPException, _no_such_route)
    app.add_exception_handler(sqlite3.OperationalError, _unavailable)
    app.add_exception_handler(Exception, _internal_error)
    return app


def _json(body: Any, status: int = 200) -> Response:
    return Response(to_json(body), status, media_type="application/json; charset=UTF-8")


async def _refusal(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)  # noqa: S101  as registered
    response = _json(error.body(), error.code)
    response.headers.update(error.headers)
    return response


async def _unavailable(_request: Request, error: Exception) -> Response:
    """The file is locked for longer than a writer waits, or its disk is full: worth another try."""
    message = "The service is currently unavailable."
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
        message += " The disk that holds the local workbook's file is full; make room there and try again."
    return _json(ApiError(503, message, "UNAVAILABLE").body(), 503)


async def _internal_error(_request: Request, _error: Exception) -> Response:
    return _json(ApiError(500, "Internal error encountered.", "INTERNAL").body(), 500)


async def _no_such_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  as registered
    names = {404: "NOT_FOUND", 405: "UNIMPLEMENTED"}
    message = f"{error.detail}: {request.method} {request.url.path}"
    refusal = ApiError(error.status_code, message, names.get(error.status_code, "UNKNOWN"))
    return _json(refusal.body(), error.status_code)


def _api_endpoint(store: Store, method: Method, *, writes: bool, takes_media: bool = False) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        raw = await request.body()
        return await run_in_threadpool(answer, request, raw)

    def answer(request: Request, raw: bytes) -> Response:
        with store.write() if writes else store.read() as connection:
            check_bearer(connection, request.headers.get("authorization"))
            query: dict[str, list[str]] = {}
            for name, value in request.query_params.multi_items():
                query.setdefault(name, []).append(value)
            body = {} if takes_media or request.method in ("GET", "DELETE") else parse_body(raw)
            media = Media(raw, request.headers.get("content-type", "")) if takes_media else None
            base_url = f"http://{request.headers.get('host', '')}"
            result = method(connection, Call(dict(request.path_params), query, body, base_url, media))
        if isinstance(result, Media):
            return Response(result.content, media_type=result.mime_type)
        return Response(status_code=204) if result is None else _json(result)

    return endpoint


def _token_endpoint(store: Store) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        fields = parse_qs((await request.body()).decode("utf-8", "replace"))
        form = {name: values[0] for name, values in fields.items()}
        return await run_in_threadpool(answer, form)

    def answer(form: dict[str, str]) -> Response:
        try:
            with store.write() as connection:
                return _json(grant_token(connection, form))
        except GrantRefusedError as refusal:
            return _json({"error": refusal.error, "error_description": str(refusal)}, 400)

    return endpoint


def _private_endpoint(store: Store) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        # a page of another site can post a form to the loopback port, but no JSON without being asked first
        if not request.headers.get("content-type", "").startswith("application/json"):
            raise InvalidArgumentError("The body must be application/json.")
        raw = await request.body()
        return await run_in_threadpool(answer, parse_body(raw).get("id"))

    def answer(file_id: Any) -> Response:
        if not isinstance(file_id, str) or not file_id:
            refuse([("id", f"Invalid value at 'id' (TYPE_STRING), {json.dumps(file_id)}")])
        with store.write() as connection:
            done = connection.execute("UPDATE files SET is_private = 1 WHERE id = ?", (file_id,))
            if not done.rowcount:
                # somebody else's file, of which the caller knows the id alone
                Spreadsheet.create(connection, {}, file_id=file_id)
                connection.execute("UPDATE files SET is_private = 1 WHERE id = ?", (file_id,))
        return _json({})

    return endpoint
