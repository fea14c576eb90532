"""The methods of ``/drive/v3/files``: make, copy, describe, find, change, export and delete spreadsheets."""

from __future__ import annotations

import sqlite3
from typing import Any

from .call import Call, Media
from .drive_files import all_files, described, find_file, set_details, touch
from .drive_queries import parse_query
from .errors import DriveError
from .exports import EXPORTS
from .requests.sheet_copies import copy_spreadsheet
from .spreadsheet import MIME_TYPE, Spreadsheet

_MAX_PAGE = 1000
_ORDERS = ("createdTime", "modifiedTime", "name", "name_natural", "recency")
_TABLES = (
    ("files", "id"),
    ("sheets", "spreadsheet_id"),
    ("sheet_rows", "spreadsheet_id"),
    ("drive_details", "file_id"),
    ("drive_items", "file_id"),
)


def create_file(connection: sqlite3.Connection, call: Call) -> Any:
    """``POST /drive/v3/files``: only spreadsheets are kept here; the folders in ``parents`` are names, no files."""
    _check_type(call.body)
    spreadsheet = Spreadsheet.create(connection, {"title": _name(call.body) or "Untitled"})
    set_details(connection, spreadsheet.id, call.body)
    return described(call, find_file(connection, spreadsheet.id))


def copy_file(connection: sqlite3.Connection, call: Call) -> Any:
    """``POST /drive/v3/files/{id}/copy``: all that is on its sheets; it is shared with nobody."""
    original = find_file(connection, call.path["id"])
    _check_type(call.body)
    source = Spreadsheet.open(connection, original["id"])
    title = _name(call.body) or f"Copy of {original['name']}"
    made = copy_spreadsheet(connection, source, {**source.properties, "title": title})
    set_details(connection, made.id, {"parents": original["parents"], **call.body})
    return described(call, find_file(connection, made.id))


def get_file(connection: sqlite3.Connection, call: Call) -> Any:
    """``GET /drive/v3/files/{id}``; `version` (a text, as int64s are in JSON) counts the file's changes."""
    if call.parameter("alt") == "media":
        message = "Only files with binary content can be directly downloaded. Use Export with Docs Editors files."
        raise DriveError(403, message, "fileNotDownloadable", "alt")
    return described(call, find_file(connection, call.path["id"]))


def update_file(connection: sqlite3.Connection, call: Call) -> Any:
    """``PATCH /drive/v3/files/{id}``: rename, move between folders, star, trash, describe."""
    file = find_file(connection, call.path["id"])
    _check_type(call.body)
    given = dict(call.body)
    added, removed = (
        [part for part in (call.parameter(name) or "").split(",") if part]
        for name in ("addParents", "removeParents")
    )
    if "parents" in given:
        raise DriveError(
            403,
            "The parents field is not directly writable in update requests. Use the addParents and removeParents "
            "parameters instead.",
            "fieldNotWritable",
        )
    if added or removed:
        given["parents"] = [folder for folder in file["parents"] if folder not in removed and folder not in added]
        given["parents"] += added
    set_details(connection, file["id"], given)
    name = _name(call.body)
    if name:
        connection.execute("UPDATE files SET name = ? WHERE id = ?", (name, file["id"]))
    touch(connection, file["id"])
    return described(call, find_file(connection, file["id"]))


def delete_file(connection: sqlite3.Connection, call: Call) -> None:
    """``DELETE /drive/v3/files/{id}``."""
    file = find_file(connection, call.path["id"])
    for table, column in _TABLES:
        connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (file["id"],))  # noqa: S608  constants


def export_file(connection: sqlite3.Connection, call: Call) -> Media:
    """``GET /drive/v3/files/{id}/export``: the spreadsheet in another format."""
    file = find_file(connection, call.path["id"])
    mime_type = call.parameter("mimeType")
    if mime_type is None:
        raise DriveError(400, "Required parameter: mimeType", "required", "mimeType")
    if mime_type not in EXPORTS:
        raise DriveError(400, "The requested conversion is not supported.", "badRequest", "convertTo")
    return Media(EXPORTS[mime_type](Spreadsheet.open(connection, file["id"])), mime_type)


def list_files(connection: sqlite3.Connection, call: Call) -> Any:
    """``GET /drive/v3/files``: those that ``q`` selects, the latest changed first or by ``orderBy``, by pages."""
    holds = parse_query(call.parameter("q") or "")
    chosen = [file for file in all_files(connection) if holds(file)]
    for order in reversed([part for part in (call.parameter("orderBy") or "").split(",") if part]):
        name, _, direction = order.strip().partition(" ")
        if name not in _ORDERS or direction not in ("", "desc"):
            raise DriveError(400, "Invalid Value", "invalid", "orderBy")
        key = {"name_natural": "name", "recency": "modifiedTime"}.get(name, name)
        chosen.sort(key=lambda file, key=key: str(file[key]).lower(), reverse=bool(direction))  # type: ignore[misc]
    start = _page_start(call.parameter("pageToken") or "")
    size = _page_size(call.parameter("pageSize") or "100")
    answer: dict[str, Any] = {"kind": "drive#fileList", "incompleteSearch": False}
    if start + size < len(chosen):
        answer["nextPageToken"] = f"page-{start + size}"
    page = chosen[start : start + size]
    if call.mask or call.parameter("fields") == "*":
        return described(call, {**answer, "files": page})
    return {**answer, "files": [described(call, file) for file in page]}


def _page_start(token: str) -> int:
    number = token.removeprefix("page-")
    if token and not number.isdecimal():
        raise DriveError(400, "Invalid Value", "invalid", "pageToken")
    return int(number or 0)


def _page_size(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MAX_PAGE:
        message = f"Invalid value '{text}'. Values must be within the range: [1, {_MAX_PAGE}]"
        raise DriveError(400, message, "invalidParameter", "pageSize")
    return int(text)


def _name(body: dict[str, Any]) -> str:
    name = body.get("name") or ""
    if not isinstance(name, str):
        raise DriveError(400, "Invalid Value", "invalid", "name")
    return name


def _check_type(body: dict[str, Any]) -> None:
    if (body.get("mimeType") or MIME_TYPE) != MIME_TYPE:
        raise DriveError(
            400, "Invalid value for mimeType: only spreadsheets can be kept here.", "invalid", "mimeType"
        )
