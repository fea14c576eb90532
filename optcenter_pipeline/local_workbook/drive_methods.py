"""The methods of ``/drive/v3/files``: make, describe, find and delete spreadsheets."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from .call import Call
from .errors import ApiError, InvalidArgumentError, PermissionDeniedError
from .field_mask import select
from .spreadsheet import MIME_TYPE, Spreadsheet

_DEFAULT_FIELDS = ("kind", "id", "name", "mimeType")
_COLUMNS = "id, name, version, created_time, modified_time, is_private"
_TERM = re.compile(
    r"\s*(?:(?P<field>name|mimeType|trashed)\s*(?P<operator>=|!=|contains)\s*"
    r"(?:\"(?P<double>.*?)\"|'(?P<single>(?:[^'\\]|\\.)*)'|(?P<word>true|false)))\s*(?:and\s+|$)",
    re.DOTALL,
)


def _resource(found: tuple[Any, ...]) -> dict[str, Any]:
    file_id, name, version, created, modified, _ = found
    return {
        "kind": "drive#file",
        "id": file_id,
        "name": name,
        "mimeType": MIME_TYPE,
        "version": str(version),
        "createdTime": created,
        "modifiedTime": modified,
        "trashed": False,
    }


def _described(call: Call, resource: dict[str, Any]) -> Any:
    if call.mask or call.parameter("fields") == "*":
        return select(resource, call.mask)
    return {name: resource[name] for name in _DEFAULT_FIELDS}


def _find(connection: sqlite3.Connection, file_id: str) -> tuple[Any, ...]:
    found: tuple[Any, ...] | None = connection.execute(
        f"SELECT {_COLUMNS} FROM files WHERE id = ?",  # noqa: S608  a constant
        (file_id,),
    ).fetchone()
    if found is None:
        raise ApiError(404, f"File not found: {file_id}.", "NOT_FOUND")
    if found[5]:
        raise PermissionDeniedError
    return found


def create_file(connection: sqlite3.Connection, call: Call) -> Any:
    """``POST /drive/v3/files``: only spreadsheets are kept here; folders in ``parents`` are taken and forgotten."""
    if call.body.get("mimeType", MIME_TYPE) != MIME_TYPE:
        raise InvalidArgumentError("Invalid value for mimeType: only spreadsheets can be made here.")
    name = str(call.body.get("name") or "Untitled")
    spreadsheet = Spreadsheet.create(connection, {"title": name})
    return _described(call, _resource(_find(connection, spreadsheet.id)))


def get_file(connection: sqlite3.Connection, call: Call) -> Any:
    """``GET /drive/v3/files/{id}``; `version` (a text, as int64s are in JSON) counts the file's changes."""
    return _described(call, _resource(_find(connection, call.path["id"])))


def delete_file(connection: sqlite3.Connection, call: Call) -> None:
    """``DELETE /drive/v3/files/{id}``."""
    file_id = _find(connection, call.path["id"])[0]
    for table, column in (("files", "id"), ("sheets", "spreadsheet_id"), ("sheet_rows", "spreadsheet_id")):
        connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (file_id,))  # noqa: S608  constants


def list_files(connection: sqlite3.Connection, call: Call) -> Any:
    """``GET /drive/v3/files``: all on one page, newest first, of those that ``q`` selects.

    ``q`` is a chain of terms joined by ``and`` on ``name`` (``=``, ``!=``, ``contains``), ``mimeType`` and
    ``trashed``; any other is refused.
    """
    terms = _terms(call.parameter("q") or "")
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM files WHERE NOT is_private ORDER BY modified_time DESC"  # noqa: S608  a constant
    ).fetchall()
    files = [_resource(row) for row in found]
    chosen = [file for file in files if all(_holds(file, *term) for term in terms)]
    if call.mask or call.parameter("fields") == "*":
        return select({"kind": "drive#fileList", "incompleteSearch": False, "files": chosen}, call.mask)
    return {
        "kind": "drive#fileList",
        "incompleteSearch": False,
        "files": [{name: file[name] for name in _DEFAULT_FIELDS} for file in chosen],
    }


def _terms(query: str) -> list[tuple[str, str, str]]:
    terms: list[tuple[str, str, str]] = []
    position = 0
    while position < len(query.rstrip()):
        match = _TERM.match(query, position)
        if match is None:
            raise InvalidArgumentError("Invalid Value")
        quoted = match["double"] if match["double"] is not None else match["single"]
        value = match["word"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        terms.append((match["field"], match["operator"], value))
        position = match.end()
    return terms


def _holds(file: dict[str, Any], field: str, operator: str, value: str) -> bool:
    present = str(file[field]).lower()
    wanted = value.lower()
    if operator == "contains":
        return wanted in present
    return (present == wanted) == (operator == "=")
