"""The methods that take a file's content: delimited text becomes a spreadsheet's one sheet."""

from __future__ import annotations

import csv
import email.parser
import email.policy
import io
import sqlite3
from datetime import UTC, datetime
from typing import Any

from .call import Call, Media, parse_body
from .cell import MAX_CELL_CHARACTERS
from .drive_files import described, find_file, set_details
from .errors import DriveError
from .field_mask import select
from .sheet import Sheet
from .spreadsheet import Spreadsheet
from .typed_input import parse_typed

_DELIMITERS = {"text/csv": ",", "text/plain": ",", "text/tab-separated-values": "\t"}
_ROWS, _COLUMNS = 1000, 26


def upload_new_file(connection: sqlite3.Connection, call: Call) -> Any:
    """``POST /upload/drive/v3/files``: a new spreadsheet from a file."""
    metadata, rows = _read(call)
    spreadsheet = Spreadsheet.create(connection, {"title": _name(metadata) or "Untitled"})
    _fill(spreadsheet, rows)
    set_details(connection, spreadsheet.id, metadata)
    return described(call, find_file(connection, spreadsheet.id))


def upload_file(connection: sqlite3.Connection, call: Call) -> Any:
    """``PATCH /upload/drive/v3/files/{id}``: a file's content takes the place of every sheet."""
    return described(call, _replace(connection, call))


def upload_file_v2(connection: sqlite3.Connection, call: Call) -> Any:
    """``PUT /upload/drive/v2/files/{id}``: as in v3, answered by the members' older names."""
    file = _replace(connection, call)
    older = {
        "kind": "drive#file",
        "id": file["id"],
        "title": file["name"],
        "mimeType": file["mimeType"],
        "labels": {"starred": file["starred"], "trashed": file["trashed"], "hidden": False, "restricted": False},
        "createdDate": file["createdTime"],
        "modifiedDate": file["modifiedTime"],
        "version": file["version"],
        "alternateLink": file["webViewLink"],
        "ownerNames": [owner["displayName"] for owner in file["owners"]],
        "lastModifyingUserName": file["lastModifyingUser"]["displayName"],
        "userPermission": {"kind": "drive#permission", "id": "me", "type": "user", "role": "owner"},
        "editable": True,
    }
    return select(older, call.mask)


def _replace(connection: sqlite3.Connection, call: Call) -> dict[str, Any]:
    file_id = find_file(connection, call.path["id"])["id"]
    metadata, rows = _read(call)
    spreadsheet = Spreadsheet.open(connection, file_id)
    if _name(metadata):
        spreadsheet.properties["title"] = _name(metadata)
    _fill(spreadsheet, rows)
    set_details(connection, file_id, metadata)
    return find_file(connection, file_id)


def _name(metadata: dict[str, Any]) -> str:
    name = metadata.get("name") or metadata.get("title") or ""
    return name if isinstance(name, str) else ""


def _read(call: Call) -> tuple[dict[str, Any], list[list[str]]]:
    """Give an upload's metadata (of ``uploadType=multipart``) and its rows."""
    media = call.media
    if media is None or call.choice("uploadType", ("media", "multipart"), "media") not in ("media", "multipart"):
        raise DriveError(400, "Invalid upload request.", "badRequest")
    metadata: dict[str, Any] = {}
    if media.mime_type.startswith("multipart/"):
        metadata, media = _parts(media)
    mime_type = media.mime_type.partition(";")[0].strip().lower()
    if mime_type not in _DELIMITERS:
        raise DriveError(400, f"A file of type {mime_type} cannot become a spreadsheet here.", "badRequest")
    try:
        text = media.content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DriveError(400, "The file is no UTF-8 text.", "badRequest") from error
    try:
        return metadata, list(csv.reader(io.StringIO(text, newline=""), delimiter=_DELIMITERS[mime_type]))
    except csv.Error as error:
        raise DriveError(400, f"The file is no delimited text: {error}.", "badRequest") from error


def _parts(media: Media) -> tuple[dict[str, Any], Media]:
    head = f"Content-Type: {media.mime_type}\r\n\r\n".encode("latin-1", "replace")
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + media.content)
    parts = list(message.iter_parts()) if message.is_multipart() else []
    if len(parts) != 2:
        raise DriveError(400, "Malformed multipart body.", "badContent")
    described_by, content = (part.get_payload(decode=True) for part in parts)
    if not isinstance(described_by, bytes) or not isinstance(content, bytes):
        raise DriveError(400, "Malformed multipart body.", "badContent")
    return parse_body(described_by), Media(content, parts[1].get_content_type())


def _fill(spreadsheet: Spreadsheet, rows: list[list[str]]) -> None:
    """Put one sheet, named after the spreadsheet, in the place of all sheets; fields are read as if typed."""
    for sheet in list(spreadsheet.sheets):
        spreadsheet.delete_sheet(sheet)
    size = {
        "rowCount": max(_ROWS, len(rows)),
        "columnCount": max([_COLUMNS, *map(len, rows)]),
    }
    made = spreadsheet.add_sheet({"title": spreadsheet.properties["title"], "gridProperties": size})
    today = datetime.now(UTC).replace(tzinfo=None)
    for row, fields in enumerate(rows):
        for column, text in enumerate(fields):
            if text:
                _type_into(made, row, column, text, today)
    spreadsheet.save()


def _type_into(sheet: Sheet, row: int, column: int, text: str, today: datetime) -> None:
    if len(text) > MAX_CELL_CHARACTERS:
        raise DriveError(400, f"The field in row {row + 1}, column {column + 1} is too long.", "badRequest")
    typed = parse_typed(text, today=today)
    cell = sheet.cell(row, column)
    cell.value, cell.formula = typed.value, typed.formula
    if typed.number_format:
        sheet.set_format(cell, {"numberFormat": typed.number_format})
