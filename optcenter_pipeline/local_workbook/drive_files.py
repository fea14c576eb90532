"""Drive's view of the spreadsheets: what a file's resource says, and what Drive alone keeps about one."""

from __future__ import annotations

import json
import secrets
import sqlite3
from typing import Any

from .call import Call
from .errors import DriveError
from .field_mask import select, unknown_path
from .message_types import DRIVE
from .spreadsheet import MIME_TYPE, later_timestamp

ROOT_FOLDER = "root"
ACCOUNT = "workbook@optcenter.local"
DETAILS = ("parents", "description", "starred", "trashed", "properties", "appProperties")
"""The members of a file's resource that callers set and Drive only keeps."""

_DEFAULT_FIELDS = ("kind", "id", "name", "mimeType")
_COLUMNS = "id, name, version, created_time, modified_time, is_private, body"
_SELECT = f"SELECT {_COLUMNS} FROM files LEFT JOIN drive_details ON file_id = id"  # noqa: S608  constants
OWNER = {"kind": "drive#user", "displayName": "Local workbook", "me": True, "emailAddress": ACCOUNT}


def find_file(connection: sqlite3.Connection, file_id: str) -> dict[str, Any]:
    """Give a file's whole resource.

    Raises:
        DriveError: 404 for an unknown file, 403 for one that was made private.
    """
    found = connection.execute(f"{_SELECT} WHERE id = ?", (file_id,)).fetchone()
    if found is None:
        raise DriveError(404, f"File not found: {file_id}.", "notFound", "fileId")
    if found[5]:
        message = f"The user does not have sufficient permissions for file {file_id}."
        raise DriveError(403, message, "insufficientFilePermissions", "fileId")
    return _resource(found)


def all_files(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Give the resources of all files that the caller may read, the latest changed first."""
    found = connection.execute(f"{_SELECT} WHERE NOT is_private ORDER BY modified_time DESC, id")
    return [_resource(row) for row in found]


def _resource(found: tuple[Any, ...]) -> dict[str, Any]:
    file_id, name, version, created, modified, _, body = found
    details = {"parents": [ROOT_FOLDER], "starred": False, "trashed": False, **json.loads(body or "{}")}
    return {
        "kind": "drive#file",
        "id": file_id,
        "name": name,
        "mimeType": MIME_TYPE,
        **details,
        "explicitlyTrashed": details["trashed"],
        "spaces": ["drive"],
        "version": str(version),
        "webViewLink": f"https://docs.google.com/spreadsheets/d/{file_id}/edit",
        "createdTime": created,
        "modifiedTime": modified,
        "owners": [OWNER],
        "lastModifyingUser": OWNER,
        "ownedByMe": True,
        "writersCanShare": True,
    }


def described(call: Call, resource: dict[str, Any], default: tuple[str, ...] = _DEFAULT_FIELDS) -> Any:
    """Give the part of a resource that a call's ``fields`` ask for, else the default members.

    Raises:
        DriveError: where a field is asked for that such a resource has not.
    """
    kind = resource["kind"].removeprefix("drive#")
    unknown = unknown_path(call.mask, kind[:1].upper() + kind[1:], DRIVE)
    if unknown is not None:
        raise DriveError(400, f"Invalid field selection {unknown[-1]}", "invalidParameter", "fields")
    if call.mask or call.parameter("fields") == "*":
        return select(resource, call.mask)
    return {name: resource[name] for name in default if name in resource}


def set_details(connection: sqlite3.Connection, file_id: str, given: dict[str, Any]) -> None:
    """Keep what Drive alone knows of a file; a null forgets.

    Raises:
        DriveError: where a member is of the wrong type.
    """
    found = connection.execute("SELECT body FROM drive_details WHERE file_id = ?", (file_id,)).fetchone()
    body = json.loads(found[0]) if found else {}
    kinds = {"parents": list, "description": str, "starred": bool, "trashed": bool}
    for name in DETAILS:
        if name not in given:
            continue
        if given[name] is None:
            body.pop(name, None)
            continue
        if not isinstance(given[name], kinds.get(name, dict)):
            raise DriveError(400, "Invalid Value", "invalid", name)
        body[name] = given[name]
    connection.execute(
        "INSERT OR REPLACE INTO drive_details VALUES (?, ?)", (file_id, json.dumps(body, ensure_ascii=False))
    )


def touch(connection: sqlite3.Connection, file_id: str, *, modified: bool = True) -> None:
    """Move a file's version on, and, where its content or name changed, its time."""
    if modified:
        statement = "UPDATE files SET version = version + 1, modified_time = ? WHERE id = ?"
        connection.execute(statement, (later_timestamp(connection, file_id), file_id))
    else:
        connection.execute("UPDATE files SET version = version + 1 WHERE id = ?", (file_id,))


def items(connection: sqlite3.Connection, file_id: str, kind: str) -> list[dict[str, Any]]:
    """Give a file's permissions or comments (`kind`), in the order in which they were made."""
    statement = "SELECT body FROM drive_items WHERE file_id = ? AND kind = ? ORDER BY position"
    return [json.loads(body) for (body,) in connection.execute(statement, (file_id, kind))]


def put_item(connection: sqlite3.Connection, file_id: str, kind: str, item: dict[str, Any]) -> None:
    """Keep a permission or comment under its id, in the place of one that has it."""
    key = (file_id, kind, item["id"])
    connection.execute(
        "INSERT INTO drive_items VALUES (?, ?, ?,"
        " (SELECT 1 + COALESCE(MAX(position), 0) FROM drive_items WHERE file_id = ? AND kind = ?), ?)"
        " ON CONFLICT (file_id, kind, id) DO UPDATE SET body = excluded.body",
        (*key, file_id, kind, json.dumps(item, ensure_ascii=False)),
    )


def delete_item(connection: sqlite3.Connection, file_id: str, kind: str, item_id: str) -> None:
    """Forget a permission or comment."""
    key = (file_id, kind, item_id)
    connection.execute("DELETE FROM drive_items WHERE file_id = ? AND kind = ? AND id = ?", key)


def new_item_id() -> str:
    """Make an id of twenty digits, as Drive's are."""
    return str(secrets.randbelow(9 * 10**19) + 10**19)
