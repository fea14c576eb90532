"""The methods of a file's permissions and comments: kept and told; whoever has a token may read and write."""

from __future__ import annotations

import sqlite3
from typing import Any

from .call import Call
from .drive_files import ACCOUNT, OWNER, delete_item, described, find_file, items, new_item_id, put_item, touch
from .errors import DriveError
from .spreadsheet import timestamp

_TYPES = ("user", "group", "domain", "anyone")
_ROLES = ("owner", "organizer", "fileOrganizer", "writer", "commenter", "reader")
_PERMISSION_DEFAULT = ("kind", "id", "type", "role")
_OWNER_ID = "10000000000000000000"
_OWNER = {
    "kind": "drive#permission",
    "id": _OWNER_ID,
    "type": "user",
    "emailAddress": ACCOUNT,
    "displayName": OWNER["displayName"],
    "role": "owner",
    "deleted": False,
    "pendingOwner": False,
}


def _permissions(connection: sqlite3.Connection, call: Call) -> tuple[str, list[dict[str, Any]]]:
    """Give a file's id and its permissions; the local account owns a file until somebody else accepts it."""
    file_id = find_file(connection, call.path["id"])["id"]
    others = items(connection, file_id, "permission")
    is_given_away = any(item["role"] == "owner" for item in others)
    return file_id, [{**_OWNER, "role": "writer"} if is_given_away else _OWNER, *others]


def _keep(connection: sqlite3.Connection, file_id: str, item: dict[str, Any]) -> None:
    """Keep a permission; a file has one owner."""
    if item["role"] == "owner":
        for other in items(connection, file_id, "permission"):
            if other["role"] == "owner":
                put_item(connection, file_id, "permission", {**other, "role": "writer"})
    put_item(connection, file_id, "permission", item)
    touch(connection, file_id, modified=False)


def list_permissions(connection: sqlite3.Connection, call: Call) -> Any:
    """``GET …/permissions``: all on one page, the owner first."""
    _, found = _permissions(connection, call)
    answer = {"kind": "drive#permissionList", "permissions": found}
    if call.mask or call.parameter("fields") == "*":
        return described(call, answer)
    return {**answer, "permissions": [described(call, item, _PERMISSION_DEFAULT) for item in found]}


def get_permission(connection: sqlite3.Connection, call: Call) -> Any:
    """``GET …/permissions/{permission_id}``."""
    _, item = _permission(connection, call)
    return described(call, item, _PERMISSION_DEFAULT)


def create_permission(connection: sqlite3.Connection, call: Call) -> Any:
    """``POST …/permissions``; whoever has one already gets the new role under the same id."""
    file_id, found = _permissions(connection, call)
    kind, role = call.body.get("type"), call.body.get("role")
    _check(call, kind, role)
    made: dict[str, Any] = {"kind": "drive#permission", "id": "", "type": kind, "role": role}
    if kind == "anyone":
        discoverable = bool(call.body.get("allowFileDiscovery"))
        made["id"] = "anyone" if discoverable else "anyoneWithLink"
        made["allowFileDiscovery"] = discoverable
    else:
        member = "domain" if kind == "domain" else "emailAddress"
        name = str(call.body[member])
        same = [item["id"] for item in found if str(item.get(member, "")).lower() == name.lower()]
        made["id"] = same[0] if same else new_item_id()
        made.update({"displayName": name.partition("@")[0], "deleted": False, member: name})
        if kind == "domain":
            made["allowFileDiscovery"] = bool(call.body.get("allowFileDiscovery"))
    if made["id"] != _OWNER_ID:
        _keep(connection, file_id, made)
    return described(call, made, _PERMISSION_DEFAULT)


def update_permission(connection: sqlite3.Connection, call: Call) -> Any:
    """``PATCH …/permissions/{permission_id}``: another role; a pending owner is asked to take the file over."""
    file_id, item = _permission(connection, call)
    _check_is_not_owner(item)
    role = call.body.get("role")
    _check(call, item["type"], role, is_new=False)
    changed = {**item, "role": role, "pendingOwner": role == "writer" and call.body.get("pendingOwner") is True}
    _keep(connection, file_id, changed)
    return described(call, changed, _PERMISSION_DEFAULT)


