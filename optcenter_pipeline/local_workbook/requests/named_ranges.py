"""Requests about named ranges, which are kept with the sheet that they lie on."""

from __future__ import annotations

import re
import secrets
from typing import Any

from ..errors import InvalidArgumentError
from ..field_mask import copy_fields
from ..sheet import Sheet
from ..spreadsheet import Spreadsheet
from .arguments import fields, grid_range, range_message

_MAX_NAME = 250
_NAME = re.compile(r"(?!\d)\w+")
_REFERENCE = re.compile(r"[A-Za-z]{1,3}\d+|[Rr]\d*[Cc]\d*|true|false", re.IGNORECASE)


def add_named_range(spreadsheet: Spreadsheet, body: dict[str, Any]) -> dict[str, Any]:
    """Name a range; replies the named range with its id."""
    given = body.get("namedRange") or {}
    name = given.get("name")
    _check_name(spreadsheet, name)
    sheet, area = grid_range(spreadsheet, given.get("range"))
    taken = {named["namedRangeId"] for _, named in _all(spreadsheet)}
    identifier = str(given.get("namedRangeId") or "")
    if identifier in taken:
        raise InvalidArgumentError(f"A named range with id {identifier} already exists.")
    while not identifier or identifier in taken:
        identifier = str(secrets.randbelow(2**31 - 1) + 1)
    named = {"namedRangeId": identifier, "name": name, "range": range_message(sheet, area)}
    sheet.document.setdefault("namedRanges", []).append(named)
    return {"namedRange": named}


def update_named_range(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Change a named range's name or range."""
    given = body.get("namedRange") or {}
    sheet, named = _find(spreadsheet, given.get("namedRangeId"))
    mask = fields(body, ("namedRangeId", "name", "range"))
    mask.pop("namedRangeId", None)
    if "name" in mask:
        _check_name(spreadsheet, given.get("name"), but=named)
        named["name"] = given["name"]
    if "range" in mask:
        wanted = {"sheetId": sheet.sheet_id, **named["range"]}
        copy_fields(wanted, given.get("range") or {}, mask["range"] or {name: {} for name in wanted})
        new_sheet, area = grid_range(spreadsheet, wanted)
        named["range"] = range_message(new_sheet, area)
        if new_sheet is not sheet:
            _remove(sheet, named)
            new_sheet.document.setdefault("namedRanges", []).append(named)


def delete_named_range(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Take a range's name away."""
    _remove(*_find(spreadsheet, body.get("namedRangeId")))


def _remove(sheet: Sheet, named: dict[str, Any]) -> None:
    sheet.document["namedRanges"].remove(named)
    if not sheet.document["namedRanges"]:
        del sheet.document["namedRanges"]


def _check_name(spreadsheet: Spreadsheet, name: Any, but: dict[str, Any] | None = None) -> None:
    """Refuse a name that is taken, or that a formula could not tell from a cell."""
    if not isinstance(name, str) or not name:
        raise InvalidArgumentError("The name of a named range must be specified.")
    if len(name) > _MAX_NAME or not _NAME.fullmatch(name) or _REFERENCE.fullmatch(name):
        raise InvalidArgumentError(
            f"The name [{name}] is not valid for a named range: it may hold letters, digits and underscores, "
            f"at most {_MAX_NAME} of them, no digit first, and must not look like a reference to a cell."
        )
    if any(named is not but and named["name"].lower() == name.lower() for _, named in _all(spreadsheet)):
        raise InvalidArgumentError(f'A named range with name "{name}" already exists. Please choose another name.')


def _all(spreadsheet: Spreadsheet) -> list[tuple[Sheet, dict[str, Any]]]:
    return [(sheet, named) for sheet in spreadsheet.sheets for named in sheet.document.get("namedRanges", [])]


def _find(spreadsheet: Spreadsheet, identifier: Any) -> tuple[Sheet, dict[str, Any]]:
    for sheet, named in _all(spreadsheet):
        if named["namedRangeId"] == identifier:
            return sheet, named
    raise InvalidArgumentError(f"No named range with id: {identifier}")
