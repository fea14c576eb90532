"""Requests about protected ranges: metadata that tells people what is not theirs; the API's caller may write."""

from __future__ import annotations

import secrets
from typing import Any

from ..errors import InvalidArgumentError
from ..field_mask import copy_fields
from ..sheet import Sheet
from ..spreadsheet import Spreadsheet
from .arguments import fields, grid_range, integer, without_defaults

_UPDATABLE = ("range", "description", "warningOnly", "unprotectedRanges", "editors", "requestingUserCanEdit")


def add_protected_range(spreadsheet: Spreadsheet, body: dict[str, Any]) -> dict[str, Any]:
    """Protect a range; replies the protected range with its id."""
    given = body.get("protectedRange") or {}
    sheet, _ = grid_range(spreadsheet, given.get("range"))
    taken = {protected["protectedRangeId"] for _, protected in _all(spreadsheet)}
    identifier = given.get("protectedRangeId")
    if identifier in taken:
        raise InvalidArgumentError(f"Protected range with id {identifier} already exists.")
    while identifier is None or identifier in taken:
        identifier = secrets.randbelow(2**31 - 1) + 1
    kept = without_defaults({name: given[name] for name in _UPDATABLE if name in given})
    protected = {"protectedRangeId": identifier, **kept, "requestingUserCanEdit": True}
    protected.setdefault("editors", {})
    sheet.document.setdefault("protectedRanges", []).append(protected)
    return {"protectedRange": protected}


def update_protected_range(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Change a protected range's fields."""
    given = body.get("protectedRange") or {}
    sheet, protected = _find(spreadsheet, integer(given, "protectedRangeId"))
    mask = fields(body, _UPDATABLE)
    copy_fields(protected, without_defaults(given), mask)
    protected["requestingUserCanEdit"] = True
    new_sheet, _ = grid_range(spreadsheet, protected.get("range"))
    if new_sheet is not sheet:
        sheet.document["protectedRanges"].remove(protected)
        new_sheet.document.setdefault("protectedRanges", []).append(protected)


def delete_protected_range(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Take a protection away."""
    sheet, protected = _find(spreadsheet, integer(body, "protectedRangeId"))
    sheet.document["protectedRanges"].remove(protected)


def _all(spreadsheet: Spreadsheet) -> list[tuple[Sheet, dict[str, Any]]]:
    return [
        (sheet, protected)
        for sheet in spreadsheet.sheets
        for protected in sheet.document.get("protectedRanges", [])
    ]


def _find(spreadsheet: Spreadsheet, identifier: int) -> tuple[Sheet, dict[str, Any]]:
    for sheet, protected in _all(spreadsheet):
        if protected["protectedRangeId"] == identifier:
            return sheet, protected
    raise InvalidArgumentError(f"No protected range with id: {identifier}")