def delete_permission(connection: sqlite3.Connection, call: Call) -> None:
    """``DELETE …/permissions/{permission_id}``."""
    file_id, item = _permission(connection, call)
    _check_is_not_owner(item)
    delete_item(connection, file_id, "permission", item["id"])
    touch(connection, file_id, modified=False)


def _permission(connection: sqlite3.Connection, call: Call) -> tuple[str, dict[str, Any]]:
    file_id, found = _permissions(connection, call)
    wanted = call.path["item_id"]
    for item in found:
        if item["id"] == wanted:
            return file_id, item
    raise DriveError(404, f"Permission not found: {wanted}.", "notFound", "permissionId")


def _check_is_not_owner(item: dict[str, Any]) -> None:
    if item["role"] == "owner":
        message = "The user does not have sufficient permissions for this file."
        raise DriveError(403, message, "insufficientFilePermissions")


def _check(call: Call, kind: Any, role: Any, *, is_new: bool = True) -> None:
    if kind is None:
        raise DriveError(400, "The permission type field is required.", "required", "permission.type")
    if role is None:
        raise DriveError(400, "The permission role field is required.", "required", "permission.role")
    if kind not in _TYPES:
        raise DriveError(400, "The specified type is invalid.", "invalid", "permission.type")
    if role not in _ROLES:
        raise DriveError(400, "The specified role is invalid.", "invalid", "permission.role")
    if role == "owner":
        if not call.flag("transferOwnership"):
            message = "The transferOwnership parameter must be enabled when the permission role is 'owner'."
            raise DriveError(403, message, "forbidden", "transferOwnership")
        if kind != "user":
            raise DriveError(400, "The specified role is invalid.", "invalid", "permission.role")
    if not is_new:
        return
    name = call.body.get("domain" if kind == "domain" else "emailAddress")
    if kind in ("user", "group") and not (isinstance(name, str) and "@" in name):
        message = "The specified emailAddress is invalid or not applicable for the given permission type."
        raise DriveError(400, message, "invalid", "permission.emailAddress")
    if kind == "domain" and not (isinstance(name, str) and name):
        message = "The specified domain is invalid or not applicable for the given permission type."
        raise DriveError(400, message, "invalid", "permission.domain")


def list_comments(connection: sqlite3.Connection, call: Call) -> Any:
    """``GET …/comments``: all on one page; ``fields`` must say what is wanted, as Drive asks."""
    file_id = find_file(connection, call.path["id"])["id"]
    _check_fields(call)
    return described(call, {"kind": "drive#commentList", "comments": items(connection, file_id, "comment")})


def create_comment(connection: sqlite3.Connection, call: Call) -> Any:
    """``POST …/comments``."""
    file_id = find_file(connection, call.path["id"])["id"]
    _check_fields(call)
    content = call.body.get("content")
    if not isinstance(content, str) or not content:
        raise DriveError(400, "The comment content is required.", "required", "comment.content")
    now = timestamp()
    made: dict[str, Any] = {
        "kind": "drive#comment",
        "id": new_item_id(),
        "createdTime": now,
        "modifiedTime": now,
        "author": {"kind": "drive#user", "displayName": OWNER["displayName"], "me": True},
        "deleted": False,
        "content": content,
        "replies": [],
    }
    if isinstance(call.body.get("anchor"), str):
        made["anchor"] = call.body["anchor"]
    put_item(connection, file_id, "comment", made)
    touch(connection, file_id, modified=False)
    return described(call, made)


def delete_comment(connection: sqlite3.Connection, call: Call) -> None:
    """``DELETE …/comments/{item_id}``."""
    file_id = find_file(connection, call.path["id"])["id"]
    wanted = call.path["item_id"]
    if wanted not in [item["id"] for item in items(connection, file_id, "comment")]:
        raise DriveError(404, f"Comment not found: {wanted}.", "notFound", "commentId")
    delete_item(connection, file_id, "comment", wanted)
    touch(connection, file_id, modified=False)


def _check_fields(call: Call) -> None:
    if not call.parameter("fields"):
        message = "The 'fields' parameter is required for this method."
        raise DriveError(400, message, "required", "fields")
